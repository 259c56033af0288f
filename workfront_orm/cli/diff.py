"""`workfront-orm diff`: what changes between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .console import echo, json_text

if TYPE_CHECKING:
    from workfront_orm.core.difference import Difference

__all__ = ["diff"]


@click.command(short_help="Show what changes between two versions.")
@click.argument("old")
@click.argument("new")
@click.argument("class_name", required=False, metavar="[CLASS]")
@click.option("--service", default="workfront", show_default=True, help="System.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(old: str, new: str, class_name: str | None, service: str, as_json: bool) -> None:
    """Show the classes, members, types and values that two versions do not have in common.

    OLD and NEW are versions such as v14.0, paths of metadata files, or PROFILE:VERSION for what was reflected from a tenant;
    CLASS is a class to compare alone, by name or code: Task, TASK. Nothing is sent.
    """
    from workfront_orm.metadata import diff as compare

    from .names import find_source

    found = compare(find_source(service, old), find_source(service, new), class_name, service=service)
    if as_json:
        echo(json_text(found.to_dict(), indent=1))
    else:
        show(found)


def show(difference: Difference) -> None:
    """A table a class, and the counts."""
    from rich.text import Text

    from .console import make_console
    from .tables import make_table

    console = make_console()
    names = list(dict.fromkeys(entry.class_name for entry in difference))
    styles = {"added": "green", "removed": "red", "changed": "yellow"}
    for name in names:
        part = difference.of(class_name=name)
        table = make_table(name, "", "name", "wire name", "kind", "details", "doubt")
        for entry in part:
            details = "; ".join(map(str, entry.details))
            row = (entry.path, entry.name, entry.kind, details, " ".join(entry.doubts))
            table.add_row(Text(entry.change, style=styles[entry.change]), *map(Text, row))
        console.print(table)
        console.print()
    console.print(f"{difference.service} {difference.old} -> {difference.new}", style="bold")
    for change, kinds in difference.counts().items():
        parts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        console.print(Text(f"{change}: {parts}", style=styles[change]))
    if not difference:
        console.print("no difference")
