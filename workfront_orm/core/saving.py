"""Saving: from the changes of objects to planned writes, and from their outcomes to new baselines.

One object and many go the same way: what is sent are the fields that changed, and after an
answer exactly the fields that were sent are clean.
"""

from __future__ import annotations

from math import isfinite
from threading import Lock
from typing import TYPE_CHECKING, Any

from .errors import APIError, DeletedObjectError, InvalidResponseError
from .exchange import Change, Outcome, Status
from .identity import comparable_key, key_of
from .objects import Object
from .tracking import SaveResult, changed_fields, original_of, snapshot, wire_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .exchange import Request
    from .service import Service
    from .session import BaseSession

__all__ = ["apply_outcome", "delete", "plan", "release", "requests_of", "save"]

DEEPEST = 100
"""How deeply the lists and maps of a value may be nested."""

_claims = Lock()


def save(session: BaseSession, obj: Object) -> SaveResult:
    """Create an object or send its changed fields; see `Object.save`."""
    owner = object()
    try:
        change = plan(session, obj, owner)
        if change is None:
            return SaveResult()
        _carry_out(session, change)
    finally:
        release((obj,), owner)
    return SaveResult(tuple(change.values), created=change.kind == "create", updated=change.kind == "update")


def delete(session: BaseSession, obj: Object, *, force: bool) -> None:
    """Delete an object; see `Object.delete`."""
    if obj._state.status == "deleted":
        raise DeletedObjectError(f"delete {obj._label()}: it was deleted before")
    if obj.id is None:
        raise ValueError(f"delete {obj._label()}: it has no id, so there is nothing to delete on the server")
    session.service.capabilities(obj._spec).require("delete", type(obj).__name__)
    _carry_out(session, Change(kind="delete", object=obj, force=force))


def plan(session: BaseSession, obj: Object, owner: object = None) -> Change | None:
    """The change that saving an object would write, or None when there is nothing to write.

    Args:
        session: The session of the object.
        obj: The object.
        owner: Whose save it is. A new object is claimed for it, since two saves at once would create it
            twice; `release` ends that. None claims nothing.

    Raises:
        DeletedObjectError: The object was deleted.
        TypeError: A value that has no form on the wire.
        ValueError: A field holds an object that has no id yet, or another save of a new object is under way.
    """
    if obj._state.status == "deleted":
        raise DeletedObjectError(
            f"save {obj._label()}: it was deleted; a new object is made with {type(obj).__name__}()"
        )
    capabilities = session.service.capabilities(obj._spec)
    if _claimed(obj, owner):
        capabilities.require("create", type(obj).__name__)
        values = {name: value for name, value in wire_values(obj).items() if value is not None}
        return _checked(session, Change(kind="create", object=obj, values=_resolved(obj, values)))
    changed = changed_fields(obj)
    if not changed:
        return None
    capabilities.require("update", type(obj).__name__)
    originals = {name: original_of(obj, name) for name in changed}
    return _checked(session, Change(kind="update", object=obj, values=_resolved(obj, changed), originals=originals))


def release(objects: Iterable[Object], owner: object) -> None:
    """Let others save what an owner has claimed and not saved."""
    for obj in objects:
        if obj._state.saving is owner:
            obj._state.saving = None


