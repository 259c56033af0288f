"""HTML for notebooks: tables of what is at hand. Everything is escaped, secrets are masked, and nothing is asked for."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .redaction import masked
from .tracking import NOT_LOADED, changed_fields, original_of, wire_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .objects import Object
    from .report import Report

__all__ = ["object_html", "report_html", "table_html"]

_ROWS = 200
_LENGTH = 300


def table_html(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def object_html(obj: Object) -> str:
    """The loaded fields of an object and its unsaved changes, as wire values."""
    cls = type(obj)
    changed = changed_fields(obj)
    rows = [
        (
            cls._python_names.get(name, name),
            _shown(name, value),
            _shown(name, original_of(obj, name)) if name in changed else "",
        )
        for name, value in sorted(wire_values(obj).items())
    ]
    left = f"<p>and {len(rows) - _ROWS} fields more</p>" if len(rows) > _ROWS else ""
    columns = ["field", "value", *(["before"] if changed else [])]
    return (
        f"<p><b>{escape(obj._label())}</b></p>"
        + table_html(columns, (row[: len(columns)] for row in rows[:_ROWS]))
        + left
    )


def report_html(report: Report) -> str:
    """The counts of a report, and the rows that failed or of which nobody knows."""
    rows = [
        (str(row.index), row.status, row.object._label(), _text(row.error or ""))
        for row in [*report.failed, *report.unknown]
    ]
    left = f"<p>and {len(rows) - _ROWS} rows more</p>" if len(rows) > _ROWS else ""
    table = table_html(("row", "status", "object", "error"), rows[:_ROWS]) + left if rows else ""
    return f"<p><b>{escape(repr(report).strip('<>'))}</b></p>" + table


def _shown(name: str, value: Any) -> str:
    label = getattr(value, "_label", None)
    return label() if label is not None else _text(masked(name, value))


def _text(value: Any) -> str:
    text = "" if value is None else "not loaded" if value is NOT_LOADED else str(value)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}..."
