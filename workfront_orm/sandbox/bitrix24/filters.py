# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Filters: maps whose keys carry the operator (`>=ID`), as SQL conditions.

Old methods drop what they do not understand, so that a typing error returns the whole table; crm.item.list and crm.type.list
refuse it and know nested groups with `logic`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model, php
from workfront_orm.sandbox.bitrix24.errors import RestError, bad
from workfront_orm.sandbox.bitrix24.values import as_date, moment, parse_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from workfront_orm.sandbox.bitrix24.model import Entity, Field

PREFIXES = ("!=%", "!%=", "!%", "!@", "!=", ">=", "<=", "=%", "%=", "!", "=", ">", "<", "@", "%")
TASK_PREFIXES = ("!", "<=", "<", ">=", ">")

_COMPARISONS = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
_LIKE = {"%", "!%", "=%", "%=", "!=%", "!%="}
_LIKE_EXCLUDED = frozenset({"crm_status", "crm_contact", "crm_company"})
NESTING = 10

Condition = tuple[str, list[Any]]
"""SQL with its parameters."""


def split(key: str, prefixes: Iterable[str] = PREFIXES) -> tuple[str, str]:
    """Return the operator and the name that a key of a filter is made of."""
    for prefix in prefixes:
        if key.startswith(prefix):
            return prefix, key[len(prefix) :]
    return "", key


def lenient(entity: Entity, sent: dict[str, Any], prefixes: Iterable[str] = PREFIXES) -> Condition:
    """Return the condition of an old method's filter; keys that it does not understand are dropped.

    Args:
        entity: kind of record.
        sent: the filter.
        prefixes: operators that the method knows; without any, keys are plain names.
    """
    conditions = []
    for key, value in sent.items():
        operator, name = split(key, prefixes)
        item = entity.fields.get(name.upper())
        if item is None or value is None:
            continue
        if operator in _LIKE and (item.type in _LIKE_EXCLUDED or item.type == "crm_multifield"):
            continue
        condition = _condition(entity, item, operator, value, strict=False)
        if condition is not None:
            conditions.append(condition)
    return _joined(conditions, " AND ")


def strict(entity: Entity, sent: Any, depth: int = 0) -> Condition:
    """Return the condition of a filter of crm.item.list or crm.type.list.

    Raises:
        RestError: `INVALID_ARG_VALUE` for an unknown field, a bad value or a group that is none.
    """
    if depth > NESTING:
        raise _invalid("the groups are nested too deeply")
    if isinstance(sent, list):
        # `filter: [{"logic": "OR", 0: {...}}]` and plain lists of groups.
        return _joined([strict(entity, part, depth + 1) for part in sent], " AND ")
    conditions = []
    logic = " AND "
    for key, value in php.as_map(sent).items():
        if key.lower() == "logic":
            word = str(value).upper()
            if word not in {"AND", "OR"}:
                raise _invalid(f"logic must be AND or OR, not {value!r}")
            logic = f" {word} "
        elif key.isdigit():
            conditions.append(strict(entity, value, depth + 1))
        else:
            operator, name = split(key)
            item = entity.universal_field(name)
            if item is None or item.type == "crm_multifield":
                raise _invalid(f"field '{name}' is not allowed in filter")
            conditions.append(_condition(entity, item, operator, value, strict=True) or ("1", []))
    return _joined(conditions, logic)


def _condition(entity: Entity, item: Field, operator: str, value: Any, *, strict: bool) -> Condition | None:
    """Return the condition of one key; None where it says nothing."""
    if item.type == "crm_multifield":
        return _multifield(entity, item, operator, value)
    if item.virtual or (item.column in {"CONTACT_ID", "COMPANY_ID"} and _is_linked(entity, item)):
        return _link(entity, item, operator, value)
    if item.multiple:
        return _list_member(entity, item, operator, value)
    return _scalar(entity, item, operator, value, strict=strict)


def _scalar(entity: Entity, item: Field, operator: str, value: Any, *, strict: bool) -> Condition:
    column = f"{entity.table}.{item.column}"
    if operator in _LIKE:
        return _like(column, operator, value)
    convert = _converter(item, strict=strict)
    if operator in _COMPARISONS:
        if isinstance(value, (list, dict)):
            # What an unresolved `$result` of a batch leaves behind: nothing is greater than an array.
            return "0", []
        return f"{column} {_COMPARISONS[operator]} ?", [convert(value)]
    return _equal(item, column, operator, value, convert)


def _equal(item: Field, column: str, operator: str, value: Any, convert: Callable[[Any], Any]) -> Condition:
    negative = operator.startswith("!")
    if isinstance(value, (list, dict)) or operator.endswith("@"):
        return _in(column, [convert(entry) for entry in php.as_list(value)], negative=negative)
    if php.is_empty(value) and item.storage != "flag":
        empty = f"({column} IS NULL OR {column} IN ('', 0))"
        return (f"NOT {empty}" if negative else empty), []
    if negative:
        return f"({column} <> ? OR {column} IS NULL)", [convert(value)]
    return f"{column} = ?", [convert(value)]


