# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Addresses: crm.address.*, whose key has three parts and which nobody can get by an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, php, rows
from workfront_orm.sandbox.bitrix24.errors import bad, legacy, not_found
from workfront_orm.sandbox.bitrix24.methods.legacy import known
from workfront_orm.sandbox.bitrix24.portal import Method, bounded
from workfront_orm.sandbox.bitrix24.values import to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.portal import Call

KEY = ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID")
TYPES = (1, 4, 6, 8, 9, 11)

_WHERE = " AND ".join(f"{name} = ?" for name in KEY)


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "crm.address.list": Method(list_addresses, "crm"),
        "crm.address.add": Method(add, "crm"),
        "crm.address.update": Method(update, "crm"),
        "crm.address.delete": Method(delete, "crm"),
        "crm.address.fields": Method(fields, "crm"),
    }


def list_addresses(call: Call) -> Page:
    """Serve crm.address.list: 50 rows a page; there is no order by an id."""
    entity = call.portal.store.entities["address"]
    condition = filters.lenient(entity, php.as_map(call.upper.get("FILTER")))
    chosen = listing.legacy_fields(entity, call.upper.get("SELECT"))
    shown = rows.expression(entity, chosen, rows.LEGACY)
    order = listing.legacy_order(entity, call.upper.get("ORDER"), "ENTITY_ID")
    order += ", address.TYPE_ID, address.ENTITY_TYPE_ID"
    return listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=True)


def add(call: Call) -> bool:
    """Serve crm.address.add: answers true; one address of a type for each owner."""
    values, key = _values(call)
    if key[0] not in TYPES:
        raise legacy("TYPE_ID is not defined or invalid.")
    anchor = _anchor(call, key[1], key[2])
    if _find(call, key) is not None:
        raise bad("", "TypeAddress exists")
    row = {**values, **dict(zip(KEY, key, strict=True)), "ANCHOR_TYPE_ID": anchor[0], "ANCHOR_ID": anchor[1]}
    call.portal.store.insert("address", row)
    _tell(call, "REGISTER", key)
    return True


def update(call: Call) -> bool:
    """Serve crm.address.update: the key stands among the fields and never changes."""
    values, key = _values(call)
    if _find(call, key) is None:
        raise not_found()
    changed = {name: value for name, value in values.items() if name not in KEY}
    if changed:
        names = ", ".join(f"{name} = ?" for name in changed)
        call.portal.store.execute(f"UPDATE address SET {names} WHERE {_WHERE}", *changed.values(), *key)
    _tell(call, "REGISTER", key)
    return True


def delete(call: Call) -> bool:
    """Serve crm.address.delete."""
    _, key = _values(call)
    if _find(call, key) is None:
        raise not_found()
    call.portal.store.execute(f"DELETE FROM address WHERE {_WHERE}", *key)
    _tell(call, "UNREGISTER", key)
    return True


def fields(call: Call) -> dict[str, Any]:
    """Serve crm.address.fields."""
    entity = call.portal.store.entities["address"]
    return {item.column: model.describe(item, universal=False) for item in entity.fields.values()}


def _values(call: Call) -> tuple[dict[str, Any], tuple[int, int, int]]:
    """Return the sent fields by column, and the key among them."""
    entity = call.portal.store.entities["address"]
    sent = known(entity, call.legacy_fields())
    for name in KEY:
        if bounded(sent.get(name)) <= 0:
            raise legacy(f"{name} is not defined or invalid.")
    save = call.portal.store.save_file
    values = {
        name: to_stored(entity.fields[name], value, strict=False, save_file=save)
        for name, value in sent.items()
        if not entity.fields[name].read_only
    }
    first, second, third = (bounded(sent[name]) for name in KEY)
    return values, (first, second, third)


def _find(call: Call, key: tuple[int, int, int]) -> dict[str, Any] | None:
    return call.portal.store.row(f"SELECT * FROM address WHERE {_WHERE}", *key)


def _anchor(call: Call, owner_type: int, owner: int) -> tuple[int, int]:
    """Return whose address it is in the end: the contact or company of a requisite, or the owner itself.

    Raises:
        RestError: the owner does not exist, or this portal keeps no addresses of its kind.
    """
    store = call.portal.store
    if owner_type == model.REQUISITE:
        requisite = store.row("SELECT ENTITY_TYPE_ID, ENTITY_ID FROM requisite WHERE ID = ?", owner)
        if requisite is None:
            raise legacy("The requisite of the address is not found")
        return requisite["ENTITY_TYPE_ID"], requisite["ENTITY_ID"]
    direct = {model.LEAD: "lead"}
    if call.portal.options.old_addresses:
        direct |= {model.CONTACT: "contact", model.COMPANY: "company"}
    table = direct.get(owner_type)
    if table is None:
        raise legacy("ENTITY_TYPE_ID is not supported: addresses belong to requisites and leads.")
    if store.value(f"SELECT 1 FROM {table} WHERE ID = ?", owner) is None:
        raise legacy("The owner of the address is not found")
    return owner_type, owner


def _tell(call: Call, kind: str, key: tuple[int, int, int]) -> None:
    call.portal.events.record_named(f"ONCRMADDRESS{kind}", dict(zip(KEY, key, strict=True)))
