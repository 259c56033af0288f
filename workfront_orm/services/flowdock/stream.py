"""The event stream: what happens, as objects, each once and none left out, across broken connections.

Flowdock sends server-sent events, each with one message as JSON. Who reads them loses what happens while a
connection is broken, and may get again what it had. So whenever a connection was made, what is newer than
the last known message of each conversation is read from the lists too, and what was given is not given
again. Events without an id, such as somebody typing, are not kept by the server and come from the stream
only. Source: `API.md` section 7 of the facts.
"""

from __future__ import annotations

import json
import random
from collections import deque
from threading import Event
from typing import TYPE_CHECKING, Any, Self

from workfront_orm.core.errors import (
    AccessDeniedError,
    APIError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
)

from .errors import InvalidResponseError
from .filters import place_key
from .reading import LIMIT, messages_path
from .wire import Call, rows_of, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from workfront_orm.core.objects import Object
    from workfront_orm.core.transport import Stream

    from .session import Session

__all__ = ["EventStream", "read_events"]

REMEMBERED = 5000
"""How many messages of a conversation are remembered, not to be given twice."""

OVERLAP = 100
"""How many numbers before the last known message are read again: messages may come out of order."""

# Lists leave out what happened to other messages unless it is named.
_HIDDEN = "message-edit,tag-change"
_FATAL = (AuthenticationError, AccessDeniedError, NotFoundError, InvalidRequestError)


