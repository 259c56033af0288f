"""Throttles: how many requests are in flight at a time.

Systems limit the requests of a whole tenant and give no hint of the number. A throttle that is given
a limit never exceeds it. One that is not, or whose limit is set too high, learns the number from
refusals: what was in flight beside a request that was refused is what the server takes. The number is kept there, and tried one higher after a while, less and less often
as long as that fails. So few requests are refused, and what others leave free is found.
"""

from __future__ import annotations

import os
import random
import re
import time
from threading import Condition, Lock, local
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from filelock import FileLock

    from .exchange import Request, Response

__all__ = ["MachineThrottle", "Throttle", "throttle_of"]

SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before one more request is tried after a refusal, and after many refusals in a row."""


class Throttle:
    """Lets so many requests pass at a time, over all threads of a session.

    Args:
        limit: The greatest number, never exceeded; None to find one that the server takes.
        start: Where to begin when there is no limit.
        most: What is never exceeded when there is no limit.
        patience: Seconds that a request waits at most for what a server asks to wait; when it asks for
            more, requests fail at once until then.
        clock: Seconds, for waiting out what a server asks for.
        sleep: Waits for so many seconds.

    Raises:
        ValueError: A limit that is no whole number of at least 1.
    """

    #: The status of an answer that refuses a request because of the number in flight.
    busy: ClassVar[int] = 429

    def __init__(
        self,
        limit: int | None = None,
        *,
        start: int = 4,
        most: int = 16,
        patience: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if limit is not None and (type(limit) is not int or limit < 1):
            raise ValueError(f"max_concurrent takes a whole number of at least 1, or None, not {limit!r}")
        self.most = limit if limit is not None else most
        self._width = limit if limit is not None else min(start, most)
        # The greatest width that is not known to be too much.
        self._ceiling = self.most
        self._trying = False
        self._answers = 0
        self._pause = SHORTEST_PAUSE
        self._try_at = 0.0
        self._in_flight: set[_Flight] = set()
        self._flights = self._lowered = 0
        self._changed = Condition()
        self._not_before = 0.0
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        # By thread: the flight of its last request.
        self._last = local()

    @property
    def width(self) -> int:
        """The number of requests that may be in flight now."""
        return self._width

    def enter(self, request: Request) -> None:
        """Wait until the request may be sent.

        Raises:
            ThrottledError: The server asked to wait longer than the patience reaches; nothing was sent.
        """
        while True:
            self._wait_out(request)
            with self._changed:
                while len(self._in_flight) >= self._width:
                    self._changed.wait()
                if self._not_before > self._clock():
                    # Asked for while this one stood in the queue.
                    self._changed.notify()
                    continue
                flight = self._last.flight = _Flight(self._flights, len(self._in_flight))
                self._flights += 1
                self._in_flight.add(flight)
                return

    def leave(self, request: Request, response: Response | None) -> None:  # noqa: ARG002 - throttles of a system look at it
        """Count a request as answered; without a response it failed."""
        with self._changed:
            flight: _Flight = self._last.flight
            in_use = len(self._in_flight) >= self._width
            self._in_flight.remove(flight)
            flight.left = len(self._in_flight)
            if response is not None and response.status == self.busy:
                # Here, before another one is let in to its place.
                self._lower(flight)
            elif response is not None and in_use:
                self._grow()
            self._changed.notify_all()

    def answered(self, request: Request, data: Any) -> None:
        """Learn from what an answer says of the limits; throttles of a system look at it.

        Args:
            request: What was asked.
            data: The data of the answer, before the request decodes it.
        """

    def refused(self, wait: float | None = None, request: Request | None = None) -> None:  # noqa: ARG002 - see leave
        """Take a refusal for too many requests, of the request that this thread sent last.

        Args:
            wait: Seconds that the server asks to wait; nothing is sent before.
            request: What was refused.
        """
        with self._changed:
            if wait:
                self._not_before = max(self._not_before, self._clock() + wait)
            if not self._last.flight.refused:
                self._lower(self._last.flight)

    def _lower(self, flight: _Flight) -> None:
        """Allow what the server took when it refused a request, unless that is known already."""
        flight.refused = True
        # Requests arrive in another order than they were let in, and where refusing takes long, those that are being
        # refused take places too. So neither what was in flight before it nor what is left tells alone.
        taken = max(1, flight.before, flight.left)
        if taken >= self._width > 1:
            return
        self._width = self._ceiling = taken
        self._answers = 0
        if flight.number >= self._lowered:
            # Not one of those that were under way beside another refused one: a try that failed, or news.
            failed_try, self._trying = self._trying, False
            self._pause = min(2 * self._pause, LONGEST_PAUSE) if failed_try else SHORTEST_PAUSE
            self._lowered = self._flights
        self._try_at = self._clock() + self._pause

    def _grow(self) -> None:
        """Allow more, where the width is in use and nothing speaks against it."""
        if self._width >= self.most:
            return
        self._answers += 1
        if self._width < self._ceiling:
            # Nothing was refused yet: twice as many each round.
            self._width += 1
        elif self._answers >= self._width:
            if self._trying:
                # A round without a refusal: what was tried is taken.
                self._trying = False
                self._pause = SHORTEST_PAUSE
            elif self._clock() < self._try_at:
                return
            self._trying = True
            self._width = self._ceiling = self._width + 1
            self._answers = 0

    def _wait_out(self, request: Request) -> None:
        wait = self._not_before - self._clock()
        if wait > self._patience:
            error = ThrottledError(
                f"the server asked to wait {wait:.0f} seconds more; nothing was sent",
                operation=request.operation,
                remedy="try again then",
            )
            error.retry_after = wait
            raise error
        if wait > 0:
            self._sleep(wait)


class _Flight:
    """A request in flight.

    Args:
        number: The order in which they were let in.
        before: How many were in flight when it was let in.

    Attributes:
        left: How many were in flight when it had been answered.
        refused: Whether it was refused for the number in flight, and made use of.
    """

    __slots__ = ("before", "left", "number", "refused")

    def __init__(self, number: int, before: int) -> None:
        self.number = number
        self.before = before
        self.left = 0
        self.refused = False


class MachineThrottle(Throttle):
    """Lets so many requests pass at a time over all processes of a machine that name the same folder.

    Each request in flight holds the lock of one of so many files. The operating system frees the
    locks of a process that ends, however it ends.

    Args:
        limit: The greatest number, never exceeded.
        folder: Where the files are; made where it is missing.
        clock: Seconds, for waiting out what a server asks for.
        sleep: Waits for so many seconds.

    Raises:
        ValueError: No limit, or none of at least 1.
    """

    def __init__(
        self,
        limit: int | None,
        folder: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if limit is None:
            raise ValueError("a limit over all processes needs a number: max_concurrent=10")
        super().__init__(limit, clock=clock, sleep=sleep)
        from filelock import FileLock  # for few sessions

        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._free = [
            FileLock(os.path.join(folder, f"{number}.lock"), thread_local=False, blocking=False)
            for number in range(limit)
        ]
        self._slots = Lock()
        self._turn = Lock()

    def enter(self, request: Request) -> None:
        """Wait until the request may be sent, here and beside the other processes."""
        super().enter(request)
        try:
            # One thread asks at a time, or all would ask for all files all the time.
            with self._turn:
                while (slot := self._take()) is None:
                    self._sleep(random.uniform(0.002, 0.008))  # noqa: S311 - so that processes take turns
        except BaseException:
            super().leave(request, None)
            raise
        self._last.slot = slot

    def leave(self, request: Request, response: Response | None) -> None:
        """Count a request as answered, and let another process have its place."""
        slot: FileLock = self._last.slot
        slot.release()
        with self._slots:
            self._free.append(slot)
        super().leave(request, response)

    def _take(self) -> FileLock | None:
        """The lock of a file that no other process has; None when each is taken."""
        from filelock import Timeout

        with self._slots:
            for number, slot in enumerate(self._free):
                try:
                    slot.acquire(blocking=False)
                except Timeout:
                    continue
                return self._free.pop(number)
        return None


def throttle_of(url: str, limit: int | None, machine_wide: bool | str) -> Throttle:
    """The throttle that a session's options ask for.

    Args:
        url: The session's address.
        limit: The greatest number of requests at a time, or None.
        machine_wide: Whether all processes of this user share it for the host of the address; or the
            folder through which they share it.
    """
    if machine_wide is False:
        return Throttle(limit)
    return MachineThrottle(limit, _folder(url) if machine_wide is True else machine_wide)


def _folder(url: str) -> str:
    """The folder whose files all processes of this user share for the host of an address."""
    from urllib.parse import urlsplit

    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    host = re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(url).netloc.rpartition("@")[2])
    return os.path.join(cache, "workfront_orm", "requests", host)
