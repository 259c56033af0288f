"""The conformance cases of facts/cloudbees_cd/API.md, section 10, by their numbers, over plain HTTP."""

import re
import time
from uuid import UUID

import pytest

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def leaf(name, operator, *operands):
    return {"propertyName": name, "operator": operator, **{f"operand{n}": o for n, o in enumerate(operands, 1)}}


def names(found, kind="project"):
    return [one[f"{kind}Name"] for one in found]


# --- sessions -----------------------------------------------------------------------------


def test_1_login_by_query(nobody):
    answer = nobody.post("/sessions", userName="admin", password="changeme")
    assert re.fullmatch(r"[A-Z0-9]{16}", answer["sessionId"])
    assert answer["userName"] == "admin"


def test_2_login_by_body(nobody):
    answer = nobody.post("/sessions", {"userName": "admin", "password": "changeme"})
    assert set(answer) == {"sessionId", "userName"}
    by_token = nobody.post("/sessions", {"token": nobody.sandbox.api_token})
    assert by_token["userName"] == "admin"


def test_3_a_wrong_password(nobody):
    nobody.refused(401, "InvalidCredentials", "POST", "/sessions", {"userName": "admin", "password": "wrong"})


def test_4_no_credentials(nobody):
    answer = nobody.raw("GET", "/projects")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {
            "where": "",
            "message": "No credentials/session found in this request",
            "details": "",
            "code": "NoCredentials",
        }
    }


def test_5_three_ways_to_show_credentials(client, nobody):
    session = client._http.headers["sessionId"]
    for options in (
        {"headers": {"sessionId": session}},
        {"headers": {"sessionid": session}},
        {"cookies": {"sessionId": session}},
        {"auth": ("admin", "changeme")},
    ):
        answer = nobody.raw("GET", "/projects", **options)
        assert answer.status_code == 200
        assert names(answer.json()["project"]) == ["Default"]


# --- projects --------------------------------------------------------------------------------


def test_6_make_a_project(client):
    project = client.post("/projects", {"projectName": "P 1", "description": "d"})["project"]
    assert (project["projectName"], project["description"], project["owner"]) == ("P 1", "d", "admin")
    UUID(project["projectId"])
    UUID(project["propertySheetId"])
    assert TIME.fullmatch(project["createTime"])
    assert project["tracked"] == "1"
    assert all(isinstance(value, str) for value in project.values())


def test_7_a_name_that_is_taken(client):
    client.post("/projects", {"projectName": "P 1"})
    client.refused(409, "DuplicateProjectName", "POST", "/projects", {"projectName": "P 1"})


def test_8_a_body_that_is_no_json(client):
    assert client.raw("POST", "/projects", data="incorrect").status_code == 400


@pytest.mark.parametrize("body", [{}, {"projectName": ""}, {"projectName": "x" * 256}])
def test_9_a_name_that_is_none(client, body):
    error = client.refused(400, "InvalidProjectName", "POST", "/projects", body)
    assert error["message"] == "'projectName' is required and must be between 1 and 255 characters"
    assert client.post("/projects", {"projectName": "x" * 255})["project"]


def test_10_one_project(client):
    client.post("/projects", {"projectName": "P 1"})
    assert client.get("/projects/P%201")["project"]["projectName"] == "P 1"
    error = client.refused(404, "NoSuchProject", "GET", "/projects/none")
    assert error["message"] == "Project 'none' does not exist"


def test_11_change_by_query_alone(client):
    client.post("/projects", {"projectName": "P 1"})
    client.put("/projects/P%201", description="new")
    project = client.get("/projects/P%201")["project"]
    assert project["description"] == "new"
    assert project["modifyTime"] >= project["createTime"]


def test_12_rename(client):
    before = client.post("/projects", {"projectName": "P 1"})["project"]
    client.put("/projects/P%201", {"newName": "P2"})
    assert client.get("/projects/P2")["project"]["projectId"] == before["projectId"]
    client.refused(404, "NoSuchProject", "GET", "/projects/P%201")


