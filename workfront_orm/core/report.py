"""Reports: one row for every input of a bulk write, so that nothing is lost from sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from .errors import APIError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objects import Object

__all__ = ["BulkError", "BulkInterrupted", "Report", "ReportRow"]


@define(eq=False)
class ReportRow:
    """What became of one input.

    Attributes:
        index: The place of the input, from 0.
        object: The object.
        status: `created`, `updated`, `deleted`, `unchanged`, `failed` or `unknown`.
        sent: The wire names of the fields that were sent.
        error: Why it failed, or why nobody knows.
    """

    index: int
    object: Object
    status: str = "unchanged"
    sent: tuple[str, ...] = ()
    error: Exception | None = None

    @property
    def id(self) -> Any:
        """The id of the object, None when it has none."""
        return self.object.id

    def __repr__(self) -> str:
        """Index, object, status and error."""
        error = f": {self.error}" if self.error is not None else ""
        return f"<{self.index} {type(self.object).__name__} {self.id} {self.status}{error}>"


class BulkError(APIError):
    """Some rows of a bulk write failed or are unknown; `report` has all of them.

    Args:
        report: The report.
    """

    def __init__(self, report: Report) -> None:
        rows = [*report.failed, *report.unknown]
        shown = "; ".join(f"row {row.index} ({type(row.object).__name__}): {row.error}" for row in rows[:3])
        more = f"; and {len(rows) - 3} more" if len(rows) > 3 else ""  # noqa: PLR2004 - as many as fit a message
        super().__init__(f"{len(rows)} of {len(report)} rows were not written: {shown}{more}", None)
        self.report = report

    def __reduce__(self) -> Any:
        """Pickle with the report."""
        return BulkError, (self.report,)


class BulkInterrupted(KeyboardInterrupt):
    """A bulk write was broken off with Ctrl-C; what was under way has ended, the rest was not begun.

    Args:
        report: The report: rows that were not attempted are `failed`, those whose request had no answer
            `unknown`.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(f"bulk write broken off: {report!r}")
        self.report = report

    def __reduce__(self) -> Any:
        """Pickle with the report."""
        return BulkInterrupted, (self.report,)


@define(eq=False)
class Report:
    """What a bulk write did, row by row in the order of the input.

    Attributes:
        rows: One row for every input.
        requests: The number of requests that were sent, those that read back what a failed one left included.
        interrupted: Whether the write was broken off; rows that were not attempted are `failed`.
    """

    rows: list[ReportRow] = field(factory=list)
    requests: int = 0
    interrupted: bool = False

    @property
    def created(self) -> list[ReportRow]:
        """Rows whose objects were created."""
        return self._of("created")

    @property
    def updated(self) -> list[ReportRow]:
        """Rows whose objects were changed."""
        return self._of("updated")

    @property
    def deleted(self) -> list[ReportRow]:
        """Rows whose objects were deleted."""
        return self._of("deleted")

    @property
    def unchanged(self) -> list[ReportRow]:
        """Rows that had nothing to write."""
        return self._of("unchanged")

    @property
    def failed(self) -> list[ReportRow]:
        """Rows that were surely not written; each has its error."""
        return self._of("failed")

    @property
    def unknown(self) -> list[ReportRow]:
        """Rows of which nobody knows whether they were written."""
        return self._of("unknown")

    def raise_for_errors(self) -> Report:
        """Raise when a row failed or is unknown.

        Returns:
            The report itself, so that a call can be appended to the write.

        Raises:
            BulkError: With the first rows in its message and all of them in its report.
        """
        if self.failed or self.unknown:
            raise BulkError(self)
        return self

    def counts(self) -> dict[str, int]:
        """The number of rows by status."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.status] = found.get(row.status, 0) + 1
        return found

    def __iter__(self) -> Iterator[ReportRow]:
        """The rows in the order of the input."""
        return iter(self.rows)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """The counts by status."""
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.counts().items())) or "no rows"
        return f"<Report: {counts} in {self.requests} requests{', interrupted' if self.interrupted else ''}>"

    def _repr_html_(self) -> str:
        """The counts, and a table of the rows that were not written, for notebooks."""
        from .markup import report_html

        return report_html(self)

    def _of(self, status: str) -> list[ReportRow]:
        return [row for row in self.rows if row.status == status]
