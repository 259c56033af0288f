"""Reading to the end: pages in order, each row once, and a read that checks itself.

By default rows are read in the order of their ids, each page asking for the ids after the last
one: rows that others add, change or delete meanwhile cannot shift it. Under an order of the
caller's own, pages are cut by offset. Then each page begins with the last row of the one before,
where the system lets it, so that a shift shows at once; ids that come twice and a count at the end
show the rest. Such a read raises `IncompleteRead` rather than return less than there is.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from .backward import WORTH_IT, Backward
from .errors import APIError, IncompleteRead, InvalidResponseError
from .exchange import START, Position, Select
from .identity import key_of
from .logic import never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .exchange import Page, Request
    from .session import BaseSession

__all__ = [
    "Reader",
    "Rows",
    "Token",
    "broken",
    "disobeyed",
    "is_ascending",
    "page_size",
    "paging_of",
    "read_pages",
    "read_single",
    "remote_of",
]

Rows = list[dict[str, Any]]


@frozen(kw_only=True, eq=False)
class Token:
    """Where an interrupted read goes on. It pickles, and holds no credentials.

    Attributes:
        select: What is read.
        position: The position of the page that is to be read next.
        read: The number of rows that were handed out.
        known: The keys of rows that were handed out, under an order of the caller's own.
        again: Whether the read begins anew and leaves out the rows that are known, since rows shifted.
        anchor: The key of the row before the position, under an order of the caller's own.
        total: The number of rows that the server told at the begin, where pages cannot overlap.
    """

    select: Select
    position: Position
    read: int = 0
    known: frozenset[Any] = field(default=frozenset(), repr=False)
    again: bool = False
    anchor: Any = None
    total: int | None = None


def read_pages(
    session: BaseSession,
    select: Select,
    token: Token | None = None,
    *,
    execute: Callable[[Request], Any] | None = None,
    collected: bool = False,
) -> Iterator[Rows]:
    """The pages of a selection, in order, to its end.

    Args:
        session: The session that sends.
        select: What is read.
        token: Where to go on, from the `IncompleteRead` of an earlier read of the same selection.
        execute: What sends a request, when that is not `session.execute`.
        collected: Whether the caller keeps all rows, so that large results may be read from both ends.

    Raises:
        IncompleteRead: The end was not reached: rows shifted under an offset, or a page after the
            first failed. Its token says where to go on.
        APIError: The server refuses the first page.
        NotSupportedError: The system cannot filter or order like this; nothing was sent.
        TypeError, ValueError: No token, or one of another read; nothing was sent.
    """
    _check_token(select, token)
    send = session.execute if execute is None else execute
    if select.filter_locally and (local := session.service.local_conditions(select)):
        return _filtered(session, select, local, token, send)
    if select.where and never(select.where):
        return iter(())
    parts = session.service.split(select)
    if len(parts.selects) > 1:
        from .merged import read_merged  # for few reads

        return read_merged(session, select, parts, token, send)
    start = token or Token(select=select, position=START)
    return read_single(session, parts.selects[0], start, send, collected=collected)


def read_single(
    session: BaseSession, select: Select, token: Token, send: Callable[[Request], Any], *, collected: bool = False
) -> Iterator[Rows]:
    """The pages of a selection that one request after another can read."""
    reader = Reader(session, select, send, token.select, collected=collected)
    readers = {"keyset": _by_key, "offset": _by_offset, "cursor": _by_cursor, "whole": _whole}
    # A read by id that the server did not obey goes on by offset.
    paging = "offset" if token.position.offset is not None else paging_of(session, select)
    return _completed(session, select, readers[paging](reader, token))


def _completed(session: BaseSession, select: Select, pages: Iterator[Rows]) -> Iterator[Rows]:
    """The pages with what their lists leave out and the selection names; rows that are gone meanwhile are left out."""
    for rows in pages:
        requests = session.service.plan_completion(select, rows)
        if requests:
            found = session.execute_all(requests)
            rows = [{**row, **more[0]} for row, more in zip(rows, found, strict=True) if more]  # noqa: PLW2901
        yield rows


def page_size(session: BaseSession, select: Select) -> int | None:
    """How many rows a request asks for: what the system allows for this selection, and the session."""
    size = session.service.page_size(select)
    if session.page_size is None:
        return size
    return session.page_size if size is None else min(session.page_size, size)


def remote_of(session: BaseSession, select: Select, local: tuple[Any, ...]) -> Select:
    """What is asked of the system when some conditions are applied here."""
    from .expressions import operands  # for few reads

    needed = tuple(":".join(operand.path) for condition in local for operand in operands(condition))
    return evolve(
        select,
        where=tuple(condition for condition in select.where if not any(condition is one for one in local)),
        fields=session.service.with_fields(select, needed),
        filter_locally=False,
        # Which rows count is known here only.
        limit=None,
        offset=0,
    )


def broken(select: Select, error: APIError, token: Token) -> IncompleteRead:
    """What is raised when a page after the first one fails."""
    return IncompleteRead(
        f"{token.read} rows were read, then a page failed: {error}",
        error.code,
        operation=f"search {select.type.__name__}",
        token=token,
        remedy="go on with query.resume(error.token); error.objects has what was read",
    )


def paging_of(session: BaseSession, select: Select) -> str:
    """How a selection is paged: `keyset`, `offset`, `cursor` or `whole`."""
    paging = session.service.paging(select)
    return "offset" if select.offset and paging == "keyset" else paging


class Reader:
    """Asks for the pages of one read."""

    def __init__(
        self,
        session: BaseSession,
        select: Select,
        send: Callable[[Request], Any],
        asked: Select,
        *,
        collected: bool = False,
    ) -> None:
        self.session = session
        self.service = session.service
        self.select = select
        self.capabilities = session.service.capabilities(select.type._spec)
        # What a token is for: the selection as the caller gave it.
        self.asked = asked
        self._send = send
        self.size = page_size(session, select)
        able = self.capabilities.descending and select.limit is None and session.max_concurrent > 1
        self._backward: Backward | None = None
        self._both_ends = collected and able and self.size is not None and self.size >= WORTH_IT

    def begin_backward(self, front: Any) -> None:
        """Begin a read from the end, down to a key, where that is to be."""
        size = self.size
        if not self._both_ends or size is None:
            return
        self._both_ends = False
        self._backward = Backward(
            lambda position, stop: self.session.execute(self.service.plan_page(self.select, position, size), stop=stop),
            self.key_of,
            front,
        )

    def rest(self, page: Page, keys: list[Any], front: Any, read: int) -> Iterator[Rows] | None:
        """What is left behind a page, where that need not be asked for page by page; None where it has to be."""
        if page.last is not None and self.select.limit is None:
            from .ranges import read_ranges  # for long reads

            return read_ranges(self, keys, page.last, read)
        return self._backward.rest(front) if self._backward is not None and self._backward.has_met(front) else None

    def stop(self) -> None:
        """Ask for no more pages from the end."""
        if self._backward is not None:
            self._backward.stop()

    def wanted(self, read: int) -> int | None:
        """How many rows to ask for after so many; 0 when the limit is reached, None for all."""
        limit = self.select.limit
        if limit is None:
            return self.size
        return max(0, limit - read if self.size is None else min(self.size, limit - read))

    def page(self, position: Position, size: int | None, token: Callable[[], Token]) -> tuple[Page, bool]:
        """The page at a position, and whether it is the last.

        Args:
            position: Where it starts.
            size: How many rows to ask for.
            token: Makes the token to go on with, should it fail.
        """
        try:
            return self.ask(position, size)
        except APIError as error:
            left = token()
            if not left.read:
                raise
            raise broken(self.select, error, left) from error

    def ask(self, position: Position, size: int | None) -> tuple[Page, bool]:
        """The page at a position, and whether it is the last; the error of a page that fails as it is."""
        while True:
            try:
                page: Page = self._send(self.service.plan_page(self.select, position, size))
            except APIError as error:
                if size is None or size == 1 or not self.service.is_too_large(error):
                    raise
                # How much comes along with a row only the server knows; smaller pages are all that helps.
                size = self.size = max(1, size // 2)
            else:
                if self.select.limit is not None and size is not None and len(page.rows) > size:
                    # Servers may answer more than they are asked for.
                    page.rows = page.rows[:size]
                return page, page.ended if page.ended is not None else size is None or len(page.rows) < size

    def key_of(self, row: dict[str, Any]) -> Any:
        """The key of a row, comparable; None where it has none.

        Raises:
            InvalidResponseError: What stands in its place can be none, such as a list.
        """
        try:
            key = key_of(self.select.type, row)
            hash(key)
        except (AttributeError, TypeError, ValueError):
            name = self.select.type.__name__
            raise InvalidResponseError(row, operation=f"search {name}", remedy="its id can be none") from None
        return key

    def total(self) -> int | None:
        """The number of rows that the server counts now."""
        request = self.service.plan_count(self.select)
        return None if request is None else self._send(request)

    def token(self, position: Position, read: int, **details: Any) -> Token:
        """Where the read goes on."""
        return Token(select=self.asked, position=position, read=read, **details)


def _by_key(reader: Reader, token: Token) -> Iterator[Rows]:
    read, last = token.read, token.position.after
    before: list[Any] = []
    pages = 0
    try:
        while (size := reader.wanted(read)) != 0:
            here = reader.token(Position(after=last), read)
            page, ended = reader.page(START if last is None else here.position, size, lambda here=here: here)  # type: ignore[misc]
            keys = [reader.key_of(row) for row in page.rows]
            if not is_ascending(last, keys):
                if last is not None and (pages != 1 or token.read):
                    raise disobeyed(reader, here)
                # These objects have no ids, the server does not sort by them, or it ignores the condition on
                # the id: by offset the checks are others.
                start = reader.token(Position(offset=read), read, known=frozenset(before), anchor=last)
                yield from _by_offset(reader, start, (page, ended) if last is None else None)
                return
            pages += 1
            read += len(page.rows)
            if page.rows:
                last, before = keys[-1], keys
            if not ended and pages == 1:
                # A result of one page needs none.
                reader.begin_backward(last)
            if page.rows:
                yield page.rows
            rest = iter(()) if ended else reader.rest(page, keys, last, read)
            if rest is not None:
                yield from rest
                return
    finally:
        reader.stop()


def _by_offset(reader: Reader, token: Token, first: tuple[Page, bool] | None = None) -> Iterator[Rows]:
    return _OffsetRead(reader, token).pages(first)


class _OffsetRead:
    """A read by offset, which checks itself.

    Args:
        reader: Asks for pages.
        token: Where to begin.
    """

    def __init__(self, reader: Reader, token: Token) -> None:
        self._reader = reader
        self._select = reader.select
        self._offset = reader.select.offset if token.position.offset is None else token.position.offset
        self._read = token.read
        self._anchor = token.anchor
        self._again = token.again
        self._total = token.total
        self._skipped = token.known if token.again else frozenset()
        self._seen: set[Any] = set() if token.again else set(token.known)

    def pages(self, first: tuple[Page, bool] | None = None) -> Iterator[Rows]:
        """The pages; the first one and whether it is the last may have been read already."""
        reader = self._reader
        single = self._offset == self._select.offset
        while (size := reader.wanted(self._read)) != 0:
            # A page that begins with the last row of the one before proves that nothing shifted.
            able = reader.capabilities.overlap and size is not None and reader.size != 1
            overlap = 1 if able and self._anchor is not None else 0
            if first is not None:
                (page, ended), first = first, None
            else:
                asked = None if size is None else min(size + overlap, reader.size or size + overlap)
                page, ended = reader.page(Position(offset=self._offset - overlap), asked, self._here)
            if not able:
                self._check_total(page, ended)
            rows = self._take(page.rows, overlap)
            if rows:
                yield rows
            if ended:
                break
            single = False
        counts = (self._offset if self._select.limit is None else None, self._total)
        expected = {count for count in counts if count is not None}
        if not single and expected:
            total = reader.total()
            if total is not None and expected != {total}:
                shown = " and ".join(map(str, expected - {total}))
                raise self._shifted(f"{shown} rows were expected, and the server counts {total}")

    def _check_total(self, page: Page, ended: bool) -> None:
        """Where pages cannot overlap, a row that is deleted hides another one; then the total changes."""
        total = page.total
        if self._total is None:
            self._total = total if total is not None or ended else self._reader.total()
        elif total is not None and total != self._total:
            raise self._shifted(f"there were {self._total} rows at first, and are {total} now")

    def _take(self, rows: Rows, overlap: int) -> Rows:
        """The rows of a page that were not handed out before, after the checks."""
        reader = self._reader
        if overlap and (not rows or reader.key_of(rows[0]) != self._anchor):
            raise self._shifted(f"row {self._offset} is another one now")
        rows = rows[overlap:]
        keys = [reader.key_of(row) for row in rows]
        doubled = [key for key in keys if key is not None and key in self._seen]
        doubled += [key for key, times in Counter(keys).items() if key is not None and times > 1]
        if doubled:
            raise self._shifted(f"{len(doubled)} rows came twice, the first is {doubled[0]}")
        self._seen.update(keys)
        self._offset += len(rows)
        self._anchor = keys[-1] if keys else self._anchor
        if self._skipped:
            rows = [row for row, key in zip(rows, keys, strict=True) if key not in self._skipped]
        self._read += len(rows)
        return rows

    def _here(self) -> Token:
        known = frozenset(self._seen | self._skipped)
        position = Position(offset=self._offset)
        return self._reader.token(
            position, self._read, known=known, anchor=self._anchor, again=self._again, total=self._total
        )

    def _shifted(self, what: str) -> IncompleteRead:
        here = self._here()
        token = None
        if self._select.limit is None and not self._select.offset and None not in here.known:
            token = evolve(here, position=Position(offset=0), again=True, anchor=None, total=None)
        remedy = (
            "repeat the read" if token is None else "go on with query.resume(error.token), which reads what is missing"
        )
        return IncompleteRead(
            f"rows shifted while they were read page by page: {what}",
            operation=f"search {self._select.type.__name__}",
            token=token,
            remedy=f"{remedy}; without an order, rows are read by id, which cannot shift",
        )


def _by_cursor(reader: Reader, token: Token) -> Iterator[Rows]:
    read = token.read
    position = token.position
    while (size := reader.wanted(read)) != 0:
        here = reader.token(position, read)
        page, _ended = reader.page(position, size, lambda here=here: here)  # type: ignore[misc]
        read += len(page.rows)
        if page.rows:
            yield page.rows
        if page.token is None or page.ended:
            return
        if page.token == position.token:
            raise disobeyed(reader, here)
        position = Position(token=page.token)


def _whole(reader: Reader, token: Token) -> Iterator[Rows]:
    page, _ended = reader.page(START, None, lambda: token)
    select = reader.select
    rows = page.rows[select.offset : None if select.limit is None else select.offset + select.limit]
    if rows:
        yield rows


def _filtered(
    session: BaseSession,
    select: Select,
    local: tuple[Any, ...],
    token: Token | None,
    send: Callable[[Request], Any],
) -> Iterator[Rows]:
    """Pages of what the system filters, reduced here to what meets the other conditions."""
    from .evaluation import check, matches  # for few reads

    check(local)
    remote = remote_of(session, select, local)
    inner = None if token is None else evolve(token, select=remote)
    return _reduced(select, read_pages(session, remote, inner, execute=send), lambda row: matches(row, local))


def _reduced(select: Select, pages: Iterator[Rows], matches: Callable[[dict[str, Any]], bool]) -> Iterator[Rows]:
    skip, left = select.offset, select.limit
    try:
        while left != 0 and (rows := next(pages, None)) is not None:
            kept = [row for row in rows if matches(row)]
            skip, kept = max(0, skip - len(kept)), kept[skip:]
            if left is not None:
                kept = kept[:left]
                left -= len(kept)
            if kept:
                yield kept
    except IncompleteRead as error:
        # How many rows were skipped or are left, the token of the inner read does not know.
        partial = select.offset or select.limit is not None
        error.token = None if partial or error.token is None else evolve(error.token, select=select)
        raise


def is_ascending(last: Any, keys: list[Any]) -> bool:
    """Whether keys are there and grow, from the last one before them on."""
    if None in keys:
        return False
    return all(later > earlier for earlier, later in pairwise(keys if last is None else [last, *keys]))


def disobeyed(reader: Reader, token: Token) -> IncompleteRead:
    """What is raised when a page is not that of the ids that were asked for."""
    return IncompleteRead(
        f"{token.read} rows were read by id, then the server answered rows that do not follow the last one",
        operation=f"search {reader.select.type.__name__}",
        token=token,
        remedy="go on with query.resume(error.token); error.objects has what was read",
    )


def _check_token(select: Select, token: Any) -> None:
    if token is None:
        return
    if not isinstance(token, Token):
        raise TypeError(f"a read goes on from the token of an IncompleteRead, not from {token!r}")
    if _told(token.select) != _told(select):
        raise ValueError(f"the token is of another read: {_told(token.select)}, not {_told(select)}")


def _told(select: Select) -> str:
    """All that makes a selection, as text: conditions that traveled are other objects."""
    return repr(select)
