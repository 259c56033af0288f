"""Extensions: BlizWork calls a web hook, which asks BlizWork whether that was so before it believes a word.

`verify` checks one call. `WebhookApp` is a small ASGI app around it, for uvicorn or any other server, alone or
mounted in a framework:

    app = WebhookApp(session, handle, endpoint="https://hooks.example.com/blizwork")

A call is verified at BlizWork whatever it says of itself. The published client takes a call that says `draft`, or
nothing of its environment, as valid without asking; anybody who knows the address could make such calls.
Source: `API.md` section 5 of the facts.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from workfront_orm.core.errors import APIError
from workfront_orm.core.exchange import Effect
from workfront_orm.core.redaction import confidential

from .errors import InvalidCallError, InvalidRequestError
from .wire import plan

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from .session import Session

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

__all__ = ["WebhookApp", "WebhookCall", "verify"]

LARGEST_CALL = 1_000_000
"""Bytes of a call; BlizWork's are up to half of that."""

_HANDSHAKE = re.compile(r"[0-9a-fA-F]{24}")
_ENVIRONMENTS = ("draft", "production")
_log = logging.getLogger("blizwork")


@frozen
class WebhookCall:
    """A call of a web hook that was verified.

    Attributes:
        environment: The environment of the case.
        process: The slug of its process.
        process_version: The version of that.
        case_number: The number of the case.
        fields: The values of its fields as far as the call has them; None where it has none.
        verified: Whether BlizWork confirmed it; False only for drafts that the program accepts without.
    """

    environment: str
    process: str
    process_version: int | None
    case_number: int
    fields: Mapping[str, Any] | None
    verified: bool = True

    def field(self, name: str, *default: Any) -> Any:
        """The value of a field of the call.

        Args:
            name: The slug of the field.
            default: What to return where the call has no such field, if anything; None is a value like others.

        Raises:
            KeyError: The call has no such field, or none at all, and there is no default.
        """
        if self.fields is not None and name in self.fields:
            return self.fields[name]
        if default:
            return default[0]
        raise KeyError(f"the call has no field {name!r}" if self.fields is not None else "the call has no fields")

    def case(self, session: Session, fields: Any = None) -> Any:
        """The case of the call. Sends a read of it.

        Args:
            session: A session of the call's environment.
            fields: The fields to load; None for the case's own fields.

        Raises:
            ValueError: The session is of the other environment. Nothing was sent.
        """
        if session.environment != self.environment:
            raise ValueError(
                f"the call is from {self.environment}, the session of {session.environment}: "
                f"make one with environment={self.environment!r}"
            )
        return session.load(session.process(self.process, self.case_number), self.case_number, fields=fields)


@confidential
def verify(
    session: Session,
    call: Mapping[str, Any] | bytes,
    endpoint: str,
    *,
    accept_unverified_drafts: bool = False,
) -> WebhookCall:
    """Check a call of a web hook: what it holds, then at BlizWork whether it was made, to this address.

    Sends one `POST /utils/validatecall`. A handshake is good once, so that a call that was verified is refused
    when it comes again.

    Args:
        session: What asks; of any environment.
        call: The body, as it came or decoded.
        endpoint: The address that BlizWork calls, as it was entered there.
        accept_unverified_drafts: Whether calls that say they are from drafts are accepted unasked, as the published
            client does. Then anybody can make such calls.

    Raises:
        InvalidCallError: It is no call, or none that BlizWork made to this address, or it was verified before.
        BlizWorkAPIError: BlizWork could not be asked.
    """
    data = _decoded(call)
    environment = data.get("environment")
    if environment not in _ENVIRONMENTS:
        raise _invalid("it does not say which environment it is from")
    handshake, process, number = data.get("handshakeToken"), data.get("processId"), data.get("caseNumber")
    if not isinstance(process, str) or not process or type(number) is not int:
        raise _invalid("it names no case")
    fields = data.get("fields")
    if fields is not None and not isinstance(fields, dict):
        raise _invalid("its fields are no object")
    version = data.get("processVersion")
    trusted = environment == "draft" and accept_unverified_drafts
    if not trusted:
        if not isinstance(handshake, str) or _HANDSHAKE.fullmatch(handshake) is None:
            raise _invalid("it has no handshake")
        # In the body, where no log of a server shows it. Asking uses the handshake up.
        body = {"endpoint": endpoint, "token": handshake}
        try:
            session.execute(plan("verify a web hook's call", "/utils/validatecall", body, effect=Effect.UNSAFE))
        except InvalidRequestError as error:
            raise _invalid(f"BlizWork does not know it: {error.message}") from None
    return WebhookCall(environment, process, version if type(version) is int else None, number, fields, not trusted)


