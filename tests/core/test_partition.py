import pickle

import pytest

from workfront_orm import exists
from workfront_orm.versions.v210 import Task as OlderTask
from workfront_orm.versions.v220 import Hour, Issue, Note, Project, Task


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


@pytest.mark.parametrize("number", [1, 2, 8])
@pytest.mark.parametrize(
    "narrow",
    [
        lambda session: session.query(Task),
        lambda session: session.query(Task).where(Task.status != "CPL").order_by(Task.name),
        lambda session: session.query(Task).where((Task.work > 10) | Task.name.icontains("re")),
        lambda session: session.query(Task).where(exists(Note, Note.obj_id == Task.id) | (Task.work > 30)),
        lambda session: session.query(Task).where(Task.id.in_(session.query(Task).ids()[::3] + ["x"] * 2001)),
        lambda session: session.query(Project).where(~(Project.tasks.name == "x")).filter_locally(),
        lambda session: session.query(Hour),
        lambda session: session.query(Issue).where(Issue.name.in_([])),
    ],
)
def test_windows_together_read_exactly_the_rows_of_the_query(session, narrow, number):
    query = narrow(session)
    windows = pickle.loads(pickle.dumps(query.partitions(number)))
    assert len(windows) <= number + 1
    found = [one.id for window in windows for one in window.read(session)]
    assert sorted(found) == sorted(query.ids())
    assert sum(window.count(session) for window in windows) == len(found)


def test_windows_are_cut_at_a_moment_that_never_changes_and_hold_no_credentials(session):
    windows = session.query(Task).partitions(4)
    assert [window.number for window in windows] == [0, 1, 2, 3, 4]
    assert repr(windows[0]).startswith("<Window 0 of Task: entryDate from the start to 2")
    assert windows[-1].label == "entryDate without a value"
    assert session.api_key.encode() not in pickle.dumps(windows)


def test_classes_without_such_a_moment_are_cut_at_ids(session):
    code = session.api.CustomEnum
    assert session.service.partition_field(code).workfront_name == "ID"


def test_windows_are_read_with_a_session_of_their_version(session, workfront_sandbox):
    (window, *_rest) = session.query(Task).partitions(2)
    with pytest.raises(TypeError, match="read with a session"):
        window.read("session")
    with workfront_sandbox.session(api_version="v21.0") as older:
        with pytest.raises(TypeError, match="the class is of version"):
            window.read(older)
        assert older.query(OlderTask).partitions(1)
