"""Words, sizes and small pieces that the demo data is made of."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24.seeds.foundation import ANCHOR
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    import random

    from workfront_orm.sandbox.bitrix24.store import Store

USERS, DEPARTMENTS = 15, 6
COMPANIES, CONTACTS, LEADS, DEALS, ITEMS, TASKS, ACTIVITIES, QUOTES = 90, 420, 160, 260, 75, 130, 80, 20
LARGE_CONTACTS, LARGE_COMPANIES = 50_000, 2_000
TYPE, TYPE_PIPELINES = 128, (10, 12)

FIRST = (
    *("Ana", "Bruno", "Carla", "Diego", "Elena", "Felipe", "Grace", "Hugo", "Irina", "João", "Karin", "Luís", "Marta"),
    *("Nina", "Oscar", "Paula", "Quentin", "Rosa", "Stefan", "Tânia", "Uwe", "Vera", "Walter", "Xenia", "Yuri", "Zoe"),
)
LAST = (
    *(
        "Almeida",
        "Becker",
        "Castro",
        "Duarte",
        "Engel",
        "Ferreira",
        "Gómez",
        "Hoffmann",
        "Ivanov",
        "Jensen",
        "Kowalski",
    ),
    *("Lopes", "Müller", "Nogueira", "Oliveira", "Pereira", "Quist", "Ribeiro", "Silva", "Teixeira", "Ulrich", "Viana"),
)
TRADES = ("Foods", "Logistics", "Software", "Textiles", "Energy", "Pharma", "Metals", "Media", "Optics", "Paper")
FORMS = ("Ltda.", "GmbH", "S.A.", "Inc.", "& Co.")
CITIES = (("São Paulo", "BR"), ("Lisboa", "PT"), ("Berlin", "DE"), ("Porto", "PT"), ("Boston", "US"), ("Recife", "BR"))
GOODS = (
    ("Consulting day", 950.0),
    ("Licence", 240.0),
    ("Support plan", 1200.0),
    ("Workshop", 1800.0),
    ("Set-up", 500.0),
)
POSITIONS = ("Sales manager", "Accountant", "Engineer", "Team lead", "Analyst")
TOPICS = ("Call back", "Send offer", "Prepare contract", "Check payment", "Plan visit", "Review papers")


def stamps(draw: random.Random, number: int) -> dict[str, Any]:
    """Return who made, changed and owns a record, and when; a higher id is newer."""
    created = ANCHOR - timedelta(days=600) + timedelta(minutes=15 * number)
    changed = created + timedelta(hours=draw.randint(1, 2000))
    return {
        "ASSIGNED_BY_ID": draw.randint(1, USERS - 1),
        "CREATED_BY_ID": 1,
        "MODIFY_BY_ID": draw.randint(1, USERS - 1),
        "DATE_CREATE": moment(created),
        "DATE_MODIFY": moment(changed),
        "LAST_ACTIVITY_TIME": moment(changed),
        "LAST_ACTIVITY_BY": 1,
    }


def spoken(owner_type: int, owner: int, kind: str, value: str, value_type: str) -> dict[str, Any]:
    """Return a row of a phone, e-mail or messenger."""
    return {"OWNER_TYPE": owner_type, "OWNER_ID": owner, "TYPE_ID": kind, "VALUE_TYPE": value_type, "VALUE": value}


def link(owner_type: int, owner: int, target_type: int, target: int, place: int = 0) -> dict[str, Any]:
    """Return a row of a link; the first place is the primary one."""
    return {
        "OWNER_TYPE": owner_type,
        "OWNER_ID": owner,
        "TARGET_TYPE": target_type,
        "TARGET_ID": target,
        "SORT": 10 * (place + 1),
        "ROLE_ID": 0,
        "IS_PRIMARY": "Y" if place == 0 else "N",
    }


def codes(store: Store, directory: str) -> list[str]:
    """Return the codes of a directory."""
    return [code for code, _ in stages(store, directory)]


def stages(store: Store, directory: str) -> list[tuple[str, str]]:
    """Return code and semantics (P while it goes on) of a directory's entries."""
    found = store.rows("SELECT STATUS_ID, SEMANTICS FROM status WHERE ENTITY_ID = ? ORDER BY SORT", directory)
    return [(row["STATUS_ID"], row["SEMANTICS"] or "P") for row in found]


def colour_ids(store: Store, entity: str, name: str) -> list[str]:
    """Return the ids of the values of a custom list."""
    found = store.value("SELECT LIST FROM userfield WHERE ENTITY_ID = ? AND FIELD_NAME = ?", entity, name)
    return [str(entry["ID"]) for entry in json.loads(found)]
