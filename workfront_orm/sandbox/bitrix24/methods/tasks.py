"""Tasks: upper-case names in, camelCase names out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, php, rows
from workfront_orm.sandbox.bitrix24.errors import bad, missing_argument
from workfront_orm.sandbox.bitrix24.methods.legacy import known
from workfront_orm.sandbox.bitrix24.portal import Method, bounded
from workfront_orm.sandbox.bitrix24.values import moment, to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity, Field
    from workfront_orm.sandbox.bitrix24.portal import Call, Portal

COMPLETED = "5"
OVERDUE, NOT_VIEWED = -1, -2

_DEFAULTS: dict[str, Any] = {
    "PARENT_ID": 0,
    "GROUP_ID": 0,
    "STAGE_ID": 0,
    "FLOW_ID": 0,
    "PRIORITY": "1",
    "STATUS": "2",
    "DURATION_TYPE": "days",
    **dict.fromkeys(("MULTITASK", "NOT_VIEWED", "REPLICATE", "ALLOW_CHANGE_DEADLINE", "ALLOW_TIME_TRACKING"), "N"),
    **dict.fromkeys(("TASK_CONTROL", "ADD_IN_REPORT", "IS_MUTED", "IS_PINNED", "IS_PINNED_IN_GROUP", "FAVORITE"), "N"),
    "SUBORDINATE": "N",
    "COMMENTS_COUNT": 0,
    "SERVICE_COMMENTS_COUNT": 0,
    "NEW_COMMENTS_COUNT": 0,
    "TIME_ESTIMATE": 0,
}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "tasks.task.list": Method(list_tasks, "task"),
        "tasks.task.get": Method(get, "task"),
        "tasks.task.add": Method(add, "task"),
        "tasks.task.update": Method(update, "task"),
        "tasks.task.delete": Method(delete, "task"),
        "tasks.task.getFields": Method(fields, "task"),
    }


def list_tasks(call: Call) -> Page:
    """Serve tasks.task.list: equality, `!` and comparisons; `REAL_STATUS` is the stored status."""
    entity = call.portal.store.entities["task"]
    sent = {}
    extra: list[str] = []
    parameters: list[Any] = []
    for key, value in php.as_map(call.upper.get("FILTER")).items():
        operator, name = filters.split(key, filters.TASK_PREFIXES)
        if name.startswith("::SUBFILTER"):
            if php.flag(php.as_map(value).get("FAVORITE", "N")):
                extra.append("task.FAVORITE = 'Y'")
        elif name.upper() == "STATUS" and not isinstance(value, (list, dict)) and php.integer(value) < 0:
            computed, bound = _computed_status(call.portal, php.integer(value))
            extra.append(f"NOT ({computed})" if operator == "!" else computed)
            parameters += bound
        else:
            sent[operator + ("STATUS" if name.upper() == "REAL_STATUS" else name)] = value
    where, values = filters.lenient(entity, sent, filters.TASK_PREFIXES)
    condition = " AND ".join([*extra, where]), [*parameters, *values]
    shown = rows.expression(entity, _selected(entity, call.upper.get("SELECT")), rows.TASKS)
    order = listing.legacy_order(entity, call.upper.get("ORDER"))
    page = listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=True)
    page.wrap = "tasks"
    return page


def get(call: Call) -> Any:
    """Serve tasks.task.get: an empty array when there is no such task."""
    number = bounded(_task_id(call))
    found = row(call, number, call.upper.get("SELECT"))
    return [] if found is None else {"task": found}


def add(call: Call) -> dict[str, Any]:
    """Serve tasks.task.add: answers the whole task."""
    entity = call.portal.store.entities["task"]
    values = _values(call, entity)
    for name in ("TITLE", "RESPONSIBLE_ID"):
        if not values.get(name):
            raise bad("ERROR_CORE", f"The field {name} is required")
    now = moment(call.portal.clock.now())
    stamps = dict.fromkeys(("CREATED_DATE", "CHANGED_DATE", "STATUS_CHANGED_DATE", "ACTIVITY_DATE"), now)
    people = dict.fromkeys(("CREATED_BY", "CHANGED_BY", "STATUS_CHANGED_BY"), call.user)
    number = call.portal.store.insert("task", {**_DEFAULTS, **stamps, **people, **values})
    call.portal.events.record(entity, "ADD", number)
    return {"task": row(call, number, None)}


def update(call: Call) -> dict[str, Any]:
    """Serve tasks.task.update."""
    entity = call.portal.store.entities["task"]
    number = _existing(call)
    values = _values(call, entity)
    now = moment(call.portal.clock.now())
    if "STATUS" in values:
        done = values["STATUS"] == COMPLETED
        values |= {"STATUS_CHANGED_BY": call.user, "STATUS_CHANGED_DATE": now}
        values |= {"CLOSED_BY": call.user if done else None, "CLOSED_DATE": now if done else None}
    values |= {"CHANGED_BY": call.user, "CHANGED_DATE": now}
    call.portal.store.update("task", "ID", number, values)
    call.portal.events.record(entity, "UPDATE", number)
    return {"task": row(call, number, None)}


def delete(call: Call) -> dict[str, Any]:
    """Serve tasks.task.delete."""
    number = _existing(call)
    call.portal.store.execute("DELETE FROM task WHERE ID = ?", number)
    call.portal.events.record(call.portal.store.entities["task"], "DELETE", number)
    return {"task": True}


def fields(call: Call) -> dict[str, Any]:
    """Serve tasks.task.getFields: a shape of its own."""
    entity = call.portal.store.entities["task"]
    shown = {}
    for item in entity.fields.values():
        entry: dict[str, Any] = {
            "title": item.column.capitalize().replace("_", " "),
            "type": item.type,
            "primary": item.column == "ID",
        }
        if item.required:
            entry["required"] = True
        if item.column in _DEFAULTS:
            entry["default"] = _DEFAULTS[item.column]
        shown[item.column] = entry
    return {"fields": shown}


def row(call: Call, number: int, select: Any) -> php.Raw | None:
    """Return a task as JSON text, None when there is none."""
    entity = call.portal.store.entities["task"]
    found = listing.record(
        call.portal.store, entity, rows.expression(entity, _selected(entity, select), rows.TASKS), number
    )
    return None if found is None else php.Raw(found)


def record(call: Call, number: int) -> dict[str, Any] | None:
    """Return a task as a map, None when there is none."""
    found = row(call, number, None)
    return None if found is None else json.loads(found)


def _selected(entity: Entity, select: Any) -> list[Field]:
    """Return the fields of `select`; names come in upper case or, from some clients, in camelCase."""
    upper = {item.row: item.column for item in entity.fields.values()}
    return listing.legacy_fields(entity, [upper.get(php.text(name), name) for name in php.as_list(select)])


def _computed_status(portal: Portal, status: int) -> tuple[str, list[Any]]:
    """Return the condition of a computed status: -1 overdue, -2 not viewed, -3 due within a day."""
    now = portal.clock.now()
    unfinished = f"task.STATUS <> '{COMPLETED}'"
    if status == OVERDUE:
        return f"({unfinished} AND task.DEADLINE < ?)", [moment(now)]
    if status == NOT_VIEWED:
        return "task.NOT_VIEWED = 'Y'", []
    tomorrow = now.timestamp() + 86400
    return (
        f"({unfinished} AND task.DEADLINE BETWEEN ? AND ?)",
        [moment(now), moment(now.fromtimestamp(tomorrow, now.tzinfo))],
    )


def _values(call: Call, entity: Entity) -> dict[str, Any]:
    sent = call.upper.get("FIELDS")
    if not isinstance(sent, (dict, list)):
        raise missing_argument("fields")
    named = {str(name).upper(): value for name, value in php.as_map(sent).items()}
    save = call.portal.store.save_file
    return {
        name: to_stored(entity.fields[name], value, strict=False, save_file=save)
        for name, value in known(entity, named).items()
        if not entity.fields[name].read_only
    }


def _task_id(call: Call) -> Any:
    value = call.upper.get("TASKID", call.upper.get("ID"))
    if value is None:
        raise missing_argument("taskId")
    return value


def _existing(call: Call) -> int:
    number = bounded(_task_id(call))
    if call.portal.store.value("SELECT 1 FROM task WHERE ID = ?", number) is None:
        raise bad("ERROR_CORE", "Task not found or not accessible")
    return number
