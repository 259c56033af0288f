"""What a bulk create without an answer left behind."""

import pytest

from workfront_orm.core.exchange import Change
from workfront_orm.core.readback import ReadBack
from workfront_orm.core.retrying import Retrying
from workfront_orm.versions.v220 import Project, Task


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", retrying=Retrying(attempts=1)) as session:
        yield session


def lose(sandbox, kind):
    """The next bulk create loses its answer."""
    sandbox.faults = [{"kind": kind, "method": "POST", "path": "*/TASK", "count": 1}]


@pytest.mark.parametrize("kind", ["reset_after", "truncated", "502_after"])
def test_creates_that_were_done_without_an_answer_are_found(session, workfront_sandbox, kind):
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name=f"n{n}", project_id=project) for n in range(30)]
    lose(workfront_sandbox, kind)
    report = session.save_all(tasks)
    assert len(report.created) == 30
    assert len({task.id for task in tasks}) == 30
    assert session.query(Task).where(Task.project_id == project.id).count() == 30


def test_creates_that_were_not_done_are_unknown_without_a_key(session, workfront_sandbox):
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name=f"n{n}", project_id=project) for n in range(30)]
    lose(workfront_sandbox, "reset_before")
    report = session.save_all(tasks)
    assert len(report.unknown) + len(report.created) == 30
    assert len(report.created) == session.query(Task).where(Task.project_id == project.id).count()


def test_rows_of_an_earlier_run_are_not_taken_for_those_of_this_one(session, workfront_sandbox):
    project = Project(session, name="P")
    project.save()
    with workfront_sandbox.session(api_version="v22.0") as other:
        other.save_all([Task(other, name=f"n{n}", project_id=project.id) for n in range(5)]).raise_for_errors()
    tasks = [Task(session, name=f"n{n}", project_id=project) for n in range(5)]
    tasks[2].fields["status"] = "QQQ"
    report = session.save_all(tasks)
    assert [row.status for row in report] == ["created", "created", "failed", "created", "created"]
    assert session.query(Task).where(Task.project_id == project.id).count() == 9


def test_a_value_that_the_server_alters_is_not_sent_twice(session):
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name=f"n{n}", project_id=project, percent_complete=100.0, status="NEW") for n in range(4)]
    tasks[3].parent_id = "0" * 32
    report = session.save_all(tasks)
    there = session.query(Task).where(Task.project_id == project.id).count()
    assert there == 3
    assert len(report.created) + len(report.unknown) == 3 + len([row for row in report.unknown if row.index == 3])


def test_rows_of_a_composite_key_are_told_apart_by_all_of_it(boxes, memory, monkeypatch):
    box = boxes.api.Box
    monkeypatch.setattr(box, "_key", ("size", "id"))
    monkeypatch.setattr(memory, "authorship", lambda cls, _user: (cls.name == "mine", cls.size), raising=False)
    readback = ReadBack(boxes, boxes.execute)
    first, second = (Change(kind="create", object=None, values={"name": name, "size": 1}) for name in "ab")
    readback.expect(box, [first, second])
    memory.rows.update({1: {"id": 1, "name": "a", "size": 1}, 2: {"id": 2, "name": "b", "size": 1}})
    (row,) = readback.by_content(box, [first], lambda _change: False)[id(first)]
    readback.claim(box, row)
    assert readback.by_content(box, [second], lambda _change: False)[id(second)] == [memory.rows[2]]
    # The other one is no second find.
    assert readback.by_content(box, [first], lambda _change: False)[id(first)] == []
