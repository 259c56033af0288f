"""Portfolios, programs and the projects of the demo with everything in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_forms, data_issues, data_plan, data_records, data_tasks
from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_world import HOUR_MINUTES, Row, Tables, World, chance

if TYPE_CHECKING:
    import random

NAMED_PROJECTS = (
    ("Website relaunch", "CUR"),
    ("Autumn campaign", "CUR"),
    ("Office move Lyon", "PLN"),
    ("Annual report", "CPL"),
    ("Mobile app", "ONH"),
    ("Price comparison", "DED"),
    ("Photo archive", "REQ"),
    ("Contract review", "WFC"),
)
"""Projects that every size but "empty" has, with their statuses; the administrator owns the first, the second user the second."""

_STATUSES = ("CUR", "CUR", "CUR", "CUR", "PLN", "PLN", "CPL", "CPL", "ONH", "DED", "REQ", "APR", "REJ", "IDA", "WFC")
_DEAD = "DED"
_COMPLETE = "CPL"


def portfolios(world: World) -> Tables:
    """Portfolios and their programs."""
    found = [_portfolio(world, name, description) for name, description in words.PORTFOLIOS]
    world.programs = [_program(world, name, found[number]) for name, number in words.PROGRAMS]
    return {"PORT": found, "PRGM": world.programs}


def project(world: World, number: int) -> Tables:
    """The project of that number, counted from 0: tasks, issues, hours, notes, documents and the rest of it."""
    dice = world.dice("project", number)
    row = _project(world, dice, number)
    tree = data_plan.plan(dice, dice.randint(*world.profile.tasks), world.profile.days)
    tree.place(_first_day(dice, row["status"], tree.last))
    _enter(world, dice, row, tree.first)
    tables: Tables = {"PROJ": [row], "OBJCAT": []}
    _merge(tables, data_tasks.rows(world, row, tree))
    _merge(tables, data_issues.rows(world, row, tables["TASK"]))
    _merge(tables, data_records.own_hours(world, row))
    for code in ("PROJ", "TASK", "OPTASK"):
        for member in tables[code]:
            if chance(dice, world.profile.formed):
                tables["OBJCAT"] += data_forms.fill(world, dice, code, member)
    _merge(tables, data_records.threads(world, row, tables))
    _merge(tables, data_records.documents(world, row, tables))
    if world.profile.rich:
        _merge(tables, data_records.extras(world, row, tables))
    _total(row, tables)
    return tables


# --- rows ----------------------------------------------------------------------------------


def _portfolio(world: World, name: str, description: str) -> Row:
    return {
        "ID": world.id("PORT", name),
        "customerID": world.customer,
        "name": name,
        "description": description,
        "isActive": True,
        "ownerID": world.admin,
        "groupID": world.group,
        "categoryID": None,
        "currency": "EUR",
        "budget": 500000.0,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
        "parameterValues": {},
    }


def _program(world: World, name: str, portfolio: Row) -> Row:
    return {
        "ID": world.id("PRGM", name),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "portfolioID": portfolio["ID"],
        "isActive": True,
        "ownerID": world.dice("program", name).choice(world.people)["ID"],
        "groupID": world.group,
        "categoryID": None,
        "securityRootID": portfolio["ID"],
        "securityRootObjCode": "PORT",
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
        "parameterValues": {},
    }


def _project(world: World, dice: random.Random, number: int) -> Row:
    """A project without work in it."""
    name, status = _name_and_status(dice, number)
    program = dice.choice(world.programs) if chance(dice, 0.8) else None
    owner = world.people[number] if number < 2 else dice.choice(world.people)  # noqa: PLR2004 - administrator and second user
    template = dice.choice(world.templates)["ID"] if world.templates and chance(dice, 0.3) else None
    return {
        "ID": world.id("PROJ", number),
        "customerID": world.customer,
        "name": name,
        "description": dice.choice(words.DESCRIPTIONS) if chance(dice, 0.6) else None,
        "referenceNumber": world.number("PROJ"),
        "extRefID": f"P-{number + 1:04}" if chance(dice, 0.7) else None,
        "status": status,
        "previousStatus": "PLN" if status not in {"PLN", "REQ", "IDA"} else None,
        "isStatusComplete": status == _COMPLETE,
        "isProjectDead": status == _DEAD,
        "percentComplete": 0.0,
        "progressStatus": "ON",
        "condition": dice.choice(("ON", "ON", "AR", "IT")),
        "conditionType": "MN",
        "completionType": "MAN",
        "summaryCompletionType": "AUT",
        "priority": dice.choice((0, 1, 2, 2, 3, 4)),
        "risk": dice.randrange(6),
        "scheduleMode": "S",
        "updateType": "AUTO",
        "performanceIndexMethod": "H",
        "levelingMode": "AUT",
        "portfolioID": program["portfolioID"] if program else None,
        "programID": program["ID"] if program else None,
        "companyID": dice.choice(world.companies)["ID"] if chance(dice, 0.6) else None,
        "groupID": dice.choice(world.groups)["ID"],
        "ownerID": owner["ID"],
        "sponsorID": dice.choice(world.people)["ID"] if chance(dice, 0.5) else None,
        "teamID": dice.choice(world.teams)["ID"] if world.teams and chance(dice, 0.2) else None,
        "scheduleID": world.schedule,
        "templateID": template,
        "milestonePathID": world.milestone_path,
        "categoryID": None,
        "queueDefID": None,
        "resourcePoolID": None,
        "convertedOpTaskID": None,
        "plannedStartDate": None,
        "plannedCompletionDate": None,
        "projectedStartDate": None,
        "projectedCompletionDate": None,
        "actualStartDate": None,
        "actualCompletionDate": None,
        "durationMinutes": 0,
        "work": 0.0,
        "workRequired": 0,
        "actualWorkRequired": 0,
        "actualWorkRequiredDouble": 0.0,
        "totalHours": 0.0,
        "budget": float(dice.randrange(5, 400) * 500) if chance(dice, 0.8) else None,
        "fixedCost": 0.0,
        "fixedRevenue": 0.0,
        "currency": None,
        "URL": None,
        "lastNoteID": None,
        "personal": False,
        "filterHourTypes": False,
        "version": 1,
        "enteredByID": owner["ID"],
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": owner["ID"],
        "submittedByID": owner["ID"] if status == "REQ" else None,
        "parameterValues": {},
    }


def _name_and_status(dice: random.Random, number: int) -> tuple[str, str]:
    if number < len(NAMED_PROJECTS):
        return NAMED_PROJECTS[number]
    hostile = number - len(NAMED_PROJECTS)
    if hostile < len(words.HOSTILE_PROJECTS):
        return words.HOSTILE_PROJECTS[hostile], "CUR"
    return f"{dice.choice(words.PROJECT_KINDS)} {dice.choice(words.PROJECT_PLACES)} {number + 1}", dice.choice(
        _STATUSES
    )


def _first_day(dice: random.Random, status: str, length: int) -> int:
    """Where a project stands on the calendar, so that its status fits its dates."""
    if status in {"CPL", "REJ"}:
        return -length - dice.randint(5, 200)
    if status in {"CUR", "WFC", "ONH", "DED"}:
        return -int(length * dice.uniform(0.3, 0.8)) - 1
    return dice.randint(5, 60)


def _enter(world: World, dice: random.Random, row: Row, first: int) -> None:
    """Date the entry some weeks before the first day, and in the past."""
    entered = world.calendar.end(min(-2, first - dice.randint(5, 30)))
    row.update(entryDate=entered, lastUpdateDate=entered)


def _total(row: Row, tables: Tables) -> None:
    """Add issues and hours of its own to what the tasks gave."""
    hours = sum(entry["hours"] for entry in tables["HOUR"])
    work = row["workRequired"] + sum(issue["workRequired"] for issue in tables["OPTASK"])
    row.update(
        workRequired=work,
        work=work / HOUR_MINUTES,
        totalHours=hours,
        actualWorkRequired=round(hours * HOUR_MINUTES),
        actualWorkRequiredDouble=hours * HOUR_MINUTES,
    )


def _merge(tables: Tables, more: Tables) -> None:
    for code, rows in more.items():
        tables.setdefault(code, []).extend(rows)
