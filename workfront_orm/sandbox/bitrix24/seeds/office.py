"""What happens in the office of the demo data: people, requisites with addresses, tasks, activities."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.seeds import words
from workfront_orm.sandbox.bitrix24.seeds.foundation import ANCHOR, user_row
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    import random

    from workfront_orm.sandbox.bitrix24.store import Store


def people(store: Store, draw: random.Random) -> None:
    """Make departments and users; the last user is dismissed."""
    names = ("Sales", "Service", "Finance", "Development", "Logistics")
    store.insert_many(
        "department",
        [
            {"ID": i, "NAME": name, "SORT": 100 * i, "PARENT": 1 if i < words.DEPARTMENTS else 2, "UF_HEAD": i + 1}
            for i, name in enumerate(names, 2)
        ],
    )
    rows = []
    for number in range(3, words.USERS + 1):
        name, last_name = words.FIRST[number], words.LAST[number]
        plain = f"user{number}@sandbox.example"
        row = user_row(number, name, last_name, [draw.randint(2, words.DEPARTMENTS)], draw.choice(words.POSITIONS))
        rows.append({**row, "EMAIL": plain, "ACTIVE": "N" if number == words.USERS else "Y"})
    store.insert_many("user", rows)


def requisites(store: Store, draw: random.Random) -> None:
    """Make requisites of companies and contacts with addresses and bank details."""
    rows, places = [], []
    owners = [(model.COMPANY, key) for key in range(1, 41)] + [(model.CONTACT, key) for key in range(1, 61)]
    created = moment(ANCHOR - timedelta(days=300))
    for number, (owner_type, owner) in enumerate(owners, 1):
        rows.append(
            {
                "ID": number,
                "ENTITY_TYPE_ID": owner_type,
                "ENTITY_ID": owner,
                "NAME": f"Requisites {number}",
                "PRESET_ID": 1 if owner_type == model.COMPANY else 2,
                "ACTIVE": "Y",
                "SORT": 500,
                "ADDRESS_ONLY": "N",
                "DATE_CREATE": created,
                "DATE_MODIFY": created,
                "CREATED_BY_ID": 1,
                "RQ_CNPJ": f"{number:014d}" if owner_type == model.COMPANY else None,
            }
        )
        for kind in (1, 6) if number % 4 == 0 else (1,):
            city, country = draw.choice(words.CITIES)
            places.append(
                {
                    "TYPE_ID": kind,
                    "ENTITY_TYPE_ID": model.REQUISITE,
                    "ENTITY_ID": number,
                    "CITY": city,
                    "ADDRESS_1": f"Street {draw.randint(1, 300)}",
                    "COUNTRY_CODE": country,
                    "COUNTRY": country,
                    "POSTAL_CODE": f"{draw.randint(10000, 99999)}",
                    "ANCHOR_TYPE_ID": owner_type,
                    "ANCHOR_ID": owner,
                }
            )
    store.insert_many("requisite", rows)
    store.insert_many("address", places)
    store.insert_many(
        "bankdetail",
        [
            {
                "ENTITY_ID": number,
                "COUNTRY_ID": 122,
                "NAME": "Main account",
                "ACTIVE": "Y",
                "SORT": 500,
                "RQ_BANK_NAME": "Sandbox Bank",
                "RQ_IBAN": f"DE00{number:018d}",
                "DATE_CREATE": created,
            }
            for number in range(1, 21)
        ],
    )


def tasks(store: Store, draw: random.Random) -> None:
    """Make tasks at every status; every tenth belongs to another one."""
    rows = []
    for number in range(1, words.TASKS + 1):
        status = draw.choice("23456")
        created = ANCHOR - timedelta(days=draw.randint(0, 200), hours=draw.randint(0, 8))
        done = status == "5"
        rows.append(
            {
                "ID": number,
                "PARENT_ID": number - 1 if number % 10 == 0 else 0,
                "TITLE": f"{draw.choice(words.TOPICS)} {number}",
                "DESCRIPTION": "Made for the sandbox.",
                "PRIORITY": draw.choice("012"),
                "STATUS": status,
                "GROUP_ID": 0,
                "STAGE_ID": 0,
                "CREATED_BY": draw.randint(1, words.USERS - 1),
                "RESPONSIBLE_ID": draw.randint(1, words.USERS - 1),
                "ACCOMPLICES": json.dumps([str(key) for key in sorted(draw.sample(range(1, words.USERS), number % 3))]),
                "AUDITORS": None,
                "CREATED_DATE": moment(created),
                "CHANGED_BY": 1,
                "CHANGED_DATE": moment(created + timedelta(days=1)),
                "STATUS_CHANGED_BY": 1,
                "STATUS_CHANGED_DATE": moment(created + timedelta(days=1)),
                "CLOSED_BY": 1 if done else None,
                "CLOSED_DATE": moment(created + timedelta(days=3)) if done else None,
                "DEADLINE": moment(created + timedelta(days=14)) if number % 2 else None,
                "MULTITASK": "N",
                "FAVORITE": "Y" if number % 20 == 0 else "N",
                "UF_CRM_TASK": json.dumps([f"D_{draw.randint(1, words.DEALS)}"]) if number % 3 == 0 else None,
            }
        )
    store.insert_many("task", rows)


def activities(store: Store, draw: random.Random) -> None:
    """Make calls with deals, contacts and leads."""
    rows = []
    for number in range(1, words.ACTIVITIES + 1):
        owner_type = (model.DEAL, model.CONTACT, model.LEAD)[number % 3]
        start = ANCHOR - timedelta(days=draw.randint(0, 90))
        contact = draw.randint(1, words.CONTACTS)
        rows.append(
            {
                "ID": number,
                "OWNER_TYPE_ID": owner_type,
                "OWNER_ID": draw.randint(1, 150),
                "TYPE_ID": 2,
                "SUBJECT": f"{draw.choice(words.TOPICS)} {number}",
                "START_TIME": moment(start),
                "STATUS": 1,
                "END_TIME": moment(start + timedelta(hours=1)),
                "COMPLETED": "N",
                "PRIORITY": 2,
                "DIRECTION": 2,
                "RESPONSIBLE_ID": draw.randint(1, words.USERS - 1),
                "CREATED": moment(start),
                "LAST_UPDATED": moment(start),
                "AUTHOR_ID": 1,
                "EDITOR_ID": 1,
                "DESCRIPTION_TYPE": 1,
                "COMMUNICATIONS": json.dumps(
                    [{"TYPE": "PHONE", "VALUE": f"+55 21 9{contact:08d}", "ENTITY_ID": contact, "ENTITY_TYPE_ID": 3}]
                ),
            }
        )
    store.insert_many("activity", rows)
