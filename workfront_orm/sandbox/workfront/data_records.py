"""What people leave behind in a demo project: hours, notes, documents, expenses, risks, baselines, a journal, time sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_tasks import book
from workfront_orm.sandbox.workfront.data_world import Row, Tables, World, chance

if TYPE_CHECKING:
    import random

_MOST_VERSIONS = 3
_SUBMITTED_WEEKS = 2


def own_hours(world: World, project: Row) -> Tables:
    """Hours on the project itself, for those that are worked on."""
    dice = world.dice("own hours", project["ID"])
    if project["status"] != "CUR" or not chance(dice, world.profile.booked):
        return {}
    days = sorted(dice.sample(range(-20, 0), dice.randint(1, 3)))
    return {"HOUR": [book(world, dice, dice.choice(world.people), day, 1.5, projectID=project["ID"]) for day in days]}


def threads(world: World, project: Row, tables: Tables) -> Tables:
    """Notes on the project and its tasks and issues: threads of a note and its replies, some liked, some with tags."""
    dice = world.dice("threads", project["ID"])
    found: Tables = {"NOTE": [], "LIKE": [], "NTAG": []}
    for number in range(dice.randint(*world.profile.threads)):
        code, target = _some(dice, tables)
        day = dice.randint(-40, -5)
        notes = [_note(world, dice, (code, target), f"{project['ID']}/{number}", day)]
        for reply in range(dice.choice((0, 0, 1, 2, 3))):
            parent = dice.choice(notes)
            key = f"{project['ID']}/{number}/{reply}"
            notes.append(_note(world, dice, (code, target), key, day + reply + 1, parent=parent))
        for note in notes:
            note["threadDate"] = notes[-1]["entryDate"]
        found["NOTE"] += notes
        _remember(target, notes[-1], found["NOTE"])
        if chance(dice, 0.3):
            found["LIKE"].append(_like(world, notes[0], dice.choice(world.people)))
        if chance(dice, 0.2):
            found["NTAG"].append(_tag(world, notes[0], dice.choice(world.people)))
    return found


def documents(world: World, project: Row, tables: Tables) -> Tables:
    """Documents with one to three versions, some in the project's folder, and the content of every version."""
    dice = world.dice("documents", project["ID"])
    found: Tables = {"DOCFDR": [], "DOCU": [], "DOCV": [], "handles": []}
    count = dice.randint(*world.profile.documents)
    if count and world.profile.rich:
        found["DOCFDR"] = _folders(world, project)
    for number in range(count):
        code, target = _some(dice, tables)
        day = dice.randint(-50, -5)
        document = _document(world, dice, (code, target), f"{project['ID']}/{number}", day)
        if found["DOCFDR"] and chance(dice, 0.5):
            document["folderIDs"] = [dice.choice(found["DOCFDR"])["ID"]]
        found["DOCU"].append(document)
        for version in range(1, dice.randint(1, _MOST_VERSIONS) + 1):
            row, content = _version(world, document, version, day + version)
            found["DOCV"].append(row)
            found["handles"].append(content)
            document["lastModDate"] = document["lastUpdateDate"] = row["entryDate"]
    return found


def extras(world: World, project: Row, tables: Tables) -> Tables:
    """Expenses, risks, a baseline, the team, work items, sharing and a journal of status changes."""
    dice = world.dice("extras", project["ID"])
    found: Tables = {
        "EXPNS": [_expense(world, dice, project, tables, number) for number in range(dice.randint(0, 4))],
        "RISK": [_risk(world, dice, project, number) for number in range(dice.randint(0, 2))],
        "BLIN": [],
        "BSTSK": [],
        "JRNLE": [
            _journal(world, code, row)
            for code in ("PROJ", "TASK", "OPTASK")
            for row in tables[code]
            if row["previousStatus"]
        ],
        "WRKITM": [
            _work_item(world, row, tables) for row in tables["ASSGN"] if row["assignedToID"] and row["status"] != "DN"
        ],
        "ACSRUL": _shares(world, dice, project),
    }
    if project["status"] in {"CUR", "CPL"}:
        found["BLIN"] = [_baseline(world, project)]
        found["BSTSK"] = [_baseline_task(world, found["BLIN"][0], task) for task in tables["TASK"]]
    members = {row["assignedToID"]: row["roleID"] for row in tables["ASSGN"] if row["assignedToID"]}
    found["PRTU"] = [
        {
            "ID": world.id("PRTU", f"{project['ID']}/{user}"),
            "customerID": world.customer,
            "projectID": project["ID"],
            "userID": user,
        }
        for user in members
    ]
    found["PTEAM"] = [
        {
            "ID": world.id("PTEAM", f"{project['ID']}/{user}"),
            "customerID": world.customer,
            "projectID": project["ID"],
            "userID": user,
            "roleID": role,
        }
        for user, role in members.items()
    ]
    return found


