"""Values on their way in: coercion to the kind of a field, checks of references and enumerations, custom data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.model import ID_FORM
from workfront_orm.sandbox.workfront.wire import (
    WireError,
    invalid,
    invalid_value,
    not_found,
    parse_bool,
    parse_date,
    parse_lenient,
    parse_number,
    stored,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.core.specs import FieldSpec
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Column, Entity

_INTEGER_BITS = 63
_ENUM_CLASSES = {"status": "STATUS", "priority": "PRIORITY", "severity": "SEVERITY", "condition": "CONDITION"}
_CHOICES = ("SLCT", "RDIO", "CHCK", "MULT")
_SEVERAL = ("CHCK", "MULT")


def coerce(context: Context, entity: Entity, name: str, value: Any) -> Any:
    """Return a value as the store keeps it; None and the empty string clear a field.

    Raises:
        WireError: the value does not fit the field, or names nothing that exists.
    """
    column = entity.columns[name]
    if value is None or value == "":
        return None
    try:
        kept = _COERCE[column.kind](value, context)
    except (ValueError, TypeError, OverflowError):
        raise invalid_value(name, value if isinstance(value, str) else json.dumps(value)) from None
    spec = context.version.spec(entity.code)
    member = spec.fields.get(name) if spec is not None else None
    if column.kind == "text" and (reference := _reference_of(entity, column)) is not None:
        _check_reference(context, name, kept, reference)
    elif member is not None:
        _check_enumeration(context, entity, member, kept)
    return kept


def _as_text(value: Any, _: Context) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise ValueError(value)  # noqa: TRY004 - the same error for every wrong value
    return str(value)


def _as_int(value: Any, _: Context) -> int:
    number = parse_number(value, whole=True)
    if abs(number) >= 2**_INTEGER_BITS:
        raise ValueError(value)
    return int(number)


def _as_float(value: Any, _: Context) -> float:
    return float(parse_number(value, whole=False))


def _as_bool(value: Any, _: Context) -> bool:
    return parse_bool(value)


def _as_date(value: Any, context: Context) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - the same error for every wrong value
    return stored(parse_date(value, context.zone))


def _as_list(value: Any, _: Context) -> list[str]:
    if isinstance(value, str):
        value = parse_lenient(value) if value.startswith("[") else value.split(",")
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _as_map(value: Any, _: Context) -> dict[str, Any]:
    if isinstance(value, str):
        value = parse_lenient(value)
    if not isinstance(value, dict):
        raise ValueError(value)  # noqa: TRY004 - the same error for every wrong value
    return value


_COERCE: dict[str, Callable[[Any, Context], Any]] = {
    "text": _as_text,
    "int": _as_int,
    "float": _as_float,
    "bool": _as_bool,
    "date": _as_date,
    "list": _as_list,
    "map": _as_map,
}


def _reference_of(entity: Entity, column: Column) -> str | None:
    """The type whose ids a column holds."""
    for reference in entity.references.values():
        if reference.column == column.name and column.name != "ID":
            return reference.target
    return None


def _check_reference(context: Context, name: str, key: str, target: str) -> None:
    """An id must have the form of one, and the object must exist where its type has a table."""
    if ID_FORM.match(key) is None:
        raise invalid_value(name, key)
    if context.store.has_table(target) and context.store.get(target, key) is None:
        raise not_found(context.model.class_names[target], key)


def _check_enumeration(context: Context, entity: Entity, member: FieldSpec, value: Any) -> None:
    """A code must be documented; an open field takes what the tenant's enumerations hold."""
    if member.values is None or isinstance(value, (list, dict)):
        return
    documented = {str(code) for code, _ in member.values}
    text = str(value)
    if text in documented or text.partition(":")[0] in documented:
        return
    if member.open or member.name in _ENUM_CLASSES:
        known = enumeration(context, entity.code, member.name)
        if not known or text.partition(":")[0] in known:
            return
    elif member.marks.get("valuesAdded") or entity.columns[member.name].kind not in ("text", "int"):
        return
    raise invalid_value(member.name, value)


