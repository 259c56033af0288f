"""What a query would send, told before it is read."""

import pytest

from workfront_orm import exists
from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.explain import Explanation
from workfront_orm.versions.v220 import Issue, Note, Project, Task, User


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


@pytest.fixture
def tasks(session):
    return session.query(Task)


def asked(sandbox):
    """The verbs and paths of what was asked."""
    return [f"{one.method} {one.path.rpartition('/v22.0')[2]}" for one in sandbox.requests]


def test_explain_says_how_a_query_is_read(session, tasks, workfront_sandbox):
    told = (
        tasks.where(Task.project.name.icontains("web"), Task.status != "CPL")
        .fields(Task.name, Task.project.name)
        .explain()
    )
    assert asked(workfront_sandbox) == ["GET /TASK/count"]
    assert (told.type, told.paging, told.page_size, told.requests) == ("Task", "keyset", 2000, 1)
    assert told.count == 10
    assert (told.method, told.path) == ("POST", "/TASK/search")
    assert told.wire["project:name_Mod"] == "cicontains"
    assert told.limits == ("50,000 objects a result, members of project included; pages keep below it",)
    assert told.local == ()
    text = str(told)
    assert text.startswith(
        "Task: 10 rows, read by keyset in pages of 2000: 1 requests\nfirst request: POST /TASK/search"
    )
    assert "  status_Mod = ne\n" in text
    assert session.api_key not in text


@pytest.mark.parametrize(
    ("size", "limit"),
    [
        (1, 1),
        (1, 100),
        (7, 100),
        *((size, limit) for size in (100, 343, 1029, 2000) for limit in (None, 1, 100, 686, 2000)),
    ],
)
def test_explain_counts_the_requests(workfront_sandbox, size, limit):
    with workfront_sandbox.session(api_version="v22.0", page_size=size) as session:
        for query in (session.query(Task), session.query(Task).order_by(Task.name)):
            asking = query if limit is None else query.limit(limit)
            told = asking.explain()
            workfront_sandbox.requests.clear()
            assert len(list(asking)) == min(1029, limit or 1029)
            assert len(workfront_sandbox.requests) == told.requests


def test_explain_shows_what_is_applied_here(session):
    query = session.query(Project).where(~(Project.tasks.name == "x"), Project.status == "CUR").filter_locally()
    told = query.explain()
    assert told.local == ("not <<Project.tasks.name> eq 'x'>",)
    assert told.wire["status"] == "CUR"
    assert told.wire["fields"] == "*,tasks:name"
    assert "applied here: not <<Project.tasks.name> eq 'x'>" in str(told)


def test_explain_of_what_no_row_can_meet_sends_nothing(session, tasks, workfront_sandbox):
    told = tasks.where(Task.status == "NEW", Task.name.in_([])).explain()
    assert (told.count, told.requests, told.method, told.path, told.wire) == (0, 0, "", "", {})
    assert "so nothing is sent" in str(told)
    assert "first request" not in str(told)
    assert asked(workfront_sandbox) == []


def test_explain_of_a_limit_counts_no_further(session, tasks):
    session.page_size = 10
    told = tasks.limit(25).explain()
    assert (told.count, told.requests, told.page_size) == (1029, 3, 10)
    assert tasks.limit(0).explain().requests == 0


def test_explain_of_an_order_reads_by_offset_and_checks_itself(session, tasks):
    told = tasks.order_by(Task.name.desc(ignore_case=True), Task.project.name).explain()
    assert told.paging == "offset"
    assert told.wire["name_1_Sort"] == "cidesc"
    assert told.wire["project:name_2_Sort"] == "asc"


def test_explain_of_several_reads_shows_the_first_and_counts_none(session, tasks, workfront_sandbox):
    noted = exists(Note, Note.obj_id == Task.id)
    told = tasks.where((noted & (Task.work > 10)) | (exists(Issue, Issue.source_task_id == Task.id))).explain()
    assert (told.count, told.requests) == (None, None)
    assert told.limits[0] == "split into 2 reads, merged in the order of ids; the first is shown"
    assert str(told).startswith("Task: unknown number of rows")
    many = tasks.where(Task.id.in_([f"{number:032x}" for number in range(4001)])).explain()
    assert many.limits[0].startswith("split into 3 reads")
    assert asked(workfront_sandbox) == []


def test_explain_refuses_what_reading_refuses(tasks, workfront_sandbox):
    impossible = ~(Task.assignments.assigned_to_id == "x")
    with pytest.raises(NotSupportedError, match=r"use ~exists"):
        tasks.where(impossible).explain()
    with pytest.raises(NotSupportedError, match=r"use ~exists"):
        tasks.where(impossible).all()
    assert asked(workfront_sandbox) == []


def test_an_explanation_holds_no_secret_and_nothing_else_is_needed_to_show_it(session, tasks):
    told = session.query(User).where(User.password == "hunter2").explain()
    assert "hunter2" not in str(told)
    assert "hunter2" not in repr(told)
    bare = Explanation(type="Box", count=None, paging="whole", page_size=None, requests=None, method="", path="")
    assert str(bare) == "Box: unknown number of rows, read by whole in pages of all: ? requests"
