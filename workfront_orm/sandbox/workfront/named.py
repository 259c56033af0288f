# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Named queries. The documented ones answer from the data, the others with nothing of the right shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import reading
from workfront_orm.sandbox.workfront.fields import literal, tree
from workfront_orm.sandbox.workfront.wire import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.core.specs import QuerySpec
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

_OPEN = 'coalesce(t."isStatusComplete", t."isComplete", 0) = 0'


def text(context: Context, entity: Entity, name: str, query: QuerySpec | None) -> str:
    """JSON of what a named query finds.

    Raises:
        WireError: a wrong filter or argument.
    """
    ignore = {argument.name for argument in (query.arguments if query is not None else None) or ()} | {
        "groupID",
        "includeHidden",
    }
    served = _SERVED.get((entity.code, name))
    if served is not None:
        extra, one = served(context), (entity.code, name) in _ONE
        found = reading.search_text(context, entity, ignore=ignore, extra=extra)
        if one:
            return found[1:-1] or "null"
        return found
    # The fields are checked all the same, as the service checks them before it looks.
    tree(context.store, context.version, entity, context.call.all("fields"))
    result = (query.result if query is not None else None) or ""
    if result.endswith("[]") or not result:
        return "[]"
    return "{}" if result == "map" else "null"


def _my_work(context: Context) -> str:
    return f"{_OPEN} AND {_assigned(context)}"


def _assigned(context: Context) -> str:
    context.store.entity("ASSGN")
    context.store.index("ASSGN", "assignedToID")
    user = literal(context.user["ID"])
    return f't."ID" IN (SELECT coalesce(a."taskID", a."opTaskID") FROM "ASSGN" a WHERE a."assignedToID" = {user})'


def _accomplishments(context: Context) -> str:
    return f'coalesce(t."isStatusComplete", t."isComplete", 0) = 1 AND {_assigned(context)}'


def _team_requests(context: Context) -> str:
    context.store.entity("ASSGN")
    context.store.entity("TEAMMB")
    context.store.index("ASSGN", "teamID")
    context.store.index("TEAMMB", "userID")
    user = literal(context.user["ID"])
    return (
        f'{_OPEN} AND t."ID" IN (SELECT coalesce(a."taskID", a."opTaskID") FROM "ASSGN" a WHERE a."assignedToID" IS NULL'
        f' AND a."teamID" IN (SELECT m."teamID" FROM "TEAMMB" m WHERE m."userID" = {user}))'
    )


def _requests(done: int) -> Callable[[Context], str]:
    """Issues that the caller entered, open or done."""

    def condition(context: Context) -> str:
        user = literal(context.user["ID"])
        return f't."objCode" = \'OPTASK\' AND t."enteredByID" = {user} AND coalesce(t."isComplete", 0) = {done}'

    return condition


def _enumeration(kind: str, *, groups: bool = False) -> Callable[[Context], str]:
    """The system's values of an enumeration; with a group, its own as well."""

    def condition(context: Context) -> str:
        own = 't."groupID" IS NULL'
        if groups:
            group = _group_of(context)
            if group is not None:
                own = f'({own} OR t."groupID" = {literal(group)})'
        return f't."enumClass" = {literal(kind)} AND {own}'

    return condition


def _group_of(context: Context) -> str | None:
    """The group that a query for group statuses means: given, or that of the object given."""
    group = context.call.get("groupID")
    if group:
        return group
    for name, code in (("projectID", "PROJ"), ("taskID", "TASK"), ("opTaskID", "OPTASK")):
        key = context.call.get(name)
        found = context.store.get(code, key) if key else None
        if found is not None:
            project = context.store.get("PROJ", found.get("projectID") or "") if code != "PROJ" else found
            return (project or {}).get("groupID")
    return None


def _group_statuses(context: Context) -> str:
    if not context.call.get("groupID"):
        raise invalid("getGroupStatuses needs groupID")
    return f"t.\"enumClass\" IN ('STATUS_PROJ', 'STATUS_TASK', 'STATUS_OPTASK') AND t.\"groupID\" = {literal(_group_of(context))}"


