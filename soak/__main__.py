"""`make soak`: what must hold, at length. Prints figures, and ends with an error where one is not as promised."""

from __future__ import annotations

import argparse
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator

from . import bulk, kills, limits, model
from .figures import say

PARTS: dict[str, Callable[..., bool]] = {
    "limits": limits.main,
    "bulk": bulk.main,
    "kills": kills.main,
    "model": model.main,
}


def main(arguments: list[str]) -> int:
    """Run the parts that are named, one after the other, or all of them for as long as asked."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; without one all, on and on"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long all of them run together; default 10")
    parser.add_argument("--short", action="store_true", help="each part in its short form")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; parts are {', '.join(PARTS)}")
    if options.parts:
        results = [PARTS[part](short=options.short) for part in options.parts]
    else:
        results = _everything(until=time.monotonic() + 60 * options.minutes, short=options.short)
    say("everything is as promised" if all(results) else "NOT EVERYTHING IS AS PROMISED")
    return 0 if all(results) else 1


def _everything(until: float, *, short: bool) -> list[bool]:
    """Each part in full, then bulk writes and the model by new seeds until the time is up, in two threads."""
    # Throughputs mean something only while nothing else runs.
    results = [limits.main(short=short)]
    lanes = [
        threading.Thread(target=_lane, args=(steps(short), until, results))
        for steps in (_bulk_writes, _kills_and_model)
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    return results


def _lane(steps: Iterator[bool], until: float, results: list[bool]) -> None:
    good = False
    try:
        for good in steps:
            results.append(good)
            if time.monotonic() > until:
                return
    finally:
        # What broke off is not as promised; its traceback is printed by the thread.
        results.append(good and time.monotonic() > until)


def _bulk_writes(short: bool) -> Iterator[bool]:
    for seed in itertools.count(1):
        yield bulk.main(short=short, seed=seed)


def _kills_and_model(short: bool) -> Iterator[bool]:
    yield kills.main(short=short)
    for seed in itertools.count(1):
        yield model.main(short=short, seed=seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
