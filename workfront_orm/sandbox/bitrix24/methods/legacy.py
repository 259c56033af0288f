# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""The old CRM methods: crm.contact.*, crm.company.*, crm.deal.*, crm.lead.*, crm.quote.*, requisites, presets, currencies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, php, records, rows
from workfront_orm.sandbox.bitrix24.errors import invalid_id, legacy, not_found
from workfront_orm.sandbox.bitrix24.portal import Method
from workfront_orm.sandbox.bitrix24.values import to_stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call

KINDS = {
    "contact": "crm.contact",
    "company": "crm.company",
    "deal": "crm.deal",
    "lead": "crm.lead",
    "quote": "crm.quote",
    "requisite": "crm.requisite",
    "bankdetail": "crm.requisite.bankdetail",
    "preset": "crm.requisite.preset",
}
_OWNERS = {model.CONTACT: "contact", model.COMPANY: "company"}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    found = {
        "crm.currency.list": Method(list_currencies, "crm"),
        "crm.currency.get": Method(get_currency, "crm"),
        "crm.currency.add": Method(add_currency, "crm"),
        "crm.currency.update": Method(update_currency, "crm"),
        "crm.currency.delete": Method(delete_currency, "crm"),
        "crm.currency.fields": Method(partial(fields, "currency"), "crm"),
    }
    words: dict[str, Callable[[str, Call], Any]] = {"list": list_records, "get": get, "add": add}
    words |= {"update": update, "delete": delete, "fields": fields}
    for key, prefix in KINDS.items():
        found |= {f"{prefix}.{word}": Method(partial(run, key), "crm") for word, run in words.items()}
    return found


def list_records(key: str, call: Call) -> Page:
    """Serve `*.list`: 50 rows a page, `start` rounded down to pages."""
    entity = call.portal.store.entities[key]
    condition = filters.lenient(entity, php.as_map(call.upper.get("FILTER")))
    chosen = listing.legacy_fields(entity, call.upper.get("SELECT"))
    shown = rows.expression(entity, chosen, rows.LEGACY)
    order = listing.legacy_order(entity, call.upper.get("ORDER"))
    return listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=True)


def get(key: str, call: Call) -> php.Raw:
    """Serve `*.get`: everything but what is never returned."""
    entity = call.portal.store.entities[key]
    return read(call, entity, existing(call, entity))


def read(call: Call, entity: Entity, number: int) -> php.Raw:
    """Return a record as `*.get` shows it."""
    chosen = [item for item in entity.fields.values() if not item.write_only]
    found = listing.record(call.portal.store, entity, rows.expression(entity, chosen, rows.LEGACY), number)
    if found is None:
        raise not_found()
    return php.Raw(found)


def add(key: str, call: Call) -> int:
    """Serve `*.add`: answers the new id alone."""
    entity = call.portal.store.entities[key]
    sent = known(entity, call.legacy_fields())
    if key == "requisite":
        _check_requisite(call, sent)
    if key == "bankdetail" and not _exists(call, "requisite", sent.get("ENTITY_ID")):
        raise legacy("The requisite of the bank details is not found")
    if key == "preset":
        _check_present(sent, ("ENTITY_TYPE_ID", "COUNTRY_ID", "NAME"))
    return records.create(call.portal, entity, sent, call.user)


def update(key: str, call: Call) -> bool:
    """Serve `*.update`: unknown, read-only and immutable fields are ignored."""
    entity = call.portal.store.entities[key]
    number = existing(call, entity)
    records.update(call.portal, entity, number, known(entity, call.legacy_fields()), call.user)
    return True


def delete(key: str, call: Call) -> bool:
    """Serve `*.delete`."""
    entity = call.portal.store.entities[key]
    number = existing(call, entity)
    records.delete(call.portal, entity, number)
    if key == "requisite":
        call.portal.store.execute(
            "DELETE FROM address WHERE ENTITY_TYPE_ID = ? AND ENTITY_ID = ?", model.REQUISITE, number
        )
    return True