def test_13_an_unknown_path(client):
    client.refused(501, "NotImplemented", "GET", "/nonsense")
    client.refused(501, "NotImplemented", "PATCH", "/projects/Default")


# --- properties ------------------------------------------------------------------------------


@pytest.fixture
def python_property(client):
    body = {"propertyName": "PythonProperty", "value": "v", "projectName": "Default"}
    return client.post("/properties", body)["property"]


def test_14_make_a_property(python_property):
    assert python_property["counter"] == "0"
    assert python_property["expandable"] == "1"
    assert python_property["tracked"] in ("0", "1")
    assert python_property["value"] == "v"


def test_15_set_a_property(python_property, nobody):
    answer = nobody.raw(
        "PUT", "/properties/PythonProperty?projectName=Default&value=UpdatedPython", auth=("admin", "changeme")
    )
    assert answer.json()["property"]["value"] == "UpdatedPython"
    assert answer.json()["property"]["propertyId"] == python_property["propertyId"]


def test_16_get_a_property(client, python_property):
    assert client.get("/properties/PythonProperty", projectName="Default")["property"] == python_property
    client.refused(404, "NoSuchProperty", "GET", "/properties/unknown", projectName="Default")


def test_17_a_property_by_its_absolute_path(client, python_property):
    assert client.get("/properties//projects/Default/PythonProperty")["property"] == python_property
    assert client.get("/projects/Default/PythonProperty")["property"] == python_property


def test_18_set_makes_what_is_not_there(client):
    client.put("/properties/new", {"value": "x"}, projectName="Default")
    assert client.get("/properties/new", projectName="Default")["property"]["value"] == "x"


def test_19_references_in_values(client, python_property):
    client.put("/properties/PythonProperty", {"value": "UpdatedPython"}, projectName="Default")
    for name, reference in (
        ("absolute", "$[/projects/Default/PythonProperty]"),
        ("relative", "<$[PythonProperty]>"),
        ("chain", "$[relative]"),
        ("dead", "$[/projects/Default/nothing]"),
    ):
        client.post("/properties", {"propertyName": name, "value": reference, "projectName": "Default"})
    path = "/properties/{}"
    assert client.get(path.format("absolute"), projectName="Default")["property"]["value"] == "UpdatedPython"
    assert client.get(path.format("chain"), projectName="Default")["property"]["value"] == "<UpdatedPython>"
    raw = client.get(path.format("absolute"), projectName="Default", expand=0)
    assert raw["property"]["value"] == "$[/projects/Default/PythonProperty]"
    client.refused(404, "NoSuchProperty", "GET", path.format("dead"), projectName="Default")
    client.refused(404, "NoSuchProperty", "GET", "/properties", projectName="Default")
    assert client.get(path.format("dead"), projectName="Default", expand=0)["property"]
    client.put(path.format("dead"), projectName="Default", expandable=0)
    assert client.get(path.format("dead"), projectName="Default")["property"]["value"].startswith("$[")


def test_20_nested_sheets(client):
    client.post("/properties", {"propertyName": "a/b", "value": "x", "projectName": "Default"})
    outer = client.get("/properties/a", projectName="Default")["property"]
    assert "value" not in outer
    sheet = client.get(f"/propertySheets/{outer['propertySheetId']}")["propertySheet"]
    assert [one["propertyName"] for one in sheet["property"]] == ["b"]
    assert client.get("/properties/a/b", projectName="Default")["property"]["value"] == "x"


def test_21_a_sheet_with_the_sheets_in_it(client):
    for name in ("a/b", "a/c/d", "e"):
        client.post("/properties", {"propertyName": name, "value": name, "projectName": "Default"})
    flat = client.get("/properties", projectName="Default")["propertySheet"]
    assert [one["propertyName"] for one in flat["property"]] == ["a", "e"]
    assert "propertySheet" not in flat["property"][0]
    sheet = client.get("/properties", projectName="Default", recurse=1)["propertySheet"]
    nested = sheet["property"][0]["propertySheet"]
    assert [one["propertyName"] for one in nested["property"]] == ["b", "c"]
    assert nested["property"][1]["propertySheet"]["property"][0]["value"] == "a/c/d"
    assert client.get("/properties", projectName="Default", path="a")["propertySheet"]["property"][0]["value"] == "a/b"


