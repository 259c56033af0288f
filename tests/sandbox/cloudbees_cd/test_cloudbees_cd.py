"""What the conformance cases leave out: other kinds, contexts, operators, time, rights, demo data, log and faults."""

import pytest

from workfront_orm.sandbox import Sandbox, SandboxError
from workfront_orm.sandbox.backend import Request


def leaf(name, operator, *operands):
    return {"propertyName": name, "operator": operator, **{f"operand{n}": o for n, o in enumerate(operands, 1)}}


# --- objects --------------------------------------------------------------------------------


@pytest.fixture
def procedure(client, project):
    client.post("/projects/P2/procedures", {"procedureName": "E"})
    return "/projects/P2/procedures/E"


@pytest.mark.parametrize(
    ("collection", "kind", "body"),
    [
        ("/resources", "resource", {"resourceName": "x y"}),
        ("/resourcePools", "resourcePool", {"resourcePoolName": "x y", "resourceName": ["a", "b"]}),
        ("/workspaces", "workspace", {"workspaceName": "x y"}),
        ("/zones", "zone", {"zoneName": "x y"}),
        ("/repositories", "repository", {"repositoryName": "x y"}),
        ("/projects/P2/schedules", "schedule", {"scheduleName": "x y", "weekDays": "MONDAY"}),
        ("/projects/P2/applications", "application", {"applicationName": "x y"}),
        ("/projects/P2/environments", "environment", {"environmentName": "x y"}),
        ("/projects/P2/procedures", "procedure", {"procedureName": "x y"}),
        ("/projects/P2/pipelines", "pipeline", {"pipelineName": "x y"}),
        ("/projects/P2/releases", "release", {"releaseName": "x y"}),
    ],
)
def test_every_kind_is_made_read_changed_and_deleted(client, project, collection, kind, body):
    made = client.post(collection, body)[kind]
    assert made[f"{kind}Id"]
    one = f"{collection}/x%20y"
    assert client.get(one)[kind] == made
    assert client.get(collection)[kind] == [made]
    changed = client.put(one, {"description": "ñ", "newName": "z"})[kind]
    assert (changed["description"], changed[f"{kind}Name"]) == ("ñ", "z")
    assert changed[f"{kind}Id"] == made[f"{kind}Id"]
    for name, value in body.items():
        assert made[name] == value
    assert client.delete(f"{collection}/z") == {}
    assert client.get(collection) == {}


def test_what_lies_deeper(client, project):
    client.post("/projects/P2/applications", {"applicationName": "A"})
    application = "/projects/P2/applications/A"
    process = client.post(f"{application}/processes", {"processName": "Deploy"})["process"]
    assert (process["projectName"], process["applicationName"]) == ("P2", "A")
    client.post(f"{application}/processes/Deploy/processSteps", {"processStepName": "copy"})
    client.post(f"{application}/processes/Deploy/formalParameters", {"formalParameterName": "v", "required": 1})
    client.post(f"{application}/components", {"componentName": "c"})
    assert client.get(f"{application}/processes/Deploy/formalParameters")["formalParameter"][0]["required"] == "1"
    assert client.get(f"{application}/tierMaps") == {}
    client.post("/projects/P2/environments", {"environmentName": "QA"})
    body = {"projectName": "P2", "applicationName": "A", "processName": "Deploy", "environmentName": "QA"}
    client.refused(400, "MissingActualParameter", "POST", "/jobs", body, request="runProcess")
    given = {"actualParameter": {"actualParameterName": "v", "value": "1"}}
    wrong = {**body, **given, "environmentName": "x"}
    client.refused(404, "NoSuchEnvironment", "POST", "/jobs", wrong, request="runProcess")
    job = client.post("/jobs", {**body, **given}, request="runProcess")["jobId"]
    assert client.get(f"/jobs/{job}")["job"]["jobStep"][0]["stepName"] == "copy"


