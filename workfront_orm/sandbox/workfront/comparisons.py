# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""SQL of every modifier for one value: how text, numbers, booleans, dates, lists and custom values compare."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from workfront_orm.sandbox.workfront.fields import custom_json
from workfront_orm.sandbox.workfront.wire import invalid, invalid_value, parse_bool, parse_date, parse_number, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

NEGATIVE = {
    "ne": "eq", "cine": "cieq", "notin": "in", "cinotin": "ciin", "notcontains": "contains", "cinotcontains": "cicontains",
    "cinotcontainsany": "cicontainsany", "cinotcontainsall": "cicontainsall", "notlike": "like", "cinotlike": "cilike",
    "notbetween": "between", "cinotbetween": "cibetween", "bitwisenand": "bitwiseor", "notnull": "isnull", "notblank": "isblank",
}  # fmt: skip
"""Negative modifiers with the positive ones whose complement they select."""

ACCEPT_NULL = frozenset({*NEGATIVE, "isnull", "isblank"} - {"notnull", "notblank"})
"""Modifiers that select a null."""

_ORDERS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_LENGTHS = {"length_lt": "<", "length_eq": "=", "length_gt": ">"}
_LONG_LIST = 40
_LONG_PATTERN = 1000


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: SQL of a value, its kind, its name for errors; of a custom value, its row and name."""

    sql: str
    kind: str
    name: str
    custom: tuple[str, str] | None = None


class Binder(Protocol):
    """Where values are bound, and the caller's zone."""

    parameters: list[Any]
    zone: tzinfo


def compare(  # noqa: PLR0911 - one return a form
    what: Comparison, modifier: str, values: Sequence[str], upper: str | None, binder: Binder, *, columns: bool = False
) -> str:
    """Return the SQL of a comparison.

    Args:
        what: the left side.
        modifier: how to compare.
        values: the right side as text; SQL of values when `columns` is set.
        upper: end of a range.
        binder: takes the values that the SQL binds.
        columns: whether the right side is SQL.

    Raises:
        WireError: a value does not fit the kind, is missing, or the modifier does not fit.
    """
    if columns:
        return _columns(what, modifier, values[0])
    if modifier == "nee":
        return f"{what.sql} IS NOT NULL AND ({compare(what, 'eq', values, upper, binder)}) IS NOT TRUE"
    positive = NEGATIVE.get(modifier)
    if positive is not None:
        return f"({compare(what, positive, values, upper, binder)}) IS NOT TRUE"
    if modifier == "isnull":
        return f"{what.sql} IS NULL" + (f" OR {what.sql} = '[]'" if what.kind == "list" else "")
    if modifier == "isblank":
        return (
            f"{what.sql} IS NULL OR {what.sql} IN ('', '[]')"
            if what.kind in ("text", "list")
            else f"{what.sql} IS NULL"
        )
    if not values and modifier not in ("in", "ciin"):
        raise invalid(f"Invalid Parameter: {what.name} has a modifier {modifier} but no value")
    if what.custom is None and what.kind != "list":
        return _single(what, modifier, values, upper, binder)
    return _several(what, modifier, values, upper, binder)


def _several(what: Comparison, modifier: str, values: Sequence[str], upper: str | None, binder: Binder) -> str:
    """A list or a custom value that may hold several: any of them will do."""
    if modifier == "allof":
        binder.parameters.append(json.dumps(list(values)))
        text = what.sql if what.custom is None else custom_json(what.custom[1], what.custom[0])
        return f"has_all({text}, ?)"
    each = what.sql if what.custom is None else custom_json(what.custom[1], what.custom[0])
    kind = "text" if what.kind == "list" else what.kind
    inner = _single(Comparison("e.value", kind, what.name), modifier, values, upper, binder)
    return f"EXISTS (SELECT 1 FROM json_each(coalesce({each}, '[]')) e WHERE {inner})"


def _columns(what: Comparison, modifier: str, other: str) -> str:
    """Compare two fields of the same objects."""
    if modifier in _ORDERS:
        return f"{what.sql} {_ORDERS[modifier]} {other}"
    forms = {
        "eq": f"{what.sql} = {other}",
        "exacttime": f"{what.sql} = {other}",
        "in": f"{what.sql} = {other}",
        "ne": f"({what.sql} = {other}) IS NOT TRUE",
        "nee": f"{what.sql} <> {other}",
        "cieq": f"fold({what.sql}) = fold({other})",
        "cine": f"(fold({what.sql}) = fold({other})) IS NOT TRUE",
        "contains": f"instr({what.sql}, {other}) > 0",
        "cicontains": f"instr(fold({what.sql}), fold({other})) > 0",
    }
    if modifier not in forms:
        raise invalid(f"Invalid Parameter: {what.name} cannot be compared with a field by {modifier}")
    return forms[modifier]


def _single(what: Comparison, modifier: str, values: Sequence[str], upper: str | None, binder: Binder) -> str:  # noqa: PLR0911 - one return a modifier
    if modifier in ("between", "cibetween"):
        return _between(what, modifier, values[0], upper, binder)
    if modifier in ("in", "ciin"):
        return _in(what, modifier, values, binder)
    value = values[0]
    if modifier in ("eq", "cieq", "exacttime") or modifier in _ORDERS:
        return _equal_or_order(what, modifier, value, binder)
    if modifier in _LENGTHS:
        binder.parameters.append(_number(what, value, whole=True))
        return f"length({what.sql}) {_LENGTHS[modifier]} ?"
    if modifier == "bitwiseor":
        binder.parameters.append(_number(what, value, whole=True))
        return f"({what.sql} & ?) <> 0"
    if modifier == "bitwiseand":
        number = _number(what, value, whole=True)
        binder.parameters += [number, number]
        return f"({what.sql} & ?) = ?"
    if modifier == "allof":
        return " AND ".join(f"({_single(what, 'eq', [one], None, binder)})" for one in values)
    return _text(_as_text(what), modifier, value, binder)


