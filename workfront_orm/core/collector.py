"""The garbage collector, out of the way while a page is wrapped or a class is made.

What is made there stays, and half of the cost would be the collector looking through it.
"""

from __future__ import annotations

import gc
from threading import Lock

__all__ = ["collector_paused", "settle"]


class _CollectorPause:
    """Stops the garbage collector while at least one thread makes many objects that will stay.

    The collector is one for the process, so who comes first stops it and who leaves last starts
    it again; each thread by itself would take another's pause for the normal state.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._depth = 0
        self._collecting = False

    def __enter__(self) -> None:
        with self._lock:
            if self._depth == 0:
                self._collecting = gc.isenabled()
                gc.disable()
            self._depth += 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._collecting:
                gc.enable()


collector_paused = _CollectorPause()
"""The one pause of the process; use it in a with block."""


def settle() -> None:
    """Let the collector take for old what is new, without looking through it: classes stay, and are made of much.

    Freezing moves everything to a generation of its own and thawing that to the oldest one, at no cost; who has frozen
    something himself, as one does before a fork, keeps it. For what happens a few hundred times in a process: cycles
    that are garbage by then wait for the next full collection.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
