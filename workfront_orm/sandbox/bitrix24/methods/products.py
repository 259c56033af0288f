# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Product rows of deals, leads, quotes and smart processes: crm.item.productrow.* and the old get and set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, php, records, rows
from workfront_orm.sandbox.bitrix24.errors import bad, legacy, missing_argument
from workfront_orm.sandbox.bitrix24.methods.legacy import existing
from workfront_orm.sandbox.bitrix24.portal import Method, bounded
from workfront_orm.sandbox.bitrix24.values import to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call, Portal

_OWNERS = ("lead", "deal", "quote")
_OLD_NAMES = (
    "ID",
    "OWNER_ID",
    "OWNER_TYPE",
    "PRODUCT_ID",
    "PRODUCT_NAME",
    "PRICE",
    "QUANTITY",
    "DISCOUNT_SUM",
    "TAX_RATE",
)
MONEY_DIGITS = 2


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    found = {
        "crm.item.productrow.list": Method(list_rows, "crm"),
        "crm.item.productrow.get": Method(get, "crm"),
        "crm.item.productrow.add": Method(add, "crm"),
        "crm.item.productrow.update": Method(update, "crm"),
        "crm.item.productrow.delete": Method(delete, "crm"),
        "crm.item.productrow.set": Method(replace, "crm"),
        "crm.item.productrow.fields": Method(fields, "crm"),
    }
    for key in _OWNERS:
        found[f"crm.{key}.productrows.get"] = Method(partial(old_get, key), "crm")
        found[f"crm.{key}.productrows.set"] = Method(partial(old_replace, key), "crm")
    return found


def list_rows(call: Call) -> Page:
    """Serve crm.item.productrow.list: the filter must name the owner, with the prefix `=`."""
    entity = call.portal.store.entities["productrow"]
    sent = php.as_map(call.params.get("filter"))
    for name in ("=ownerType", "=ownerId"):
        if php.is_empty(sent.get(name)):
            raise missing_argument(name)
    condition = filters.strict(entity, sent)
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    order = listing.strict_order(entity, call.params.get("order"))
    page = listing.read(call.portal.store, entity, shown, condition, order, call.start, by_page=False)
    page.wrap = "productRows"
    return page


def get(call: Call) -> dict[str, Any]:
    """Serve crm.item.productrow.get."""
    return _answer(call, _existing(call))


def add(call: Call) -> dict[str, Any]:
    """Serve crm.item.productrow.add."""
    sent = call.require_map("fields")
    owner, number = _owner(call, sent.get("ownerType"), sent.get("ownerId"))
    made = _insert(call, owner, number, sent, position=0)
    recount(call.portal, owner, number)
    return _answer(call, made)


def update(call: Call) -> dict[str, Any]:
    """Serve crm.item.productrow.update."""
    number = _existing(call)
    row = call.portal.store.row("SELECT * FROM productrow WHERE ID = ?", number) or {}
    values = _values(call, call.require_map("fields"))
    for name in ("OWNER_ID", "OWNER_TYPE"):
        values.pop(name, None)
    call.portal.store.update("productrow", "ID", number, _priced({**row, **values}))
    owner, owner_number = _owner(call, row["OWNER_TYPE"], row["OWNER_ID"])
    recount(call.portal, owner, owner_number)
    return _answer(call, number)


def delete(call: Call) -> None:
    """Serve crm.item.productrow.delete: answers null."""
    number = _existing(call)
    row = call.portal.store.row("SELECT * FROM productrow WHERE ID = ?", number) or {}
    call.portal.store.execute("DELETE FROM productrow WHERE ID = ?", number)
    owner, owner_number = _owner(call, row["OWNER_TYPE"], row["OWNER_ID"])
    recount(call.portal, owner, owner_number)


def replace(call: Call) -> dict[str, Any]:
    """Serve crm.item.productrow.set: replaces every row of the owner; the new rows have new ids."""
    owner, number = _owner(call, call.require("ownerType"), call.require("ownerId"))
    wanted = list(call.require_map("productRows").values())
    call.portal.store.execute("DELETE FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ?", *(owner.code, number))
    for position, sent in enumerate(wanted):
        _insert(call, owner, number, php.as_map(sent), position=position)
    recount(call.portal, owner, number)
    entity = call.portal.store.entities["productrow"]
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    found = call.portal.store.texts(
        f"SELECT {shown} FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ? ORDER BY ID", [owner.code, number]
    )
    return {"productRows": [php.Raw(row) for row in found]}


def fields(call: Call) -> dict[str, Any]:
    """Serve crm.item.productrow.fields."""
    entity = call.portal.store.entities["productrow"]
    shown = {name: model.describe(item, universal=True) for name, item in entity.universal.items()}
    for entry in shown.values():
        del entry["upperName"]
    return {"fields": shown}


