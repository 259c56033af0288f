"""What writes mean: status and percent, dates and durations, roll-up, outline, hours, assignments, strict status."""

import random
from datetime import UTC, datetime

import pytest

from workfront_orm.sandbox import Sandbox

ALL = {"$$LIMIT": 2000}


@pytest.fixture
def project(wf):
    return wf.make("project", name="workbench", plannedStartDate="2026-06-01T09:00:00Z")


def make(wf, project, name="t", **fields):
    return wf.make("task", name=name, projectID=project, **fields)


def change(wf, key, code="task", **fields):
    return wf.ok(wf.put(f"/{code}/{key}", json=fields))


# --- status and percent ------------------------------------------------------------------------


def test_status_makes_percent_and_dates(wf, project):
    key = make(wf, project)
    fields = (
        "status,percentComplete,actualStartDate,actualCompletionDate,statusEquatesWith,isStatusComplete,previousStatus"
    )
    change(wf, key, status="INP")
    found = wf.one("task", key, fields)
    assert (found["percentComplete"], found["previousStatus"], found["statusEquatesWith"]) == (0, "NEW", "INP")
    assert found["actualStartDate"]
    change(wf, key, status="CPL")
    found = wf.one("task", key, fields)
    assert (found["percentComplete"], found["isStatusComplete"]) == (100, True)
    assert found["actualCompletionDate"]
    change(wf, key, status="NEW")
    found = wf.one("task", key, fields)
    assert (found["percentComplete"], found["isStatusComplete"], found["actualCompletionDate"]) == (0, False, None)


def test_percent_makes_status(wf, project):
    key = make(wf, project)
    for percent, status in ((10, "INP"), (100, "CPL"), (50, "INP"), (0, "INP")):
        assert change(wf, key, percentComplete=percent)["status"] == status


def test_custom_status_counts_as_what_it_equates_with(wf, project):
    key = make(wf, project)
    assert change(wf, key, status="RVW")["status"] == "RVW"
    assert wf.one("task", key, "statusEquatesWith")["statusEquatesWith"] == "INP"
    assert change(wf, key, status="CPA")["percentComplete"] == 100


def test_a_new_task_may_be_complete(wf, project):
    key = make(wf, project, status="CPL")
    found = wf.one("task", key, "percentComplete,isStatusComplete,actualCompletionDate")
    assert (found["percentComplete"], found["isStatusComplete"]) == (100, True)
    assert found["actualCompletionDate"]


# --- projects follow their tasks ------------------------------------------------------------------


def test_percent_of_a_project_is_weighted_by_duration(wf, project):
    short = make(wf, project, durationMinutes=480)
    long = make(wf, project, durationMinutes=1440)
    change(wf, short, status="CPL")
    assert wf.one("project", project)["percentComplete"] == 25
    change(wf, long, percentComplete=50)
    assert wf.one("project", project)["percentComplete"] == 62.5
    change(wf, long, status="CPL")
    assert wf.one("project", project)["percentComplete"] == 100
    assert wf.ok(wf.put(f"/project/{project}", {"percentComplete": "3"}))["percentComplete"] == 100


def test_project_dates_follow(wf, project):
    make(wf, project, plannedStartDate="2026-06-03T09:00:00Z", durationMinutes=480)
    make(wf, project, plannedStartDate="2026-06-05T09:00:00Z", durationMinutes=960)
    found = wf.one("project", project, "plannedStartDate,plannedCompletionDate,durationMinutes")
    assert found["plannedStartDate"] == "2026-06-03T09:00:00:000+0000"
    assert found["plannedCompletionDate"] == "2026-06-08T17:00:00:000+0000"
    assert found["durationMinutes"] == 4 * 480


