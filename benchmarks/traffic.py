"""Reading, saving and lazy loading over HTTP: times beside the peers, requests as counts, growth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workfront_orm.sandbox import Sandbox

from .measuring import Row, in_turn, open_side

COUNT = 20_000
SAVED, SAMPLE = 5_000, 300
LAZY, LAZY_SAMPLE = 2_000, 100
LATENCY = 0.02


def traffic(old: str, names: dict[str, str]) -> Iterator[Row]:
    """The rows about traffic.

    Args:
        old: The interpreter that has python-workfront.
        names: The fields of a row and their types.
    """
    with (
        _canned(names, COUNT, LATENCY) as url,
        open_side(sys.executable, "ours.py") as ours,
        open_side(old, "predecessor.py") as theirs,
    ):

        def read(limit: int | None) -> float:
            return ours.ask("read", url=url, total=COUNT, limit=limit)

        bare = in_turn(lambda: read(1), lambda: ours.ask("read_bare", url=url, total=COUNT, page=2000), 5)
        yield bare.row(
            "20,000 tasks over HTTP, 20 ms, one request at a time", "<= 1.15x bare requests + json", 1.15, "ms"
        )
        loop = in_turn(lambda: read(None), lambda: theirs.ask("read_loop", url=url, total=COUNT, page=2000), 3)
        yield loop.row("20,000 tasks over HTTP, 20 ms", ">= 3x python-workfront's loop", 3, "ms", at_least=True)
        saves = in_turn(
            lambda: ours.ask("save", url=url, count=SAVED),
            lambda: theirs.ask("save_loop", url=url, count=SAMPLE) * SAVED / SAMPLE,
            2,
        )
        note = f"the predecessor saves {SAMPLE} and is scaled to {SAVED:,}"
        yield saves.row(
            "5,000 changed tasks saved, 20 ms", ">= 20x python-workfront's loop", 20, "ms", at_least=True, note=note
        )
    yield from _requests(old)
    yield from _growth(names)


def _requests(old: str) -> Iterator[Row]:
    """How many requests it takes, counted at a sandbox."""
    with (
        Sandbox(data="large") as sandbox,
        open_side(sys.executable, "ours.py") as ours,
        open_side(old, "predecessor.py") as theirs,
    ):
        access = {"url": sandbox.url_template, "key": sandbox.api_key}

        def counted(ask: Callable[[], float]) -> float:
            sandbox.requests.clear()
            read = ask()
            return len(sandbox.requests) - read

        saved = counted(lambda: ours.ask("save_some", **access, count=SAVED))
        yield Row(
            "requests for 5,000 changed tasks", "<= 60", saved, SAVED, saved, saved <= 60, "requests", (saved, saved)
        )
        lazy = counted(lambda: ours.ask("lazy", **access, count=LAZY))
        scaled = counted(lambda: theirs.ask("lazy", **access, count=LAZY_SAMPLE)) * LAZY / LAZY_SAMPLE
        note = f"the predecessor follows {LAZY_SAMPLE} and is scaled to {LAZY:,}"
        yield Row(
            "requests for the projects of 2,000 tasks",
            "<= 25",
            lazy,
            scaled,
            lazy,
            lazy <= 25,
            "requests",
            (lazy, lazy),
            note,
        )


def _growth(names: dict[str, str]) -> Iterator[Row]:
    """The cost of a row, and the memory of a read, as results grow."""
    with _canned(names, 100_000, 0) as url, open_side(sys.executable, "ours.py") as ours:
        ours.ask("stream", url=url, count=100_000)  # the server makes each page once
        small, large = 4_000, 100_000
        rounds = in_turn(
            lambda: ours.ask("stream", url=url, count=large), lambda: ours.ask("stream", url=url, count=small), 5
        )
        yield rounds.row("time of a row, of 100,000 beside 4,000", "<= 1.25x (linear)", 1.25, "us")
        most, least = (ours.ask("stream_memory", url=url, count=count) for count in (large, 2 * small))
        ratio = most / least
        yield Row(
            "memory of streaming, 100,000 beside 8,000 rows",
            "<= 1.1x (flat)",
            most,
            least,
            ratio,
            ratio <= 1.1,
            "MB",
            (ratio, ratio),
        )


@contextmanager
def _canned(names: dict[str, str], total: int, latency: float) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).parent / "canned.py"), str(total), str(latency), json.dumps(names)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield server.stdout.readline().strip()
        server.stdin.close()
