"""How `describe` looks: tables of members, with their types, values, targets and marks of doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from workfront_orm.core.describe import since
from workfront_orm.core.specs import MemberSpec

from .console import make_console
from .doubts import doubts, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.reflection import APIVersion

__all__ = ["make_table", "show_class", "show_member", "show_version"]

_DOUBT = "yellow"


def make_table(*columns: str) -> Table:
    """An empty table, whose cells wrap rather than lose their end.

    Args:
        columns: Headings, with a `#` before those of numbers; none of them for a table of two columns without a head.
    """
    table = Table(show_edge=False, pad_edge=False, box=None, show_header=bool(columns))
    columns = columns or ("", "")
    for column in columns:
        right = column.startswith("#")
        table.add_column(
            column.removeprefix("#"), overflow="fold", justify="right" if right else "left", header_style="dim"
        )
    return table


def show_version(api: APIVersion, rows: list[dict[str, Any]]) -> None:
    """The classes of a version, one a line."""
    table = make_table("class", "code", "#fields", "#references", "#collections", "#actions", "#queries", "operations")
    for row in rows:
        counts = (str(row[section]) for section in ("fields", "references", "collections", "actions", "queries"))
        table.add_row(Text(row["name"], style="bold"), row["code"] or "?", *counts, _operations(row["operations"]))
    console = make_console()
    console.print(f"{getattr(api.service, 'name', '')} {api.version}: {len(rows)} classes", style="bold")
    console.print(table)
    source = api.source.header.get("source") if api.source else None
    if source:
        origin = source.get("note") or ", ".join(source.get("from") or ["an unnamed source"])
        kind = "reconstructed from" if source.get("reconstructed") else "from"
        console.print(Text(f"\nMetadata {kind}: {origin}", style="dim"))


def show_class(data: Mapping[str, Any]) -> None:
    """The members of a class."""
    console = make_console()
    head = Text.assemble((data["class"], "bold"), f" ({data['key']}) of {data['service']} {data['version']}")
    console.print(head)
    if data.get("label"):
        console.print(f"Label: {data['label']}")
    console.print(f"Operations: {_operations(data.get('operations'))}")
    _show_doubts(console.print, doubts(data))
    sections = (
        ("fields", ("type", "values, meaning"), lambda entry: (_type(entry), _meaning(entry))),
        ("references", ("leads to", "id field"), lambda entry: (entry.get("target") or "?", entry.get("field") or "")),
        ("collections", ("of",), lambda entry: (entry.get("target") or "?",)),
        ("actions", ("arguments", "result"), lambda entry: (_arguments(entry), entry.get("result") or "")),
        ("queries", ("arguments", "result"), lambda entry: (_arguments(entry), entry.get("result") or "")),
    )
    for section, columns, cells in sections:
        entries = data[section]
        if not entries:
            continue
        common = shared(entries.values())
        table = make_table("name", "wire name", *columns, "doubt")
        table.columns[0].no_wrap = True
        for wire_name, entry in entries.items():
            own = [words for words in doubts(entry) if words not in common]
            name = Text(entry["python"] or f"[{wire_name!r}]", style="bold")
            table.add_row(name, wire_name, *map(Text, cells(entry)), Text("; ".join(own), style=_DOUBT))
        console.print(f"\n{len(entries)} {section}", style="bold")
        console.print(table)
        _show_doubts(console.print, common, "all of them: ")


def show_member(data: Mapping[str, Any]) -> None:
    """Everything the metadata has about one member."""
    console = make_console()
    name = f"{data['class']}.{data['python']}" if data["python"] else f"{data['class']}[{data['name']!r}]"
    console.print(
        Text.assemble((name, "bold"), f"  {data['kind']} {data['name']} of {data['service']} {data['version']}")
    )
    lines: list[tuple[str, str]] = []
    if data["kind"] == "field":
        lines.append(("type", _type(data)))
        lines += [("", note) for note in _notes(data)]
        values = data.get("values") or ()
        lines += [("values" if not number else "", _value(*value)) for number, value in enumerate(values)]
        if data.get("open"):
            lines.append(("", "tenants may add values of their own"))
    elif data["kind"] in {"action", "query"}:
        if data.get("call"):
            lines.append(("call", data["call"]))
        lines.append(("arguments", _arguments(data)))
        lines.append(("result", data.get("result") or "not known"))
    else:
        lines.append(("leads to", data.get("target") or "not known"))
        if data.get("field"):
            lines.append(("id field", data["field"]))
    if data.get("label"):
        lines.append(("label", data["label"]))
    spec = MemberSpec(data["name"], data)
    origin = [since(spec), "" if spec.inferred else "Documented."]
    lines.append(("origin", " ".join(filter(None, origin))))
    lines += [("doubt" if not number else "", words) for number, words in enumerate(doubts(data))]
    lines += [("marks" if not number else "", f"{k}: {v}") for number, (k, v) in enumerate(_marks(data))]
    table = make_table()
    for label, text in lines:
        table.add_row(Text(label, style="dim"), Text(text, style=_DOUBT if label == "doubt" else ""))
    console.print(table)


def _show_doubts(show: Any, words: Iterable[str], lead: str = "") -> None:
    text = "; ".join(words)
    if text:
        show(Text(f"{lead}{text}", style=_DOUBT))


def _operations(operations: Iterable[str] | None) -> str:
    return "not known" if operations is None else " ".join(operations) or "none"


def _type(entry: Mapping[str, Any]) -> str:
    kind = str(entry.get("type") or "string")
    if entry.get("javaType") == "java.math.BigDecimal":
        kind += " (decimal)"
    return f"{kind}[]" if entry.get("multiple") and not kind.endswith("[]") else kind


def _meaning(entry: Mapping[str, Any]) -> str:
    parts = _notes(entry)
    values = ", ".join(_value(*value) for value in entry.get("values") or ())
    if values:
        parts.append(f"{values}{', or a value of the tenant' if entry.get('open') else ''}")
    if not values and not parts and entry.get("label"):
        parts.append(f"“{entry['label']}”")
    return "; ".join(parts)


def _notes(entry: Mapping[str, Any]) -> list[str]:
    notes = []
    if entry.get("reference"):
        notes.append(f"id of {entry['reference']}")
    if entry.get("readOnly"):
        notes.append("read-only")
    if entry.get("required"):
        notes.append("required")
    return notes


def _value(value: Any, label: str | None) -> str:
    return str(value) if not label or label == value else f"{value} {label}"


def _arguments(entry: Mapping[str, Any]) -> str:
    arguments = entry.get("arguments")
    if arguments is None:
        return "not known"
    return ", ".join(f"{argument['name']}: {argument.get('type') or '?'}" for argument in arguments) or "none"


def _marks(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted((data.get("marks") or {}).items())