def test_hours_add_up(wf, project):
    parent = make(wf, project)
    child = make(wf, project, parentID=parent)
    hour = wf.make("hour", taskID=child, hours=1.5, entryDate="2026-05-01")
    wf.make("hour", taskID=parent, hours=1, entryDate="2026-05-01")
    issue = wf.make("issue", name="i", projectID=project)
    wf.make("hour", opTaskID=issue, hours=2, entryDate="2026-05-01")
    assert wf.one("hour", hour, "projectID,ownerID,referenceObjID,referenceObjCode") == {
        "ID": hour, "objCode": "HOUR", "projectID": project, "ownerID": wf.sandbox.user_id, "referenceObjID": child, "referenceObjCode": "TASK",
    }  # fmt: skip
    assert wf.one("task", child, "actualWorkRequired")["actualWorkRequired"] == 90
    assert wf.one("task", parent, "actualWorkRequired,actualWork")["actualWorkRequired"] == 150
    assert wf.one("issue", issue, "actualWorkRequired")["actualWorkRequired"] == 120
    found = wf.one("project", project, "totalHours,actualWorkRequired")
    assert (found["totalHours"], found["actualWorkRequired"]) == (4.5, 270)
    wf.ok(wf.put(f"/hour/{hour}", {"hours": "3"}))
    assert wf.one("task", parent, "actualWorkRequired")["actualWorkRequired"] == 240
    wf.ok(wf.delete(f"/hour/{hour}"))
    assert wf.one("project", project, "totalHours")["totalHours"] == 3


# --- parents follow their children ----------------------------------------------------------------


def test_parent_follows_children(wf, project):
    parent = make(wf, project)
    one = make(wf, project, parentID=parent, plannedStartDate="2026-06-02T09:00:00Z", durationMinutes=480, work=4)
    two = make(wf, project, parentID=parent, plannedStartDate="2026-06-04T09:00:00Z", durationMinutes=960, work=2)
    fields = "plannedStartDate,plannedCompletionDate,durationMinutes,duration,work,workRequired,percentComplete,numberOfChildren"
    found = wf.one("task", parent, fields)
    assert found["plannedStartDate"] == "2026-06-02T09:00:00:000+0000"
    assert found["plannedCompletionDate"] == "2026-06-05T17:00:00:000+0000"
    assert (found["durationMinutes"], found["duration"], found["work"], found["workRequired"]) == (1920, 4, 6, 360)
    assert found["numberOfChildren"] == 2
    change(wf, one, status="CPL")
    assert wf.one("task", parent, "percentComplete")["percentComplete"] == 33.33
    change(wf, two, plannedStartDate="2026-06-08T09:00:00Z")
    assert wf.one("task", parent, fields)["plannedCompletionDate"] == "2026-06-09T17:00:00:000+0000"
    wf.ok(wf.delete(f"/task/{two}"))
    found = wf.one("task", parent, fields)
    assert (found["percentComplete"], found["plannedCompletionDate"]) == (100, "2026-06-02T17:00:00:000+0000")


def test_sums_of_a_parent_cannot_be_written(wf, project):
    parent = make(wf, project)
    make(wf, project, parentID=parent)
    before = wf.one("task", parent, "percentComplete,plannedCompletionDate")
    change(wf, parent, percentComplete=77, plannedCompletionDate="2030-01-01")
    assert wf.one("task", parent, "percentComplete,plannedCompletionDate") == before


def test_deep_trees(wf, project):
    chain = [make(wf, project)]
    for _ in range(5):
        chain.append(make(wf, project, parentID=chain[-1]))
    assert wf.one("task", chain[-1], "wbs,indent") == {
        "ID": chain[-1],
        "name": "t",
        "objCode": "TASK",
        "wbs": "1.1.1.1.1.1",
        "indent": 5,
    }
    change(wf, chain[-1], plannedCompletionDate="2026-07-31T17:00:00Z", status="CPL")
    for key in chain:
        found = wf.one("task", key, "plannedCompletionDate")
        assert found["plannedCompletionDate"] == "2026-07-31T17:00:00:000+0000"
    assert wf.one("task", chain[0])["percentComplete"] == 100


# --- dates and durations -----------------------------------------------------------------------------


