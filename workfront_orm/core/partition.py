"""Partitions: windows over a query that other threads, processes or machines can read.

Windows are cut at values of a field that never changes: the moment a row was created where the
class has one, the id where not. Cuts are taken from the sorted result itself, so that windows
hold about the same number of rows; rows without a value get a window of their own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from .exchange import Position, Select
from .expressions import Comparison, Expression
from .logic import never
from .paging import remote_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fields import Field
    from .objects import Object
    from .session import BaseSession

__all__ = ["Window", "partitions"]


@frozen(eq=False)
class Window:
    """A part of a query's rows.

    It holds no session and no credentials, so it can be sent to another process.

    Attributes:
        select: What it reads.
        number: Its place among the windows, from 0.
        label: Where it starts and ends.
    """

    select: Select
    number: int
    label: str

    def read(self, session: BaseSession) -> Iterator[Object]:
        """The objects of the window, in a session of the same version.

        Args:
            session: The session that reads.

        Raises:
            TypeError: No session, or one of another version.
        """
        _check_session(session, self.select)
        return session.read(self.select)

    def count(self, session: BaseSession) -> int:
        """The number of rows of the window, counted by the server where it can.

        Args:
            session: The session that counts.
        """
        from .query import Query

        _check_session(session, self.select)
        return Query(session, self.select.type, self.select).count()

    def __repr__(self) -> str:
        """Class, number and range."""
        return f"<Window {self.number} of {self.select.type.__name__}: {self.label}>"


def partitions(session: BaseSession, select: Select, number: int) -> list[Window]:
    """See `Query.partitions`."""
    if select.limit is not None or select.offset:
        raise ValueError("partitions cannot keep a limit or an offset: windows are read apart from each other")
    field = session.service.partition_field(select.type)
    cuts = _cuts(session, select, field, number)
    if not cuts and field.workfront_name not in select.type._key:
        # Nothing to cut by, as where the system neither counts nor sorts: one window reads all.
        return [Window(select, 0, "all rows")]
    conditions: list[tuple[str, tuple[Expression, ...]]] = []
    bounds = [None, *cuts, None]
    for lower, upper in pairwise(bounds):
        window: list[Expression] = []
        if lower is not None:
            window.append(Comparison(field, "ge", lower))
        if upper is not None:
            window.append(Comparison(field, "lt", upper))
        if not window:
            window = [] if field.workfront_name in select.type._key else [Comparison(field, "is_not_null")]
        conditions.append(
            (f"{field.workfront_name} from {lower or 'the start'} to {upper or 'the end'}", tuple(window))
        )
    if field.workfront_name not in select.type._key:
        conditions.append((f"{field.workfront_name} without a value", (Comparison(field, "is_null"),)))
    return [
        Window(evolve(select, where=(*select.where, *window)), index, label)
        for index, (label, window) in enumerate(conditions)
    ]


def _cuts(session: BaseSession, select: Select, field: Field, number: int) -> list[Any]:
    """The values at which the sorted rows fall into equal parts."""
    if number == 1 or never(select.where):
        return []
    present = _sortable(session, select)
    if field.workfront_name not in select.type._key:
        present = evolve(present, where=(*present.where, Comparison(field, "is_not_null")))
    counting = session.service.plan_count(present)
    total = 0 if counting is None else int(session.execute(counting))
    by_field = evolve(present, order=(field.asc(),), fields=(field.workfront_name,))
    cuts: list[Any] = []
    for part in range(1, number):
        offset = total * part // number
        if not offset:
            continue
        page = session.execute(session.service.plan_page(by_field, Position(offset=offset), 1))
        value = page.rows[0].get(field.workfront_name) if page.rows else None
        # Many rows of one moment make fewer windows.
        if value is not None and value not in cuts:
            cuts.append(value)
    return cuts


def _sortable(session: BaseSession, select: Select) -> Select:
    """What one sorted request can read; where it is more than the query, windows are only less balanced."""
    if select.filter_locally and (local := session.service.local_conditions(select)):
        select = remote_of(session, select, local)
    unordered = evolve(select, order=())
    return unordered if len(session.service.split(unordered).selects) == 1 else evolve(unordered, where=())


def _check_session(session: Any, select: Select) -> None:
    check = getattr(session, "_check_type", None)
    if check is None:
        raise TypeError(f"a window is read with a session, not with {session!r}")
    check(select.type, "read")
