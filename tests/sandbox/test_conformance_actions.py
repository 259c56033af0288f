"""Conformance cases 110-116 and 120-127: actions, sharing, named queries, metadata, notes, dates, limits, faults."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from workfront_orm.core import metadata

ALL = {"$$LIMIT": 2000}


@pytest.fixture
def project(wf):
    return wf.make("project", name="workbench")


@pytest.fixture
def task(wf, project):
    return wf.make("task", name="a task", projectID=project)


@pytest.fixture
def issue(wf, project):
    return wf.make("issue", name="an issue", projectID=project)


@pytest.fixture
def other(wf):
    return wf.make("project", name="elsewhere")


# --- actions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", range(6))
def test_case_110_move_in_every_spelling(wf, task, other, spelling):
    answer = [
        lambda: wf.put(f"/task/{task}/move", {"projectID": other}),
        lambda: wf.put(f"/task/{task}", {"action": "move", "projectID": other}),
        lambda: wf.put("/task/move", {"ID": task, "projectID": other}),
        lambda: wf.put("/task", {"action": "move", "ID": task, "projectID": other}),
        lambda: wf.post(f"/TASK/{task}/move", {"method": "PUT", "projectID": other, "parentID": ""}),
        lambda: wf.post(
            f"/TASK/{task}", {"method": "put", "action": "move", "updates": json.dumps({"projectID": other})}
        ),
    ][spelling]()
    assert wf.ok(answer) == {"success": True}
    assert wf.one("task", task, "projectID")["projectID"] == other


def test_case_110_move_takes_children_along(wf, task, project, other):
    child = wf.make("task", name="child", projectID=project, parentID=task)
    wf.make("hour", taskID=child, hours=2, entryDate="2026-05-01")
    wf.ok(wf.put(f"/task/{task}/move", {"projectID": other}))
    rows = wf.search("task", projectID=other, fields="wbs,parentID", taskNumber_Sort="asc")
    assert [(row["ID"], row["wbs"], row["parentID"]) for row in rows] == [(task, "1", None), (child, "1.1", task)]
    assert wf.count("hour", projectID=other) == 1
    assert wf.one("project", other, "totalHours")["totalHours"] == 2
    assert wf.one("project", project, "totalHours")["totalHours"] == 0


def test_case_110_move_below_another_task(wf, task, project):
    parent = wf.make("task", name="parent", projectID=project)
    wf.ok(wf.put(f"/task/{task}/move", {"parentID": parent}))
    found = wf.one("task", task, "parentID,wbs,indent")
    assert (found["parentID"], found["wbs"], found["indent"]) == (parent, "1.1", 1)
    wf.error(wf.put(f"/task/{parent}/move", {"parentID": task}), 422)
    wf.error(wf.put(f"/task/{task}/move"), 422)
    wf.error(wf.put(f"/task/{task}/move", {"projectID": "0" * 32}), 404)


def test_case_110_assign_and_unassign(wf, task, ben):
    assert wf.ok(wf.put(f"/task/{task}/assign", {"objID": ben.user_id, "objCode": "USER"})) == {"success": True}
    found = wf.one("task", task, "assignedToID,assignments:assignedToID")
    assert found["assignedToID"] == ben.user_id
    assert [row["assignedToID"] for row in found["assignments"]] == [ben.user_id]
    wf.ok(wf.put(f"/task/{task}/assign", {"objID": ben.user_id, "objCode": "USER"}))
    assert wf.count("assgn", taskID=task) == 1
    wf.error(wf.put(f"/task/{task}/assign", {"objID": "0" * 32, "objCode": "USER"}), 404)
    wf.error(wf.put(f"/task/{task}/assign", {"objID": ben.user_id, "objCode": "PROJ"}), 422)
    wf.ok(wf.put(f"/task/{task}/unassign", {"userID": ben.user_id}))
    found = wf.one("task", task, "assignedToID,assignments")
    assert (found["assignedToID"], found["assignments"]) == (None, [])


def test_case_110_accept_work_and_mark_done(wf, ben, task):
    wf.ok(wf.put(f"/task/{task}/assign", {"objID": ben.user_id, "objCode": "USER"}))
    ben.ok(ben.put(f"/task/{task}/acceptWork"))
    fields = "status,percentComplete,actualStartDate,actualCompletionDate,assignments:status"
    found = wf.one("task", task, fields)
    assert found["status"] == "INP"
    assert found["actualStartDate"]
    assert found["actualCompletionDate"] is None
    assert [row["status"] for row in found["assignments"]] == ["AD"]
    ben.ok(ben.put(f"/task/{task}/markDone", {"status": "CPL"}))
    found = wf.one("task", task, fields)
    assert (found["status"], found["percentComplete"]) == ("CPL", 100)
    assert found["actualCompletionDate"]
    assert [row["status"] for row in found["assignments"]] == ["DN"]
    ben.ok(ben.put(f"/task/{task}/markNotDone"))
    found = wf.one("task", task, fields)
    assert (found["status"], found["percentComplete"], found["actualCompletionDate"]) == ("INP", 0, None)


def test_case_110_issues_can_be_done_too(wf, issue):
    wf.ok(wf.put(f"/optask/{issue}/acceptWork"))
    assert wf.one("issue", issue, "status")["status"] == "INP"
    wf.ok(wf.put(f"/optask/{issue}/markDone", {"status": "RLV"}))
    found = wf.one("issue", issue, "status,isComplete,actualCompletionDate")
    assert (found["status"], found["isComplete"]) == ("RLV", True)
    assert found["actualCompletionDate"]


def test_case_110_further_actions(wf, ben, task, issue, project, other):
    roles = [row["ID"] for row in wf.search("role", **{"$$LIMIT": 2})]
    wf.ok(wf.put(f"/task/{task}/assignMultiple", {"userIDs": [ben.user_id, wf.sandbox.user_id], "roleIDs": roles[0]}))
    found = wf.one("task", task, "assignments:assignedToID,assignments:roleID")["assignments"]
    assert {row["assignedToID"] or row["roleID"] for row in found} == {ben.user_id, wf.sandbox.user_id, roles[0]}
    wf.ok(wf.put(f"/task/{task}/assignMultiple", {"userIDs": json.dumps([ben.user_id])}))
    assert wf.count("assgn", taskID=task) == 1
    copies = wf.ok(wf.put("/task/bulkCopy", {"taskIDs": task, "projectID": other}))["result"]
    assert [wf.one("task", key, "projectID")["projectID"] for key in copies] == [other]
    wf.ok(wf.put("/task/bulkMove", {"taskIDs": copies, "projectID": project}))
    assert wf.one("task", copies[0], "projectID")["projectID"] == project
    wf.ok(wf.put(f"/task/{task}/replyToAssignment", {"noteText": "will do", "commitDate": "2026-06-01"}))
    assert wf.one("task", task, "commitDate")["commitDate"].startswith("2026-06-01")
    assert [n["noteText"] for n in wf.search("note", taskID=task)] == ["will do"]
    made = wf.ok(wf.put(f"/task/{task}/convertToProject", {"updates": json.dumps({"project": {"name": "grown up"}})}))[
        "result"
    ]
    assert wf.one("project", made)["name"] == "grown up"
    wf.error(wf.get(f"/task/{task}"), 404)
    twin = wf.ok(wf.put("/optask/copyIssue", {"opTaskID": issue, "name": "twin", "options": "4"}))["result"]
    assert wf.one("issue", twin)["name"] == "twin"


@pytest.mark.parametrize("preserve", [True, False])
def test_case_111_convert_to_task(wf, issue, project, preserve):
    wf.make("note", noteText="seen", noteObjCode="OPTASK", objID=issue)
    options = ["preserveUpdates", *(["preserveIssue"] if preserve else [])]
    answer = wf.put(
        f"/optask/{issue}/convertToTask", {"updates": json.dumps({"task": {"name": "converted"}, "options": options})}
    )
    key = wf.ok(answer)["result"]
    fields = "projectID,convertedOpTaskID,convertedOpTaskName"
    found = wf.one("task", key, fields)
    assert (found["name"], found["projectID"], found["convertedOpTaskName"]) == ("converted", project, "an issue")
    assert [n["noteText"] for n in wf.search("note", taskID=key)] == ["seen"]
    if preserve:
        assert wf.one("issue", issue, "resolveTaskID,resolvingObjCode") == {
            "ID": issue, "name": "an issue", "objCode": "OPTASK", "resolveTaskID": key, "resolvingObjCode": "TASK",
        }  # fmt: skip
        assert found["convertedOpTaskID"] == issue
    else:
        wf.error(wf.get(f"/issue/{issue}"), 404)


def test_case_112_put_without_id_or_action(wf):
    message = wf.error(wf.put("/user"), 400, "UnsupportedOperationException")
    assert "action" in message


def test_case_113_unknown_action(wf, task):
    for answer in (
        wf.put(f"/task/{task}/fly"),
        wf.put(f"/task/{task}", {"action": "fly"}),
        wf.put("/task/fly"),
        wf.put("/task", {"action": "fly"}),
    ):
        assert wf.error(answer, 422) == "APIModel V22_0 does not support action fly (Task)"


def test_case_113_action_that_is_not_served(wf, task):
    message = wf.error(wf.put(f"/task/{task}/approveApproval"), 400, "UnsupportedOperationException")
    assert "approveApproval" in message
    assert "docs/sandbox.md" in message


def test_case_113_action_on_nothing(wf):
    wf.error(wf.put(f"/task/{'0' * 32}/markDone"), 404)
    wf.error(wf.put("/task/markDone"), 422)


def test_case_114_share_and_unshare(wf, project, ben):
    ben.error(ben.put(f"/project/{project}", {"name": "x"}), 403)
    params = {
        "accessorID": ben.user_id,
        "accessorObjCode": "USER",
        "coreAction": "EDIT",
        "forbiddenActions": ["SHARE", "ADD_HOURS"],
    }
    assert wf.ok(wf.put(f"/project/{project}/share", params)) == {"success": True}
    rules = wf.one("project", project, "accessRules:*")["accessRules"]
    assert [(r["accessorID"], r["accessorObjCode"], r["coreAction"], r["forbiddenActions"]) for r in rules] == [
        (ben.user_id, "USER", "EDIT", ["SHARE", "ADD_HOURS"])
    ]
    ben.ok(ben.put(f"/project/{project}", {"name": "shared"}))
    wf.ok(wf.put("/project/share", {"id": project, **params, "coreAction": "VIEW"}))
    assert len(wf.one("project", project, "accessRules")["accessRules"]) == 1
    ben.error(ben.put(f"/project/{project}", {"name": "x"}), 403)
    wf.ok(wf.put(f"/project/{project}/unshare", {"accessorID": ben.user_id, "accessorObjCode": "USER"}))
    assert wf.one("project", project, "accessRules")["accessRules"] == []
    wf.ok(wf.put(f"/project/{project}/sharePublic"))
    assert len(wf.one("project", project, "accessRules")["accessRules"]) == 1
    wf.ok(wf.put(f"/project/{project}/unsharePublic"))
    assert wf.one("project", project, "accessRules")["accessRules"] == []
    wf.error(wf.put(f"/project/{project}/share", {**params, "coreAction": "OWN"}), 422)
    wf.error(wf.put(f"/project/{project}/share", {**params, "accessorID": "0" * 32}), 404)


def test_case_114_all_rules_by_plain_edit(wf, project, ben):
    rule = {
        "accessorID": ben.user_id,
        "accessorObjCode": "USER",
        "coreAction": "VIEW",
        "secondaryActions": [],
        "forbiddenActions": [],
    }
    wf.ok(wf.put(f"/project/{project}", json={"accessRules": [rule]}))
    rules = wf.one("project", project, "accessRules:*")["accessRules"]
    assert [(r["accessorID"], r["securityObjCode"]) for r in rules] == [(ben.user_id, "PROJ")]


def test_case_115_my_work(wf, ben, task, issue):
    before = {row["ID"] for row in ben.ok(ben.get("/work/myWork", ALL))}
    for code, key in (("task", task), ("issue", issue)):
        wf.ok(wf.put(f"/{code}/{key}/assign", {"objID": ben.user_id, "objCode": "USER"}))
    rows = ben.ok(ben.get("/work/myWork", {**ALL, "fields": "status,projectID"}))
    assert {row["ID"] for row in rows} == before | {task, issue}
    assert {row["objCode"] for row in rows} <= {"TASK", "OPTASK"}
    ben.ok(ben.put(f"/task/{task}/markDone"))
    assert {row["ID"] for row in ben.ok(ben.get("/work/myWork", ALL))} == before | {issue}
    filtered = ben.ok(ben.get("/work/myWork", {"name": "an issue", "ID_Sort": "asc"}))
    assert [row["ID"] for row in filtered] == [issue]


def test_case_116_group_statuses(wf):
    group = next(row["groupID"] for row in wf.search("cstem", fields="groupID", **ALL) if row["groupID"])
    system = {row["value"] for row in wf.ok(wf.get("/customenum/taskStatuses", ALL))}
    own = {row["value"] for row in wf.search("customenum", groupID=group, enumClass="STATUS_TASK")}
    both = {row["value"] for row in wf.ok(wf.get("/CSTEM/taskGroupStatuses", {"groupID": group}))}
    assert own
    assert {"NEW", "INP", "CPL"} <= system
    assert both == system | own != system
    rows = wf.ok(wf.get("/customenum/projectStatuses"))
    assert set(rows[0]) == {"objCode", "color", "equatesWith", "label", "value", "groupID"}


@pytest.mark.parametrize("code", sorted(metadata.find("workfront", "v22.0").names().values()))
def test_case_116_every_named_query_answers(wf, code):
    spec = metadata.find("workfront", "v22.0").read(code)
    for name, query in spec.queries.items():
        answer = wf.get(f"/{code}/{name}", {"groupID": "0" * 32} if name == "getGroupStatuses" else None)
        found = wf.ok(answer)
        if query.result is None or query.result.endswith("[]"):
            assert isinstance(found, list), name
        else:
            assert found is None or isinstance(found, dict), name


def test_case_116_unknown_named_query(wf):
    message = wf.error(wf.get(f"{wf.sandbox.url}/attask/api-internal/uivw/nonsense"), 422)
    assert message == "APIModel INTERNAL does not support namedQuery nonsense (UIVW)".replace("UIVW", "UIView")


def test_case_116_current_customer(wf):
    found = wf.ok(wf.get("/cust/currentCustomer", {"fields": "currency"}))
    assert found["objCode"] == "CUST"
    assert "currency" in found


# --- metadata --------------------------------------------------------------------------------


def test_case_120_metadata(wf):
    found = wf.ok(wf.get("/metadata"))["objects"]
    source = metadata.find("workfront", "v22.0")
    assert set(found) == {spec.name for spec in source.read_all().values() if spec.code}
    assert found["Project"]["objCode"] == "PROJ"
    assert found["Project"]["url"] == f"{wf.sandbox.url}/attask/api/v22.0/proj/metadata"
    role = wf.ok(wf.get("/role/metadata"))
    assert set(role) >= {
        "name",
        "label",
        "objCode",
        "flags",
        "url",
        "fields",
        "references",
        "collections",
        "search",
        "actions",
        "queries",
        "operations",
    }
    assert set(role["fields"]["name"]) >= {
        "label",
        "fieldType",
        "typeObjCode",
        "targetTypeObjCode",
        "enumTargetObjCode",
        "enumType",
        "url",
    }
    assert role["references"]["customer"]["typeObjCode"] == "CUST"
    task = wf.ok(wf.get("/task/metadata"))
    assert {"value": "NEW", "label": "New"} in task["fields"]["status"]["possibleValues"]
    assert task["actions"]["assign"]["arguments"] == [
        {"name": "objID", "type": "string"},
        {"name": "objCode", "type": "string"},
    ]
    assert "search" in task["operations"]
    assert set(wf.ok(wf.get("/task/metadata", {"fields": "collections"}))) == {
        "name",
        "label",
        "objCode",
        "url",
        "collections",
    }


@pytest.mark.parametrize("version", metadata.versions("workfront"))
def test_case_120_every_type_of_every_version(wf, version):
    source = metadata.find("workfront", version)
    base = f"{wf.sandbox.url}/attask/api/{version}"
    for spec in source.read_all().values():
        found = wf.ok(wf.get(f"{base}/{(spec.code or spec.name).lower()}/metadata"))
        assert (found["name"], found["objCode"]) == (spec.name, spec.code)
        assert set(found["fields"]) == set(spec.fields)


def test_case_121_operation_that_a_type_does_not_take(wf):
    source = metadata.find("workfront", "v22.0")
    calls = {
        "search": lambda code: wf.get(f"/{code}/search"),
        "count": lambda code: wf.get(f"/{code}/count"),
        "report": lambda code: wf.get(f"/{code}/report"),
        "get": lambda code: wf.get(f"/{code}/{'0' * 32}"),
        "add": lambda code: wf.post(f"/{code}", json={}),
        "edit": lambda code: wf.put(f"/{code}/{'0' * 32}", json={}),
        "delete": lambda code: wf.delete(f"/{code}/{'0' * 32}"),
        "copy": lambda code: wf.post(f"/{code}", {"copySourceID": "0" * 32}),
        "replace": lambda code: wf.put(f"/{code}/replace", {"id": "0" * 32, "replacementID": "1" * 32}),
    }
    refused = 0
    for code, spec in source.read_all().items():
        for name, call in calls.items():
            if spec.operations is not None and name not in spec.operations:
                assert name in wf.error(call(code), 400, "UnsupportedOperationException")
                refused += 1
    assert refused > 100


# --- notes, dates ----------------------------------------------------------------------------


def test_case_122_comment_and_reply(wf, task, project):
    note = wf.make("note", noteText="hello", noteObjCode="TASK", objID=task)
    reply = wf.make("note", noteText="hi", noteObjCode="TASK", objID=task, parentNoteID=note)
    found = wf.one("note", note, "replies:noteText,ownerID,taskID,projectID,numReplies,topObjID,topNoteObjCode")
    assert [row["noteText"] for row in found["replies"]] == ["hi"]
    assert (found["ownerID"], found["taskID"], found["numReplies"]) == (wf.sandbox.user_id, task, 1)
    assert (found["projectID"], found["topObjID"], found["topNoteObjCode"]) == (project, project, "PROJ")
    assert wf.one("note", reply, "threadID,isReply,indent") == {
        "ID": reply, "objCode": "NOTE", "threadID": note, "isReply": True, "indent": 1,
    }  # fmt: skip
    assert wf.one("task", task, "lastNote:noteText")["lastNote"]["noteText"] == "hi"
    assert wf.ok(wf.get("/update/objectUpdates", {"objCode": "TASK", "objID": task}))
    wf.error(wf.post("/note", json={"noteText": "to nobody", "noteObjCode": "TASK", "objID": "0" * 32}), 404)
    wf.error(wf.post("/note", json={"noteText": "to nothing"}), 422)


DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d:\d{3}[+-]\d{4}")


def test_case_123_dates_out(wf, ben):
    spec = metadata.find("workfront", "v22.0").read("TASK")
    names = [name for name, field in spec.fields.items() if field.type == "dateTime"]
    values = [row[name] for row in wf.search("task", fields=",".join(names)) for name in names if row[name] is not None]
    assert len(values) > 500
    assert all(DATE.fullmatch(value) for value in values)
    wf.ok(wf.put(f"/user/{ben.user_id}", {"timeZone": "Asia/Kolkata"}))
    values = [row["plannedStartDate"] for row in ben.search("task", fields="plannedStartDate")]
    assert all(value.endswith("+0530") for value in values)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-05-18T17:00:00:000-0600", datetime(2030, 5, 18, 23, tzinfo=UTC)),
        ("2030-05-13T18:18:37.255Z", datetime(2030, 5, 13, 18, 18, 37, 255000, UTC)),
        ("2030-05-13T18:18:37.255-0700", datetime(2030, 5, 14, 1, 18, 37, 255000, UTC)),
        ("2030-07-10T00:00:00", datetime(2030, 7, 10, tzinfo=UTC)),
        ("2030-12-01", datetime(2030, 12, 1, tzinfo=UTC)),
        ("2030-05-18T17:00:00:123+02:00", datetime(2030, 5, 18, 15, 0, 0, 123000, UTC)),
        ("2030-05-18T17:00", datetime(2030, 5, 18, 17, tzinfo=UTC)),
        ("2030-05-18T17:00:00.1234567Z", datetime(2030, 5, 18, 17, 0, 0, 123000, UTC)),
    ],
)
def test_case_124_dates_in(wf, task, text, moment):
    found = wf.ok(wf.put(f"/task/{task}", {"commitDate": text, "fields": "commitDate"}))["commitDate"]
    assert datetime.strptime(found, "%Y-%m-%dT%H:%M:%S:%f%z") == moment


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2030-13-01",
        "2030-02-30",
        "18/05/2030",
        "2030-05-18 17:00",
        "20300518",
        "2030-05-18T25:00:00Z",
        "99999-01-01",
    ],
)
def test_case_124_garbage(wf, task, text):
    assert (
        wf.error(wf.put(f"/task/{task}", {"commitDate": text}), 422) == f'Invalid Parameter: commitDate value "{text}"'
    )


def test_case_124_zoneless_dates_are_the_callers(wf, ben):
    wf.ok(wf.put(f"/user/{ben.user_id}", {"timeZone": "America/Denver"}))
    key = ben.make("project", name="p", plannedStartDate="2030-07-10T00:00:00")
    assert wf.one("project", key, "plannedStartDate")["plannedStartDate"] == "2030-07-10T06:00:00:000+0000"
    assert ben.one("project", key, "plannedStartDate")["plannedStartDate"] == "2030-07-10T00:00:00:000-0600"


# --- limits and faults -----------------------------------------------------------------------


def test_case_125_too_many_at_once(wf):
    wf.sandbox.latency = 0.2
    wf.sandbox.faults = [{"kind": "429", "concurrent": 10}]
    try:
        with ThreadPoolExecutor(20) as pool:
            url, params = wf.base + "/task/count", {"apiKey": wf.sandbox.api_key}
            answers = list(pool.map(lambda _: requests.get(url, params=params, timeout=10), range(20)))
    finally:
        wf.sandbox.latency = 0
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) >= 10
    assert statuses.count(429) >= 1
    assert all("Too many concurrent" in wf.error(answer, 429) for answer in answers if answer.status_code == 429)


def test_case_126_gateway_faults(wf):
    wf.sandbox.faults = [{"script": ["502", "503", None]}]
    html, empty, good = (wf.get("/task/count") for _ in range(3))
    assert (html.status_code, html.headers["Content-Type"]) == (502, "text/html")
    assert b"<html>" in html.content
    assert (empty.status_code, empty.content) == (503, b"")
    wf.ok(good)
    assert [entry.fault for entry in wf.sandbox.requests] == ["502", "503", None]


def test_case_127_error_under_status_200(wf):
    before = wf.count("project")
    wf.sandbox.faults = [{"kind": "error_200", "method": "POST"}]
    answer = wf.post("/project", json={"name": "never"})
    assert answer.status_code == 200
    assert "error" in answer.json()
    assert wf.count("project") == before


def test_limit_of_objects(wf, project):
    """API.md 9: 50,000 primary and secondary objects."""
    for _ in range(3):
        wf.ok(wf.post("/task", json=[{"name": "n", "projectID": project}] * 100))
    message = wf.error(
        wf.get("/task/search", {"projectID": project, "fields": "project:tasks:name", "$$LIMIT": 300}),
        422,
        "IllegalArgumentException",
    )
    assert "50000" in message
    wf.ok(wf.get("/task/search", {"projectID": project, "fields": "project:tasks:name", "$$LIMIT": 100}))


def test_named_type_that_is_not_top_level(wf):
    for answer in (
        wf.get("/objcat/search"),
        wf.get("/acsrul/count"),
        wf.post("/objcat", json={}),
        wf.delete(f"/acsrul/{'0' * 32}"),
    ):
        assert "top level" in wf.error(answer, 400) or "operation" in wf.error(answer, 400)
