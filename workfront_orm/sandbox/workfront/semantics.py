"""What writes mean: status and percent follow each other, dates and durations agree, assignments and hours add up.

Hooks that `writes` calls. What concerns one object is done at once; what sums up a project or a tree (`rollup`) is only marked
here and worked out before the next read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import rollup
from workfront_orm.sandbox.workfront.calendar import DAY_MINUTES, add_minutes, minutes_between
from workfront_orm.sandbox.workfront.values import enumeration
from workfront_orm.sandbox.workfront.wire import STATUS_VIOLATION, WireError, invalid, moment_of, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

_DONE = {"TASK": "CPL", "OPTASK": "CLS", "PROJ": "CPL"}
_UNITS = {"M": 1, "H": 60, "D": DAY_MINUTES, "W": 5 * DAY_MINUTES, "T": 20 * DAY_MINUTES}
_COMPLETE = 100
# Changes of these are all that sums, outlines and followers depend on.
_SUMMED = {
    "TASK": frozenset({
        "parentID", "projectID", "status", "percentComplete", "durationMinutes", "plannedStartDate", "plannedCompletionDate",
        "projectedStartDate", "projectedCompletionDate", "work", "workRequired", "actualStartDate", "actualCompletionDate",
    }),
    "OPTASK": frozenset({"projectID", "workRequired"}),
    "PROJ": frozenset({"plannedStartDate", "plannedCompletionDate", "status"}),
}  # fmt: skip
_WORK = ("TASK", "OPTASK")


# --- hooks ---------------------------------------------------------------------------------


def prepare_new(context: Context, entity: Entity, row: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Complete a new object before it is stored. `written` tells what the client said itself."""
    code = entity.code
    if code in _WORK:
        _check_project(context, row)
        _dates_of_new(row, written)
        _work(row, {name: row[name] for name in ("work", "workRequired") if name in written})
        _project_dates(row)
    if code == "TASK":
        rollup.place_new(context, row)
    if code in _DONE:
        before = {"status": None, "percentComplete": 0}
        _status(context, code, before, row, {name for name in ("status", "percentComplete") if name in written})
    if code == "ASSGN":
        _assignment(context, row)
    if code == "HOUR" and row.get("ownerID") is None:
        row["ownerID"] = context.user["ID"]
    if code in ("DOCU", "DOCV"):
        _handle(context, row, written)


def prepare_change(context: Context, entity: Entity, row: Mapping[str, Any], changes: dict[str, Any]) -> None:
    """Complete the changes of an object before they are stored."""
    code = entity.code
    if code in _WORK:
        _dates_of_change(row, changes)
        _work(changes, changes)
        if any(name in changes for name in ("plannedStartDate", "plannedCompletionDate")):
            _project_dates(changes)
    if code in _DONE and ("status" in changes or "percentComplete" in changes):
        _status(context, code, row, changes, set(changes))
    if code == "TASK" and ("parentID" in changes or "projectID" in changes):
        rollup.check_parent(context, row, changes)


def after_create(context: Context, entity: Entity, row: dict[str, Any]) -> None:
    """Do what a new object does to others."""
    _changed(context, entity.code, row, row)
    if entity.code == "NOTE":
        _last_note(context, row)
    if entity.code == "ASSGN":
        rollup.assignees(context, row)


