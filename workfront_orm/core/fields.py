"""The field descriptor: the field itself on the class, its value on an object.

A value is converted when it is first read, and checked when it is assigned; what the object
holds until then is what the server sent.
"""

from __future__ import annotations

from . import types
from .errors import FieldNotLoaded
from .operators import Operand
from .specs import FieldSpec
from .tracking import NOT_LOADED, snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What a checker sees of a field is its own `__get__` and `__set__`.
    _Property = object
else:
    # At run time a field is a property: its two functions know name and type, and nothing is
    # looked up between the attribute access and the row. Measured: 75 ns a read instead of 112.
    _Property = property
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import Enum
    from typing import Any, NoReturn, Self

    from .objects import Object

__all__ = ["Field", "Key", "Mapped", "MemberDoc"]

# Values of these types cannot be changed in place and stand in the row as they are.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class Mapped:
    """What all mapped objects derive from, so that fields can tell them from values."""

    __slots__ = ()


class MemberDoc:
    """Documentation of a descriptor that is written when it is read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __get__(self, member: Any, owner: type | None = None) -> str:
        if member is None:
            return self._text
        from .describe import member_doc  # for help() and editors only

        return member_doc(member)


class Field(Operand, _Property):
    """The descriptor of a field.

    On the class it is the field itself, of which conditions are made (`Task.status != "CPL"`).
    On an object it is the field's value; `FieldNotLoaded` is raised when the object does not
    hold it. What is assigned is checked, tracked, and sent by `save()`.

    Args:
        workfront_name: The name on the wire. An explicit field is never checked against the
            metadata, which is incomplete where it is reconstructed.
        type: The type: text, integer, number, decimal, boolean, datetime, date, list or map, or a type
            of the system. Without it, values pass as they are.

    Attributes:
        workfront_name: The name on the wire.
    """

    __slots__ = ("_codec", "_decode", "_owner", "_raw", "_reflected", "_warned", "workfront_name")
    __doc__ = MemberDoc(__doc__ or "")

    workfront_name: str

    def __init__(self, workfront_name: str, *, type: str | None = None) -> None:  # noqa: A002 - the word of the design
        self.workfront_name = workfront_name
        self._raw: Mapping[str, Any] = {"type": type} if type else {}
        self._owner: Any = None
        self._reflected = self._warned = False
        self._use(types.NAMED.get(type or "", types.ANY))

    @classmethod
    def reflected(cls, name: str, raw: Mapping[str, Any], codec: types.Codec) -> Self:
        """A field as the metadata describes it.

        Args:
            name: The name on the wire.
            raw: The entry of the metadata file.
            codec: How its values travel.
        """
        field = cls.__new__(cls)
        field.workfront_name = name
        field._raw = raw
        field._owner = None
        field._reflected = True
        field._warned = False
        field._use(codec)
        return field

    def _use(self, codec: types.Codec) -> None:
        """Take a codec, and build the two functions that read and write by it."""
        self._codec = codec
        self._decode = codec.decode
        plain = _KINDS.get(codec)
        bound = "reference" in self._raw
        reader = (
            _lending_reader
            if codec.mutable
            else _convert_reader
            if codec.decode is not None
            else _any_reader
            if plain is None or bound
            else _plain_reader
        )
        restricted = bound or "readOnly" in self._raw or "immutable" in self._raw
        writer = _writer(self, None if restricted else plain)
        read = reader(self, plain)
        if self._raw.get("lazy"):
            read = _lazy_reader(self, read)
        if not TYPE_CHECKING:
            property.__init__(self, read, writer, self.__delete__, "a field")

    def __set_name__(self, owner: type[Object], name: str) -> None:
        """Learn the class, for messages and for types that only the system knows."""
        if self._owner is not None:
            return
        self._owner = owner
        service = None if self._reflected else getattr(owner._api, "service", None)
        if service is not None and self._raw.get("type"):
            # A declared type may be one of the system's own.
            self._use(service.codec(owner._spec, self.spec))

    # Reading and writing an object's value.

    if TYPE_CHECKING:

        def __get__(self, obj: Object | None, owner: type[Object] | None = None) -> Any:
            """The value of an object, or the field itself on the class."""

        def __set__(self, obj: Object, value: Any) -> None:
            """Check, encode and record a value."""

    def assign(self, obj: Object, value: Any) -> None:
        """Check, encode and record a value.

        Raises:
            AttributeError: The field is read-only, or can only be set before the object is created.
            TypeError, ValueError: A value that the field does not take.
        """
        raw = self._raw
        if raw:
            new = obj._state.status == "new"
            if raw.get("readOnly") and not (new and self.workfront_name in obj._place_fields):
                raise AttributeError(f"{self._place(type(obj))} is read-only: the server computes it")
            if raw.get("immutable") and not new:
                raise AttributeError(f"{self._place(type(obj))} can only be set before the object is created")
        wire = self._to_wire(value, obj)
        obj._assign(self.workfront_name, wire, self)

    def __delete__(self, obj: Object) -> NoReturn:
        """Refuse: a value is cleared with None."""
        raise AttributeError(f"{self._place(type(obj))} cannot be deleted; assign None to clear its value")

    # What conditions and descriptions need.

    @property
    def spec(self) -> FieldSpec:
        """What the metadata says of the field."""
        return FieldSpec(self.workfront_name, self._raw)

    @property
    def codec(self) -> types.Codec:
        """How the field's values travel."""
        return self._codec

    @property
    def choices(self) -> type[Enum] | None:
        """The enumeration of the documented values, or None when there are none."""
        codec = self._codec.item if isinstance(self._codec, types.ListOf) else self._codec
        return codec.choices if isinstance(codec, types.Enumeration) else None

    @property
    def path(self) -> tuple[str, ...]:
        """The wire name, as a path of one step."""
        return (self.workfront_name,)

    @property
    def root(self) -> Any:
        """The class that the field belongs to; None for one that was made by itself."""
        return self._owner

    @property
    def leaf(self) -> Field:
        """The field itself."""
        return self

    def to_filter(self, value: Any, operator: str) -> Any:
        """The wire value of a value in a condition.

        Raises:
            TypeError: The field does not hold values of that type.
            ValueError: The field cannot have that value.
        """
        if value is None:
            raise TypeError(f"{self!r}: None cannot be compared with {operator}; use is_null() or is_not_null()")
        if isinstance(value, Mapped) and "reference" in self._raw and self._owner is not None:
            key = self._id_of(value, self._owner)
            if isinstance(key, Mapped):
                name = type(value).__name__
                raise ValueError(f"{self!r} cannot be compared with a {name} that has no id yet; save it first")
            value = value if isinstance(key, tuple) else key
        api = getattr(self._owner, "_api", None)
        try:
            if api is not None and api.service is not None:
                return api.service.encode_filter(self._owner._spec, self.spec, self._codec, operator, value)
            return types.filter_value(self._codec, operator, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self!r} {error}") from None

    def __repr__(self) -> str:
        """Class, name and type."""
        owner = self._owner.__name__ if self._owner is not None else "?"
        kind = self._raw.get("type")
        return f"<Field {owner}.{self.workfront_name}{f': {kind}' if kind else ''}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by class and wire name: conditions travel to other processes."""
        return member_of, (self._owner, self.workfront_name, dict(self._raw))

    # Helpers, from the common to the rare.

    def _first_read(self, obj: Object) -> Any:
        name = self.workfront_name
        try:
            wire = obj._row[name]
        except KeyError:
            raise self._not_loaded(obj) from None
        if wire is None:
            return None
        decode = self._decode
        if decode is None or isinstance(wire, Mapped) or obj._reads_wire():
            return self._unusual(obj, wire)
        if wire.__class__ not in _PLAIN and not self._codec.mutable:
            return self._undecodable(obj, wire)
        try:
            value = decode(wire)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # Of any shape: the server decides what comes.
            return self._undecodable(obj, wire)
        obj._remember(name, value)
        return value

    def _unusual(self, obj: Object, value: Any) -> Any:
        """A list or map in a field without a codec, or an object in place of an id."""
        if value.__class__ is list or value.__class__ is dict:
            obj._lend()
            values = obj._values
            if values is not None and self.workfront_name in values:
                return values[self.workfront_name]
            # The row keeps the original; what is handed out may be changed in place.
            value = snapshot(value)
            obj._remember(self.workfront_name, value)
            return value
        return obj._reference_id(value)

    def _undecodable(self, obj: Object, wire: Any) -> Any:
        if not self._warned:
            import warnings  # a class alone warns of nothing

            self._warned = True
            guess = " (the type is inferred)" if self.spec.inferred else ""
            warnings.warn(
                f"{self._place(type(obj))}: {wire!r} does not read as {self._codec.name}{guess}; it comes back as it is",
                stacklevel=4,
            )
        return self._unusual(obj, wire) if wire.__class__ not in _PLAIN else wire

    def _to_wire(self, value: Any, obj: Object) -> Any:
        if value is None:
            return None
        if isinstance(value, Mapped):
            return self._id_of(value, type(obj))
        if obj._reads_wire():
            return snapshot(value)
        try:
            wire = self._codec.encode(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self._place(type(obj))} {error}") from None
        if isinstance(self._codec, types.Enumeration):
            obj._check_code(self, wire)
        return wire

    def _id_of(self, value: Any, cls: type[Object]) -> Any:
        """The id of an object, or the object itself where it is not saved yet: it stands for the id that it will get."""
        reference = self._raw.get("reference")
        if reference is None:
            raise TypeError(f"{self._place(cls)} takes {self._codec.name}, not an object; it holds no reference's id")
        member = cls._members.get(cls._python_names.get(reference, ""))
        target = getattr(member, "spec", None) and member.spec.target  # type: ignore[union-attr]
        code = type(value).code
        if target and code and target != code:
            raise TypeError(f"{self._place(cls)} takes the id of a {target}, not of {value._label()}")
        return value._saved_id(value)

    def _not_loaded(self, obj: Object) -> FieldNotLoaded:
        if type(obj)._spec is None:
            return FieldNotLoaded(self.workfront_name)
        name = type(obj)._python_names.get(self.workfront_name, self.workfront_name)
        return FieldNotLoaded(
            f"{type(obj).__name__}.{name} ({self.workfront_name}) of {obj._label()} is not loaded: "
            f"call load({name!r}), or name it in fields= when searching or loading"
        )

    def _place(self, cls: type[Object]) -> str:
        return f"{cls.__name__}.{cls._python_names.get(self.workfront_name, self.workfront_name)}"