def test_22_delete_a_property(client, python_property):
    assert client.delete("/properties/PythonProperty", projectName="Default") == {}
    client.refused(404, "NoSuchProperty", "GET", "/properties/PythonProperty", projectName="Default")
    client.refused(404, "NoSuchProperty", "DELETE", "/properties/PythonProperty", projectName="Default")


# --- artifacts -------------------------------------------------------------------------------


def test_23_make_an_artifact(nobody):
    answer = nobody.raw("POST", "/artifacts?artifactKey=2&groupId=2", auth=("admin", "changeme"))
    artifact = answer.json()["artifact"]
    assert (artifact["artifactName"], artifact["artifactKey"], artifact["groupId"]) == ("2:2", "2", "2")
    assert {"artifactId", "propertySheetId", "createTime", "owner", "lastModifiedBy"} <= set(artifact)


def test_24_artifacts_and_versions(client):
    client.post("/artifacts", artifactKey=2, groupId=2)
    assert client.get("/artifacts/2:2")["artifact"]["artifactName"] == "2:2"
    for version in ("1.0", "1.1"):
        client.post("/artifactVersions", {"groupId": "2", "artifactKey": "2", "version": version})
    client.post("/artifactVersions", {"groupId": "3", "artifactKey": "3", "version": "1.0"})
    found = client.get("/artifactVersions", artifactName="2:2")["artifactVersion"]
    assert names(found, "artifactVersion") == ["2:2:1.0", "2:2:1.1"]
    assert client.get("/artifactVersions/2:2:1.0")["artifactVersion"]["version"] == "1.0"


# --- procedures and jobs ---------------------------------------------------------------------


@pytest.fixture
def echo(client, project):
    """The procedure Echo of P2 with a step and a required parameter."""
    client.post("/projects/P2/procedures", {"procedureName": "Echo"})
    client.post("/projects/P2/procedures/Echo/steps", {"stepName": "s", "command": "echo"})
    body = {"formalParameterName": "arg1", "required": "1"}
    client.post("/projects/P2/procedures/Echo/formalParameters", body)


def run(client, **params):
    body = {
        "projectName": "P2",
        "procedureName": "Echo",
        "actualParameter": [{"actualParameterName": "arg1", "value": "1"}],
        **params,
    }
    return client.post("/jobs", body, request="runProcedure")["jobId"]


def test_25_procedures_and_steps(client, echo):
    found = client.get("/projects/P2/procedures")["procedure"]
    assert names(found, "procedure") == ["Echo"]
    assert found[0]["projectName"] == "P2"
    [step] = client.get("/projects/P2/procedures/Echo/steps")["step"]
    assert (step["stepName"], step["command"], step["procedureName"]) == ("s", "echo", "Echo")
    assert client.get("/projects/Default/procedures") == {}


def test_26_formal_parameters(client, echo):
    [parameter] = client.get("/projects/P2/procedures/Echo/formalParameters")["formalParameter"]
    assert (parameter["formalParameterName"], parameter["expansionDeferred"]) == ("arg1", "0")
    assert (parameter["required"], parameter["orderIndex"]) == ("1", "1")


def test_27_run_a_procedure(client, echo):
    answer = client.post(
        "/jobs",
        {
            "projectName": "P2",
            "procedureName": "Echo",
            "actualParameter": [{"actualParameterName": "arg1", "value": "1"}],
        },
        request="runProcedure",
    )
    UUID(answer["jobId"])
    # The command may stand in the body too.
    body = {"request": "runProcedure", "projectName": "P2", "procedureName": "Echo"}
    given = {"actualParameter": [{"actualParameterName": "arg1", "value": "1"}]}
    assert client.post("/jobs", {**body, **given})["jobId"]