def _between(what: Comparison, modifier: str, value: str, upper: str | None, binder: Binder) -> str:
    if upper is None:
        raise invalid(f"Invalid Parameter: {what.name} has a modifier {modifier} but no {what.name}_Range")
    binder.parameters += [_bound(what, value, binder), _bound(what, upper, binder)]
    if modifier == "cibetween" and what.kind == "text":
        return f"fold({what.sql}) BETWEEN fold(?) AND fold(?)"
    return f"{what.sql} BETWEEN ? AND ?"


def _in(what: Comparison, modifier: str, values: Sequence[str], binder: Binder) -> str:
    if not values:
        return "0"
    if what.kind == "date":
        return " OR ".join(f"({_whole_day(what, value, binder)})" for value in values)
    bound = [_bound(what, value, binder) for value in values]
    if modifier == "ciin" and what.kind == "text":
        binder.parameters.append(json.dumps([str(value).lower() for value in bound]))
        return f"fold({what.sql}) IN (SELECT value FROM json_each(?))"
    if len(bound) > _LONG_LIST:
        binder.parameters.append(json.dumps(bound))
        return f"{what.sql} IN (SELECT value FROM json_each(?))"
    binder.parameters += bound
    return f"{what.sql} IN ({', '.join('?' * len(bound))})"


def _equal_or_order(what: Comparison, modifier: str, value: str, binder: Binder) -> str:
    if what.kind == "date" and modifier in ("eq", "cieq"):
        return _whole_day(what, value, binder)
    binder.parameters.append(_bound(what, value, binder))
    if modifier == "cieq" and what.kind == "text":
        return f"{what.sql} = ? COLLATE NOCASE" if value.isascii() else f"fold({what.sql}) = fold(?)"
    return f"{what.sql} {_ORDERS.get(modifier, '=')} ?"


def _whole_day(what: Comparison, value: str, binder: Binder) -> str:
    """A date equals every instant of its day in the caller's zone."""
    day = _date(what, value, binder).astimezone(binder.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    following = (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=binder.zone)
    binder.parameters += [stored(day), stored(following)]
    return f"{what.sql} >= ? AND {what.sql} < ?"


def _text(sql: str, modifier: str, value: str, binder: Binder) -> str:  # noqa: PLR0911 - one return a modifier
    """Modifiers that look into text."""
    add = binder.parameters.append
    if modifier == "contains":
        add(value)
        return f"instr({sql}, ?) > 0"
    if modifier == "cicontains":
        return _holds(sql, value, binder)
    if modifier in ("cicontainsany", "cicontainsall"):
        joint = " OR " if modifier.endswith("any") else " AND "
        return joint.join(f"({_holds(sql, word, binder)})" for word in value.split(" ") if word) or "0"
    if modifier == "startswith":
        if value.isascii() and len(value) <= _LONG_PATTERN:
            add(_escaped(value) + "%")
            return f"{sql} LIKE ? ESCAPE '\\'"
        binder.parameters += [len(value.lower()), value.lower()]
        return f"substr(fold({sql}), 1, ?) = ?"
    if modifier == "like":
        if len(value) > _LONG_PATTERN:
            add(value)
            return f"like_pattern({sql}, ?, 0)"
        add(_glob(value))
        return f"{sql} GLOB ?"
    if modifier == "cilike":
        add(value)
        return f"{sql} LIKE ?" if value.isascii() and len(value) <= _LONG_PATTERN else f"like_pattern({sql}, ?, 1)"
    if modifier == "soundex":
        add(value)
        return f"phonetic({sql}) = phonetic(?)"
    raise invalid(f"Invalid Parameter: modifier {modifier} does not fit this field")


def _holds(sql: str, value: str, binder: Binder) -> str:
    """Text holds a text, in any case. LIKE folds ASCII only, which is enough for ASCII."""
    if value.isascii() and len(value) <= _LONG_PATTERN:
        binder.parameters.append(f"%{_escaped(value)}%")
        return f"{sql} LIKE ? ESCAPE '\\'"
    binder.parameters.append(value.lower())
    return f"instr(fold({sql}), ?) > 0"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _glob(pattern: str) -> str:
    """LIKE's pattern as GLOB's, which regards case."""
    signs = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(signs.get(sign, sign) for sign in pattern)


def _as_text(what: Comparison) -> str:
    return what.sql if what.kind in ("text", "date", "list", "map") else f"CAST({what.sql} AS TEXT)"


def _bound(what: Comparison, value: str, binder: Binder) -> Any:
    """A value as the store keeps values of its kind."""
    if what.kind in ("int", "float"):
        return _number(what, value, whole=False)
    if what.kind == "bool":
        try:
            return int(parse_bool(value))
        except ValueError:
            raise invalid_value(what.name, value) from None
    if what.kind == "date":
        return stored(_date(what, value, binder))
    return value


def _number(what: Comparison, value: str, *, whole: bool) -> int | float:
    try:
        return parse_number(value, whole=whole)
    except (ValueError, OverflowError):
        raise invalid_value(what.name, value) from None


def _date(what: Comparison, value: str, binder: Binder) -> Any:
    try:
        return parse_date(value, binder.zone)
    except (ValueError, OverflowError):
        raise invalid_value(what.name, value) from None
