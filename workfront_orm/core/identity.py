"""The identity map: one object for one id within a session.

It holds objects weakly, so that reading a long result does not fill the memory, and strongly
while they have unsaved changes, so that no change is lost.
"""

from __future__ import annotations

import weakref
from threading import RLock

from .collector import collector_paused
from .errors import InvalidResponseError
from .tracking import Origin, State, changed_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from .objects import Object

__all__ = ["IdentityMap", "comparable_key", "key_of"]

MOST_LENT = 1000
"""How many objects are held because a list or map of theirs was handed out, before their changes are looked for."""


def key_of(cls: type[Object], row: Mapping[str, Any]) -> Any:
    """The key of a decoded row, comparable; None where it has none, or not all of it.

    Raises:
        AttributeError, TypeError, ValueError: What stands in its place can be none.
    """
    names = cls._key
    key = row.get(names[0]) if len(names) == 1 else _composite(row, names)
    return comparable_key(cls, key)


def comparable_key(cls: type[Object], key: Any) -> Any:
    """A key as keys are compared: by its normal form, where the class has one; None stays.

    Raises:
        AttributeError, TypeError, ValueError: It can be none.
    """
    return key if key is None or cls._normal_key is None else cls._normal_key(key)


class _Entry(weakref.ref["Object"]):
    """A weak reference that knows its key, so that one callback serves all."""

    __slots__ = ("key",)

    key: Any


class Kept(dict[int, "Object"]):
    """What is held strongly, by identity: objects with unsaved changes, and for a while those that lent a value.

    A list or map that was handed out may be changed in place, and nothing tells. So its object is held
    until many others have lent theirs; then those that did not change are let go.

    Attributes:
        lent: The objects that lent a value.
    """

    __slots__ = ("lent",)

    def __init__(self) -> None:
        self.lent: dict[int, Object] = {}

    def lend(self, obj: Object) -> None:
        """Hold an object whose list or map is handed out."""
        lent = self.lent
        lent[id(obj)] = obj
        if len(lent) >= MOST_LENT:
            self.lent = {}
            changed = (one for one in list(lent.values()) if one._state.status == "persistent" and changed_fields(one))
            self.update({id(one): one for one in changed})


