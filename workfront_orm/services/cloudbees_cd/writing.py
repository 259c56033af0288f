"""What a server is asked when objects are written: one request each, since REST has no batch.

Only what changed travels; a changed name travels as `newName`, to the path with the old one. Sources: `API.md`
sections 1, 4 and 5 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect, Outcome

from .errors import InvalidResponseError, NotSupportedError
from .places import address, name_field, names_in, parts_of, template
from .wire import is_custom_name, objects_in, request, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.core.exchange import Change, Request

__all__ = ["check", "plan"]

_EFFECTS = {"create": Effect.UNSAFE, "update": Effect.IDEMPOTENT, "delete": Effect.IDEMPOTENT}


def check(change: Change) -> None:
    """Refuse what is no field of the object, and what no path leads to.

    Raises:
        NotSupportedError: A property among the fields.
        ValueError: A name that the path needs is not known.
    """
    custom = next((name for name in change.values if is_custom_name(name)), None)
    if custom is not None:
        raise NotSupportedError(
            f"{change.kind} {change.object._label()}: {custom} is a property; write it with "
            f"properties[{custom[2:-1]!r}] = ... instead"
        )
    _path(change)


def plan(changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
    """One request a change."""
    return [(_request(change), [change]) for change in changes]


def _request(change: Change) -> Request:
    obj, spec = change.object, change.object._spec
    label = f"{change.kind} {obj._label()}"

    def decode(data: Mapping[str, Any]) -> list[Outcome]:
        rows = objects_in(spec, data)
        row = row_of(spec, rows[0], whole=change.kind == "create") if rows else None
        key = None if row is None else row.get(type(obj)._key[0])
        if key is None and change.kind == "create":
            raise InvalidResponseError(dict(data), None, remedy="the answer does not tell the id of the new object")
        return [Outcome(key=key, row=row)]

    if change.kind == "delete":
        return request(
            label,
            "DELETE",
            _path(change),
            effect=Effect.IDEMPOTENT,
            decode=lambda _data: [Outcome()],
            gone_is_done=True,
        )
    placed = names_in(template(spec, "create", change.values)) if change.kind == "create" else ()
    # An empty text is how a value is cleared: nulls are not sent on this wire.
    body = {name: "" if value is None else value for name, value in change.values.items() if name not in placed}
    own = name_field(spec)
    effect = _EFFECTS[change.kind]
    if change.kind == "update" and own in body:
        body["newName"] = body.pop(own)
        # Done once, the old name leads nowhere.
        effect = Effect.UNSAFE
    verb = "POST" if change.kind == "create" else "PUT"
    return request(label, verb, _path(change), body=body, effect=effect, decode=decode)


def _path(change: Change) -> str:
    obj = change.object
    values = {**change.values} if change.kind == "create" else parts_of(obj)
    return address(template(obj._spec, change.kind, values), values, f"{change.kind} {obj._label()}")
