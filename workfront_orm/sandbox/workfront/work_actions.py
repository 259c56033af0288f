"""Actions on tasks and issues: moving, assigning, accepting, finishing, converting, copying."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import permissions
from workfront_orm.sandbox.workfront.copying import copy
from workfront_orm.sandbox.workfront.defaults import touch
from workfront_orm.sandbox.workfront.semantics import equates
from workfront_orm.sandbox.workfront.store import CUSTOM
from workfront_orm.sandbox.workfront.wire import invalid, invalid_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.workfront.actions import Action
    from workfront_orm.sandbox.workfront.model import Entity

_LINKS = {"TASK": "taskID", "OPTASK": "opTaskID"}
_DONE = {"TASK": "CPL", "OPTASK": "CLS"}
_ASSIGNABLE = {"USER": "assignedToID", "ROLE": "roleID", "TEAMOB": "teamID"}
_COPY_BITS = {
    2: "clear-assignments",
    4: "clear-progress",
    128: "clear-documents",
    65536: "clear-updates",
    524288: "clear-permissions",
    1048576: "clear-customdata",
}


# --- assigning ---------------------------------------------------------------------------


def _assignments(action: Action, key: str) -> list[dict[str, Any]]:
    column = _LINKS[action.entity.code]
    action.context.store.index("ASSGN", column)
    return action.context.store.select("ASSGN", f'"{column}" = ?', [key], "rowid")


def _assign_one(action: Action, key: str, code: str, assignee: str) -> None:
    """Assign a user, role or team; one who is assigned already stays."""
    column = _ASSIGNABLE.get(code)
    if column is None:
        raise invalid_value("objCode", code)
    store = action.context.store
    action.writer.existing(store.entity(code), assignee)
    if not any(row.get(column) == assignee for row in _assignments(action, key)):
        action.writer.create(store.entity("ASSGN"), {}, within={_LINKS[action.entity.code]: key, column: assignee})


def _edited(action: Action, key: str) -> dict[str, Any]:
    """The object that an action changes, once the caller may."""
    row = action.writer.existing(action.entity, key)
    permissions.check(action.context, "edit", action.entity, row)
    return row


def assign(action: Action) -> None:
    """Assign a user, role or team to a task or issue."""
    key = action.key
    _edited(action, key)
    _assign_one(action, key, action.text("objCode") or "USER", action.needed("objID"))


def assign_multiple(action: Action) -> None:
    """Make users, roles and a team the assignments of a task or issue; others go."""
    key = action.key
    _edited(action, key)
    teams = action.many("teamIDs") or action.many("teamID")
    wanted = [("USER", one) for one in action.many("userIDs")]
    wanted += [("ROLE", one) for one in action.many("roleIDs")]
    wanted += [("TEAMOB", one) for one in teams]
    entity = action.context.store.entity("ASSGN")
    for row in _assignments(action, key):
        kept = any(row.get(_ASSIGNABLE[code]) == one for code, one in wanted)
        if not kept:
            action.writer.delete(entity, row["ID"], force=True)
    for code, one in wanted:
        _assign_one(action, key, code, one)


def unassign(action: Action) -> None:
    """Take a user off a task or issue; without one, everybody."""
    key = action.key
    _edited(action, key)
    user = action.text("userID")
    entity = action.context.store.entity("ASSGN")
    for row in _assignments(action, key):
        if user is None or row.get("assignedToID") == user:
            action.writer.delete(entity, row["ID"], force=True)


def accept_work(action: Action) -> None:
    """Begin work: the caller's assignment is accepted, the object goes in progress (or to the status given)."""
    key = action.key
    row = action.writer.existing(action.entity, key)
    user = action.context.user["ID"]
    _assign_one(action, key, "USER", user)
    _set_assignment(action, key, "AD")
    status = action.text("status")
    if status is None and equates(action.context, action.entity.code, row.get("status")) == "NEW":
        status = "INP"
    if status is not None:
        _write(action, key, {"status": status})