def test_resources_of_a_tier(client, project):
    client.post("/resources", {"resourceName": "r1"})
    client.post("/projects/P2/environments", {"environmentName": "QA"})
    client.post("/projects/P2/environments/QA/environmentTiers", {"environmentTierName": "web"})
    path = "/projects/P2/environments/QA/environmentTiers/web/resources"
    assert client.get(path) == {}
    client.post(path, {"resourceName": "r1"})
    assert client.get(path)["resource"][0]["resourceName"] == "r1"
    client.refused(409, "DuplicateResourceName", "POST", path, {"resourceName": "r1"})
    client.refused(404, "NoSuchResource", "POST", path, {"resourceName": "r2"})


def test_a_password_is_never_answered(client, project):
    body = {"credentialName": "c", "userName": "u", "password": "hush"}
    credential = client.post("/projects/P2/credentials", body)["credential"]
    assert credential["userName"] == "u"
    assert "password" not in credential
    assert "password" not in client.find("credential")[0]
    client.refused(400, "MissingParameter", "POST", "/projects/P2/credentials", {"credentialName": "d"})


def test_steps_keep_an_order(client, procedure):
    for name in ("a", "b"):
        client.post(f"{procedure}/steps", {"stepName": name})
    client.post(f"{procedure}/steps", {"stepName": "c", "beforeProcedureStep": "b"})
    client.put(f"{procedure}/steps/a", {"afterProcedureStep": "b"})
    steps = client.get(f"{procedure}/steps")["step"]
    assert [step["stepName"] for step in steps] == ["c", "b", "a"]
    assert "afterProcedureStep" not in steps[2]
    client.refused(404, "NoSuchStep", "POST", f"{procedure}/steps", {"stepName": "d", "afterProcedureStep": "x"})


def test_a_renamed_parent_takes_its_children_along(client, procedure):
    client.post(f"{procedure}/steps", {"stepName": "s"})
    job = client.post("/jobs", {"projectName": "P2", "procedureName": "E"}, request="runProcedure")["jobId"]
    client.put(procedure, {"newName": "F"})
    client.put("/projects/P2", {"newName": "P3"})
    step = client.get("/projects/P3/procedures/F/steps/s")["step"]
    assert (step["projectName"], step["procedureName"]) == ("P3", "F")
    assert client.get(f"/jobs/{job}")["job"]["projectName"] == "P3"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/projects/P2/procedures", {"procedureName": "x", "timeLimitUnits": "days"}, "InvalidTimeLimitUnits"),
        ("/projects/P2/procedures", {"procedureName": "x", "jobNameTemplate": {}}, "InvalidJobNameTemplate"),
        ("/resources", {"resourceName": "x", "resourceDisabled": "maybe"}, "InvalidResourceDisabled"),
        ("/artifacts", {"groupId": "x"}, "MissingParameter"),
    ],
)
def test_values_that_are_refused(client, project, path, body, code):
    client.refused(400, code, "POST", path, body)


def test_a_rename_to_a_taken_name_is_refused(client, project):
    client.refused(409, "DuplicateProjectName", "PUT", "/projects/P2", {"newName": "Default"})
    client.refused(400, "InvalidProjectName", "PUT", "/projects/P2", {"newName": ""})
    assert client.get("/projects/P2")["project"] == project


@pytest.mark.skipif(
    "raw_path" not in Request.__dataclass_fields__,
    reason="the frame of the sandboxes does not tell the path as sent yet",
)
def test_a_name_may_hold_a_slash(client):
    client.post("/projects", {"projectName": "a/b"})
    assert client.get("/projects/a%2Fb")["project"]["projectName"] == "a/b"


def test_what_is_not_served_says_so(client):
    for method, path, params in (
        ("POST", "/server/dsl", {}),
        ("PUT", "/objects", {"request": "sendReportingData"}),
        ("GET", "/objects", {"request": "findObjects"}),
        ("POST", "/jobs", {}),
        ("PUT", "/projects/Default", {"request": "doMagic"}),
        ("POST", "/ciBuildDetails", {"request": "setCiBuildDetail"}),
        ("POST", "/projects/Default", {}),
        ("POST", "/flowRuntimes", {}),
    ):
        client.refused(501, "NotImplemented", method, path, {}, **params)