def old_get(key: str, call: Call) -> list[php.Raw]:
    """Serve crm.deal.productrows.get and its like."""
    owner = call.portal.store.entities[key]
    number = existing(call, owner)
    entity = call.portal.store.entities["productrow"]
    shown = rows.expression(entity, [entity.fields[name] for name in _OLD_NAMES], rows.LEGACY)
    found = call.portal.store.texts(
        f"SELECT {shown} FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ? ORDER BY ID", [owner.code, number]
    )
    return [php.Raw(row) for row in found]


def old_replace(key: str, call: Call) -> bool:
    """Serve crm.deal.productrows.set and its like: replaces every row."""
    owner = call.portal.store.entities[key]
    number = existing(call, owner)
    wanted = call.upper.get("ROWS")
    if not isinstance(wanted, (list, dict)):
        raise legacy("Parameter 'rows' must be array.")
    call.portal.store.execute("DELETE FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ?", *(owner.code, number))
    for position, sent in enumerate(php.as_list(wanted)):
        named = {model.camel(str(name)): value for name, value in php.as_map(sent).items()}
        _insert(call, owner, number, named, position=position)
    recount(call.portal, owner, number)
    return True


def recount(portal: Portal, owner: Entity, number: int) -> None:
    """Sum the rows up into the owner's amount, unless it is set by hand."""
    row = portal.store.row(f"SELECT * FROM {owner.table} WHERE ID = ?", number) or {}
    if "OPPORTUNITY" not in owner.fields or row.get("IS_MANUAL_OPPORTUNITY") == "Y":
        return
    total = portal.store.value(
        "SELECT SUM(PRICE * QUANTITY) FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ?", *(owner.code, number)
    )
    portal.store.update(owner.table, "ID", number, {"OPPORTUNITY": round(total or 0.0, MONEY_DIGITS)})


def _owner(call: Call, code: Any, number: Any) -> tuple[Entity, int]:
    """Return the owner that a short code and an id name.

    Raises:
        RestError: 100, `ENTITY_TYPE_NOT_SUPPORTED` or `OWNER_NOT_FOUND`.
    """
    if php.is_empty(code):
        raise missing_argument("ownerType")
    if php.is_empty(number):
        raise missing_argument("ownerId")
    owner = next(
        (
            entity
            for entity in call.portal.store.entities.values()
            if entity.code == php.text(code) and (entity.key in _OWNERS or entity.is_dynamic)
        ),
        None,
    )
    if owner is None:
        raise bad("ENTITY_TYPE_NOT_SUPPORTED", f"Owner type '{php.text(code)}' does not support product rows")
    if not records.exists(call.portal, owner, bounded(number)):
        raise bad("OWNER_NOT_FOUND", "Owner is not found")
    return owner, bounded(number)


def _insert(call: Call, owner: Entity, number: int, sent: dict[str, Any], *, position: int) -> int:
    defaults: dict[str, Any] = {
        "QUANTITY": 1.0,
        "PRICE": 0.0,
        "DISCOUNT_TYPE_ID": 2,
        "DISCOUNT_RATE": 0.0,
        "DISCOUNT_SUM": 0.0,
    }
    defaults |= {"TAX_INCLUDED": "N", "CUSTOMIZED": "Y", "MEASURE_CODE": 796, "MEASURE_NAME": "pcs", "TYPE": 4}
    values = {name: value for name, value in _values(call, sent).items() if value is not None}
    row = {**defaults, "SORT": 10 * (position + 1), **values, "OWNER_ID": number, "OWNER_TYPE": owner.code}
    return call.portal.store.insert("productrow", _priced(row))


def _priced(row: dict[str, Any]) -> dict[str, Any]:
    """Add the prices that follow from price, discount and tax; the taxes of a real portal are not modelled further."""
    price = row.get("PRICE") or 0.0
    rate = 1 + (row.get("TAX_RATE") or 0.0) / 100
    exclusive = round(price / rate, MONEY_DIGITS)
    discount = row.get("DISCOUNT_SUM") or 0.0
    return {
        **row,
        "PRICE_EXCLUSIVE": exclusive,
        "PRICE_NETTO": round(exclusive + discount, MONEY_DIGITS),
        "PRICE_BRUTTO": round(price + discount, MONEY_DIGITS),
        "PRICE_ACCOUNT": price,
    }


def _values(call: Call, sent: dict[str, Any]) -> dict[str, Any]:
    entity = call.portal.store.entities["productrow"]
    found = {}
    for name, value in sent.items():
        item = entity.universal_field(name)
        if item is not None and not item.read_only:
            found[item.column] = to_stored(item, value, strict=True, save_file=call.portal.store.save_file)
    return found


def _existing(call: Call) -> int:
    number = call.require_integer("id")
    if call.portal.store.value("SELECT 1 FROM productrow WHERE ID = ?", number) is None:
        raise bad("NOT_FOUND", "Element not found")
    return number


def _answer(call: Call, number: int) -> dict[str, Any]:
    entity = call.portal.store.entities["productrow"]
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    return {"productRow": php.Raw(listing.record(call.portal.store, entity, shown, number) or "null")}