class EventStream:
    """An iterator of what happens: objects of the classes `Message` and `PrivateMessage`.

    The first connection is made when the first event is asked for; what happens from the moment of making
    the stream on is given. An edit is an event of its own, `message-edit`, whose content names the message.

    Args:
        session: The session.
        flows: Flows, their ids or addresses; none for all that the user has joined, unless `private`.
        private: Whether private messages come too.
        active: `true` or `idle` to be seen as present.
        silence: Seconds without a byte after which a connection counts as broken; servers send signs of life.
        attempts: How many connections may fail in a row before the stream ends with the error.
        longest_wait: Seconds to wait at most before the next one.
        sleep: Waits for so many seconds; None to wait in a way that `close()` ends.

    Raises:
        ValueError: An option with a value that it does not take.
    """

    def __init__(
        self,
        session: Session,
        flows: Iterable[Any] = (),
        *,
        private: bool = False,
        active: str | None = None,
        silence: float = 90.0,
        attempts: int = 10,
        longest_wait: float = 30.0,
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        if active not in {None, "true", "idle"}:
            raise ValueError(f"active takes 'true' or 'idle', not {active!r}")
        if attempts < 1 or silence <= 0 or longest_wait <= 0:
            raise ValueError("attempts, silence and longest_wait take positive numbers")
        self._session = session
        self._private = private
        self._silence = silence
        self._attempts = attempts
        self._longest = longest_wait
        self._closed = Event()
        self._sleep = sleep or self._closed.wait
        self._stream: Stream | None = None
        self._last: str | None = None
        self._failures = 0
        named = [str(place_key(flow)) for flow in flows]
        if not named and not private:
            named = [flow.id for flow in session.search(session.api.Flow)]
        self._talks = [_Talk.of_flow(session, flow) for flow in named]
        if private:
            self._talks += self._private_talks()
        self._query = [("active", active)] if active is not None else []
        if private:
            self._query.append(("user", "1"))
        addresses = [talk.address for talk in self._talks if talk.address]
        if addresses:
            self._query.append(("filter", ",".join(addresses)))
        for talk in self._talks:
            talk.begin()
        self._found = self._events()

    def __iter__(self) -> Self:
        """The stream itself."""
        return self

    def __next__(self) -> Object:
        """The next event; waits until there is one.

        Raises:
            StopIteration: The stream was closed.
            APIError: The server refuses, or too many connections failed in a row.
        """
        return next(self._found)

    def close(self) -> None:
        """End the stream, from any thread; who waits for an event waits no more."""
        self._closed.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    def __enter__(self) -> Self:
        """Use the stream in a with block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the stream."""
        self.close()

    def __repr__(self) -> str:
        """What it listens to."""
        return f"<EventStream of {', '.join(talk.label for talk in self._talks) or 'nothing yet'}>"

    # --- events -----------------------------------------------------------------------

    def _events(self) -> Iterator[Object]:
        while not self._closed.is_set():
            try:
                yield from self._connection()
                failure = APIError("the server ended the stream", None, operation="stream events")
            except _FATAL:
                raise
            except APIError as error:
                failure = error
            if self._closed.is_set():
                return
            self._failures += 1
            if self._failures >= self._attempts:
                raise failure
            # Full jitter, so that many clients do not come back at once.
            self._sleep(random.uniform(0, min(self._longest, 0.25 * 2**self._failures)))  # noqa: S311 - no secret

    def _connection(self) -> Iterator[Object]:
        """The events of one connection, after those that were missed before it."""
        stream = self._stream = self._session.open_stream(self._query, self._last, self._silence)
        try:
            if self._closed.is_set():
                return
            for row in self._missed():
                yield self._object(row)
            for data, number in read_events(stream):
                self._failures = 0
                self._last = number or self._last
                if data:
                    for row in self._new(data):
                        yield self._object(row)
        finally:
            stream.close()

    def _missed(self) -> Iterator[dict[str, Any]]:
        """What the lists have and was not given, conversation by conversation."""
        if self._private:
            known = {talk.key for talk in self._talks}
            for talk in self._private_talks():
                if talk.key not in known:
                    self._talks.append(talk)
        for talk in self._talks:
            yield from talk.missed()

    def _new(self, data: str) -> Iterator[dict[str, Any]]:
        """The row of an event, unless it was given before."""
        try:
            row = json.loads(data)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InvalidResponseError(data[:200], None, operation="stream events", remedy="an event holds no message")
        me = self._session.user_id
        key: Any = row.get("flow")
        if key is None:
            sender, to = str(row.get("user", "")), str(row.get("to", ""))
            key = int(sender) if to == str(me) and sender.isdecimal() else int(to) if to.isdecimal() else None
        talk = next((one for one in self._talks if one.key == key), None)
        if talk is None:
            talk = _Talk(self._session, key, None)
            self._talks.append(talk)
        if talk.take(row):
            yield talk.shape(row)

    def _object(self, row: dict[str, Any]) -> Object:
        api = self._session.api
        return self._session.wrap(api.Message if "flow_id" in row else api.PrivateMessage, row)

    def _private_talks(self) -> list[_Talk]:
        session = self._session
        return [_Talk(session, talk.id, None) for talk in session.search(session.api.PrivateConversation)]


class _Talk:
    """A flow or conversation that is listened to, and what was given of it.

    Args:
        session: The session.
        key: The id of the flow, or of the conversation.
        address: The address of the flow; None for a conversation.
    """

    def __init__(self, session: Session, key: Any, address: str | None) -> None:
        self._session = session
        self.key = key
        self.address = address
        self._first = 0
        self._newest = 0
        self._given: set[int] = set()
        self._order: deque[int] = deque()

    @classmethod
    def of_flow(cls, session: Session, flow: str) -> _Talk:
        """The one of a flow, by its id or address."""
        place = session.directory.place(flow, needs_id=True)
        return cls(session, place.id, place.path)

    @property
    def label(self) -> str:
        """For display."""
        return self.address or f"private {self.key}"

    def begin(self) -> None:
        """Note the newest message: what comes after it is new."""
        rows = self._rows([("limit", "1")]) + self._rows([("event", _HIDDEN), ("limit", "1")])
        self._first = self._newest = max((row["id"] for row in rows), default=0)

    def missed(self) -> Iterator[dict[str, Any]]:
        """The rows since the last known message that were not given yet, in order."""
        since = max(self._first, self._newest - OVERLAP)
        found: dict[int, dict[str, Any]] = {}
        for event in ([], [("event", _HIDDEN)]):
            last = since
            while True:
                query = [*event, ("since_id", str(last)), ("sort", "asc"), ("limit", str(LIMIT))]
                rows = self._rows(query)
                found.update((row["id"], row) for row in rows)
                if len(rows) < LIMIT:
                    break
                last = rows[-1]["id"]
        for number in sorted(found):
            if self.take(found[number]):
                yield self.shape(found[number])

    def take(self, row: dict[str, Any]) -> bool:
        """Whether a row is new; it counts as given then."""
        number = row.get("id")
        if not isinstance(number, int):
            return True
        if number in self._given or number <= self._first:
            return False
        self._given.add(number)
        self._order.append(number)
        if len(self._order) > REMEMBERED:
            self._given.discard(self._order.popleft())
        self._newest = max(self._newest, number)
        return True

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as the classes have it."""
        if self.address is not None or "flow" in row:
            return shaped("Message", row, flow=self.key)
        return shaped("PrivateMessage", row, conversation=self.key)

    def _rows(self, query: list[tuple[str, str]]) -> list[dict[str, Any]]:
        api = self._session.api
        kind = api.PrivateMessage if self.address is None else api.Message
        path, flow = messages_path(kind, self.key)
        found: list[dict[str, Any]] = self._session.execute(
            Call(operation=f"read what was missed in {self.label}", path=path, flow=flow, query=query, decode=rows_of)
        )
        return found


def read_events(pieces: Iterable[bytes]) -> Iterator[tuple[str, str | None]]:
    """The server-sent events of a stream: data and id of each; empty data for a sign of life.

    Lines end with CR, LF or both, wherever pieces are cut; several lines of data are joined by a line feed.
    An event that is cut off at the end is none.

    Args:
        pieces: The stream.
    """
    rest = b""
    data: list[str] = []
    number: str | None = None
    for piece in pieces:
        lines = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        rest = lines.pop()
        for raw in lines:
            line = raw.decode("utf-8", "replace").rstrip("\r")
            if not line:
                yield "\n".join(data), number
                data = []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id" and "\0" not in value:
                number = value
