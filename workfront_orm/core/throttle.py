"""Throttles: how many requests are in flight at a time.

Systems limit the requests of a whole tenant and give no hint of the number. A throttle that is
given a limit never exceeds it; one that is not feels its way: up by one after a round without a
refusal, down by half at a refusal (additive increase, multiplicative decrease, as TCP does).
"""

from __future__ import annotations

import time
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchange import Request, Response

__all__ = ["Throttle"]


class Throttle:
    """Lets so many requests pass at a time, over all threads of a session.

    Args:
        limit: The greatest number; None to find one that the server takes.
        start: Where to begin when there is no limit.
        most: What is never exceeded when there is no limit.
        clock: Seconds, for waiting out what a server asks for.
        sleep: Waits for so many seconds.

    Raises:
        ValueError: A limit that is no whole number of at least 1.
    """

    def __init__(
        self,
        limit: int | None = None,
        *,
        start: int = 4,
        most: int = 16,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if limit is not None and (type(limit) is not int or limit < 1):
            raise ValueError(f"max_concurrent takes a whole number of at least 1, or None, not {limit!r}")
        self.most = limit if limit is not None else most
        self._width: float = limit if limit is not None else start
        self._active = 0
        self._changed = Condition()
        self._not_before = 0.0
        self._last_refusal = float("-inf")
        self._clock = clock
        self._sleep = sleep

    @property
    def width(self) -> int:
        """The number of requests that may be in flight now."""
        return max(1, int(self._width))

    def enter(self, request: Request) -> None:  # noqa: ARG002 - throttles of a system look at it
        """Wait until the request may be sent."""
        wait = self._not_before - self._clock()
        if wait > 0:
            self._sleep(wait)
        with self._changed:
            while self._active >= self.width:
                self._changed.wait()
            self._active += 1

    def leave(self, request: Request, response: Response | None) -> None:  # noqa: ARG002 - see enter
        """Count a request as answered; without a response it failed."""
        with self._changed:
            self._active -= 1
            if response is not None and self._width < self.most:
                # One more after as many answers as are allowed at a time.
                self._width = min(self.most, self._width + 1 / self._width)
            self._changed.notify()

    def refused(self, wait: float | None = None) -> None:
        """Take a refusal for too many requests.

        Args:
            wait: Seconds that the server asks to wait; nothing is sent before.
        """
        now = self._clock()
        with self._changed:
            if wait:
                self._not_before = max(self._not_before, now + wait)
            # The refusals of one moment are one message.
            if now - self._last_refusal > 0.25:  # noqa: PLR2004 - about a round trip
                self._width = max(1.0, self._width / 2)
                self._last_refusal = now
