"""Templates, milestones, resource pool and the other settings of the demo that projects are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_world import DAY_MINUTES, HOUR_MINUTES, Row, Tables, World

if TYPE_CHECKING:
    import random

_MILESTONES = ("Approved", "Published", "Paid")
_RISK_TYPES = ("Schedule", "Budget", "Quality")


def templates(world: World) -> Tables:
    """Templates with their tasks, predecessors and assignments; notes them in `world`."""
    tables: Tables = {"TMPL": [], "TTSK": [], "TPRED": [], "TASSGN": []}
    for name, steps in words.TEMPLATES:
        dice = world.dice("template", name)
        template = _template(world, name)
        tables["TMPL"].append(template)
        before: Row | None = None
        parent: Row | None = None
        for number, step in enumerate(steps, 1):
            task = _task(world, dice, template, (number, step), before)
            if number == 1:
                parent = task
            elif number == len(steps) and parent is not None:
                # The last step belongs to the first: one small tree a template.
                parent["numberOfChildren"] = 1
                task.update(parentID=parent["ID"], indent=1)
            if before is not None:
                tables["TPRED"].append(_predecessor(world, before, task))
            tables["TASSGN"].append(_assignment(world, task))
            tables["TTSK"].append(task)
            before = task
        template["completionDay"] = max(
            task["completionDay"] for task in tables["TTSK"] if task["templateID"] == template["ID"]
        )
        template["durationMinutes"] = template["completionDay"] * DAY_MINUTES
    world.templates = tables["TMPL"]
    return tables


def settings(world: World) -> Tables:
    """A path of milestones, types of risk, a resource pool and a sprint of the agile team."""
    path = world.milestone_path = world.id("MPATH", "Standard")
    milestones: list[Row] = [
        {
            "ID": world.id("MILE", name),
            "customerID": world.customer,
            "name": name,
            "description": None,
            "milestonePathID": path,
            "sequence": number,
            "color": "1C68FF",
        }
        for number, name in enumerate(_MILESTONES, 1)
    ]
    world.milestones = [row["ID"] for row in milestones]
    entered = {"enteredByID": world.admin, "entryDate": world.created}
    world.iteration = world.id("ITRN", "Sprint 1")
    agile = next(team for team in world.teams if team["isAgile"])
    return {
        "MPATH": [
            {
                "ID": path,
                "customerID": world.customer,
                "name": "Standard",
                "description": None,
                "isActive": True,
                **entered,
            }
        ],
        "MILE": milestones,
        "RSKTYP": [
            {"ID": world.id("RSKTYP", name), "customerID": world.customer, "name": name, "description": None}
            for name in _RISK_TYPES
        ],
        "RSPOOL": [
            {
                "ID": world.id("RSPOOL", "Freelancers"),
                "customerID": world.customer,
                "name": "Freelancers",
                "description": None,
                "displayOrder": 0,
                **entered,
            }
        ],
        "ITRN": [
            {
                "ID": world.iteration,
                "customerID": world.customer,
                "name": "Sprint 1",
                "goal": "Show something",
                "teamID": agile["ID"],
                "ownerID": agile["ownerID"],
                "startDate": world.calendar.start(-5),
                "endDate": world.calendar.end(4),
                "status": "INP",
                "capacity": 120.0,
                "percentComplete": 0.0,
                "categoryID": None,
                **entered,
                "lastUpdateDate": world.created,
                "lastUpdatedByID": world.admin,
            }
        ],
        "FVRITE": [
            {
                "ID": world.id("FVRITE", "first"),
                "customerID": world.customer,
                "userID": world.admin,
                "name": "Website relaunch",
                "objID": world.id("PROJ", 0),
                "objObjCode": "PROJ",
            }
        ],
    }


def _template(world: World, name: str) -> Row:
    return {
        "ID": world.id("TMPL", name),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "isActive": True,
        "ownerID": world.admin,
        "groupID": world.group,
        "scheduleID": world.schedule,
        "priority": 2,
        "startDay": 0,
        "completionDay": 0,
        "durationMinutes": 0,
        "referenceNumber": world.number("TMPL"),
        "milestonePathID": world.milestone_path,
        "categoryID": None,
        "version": 1,
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
        "parameterValues": {},
    }


def _task(world: World, dice: random.Random, template: Row, step: tuple[int, str], before: Row | None) -> Row:
    number, name = step
    days = dice.randint(1, 5)
    start = before["completionDay"] if before else 0
    return {
        "ID": world.id("TTSK", f"{template['ID']}/{number}"),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "templateID": template["ID"],
        "parentID": None,
        "taskNumber": number,
        "indent": 0,
        "numberOfChildren": 0,
        "startDay": start,
        "completionDay": start + days,
        "duration": float(days),
        "durationMinutes": days * DAY_MINUTES,
        "durationUnit": "D",
        "durationType": "A",
        "work": float(days * DAY_MINUTES // HOUR_MINUTES),
        "workRequired": float(days * DAY_MINUTES),
        "taskConstraint": "ASAP",
        "trackingMode": "USER",
        "priority": 2,
        "roleID": dice.choice(world.roles)["ID"],
        "assignedToID": None,
        "teamID": None,
        "milestoneID": None,
        "categoryID": None,
        "referenceNumber": world.number("TTSK"),
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
        "extRefID": None,
        "parameterValues": {},
    }


def _predecessor(world: World, before: Row, task: Row) -> Row:
    return {
        "ID": world.id("TPRED", task["ID"]),
        "customerID": world.customer,
        "predecessorID": before["ID"],
        "successorID": task["ID"],
        "predecessorType": "fs",
        "lagDays": 0.0,
        "lagType": "d",
        "isEnforced": False,
    }


def _assignment(world: World, task: Row) -> Row:
    return {
        "ID": world.id("TASSGN", task["ID"]),
        "customerID": world.customer,
        "templateID": task["templateID"],
        "templateTaskID": task["ID"],
        "objID": task["ID"],
        "objObjCode": "TTSK",
        "assignedToID": None,
        "roleID": task["roleID"],
        "teamID": None,
        "assignmentPercent": 100.0,
        "isPrimary": True,
        "isTeamAssignment": False,
        "workRequired": int(task["workRequired"]),
    }
