"""The members of a class: collected when it is made, found by wire name, Python name or descriptor, custom fields too."""

from __future__ import annotations

import copyreg

from . import types
from .errors import UnknownNameError, near_matches
from .fields import Field
from .operators import Operand
from .relations import Relation
from .standins import stands_in
from .tracking import CustomFields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .objects import Object
    from .reflection import APIVersion
    from .relations import Collection, Reference
    from .specs import ObjectSpec

__all__ = ["Custom", "ObjectMeta", "convert_name", "find_member", "member_names", "resolve_member"]


class ObjectMeta(type):
    """Makes classes of objects: no instance attributes beside the declared members."""

    _api: APIVersion | None
    _spec: ObjectSpec | None
    _key: tuple[str, ...]
    _python_names: dict[str, str]
    _members: dict[str, Any]
    field_names: set[str]
    code: str | None

    def __new__(
        mcs: type[ObjectMeta], name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> ObjectMeta:
        """Make a class; without slots of its own, so that a mistyped attribute raises."""
        namespace.setdefault("__slots__", ())
        if "__doc__" not in namespace and bases:
            namespace["__doc__"] = bases[0].__doc__
        members: dict[str, Any] = {}
        for base in reversed(bases):
            members.update(getattr(base, "_members", {}))
        declared = {
            key: value for key, value in namespace.items() if isinstance(value, (Field, Relation)) and key != "id"
        }
        if "_spec" not in namespace and bases:
            _check_types(name, getattr(bases[0], "_api", None), getattr(bases[0], "_spec", None), declared)
        # A helper or an action of a subclass hides the member of the same name.
        for key in namespace.keys() & members.keys() - declared.keys():
            del members[key]
        members.update(declared)
        namespace["_members"] = members
        namespace["_python_names"] = {member.workfront_name: key for key, member in members.items()}
        namespace["field_names"] = {key for key, member in members.items() if isinstance(member, Field)}
        return super().__new__(mcs, name, bases, namespace, **options)

    def __dir__(cls) -> list[str]:
        """Own names and the members."""
        names = {*super().__dir__(), *cls._members}
        return sorted(name for name in names if name.isidentifier() and not stands_in(cls, name))


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
        raise UnknownNameError(f"{cls.__name__} has no member {name!r}{_meant(cls, name)}")
    return member


def _meant(cls: type[Object], name: str) -> str:
    """The end of a message about an unknown name: what may have been meant."""
    if find_member(cls, name.partition(".")[0]) is not None:
        return f"; in text the steps of a path are joined by colons: {name.replace('.', ':')!r}"
    member = find_member(cls, name[1:]) if name[:1] == "-" else None
    if member is not None:
        return f"; to order from the greatest, write {cls.__name__}.{cls._python_names.get(member.workfront_name, 'id')}.desc()"
    return near_matches(name, [*cls._members, *cls._python_names])


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
        several = "; write several names one after the other" if isinstance(name, (list, tuple, set)) else ""
        raise TypeError(f"{cls.__name__}: a field is named by a string or a descriptor, not by {name!r}{several}")
    root: Any = (
        name.root if isinstance(name, Operand) else getattr(name, "_owner", None) or getattr(name, "_root", None)
    )
    # The same class of another version, or a class without a code, may lend its names.
    if root is not None and root.code not in {None, cls.code} and not issubclass(cls, root):
        raise UnknownNameError(f"{name!r} is a member of {root.__name__}, not of {cls.__name__}")
    return wire_name


class Custom:
    """Custom fields of an object, or on the class: `task.custom["DE:Region"]`, `Task.custom["DE:Region"] == "West"`."""

    def __get__(self, obj: Object | None, owner: type[Object]) -> CustomFields | _CustomOperands:
        return _CustomOperands(owner) if obj is None else CustomFields(obj)


class _CustomOperands:
    """The custom fields of a class, of which conditions are made."""

    __slots__ = ("_owner",)

    def __init__(self, owner: type[Object]) -> None:
        self._owner = owner

    def __getitem__(self, name: str) -> Field:
        """The custom field of that wire name, whether declared or not."""
        declared = self._owner._field(name)
        if declared is not None:
            return declared
        if not self._owner._is_custom(name):
            raise UnknownNameError(f"{self._owner.__name__}.custom: {name!r} is no wire name of a custom field")
        field = Field(name)
        field._owner = self._owner
        return field

    def __repr__(self) -> str:
        return f"<custom fields of {self._owner.__name__}>"


def _check_types(name: str, api: APIVersion | None, spec: ObjectSpec | None, declared: dict[str, Any]) -> None:
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


def _reduce_class(cls: ObjectMeta) -> Any:
    """Pickle a class by name; one that no module has, by its code and where its metadata is."""
    own = cls.__dict__
    generic = own.get("_generic")
    if generic is not None:
        from .reflection import generic_type  # reflection is built on objects

        return generic_type, generic
    api = own.get("_api")
    reduced = api._class_reduction(own["_spec"].key) if "_spec" in own and api is not None else None
    return cls.__qualname__ if reduced is None else reduced


copyreg.pickle(ObjectMeta, _reduce_class)
