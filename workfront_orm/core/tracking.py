"""What changed: the state beside a row, and the views through which rows are read and written.

A row holds the current wire values. Beside it stands a state, shared by the objects of a page, and
from an object's first change on the original of each changed field, so that setting a value back
makes the field clean again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

from .errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .fields import Field
    from .identity import Kept
    from .objects import Object

__all__ = [
    "NOT_LOADED",
    "Change",
    "CustomFields",
    "Fields",
    "SaveResult",
    "State",
    "changed_fields",
    "fill",
    "wire_values",
]


class _NotLoaded:
    """The one value that says: this field was never loaded."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_LOADED"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NOT_LOADED"


NOT_LOADED = _NotLoaded()
"""The third state of a field beside None and a value: not loaded."""


class Change:
    """One unsaved change, as Python values.

    Attributes:
        old: The value before; `NOT_LOADED` when it was never loaded.
        new: The value now.
    """

    __slots__ = ("new", "old")

    def __init__(self, old: Any, new: Any) -> None:
        self.old = old
        self.new = new

    def __iter__(self) -> Iterator[Any]:
        """Old and new, for unpacking."""
        yield self.old
        yield self.new

    def __eq__(self, other: object) -> bool:
        """Equal to another change, or to a tuple, of the same old and new."""
        return isinstance(other, (Change, tuple)) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """By old and new."""
        return hash((self.old, self.new))

    def __repr__(self) -> str:
        """Old and new."""
        return f"Change(old={self.old!r}, new={self.new!r})"


class SaveResult:
    """What `save()` did.

    Attributes:
        created: Whether the object was created.
        updated: Whether an existing object was changed.
        fields: The wire names of the fields that were sent.
    """

    __slots__ = ("created", "fields", "updated")

    def __init__(self, fields: tuple[str, ...] = (), *, created: bool = False, updated: bool = False) -> None:
        self.created = created
        self.updated = updated
        self.fields = fields

    def __bool__(self) -> bool:
        """Whether anything was sent."""
        return self.created or self.updated

    def __eq__(self, other: object) -> bool:
        """Equal when all three are."""
        return isinstance(other, SaveResult) and (other.created, other.updated, other.fields) == (
            self.created,
            self.updated,
            self.fields,
        )

    def __hash__(self) -> int:
        """By content."""
        return hash((self.created, self.updated, self.fields))

    def __repr__(self) -> str:
        """All three."""
        return f"SaveResult(created={self.created}, updated={self.updated}, fields={self.fields!r})"


class Origin:
    """What the objects of one answer share.

    Attributes:
        siblings: Weak references to these objects.
        lazy: What a lazy load may do: `load`, `warn`, `raise`, or None for the session's rule.
        kept: Where the session holds objects while they have unsaved changes, or may have; None for
            objects that it does not know.
    """

    __slots__ = ("kept", "lazy", "siblings")

    def __init__(self, lazy: str | None = None, kept: Kept | None = None) -> None:
        self.siblings: Any = ()
        self.lazy = lazy
        self.kept = kept


_NOWHERE = Origin()


class State:
    """What is known of an object beside its row.

    Attributes:
        session: The session that the object belongs to, or None.
        status: `new` (made by the program, not saved), `persistent`, or `deleted`.
        origin: What it shares with the objects that came in the same answer.
        saving: Who has claimed a new object to create it, or None; see `saving.plan`.
    """

    __slots__ = ("origin", "saving", "session", "status")

    def __init__(self, session: Any = None, status: str = "persistent", origin: Origin = _NOWHERE) -> None:
        self.session = session
        self.status = status
        self.origin = origin
        self.saving: object = None

    def own(self, status: str | None = None) -> State:
        """A copy for one object, whose status differs from that of its siblings."""
        return State(self.session, status or self.status, self.origin)


def changed_fields(obj: Object) -> dict[str, Any]:
    """The wire values of an object's changed fields, by wire name.

    Values that were handed out and can be changed in place are compared here.
    """
    row = obj._row
    originals = obj._originals
    changed = {name: row[name] for name in originals if name in row} if originals else {}
    changed.update(_edited_in_place(obj))
    return changed


def original_of(obj: Object, name: str) -> Any:
    """The wire value that a field had before unsaved changes, or NOT_LOADED."""
    originals = obj._originals
    if originals and name in originals:
        return originals[name]
    return obj._row.get(name, NOT_LOADED)


def wire_values(obj: Object) -> dict[str, Any]:
    """The current wire values of an object, changes in place included."""
    row = dict(obj._row)
    row.update(_edited_in_place(obj))
    return row


def fill(obj: Object, row: Mapping[str, Any]) -> None:
    """Fill fields from a newer row; fields with unsaved changes keep them and get a new original."""
    own = obj._row
    if row is own:
        return
    changed = changed_fields(obj)
    # An id that is to be saved means another object than the one that comes along.
    pending = {field._raw.get("reference") for name in changed if (field := obj._field(name)) is not None}
    for name, value in row.items():
        if name in changed:
            _rebase(obj, name, value)
        elif name not in pending:
            before = own.get(name, NOT_LOADED)
            own[name] = value
            if before is not NOT_LOADED and before != value:
                obj._forget(name)
                field = obj._field(name)
                if field is not None and field._raw.get("reference") not in row:
                    obj._forget_reference(name)
    if changed:
        obj._settle()


