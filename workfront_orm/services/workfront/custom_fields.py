"""A tenant's custom fields, from its forms: which types have them, and what their values are.

A custom field is a Parameter with options, a form a Category, the place of a field on a form a
CategoryParameter. On the wire a value travels as `DE:` and the parameter's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import AccessDeniedError, InvalidRequestError, NotFoundError, NotSupportedError
from workfront_orm.core.members import find_member

from .names import CUSTOM_PREFIX, custom_name

if TYPE_CHECKING:
    from workfront_orm.core.session import BaseSession

__all__ = ["add_custom_fields"]

Json = dict[str, Any]

_NUMBERS = {"NMBR": {"type": "double"}, "CURC": {"type": "double", "javaType": "java.math.BigDecimal"}}
_DATES = frozenset({"DATE", "DTTM", "DTIM"})
_SEVERAL = frozenset({"CHCK", "MULT", "MULTINTRNL"})
_CHOICES = frozenset({"SLCT", "RDIO", "CHCK", "MULT"})
_FORBIDDEN = frozenset('"\\')


def add_custom_fields(session: BaseSession, objects: Json, notes: list[str]) -> int:
    """Add the custom fields of a tenant's forms to the types that the forms are for.

    Sends one search for parameters with their options and one for forms with their places, page by page.

    Args:
        session: A session of a version that has metadata.
        objects: The objects of a metadata document; fields are added.
        notes: What could not be added is added here, a sentence each.

    Returns:
        The number of custom fields that some type has.
    """
    try:
        entries = _entries(session)
        codes = _codes_by_parameter(session)
    except (AccessDeniedError, InvalidRequestError, NotFoundError, NotSupportedError) as error:
        notes.append(f"the custom fields could not be read: {error}")
        return 0
    used = set()
    for key, (name, entry) in sorted(entries.items(), key=lambda item: item[1][0]):
        for code in sorted(codes.get(key, ())):
            known = objects.get(code)
            if known is not None and _has_room(known.setdefault("fields", {}), name, code, notes):
                known["fields"][name] = entry
                used.add(key)
    return len(used)


def _entries(session: BaseSession) -> dict[str, tuple[str, Json]]:
    """Wire name and entry of each custom field, by the parameter's id."""
    names = ["name", "label", "dataType", "displayType"]
    names += [f"parameterOptions:{name}" for name in ("value", "label", "displayOrder")]
    found = {}
    for parameter in session.search(session.api.Parameter, names):
        row = parameter.fields
        if row["name"]:
            options = sorted(row.get("parameterOptions") or (), key=lambda option: option.get("displayOrder") or 0)
            found[parameter.id] = CUSTOM_PREFIX + row["name"], _entry(row, [_option(option) for option in options])
    return found


def _option(row: Json) -> list[str | None]:
    value, label = str(row.get("value") or ""), row.get("label")
    return [value, None if label in (None, value) else str(label)]


def _entry(row: Any, options: list[list[str | None]]) -> Json:
    data, display = str(row["dataType"] or ""), str(row["displayType"] or "")
    entry: Json = dict(_NUMBERS.get(data) or {"type": "dateTime" if data in _DATES else "string"})
    if display in _SEVERAL and entry["type"] == "string":
        entry["type"] = "string[]"
    if row["label"] and row["label"] != row["name"]:
        entry["label"] = str(row["label"])
    if display == "CALC":
        entry["readOnly"] = True
    if options and display in _CHOICES and entry["type"] in {"string", "string[]"}:
        # Whoever may edit forms may add an option at any time.
        entry |= {"values": options, "open": True}
    entry["extra"] = {"dataType": data, "displayType": display}
    return entry


def _codes_by_parameter(session: BaseSession) -> dict[str, set[str]]:
    """The codes of the types that can have a custom field, by the parameter's id."""
    form_type = session.api.Category
    # One type a form in old versions, several in later ones.
    names = [name for name in ("catObjCode", "objTypes") if find_member(form_type, name) is not None]
    found: dict[str, set[str]] = {}
    # Places cannot be searched by themselves.
    for form in session.search(form_type, [*names, "categoryParameters:parameterID"]):
        kinds = form.fields.get("objTypes") or ()
        codes = {*([kinds] if isinstance(kinds, str) else kinds), form.fields.get("catObjCode")} - {None}
        for place in form.fields.get("categoryParameters") or ():
            found.setdefault(place.get("parameterID"), set()).update(codes)
    return found


def _has_room(fields: Json, name: str, code: str, notes: list[str]) -> bool:
    """Whether a type can have a field of that name: two that fold to one Python name are told apart, three are not."""
    if _FORBIDDEN.intersection(name) or not name.isprintable():
        notes.append(f"{code}: {name!r} has characters that a metadata file cannot hold; reach it by custom[{name!r}]")
        return False
    folded = custom_name(name)
    same = [other for other in fields if other.startswith(CUSTOM_PREFIX) and custom_name(other) == folded]
    if len(same) > 1:
        notes.append(
            f"{code}: {name!r} has the same Python name as {' and '.join(map(repr, same))}; reach it by custom[...]"
        )
        return False
    return True