def after_change(context: Context, entity: Entity, row: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Do what a change does to others."""
    if entity.code in _SUMMED and not _SUMMED[entity.code].intersection(changes):
        return
    new = {**row, **changes}
    if entity.code == "TASK" and ("parentID" in changes or "projectID" in changes):
        rollup.moved(context, row, new)
    _changed(context, entity.code, row, new)
    if entity.code == "ASSGN":
        rollup.assignees(context, new)


def check_delete(context: Context, entity: Entity, row: Mapping[str, Any]) -> None:
    """Refuse to delete work of a completed project, where the option asks for it."""
    if entity.code in _WORK:
        _check_project(context, row)


def after_delete(context: Context, entity: Entity, row: dict[str, Any]) -> None:
    """Do what the end of an object does to others."""
    if entity.code == "TASK":
        rollup.removed(context, row)
    _changed(context, entity.code, row, row)
    if entity.code == "ASSGN":
        rollup.assignees(context, row)


def has_children(context: Context, entity: Entity, row: Mapping[str, Any]) -> bool:
    """Whether an object's sums come from others below it."""
    if entity.code == "TASK":
        return bool(row.get("numberOfChildren"))
    if entity.code == "PROJ":
        context.store.index("TASK", "projectID")
        return context.store.value('SELECT 1 FROM "TASK" WHERE "projectID" = ? LIMIT 1', [row["ID"]]) is not None
    return False


def _changed(context: Context, code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Mark what has to be summed up again."""
    pending = rollup.pending(context)
    for row in (old, new):
        if code in ("TASK", "OPTASK", "HOUR", "EXPNS"):
            if row.get("projectID"):
                pending.projects.add(row["projectID"])
            if code == "TASK":
                pending.tasks.add(row["ID"])
                if row.get("parentID"):
                    pending.tasks.add(row["parentID"])
            elif code == "HOUR":
                pending.tasks.update(key for key in (row.get("taskID"),) if key)
                pending.issues.update(key for key in (row.get("opTaskID"),) if key)
            if code == "TASK" and old.get("status") != new.get("status") and context.store.has_table("PRED"):
                context.store.index("PRED", "predecessorID")
                followers = context.store.select("PRED", '"predecessorID" = ?', [row["ID"]])
                pending.followers.update(follower["successorID"] for follower in followers)
        elif code == "PRED":
            pending.followers.update(key for key in (row.get("successorID"),) if key)
        elif code == "PROJ":
            pending.projects.add(row["ID"])


# --- status and percent ----------------------------------------------------------------------


def equates(context: Context, code: str, status: Any) -> str | None:
    """The system's status that a status equates with."""
    if status is None:
        return None
    bare = str(status).partition(":")[0]
    return enumeration(context, code, "status").get(bare, bare)


def _status(context: Context, code: str, row: Mapping[str, Any], changes: dict[str, Any], named: set[str]) -> None:
    """Let status, percent and the dates of work follow one another."""
    done = _DONE[code]
    old = equates(context, code, row.get("status"))
    status = changes.get("status", row.get("status"))
    new = equates(context, code, status)
    percent = changes.get("percentComplete", row.get("percentComplete")) or 0
    if code == "TASK" and "percentComplete" in named and "status" not in named:
        if percent >= _COMPLETE and new != done:
            changes["status"], new = done, done
        elif (percent < _COMPLETE and new == done) or (percent > 0 and new == "NEW"):
            changes["status"] = new = "INP"
    elif code in _WORK:
        if new == done and percent < _COMPLETE:
            changes["percentComplete"] = 100.0
        elif old == done and new != done and percent >= _COMPLETE:
            changes["percentComplete"] = 0.0
    if "status" in changes and row.get("status") is not None and changes["status"] != row.get("status"):
        changes["previousStatus"] = row["status"]
    _status_dates(context, code, row, changes, new=new, done=done)


def _status_dates(
    context: Context, code: str, row: Mapping[str, Any], changes: dict[str, Any], *, new: str | None, done: str
) -> None:
    now = context.now_text
    if new == done:
        if row.get("actualCompletionDate") is None:
            changes["actualCompletionDate"] = now
        if code in _WORK and row.get("actualStartDate") is None and changes.get("actualStartDate") is None:
            changes["actualStartDate"] = now
    else:
        changes["actualCompletionDate"] = None
        if (
            code in _WORK
            and new not in ("NEW", None)
            and row.get("actualStartDate") is None
            and changes.get("actualStartDate") is None
        ):
            changes["actualStartDate"] = now
    if code == "TASK":
        changes["statusEquatesWith"] = new
        changes["isStatusComplete"] = new == done
        changes["isReady"] = new != done and row.get("canStart", changes.get("canStart", True)) is not False
    elif code == "OPTASK":
        changes["isComplete"] = new == done
    else:
        changes["isStatusComplete"] = new == done
        changes["isProjectDead"] = new == "DED"


# --- dates and durations -----------------------------------------------------------------------


def _dates_of_new(row: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Start, completion and duration of new work: two make the third."""
    if "duration" in written and row.get("duration") is not None and "durationMinutes" not in written:
        row["durationMinutes"] = _minutes(row["duration"], row)
    start = row.get("plannedStartDate")
    if start is None:
        return
    if "plannedCompletionDate" in written and row.get("plannedCompletionDate") is not None:
        row["durationMinutes"] = minutes_between(moment_of(start), moment_of(row["plannedCompletionDate"]))
    else:
        row["plannedCompletionDate"] = stored(add_minutes(moment_of(start), int(row.get("durationMinutes") or 0)))
    _same_duration(row)


def _dates_of_change(row: Mapping[str, Any], changes: dict[str, Any]) -> None:
    """Changed dates: a new start keeps the duration, a new completion or both dates set it, a new duration moves the end."""
    if "duration" in changes and "durationMinutes" not in changes and changes["duration"] is not None:
        changes["durationMinutes"] = _minutes(changes["duration"], {**row, **changes})
    start = changes.get("plannedStartDate", row.get("plannedStartDate"))
    if start is None or not {"plannedStartDate", "plannedCompletionDate", "durationMinutes"} & changes.keys():
        return
    if changes.get("plannedCompletionDate") is not None:
        changes["durationMinutes"] = minutes_between(moment_of(start), moment_of(changes["plannedCompletionDate"]))
    else:
        minutes = changes.get("durationMinutes", row.get("durationMinutes"))
        changes["plannedCompletionDate"] = stored(add_minutes(moment_of(start), int(minutes or 0)))
    _same_duration(changes)


def _minutes(duration: float, row: Mapping[str, Any]) -> int:
    return round(duration * _UNITS.get(str(row.get("durationUnit") or "D"), DAY_MINUTES))


def _same_duration(row: dict[str, Any]) -> None:
    """The fields that say the same of a duration."""
    minutes = row.get("durationMinutes") or 0
    row["plannedDurationMinutes"] = minutes
    row["duration"] = row["plannedDuration"] = minutes / DAY_MINUTES


def _project_dates(row: dict[str, Any]) -> None:
    """Projected dates are the planned ones."""
    for planned, projected in (
        ("plannedStartDate", "projectedStartDate"),
        ("plannedCompletionDate", "projectedCompletionDate"),
    ):
        if planned in row:
            row[projected] = row[planned]


def _work(row: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Hours and minutes of planned work say the same."""
    if written.get("workRequired") is not None:
        row["work"] = written["workRequired"] / 60
    elif written.get("work") is not None:
        row["workRequired"] = round(written["work"] * 60)


# --- single types ---------------------------------------------------------------------------


def _check_project(context: Context, row: Mapping[str, Any]) -> None:
    if not context.options.get("strict_status") or not row.get("projectID"):
        return
    project = context.store.get("PROJ", row["projectID"])
    status = equates(context, "PROJ", (project or {}).get("status"))
    if status in ("CPL", "DED"):
        raise WireError(
            422, STATUS_VIOLATION, f"The project is {status}: its tasks and issues cannot be added or deleted"
        )


def _assignment(context: Context, row: dict[str, Any]) -> None:
    """An assignment knows its project; the first one of a task or issue is the primary one."""
    column, code = ("taskID", "TASK") if row.get("taskID") else ("opTaskID", "OPTASK")
    work = context.store.get(code, row.get(column) or "")
    if work is None:
        return
    row["projectID"] = work.get("projectID")
    context.store.index("ASSGN", column)
    others = context.store.select("ASSGN", f'"{column}" = ?', [work["ID"]])
    if row.get("assignedToID") and any(other.get("assignedToID") == row["assignedToID"] for other in others):
        raise invalid(f"User {row['assignedToID']} is assigned to this {context.model.class_names[code]} already")
    row["isTeamAssignment"] = bool(row.get("teamID")) and not row.get("assignedToID")
    if not any(other.get("isPrimary") for other in others) and not row["isTeamAssignment"]:
        row["isPrimary"] = True


def _last_note(context: Context, row: Mapping[str, Any]) -> None:
    code = row.get("noteObjCode")
    if code in context.model.class_names and "lastNoteID" in context.model.entity(str(code)).columns:
        context.store.update(str(code), row["objID"], {"lastNoteID": row["ID"]})
    if row.get("threadID") and row["threadID"] != row["ID"]:
        context.store.index("NOTE", "threadID")
        for note in context.store.select("NOTE", '"threadID" = ?', [row["threadID"]]):
            context.store.update("NOTE", note["ID"], {"threadDate": row["entryDate"]})


def _handle(context: Context, row: dict[str, Any], written: Mapping[str, Any]) -> None:
    """The uploaded file that a document or version is made of."""
    found = context.store.connection.execute(
        "SELECT filename, length(content) FROM _handles WHERE handle = ?", [row.get("handle")]
    ).fetchone()
    if found is None:
        if row.get("handle"):
            raise invalid(f'Invalid Parameter: handle value "{row["handle"]}"')
        return
    if not written.get("fileName"):
        # The name as it was uploaded, hostile or not: what a client does with it is the client's test.
        row["fileName"] = found[0] or row.get("fileName")
    row["docSize"] = found[1]
    row["ext"] = str(row["fileName"] or "").rpartition(".")[2] if "." in str(row["fileName"] or "") else None