def unaccept_work(action: Action) -> None:
    """Take the acceptance back; work that was not begun is new again."""
    key = action.key
    row = action.writer.existing(action.entity, key)
    _set_assignment(action, key, "AA")
    status = action.text("status")
    if (
        status is None
        and not row.get("percentComplete")
        and equates(action.context, action.entity.code, row.get("status")) == "INP"
    ):
        status = "NEW"
    if status is not None:
        _write(action, key, {"status": status})


def mark_done(action: Action) -> None:
    """Finish: the caller's assignment is done, the object complete (or in the status given)."""
    key = action.key
    action.writer.existing(action.entity, key)
    _set_assignment(action, key, "DN")
    _write(action, key, {"status": action.text("status") or _DONE[action.entity.code]})


def mark_not_done(action: Action) -> None:
    """Take back that it is done: in progress again."""
    key = action.key
    row = action.writer.existing(action.entity, key)
    _set_assignment(action, key, "AD", only=action.text("assignmentID"))
    if equates(action.context, action.entity.code, row.get("status")) == _DONE[action.entity.code]:
        _write(action, key, {"status": "INP"})


def reply_to_assignment(action: Action) -> None:
    """Comment on an assignment and commit to a date."""
    key = action.key
    store = action.context.store
    text = action.text("noteText")
    if text is not None:
        action.writer.create(store.entity("NOTE"), {"noteText": text, "noteObjCode": action.entity.code, "objID": key})
    if action.text("commitDate") is not None:
        _write(action, key, {"commitDate": action.text("commitDate")})


def _set_assignment(action: Action, key: str, status: str, *, only: str | None = None) -> None:
    store = action.context.store
    for row in _assignments(action, key):
        mine = row.get("assignedToID") == action.context.user["ID"] if only is None else row["ID"] == only
        if mine:
            changes: dict[str, Any] = {"status": status}
            touch(action.context, store.entity("ASSGN"), changes)
            store.update("ASSGN", row["ID"], changes)


def _write(action: Action, key: str, changes: dict[str, Any]) -> None:
    action.writer.edit(action.entity, key, changes)


# --- moving --------------------------------------------------------------------------------


def move(action: Action) -> None:
    """Move a task or issue to another project, or a task below another one."""
    _move(action, action.key)


def bulk_move(action: Action) -> None:
    """Move several."""
    keys = action.many("taskIDs") or action.many("issueIDs") or action.many("IDs")
    for key in keys:
        action.writer.existing(action.entity, key)
        _move(action, key)


def _move(action: Action, key: str) -> None:
    project, parent = action.text("projectID"), action.text("parentID")
    store = action.context.store
    changes: dict[str, Any] = {}
    if parent is not None:
        if action.entity.code == "OPTASK":
            changes["sourceTaskID"] = parent
        else:
            changes["parentID"] = parent
        project = project or action.writer.existing(store.entity("TASK"), parent).get("projectID")
    elif action.entity.code == "TASK":
        changes["parentID"] = None
    if project is None:
        raise invalid("The action needs the argument projectID or parentID")
    action.writer.existing(store.entity("PROJ"), project)
    changes["projectID"] = project
    if "clear-assignments" in _clearing(action):
        for row in _assignments(action, key):
            action.writer.delete(store.entity("ASSGN"), row["ID"], force=True)
    action.writer.edit(action.entity, key, _supported(action, action.entity, changes))


def _supported(action: Action, entity: Entity, changes: dict[str, Any]) -> dict[str, Any]:
    """Fields that the version has; an old one may lack a field that the server writes itself."""
    spec = action.context.version.spec(entity.code)
    return {name: value for name, value in changes.items() if spec is None or name in spec.fields}


