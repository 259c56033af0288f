"""Demo data: a trading firm with some hundred contacts, and a large portal with 50,000.

Rows are inserted as a whole; only what a portal makes itself (stages, custom fields, links) goes through its own code.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.methods import smart_processes, userfields
from workfront_orm.sandbox.bitrix24.seeds import customers, office, words

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Portal


def plant(portal: Portal, seed: int) -> None:
    """Make the demo data."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, nothing secret
    store = portal.store
    office.people(store, draw)
    smart_processes.make_category(portal, model.DEAL, "Renewals", number=2)
    smart_processes.make_type(
        portal, {"ENTITY_TYPE_ID": words.TYPE, "TITLE": "Onboarding"}, 1, category=words.TYPE_PIPELINES[0]
    )
    smart_processes.make_category(portal, words.TYPE, "Partners", number=words.TYPE_PIPELINES[1])
    _custom_fields(portal)
    customers.companies(store, draw, words.COMPANIES)
    customers.contacts(store, draw, words.CONTACTS, words.COMPANIES)
    customers.leads(store, draw)
    customers.deals(portal, draw)
    customers.items(portal, draw)
    office.requisites(store, draw)
    office.tasks(store, draw)
    office.activities(store, draw)
    customers.quotes(store, draw)


def plant_large(portal: Portal, seed: int) -> None:
    """Make 50,000 contacts with phones and e-mails, and 2,000 companies."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, nothing secret
    office.people(portal.store, draw)
    _custom_fields(portal, dynamic=False)
    customers.companies(portal.store, draw, words.LARGE_COMPANIES)
    customers.contacts(portal.store, draw, words.LARGE_CONTACTS, words.LARGE_COMPANIES)


def _custom_fields(portal: Portal, *, dynamic: bool = True) -> None:
    plan: list[tuple[str, dict[str, Any]]] = [
        ("contact", {"FIELD_NAME": "CPF", "USER_TYPE_ID": "string", "LABEL": "CPF"}),
        ("contact", {"FIELD_NAME": "COLOUR", "USER_TYPE_ID": "enumeration", "LABEL": "Colour", "LIST": _colours()}),
        ("contact", {"FIELD_NAME": "NEWSLETTER", "USER_TYPE_ID": "boolean", "LABEL": "Newsletter"}),
        ("company", {"FIELD_NAME": "CNPJ", "USER_TYPE_ID": "string", "LABEL": "CNPJ"}),
        ("company", {"FIELD_NAME": "REGIONS", "USER_TYPE_ID": "string", "MULTIPLE": "Y", "LABEL": "Regions"}),
        ("deal", {"FIELD_NAME": "MARGIN", "USER_TYPE_ID": "double", "LABEL": "Margin"}),
        ("deal", {"FIELD_NAME": "BONUS", "USER_TYPE_ID": "money", "LABEL": "Bonus"}),
        ("deal", {"FIELD_NAME": "SIGNED", "USER_TYPE_ID": "date", "LABEL": "Signed"}),
    ]
    if dynamic:
        key = f"item:{words.TYPE}"
        plan += [
            (key, {"FIELD_NAME": "COLOUR", "USER_TYPE_ID": "enumeration", "LABEL": "Colour", "LIST": _colours()}),
            (key, {"FIELD_NAME": "1690000001", "USER_TYPE_ID": "string", "LABEL": "Reference"}),
            (key, {"FIELD_NAME": "TAGS", "USER_TYPE_ID": "string", "MULTIPLE": "Y", "LABEL": "Tags"}),
            (key, {"FIELD_NAME": "AGREED", "USER_TYPE_ID": "boolean", "LABEL": "Agreed"}),
            (key, {"FIELD_NAME": "STARTED", "USER_TYPE_ID": "datetime", "LABEL": "Started"}),
        ]
    for key, definition in plan:
        userfields.make(portal, portal.store.entities[key], definition)


def _colours() -> list[dict[str, str]]:
    return [{"VALUE": "Red"}, {"VALUE": "Green"}, {"VALUE": "Blue"}]
