"""What Workfront is asked when objects are written. Source: `API.md` sections 11 and 12 of the facts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect, Outcome, Request
from workfront_orm.core.objects import Object

from .errors import InvalidResponseError
from .reading import code_of
from .wire import form_request, rows_of, updates_or_fields, wire_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workfront_orm.core.exchange import Change
    from workfront_orm.core.specs import ActionSpec

__all__ = ["action", "plan"]

BULK_SIZE = 100
# A bulk request beyond this many characters is split: gateways limit bodies too.
BULK_LENGTH = 1_000_000


def plan(changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
    """Requests that write changes of one class and kind; one change alone takes the plain form."""
    if len(changes) == 1:
        return [(_single(changes[0]), list(changes))]
    return [(_bulk(chunk), chunk) for chunk in _split(changes)]


def action(target: Object | type[Object], action: ActionSpec, arguments: Mapping[str, Any]) -> Request:
    """An action of an object, `PUT /TASK/<id>/move`, or of a class, `PUT /TASK/bulkMove`."""
    if isinstance(target, Object):
        path, label = target.api_url(), target._label()
    else:
        path, label = f"/{code_of(target)}", target.__name__

    def result(data: Any) -> Any:
        return data.get("result") if isinstance(data, dict) else None

    return form_request(
        f"{action.name} {label}",
        "PUT",
        f"{path}/{action.name}",
        updates_or_fields(arguments),
        effect=Effect.UNSAFE,
        decode=result,
    )


def _single(change: Change) -> Request:
    obj = change.object
    label = f"{change.kind} {obj._label()}"
    if change.kind == "create":
        pairs = updates_or_fields(change.values)
        return form_request(label, "POST", f"/{code_of(type(obj))}", pairs, effect=Effect.UNSAFE, decode=_created_row)
    if change.kind == "update":
        pairs = updates_or_fields(change.values)
        return form_request(label, "PUT", obj.api_url(), pairs, effect=Effect.IDEMPOTENT, decode=_one_row)
    request = form_request(
        label, "DELETE", obj.api_url(), _force(change), effect=Effect.IDEMPOTENT, decode=_deleted([change])
    )
    request.gone_is_done = True
    return request


def _bulk(changes: list[Change]) -> Request:
    kind = changes[0].kind
    cls = type(changes[0].object)
    label = f"{kind} {len(changes)} {cls.__name__}"
    path = f"/{code_of(cls)}"
    if kind == "delete":
        pairs = [*(("ID", change.object.id) for change in changes), *_force(changes[0])]
        return form_request(label, "DELETE", path, pairs, effect=Effect.IDEMPOTENT, decode=_deleted(changes))
    updates = json.dumps([_item(change) for change in changes])
    method, effect = ("POST", Effect.UNSAFE) if kind == "create" else ("PUT", Effect.IDEMPOTENT)

    def decode(data: Any) -> list[Outcome]:
        rows = rows_of(data)
        if len(rows) != len(changes):
            raise InvalidResponseError(
                f"{len(rows)} rows answered for {len(changes)} written", 200, operation=label, remedy="read them back"
            )
        ids = [row.get("ID") for row in rows]
        if (
            None in ids
            or (kind == "update" and ids != [change.object.id for change in changes])
            or _mixed(changes, rows)
        ):
            raise InvalidResponseError(
                "the rows answered are not those that were written, in their order",
                200,
                operation=label,
                remedy="read them back",
            )
        return [Outcome(key=row.get("ID"), row=row) for row in rows]

    return form_request(label, method, path, [("updates", updates)], effect=effect, decode=decode)


def _split(changes: Sequence[Change]) -> list[list[Change]]:
    chunks: list[list[Change]] = []
    length = BULK_LENGTH
    for change in changes:
        size = 40 if change.kind == "delete" else len(json.dumps(_item(change)))
        if not chunks or len(chunks[-1]) == BULK_SIZE or length + size > BULK_LENGTH:
            chunks.append([])
            length = 0
        chunks[-1].append(change)
        length += size
    return chunks


def _item(change: Change) -> dict[str, Any]:
    values: dict[str, Any] = wire_json(change.values)
    return values if change.kind == "create" else {"ID": change.object.id, **values}


def _force(change: Change) -> list[tuple[str, Any]]:
    return [("force", True)] if change.force else []


def _mixed(changes: Sequence[Change], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a row has the name of another one that was written: then the rows are in another order."""
    names = [_plain_name(change.values) for change in changes]
    known = set(names) - {None}
    told = map(_plain_name, rows)
    return any(there != here and there in known for here, there in zip(names, told, strict=True) if here is not None)


def _plain_name(values: Mapping[str, Any]) -> str | None:
    """A name as it is compared, since servers may trim it."""
    name = values.get("name")
    return " ".join(name.casefold().split()) if isinstance(name, str) else None


def _deleted(changes: Sequence[Change]) -> Callable[[Any], list[Outcome]]:
    def decode(data: Any) -> list[Outcome]:
        if isinstance(data, dict) and data.get("success") is False:
            raise InvalidResponseError(data, 200, remedy="the server says that it did not delete")
        return [Outcome() for _ in changes]

    return decode


def _one_row(data: Any) -> list[Outcome]:
    # Old versions answer null to an update.
    rows = rows_of(data)
    row = rows[0] if rows else None
    return [Outcome(key=row.get("ID") if row else None, row=row)]


def _created_row(data: Any) -> list[Outcome]:
    outcomes = _one_row(data)
    if outcomes[0].key is None:
        raise InvalidResponseError(
            data,
            200,
            remedy="the answer does not tell the id of the new object; search for it before creating it again",
        )
    return outcomes
