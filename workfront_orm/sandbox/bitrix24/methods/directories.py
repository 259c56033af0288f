# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Directories: statuses and stages (crm.status.*) and the fixed lists (crm.enum.*)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, php, rows
from workfront_orm.sandbox.bitrix24.errors import legacy, missing_argument
from workfront_orm.sandbox.bitrix24.methods.legacy import existing, known, read
from workfront_orm.sandbox.bitrix24.portal import Method
from workfront_orm.sandbox.bitrix24.values import to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.portal import Call

_NAMES = {
    "STATUS": "Lead stages",
    "SOURCE": "Sources",
    "CONTACT_TYPE": "Contact types",
    "COMPANY_TYPE": "Company types",
    "EMPLOYEES": "Employees",
    "INDUSTRY": "Industries",
    "DEAL_TYPE": "Deal types",
    "DEAL_STAGE": "Deal stages",
    "QUOTE_STATUS": "Quote stages",
    "HONORIFIC": "Salutations",
}
_ENUMERATIONS: dict[str, tuple[tuple[int, str], ...]] = {
    "addresstype": (
        *((1, "Physical address"), (4, "Registered address"), (6, "Legal address")),
        *((8, "Mailing address"), (9, "Beneficiary address"), (11, "Shipping address")),
    ),
    "activitytype": ((1, "Meeting"), (2, "Call"), (3, "Task"), (4, "E-mail"), (6, "Provider")),
    "activitystatus": ((1, "Pending"), (2, "Completed"), (3, "Completed automatically")),
    "activitypriority": ((1, "Low"), (2, "Medium"), (3, "High")),
    "activitydirection": ((1, "Incoming"), (2, "Outgoing")),
    "activitynotifytype": ((0, "None"), (1, "Minutes"), (2, "Hours"), (3, "Days")),
    "contenttype": ((1, "Plain text"), (2, "bbCode"), (3, "HTML")),
}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    found = {
        "crm.status.list": list_statuses,
        "crm.status.get": get_status,
        "crm.status.add": add_status,
        "crm.status.update": update_status,
        "crm.status.delete": delete_status,
        "crm.status.fields": status_fields,
        "crm.status.entity.types": entity_types,
        "crm.status.entity.items": entity_items,
        "crm.enum.ownertype": owner_types,
        "crm.multifield.fields": multifield_fields,
    }
    enumerations = {f"crm.enum.{name}": Method(partial(enumeration, name), "crm") for name in _ENUMERATIONS}
    return {name: Method(run, "crm") for name, run in found.items()} | enumerations


def list_statuses(call: Call) -> Page:
    """Serve crm.status.list: all rows at once, plain equality in the filter."""
    entity = call.portal.store.entities["status"]
    where, parameters = filters.lenient(entity, php.as_map(call.upper.get("FILTER")), prefixes=())
    order = listing.legacy_order(entity, call.upper.get("ORDER") or {"ENTITY_ID": "ASC", "SORT": "ASC"})
    shown = rows.expression(entity, entity.fields.values(), rows.LEGACY)
    found = call.portal.store.texts(f"SELECT {shown} FROM status WHERE {where} ORDER BY {order}", parameters)
    return listing.Page(found, len(found))


def get_status(call: Call) -> php.Raw:
    """Serve crm.status.get."""
    entity = call.portal.store.entities["status"]
    return read(call, entity, existing(call, entity))


def add_status(call: Call) -> int:
    """Serve crm.status.add; a stage gets the prefix of its pipeline."""
    values = _values(call)
    for name in ("ENTITY_ID", "STATUS_ID", "NAME"):
        if not values.get(name):
            raise legacy(f"The field {name} is required.")
    store = call.portal.store
    directory = str(values["ENTITY_ID"])
    if directory not in _known_directories(call):
        raise legacy(f"The directory {directory} is not found.")
    sibling = store.row("SELECT STATUS_ID, CATEGORY_ID FROM status WHERE ENTITY_ID = ? LIMIT 1", directory)
    if sibling is not None:
        prefix, colon, _ = sibling["STATUS_ID"].rpartition(":")
        if colon and not str(values["STATUS_ID"]).startswith(prefix + colon):
            values["STATUS_ID"] = f"{prefix}:{values['STATUS_ID']}"
        values.setdefault("CATEGORY_ID", sibling["CATEGORY_ID"])
    if store.value("SELECT 1 FROM status WHERE ENTITY_ID = ? AND STATUS_ID = ?", *(directory, values["STATUS_ID"])):
        raise legacy(f"The status {values['STATUS_ID']} exists already.")
    return store.insert("status", {"SORT": 500, "SYSTEM": "N", "NAME_INIT": "", **values})