def enumeration(context: Context, code: str, name: str) -> dict[str, str]:
    """The tenant's codes of an enumerated field, each with the code that it equates with; empty when it has none."""
    kind = _ENUM_CLASSES.get(name)
    if kind is None:
        return {}
    context.store.entity("CSTEM")
    context.store.index("CSTEM", "enumClass")
    rows = context.store.connection.execute(
        'SELECT "value", "equatesWith" FROM "CSTEM" WHERE "enumClass" = ?', [f"{kind}_{code}"]
    )
    return {value: equal or value for value, equal in rows}


# --- custom data ------------------------------------------------------------------------


def custom_changes(
    context: Context, entity: Entity, row: Mapping[str, Any], written: Mapping[str, Any]
) -> dict[str, Any]:
    """Check custom values and return an object's custom data with them.

    Args:
        context: the call.
        entity: the type of the object.
        row: the object, its forms among it.
        written: values by `DE:` name; None, "" and [] remove one.

    Raises:
        WireError: an unknown custom field (404), one whose form the object does not carry (400), or a value that is none
            of its options or of the wrong kind (422).
    """
    data = dict(row.get("parameterValues") or {})
    forms = forms_of(context, entity, row)
    for full_name, value in written.items():
        name = full_name.removeprefix("DE:")
        parameters = context.store.select("PARAM", '"name" = ?', [name])
        if not parameters:
            raise not_found("Parameter", name)
        parameter = parameters[0]
        if not _on_form(context, parameter["ID"], forms):
            raise WireError(400, "java.lang.IllegalArgumentException", "Bad Request")
        if parameter.get("displayType") == "CALC":
            raise invalid(f"Invalid Parameter: {name} is calculated and cannot be set")
        kept = _custom_value(context, parameter, name, value)
        if kept is None:
            data.pop(f"DE:{name}", None)
        else:
            data[f"DE:{name}"] = kept
    return data


def forms_of(context: Context, entity: Entity, row: Mapping[str, Any]) -> list[str]:
    """Ids of the custom forms that an object carries."""
    context.store.index("OBJCAT", "objID")
    forms = [
        place["categoryID"]
        for place in context.store.select("OBJCAT", '"objID" = ?', [row.get("ID")], '"categoryOrder"')
    ]
    first = row.get("categoryID") if "categoryID" in entity.columns else None
    return forms if first is None or first in forms else [first, *forms]


def _on_form(context: Context, parameter: str, forms: list[str]) -> bool:
    context.store.index("CTGYPA", "parameterID")
    places = context.store.select("CTGYPA", '"parameterID" = ?', [parameter])
    return any(place["categoryID"] in forms for place in places)


def _custom_value(context: Context, parameter: Mapping[str, Any], name: str, value: Any) -> Any:
    """A custom value as it is kept: a list only where several are selected, as classic tenants answer."""
    several = parameter.get("displayType") in _SEVERAL
    items = value if isinstance(value, list) else [value]
    items = [item for item in items if item is not None and item != ""]
    if not items:
        return None
    if len(items) > 1 and not several:
        raise invalid_value(name, json.dumps(value))
    kept = [_custom_item(context, parameter, name, item) for item in items]
    return kept if len(kept) > 1 else kept[0]


def _custom_item(context: Context, parameter: Mapping[str, Any], name: str, item: Any) -> Any:
    data_type = parameter.get("dataType")
    try:
        if data_type in ("NMBR", "CURC"):
            return float(parse_number(item, whole=False))
        if data_type in ("DATE", "DTTM"):
            return _as_date(item, context)
        text = _as_text(item, context)
    except (ValueError, TypeError, OverflowError):
        raise invalid_value(name, item if isinstance(item, str) else json.dumps(item)) from None
    if parameter.get("displayType") in _CHOICES:
        context.store.index("POPT", "parameterID")
        options = context.store.select("POPT", '"parameterID" = ?', [parameter["ID"]])
        if text not in {option["value"] for option in options}:
            raise invalid_value(name, text)
    return text
