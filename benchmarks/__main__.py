"""`make bench`: every row of the design's speed table, side by side with its peer.

python -m benchmarks [part of a row's name ...]
"""

from __future__ import annotations

import compileall
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from workfront_orm.core import metadata

from .measuring import ROOT, Rounds, Row, Side, in_turn, median, peer
from .side import SAMPLES

PREDECESSOR = "python-workfront==0.8.0"
COUNT = 20_000


def task_fields() -> dict[str, str]:
    """Fields of TASK in v4.0 that no documented values restrict, with their types; 30 of mixed ones."""
    fields = metadata.find("workfront", "v4.0").read("TASK").fields.values()
    usable = [field for field in fields if field.type in SAMPLES and not field.values and field.name != "ID"]
    named = sorted(usable, key=lambda field: (field.name != "name", field.reference is not None, field.name))
    return {field.name: field.type for field in named[:28]}


class Bench:
    """The rows, with what they share."""

    def __init__(self) -> None:
        # An installed package is compiled; a checkout is so only where Python may write what it compiles.
        compileall.compile_dir(ROOT / "workfront_orm", quiet=1)
        self.names = task_fields()
        self.old = peer(PREDECESSOR)

    # --- imports ------------------------------------------------------------------

    def imports(self) -> Iterator[Row]:
        yield self._import("import workfront_orm", "import attrs", sys.executable, 1.0, "<= import attrs")
        first = ("from workfront_orm.versions.v220 import Task", "import workfront_orm")
        yield self._import(first, "import workfront", self.old, 0.5, "first class <= 0.5x import workfront")
        whole = (
            "from workfront_orm.versions.v220 import api; [api.by_code[code] for code in api.by_code]",
            "import workfront_orm",
        )
        yield self._import(whole, "import workfront", self.old, 1.5, "a whole version <= 1.5x import workfront")

    def _import(self, ours: str | tuple[str, str], theirs: str, python: str, limit: float, target: str) -> Row:
        code, before = ours if isinstance(ours, tuple) else (ours, "pass")
        rounds = in_turn(lambda: _fresh(sys.executable, code, before), lambda: _fresh(python, theirs, "pass"), 9)
        return rounds.row(code.partition(";")[0], target, limit, "ms")

    # --- objects ------------------------------------------------------------------

    def objects(self) -> Iterator[Row]:
        kinds = {
            kind: next(name for name, found in self.names.items() if found == kind) for kind in self.names.values()
        }
        with _side(sys.executable, "ours.py") as ours, _side(self.old, "predecessor.py") as old:

            def both(what: str, mine: dict | None = None, **options: object) -> Rounds:
                options["names"] = self.names
                return in_turn(lambda: ours.ask(what, **options, **(mine or {})), lambda: old.ask(what, **options))

            yield both("hydrate", {"identity": True}, count=COUNT).row(
                "rows to objects, with identity map", ">= 8x python-workfront", 8, "us", at_least=True
            )
            yield both("hydrate", {"identity": False}, count=COUNT).row(
                "rows to objects, without identity map", ">= 30x python-workfront", 30, "us", at_least=True
            )
            yield both("get", field=kinds["string"]).row(
                "reading a loaded str again", "<= 0.75x python-workfront", 0.75, "us"
            )
            yield both("get", field=kinds["int"]).row(
                "reading a loaded int again", "<= 0.75x python-workfront", 0.75, "us"
            )
            yield both("get", field=kinds["dateTime"]).row(
                "reading a dateTime again", "<= 1x python-workfront", 1, "us"
            )
            yield both("set_again", field=kinds["string"], values=["a", "b"]).row(
                "setting a changed field", "<= 1x python-workfront", 1, "us"
            )
            yield both("set_first", field=kinds["string"], value="a").row(
                "setting a clean field", "<= 1.5x python-workfront", 1.5, "us"
            )
            ratio = median([ours.ask("memory", names=self.names, count=5000) for _ in range(3)])
            yield Row("memory of an Object", "<= 1.2x its row", ratio, 1, ratio, ratio <= 1.2, "rows", (ratio, ratio))

    # --- traffic ------------------------------------------------------------------

    def traffic(self) -> Iterator[Row]:
        with (
            _canned(self.names, COUNT, 0.02) as url,
            _side(sys.executable, "ours.py") as ours,
            _side(self.old, "predecessor.py") as old,
        ):
            read = lambda: ours.ask("read", url=url, total=COUNT)  # noqa: E731 - the same in two comparisons
            bare = in_turn(read, lambda: ours.ask("read_bare", url=url, total=COUNT, page=2000), 5)
            yield bare.row("20,000 tasks over HTTP, 20 ms", "<= 1.15x bare requests + json", 1.15, "ms")
            loop = in_turn(read, lambda: old.ask("read_loop", url=url, total=COUNT, page=2000), 3)
            yield loop.row("20,000 tasks over HTTP, 20 ms", ">= 3x python-workfront's loop", 3, "ms", at_least=True)
            count, sample = 5000, 300
            saves = in_turn(
                lambda: ours.ask("save", url=url, count=count),
                lambda: old.ask("save_loop", url=url, count=sample) * count / sample,
                2,
            )
            note = f"the predecessor saves {sample} and is scaled to {count:,}"
            yield saves.row(
                "5,000 changed tasks saved, 20 ms", ">= 20x python-workfront's loop", 20, "ms", at_least=True, note=note
            )


def main() -> int:
    """Measure, print and write the table; the status tells whether all targets are met."""
    wanted = sys.argv[1:]
    bench = Bench()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "imports": bench.imports,
        "objects": bench.objects,
        "traffic": bench.traffic,
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if not wanted or any(word in name for word in wanted):
            for row in part():
                rows.append(row)
                print(_line(row), flush=True)
    if not wanted:
        (ROOT / "docs" / "benchmarks.md").write_text(_page(rows), encoding="utf-8")
    return 0 if all(row.met for row in rows) else 1


def _line(row: Row) -> str:
    low, high = row.spread
    mark = "met" if row.met else "NOT MET"
    return f"{row.what:<58} {row.ratio:8.2f}  ({low:.2f} to {high:.2f})  {row.target:<42} {mark}"


def _page(rows: list[Row]) -> str:
    lines = [
        "# Benchmarks",
        "",
        (
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, "
            f"{platform.machine()}. Both sides of a row run in one go, in turn; the ratio is best against best, the spread "
            "that of single rounds. Ratios carry from machine to machine, times do not."
        ),
        "",
        "| what | ratio | spread | target | ours | peer | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        scale = {"us": 1e6, "ms": 1e3}.get(row.unit, 1)
        ours, theirs = (f"{figure * scale:.3g} {row.unit}" for figure in (row.ours, row.theirs))
        lines.append(
            f"| {row.what} | {row.ratio:.2f} | {row.spread[0]:.2f} to {row.spread[1]:.2f} | {row.target} | {ours} | {theirs} "
            f"| {'met' if row.met else '**not met**'}{f'; {row.note}' if row.note else ''} |"
        )
    return "\n".join(lines) + "\n"


def _fresh(python: str, code: str, before: str) -> float:
    """Seconds of a statement in a fresh process, after another one."""
    script = f"import time\n{before}\nstart = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    return float(done.stdout)


@contextmanager
def _side(python: str, script: str) -> Iterator[Side]:
    side = Side(python, script)
    try:
        yield side
    finally:
        side.close()


@contextmanager
def _canned(names: dict[str, str], total: int, latency: float) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).parent / "canned.py"), str(total), str(latency), json.dumps(names)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield server.stdout.readline().strip()
        server.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