# --- properties ------------------------------------------------------------------------------


def test_properties_of_anything(client, procedure):
    client.post(f"{procedure}/steps", {"stepName": "s"})
    client.post("/resources", {"resourceName": "r"})
    client.post("/projects/P2/pipelines", {"pipelineName": "pl"})
    client.post("/artifacts", {"groupId": "g", "artifactKey": "k"})
    job = client.post("/jobs", {"projectName": "P2", "procedureName": "E"}, request="runProcedure")["jobId"]
    step = client.get(f"/jobs/{job}")["job"]["jobStep"][0]["jobStepId"]
    sheet = client.get("/projects/P2")["project"]["propertySheetId"]
    contexts = [
        ({"propertySheetId": sheet}, "/projects/P2/x"),
        ({"projectName": "P2", "procedureName": "E"}, "/projects/P2/procedures/E/x"),
        ({"projectName": "P2", "procedureName": "E", "stepName": "s"}, "/projects/P2/procedures/E/steps/s/x"),
        ({"projectName": "P2", "pipelineName": "pl"}, "/projects/P2/pipelines/pl/x"),
        ({"resourceName": "r"}, "/resources/r/x"),
        ({"artifactName": "g:k"}, "/artifacts/g:k/x"),
        ({"jobId": job}, f"/jobs/{job}/x"),
        ({"jobStepId": step}, f"/jobSteps/{step}/x"),
    ]
    for number, (context, _) in enumerate(contexts):
        client.post("/properties", {"propertyName": "x", "value": number, **context})
    for number, (context, path) in enumerate(contexts):
        assert client.get("/properties/x", **context)["property"]["value"] == str(number)
        assert client.get(f"/properties/{path}")["property"]["value"] == str(number)
    client.put("/properties//myJob/y", {"value": "mine"}, jobStepId=step)
    assert client.get(f"/jobs/{job}")["job"]["propertySheet"]["property"][1]["value"] == "mine"
    client.put("/server/z", {"value": "everybody's"})
    assert client.get("/server//z")["property"]["value"] == "everybody's"
    assert client.get("/properties//server/z")["property"]["value"] == "everybody's"


def test_refused_properties(client, project):
    body = {"propertyName": "x", "value": "1", "projectName": "P2"}
    client.post("/properties", body)
    client.refused(409, "DuplicatePropertyName", "POST", "/properties", body)
    client.refused(409, "DuplicatePropertyName", "POST", "/properties", {**body, "propertyName": "x/y"})
    client.refused(400, "MissingParameter", "GET", "/properties/x")
    client.refused(404, "NoSuchProject", "GET", "/properties/x", projectName="unknown")
    client.refused(404, "NoSuchProperty", "GET", "/properties//projects/unknown/x")
    client.refused(400, "InvalidPropertyName", "POST", "/properties", {"projectName": "P2"})
    client.refused(404, "NoSuchPropertySheet", "GET", "/propertySheets/unknown")


def test_a_property_is_renamed(client, project):
    made = client.post("/properties", {"propertyName": "x", "value": "1", "projectName": "P2"})["property"]
    client.put("/properties/x", {"newName": "y"}, projectName="P2")
    assert client.get("/properties/y", projectName="P2")["property"]["propertyId"] == made["propertyId"]
    client.refused(404, "NoSuchProperty", "GET", "/properties/x", projectName="P2")


def test_an_endless_reference_is_refused(client, project):
    client.post("/properties", {"propertyName": "x", "value": "$[x]", "projectName": "P2"})
    client.refused(400, "RecursiveReference", "GET", "/properties/x", projectName="P2")


def test_texts_are_expanded(client, project):
    client.post("/properties", {"propertyName": "x", "value": "1", "projectName": "P2"})
    body = {"value": "<$[/projects/P2/x]>"}
    assert client.post("/expandString", body, request="expandString") == {"value": "<1>"}
    assert client.post("/expandString", {"value": "$[x]", "projectName": "P2"}, request="expandString")["value"] == "1"