class IdentityMap:
    """The objects of one session by class code and id.

    Safe to use from several threads.

    Args:
        session: The session whose objects these are.
    """

    def __init__(self, session: Any) -> None:
        self._session = weakref.ref(session)
        self._by_code: dict[Any, tuple[dict[Any, _Entry], Callable[[Any], None]]] = {}
        self._by_names: dict[Any, weakref.WeakValueDictionary[tuple[Any, ...], Object]] = {}
        self._changed = Kept()
        self._unsaved: weakref.WeakValueDictionary[int, Object] = weakref.WeakValueDictionary()
        self._lock = RLock()

    def get(self, cls: type[Object], key: Any) -> Object | None:
        """The object of that class and id, or of those names, if the session has it."""
        known = self._by_code.get(cls.code or cls.__name__)
        entry = known[0].get(comparable_key(cls, key)) if known else None
        found = None if entry is None else entry()
        return self._named(cls, key) if found is None and cls._name_key else found

    def name(self, cls: type[Object], objects: Iterable[Object]) -> None:
        """Know objects by their names, where their class has such; again after they changed."""
        if not cls._name_key:
            return
        with self._lock:
            table = self._by_names.setdefault(cls.code or cls.__name__, weakref.WeakValueDictionary())
            for obj in objects:
                names = obj._names()
                if None not in names:
                    table[names] = obj

    def rename(self, obj: Object, old: tuple[Any, ...]) -> None:
        """Follow an object to its new name: what stands in it is reached by that from now on.

        Args:
            obj: The object, with the name that it has now.
            old: Its names before; a new object had none.
        """
        names = type(obj)._name_key
        if obj._names() == old:
            return
        self.name(type(obj), (obj,))
        if None in old:
            return
        new = dict(zip(names, obj._names(), strict=True))
        for other in self:
            if other._place_fields.issuperset(names) and tuple(other._row.get(name) for name in names) == old:
                # Else a change of it would go to whatever takes the old name.
                other._row.update(new)
                self.name(type(other), (other,))

    def _named(self, cls: type[Object], key: Any) -> Object | None:
        names = key if isinstance(key, tuple) else (key,)
        table = self._by_names.get(cls.code or cls.__name__)
        found = None if table is None else table.get(names)
        # It may have another name by now, or be gone.
        return found if found is not None and found._state.status == "persistent" and found._names() == names else None

    def wrap(self, cls: type[Object], row: dict[str, Any]) -> Object:
        """The object of a decoded row: the one that the session has, filled, or a new one."""
        return self.wrap_page(cls, (row,))[0]

    def wrap_page(self, cls: type[Object], rows: Sequence[dict[str, Any]], lazy: str | None = None) -> list[Object]:
        """The objects of a page of decoded rows, which from then on know each other as siblings.

        Args:
            cls: The class of all rows.
            rows: Decoded rows; they are kept, not copied.
            lazy: What lazy loads of these objects may do, when that differs from the session.

        Raises:
            InvalidResponseError: A row has an id that can be none.
        """
        origin = Origin(lazy, self._changed)
        state = State(self._session(), "persistent", origin)
        key_fields = cls._key
        single = key_fields[0] if len(key_fields) == 1 else None
        normal = cls._normal_key
        new = cls.__new__
        objects: list[Object] = []
        siblings: list[_Entry] = []
        add_object, add_sibling = objects.append, siblings.append
        # Half of the cost of wrapping is the collector looking through what was just made.
        with self._lock, collector_paused:
            known, forget = self._known(cls)
            for row in rows:
                key = row.get(single) if single is not None else _composite(row, key_fields)
                try:
                    if normal is not None and key is not None:
                        key = normal(key)
                    entry = known.get(key)
                except (AttributeError, TypeError, ValueError):
                    # A list or a map, say: the session would not know the object again.
                    raise InvalidResponseError(
                        row, operation=f"read {cls.__name__}", remedy=f"{key!r}, its id in the answer, can be none"
                    ) from None
                if entry is not None:
                    present = entry()
                    if present is not None:
                        self._fill(present, cls, row, state)
                        add_object(present)
                        add_sibling(entry)
                        continue
                obj = new(cls)
                obj._row = row
                obj._state = state
                obj._values = obj._originals = None
                add_object(obj)
                if key is not None:
                    made = _Entry(obj, forget)
                    made.key = key
                    known[key] = made
                    add_sibling(made)
        origin.siblings = siblings
        self.name(cls, objects)
        return objects

    def add(self, obj: Object) -> None:
        """Enter an object: a new one, or one that has an id; one that is there already stays."""
        if obj._state.status == "new":
            self._unsaved[id(obj)] = obj
            return
        key = obj.id
        if key is None:
            return
        with self._lock:
            known, forget = self._known(type(obj))
            key = comparable_key(type(obj), key)
            present = known.get(key)
            if present is None or present() is None:
                entry = _Entry(obj, forget)
                entry.key = key
                known[key] = entry
                # A state of its own, since the one it has may be shared with siblings.
                state = obj._state
                obj._state = State(state.session, state.status, Origin(state.origin.lazy, self._changed))
                self.keep_while_dirty(obj)
            self.name(type(obj), (obj,))

    def remove(self, obj: Object) -> None:
        """Forget an object, for example after it was deleted."""
        with self._lock:
            known, _forget = self._known(type(obj))
            key = comparable_key(type(obj), obj.id)
            entry = known.get(key)
            if entry is not None and entry() is obj:
                known.pop(key)
            self._changed.pop(id(obj), None)
            self._changed.lent.pop(id(obj), None)
            # Its state may be shared with siblings that stay.
            state = obj._state
            obj._state = State(state.session, state.status, Origin(state.origin.lazy))

    def keep_while_dirty(self, obj: Object) -> None:
        """Hold an object strongly while it has unsaved changes."""
        if obj._originals and obj._state.status == "persistent":
            self._changed[id(obj)] = obj
        else:
            self._changed.pop(id(obj), None)

    def dirty(self) -> list[Object]:
        """The objects with unsaved changes, changes of values in place included."""
        return [obj for obj in self if obj._state.status == "persistent" and changed_fields(obj)]

    def new(self) -> list[Object]:
        """The objects that were made and are not saved yet, as far as they are alive, in the order they were made."""
        return [obj for obj in list(self._unsaved.values()) if obj._state.status == "new"]

    def __iter__(self) -> Iterator[Object]:
        """The objects that are alive, each once."""
        with self._lock:
            entries = [entry for known, _forget in self._by_code.values() for entry in known.values()]
            alive = {id(obj): obj for entry in entries if (obj := entry()) is not None}
            alive.update(self._changed)
        return iter(list(alive.values()))

    def __len__(self) -> int:
        """The number of objects that are alive."""
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Forget all objects."""
        with self._lock:
            self._by_code.clear()
            self._by_names.clear()
            self._changed.clear()
            self._changed.lent.clear()
            self._unsaved.clear()

    def _known(self, cls: type[Object]) -> tuple[dict[Any, _Entry], Callable[[Any], None]]:
        code = cls.code or cls.__name__
        found = self._by_code.get(code)
        if found is None:
            known: dict[Any, _Entry] = {}

            def forget(entry: Any, known: dict[Any, _Entry] = known) -> None:
                key = entry.key
                if known.get(key) is entry:
                    del known[key]

            found = self._by_code[code] = (known, forget)
        return found

    def _fill(self, obj: Object, cls: type[Object], row: dict[str, Any], state: State) -> None:
        kind = type(obj)
        if not issubclass(kind, cls):
            if not issubclass(cls, kind):
                raise TypeError(
                    f"{obj._label()} is in this session as {kind.__module__}.{kind.__qualname__} already; "
                    f"it cannot be {cls.__module__}.{cls.__qualname__} as well, which is no subclass of it"
                )
            # The caller asked for a subclass, which knows more of the same row.
            obj.__class__ = cls
        obj._merge(row)
        if obj._state.status == "persistent":
            obj._state = state
        else:
            obj._state = State(obj._state.session, obj._state.status, state.origin)


def _composite(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...] | None:
    parts = tuple(row.get(name) for name in names)
    return None if None in parts else parts
