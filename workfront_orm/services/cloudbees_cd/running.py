"""Jobs and pipeline runs: waiting for their end, with progress, and aborting them. Source: `API.md` section 6 of the facts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect

from .errors import RunFailedError, WaitTimeoutError
from .wire import objects_in, request, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.core.objects import Object

__all__ = ["abort", "is_completed", "wait"]

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
GROWTH = 1.5
_FAILED = frozenset({"error", "aborted"})


def is_completed(self: Any) -> bool:
    """Whether the run has ended, as far as was read; `load()` or `wait()` asks the server."""
    if self.code == "job":
        return bool(self._row.get("status") == "completed")
    return str(self._row.get("completed")).lower() in {"1", "true"}


def wait(  # noqa: D417 - self is no argument
    self: Any,
    *,
    timeout: float | None = None,
    interval: float | None = None,
    progress: Callable[[Any], object] | None = None,
    raise_on_error: bool = False,
) -> Any:
    """Wait for the end of the run.

    Sends a read of the run at the begin and after each pause; pauses grow from 0.1 to 5 seconds.

    Args:
        timeout: Seconds to wait at most; None for no limit.
        interval: Seconds between two reads, in place of the growing pauses.
        progress: Called with the run after each read, the last included: its status, and the steps of a job.
        raise_on_error: Whether an end with an error is raised.

    Returns:
        The run itself, read anew.

    Raises:
        WaitTimeoutError: It did not end within the time; it goes on, and can be waited for again.
        RunFailedError: It ended with an error, or was aborted, and `raise_on_error` is set.
        ValueError: An interval that is not positive.
    """
    if interval is not None and interval <= 0:
        raise ValueError(f"wait: interval takes seconds greater than 0, not {interval!r}")
    end = None if timeout is None else time.monotonic() + timeout
    pause = FIRST_PAUSE if interval is None else interval
    while True:
        self.load()
        if progress is not None:
            progress(self)
        if is_completed(self):
            break
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise WaitTimeoutError(
                f"{self._row.get('status')} after {timeout} seconds",
                None,
                operation=f"wait for {self._label()}",
                remedy="it goes on; wait() again, or abort() it",
            )
        time.sleep(pause if left is None else min(pause, left))
        if interval is None:
            pause = min(pause * GROWTH, LONGEST_PAUSE)
    if raise_on_error and _failed(self._row):
        told = {name: self._row.get(name) for name in ("status", "outcome", "abortStatus") if self._row.get(name)}
        raise RunFailedError(told, None, operation=f"wait for {self._label()}")
    return self


def abort(self: Any, *, force: bool | None = None, reason: str | None = None) -> None:  # noqa: D417 - self is no argument
    """Stop the run. Sends `abortJob`, or `abortPipelineRun` for a run of a pipeline.

    Args:
        force: Whether steps are stopped at once, those that clean up included.
        reason: Why, for the log.
    """
    if self.code == "job":
        self.abort_job(force=force, reason=reason)
        return
    body: dict[str, str] = {} if reason is None else {"reason": reason}
    if force is not None:
        body["force"] = "1" if force else "0"

    def decode(data: Mapping[str, Any]) -> None:
        merge(self, data)

    self._session("abort").execute(
        request(
            f"abort {self._label()}",
            "PUT",
            f"/flowRuntimes/{self.id}",
            query=[("request", "abortPipelineRun")],
            body=body,
            effect=Effect.IDEMPOTENT,
            decode=decode,
        )
    )


def merge(obj: Object, data: Mapping[str, Any]) -> None:
    """Take over what an answer tells of an object."""
    for found in objects_in(obj._spec, data):
        obj._merge(row_of(obj._spec, found, whole=False))


def _failed(row: Mapping[str, Any]) -> bool:
    return row.get("outcome") in _FAILED or row.get("status") in _FAILED or bool(row.get("abortStatus"))
