"""Writing: cases are begun and executed; records of tables are inserted or changed by their key, and deleted by it.

Source: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Change, Effect, Outcome, Request

from .errors import InvalidResponseError, NotSupportedError
from .families import FIELD, is_case, process_of, table_of
from .reading import key_filter
from .wire import plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.core.objects import Object

__all__ = ["check", "execution", "plan_all"]


def check(change: Change) -> None:
    """A last look at a change before it is planned.

    Raises:
        NotSupportedError: A case of no process; a table without a key.
        ValueError: A record whose key has an empty part; a case with a key of the program's.
    """
    cls = type(change.object)
    if is_case(cls._spec):
        if process_of(cls._spec) is None:
            raise NotSupportedError(
                f"{change.kind} {cls.__name__}: a case belongs to a process",
                None,
                remedy="use the class session.process('slug')",
            )
        # Beginning a case takes no values: they stay unsaved, and travel with the first action.
        for name in [name for name in change.values if name.startswith(FIELD)]:
            del change.values[name]
        if change.values:
            raise ValueError(
                f"{change.kind} {cls.__name__}: {', '.join(change.values)} cannot be given: BlizWork numbers the case, and "
                "the class says process and environment"
            )
    elif change.kind == "create":
        key_filter(cls, tuple(change.values.get(name) for name in cls._key))


def plan_all(changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
    """One request for each change."""
    return [(_plan(change), [change]) for change in changes]


def _plan(change: Change) -> Request:
    obj = change.object
    return _begin(obj) if is_case(obj._spec) else _record(change)


def _begin(obj: Object) -> Request:
    place = process_of(obj._spec)
    assert place is not None
    label = f"begin {type(obj).__name__}"

    def decode(data: Mapping[str, Any]) -> list[Outcome]:
        # The number stands beside the code, not in a payload.
        number = data.get("caseNumber")
        if type(number) is not int:
            raise InvalidResponseError(dict(data), 200, operation=label, remedy="the answer holds no number of a case")
        key = (*place, number)
        return [Outcome(key=key, row=dict(zip(type(obj)._key, key, strict=True)))]

    body = {"environment": place[0], "workflowId": place[1]}
    return plan(label, "/init", body, decode, effect=Effect.UNSAFE)


def _record(change: Change) -> Request:
    obj = change.object
    cls = type(obj)
    values = change.values if change.kind == "create" else obj._row
    condition = key_filter(cls, tuple(values.get(name) for name in cls._key))
    body: dict[str, Any] = {"table": table_of(cls), "filter": condition}
    if change.kind != "delete":
        body["update"] = {name: value for name, value in change.values.items() if name not in condition}
    path = "/master-data/delete" if change.kind == "delete" else "/master-data/upsert"
    return plan(f"{change.kind} {obj._label()}", path, body, lambda _data: [Outcome()], effect=Effect.IDEMPOTENT)


def execution(
    obj: Object, form: str, following: str, values: Mapping[str, Any], *, skip_extensions: bool, user: str | None
) -> Request:
    """The request that executes the activity a case waits for.

    Args:
        obj: The case.
        form: The id of the form that the case waits for.
        following: The id of the form that the action leads to.
        values: Wire values of fields by wire name.
        skip_extensions: Whether the process's web hooks are not called.
        user: For whom it is executed; None for the session's.
    """
    environment, slug, number = obj.id
    body: dict[str, Any] = {
        "environment": environment,
        "workflowId": slug,
        "caseNumber": number,
        "formId": form,
        "nextFormId": following,
        "formData": {name.removeprefix(FIELD): value for name, value in values.items()},
        "skipExtensions": skip_extensions,
    }
    if user is not None:
        body["execUserId"] = user
    return plan(f"execute {following!r} of {obj._label()}", "/exec", body, effect=Effect.UNSAFE)
