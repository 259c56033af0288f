"""Reading back: what of a failed bulk create the server has after all.

With a key of the caller's, by that key. Without one, by author, time and the fields that were
sent; then only a match that is unique on both sides counts.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .exchange import Select
from .fields import Field
from .objects import find_member

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .exchange import Change
    from .objects import Object
    from .session import BaseSession

__all__ = ["ReadBack"]

# The clocks of server and program differ; what the server created this long before may be ours.
CLOCK_DIFFERENCE = timedelta(minutes=10)
KEYS_PER_SEARCH = 200

Rows = dict[tuple[Any, ...], list[dict[str, Any]]]


class ReadBack:
    """Reads back for one bulk write; a row that was matched once is never matched again.

    Args:
        session: The session that sends.
    """

    def __init__(self, session: BaseSession) -> None:
        self._session = session
        self._claimed: set[Any] = set()

    def claim(self, cls: type[Object], row: dict[str, Any]) -> None:
        """Remember that a row of the server is one of ours."""
        self._claimed.add(row.get(cls._key[0]))

    def by_key(self, cls: type[Object], names: tuple[str, ...], changes: Sequence[Change]) -> Rows:
        """The server's rows by the values of the key, for the keys of the changes.

        Raises:
            APIError: The server refuses the search.
        """
        found: Rows = {}
        first = _field(cls, names[0])
        values = list(dict.fromkeys(change.values[names[0]] for change in changes if names[0] in change.values))
        wanted = tuple(dict.fromkeys([*names, *(name for change in changes for name in change.values)]))
        for start in range(0, len(values), KEYS_PER_SEARCH):
            condition = first._compare_many(
                "in", [_python(first, value) for value in values[start : start + KEYS_PER_SEARCH]]
            )
            for row in self._session.rows(Select(type=cls, where=(condition,), fields=wanted)):
                found.setdefault(tuple(row.get(name) for name in names), []).append(row)
        return found

    def by_content(
        self, cls: type[Object], changes: Sequence[Change], started: datetime
    ) -> dict[int, list[dict[str, Any]]]:
        """The server's rows that could be those of the changes, by the change's identity.

        One row means: this one, surely. None: surely not created. Several: nobody can tell.
        """
        conditions = self._session.service.authored_since(cls, started - CLOCK_DIFFERENCE)
        if conditions is None:
            return {id(change): [{}, {}] for change in changes}
        names = tuple(dict.fromkeys(name for change in changes for name in change.values))
        known = self._session.identity_map
        rows = [
            row
            for row in self._session.rows(Select(type=cls, where=conditions, fields=names))
            if row.get(cls._key[0]) not in self._claimed and known.get(cls, row.get(cls._key[0])) is None
        ]
        found: dict[int, list[dict[str, Any]]] = {}
        unmatched = {id(row): row for row in rows}
        for twins in _twins(changes):
            mine = [row for row in rows if self._matches(cls, row, twins[0])]
            for row in mine:
                unmatched.pop(id(row), None)
            if len(mine) == len(twins):
                found.update((id(change), [row]) for change, row in zip(twins, mine, strict=True))
            else:
                # Some rows for equal inputs: which of them are done, nobody can tell.
                found.update((id(change), [*mine, *mine]) for change in twins)
        counts = Counter((name, value) for change in changes for name, value in change.values.items() if value.__hash__)
        for change in changes:
            if not found[id(change)]:
                own = {
                    name: value for name, value in change.values.items() if value.__hash__ and counts[name, value] == 1
                }
                alike = [
                    row
                    for row in unmatched.values()
                    if any(
                        isinstance(value, str) and self.same(cls, name, row.get(name), value)
                        for name, value in own.items()
                    )
                ]
                # A row with a value that only this input has: the server may have altered the others.
                found[id(change)] = [*alike, *alike]
        return found

    def same(self, cls: type[Object], name: str, there: Any, here: Any) -> bool:
        """Whether a value of the server and one that was sent mean the same."""
        if there in (None, "") and here in (None, ""):
            return True
        if there is None or here is None:
            return False
        member = find_member(cls, name)
        return member.codec.same(there, here) if isinstance(member, Field) else bool(there == here)

    def _matches(self, cls: type[Object], row: dict[str, Any], change: Change) -> bool:
        return all(self.same(cls, name, row.get(name), value) for name, value in change.values.items())


def _field(cls: type[Object], name: str) -> Field:
    member = find_member(cls, name)
    return member if isinstance(member, Field) else Field(name)


def _python(field: Field, wire: Any) -> Any:
    decode = field.codec.decode
    return wire if decode is None else decode(wire)


def _twins(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes, those that send the same put together."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(json.dumps(change.values, sort_keys=True, default=str), []).append(change)
    return list(groups.values())
