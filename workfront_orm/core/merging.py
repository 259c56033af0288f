"""Merging: the same object in another session, with its unsaved changes, also across versions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .errors import UnknownNameError
from .fields import Field
from .members import find_member
from .objects import Object
from .tracking import NOT_LOADED, State, changed_fields, snapshot, wire_values
from .types import Enumeration, ListOf

if TYPE_CHECKING:
    from .session import BaseSession
    from .types import Codec

__all__ = ["merge"]


def merge(session: BaseSession, obj: Any) -> Any:
    """See `BaseSession.merge`."""
    if not isinstance(obj, Object):
        raise TypeError(f"merge takes an object, not {obj!r}")
    if obj.session is session:
        return obj
    cls = _class_here(session, obj)
    changed = {name: obj._saved_id(value) for name, value in changed_fields(obj).items()}
    converted = _all_converted(cls, obj, changed)
    if obj._state.status == "new":
        # A part of the key that was given, such as what the object is to stand in, is no change.
        given = {name: obj._saved_id(obj._row[name]) for name in cls._key if name in obj._row and name not in changed}
        copy = cls._wrap(given, State(session, "new"))
        for name, value in converted.items():
            copy._assign(name, value, _field(cls, name))
        session.enter(copy)
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


def _all_converted(cls: type[Object], obj: Object, changed: dict[str, Any]) -> dict[str, Any]:
    """The wire values as they are here, by name.

    Raises:
        UnknownNameError: A field does not exist here.
        ValueError: A value does not exist here, or the field cannot be set.
        TypeError: A value cannot be converted exactly. Whichever it is, the message names all that cannot be taken.
    """
    unknown = [name for name in changed if find_member(cls, name) is None and not cls._is_custom(name)]
    if cls._spec is None:
        unknown = []
    converted, problems = {}, []
    kind: type[Exception] | None = None
    for name, value in changed.items():
        if name in unknown:
            continue
        try:
            converted[name] = _converted(cls, obj, name, value)
        except (TypeError, ValueError) as error:
            problems.append(str(error))
            kind = kind or type(error)
    if unknown:
        kind = UnknownNameError
        have = "has" if len(unknown) == 1 else "have"
        version = cls._api.version
        problems.insert(
            0, f"version {version} has no field {', '.join(map(repr, unknown))}, which {have} unsaved changes"
        )
    if kind is not None:
        raise kind(
            f"merge {obj._label()}: {'; '.join(problems)}; nothing was taken: "
            "revert those changes, or save them in the object's own session"
        )
    return converted


def _converted(cls: type[Object], obj: Object, name: str, wire: Any) -> Any:
    """A wire value under the type that the field has here; exactly, or refused."""
    there, here = _field(type(obj), name), _field(cls, name)
    if there is None or here is None or there is here:
        return wire
    if here.spec.read_only and not there.spec.read_only:
        raise ValueError(f"{name} is read-only here")
    if wire is None or (there.codec.name == here.codec.name and not _lists_values(here.codec)):
        return wire
    value = there.codec.decode(wire) if there.codec.decode is not None else wire
    if here.codec.name == "integer" and isinstance(value, (float, Decimal)) and value % 1 == 0:
        value = int(value)
    kinds = f"{there.codec.name} there and {here.codec.name} here"
    try:
        encoded = here.codec.encode(getattr(value, "value", value))
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} is {kinds}: {error}") from None
    if isinstance(value, Decimal) and isinstance(encoded, float) and Decimal(repr(encoded)) != value:
        raise ValueError(f"{name} is {kinds}: no float is exactly {value}")
    return encoded


def _lists_values(codec: Codec) -> bool:
    """Whether a codec takes some values only: other versions may have others under the same name."""
    return isinstance(codec.item if isinstance(codec, ListOf) else codec, Enumeration)
