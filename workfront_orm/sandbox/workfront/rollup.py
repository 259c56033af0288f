# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Sums over trees: outline numbers, parents that follow their children, projects that follow their tasks.

Writes only mark what changed (`Pending`); `flush` works it out before the next read, once for any number of writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.calendar import DAY_MINUTES, minutes_between
from workfront_orm.sandbox.workfront.wire import invalid, invalid_value, moment_of, not_found, stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.store import Store

_LAST = 1_000_000_000
_FOLLOWING = ("ASSGN", "HOUR", "NOTE", "DOCU", "EXPNS", "JRNLE", "WRKITM", "OPTASK")


@dataclass(slots=True)
class Pending:
    """What has to be worked out again: ids of projects by their sums and by their outline, of tasks, issues and followers."""

    projects: set[str] = field(default_factory=set)
    outlines: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    issues: set[str] = field(default_factory=set)
    followers: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.projects or self.outlines or self.tasks or self.issues or self.followers)


def pending(context: Context) -> Pending:
    """What the store's writes have marked."""
    return context.store.pending


def flush(store: Store, now: datetime) -> None:
    """Work out everything that was marked."""
    marked = store.pending
    if not marked:
        return
    store.pending = Pending()
    for code in ("TASK", "OPTASK", "HOUR", "PROJ", "PRED"):
        store.entity(code)
    store.index("TASK", "projectID", "taskNumber")
    store.index("TASK", "parentID")
    store.index("HOUR", "projectID")
    store.index("OPTASK", "projectID")
    with store.transaction():
        for project in marked.outlines:
            _number(store, project)
        for task in marked.followers:
            _follow(store, task)
        for task in _upwards(store, marked.tasks):
            _sum_task(store, task, now)
        for issue in marked.issues:
            store.index("HOUR", "opTaskID")
            minutes = _minutes(store, "opTaskID", issue)
            store.update("OPTASK", issue, {"actualWorkRequired": minutes, "actualWorkRequiredDouble": float(minutes)})
        for project in marked.projects:
            _sum_project(store, project)


# --- places in the outline -----------------------------------------------------------------


def place_new(context: Context, row: dict[str, Any]) -> None:
    """Give a new task its place: the end of its project, or of its parent's children."""
    store = context.store
    project = row.get("projectID")
    if project is None:
        return
    check_parent(context, row, row)
    store.index("TASK", "projectID", "taskNumber")
    store.index("TASK", "parentID")
    if project in store.pending.outlines:
        store.pending.outlines.discard(project)
        _number(store, project)
    parent = store.get("TASK", row["parentID"]) if row.get("parentID") else None
    if parent is None:
        last = store.value('SELECT max("taskNumber") FROM "TASK" WHERE "projectID" = ?', [project]) or 0
        root = store.value(
            'SELECT "wbs" FROM "TASK" WHERE "projectID" = ? AND "parentID" IS NULL ORDER BY "taskNumber" DESC LIMIT 1',
            [project],
        )
        row.update(taskNumber=last + 1, wbs=str(_whole(root) + 1), indent=0)
        return
    children = parent.get("numberOfChildren") or 0
    last = store.value(
        'SELECT max("taskNumber") FROM "TASK" WHERE "projectID" = ? AND ("ID" = ? OR "wbs" LIKE ?)',
        [project, parent["ID"], f"{parent.get('wbs')}.%"],
    )
    last = last or parent.get("taskNumber") or 0
    store.write(
        'UPDATE "TASK" SET "taskNumber" = "taskNumber" + 1 WHERE "projectID" = ? AND "taskNumber" > ?', [project, last]
    )
    row.update(taskNumber=last + 1, wbs=f"{parent.get('wbs')}.{children + 1}", indent=(parent.get("indent") or 0) + 1)
    store.update("TASK", parent["ID"], {"numberOfChildren": children + 1})


