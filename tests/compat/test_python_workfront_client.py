"""python-workfront 0.8.0 itself as a client of the sandbox, and the same script on ours.

One script, `client_script.py`, is written for the predecessor. It runs in the predecessor's own
environment, and with nothing changed but the name of the package and `values="wire"` on ours. What
each step must give is asked from the sandbox beside both of them.
"""

import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from workfront_orm.sandbox import Sandbox

pytestmark = pytest.mark.peer

SCRIPT = Path(__file__).with_name("client_script.py")
CLIENTS = ("python-workfront", "ours")
VERSIONS = ("v4.0", "unsupported")
# The changes that the documentation asks for, and no others.
CHANGES = (
    ("from workfront", "from workfront_orm"),
    ('api_version=given["version"])', 'api_version=given["version"], values="wire")'),
)


class Run:
    """One run of the script on a sandbox of its own.

    Attributes:
        steps: What the script told, by step.
        asked: What the sandbox was asked by the script.
        truth: What the sandbox held before.
    """

    def __init__(self, command, version):
        self.version = version
        with Sandbox(service="workfront", data="demo") as sandbox:
            self.truth = Truth(sandbox)
            sandbox.requests.clear()
            given = {"url_template": sandbox.url_template, "version": version}
            given |= {"username": sandbox.username, "password": sandbox.password}
            done = subprocess.run(
                command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
            )
            self.asked = list(sandbox.requests)
        assert done.returncode == 0, f"after {done.stdout.splitlines()[-1:]}:\n{done.stderr}"
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.steps = {line.pop("step"): line for line in lines}
        assert len(self.steps) == len(lines)

    def __getitem__(self, step):
        return self.steps[step]

    def sent(self, method, path):
        """The requests of that verb to paths that end so, as their parameters."""
        return [dict(one.params) for one in self.asked if one.method == method and one.path.endswith(path)]


class Truth:
    """What the sandbox holds, read with nothing but HTTP in another version than the script uses."""

    def __init__(self, sandbox):
        def get(path, **params):
            answer = requests.get(f"{sandbox.url}/attask/api/v22.0/{path}", params, headers={"apiKey": key}, timeout=30)
            return answer.json()["data"]

        self.key = key = sandbox.api_key
        self.url = sandbox.url
        page = {"$$LIMIT": 2000}
        self.user = get("user/search", filters=json.dumps({"username": sandbox.username}))[0]["ID"]
        self.projects = get(
            "project/search", status="CUR", fields="ownerID,entryDate,priority", name_Sort="asc", **page
        )
        self.project = next(one for one in self.projects if one["name"] == "Website relaunch")
        filters = {"name": "e", "name_Mod": "cicontains", "project:status": "CUR", "ID_Sort": "desc", "$$LIMIT": 3}
        self.tasks = [one["ID"] for one in get("task/search", **filters)]
        self.task_count = get("task/count")["count"]
        self.children = sorted(one["ID"] for one in get("task/search", projectID=self.project["ID"], **page))
        assigned = {"projectID": self.project["ID"], "assignedToID_Mod": "notnull", "wbs_Sort": "asc"}
        self.assigned = get("task/search", fields="assignments", **assigned)[0]
        updates = get(f"project/{self.project['ID']}", fields="updates:*")["updates"]
        self.updates = {one["ID"]: [one["updateObjCode"], one["updateObjID"]] for one in updates}


@pytest.fixture(scope="module")
def runs(predecessor, tmp_path_factory):
    """The runs by client and version, each made when first asked for."""
    script = tmp_path_factory.mktemp("moved") / SCRIPT.name
    text = SCRIPT.read_text()
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new)
    script.write_text(text)
    commands = {
        "python-workfront": [str(predecessor.python), "-I", str(SCRIPT)],
        "ours": [sys.executable, "-W", "error", str(script)],
    }
    return functools.cache(lambda client, version: Run(commands[client], version))


@pytest.fixture(scope="module", params=[f"{client} {version}" for version in VERSIONS for client in CLIENTS])
def run(request, runs):
    """What the script gave, on the predecessor and on ours, in both versions."""
    return runs(*request.param.split())


def test_a_session_has_its_address_and_classes(run):
    assert run["session"] == {"url": f"{run.truth.url}/attask/api/{run.version}", "version": run.version}


def test_a_wrong_password_is_refused_and_starts_no_session(run):
    status, kind, _message = run["wrong password"]["refused"]
    assert (status, kind) == (401, "AuthenticationException")
    assert run["wrong password"]["session_id"] is None


def test_login_and_api_key(run):
    assert run["login"] == {"session_id": True, "user_id": run.truth.user}
    assert run["api key"] == {"key": run.truth.key, "name": "USER"}


def test_search_with_conditions_fields_and_order(run):
    assert run["search"] == {"names": [one["name"] for one in run.truth.projects], "types": ["Project"]}
    project = run.truth.project
    entry_date = project["entryDate"]
    told = {"owner_id": project["ownerID"], "entry_date": entry_date, "wire": entry_date, "id": project["ID"]}
    assert run["field"] == told
    assert run["search by path and limit"] == {"ids": run.truth.tasks}
    assert run["nothing found"] == {"found": []}


