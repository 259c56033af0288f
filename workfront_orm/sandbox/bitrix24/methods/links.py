"""Links between records: contacts of deals, leads, quotes and companies, companies of contacts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model, php, records
from workfront_orm.sandbox.bitrix24.errors import invalid_id, legacy
from workfront_orm.sandbox.bitrix24.methods.legacy import existing
from workfront_orm.sandbox.bitrix24.portal import Method, bounded

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Call

_SIDES = {
    "crm.deal.contact": ("deal", "contact"),
    "crm.lead.contact": ("lead", "contact"),
    "crm.quote.contact": ("quote", "contact"),
    "crm.contact.company": ("contact", "company"),
    "crm.company.contact": ("company", "contact"),
}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    found = {}
    for prefix, (owner, target) in _SIDES.items():
        for word, run in (
            *(("items.get", get), ("items.set", replace), ("items.delete", clear)),
            *(("add", add), ("delete", remove), ("fields", fields)),
        ):
            found[f"{prefix}.{word}"] = Method(partial(run, owner, target), "crm")
    return found


def get(owner: str, target: str, call: Call) -> list[dict[str, Any]]:
    """Serve `*.items.get`: the links in order."""
    number = existing(call, call.portal.store.entities[owner])
    return [
        {
            f"{target.upper()}_ID": link["ID"],
            "SORT": link["SORT"],
            "ROLE_ID": link["ROLE_ID"],
            "IS_PRIMARY": link["IS_PRIMARY"],
        }
        for link in _links(call, owner, target, number)
    ]


def replace(owner: str, target: str, call: Call) -> bool:
    """Serve `*.items.set`: these links and no others."""
    number = existing(call, call.portal.store.entities[owner])
    items = call.upper.get("ITEMS")
    if not isinstance(items, (list, dict)):
        raise legacy("Parameter 'items' must be array.")
    wanted = [_read_link(call, target, item) for item in php.as_list(items)]
    _write(call, owner, target, number, wanted)
    return True


def clear(owner: str, target: str, call: Call) -> bool:
    """Serve `*.items.delete`: no links are left."""
    _write(call, owner, target, existing(call, call.portal.store.entities[owner]), [])
    return True


def add(owner: str, target: str, call: Call) -> bool:
    """Serve `*.add`: one link more."""
    number = existing(call, call.portal.store.entities[owner])
    new = _read_link(call, target, call.legacy_fields())
    kept = [_kept(link) for link in _links(call, owner, target, number) if link["ID"] != new["id"]]
    if new["primary"]:
        for link in kept:
            link["primary"] = False
    _write(call, owner, target, number, [*kept, new])
    return True


def remove(owner: str, target: str, call: Call) -> bool:
    """Serve `*.delete`: one link less."""
    number = existing(call, call.portal.store.entities[owner])
    old = bounded(call.legacy_fields().get(f"{target.upper()}_ID"))
    _write(
        call, owner, target, number, [_kept(link) for link in _links(call, owner, target, number) if link["ID"] != old]
    )
    return True


def fields(owner: str, target: str, call: Call) -> dict[str, Any]:  # noqa: ARG001 - every method gets the call
    """Serve `*.fields`."""
    shown = (
        model.Field(f"{target.upper()}_ID", "integer", required=True),
        model.Field("SORT", "integer"),
        model.Field("ROLE_ID", "integer"),
        model.Field("IS_PRIMARY", "char"),
    )
    return {item.column: model.describe(item, universal=False) for item in shown}


def _links(call: Call, owner: str, target: str, number: int) -> list[dict[str, Any]]:
    """Return the links of a record under `ID`; those of a company are the contacts' links seen from the other side."""
    if owner == "company":
        return call.portal.store.rows(
            "SELECT OWNER_ID AS ID, SORT, ROLE_ID, IS_PRIMARY FROM link "
            "WHERE OWNER_TYPE = ? AND TARGET_TYPE = ? AND TARGET_ID = ? ORDER BY OWNER_ID",
            *(model.CONTACT, model.COMPANY, number),
        )
    entity = call.portal.store.entities[owner]
    kind = model.COMPANY if target == "company" else model.CONTACT
    return [{**link, "ID": link["TARGET_ID"]} for link in records.links(call.portal, entity, number, kind)]


def _write(call: Call, owner: str, target: str, number: int, wanted: list[dict[str, Any]]) -> None:
    portal = call.portal
    if owner != "company":
        kind = model.COMPANY if target == "company" else model.CONTACT
        records.set_links(portal, portal.store.entities[owner], number, kind, wanted)
        portal.events.record(portal.store.entities[owner], "UPDATE", number)
        return
    sent = {"CONTACT_ID": [link["id"] for link in wanted]}
    records.update(portal, portal.store.entities["company"], number, sent, call.user)


def _read_link(call: Call, target: str, item: Any) -> dict[str, Any]:
    """Read one link: a map, or an id alone.

    Raises:
        RestError: it names nothing that exists.
    """
    entry = {str(name).upper(): value for name, value in item.items()} if isinstance(item, dict) else {}
    number = bounded(entry.get(f"{target.upper()}_ID") if isinstance(item, dict) else item)
    if number <= 0:
        raise invalid_id()
    if not records.exists(call.portal, call.portal.store.entities[target], number):
        raise legacy(f"{target.capitalize()} is not found")
    return {
        "id": number,
        "sort": bounded(entry.get("SORT")),
        "role": bounded(entry.get("ROLE_ID")),
        "primary": php.flag(entry.get("IS_PRIMARY", "N")),
    }


def _kept(link: dict[str, Any]) -> dict[str, Any]:
    return {"id": link["ID"], "sort": link["SORT"], "role": link["ROLE_ID"], "primary": link["IS_PRIMARY"] == "Y"}