def check_parent(context: Context, row: Mapping[str, Any], changes: dict[str, Any]) -> None:
    """A parent is a task of the same project, and none of the task's own descendants.

    Raises:
        WireError: the parent is not.
    """
    store = context.store
    project = changes.get("projectID", row.get("projectID"))
    if "projectID" in changes and changes["projectID"] != row.get("projectID") and "parentID" not in changes:
        changes["parentID"] = None
    key = changes.get("parentID")
    if not key:
        return
    parent = store.get("TASK", key)
    if parent is None:
        raise not_found("Task", key)
    if parent.get("projectID") != project:
        raise invalid(f"Task {key} cannot be the parent: it belongs to another project")
    while parent is not None:
        if parent["ID"] == row.get("ID") and "name" in row and store.get("TASK", row["ID"]) is not None:
            raise invalid_value("parentID", key)
        parent = store.get("TASK", parent["parentID"]) if parent.get("parentID") else None


def moved(context: Context, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """A task has another parent or project: it goes to the end there, and its children with it."""
    store = context.store
    key = new["ID"]
    for parent, step in ((old.get("parentID"), -1), (new.get("parentID"), 1)):
        if parent and old.get("parentID") != new.get("parentID"):
            _count_children(store, parent, step)
    store.update("TASK", key, {"taskNumber": _LAST})
    store.pending.outlines.update(project for project in (old.get("projectID"), new.get("projectID")) if project)
    if old.get("projectID") == new.get("projectID"):
        return
    family = [key, *descendants(store, key)]
    for number, member in enumerate(family):
        store.update(
            "TASK",
            member,
            {"projectID": new["projectID"], "securityRootID": new["projectID"], "taskNumber": _LAST + number},
        )
        for code in _FOLLOWING:
            column = "sourceTaskID" if code == "OPTASK" else "taskID"
            if store.has_table(code):
                store.index(code, column)
                store.write(f'UPDATE "{code}" SET "projectID" = ? WHERE "{column}" = ?', [new["projectID"], member])


def removed(context: Context, row: Mapping[str, Any]) -> None:
    """A task is gone: those after it move up."""
    store = context.store
    if row.get("parentID"):
        _count_children(store, row["parentID"], -1)
    if row.get("projectID"):
        store.pending.outlines.add(row["projectID"])


def descendants(store: Store, key: str) -> list[str]:
    """Ids of all tasks below a task."""
    store.index("TASK", "parentID")
    rows = store.connection.execute(
        'WITH RECURSIVE below(k) AS (SELECT "ID" FROM "TASK" WHERE "parentID" = ?'
        ' UNION SELECT t."ID" FROM "TASK" t JOIN below ON t."parentID" = k) SELECT k FROM below',
        [key],
    )
    return [found for (found,) in rows]


def _count_children(store: Store, key: str, step: int) -> None:
    store.write(
        'UPDATE "TASK" SET "numberOfChildren" = max(coalesce("numberOfChildren", 0) + ?, 0) WHERE "ID" = ?', [step, key]
    )


def _number(store: Store, project: str) -> None:
    """Number a project's outline anew, in the order that it has."""
    rows = store.connection.execute(
        'SELECT "ID", "parentID", "taskNumber", "wbs", "indent" FROM "TASK" WHERE "projectID" = ? ORDER BY "taskNumber", rowid',
        [project],
    ).fetchall()
    known = {row[0] for row in rows}
    children: dict[str | None, list[Any]] = {}
    for row in rows:
        children.setdefault(row[1] if row[1] in known else None, []).append(row)
    changes = []
    number = 0
    stack = [(row, str(place), 0) for place, row in reversed(list(enumerate(children.get(None, ()), 1)))]
    while stack:
        row, wbs, indent = stack.pop()
        number += 1
        if (row[2], row[3], row[4]) != (number, wbs, indent):
            changes.append((number, wbs, indent, row[0]))
        stack += [
            (child, f"{wbs}.{place}", indent + 1)
            for place, child in reversed(list(enumerate(children.get(row[0], ()), 1)))
        ]
    for change in changes:
        store.write('UPDATE "TASK" SET "taskNumber" = ?, "wbs" = ?, "indent" = ? WHERE "ID" = ?', change)


def _whole(wbs: Any) -> int:
    text = str(wbs or "0").partition(".")[0]
    return int(text) if text.isdigit() else 0


# --- sums -----------------------------------------------------------------------------------


def _upwards(store: Store, keys: Iterable[str]) -> list[str]:
    """Tasks and all their ancestors, the deepest first."""
    depth: dict[str, int] = {}
    for key in keys:
        current: str | None = key
        while current is not None and current not in depth:
            row = store.connection.execute(
                'SELECT "parentID", coalesce("indent", 0) FROM "TASK" WHERE "ID" = ?', [current]
            ).fetchone()
            if row is None:
                break
            depth[current] = row[1]
            current = row[0]
    return sorted(depth, key=lambda key: -depth[key])


def _sum_task(store: Store, key: str, now: datetime) -> None:
    row = store.get("TASK", key)
    if row is None:
        return
    store.index("HOUR", "taskID")
    changes: dict[str, Any] = {}
    minutes = _minutes(store, "taskID", key)
    if row.get("numberOfChildren"):
        changes.update(_of_children(store, key))
        minutes += changes.pop("below")
    changes["actualWorkRequired"] = minutes
    changes["actualWorkRequiredDouble"] = float(minutes)
    changes["actualWork"] = minutes / 60
    completion = changes.get("plannedCompletionDate", row.get("plannedCompletionDate"))
    late = 0
    if completion is not None:
        reached = moment_of(row["actualCompletionDate"]) if row.get("actualCompletionDate") else now
        late = max((reached - moment_of(completion)).days, 0)
    changes["daysLate"] = late
    overdue = completion is not None and completion < stored(now) and not row.get("isStatusComplete")
    changes["progressStatus"] = "LT" if overdue else "ON"
    store.update("TASK", key, {name: value for name, value in changes.items() if row.get(name) != value})


def _of_children(store: Store, key: str) -> dict[str, Any]:
    """What a parent has from its children, and its percent from all leaves below."""
    start, end, projected, finish, work, required, below = store.connection.execute(
        'SELECT min("plannedStartDate"), max("plannedCompletionDate"), min("projectedStartDate"), max("projectedCompletionDate"),'
        ' total("work"), total("workRequired"), total("actualWorkRequired") FROM "TASK" WHERE "parentID" = ?',
        [key],
    ).fetchone()
    weighted, weight, mean = store.connection.execute(
        'WITH RECURSIVE below(k) AS (SELECT "ID" FROM "TASK" WHERE "parentID" = ?'
        ' UNION SELECT t."ID" FROM "TASK" t JOIN below ON t."parentID" = k)'
        ' SELECT total("percentComplete" * "durationMinutes"), total("durationMinutes"), avg(coalesce("percentComplete", 0))'
        ' FROM below JOIN "TASK" ON "ID" = k WHERE coalesce("numberOfChildren", 0) = 0',
        [key],
    ).fetchone()
    minutes = minutes_between(moment_of(start), moment_of(end)) if start and end else 0
    return {
        "plannedStartDate": start,
        "plannedCompletionDate": end,
        "projectedStartDate": projected,
        "projectedCompletionDate": finish,
        "work": work,
        "workRequired": round(required),
        "below": round(below),
        "percentComplete": _percent(weighted, weight, mean),
        "durationMinutes": minutes,
        "plannedDurationMinutes": minutes,
        "duration": minutes / DAY_MINUTES,
        "plannedDuration": minutes / DAY_MINUTES,
    }


def _sum_project(store: Store, key: str) -> None:
    row = store.get("PROJ", key)
    if row is None:
        return
    weighted, weight, mean, required, start, end, projected, finish, actual = store.connection.execute(
        'SELECT total("percentComplete" * "durationMinutes"), total("durationMinutes"), avg(coalesce("percentComplete", 0)),'
        ' total("workRequired"), min("plannedStartDate"), max("plannedCompletionDate"), min("projectedStartDate"),'
        ' max("projectedCompletionDate"), min("actualStartDate") FROM "TASK"'
        ' WHERE "projectID" = ? AND coalesce("numberOfChildren", 0) = 0',
        [key],
    ).fetchone()
    required += store.value('SELECT total("workRequired") FROM "OPTASK" WHERE "projectID" = ?', [key])
    minutes = _minutes(store, "projectID", key)
    changes: dict[str, Any] = {
        "percentComplete": _percent(weighted, weight, mean),
        "workRequired": float(required),
        "work": required / 60,
        "actualWorkRequired": minutes,
        "actualWorkRequiredDouble": float(minutes),
        "totalHours": minutes / 60,
        "actualStartDate": actual,
    }
    dates = {
        "plannedStartDate": start,
        "plannedCompletionDate": end,
        "projectedStartDate": projected,
        "projectedCompletionDate": finish,
    }
    changes.update({name: value for name, value in dates.items() if value is not None})
    begin = changes.get("plannedStartDate", row.get("plannedStartDate"))
    finish = changes.get("plannedCompletionDate", row.get("plannedCompletionDate"))
    if begin and finish:
        changes["durationMinutes"] = minutes_between(moment_of(begin), moment_of(finish))
    store.update("PROJ", key, {name: value for name, value in changes.items() if row.get(name) != value})


def _percent(weighted: float, weight: float, mean: float | None) -> float:
    return round(weighted / weight if weight else mean or 0.0, 2)


def _minutes(store: Store, column: str, key: str) -> int:
    """Minutes of the hours logged on an object itself."""
    return round((store.value(f'SELECT total("hours") FROM "HOUR" WHERE "{column}" = ?', [key]) or 0) * 60)


# --- predecessors and assignments ------------------------------------------------------------


def _follow(store: Store, key: str) -> None:
    """A task can start when every predecessor that holds it back is complete."""
    store.index("PRED", "successorID")
    rows = store.connection.execute(
        'SELECT t."taskNumber", t."isStatusComplete", p."predecessorType", p."lagDays" FROM "PRED" p JOIN "TASK" t ON t."ID" = p."predecessorID"'
        ' WHERE p."successorID" = ? ORDER BY t."taskNumber"',
        [key],
    ).fetchall()
    task = store.get("TASK", key)
    if task is None:
        return
    can_start = all(done or (kind or "fs") not in ("fs", "FS") for _, done, kind, _ in rows)
    expression = ", ".join(f"{number}{kind or 'fs'}" + (f"+{lag:g}d" if lag else "") for number, _, kind, lag in rows)
    store.update(
        "TASK",
        key,
        {
            "canStart": can_start,
            "pendingPredecessors": not can_start,
            "isReady": can_start and not task.get("isStatusComplete"),
            "predecessorExpression": expression or None,
        },
    )


def assignees(context: Context, assignment: Mapping[str, Any]) -> None:
    """A task or issue names the user, role and team of its primary assignments."""
    store = context.store
    column, code = ("taskID", "TASK") if assignment.get("taskID") else ("opTaskID", "OPTASK")
    key = assignment.get(column)
    work = store.get(code, key) if key else None
    if work is None:
        return
    store.index("ASSGN", column)
    rows = store.select("ASSGN", f'"{column}" = ?', [key], "rowid")
    primary = next((row for row in rows if row.get("isPrimary")), None)
    if primary is None:
        primary = next((row for row in rows if not row.get("isTeamAssignment")), None)
        if primary is not None:
            store.update("ASSGN", primary["ID"], {"isPrimary": True})
    team = next((row for row in rows if row.get("isTeamAssignment")), None)
    changes = {
        "assignedToID": primary.get("assignedToID") if primary else None,
        "roleID": primary.get("roleID") if primary else None,
        "teamID": team.get("teamID") if team else None,
    }
    store.update(code, str(key), {name: value for name, value in changes.items() if work.get(name) != value})