def test_28_a_parameter_that_is_required(client, echo):
    body = {"projectName": "P2", "procedureName": "Echo"}
    client.refused(400, "MissingActualParameter", "POST", "/jobs", body, request="runProcedure")
    client.refused(404, "NoSuchProcedure", "POST", "/jobs", {**body, "procedureName": "x"}, request="runProcedure")
    assert client.get("/jobs") == {}


def test_29_status_of_a_job(client, echo):
    job = run(client)
    assert client.get(f"/jobs/{job}", request="getJobStatus") == {"jobId": job, "status": "running"}
    client.later(6)
    assert client.get(f"/jobs/{job}", request="getJobStatus") == {
        "jobId": job,
        "status": "completed",
        "outcome": "success",
    }


def test_30_details_of_a_job(client, echo):
    number = run(client)
    client.later(6)
    job = client.get(f"/jobs/{number}")["job"]
    assert job["actualParameter"] == [{"actualParameterName": "arg1", "value": "1"}]
    [step] = job["jobStep"]
    assert (step["stepName"], step["status"], step["outcome"]) == ("s", "completed", "success")
    assert job["propertySheet"]["propertySheetId"]
    assert int(job["elapsedTime"]) == 5000
    assert client.get(f"/jobs/{job['jobName']}")["job"] == job
    assert client.get(f"/jobSteps/{step['jobStepId']}")["jobStep"] == step


def test_31_jobs_page_by_page(client, echo):
    jobs = []
    for _ in range(4):
        jobs.append(run(client))
        time.sleep(0.002)
    found = client.get("/jobs", maxResults=2, sortKey="start", sortOrder="descending")["job"]
    assert [job["jobId"] for job in found] == jobs[:1:-1]
    found = client.get("/jobs", maxResults=2, firstResult=2, sortKey="start", sortOrder="descending")["job"]
    assert [job["jobId"] for job in found] == jobs[1::-1]
    assert client.raw("GET", "/jobs?sortKey=start").status_code == 400
    assert client.raw("GET", "/jobs?sortOrder=descending").status_code == 400


def test_32_abort_a_job(client, echo):
    client.post("/projects/P2/procedures/Echo/steps", {"stepName": "s2", "command": "echo"})
    number = run(client)
    client.put(f"/jobs/{number}", {"reason": "enough"}, request="abortJob")
    job = client.get(f"/jobs/{number}")["job"]
    assert (job["status"], job["outcome"], job["abortStatus"]) == ("completed", "error", "ABORT")
    assert job["jobStep"][-1]["outcome"] == "skipped"


# --- resources, applications, environments -------------------------------------------------------


def test_33_resources(client):
    body = {"resourceName": "r1", "hostName": "h", "port": 7800}
    assert client.post("/resources", body)["resource"]["port"] == "7800"
    client.refused(409, "DuplicateResourceName", "POST", "/resources", body)
    client.refused(400, "InvalidPort", "POST", "/resources", {"resourceName": "r2", "port": "high"})


def test_34_applications(client, project):
    assert client.post("/projects/P2/applications", {"applicationName": "A"})["application"]["applicationName"] == "A"
    assert client.delete("/projects/P2/applications/A") == {}
    client.refused(404, "NoSuchApplication", "GET", "/projects/P2/applications/A")


def test_35_environments(client, project):
    client.post("/projects/P2/environments", {"environmentName": "QA"})
    assert names(client.get("/projects/P2/environments")["environment"], "environment") == ["QA"]


# --- pipelines and releases ----------------------------------------------------------------------


@pytest.fixture
def pipeline(client, project):
    return client.post("/projects/P2/pipelines", {"pipelineName": "pl"})["pipeline"]


def test_36_stages(client, pipeline):
    [stage] = client.get("/projects/P2/stages", pipelineName="pl")["stage"]
    assert {"stageId", "stageName", "index"} <= set(stage)
    client.post("/projects/P2/stages", {"stageName": "Production", "pipelineName": "pl"})
    found = client.get("/projects/P2/stages", pipelineName="pl")["stage"]
    assert [(one["stageName"], one["index"]) for one in found] == [("Stage 1", "0"), ("Production", "1")]


