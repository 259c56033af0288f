"""What every part of the demo data stands on: ids, dice, dates and the working calendar.

Everything is a function of the seed and of the clock: the same seed and `now` give the same rows, and a part that draws
more numbers changes no other part, because each part throws dice of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]
"""A row as the store keeps it: wire names to wire values."""

Tables = dict[str, list[Row]]
"""Rows by object code."""

DAY_MINUTES = 480
"""Working minutes of a day in the default schedule."""

HOUR_MINUTES = 60

_HORIZON = 1600  # working days that the calendar reaches to either side of today: about six years
_WEEKEND = 5  # datetime.weekday() of Saturday


def identifier(seed: int, code: str, key: object) -> str:
    """Id of the object `key` of a type: 32 hexadecimal characters, in no order that a client could rely on.

    Args:
        seed: The seed of the data.
        code: Object code, so that equal keys of two types differ.
        key: Anything whose text is unique within the type: a number, a name.
    """
    return blake2b(f"{seed}/{code}/{key}".encode(), digest_size=16).hexdigest()


def wire_date(moment: datetime) -> str:
    """Write an aware datetime as the store keeps it: UTC, in the form of the wire, cut to minutes."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00:000+0000")


def chance(dice: random.Random, probability: float) -> bool:
    """True in that share of the cases."""
    return dice.random() < probability


def days_late(due: str, reached: str) -> int:
    """Whole days from one wire text to a later one, 0 when it is not later."""
    if reached <= due:
        return 0
    days = (date.fromisoformat(reached[:10]) - date.fromisoformat(due[:10])).days
    return days - (reached[10:] < due[10:])


class Calendar:
    """Working days of the default schedule, Monday to Friday from 9 to 17 UTC, numbered from 0 = today.

    Numbers of days are what tasks are scheduled with; the texts are made once, because a date is written some
    ten times a task.

    Args:
        now: The clock of the sandbox; on a weekend, today is the Friday before.
    """

    def __init__(self, now: datetime) -> None:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight.weekday() >= _WEEKEND:
            midnight -= timedelta(days=1)
        self.today = midnight
        # One list for either side: day n stands at [n + _HORIZON].
        days = sorted((*self._walk(midnight, -1), midnight, *self._walk(midnight, 1)))
        texts = [day.strftime("%Y-%m-%dT") for day in days]
        self._midnights = [text + "00:00:00:000+0000" for text in texts]
        self._starts = [text + "09:00:00:000+0000" for text in texts]
        self._ends = [text + "17:00:00:000+0000" for text in texts]
        self._numbers = {text[:10]: number for number, text in enumerate(texts, -_HORIZON)}
        self._weeks = [(day - timedelta(days=day.weekday())).strftime("%Y-%m-%d") for day in days]

    @staticmethod
    def _walk(midnight: datetime, step: int) -> Iterator[datetime]:
        found = 0
        day = midnight
        while found < _HORIZON:
            day += timedelta(days=step)
            if day.weekday() < _WEEKEND:
                found += 1
                yield day

    def day(self, number: int) -> str:
        """Midnight of a working day, for fields that hold a date without a time."""
        return self._midnights[number + _HORIZON]

    def start(self, number: int) -> str:
        """Begin of work, 9:00."""
        return self._starts[number + _HORIZON]

    def end(self, number: int) -> str:
        """End of work, 17:00."""
        return self._ends[number + _HORIZON]

    def week(self, number: int) -> str:
        """Monday of the day's week, as `yyyy-mm-dd`."""
        return self._weeks[number + _HORIZON]

    def sunday(self, monday: str) -> str:
        """End of the week that begins on that Monday (`yyyy-mm-dd`), as a day."""
        return (datetime.fromisoformat(monday) + timedelta(days=6)).strftime("%Y-%m-%dT00:00:00:000+0000")

    def minutes(self, start: str, end: str) -> int:
        """Working minutes from one wire text to another; both are 9:00 or 17:00 of working days."""
        days = self._numbers[end[:10]] - self._numbers[start[:10]]
        return DAY_MINUTES * (days + (end[11:13] == "17") - (start[11:13] == "17"))


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a size holds. Ranges are (least, most); shares are of 1.

    Attributes:
        people: Users besides the two that every tenant has.
        projects: Projects.
        tasks: Tasks of a project.
        days: Working days of a leaf task.
        issues: Issues of a project.
        documents: Documents of a project.
        threads: Threads of notes of a project.
        assigned: Share of leaf tasks with an assignment; `seconded`: with a second one.
        booked: Share of worked leaf tasks with hours.
        formed: Share of objects with custom forms.
        rich: Whether projects have baselines, risks, expenses, queues, teams, work items and a journal.
    """

    people: int
    projects: int
    tasks: tuple[int, int]
    days: tuple[int, int]
    issues: tuple[int, int]
    documents: tuple[int, int]
    threads: tuple[int, int]
    assigned: float
    seconded: float
    booked: float
    formed: float
    rich: bool


@dataclass(slots=True)
class World:
    """What the parts of the data share: seed, clock, calendar, and the objects that later ones refer to.

    Attributes:
        seed: The seed.
        now: The clock, aware.
        profile: How much there is of everything.
        calendar: Working days around `now`.
        created: Wire text of the day the tenant was made, three years before `now`.
        stamp: Wire text of `now`.
        customer: Id of the tenant.
        admin: Id of the administrator.
        group: Id of the default group.
        schedule: Id of the default schedule.
        people: Active users that work is given to.
        groups, teams, roles, companies, programs: Rows that later objects point at.
        templates: Templates that projects were made from.
        hour_types, expense_types, milestones: Ids that later objects point at.
        milestone_path: The path of those milestones.
        iteration: A sprint of the agile team.
        sheets: Time sheets that hours were booked on: (user id, Monday) -> their ids.
        counts: Last reference number given out, by type.
    """

    seed: int
    now: datetime
    profile: Profile
    calendar: Calendar
    created: str
    stamp: str
    customer: str
    admin: str = ""
    group: str = ""
    schedule: str = ""
    people: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    teams: list[Row] = field(default_factory=list)
    roles: list[Row] = field(default_factory=list)
    companies: list[Row] = field(default_factory=list)
    programs: list[Row] = field(default_factory=list)
    hour_types: list[str] = field(default_factory=list)
    expense_types: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    milestone_path: str | None = None
    iteration: str | None = None
    templates: list[Row] = field(default_factory=list)
    sheets: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def make(cls, seed: int, now: datetime, profile: Profile) -> World:
        """Start with a tenant and nothing in it.

        Raises:
            ValueError: `now` is naive.
        """
        if now.tzinfo is None:
            raise ValueError(f"demo data need an aware datetime as now, {now!r} has no tzinfo: add tzinfo=UTC")
        calendar = Calendar(now)
        return cls(
            seed=seed,
            now=now,
            profile=profile,
            calendar=calendar,
            created=wire_date(calendar.today - timedelta(days=3 * 365)),
            stamp=wire_date(now),
            customer=identifier(seed, "CUST", 0),
        )

    def id(self, code: str, key: object) -> str:
        """Id of the object `key` of a type, see `identifier`."""
        return identifier(self.seed, code, key)

    def number(self, code: str) -> int:
        """Next reference number of a type."""
        found = self.counts[code] = self.counts.get(code, 0) + 1
        return found

    def dice(self, *key: object) -> random.Random:
        """Random numbers of one part of the data, the same for the same seed and key."""
        return random.Random(f"{self.seed}/{'/'.join(map(str, key))}")  # noqa: S311 - demo data keep no secret
