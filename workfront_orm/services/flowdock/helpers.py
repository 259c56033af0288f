"""Methods that no metadata has: talking in flows and conversations, who is in a flow or an organization.

Sources: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workfront_orm.core.exchange import Effect
from workfront_orm.core.objects import Object

from .errors import NotSupportedError
from .values import Attachment, Upload
from .wire import FLOW, Call, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .stream import EventStream

__all__ = ["helpers_of"]


def send(self: Any, content: Any, *, tags: Iterable[str] = (), **fields: Any) -> Object:  # noqa: D417 - self is no argument
    """Send a message here; the same as making a message and saving it.

    Sends one POST. Explicit tags come first, then those that the server finds in the text: `:url` for a
    link, `:user:<id>` and `:unread:<id>` for a mention, `:highlight:<id>` for a name without `@`.

    Args:
        content: Text of 1 to 8096 characters, or an `Upload`.
        tags: Tags, in order.
        fields: Other fields of the message, such as `thread_id`.

    Returns:
        The message, saved.

    Raises:
        TypeError, ValueError: A value that messages do not take.
    """
    session = self._session("send")
    kind, place = _talk(self, session)
    given = list(tags)
    message: Object = kind(session, content=content, **place, **({"tags": given} if given else {}), **fields)
    message.save()
    return message


def upload(self: Any, file: str | Path | Upload, **fields: Any) -> Object:  # noqa: D417 - self is no argument
    """Send a file here; the same as `send(Upload.of(path))`.

    Sends one POST, with the file as base64. The tag `:file` is the server's.

    Args:
        file: The path of a file of this machine, or an `Upload`.
        fields: Other fields of the message, such as `tags` and `thread_id`.

    Returns:
        The message, whose content is the `Attachment`.

    Raises:
        OSError: The file cannot be read.
    """
    return send(self, file if isinstance(file, Upload) else Upload.of(file), **fields)


def download(self: Any, to: str | Path | None = None) -> bytes | int:  # noqa: D417 - self is no argument
    """Read the file of this message; see `session.download()`.

    Args:
        to: The path of a file to write; None for the content itself.

    Raises:
        ValueError: The message brings no file, or several.
    """
    files = [Attachment.of(one) for one in self._row.get("attachments") or ()]
    content = self._row.get("content")
    if not files and isinstance(content, dict) and "path" in content:
        files = [Attachment.of(content)]
    if len(files) != 1:
        raise ValueError(
            f"download {self._label()}: it brings {len(files)} files; session.download(attachment) reads one of several"
        )
    return self._session("download").download(files[0], to)  # type: ignore[no-any-return]


def events(self: Any, **options: Any) -> EventStream:  # noqa: D417 - self is no argument
    """What happens in this flow from now on; see `session.stream()`.

    Args:
        options: Options of `session.stream()`.
    """
    stream: EventStream = self._session("stream").stream(self, **options)
    return stream


def add_user(self: Any, user: Any) -> None:  # noqa: D417 - self is no argument
    """Let a user of the organization into this flow. Sends one POST.

    Args:
        user: A user, or an id.
    """
    call = _flow_call(self, "POST", "/users", {"id": int(_user_id(user))}, "add a user to", Effect.IDEMPOTENT)
    self._session("add_user").execute(call)
    _forget_users(self)


def block_user(self: Any, user: Any, blocked: bool = True) -> None:  # noqa: D417 - self is no argument; the word of the API
    """Block a user in this flow, or let him in again. Sends one PUT.

    Args:
        user: A user, or an id.
        blocked: False to let him in again.
    """
    number = quote(str(_user_id(user)), safe="")
    call = _flow_call(self, "PUT", f"/users/{number}", {"disabled": blocked}, "block a user in", Effect.IDEMPOTENT)
    self._session("block_user").execute(call)
    _forget_users(self)


def invite_all(self: Any, addresses: str | Iterable[str], message: str | None = None) -> Mapping[str, Any]:  # noqa: D417 - self is no argument
    """Invite many people to this flow by their e-mail addresses. Sends one POST.

    Args:
        addresses: Addresses; or text in which they stand, such as an address book's.
        message: What the mail says.

    Returns:
        `invitations`, `added_users` and `erroneous_emails`, as the server answers them.
    """
    listed = addresses if isinstance(addresses, str) else "\n".join(addresses)
    body = {"list": listed, **({} if message is None else {"message": message})}
    call = _flow_call(self, "POST", "/invitations/import", body, "invite people to", Effect.UNSAFE)
    call.decode = row_of
    found: Mapping[str, Any] = self._session("invite_all").execute(call)
    return found


def remove_user(self: Any, user: Any) -> None:  # noqa: D417 - self is no argument
    """Remove a user from this organization; only its administrators can. Sends one DELETE.

    Args:
        user: A user, or an id.
    """
    slug, number = quote(self.parameterized_name, safe=""), quote(str(_user_id(user)), safe="")
    call = Call(
        operation=f"remove a user from {self._label()}",
        method="DELETE",
        path=f"/organizations/{slug}/users/{number}",
        effect=Effect.IDEMPOTENT,
        decode=lambda _answer: None,
        gone_is_done=True,
    )
    self._session("remove_user").execute(call)
    _forget_users(self)


def helpers_of(key: str) -> dict[str, Any]:
    """The methods of a class, by name.

    Args:
        key: Its key in the metadata.
    """
    flow = {
        "send": send,
        "upload": upload,
        "events": events,
        "add_user": add_user,
        "block_user": block_user,
        "invite_all": invite_all,
    }
    found: dict[str, dict[str, Any]] = {
        "Flow": flow,
        "Thread": {"send": send, "upload": upload},
        "PrivateConversation": {"send": send, "upload": upload},
        "Message": {"download": download},
        "PrivateMessage": {"download": download},
        "Organization": {"remove_user": remove_user},
    }
    return dict(found.get(key, {}))


def _talk(obj: Any, session: Any) -> tuple[Any, dict[str, Any]]:
    """The class of the messages of a place, and what names the place."""
    if obj.id is None:
        raise ValueError(f"send to {obj._label()}: save() it first")
    if obj._spec.key == "PrivateConversation":
        return session.api.PrivateMessage, {"conversation_id": obj.id}
    if obj._spec.key == "Thread":
        return session.api.Message, {"flow_id": obj.id[0], "thread_id": obj.id[1]}
    return session.api.Message, {"flow_id": obj.id}


def _flow_call(obj: Any, method: str, path: str, body: dict[str, Any], what: str, effect: Effect) -> Call:
    if obj.id is None:
        raise ValueError(f"{what} {obj._label()}: save() it first")
    return Call(
        operation=f"{what} {obj._label()}",
        method=method,
        path=f"{FLOW}{path}",
        flow=obj.id,
        json=body,
        effect=effect,
        decode=lambda _answer: None,
    )


def _forget_users(obj: Any) -> None:
    """Who is in it has changed, so it is read again when it is asked for."""
    obj._row.pop("users", None)
    obj._forget("users")


def _user_id(user: Any) -> Any:
    number = user.id if isinstance(user, Object) else user
    if isinstance(number, bool) or not str(number).isdecimal():
        raise NotSupportedError(f"a user is named by his id, not by {user!r}", None)
    return number
