"""Reading back: what of a failed bulk create the server has after all.

With a key of the caller's, by that key. Without one, by author, time and the fields that were
sent; then only a match that is unique on both sides counts. Time is the server's own: before the
first create, its newest object of the same author is noted, and what is newer came after it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .errors import APIError, NotSupportedError
from .exchange import Change, Position, Request, Select
from .expressions import Comparison
from .fields import Field
from .identity import key_of
from .members import find_member
from .paging import read_pages
from .retrying import OWN_FAULTS
from .types import DateTime, Enumeration, holds_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .expressions import Expression
    from .objects import Object
    from .operators import Operand
    from .session import BaseSession

__all__ = ["ReadBack", "comparable"]

KEYS_PER_SEARCH = 200
NEWEST = 200

SKEW = timedelta(minutes=3)
"""How far the clocks of a server's machines may be apart."""

SHORTEST_CUT = 40
"""How many characters a server leaves of a text at least when it cuts it off."""

Row = dict[str, Any]
Values = tuple[Any, ...]


class ReadBack:
    """Reads back for one bulk write; a row that was matched once is never matched again.

    Args:
        session: The session whose objects are written.
        execute: What sends a request.
    """

    def __init__(self, session: BaseSession, execute: Callable[[Request], Any]) -> None:
        self._session = session
        self._execute = execute
        self._claimed: set[Any] = set()
        self._expected: dict[type[Object], _Expected] = {}

    def expect(self, cls: type[Object], creates: Sequence[Change]) -> None:
        """Note what is about to be created without a key, and what the server has of the same author before.

        Sends one search, once for a class.

        Args:
            cls: The class.
            creates: The changes that will be sent.
        """
        expected = self._expected.get(cls)
        if expected is None:
            expected = self._expected[cls] = _Expected(cls)
            authorship = self._session.service.authorship(cls, self._session.user_id)
            if authorship is not None:
                try:
                    expected.since = self._newest(cls, *authorship)
                except APIError:
                    # Creating needs no right to search; what fails is then unknown.
                    expected.since = None
        expected.add(creates)

    def claim(self, cls: type[Object], row: Row) -> None:
        """Remember that a row of the server is one that this write created."""
        self._claimed.add((cls, key_of(cls, row)))

    def by_key(
        self, cls: type[Object], names: tuple[str, ...], changes: Sequence[Change]
    ) -> tuple[dict[Values, list[Row]], dict[Any, APIError]]:
        """The server's rows by the values of the key, for the keys of the changes.

        Args:
            cls: The class.
            names: The wire names of the key.
            changes: The changes.

        Returns:
            Rows by comparable key; and, by comparable value, why a value cannot be searched for.

        Raises:
            APIError: The server refuses the search.
        """
        keyed = [change for change in changes if all(name in change.values for name in names)]
        # The field with the most values narrows the search best.
        name = max(names, key=lambda one: len({comparable(cls, one, change.values[one]) for change in keyed}))
        values = list({comparable(cls, name, change.values[name]): change.values[name] for change in keyed}.values())
        fields = tuple(dict.fromkeys([*names, *_readable(cls, changes)]))
        found: dict[Values, list[Row]] = {}
        refused: dict[Any, APIError] = {}
        for start in range(0, len(values), KEYS_PER_SEARCH):
            for row in self._search_values(keyed, name, values[start : start + KEYS_PER_SEARCH], fields, refused):
                found.setdefault(key_values(cls, names, row), []).append(row)
        return found, refused

    def by_content(
        self, cls: type[Object], changes: Sequence[Change], is_open: Callable[[Change], bool]
    ) -> dict[int, list[Row]]:
        """The server's rows that could be those of the changes, by the change's identity.

        One row means: this one, surely. None: surely not created. Several: nobody can tell.

        Args:
            cls: The class.
            changes: The changes of one request.
            is_open: Whether it is not known yet what became of another change.

        Raises:
            APIError: The server refuses the search.
        """
        expected = self._expected.get(cls)
        if expected is None or expected.since is None or not expected.fields:
            return {id(change): [{}, {}] for change in changes}
        since = expected.since
        rows: list[Row] = []
        doubtful: set[int] = set()
        for row in self._written(cls, since, expected.fields, changes):
            key = key_of(cls, row)
            if key in since.present or (cls, key) in self._claimed:
                continue
            may_be_old = since.may_be_old(row)
            known = self._session.identity_map.get(cls, key) is not None
            if may_be_old and known:
                # Of this session, from before.
                continue
            if may_be_old or known:
                # Known may also be one of ours that a search has found already.
                doubtful.add(id(row))
            rows.append(row)
        return expected.match(rows, changes, is_open, doubtful)

    def same(self, cls: type[Object], name: str, there: Any, here: Any) -> bool:
        """Whether a value of the server and one that was sent mean the same."""
        return bool(comparable(cls, name, there) == comparable(cls, name, here))

    # --- requests -----------------------------------------------------------------

    def _written(
        self, cls: type[Object], since: _Since, fields: tuple[str, ...], changes: Sequence[Change]
    ) -> list[Row]:
        """What the author has since, with the fields that are compared; without custom ones where one is refused."""
        try:
            return list(self._rows(cls, since.conditions, (*fields, *since.fields), changes))
        except OWN_FAULTS:
            # A custom field that the tenant does not have: as likely as not what the write was refused for.
            declared = tuple(name for name in fields if not cls._is_custom(name))
            if declared == fields:
                raise
            return list(self._rows(cls, since.conditions, (*declared, *since.fields), changes))

    def _newest(self, cls: type[Object], author: Expression, created: Operand) -> _Since:
        """What the author has of the newest moment, hence where new objects begin."""
        service = self._session.service
        name = ":".join(created.path)
        select = Select(type=cls, where=(author,), order=(created.desc(),), fields=(name,))
        size = min(NEWEST, service.page_size(select) or NEWEST)
        rows: list[Row] = self._execute(service.plan_page(select, Position(), size)).rows
        newest = rows[0].get(name) if rows else None
        if newest is None:
            return _Since((author,), frozenset(key_of(cls, row) for row in rows))
        later = (author, Comparison(created, "ge", newest))
        oldest = rows[-1].get(name)
        present = [*rows, *(self._rows(cls, later, (name,), ()) if oldest == newest and len(rows) == size else ())]
        keys = frozenset(key_of(cls, row) for row in present)
        return _Since(later, keys, _field(cls, name), newest, oldest if len(rows) == size else None)

    def _search_values(
        self, changes: list[Change], name: str, values: list[Any], fields: tuple[str, ...], refused: dict[Any, APIError]
    ) -> Iterator[Row]:
        cls = type(changes[0].object)
        condition = Comparison(_field(cls, name), "in", tuple(values))
        try:
            rows = list(self._rows(cls, (condition,), fields, changes))
        except NotSupportedError as error:
            # One value that cannot be searched for must not keep the others from being found.
            if len(values) == 1:
                refused[comparable(cls, name, values[0])] = error
                return
            half = len(values) // 2
            yield from self._search_values(changes, name, values[:half], fields, refused)
            yield from self._search_values(changes, name, values[half:], fields, refused)
            return
        yield from rows

    def _rows(
        self, cls: type[Object], where: tuple[Expression, ...], fields: tuple[str, ...], changes: Sequence[Change]
    ) -> Iterator[Row]:
        select = Select(type=cls, where=where, fields=fields)
        for one in self._session.service.read_back(select, changes):
            for rows in read_pages(self._session, one, execute=self._execute):
                yield from rows