def _clearing(action: Action) -> list[str]:
    """Options that clear something, in one spelling: `clearAssignments` is `clear-assignments`."""
    found = []
    for option in action.many("options"):
        word = option.lower().replace("-", "").replace("_", "")
        if word.startswith("clear"):
            found.append("clear-" + word.removeprefix("clear"))
    return found


def move_to_task(action: Action) -> str:
    """Turn an issue into one of a task."""
    key = action.key
    parent = action.needed("parentID")
    task = action.writer.existing(action.context.store.entity("TASK"), parent)
    row = _edited(action, key)
    changes = {
        "sourceTaskID": parent,
        "sourceObjID": parent,
        "sourceObjCode": "TASK",
        "projectID": action.text("projectID") or task.get("projectID"),
    }
    known = {name: value for name, value in changes.items() if name in action.entity.columns}
    touch(action.context, action.entity, known)
    action.context.store.update("OPTASK", key, known)
    action.context.store.pending.projects.update(one for one in (row.get("projectID"), known["projectID"]) if one)
    return key


# --- copying --------------------------------------------------------------------------------


def bulk_copy(action: Action) -> list[str]:
    """Copy tasks into a project or below a task; returns the new ids."""
    project, parent = action.text("projectID"), action.text("parentID")
    store = action.context.store
    if project is None and parent is not None:
        project = action.writer.existing(store.entity("TASK"), parent).get("projectID")
    made = []
    for key in action.many("taskIDs"):
        row = action.writer.existing(action.entity, key)
        overrides: dict[str, Any] = {"projectID": project or row.get("projectID"), "parentID": parent}
        made.append(copy(action.context, action.writer, action.entity, key, overrides, _clearing(action)))
    return made


def copy_issue(action: Action) -> str:
    """Copy an issue; `options` is a sum of what is cleared."""
    key = action.text("opTaskID") or action.key
    options = action.text("options") or "0"
    if not options.isdigit():
        raise invalid_value("options", options)
    clearing = [word for bit, word in _COPY_BITS.items() if int(options) & bit]
    overrides = {
        name: action.text(name) for name in ("name", "description", "projectID") if action.text(name) is not None
    }
    return copy(action.context, action.writer, action.entity, key, overrides, clearing)


# --- converting -----------------------------------------------------------------------------


def convert_to_task(action: Action) -> str:
    """Make a task of an issue and return its id. The issue stays, resolved by the task, with the option `preserveIssue`."""
    key = action.key
    issue = _edited(action, key)
    wanted = action.object("task")
    fields = {
        "projectID": issue.get("projectID"),
        "name": issue.get("name"),
        **_copied(action, issue, "TASK"),
        **wanted,
    }
    return _convert(action, issue, "TASK", fields)


def convert_to_project(action: Action) -> str:
    """Make a project of a task or issue and return its id. A task's children become the project's tasks; the task goes."""
    key = action.key
    row = _edited(action, key)
    wanted = action.object("project")
    made = _convert(action, row, "PROJ", {"name": row.get("name"), **_copied(action, row, "PROJ"), **wanted})
    if action.entity.code == "TASK":
        store = action.context.store
        store.index("TASK", "parentID")
        for child in store.select("TASK", '"parentID" = ?', [key], '"taskNumber"'):
            action.writer.edit(store.entity("TASK"), child["ID"], {"projectID": made, "parentID": None})
        action.writer.delete(action.entity, key, force=True)
    return made


def _copied(action: Action, row: dict[str, Any], code: str) -> dict[str, Any]:
    """Fields that both types have and that a conversion takes over."""
    if str(action.arguments.get("copyNativeFields", "true")).lower() == "false":
        return {}
    names = ("description", "priority", "plannedStartDate", "plannedCompletionDate", "extRefID")
    entity = action.context.store.entity(code)
    spec = action.context.version.spec(code)
    kept = {name: row[name] for name in names if row.get(name) is not None and name in entity.columns}
    return {name: value for name, value in kept.items() if spec is None or name in spec.fields}


