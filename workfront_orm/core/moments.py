"""Values that the server computes when it reads a filter: `today() - days(7)`, `current_user.id`."""

from __future__ import annotations

from .operators import Comparand

__all__ = [
    "Period",
    "ServerValue",
    "current_user",
    "days",
    "hours",
    "months",
    "now",
    "quarters",
    "today",
    "weeks",
    "years",
]


class Period:
    """A number of hours, days, weeks, months, quarters or years, to add to `today()` or `now()`."""

    __slots__ = ("number", "unit")

    def __init__(self, number: int, unit: str) -> None:
        if type(number) is not int:
            raise TypeError(f"a period takes a whole number, not {number!r}")
        self.number = number
        self.unit = unit

    def __neg__(self) -> Period:
        """The same period into the past."""
        return Period(-self.number, self.unit)

    def __repr__(self) -> str:
        """Number and unit."""
        return f"<{self.number} {self.unit}>"


class ServerValue(Comparand):
    """A value that the server computes when it reads the filter.

    Attributes:
        name: `today`, `now` or `user`.
        attribute: The attribute of the user.
        period: What is added to the moment.
        edge: The edge of a period that the moment is moved to, as (`begin` or `end`, unit).
    """

    __slots__ = ("attribute", "edge", "name", "period")

    def __init__(
        self,
        name: str,
        attribute: str | None = None,
        period: Period | None = None,
        edge: tuple[str, str] | None = None,
    ) -> None:
        self.name = name
        self.attribute = attribute
        self.period = period
        self.edge = edge

    @property
    def kind(self) -> str | None:
        """What it is, in the words of `types.kind_of`; None for an attribute of the user."""
        return None if self.name == "user" else "moments"

    def __add__(self, period: Period) -> ServerValue:
        """Later by a period."""
        if self.name == "user" or not isinstance(period, Period):
            return NotImplemented
        if self.period is not None:
            raise ValueError(f"{self!r} has a period already; the systems take one")
        return ServerValue(self.name, None, period, self.edge)

    def __sub__(self, period: Period) -> ServerValue:
        """Earlier by a period."""
        return self + -period if isinstance(period, Period) else NotImplemented

    def begin_of(self, unit: str) -> ServerValue:
        """The begin of the hour, day, week, month, quarter or year."""
        return self._edge("begin", unit)

    def end_of(self, unit: str) -> ServerValue:
        """The end of the hour, day, week, month, quarter or year."""
        return self._edge("end", unit)

    def _edge(self, edge: str, unit: str) -> ServerValue:
        if self.kind != "moments":
            raise TypeError(f"{self!r} is no moment, so it has no {edge} of a {unit}")
        return ServerValue(self.name, None, self.period, (edge, _unit(unit)))

    def __repr__(self) -> str:
        """The value in words."""
        parts = [self.attribute or "", repr(self.edge) if self.edge else "", repr(self.period) if self.period else ""]
        return f"<{self.name} {' '.join(filter(None, parts))}>"


class _CurrentUser:
    """The user of the session; attributes are those that the system can compute, such as `id`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> ServerValue:
        if name.startswith("_"):
            raise AttributeError(name)
        return ServerValue("user", name)

    def __repr__(self) -> str:
        return "<current_user>"


current_user = _CurrentUser()
"""The user of the session: `Task.assigned_to_id == current_user.id`."""


def today() -> ServerValue:
    """Midnight at the start of today, in the user's time zone."""
    return ServerValue("today")


def now() -> ServerValue:
    """This moment, by the server's clock."""
    return ServerValue("now")


def days(number: int) -> Period:
    """A number of days."""
    return Period(number, "day")


def hours(number: int) -> Period:
    """A number of hours."""
    return Period(number, "hour")


def weeks(number: int) -> Period:
    """A number of weeks."""
    return Period(number, "week")


def months(number: int) -> Period:
    """A number of months."""
    return Period(number, "month")


def quarters(number: int) -> Period:
    """A number of quarters."""
    return Period(number, "quarter")


def years(number: int) -> Period:
    """A number of years."""
    return Period(number, "year")


_UNITS = ("hour", "day", "week", "month", "quarter", "year")


def _unit(unit: str) -> str:
    if unit not in _UNITS:
        raise ValueError(f"{unit!r} is no unit; take one of {', '.join(_UNITS)}")
    return unit
