"""Working time: Monday to Friday, 9 to 17 o'clock UTC, the default schedule of the demo data. 480 minutes a day.

Working minutes are numbered from a Monday long ago, so that sums and differences are arithmetic.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY_MINUTES = 480
WEEK_MINUTES = 5 * DAY_MINUTES

_MONDAY = datetime(1900, 1, 1, tzinfo=UTC)
_START = 9 * 60
_WORKDAYS = 5


def minutes_between(start: datetime, end: datetime) -> int:
    """Working minutes from one moment to a later one; 0 when it is not later."""
    return max(_number(end) - _number(start), 0)


def add_minutes(start: datetime, minutes: int) -> datetime:
    """The moment that many working minutes after another one: the end of a day rather than the start of the next."""
    if minutes <= 0:
        return start
    weeks, rest = divmod(_number(start) + minutes - 1, WEEK_MINUTES)
    day, minute = divmod(rest, DAY_MINUTES)
    return _MONDAY + timedelta(weeks=weeks, days=day, minutes=_START + minute + 1)


def _number(moment: datetime) -> int:
    """Working minutes from the first Monday to a moment."""
    since = moment.astimezone(UTC) - _MONDAY
    weeks, day = divmod(since.days, 7)
    whole = weeks * WEEK_MINUTES + min(day, _WORKDAYS) * DAY_MINUTES
    if day >= _WORKDAYS:
        return whole
    return whole + min(max(since.seconds // 60 - _START, 0), DAY_MINUTES)
