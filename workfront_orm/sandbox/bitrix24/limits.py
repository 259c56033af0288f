"""The two limits of the cloud: requests by time, and run time by method."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.options import Options

BUCKETS = 10
BUCKET_SECONDS = 60


class RateLimit:
    """A leaky bucket: every request adds one, some leave each second, a full bucket refuses.

    Args:
        options: burst and rate.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._level = 0.0
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Count a request; False when the bucket is full.

        Args:
            now: time of the server, seconds since the epoch.
        """
        if not self._options.rate_limit:
            return True
        drained = max(0.0, now - self._at) * self._options.rate_limit_per_second
        self._level = max(0.0, self._level - drained)
        self._at = now
        if self._level + 1 > self._options.rate_limit_burst:
            return False
        self._level += 1
        return True


class LoadLimit:
    """Run time of each method within the last ten minutes, in buckets of one minute.

    Args:
        options: the limit.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._spent: dict[str, dict[int, float]] = {}

    def allows(self, method: str, now: float) -> bool:
        """Say whether a method may run: what it used so far is within the limit."""
        return not self._options.operating or self.spent(method, now) <= self._options.operating_limit

    def add(self, method: str, seconds: float, now: float) -> None:
        """Count the run time of a call."""
        minutes = self._spent.setdefault(method, {})
        minute = int(now // BUCKET_SECONDS)
        minutes[minute] = minutes.get(minute, 0.0) + (self._options.operating_cost or seconds)

    def spent(self, method: str, now: float) -> float:
        """Return the run time of a method within the window, in seconds."""
        minutes = self._spent.get(method)
        if minutes is None:
            return 0.0
        oldest = int(now // BUCKET_SECONDS) - BUCKETS
        for minute in [minute for minute in minutes if minute <= oldest]:
            del minutes[minute]
        return sum(minutes.values())

    def reset_at(self, method: str, now: float) -> int:
        """Return when the oldest minute of a method leaves the window, seconds since the epoch."""
        minutes = self._spent.get(method)
        oldest = min(minutes) if minutes else int(now // BUCKET_SECONDS)
        return (oldest + BUCKETS + 1) * BUCKET_SECONDS

    def clear(self) -> None:
        """Forget everything."""
        self._spent.clear()
