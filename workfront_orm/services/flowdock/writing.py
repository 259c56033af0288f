"""Writes: one request a change, with the fields that changed.

A message that is sent gets a `uuid`, by which it is found again when no answer comes, and
`X-flowdock-wait-for-message`, so that its answer is the message. Sources: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from workfront_orm.core.exchange import Effect, Outcome

from .codecs import CONTENT_LIMIT
from .errors import InvalidRequestError, InvalidResponseError
from .filters import MESSAGES
from .reading import messages_path
from .wire import FLOW, Answer, Call, row_of, shaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.core.exchange import Change
    from workfront_orm.core.objects import Object

__all__ = ["check", "comment", "plan"]

WAIT = {"X-flowdock-wait-for-message": "true"}
PRESENTED = {"Activity": "activity", "Discussion": "discussion"}

_TEXTS = frozenset({"message", "status", "comment"})
_FOLDERS = {"Source": "sources", "Invitation": "invitations"}


def check(change: Change) -> None:
    """Complete and check a change before it is sent.

    Raises:
        ValueError: What the server would refuse; the message says what is missing.
    """
    key = change.object._spec.key
    place = type(change.object)._key[0] if len(type(change.object)._key) > 1 else None
    if change.kind == "create":
        if place is not None and change.values.get(place) is None:
            raise _wrong(change, f"{place} says where it is to stand, and is missing")
        if key in MESSAGES:
            _complete(change)
        elif key in PRESENTED:
            _check_presented(change)
        elif key == "Flow":
            _check_flow(change)
    content = change.values.get("content")
    event = change.values.get("event") or change.object._row.get("event")
    if key in MESSAGES and "content" in change.values and event in _TEXTS:
        if not isinstance(content, str) or not content.strip():
            raise _wrong(change, f"content of a {event} takes a text that is not blank, not {content!r}")
        if len(content) > CONTENT_LIMIT:
            raise _wrong(change, f"content takes {CONTENT_LIMIT} characters at most, not {len(content)}")


def _wrong(change: Change, what: str) -> ValueError:
    return ValueError(f"{change.kind} {change.object._label()}: {what}")


def _complete(change: Change) -> None:
    values = change.values
    content = values.get("content")
    is_file = isinstance(content, dict) and "data" in content
    values.setdefault("event", "file" if is_file else "message")
    values.setdefault("uuid", str(uuid4()))
    if values["event"] in PRESENTED.values():
        raise _wrong(
            change, "only integrations present activities and discussions: session.present(...), with a flow token"
        )
    if content is None and values["event"] != "activity.user":
        raise _wrong(change, "content is missing")


def _check_presented(change: Change) -> None:
    needed = ["author", "title", *(["body"] if change.object._spec.key == "Discussion" else [])]
    if not change.values.get("thread_id"):
        needed.append("external_thread_id")
    for name in needed:
        if not change.values.get(name):
            raise _wrong(change, f"{name} is missing")


def _check_flow(change: Change) -> None:
    if not change.values.get("org"):
        raise _wrong(change, "org, the address of its organization, is missing")
    name = change.values.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _wrong(change, "name is missing")
    later = sorted(set(change.values) - {"org", "name"})
    if later:
        raise _wrong(change, f"a new flow takes org and name only: set {', '.join(later)} once it is saved")
    most = (change.object._spec.fields["name"].raw or {}).get("max", 100)
    if len(name) > most:
        raise _wrong(change, f"name takes {most} characters at most, not {len(name)}")


def plan(change: Change) -> Call:
    """The request of one change."""
    call = {"create": _create, "update": _update, "delete": _delete}[change.kind](change)
    call.operation = f"{change.kind} {change.object._label()}"
    return call


# --- create -----------------------------------------------------------------------------


def _create(change: Change) -> Call:
    obj, values = change.object, dict(change.values)
    key = obj._spec.key
    flow: str | None = None
    headers: dict[str, str] = {}
    if key in MESSAGES:
        place = values.pop(type(obj)._key[0])
        thread = values.pop("thread_id", None)
        path, flow = messages_path(type(obj), place, thread)
        headers = WAIT
    elif key in PRESENTED:
        values["event"] = PRESENTED[key]
        path = "/messages"
    elif key == "Flow":
        path = f"/flows/{quote(str(values.pop('org')), safe='')}"
    else:
        flow = str(values.pop("flow_id"))
        path = f"{FLOW}/{_FOLDERS[key]}"
    uuid = values.get("uuid")

    def decode(answer: Answer) -> list[Outcome]:
        if not isinstance(answer.data, dict) or "id" not in answer.data:
            if key not in MESSAGES and key not in PRESENTED:
                raise InvalidResponseError(
                    answer.data, None, remedy="the answer does not tell the id of the new object"
                )
            # 202: taken, and nothing to show for it.
            return [Outcome()]
        row = shaped(key, answer.data, flow=answer.flow, conversation=change.values.get("conversation_id"))
        return [Outcome(row=row)]

    return Call(
        operation="create",
        method="POST",
        path=path,
        flow=flow,
        needs_id=key == "Source",
        json=values,
        headers=headers,
        effect=Effect.UNSAFE,
        decode=decode,
        token=key in PRESENTED,
        uuid=uuid if key in MESSAGES and values["event"] != "activity.user" else None,
        listing=messages_path(type(obj), "")[0] if key == "Message" else path,
    )


# --- update and delete --------------------------------------------------------------------


def _path(obj: Object) -> tuple[str, str | None]:
    key = obj._spec.key
    if key == "Flow":
        return FLOW, obj.id
    if key == "Organization":
        return f"/organizations/{quote(str(obj._row.get('parameterized_name') or obj.id), safe='')}", None
    if key in MESSAGES:
        path, flow = messages_path(type(obj), obj.id[0])
        return f"{path}/{obj.id[1]}", flow
    if key in _FOLDERS:
        return f"{FLOW}/{_FOLDERS[key]}/{obj.id[1]}", obj.id[0]
    return f"/{'users' if key == 'User' else 'private'}/{obj.id}", None


def _update(change: Change) -> Call:
    obj = change.object
    key = obj._spec.key
    path, flow = _path(obj)
    stale: tuple[str, ...] = ()
    if key in MESSAGES:
        tags = change.values.get("tags")
        # Mentions become tags of the server's own, and a comment's content is a map there.
        changed_tags = ["tags"] if any(tag.startswith("@") for tag in tags or ()) else []
        changed_content = ["content"] if "content" in change.values and obj._row.get("event") == "comment" else []
        stale = (*(["edited"] if "content" in change.values else []), *changed_tags, *changed_content)

    def decode(answer: Answer) -> list[Outcome]:
        # Most updates answer an empty map; what has an id is the object as it is now.
        has_row = isinstance(answer.data, dict) and "id" in answer.data
        row = shaped(key, answer.data, flow=answer.flow) if has_row else None
        return [Outcome(row=row, stale=stale)]

    return Call(
        operation="update",
        method="PUT",
        path=path,
        flow=flow,
        needs_id=key == "Source",
        json=dict(change.values),
        effect=Effect.IDEMPOTENT,
        decode=decode,
    )


def _delete(change: Change) -> Call:
    path, flow = _path(change.object)
    return Call(
        operation="delete",
        method="DELETE",
        path=path,
        flow=flow,
        effect=Effect.IDEMPOTENT,
        decode=lambda _answer: [Outcome()],
        gone_is_done=True,
    )


# --- comments -----------------------------------------------------------------------------


def comment(target: Object | type[Object], arguments: Mapping[str, Any]) -> Call:
    """A comment on a message, the legacy way.

    Raises:
        ValueError: A text that is blank or too long.
    """
    content = arguments.get("content")
    if not isinstance(content, str) or not content.strip() or len(content) > CONTENT_LIMIT:
        raise ValueError(f"comment: content takes a text of 1 to {CONTENT_LIMIT} characters")
    flow, number = target.id

    def decode(answer: Answer) -> dict[str, Any]:
        if not isinstance(answer.data, dict) or "id" not in answer.data:
            raise InvalidRequestError(answer.data, None, operation="comment", remedy="the answer holds no comment")
        return shaped("Message", row_of(answer), flow=answer.flow)

    return Call(
        operation=f"comment on message {number}",
        method="POST",
        path=f"{FLOW}/messages/{number}/comments",
        flow=flow,
        json=dict(arguments),
        headers=WAIT,
        effect=Effect.UNSAFE,
        decode=decode,
    )
