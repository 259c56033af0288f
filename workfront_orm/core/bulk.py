"""Bulk writes: many objects in few requests, one row of the report for every object.

Objects are grouped by class, split as the system allows, and sent in parallel; an object whose
field holds another unsaved object goes after it. When a request fails as a whole, nothing is
guessed: what the server has is read back, by a key of the caller's or by author, time and the
fields that were sent, and what has no unique match is `unknown`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from . import saving
from .errors import APIError, DeletedObjectError, OutcomeUnknown
from .exchange import Change, Outcome, Status
from .objects import Object, convert_name
from .readback import ReadBack
from .report import Report, ReportRow
from .retrying import surely_not_done
from .tracking import changed_fields, wire_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .exchange import Request
    from .session import BaseSession

__all__ = ["delete_all", "save_all", "write"]

MOST_ATTEMPTS = 5
"""How often a create with a key is sent again after a connection broke and the key was not found."""

_STATUS = {"create": "created", "update": "updated", "delete": "deleted"}


def save_all(session: BaseSession, objects: Iterable[Object], key: Any = None) -> Report:
    """See `BaseSession.save_all`."""
    report = _report(session, objects, "save_all")
    levels = _levels(report.rows)
    run = _Run(session, report)
    for level in levels:
        if not run.open:
            break
        changes: list[tuple[ReportRow, Change]] = []
        for row in level:
            change = _planned(session, row)
            if change is not None:
                changes.append((row, change))
        if key is not None:
            changes = run.adopt(changes, key)
        run.write(changes, key)
    return run.finish()


def delete_all(session: BaseSession, objects: Iterable[Object], *, force: bool = False) -> Report:
    """See `BaseSession.delete_all`."""
    report = _report(session, objects, "delete_all")
    changes: list[tuple[ReportRow, Change]] = []
    for row in report.rows:
        obj = row.object
        if obj._state.status == "deleted":
            _fail(row, DeletedObjectError(f"delete {obj._label()}: it was deleted before"))
        elif obj.id is None:
            _fail(row, ValueError(f"delete {obj._label()}: it has no id, so there is nothing to delete"))
        else:
            try:
                session.service.capabilities(obj._spec).require("delete", type(obj).__name__)
            except APIError as error:
                _fail(row, error)
                continue
            changes.append((row, Change(kind="delete", object=obj, force=force)))
    run = _Run(session, report)
    run.write(changes, None)
    return run.finish()


def write(session: BaseSession, changes: Sequence[Change]) -> Report:
    """Carry out changes that are planned already, such as those of a query's update."""
    report = Report([ReportRow(index, change.object) for index, change in enumerate(changes)])
    run = _Run(session, report)
    run.write(list(zip(report.rows, changes, strict=True)), None)
    return run.finish()