def test_two_of_three_make_the_third(wf, project):
    fields = (
        "plannedStartDate,plannedCompletionDate,durationMinutes,duration,projectedStartDate,projectedCompletionDate"
    )
    key = make(wf, project, plannedStartDate="2026-06-01T09:00:00Z", duration=3)
    found = wf.one("task", key, fields)
    assert (found["durationMinutes"], found["plannedCompletionDate"]) == (1440, "2026-06-03T17:00:00:000+0000")
    assert found["projectedCompletionDate"] == found["plannedCompletionDate"]
    change(wf, key, plannedStartDate="2026-06-05T09:00:00Z")
    found = wf.one("task", key, fields)
    assert (found["durationMinutes"], found["plannedCompletionDate"]) == (1440, "2026-06-09T17:00:00:000+0000")
    change(wf, key, plannedCompletionDate="2026-06-05T17:00:00Z")
    assert wf.one("task", key, fields)["durationMinutes"] == 480
    change(wf, key, durationMinutes=960)
    assert wf.one("task", key, fields)["plannedCompletionDate"] == "2026-06-08T17:00:00:000+0000"
    change(wf, key, durationUnit="H", duration=4)
    assert wf.one("task", key, fields)["durationMinutes"] == 240


def test_a_task_starts_with_its_project(wf, project):
    assert wf.one("task", make(wf, project), "plannedStartDate")["plannedStartDate"] == "2026-06-01T09:00:00:000+0000"


def test_late(wf, project):
    key = make(wf, project, plannedStartDate="2026-06-01T09:00:00Z")
    wf.sandbox.clock = datetime(2026, 6, 10, 12, tzinfo=UTC)
    change(wf, key, description="touched")
    found = wf.one("task", key, "daysLate,progressStatus")
    assert (found["daysLate"], found["progressStatus"]) == (8, "LT")
    change(wf, key, status="CPL")
    assert wf.one("task", key, "progressStatus")["progressStatus"] == "ON"


# --- outline --------------------------------------------------------------------------------------------


def outline(wf, project):
    rows = wf.search(
        "task",
        projectID=project,
        fields="taskNumber,wbs,indent,parentID,numberOfChildren",
        taskNumber_Sort="asc",
        **ALL,
    )
    return [(row["name"], row["taskNumber"], row["wbs"]) for row in rows]


def test_children_are_inserted_below_their_parent(wf, project):
    a = make(wf, project, "a")
    make(wf, project, "b")
    make(wf, project, "a1", parentID=a)
    make(wf, project, "a2", parentID=a)
    assert outline(wf, project) == [("a", 1, "1"), ("a1", 2, "1.1"), ("a2", 3, "1.2"), ("b", 4, "2")]


def test_deleting_closes_the_gap(wf, project):
    a, b = make(wf, project, "a"), make(wf, project, "b")
    make(wf, project, "b1", parentID=b)
    make(wf, project, "c")
    wf.ok(wf.delete(f"/task/{a}"))
    assert outline(wf, project) == [("b", 1, "1"), ("b1", 2, "1.1"), ("c", 3, "2")]


def test_another_parent_by_edit(wf, project):
    a, b = make(wf, project, "a"), make(wf, project, "b")
    c = make(wf, project, "c", parentID=b)
    change(wf, c, parentID=a)
    assert outline(wf, project) == [("a", 1, "1"), ("c", 2, "1.1"), ("b", 3, "2")]
    change(wf, c, parentID=None)
    assert sorted(name for name, _, _ in outline(wf, project)) == ["a", "b", "c"]
    wf.error(wf.put(f"/task/{a}", {"parentID": a}), 422)
    other = wf.make("task", name="x", projectID=wf.make("project", name="other"))
    wf.error(wf.put(f"/task/{a}", {"parentID": other}), 422)