def test_load_by_id_and_by_ids(run):
    first = [one["ID"] for one in run.truth.projects[:3]]
    assert run["load one"] == {"id": first[0], "url": f"/PROJ/{run.truth.project['ID']}"}
    assert run["load several"]["ids"] == sorted(first)
    assert {"ID", "name", "objCode", "status"} <= set(run["load several"]["fields"])
    status, kind, message = run["load missing"]["refused"]
    assert (status, kind) == (404, "ObjectNotFoundException")
    assert "0" * 32 in message


def test_objects_are_made_of_rows_that_were_read_by_hand(run):
    assert run["rows by hand"] == {"ids": run.truth.children[:2], "projects": [run.truth.project["ID"]] * 2}
    assert run["row by its type"] == {"same": True}


def test_a_field_that_is_not_loaded_raises_and_can_be_loaded(run):
    assert run["not loaded"] == {"error": False}
    assert {"description", "priority"} <= set(run["load more"]["fields"])
    assert run["load more"]["priority"] in {one["priority"] for one in run.truth.projects[:3]}


def test_references_and_collections_load_when_read(run):
    project = run.truth.project
    assert run["lazy reference"] == {"id": project["ID"], "type": "Project", "name": "Website relaunch"}
    assert run["reference of a reference"] == {"id": project["ownerID"], "type": "User"}
    assert run["lazy collection"] == {"kind": "tuple", "ids": run.truth.children}
    assert run["members"] == {"types": ["Task"], "codes": ["TASK"]}
    members = [["Assignment", True] for _ in run.truth.assigned["assignments"]]
    assert members
    assert run["collection that came along"] == {"id": run.truth.assigned["ID"], "assignments": members}
    assert run["update"]["type"] == "Update"
    assert run["update"]["of"] == run.truth.updates[run["update"]["id"]]


def test_create(run):
    assert run["create"] == {"id": True, "dirty": {}, "obj_code": "PROJ"}
    assert run["empty collection"] == {"tasks": [], "kind": "tuple"}
    assert run["create a task"] == {"url": True}
    sent = [params for params in run.sent("POST", "/PROJ") if params["name"] == "Made by a script"]
    assert [params["description"] for params in sent] == ["line one\nüñí <&>"]


def test_save_sends_what_changed_and_nothing_twice(run):
    changed = {"description": "told later", "priority": 3}
    assert run["dirty"] == {"dirty": changed}
    assert run["saved"] == {"dirty": {}}
    assert run["read back"] == {"row": {**changed, "name": "A task"}}
    puts = [
        params for one in run.asked if one.method == "PUT" and "/TASK/" in one.path for params in [dict(one.params)]
    ]
    written = [{name for name in params if name not in {"method", "sessionID"}} for params in puts]
    assert written[:4] == [{"description", "priority"}, {"priority"}, {"priority"}, {"updates"}]
    assert run["by hand"] == {"row": "A task, renamed"}
    assert run["loaded again"] == {"name": "A task, renamed"}


def test_an_error_names_status_class_and_message_and_keeps_the_change(run):
    assert run["wrong value"]["refused"] == [422, "InvalidParameterException", 'Invalid Parameter: priority value "77"']
    assert run["wrong value"]["dirty"] == {"priority": 77}


def test_actions(run):
    assert run["action"] == {"result": None}
    assert run["acted"] == {"status": "CPL", "percent_complete": 100.0}
    assert run["action with arguments"] == {"result": None}
    assert run["moved"] == {"here": True}
    assert [params["status"] for params in run.sent("PUT", "/markDone")] == ["CPL"]
    assert [set(params) - {"method", "sessionID"} for params in run.sent("PUT", "/move")] == [{"projectID"}]


def test_comments(run):
    assert run["comment"] == {"texts": ["Thank you", "Well done"], "types": ["Note", "Note"]}
    assert run["reply"] == {"parent": True}
    assert [params["noteText"] for params in run.sent("POST", "/NOTE")] == ["Well done", "Thank you"]


def test_convert(run):
    assert run["convert"] == {"type": "Task", "name": "An issue", "here": True}
    options = ["preserveIssue", "preservePrimaryContact", "preserveUpdates"]
    assert [json.loads(params["updates"])["options"] for params in run.sent("PUT", "/convertToTask")] == [options]


def test_delete(run):
    assert run["no id"] == {"error": "Task has no ID"}
    status, kind, _message = run["deleted"]["refused"]
    assert (status, kind) == (404, "ObjectNotFoundException")


def test_logout(run):
    assert run["logout"] == {"session_id": None, "user_id": None}
    status, kind, _message = run["after logout"]["refused"]
    assert (status, kind) == (401, "AuthenticationException")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_moved_script_gives_what_the_original_gives(runs, version):
    original, moved = (dict(runs(client, version).steps) for client in CLIENTS)
    assert list(original) == list(moved)
    # A search of ours ends at the end, not at the server's page.
    assert original.pop("search all tasks") == {"count": 100}
    assert moved.pop("search all tasks") == {"count": runs("ours", version).truth.task_count}
    # An object of ours is the same as in the search before, so it has those fields as well.
    for step in ("load several", "load more"):
        assert set(moved.pop(step)["fields"]) > set(original.pop(step)["fields"])
    for steps in (original, moved):
        # Addresses and new ids differ from run to run.
        del steps["session"], steps["deleted"]
    assert moved == original
