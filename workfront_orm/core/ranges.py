"""Ranges: the rest of a read by id, several ranges of ids at the same time, handed out in order.

A read by id takes one request after another, since each begins behind the last row. Where an answer
tells the greatest id of the whole result, what is left can be cut into ranges. Each range is read by
id again, so that rows that are added or deleted meanwhile shift nothing; the last range is open. How
wide a range is follows from the rows found so far, so that each takes about one request, also where
ids have gaps. A few ranges are read ahead, so memory holds a few pages whatever the number of rows.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from .errors import APIError, IncompleteRead
from .exchange import Page, Position
from .paging import broken, disobeyed, is_ascending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .paging import Reader, Rows, Token

__all__ = ["read_ranges"]

AHEAD = 10
"""How many ranges are read at a time, unless the session has fewer requests in flight."""

FILLED = 0.9
"""How full a request is to be that reads a range: ids are not spread evenly."""

GROWTH = 4
"""How many times wider or narrower than the one before a range becomes at most."""

Ahead = tuple[int, int | None, "Future[tuple[Page, bool]]"]


def read_ranges(reader: Reader, keys: list[int], greatest: int, read: int) -> Iterator[Rows] | None:
    """The rows behind those of a page, to the end; None where so few are left that one request reads them.

    Args:
        reader: Asks for pages.
        keys: The keys of the page that was read last.
        greatest: The greatest key of the whole result when that page was read.
        read: The number of rows that were handed out.

    Raises:
        IncompleteRead: A page failed, or did not obey its range; what was handed out is in order and complete.
    """
    size = reader.wanted(read)
    if not size or type(greatest) is not int or any(type(key) is not int for key in keys):
        return None
    width = max(1, int((keys[-1] - keys[0] + 1) / len(keys) * size * FILLED))
    if greatest - keys[-1] <= width:
        return None
    return _Ranges(reader, keys[-1], greatest, read, size, width).pages()


class _Ranges:
    def __init__(self, reader: Reader, last: int, greatest: int, read: int, size: int, width: int) -> None:
        self._reader = reader
        self._last = last
        self._greatest = greatest
        self._read = read
        self._size = size
        self._width = width
        self._begin: int | None = last

    def pages(self) -> Iterator[Rows]:
        """The pages of all ranges, in the order of the key."""
        workers = max(1, min(AHEAD, self._reader.session.max_concurrent))
        pool = ThreadPoolExecutor(workers)
        under_way: deque[Ahead] = deque()
        try:
            while True:
                while self._begin is not None and len(under_way) < workers:
                    under_way.append(self._ask(pool))
                if not under_way:
                    return
                yield from self._range(*under_way.popleft())
        finally:
            # What is under way ends first, so that nothing is sent once the caller went on.
            pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, pool: ThreadPoolExecutor) -> Ahead:
        begin = self._begin
        assert begin is not None
        end: int | None = begin + self._width
        if end is not None and end >= self._greatest:
            # Rows that were added since the greatest key was told belong to the result too.
            end = None
        self._begin = end
        return begin, end, pool.submit(self._reader.ask, Position(after=begin, until=end), self._size)

    def _range(self, begin: int, end: int | None, future: Future[tuple[Page, bool]]) -> Iterator[Rows]:
        rows = 0
        try:
            page, ended = future.result()
            while True:
                keys = [self._reader.key_of(row) for row in page.rows]
                if not is_ascending(max(begin, self._last), keys) or (end is not None and keys and keys[-1] > end):
                    raise disobeyed(self._reader, self._here())
                if keys:
                    rows += len(keys)
                    self._read += len(keys)
                    self._last = keys[-1]
                    yield page.rows
                if ended:
                    break
                # More rows than were to be expected.
                page, ended = self._reader.ask(Position(after=self._last, until=end), self._size)
        except IncompleteRead:
            raise
        except APIError as error:
            raise broken(self._reader.select, error, self._here()) from error
        if end is not None:
            factor = self._size * FILLED / max(rows, 1)
            self._width = max(1, int(self._width * min(max(factor, 1 / GROWTH), GROWTH)))

    def _here(self) -> Token:
        return self._reader.token(Position(after=self._last), self._read)