class _Run:
    """One bulk write under way."""

    def __init__(self, session: BaseSession, report: Report) -> None:
        self._session = session
        self._report = report
        self._readback = ReadBack(session)
        self._lock = Lock()
        self.open = True

    def finish(self) -> Report:
        """The report; an object that was given twice has the same row twice."""
        first: dict[int, ReportRow] = {}
        for row in self._report.rows:
            known = first.setdefault(id(row.object), row)
            if known is not row:
                row.status, row.sent, row.error = known.status, known.sent, known.error
        return self._report

    def adopt(self, changes: list[tuple[ReportRow, Change]], key: Any) -> list[tuple[ReportRow, Change]]:
        """Turn creates of what the server has by its key into updates of what differs."""
        kept: list[tuple[ReportRow, Change]] = []
        creates: dict[type[Object], list[tuple[ReportRow, Change]]] = {}
        for row, change in changes:
            if change.kind == "create":
                creates.setdefault(type(change.object), []).append((row, change))
            else:
                kept.append((row, change))
        for cls, pairs in creates.items():
            names = tuple(convert_name(cls, name) for name in (key if isinstance(key, (tuple, list)) else (key,)))
            unique = _with_key(pairs, names)
            try:
                found = self._readback.by_key(cls, names, [change for _row, change in unique])
            except APIError as error:
                # Without the look-up a create could double what is there.
                for row, _change in unique:
                    _fail(row, error)
                continue
            for row, change in unique:
                matches = found.get(_key_of(change, names), [])
                if len(matches) > 1:
                    ids = ", ".join(str(match.get(cls._key[0])) for match in matches)
                    _fail(row, ValueError(f"save {cls.__name__}: {names} is not unique on the server; it has {ids}"))
                elif not matches:
                    kept.append((row, change))
                else:
                    update = self._adopted(row, change, matches[0])
                    if update is not None:
                        kept.append((row, update))
        return kept

    def write(self, changes: list[tuple[ReportRow, Change]], key: Any) -> None:
        """Send changes in parallel, class by class and kind by kind."""
        groups: dict[tuple[Any, str, bool], list[tuple[ReportRow, Change]]] = {}
        for row, change in changes:
            groups.setdefault((type(change.object), change.kind, change.force), []).append((row, change))
        jobs: list[Callable[[], None]] = []
        for pairs in groups.values():
            rows = {id(change): row for row, change in pairs}
            for request, carried in self._session.service.plan_changes([change for _row, change in pairs]):
                jobs.append(_job(self, request, carried, rows, key))
        if len(jobs) == 1:
            jobs[0]()
        elif jobs:
            self._parallel(jobs)

    def _parallel(self, jobs: list[Callable[[], None]]) -> None:
        pool = ThreadPoolExecutor(max_workers=min(len(jobs), self._session.max_concurrent))
        futures = [pool.submit(job) for job in jobs]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            # Ctrl-C: what is under way ends, the rest is not begun; the report tells which is which.
            self.open = False
            self._report.interrupted = True
            pool.shutdown(wait=True, cancel_futures=True)
            for row in self._report.rows:
                if row.status == "pending":
                    _fail(row, APIError("not attempted: the write was broken off", None))
            raise
        pool.shutdown(wait=True)

    # --- one request ------------------------------------------------------------------

    def carry_out(
        self, request: Request, changes: list[Change], rows: dict[int, ReportRow], key: Any, attempt: int = 0
    ) -> None:
        """Send one request and settle each of its changes."""
        started = datetime.now(UTC)
        try:
            outcomes: list[Outcome] = self._execute(request)
        except APIError as error:
            told = self._session.service.failed_changes(error, changes)
            if told is not None:
                self._settle(changes, told, rows)
            elif surely_not_done(error):
                self._after_refusal(changes, rows, error, key, started)
            else:
                self._after_silence(changes, rows, error, key, started, attempt)
            return
        self._settle(changes, outcomes, rows)

    def _execute(self, request: Request) -> Any:
        with self._lock:
            self._report.requests += 1
        return self._session.execute(request)

    def _settle(self, changes: Sequence[Change], outcomes: Sequence[Outcome], rows: dict[int, ReportRow]) -> None:
        for change, outcome in zip(changes, outcomes, strict=True):
            row = rows[id(change)]
            row.sent = tuple(change.values)
            if outcome.status is Status.DONE:
                saving.apply_outcome(self._session, change, outcome)
                row.status = _STATUS[change.kind]
            elif outcome.status is Status.UNKNOWN:
                row.status = "unknown"
                row.error = outcome.error
            else:
                _fail(row, outcome.error or APIError(f"not attempted ({outcome.status.value})", None))

    def _after_refusal(
        self, changes: list[Change], rows: dict[int, ReportRow], error: APIError, key: Any, started: datetime
    ) -> None:
        """The server refused a whole request: one change may be bad, and those before it may be done."""
        if len(changes) == 1:
            row = rows[id(changes[0])]
            row.sent = tuple(changes[0].values)
            _fail(row, error)
            return
        kind = changes[0].kind
        if kind == "create":
            rest = self._read_back(changes, rows, error, key, started)
        elif kind == "delete":
            rest = self._still_there(changes, rows)
        else:
            rest = changes
        # Updates can be repeated, so halves find the bad ones in few requests. Otherwise the first that
        # is not done is the likely one: alone, it tells its own error.
        cut = len(rest) // 2 if kind == "update" else 1
        parts = [rest[:cut], rest[cut:]]
        for part in parts:
            if part:
                for request, carried in self._session.service.plan_changes(part):
                    self.carry_out(request, list(carried), rows, key)

    def _after_silence(
        self,
        changes: list[Change],
        rows: dict[int, ReportRow],
        error: APIError,
        key: Any,
        started: datetime,
        attempt: int,
    ) -> None:
        """No answer tells what the server did: what it has is read back."""
        kind = changes[0].kind
        try:
            if kind == "create":
                rest = self._read_back(changes, rows, error, key, started, silent=True)
            elif kind == "delete":
                rest = self._still_there(changes, rows)
            else:
                rest = changes
        except APIError as second:
            error.remedy = f"reading back failed too: {second}"
            rest = changes
        else:
            under_way = isinstance(error, OutcomeUnknown) and error.under_way
            if kind == "create" and key is not None and not under_way and attempt < MOST_ATTEMPTS:
                # The server is done with the request, and by their key these are not there.
                for request, carried in self._session.service.plan_changes(rest) if rest else ():
                    self.carry_out(request, list(carried), rows, key, attempt + 1)
                return
        for change in rest:
            row = rows[id(change)]
            row.status = "unknown"
            row.sent = tuple(change.values)
            row.error = OutcomeUnknown(
                error.data,
                error.code,
                operation=f"{kind} {change.object._label()}",
                request=f"{kind} of {', '.join(change.values) or change.object._label()}",
                remedy="read the object back before repeating; with key= a rerun finds what is there",
            )

    def _read_back(
        self,
        changes: list[Change],
        rows: dict[int, ReportRow],
        error: APIError,
        key: Any,
        started: datetime,
        *,
        silent: bool = False,
    ) -> list[Change]:
        """Find creates that were done although the request failed; returns those that surely were not."""
        cls = type(changes[0].object)
        if key is not None:
            names = tuple(convert_name(cls, name) for name in (key if isinstance(key, (tuple, list)) else (key,)))
            found = self._readback.by_key(cls, names, changes)
            matches = {id(change): found.get(_key_of(change, names), []) for change in changes}
        else:
            matches = self._readback.by_content(cls, changes, started)
        rest: list[Change] = []
        for change in changes:
            row = rows[id(change)]
            mine = matches[id(change)]
            if len(mine) == 1:
                self._readback.claim(cls, mine[0])
                outcome = Outcome(key=mine[0].get(cls._key[0]), row=mine[0])
                self._settle([change], [outcome], rows)
            elif mine or (silent and key is None):
                row.status = "unknown"
                row.sent = tuple(change.values)
                row.error = OutcomeUnknown(
                    error.data,
                    error.code,
                    operation=f"create {cls.__name__}",
                    request=f"create of {', '.join(change.values)}",
                    remedy="several rows on the server could be this one, or one that the server changed; look at them, "
                    "and give key= so that a rerun can tell",
                )
            else:
                rest.append(change)
        return rest

    def _still_there(self, changes: list[Change], rows: dict[int, ReportRow]) -> list[Change]:
        cls = type(changes[0].object)
        there: set[Any] = set()
        normal = cls._normal_key or (lambda value: value)
        for request in self._session.service.plan_lookup(cls, [change.object.id for change in changes], ()):
            there.update(normal(row.get(cls._key[0])) for row in self._execute(request))
        gone = [change for change in changes if normal(change.object.id) not in there]
        self._settle(gone, [Outcome() for _ in gone], rows)
        return [change for change in changes if normal(change.object.id) in there]

    def _adopted(self, row: ReportRow, change: Change, found: dict[str, Any]) -> Change | None:
        """An object that the server has: it gets the id, and what differs becomes an update."""
        obj = change.object
        cls = type(obj)
        differing = {
            name: value
            for name, value in change.values.items()
            if not self._readback.same(cls, name, found.get(name), value)
        }
        originals = {name: found.get(name) for name in change.values}
        for name in cls._key:
            obj._row[name] = found[name]
        obj._state.status = "persistent"
        if obj._state.originals is not None:
            obj._state.originals = {name: originals[name] for name in differing}
        for name, value in found.items():
            obj._row.setdefault(name, value)
        self._session.identity_map.add(obj)
        if not differing:
            row.status = "unchanged"
            return None
        return Change(kind="update", object=obj, values=differing, originals=originals)