def test_deleted_objects_leave_no_properties(client, project):
    client.post("/properties", {"propertyName": "a/b", "value": "1", "projectName": "P2"})
    sheet = client.get("/properties/a", projectName="P2")["property"]["propertySheetId"]
    client.delete("/projects/P2")
    client.refused(404, "NoSuchPropertySheet", "GET", f"/propertySheets/{sheet}")


# --- jobs and runs over time --------------------------------------------------------------------


def start(client, **params):
    body = {"projectName": "P2", "procedureName": "E", **params}
    return client.post("/jobs", body, request="runProcedure")["jobId"]


def states(client, job):
    return [(step["status"], step.get("outcome")) for step in client.get(f"/jobs/{job}")["job"]["jobStep"]]


def test_a_job_goes_from_step_to_step(client, procedure):
    for name in ("a", "b"):
        client.post(f"{procedure}/steps", {"stepName": name})
    job = start(client)
    assert states(client, job) == [("running", None), ("pending", None)]
    client.later(5.5)
    assert states(client, job) == [("completed", "success"), ("running", None)]
    client.later(5)
    assert states(client, job) == [("completed", "success")] * 2
    assert client.get("/jobs", status="running") == {}
    assert len(client.get("/jobs", status="completed")["job"]) == 1


@pytest.mark.parametrize(
    ("handling", "outcome", "second"),
    [("failProcedure", "error", "success"), ("abortJob", "error", "skipped"), ("ignore", "success", "success")],
)
def test_what_becomes_of_a_step_that_fails(client, procedure, handling, outcome, second):
    client.post(f"{procedure}/steps", {"stepName": "a", "command": "exit 1", "errorHandling": handling})
    client.post(f"{procedure}/steps", {"stepName": "b", "command": "exit 0"})
    client.post(f"{procedure}/steps", {"stepName": "c", "alwaysRun": "1"})
    job = start(client)
    client.later(30)
    assert states(client, job) == [("completed", "error"), ("completed", second), ("completed", "success")]
    assert client.get(f"/jobs/{job}", request="getJobStatus")["outcome"] == outcome


def test_a_job_takes_defaults_and_a_name(client, procedure):
    client.post(f"{procedure}/formalParameters", {"formalParameterName": "p", "required": "1", "defaultValue": "d"})
    client.put(procedure, {"jobNameTemplate": "build"})
    job = client.get(f"/jobs/{start(client)}")["job"]
    assert job["actualParameter"] == [{"actualParameterName": "p", "value": "d"}]
    assert job["jobName"].startswith("build-")
    # Without steps there is nothing to wait for.
    assert (job["status"], job["outcome"], job["priority"]) == ("completed", "success", "normal")
    body = {"projectName": "P2", "procedureName": "E", "priority": "urgent"}
    client.refused(400, "InvalidPriority", "POST", "/jobs", body, request="runProcedure")


def test_what_has_ended_is_not_aborted(client, procedure):
    job = start(client)
    client.put(f"/jobs/{job}", request="abortJob")
    assert "abortStatus" not in client.get(f"/jobs/{job}")["job"]
    assert client.delete(f"/jobs/{job}") == {}
    client.refused(404, "NoSuchJob", "GET", f"/jobs/{job}")


def test_the_structure_of_a_job(client, procedure):
    client.post(f"{procedure}/steps", {"stepName": "a"})
    [step] = client.get(f"/jobs/{start(client)}", structureOnly=1)["job"]["jobStep"]
    assert set(step) == {"jobStepId", "stepName"}


def test_stages_that_run(client, project):
    client.post("/projects/P2/pipelines", {"pipelineName": "pl"})
    for name in ("Test", "Production"):
        client.post("/projects/P2/pipelines/pl/stages", {"stageName": name})
    where = {"projectName": "P2", "pipelineName": "pl"}

    def stages(**body):
        run = client.post("/pipelines", body, **where)["flowRuntime"]
        return [(stage["stageName"], stage["status"]) for stage in run["stages"]["stage"]]

    assert stages() == [("Stage 1", "running"), ("Test", "pending"), ("Production", "pending")]
    assert stages(startingStage="Test") == [("Test", "running"), ("Production", "pending")]
    assert stages(stagesToRun=["Production"]) == [("Production", "running")]
    client.refused(404, "NoSuchStage", "POST", "/pipelines", {"startingStage": "x"}, **where)


