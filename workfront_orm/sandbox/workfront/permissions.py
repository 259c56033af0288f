"""What a caller who is no administrator may do: a plain reading of access levels and sharing.

He sees everything. He may write objects that he entered, owns, is assigned to or that are shared with him for editing, and
those inside a project of which that holds. He may add work (projects, tasks, issues, hours, notes, documents) but none of what
sets the system up (users, forms, groups ...). A real tenant's rules are finer; docs/sandbox.md says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import ACCESS, WireError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

_WORK = frozenset({
    "PROJ", "TASK", "OPTASK", "HOUR", "NOTE", "DOCU", "DOCV", "DOCFDR", "ASSGN", "EXPNS", "PORT", "PRGM", "TSHET", "PRED", "RISK",
    "LIKE", "NTAG", "FVRITE", "ACSRUL", "OBJCAT", "UIFT", "UIVW", "UIGB", "PTLTAB", "PTLSEC", "BLIN", "BSTSK", "JRNLE", "ENDR",
})  # fmt: skip
_OWNERS = ("enteredByID", "ownerID", "assignedToID", "assignedByID", "submittedByID", "userID", "sponsorID")
_EDITING = ("EDIT", "LIMITED_EDIT", "CREATE", "DELETE")


def check(context: Context, verb: str, entity: Entity, row: Mapping[str, Any] | None = None) -> None:
    """Let a write pass or refuse it.

    Args:
        context: the call.
        verb: add, edit or delete.
        entity: the type of the object.
        row: the object; None for a new one.

    Raises:
        WireError: the caller may not: 403 with the documented message.
    """
    if context.admin or (
        entity.code == "USER" and verb == "edit" and row is not None and row["ID"] == context.user["ID"]
    ):
        return
    if entity.code in _WORK and (row is None or _may_write(context, entity, row)):
        return
    raise WireError(403, ACCESS, f"You do not have sufficient access to {verb} this {entity.name}")


def _may_write(context: Context, entity: Entity, row: Mapping[str, Any]) -> bool:
    user = context.user["ID"]
    if any(row.get(name) == user for name in _OWNERS):
        return True
    if _shared(context, row["ID"]):
        return True
    if entity.code in ("TASK", "OPTASK"):
        column = "taskID" if entity.code == "TASK" else "opTaskID"
        context.store.index("ASSGN", column)
        if context.store.select("ASSGN", f'"{column}" = ? AND "assignedToID" = ?', [row["ID"], user]):
            return True
    project = row.get("projectID") if entity.code != "PROJ" else None
    found = context.store.get("PROJ", project) if project else None
    return found is not None and (any(found.get(name) == user for name in _OWNERS) or _shared(context, found["ID"]))


def _shared(context: Context, key: str) -> bool:
    """Whether an object is shared with the caller, or a team or group or company or role of his, for editing."""
    context.store.index("ACSRUL", "securityObjID")
    rules = context.store.select("ACSRUL", '"securityObjID" = ?', [key])
    if not rules:
        return False
    user = context.user
    mine = {user["ID"], user.get("homeGroupID"), user.get("homeTeamID"), user.get("companyID"), user.get("roleID")}
    context.store.index("TEAMMB", "userID")
    mine.update(member["teamID"] for member in context.store.select("TEAMMB", '"userID" = ?', [user["ID"]]))
    return any(rule["accessorID"] in mine and rule.get("coreAction") in _EDITING for rule in rules)
