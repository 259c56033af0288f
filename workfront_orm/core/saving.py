"""Saving: from the changes of objects to planned writes, and from their outcomes to new baselines.

One object and many go the same way: what is sent are the fields that changed, and after an
answer exactly the fields that were sent are clean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import APIError, DeletedObjectError
from .exchange import Change, Outcome, Status
from .objects import Object
from .tracking import SaveResult, changed_fields, original_of, snapshot, wire_values

if TYPE_CHECKING:
    from .session import BaseSession

__all__ = ["apply_outcome", "delete", "plan", "save"]


def save(session: BaseSession, obj: Object) -> SaveResult:
    """Create an object or send its changed fields; see `Object.save`."""
    change = plan(session, obj)
    if change is None:
        return SaveResult()
    _carry_out(session, change)
    return SaveResult(tuple(change.values), created=change.kind == "create", updated=change.kind == "update")


def delete(session: BaseSession, obj: Object, *, force: bool) -> None:
    """Delete an object; see `Object.delete`."""
    if obj._state.status == "deleted":
        raise DeletedObjectError(f"delete {obj._label()}: it was deleted before")
    if obj.id is None:
        raise ValueError(f"delete {obj._label()}: it has no id, so there is nothing to delete on the server")
    session.service.capabilities(obj._spec).require("delete", type(obj).__name__)
    _carry_out(session, Change(kind="delete", object=obj, force=force))


def plan(session: BaseSession, obj: Object) -> Change | None:
    """The change that saving an object would write, or None when there is nothing to write.

    Raises:
        DeletedObjectError: The object was deleted.
        ValueError: A field holds an object that has no id yet.
    """
    if obj._state.status == "deleted":
        raise DeletedObjectError(
            f"save {obj._label()}: it was deleted; a new object is made with {type(obj).__name__}()"
        )
    capabilities = session.service.capabilities(obj._spec)
    if obj._state.status == "new":
        capabilities.require("create", type(obj).__name__)
        values = {name: value for name, value in wire_values(obj).items() if value is not None}
        return _checked(session, Change(kind="create", object=obj, values=_resolved(obj, values)))
    changed = changed_fields(obj)
    if not changed:
        return None
    capabilities.require("update", type(obj).__name__)
    originals = {name: original_of(obj, name) for name in changed}
    return _checked(session, Change(kind="update", object=obj, values=_resolved(obj, changed), originals=originals))


def apply_outcome(session: BaseSession, change: Change, outcome: Outcome) -> None:
    """Make what the server did the object's new baseline."""
    obj = change.object
    if change.kind == "delete":
        obj._state = obj._state.own("deleted")
        session.identity_map.remove(obj)
        return
    names = obj._names()
    current = changed_fields(obj) if change.kind == "update" else wire_values(obj)
    # A field that was changed again meanwhile is still unsaved.
    saved = [name for name, value in change.values.items() if obj._reference_id(current.get(name)) == value]
    for name in saved:
        if isinstance(obj._row.get(name), Object):
            obj._row[name] = change.values[name]
    obj._mark_saved(saved)
    if change.kind == "create":
        obj._state.status = "persistent"
        if obj._originals:
            # None was not sent, since a new object has no value anyway.
            obj._originals = {name: value for name, value in obj._originals.items() if current.get(name) is not None}
    if outcome.row:
        obj._merge(outcome.row)
    if outcome.key is not None and obj.id is None:
        key = outcome.key if isinstance(outcome.key, tuple) else (outcome.key,)
        obj._row.update(zip(type(obj)._key, key, strict=True))
    for name in outcome.stale:
        obj._row.pop(name, None)
        obj._forget(name)
    if change.kind == "create":
        session.identity_map.add(obj)
    session.identity_map.rename(obj, names)
    obj._settle()
    _tell_twin(session, change, outcome)


def _tell_twin(session: BaseSession, change: Change, outcome: Outcome) -> None:
    """Where a key found what the session has already, as another object: that one has these values now as well."""
    known = session.identity_map.get(type(change.object), change.object.id)
    if known is not None and known is not change.object:
        sent = {name: snapshot(value) for name, value in change.values.items()}
        known._merge({**sent, **(outcome.row or {})})


def _carry_out(session: BaseSession, change: Change) -> None:
    obj = change.object
    for request, changes in session.service.plan_changes([change]):
        outcomes: list[Outcome] = session.execute(request)
        for one, outcome in zip(changes, outcomes, strict=True):
            if outcome.status is not Status.DONE:
                raise outcome.error or APIError(
                    f"the server did not say what became of it ({outcome.status.value})",
                    operation=f"{change.kind} {obj._label()}",
                )
            apply_outcome(session, one, outcome)


def _checked(session: BaseSession, change: Change) -> Change:
    session.service.check_change(change)
    return change


def _resolved(obj: Object, values: dict[str, Any]) -> dict[str, Any]:
    """Values with objects replaced by their ids."""
    resolved = {}
    for name, value in values.items():
        if isinstance(value, Object):
            if value._reference_key() is None:
                raise ValueError(
                    f"save {obj._label()}: {type(obj).__name__}.{type(obj)._python_names.get(name, name)} "
                    f"is {value._label()}, which has no id yet; "
                    "save it first, or give both to session.save_all()"
                )
            value = value._reference_key()  # noqa: PLW2901 - the id is what is sent
        resolved[name] = snapshot(value)
    return resolved
