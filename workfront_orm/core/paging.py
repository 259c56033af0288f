"""Reading to the end: pages in order, each row once, and a read that checks itself.

By default rows are read in the order of their ids, each page asking for the ids after the last
one: rows that others add, change or delete meanwhile cannot shift it. Under an order of the
caller's own, pages are cut by offset; then a row that shifts would be lost or doubled, so such
a read is checked against a count and for ids that come twice, and raises `IncompleteRead`
rather than return less than there is.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from .errors import IncompleteRead, InvalidResponseError, ServerError, ThrottledError, TransportError
from .exchange import START, Position
from .logic import never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Page, Select
    from .session import BaseSession

__all__ = ["Token", "read_pages"]

Rows = list[dict[str, Any]]


def read_pages(session: BaseSession, select: Select, token: Token | None = None) -> Iterator[Rows]:
    """The pages of a selection, in order, to its end.

    Args:
        session: The session that sends.
        select: What is read.
        token: Where to go on, from the `IncompleteRead` of an earlier read.

    Raises:
        IncompleteRead: The end was not reached: rows shifted under an offset, or a page after the
            first failed.
        APIError: The server refuses the first page.
    """
    if select.where and never(select.where):
        return iter(())
    paging = session.service.paging(select)
    if select.offset and paging == "keyset":
        paging = "offset"
    if token is not None:
        if not isinstance(token, Token):
            raise TypeError(f"a read goes on from the token of an IncompleteRead, not from {token!r}")
        if select.limit is not None:
            select = evolve(select, limit=max(0, select.limit - token.read))
    readers = {"keyset": _by_key, "offset": _by_offset, "cursor": _by_token, "whole": _whole}
    pages = readers[paging](session, select, START if token is None else token.position)
    local = session.service.local_conditions(select) if select.filter_locally else ()
    if local:
        from .evaluation import matches

        return ([row for row in rows if matches(row, local)] for rows in pages)
    return pages


@frozen
class Token:
    """Where an interrupted read goes on.

    Attributes:
        position: The position of the page that is to be read next.
        read: The number of rows that were read.
    """

    position: Position
    read: int


def _by_key(session: BaseSession, select: Select, position: Position) -> Iterator[Rows]:
    read = 0
    last: Any = position.after
    for size in _sizes(session, select):
        page = _page(session, select, position, size, read)
        rows = page.rows
        keys = [_key_of(select, row) for row in rows]
        unkeyed = None in keys
        if unkeyed or (last is not None and keys and not keys[0] > last):
            # These objects have no id, or the server ignored the condition on it: go on by offset,
            # where the checks are others.
            if unkeyed and last is None:
                read += len(rows)
                yield rows
                if _ended(page, size):
                    return
            yield from _by_offset(session, select, Position(offset=read), read)
            return
        read += len(rows)
        if rows:
            if any(not later > earlier for earlier, later in pairwise(keys)):
                raise IncompleteRead(
                    f"the server does not sort {select.type.__name__} by id, so reading by id cannot be trusted",
                    operation=f"search {select.type.__name__}",
                    remedy="give an order of your own: order_by(...), or sort in the parameters",
                )
            last = keys[-1]
            position = Position(after=last)
            yield rows
        if _ended(page, size):
            return


def _by_offset(session: BaseSession, select: Select, position: Position = START, check_from: int = 0) -> Iterator[Rows]:
    offset = select.offset if position.offset is None else position.offset
    seen: set[Any] = set()
    read = check_from
    start = offset - read
    pages = 0
    for size in _sizes(session, select, read):
        page = _page(session, select, Position(offset=offset), size, read)
        pages += 1
        keys = [_key_of(select, row) for row in page.rows]
        doubled = [key for key in keys if key is not None and key in seen]
        if doubled:
            raise _shifted(select, f"{len(doubled)} rows came twice, the first with id {doubled[0]}")
        seen.update(keys)
        read += len(page.rows)
        offset += len(page.rows)
        if page.rows:
            yield page.rows
        if _ended(page, size):
            break
    if pages > 1 and select.limit is None:
        request = session.service.plan_count(select)
        total = None if request is None else session.execute(request)
        if total is not None and total - start != read:
            raise _shifted(select, f"{read} rows were read, and the server counts {total - start}")


def _by_token(session: BaseSession, select: Select, position: Position) -> Iterator[Rows]:
    read = 0
    for size in _sizes(session, select):
        page = _page(session, select, position, size, read)
        read += len(page.rows)
        if page.rows:
            yield page.rows
        if page.token is None or page.ended:
            return
        position = Position(token=page.token)


def _whole(session: BaseSession, select: Select, position: Position) -> Iterator[Rows]:
    page = _page(session, select, position, None, 0)
    end = None if select.limit is None else select.offset + select.limit
    rows = page.rows[select.offset : end]
    if rows:
        yield rows


def _page(session: BaseSession, select: Select, position: Position, size: int | None, read: int) -> Page:
    try:
        page: Page = session.execute(session.service.plan_page(select, position, size))
    except (TransportError, ServerError, ThrottledError, InvalidResponseError) as error:
        if not read:
            raise
        raise IncompleteRead(
            f"{read} rows were read, then a page failed: {error}",
            error.code,
            operation=f"search {select.type.__name__}",
            token=Token(position, read),
            remedy="go on with query.resume(error.token); error.objects has what was read",
        ) from error
    return page


def _sizes(session: BaseSession, select: Select, read: int = 0) -> Iterator[int | None]:
    """How many rows to ask for, page after page, until the limit is reached."""
    size = session.service.capabilities(select.type._spec).page_size
    if session.page_size is not None:
        size = session.page_size if size is None else min(size, session.page_size)
    remaining = None if select.limit is None else select.limit - read
    while remaining is None or remaining > 0:
        ask = size if remaining is None else remaining if size is None else min(size, remaining)
        yield ask
        if remaining is not None and ask is not None:
            remaining -= ask


def _ended(page: Page, size: int | None) -> bool:
    if page.ended is not None:
        return page.ended
    return size is None or len(page.rows) < size


def _key_of(select: Select, row: dict[str, Any]) -> Any:
    names = select.type._key
    key = row.get(names[0]) if len(names) == 1 else tuple(row.get(name) for name in names)
    normal = select.type._normal_key
    return key if normal is None or key is None else normal(key)


def _shifted(select: Select, what: str) -> IncompleteRead:
    return IncompleteRead(
        f"rows shifted while they were read page by page: {what}",
        operation=f"search {select.type.__name__}",
        remedy="read without an order (by id, which cannot shift) and sort here, or repeat the read",
    )
