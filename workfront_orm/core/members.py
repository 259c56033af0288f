"""Members of a class by name: the wire name, the Python name and the descriptor all do."""

from __future__ import annotations

from . import types
from .errors import UnknownNameError, near_matches
from .expressions import Operand
from .fields import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .metadata import ObjectSpec
    from .objects import Collection, Object, Reference
    from .reflection import APIVersion

__all__ = ["check_types", "convert_name", "find_member", "member_names", "resolve_member"]


def find_member(cls: type[Object], name: str) -> Field | Reference | Collection | None:
    """The member of a class by Python or wire name, or None."""
    if name == "id" or (len(cls._key) == 1 and name == cls._key[0]):
        key: Field = cls.id
        return key
    members = cls._members
    member = members.get(name)
    if member is None:
        member = members.get(cls._python_names.get(name, ""))
    return member


def resolve_member(cls: type[Object], name: str) -> Field | Reference | Collection:
    """The member of a class by Python or wire name.

    Raises:
        UnknownNameError: There is none; the message gives near matches.
    """
    member = find_member(cls, name)
    if member is None:
        known = [*cls._members, *cls._python_names]
        raise UnknownNameError(f"{cls.__name__} has no member {name!r}{near_matches(name, known)}")
    return member


def member_names(cls: type[Object]) -> set[str]:
    """The Python names of the fields, references and collections of a class."""
    return {"id", *cls._members}


def convert_name(cls: type[Object], name: Any) -> str:
    """See `Object.convert_name`."""
    if isinstance(name, str):
        member = find_member(cls, name)
        if member is not None:
            return member.workfront_name
        if cls._spec is None or cls._is_custom(name):
            return name
        service = cls._api.service if cls._api is not None else None
        if service is not None:
            converted: str = service.convert_name(cls, name)
            return converted
        return resolve_member(cls, name).workfront_name
    wire_name = getattr(name, "workfront_name", None)
    if not isinstance(wire_name, str):
        raise TypeError(f"{cls.__name__}: a field is named by a string or a descriptor, not by {name!r}")
    root: Any = (
        name.root if isinstance(name, Operand) else getattr(name, "_owner", None) or getattr(name, "_root", None)
    )
    # The same class of another version, or a class without a code, may lend its names.
    if root is not None and root.code not in {None, cls.code} and not issubclass(cls, root):
        raise UnknownNameError(f"{name!r} is a member of {root.__name__}, not of {cls.__name__}")
    return wire_name


def check_types(name: str, api: APIVersion | None, spec: ObjectSpec | None, declared: dict[str, Any]) -> None:
    """Refuse a declared field of a type that neither core nor the system knows.

    Raises:
        ValueError: There is no such type.
    """
    service = None if api is None else api.service
    for key, field in declared.items():
        kind = field._raw.get("type") if isinstance(field, Field) else None
        if kind is None or kind in types.NAMED:
            continue
        if service is None or service.codec(spec, field.spec) is types.ANY:
            raise ValueError(f"{name}.{key}: there is no type {kind!r}{near_matches(kind, types.NAMED)}")