def fields(key: str, call: Call) -> dict[str, Any]:
    """Serve `*.fields`: the seven flags and what belongs to the type."""
    entity = call.portal.store.entities[key]
    return {item.column: model.describe(item, universal=False) for item in entity.fields.values()}


def existing(call: Call, entity: Entity) -> int:
    """Return the id that the call names.

    Raises:
        RestError: there is none, or no such record.
    """
    number = call.legacy_id()
    if number <= 0:
        raise invalid_id()
    if not records.exists(call.portal, entity, number):
        raise not_found()
    return number


def known(entity: Entity, sent: dict[str, Any]) -> dict[str, Any]:
    """Return what the kind of record has of the sent fields; the rest is ignored, as on a real portal."""
    return {name: value for name, value in sent.items() if name in entity.fields}


def _check_requisite(call: Call, sent: dict[str, Any]) -> None:
    _check_present(sent, ("ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME"))
    owner = _OWNERS.get(php.integer(sent["ENTITY_TYPE_ID"]))
    if owner is None:
        raise legacy("ENTITY_TYPE_ID is not defined or invalid.")
    if not _exists(call, owner, sent["ENTITY_ID"]):
        raise legacy("The owner of the requisite is not found")
    if not _exists(call, "preset", sent["PRESET_ID"]):
        raise legacy("The preset of the requisite is not found")


def _check_present(sent: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if php.is_empty(sent.get(name)):
            raise legacy(f"The field {name} is required.")


def _exists(call: Call, key: str, value: Any) -> bool:
    entity = call.portal.store.entities[key]
    return records.exists(call.portal, entity, php.integer(value))


# --- currencies: the key is a text, and there are no pages ---------------------------------


def list_currencies(call: Call) -> Page:
    """Serve `crm.currency.list`: all of them."""
    entity = call.portal.store.entities["currency"]
    order = listing.legacy_order(entity, call.upper.get("ORDER"), "CURRENCY")
    shown = rows.expression(entity, entity.fields.values(), rows.LEGACY)
    found = call.portal.store.texts(f"SELECT {shown} FROM currency ORDER BY {order}", [])
    return listing.Page(found, len(found))


def get_currency(call: Call) -> php.Raw:
    """Serve `crm.currency.get`."""
    entity = call.portal.store.entities["currency"]
    return read(call, entity, _existing_currency(call))


def add_currency(call: Call) -> str:
    """Serve `crm.currency.add`: answers the code."""
    entity = call.portal.store.entities["currency"]
    row = _currency_row(call, entity)
    code = row.get("CURRENCY")
    if not code:
        raise legacy("The field CURRENCY is required.")
    if call.portal.store.value("SELECT 1 FROM currency WHERE CURRENCY = ?", code):
        raise legacy(f"The currency {code} exists already.")
    call.portal.store.insert("currency", {"AMOUNT_CNT": 1, "AMOUNT": 1.0, "BASE": "N", "SORT": 100, **row})
    return str(code)


def update_currency(call: Call) -> bool:
    """Serve `crm.currency.update`."""
    entity = call.portal.store.entities["currency"]
    code = _existing_currency(call)
    row = _currency_row(call, entity)
    row.pop("CURRENCY", None)
    call.portal.store.update("currency", "CURRENCY", code, row)
    return True


def delete_currency(call: Call) -> bool:
    """Serve `crm.currency.delete`."""
    call.portal.store.execute("DELETE FROM currency WHERE CURRENCY = ?", _existing_currency(call))
    return True


def _currency_row(call: Call, entity: Entity) -> dict[str, Any]:
    save = call.portal.store.save_file
    return {
        name: to_stored(entity.fields[name], value, strict=False, save_file=save)
        for name, value in known(entity, call.legacy_fields()).items()
        if not entity.fields[name].read_only
    }


def _existing_currency(call: Call) -> Any:
    code = php.text(call.upper.get("ID"))
    if not code:
        raise invalid_id()
    if not call.portal.store.value("SELECT 1 FROM currency WHERE CURRENCY = ?", code):
        raise not_found()
    return code
