"""Other people's published clients tour the sandbox unchanged; python-workfront's tour is in tests/compat."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent / "clients"


@pytest.mark.peer
def test_workfrontapi_plus(peers, wf, ben):
    """Python: real verbs, everything in the query string, `True`, repeated keys, bulk in steps of 99."""
    environment = peers.environment("workfrontapi_plus==1.0.23", "requests==2.32.5")
    sandbox = wf.sandbox
    before = wf.count("task")
    arguments = (sandbox.url, sandbox.api_key, sandbox.user_username, sandbox.user_password, ben.user_id)
    done = environment.run(CLIENTS / "tour_workfrontapi_plus.py", *arguments)
    found = json.loads(done.stdout)
    assert found["created"]["description"] == "é & /"
    del found["created"]
    assert found == {
        "login": ben.user_id,
        "edited": "changed",
        "bulk created": [f"t{number}" for number in range(30)],
        "bulk edited": [30, "changed"],
        "list in a parameter": 3,
        "count": 30,
        "all": before + 30,
        "several": [True, True, True],
        "action": {"success": True},
        "after": "CPL",
        "report": 90,
        "rollup": 30,
        "shared": ["VIEW"],
        "document": ["a document"],
        "deleted": {"success": True},
        "bulk deleted": {"success": True},
        "left": 0,
        "error": True,
        "as another": ben.user_id,
        "logout": {"success": True},
    }


@pytest.fixture(scope="module")
def workfront_api(peers):
    """Folder of the vendor's JavaScript client."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm or node is not on this machine")
    folder = peers.FOLDER / "npm-workfront-api-6.2.0"
    package = folder / "node_modules" / "workfront-api"
    if not (package / "package.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "workfront-api@6.2.0"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install workfront-api: {done.stderr.strip()[-300:]}")
    return package


@pytest.mark.peer
@pytest.mark.parametrize("version", ["internal", "unsupported", "22.0", "4.0"])
def test_vendors_javascript_client(workfront_api, wf, version):
    """Not in Python: JSON bodies (form in 4.0), POST form for actions, batch, upload, `$$USER.ID`."""
    sandbox = wf.sandbox
    program = CLIENTS / "tour_workfront_api.js"
    command = ["node", str(program), str(workfront_api), sandbox.url, sandbox.username, sandbox.password, version]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {
        "login": sandbox.user_id,
        "created": ["made by JavaScript é / <b>", "string"],
        "edited": "changed",
        "bulkCreated": ["t1", "t2", "t3", "t4"],
        "bulkEdited": [4, 4, 4, 4],
        "several": [0, 1, 2, 3],
        "one": "changed",
        "me": sandbox.user_id,
        "search": ["t2", "t1"],
        "searchByPost": ["t2", "t1"],
        "count": 4,
        "report": 16,
        "action": {"success": True},
        "status": "CPL",
        "assigned": {"success": True},
        "work": ["t2"],
        "statuses": True,
        "copy": ["a copy", 4],
        "batch": ["changed", 4, "by batch"],
        "atomic": True,
        "afterBatch": "atomic",
        "metadata": ["PROJ", "string"],
        "download": True,
        "removed": True,
        "left": 3,
        "error": [404, f'Project with primary key value(s) "{"0" * 32}" not found'],
        "afterLogout": 401,
        "key": 32,
        "byKey": "changed",
        "alwaysGet": "by GET",
    }
