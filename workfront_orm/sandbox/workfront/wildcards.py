"""Wildcards in values: `$$TODAY-7d`, `$$USER.homeGroupID` and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOMENT = re.compile(r"\$\$(TODAY|NOW)(?:([be])([hdwmqy])?)?(?:([+-])(\d{1,6})([hdwmqy]))?\Z")
_LISTS = {
    "otherGroupIDs": ("USRGPS", "groupID"),
    "roleIDs": ("USRROL", "roleID"),
    "teamIDs": ("TEAMMB", "teamID"),
    "otherTeamIDs": ("TEAMMB", "teamID"),
}


@dataclass(frozen=True, slots=True)
class Wildcards:
    """Gives wildcards their values for one caller at one moment.

    Attributes:
        user: the caller's fields.
        now: the server's time.
        zone: the caller's zone: days begin there.
        linked: ids that link rows of a type hold for the caller: (link type, its field) -> ids.
    """

    user: Mapping[str, Any]
    now: datetime
    zone: tzinfo
    linked: Callable[[str, str], list[str]]

    def expand(self, text: str) -> list[str] | None:
        """Values that a wildcard stands for; None when the text is none."""
        if not text.startswith("$$"):
            return None
        if text in ("$$USER", "$$USER.ID"):
            return [self.user["ID"]]
        if text == "$$CUSTOMER":
            return [self.user["customerID"]]
        if text == "$$AR":
            return [self.user.get("accountRepID") or ""]
        if text.startswith("$$USER."):
            return self._of_user(text[7:])
        moment = moment_of(text, self.now, self.zone)
        return None if moment is None else [moment.isoformat(timespec="milliseconds")]

    def _of_user(self, name: str) -> list[str] | None:
        if name in _LISTS:
            found = self.linked(*_LISTS[name])
            if name == "otherGroupIDs":
                return [group for group in found if group != self.user.get("homeGroupID")]
            if name == "otherTeamIDs":
                return [team for team in found if team != self.user.get("homeTeamID")]
            return found
        if name == "name":
            return [f"{self.user.get('firstName') or ''} {self.user.get('lastName') or ''}".strip()]
        if name not in self.user:
            return None
        value = self.user[name]
        return [] if value is None else [str(value)]


def moment_of(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The moment of `$$TODAY` or `$$NOW` with its suffix; None when the text is neither.

    `b` and `e` are begin and end of a period: h d w m q y, a week (Sunday to Saturday) when none is named; then an offset.
    """
    match = _MOMENT.match(text)
    if match is None:
        return None
    word, edge, period, sign, number, unit = match.groups()
    moment = now.astimezone(zone)
    if word == "TODAY":
        moment = _begin(moment, "d")
    if unit:
        moment = _shift(moment, int(number) if sign == "+" else -int(number), unit)
    if edge:
        moment = _begin(moment, period or "w")
        if edge == "e":
            moment = _shift(moment, 1, period or "w") - timedelta(milliseconds=1)
    return moment


def _begin(moment: datetime, period: str) -> datetime:
    if period == "h":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "w":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if period == "m":
        return day.replace(day=1)
    if period == "q":
        return day.replace(day=1, month=day.month - (day.month - 1) % 3)
    return day.replace(day=1, month=1) if period == "y" else day


def _shift(moment: datetime, number: int, unit: str) -> datetime:
    """Move by calendar units; a day that the month does not have becomes its last."""
    if unit == "h":
        return (moment + timedelta(hours=number)) if moment.tzinfo is None else _exact(moment, timedelta(hours=number))
    if unit in "dw":
        return moment + timedelta(days=number * (7 if unit == "w" else 1))
    months = moment.year * 12 + moment.month - 1 + number * {"m": 1, "q": 3, "y": 12}[unit]
    year, month = divmod(months, 12)
    first = moment.replace(year=year, month=month + 1, day=1)
    last = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(moment.day, last))


def _exact(moment: datetime, delta: timedelta) -> datetime:
    zone = moment.tzinfo
    return datetime.fromtimestamp(moment.timestamp() + delta.total_seconds(), zone)
