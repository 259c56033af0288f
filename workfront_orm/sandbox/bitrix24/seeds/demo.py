"""Demo data: a trading firm with some hundred contacts, and a large portal with 50,000.

Rows are inserted as a whole; only what a portal makes itself (stages, custom fields, links) goes through its own code.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.methods import products, smart_processes, userfields
from workfront_orm.sandbox.bitrix24.seeds.foundation import ANCHOR, user_row
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Portal
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
_TRADES = ("Foods", "Logistics", "Software", "Textiles", "Energy", "Pharma", "Metals", "Media", "Optics", "Paper")
_FORMS = ("Ltda.", "GmbH", "S.A.", "Inc.", "& Co.")
_CITIES = (("São Paulo", "BR"), ("Lisboa", "PT"), ("Berlin", "DE"), ("Porto", "PT"), ("Boston", "US"), ("Recife", "BR"))
_GOODS = (
    ("Consulting day", 950.0),
    ("Licence", 240.0),
    ("Support plan", 1200.0),
    ("Workshop", 1800.0),
    ("Set-up", 500.0),
)
_POSITIONS = ("Sales manager", "Accountant", "Engineer", "Team lead", "Analyst")
_TOPICS = ("Call back", "Send offer", "Prepare contract", "Check payment", "Plan visit", "Review papers")


def plant(portal: Portal, seed: int) -> None:
    """Make the demo data."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, nothing secret
    store = portal.store
    _people(store, draw)
    smart_processes.make_category(portal, model.DEAL, "Renewals", number=2)
    smart_processes.make_type(portal, {"ENTITY_TYPE_ID": TYPE, "TITLE": "Onboarding"}, 1, category=TYPE_PIPELINES[0])
    smart_processes.make_category(portal, TYPE, "Partners", number=TYPE_PIPELINES[1])
    _custom_fields(portal)
    _companies(store, draw, COMPANIES)
    _contacts(store, draw, CONTACTS, COMPANIES)
    _leads(store, draw)
    _deals(portal, draw)
    _items(portal, draw)
    _requisites(store, draw)
    _tasks(store, draw)
    _activities(store, draw)
    _quotes(store, draw)