# --- helpers ------------------------------------------------------------------------


def _report(session: BaseSession, objects: Iterable[Object], operation: str) -> Report:
    items = list(objects)
    for index, obj in enumerate(items):
        if not isinstance(obj, Object):
            raise TypeError(f"{operation} takes objects; item {index} is {obj!r}; nothing was sent")
        if obj.session is None:
            raise TypeError(
                f"{operation}: item {index}, {obj._label()}, has no session: attach it with session.merge(obj)"
            )
        if obj.session is not session:
            raise TypeError(
                f"{operation}: item {index}, {obj._label()}, belongs to another session: use session.merge(obj)"
            )
    return Report([ReportRow(index, obj) for index, obj in enumerate(items)])


def _planned(session: BaseSession, row: ReportRow) -> Change | None:
    try:
        change = saving.plan(session, row.object)
    except (DeletedObjectError, ValueError, TypeError, APIError) as error:
        _fail(row, error)
        return None
    if change is not None:
        row.status = "pending"
    return change


def _job(
    run: _Run, request: Request, changes: list[Change], rows: dict[int, ReportRow], key: Any
) -> Callable[[], None]:
    return lambda: run.carry_out(request, list(changes), rows, key)


def _levels(rows: list[ReportRow]) -> list[list[ReportRow]]:
    """Rows in the order of what refers to what: each level refers to earlier ones only.

    Raises:
        ValueError: Objects refer to each other in a circle; nothing was sent.
    """
    first = {id(row.object): row for row in reversed(rows)}
    waits = {place: [id(other) for other in _unsaved(row.object) if id(other) in first] for place, row in first.items()}
    levels: list[list[ReportRow]] = []
    done: set[int] = set()
    remaining = list(dict.fromkeys(id(row.object) for row in rows))
    while remaining:
        ready = [place for place in remaining if all(other in done for other in waits[place])]
        if not ready:
            names = " -> ".join(first[place].object._label() for place in remaining[:4])
            raise ValueError(f"save_all: objects that are not saved refer to each other in a circle: {names}")
        levels.append([first[place] for place in ready])
        done.update(ready)
        remaining = [place for place in remaining if place not in done]
    return levels


def _unsaved(obj: Object) -> list[Object]:
    values = wire_values(obj) if obj._state.status == "new" else changed_fields(obj)
    return [value for value in values.values() if isinstance(value, Object) and value.id is None]


def _with_key(pairs: list[tuple[ReportRow, Change]], names: tuple[str, ...]) -> list[tuple[ReportRow, Change]]:
    """The creates whose key is complete and unique among them; the others fail."""
    seen: dict[tuple[Any, ...], ReportRow] = {}
    unique: list[tuple[ReportRow, Change]] = []
    for row, change in pairs:
        values = _key_of(change, names)
        if any(value is None or value == "" for value in values):
            missing = ", ".join(name for name, value in zip(names, values, strict=True) if value in (None, ""))
            _fail(row, ValueError(f"save {row.object._label()}: key={names} is given, and {missing} has no value"))
        elif values in seen:
            _fail(
                row,
                ValueError(f"save {row.object._label()}: {names} = {values} is that of row {seen[values].index} too"),
            )
        else:
            seen[values] = row
            unique.append((row, change))
    return unique


def _key_of(change: Change, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(change.values.get(name) for name in names)


def _fail(row: ReportRow, error: Exception) -> None:
    row.status = "failed"
    row.error = error
