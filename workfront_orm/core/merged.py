"""Merging: one result from several reads, in the order of the key, each row once."""

from __future__ import annotations

from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .errors import APIError, IncompleteRead
from .exchange import START, Position
from .identity import key_of
from .paging import Token, broken, page_size, paging_of, read_single

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .exchange import Request, Select, Split
    from .session import BaseSession

__all__ = ["read_merged"]

Row = dict[str, Any]


def read_merged(
    session: BaseSession, select: Select, parts: Split, token: Token | None, send: Callable[[Request], Any]
) -> Iterator[list[Row]]:
    """The pages of a selection that several requests read together.

    Args:
        session: The session that sends.
        select: What is read.
        parts: The selections that read it together.
        token: Where to go on.
        send: Sends a request.

    Raises:
        IncompleteRead: A part was not read to its end.
    """
    start = Token(select=select, position=START) if token is None else token
    streams = [_rows(session, select, part, start, send) for part in parts.selects]
    # Parts that follow each other are read one after the other: no page waits in memory for its turn.
    rows = (pair for stream in streams for pair in stream) if parts.consecutive else merge(*streams, key=itemgetter(0))
    return _pages(session, select, iter(rows), start)


def _rows(
    session: BaseSession, select: Select, part: Select, start: Token, send: Callable[[Request], Any]
) -> Iterator[tuple[Any, Row]]:
    """The rows of one part with their keys, behind where the read goes on."""
    after = start.position.after
    limit = None if select.limit is None else select.limit + select.offset
    part = evolve(part, limit=limit, offset=0)
    by_key = paging_of(session, part) == "keyset"
    token = Token(select=part, position=Position(after=after) if by_key else START)
    if not by_key:
        part = evolve(part, limit=None)
    last = None
    for page in read_single(session, part, token, send):
        for row in page:
            key = key_of(select.type, row)
            if key is None or (last is not None and not key > last):
                raise IncompleteRead(
                    f"the server does not sort {select.type.__name__} by id, so that several reads cannot be merged",
                    operation=f"search {select.type.__name__}",
                    remedy="run one query for each alternative",
                )
            last = key
            if after is None or key > after:
                yield key, row


def _pages(session: BaseSession, select: Select, rows: Iterator[tuple[Any, Row]], start: Token) -> Iterator[list[Row]]:
    size = page_size(session, select)
    skip = 0 if start.read else select.offset
    left = None if select.limit is None else select.limit - start.read
    last, read = start.position.after, start.read
    page: list[Row] = []
    while left != 0:
        try:
            pair = next(rows, None)
        except APIError as error:
            if page:
                yield page
            if not read:
                raise
            raise broken(select, error, Token(select=select, position=Position(after=last), read=read)) from error
        if pair is None:
            break
        key, row = pair
        if last is not None and not key > last:
            continue
        last = key
        if skip:
            skip -= 1
            continue
        page.append(row)
        read += 1
        left = None if left is None else left - 1
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