def update_status(call: Call) -> bool:
    """Serve crm.status.update."""
    entity = call.portal.store.entities["status"]
    number = existing(call, entity)
    values = {name: value for name, value in _values(call).items() if not entity.fields[name].immutable}
    call.portal.store.update("status", "ID", number, values)
    return True


def delete_status(call: Call) -> bool:
    """Serve crm.status.delete: entries of the system stay unless `params[FORCED]` is Y."""
    entity = call.portal.store.entities["status"]
    number = existing(call, entity)
    forced = php.flag(php.as_map(call.upper.get("PARAMS")).get("FORCED", "N"))
    if call.portal.store.value("SELECT SYSTEM FROM status WHERE ID = ?", number) == "Y" and not forced:
        raise legacy("System status can not be deleted.")
    call.portal.store.execute("DELETE FROM status WHERE ID = ?", number)
    return True


def status_fields(call: Call) -> dict[str, Any]:
    """Serve crm.status.fields."""
    entity = call.portal.store.entities["status"]
    return {item.column: model.describe(item, universal=False) for item in entity.fields.values()}


def entity_types(call: Call) -> list[dict[str, Any]]:
    """Serve crm.status.entity.types: every directory with its name."""
    return [{"ID": directory, "NAME": name} for directory, name in _known_directories(call).items()]


def entity_items(call: Call) -> list[dict[str, Any]]:
    """Serve crm.status.entity.items: name, sort (a number here) and code in order."""
    directory = php.text(call.upper.get("ENTITYID"))
    if not directory:
        raise missing_argument("entityId")
    return [{name: stage[name] for name in ("NAME", "SORT", "STATUS_ID")} for stage in call.portal.stages(directory)]


def owner_types(call: Call) -> list[dict[str, Any]]:
    """Serve crm.enum.ownertype: every kind of record with its number and codes."""
    return [
        {
            "ID": entity.type_id,
            "NAME": entity.title,
            "SYMBOL_CODE": f"DYNAMIC_{entity.type_id}" if entity.is_dynamic else entity.key.upper(),
            "SYMBOL_CODE_SHORT": entity.code,
        }
        for entity in sorted(call.portal.store.entities.values(), key=lambda entity: entity.type_id or 0)
        if entity.type_id is not None
    ]


def enumeration(name: str, call: Call) -> list[dict[str, Any]]:  # noqa: ARG001 - every method gets the call
    """Serve crm.enum.*: fixed lists."""
    return [{"ID": key, "NAME": label} for key, label in _ENUMERATIONS[name]]


def multifield_fields(call: Call) -> dict[str, Any]:  # noqa: ARG001 - every method gets the call
    """Serve crm.multifield.fields."""
    fields = (
        model.Field("ID", "int", read_only=True),
        model.Field("TYPE_ID", "string", read_only=True),
        model.Field("VALUE", "string"),
        model.Field("VALUE_TYPE", "string"),
    )
    return {item.column: model.describe(item, universal=False) for item in fields}


def _known_directories(call: Call) -> dict[str, str]:
    store = call.portal.store
    found = dict(_NAMES)
    for row in store.rows("SELECT ID, NAME, ENTITY_TYPE_ID FROM category ORDER BY ENTITY_TYPE_ID, SORT"):
        found.setdefault(model.stage_directory(row["ENTITY_TYPE_ID"], row["ID"]), f"Stages of {row['NAME']}")
    return found


def _values(call: Call) -> dict[str, Any]:
    entity = call.portal.store.entities["status"]
    save = call.portal.store.save_file
    return {
        name: to_stored(entity.fields[name], value, strict=False, save_file=save)
        for name, value in known(entity, call.legacy_fields()).items()
        if not entity.fields[name].read_only
    }