def time_sheets(world: World) -> list[Row]:
    """The sheets that hours were booked on; call it when all hours are there."""
    today = world.calendar.week(0)
    recent = sorted({monday for _, monday in world.sheets} | {today})[-_SUBMITTED_WEEKS:]
    names = {user["ID"]: f"{user['firstName']} {user['lastName']}".strip() for user in world.people}
    managers = {user["ID"]: user["managerID"] for user in world.people}
    return [
        {
            "ID": key,
            "customerID": world.customer,
            "userID": user,
            "approverID": managers[user],
            "startDate": f"{monday}T00:00:00:000+0000",
            "endDate": world.calendar.sunday(monday),
            "displayName": f"{monday} {names[user]}",
            "status": "O" if monday == today else "S" if monday in recent else "C",
            "overtimeHours": 0.0,
            "isEditable": monday in recent,
            "isOvertimeDisabled": True,
            "lastNoteID": None,
            "lastUpdateDate": f"{monday}T00:00:00:000+0000",
            "lastUpdatedByID": user,
            "extRefID": None,
        }
        for (user, monday), key in sorted(world.sheets.items())
    ]


# --- notes ---------------------------------------------------------------------------------


def _some(dice: random.Random, tables: Tables) -> tuple[str, Row]:
    """The project, one of its tasks or one of its issues, with the type."""
    code = dice.choice(("PROJ", "TASK", "TASK", "OPTASK"))
    return (code, dice.choice(tables[code])) if tables[code] else ("PROJ", tables["PROJ"][0])


def _note(
    world: World, dice: random.Random, target: tuple[str, Row], key: str, day: int, *, parent: Row | None = None
) -> Row:
    code, row = target
    project = row["ID"] if code == "PROJ" else row["projectID"]
    own = world.id("NOTE", key)
    return {
        "ID": own,
        "customerID": world.customer,
        "noteText": dice.choice(words.REPLIES if parent else words.NOTES),
        "subject": None,
        "noteObjCode": code,
        "objID": row["ID"],
        "topNoteObjCode": "PROJ",
        "topObjID": project,
        "projectID": project,
        "taskID": row["ID"] if code == "TASK" else None,
        "opTaskID": row["ID"] if code == "OPTASK" else None,
        "parentNoteID": parent["ID"] if parent else None,
        "threadID": parent["threadID"] if parent else own,
        "threadDate": None,
        "indent": parent["indent"] + 1 if parent else 0,
        "auditType": "NO",
        "isDeleted": False,
        "isMessage": False,
        "isPrivate": False,
        "emailUsers": 0,
        "ownerID": dice.choice(world.people)["ID"],
        "entryDate": world.calendar.end(day),
        "extRefID": None,
    }


def _remember(target: Row, note: Row, notes: list[Row]) -> None:
    """Tell the object which of its notes is the newest."""
    known = next((other for other in notes if other["ID"] == target["lastNoteID"]), None)
    if known is None or known["entryDate"] <= note["entryDate"]:
        target["lastNoteID"] = note["ID"]


def _like(world: World, note: Row, user: Row) -> Row:
    return {
        "ID": world.id("LIKE", note["ID"]),
        "customerID": world.customer,
        "noteID": note["ID"],
        "enteredByID": user["ID"],
        "entryDate": note["threadDate"],
    }


def _tag(world: World, note: Row, user: Row) -> Row:
    return {
        "ID": world.id("NTAG", note["ID"]),
        "customerID": world.customer,
        "noteID": note["ID"],
        "objID": user["ID"],
        "objObjCode": "USER",
        "userID": user["ID"],
        "length": 0,
        "startIdx": "0",
    }


# --- documents -----------------------------------------------------------------------------


