"""Loading what objects lack: fields, references and collections, without a request per object.

The objects of one answer know each other. A lazy read on one of them loads what it needs for
all of them that lack it, in as few requests as the system allows.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .errors import (
    APIError,
    DeletedObjectError,
    DetachedObjectError,
    InvalidResponseError,
    LazyLoadError,
    NotFoundError,
    NotSupportedError,
)
from .identity import comparable_key, key_of
from .objects import Object
from .relations import Collection, Reference, Relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .session import BaseSession
    from .tracking import State

__all__ = ["Loader"]

OWNERS_PER_SEARCH = 500
"""For how many owners one search reads the members of a collection."""


class Loader:
    """Loads for one session.

    Args:
        session: The session that sends.
    """

    def __init__(self, session: BaseSession) -> None:
        self._session = session

    def load(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Object]:
        """Objects by id, in the order of the ids; the same id twice is the same object twice.

        Raises:
            NotFoundError: The server has none for some of the ids; the message names them.
        """
        wanted = list(dict.fromkeys(ids))
        service = self._session.service
        rows = [row for found in self._session.execute_all(service.plan_load(cls, wanted, fields)) for row in found]
        objects = self._session.identity_map.wrap_page(cls, rows)
        found = _by_keys(cls, objects)
        missing = [key for key in wanted if comparable_key(cls, key) not in found]
        if missing and service.is_alias(cls, wanted[0]) and len(wanted) == len({id(obj) for obj in objects}) == 1:
            return [objects[0]] * len(ids)
        if missing:
            shown = ", ".join(map(repr, missing[:5])) + (" ..." if len(missing) > 5 else "")  # noqa: PLR2004
            raise service.error(NotFoundError)(
                f"the server answered no {cls.__name__} for {len(missing)} of {len(wanted)} ids: {shown}",
                404,
                operation=f"load {cls.__name__}",
                remedy="they are deleted, or the user may not see them; search by id returns those that exist",
            )
        return [found[comparable_key(cls, key)] for key in ids]

    def load_fields(self, obj: Object, names: tuple[str, ...] | None) -> None:
        """Load fields of one object; its unsaved changes are kept."""
        obj._merge(self._read(obj, names))

    def load_lazily(self, obj: Object, name: str) -> None:
        """Load a field that lists leave out.

        Where one request reads one object only, the siblings that follow come along in parallel, as many as
        there are connections, so that a loop over a list waits once for each lot and a single read asks for little.
        """
        self._permit(obj, name)
        lacking = self._lacking(obj, name)
        most = self._session.service.capabilities(type(obj)._spec).key_filter
        if most == 1:
            after = _siblings(obj)
            place = next((number for number, other in enumerate(after) if other is obj), 0)
            following = {id(other) for other in after[place + 1 :]}
            others = [other for other in lacking if id(other) in following]
            lacking = [obj, *others[: self._session.max_concurrent - 1]]
        self._load_members(lacking, (name,))

    def refresh(self, obj: Object) -> None:
        """Read the loaded fields of one object again; its unsaved changes are lost."""
        names = self._loaded_fields(obj)
        row = self._read(obj, names or None)
        if not row:
            raise self._wrong(obj, row, "the answer is empty, so nothing was taken back")
        obj.revert()
        # What references and collections led to is loaded again when it is asked for.
        members = type(obj)._members
        for name in [*obj._row]:
            if isinstance(members.get(type(obj)._python_names.get(name, "")), Relation):
                del obj._row[name]
        obj._values = None
        obj._merge(row)

    def load_relation(self, obj: Object, relation: Reference | Collection) -> Any:
        """What a reference or collection leads to, loaded for all siblings that lack it."""
        if isinstance(relation, Reference):
            return self._load_reference(obj, relation)
        return self._load_collection(obj, relation)

    def related(self, obj: Object, relation: Reference | Collection, data: Any) -> Any:
        """What a reference or collection leads to, from the row it came with.

        The rows of all siblings are wrapped together, so that what they lead to knows its siblings.
        """
        name = relation.workfront_name
        owners = [obj, *(other for other in _siblings(obj) if other is not obj)]
        owners = [owner for owner in owners if name in owner._row and name not in (owner._values or ())]
        target = relation.spec.target
        if isinstance(relation, Reference):
            rows = [(owner, owner._row[name]) for owner in owners if isinstance(owner._row[name], dict)]
            values = self.wrap_rows([row for _, row in rows], target, lazy=obj._state.origin.lazy)
            for (owner, _row), value in zip(rows, values, strict=True):
                owner._remember(name, value)
            return None if data is None else (obj._values or {}).get(name)
        lists = [(owner, [row for row in owner._row[name] or () if isinstance(row, dict)]) for owner in owners]
        members = iter(self.wrap_rows([row for _, rows in lists for row in rows], target, lazy=obj._state.origin.lazy))
        for owner, rows_ in lists:
            owner._remember(name, tuple(next(members) for _ in rows_))
        return (obj._values or {}).get(name, ())

    def wrap_rows(
        self,
        rows: Sequence[dict[str, Any]],
        code: str | None,
        *,
        asked: type[Object] | None = None,
        lazy: str | None = None,
    ) -> list[Object]:
        """Wrap rows that may be of several classes, page-wise, in order.

        Args:
            rows: The decoded rows.
            code: The code of those that do not tell their own.
            asked: The class that the caller named, which may be a subclass of the one that the code means.
            lazy: What lazy loads of these objects may do, when that differs from the session.
        """
        classes: dict[type[Object], list[int]] = {}
        for index, row in enumerate(rows):
            cls = self._session.api.type_of(row, code)
            if asked is not None and issubclass(asked, cls):
                cls = asked
            classes.setdefault(cls, []).append(index)
        wrapped: list[Any] = [None] * len(rows)
        for cls, indexes in classes.items():
            page = self._session.identity_map.wrap_page(cls, [rows[index] for index in indexes], lazy)
            for index, obj in zip(indexes, page, strict=True):
                wrapped[index] = obj
        return wrapped

    # --- references ---------------------------------------------------------------

    def _load_reference(self, obj: Object, relation: Reference) -> Object | None:
        session = self._session
        embedded = session.service.is_embedded(relation)
        resolved = session.service.resolve_reference(relation, obj._row)
        if resolved is None and not embedded:
            resolved = self._resolve_by_reading(obj, relation)
        if resolved is not None:
            code, key = resolved
            if session.service.is_null_id(key):
                return None
            known = session.identity_map.get(session.api.type_of({}, code), key)
            if known is not None:
                obj._remember(relation.workfront_name, known)
                return known
        self._permit(obj, relation.workfront_name)
        lacking = self._lacking(obj, relation.workfront_name)
        id_field = relation.spec.field
        changed_here = bool(id_field and obj._originals and id_field in obj._originals)
        together = len(lacking) > 1 and resolved is not None and self._findable(session.api.type_of({}, resolved[0]))
        if resolved is not None and (changed_here or together or not embedded):
            return self._load_targets(obj, relation, resolved[0], lacking)
        if len(lacking) > 1 and self._findable(type(obj)):
            self._load_members(lacking, (relation.workfront_name,))
        if relation.workfront_name not in obj._row:
            self.load_fields(obj, (relation.workfront_name,))
        value = self.related(obj, relation, obj._row.get(relation.workfront_name))
        return value if isinstance(value, Object) else None

    def _resolve_by_reading(self, obj: Object, relation: Reference) -> tuple[str, Any]:
        """What a reference means after the fields that tell it were read, for all siblings that lack them."""
        service = self._session.service
        needed = service.reference_fields(relation)
        name = relation.workfront_name
        if any(field not in obj._row for field in needed):
            self._permit(obj, name)
            owners = [one for one in self._lacking(obj, name) if any(field not in one._row for field in needed)]
            self._load_members(owners, needed)
        resolved = service.resolve_reference(relation, obj._row)
        if resolved is None:
            raise service.error(NotSupportedError)(
                f"what {type(obj).__name__}.{name} of {obj._label()} leads to is not known; its id is in the id field"
            )
        return resolved

    def _load_targets(self, obj: Object, relation: Reference, code: str, lacking: list[Object]) -> Object:
        """Load the objects that the ids of several objects name, each once."""
        session = self._session
        name = relation.workfront_name
        wanted: dict[Any, list[Object]] = {}
        cls = session.api.type_of({}, code)
        for owner in lacking:
            resolved = session.service.resolve_reference(relation, owner._row)
            if resolved is None or resolved[0] != code or isinstance(resolved[1], Object):
                continue
            if not session.service.is_null_id(resolved[1]):
                wanted.setdefault(comparable_key(cls, resolved[1]), []).append(owner)
        unknown = [key for key in wanted if session.identity_map.get(cls, key) is None]
        loaded: list[Object] = []
        for request in session.service.plan_lookup(cls, unknown, None):
            loaded += session.identity_map.wrap_page(cls, session.execute(request))
        by_key = _by_keys(cls, loaded)
        for key, owners in wanted.items():
            target = by_key.get(key) or session.identity_map.get(cls, key)
            if target is not None:
                for owner in owners:
                    owner._remember(name, target)
        value = (obj._values or {}).get(name)
        if value is None:
            raise session.service.error(NotFoundError)(
                f"{type(obj).__name__}.{name} of {obj._label()} refers to an object that the server does not show",
                404,
                operation=f"load {type(obj).__name__}.{name}",
                remedy="it is deleted, or the user may not see it; the id is in the id field",
            )
        return value  # type: ignore[no-any-return]

    # --- collections --------------------------------------------------------------

    def _load_collection(self, obj: Object, relation: Collection) -> tuple[Object, ...]:
        service = self._session.service
        name = relation.workfront_name
        self._permit(obj, name)
        lacking = self._lacking(obj, name)
        if not service.is_embedded(relation):
            if not (self._load_linked(lacking, relation) or self._load_selected(obj, lacking, relation)):
                raise service.error(NotSupportedError)(
                    f"{type(obj).__name__}.{name}: how its members are read is not known"
                )
            return (obj._values or {}).get(name, ())  # type: ignore[no-any-return]
        if len(lacking) > 1 and self._findable(type(obj)):
            self._load_members(lacking, (name,))
        if name not in obj._row:
            self.load_fields(obj, (name,))
        value: tuple[Object, ...] = self.related(obj, relation, obj._row.get(name))
        return value

    def _load_selected(self, obj: Object, lacking: list[Object], relation: Collection) -> bool:
        """Load the members by searches: one for all owners where the members tell whose they are, else one for each."""
        session, service = self._session, self._session.service
        name = relation.workfront_name
        for start in range(0, len(lacking) if len(lacking) > 1 else 0, OWNERS_PER_SEARCH):
            owners = lacking[start : start + OWNERS_PER_SEARCH]
            select = service.collection_select(owners, relation)
            if select is None:
                break
            by_key = _by_keys(type(obj), owners)
            members: dict[int, list[Object]] = {id(owner): [] for owner in owners}
            for member in session.read(select):
                owner_ = by_key.get(comparable_key(type(obj), service.collection_owner(relation, member._row)))
                if owner_ is not None:
                    members[id(owner_)].append(member)
            for owner in owners:
                owner._remember(name, tuple(members[id(owner)]))
        else:
            if len(lacking) > 1:
                return True
        select = service.collection_select([obj], relation)
        if select is None:
            return False
        obj._remember(name, tuple(session.read(select)))
        return True

    def _load_linked(self, lacking: list[Object], relation: Collection) -> bool:
        """Load the members whose keys are told by a field of the owners, or by links that are read."""
        session, service = self._session, self._session.service
        linked: list[tuple[Object, Sequence[tuple[str, Any]] | None]] = []
        field = relation.spec.raw.get("field")
        if field:
            unread = [owner for owner in lacking if field not in owner._row]
            if unread:
                self._load_members(unread, (field,))
            linked = [(owner, service.member_keys(relation, owner._row)) for owner in lacking]
        else:
            planned = service.plan_links(lacking, relation)
            if planned is None:
                return False
            for request, owners in planned:
                linked += zip(owners, session.execute(request), strict=True)
        name = relation.workfront_name
        wrapped: dict[int, list[Any]] = {
            id(owner): self._wrapped(pairs) for owner, pairs in linked if pairs is not None
        }
        found = self._load_keys({pair for pairs in wrapped.values() for pair in pairs if isinstance(pair, tuple)})
        for owner, pairs in linked:
            if pairs is None:
                self._load_selected(owner, [owner], relation)
                continue
            # What is linked and cannot be seen is left out, as in the system's own lists.
            members = (found.get(pair) if isinstance(pair, tuple) else pair for pair in wrapped[id(owner)])
            owner._remember(name, tuple(member for member in members if member is not None))
        return True

    def _wrapped(self, pairs: Sequence[tuple[str, Any]]) -> list[Any]:
        """Members whose rows came along as objects, the others as they are."""
        rows = [(code, row) for code, row in pairs if isinstance(row, dict)]
        if not rows:
            return list(pairs)
        objects = iter(self.wrap_rows([row for _code, row in rows], rows[0][0]))
        return [next(objects) if isinstance(key, dict) else (code, key) for code, key in pairs]

    def _load_keys(self, pairs: set[tuple[str, Any]]) -> dict[tuple[str, Any], Object]:
        """Objects by object key and id, those that the session has and those that exist."""
        session = self._session
        by_code: dict[str, list[Any]] = {}
        found: dict[tuple[str, Any], Object] = {}
        for code, key in pairs:
            known = session.identity_map.get(session.api.type_of({}, code), key)
            if known is None:
                by_code.setdefault(code, []).append(key)
            else:
                found[code, key] = known
        for code, keys in by_code.items():
            cls = session.api.type_of({}, code)
            for request in session.service.plan_lookup(cls, sorted(keys), None):
                loaded = session.identity_map.wrap_page(cls, session.execute(request))
                found.update(((code, key), obj) for key, obj in _by_keys(cls, loaded).items())
        return found

    # --- helpers ------------------------------------------------------------------

    def _load_members(self, objects: list[Object], names: tuple[str, ...]) -> None:
        """Load members of several objects of a class."""
        cls = type(objects[0])
        by_key = {comparable_key(cls, obj.id): obj for obj in objects}
        for rows in self._session.execute_all(self._session.service.plan_lookup(cls, list(by_key), names)):
            for row in rows:
                owner = by_key.get(key_of(cls, row))
                if owner is not None:
                    # Where fields come along by levels of detail, what else came is known then, too.
                    own = row if self._session.service.reads_levels(cls._spec) else names
                    owner._merge({name: row[name] for name in own if name in row})

    def _findable(self, cls: type[Object]) -> bool:
        """Whether objects of a class can be searched for, or may be, as far as the metadata tells."""
        operations = self._session.service.capabilities(cls._spec).operations
        return operations is None or "search" in operations

    def _lacking(self, obj: Object, name: str) -> list[Object]:
        """The object and its siblings of the same class that have an id and lack a member."""
        others = (
            other
            for other in _siblings(obj)
            if other is not obj
            and other.code == obj.code
            and other._state.status == "persistent"
            and name not in other._row
            and name not in (other._values or ())
        )
        return [obj, *others]

    def _read(self, obj: Object, names: tuple[str, ...] | None) -> dict[str, Any]:
        if obj._state.status == "deleted":
            raise DeletedObjectError(f"load {obj._label()}: it was deleted")
        if obj.id is None:
            raise DetachedObjectError(f"load {obj._label()}: it has no id yet; save() creates it first")
        row = self._session.execute(self._session.service.plan_read(obj, names))
        row = {} if row is None else row
        if not isinstance(row, dict):
            raise self._wrong(obj, row, "the answer is no object")
        kind = type(obj)
        told = key_of(kind, row)
        if told is not None and told != comparable_key(kind, obj.id):
            raise self._wrong(obj, row, "the answer is another object")
        return row

    def _wrong(self, obj: Object, data: Any, what: str) -> APIError:
        return self._session.service.error(InvalidResponseError)(
            data, None, operation=f"load {obj._label()}", remedy=what
        )

    def _loaded_fields(self, obj: Object) -> tuple[str, ...]:
        members = type(obj)._members
        names = type(obj)._python_names
        return tuple(
            name
            for name in obj._row
            if not isinstance(members.get(names.get(name, "")), Relation)
            and (type(obj)._spec is None or name in names or type(obj)._is_custom(name))
        )

    def _permit(self, obj: Object, name: str) -> None:
        rule = obj._state.origin.lazy or self._session.lazy
        if rule == "load":
            return
        message = (
            f"lazy load of {type(obj).__name__}.{name} of {obj._label()}: name it in fields= to load it with the rest"
        )
        if rule == "raise":
            raise LazyLoadError(message)
        warnings.warn(message, stacklevel=7)


def _by_keys(cls: type[Object], objects: Sequence[Object]) -> dict[Any, Object]:
    """Objects of a class by all that they are found by: the key, and the names where the class has such."""
    found: dict[Any, Object] = {}
    for obj in objects:
        if cls._name_key:
            names = obj._names()
            found[names] = obj
            if len(names) == 1:
                found[names[0]] = obj
    # Last: an id goes before a name of the same letters.
    found.update((comparable_key(cls, obj.id), obj) for obj in objects)
    return found


def _siblings(obj: Object) -> list[Object]:
    state: State = obj._state
    return [other for entry in state.origin.siblings if (other := entry()) is not None]