def _like(column: str, operator: str, value: Any) -> Condition:
    text = php.text(value).replace("\\", "\\\\").replace("_", "\\_")
    if operator in {"%", "!%"}:
        text = "%" + text.replace("%", "\\%") + "%"
    condition = f"{column} LIKE ? ESCAPE '\\'"
    if operator.startswith("!"):
        return f"({column} IS NULL OR NOT {condition})", [text]
    return condition, [text]


def _in(column: str, values: list[Any], *, negative: bool) -> Condition:
    if not values:
        return ("1" if negative else "0"), []
    marks = ", ".join("?" * len(values))
    if negative:
        return f"({column} NOT IN ({marks}) OR {column} IS NULL)", values
    return f"{column} IN ({marks})", values


def _multifield(entity: Entity, item: Field, operator: str, value: Any) -> Condition | None:
    """Phones and addresses match exactly only; other operators are not understood, so they are dropped."""
    if operator not in {"", "=", "@"}:
        return None
    values = [php.text(entry) for entry in php.as_list(value)]
    if not values:
        return None
    marks = ", ".join("?" * len(values))
    return (
        f"{entity.table}.ID IN (SELECT OWNER_ID FROM multifield WHERE OWNER_TYPE = {entity.type_id} "
        f"AND TYPE_ID = '{item.column}' AND VALUE IN ({marks}))"
    ), values


def _is_linked(entity: Entity, item: Field) -> bool:
    lists = {"CONTACT_ID": "CONTACT_IDS", "COMPANY_ID": "COMPANY_IDS"}
    return lists[item.column] in entity.fields


def _link(entity: Entity, item: Field, operator: str, value: Any) -> Condition:
    """Return the condition on linked contacts or companies: any link counts, not the primary one alone."""
    target = model.COMPANY if "COMPANY" in item.column else model.CONTACT
    numbers = [php.integer(entry) for entry in php.as_list(value) if not php.is_empty(entry)]
    owned = f"SELECT OWNER_ID FROM link WHERE OWNER_TYPE = {entity.type_id} AND TARGET_TYPE = {target}"
    negative = operator.startswith("!")
    if operator in _COMPARISONS:
        owned += f" AND TARGET_ID {_COMPARISONS[operator]} ?"
        numbers = numbers[:1] or [0]
    elif numbers:
        owned += f" AND TARGET_ID IN ({', '.join('?' * len(numbers))})"
    else:
        negative = not negative
    return f"{entity.table}.ID {'NOT ' if negative else ''}IN ({owned})", list(numbers)


def _list_member(entity: Entity, item: Field, operator: str, value: Any) -> Condition | None:
    """Return the condition on a field that holds a list: one member must match."""
    column = f"{entity.table}.{item.column}"
    negative = operator.startswith("!")
    if php.is_empty(value):
        return f"{column} IS {'NOT ' if negative else ''}NULL", []
    if operator in _LIKE:
        condition, parameters = _like("CAST(value AS TEXT)", operator.lstrip("!") or "%", value)
    else:
        parameters = [php.text(entry) for entry in php.as_list(value)]
        condition = f"CAST(value AS TEXT) IN ({', '.join('?' * len(parameters))})"
    found = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE {condition})"
    return (f"NOT {found}" if negative else found), parameters


def _converter(item: Field, *, strict: bool) -> Callable[[Any], Any]:
    """Return what turns a value of a filter into the stored form."""
    kind = item.storage

    def number(value: Any) -> Any:
        if (
            strict
            and not isinstance(value, (int, float))
            and not str(value).strip().lstrip("+-").replace(".", "", 1).isdigit()
        ):
            raise _invalid(f"value {value!r} of the field '{item.universal or item.column}' is no number")
        if kind == "real":
            return php.number(value)
        return max(-(2**63), min(2**63 - 1, php.integer(value)))

    def switch(value: Any) -> str:
        if strict and item.custom and item.type == "boolean":
            # Custom switches are filtered by 1 and 0 although they read as Y and N.
            if str(value).lower() not in {"1", "0", "true", "false"}:
                raise _invalid(f"value {value!r} of the field '{item.universal}' is not 1 or 0")
            return "Y" if php.truth(value) and str(value).lower() != "false" else "N"
        return "Y" if php.flag(value) else "N"

    def time(value: Any) -> str:
        parsed = parse_moment(value)
        if parsed is None:
            if strict:
                raise _invalid(f"value {value!r} of the field '{item.universal or item.column}' is no date")
            return php.text(value)
        return moment(parsed) if kind == "datetime" else as_date(value, parsed)

    converters: dict[str, Callable[[Any], Any]] = {"integer": number, "real": number, "flag": switch}
    converters |= {"date": time, "datetime": time}
    return converters.get(kind, php.text)


def _joined(conditions: list[Condition], word: str) -> Condition:
    if not conditions:
        return "1", []
    return "(" + word.join(sql for sql, _ in conditions) + ")", [value for _, values in conditions for value in values]


def _invalid(what: str) -> RestError:
    return bad("INVALID_ARG_VALUE", f"Invalid filter: {what}")