def test_outline_holds_after_anything(wf, project):
    """Numbers are 1 to n in depth-first order, wbs says the tree, numberOfChildren counts, whatever happened before."""
    dice = random.Random(5)
    keys = []
    for number in range(60):
        throw = dice.random()
        if throw < 0.6 or len(keys) < 3:
            parent = dice.choice([None, *keys])
            keys.append(make(wf, project, f"n{number}", **({"parentID": parent} if parent else {})))
        elif throw < 0.8:
            gone = dice.choice(keys)
            wf.ok(wf.delete(f"/task/{gone}", {"force": "true"}))
            keys = [row["ID"] for row in wf.search("task", projectID=project, **ALL)]
        else:
            wf.put(f"/task/{dice.choice(keys)}/move", {"parentID": dice.choice(keys)})
    rows = wf.search(
        "task",
        projectID=project,
        fields="taskNumber,wbs,indent,parent:wbs,numberOfChildren,children",
        taskNumber_Sort="asc",
        **ALL,
    )
    assert [row["taskNumber"] for row in rows] == list(range(1, len(rows) + 1))
    assert [tuple(map(int, row["wbs"].split("."))) for row in rows] == sorted(
        tuple(map(int, row["wbs"].split("."))) for row in rows
    )
    for row in rows:
        assert row["indent"] == row["wbs"].count(".")
        assert row["numberOfChildren"] == len(row["children"])
        assert row["wbs"].rpartition(".")[0] == (row["parent"]["wbs"] if row["parent"] else "")


# --- predecessors, assignments, notes ----------------------------------------------------------------------


def test_predecessors_hold_back(wf, project):
    first, second = make(wf, project, "first"), make(wf, project, "second")
    wf.ok(wf.put(f"/task/{second}", json={"predecessors": [{"predecessorID": first, "predecessorType": "fs"}]}))
    fields = "canStart,pendingPredecessors,isReady,predecessorExpression,predecessors:predecessorID"
    found = wf.one("task", second, fields)
    assert (found["canStart"], found["pendingPredecessors"], found["predecessorExpression"]) == (False, True, "1fs")
    change(wf, first, status="CPL")
    found = wf.one("task", second, fields)
    assert (found["canStart"], found["pendingPredecessors"], found["isReady"]) == (True, False, True)
    assert [row["ID"] for row in wf.one("task", first, "successors:successor:ID")["successors"]]


def test_primary_assignment(wf, project, ben):
    key = make(wf, project, assignments=[{"assignedToID": ben.user_id}, {"assignedToID": wf.sandbox.user_id}])
    found = wf.one("task", key, "assignedTo,primaryAssignment:assignedToID,assignments:isPrimary")
    assert found["assignedTo"]["ID"] == found["primaryAssignment"]["assignedToID"] == ben.user_id
    assert sorted(row["isPrimary"] for row in found["assignments"]) == [False, True]
    wf.ok(wf.put(f"/task/{key}/unassign", {"userID": ben.user_id}))
    found = wf.one("task", key, "assignedToID,assignments:isPrimary")
    assert found["assignedToID"] == wf.sandbox.user_id
    assert [row["isPrimary"] for row in found["assignments"]] == [True]
    wf.error(wf.post("/assgn", json={"taskID": key, "assignedToID": wf.sandbox.user_id}), 422)


def test_team_assignment(wf, project):
    team = wf.search("team", **{"$$LIMIT": 1})[0]["ID"]
    key = make(wf, project, assignments=[{"teamID": team}])
    found = wf.one("task", key, "teamID,assignedToID,assignments:isTeamAssignment")
    assert (found["teamID"], found["assignedToID"]) == (team, None)
    assert [row["isTeamAssignment"] for row in found["assignments"]] == [True]


# --- what a create fills in --------------------------------------------------------------------------------


def test_defaults(wf, project):
    found = wf.one(
        "project",
        project,
        "status,ownerID,enteredByID,entryDate,lastUpdateDate,groupID,scheduleID,referenceNumber,customerID",
    )
    assert (found["status"], found["ownerID"], found["enteredByID"]) == ("PLN", wf.sandbox.user_id, wf.sandbox.user_id)
    assert found["entryDate"] == found["lastUpdateDate"]
    assert all(found[name] for name in ("groupID", "scheduleID", "customerID"))
    following = wf.make("project", name="next")
    assert wf.one("project", following, "referenceNumber")["referenceNumber"] == found["referenceNumber"] + 1