def details(client, run):
    return client.put("/pipelineRuntimeDetails", {"flowRuntimeId": [run]}, request="getPipelineRuntimeDetails")


def test_37_run_a_pipeline(client, pipeline):
    runtime = client.post("/pipelines", {}, projectName="P2", pipelineName="pl")["flowRuntime"]
    assert (runtime["pipelineId"], runtime["projectName"]) == (pipeline["pipelineId"], "P2")
    [found] = details(client, runtime["flowRuntimeId"])["flowRuntime"]
    # A bare number: clients map it to a Boolean, and "1" is none to them.
    assert (found["completed"], found["status"]) == (0, "running")
    client.later(6)
    [found] = details(client, runtime["flowRuntimeId"])["flowRuntime"]
    assert (found["completed"], found["status"]) == (1, "success")
    listed = client.put("/projects/P2/pipelines/pl", {}, request="getPipelineRuntimes")["flowRuntime"]
    assert [one["flowRuntimeId"] for one in listed] == [runtime["flowRuntimeId"]]


def test_38_releases(client, pipeline):
    body = {"releaseName": "R", "plannedStartDate": "2024-07-01", "pipelineName": "pl"}
    release = client.post("/projects/P2/releases", body)["release"]
    assert release["pipelineId"] == pipeline["pipelineId"]
    answer = client.post("/releases", {}, projectName="P2", releaseName="R")
    assert answer["flowRuntime"]["releaseId"] == release["releaseId"]
    assert answer["release"]["flowRuntimeId"] == answer["flowRuntime"]["flowRuntimeId"]
    client.post("/pipelines", {}, projectName="P2", pipelineName="pl")
    runs = client.put("/projects/P2/pipelines/pl", request="getPipelineRuntimes", releaseId=release["releaseId"])
    assert len(runs["flowRuntime"]) == 1


# --- searches --------------------------------------------------------------------------------


@pytest.fixture
def projects(client):
    """Default and P1 to P4."""
    for number in range(1, 5):
        client.post("/projects", {"projectName": f"P{number}", "description": "even" if number % 2 == 0 else "odd"})


EITHER = {
    "operator": "or",
    "filter": [leaf("projectName", "like", "D%"), leaf("projectName", "like", "P%")],
}


def test_39_a_composite_filter(client, project):
    client.post("/projects", {"projectName": "Other"})
    answer = client.put("/objects", {"objectType": "project", "filter": EITHER}, request="findObjects")
    assert [set(one) for one in answer["object"]] == [{"objectId", "project"}] * 2
    assert [one["objectId"] for one in answer["object"]] == [
        f"project-{one['project']['projectId']}" for one in answer["object"]
    ]
    assert names(one["project"] for one in answer["object"]) == ["Default", "P2"]


def test_40_a_list_of_conditions(client, projects):
    both = [leaf("projectName", "like", "P%"), leaf("description", "equals", "even")]
    assert names(client.find("project", both)) == ["P2", "P4"]
    nothing = {"objectType": "project", "filter": leaf("projectName", "equals", "unknown")}
    assert client.put("/objects", nothing, request="findObjects") == {}


def test_41_sort_and_window(client, projects):
    down = {"propertyName": "projectName", "order": "descending"}
    assert names(client.find("project", sort=down)) == ["P4", "P3", "P2", "P1", "Default"]
    assert names(client.find("project", sort=[down], firstResult=1, numObjects=1)) == ["P3"]
    two = [{"propertyName": "description", "order": "ascending"}, down]
    assert names(client.find("project", leaf("projectName", "like", "P%"), sort=two)) == ["P4", "P2", "P3", "P1"]


