"""Delivery: planned changes are sent, in parallel, and each of them gets its row of the report.

When a request fails as a whole, nothing is guessed: what the server has is read back, by a key of the
caller's or by author, time and the fields that were sent, and what has no unique match is `unknown`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from . import saving
from .errors import (
    APIError,
    AuthenticationError,
    ConnectionFailedError,
    NotFoundError,
    OutcomeUnknown,
    ThrottledError,
)
from .exchange import Change, Outcome, Status
from .identity import comparable_key, key_of
from .readback import ReadBack, key_values
from .retrying import OWN_FAULTS, surely_not_done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .exchange import Request
    from .objects import Object
    from .report import Report, ReportRow
    from .session import BaseSession

__all__ = ["Delivery", "Key"]

MOST_SILENCES = 5
"""How often creates with a key are sent again after no answer came and they turned out not to be there."""

_TO_BEGIN = 1.0
"""Seconds within which a thread that was started begins."""

_GATEWAY_TIMEOUTS = {408, 504, 524}
"""Statuses of gateways that waited long enough; 524 is that of a content delivery network."""

_STATUS = {"create": "created", "update": "updated", "delete": "deleted"}

Key = tuple[str, ...]
"""The wire names of the fields that tell the rows of a class apart."""


class Delivery:
    """Sends the changes of one bulk write.

    Args:
        session: The session whose objects are written.
        report: The report that is filled.
        keys: By class, the key that tells its rows apart; empty without one.
    """

    def __init__(self, session: BaseSession, report: Report, keys: dict[type[Object], Key] | None = None) -> None:
        self._session = session
        self._report = report
        self._keys = keys or {}
        self._rows: dict[int, ReportRow] = {}
        # Updates of requests that were refused: those before the one at fault may be done.
        self._maybe_done: set[int] = set()
        self._lock = Lock()
        self._stopped = Event()
        self.readback = ReadBack(session, self.execute)

    def execute(self, request: Request) -> Any:
        """Send a request and count it."""
        with self._lock:
            self._report.requests += 1
        return self._session.execute(request, stop=self._stopped)

    def send(self, changes: Sequence[tuple[ReportRow, Change]]) -> None:
        """Send changes, class by class and kind by kind, and return when each has its row.

        Raises:
            BaseException: What broke the write off, such as Ctrl-C; what is under way ends first.
        """
        jobs = self._jobs(changes)
        if not jobs:
            return
        begun, done, failures = Event(), Event(), []

        def deliver() -> None:
            begun.set()
            pool = ThreadPoolExecutor(max_workers=min(len(jobs), self._session.max_concurrent))
            try:
                futures = [pool.submit(self._job, request, list(carried)) for request, carried in jobs]
                for future in as_completed(futures):
                    future.result()
            except BaseException as error:  # noqa: BLE001 - it is raised where the caller waits
                self._stopped.set()
                failures.append(error)
            finally:
                # What is under way ends, the rest is not begun; the report tells which is which.
                pool.shutdown(wait=True, cancel_futures=self._stopped.is_set())
                done.set()

        try:
            # In a thread of its own: Ctrl-C comes to the main thread alone, and in the middle of starting
            # another one would leave that one without anybody who waits for it.
            Thread(target=deliver, name="bulk write", daemon=True).start()
            done.wait()
        except BaseException:
            self._stopped.set()
            if begun.wait(_TO_BEGIN):
                done.wait()
            raise
        if failures:
            raise failures[0]

    def _jobs(self, changes: Sequence[tuple[ReportRow, Change]]) -> list[tuple[Request, list[Change]]]:
        """The requests that write the changes, each with the changes it carries."""
        groups: dict[tuple[Any, str, bool], list[Change]] = {}
        for row, change in changes:
            self._rows[id(change)] = row
            groups.setdefault((type(change.object), change.kind, change.force), []).append(change)
        jobs: list[tuple[Request, list[Change]]] = []
        for (cls, kind, _force), group in groups.items():
            if kind == "create" and len(group) > 1 and cls not in self._keys:
                self.readback.expect(cls, group)
            jobs += self._planned(group)
        return jobs

    def _planned(self, changes: list[Change]) -> list[tuple[Request, list[Change]]]:
        """The requests of changes of one class and kind; one that cannot be planned fails its own row."""
        try:
            return saving.requests_of(self._session, changes)
        except (APIError, TypeError, ValueError) as error:
            if len(changes) == 1:
                fail(self._rows[id(changes[0])], error)
                return []
        # Those that cannot be planned alone settle here, so that the others can be planned together.
        fine = [change for change in changes if self._planned([change])]
        return saving.requests_of(self._session, fine) if fine else []

    def break_off(self) -> None:
        """Settle what a write that was broken off leaves: what was not sent, and what has no answer."""
        self._stopped.set()
        self._report.interrupted = True
        for row in self._report.rows:
            if row.status == "pending":
                fail(row, APIError("not attempted: the write was broken off", None))
            elif row.status == "sending":
                row.status = "unknown"
                row.error = self._session.service.error(OutcomeUnknown)(
                    "the write was broken off before an answer came",
                    None,
                    operation=f"save {row.object._label()}",
                    remedy="read the object before repeating; with key= a rerun finds what is there",
                )

    # --- one request ------------------------------------------------------------------

    def _job(self, request: Request, changes: list[Change]) -> None:
        """Send one request, and what its failure makes necessary."""
        waiting = [(request, changes)]
        tally = _Tally()
        while waiting:
            request, changes = waiting.pop(0)
            if self._stopped.is_set():
                for _request, left in [(request, changes), *waiting]:
                    for change in left:
                        if id(change) not in self._maybe_done:
                            self._rows[id(change)].status = "pending"
                return
            parts = self._attempt(request, changes, tally)
            waiting[:0] = [
                (planned, list(carried))
                for part in parts
                if part
                for planned, carried in saving.requests_of(self._session, part)
            ]

    def _attempt(self, request: Request, changes: list[Change], tally: _Tally) -> list[list[Change]]:
        """Send one request and settle its changes; returns what is to be sent next."""
        for change in changes:
            row = self._rows[id(change)]
            row.status = "sending"
            row.sent = tuple(change.values)
        try:
            outcomes: list[Outcome] = self.execute(request)
        except APIError as error:
            told = self._session.service.failed_changes(error, changes)
            if told is not None:
                return [self._settle(changes, told)]
            if not surely_not_done(error):
                return self._after_silence(changes, error, tally)
            if isinstance(error, (AuthenticationError, ConnectionFailedError, ThrottledError)):
                # No change of these is at fault, so sending them in other company changes nothing.
                self._fail_all(changes, error)
                return []
            return self._after_refusal(changes, error, tally)
        tally.done += len(changes)
        return [self._settle(changes, outcomes)]

    def _settle(self, changes: Sequence[Change], outcomes: Sequence[Outcome]) -> list[Change]:
        """Enter outcomes into the report; returns the changes that the server did not get to."""
        skipped: list[Change] = []
        for change, outcome in zip(changes, outcomes, strict=True):
            row = self._rows[id(change)]
            if outcome.status is Status.DONE:
                saving.apply_outcome(self._session, change, outcome)
                row.status = _STATUS[change.kind]
                if change.kind == "create":
                    self.readback.claim(type(change.object), change.object._row)
            elif outcome.status is Status.UNKNOWN:
                self._unknown(change, outcome.error or APIError("the server does not tell", None))
            elif outcome.status is Status.SKIPPED and len(skipped) < len(changes) - 1:
                skipped.append(change)
            else:
                fail(row, outcome.error or APIError("the server refused without a reason", None))
        return skipped

    # --- requests that failed as a whole ------------------------------------------------

    def _after_refusal(self, changes: list[Change], error: APIError, tally: _Tally) -> list[list[Change]]:
        """The server refused a whole request: one change may be bad, and those before it may be done."""
        rest = changes
        if len(changes) > 1 or (changes[0].kind == "delete" and isinstance(error, NotFoundError)):
            try:
                rest = self._not_done(changes, error)
            except APIError as second:
                self._unknown_all(changes, error, second)
                return []
        tally.done += len(changes) - len(rest)
        if len(changes) == 1:
            tally.refused += len(rest)
            self._fail_all(rest, error)
            return []
        if changes[0].kind == "update":
            # Updates can be repeated, so halves find the bad ones in few requests.
            self._maybe_done.update(map(id, rest))
            half = len(rest) // 2
            return [rest[:half], rest[half:]]
        # The first that is not done is the likely one: alone, it tells its own error.
        return [[change] for change in rest] if tally.mostly_refused else [rest[:1], rest[1:]]

    def _after_silence(self, changes: list[Change], error: APIError, tally: _Tally) -> list[list[Change]]:
        """No answer tells what the server did: what it has is read back."""
        kind = changes[0].kind
        # Creates are found by their key, updates by their id.
        findable = kind == "update" or (kind == "create" and type(changes[0].object) in self._keys)
        try:
            rest = self._not_updated(changes) if kind == "update" else self._not_done(changes, error)
            if rest and kind == "create" and findable and getattr(error, "broken", False):
                # Only the way to the server is known to have ended, not what it was at.
                if self._stopped.wait(self._session.settle):
                    self._unknown_all(rest, error, None)
                    return []
                rest = self._not_done(rest, error)
        except APIError as second:
            self._unknown_all(changes, error, second)
            return []
        # The server is done with the request.
        if findable and rest and not _is_under_way(error) and tally.silences < MOST_SILENCES:
            tally.silences += 1
            return [rest]
        for change in rest:
            self._unknown(change, error)
        return []

    def _not_done(self, changes: list[Change], error: APIError) -> list[Change]:
        """Settle what was done although the request failed; returns what surely was not."""
        if changes[0].kind == "create":
            return self._created_after_all(changes, error)
        return self._still_there(changes) if changes[0].kind == "delete" else changes

    def _created_after_all(self, changes: list[Change], error: APIError) -> list[Change]:
        """Settle creates that were done although the request failed; returns those that surely were not."""
        cls = type(changes[0].object)
        names = self._keys.get(cls)
        if names is not None:
            found, refused = self.readback.by_key(cls, names, changes)
            matches = {id(change): found.get(key_values(cls, names, change.values), []) for change in changes}
            for change in changes:
                if refused.keys() & set(key_values(cls, names, change.values)):
                    matches[id(change)] = [{}, {}]
        else:
            matches = self.readback.by_content(cls, changes, self._is_open)
        rest: list[Change] = []
        for change in changes:
            mine = matches[id(change)]
            if len(mine) == 1:
                self._settle([change], [Outcome(key=key_of(cls, mine[0]), row=mine[0])])
            elif mine:
                self._unknown(
                    change,
                    error,
                    "several rows on the server could be this one, or one that the server changed; look at them, "
                    "and give key= so that a rerun can tell",
                )
            else:
                rest.append(change)
        return rest

    def _still_there(self, changes: list[Change]) -> list[Change]:
        """Settle deletes of what the server does not have any more; returns the others."""
        cls = type(changes[0].object)
        there: set[Any] = set()
        for request in self._session.service.plan_lookup(cls, [change.object.id for change in changes], cls._key):
            there.update(key_of(cls, row) for row in self.execute(request))
        gone = [change for change in changes if comparable_key(cls, change.object.id) not in there]
        self._settle(gone, [Outcome() for _ in gone])
        return [change for change in changes if comparable_key(cls, change.object.id) in there]

    def _not_updated(self, changes: list[Change]) -> list[Change]:
        """Settle updates whose values the server has; returns the others."""
        cls = type(changes[0].object)
        names = tuple(dict.fromkeys([*cls._key, *(name for change in changes for name in change.values)]))
        rows: dict[Any, dict[str, Any]] = {}
        for request in self._session.service.plan_lookup(cls, [change.object.id for change in changes], names):
            rows.update((key_of(cls, row), row) for row in self.execute(request))
        rest: list[Change] = []
        for change in changes:
            row = rows.get(comparable_key(cls, change.object.id), {})
            if all(
                name in row and self.readback.same(cls, name, row[name], value) for name, value in change.values.items()
            ):
                self._settle([change], [Outcome(row=row)])
            else:
                rest.append(change)
        return rest

    # --- rows ---------------------------------------------------------------------------

    def _is_open(self, change: Change) -> bool:
        row = self._rows.get(id(change))
        return row is not None and row.status in {"pending", "sending", "unknown"}

    def _fail_all(self, changes: Sequence[Change], error: APIError) -> None:
        for change in changes:
            if id(change) in self._maybe_done and not isinstance(error, OWN_FAULTS):
                self._unknown(change, error)
            else:
                fail(self._rows[id(change)], error)

    def _unknown_all(self, changes: Sequence[Change], error: APIError, second: APIError | None) -> None:
        for change in changes:
            if self._rows[id(change)].status == "sending":
                self._unknown(change, error, "" if second is None else f"reading back failed too: {second}")

    def _unknown(self, change: Change, error: APIError, remedy: str = "") -> None:
        row = self._rows[id(change)]
        row.status = "unknown"
        unknown: type[Any] = self._session.service.error(OutcomeUnknown)
        row.error = unknown(
            error.data,
            error.code,
            operation=f"{change.kind} {change.object._label()}",
            request=f"{change.kind} of {', '.join(change.values) or change.object._label()}",
            remedy=remedy or "read the object back before repeating; with key= a rerun finds what is there",
        )


class _Tally:
    """How the changes of one request fared, to tell a few bad ones from a bad lot."""

    def __init__(self) -> None:
        self.done = 0
        self.refused = 0
        self.silences = 0

    @property
    def mostly_refused(self) -> bool:
        """Whether one request for each change is cheaper than three for each bad one."""
        return self.refused > 2 and 2 * self.refused > self.done  # noqa: PLR2004 - three are a pattern


def _is_under_way(error: APIError) -> bool:
    """Whether the server may still be at it: only the time to wait was over, ours or that of a gateway."""
    return bool(getattr(error, "under_way", False)) or error.code in _GATEWAY_TIMEOUTS


def fail(row: ReportRow, error: Exception) -> None:
    """Enter a change that was surely not carried out."""
    row.status = "failed"
    row.error = error
