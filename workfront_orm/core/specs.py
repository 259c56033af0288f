"""What the metadata says of an object and its members: the entries of a metadata file, read by their terms."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    _S = TypeVar("_S", bound="MemberSpec")

__all__ = [
    "ActionSpec",
    "ArgumentSpec",
    "CallSpec",
    "CollectionSpec",
    "FieldSpec",
    "MemberSpec",
    "ObjectSpec",
    "QuerySpec",
    "ReferenceSpec",
]


class MemberSpec:
    """What the metadata says of one member of an object.

    Attributes:
        name: The name on the wire.
        raw: The decoded entry of the metadata file, keys of the system included.
    """

    __slots__ = ("name", "raw")

    def __init__(self, name: str, raw: Mapping[str, Any]) -> None:
        self.name = name
        self.raw = raw

    @property
    def label(self) -> str | None:
        """The name that the system shows to people, if the metadata has it."""
        return self.raw.get("label")

    @property
    def marks(self) -> Mapping[str, Any]:
        """Where the entry comes from and what is doubtful about it; empty when nothing is."""
        return self.raw.get("marks") or {}

    @property
    def inferred(self) -> bool:
        """Whether the entry was concluded rather than read in a document."""
        return bool(self.marks.get("inferred"))

    def __repr__(self) -> str:
        """Name the member and show its entry."""
        return f"{type(self).__name__}({self.name!r}, {self.raw!r})"

    def __eq__(self, other: object) -> bool:
        """Two specs are equal when kind, name and entry are."""
        return type(other) is type(self) and (other.name, other.raw) == (self.name, self.raw)

    def __hash__(self) -> int:
        """By name, since the entry is a mapping."""
        return hash((type(self), self.name))


class FieldSpec(MemberSpec):
    """What the metadata says of a field."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The system's name of the type; `string` when the metadata does not tell."""
        return self.raw.get("type") or "string"

    @property
    def reference(self) -> str | None:
        """The reference whose id this field holds, by wire name."""
        return self.raw.get("reference")

    @property
    def read_only(self) -> bool:
        """Whether the metadata says that the server refuses a value; absence says nothing."""
        return bool(self.raw.get("readOnly"))

    @property
    def required(self) -> bool:
        """Whether the metadata says that creating needs a value; absence says nothing."""
        return bool(self.raw.get("required"))

    @property
    def values(self) -> tuple[tuple[Any, str | None], ...] | None:
        """The documented values with their labels, or None when none are documented."""
        values = self.raw.get("values")
        return tuple((value, label) for value, label in values) if values else None

    @property
    def open(self) -> bool:
        """Whether tenants add values of their own to the documented ones."""
        return bool(self.raw.get("open"))

    @property
    def multiple(self) -> bool:
        """Whether the field holds a list of values of its type."""
        return bool(self.raw.get("multiple"))

    @property
    def flags(self) -> tuple[str, ...]:
        """The system's own flags, in its own words."""
        return tuple(self.raw.get("flags") or ())


class ReferenceSpec(MemberSpec):
    """What the metadata says of a reference to one other object."""

    __slots__ = ()

    @property
    def target(self) -> str | None:
        """The key of the object referred to, or None when it is not known."""
        return self.raw.get("target")

    @property
    def field(self) -> str | None:
        """The field that holds the id of the object referred to, if there is one."""
        return self.raw.get("field")


class CollectionSpec(MemberSpec):
    """What the metadata says of a collection of other objects."""

    __slots__ = ()

    @property
    def target(self) -> str | None:
        """The key of the members' object, or None when it is not known."""
        return self.raw.get("target")


class ArgumentSpec(MemberSpec):
    """What the metadata says of an argument of an action or a named query."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The system's name of the type."""
        return self.raw.get("type") or "string"


class CallSpec(MemberSpec):
    """What actions and named queries have in common."""

    __slots__ = ()

    @property
    def arguments(self) -> tuple[ArgumentSpec, ...] | None:
        """The arguments in order, or None when they are not known."""
        arguments = self.raw.get("arguments")
        return None if arguments is None else tuple(ArgumentSpec(argument["name"], argument) for argument in arguments)

    @property
    def result(self) -> str | None:
        """The system's name of the type of the result, or None when there is none or it is not known."""
        return self.raw.get("result")


class ActionSpec(CallSpec):
    """What the metadata says of an action."""

    __slots__ = ()

    @property
    def instance(self) -> bool | None:
        """Whether the action works on one object (True), on the class (False), or None when not known."""
        return self.raw.get("instance")


class QuerySpec(CallSpec):
    """What the metadata says of a named query."""

    __slots__ = ()

    @property
    def filters(self) -> bool:
        """Whether the query takes filters beside its arguments."""
        return bool(self.raw.get("filters"))


class ObjectSpec(MemberSpec):
    """What the metadata says of one object; `name` is its class name in the system.

    Attributes:
        key: The key in the metadata file: the code, or the name of an object without one.
    """

    __slots__ = ("_sections", "key")

    def __init__(self, key: str, raw: Mapping[str, Any]) -> None:
        super().__init__(raw["name"], raw)
        self.key = key
        self._sections: dict[str, dict[str, Any]] = {}

    @property
    def code(self) -> str | None:
        """The code by which the system addresses the object, or None when it is not known."""
        return self.raw.get("code")

    @property
    def operations(self) -> tuple[str, ...] | None:
        """The operations that the system offers, or None when they are not known (which is not: none)."""
        operations = self.raw.get("operations")
        return None if operations is None else tuple(operations)

    @property
    def fields(self) -> dict[str, FieldSpec]:
        """The fields by wire name."""
        return self._section("fields", FieldSpec)

    @property
    def references(self) -> dict[str, ReferenceSpec]:
        """The references by wire name."""
        return self._section("references", ReferenceSpec)

    @property
    def collections(self) -> dict[str, CollectionSpec]:
        """The collections by wire name."""
        return self._section("collections", CollectionSpec)

    @property
    def actions(self) -> dict[str, ActionSpec]:
        """The actions by wire name."""
        return self._section("actions", ActionSpec)

    @property
    def queries(self) -> dict[str, QuerySpec]:
        """The named queries by wire name."""
        return self._section("queries", QuerySpec)

    def _section(self, section: str, spec: Callable[[str, Any], _S]) -> dict[str, _S]:
        members = self._sections.get(section)
        if members is None:
            raw: Mapping[str, Any] = self.raw.get(section) or {}
            members = self._sections[section] = {name: spec(name, entry) for name, entry in raw.items()}
        return members
