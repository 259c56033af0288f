import os
import signal

import pytest

from workfront_orm.core.errors import AuthenticationError, InvalidRequestError, UnknownNameError
from workfront_orm.core.exchange import Outcome, Status
from workfront_orm.core.report import BulkError, BulkInterrupted
from workfront_orm.versions.v220 import Project, Task

BAD = (3, 50, 77, 100, 101, 180, 249)


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


def make(session, number=250, bad=BAD, **fields):
    """Tasks of a new project, some of which the server refuses: a missing parent, or a status of no one."""
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name=f"n{index}", project_id=project, ext_ref_id=f"x{index}") for index in range(number)]
    for place, index in enumerate(bad):
        if place % 2:
            tasks[index].parent_id = "0" * 32
        else:
            tasks[index].fields["status"] = "QQQ"
    return project, tasks


@pytest.mark.parametrize("key", [None, "ext_ref_id", Task.ext_ref_id, ("extRefID", "project_id")])
def test_of_250_creates_the_good_ones_are_saved_and_the_bad_ones_named(session, key):
    project, tasks = make(session)
    report = session.save_all(tasks, key=key)
    assert [row.index for row in report.failed] == list(BAD)
    assert all("Invalid Parameter" in str(row.error) or "not found" in str(row.error) for row in report.failed)
    assert len(report.created) == 243
    assert not report.unknown
    there = {one.id: one.name for one in session.query(Task).where(Task.project_id == project.id).fields(Task.name)}
    assert there == {row.id: row.object.name for row in report.created}
    with pytest.raises(BulkError, match="7 of 250 rows were not written: row 3"):
        report.raise_for_errors()


def test_the_report_counts_every_request(session, workfront_sandbox):
    _project, tasks = make(session)
    workfront_sandbox.requests.clear()
    report = session.save_all(tasks)
    assert report.requests == len(workfront_sandbox.requests)
    assert report.requests < 40


def test_equal_rows_without_a_key_are_unknown_when_only_some_are_there(session):
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name="same", project_id=project) for _ in range(4)]
    tasks.insert(2, Task(session, name="bad", project_id=project))
    tasks[2].fields["status"] = "QQQ"
    report = session.save_all(tasks)
    assert [row.status for row in report] == ["unknown", "unknown", "failed", "unknown", "unknown"]
    assert session.query(Task).where(Task.project_id == project.id).count() == 2


def test_parents_go_before_children_and_unsaved_objects_become_their_ids(session):
    project = Project(session, name="P")
    parent = Task(session, name="parent", project_id=project)
    child = Task(session, name="child", project_id=project, parent_id=parent)
    report = session.save_all([child, parent, project, child])
    assert [row.status for row in report] == ["created"] * 4
    assert (child.parent_id, parent.project_id) == (parent.id, project.id)
    assert not session.dirty


def test_a_child_of_a_row_that_failed_names_it(session):
    project = Project(session, name="P")
    project.fields["status"] = "QQQ"
    report = session.save_all([Task(session, name="child", project_id=project), project])
    assert [row.status for row in report] == ["failed", "failed"]
    assert "it refers to row 1 (Project 'P'), which was not saved" in str(report.rows[0].error)


def test_a_circle_is_refused_by_name_before_anything_is_sent(session, workfront_sandbox):
    one, other = Task(session, name="one"), Task(session, name="other")
    one.parent_id, other.parent_id = other, one
    with pytest.raises(ValueError, match=r"in a circle: row 0 \(Task 'one'\) -> row 1 \(Task 'other'\) -> row 0"):
        session.save_all([one, other])
    assert not workfront_sandbox.requests


def test_keys_that_are_missing_or_doubled_fail_alone(session):
    project = Project(session, name="P")
    project.save()
    tasks = [Task(session, name=f"n{index}", project_id=project) for index in range(3)]
    tasks[0].ext_ref_id = tasks[1].ext_ref_id = "a"
    report = session.save_all(tasks, key="ext_ref_id")
    assert [row.status for row in report] == ["created", "failed", "failed"]
    assert "is that of row 0 too" in str(report.rows[1].error)
    assert "extRefID has no value" in str(report.rows[2].error)


