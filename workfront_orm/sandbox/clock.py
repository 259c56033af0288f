"""The clock of a sandbox: real time, unless somebody sets it.

A clock that was set runs on from there, as a real server's does, so that `lastUpdateDate` still tells the order of two
writes. A skew moves it for the time of one request (the fault `clock_skew`).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Time of the server, always aware and in UTC.

    Args:
        start: what the clock shows now; None for real time.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self.skew = timedelta()
        self._offset = timedelta()
        self.set(start)
        self._first = self._offset

    def now(self) -> datetime:
        """Current time of the server."""
        return datetime.fromtimestamp(time.time(), UTC) + self._offset + self.skew

    def reset(self) -> None:
        """Go back to what the clock showed from the start, as much later as time has passed."""
        self._offset = self._first

    def set(self, moment: datetime | None) -> None:
        """Show `moment` from now on and run from there; None goes back to real time.

        Raises:
            ValueError: `moment` is naive.
        """
        if moment is None:
            self._offset = timedelta()
            return
        if moment.tzinfo is None:
            raise ValueError(f"the sandbox's clock needs an aware datetime, {moment!r} has no tzinfo: add tzinfo=UTC")
        self._offset = moment.astimezone(UTC) - datetime.fromtimestamp(time.time(), UTC)


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 date for the clock; without a zone it is UTC.

    Raises:
        ValueError: the text is no date.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
