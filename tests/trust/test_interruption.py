"""Ctrl-C in the middle of a bulk write: what is under way ends, the rest is not begun, and the report is what the server has."""

import json
import signal
import subprocess
import sys
from collections import Counter

import pytest

WRITER = """
import json, sys
from workfront_orm import Session
from workfront_orm.core.report import BulkInterrupted

url_template, api_key, project, kind = sys.argv[1:]
with Session("", api_key, api_version="v22.0", url_template=url_template, max_concurrent=2) as session:
    Task = session.api.Task
    if kind == "create":
        tasks = [Task(session, name="new", ext_ref_id=f"k{n}", project_id=project) for n in range(600)]
    else:
        tasks = session.query(Task).where(Task.project_id == project).fields("name", "extRefID").all()
        for task in tasks:
            task.name = "new"
    print("begins", flush=True)
    try:
        session.save_all(tasks)
    except BulkInterrupted as stop:
        rows = [(row.object.ext_ref_id, row.status, str(row.error)) for row in stop.report]
        print(json.dumps([stop.report.interrupted, rows]))
"""


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


@pytest.fixture
def project(session):
    project = session.api.Project(session, name="P")
    project.save()
    return project


def interrupt(sandbox, project, kind, is_time):
    """The rows of the report of a writer that is interrupted once it is time."""
    command = [sys.executable, "-c", WRITER, sandbox.url_template, sandbox.api_key, project.id, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begins\n"
        while not is_time():
            pass
        process.send_signal(signal.SIGINT)
        interrupted, rows = json.loads(process.communicate()[0])
    assert process.returncode == 0
    assert interrupted
    return rows


def test_what_is_under_way_ends_and_the_rest_is_not_begun(workfront_sandbox, session, project):
    workfront_sandbox.latency = 1.5

    def is_time():
        return sum(line.startswith("POST") and line.endswith("/TASK") for line in workfront_sandbox.under_way) == 2

    rows = interrupt(workfront_sandbox, project, "create", is_time)
    workfront_sandbox.latency = 0
    task = session.api.Task
    there = {one.ext_ref_id for one in session.query(task).where(task.project_id == project.id).fields("extRefID")}
    assert Counter(status for _, status, _ in rows) == {"created": 200, "failed": 400}
    assert there == {key for key, status, _ in rows if status == "created"}
    assert {error for _, status, error in rows if status == "failed"} == {"not attempted: the write was broken off"}


def test_nothing_is_repeated_any_more(workfront_sandbox, session, project):
    tasks = [session.api.Task(session, name="old", ext_ref_id=f"k{n}", project_id=project.id) for n in range(200)]
    session.save_all(tasks).raise_for_errors()
    workfront_sandbox.requests.clear()
    workfront_sandbox.faults = [{"kind": "503", "method": "PUT"}]

    def writes():
        return sum(entry.method == "PUT" for entry in workfront_sandbox.requests)

    rows = interrupt(workfront_sandbox, project, "update", writes)
    # Of two requests, each of which would have been sent eight times before anything else.
    assert writes() < 10
    assert Counter(status for _, status, _ in rows) == {"failed": 200}
    workfront_sandbox.faults = None
    session.refresh(tasks[0])
    assert tasks[0].name == "old"