def _convert(action: Action, row: dict[str, Any], code: str, fields: dict[str, Any]) -> str:
    store = action.context.store
    entity = store.entity(code)
    issue = action.entity.code == "OPTASK"
    within: dict[str, Any] = {}
    if issue:
        within = {
            "convertedOpTaskID": row["ID"],
            "convertedOpTaskName": row.get("name"),
            "convertedOpTaskEntryDate": row.get("entryDate"),
            "convertedOpTaskOriginatorID": row.get("enteredByID"),
        }
    made = action.writer.create(
        entity, fields, within={name: value for name, value in within.items() if name in entity.columns}
    )
    if row.get(CUSTOM) and str(action.arguments.get("copyCategories", "true")).lower() != "false":
        _take_forms(action, row, code, made)
    options = action.many("options")
    if "preserveUpdates" in options:
        _take_notes(action, row, code, made)
    if issue and "preserveIssue" in options:
        column = {"TASK": "resolveTaskID", "PROJ": "resolveProjectID"}[code]
        changes = {column: made, "resolvingObjID": made, "resolvingObjCode": code}
        store.update(
            "OPTASK", row["ID"], {name: value for name, value in changes.items() if name in action.entity.columns}
        )
    elif issue:
        action.writer.delete(action.entity, row["ID"], force=True)
    return made


def _take_forms(action: Action, row: dict[str, Any], code: str, made: str) -> None:
    """Custom forms and their values go along."""
    store = action.context.store
    places = store.entity("OBJCAT")
    for place in store.select("OBJCAT", '"objID" = ?', [row["ID"]], '"categoryOrder"'):
        within = {
            "objID": made,
            "objObjCode": code,
            "categoryID": place["categoryID"],
            "categoryOrder": place["categoryOrder"],
        }
        action.writer.create(places, {}, within=within)
    store.update(code, made, {CUSTOM: row[CUSTOM], "categoryID": row.get("categoryID")})


def _take_notes(action: Action, row: dict[str, Any], code: str, made: str) -> None:
    """Comments are copied to the new object."""
    store = action.context.store
    store.index("NOTE", "objID")
    notes = store.entity("NOTE")
    new_ids: dict[str, str] = {}
    for note in store.select("NOTE", '"objID" = ?', [row["ID"]], '"entryDate", rowid'):
        new_ids[note["ID"]] = secrets.token_hex(16)
        copied = {
            **note,
            "ID": new_ids[note["ID"]],
            "objID": made,
            "noteObjCode": code,
            "opTaskID": None,
            "taskID": made if code == "TASK" else None,
            "threadID": new_ids.get(note.get("threadID") or "", new_ids[note["ID"]]),
            "parentNoteID": new_ids.get(note.get("parentNoteID") or ""),
        }
        store.insert(
            "NOTE",
            {
                name: value
                for name, value in copied.items()
                if name in notes.columns and notes.columns[name].sql is None
            },
        )
        store.update(code, made, {"lastNoteID": new_ids[note["ID"]]})


SERVED: dict[tuple[str, str], Callable[[Action], Any]] = {
    **{
        (code, name): act
        for code in ("TASK", "OPTASK")
        for name, act in {
            "move": move,
            "bulkMove": bulk_move,
            "assign": assign,
            "assignMultiple": assign_multiple,
            "unassign": unassign,
            "acceptWork": accept_work,
            "unacceptWork": unaccept_work,
            "markDone": mark_done,
            "markNotDone": mark_not_done,
            "replyToAssignment": reply_to_assignment,
            "convertToProject": convert_to_project,
        }.items()
    },
    ("OPTASK", "bulkMoveWithOptions"): bulk_move,
    ("OPTASK", "convertToTask"): convert_to_task,
    ("OPTASK", "copyIssue"): copy_issue,
    ("OPTASK", "moveToTask"): move_to_task,
    ("TASK", "bulkCopy"): bulk_copy,
}
"""What serves an action of a type."""
