"""Repeating requests: what may be repeated, when, and how often.

What may be repeated is decided by what a request does, not by its verb. A read may always be.
So may a write that leaves the same state when done twice. A create or an action is repeated only
when the server surely did not act; otherwise the outcome is unknown, and said to be.

Waiting is exponential with full jitter (tenacity's `wait_random_exponential`); a wait that the
server asks for is a lower bound.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential
from tenacity import Retrying as Tenacity

from .errors import (
    APIError,
    ConnectionFailedError,
    InvalidResponseError,
    NotFoundError,
    OutcomeUnknown,
    RequestTimeoutError,
    ServerError,
    ThrottledError,
    TransportError,
)
from .exchange import Effect, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")

__all__ = ["Retrying"]


class Retrying:
    """Repeats what may be repeated.

    Args:
        attempts: How often a request is sent at most.
        base: Seconds of the first wait at most; each further one may be twice as long.
        longest: Seconds of any wait at most, but for one that the server asks for.
        deadline: Seconds after which nothing is repeated any more.
        sleep: Waits for so many seconds.
        clock: Seconds, for the deadline.

    Raises:
        ValueError: A number that is not positive.
    """

    def __init__(
        self,
        *,
        attempts: int = 6,
        base: float = 0.25,
        longest: float = 20.0,
        deadline: float = 300.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if type(attempts) is not int or attempts < 1:
            raise ValueError(f"attempts takes a whole number of at least 1, not {attempts!r}")
        for name, value in (("base", base), ("longest", longest), ("deadline", deadline)):
            if value <= 0:
                raise ValueError(f"{name} takes positive seconds, not {value!r}")
        self._attempts = attempts
        self._wait = wait_random_exponential(multiplier=base, max=longest)
        self._deadline = deadline
        self._sleep = sleep
        self._clock = clock

    def call(self, request: Request, once: Callable[[], T], unknown: type[Any] = OutcomeUnknown) -> T:
        """Send a request, again where that is right, and return what its answer holds.

        Args:
            request: What is sent, for its effect.
            once: Sends it once and reads the answer.
            unknown: What to raise when nobody can tell whether it was done: `OutcomeUnknown`, or a
                system's own kind of it.

        Raises:
            OutcomeUnknown: A create or action may or may not have been done.
            APIError: The last error, when nothing more may be done.
        """
        started = self._clock()
        uncertain = False

        def again(error: BaseException) -> bool:
            return _may_repeat(error, request.effect) and self._clock() - started < self._deadline

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome is not None else None
            return max(self._wait(state), getattr(error, "retry_after", None) or 0.0)

        attempts = Tenacity(
            stop=stop_after_attempt(self._attempts),
            wait=wait,
            retry=retry_if_exception(again),
            sleep=self._sleep,
            reraise=True,
        )
        for attempt in attempts:
            with attempt:
                try:
                    return once()
                except NotFoundError:
                    if uncertain and request.gone_is_done:
                        # The attempt before, of which no answer came, did it.
                        done: T = request.decode(None)
                        return done
                    raise
                except APIError as error:
                    uncertain = uncertain or not surely_not_done(error)
                    if (
                        request.effect is Effect.UNSAFE
                        and not isinstance(error, OutcomeUnknown)
                        and not surely_not_done(error)
                    ):
                        raise unknown(
                            error.data,
                            error.code,
                            operation=request.operation,
                            request=f"{request.method} {request.path}",
                            under_way=isinstance(error, RequestTimeoutError),
                            remedy="the server may or may not have done it; read before repeating",
                        ) from error
                    raise
        raise AssertionError  # pragma: no cover - the loop returns or raises


def surely_not_done(error: APIError) -> bool:
    """Whether an error says that the server did not act."""
    if isinstance(error, ConnectionFailedError):
        return not error.sent
    return not isinstance(error, (TransportError, ServerError, InvalidResponseError, OutcomeUnknown))


def _may_repeat(error: BaseException, effect: Effect) -> bool:
    if isinstance(error, ThrottledError) or (isinstance(error, ConnectionFailedError) and not error.sent):
        return True
    if effect is Effect.UNSAFE:
        return False
    return isinstance(error, (TransportError, ServerError, InvalidResponseError))
