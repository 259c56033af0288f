"""The imports: a fresh process for each, after what it is compared with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .measuring import Row, in_turn


def imports(old: str) -> Iterator[Row]:
    """The rows about imports.

    Args:
        old: The interpreter that has python-workfront.
    """
    yield _row("import workfront_orm", "pass", "import attrs", sys.executable, 1.0, "<= import attrs")
    package = "import workfront_orm"
    first = "from workfront_orm.versions.v220 import Task"
    note = "half of it is json with re and enum, which both sides need; making the class is a fifth"
    yield _row(first, package, "import workfront", old, 0.5, "first class <= 0.5x import workfront", note)
    whole = "from workfront_orm.versions.v220 import api; [api.by_code[code] for code in api.by_code]"
    note = "0.2 ms a class, a few percent of it what answers for wire names used as attributes"
    yield _row(whole, package, "import workfront", old, 1.5, "a whole version <= 1.5x import workfront", note)


def _row(ours: str, before: str, theirs: str, python: str, limit: float, target: str, note: str = "") -> Row:
    rounds = in_turn(lambda: _fresh(sys.executable, ours, before), lambda: _fresh(python, theirs, "pass"), 9)
    return rounds.row(ours.partition(";")[0], target, limit, "ms", note=note)


def _fresh(python: str, code: str, before: str) -> float:
    """Seconds of a statement in a fresh process, after another one."""
    script = f"import time\n{before}\nstart = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    return float(done.stdout)
