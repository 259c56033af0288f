"""Merging: the same object in another session, with its unsaved changes, also across versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import UnknownNameError
from .objects import Field, Object, find_member
from .tracking import NOT_LOADED, State, changed_fields, snapshot, wire_values

if TYPE_CHECKING:
    from .session import BaseSession

__all__ = ["merge"]


def merge(session: BaseSession, obj: Any) -> Any:
    """See `BaseSession.merge`."""
    if not isinstance(obj, Object):
        raise TypeError(f"merge takes an object, not {obj!r}")
    if obj.session is session:
        return obj
    cls = _class_here(session, obj)
    changed = {name: obj._saved_id(value) for name, value in changed_fields(obj).items()}
    converted = {name: _converted(cls, obj, name, value) for name, value in changed.items()}
    _refuse_unknown(cls, obj, converted)
    if obj._state.status == "new":
        # A part of the key that was given, such as what the object is to stand in, is no change.
        given = {name: obj._saved_id(obj._row[name]) for name in cls._key if name in obj._row and name not in changed}
        copy = cls._wrap(given, State(session, "new"))
        for name, value in converted.items():
            copy._assign(name, value, _field(cls, name))
        return copy
    row = {name: snapshot(value) for name, value in wire_values(obj).items() if name not in changed}
    for name in changed:
        original = (obj._originals or {}).get(name, obj._row.get(name, NOT_LOADED))
        if original is not NOT_LOADED:
            row[name] = snapshot(original)
    present = session.identity_map.get(cls, obj.id)
    if present is None:
        target = session.identity_map.wrap(cls, row)
    else:
        target = present
        # What this session read itself is newer than what comes along; only fields that it lacks are taken.
        target._merge({name: value for name, value in row.items() if name not in target._row and target._field(name)})
    for name, value in converted.items():
        target._assign(name, value, _field(cls, name))
    if obj._state.status == "deleted":
        target._state = target._state.own("deleted")
    return target


def _class_here(session: BaseSession, obj: Object) -> type[Object]:
    cls = type(obj)
    api = cls._api
    if session.api is None or api is None or api is session.api or cls._spec is None:
        return cls
    try:
        here: type[Object] = session.api.by_code[cls._spec.key]
    except KeyError:
        raise UnknownNameError(
            f"merge {obj._label()}: version {session.api.version} has no {cls.__name__}; nothing was taken"
        ) from None
    return here


def _field(cls: type[Object], name: str) -> Field | None:
    member = find_member(cls, name)
    return member if isinstance(member, Field) else None


def _refuse_unknown(cls: type[Object], obj: Object, changed: dict[str, Any]) -> None:
    unknown = [name for name in changed if find_member(cls, name) is None and not cls._is_custom(name)]
    if unknown and cls._spec is not None:
        version = cls._api.version
        raise UnknownNameError(
            f"merge {obj._label()}: version {version} has no field {', '.join(map(repr, unknown))}, "
            f"which {'has' if len(unknown) == 1 else 'have'} unsaved changes; nothing was taken: "
            "revert those changes, or save them in the object's own session"
        )


def _converted(cls: type[Object], obj: Object, name: str, wire: Any) -> Any:
    """A wire value under the type that the field has here; exactly, or refused."""
    if wire is None:
        return None
    there, here = _field(type(obj), name), _field(cls, name)
    if there is None or here is None or there.codec.name == here.codec.name:
        return wire
    value = there.codec.decode(wire) if there.codec.decode is not None else wire
    if isinstance(value, float) and here.codec.name == "integer" and value.is_integer():
        value = int(value)
    try:
        return here.codec.encode(getattr(value, "value", value))
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"merge {obj._label()}: {name} is {there.codec.name} there and {here.codec.name} here: {error}; nothing was taken"
        ) from None
