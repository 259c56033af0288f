"""`make bench`: every row of the design's speed table, side by side with its peer.

python -m benchmarks [part of a row's name ...]
"""

from __future__ import annotations

import compileall
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from workfront_orm.core import metadata

from .imports import imports
from .measuring import ROOT, Row, peer
from .objects import objects
from .side import SAMPLES
from .traffic import traffic

PREDECESSOR = "python-workfront==0.8.0"


def main() -> int:
    """Measure, print and write the table; the status tells whether all targets are met."""
    wanted = sys.argv[1:]
    # An installed package is compiled; a checkout is so only where Python may write what it compiles.
    compileall.compile_dir(ROOT / "workfront_orm", quiet=1)
    names, old = task_fields(), peer(PREDECESSOR)
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "imports": lambda: imports(old),
        "objects": lambda: objects(old, names),
        "traffic": lambda: traffic(old, names),
    }
    unknown = [word for word in wanted if not any(word in name for name in parts)]
    if unknown:
        sys.exit(f"no part {', '.join(unknown)}; there are {', '.join(parts)}")
    rows: list[Row] = []
    for name, part in parts.items():
        if not wanted or any(word in name for word in wanted):
            for row in part():
                rows.append(row)
                print(_line(row), flush=True)
    if not wanted:
        (ROOT / "docs" / "benchmarks.md").write_text(_page(rows), encoding="utf-8")
    return 0 if all(row.met for row in rows) else 1


def task_fields() -> dict[str, str]:
    """Fields of TASK in v4.0 that no documented values restrict, with their types; 30 of mixed ones."""
    fields = metadata.find("workfront", "v4.0").read("TASK").fields.values()
    usable = [field for field in fields if field.type in SAMPLES and not field.values and field.name != "ID"]
    named = sorted(usable, key=lambda field: (field.name != "name", field.reference is not None, field.name))
    return {field.name: field.type for field in named[:28]}


def _line(row: Row) -> str:
    low, high = row.spread
    return f"{row.what:<68} {row.ratio:8.2f}  ({low:.2f} to {high:.2f})  {row.target:<42} {_mark(row)}"


def _mark(row: Row) -> str:
    return "" if row.target == "none set" else "met" if row.met else "NOT MET"


def _page(rows: list[Row]) -> str:
    lines = [
        "# Benchmarks",
        "",
        (
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, "
            f"{platform.machine()}. Both sides of a row run in one go, in turn; the ratio is best against best, the spread "
            "that of single rounds. Ratios carry from machine to machine, times do not. What each row does stands in "
            "[benchmarks/](../benchmarks/README.md)."
        ),
        "",
        "| what | ratio | spread | target | ours | peer | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        scale = {"us": 1e6, "ms": 1e3}.get(row.unit, 1)
        ours, theirs = (f"{figure * scale:.4g} {row.unit}" for figure in (row.ours, row.theirs))
        lines.append(
            f"| {row.what} | {row.ratio:.2f} | {row.spread[0]:.2f} to {row.spread[1]:.2f} | {row.target} | {ours} | {theirs} "
            f"| {_mark(row).replace('NOT MET', '**not met**')}{f'; {row.note}' if row.note else ''} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