def _folders(world: World, project: Row) -> list[Row]:
    """A folder and one in it."""
    found: list[Row] = []
    for name in ("Files", "Final / approved"):
        found.append(
            {
                "ID": world.id("DOCFDR", f"{project['ID']}/{name}"),
                "customerID": world.customer,
                "name": name,
                "projectID": project["ID"],
                "parentID": found[0]["ID"] if found else None,
                "isEsmFolder": False,
                "enteredByID": project["ownerID"],
                "entryDate": project["entryDate"],
                "lastModDate": project["entryDate"],
                "securityRootID": project["ID"],
                "securityRootObjCode": "PROJ",
            }
        )
    return found


def _document(world: World, dice: random.Random, target: tuple[str, Row], key: str, day: int) -> Row:
    code, row = target
    project = row["ID"] if code == "PROJ" else row["projectID"]
    name, extension = dice.choice(words.FILES)
    owner = dice.choice(world.people)["ID"]
    return {
        "ID": world.id("DOCU", key),
        "customerID": world.customer,
        "name": f"{name}.{extension}",
        "description": None,
        "docObjCode": code,
        "objID": row["ID"],
        "topDocObjCode": "PROJ",
        "topObjID": project,
        "projectID": project,
        "taskID": row["ID"] if code == "TASK" else None,
        "opTaskID": row["ID"] if code == "OPTASK" else None,
        "folderIDs": [],
        "referenceNumber": world.number("DOCU"),
        "categoryID": None,
        "fileType": extension,
        "isPublic": False,
        "isPrivate": False,
        "ownerID": owner,
        "lastModDate": world.calendar.end(day),
        "lastNoteID": None,
        "lastUpdateDate": world.calendar.end(day),
        "lastUpdatedByID": owner,
        "securityRootID": project,
        "securityRootObjCode": "PROJ",
        "extRefID": None,
        "parameterValues": {},
    }


def _version(world: World, document: Row, version: int, day: int) -> tuple[Row, Row]:
    """A version and its content: a few lines of text, whatever the file's extension says."""
    handle = world.id("handle", f"{document['ID']}/{version}")
    content = f"{document['name']}, version {version}\n{'Invented content. ' * version}\n".encode()
    row = {
        "ID": world.id("DOCV", f"{document['ID']}/{version}"),
        "customerID": world.customer,
        "documentID": document["ID"],
        "version": version,
        "fileName": document["name"],
        "ext": document["fileType"],
        "handle": handle,
        "docSize": len(content),
        "formatDocSize": f"{len(content)} B",
        "enteredByID": document["ownerID"],
        "entryDate": world.calendar.end(day),
        "createProof": False,
        "isProofable": False,
    }
    return row, {"handle": handle, "fileName": document["name"], "content": content}


# --- the rest ------------------------------------------------------------------------------


def _expense(world: World, dice: random.Random, project: Row, tables: Tables, number: int) -> Row:
    task = dice.choice(tables["TASK"]) if chance(dice, 0.5) else None
    code, target = ("TASK", task["ID"]) if task else ("PROJ", project["ID"])
    planned = float(dice.randrange(2, 120) * 10)
    day = dice.randint(-30, 30)
    return {
        "ID": world.id("EXPNS", f"{project['ID']}/{number}"),
        "customerID": world.customer,
        "description": dice.choice(words.EXPENSES),
        "expenseTypeID": dice.choice(world.expense_types),
        "projectID": project["ID"],
        "taskID": task["ID"] if task else None,
        "expObjCode": code,
        "objID": target,
        "topObjCode": "PROJ",
        "topObjID": project["ID"],
        "referenceObjCode": code,
        "referenceObjID": target,
        "plannedAmount": planned,
        "actualAmount": round(planned * dice.uniform(0.7, 1.4), 2) if day < 0 else 0.0,
        "plannedDate": world.calendar.day(day),
        "effectiveDate": world.calendar.day(day),
        "isBillable": chance(dice, 0.5),
        "isReimbursable": False,
        "isReimbursed": False,
        "categoryID": None,
        "securityRootID": project["ID"],
        "securityRootObjCode": "PROJ",
        "enteredByID": project["ownerID"],
        "entryDate": project["entryDate"],
        "lastUpdateDate": project["entryDate"],
        "lastUpdatedByID": project["ownerID"],
        "extRefID": None,
        "parameterValues": {},
    }


