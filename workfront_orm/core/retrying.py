"""Repeating requests: what may be repeated, when, and how often.

What may be repeated is decided by what a request does, not by its verb. A read may always be.
So may a write that leaves the same state when done twice. A create or an action is repeated only
when the server surely did not act; otherwise the outcome is unknown, and said to be.

Waiting is exponential with full jitter (tenacity's `wait_random_exponential`); a wait that the
server asks for is a lower bound. A budget over all requests keeps repeats from becoming a storm on
a server that is down: it is spent by repeats and earned by answers.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import RetryCallState, retry_if_exception, wait_random_exponential
from tenacity import Retrying as Tenacity

from .errors import (
    AccessDeniedError,
    AnswerTooLargeError,
    APIError,
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    NotSupportedError,
    OutcomeUnknown,
    RequestTimeoutError,
    ThrottledError,
)
from .exchange import Effect, Request
from .redaction import masked_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    T = TypeVar("T")

__all__ = ["OWN_FAULTS", "Retrying", "retry_after", "surely_not_done"]

# What a system says when it refuses, hence does not act. All other errors may come after it acted.
_REFUSALS = (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    NotSupportedError,
    ThrottledError,
)
OWN_FAULTS = (InvalidRequestError, NotFoundError, NotSupportedError)
"""Refusals for what a request itself says: an earlier attempt would have been refused as well."""

_TIMEOUT = 408
"""A gateway that has waited long enough says so with the status of a wrong request; it may come after the server acted."""

LONGEST_REST = 6 * 3600.0
"""Seconds that a server can ask to wait at most; more is taken for a mistake of its own."""

STRANGE_ANSWERS = 4
"""How many answers that are none of the system's a request gets at most before its address is taken for wrong; and how
often its host is looked up that nothing is called."""

_log = logging.getLogger(__name__)


class Retrying:
    """Repeats what may be repeated.

    Args:
        attempts: How often a request is sent at most. A refusal for too many requests is no attempt: what
            it needs is time.
        base: Seconds of the first wait at most; each further one may be twice as long.
        longest: Seconds of any wait at most, but for one that the server asks for.
        deadline: Seconds that a request takes at most, with its repeats and their waits: a wait that would end
            later is not begun, and what is under way then counts as unanswered. Uploads of files take longer.
        budget: How many repeats there may be, over all requests, before answers come again. Each fifth
            answer earns one.
        settle: Seconds after which creates with a key are looked for again when their connection broke. The
            server may have been at them still; what is not there then either is sent again.
        sleep: Waits for so many seconds.
        clock: Seconds, for the deadline.

    Raises:
        ValueError: A number that is not positive.
    """

    def __init__(
        self,
        *,
        attempts: int = 8,
        base: float = 0.25,
        longest: float = 20.0,
        deadline: float = 300.0,
        budget: int = 100,
        settle: float = 15.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, number in (("attempts", attempts), ("budget", budget)):
            if type(number) is not int or number < 1:
                raise ValueError(f"{name} takes a whole number of at least 1, not {number!r}")
        for name, value in (("base", base), ("longest", longest), ("deadline", deadline), ("settle", settle)):
            if value <= 0:
                raise ValueError(f"{name} takes positive seconds, not {value!r}")
        self._attempts = attempts
        self._wait = wait_random_exponential(multiplier=base, max=longest)
        self._deadline = deadline
        self._budget = _Budget(budget)
        self.settle = settle
        self._sleep = sleep
        self._clock = clock

    def call(
        self,
        request: Request,
        once: Callable[[float], T],
        unknown: type[Any] = OutcomeUnknown,
        stop: Event | None = None,
    ) -> T:
        """Send a request, again where that is right, and return what its answer holds.

        Args:
            request: What is sent, for its effect.
            once: Sends it once and reads the answer, within the seconds that it is given.
            unknown: What to raise when nobody can tell whether it was done: `OutcomeUnknown`, or a
                system's own kind of it.
            stop: Once set, nothing is repeated any more, and waiting for a repeat ends.

        Raises:
            OutcomeUnknown: A create or action may or may not have been done.
            APIError: The last error, when nothing more may be done.
        """
        found: T = _Call(self, request, once, unknown, stop).run()
        return found


class _Call:
    """One request with its repeats."""

    def __init__(
        self, rules: Retrying, request: Request, once: Callable[[float], Any], unknown: type[Any], stop: Event | None
    ) -> None:
        self._rules = rules
        self._request = request
        self._once = once
        self._unknown = unknown
        self._stop = stop
        self._uncertain = False
        self._sent = 0
        self._strange = 0
        self._started = rules._clock()

    def run(self) -> Any:
        try:
            return self._repeated()
        except APIError as error:
            later = surely_not_done(error) and not isinstance(error, OWN_FAULTS)
            if later and self._uncertain and self._request.effect is Effect.IDEMPOTENT:
                # What was refused is the last attempt; one before it, of which no answer came, may have done it.
                raise self._unknown_after(error) from error
            raise

    def _repeated(self) -> Any:
        attempts = Tenacity(
            stop=self._is_over,
            wait=self._wait,
            retry=retry_if_exception(self._may_repeat),
            sleep=self._sleep,
            before_sleep=self._tell,
            reraise=True,
        )
        for attempt in attempts:
            with attempt:
                found = self._attempt()
                self._rules._budget.earn()
                return found
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _attempt(self) -> Any:
        request = self._request
        rules = self._rules
        try:
            return self._once(self._started + rules._deadline - rules._clock())
        except NotFoundError:
            if self._uncertain and request.gone_is_done:
                # The attempt before, of which no answer came, did it.
                return request.decode(None)
            raise
        except APIError as error:
            self._sent += not isinstance(error, ThrottledError)
            sure = surely_not_done(error)
            self._uncertain = self._uncertain or not sure
            if sure or request.effect is not Effect.UNSAFE or isinstance(error, OutcomeUnknown):
                raise
            raise self._unknown_after(error) from error

    def _unknown_after(self, error: APIError) -> Exception:
        sent = f"{self._request.method} {masked_url(self._request.path)}"
        unknown: Exception = self._unknown(
            error.data,
            error.code,
            operation=error.operation or self._request.operation,
            request=sent,
            under_way=isinstance(error, RequestTimeoutError),
            broken=isinstance(error, ConnectionFailedError),
            remedy=f"the server may or may not have done it: {sent}; read before repeating",
        )
        return unknown

    # --- what tenacity asks ---------------------------------------------------------

    def _may_repeat(self, error: BaseException) -> bool:
        if not isinstance(error, APIError) or isinstance(error, OutcomeUnknown):
            return False
        if isinstance(error, ThrottledError) or (isinstance(error, ConnectionFailedError) and not error.sent):
            return not getattr(error, "no_such_host", False) or self._may_be_an_accident()
        if self._request.effect is Effect.UNSAFE or surely_not_done(error):
            return False
        if isinstance(error, AnswerTooLargeError):
            return False
        if isinstance(error, InvalidResponseError):
            # A page that is no answer of the system's.
            return not _is_redirect(error) and self._may_be_an_accident()
        return True

    def _may_be_an_accident(self) -> bool:
        """Whether what looks like a wrong address came so seldom that it may be one."""
        self._strange += 1
        return self._strange < STRANGE_ANSWERS

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        return max(self._rules._wait(state), getattr(error, "retry_after", None) or 0.0)

    def _is_over(self, state: RetryCallState) -> bool:
        rules = self._rules
        if self._stop is not None and self._stop.is_set():
            return True
        if self._sent >= rules._attempts:
            return True
        if rules._clock() - self._started + state.upcoming_sleep > rules._deadline:
            return True
        error = state.outcome.exception() if state.outcome is not None else None
        # Requests that were refused for their number are held back by the throttle already.
        return not isinstance(error, ThrottledError) and not rules._budget.spend()

    def _sleep(self, seconds: float) -> None:
        if self._stop is not None and self._rules._sleep is time.sleep:
            self._stop.wait(seconds)
        else:
            self._rules._sleep(seconds)

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        _log.info("%s: %s; sent again in %.1f s", self._request.operation, type(error).__name__, state.upcoming_sleep)


class _Budget:
    """How many repeats are left, over all threads: a bucket that answers fill and repeats empty."""

    COST = 5
    """How many answers earn a repeat."""

    def __init__(self, repeats: int) -> None:
        self._most = self._left = self.COST * repeats
        self._lock = Lock()

    def spend(self) -> bool:
        """Take one repeat; False when there is none left."""
        with self._lock:
            if self._left < self.COST:
                return False
            self._left -= self.COST
            return True

    def earn(self) -> None:
        """Count an answer."""
        if self._left < self._most:
            with self._lock:
                self._left = min(self._most, self._left + 1)


def surely_not_done(error: APIError) -> bool:
    """Whether an error says that the server did not act.

    An error of a kind that nobody knows, such as one under status 200 with a new name, says nothing.
    """
    if isinstance(error, ConnectionFailedError):
        return not error.sent
    return isinstance(error, _REFUSALS) and error.code != _TIMEOUT


def _is_redirect(error: APIError) -> bool:
    return error.code is not None and 300 <= error.code < 400  # noqa: PLR2004 - the statuses of redirects


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait before the next request; None where it does not ask.

    A moment is taken by the server's own clock where the answer shows it, since clocks differ.
    """
    asked = headers.get("Retry-After", "").strip()
    if not asked:
        return None
    if asked.isdecimal():
        return min(float(asked), LONGEST_REST)
    try:
        moment = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return min(max(0.0, (moment - now).total_seconds()), LONGEST_REST)
    except (TypeError, ValueError):
        # Nonsense, or a moment without a zone beside one with.
        return None