def test_a_run_is_aborted(client, project):
    client.post("/projects/P2/pipelines", {"pipelineName": "pl"})
    run = client.post("/pipelines", {}, projectName="P2", pipelineName="pl")["flowRuntime"]["flowRuntimeId"]
    aborted = client.put(f"/flowRuntimes/{run}", request="abortPipelineRun")["flowRuntime"]
    assert (aborted["completed"], aborted["status"]) == (1, "aborted")
    assert client.get("/flowRuntimes")["flowRuntime"] == [aborted]


def test_a_release_without_a_pipeline_does_not_start(client, project):
    client.post("/projects/P2/releases", {"releaseName": "R"})
    client.refused(404, "NoSuchPipeline", "POST", "/releases", {}, projectName="P2", releaseName="R")
    body = {"releaseName": "S", "pipelineName": "unknown"}
    client.refused(404, "NoSuchPipeline", "POST", "/projects/P2/releases", body)


# --- searches -----------------------------------------------------------------------------------


@pytest.fixture
def resources(client):
    for name, port, shell in (("r1", 80, "sh"), ("R2", 443, ""), ("r3", 7800, "bash")):
        client.post("/resources", {"resourceName": name, "port": port, "shell": shell})


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (leaf("resourceName", "equals", "r2"), ["R2"]),
        (leaf("resourceName", "notEqual", "r2"), ["r1", "r3"]),
        (leaf("resourceName", "like", "r_"), ["r1", "R2", "r3"]),
        (leaf("resourceName", "notLike", "%3"), ["r1", "R2"]),
        (leaf("shell", "contains", "as"), ["r3"]),
        # Numbers are compared as numbers.
        (leaf("port", "greaterThan", "80"), ["R2", "r3"]),
        (leaf("port", "greaterOrEqual", 80), ["r1", "R2", "r3"]),
        (leaf("port", "lessThan", "443"), ["r1"]),
        (leaf("port", "lessOrEqual", "443"), ["r1", "R2"]),
        (leaf("port", "between", "100", "500"), ["R2"]),
        (leaf("port", "in", "80, 7800"), ["r1", "r3"]),
        (leaf("shell", "isNull"), ["R2"]),
        (leaf("shell", "isNotNull"), ["r1", "r3"]),
        ({"operator": "not", "filter": [leaf("port", "equals", "80")]}, ["R2", "r3"]),
        ({"operator": "and", "filter": []}, ["r1", "R2", "r3"]),
        ([], ["r1", "R2", "r3"]),
        (leaf("nothing", "equals", "x"), []),
        (leaf("createTime", "greaterThan", "2020-01-01"), ["r1", "R2", "r3"]),
        (leaf("resourceName", "in", "'it''s','r1'"), ["r1"]),
    ],
)
def test_operators(client, resources, condition, found):
    assert [one["resourceName"] for one in client.find("resource", condition)] == found


def test_case_and_quick_search(client, resources):
    exact = leaf("resourceName", "equals", "r2")
    assert client.find("resource", exact, caseSensitiveSearch=1) == []
    assert [one["resourceName"] for one in client.find("resource", quickSearchFilter="R3")] == ["r3"]
    down = [{"propertyName": "port", "order": "descending"}]
    assert [one["port"] for one in client.find("resource", sort=down)] == ["7800", "443", "80"]
    # The words of the Groovy interface are understood.
    body = {"objectType": "resource", "filters": [exact], "sorts": down, "selects": ["x"]}
    assert len(client.put("/objects", body, request="findObjects")["object"]) == 1


def test_steps_are_known_by_two_names(client, procedure):
    client.post(f"{procedure}/steps", {"stepName": "s"})
    for name in ("procedureStep", "step"):
        assert client.find(name)[0]["stepName"] == "s"


