"""Issues of a demo project: some assigned, some on a task, some resolved by a task that they were converted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_tasks import assignment, book
from workfront_orm.sandbox.workfront.data_world import DAY_MINUTES, HOUR_MINUTES, Row, Tables, World, chance

if TYPE_CHECKING:
    import random

_CLOSED = {"RLV", "VER", "CLS"}
_STATUSES = ("NEW", "NEW", "INP", "INP", "AWF", "ONH", "ROP", "RLV", "VER", "CLS", "CLS")
_TYPES = ("ISU", "ISU", "BUG", "CHO", "REQ")
_QUEUES = 4  # one project of so many takes requests


def rows(world: World, project: Row, tasks: list[Row]) -> Tables:
    """Issues, their assignments and hours, and the request queue of some projects.

    Args:
        world: The world.
        project: The project's row, with its dates.
        tasks: Its tasks; those that resolve an issue are told so.
    """
    dice = world.dice("issues", project["ID"])
    tables: Tables = {"OPTASK": [], "ASSGN": [], "HOUR": [], "QUED": [], "QUET": [], "QUETGP": []}
    if world.profile.rich and project["referenceNumber"] % _QUEUES == 1:
        _queue(world, project, tables)
    # Leaf tasks that have not been converted from an issue yet.
    free = [task for task in tasks if not task["numberOfChildren"]]
    for number in range(dice.randint(*world.profile.issues)):
        issue = _issue(world, dice, project, number)
        tables["OPTASK"].append(issue)
        if tables["QUET"]:
            issue.update(
                queueDefID=project["queueDefID"], queueTopicID=dice.choice(tables["QUET"])["ID"], isHelpDesk=True
            )
        if chance(dice, 0.3):
            task = dice.choice(tasks)
            issue.update(sourceTaskID=task["ID"], sourceObjCode="TASK", sourceObjID=task["ID"])
        if free and chance(dice, 0.25):
            _resolve(issue, free.pop(dice.randrange(len(free))))
        if chance(dice, 0.6):
            user = dice.choice(world.people)
            issue.update(assignedToID=user["ID"], roleID=user["roleID"])
            tables["ASSGN"].append(assignment(world, project, issue, user=user, field_name="opTaskID"))
            if issue["actualStartDate"] and chance(dice, world.profile.booked):
                tables["HOUR"].append(_book(world, dice, project, issue, user))
    return tables


def _issue(world: World, dice: random.Random, project: Row, number: int) -> Row:
    calendar = world.calendar
    status = dice.choice(_STATUSES)
    equates = "CLS" if status in _CLOSED else "NEW" if status == "NEW" else "INP"
    entered = dice.randint(-60, -6)
    due = entered + dice.randint(3, 80)
    done = calendar.end(dice.randint(entered + 1, -1)) if equates == "CLS" else None
    begun = None if equates == "NEW" else calendar.start(entered)
    work = dice.choice((0, 60, 120, 240, DAY_MINUTES))
    author = dice.choice(world.people)["ID"]
    return {
        "ID": world.id("OPTASK", f"{project['ID']}/{number}"),
        "customerID": world.customer,
        "name": dice.choice(words.ISSUES),
        "description": dice.choice(words.DESCRIPTIONS) if chance(dice, 0.5) else None,
        "projectID": project["ID"],
        "referenceNumber": world.number("OPTASK"),
        "extRefID": None,
        "opTaskType": dice.choice(_TYPES),
        "status": status,
        "previousStatus": None if status == "NEW" else "NEW",
        "isComplete": equates == "CLS",
        "percentComplete": 100.0 if equates == "CLS" else 0.0,
        "priority": dice.randrange(5),
        "severity": dice.randrange(5),
        "condition": dice.choice((0, 0, 1, 2)),
        "plannedStartDate": calendar.start(entered),
        "plannedCompletionDate": calendar.end(due),
        "projectedStartDate": calendar.start(entered),
        "projectedCompletionDate": done or calendar.end(max(due, 0)),
        "actualStartDate": begun,
        "actualCompletionDate": done,
        "commitDate": None,
        "durationMinutes": (due - entered + 1) * DAY_MINUTES,
        "plannedDurationMinutes": (due - entered + 1) * DAY_MINUTES,
        "work": work / HOUR_MINUTES,
        "workRequired": work,
        "actualWorkRequired": 0,
        "actualWorkRequiredDouble": 0.0,
        "assignedToID": None,
        "roleID": None,
        "teamID": None,
        "ownerID": author,
        "groupID": project["groupID"],
        "categoryID": None,
        "queueDefID": None,
        "queueTopicID": None,
        "sourceTaskID": None,
        "sourceObjCode": "PROJ",
        "sourceObjID": project["ID"],
        "referenceObjCode": "PROJ",
        "referenceObjID": project["ID"],
        "resolveTaskID": None,
        "resolveProjectID": None,
        "resolveOpTaskID": None,
        "resolvingObjCode": None,
        "resolvingObjID": None,
        "lastNoteID": None,
        "isHelpDesk": False,
        "isReady": True,
        "canStart": True,
        "version": 1,
        "securityRootID": project["ID"],
        "securityRootObjCode": "PROJ",
        "submittedByID": author,
        "enteredByID": author,
        "entryDate": calendar.start(entered),
        "lastUpdateDate": done or calendar.end(entered),
        "lastUpdatedByID": author,
        "parameterValues": {},
    }


def _resolve(issue: Row, task: Row) -> None:
    """Let a task resolve the issue; the issue is closed when the task is complete, and open before."""
    complete = task["isStatusComplete"]
    issue.update(
        resolveTaskID=task["ID"],
        resolvingObjCode="TASK",
        resolvingObjID=task["ID"],
        status="CLS" if complete else "INP",
        previousStatus="NEW",
        isComplete=complete,
        percentComplete=100.0 if complete else 0.0,
        actualStartDate=issue["plannedStartDate"],
        actualCompletionDate=max(task["actualCompletionDate"], issue["plannedStartDate"]) if complete else None,
    )
    issue["lastUpdateDate"] = max(issue["actualCompletionDate"] or "", issue["lastUpdateDate"])
    task.update(
        convertedOpTaskID=issue["ID"],
        convertedOpTaskName=issue["name"],
        convertedOpTaskEntryDate=issue["entryDate"],
        convertedOpTaskOriginatorID=issue["enteredByID"],
    )


def _book(world: World, dice: random.Random, project: Row, issue: Row, user: Row) -> Row:
    hours = dice.choice((0.5, 1.0, 2.0))
    issue.update(actualWorkRequired=round(hours * HOUR_MINUTES), actualWorkRequiredDouble=hours * HOUR_MINUTES)
    return book(world, dice, user, dice.randint(-5, -1), hours, projectID=project["ID"], opTaskID=issue["ID"])


def _queue(world: World, project: Row, tables: Tables) -> None:
    """Make the project a request queue with topics in a group."""
    key = project["ID"]
    queue = world.id("QUED", key)
    group = world.id("QUETGP", key)
    project["queueDefID"] = queue
    tables["QUED"].append(
        {
            "ID": queue,
            "customerID": world.customer,
            "projectID": key,
            "isPublic": True,
            "hasQueueTopics": True,
            "defaultTopicGroupID": group,
            "defaultCategoryID": world.id("CTGY", "Intake request"),
            "allowedOpTaskTypes": ["ISU", "BUG", "CHO", "REQ"],
            "defaultDurationMinutes": DAY_MINUTES,
            "securityRootID": key,
            "securityRootObjCode": "PROJ",
        }
    )
    tables["QUETGP"].append(
        {
            "ID": group,
            "customerID": world.customer,
            "name": "Requests",
            "description": None,
            "queueDefID": queue,
            "parentID": None,
        }
    )
    tables["QUET"] += [
        {
            "ID": world.id("QUET", f"{key}/{name}"),
            "customerID": world.customer,
            "name": name,
            "description": None,
            "queueDefID": queue,
            "parentTopicGroupID": group,
            "parentTopicID": None,
            "defaultCategoryID": world.id("CTGY", "Intake request"),
            "defaultDurationMinutes": DAY_MINUTES,
            "allowedOpTaskTypes": ["REQ"],
        }
        for name in words.TOPICS
    ]
