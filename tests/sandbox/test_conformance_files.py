"""Conformance cases 117-119: batch, upload, documents, download."""

import json
import re
from urllib.parse import quote

import pytest
import requests


@pytest.fixture
def project(wf):
    return wf.make("project", name="workbench")


@pytest.fixture
def task(wf, project):
    return wf.make("task", name="a task", projectID=project)


# --- batch -----------------------------------------------------------------------------------


def test_case_117_batch(wf, project):
    uris = [
        f"project/{project}?method=GET",
        "task/count?method=GET",
        f"project/{project}?method=PUT&updates={quote(json.dumps({'name': 'é & b'}))}",
    ]
    found = wf.ok(wf.post("/batch", [("uri", uri) for uri in uris]))
    assert [set(member) for member in found] == [{"data"}] * 3
    assert found[0]["data"]["name"] == "workbench"
    assert found[1]["data"]["count"] == wf.count("task")
    assert wf.one("project", project)["name"] == "é & b"


def test_case_117_atomic_batch(wf, project):
    good = f"project/{project}?method=PUT&name=first"
    assert wf.ok(wf.post("/batch", [("uri", good), ("atomic", "true")])) == {"success": True}
    bad = [f"project/{project}?method=PUT&name=second", f"project/{'0' * 32}?method=PUT&name=x"]
    wf.error(wf.post("/batch", [*(("uri", uri) for uri in bad), ("atomic", "true")]), 404)
    assert wf.one("project", project)["name"] == "first"
    found = wf.ok(wf.post("/batch", [("uri", uri) for uri in bad]))
    assert [set(member) for member in found] == [{"data"}, {"error"}]
    assert wf.one("project", project)["name"] == "second"


def test_case_117_batch_that_cannot_be(wf):
    wf.error(wf.post("/batch", {"atomic": "true"}), 422)
    wf.error(wf.post("/batch", [("uri", "task/count?method=GET")] * 101), 422)
    wf.error(wf.post("/batch", {"uri": "batch?uri=x"}), 422)


def test_case_118_action_in_a_batch(wf, task):
    found = wf.ok(wf.post("/batch", {"uri": f"task/{task}?method=PUT&action=markDone&status=CPL"}))
    assert found == [{"data": {"success": True}}]
    assert wf.one("task", task)["status"] == "CPL"


# --- files -----------------------------------------------------------------------------------


@pytest.fixture
def content():
    return bytes(range(256)) * 300


def test_case_119_upload_and_download(wf, ben, anybody, project, content):
    name = 'Übersicht "final" / 1.pdf'
    handle = wf.ok(wf.post("/upload", files={"uploadedFile": ("plan.pdf", content)}))["handle"]
    assert re.fullmatch("[0-9a-f]{32}", handle)
    made = wf.ok(
        wf.post(
            "/document",
            json={
                "name": name,
                "handle": handle,
                "docObjCode": "PROJ",
                "objID": project,
                "currentVersion": {"version": "v1.0", "fileName": name},
            },
        )
    )
    found = wf.one("document", made["ID"], "downloadURL,versions:*,projectID,currentVersion:version")
    assert found["projectID"] == project
    assert found["downloadURL"].startswith("/document/download?ID=")
    assert [(v["version"], v["docSize"], v["fileName"]) for v in found["versions"]] == [(1, len(content), name)]
    assert found["currentVersion"]["version"] == 1
    url = wf.sandbox.url + found["downloadURL"]
    session = ben.http.headers["sessionID"]
    with_header = requests.get(url, headers={"sessionID": session}, timeout=5)
    assert with_header.content == content
    assert "filename*=UTF-8''%C3%9Cbersicht" in with_header.headers["Content-Disposition"]
    assert requests.get(f"{url}&sessionID={session}", timeout=5).content == content
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, params={"apiKey": wf.sandbox.api_key}, timeout=5).status_code == 401
    assert anybody.get(f"{wf.sandbox.url}/document/download?ID={'0' * 32}&sessionID={session}").status_code == 404


def test_case_119_ranges(wf, ben, project, content):
    handle = wf.ok(wf.post("/upload", {"apiKey": wf.sandbox.api_key}, files={"uploadedFile": ("a.bin", content)}))[
        "handle"
    ]
    key = wf.make("document", name="a.bin", handle=handle, docObjCode="PROJ", objID=project)
    url = f"{wf.sandbox.url}/document/download?ID={key}"
    headers = {"sessionID": ben.http.headers["sessionID"]}

    def part(wanted):
        return requests.get(url, headers={**headers, "Range": wanted}, timeout=5)

    assert (part("bytes=10-19").status_code, part("bytes=10-19").content) == (206, content[10:20])
    assert part("bytes=10-19").headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert part("bytes=-5").content == content[-5:]
    assert part("bytes=76790-").content == content[76790:]
    assert part("bytes=80000-").status_code == 416
    assert part("lines=1-2").content == content


def test_case_119_versions(wf, ben, project):
    handles = [
        wf.ok(wf.post("/upload", files={"uploadedFile": ("a.txt", text)}))["handle"] for text in (b"one", b"two")
    ]
    key = wf.make("document", name="a.txt", handle=handles[0], docObjCode="PROJ", objID=project)
    wf.make("docv", documentID=key, handle=handles[1], fileName="a.txt")
    assert [v["version"] for v in wf.one("document", key, "versions:version")["versions"]] == [1, 2]
    url = f"{wf.sandbox.url}/document/download?ID={key}&sessionID={ben.http.headers['sessionID']}"
    assert requests.get(url, timeout=5).content == b"two"
    first = wf.one("document", key, "versions")["versions"][0]["ID"]
    assert requests.get(f"{url}&versionID={first}", timeout=5).content == b"one"


def test_case_119_demo_documents_have_content(wf, ben):
    key = wf.search("document", **{"$$LIMIT": 1})[0]["ID"]
    url = f"{wf.sandbox.url}/document/download?ID={key}&sessionID={ben.http.headers['sessionID']}"
    assert requests.get(url, timeout=5).content


def test_case_119_uploads_that_cannot_be(wf, project):
    """A hostile name stays as it is, so that clients can be tested with one."""
    wf.error(wf.post("/upload", {"name": "x"}), 422)
    wf.error(wf.post("/upload", files={"other": ("a", b"")}), 422)
    wf.error(wf.post("/document", json={"name": "a", "handle": "0" * 32, "docObjCode": "PROJ", "objID": project}), 422)
    handle = wf.ok(wf.post("/upload", files={"uploadedFile": ("../../etc/passwd", b"x")}))["handle"]
    wf.error(wf.post("/document", json={"name": "a", "handle": handle, "docObjCode": "PROJ", "objID": "0" * 32}), 404)
    key = wf.make("document", name="../../etc/passwd", handle=handle, docObjCode="PROJ", objID=project)
    assert wf.one("document", key, "currentVersion:fileName")["currentVersion"]["fileName"] == "../../etc/passwd"
