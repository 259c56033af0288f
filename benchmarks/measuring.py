"""How a ratio is taken: both sides in turn, several times, best against best."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Row:
    """One row of the table.

    Attributes:
        what: What is measured.
        target: The target, as a sentence.
        ours: Our figure.
        theirs: The peer's figure.
        ratio: What the target is about.
        met: Whether the ratio meets it.
        unit: The unit of the figures.
        spread: How far the ratios of single rounds lie apart, as (lowest, highest).
        note: What a reader should know.
    """

    what: str
    target: str
    ours: float
    theirs: float
    ratio: float
    met: bool
    unit: str
    spread: tuple[float, float] = (0.0, 0.0)
    note: str = ""


@dataclass
class Rounds:
    """The figures of two sides, taken in turn."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def row(self, what: str, target: str, limit: float, unit: str, *, at_least: bool = False, note: str = "") -> Row:
        """A row of the best figures; with `at_least`, the ratio is theirs to ours and must reach the limit."""
        ours, theirs = min(self.ours), min(self.theirs)
        ratio = theirs / ours if at_least else ours / theirs
        singles = [(b / a if at_least else a / b) for a, b in zip(self.ours, self.theirs, strict=True)]
        met = ratio >= limit if at_least else ratio <= limit
        return Row(what, target, ours, theirs, ratio, met, unit, (min(singles), max(singles)), note)


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = 5) -> Rounds:
    """Measure both sides in turn, so that what the machine does meanwhile hits both."""
    found = Rounds()
    for _ in range(rounds):
        found.ours.append(ours())
        found.theirs.append(theirs())
    return found


def timed(action: Callable[[], object]) -> float:
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def peer(*requirements: str) -> str:
    """The interpreter of an environment with peers, made on first use."""
    command = [sys.executable, str(ROOT / "tests" / "peers.py"), "--python", "3.11", *requirements]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class Side:
    """A process that measures on request: JSON lines in and out.

    Both sides of a comparison run in processes of their own, so that neither pays for the other's
    memory, and are asked in turn.
    """

    def __init__(self, python: str, script: str) -> None:
        self._process = subprocess.Popen(
            [python, str(ROOT / "benchmarks" / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, what: str, **options: object) -> float:
        """Have something measured; the figure comes back."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the side has no pipes")
        process.stdin.write(json.dumps({"what": what, **options}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the side died while it measured {what}")
        return float(json.loads(line))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def open_side(python: str, script: str) -> Iterator[Side]:
    """A side for the length of a with block."""
    side = Side(python, script)
    try:
        yield side
    finally:
        side.close()


def median(values: list[float]) -> float:
    """The middle of several figures."""
    return statistics.median(values)