def comparable(cls: type[Object], name: str, wire: Any) -> Any:
    """A wire value in a form that is equal, and hashes equal, where values mean the same."""
    field = _field(cls, name)
    decode = field.codec.decode
    try:
        return _plain(wire if decode is None or wire is None else decode(wire))
    except (ValueError, TypeError, ArithmeticError):
        return _plain(wire)


def _plain(value: Any) -> Any:
    if value is None or value in ("", []):
        return None
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=repr)
    if isinstance(value, list):
        # A single value may come as itself instead of a list of one.
        return _plain(value[0]) if len(value) == 1 else tuple(map(_plain, value))
    if isinstance(value, dict):
        return tuple(sorted(((str(key), _plain(inner)) for key, inner in value.items()), key=repr))
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        # Numbers of undeclared fields come back as text: 5, 5.0 and "5" are one.
        return format(Decimal(repr(value) if isinstance(value, float) else value).normalize(), "f")
    return str(value) if isinstance(value, (str, bool)) else value


def key_values(cls: type[Object], names: tuple[str, ...], values: Mapping[str, Any]) -> Values:
    """The values of a key, comparable."""
    return tuple(comparable(cls, name, values.get(name)) for name in names)


class _Since:
    """Where new objects begin: conditions that select them, and the keys of those that they select besides.

    The clocks of a server's machines differ, so that what is new may be of a moment before the newest one that
    was there: the conditions select what is a little older, too.

    Args:
        conditions: Select what the author has of the newest moment, and all later ones.
        present: The keys of the newest that was there.
        created: The field that holds the moment; None where there was nothing.
        newest: The moment.
        oldest: The moment of the oldest of `present`; None where these are all that was there.
    """

    def __init__(
        self,
        conditions: tuple[Expression, ...],
        present: frozenset[Any],
        created: Field | None = None,
        newest: Any = None,
        oldest: Any = None,
    ) -> None:
        self.conditions = conditions
        self.present = present
        self.fields: tuple[str, ...] = ()
        self._created = created
        self._oldest = None if created is None else _moment(created, oldest)
        moment = None if created is None else _moment(created, newest)
        if created is not None and moment is not None:
            author, later = conditions
            begin = created.codec.encode(moment - SKEW)
            self.conditions = (author, Comparison(later.operand, "ge", begin))  # type: ignore[attr-defined]
            self.fields = (created.workfront_name,)

    def may_be_old(self, row: Row) -> bool:
        """Whether a row may have been there without being among those of which that is known."""
        if self._created is None or self._oldest is None:
            return False
        moment = _moment(self._created, row.get(self._created.workfront_name))
        return moment is not None and moment <= self._oldest


