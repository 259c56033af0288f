"""What every portal has: directories, currencies, presets, a department, two users."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.values import ZONE, moment

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Portal

ANCHOR = datetime(2026, 8, 3, 9, 0, tzinfo=ZONE)
"""The day around which all planted data lies, so that the same seed gives the same data on any day."""

DIRECTORIES: dict[str, tuple[tuple[str, str, str | None], ...]] = {
    "STATUS": (
        *(("NEW", "Unassigned", None), ("IN_PROCESS", "In progress", None), ("PROCESSED", "Processed", None)),
        *(("CONVERTED", "Good lead", "S"), ("JUNK", "Junk lead", "F")),
    ),
    "SOURCE": (
        *(("CALL", "Call", None), ("EMAIL", "E-mail", None), ("WEB", "Website", None)),
        *(("ADVERTISING", "Advertising", None), ("PARTNER", "Existing client", None)),
        *(("RECOMMENDATION", "By recommendation", None), ("OTHER", "Other", None)),
    ),
    "CONTACT_TYPE": (
        *(("CLIENT", "Clients", None), ("SUPPLIER", "Suppliers", None)),
        *(("PARTNER", "Partners", None), ("OTHER", "Other", None)),
    ),
    "COMPANY_TYPE": (
        *(("CUSTOMER", "Client", None), ("SUPPLIER", "Supplier", None), ("COMPETITOR", "Competitor", None)),
        *(("PARTNER", "Partner", None), ("OTHER", "Other", None)),
    ),
    "EMPLOYEES": (
        *(("EMPLOYEES_1", "fewer than 50", None), ("EMPLOYEES_2", "50 to 250", None)),
        *(("EMPLOYEES_3", "250 to 500", None), ("EMPLOYEES_4", "more than 500", None)),
    ),
    "INDUSTRY": (
        *(("IT", "Information technology", None), ("TELECOM", "Telecommunication", None)),
        *(("MANUFACTURING", "Manufacturing", None), ("CONSULTING", "Consulting", None), ("OTHER", "Other", None)),
    ),
    "DEAL_TYPE": (
        *(("SALE", "Sale", None), ("COMPLEX", "Integrated sale", None)),
        *(("GOODS", "Goods", None), ("SERVICES", "Services", None)),
    ),
    "DEAL_STAGE": (
        *(("NEW", "New", None), ("PREPARATION", "Create papers", None), ("PREPAYMENT_INVOICE", "Invoice", None)),
        *(("EXECUTING", "In progress", None), ("FINAL_INVOICE", "Final invoice", None)),
        *(("WON", "Deal won", "S"), ("LOSE", "Deal lost", "F"), ("APOLOGY", "Analyse failure", "F")),
    ),
    "QUOTE_STATUS": (
        *(("DRAFT", "New", None), ("SENT", "Sent to client", None)),
        *(("APPROVED", "Approved", "S"), ("DECLAINED", "Declined", "F")),
    ),
    "HONORIFIC": (("HNR_EN_1", "Mr.", None), ("HNR_EN_2", "Mrs.", None), ("HNR_EN_3", "Ms.", None)),
    "RQ_IDENT_TYPE_CO": (("CC", "Identity card", None), ("PASSPORT", "Passport", None)),
}


def plant(portal: Portal) -> None:
    """Make what every portal has."""
    store = portal.store
    store.insert_many("status", [row for name, entries in DIRECTORIES.items() for row in _directory(name, entries)])
    category = {
        "ID": 0,
        "NAME": "General",
        "SORT": 10,
        "ENTITY_TYPE_ID": model.DEAL,
        "IS_DEFAULT": "Y",
        "IS_SYSTEM": "N",
    }
    store.insert("category", category)
    store.insert_many(
        "currency",
        [
            _currency("USD", "US dollar", "Y", 1.0, 100),
            _currency("EUR", "Euro", "N", 1.08, 200),
            _currency("BRL", "Brazilian real", "N", 0.18, 300),
        ],
    )
    created = moment(ANCHOR - timedelta(days=900))
    store.insert_many(
        "preset",
        [
            {
                "ENTITY_TYPE_ID": model.REQUISITE,
                "COUNTRY_ID": country,
                "NAME": name,
                "SORT": 500,
                "ACTIVE": "Y",
                "DATE_CREATE": created,
                "DATE_MODIFY": created,
                "CREATED_BY_ID": 1,
                "MODIFY_BY_ID": 1,
            }
            for country, name in ((122, "Organization"), (122, "Person"), (34, "Empresa"))
        ],
    )
    store.insert("department", {"NAME": "Sandbox Ltd.", "SORT": 500, "UF_HEAD": 1})
    for number, (name, last_name) in enumerate((("Alice", "Admin"), ("Robert", "Restricted")), 1):
        store.insert("user", user_row(number, name, last_name, [1], "Administrator" if number == 1 else "Clerk"))


def user_row(number: int, name: str, last_name: str, departments: list[int], position: str) -> dict[str, Any]:
    """Return a user's row."""
    joined = moment(ANCHOR - timedelta(days=800 - number))
    return {
        "ID": number,
        "ACTIVE": "Y",
        "NAME": name,
        "LAST_NAME": last_name,
        "EMAIL": f"{name.lower()}.{last_name.lower()}@sandbox.example",
        "WORK_POSITION": position,
        "UF_DEPARTMENT": str(departments),
        "DATE_REGISTER": joined,
        "LAST_LOGIN": moment(ANCHOR - timedelta(hours=number)),
        "TIMESTAMP_X": joined,
        "IS_ONLINE": "N",
        "USER_TYPE": "employee",
        "TIME_ZONE": "",
        "PERSONAL_GENDER": "",
    }


def _directory(name: str, entries: tuple[tuple[str, str, str | None], ...]) -> list[dict[str, Any]]:
    return [
        {
            "ENTITY_ID": name,
            "STATUS_ID": code,
            "NAME": label,
            "NAME_INIT": label,
            "SORT": 10 * (position + 1),
            "SYSTEM": "Y" if semantics or position == 0 else "N",
            "CATEGORY_ID": 0 if name == "DEAL_STAGE" else None,
            "SEMANTICS": semantics,
        }
        for position, (code, label, semantics) in enumerate(entries)
    ]


def _currency(code: str, name: str, base: str, amount: float, sort: int) -> dict[str, Any]:
    return {
        "CURRENCY": code,
        "AMOUNT_CNT": 1,
        "AMOUNT": amount,
        "BASE": base,
        "SORT": sort,
        "FULL_NAME": name,
        "LID": "en",
        "FORMAT_STRING": f"# {code}",
        "DEC_POINT": ".",
        "THOUSANDS_SEP": ",",
        "DECIMALS": 2,
    }
