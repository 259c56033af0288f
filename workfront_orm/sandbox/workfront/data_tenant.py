"""What every tenant has before anybody works in it.

`base` is the size "empty": customer, administrator, a second user without administrator's rights, access levels, the default
group, roles, statuses and the other enumerations, the default schedule, types of hours and expenses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workfront_orm.sandbox.workfront.data_world import Row, Tables, World

ADMIN_USERNAME = "admin@sandbox.example"
"""Login of the administrator."""

USER_USERNAME = "ben@sandbox.example"
"""Login of the second user, who is no administrator and has no API key."""

DEFAULT_GROUP = "Default Group"

# Statuses: label, code, the code it equates with, colour. Codes of projects and tasks are documented (facts, enums.json);
# those of issues beyond New, In Progress and Awaiting Feedback are inferred. Custom ones have no system status of their code.
_STATUSES = {
    "PROJ": (
        ("Current", "CUR", "CUR", "39FF39"),
        ("On Hold", "ONH", "ONH", "FFC000"),
        ("Planning", "PLN", "PLN", "1C68FF"),
        ("Complete", "CPL", "CPL", "FF3939"),
        ("Dead", "DED", "DED", "777777"),
        ("Requested", "REQ", "REQ", "B8D0FF"),
        ("Approved", "APR", "APR", "8BC34A"),
        ("Rejected", "REJ", "REJ", "AA0000"),
        ("Idea", "IDA", "IDA", "DDDDDD"),
        ("Waiting for client / <b>legal</b>", "WFC", "CUR", "9C27B0"),
    ),
    "TASK": (
        ("New", "NEW", "NEW", "1C68FF"),
        ("In Progress", "INP", "INP", "39FF39"),
        ("Complete", "CPL", "CPL", "FF3939"),
        ("Complete - Pending Approval", "CPA", "CPL", "FFA000"),
        ("Complete - Pending Issues", "CPI", "CPL", "FFA000"),
        ("In review", "RVW", "INP", "00BCD4"),
    ),
    "OPTASK": (
        ("New", "NEW", "NEW", "1C68FF"),
        ("In Progress", "INP", "INP", "39FF39"),
        ("Awaiting Feedback", "AWF", "INP", "FFC000"),
        ("On Hold", "ONH", "INP", "FFE082"),
        ("Reopened", "ROP", "INP", "FF7043"),
        ("Resolved", "RLV", "CLS", "8BC34A"),
        ("Verified Complete", "VER", "CLS", "4CAF50"),
        ("Closed", "CLS", "CLS", "FF3939"),
    ),
}

_PRIORITIES = (("None", "999999"), ("Low", "8BC34A"), ("Normal", "1C68FF"), ("High", "FFA000"), ("Urgent", "FF3939"))
_SEVERITIES = (("Cosmetic", "999999"), ("Causes confusion", "1C68FF"), ("Bug with workaround", "8BC34A"), ("Bug, no workaround", "FFA000"), ("Fatal", "FF3939"))  # fmt: skip
_CONDITIONS = (("Going Smoothly", "39FF39"), ("Some Concerns", "FFC000"), ("Major Roadblocks", "FF3939"))
_PROJECT_CONDITIONS = (("On Target", "ON", "39FF39"), ("At Risk", "AR", "FFC000"), ("In Trouble", "IT", "FF3939"))

# Name, licence, administrator. The first that is no administrator's is what a new user gets.
_ACCESS_LEVELS = (
    ("Standard", "F", False),
    ("Light", "C", False),
    ("Contributor", "R", False),
    ("External User", "X", False),
    ("System Administrator", "F", True),
)

_HOUR_TYPES = (
    ("General Hours", "GLOBAL", True),
    ("Project Time", "PROJ", True),
    ("Task Time", "TASK", True),
    ("Issue Time", "OPTASK", True),
    ("Vacation", "GLOBAL", False),
)

_EXPENSE_TYPES = (("General", 0.0), ("Mileage", 0.3), ("Print Media", 0.0), ("Travel", 0.0))


def base(world: World) -> Tables:
    """Rows of a tenant in which nobody has worked yet; notes in `world` what later parts refer to."""
    world.group = world.id("GROUP", DEFAULT_GROUP)
    world.schedule = world.id("SCHED", "default")
    world.admin = world.id("USER", ADMIN_USERNAME)
    tables: Tables = {
        "CUST": [_customer(world)],
        "ACSLVL": [_access_level(world, *level) for level in _ACCESS_LEVELS],
        "GROUP": [make_group(world, DEFAULT_GROUP, "Everybody", None)],
        "SCHED": [make_schedule(world, "default", "Default Schedule", default=True)],
        "ROLE": [_role(world, *role) for role in words.ROLES],
        "CMPY": [make_company(world, "Sandbox Company", primary=True)],
        "HOURT": [_hour_type(world, *kind) for kind in _HOUR_TYPES],
        "EXPTYP": [_expense_type(world, *kind) for kind in _EXPENSE_TYPES],
        "CSTEM": list(_enumerations(world)),
    }
    world.roles = tables["ROLE"]
    world.groups = tables["GROUP"]
    world.companies = tables["CMPY"]
    world.hour_types = [row["ID"] for row in tables["HOURT"]]
    world.expense_types = [row["ID"] for row in tables["EXPTYP"]]
    admin = make_user(
        world,
        ADMIN_USERNAME,
        ("Ada", "Admin"),
        level="System Administrator",
        role=world.roles[0],
        title="Administrator",
    )
    second = make_user(
        world, USER_USERNAME, ("Ben", "Okafor"), level="Standard", role=world.roles[1], title="Senior Designer"
    )
    second["managerID"] = world.admin
    tables["USER"] = [admin, second]
    tables["USRGPS"] = [make_membership(world, user, world.group, owner=user is admin) for user in tables["USER"]]
    tables["USRROL"] = [make_user_role(world, user) for user in tables["USER"]]
    world.people = list(tables["USER"])
    return tables


# --- the tenant ----------------------------------------------------------------------------


def _customer(world: World) -> Row:
    return {
        "ID": world.customer,
        "name": "Sandbox",
        "domain": "sandbox",
        "description": "A tenant of invented data",
        "firstname": "Ada",
        "lastname": "Admin",
        "emailAddr": ADMIN_USERNAME,
        "adminAcctName": ADMIN_USERNAME,
        "adminUserID": world.admin,
        "city": "Berlin",
        "country": "Germany",
        "currency": "EUR",
        "timeZone": "UTC",
        "locale": "en_US",
        "status": "A",
        "apiConcurrencyLimit": 10,
        "fullUsers": 100,
        "isAPIEnabled": True,
        "isDisabled": False,
        "isEnterprise": True,
        "isProofingEnabled": False,
        "entryDate": world.created,
        "securityModelType": "ACSRUL",
    }


def _access_level(world: World, name: str, licence: str, admin: bool) -> Row:
    return {
        "ID": world.id("ACSLVL", name),
        "customerID": world.customer,
        "name": name,
        "description": f"Access of the licence {name}",
        "licenseType": licence,
        "isAdmin": admin,
        "entryDate": world.created,
        "lastUpdatedByID": world.admin,
        "lastUpdatedDate": world.created,
        "accessRestrictions": [],
        "fieldAccessPrivileges": [],
    }


def make_group(world: World, name: str, description: str, parent: str | None) -> Row:
    """A group; `parent` is the name of the one it belongs to."""
    return {
        "ID": world.id("GROUP", name),
        "customerID": world.customer,
        "name": name,
        "description": description,
        "parentID": world.id("GROUP", parent) if parent else None,
        "businessLeaderID": None,
        "isActive": True,
        "isPublic": True,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "extRefID": None,
    }


def make_schedule(world: World, key: str, name: str, *, default: bool) -> Row:
    """A schedule of Monday to Friday; the default one is in UTC and has no holidays."""
    return {
        "ID": world.id("SCHED", key),
        "customerID": world.customer,
        "name": name,
        "isDefault": default,
        "hasNonWorkDays": not default,
        "timeZone": "UTC" if default else "Europe/Berlin",
        "groupID": world.group,
        "homeGroupID": world.group,
        "monday": True,
        "tuesday": True,
        "wednesday": True,
        "thursday": True,
        "friday": True,
        "saturday": False,
        "sunday": False,
        "enteredByID": world.admin,
        "entryDate": world.created,
    }


def _role(world: World, name: str, description: str, cost: float, billing: float) -> Row:
    return {
        "ID": world.id("ROLE", name),
        "customerID": world.customer,
        "name": name,
        "description": description,
        "costPerHour": cost,
        "billingPerHour": billing,
        "maxUsers": 0,
        "isActive": True,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
    }


def make_company(world: World, name: str, *, primary: bool) -> Row:
    """A company; the primary one is the tenant itself."""
    return {
        "ID": world.id("CMPY", name),
        "customerID": world.customer,
        "name": name,
        "isActive": True,
        "isPrimary": primary,
        "hasRateOverride": False,
        "groupID": world.group,
        "categoryID": None,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
        "parameterValues": {},
    }


def _hour_type(world: World, name: str, scope: str, revenue: bool) -> Row:
    return {
        "ID": world.id("HOURT", name),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "scope": scope,
        "isActive": True,
        "countAsRevenue": revenue,
        "overheadType": None,
    }


def _expense_type(world: World, name: str, rate: float) -> Row:
    return {
        "ID": world.id("EXPTYP", name),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "rate": rate,
    }


def _enumerations(world: World) -> Iterable[Row]:
    for code, statuses in _STATUSES.items():
        for label, value, equates, colour in statuses:
            yield _enumeration(world, f"STATUS_{code}", label, value, colour, equates=equates)
    # A status of one group only: searching CSTEM by groupID finds it alone, the named queries add the system's (API.md 12).
    yield _enumeration(world, "STATUS_TASK", "Legal check", "LGL", "795548", equates="INP", group=world.group)
    for code in ("PROJ", "TASK", "OPTASK"):
        for number, (label, colour) in enumerate(_PRIORITIES):
            yield _enumeration(world, f"PRIORITY_{code}", label, str(number), colour)
    for number, (label, colour) in enumerate(_SEVERITIES):
        yield _enumeration(world, "SEVERITY_OPTASK", label, str(number), colour)
    for code in ("TASK", "OPTASK"):
        for number, (label, colour) in enumerate(_CONDITIONS):
            yield _enumeration(world, f"CONDITION_{code}", label, str(number), colour)
    for label, value, colour in _PROJECT_CONDITIONS:
        yield _enumeration(world, "CONDITION_PROJ", label, value, colour)


def _enumeration(
    world: World,
    kind: str,
    label: str,
    value: str,
    colour: str,
    *,
    equates: str | None = None,
    group: str | None = None,
) -> Row:
    return {
        "ID": world.id("CSTEM", f"{kind}/{value}"),
        "customerID": world.customer,
        "enumClass": kind,
        "label": label,
        "value": value,
        "valueAsString": value,
        "valueAsInt": int(value) if value.isdigit() else None,
        "equatesWith": equates or value,
        "color": colour,
        "isPrimary": equates in {None, value},
        "description": None,
        "groupID": group,
        "extRefID": None,
    }


# --- people --------------------------------------------------------------------------------


def make_user(world: World, username: str, name: tuple[str, str], *, level: str, role: Row, title: str) -> Row:
    """A user who works full-time in the default group; `level` is the name of his access level."""
    licence = next(kind for label, kind, _ in _ACCESS_LEVELS if label == level)
    admin = level == "System Administrator"
    return {
        "ID": world.id("USER", username),
        "customerID": world.customer,
        "username": username,
        "emailAddr": username,
        "firstName": name[0],
        "lastName": name[1],
        "title": title,
        "accessLevelID": world.id("ACSLVL", level),
        "licenseType": licence,
        "isAdmin": admin,
        "isActive": True,
        "hasAPIAccess": True,
        "hasPassword": admin or username == USER_USERNAME,
        "homeGroupID": world.group,
        "homeTeamID": None,
        "companyID": world.companies[0]["ID"],
        "roleID": role["ID"],
        "scheduleID": world.schedule,
        "managerID": None,
        "defaultHourTypeID": world.hour_types[0],
        "categoryID": None,
        "address": None,
        "city": "Berlin",
        "country": "Germany",
        "phoneNumber": None,
        "timeZone": "UTC",
        "locale": "en_US",
        "costPerHour": role["costPerHour"],
        "billingPerHour": role["billingPerHour"],
        "fte": 1.0,
        "workTime": 1.0,
        "workHoursPerDay": 8.0,
        "loginCount": 0,
        "lastLoginDate": None,
        "receiveEmails": True,
        "resourcePoolID": None,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "lastNoteID": None,
        "extRefID": None,
        "parameterValues": {},
    }


def make_membership(world: World, user: Row, group: str, *, owner: bool) -> Row:
    """A user's place in a group."""
    return {"ID": world.id("USRGPS", f"{user['ID']}/{group}"), "userID": user["ID"], "groupID": group, "isOwner": owner}


def make_user_role(world: World, user: Row) -> Row:
    """A user's only role."""
    return {
        "ID": world.id("USRROL", user["ID"]),
        "userID": user["ID"],
        "roleID": user["roleID"],
        "timePercentage": 100.0,
    }
