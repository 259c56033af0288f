"""The event stream: what happens in flows and private conversations, told as it happens."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workfront_orm.sandbox.backend import Response

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.world import Conversation

SSE = "text/event-stream"


class Streams:
    """All who listen.

    Args:
        keep_alive: seconds between signs of life on a stream without events.
    """

    def __init__(self, keep_alive: float) -> None:
        self.keep_alive = keep_alive
        self._listeners: set[Listener] = set()

    def publish(self, conversation: Conversation, message: Document, place: int | None) -> None:
        """Tell a message to those who listen to its conversation.

        Args:
            conversation: where it was said.
            message: as it is answered.
            place: its place among all messages, by which a stream is taken up again; None for what is not kept.
        """
        for listener in self._listeners:
            if conversation.key in listener.conversations or (
                listener.user is not None and is_private_of(conversation.key, listener.user)
            ):
                listener.queue.put_nowait((message, place))

    def open(self, listener: Listener) -> Pieces:
        """Let somebody listen from now on; the pieces of his stream."""
        self._listeners.add(listener)
        return Pieces(listener, self)

    def leave(self, listener: Listener) -> None:
        """Tell somebody no more."""
        self._listeners.discard(listener)


class Pieces:
    """The pieces of one stream, in order: a sign of life, what was missed, what happens.

    No generator: that one would not let go of a listener whose stream was never begun.

    Args:
        listener: whose stream it is.
        streams: where he listens.
    """

    def __init__(self, listener: Listener, streams: Streams) -> None:
        self._listener = listener
        self._streams = streams
        self._ready = deque([listener.sign_of_life(), *(listener.write(*missed) for missed in listener.missed)])
        self._next: asyncio.Future[tuple[Document, int | None]] | None = None

    async def __anext__(self) -> bytes:
        """Return the next piece; a stream has no end."""
        if self._ready:
            return self._ready.popleft()
        self._next = self._next or asyncio.ensure_future(self._listener.queue.get())
        # Not wait_for, which would take an event out of the queue and drop it when the time is up just then.
        await asyncio.wait([self._next], timeout=self._streams.keep_alive)
        if not self._next.done():
            return self._listener.sign_of_life()
        event, self._next = self._next.result(), None
        return self._listener.write(*event)

    async def aclose(self) -> None:
        """Listen no more."""
        self._streams.leave(self._listener)
        if self._next is not None:
            self._next.cancel()


@dataclass(slots=True)
class StreamResponse(Response):
    """An answer that goes on."""

    stream: Pieces | None = None


class Listener:
    """One who listens.

    Args:
        conversations: keys of the conversations.
        user: whose private conversations are told too, None for nobody's.
        sse: whether as server-sent events; otherwise objects that end in a carriage return.
        missed: what he missed since the last time, with the place of each.
    """

    def __init__(
        self, conversations: frozenset[str], user: int | None, *, sse: bool, missed: list[tuple[Document, int]]
    ) -> None:
        self.conversations = conversations
        self.user = user
        self.sse = sse
        self.missed = missed
        self.queue: asyncio.Queue[tuple[Document, int | None]] = asyncio.Queue()

    def write(self, message: Document, place: int | None) -> bytes:
        """Return a message as a piece of the stream."""
        text = json.dumps(message, ensure_ascii=False)
        if not self.sse:
            return f"{text}\r".encode()
        number = "" if place is None else f"id: {place}\n"
        return f"{number}data: {text}\n\n".encode()

    def sign_of_life(self) -> bytes:
        """Return a piece that says nothing."""
        return b":\n\n" if self.sse else b"\n"


def is_private_of(key: str, user: int) -> bool:
    """Say whether a conversation is a private one of a user."""
    return key.startswith("private:") and str(user) in key.removeprefix("private:").split("-")


def wants_sse(accept: str | None, header: str) -> bool:
    """Say which form is wanted: by the parameter `accept`, else by the header."""
    return SSE in (accept or header)