class _Expected:
    """What one write creates of a class, by content.

    Args:
        cls: The class.
    """

    def __init__(self, cls: type[Object]) -> None:
        self._cls = cls
        self.since: _Since | None = None
        self._by_content: dict[tuple[str, ...], dict[Values, list[Change]]] = {}
        self._texts: Counter[tuple[str, Any]] = Counter()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are compared."""
        return tuple(dict.fromkeys(name for names in self._by_content for name in names))

    def add(self, creates: Sequence[Change]) -> None:
        """Take changes that will be sent."""
        for change in creates:
            names = self._names(change)
            contents = self._by_content.setdefault(names, {})
            contents.setdefault(key_values(self._cls, names, change.values), []).append(change)

    def match(
        self, rows: Sequence[Row], changes: Sequence[Change], is_open: Callable[[Change], bool], unsure: set[int]
    ) -> dict[int, list[Row]]:
        """See `ReadBack.by_content`; `unsure` are the identities of rows that may be others."""
        mine: dict[int, list[Row]] = {id(change): [] for change in changes}
        doubtful: set[int] = set()
        strangers: list[Row] = []
        for row in rows:
            groups = list(self._groups(row))
            if not groups:
                strangers.append(row)
            for change in (change for group in groups for change in group if id(change) in mine):
                mine[id(change)].append(row)
                if len(groups) > 1 or id(row) in unsure:
                    # A row that inputs of different content could have become says nothing sure of any.
                    doubtful.add(id(change))
        found: dict[int, list[Row]] = {}
        for change in changes:
            if id(change) in found:
                continue
            group = self._group(change)
            here = [twin for twin in group if id(twin) in mine]
            elsewhere = [twin for twin in group if id(twin) not in mine and is_open(twin)]
            matching = mine[id(change)]
            if not matching:
                # Of what the server altered, a text may be left.
                altered = [row for row in strangers if self._alike(row, change)]
                found.update((id(twin), [*altered, *altered]) for twin in here)
            elif len(matching) == len(here) and not elsewhere and not doubtful & {id(twin) for twin in here}:
                found.update((id(twin), [row]) for twin, row in zip(here, matching, strict=True))
            else:
                # Some rows for equal inputs: which of them are done, nobody can tell.
                found.update((id(twin), [*matching, *matching]) for twin in here)
        return found

    def _groups(self, row: Row) -> Iterator[list[Change]]:
        for names, contents in self._by_content.items():
            group = contents.get(key_values(self._cls, names, row))
            if group is not None:
                yield group

    def _group(self, change: Change) -> list[Change]:
        names = self._names(change)
        return self._by_content[names][key_values(self._cls, names, change.values)]

    def _alike(self, row: Row, change: Change) -> bool:
        """Whether a row that is like no input has a text of this one, such as its name, as servers keep texts.

        What has no text of its own is told by what it refers to.
        """
        sent = {name: value for name, value in change.values.items() if isinstance(value, str) and value}
        texts = [name for name in sent if _is_free_text(self._cls, name)]
        if texts:
            return any(_is_kept_as(row.get(name), sent[name]) for name in texts)
        references = [name for name in sent if "reference" in _field(self._cls, name)._raw]
        return all(comparable(self._cls, name, row.get(name)) == sent[name] for name in references)

    def _names(self, change: Change) -> tuple[str, ...]:
        return _readable(self._cls, (change,))


def _readable(cls: type[Object], changes: Sequence[Change]) -> tuple[str, ...]:
    """The fields that were sent and can be read back: nested objects cannot be compared."""
    names = dict.fromkeys(name for change in changes for name in change.values)
    return tuple(
        sorted(
            name
            for name in names
            if isinstance(find_member(cls, name) or Field(name), Field)
            and not _field(cls, name).spec.raw.get("writeOnly")
            and not any(_is_incomparable(_field(cls, name), change.values.get(name)) for change in changes)
        )
    )


def _is_incomparable(field: Field, wire: Any) -> bool:
    """Whether a value comes back in another form: nested objects, and days, which become moments."""
    if not field.codec.comparable:
        return True
    nested = isinstance(wire, dict) or (isinstance(wire, list) and any(isinstance(item, dict) for item in wire))
    if nested and not field.codec.by_difference:
        return True
    return isinstance(field.codec, DateTime) and isinstance(wire, str) and len(wire) == len("2030-05-18")


def _is_kept_as(there: Any, here: str) -> bool:
    """Whether a server may have kept a text as another one: without blanks at its ends, in another form, cut off."""
    if not isinstance(there, str):
        return False
    kept, sent = _folded(there), _folded(here)
    return kept == sent or (len(kept) >= SHORTEST_CUT and sent.startswith(kept))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _moment(field: Field, wire: Any) -> datetime | None:
    decode = field.codec.decode
    try:
        moment = wire if decode is None else decode(wire)
    except (ValueError, TypeError):
        return None
    return moment if isinstance(moment, datetime) else None


def _is_free_text(cls: type[Object], name: str) -> bool:
    """Whether a field holds text of the caller's own, not the id of another object or one of some codes."""
    field = _field(cls, name)
    return "reference" not in field._raw and not isinstance(field.codec, Enumeration) and holds_text(field.codec)


def _field(cls: type[Object], name: str) -> Field:
    member = find_member(cls, name)
    return member if isinstance(member, Field) else Field(name)
