"""Bulk writes: many objects in few requests, one row of the report for every object.

Objects are grouped by class and kind of change, split as the system allows, and sent in parallel;
an object whose field holds another unsaved object goes after it. `delivery` sends, and finds out
what became of a request that failed as a whole.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import saving
from .adoption import adopt, keys_of
from .delivery import Delivery, fail
from .errors import APIError, DeletedObjectError
from .exchange import Change
from .identity import key_of
from .objects import Object
from .report import BulkInterrupted, Report, ReportRow
from .tracking import changed_fields, wire_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .session import BaseSession

__all__ = ["delete_all", "save_all", "write"]

Pairs = list[tuple[ReportRow, Change]]


def save_all(session: BaseSession, objects: Iterable[Object], key: Any = None) -> Report:
    """See `BaseSession.save_all`."""
    report = _report(session, objects, "save_all")
    keys = keys_of((row.object for row in report), key, "save_all")
    levels = _levels(report.rows)
    delivery = Delivery(session, report, keys)
    with _settled(report, delivery):
        for level in levels:
            pairs = _planned(session, report, level, delivery)
            delivery.send(adopt(session, delivery, pairs, keys) if keys else pairs)
    return report


def delete_all(session: BaseSession, objects: Iterable[Object], *, force: bool = False) -> Report:
    """See `BaseSession.delete_all`."""
    if type(force) is not bool:
        raise TypeError(f"delete_all: force takes True or False, not {force!r}")
    report = _report(session, objects, "delete_all")
    delivery = Delivery(session, report)
    with _settled(report, delivery):
        pairs: Pairs = []
        for row in _first(report.rows):
            obj = row.object
            if obj._state.status == "deleted":
                fail(row, DeletedObjectError(f"delete {obj._label()}: it was deleted before"))
            elif obj.id is None:
                fail(row, ValueError(f"delete {obj._label()}: it has no id, so there is nothing to delete"))
            else:
                try:
                    session.service.capabilities(obj._spec).require("delete", type(obj).__name__)
                except APIError as error:
                    fail(row, error)
                else:
                    pairs.append((row, Change(kind="delete", object=obj, force=force)))
        delivery.send(pairs)
    return report


def write(session: BaseSession, changes: Sequence[Change]) -> Report:
    """Carry out changes that are planned already, such as those of a query's update.

    Args:
        session: The session whose objects are written.
        changes: The changes, one for each object.
    """
    report = Report([ReportRow(index, change.object, "pending") for index, change in enumerate(changes)])
    delivery = Delivery(session, report)
    with _settled(report, delivery):
        delivery.send(list(zip(report.rows, changes, strict=True)))
    return report


@contextmanager
def _settled(report: Report, delivery: Delivery) -> Iterator[None]:
    """Leave no row without its end, however the write ends."""
    try:
        yield
    except KeyboardInterrupt as stop:
        delivery.break_off()
        _copy_to_twins(report)
        raise BulkInterrupted(report) from stop
    except BaseException as error:
        delivery.break_off()
        error.add_note(f"what was written before: {report!r}")
        raise
    finally:
        saving.release((row.object for row in report), delivery)
    _copy_to_twins(report)


# --- before anything is sent ------------------------------------------------------------


def _report(session: BaseSession, objects: Iterable[Object], operation: str) -> Report:
    # An object can be indexed by name, which makes it look like a sequence.
    if isinstance(objects, (Object, str, bytes)) or not hasattr(objects, "__iter__"):
        given = f"the one object {objects._label()}" if isinstance(objects, Object) else repr(objects)
        raise TypeError(f"{operation} takes several objects, not {given}; nothing was sent")
    items = list(objects)
    for index, obj in enumerate(items):
        if not isinstance(obj, Object):
            raise TypeError(f"{operation} takes objects; item {index} is {obj!r}; nothing was sent")
        if obj.session is not session:
            whose = "has no session" if obj.session is None else "belongs to another session"
            raise TypeError(
                f"{operation}: item {index}, {obj._label()}, {whose}: use session.merge(obj); nothing was sent"
            )
    return Report([ReportRow(index, obj, "pending") for index, obj in enumerate(items)])


def _levels(rows: Sequence[ReportRow]) -> list[list[ReportRow]]:
    """Rows in the order of what refers to what: each level refers to earlier ones only.

    Raises:
        ValueError: Objects refer to each other in a circle; nothing was sent.
    """
    first = {id(row.object): row for row in _first(rows)}
    waits = {place: [id(other) for other in _unsaved(row.object) if id(other) in first] for place, row in first.items()}
    levels: list[list[ReportRow]] = []
    done: set[int] = set()
    remaining = list(first)
    while remaining:
        ready = [place for place in remaining if all(other in done for other in waits[place])]
        if not ready:
            circle = " -> ".join(_named(first[place]) for place in _circle(remaining[0], waits, done))
            raise ValueError(
                f"save_all: unsaved objects refer to each other in a circle: {circle}; nothing was sent: "
                "save one of them without its reference first"
            )
        levels.append([first[place] for place in ready])
        done.update(ready)
        remaining = [place for place in remaining if place not in done]
    return levels


def _circle(start: int, waits: dict[int, list[int]], done: set[int]) -> list[int]:
    """A circle among what waits for each other, its first member repeated at its end."""
    path = [start]
    while True:
        following = next(place for place in waits[path[-1]] if place not in done)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)


def _named(row: ReportRow) -> str:
    name = row.object._row.get("name")
    return f"row {row.index} ({type(row.object).__name__}{f' {name!r}' if isinstance(name, str) else ''})"


def _unsaved(obj: Object) -> list[Object]:
    values = wire_values(obj) if obj._state.status == "new" else changed_fields(obj)
    return [value for value in values.values() if isinstance(value, Object) and value._state.status == "new"]


def _planned(session: BaseSession, report: Report, rows: Sequence[ReportRow], owner: object) -> Pairs:
    pairs: Pairs = []
    named: dict[Any, ReportRow] = {}
    for row in rows:
        try:
            change = saving.plan(session, row.object, owner)
            if change is not None and change.kind == "create":
                _check_natural_key(row, change, named)
        except (DeletedObjectError, ValueError, TypeError, APIError) as error:
            fail(row, _blamed(report, row, error))
            continue
        if change is None:
            row.status = "unchanged"
        else:
            pairs.append((row, change))
    return pairs


def _check_natural_key(row: ReportRow, change: Change, named: dict[Any, ReportRow]) -> None:
    """Refuse a new object with the key that the program gave another one: of two, the server keeps the last."""
    cls = type(change.object)
    key = key_of(cls, change.values) if cls._natural_key else None
    if key is not None and named.setdefault((cls, key), row) is not row:
        raise ValueError(f"save {change.object._label()}: row {named[cls, key].index} is a new object of the same key")


def _blamed(report: Report, row: ReportRow, error: Exception) -> Exception:
    """The error of a row; where it waited for another row of the same write, the name of that one."""
    waited = {id(other) for other in _unsaved(row.object)}
    lost = next((other for other in report.rows if id(other.object) in waited), None)
    if lost is None:
        return error
    return ValueError(
        f"save {row.object._label()}: it refers to {_named(lost)}, which was not saved: {lost.status}, {lost.error}"
    )


# --- helpers ------------------------------------------------------------------------------


def _first(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """Rows without those of an object that came before."""
    return list({id(row.object): row for row in reversed(list(rows))}.values())[::-1]


def _copy_to_twins(report: Report) -> None:
    """An object that was given twice has the same row twice."""
    first = {id(row.object): row for row in _first(report.rows)}
    for row in report.rows:
        known = first[id(row.object)]
        row.status, row.sent, row.error = known.status, known.sent, known.error