class WebhookApp:
    """An ASGI app that answers the calls of one web hook.

    Only a verified call reaches the handler. Answers: 200 with the handler's text, 401 for a call that is not
    BlizWork's, 400, 405 or 413 for what is no call, 503 when BlizWork could not be asked, 500 when the handler
    failed, which the log `blizwork` tells and the answer does not.

    Args:
        session: What asks BlizWork.
        handler: Called with each `WebhookCall`, in a thread of its own where it is no coroutine function; what it
            returns is the text of the answer, None for `Ok`.
        endpoint: The address that BlizWork calls, as it was entered there.
        accept_unverified_drafts: See `verify`.
        largest: The greatest number of bytes of a call.
    """

    def __init__(
        self,
        session: Session,
        handler: Callable[[WebhookCall], Any],
        endpoint: str,
        *,
        accept_unverified_drafts: bool = False,
        largest: int = LARGEST_CALL,
    ) -> None:
        self._session = session
        self._handler = handler
        self._endpoint = endpoint
        self._drafts = accept_unverified_drafts
        self._largest = largest

    def __repr__(self) -> str:
        """The address."""
        return f"<WebhookApp {self._endpoint}>"

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"a web hook takes http, not {scope['type']}")
        status, text = await self._answer(scope, receive)
        body = text.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        if status == 405:  # noqa: PLR2004 - whose answer says what is allowed
            headers.append((b"allow", b"POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(  # noqa: PLR0911 - one answer a case
        self, scope: Mapping[str, Any], receive: Receive
    ) -> tuple[int, str]:
        if scope["method"] != "POST":
            return 405, "A web hook takes POST"
        body = await _body(receive, self._largest)
        if body is None:
            return 413, "The call is too large"
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return 400, "The call is no JSON"
        if not isinstance(data, dict):
            return 400, "The call is no JSON object"
        try:
            call = await asyncio.to_thread(
                verify, self._session, data, self._endpoint, accept_unverified_drafts=self._drafts
            )
        except InvalidCallError as error:
            _log.warning("a call of the web hook was refused: %s", error.data)
            return 401, "Invalid call"
        except APIError as error:
            _log.warning("a call of the web hook could not be verified: %s", error)
            return 503, "The call could not be verified"
        return await self._handled(call)

    async def _handled(self, call: WebhookCall) -> tuple[int, str]:
        try:
            if inspect.iscoroutinefunction(self._handler):
                result = await self._handler(call)
            else:
                result = await asyncio.to_thread(self._handler, call)
        except Exception:  # noqa: BLE001 - whatever a program's handler does: the server goes on
            _log.exception("the handler of the web hook failed on %r", call)
            return 500, "The handler failed"
        return 200, "Ok" if result is None else str(result)


async def _body(receive: Receive, largest: int) -> bytes | None:
    """The whole body; None where it is too large."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(pieces)
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > largest:
            return None
        if not message.get("more_body"):
            return b"".join(pieces)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _decoded(call: Mapping[str, Any] | bytes) -> Mapping[str, Any]:
    if isinstance(call, (bytes, bytearray, str)):
        try:
            call = json.loads(call)
        except (ValueError, RecursionError):
            raise _invalid("it is no JSON") from None
    if not isinstance(call, dict):
        raise _invalid("it is no JSON object")
    return call


def _invalid(why: str) -> InvalidCallError:
    return InvalidCallError(f"this is no call of BlizWork's: {why}", None, operation="verify a web hook's call")
