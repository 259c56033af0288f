"""Explaining a query before it is read: requests, pages, limits and the wire form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from .evaluation import check
from .exchange import START, Request, Select, Split
from .logic import never
from .paging import page_size, paging_of, remote_of
from .redaction import masked_pairs

if TYPE_CHECKING:
    from .session import BaseSession

__all__ = ["Explanation", "explain"]


@frozen(kw_only=True)
class Explanation:
    """How a query would be read.

    Attributes:
        type: The name of the class.
        count: The number of rows that the server counts now; None where it cannot count.
        paging: How pages are cut: `keyset`, `offset`, `cursor` or `whole`.
        page_size: The number of rows of a full page.
        requests: The number of requests that streaming takes, as far as the count tells; None where it
            does not. What collects all rows reads large results from both ends, and may take one more;
            a read in ranges of ids takes a few more.
        method: The HTTP verb of the first request.
        path: Its path.
        wire: Its parameters, secrets masked.
        limits: What the system limits and the query touches, one sentence each.
        local: Conditions that are applied here because the system cannot filter them.
    """

    type: str
    count: int | None
    paging: str
    page_size: int | None
    requests: int | None
    method: str
    path: str
    wire: dict[str, object] = field(factory=dict)
    limits: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The explanation as lines of text."""
        counted = "unknown number of" if self.count is None else f"{self.count:,}"
        lines = [
            (
                f"{self.type}: {counted} rows, read by {self.paging} in pages of {self.page_size or 'all'}: "
                f"{'?' if self.requests is None else self.requests} requests"
            ),
            *([f"first request: {self.method} {self.path}"] if self.path else []),
            *(f"  {name} = {value}" for name, value in self.wire.items()),
            *(f"limit: {limit}" for limit in self.limits),
            *(f"applied here: {condition}" for condition in self.local),
        ]
        return "\n".join(lines)


def explain(session: BaseSession, select: Select) -> Explanation:
    """See `Query.explain`."""
    service = session.service
    if never(select.where):
        nothing = "the conditions contradict each other: no row can meet them, so nothing is sent"
        return Explanation(
            type=select.type.__name__,
            count=0,
            paging="whole",
            page_size=None,
            requests=0,
            method="",
            path="",
            limits=(nothing,),
        )
    local = service.local_conditions(select) if select.filter_locally else ()
    if local:
        check(local)
        select = remote_of(session, select, local)
    parts = service.split(select)
    first = parts.selects[0]
    size = page_size(session, first)
    paging = paging_of(session, first)
    request: Request = service.plan_page(first, START, size)
    count = _count(session, parts)
    limits = [*service.limits(select, count)]
    if len(parts.selects) > 1:
        limits.insert(0, f"split into {len(parts.selects)} reads, merged in the order of ids; the first is shown")
    pairs = [*request.query, *(request.form or ())]
    return Explanation(
        type=select.type.__name__,
        count=count,
        paging=paging,
        page_size=size,
        requests=len(parts.selects)
        if paging == "whole"
        else _requests(
            select,
            parts,
            count,
            size,
            checked=paging == "offset",
            overlap=service.capabilities(first.type._spec).overlap,
            first=service.capabilities(first.type._spec).first_page if paging == "keyset" else None,
        ),
        method=request.method,
        path=request.path,
        wire=masked_pairs(pairs) if request.json is None else {"json": request.json},
        limits=tuple(limits),
        local=tuple(map(repr, local)),
    )


def _count(session: BaseSession, parts: Split) -> int | None:
    """What the server counts, where one request tells it."""
    if len(parts.selects) > 1:
        return None
    counting = session.service.plan_count(parts.selects[0])
    return None if counting is None else int(session.execute(counting))


def _requests(
    select: Select,
    parts: Split,
    count: int | None,
    size: int | None,
    *,
    checked: bool,
    overlap: bool,
    first: int | None,
) -> int | None:
    """How many requests reading takes, as far as the count tells.

    Args:
        select: What is read.
        parts: The selections that read it together.
        count: How many rows there are.
        size: The size of a page.
        checked: Whether the read is by offset, and checks itself.
        overlap: Whether each page of such a read begins with the last row of the one before.
        first: The number of rows of the first page, where that is fewer.
    """
    if count is None:
        return None
    if size is None:
        return len(parts.selects)
    rows = max(0, count - select.offset)
    wanted = rows + size if select.limit is None else select.limit
    doubled = 1 if checked and overlap and size > 1 else 0
    requests = read = 0
    ended = False
    while read < wanted and not ended:
        again = doubled if read else 0
        asked = min(wanted - read + again, size if read else min(size, first or size))
        got = min(asked - again, rows - read)
        # A page that is full to the last row is followed by one that is empty.
        ended = again + got < asked
        read += got
        requests += 1
    several = requests > 1 or not ended
    if checked and several and read:
        # The count at the end, and where pages cannot overlap, one after the first page too.
        requests += (1 if doubled else 2) if select.limit is None else (0 if doubled else 2)
    return requests
