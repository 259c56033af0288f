"""The two limits of a portal: requests by time, and run time by method.

Requests drip into a bucket that drains two a second and holds fifty; the bucket is the portal's, so
all sessions of a process share it. And what a method used within ten minutes may not exceed a
budget; answers tell how much it is, and when the oldest minute leaves the window. Source: `API.md`
section 3 of the facts.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from workfront_orm.core.throttle import Throttle

from .errors import OperatingLimitError
from .wire import as_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workfront_orm.core.exchange import Request, Response

__all__ = ["Bucket", "PortalThrottle", "bucket_of"]

OPERATING_LIMIT = 480.0
PAUSE = 60.0
"""Seconds to leave a method alone that is over its budget when no answer said until when."""

_TOO_LONG = 429
_TOO_MANY = 503


class Bucket:
    """A leaky bucket: each request adds one, some leave each second, a full bucket makes wait.

    Args:
        rate: How many requests leave in a second.
        burst: How many it holds.
        clock: Seconds.
        sleep: Waits for so many seconds.

    Raises:
        ValueError: A number that is not positive.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError(
                f"requests_per_second takes a positive number and burst at least 1, not {rate!r} and {burst!r}"
            )
        self.rate = rate
        self.burst = burst
        self._level = 0.0
        self._at = clock()
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()

    def take(self) -> None:
        """Wait until one more fits, in the order of asking."""
        with self._lock:
            self._drain()
            self._level += 1
            wait = (self._level - self.burst) / self.rate
        if wait > 0:
            self._sleep(wait)

    def fill(self) -> None:
        """Take it that the bucket is full: the portal said so, since others fill it too."""
        with self._lock:
            self._drain()
            self._level = max(self._level, self.burst)

    def _drain(self) -> None:
        now = self._clock()
        self._level = max(0.0, self._level - (now - self._at) * self.rate)
        self._at = now


_buckets: WeakValueDictionary[tuple[str, float, float], Bucket] = WeakValueDictionary()
_budgets: WeakValueDictionary[str, Budget] = WeakValueDictionary()
_making = Lock()


def bucket_of(portal: str, rate: float, burst: float) -> Bucket:
    """The bucket of a portal; the same one for all sessions of the process that go at the same rate.

    Args:
        portal: Its host.
        rate: How many requests leave in a second.
        burst: How many it holds.
    """
    with _making:
        found = _buckets.get((portal, rate, burst))
        if found is None:
            found = _buckets[portal, rate, burst] = Bucket(rate, burst)
        return found


class Budget:
    """Until when which methods are over their budget; one for all sessions of a portal and a credential."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}


class PortalThrottle(Throttle):
    """Lets requests pass as the limits of a portal allow.

    Args:
        limit: The greatest number of requests at a time; None to find one that the portal takes.
        bucket: The bucket; None for a portal without that limit, such as one of one's own.
        account: What the run time counts by: the portal and the web hook or application.
        operating_limit: Seconds of run time of one method within ten minutes.
        patience: Seconds that a request waits at most for what a server asks to wait.
        clock: Seconds.
        sleep: Waits for so many seconds.
    """

    busy = _TOO_MANY

    def __init__(
        self,
        limit: int | None,
        bucket: Bucket | None,
        account: str,
        *,
        operating_limit: float = OPERATING_LIMIT,
        patience: float = 720.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(limit, patience=patience, clock=clock, sleep=sleep)
        self._bucket = bucket
        self._operating_limit = operating_limit
        with _making:
            found = _budgets.get(account)
            self._budget = _budgets[account] = Budget() if found is None else found

    def enter(self, request: Request) -> None:
        """Wait until none of the request's methods is over its budget, and the bucket takes it.

        Raises:
            ThrottledError: The wait would be longer than the patience reaches; nothing was sent.
        """
        self._wait_for_methods(request)
        if self._bucket is not None:
            self._bucket.take()
        super().enter(request)

    def leave(self, request: Request, response: Response | None) -> None:
        """Count a request as answered."""
        self._last.status = None if response is None else response.status
        super().leave(request, response)

    def answered(self, request: Request, data: Any) -> None:
        """Take what an answer says of the run time of methods."""
        for method, told in _times(request, data):
            spent, until = told.get("operating"), told.get("operating_reset_at")
            if isinstance(spent, (int, float)) and isinstance(until, (int, float)) and spent >= self._operating_limit:
                # By the portal's own clock, which is not ours.
                now = told.get("finish")
                wait = until - now if isinstance(now, (int, float)) else PAUSE
                self._block(method, max(0.0, wait))
        for method in _refused_methods(request, data):
            if self._budget.until.get(method, 0.0) <= self._clock():
                self._block(method, PAUSE)

    def refused(self, wait: float | None = None, request: Request | None = None) -> None:
        """Take a refusal: of a method, which alone has to wait, or of the portal."""
        status = getattr(self._last, "status", None)
        if status == _TOO_LONG:
            for method in getattr(request, "methods", ()):
                if self._budget.until.get(method, 0.0) <= self._clock():
                    self._block(method, wait or PAUSE)
            return
        if status != _TOO_MANY:
            # A batch all of whose commands were put off: their methods wait already.
            return
        if self._bucket is not None:
            self._bucket.fill()
        super().refused(wait, request)

    def _block(self, method: str, seconds: float) -> None:
        self._budget.until[method] = self._clock() + seconds

    def _wait_for_methods(self, request: Request) -> None:
        until = max((self._budget.until.get(method, 0.0) for method in getattr(request, "methods", ())), default=0.0)
        wait = until - self._clock()
        if wait > self._patience:
            error = OperatingLimitError(
                f"the portal allows the method again in {wait:.0f} seconds; nothing was sent",
                None,
                operation=request.operation,
                remedy="try again then; narrower filters and fewer fields cost less run time",
            )
            error.retry_after = wait
            raise error
        if wait > 0:
            self._sleep(wait)


def _times(request: Request, envelope: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What an answer says of the time of each method."""
    if not isinstance(envelope, dict):
        return
    commands = _commands(request)
    if commands is None:
        told = envelope.get("time")
        for method in getattr(request, "methods", ()):
            if isinstance(told, dict):
                yield method, told
        return
    result = envelope.get("result")
    for key, told in as_map(result.get("result_time") if isinstance(result, dict) else None).items():
        if isinstance(told, dict) and key in commands:
            yield commands[key], told


def _refused_methods(request: Request, envelope: Any) -> Iterator[str]:
    """The methods of a batch that were over their budget."""
    commands = _commands(request)
    result = envelope.get("result") if commands and isinstance(envelope, dict) else None
    for key, told in as_map(result.get("result_error") if isinstance(result, dict) else None).items():
        if isinstance(told, dict) and str(told.get("error")).upper() == "OPERATION_TIME_LIMIT":
            yield (commands or {})[key]


def _commands(request: Request) -> dict[str, str] | None:
    """The method of each command of a batch by its key; None for a plain call."""
    if getattr(request, "path", "") != "/batch":
        return None
    commands = as_map((request.json or {}).get("cmd"))
    return {key: str(text).partition("?")[0].lower() for key, text in commands.items()}
