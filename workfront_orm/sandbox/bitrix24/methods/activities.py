"""Activities: calls, meetings, e-mails and to-dos of CRM records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, php, records, rows
from workfront_orm.sandbox.bitrix24.errors import bad, legacy
from workfront_orm.sandbox.bitrix24.methods import legacy as old
from workfront_orm.sandbox.bitrix24.portal import Method, bounded

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.portal import Call

_REQUIRED = ("OWNER_ID", "OWNER_TYPE_ID", "TYPE_ID", "COMMUNICATIONS", "RESPONSIBLE_ID")
PROVIDER_TYPE = 6


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "crm.activity.list": Method(list_activities, "crm"),
        "crm.activity.get": Method(partial(old.get, "activity"), "crm"),
        "crm.activity.add": Method(add, "crm"),
        "crm.activity.todo.add": Method(add_todo, "crm"),
        "crm.activity.update": Method(partial(old.update, "activity"), "crm"),
        "crm.activity.delete": Method(partial(old.delete, "activity"), "crm"),
        "crm.activity.fields": Method(partial(old.fields, "activity"), "crm"),
        "crm.activity.binding.list": Method(bindings, "crm"),
    }


def list_activities(call: Call) -> Page:
    """Serve crm.activity.list: communications and files come only when named."""
    entity = call.portal.store.entities["activity"]
    condition = filters.lenient(entity, php.as_map(call.upper.get("FILTER")))
    shown = rows.expression(entity, listing.legacy_fields(entity, call.upper.get("SELECT")), rows.LEGACY)
    order = listing.legacy_order(entity, call.upper.get("ORDER"))
    return listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=True)


def add(call: Call) -> int:
    """Serve crm.activity.add."""
    sent = old.known(call.portal.store.entities["activity"], call.legacy_fields())
    for name in _REQUIRED:
        if php.is_empty(sent.get(name)):
            raise legacy(f"The field {name} is required.")
    _check_owner(call, sent["OWNER_TYPE_ID"], sent["OWNER_ID"])
    return _make(call, sent)


def add_todo(call: Call) -> dict[str, Any]:
    """Serve crm.activity.todo.add: flat parameters; answers the id inside an object."""
    owner_type, owner = call.require("ownerTypeId"), call.require("ownerId")
    deadline = call.require("deadline")
    _check_owner(call, owner_type, owner)
    sent = {
        "OWNER_TYPE_ID": owner_type,
        "OWNER_ID": owner,
        "DEADLINE": deadline,
        "SUBJECT": call.params.get("title") or "To-do",
        "DESCRIPTION": call.params.get("description"),
        "RESPONSIBLE_ID": call.params.get("responsibleId") or call.user,
        "TYPE_ID": PROVIDER_TYPE,
        "PROVIDER_ID": "CRM_TODO",
        "PROVIDER_TYPE_ID": "TODO",
    }
    return {"id": _make(call, sent)}


def bindings(call: Call) -> list[dict[str, Any]]:
    """Serve crm.activity.binding.list: here an activity belongs to its owner alone."""
    row = call.portal.store.row(
        "SELECT OWNER_TYPE_ID, OWNER_ID FROM activity WHERE ID = ?", bounded(call.require("activityId"))
    )
    if row is None:
        raise bad("NOT_FOUND", "Activity not found")
    return [{"entityTypeId": row["OWNER_TYPE_ID"], "entityId": row["OWNER_ID"]}]


def _make(call: Call, sent: dict[str, Any]) -> int:
    return records.create(call.portal, call.portal.store.entities["activity"], sent, call.user)


def _check_owner(call: Call, owner_type: Any, owner: Any) -> None:
    entity = call.portal.store.by_type(php.integer(owner_type))
    if entity is None or not records.exists(call.portal, entity, bounded(owner)):
        raise bad("OWNER_NOT_FOUND", "Owner is not found")