def test_steps_of_a_job(client, procedure):
    for name in ("a", "b"):
        client.post(f"{procedure}/steps", {"stepName": name})
    job = start(client)
    start(client)
    body = {"jobId": job, "filter": leaf("stepName", "equals", "b")}
    [found] = client.put("/objects", body, request="findJobSteps")["object"]
    assert (found["jobStep"]["stepName"], found["jobStep"]["jobId"]) == ("b", job)
    beside = {"jobStepId": found["jobStep"]["jobStepId"]}
    assert len(client.put("/objects", beside, request="findJobSteps")["object"]) == 2


def test_objects_are_deleted_by_a_search(client, project):
    gone = client.put(
        "/objects",
        {"objectType": "project", "filter": leaf("projectName", "equals", "P2")},
        request="deleteObjects",
    )
    assert gone == {"objectId": [f"project-{project['projectId']}"]}
    client.refused(404, "NoSuchProject", "GET", "/projects/P2")
    client.refused(400, "InvalidObjectType", "PUT", "/objects", {"objectType": "resource"}, request="deleteObjects")


def test_ids_of_what_is_gone_are_left_out(client, project):
    ids = [f"project-{one['projectId']}" for one in client.find("project")]
    client.delete("/projects/P2")
    found = client.put("/objects", {"objectId": ids}, request="getObjects")["object"]
    assert [one["objectId"] for one in found] == ids[:1]
    mixed = {"objectId": [ids[0], "resource-x"]}
    client.refused(400, "InvalidObjectId", "PUT", "/objects", mixed, request="getObjects")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"objectType": "planet"}, "InvalidObjectType"),
        ({"objectType": "project", "filter": ["x"]}, "InvalidFilter"),
        ({"objectType": "project", "filter": {"operator": "equals"}}, "MissingParameter"),
        ({"objectType": "project", "maxIds": "many"}, "InvalidMaxIds"),
        ({"objectType": "project", "sort": {"propertyName": "x", "order": "up"}}, "InvalidOrder"),
    ],
)
def test_searches_that_are_refused(client, params, code):
    client.refused(400, code, "PUT", "/objects", params, request="findObjects")


# --- the frame --------------------------------------------------------------------------------------


def test_a_session_lasts_a_day(client):
    client.later(23 * 3600)
    client.get("/projects")
    client.later(2 * 3600)
    client.refused(401, "ExpiredSession", "GET", "/projects")


def test_an_expired_session_is_a_fault(client):
    client.sandbox.faults = [{"kind": "expired", "count": 1}]
    client.refused(401, "ExpiredSession", "GET", "/projects")
    client.refused(401, "ExpiredSession", "GET", "/projects")


def test_a_login_by_sso(nobody):
    assert nobody.post("/loginSso", {}, token=nobody.sandbox.api_token)["userName"] == "admin"
    nobody.refused(401, "InvalidCredentials", "POST", "/loginSso", {}, token="wrong")
    assert nobody.raw("GET", "/projects", headers={"Authorization": "Basic ?"}).status_code == 401


def test_no_secret_is_in_the_log(client, nobody, project):
    sandbox = client.sandbox
    session = client._http.headers["sessionId"]
    nobody.post("/sessions", {"userName": "admin", "password": "changeme"})
    nobody.post("/sessions", {"token": sandbox.api_token})
    nobody.raw("GET", "/projects", cookies={"sessionId": session})
    client.post("/projects/P2/credentials", {"credentialName": "c", "userName": "u", "password": "hush-hush"})
    client.delete(f"/sessions/{session}")
    text = "".join(repr(entry) for entry in sandbox.requests)
    for secret in (session, sandbox.api_token, "changeme", "hush-hush"):
        assert secret not in text, secret
    assert "changeme" not in repr(sandbox.info)


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("error_200", 200), ("502", 502)])
def test_faults_speak_the_services_language(client, kind, status):
    client.sandbox.faults = [{"kind": kind, "count": 1}]
    answer = client.raw("GET", "/projects")
    assert answer.status_code == status
    if kind != "502":
        assert set(answer.json()["error"]) == {"where", "message", "details", "code"}
    client.get("/projects")


