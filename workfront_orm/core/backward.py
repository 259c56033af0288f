"""Reading from both ends: a result that is collected anyway is read from its end too, until both reads meet.

It takes half of the round trips' time, and needs to know nothing of the result. Who streams reads from the
beginning alone, so that memory stays flat.
"""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from .exchange import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .exchange import Page

__all__ = ["WORTH_IT", "Backward"]

WORTH_IT = 1000
"""The number of rows that a page must have: a small page comes at once."""

Rows = list[dict[str, Any]]


class Backward:
    """A read by id from the end, in a thread of its own.

    Whatever goes wrong here is left to the read from the beginning, which then goes on to the end and reports it.

    Args:
        page: Reads the page at a position, and repeats nothing once the event is set.
        key_of: The key of a row, comparable; None where it has none.
        front: The greatest key that the read from the beginning has read.
    """

    def __init__(
        self, page: Callable[[Position, Event], Page], key_of: Callable[[dict[str, Any]], Any], front: Any
    ) -> None:
        self._page = page
        self._key_of = key_of
        self._front = front
        self._lock = Lock()
        self._stop = Event()
        # From the end to the beginning, as they were read.
        self._pages: list[Rows] = []
        self._low: Any = None
        self._thread = Thread(target=self._read, daemon=True, name="read from the end")
        self._thread.start()

    def has_met(self, front: Any) -> bool:
        """Whether all rows behind a key are read here; where not, rows are read until that key."""
        with self._lock:
            self._front = front
            return self._low is not None and not self._low > front

    def rest(self, front: Any) -> Iterator[Rows]:
        """The rows behind a key at which the reads met, page by page in the order of the key."""
        self._stop.set()
        self._thread.join()
        for page in reversed(self._pages):
            rows = [row for row in reversed(page) if self._key_of(row) > front]
            if rows:
                yield rows

    def stop(self) -> None:
        """Ask for no more pages."""
        self._stop.set()

    def _read(self) -> None:
        position = Position(descending=True)
        while not self._stop.is_set():
            try:
                rows = self._page(position, self._stop).rows
                keys = [self._key_of(row) for row in rows]
                if not _falls(self._low, keys):
                    return
            except Exception:  # noqa: BLE001 - the other read meets the same trouble, and reports it
                return
            if not keys:
                return
            with self._lock:
                self._pages.append(rows)
                self._low = keys[-1]
                if not self._low > self._front:
                    return
            position = Position(descending=True, before=self._low)


def _falls(last: Any, keys: list[Any]) -> bool:
    """Whether these keys follow each other downwards, behind the last one."""
    for key in keys:
        if key is None or (last is not None and not key < last):
            return False
        last = key
    return True
