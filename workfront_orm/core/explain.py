"""Explaining a query before it is read: requests, pages, limits and the wire form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from .exchange import START, Request, Select
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
        requests: The number of requests that reading takes, as far as the count tells.
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
            f"first request: {self.method} {self.path}",
            *(f"  {name} = {value}" for name, value in self.wire.items()),
            *(f"limit: {limit}" for limit in self.limits),
            *(f"applied here: {condition}" for condition in self.local),
        ]
        return "\n".join(lines)


def explain(session: BaseSession, select: Select) -> Explanation:
    """See `Query.explain`."""
    service = session.service
    capabilities = service.capabilities(select.type._spec)
    size = (
        capabilities.page_size
        if session.page_size is None
        else min(session.page_size, capabilities.page_size or session.page_size)
    )
    paging = "offset" if select.offset and service.paging(select) == "keyset" else service.paging(select)
    local = service.local_conditions(select)
    request: Request = service.plan_page(select, START, size)
    counting = service.plan_count(select)
    count = None if counting is None else int(session.execute(counting))
    requests: int | None = None
    if count is not None:
        rows = max(0, count - select.offset)
        rows = rows if select.limit is None else min(rows, select.limit)
        # A page that is full to the last row is followed by one that is empty.
        requests = (
            1 if size is None else (rows // size) + (0 if select.limit is not None and rows and rows % size == 0 else 1)
        )
        if paging == "offset" and requests > 1 and select.limit is None:
            requests += 1
    pairs = [*request.query, *(request.form or ())]
    return Explanation(
        type=select.type.__name__,
        count=count,
        paging=paging,
        page_size=size,
        requests=requests,
        method=request.method,
        path=request.path,
        wire=masked_pairs(pairs) if request.json is None else {"json": request.json},
        limits=tuple(service.limits(select, count)),
        local=tuple(map(repr, local)),
    )