def _risk(world: World, dice: random.Random, project: Row, number: int) -> Row:
    return {
        "ID": world.id("RISK", f"{project['ID']}/{number}"),
        "customerID": world.customer,
        "description": dice.choice(words.RISKS),
        "projectID": project["ID"],
        "riskTypeID": world.id("RSKTYP", "Schedule"),
        "status": "OPN",
        "probability": float(dice.randrange(5, 95, 5)),
        "estimatedEffect": float(dice.randrange(1, 50) * 100),
        "mitigationCost": 0.0,
        "actualCost": 0.0,
        "mitigationDescription": None,
        "securityRootID": project["ID"],
        "securityRootObjCode": "PROJ",
        "enteredByID": project["ownerID"],
        "entryDate": project["entryDate"],
        "lastUpdateDate": project["entryDate"],
        "lastUpdatedByID": project["ownerID"],
    }


_BASELINED = (
    "name", "percentComplete", "plannedStartDate", "plannedCompletionDate", "projectedStartDate", "projectedCompletionDate",
    "durationMinutes", "workRequired",
)  # fmt: skip


def _baseline(world: World, project: Row) -> Row:
    return {
        "ID": world.id("BLIN", project["ID"]),
        "customerID": world.customer,
        "projectID": project["ID"],
        "isDefault": True,
        "autoGenerated": False,
        "entryDate": project["entryDate"],
        **{name: project[name] for name in _BASELINED},
        "name": "Baseline 1",
        "percentComplete": 0.0,
    }


def _baseline_task(world: World, baseline: Row, task: Row) -> Row:
    return {
        "ID": world.id("BSTSK", task["ID"]),
        "customerID": world.customer,
        "baselineID": baseline["ID"],
        "taskID": task["ID"],
        "isDefault": True,
        "entryDate": baseline["entryDate"],
        **{name: task[name] for name in _BASELINED},
        "percentComplete": 0.0,
    }


def _journal(world: World, code: str, row: Row) -> Row:
    """The last change of status."""
    project = row["ID"] if code == "PROJ" else row["projectID"]
    return {
        "ID": world.id("JRNLE", row["ID"]),
        "customerID": world.customer,
        "changeType": "EDIT",
        "fieldName": "status",
        "oldTextVal": row["previousStatus"],
        "newTextVal": row["status"],
        "objID": row["ID"],
        "objObjCode": code,
        "topObjID": project,
        "topObjCode": "PROJ",
        "projectID": project,
        "taskID": row["ID"] if code == "TASK" else None,
        "opTaskID": row["ID"] if code == "OPTASK" else None,
        "editedByID": row["lastUpdatedByID"],
        "entryDate": row["lastUpdateDate"],
    }


def _work_item(world: World, assigned: Row, tables: Tables) -> Row:
    """What a user finds in his work list for an assignment that is not done."""
    code = "TASK" if assigned["taskID"] else "OPTASK"
    target = assigned["taskID"] or assigned["opTaskID"]
    name = next(row["name"] for row in tables[code] if row["ID"] == target)
    return {
        "ID": world.id("WRKITM", assigned["ID"]),
        "customerID": world.customer,
        "assignmentID": assigned["ID"],
        "userID": assigned["assignedToID"],
        "projectID": assigned["projectID"],
        "taskID": assigned["taskID"],
        "opTaskID": assigned["opTaskID"],
        "objID": target,
        "objObjCode": code,
        "referenceObjectName": name,
        "priority": 0,
        "isDone": False,
        "isDead": False,
        "securityRootID": assigned["projectID"],
        "securityRootObjCode": "PROJ",
    }


def _shares(world: World, dice: random.Random, project: Row) -> list[Row]:
    """Who else may see the project; the first one of all is shared with the second user."""
    chosen = (
        world.people[1] if project["referenceNumber"] == 1 else dice.choice(world.people) if chance(dice, 0.4) else None
    )
    if chosen is None or chosen["ID"] == project["ownerID"]:
        return []
    return [
        {
            "ID": world.id("ACSRUL", f"{project['ID']}/{chosen['ID']}"),
            "customerID": world.customer,
            "accessorID": chosen["ID"],
            "accessorObjCode": "USER",
            "securityObjID": project["ID"],
            "securityObjCode": "PROJ",
            "coreAction": "VIEW" if project["referenceNumber"] == 1 else dice.choice(("VIEW", "LIMITED_EDIT", "EDIT")),
            "secondaryActions": [],
            "forbiddenActions": [],
            "isInherited": False,
        }
    ]