def _queues(context: Context) -> str:
    context.store.entity("QUED")
    context.store.index("QUED", "projectID")
    return 't."ID" IN (SELECT q."projectID" FROM "QUED" q WHERE coalesce(q."isPublic", 1) <> 0)'


def _customer(context: Context) -> str:
    return f't."ID" = {literal(context.user.get("customerID"))}'


def _mine(column: str) -> Callable[[Context], str]:
    def condition(context: Context) -> str:
        return f't."{column}" = {literal(context.user["ID"])}'

    return condition


def _of_object(context: Context) -> str:
    return f't."objID" = {literal(context.call.get("objID"))}'


def _updates(context: Context) -> str:
    return f't."refObjID" = {literal(context.call.get("objID"))} OR t."topObjID" = {literal(context.call.get("objID"))}'


def _admins(_: Context) -> str:
    return 't."isAdmin" = 1'


def _everything(_: Context) -> str:
    return "1"


def _default_schedule(context: Context) -> str:
    context.store.entity("SCHED")
    column = "isDefault" if "isDefault" in context.model.entity("SCHED").columns else "ID"
    return f't."ID" = (SELECT s."ID" FROM "SCHED" s ORDER BY s."{column}" DESC LIMIT 1)'


_SERVED: dict[tuple[str, str], Callable[[Context], str]] = {
    ("WORK", "myWork"): _my_work,
    ("WORK", "workRequests"): _my_work,
    ("WORK", "teamRequests"): _team_requests,
    ("WORK", "myAccomplishments"): _accomplishments,
    ("WORK", "myOpenRequests"): _requests(0),
    ("WORK", "myCompletedRequests"): _requests(1),
    ("CSTEM", "projectStatuses"): _enumeration("STATUS_PROJ"),
    ("CSTEM", "taskStatuses"): _enumeration("STATUS_TASK"),
    ("CSTEM", "opTaskStatuses"): _enumeration("STATUS_OPTASK"),
    ("CSTEM", "projectGroupStatuses"): _enumeration("STATUS_PROJ", groups=True),
    ("CSTEM", "taskGroupStatuses"): _enumeration("STATUS_TASK", groups=True),
    ("CSTEM", "opTaskGroupStatuses"): _enumeration("STATUS_OPTASK", groups=True),
    ("CSTEM", "projectPriorities"): _enumeration("PRIORITY_PROJ"),
    ("CSTEM", "taskPriorities"): _enumeration("PRIORITY_TASK"),
    ("CSTEM", "templatetaskPriorities"): _enumeration("PRIORITY_TASK"),
    ("CSTEM", "opTaskPriorities"): _enumeration("PRIORITY_OPTASK"),
    ("CSTEM", "opTaskSeverities"): _enumeration("SEVERITY_OPTASK"),
    ("CSTEM", "projectConditions"): _enumeration("CONDITION_PROJ"),
    ("CSTEM", "taskConditions"): _enumeration("CONDITION_TASK"),
    ("CSTEM", "opTaskConditions"): _enumeration("CONDITION_OPTASK"),
    ("CSTEM", "getGroupStatuses"): _group_statuses,
    ("PROJ", "helpDeskQueues"): _queues,
    ("CUST", "currentCustomer"): _customer,
    ("DOCFDR", "myFolders"): _mine("userID"),
    ("OBJCAT", "getForObject"): _of_object,
    ("UPDATE", "objectUpdates"): _updates,
    ("UPDATE", "recentUpdates"): _everything,
    ("USER", "userAdmins"): _admins,
    ("HOURT", "globalHourTypes"): _everything,
    ("SCHED", "defaultSchedule"): _default_schedule,
}
_ONE = {("CUST", "currentCustomer"), ("SCHED", "defaultSchedule")}

SERVED = frozenset(_SERVED)
"""Pairs of type and named query that answer from the data, in every version: old metadata lists no queries at all."""