def test_42_some_objects_and_the_ids_of_the_rest(client, projects):
    body = {"objectType": "project", "maxIds": 10, "numObjects": 2}
    answer = client.put("/objects", body, request="findObjects")
    assert (len(answer["object"]), len(answer["objectId"])) == (2, 3)
    rest = client.put("/objects", {"objectId": answer["objectId"]}, request="getObjects")["object"]
    assert [one["objectId"] for one in rest] == answer["objectId"]
    assert names(one["project"] for one in answer["object"] + rest) == ["Default", "P1", "P2", "P3", "P4"]
    assert len(client.find("project", maxIds=3)) == 3


def test_43_custom_properties(client, projects):
    client.post("/properties", {"propertyName": "team", "value": "red", "projectName": "P1"})
    client.post("/properties", {"propertyName": "team", "value": "blue", "projectName": "P2"})
    assert names(client.find("project", leaf("team", "isNull"))) == ["Default", "P3", "P4"]
    assert names(client.find("project", leaf("team", "equals", "red"))) == ["P1"]
    [found] = client.find("project", leaf("team", "equals", "blue"), select=[{"propertyName": "team"}])
    assert found["propertySheet"]["property"] == [{"propertyName": "team", "value": "blue"}]


def test_44_in_a_list(client, echo):
    client.post("/projects/P2/procedures", {"procedureName": "Fail"})
    client.post("/projects/P2/procedures/Fail/steps", {"stepName": "s", "command": "exit 1"})
    jobs = [run(client), run(client, procedureName="Fail"), run(client)]
    assert client.find("job", leaf("outcome", "isNotNull")) == []
    client.later(6)
    found = client.find("job", leaf("outcome", "in", "'success','error'"))
    assert [job["jobId"] for job in found] == jobs
    assert [job["jobId"] for job in client.find("job", leaf("outcome", "in", "'error'"))] == jobs[1:2]


def test_45_children_of_a_container(client, pipeline):
    for name in ("b", "a"):
        client.post("/projects/P2/pipelines/pl/formalParameters", {"formalParameterName": name})
    found = client.find(
        "formalParameter",
        leaf("container", "equals", f"pipeline-{pipeline['pipelineId']}"),
        sort={"propertyName": "orderIndex", "order": "ascending"},
    )
    assert names(found, "formalParameter") == ["b", "a"]


def test_46_count(client, projects):
    assert client.put("/objects", {"objectType": "project"}, request="countObjects") == {"count": "5"}
    client.refused(400, "MissingParameter", "PUT", "/objects", {}, request="findObjects")
    wrong = {"objectType": "project", "filter": leaf("projectName", "resembles", "x")}
    client.refused(400, "InvalidOperator", "PUT", "/objects", wrong, request="findObjects")


def test_47_the_type_in_the_query(client, project):
    client.post("/projects", {"projectName": "Other"})
    answer = client.post("/objects", {"filter": EITHER}, request="findObjects", objectType="project")
    assert names(one["project"] for one in answer["object"]) == ["Default", "P2"]


# --- the end ---------------------------------------------------------------------------------


def test_48_logout(client):
    session = client._http.headers["sessionId"]
    assert client.delete(f"/sessions/{session}") == {}
    client.refused(401, "ExpiredSession", "GET", "/projects")


def test_49_delete_a_project(client, echo):
    job = run(client)
    assert client.delete("/projects/P2") == {}
    client.refused(404, "NoSuchProject", "GET", "/projects/P2/procedures")
    client.refused(404, "NoSuchJob", "GET", f"/jobs/{job}")
    for kind in ("procedure", "procedureStep", "formalParameter", "job", "jobStep"):
        assert client.find(kind) == []


def test_50_who_may_only_read(sandbox, connect):
    reader = connect(sandbox, auth=(sandbox.reader_username, sandbox.reader_password))
    reader.refused(403, "AccessDenied", "PUT", "/projects/Default", {"description": "x"})
    reader.refused(403, "AccessDenied", "DELETE", "/projects/Default")
    assert reader.get("/projects")["project"]
    assert names(reader.find("project")) == ["Default"]