def test_who_wrote_last(wf, project, ben):
    wf.ok(wf.put(f"/project/{project}", {"ownerID": ben.user_id}))
    ben.ok(ben.put(f"/project/{project}", {"name": "by ben"}))
    found = wf.one("project", project, "enteredByID,lastUpdatedByID")
    assert (found["enteredByID"], found["lastUpdatedByID"]) == (wf.sandbox.user_id, ben.user_id)


def test_forms_keep_in_step_with_the_first(wf, project):
    forms = [wf.make("category", name=f"f{number}", catObjCode="PROJ") for number in range(2)]
    wf.ok(wf.put(f"/project/{project}", {"categoryID": forms[0]}))
    places = wf.one("project", project, "objectCategories:categoryID")["objectCategories"]
    assert [place["categoryID"] for place in places] == [forms[0]]
    wf.ok(wf.put(f"/project/{project}", json={"objectCategories": [{"categoryID": form} for form in reversed(forms)]}))
    assert wf.one("project", project, "categoryID")["categoryID"] == forms[1]
    wf.ok(
        wf.put("/category", {"action": "unassignCategory", "objID": project, "objCode": "PROJ", "categoryID": forms[1]})
    )
    assert wf.one("project", project, "categoryID")["categoryID"] == forms[0]
    wf.ok(wf.put("/category/assignCategories", {"objID": project, "objCode": "PROJ", "categoryIDs": forms}))
    wf.ok(wf.put("/category/reorderCategories", {"objID": project, "objCode": "PROJ", "categoryIDs": forms[::-1]}))
    places = wf.one("project", project, "objectCategories:categoryID")["objectCategories"]
    assert [place["categoryID"] for place in places] == forms[::-1]


def test_templates(wf, project):
    make(wf, project, "parent")
    parent = wf.search("task", projectID=project)[0]["ID"]
    make(wf, project, "child", parentID=parent)
    made = wf.ok(wf.put(f"/project/{project}/saveProjectAsTemplate", {"templateName": "again"}))["result"]
    other = wf.make("project", name="from it")
    wf.ok(wf.put(f"/project/{other}/attachTemplate", {"templateID": made}))
    assert outline(wf, other) == [("parent", 1, "1"), ("child", 2, "1.1")]


def test_likes(wf, ben, project):
    note = wf.make("note", noteText="hello", noteObjCode="PROJ", objID=project)
    for client in (wf, ben, ben):
        client.ok(client.put(f"/note/{note}/like"))
    assert wf.one("note", note, "numLikes")["numLikes"] == 2
    assert ben.ok(ben.put("/note/getLikedNoteIDs", {"noteIDs": note}))["result"] == [note]
    ben.ok(ben.put(f"/note/{note}/unlike"))
    assert wf.one("note", note, "numLikes")["numLikes"] == 1


def test_strict_status_refuses_work_in_completed_projects():
    import requests

    with Sandbox(service="workfront", data="empty", strict_status=True) as sandbox, requests.Session() as http:
        http.headers["apiKey"] = sandbox.api_key
        base = f"{sandbox.url}/attask/api/v22.0"
        project = http.post(f"{base}/project", json={"name": "p"}, timeout=5).json()["data"]["ID"]
        task = http.post(f"{base}/task", json={"name": "t", "projectID": project}, timeout=5).json()["data"]["ID"]
        http.put(f"{base}/project/{project}", params={"status": "CPL"}, timeout=5)
        for answer in (
            http.post(f"{base}/task", json={"name": "t", "projectID": project}, timeout=5),
            http.delete(f"{base}/task/{task}", timeout=5),
        ):
            assert answer.status_code == 422
            assert answer.json()["error"]["class"] == "com.attask.common.ProjectStatusViolationException"