def _rebase(obj: Object, name: str, value: Any) -> None:
    """Take a newer value as the original of a changed field."""
    originals = obj._originals
    if not originals or name not in originals:
        # Changed in place: the row holds the original.
        obj._row[name] = value
    elif obj._same(obj._field(name), value, obj._row[name]):
        obj._row[name] = value
        del originals[name]
    else:
        originals[name] = value


def _edited_in_place(obj: Object) -> Iterator[tuple[str, Any]]:
    values = obj._values
    if values is None:
        return
    row = obj._row
    for name, value in list(values.items()):
        if value.__class__ is list or value.__class__ is dict:
            wire = obj._encode(name, value)
            before = row.get(name)
            if not obj._same(obj._field(name), before, wire) and not _is_as_it_came(obj, name, value, before):
                yield name, wire


def _is_as_it_came(obj: Object, name: str, value: Any, wire: Any) -> bool:
    """Whether a value was not edited: what a field does not hold is handed out all the same, and would be sent otherwise."""
    return repr(value) in {repr(wire), repr(obj._python_value(name, wire))}


class Fields(MutableMapping[str, "Any"]):
    """An object's decoded row: wire names to wire values. What is assigned here is tracked.

    It reads and writes through, so it always shows the object as it is.
    """

    __slots__ = ("_object",)

    def __init__(self, obj: Object) -> None:
        self._object = obj

    def __getitem__(self, name: str) -> Any:
        """The wire value of a field by wire name."""
        values = self._object._values
        if values is not None and values.get(name).__class__ in {list, dict}:
            return self._object._encode(name, values[name])
        value = self._object._row[name]
        return self._object._reference_id(value)

    def __setitem__(self, name: str, value: Any) -> None:
        """Assign a wire value; it counts as a change. A key makes an unsaved object an existing one.

        Raises:
            AttributeError: Another key for an object that has one.
        """
        obj = self._object
        if name in type(obj)._key:
            obj._identify(name, value)
        else:
            obj._assign(name, snapshot(value), obj._field(name))

    def __delitem__(self, name: str) -> None:
        """Forget a field, as if it had not been loaded; an unsaved change of it is lost."""
        obj = self._object
        if name in type(obj)._key:
            raise AttributeError(f"{obj._label()}: the key {name!r} cannot be forgotten")
        del obj._row[name]
        if obj._originals:
            obj._originals.pop(name, None)
        obj._forget(name)
        obj._settle()

    def __iter__(self) -> Iterator[str]:
        """The wire names of the loaded fields."""
        return iter(self._object._row)

    def __len__(self) -> int:
        """The number of loaded fields."""
        return len(self._object._row)

    def __contains__(self, name: object) -> bool:
        """Whether the field is loaded."""
        return name in self._object._row

    def __eq__(self, other: object) -> bool:
        """Equal to any mapping with the same names and values."""
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """The row as a dict."""
        return repr(dict(self))

    def dirty(self) -> dict[str, Any]:
        """The wire values of the changed fields, by wire name."""
        return changed_fields(self._object)

    def clean(self, only: Any = None) -> None:
        """Take the current values as saved.

        Args:
            only: The wire names to clean; None for all. An empty selection cleans nothing.
        """
        self._object._mark_saved(changed_fields(self._object) if only is None else only)


class CustomFields(MutableMapping[str, "Any"]):
    """The custom fields of an object by wire name, whether declared or not. Changes are tracked.

    A name that is not loaded raises `FieldNotLoaded`, as a field does; `load("DE:Name")` loads it.
    """

    __slots__ = ("_object",)

    def __init__(self, obj: Object) -> None:
        self._object = obj

    def __getitem__(self, name: str) -> Any:
        """The value of a custom field."""
        return self._field(name).__get__(self._object, type(self._object))

    def __setitem__(self, name: str, value: Any) -> None:
        """Assign a value to a custom field."""
        self._field(name).__set__(self._object, value)

    def __delitem__(self, name: str) -> None:
        """Refuse: a value is cleared with None."""
        raise TypeError(f"custom field {name!r} cannot be deleted; assign None to clear its value")

    def __iter__(self) -> Iterator[str]:
        """The wire names of the loaded custom fields."""
        is_custom = self._object._is_custom
        return (name for name in list(self._object._row) if is_custom(name))

    def __len__(self) -> int:
        """The number of loaded custom fields."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Whether the custom field is loaded."""
        return isinstance(name, str) and self._object._is_custom(name) and name in self._object._row

    def __repr__(self) -> str:
        """The loaded custom fields as a dict."""
        return repr(dict(self))

    def _field(self, name: str) -> Field:
        """The field of a name.

        Raises:
            UnknownNameError: No name of a custom field.
        """
        obj = self._object
        if not (isinstance(name, str) and obj._is_custom(name)):
            raise UnknownNameError(
                f"{type(obj).__name__}.custom takes wire names of custom fields, and {name!r} is none; "
                f"other fields are attributes, or reached by {type(obj).__name__}['wire name']"
            )
        return obj._custom_field(name)


def snapshot(value: Any) -> Any:
    """A copy of a wire value that later changes in place do not reach."""
    if value.__class__ is not list and value.__class__ is not dict:
        return value
    from copy import deepcopy  # for the few fields that hold lists and maps

    return deepcopy(value)