def test_with_a_key_a_rerun_updates_what_differs_and_creates_the_rest(session, workfront_sandbox):
    project, tasks = make(session, 20, bad=())
    session.save_all(tasks[:10], key="ext_ref_id").raise_for_errors()
    with workfront_sandbox.session(api_version="v22.0") as later:
        again = [Task(later, name=f"n{n}", project_id=project.id, ext_ref_id=f"x{n}") for n in range(20)]
        again[4].name = "other"
        report = later.save_all(again, key="ext_ref_id")
        assert [row.status for row in report] == ["unchanged"] * 4 + ["updated"] + ["unchanged"] * 5 + ["created"] * 10
        assert report.rows[4].sent == ("name",)
        assert later.query(Task).where(Task.project_id == project.id).count() == 20


def test_creates_updates_and_what_is_unchanged_go_together(session):
    project, tasks = make(session, 2, bad=())
    known = session.query(Task).fields(Task.name).limit(2).all()
    known[0].name = "changed"
    report = session.save_all([*tasks, *known])
    assert [row.status for row in report] == ["created", "created", "updated", "unchanged"]
    assert report.rows[2].sent == ("name",)
    assert project.id


def test_a_row_that_is_gone_already_counts_as_deleted(session, workfront_sandbox):
    _project, tasks = make(session, 6, bad=())
    session.save_all(tasks).raise_for_errors()
    with workfront_sandbox.session(api_version="v22.0") as other:
        other.load(Task, tasks[2].id).delete()
        other.load(Task, tasks[5].id).delete()
    report = session.delete_all([*tasks[:5], Task(session, name="new")])
    assert [row.status for row in report] == ["deleted"] * 5 + ["failed"]
    assert session.delete_all([tasks[5]]).rows[0].status == "deleted"
    assert session.delete_all([tasks[5]]).rows[0].status == "failed"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda session, task: session.save_all(task), "takes several objects"),
        (lambda session, task: session.save_all([task, 5]), "item 1 is 5"),
        (lambda session, task: session.save_all([Task(None, name="x")]), "has no session"),
        (lambda session, task: session.save_all([task], key=5), "named by a string"),
        (lambda session, task: session.save_all([task], key=[]), "not an empty sequence"),
        (lambda session, task: session.save_all([task], key="project"), "key takes fields"),
        (lambda session, task: session.save_all([task], key="nmae"), "did you mean 'name'"),
        (lambda session, task: session.save_all([Task(session, ID="1" * 32)], key="nmae"), "did you mean 'name'"),
        (lambda session, task: session.delete_all([task], force="yes"), "force takes True or False"),
        (lambda session, task: session.delete_all("x"), "takes several objects"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(session, workfront_sandbox, call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call(session, Task(session, name="x"))
    assert not workfront_sandbox.requests


def test_outcomes_that_a_system_tells_row_by_row_are_taken(boxes, memory):
    items = [boxes.api.Box(boxes, name=f"b{index}") for index in range(4)]
    memory.told = [
        [Outcome(), Outcome(status=Status.FAILED), Outcome(status=Status.SKIPPED), Outcome(status=Status.UNKNOWN)]
    ]
    report = boxes.save_all(items)
    assert [row.status for row in report] == ["created", "failed", "created", "unknown"]


def test_the_object_that_the_session_had_learns_what_a_key_found(session):
    known = Project(session, name="A", ext_ref_id="k", description="kept")
    known.save()
    known.priority = 3
    again = Project(session, name="B", ext_ref_id="k")
    assert [row.status for row in session.save_all([again], key="ext_ref_id")] == ["updated"]
    assert again.id == known.id
    assert (known.name, known.description) == ("B", "kept")
    assert list(known.dirty) == ["priority"]


def test_a_value_without_a_form_on_the_wire_fails_its_own_row(session):
    project, tasks = make(session, 6, bad=())
    tasks[2].custom["DE:Region"] = object()
    tasks[4].custom["DE:Region"] = float("nan")
    report = session.save_all(tasks)
    assert [row.status for row in report] == ["created", "created", "failed", "created", "failed", "created"]
    assert "create Task (not saved): DE:Region: <object" in str(report.rows[2].error)
    assert "takes a finite number" in str(report.rows[4].error)
    assert session.query(Task).where(Task.project_id == project).count() == 4


def test_a_wrong_key_is_refused_where_it_would_find_nothing_too(session, workfront_sandbox):
    known = session.query(Task).limit(2).all()
    known[0].description = "changed"
    workfront_sandbox.requests.clear()
    with pytest.raises(UnknownNameError, match="did you mean 'name'"):
        session.save_all(known, key="nmae")
    assert not workfront_sandbox.requests
    assert session.save_all(known, key="ext_ref_id").counts() == {"updated": 1, "unchanged": 1}


def test_requests_are_split_by_size_too(session, workfront_sandbox):
    project, tasks = make(session, 12, bad=())
    for task in tasks:
        task.description = "x" * 300_000
    workfront_sandbox.requests.clear()
    report = session.save_all(tasks)
    assert len(report.created) == 12
    # Three objects of this size go into one request.
    assert [one.path.rpartition("/")[2] for one in workfront_sandbox.requests].count("TASK") == 4
    there = session.query(Task).where(Task.project_id == project).fields(Task.description).all()
    assert [len(one.description) for one in there] == [300_000] * 12
    for task in tasks:
        task.description = "y" * 600_000
    assert session.save_all(tasks).requests == 12


@pytest.mark.parametrize("key", [None, "ext_ref_id"])
def test_ctrl_c_ends_with_a_report_that_is_true(workfront_sandbox, key):
    with workfront_sandbox.session(api_version="v22.0", max_concurrent=2) as session:
        project = Project(session, name="P")
        project.save()
        tasks = [Task(session, name=f"n{n}", project_id=project, ext_ref_id=f"x{n}") for n in range(1500)]
        send, creates = session.send, []

        def interrupted(request):
            if request.operation.startswith("create"):
                creates.append(request)
                if len(creates) == 3:
                    os.kill(os.getpid(), signal.SIGINT)
            return send(request)

        session.send = interrupted
        with pytest.raises(BulkInterrupted) as caught:
            session.save_all(tasks, key=key)
        session.send = send
        report = caught.value.report
        assert report.interrupted
        assert isinstance(caught.value, KeyboardInterrupt)
        of_project = session.query(Task).where(Task.project_id == project)
        assert sorted(row.id for row in report.created) == of_project.ids()
        assert len(report.created) + len(report.failed) == 1500
        assert not report.unknown
        assert 200 <= len(report.created) < 1500
        assert "not attempted: the write was broken off" in str(report.failed[-1].error)
        # What was created is known to be, so that the same objects can be saved again.
        assert session.save_all(tasks, key=key).counts() == {
            "unchanged": len(report.created),
            "created": len(report.failed),
        }
        assert of_project.count() == 1500


def test_what_is_there_twice_is_named_and_what_was_given_comes_first(session):
    twice = [Project(session, name=f"P{n}", ext_ref_id=f"k{n % 3}") for n in range(5)]
    session.save_all(twice).raise_for_errors()
    found = session.duplicates(twice[3:], "ext_ref_id")
    assert {frozenset(obj.id for obj in same) for same in found} == {
        frozenset((twice[0].id, twice[3].id)),
        frozenset((twice[1].id, twice[4].id)),
    }
    assert {same[0] for same in found} == set(twice[3:])
    assert session.duplicates([twice[2]], "ext_ref_id") == []
    assert session.duplicates(twice, ["ext_ref_id", "name"]) == []
    with pytest.raises(ValueError, match="no value for extRefID"):
        session.duplicates([Project(session, name="x")], "ext_ref_id")
    with pytest.raises(TypeError, match="duplicates: key takes"):
        session.duplicates(twice, None)
    with pytest.raises(TypeError, match="duplicates: key takes fields of Project, not 'owner'"):
        session.duplicates(twice, "owner")


def test_updates_of_a_refused_request_are_unknown_where_nothing_tells_of_them(memory, boxes):
    memory.rows.update({number: {"id": number, "name": "old"} for number in range(1, 5)})
    items = boxes.query(boxes.api.Box).all()
    for item in items:
        item.name = "new"
    memory.told = [InvalidRequestError("the third is bad", 422), *[AuthenticationError("over", 401)] * 2]
    # The server wrote two, came to a bad one, and knows the session no more.
    memory.rows[1]["name"] = memory.rows[2]["name"] = "new"
    report = boxes.save_all(items)
    assert [row.status for row in report] == ["unknown"] * 4
