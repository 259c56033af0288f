"""Customers of the demo data: companies, contacts, leads, deals, items of the smart process, quotes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.methods import products
from workfront_orm.sandbox.bitrix24.seeds import words
from workfront_orm.sandbox.bitrix24.seeds.foundation import ANCHOR

if TYPE_CHECKING:
    import random

    from workfront_orm.sandbox.bitrix24.portal import Portal
    from workfront_orm.sandbox.bitrix24.store import Store


def companies(store: Store, draw: random.Random, count: int) -> None:
    """Make companies with a phone, an e-mail and custom fields."""
    rows, spoken = [], []
    types, industries, sizes = (words.codes(store, name) for name in ("COMPANY_TYPE", "INDUSTRY", "EMPLOYEES"))
    for number in range(1, count + 1):
        name = f"{draw.choice(words.LAST)} {draw.choice(words.TRADES)} {draw.choice(words.FORMS)} {number}"
        rows.append(
            {
                **words.stamps(draw, number),
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
        spoken.append(words.spoken(model.COMPANY, number, "PHONE", f"+55 11 4{number:07d}", "WORK"))
        spoken.append(words.spoken(model.COMPANY, number, "EMAIL", f"office{number}@company.example", "WORK"))
    store.insert_many("company", rows)
    store.insert_many("multifield", spoken)


def contacts(store: Store, draw: random.Random, count: int, companies: int) -> None:
    """Make contacts; four of five work for a company, one of seven has no e-mail."""
    rows, spoken, links = [], [], []
    types, sources = words.codes(store, "CONTACT_TYPE"), words.codes(store, "SOURCE")
    colours = [*words.colour_ids(store, "CRM_CONTACT", "UF_CRM_COLOUR"), None]
    for number in range(1, count + 1):
        company = draw.randint(1, companies) if number % 5 else None
        mail = number % 7 != 0
        rows.append(
            {
                **words.stamps(draw, number),
                "ID": number,
                "NAME": draw.choice(words.FIRST),
                "SECOND_NAME": None,
                "LAST_NAME": draw.choice(words.LAST),
                "POST": draw.choice(words.POSITIONS),
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
        spoken.append(words.spoken(model.CONTACT, number, "PHONE", f"+55 21 9{number:08d}", "MOBILE"))
        if mail:
            spoken.append(words.spoken(model.CONTACT, number, "EMAIL", f"person{number}@contact.example", "WORK"))
        if company is not None:
            links.append(words.link(model.CONTACT, number, model.COMPANY, company))
    store.insert_many("contact", rows)
    store.insert_many("multifield", spoken)
    store.insert_many("link", links)


def leads(store: Store, draw: random.Random) -> None:
    """Make leads at every stage."""
    stages, sources = words.stages(store, "STATUS"), words.codes(store, "SOURCE")
    rows, spoken = [], []
    for number in range(1, words.LEADS + 1):
        code, semantics = draw.choice(stages)
        name, last_name = draw.choice(words.FIRST), draw.choice(words.LAST)
        rows.append(
            {
                **words.stamps(draw, number),
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
        spoken.append(words.spoken(model.LEAD, number, "PHONE", f"+351 9{number:08d}", "WORK"))
    store.insert_many("lead", rows)
    store.insert_many("multifield", spoken)


def deals(portal: Portal, draw: random.Random) -> None:
    """Make deals in both pipelines, with contacts, and product rows for every third."""
    store = portal.store
    pipelines = {0: words.stages(store, "DEAL_STAGE"), 2: words.stages(store, "DEAL_STAGE_2")}
    types, rows, links, lines = words.codes(store, "DEAL_TYPE"), [], [], []
    companies = {row["ID"]: row["COMPANY_ID"] for row in store.rows("SELECT ID, COMPANY_ID FROM contact")}
    for number in range(1, words.DEALS + 1):
        category = 2 if number % 4 == 0 else 0
        code, semantics = draw.choice(pipelines[category])
        contacts = draw.sample(range(1, words.CONTACTS + 1), draw.randint(1, 3))
        begun = ANCHOR - timedelta(days=draw.randint(0, 400))
        rows.append(
            {
                **words.stamps(draw, number),
                "ID": number,
                "TITLE": f"{draw.choice(words.GOODS)[0]} for {draw.choice(words.LAST)} ({number})",
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
        links += [words.link(model.DEAL, number, model.CONTACT, key, place) for place, key in enumerate(contacts)]
        if number % 3 == 0:
            lines += _lines(draw, "D", number)
    store.insert_many("deal", rows)
    store.insert_many("link", links)
    store.insert_many("productrow", lines)
    for number in range(3, words.DEALS + 1, 3):
        products.recount(portal, store.entities["deal"], number)


def items(portal: Portal, draw: random.Random) -> None:
    """Make items of the smart process in both of its pipelines."""
    store = portal.store
    pipelines = {
        category: words.stages(store, f"DYNAMIC_{words.TYPE}_STAGE_{category}") for category in words.TYPE_PIPELINES
    }
    colours = words.colour_ids(store, "CRM_1", "UF_CRM_1_COLOUR")
    rows, links = [], []
    for number in range(1, words.ITEMS + 1):
        category = words.TYPE_PIPELINES[number % 3 == 0]
        code, _ = draw.choice(pipelines[category])
        contact = draw.randint(1, words.CONTACTS)
        stamps = words.stamps(draw, number)
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
                "COMPANY_ID": draw.randint(1, words.COMPANIES),
                "CONTACT_ID": contact,
                "OBSERVERS": json.dumps(sorted(draw.sample(range(2, words.USERS), 2))),
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
        links.append(words.link(words.TYPE, number, model.CONTACT, contact))
    store.insert_many(f"dynamic_{words.TYPE}", rows)
    store.insert_many("link", links)


def quotes(store: Store, draw: random.Random) -> None:
    """Make quotes for deals."""
    store.insert_many(
        "quote",
        [
            {
                **words.stamps(draw, number),
                "ID": number,
                "QUOTE_NUMBER": str(number),
                "TITLE": f"Quote {number}",
                "STATUS_ID": "DRAFT",
                "CURRENCY_ID": "USD",
                "OPPORTUNITY": number * 300.0,
                "TAX_VALUE": 0.0,
                "OPENED": "Y",
                "CLOSED": "N",
                "DEAL_ID": draw.randint(1, words.DEALS),
                "COMPANY_ID": draw.randint(1, words.COMPANIES),
            }
            for number in range(1, words.QUOTES + 1)
        ],
    )


def _lines(draw: random.Random, code: str, owner: int) -> list[dict[str, Any]]:
    found = []
    for position in range(draw.randint(1, 3)):
        product, (name, price) = draw.choice(list(enumerate(words.GOODS, 1)))
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
