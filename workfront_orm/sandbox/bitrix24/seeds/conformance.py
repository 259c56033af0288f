"""What the conformance cases of the facts start from: 120 deals, 3 contacts, a smart process with 7 items."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import records
from workfront_orm.sandbox.bitrix24.methods import smart_processes, userfields
from workfront_orm.sandbox.bitrix24.seeds.foundation import ANCHOR
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Portal

DEALS = 120
CONTACTS = 3
ITEMS = 7
TYPE = 128
CATEGORY = 10


def plant(portal: Portal) -> None:
    """Make the records: every second deal is closed, the smart process has custom fields."""
    portal.store.insert_many("deal", [_deal(number) for number in range(1, DEALS + 1)])
    contact = portal.store.entities["contact"]
    for number in range(1, CONTACTS + 1):
        records.create(portal, contact, {"NAME": f"Contact {number}", "LAST_NAME": "Conformance"}, 1)
    records.create(portal, portal.store.entities["company"], {"TITLE": "Company 1"}, 1)
    smart_processes.make_type(portal, {"ENTITY_TYPE_ID": TYPE, "TITLE": "Card"}, 1, category=CATEGORY)
    item = portal.store.entities[f"item:{TYPE}"]
    for definition in (
        {"FIELD_NAME": "X", "USER_TYPE_ID": "string", "LABEL": "Text"},
        {"FIELD_NAME": "TAGS", "USER_TYPE_ID": "string", "MULTIPLE": "Y", "LABEL": "Tags"},
        {"FIELD_NAME": "AGREED", "USER_TYPE_ID": "boolean", "LABEL": "Agreed"},
    ):
        userfields.make(portal, item, definition)
    item = portal.store.entities[f"item:{TYPE}"]
    for number in range(1, ITEMS + 1):
        records.create(portal, item, {"TITLE": f"Item {number}"}, 1, strict=True)
    created = moment(ANCHOR)
    portal.store.insert(
        "task",
        {
            "TITLE": "Task 1",
            "STATUS": "2",
            "PRIORITY": "1",
            "CREATED_BY": 1,
            "RESPONSIBLE_ID": 1,
            "GROUP_ID": 0,
            "CREATED_DATE": created,
            "CHANGED_DATE": created,
            "PARENT_ID": 0,
        },
    )


def _deal(number: int) -> dict[str, Any]:
    closed = number % 2 == 0
    created = moment(ANCHOR - timedelta(days=number))
    return {
        "ID": number,
        "TITLE": f"Deal {number}",
        "TYPE_ID": "SALE",
        "CATEGORY_ID": 0,
        "STAGE_ID": "WON" if closed else "NEW",
        "STAGE_SEMANTIC_ID": "S" if closed else "P",
        "CLOSED": "Y" if closed else "N",
        "IS_NEW": "N" if closed else "Y",
        "OPENED": "Y",
        "CURRENCY_ID": "USD",
        "OPPORTUNITY": number * 100.5,
        "IS_MANUAL_OPPORTUNITY": "N",
        "COMMENTS": f"Comment {number}",
        "ASSIGNED_BY_ID": 1,
        "CREATED_BY_ID": 1,
        "MODIFY_BY_ID": 1,
        "DATE_CREATE": created,
        "DATE_MODIFY": created,
        "BEGINDATE": (ANCHOR - timedelta(days=number)).date().isoformat(),
    }