# The types whose exact values stand in a row as they are, by codec.
_KINDS: dict[types.Codec, type] = {types.TEXT: str, types.INTEGER: int, types.BOOLEAN: bool}


def _plain_reader(field: Field, kind: type | None) -> Callable[[Object], Any]:
    """Reads a value that stands in the row as it is."""
    name = field.workfront_name
    unusual = field._unusual
    not_loaded = field._not_loaded

    def read(obj: Object) -> Any:
        try:
            value = obj._row[name]
            if value.__class__ is kind:
                return value
        except KeyError:
            raise not_loaded(obj) from None
        return value if value.__class__ in _PLAIN else unusual(obj, value)

    return read


def _any_reader(field: Field, _kind: type | None) -> Callable[[Object], Any]:
    """Reads a value of any type; lists and maps are handed out as copies, objects as their ids."""
    name = field.workfront_name
    unusual = field._unusual
    not_loaded = field._not_loaded

    def read(obj: Object) -> Any:
        try:
            value = obj._row[name]
        except KeyError:
            raise not_loaded(obj) from None
        return value if value.__class__ in _PLAIN else unusual(obj, value)

    return read


def _convert_reader(field: Field, _kind: type | None) -> Callable[[Object], Any]:
    """Reads a value that is converted once and then kept."""
    name = field.workfront_name
    first_read = field._first_read

    def read(obj: Object) -> Any:
        try:
            return obj._values[name]  # type: ignore[index]  # None until a value is kept
        except (TypeError, KeyError):
            return first_read(obj)

    return read