def requests_of(session: BaseSession, changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
    """Requests that write changes of one class and kind, each with the changes it carries.

    What they decode to is checked: an answer that tells of other objects than were written is a wrong
    answer like any other, after which nobody knows what was done.
    """
    planned = session.service.plan_changes(changes)
    for request, carried in planned:
        request.decode = _checked_answer(session, request, list(carried))
    return planned


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
            # None was not sent, since a new object has no value anyway; but where a value was, and is None by now.
            obj._originals = {
                name: value
                for name, value in obj._originals.items()
                if current.get(name) is not None or name in change.values
            }
    # What was sent is what the server has now, whether it answers the field or not: a field that was changed
    # again meanwhile differs from that.
    later = {name: snapshot(change.values[name]) for name in change.values if name not in saved}
    row = {**later, **(outcome.row or {})}
    if row:
        obj._merge(row)
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
    for request, changes in requests_of(session, [change]):
        outcomes: list[Outcome] = session.execute(request)
        for one, outcome in zip(changes, outcomes, strict=True):
            if outcome.status is not Status.DONE:
                raise outcome.error or APIError(
                    f"the server did not say what became of it ({outcome.status.value})",
                    operation=f"{change.kind} {obj._label()}",
                )
            apply_outcome(session, one, outcome)


def _claimed(obj: Object, owner: object) -> bool:
    """Claim a new object for an owner; False where it is no new one.

    Raises:
        ValueError: Another one has claimed it.
    """
    if obj._state.status != "new":
        return False
    with _claims:
        if obj._state.status != "new":
            # Saved by another thread just now.
            return False
        if obj._state.saving not in (None, owner):
            raise ValueError(
                f"save {obj._label()}: another save of it is under way, and two would create it twice; "
                "nothing was sent: wait for the other one"
            )
        obj._state.saving = owner
        return True


def _checked(session: BaseSession, change: Change) -> Change:
    for name, value in change.values.items():
        if value is None or (value.__class__ is str and value.isascii()):
            # Most are, and then there is nothing to look for.
            continue
        try:
            _check_sendable(value, session.service)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{change.kind} {change.object._label()}: {name}: {error}") from None
    session.service.check_change(change)
    return change


def _check_sendable(value: Any, service: Service, depth: int = 0) -> None:
    """Refuse a value that no request can carry: in a bulk write only its own row fails then.

    Raises:
        TypeError: A value of a type that has no form on the wire.
        ValueError: A number that is not finite, half a character, or lists without end.
    """
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{value!r:.60} holds half of a surrogate pair, which is no character") from None
    elif isinstance(value, (dict, list, tuple)):
        if depth == DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        if isinstance(value, dict) and not all(isinstance(key, (str, int)) for key in value):
            raise TypeError("the keys of a map are texts")
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_sendable(item, service, depth + 1)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value!r} has no form on the wire; it takes a finite number")
    elif value is not None and not isinstance(value, int) and not isinstance(value, service.wire_types):
        raise TypeError(f"{value!r:.60} of type {type(value).__name__} has no form on the wire")


def _checked_answer(session: BaseSession, request: Request, changes: list[Change]) -> Callable[[Any], list[Outcome]]:
    decode = request.decode

    def read(data: Any) -> list[Outcome]:
        outcomes: list[Outcome] = decode(data)
        told = len(outcomes)
        wrong = f"{told} outcomes for {len(changes)} changes" if told != len(changes) else _mistaken(changes, outcomes)
        if wrong:
            raise session.service.error(InvalidResponseError)(
                f"the answer is not that of what was written: {wrong}",
                None,
                operation=request.operation,
                remedy="read back what is there",
            )
        return outcomes

    return read


def _mistaken(changes: Sequence[Change], outcomes: Sequence[Outcome]) -> str | None:
    """What shows that outcomes are of other objects; None where nothing does."""
    seen: set[Any] = set()
    for change, outcome in zip(changes, outcomes, strict=True):
        if outcome.status is not Status.DONE or change.kind == "delete":
            continue
        cls = type(change.object)
        try:
            key = key_of(cls, outcome.row or {}) if outcome.key is None else comparable_key(cls, outcome.key)
            if key is None:
                continue
            if key in seen:
                return f"the id {key!r} came twice"
            seen.add(key)
        except (AttributeError, TypeError, ValueError):
            # A list or a map, say.
            return "what came as an id can be none"
        if change.kind == "update" and key != comparable_key(cls, change.object.id):
            return f"{key!r} came for {change.object._label()}"
    return None


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
