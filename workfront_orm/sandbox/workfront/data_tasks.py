"""The tasks of one demo project: a tree in outline order, scheduled, worked on, with assignments and predecessors.

Numbers add up by construction: dates of a parent span those of its children, its percentage is the mean of its leaf tasks
weighted by duration, work and hours are sums. The overlay states the same rules (`kept`, `rolledUp`) for later writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_world import DAY_MINUTES, HOUR_MINUTES, Row, Tables, World, chance, days_late

if TYPE_CHECKING:
    import random

    from workfront_orm.sandbox.workfront.data_plan import Node, Tree

_BOOKABLE = (2.0, 4.0, 6.0, 7.5, 8.0)
_MOST_BOOKINGS = 4
_SHEETED_DAYS = 30  # hours of the last six weeks stand on time sheets


def rows(world: World, project: Row, tree: Tree) -> Tables:
    """Rows of the tasks, their assignments, predecessors and hours; `project` gets its sums.

    Args:
        world: The world.
        project: The project's row; ID, status, entryDate and groupID are set.
        tree: Its tasks, placed on the calendar.
    """
    dice = world.dice("tasks", project["ID"])
    tables: Tables = {"TASK": [], "ASSGN": [], "PRED": [], "HOUR": []}
    for node in tree.nodes:
        node.row = _row(world, dice, project, node)
        tables["TASK"].append(node.row)
        if node.before is not None:
            tables["PRED"].append(_predecessor(world, dice, node))
    for node in tree.leaves:
        _progress(world, dice, project, node)
        if chance(dice, world.profile.assigned):
            tables["ASSGN"] += _assign(world, dice, project, node)
        if node.row["actualStartDate"] and chance(dice, world.profile.booked):
            tables["HOUR"] += _book(world, dice, project, node)
    _roll_up(world, tree)
    for node in tree.nodes:
        if node.before is not None and not node.before.row["isStatusComplete"]:
            node.row.update(canStart=False, isReady=False, pendingPredecessors=True)
    _sum_up(world, project, tree)
    return tables


def book(world: World, dice: random.Random, user: Row, day: int, hours: float, **references: str | None) -> Row:
    """An hour entry of a user on a day; lands on the time sheet of its week when that is not long ago.

    Args:
        world: The world.
        dice: Random numbers.
        user: Row of the user.
        day: Day of the calendar, in the past.
        hours: Hours worked.
        references: projectID, and taskID or opTaskID.
    """
    number = world.number("HOUR")
    monday = world.calendar.week(day)
    sheet = None
    if day > -_SHEETED_DAYS:
        sheet = world.sheets.setdefault((user["ID"], monday), world.id("TSHET", f"{user['ID']}/{monday}"))
    task, issue = references.get("taskID"), references.get("opTaskID")
    code = "TASK" if task else "OPTASK" if issue else "PROJ"
    return {
        "ID": world.id("HOUR", number),
        "customerID": world.customer,
        "hours": hours,
        "days": hours / 8,
        "entryDate": world.calendar.day(day),
        "description": dice.choice(words.DESCRIPTIONS) or None if chance(dice, 0.3) else None,
        "status": "SUB",
        "ownerID": user["ID"],
        "submittedByID": user["ID"],
        "roleID": user["roleID"],
        "hourTypeID": world.hour_types[{"PROJ": 1, "TASK": 2, "OPTASK": 3}[code]],
        "projectID": references["projectID"],
        "taskID": task,
        "opTaskID": issue,
        "timesheetID": sheet,
        "referenceObjCode": code,
        "referenceObjID": task or issue or references["projectID"],
        "securityRootID": references["projectID"],
        "securityRootObjCode": "PROJ",
        "actualCost": round(hours * user["costPerHour"], 2),
        "resourceRevenue": round(hours * user["billingPerHour"], 2),
        "isBillable": True,
        "isBilled": False,
        "approvedByID": None,
        "lastUpdateDate": world.calendar.end(day),
        "lastUpdatedByID": user["ID"],
        "extRefID": None,
    }


# --- rows ----------------------------------------------------------------------------------


def _row(world: World, dice: random.Random, project: Row, node: Node) -> Row:
    """A task that nobody has begun."""
    calendar = world.calendar
    key = f"{project['ID']}/{node.number}"
    reference = world.number("TASK")
    # A task of no duration is a milestone at the end of its day.
    milestone = not node.children and node.days == 0
    end = calendar.end(node.end)
    start = end if milestone else calendar.start(node.start)
    minutes = node.days * DAY_MINUTES
    work = 0 if node.children else int(minutes * dice.choice((0.25, 0.5, 1.0)))
    return {
        "ID": world.id("TASK", key),
        "customerID": world.customer,
        "name": _name(dice, node),
        "description": dice.choice(words.DESCRIPTIONS) if chance(dice, 0.25) else None,
        "projectID": project["ID"],
        "parentID": node.parent.row["ID"] if node.parent else None,
        "taskNumber": node.number,
        "wbs": node.wbs,
        "indent": node.depth,
        "numberOfChildren": len(node.children),
        "referenceNumber": reference,
        "extRefID": f"EXT-{reference}" if chance(dice, 0.15) else None,
        "status": "NEW",
        "statusEquatesWith": "NEW",
        "previousStatus": None,
        "isStatusComplete": False,
        "percentComplete": 0.0,
        "progressStatus": "LT" if end < world.stamp else "ON",
        "daysLate": days_late(end, world.stamp),
        "priority": dice.choice((0, 1, 2, 2, 2, 3, 4)),
        "condition": dice.choice((0, 0, 0, 1, 2)),
        "plannedStartDate": start,
        "plannedCompletionDate": end,
        "projectedStartDate": start,
        "projectedCompletionDate": end,
        "actualStartDate": None,
        "actualCompletionDate": None,
        "commitDate": end if chance(dice, 0.2) else None,
        "handoffDate": calendar.day(node.start) if chance(dice, 0.1) else None,
        "constraintDate": None,
        "durationMinutes": minutes,
        "duration": float(node.days),
        "plannedDurationMinutes": minutes,
        "plannedDuration": float(node.days),
        "durationUnit": "D",
        "durationType": "A",
        "durationExpression": f"{node.days} Days",
        "work": work / HOUR_MINUTES,
        "workRequired": work,
        "workUnit": "H",
        "actualWork": 0.0,
        "actualWorkRequired": 0,
        "actualWorkRequiredDouble": 0.0,
        "taskConstraint": "ASAP",
        "trackingMode": "USER",
        "resourceScope": "NONE",
        "costType": "UHR",
        "revenueType": "UHR",
        "costAmount": 0.0,
        "billingAmount": 0.0,
        "predecessorExpression": f"{node.before.number}fs" if node.before else None,
        "assignedToID": None,
        "roleID": None,
        "teamID": None,
        "groupID": project["groupID"],
        "milestoneID": dice.choice(world.milestones) if milestone and world.milestones else None,
        "categoryID": None,
        "convertedOpTaskID": None,
        "convertedOpTaskName": None,
        "convertedOpTaskEntryDate": None,
        "convertedOpTaskOriginatorID": None,
        "iterationID": None,
        "storyPoints": None,
        "templateTaskID": None,
        "lastNoteID": None,
        "canStart": True,
        "isReady": True,
        "pendingPredecessors": False,
        "isAgile": False,
        "isCritical": False,
        "isDurationLocked": False,
        "isWorkRequiredLocked": False,
        "isLevelingExcluded": False,
        "personal": False,
        "version": 1,
        "securityRootID": project["ID"],
        "securityRootObjCode": "PROJ",
        "submittedByID": None,
        "enteredByID": project["enteredByID"],
        "entryDate": project["entryDate"],
        "lastUpdateDate": project["entryDate"],
        "lastUpdatedByID": project["enteredByID"],
        "parameterValues": {},
    }


def _name(dice: random.Random, node: Node) -> str:
    if node.depth == 0:
        round_, phase = divmod(int(node.wbs) - 1, len(words.PHASES))
        return words.PHASES[phase] + (f" {round_ + 1}" if round_ else "")
    return f"{dice.choice(words.WORK_VERBS)} {dice.choice(words.WORK_THINGS)}"


def _progress(world: World, dice: random.Random, project: Row, node: Node) -> None:
    """Let the past happen to a leaf task: what should be done mostly is, in a project that is worked on."""
    status = project["status"]
    calendar = world.calendar
    row = node.row
    if status not in {"CUR", "WFC", "CPL", "ONH", "DED"} or node.start >= 0:
        return
    over = node.end < 0
    if status == "CPL" or (over and chance(dice, 0.9 if status in {"CUR", "WFC"} else 0.5)):
        done = min(-1, node.end + dice.choice((0, 0, 0, 1, 2)))
        row.update(
            status="CPL",
            statusEquatesWith="CPL",
            previousStatus="INP",
            isStatusComplete=True,
            isReady=False,
            percentComplete=100.0,
            progressStatus="ON",
            daysLate=days_late(row["plannedCompletionDate"], calendar.end(done)),
            actualStartDate=min(row["plannedStartDate"], calendar.end(done)),
            actualCompletionDate=calendar.end(done),
            lastUpdateDate=calendar.end(done),
        )
    elif chance(dice, 0.85):
        row.update(
            status="RVW" if chance(dice, 0.1) else "INP",
            statusEquatesWith="INP",
            previousStatus="NEW",
            percentComplete=dice.choice((10.0, 25.0, 40.0, 50.0, 75.0, 90.0)),
            actualStartDate=row["plannedStartDate"],
            lastUpdateDate=calendar.end(max(node.start, dice.randint(-5, -1))),
        )
        if over:
            row["projectedCompletionDate"] = calendar.end(dice.randint(0, 5))


def _assign(world: World, dice: random.Random, project: Row, node: Node) -> list[Row]:
    """Assign a leaf to a user with his role, to a role alone, or to a team."""
    row = node.row
    throw = dice.random()
    found: list[Row]
    if throw < 0.85 or not world.teams:  # noqa: PLR2004 - shares of the three ways
        users = dice.sample(world.people, 2 if chance(dice, world.profile.seconded) else 1)
        node.user = users[0]
        row["assignedToID"], row["roleID"] = users[0]["ID"], users[0]["roleID"]
        found = [
            assignment(world, project, row, user=user, first=user is users[0], share=1 / len(users)) for user in users
        ]
    elif throw < 0.93:  # noqa: PLR2004
        row["roleID"] = dice.choice(world.roles)["ID"]
        found = [assignment(world, project, row, role=row["roleID"])]
    else:
        team = dice.choice(world.teams)
        row["teamID"] = team["ID"]
        if team["isAgile"]:
            # Half of an agile team's stories are in its sprint, the others in its backlog.
            row.update(
                isAgile=True,
                storyPoints=dice.choice((1.0, 2.0, 3.0, 5.0)),
                iterationID=world.iteration if chance(dice, 0.5) else None,
            )
        found = [assignment(world, project, row, team=row["teamID"])]
    return found


def assignment(
    world: World,
    project: Row,
    row: Row,
    *,
    user: Row | None = None,
    role: str | None = None,
    team: str | None = None,
    first: bool = True,
    share: float = 1.0,
    field_name: str = "taskID",
) -> Row:
    """An assignment of a task or an issue to a user, a role or a team.

    Args:
        world: The world.
        project: Row of the project.
        row: Row of the task or the issue; its status and work are set.
        user: Row of the user.
        role: Id of the role.
        team: Id of the team.
        first: Whether it is the primary one.
        share: Its share of the work.
        field_name: `taskID` or `opTaskID`.
    """
    accessor = user["ID"] if user else role or team
    work = int(row["workRequired"] * share)
    return {
        "ID": world.id("ASSGN", f"{row['ID']}/{accessor}"),
        "customerID": world.customer,
        "projectID": project["ID"],
        "taskID": row["ID"] if field_name == "taskID" else None,
        "opTaskID": row["ID"] if field_name == "opTaskID" else None,
        "assignedToID": user["ID"] if user else None,
        "roleID": user["roleID"] if user else role,
        "teamID": team,
        "assignedByID": project["ownerID"],
        "assignmentPercent": 100.0 * share,
        "isPrimary": first,
        "isTeamAssignment": team is not None,
        "status": "DN" if row["actualCompletionDate"] else "AD" if row["actualStartDate"] else "AA",
        "work": work / HOUR_MINUTES,
        "workRequired": work,
        "workUnit": "H",
        "securityRootID": project["ID"],
        "securityRootObjCode": "PROJ",
        "lastUpdateDate": row["lastUpdateDate"],
        "lastUpdatedByID": project["ownerID"],
    }


def _predecessor(world: World, dice: random.Random, node: Node) -> Row:
    before = node.before
    if before is None:
        raise AssertionError(node.wbs)
    return {
        "ID": world.id("PRED", node.row["ID"]),
        "customerID": world.customer,
        "predecessorID": before.row["ID"],
        "successorID": node.row["ID"],
        "predecessorType": "fs",
        "lagDays": 0.0,
        "lagType": "d",
        "isEnforced": chance(dice, 0.1),
        "isCP": False,
    }


def _book(world: World, dice: random.Random, project: Row, node: Node) -> list[Row]:
    """Hours of the assignee, or of anybody, on days between start and end."""
    row = node.row
    user = node.user or dice.choice(world.people)
    span = range(node.start, min(node.end, -1) + 1)
    days = sorted(dice.sample(span, min(len(span), dice.randint(1, _MOST_BOOKINGS))))
    found = [
        book(world, dice, user, day, dice.choice(_BOOKABLE), projectID=project["ID"], taskID=row["ID"]) for day in days
    ]
    hours = sum(entry["hours"] for entry in found)
    row.update(
        actualWork=hours, actualWorkRequired=round(hours * HOUR_MINUTES), actualWorkRequiredDouble=hours * HOUR_MINUTES
    )
    return found


# --- sums ----------------------------------------------------------------------------------


def _roll_up(world: World, tree: Tree) -> None:
    """Parents follow their children, from the bottom up."""
    weights: dict[
        int, tuple[int, float, int, float]
    ] = {}  # of the leaves below: minutes, percent * minutes, count, percent
    for node in reversed(tree.nodes):
        row = node.row
        if not node.children:
            weights[node.number] = (
                row["durationMinutes"],
                row["percentComplete"] * row["durationMinutes"],
                1,
                row["percentComplete"],
            )
            continue
        children = [child.row for child in node.children]
        found = [weights[child.number] for child in node.children]
        weight = weights[node.number] = tuple(map(sum, zip(*found, strict=True)))  # type: ignore[assignment]  # sums of four columns
        start = min(child["plannedStartDate"] for child in children)
        end = max(child["plannedCompletionDate"] for child in children)
        minutes = world.calendar.minutes(start, end)
        hours = sum(child["actualWork"] for child in children)
        work = sum(child["workRequired"] for child in children)
        begun = [child["actualStartDate"] for child in children if child["actualStartDate"]]
        complete = all(child["isStatusComplete"] for child in children)
        completed = max(child["actualCompletionDate"] for child in children) if complete else None
        status = "CPL" if complete else "INP" if begun else "NEW"
        row.update(
            percentComplete=_mean(*weight),
            plannedStartDate=start,
            plannedCompletionDate=end,
            projectedStartDate=min(child["projectedStartDate"] for child in children),
            projectedCompletionDate=max(child["projectedCompletionDate"] for child in children),
            durationMinutes=minutes,
            duration=minutes / DAY_MINUTES,
            plannedDurationMinutes=minutes,
            plannedDuration=minutes / DAY_MINUTES,
            durationExpression=f"{minutes // DAY_MINUTES} Days",
            work=work / HOUR_MINUTES,
            workRequired=work,
            actualWork=hours,
            actualWorkRequired=round(hours * HOUR_MINUTES),
            actualWorkRequiredDouble=hours * HOUR_MINUTES,
            status=status,
            statusEquatesWith=status,
            previousStatus={"CPL": "INP", "INP": "NEW"}.get(status),
            isStatusComplete=complete,
            isReady=not complete,
            progressStatus="LT" if end < world.stamp and not complete else "ON",
            actualStartDate=min(begun, default=None),
            actualCompletionDate=completed,
            daysLate=days_late(end, completed or world.stamp),
            lastUpdateDate=max(child["lastUpdateDate"] for child in children),
        )


def _sum_up(world: World, project: Row, tree: Tree) -> None:
    """The project follows its tasks; issues and hours of its own are added by those who make them."""
    leaves = [node.row for node in tree.leaves]
    tops = [node.row for node in tree.nodes if node.parent is None]
    weight = sum(row["durationMinutes"] for row in leaves)
    weighted = sum(row["percentComplete"] * row["durationMinutes"] for row in leaves)
    start = min(row["plannedStartDate"] for row in tops)
    end = max(row["plannedCompletionDate"] for row in tops)
    project.update(
        percentComplete=_mean(weight, weighted, len(leaves), sum(row["percentComplete"] for row in leaves)),
        plannedStartDate=start,
        plannedCompletionDate=end,
        projectedStartDate=min(row["projectedStartDate"] for row in tops),
        projectedCompletionDate=max(row["projectedCompletionDate"] for row in tops),
        durationMinutes=world.calendar.minutes(start, end),
        workRequired=sum(row["workRequired"] for row in leaves),
        actualWorkRequired=sum(row["actualWorkRequired"] for row in leaves),
        actualStartDate=min((row["actualStartDate"] for row in leaves if row["actualStartDate"]), default=None),
        actualCompletionDate=max((row["actualCompletionDate"] for row in leaves), default=None)
        if project["status"] == "CPL"
        else None,
        lastUpdateDate=max(row["lastUpdateDate"] for row in tops),
        progressStatus="LT" if end < world.stamp and project["status"] == "CUR" else "ON",
    )


def _mean(weight: int, weighted: float, count: int, plain: float) -> float:
    """Mean percentage of leaf tasks, by duration; milestones alone count alike."""
    return round(weighted / weight if weight else plain / count, 2)