def test_reset_brings_all_back(client, project):
    sandbox = client.sandbox
    sandbox.reset()
    client.refused(401, "ExpiredSession", "GET", "/projects")
    client._http.headers.pop("sessionId")
    client._http.auth = (sandbox.username, sandbox.password)
    client.refused(404, "NoSuchProject", "GET", "/projects/P2")
    assert client.post("/projects", {"projectName": "P2"})["project"]["projectId"] != project["projectId"]


def test_a_file_keeps_the_data(tmp_path, connect):
    path = tmp_path / "cd.db"
    with Sandbox(service="cloudbees_cd", data="empty", path=path) as sandbox:
        client = connect(sandbox)
        client.post("/projects", {"projectName": "kept"})
        client.post("/properties", {"propertyName": "a/b", "value": "ñ", "projectName": "kept"})
        sandbox.kill()
    with Sandbox(service="cloudbees_cd", data="empty", path=path) as sandbox:
        client = connect(sandbox)
        assert client.get("/properties//projects/kept/a/b")["property"]["value"] == "ñ"
        client.refused(409, "DuplicateProjectName", "POST", "/projects", {"projectName": "kept"})


@pytest.mark.parametrize("options", [{"data": "huge"}, {"speed": "high"}])
def test_unknown_options_are_refused(options):
    with pytest.raises(SandboxError, match=r"huge|speed"):
        Sandbox(service="cloudbees_cd", **options)


# --- demo data --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(connect):
    with Sandbox(service="cloudbees_cd", data="demo", seed=1) as sandbox:
        yield connect(sandbox)


def test_the_json_line_leads_in(demo):
    assert {"url", "rest_url", "username", "password"} <= set(demo.sandbox.info)
    # The requests of the vendor's article find what they name.
    assert demo.get("/properties/PythonProperty", projectName="Default")["property"]["value"] == "PythonRestApi"


def test_a_search_finds_what_the_lists_have(demo):
    projects = demo.get("/projects")["project"]
    assert len(projects) == 6
    for kind, collection in (("procedure", "procedures"), ("environment", "environments"), ("release", "releases")):
        listed = [
            one[f"{kind}Id"]
            for project in projects
            for one in demo.get(f"/projects/{project['projectName']}/{collection}").get(kind, [])
        ]
        assert sorted(one[f"{kind}Id"] for one in demo.find(kind)) == sorted(listed)
        assert len(listed) >= 5
    assert len(demo.get("/jobs")["job"]) == len(demo.find("job", maxIds=0)) == 240
    assert len(demo.get("/artifactVersions")["artifactVersion"]) == 90


def test_the_jobs_of_the_demo_have_ended(demo):
    outcomes = [job["outcome"] for job in demo.find("job", maxIds=0)]
    assert set(outcomes) == {"success", "error"}
    runs = demo.find("flowRuntime")
    assert {run["completed"] for run in runs} == {1}
    releases = {release["releaseId"] for release in demo.find("release")}
    assert {run["releaseId"] for run in runs if "releaseId" in run} <= releases


def test_references_of_the_demo_hold(demo):
    artifacts = {one["artifactName"] for one in demo.get("/artifacts")["artifact"]}
    assert {one["artifactName"] for one in demo.find("artifactVersion")} == artifacts
    pipelines = {one["pipelineId"] for one in demo.find("pipeline")}
    assert {one["pipelineId"] for one in demo.find("release")} == pipelines
    for project in demo.find("project"):
        assert demo.get("/properties", projectName=project["projectName"], recurse=1)["propertySheet"]["property"]


def test_one_seed_gives_the_same_data(demo, connect):
    def content(client):
        return client.find("job", maxIds=0), client.find("artifactVersion"), client.find("project")

    for seed, same in ((1, True), (2, False)):
        with Sandbox(service="cloudbees_cd", data="demo", seed=seed) as sandbox:
            assert (content(connect(sandbox)) == content(demo)) is same