def plant_large(portal: Portal, seed: int) -> None:
    """Make 50,000 contacts with phones and e-mails, and 2,000 companies."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, nothing secret
    _people(portal.store, draw)
    _custom_fields(portal, dynamic=False)
    _companies(portal.store, draw, LARGE_COMPANIES)
    _contacts(portal.store, draw, LARGE_CONTACTS, LARGE_COMPANIES)


def _people(store: Store, draw: random.Random) -> None:
    names = ("Sales", "Service", "Finance", "Development", "Logistics")
    store.insert_many(
        "department",
        [
            {"ID": i, "NAME": name, "SORT": 100 * i, "PARENT": 1 if i < DEPARTMENTS else 2, "UF_HEAD": i + 1}
            for i, name in enumerate(names, 2)
        ],
    )
    rows = []
    for number in range(3, USERS + 1):
        name, last_name = FIRST[number], LAST[number]
        plain = f"user{number}@sandbox.example"
        row = user_row(number, name, last_name, [draw.randint(2, DEPARTMENTS)], draw.choice(_POSITIONS))
        rows.append({**row, "EMAIL": plain, "ACTIVE": "N" if number == USERS else "Y"})
    store.insert_many("user", rows)


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
        key = f"item:{TYPE}"
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


def _colour_ids(store: Store, entity: str, name: str) -> list[str]:
    found = store.value("SELECT LIST FROM userfield WHERE ENTITY_ID = ? AND FIELD_NAME = ?", entity, name)
    return [str(entry["ID"]) for entry in json.loads(found)]


def _companies(store: Store, draw: random.Random, count: int) -> None:
    rows, spoken = [], []
    types, industries, sizes = (_codes(store, name) for name in ("COMPANY_TYPE", "INDUSTRY", "EMPLOYEES"))
    for number in range(1, count + 1):
        name = f"{draw.choice(LAST)} {draw.choice(_TRADES)} {draw.choice(_FORMS)} {number}"
        rows.append(
            {
                **_stamps(draw, number),
                "ID": number,
                "TITLE": name,
                "COMPANY_TYPE": draw.choice(types),
                "INDUSTRY": draw.choice(industries),
                "EMPLOYEES": draw.choice(sizes),
                "CURRENCY_ID": draw.choice(("USD", "EUR", "BRL")),
                "REVENUE": float(draw.randint(1, 900) * 1000),
                "OPENED": "Y",
                "IS_MY_COMPANY": "N",
                "HAS_PHONE": "Y",
                "HAS_EMAIL": "Y",
                "HAS_IMOL": "N",
                "UF_CRM_CNPJ": f"{draw.randint(10, 99)}.{draw.randint(100, 999)}.{number:03d}/0001-{number % 100:02d}",
                "UF_CRM_REGIONS": json.dumps(draw.sample(["North", "South", "East", "West"], 2)),
            }
        )
        spoken.append(_spoken(model.COMPANY, number, "PHONE", f"+55 11 4{number:07d}", "WORK"))
        spoken.append(_spoken(model.COMPANY, number, "EMAIL", f"office{number}@company.example", "WORK"))
    store.insert_many("company", rows)
    store.insert_many("multifield", spoken)


def _contacts(store: Store, draw: random.Random, count: int, companies: int) -> None:
    rows, spoken, links = [], [], []
    types, sources = _codes(store, "CONTACT_TYPE"), _codes(store, "SOURCE")
    colours = [*_colour_ids(store, "CRM_CONTACT", "UF_CRM_COLOUR"), None]
    for number in range(1, count + 1):
        company = draw.randint(1, companies) if number % 5 else None
        mail = number % 7 != 0
        rows.append(
            {
                **_stamps(draw, number),
                "ID": number,
                "NAME": draw.choice(FIRST),
                "SECOND_NAME": None,
                "LAST_NAME": draw.choice(LAST),
                "POST": draw.choice(_POSITIONS),
                "TYPE_ID": draw.choice(types),
                "SOURCE_ID": draw.choice(sources),
                "BIRTHDATE": (ANCHOR - timedelta(days=9000 + draw.randint(0, 12000))).date().isoformat(),
                "COMPANY_ID": company,
                "OPENED": "Y",
                "EXPORT": "Y",
                "HAS_PHONE": "Y",
                "HAS_EMAIL": "Y" if mail else "N",
                "HAS_IMOL": "N",
                "UF_CRM_CPF": f"{number // 1000:03d}.{number % 1000:03d}.{draw.randint(0, 999):03d}-{number % 97:02d}",
                "UF_CRM_COLOUR": draw.choice(colours),
                "UF_CRM_NEWSLETTER": draw.choice("YN"),
            }
        )
        spoken.append(_spoken(model.CONTACT, number, "PHONE", f"+55 21 9{number:08d}", "MOBILE"))
        if mail:
            spoken.append(_spoken(model.CONTACT, number, "EMAIL", f"person{number}@contact.example", "WORK"))
        if company is not None:
            links.append(_link(model.CONTACT, number, model.COMPANY, company))
    store.insert_many("contact", rows)
    store.insert_many("multifield", spoken)
    store.insert_many("link", links)


def _leads(store: Store, draw: random.Random) -> None:
    stages, sources = _stages(store, "STATUS"), _codes(store, "SOURCE")
    rows, spoken = [], []
    for number in range(1, LEADS + 1):
        code, semantics = draw.choice(stages)
        name, last_name = draw.choice(FIRST), draw.choice(LAST)
        rows.append(
            {
                **_stamps(draw, number),
                "ID": number,
                "TITLE": f"Lead {number}: {last_name}",
                "NAME": name,
                "LAST_NAME": last_name,
                "STATUS_ID": code,
                "STATUS_SEMANTIC_ID": semantics,
                "SOURCE_ID": draw.choice(sources),
                "CURRENCY_ID": "USD",
                "OPPORTUNITY": float(draw.randint(1, 80) * 250),
                "IS_MANUAL_OPPORTUNITY": "Y",
                "IS_RETURN_CUSTOMER": "N",
                "OPENED": "Y",
                "HAS_PHONE": "Y",
                "HAS_EMAIL": "N",
                "HAS_IMOL": "N",
            }
        )
        spoken.append(_spoken(model.LEAD, number, "PHONE", f"+351 9{number:08d}", "WORK"))
    store.insert_many("lead", rows)
    store.insert_many("multifield", spoken)


def _deals(portal: Portal, draw: random.Random) -> None:
    store = portal.store
    pipelines = {0: _stages(store, "DEAL_STAGE"), 2: _stages(store, "DEAL_STAGE_2")}
    types, rows, links, lines = _codes(store, "DEAL_TYPE"), [], [], []
    companies = {row["ID"]: row["COMPANY_ID"] for row in store.rows("SELECT ID, COMPANY_ID FROM contact")}
    for number in range(1, DEALS + 1):
        category = 2 if number % 4 == 0 else 0
        code, semantics = draw.choice(pipelines[category])
        contacts = draw.sample(range(1, CONTACTS + 1), draw.randint(1, 3))
        begun = ANCHOR - timedelta(days=draw.randint(0, 400))
        rows.append(
            {
                **_stamps(draw, number),
                "ID": number,
                "TITLE": f"{draw.choice(_GOODS)[0]} for {draw.choice(LAST)} ({number})",
                "TYPE_ID": draw.choice(types),
                "CATEGORY_ID": category,
                "STAGE_ID": code,
                "STAGE_SEMANTIC_ID": semantics,
                "CLOSED": "N" if semantics == "P" else "Y",
                "IS_NEW": "Y" if code == pipelines[category][0][0] else "N",
                "IS_RECURRING": "N",
                "IS_RETURN_CUSTOMER": "N",
                "IS_REPEATED_APPROACH": "N",
                "OPENED": "Y",
                "CURRENCY_ID": draw.choice(("USD", "EUR", "BRL")),
                "OPPORTUNITY": float(draw.randint(2, 400) * 125),
                "TAX_VALUE": 0.0,
                "IS_MANUAL_OPPORTUNITY": "N",
                "COMPANY_ID": companies[contacts[0]],
                "CONTACT_ID": contacts[0],
                "BEGINDATE": begun.date().isoformat(),
                "CLOSEDATE": (begun + timedelta(days=30)).date().isoformat(),
                "SOURCE_ID": "CALL",
                "UF_CRM_MARGIN": round(draw.uniform(0.05, 0.6), 3),
                "UF_CRM_BONUS": f"{draw.randint(1, 20) * 100}|USD",
                "UF_CRM_SIGNED": begun.date().isoformat() if semantics == "S" else None,
            }
        )
        links += [_link(model.DEAL, number, model.CONTACT, key, place) for place, key in enumerate(contacts)]
        if number % 3 == 0:
            lines += _lines(draw, "D", number)
    store.insert_many("deal", rows)
    store.insert_many("link", links)
    store.insert_many("productrow", lines)
    for number in range(3, DEALS + 1, 3):
        products.recount(portal, store.entities["deal"], number)


def _items(portal: Portal, draw: random.Random) -> None:
    store = portal.store
    pipelines = {category: _stages(store, f"DYNAMIC_{TYPE}_STAGE_{category}") for category in TYPE_PIPELINES}
    colours = _colour_ids(store, "CRM_1", "UF_CRM_1_COLOUR")
    rows, links = [], []
    for number in range(1, ITEMS + 1):
        category = TYPE_PIPELINES[number % 3 == 0]
        code, _ = draw.choice(pipelines[category])
        contact = draw.randint(1, CONTACTS)
        stamps = _stamps(draw, number)
        rows.append(
            {
                "ID": number,
                "TITLE": f"Onboarding {number}",
                "CREATED_TIME": stamps["DATE_CREATE"],
                "UPDATED_TIME": stamps["DATE_MODIFY"],
                "MOVED_TIME": stamps["DATE_MODIFY"],
                "CREATED_BY": stamps["CREATED_BY_ID"],
                "UPDATED_BY": stamps["MODIFY_BY_ID"],
                "MOVED_BY": stamps["MODIFY_BY_ID"],
                "ASSIGNED_BY_ID": stamps["ASSIGNED_BY_ID"],
                "OPENED": "Y",
                "BEGINDATE": ANCHOR.date().isoformat(),
                "CLOSEDATE": (ANCHOR + timedelta(days=number)).date().isoformat(),
                "COMPANY_ID": draw.randint(1, COMPANIES),
                "CONTACT_ID": contact,
                "OBSERVERS": json.dumps(sorted(draw.sample(range(2, USERS), 2))),
                "CATEGORY_ID": category,
                "STAGE_ID": code,
                "SOURCE_ID": "WEB",
                "CURRENCY_ID": "USD",
                "OPPORTUNITY": float(number * 100),
                "IS_MANUAL_OPPORTUNITY": "Y",
                "UF_CRM_1_COLOUR": draw.choice(colours),
                "UF_CRM_1_1690000001": f"REF-{number:04d}",
                "UF_CRM_1_TAGS": json.dumps(draw.sample(["new", "vip", "remote", "pilot"], 2)),
                "UF_CRM_1_AGREED": draw.choice("YN"),
                "UF_CRM_1_STARTED": stamps["DATE_CREATE"],
            }
        )
        links.append(_link(TYPE, number, model.CONTACT, contact))
    store.insert_many(f"dynamic_{TYPE}", rows)
    store.insert_many("link", links)


def _requisites(store: Store, draw: random.Random) -> None:
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
            city, country = draw.choice(_CITIES)
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


def _tasks(store: Store, draw: random.Random) -> None:
    rows = []
    for number in range(1, TASKS + 1):
        status = draw.choice("23456")
        created = ANCHOR - timedelta(days=draw.randint(0, 200), hours=draw.randint(0, 8))
        done = status == "5"
        rows.append(
            {
                "ID": number,
                "PARENT_ID": number - 1 if number % 10 == 0 else 0,
                "TITLE": f"{draw.choice(_TOPICS)} {number}",
                "DESCRIPTION": "Made for the sandbox.",
                "PRIORITY": draw.choice("012"),
                "STATUS": status,
                "GROUP_ID": 0,
                "STAGE_ID": 0,
                "CREATED_BY": draw.randint(1, USERS - 1),
                "RESPONSIBLE_ID": draw.randint(1, USERS - 1),
                "ACCOMPLICES": json.dumps([str(key) for key in sorted(draw.sample(range(1, USERS), number % 3))]),
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
                "UF_CRM_TASK": json.dumps([f"D_{draw.randint(1, DEALS)}"]) if number % 3 == 0 else None,
            }
        )
    store.insert_many("task", rows)


def _activities(store: Store, draw: random.Random) -> None:
    rows = []
    for number in range(1, ACTIVITIES + 1):
        owner_type = (model.DEAL, model.CONTACT, model.LEAD)[number % 3]
        start = ANCHOR - timedelta(days=draw.randint(0, 90))
        contact = draw.randint(1, CONTACTS)
        rows.append(
            {
                "ID": number,
                "OWNER_TYPE_ID": owner_type,
                "OWNER_ID": draw.randint(1, 150),
                "TYPE_ID": 2,
                "SUBJECT": f"{draw.choice(_TOPICS)} {number}",
                "START_TIME": moment(start),
                "STATUS": 1,
                "END_TIME": moment(start + timedelta(hours=1)),
                "COMPLETED": "N",
                "PRIORITY": 2,
                "DIRECTION": 2,
                "RESPONSIBLE_ID": draw.randint(1, USERS - 1),
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


def _quotes(store: Store, draw: random.Random) -> None:
    store.insert_many(
        "quote",
        [
            {
                **_stamps(draw, number),
                "ID": number,
                "QUOTE_NUMBER": str(number),
                "TITLE": f"Quote {number}",
                "STATUS_ID": "DRAFT",
                "CURRENCY_ID": "USD",
                "OPPORTUNITY": number * 300.0,
                "TAX_VALUE": 0.0,
                "OPENED": "Y",
                "CLOSED": "N",
                "DEAL_ID": draw.randint(1, DEALS),
                "COMPANY_ID": draw.randint(1, COMPANIES),
            }
            for number in range(1, QUOTES + 1)
        ],
    )


def _lines(draw: random.Random, code: str, owner: int) -> list[dict[str, Any]]:
    found = []
    for position in range(draw.randint(1, 3)):
        product, (name, price) = draw.choice(list(enumerate(_GOODS, 1)))
        found.append(
            {
                "OWNER_ID": owner,
                "OWNER_TYPE": code,
                "PRODUCT_ID": product,
                "PRODUCT_NAME": name,
                "PRICE": price,
                "PRICE_EXCLUSIVE": price,
                "PRICE_NETTO": price,
                "PRICE_BRUTTO": price,
                "PRICE_ACCOUNT": price,
                "QUANTITY": float(draw.randint(1, 9)),
                "DISCOUNT_TYPE_ID": 2,
                "DISCOUNT_RATE": 0.0,
                "TYPE": 1,
                "DISCOUNT_SUM": 0.0,
                "TAX_INCLUDED": "N",
                "CUSTOMIZED": "N",
                "SORT": 10 * (position + 1),
                "MEASURE_CODE": 796,
                "MEASURE_NAME": "pcs",
            }
        )
    return found


def _stamps(draw: random.Random, number: int) -> dict[str, Any]:
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


def _spoken(owner_type: int, owner: int, kind: str, value: str, value_type: str) -> dict[str, Any]:
    return {"OWNER_TYPE": owner_type, "OWNER_ID": owner, "TYPE_ID": kind, "VALUE_TYPE": value_type, "VALUE": value}


def _link(owner_type: int, owner: int, target_type: int, target: int, place: int = 0) -> dict[str, Any]:
    return {
        "OWNER_TYPE": owner_type,
        "OWNER_ID": owner,
        "TARGET_TYPE": target_type,
        "TARGET_ID": target,
        "SORT": 10 * (place + 1),
        "ROLE_ID": 0,
        "IS_PRIMARY": "Y" if place == 0 else "N",
    }


def _codes(store: Store, directory: str) -> list[str]:
    return [code for code, _ in _stages(store, directory)]


def _stages(store: Store, directory: str) -> list[tuple[str, str]]:
    """Return code and semantics (P while it goes on) of a directory's entries."""
    found = store.rows("SELECT STATUS_ID, SEMANTICS FROM status WHERE ENTITY_ID = ? ORDER BY SORT", directory)
    return [(row["STATUS_ID"], row["SEMANTICS"] or "P") for row in found]
