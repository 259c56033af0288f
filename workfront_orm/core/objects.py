"""Objects: a decoded row that is read through descriptors, and what changed in it.

An Object keeps the row that the server sent; nothing is converted or copied when a page is
loaded. An object itself sends nothing: what needs the server goes to its session.
"""

from __future__ import annotations

from . import types
from .errors import DetachedObjectError, UnknownNameError, near_matches
from .fields import Field, Key, Mapped
from .members import Custom, ObjectMeta, convert_name
from .relations import Collection, Reference, Relation
from .tracking import (
    NOT_LOADED,
    Change,
    Fields,
    State,
    changed_fields,
    fill,
    original_of,
    snapshot,
    wire_values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, ClassVar, Self

    from .tracking import SaveResult

__all__ = ["Object"]


class Object(Mapped, metaclass=ObjectMeta):
    """The base class of what a system's objects become.

    Objects are made and saved in order to create them, or come from `session.search()`,
    `session.load()` and queries. Wherever a field is named, the wire name, the Python name and
    the descriptor all do.

    Args:
        session: The session that the object belongs to.
        fields: Values by Python or wire name. With an id they are what is known of an existing
            object; without one they are what `save()` will send.

    Raises:
        UnknownNameError: The class has no such member.
        TypeError, ValueError: A value that the field does not take.
    """

    __slots__ = ("__weakref__", "_originals", "_row", "_state", "_values")

    # What reflection fills in; hand-written classes do with the defaults.
    code: ClassVar[str | None] = None
    field_names: ClassVar[set[str]]
    _api: ClassVar[Any] = None
    _spec: ClassVar[Any] = None
    _key: ClassVar[tuple[str, ...]] = ("ID",)
    _normal_key: ClassVar[Any] = None
    _name_key: ClassVar[tuple[str, ...]] = ()
    _place_fields: ClassVar[frozenset[str]] = frozenset()
    _natural_key: ClassVar[bool] = False
    _referred_by: ClassVar[str | None] = None
    _members: ClassVar[dict[str, Any]]
    _python_names: ClassVar[dict[str, str]]

    _row: dict[str, Any]
    _state: State
    _values: dict[str, Any] | None
    _originals: dict[str, Any] | None

    id: Any = Key("ID")

    def __init__(self, session: Any = None, **fields: Any) -> None:
        self._row = {}
        self._values = self._originals = None
        cls = type(self)
        if isinstance(session, str):
            raise TypeError(f"{cls.__name__}: the first argument is the session, not {session!r}; fields go by name")
        row = {convert_name(cls, name): (name, value) for name, value in fields.items()}
        if len(row) < len(fields):
            raise TypeError(f"{cls.__name__}: a field is given twice, by Python and by wire name: {', '.join(fields)}")
        # A key that the program gives says nothing of whether the object exists.
        known = not cls._natural_key and all(row.get(name, (name, None))[1] is not None for name in cls._key)
        self._state = State(session, "persistent" if known else "new")
        for wire_name, (name, value) in row.items():
            member = cls._members.get(cls._python_names.get(wire_name, ""))
            # A part of the key says which object it is; it is given, whoever computes the other fields.
            if isinstance(member, Field) and not known and wire_name not in cls._key:
                member.__set__(self, value)
            elif isinstance(member, Field):
                self._row[wire_name] = member._to_wire(value, self) if name in cls._members else snapshot(value)
            elif isinstance(member, Relation) and not isinstance(value, (dict, list, type(None))):
                member.__set__(self, value)
            elif known or wire_name in cls._key:
                self._row[wire_name] = snapshot(value)
            else:
                self._assign(wire_name, snapshot(value))
        self._enter()

    @property
    def session(self) -> Any:
        """The session that the object belongs to, or None."""
        return self._state.session

    @property
    def fields(self) -> Fields:
        """The decoded row: a mapping of wire names to wire values. What is assigned to it is tracked."""
        return Fields(self)

    #: The custom fields by wire name; what is assigned is tracked. On the class they make conditions.
    custom: Any = Custom()

    @property
    def dirty(self) -> dict[str, Change]:
        """The unsaved changes: `Change(old, new)` by wire name, as Python values."""
        return {
            name: Change(self._python_value(name, original_of(self, name)), self._python_value(name, value))
            for name, value in changed_fields(self).items()
        }

    def load(self, *field_names: Any) -> None:
        """Load fields from the server; unsaved changes are kept.

        Sends one read of the object.

        Args:
            field_names: Wire names, Python names or descriptors; none for the default fields.

        Raises:
            DetachedObjectError: The object has no session or is not saved.
            UnknownNameError: The class has no such member.
        """
        self._session("load").load_fields(self, field_names)

    def save(self) -> SaveResult:
        """Create the object, or send the fields that changed.

        Sends one request, or none when nothing changed.

        Returns:
            What was done, and the wire names of the fields that were sent.

        Raises:
            DeletedObjectError: The object was deleted.
            APIError: The server refuses.
        """
        result: SaveResult = self._session("save").save(self)
        return result

    def delete(self, force: bool = False) -> None:
        """Delete the object; it keeps its id afterwards.

        Args:
            force: Delete what depends on it as well.
        """
        self._session("delete").delete_object(self, force=force)

    def revert(self) -> None:
        """Take back all unsaved changes."""
        for name in [*changed_fields(self)]:
            original = original_of(self, name)
            if original is NOT_LOADED:
                self._row.pop(name, None)
            else:
                self._row[name] = original
            self._forget(name)
            self._forget_reference(name)
        if self._originals:
            self._originals.clear()
        self._settle()

    def refresh(self) -> None:
        """Read the loaded fields again; unsaved changes are lost. Sends one read of the object."""
        self._session("refresh").refresh(self)

    def to_dict(self) -> dict[str, Any]:
        """The loaded fields as Python values, by Python name; names that have none keep the wire name."""
        cls = type(self)
        names = {cls._key[0]: "id", **cls._python_names} if len(cls._key) == 1 else cls._python_names
        return {names.get(name, name): self._python_value(name, value) for name, value in wire_values(self).items()}

    def api_url(self) -> str:
        """The path of this object on the server.

        Raises:
            ValueError: The object has no id yet, or its type no path.
        """
        if self.id is None or self.code is None:
            missing = "ID" if self.id is None else "code"
            raise ValueError(f"{type(self).__name__} has no {missing}")
        return f"/{self.code}/{self.id}"

    @classmethod
    def convert_name(cls, name: Any) -> str:
        """The wire name of a field, reference or collection.

        Args:
            name: A wire name, a Python name or a descriptor.

        Raises:
            UnknownNameError: The class has no such member; hand-written classes pass any name.
        """
        return convert_name(cls, name)

    @classmethod
    def field_spec(cls, *names: Any) -> str:
        """The wire names of several fields, joined by commas.

        Args:
            names: Wire names, Python names, paths or descriptors.

        Raises:
            UnknownNameError: The class has no such member; hand-written classes pass any name.
        """
        return ",".join(cls.convert_name(name) for name in names)

    def __getitem__(self, name: str) -> Any:
        """The value of a member by wire name: for names that are no Python identifiers."""
        return self._item(name).__get__(self, type(self))

    def __setitem__(self, name: str, value: Any) -> None:
        """Assign a member by wire name."""
        self._item(name).__set__(self, value)

    def __repr__(self) -> str:
        """Class and loaded wire values; what looks like a secret is masked."""
        from .redaction import masked  # for display only

        row = dict(self._row)
        # Lists and maps that were handed out show what they hold now, whether it could be sent or not.
        row.update({name: value for name, value in (self._values or {}).items() if value.__class__ in {list, dict}})
        shown = (
            f"{name}=<{value._label()}>" if isinstance(value, Object) else f"{name}={masked(name, value)!r}"
            for name, value in sorted(row.items())
        )
        return f"<{type(self).__name__}: {', '.join(shown)}>"

    def _repr_html_(self) -> str:
        """The loaded fields as a table, for notebooks; never a request."""
        from .markup import object_html

        return object_html(self)

    def __dir__(self) -> list[str]:
        """Own names and the members; never a request."""
        return dir(type(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy: the row and the unsaved changes, without the session."""
        row = {name: snapshot(self._saved_id(value)) for name, value in wire_values(self).items()}
        originals = {name: snapshot(self._saved_id(original_of(self, name))) for name in changed_fields(self)}
        # As a state, not as arguments, since unsaved objects may refer to each other in a circle.
        return _blank, (type(self),), (row, self._state.status, originals)

    def __setstate__(self, state: tuple[dict[str, Any], str, dict[str, Any]]) -> None:
        """Restore what `__reduce__` kept."""
        self._row, status, originals = state
        self._state = State(None, status)
        self._originals = originals

    # --- for the mapper's own modules ---------------------------------------------

    @classmethod
    def _wrap(cls, row: dict[str, Any], state: State) -> Self:
        """An object over a decoded row, which is not copied."""
        obj = cls.__new__(cls)
        obj._row = row
        obj._state = state
        obj._values = obj._originals = None
        return obj

    def _assign(self, name: str, wire: Any, field: Field | None = None) -> None:
        """Record a wire value as a change; setting the original back makes the field clean."""
        row = self._row
        originals = self._originals
        if originals is not None and name in originals:
            if self._same(field, originals[name], wire):
                wire = originals.pop(name)
        else:
            current = row.get(name, NOT_LOADED)
            if self._same(field, current, wire):
                # What was handed out may have been changed in place: that is taken back.
                self._forget(name)
                return
            if originals is None:
                originals = self._originals = {}
            originals[name] = current
        row[name] = wire
        self._forget(name)
        if field is not None and "reference" in field._raw:
            self._forget_reference(name)
        self._settle()

    def _forget_reference(self, name: str) -> None:
        """Forget the object that an id field meant before it changed."""
        field = self._field(name)
        reference = None if field is None else field._raw.get("reference")
        if reference is not None:
            self._row.pop(reference, None)
            self._forget(reference)

    def _identify(self, name: str, value: Any) -> None:
        """Take a part of the key that was assigned to the row: a complete one makes the object an existing one."""
        if name in self._row and self._row[name] not in (None, value):
            raise AttributeError(f"{self._label()}: the key {name!r} cannot be changed to {value!r}")
        self._row[name] = value
        if self._state.status == "new" and self.id is not None and not self._natural_key:
            self._state.status = "persistent"
            self._enter()

    def _enter(self) -> None:
        """Tell the session of an object that it may not know: a new one, or one with an id."""
        enter = getattr(self._state.session, "enter", None)
        if enter is not None:
            enter(self)

    def _same(self, field: Field | None, old: Any, new: Any) -> bool:
        if old is NOT_LOADED:
            return False
        if old is None or new is None or isinstance(old, Object) or isinstance(new, Object):
            return old is new
        return field._codec.same(old, new) if field is not None else types.ANY.same(old, new)

    def _settle(self) -> None:
        """Tell the session whether the object has unsaved changes: it is kept alive while it has."""
        keep = getattr(self._state.session, "keep_while_dirty", None)
        if keep is not None:
            keep(self)

    def _mark_saved(self, names: Iterable[str]) -> None:
        """Take the current values of these fields as saved."""
        edited = changed_fields(self)
        originals = self._originals
        for name in list(names):
            if name in edited:
                self._row[name] = snapshot(edited[name])
            if originals:
                originals.pop(name, None)
        self._settle()

    def _merge(self, row: Mapping[str, Any]) -> None:
        """Fill fields from a newer row; fields with unsaved changes keep them."""
        if self._values or self._originals or dict in map(type, self._row.values()):
            fill(self, row)
        else:
            # Nothing was read or changed, and nothing came embedded: the common case when rows are read again.
            self._row.update(row)

    def _remember(self, name: str, value: Any) -> None:
        values = self._values
        if values is None:
            values = self._values = {}
        values[name] = value

    def _lend(self) -> None:
        """Tell the session that a list or map is handed out, which may be changed in place."""
        kept = self._state.origin.kept
        if kept is not None:
            kept.lend(self)

    def _forget(self, name: str) -> None:
        if self._values is not None:
            self._values.pop(name, None)

    def _encode(self, name: str, value: Any) -> Any:
        """The wire value of a Python value that was handed out."""
        field = self._field(name)
        if field is None or self._reads_wire():
            return snapshot(value)
        try:
            return snapshot(field._codec.encode(value))
        except (TypeError, ValueError) as error:
            wire = self._row.get(name, NOT_LOADED)
            if value in (wire, self._python_value(name, wire)):
                # Nothing that the field holds, but what the server sent, and so handed out as it came.
                return snapshot(wire)
            raise type(error)(f"{field._place(type(self))} {error}") from None

    def _python_value(self, name: str, wire: Any) -> Any:
        if wire is NOT_LOADED or wire is None:
            return wire
        field = self._field(name)
        if field is None or field._decode is None or self._reads_wire():
            return self._reference_id(snapshot(wire))
        try:
            return field._decode(wire)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return wire

    def _reference_id(self, value: Any) -> Any:
        """The id of an object that stands for its own id; other values as they are."""
        return value._reference_key() if isinstance(value, Object) else value

    def _reference_key(self) -> Any:
        """What an id field of another object holds to refer to this one: its id, for most classes."""
        name = self._referred_by
        return self.id if name is None else self._row.get(name)

    def _saved_id(self, value: Any) -> Any:
        """The id of an object that stands for its own id, once it has one; other values as they are."""
        if isinstance(value, Object) and value._state.status == "new":
            # It may have a name already, by which others refer to it; a bulk write has to know that it comes first.
            return value
        return self._reference_id(value)

    def _names(self) -> tuple[Any, ...]:
        """What the server knows the object by beside its key; a new name is none before it is saved."""
        row, originals = self._row, self._originals or {}
        names = (originals.get(name, row.get(name)) for name in self._name_key)
        return tuple(None if name is NOT_LOADED else name for name in names)

    def _reads_wire(self) -> bool:
        return getattr(self._state.session, "values", "typed") == "wire"

    def _check_code(self, field: Field, wire: Any) -> None:
        """Ask the tenant about a code that the metadata does not know."""
        codec = field._codec
        session = self._state.session
        if isinstance(codec, types.Enumeration) and wire not in codec.values and hasattr(session, "check_code"):
            session.check_code(type(self), field, wire, self._row)

    def _resolve(self, relation: Reference | Collection) -> Any:
        """The objects behind a relation, from the row if they came with it, else from the server."""
        name = relation.workfront_name
        session = self._state.session
        if name not in self._row:
            assigned = self._row.get(relation.spec.field or "") if isinstance(relation, Reference) else None
            if isinstance(assigned, Object):
                return assigned
            return self._session(f"load {name}").load_relation(self, relation)
        if hasattr(session, "related"):
            value = session.related(self, relation, self._row[name])
        else:
            value = _related_without_session(self, relation, self._row[name])
        self._remember(name, value)
        return value

    def _load_lazily(self, name: str) -> None:
        """Load a field that lists leave out, where there is a session that can: else it stays not loaded."""
        load = getattr(self._state.session, "load_lazily", None)
        if load is not None and self._state.status == "persistent" and self.id is not None:
            load(self, name)

    def _session(self, operation: str) -> Any:
        session = self._state.session
        if session is None:
            raise DetachedObjectError(
                f"{operation} {self._label()}: the object belongs to no session; "
                f"make it with {type(self).__name__}(session, ...) or attach it with session.merge(obj)"
            )
        return session

    def _label(self) -> str:
        return f"{type(self).__name__} {self.id if self.id is not None else '(not saved)'}"

    def _item(self, name: str) -> Any:
        """The member of that wire name, or a field made for a custom field or an undeclared one that came along."""
        cls = type(self)
        if (name,) == cls._key and name not in cls._python_names:
            return cls.id
        # By the wire name alone: a Python name may be the wire name of another member.
        member = cls._members.get(cls._python_names.get(name, ""))
        return self._custom_field(name) if member is None else member

    @classmethod
    def _field(cls, name: str) -> Field | None:
        """The declared field of that wire name, or None."""
        member = cls._members.get(cls._python_names.get(name, ""))
        return member if isinstance(member, Field) else None

    def _custom_field(self, name: str) -> Field:
        """The declared field of that wire name, or one made for it.

        Raises:
            UnknownNameError: No custom field, and no field that the server sent either.
        """
        cls = type(self)
        declared = cls._field(name)
        if declared is not None:
            return declared
        if not (cls._spec is None or self._is_custom(name) or name in self._row):
            raise UnknownNameError(f"{cls.__name__} has no field {name!r}{near_matches(name, cls._python_names)}")
        return Field(name)

    @classmethod
    def _is_custom(cls, name: str) -> bool:
        service = getattr(cls._api, "service", None)
        return bool(service is not None and service.is_custom(cls._spec, name))


def _related_without_session(obj: Object, relation: Reference | Collection, data: Any) -> Any:
    api = getattr(obj._state.session, "api", None) or type(obj)._api
    if api is None:
        raise DetachedObjectError(
            f"{obj._label()}: without a session and a version, {relation!r} has no classes to use"
        )
    if isinstance(relation, Reference):
        return None if data is None else api.from_data(obj._state.session, data, relation.spec.target)
    return tuple(api.from_data(obj._state.session, row, relation.spec.target) for row in data or ())


def _blank(cls: type[Object]) -> Object:
    """An object of a class without a row yet, for unpickling."""
    return cls._wrap({}, State())