def _lazy_reader(field: Field, read: Callable[[Object], Any]) -> Callable[[Object], Any]:
    """Reads a value that lists of objects leave out: it is loaded when it is first asked for."""
    name = field.workfront_name

    def read_lazily(obj: Object) -> Any:
        if name not in obj._row:
            obj._load_lazily(name)
        return read(obj)

    return read_lazily


def _lending_reader(field: Field, _kind: type | None) -> Callable[[Object], Any]:
    """Reads a list or map, which may then be changed in place."""
    read_value = _convert_reader(field, None)

    def read(obj: Object) -> Any:
        value = read_value(obj)
        if value is not None:
            obj._lend()
        return value

    return read


def _writer(field: Field, kind: type | None) -> Callable[[Object, Any], None]:
    """Writes a value: at once where it needs no more than a check of its type, else by `Field.assign`."""
    name = field.workfront_name
    assign = field.assign

    def write(obj: Object, value: Any) -> None:
        if value.__class__ is kind:
            originals = obj._originals
            old: Any
            if originals is not None and name in originals:
                if originals[name] != value:
                    obj._row[name] = value
                    return
            else:
                old = obj._row.get(name, NOT_LOADED)
                if old.__class__ is kind:
                    if old == value:
                        return
                    obj._row[name] = value
                    if originals is None:
                        obj._originals = {name: old}
                    else:
                        originals[name] = old
                    kept = obj._state.origin.kept
                    if kept is not None:
                        kept[id(obj)] = obj
                    return
        assign(obj, value)

    return write


class Key(Field):
    """The descriptor of an object's id, which only the server gives."""

    __slots__ = ()
    __doc__ = MemberDoc(__doc__ or "")

    def __get__(self, obj: Object | None, owner: type[Object] | None = None) -> Any:
        """The id of an object, None before it is saved; on the class the field itself."""
        if obj is None:
            return self
        names = type(obj)._key
        if len(names) == 1:
            return obj._row.get(names[0])
        parts = tuple(obj._row.get(name) for name in names)
        return None if None in parts else parts

    def __set__(self, obj: Object, value: Any) -> NoReturn:
        """Refuse: the server gives the id."""
        raise AttributeError(f"{type(obj).__name__}.id cannot be set: the server gives it when the object is saved")


def member_of(owner: Any, name: str, raw: Mapping[str, Any]) -> Any:
    """The member of a class, or a field by itself: what unpickling a condition needs."""
    member = None if owner is None else owner._members.get(owner._python_names.get(name, ""))
    if member is None and owner is not None and (name,) == owner._key:
        member = owner.id
    if member is None:
        member = Field(name, type=raw.get("type"))
        member._owner = owner
    return member
