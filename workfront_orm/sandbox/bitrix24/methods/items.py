"""crm.item.*: one family for leads, deals, contacts, companies, quotes, invoices and smart processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, multifields, php, records, rows
from workfront_orm.sandbox.bitrix24.errors import bad
from workfront_orm.sandbox.bitrix24.portal import Method

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "crm.item.list": Method(list_items, "crm"),
        "crm.item.get": Method(get, "crm"),
        "crm.item.add": Method(add, "crm"),
        "crm.item.update": Method(update, "crm"),
        "crm.item.delete": Method(delete, "crm"),
        "crm.item.fields": Method(fields, "crm"),
    }


def list_items(call: Call) -> Page:
    """Serve crm.item.list: `start` counts rows; unknown fields and bad values in filter and order are refused."""
    entity = entity_of(call)
    condition = filters.strict(entity, call.params.get("filter"))
    order = listing.strict_order(entity, call.params.get("order"))
    chosen, whole = listing.universal_fields(entity, call.params.get("select"))
    shown = rows.expression(entity, chosen, rows.UNIVERSAL, original_names=original_names(call), whole=whole)
    page = listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=False)
    page.wrap = "items"
    return page


def get(call: Call) -> dict[str, Any]:
    """Serve crm.item.get."""
    entity = entity_of(call)
    return answer(call, entity, existing(call, entity))


def add(call: Call) -> dict[str, Any]:
    """Serve crm.item.add: answers the whole record."""
    entity = entity_of(call)
    sent = columns(call, entity)
    if entity.is_dynamic and "CATEGORY_ID" in sent:
        _check_category(call, entity, sent["CATEGORY_ID"])
    return answer(call, entity, records.create(call.portal, entity, sent, call.user, strict=True))


def update(call: Call) -> dict[str, Any]:
    """Serve crm.item.update: nothing is saved when nothing changes."""
    entity = entity_of(call)
    number = existing(call, entity)
    sent = columns(call, entity)
    if entity.is_dynamic and "CATEGORY_ID" in sent:
        _check_category(call, entity, sent["CATEGORY_ID"])
    records.update(call.portal, entity, number, sent, call.user, strict=True)
    return answer(call, entity, number)


def delete(call: Call) -> list[Any]:
    """Serve crm.item.delete: answers an empty array."""
    entity = entity_of(call)
    records.delete(call.portal, entity, existing(call, entity))
    return []


def fields(call: Call) -> dict[str, Any]:
    """Serve crm.item.fields."""
    entity = entity_of(call)
    original = original_names(call)
    shown = {
        rows.name_of(item, rows.UNIVERSAL, original_names=original): model.describe(item, universal=True)
        for item in entity.universal.values()
    }
    if entity.has_multifields:
        multiple = model.Field("FM", "crm_multifield", multiple=True)
        shown["fm"] = model.describe(multiple, universal=True)
    return {"fields": shown}


def entity_of(call: Call) -> Entity:
    """Return the kind of record that `entityTypeId` names.

    Raises:
        RestError: it is missing, or no kind of this portal.
    """
    entity = call.portal.store.by_type(call.require_integer("entityTypeId"))
    if entity is None:
        raise bad("NOT_FOUND", "SPA not found")
    return entity


def existing(call: Call, entity: Entity) -> int:
    """Return the id that the call names.

    Raises:
        RestError: it is missing, or there is no such record.
    """
    number = call.require_integer("id")
    if not records.exists(call.portal, entity, number):
        raise bad("NOT_FOUND", "Element not found")
    return number


def columns(call: Call, entity: Entity) -> dict[str, Any]:
    """Return the sent fields by column; unknown names are ignored."""
    original = original_names(call)
    found = {}
    for name, value in call.require_map("fields").items():
        if name == "fm" and entity.has_multifields:
            found[multifields.FM] = value
            continue
        item = entity.universal_field(name)
        if item is None or (item.custom and (name == item.column) != original):
            continue
        found[item.column] = value
    return found


def answer(call: Call, entity: Entity, number: int) -> dict[str, Any]:
    """Return a record in the envelope of this family."""
    return {"item": listing.full_row(call.portal.store, entity, number, original_names=original_names(call))}


def original_names(call: Call) -> bool:
    """Say whether custom fields travel under their `UF_CRM_...` names."""
    return php.flag(call.params.get("useOriginalUfNames", "N"))


def _check_category(call: Call, entity: Entity, value: Any) -> None:
    found = call.portal.store.value(
        "SELECT 1 FROM category WHERE ID = ? AND ENTITY_TYPE_ID = ?", php.integer(value), entity.type_id
    )
    if found is None:
        raise bad("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value of the field "categoryId"')
