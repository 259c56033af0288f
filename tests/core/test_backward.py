"""Reads from both ends: the same rows in the same order, whatever happens to the one from the end."""

import threading

import pytest

from workfront_orm.core import paging
from workfront_orm.core.backward import Backward
from workfront_orm.core.exchange import Page
from workfront_orm.core.retrying import Retrying
from workfront_orm.versions.v220 import Task

SIZE = 20


@pytest.fixture
def session(workfront_sandbox, monkeypatch):
    monkeypatch.setattr(paging, "WORTH_IT", SIZE)
    with workfront_sandbox.session(api_version="v22.0", page_size=SIZE) as session:
        yield session


def backwards(requests):
    return [entry for entry in requests if entry.params.get("ID_Sort") == "desc"]


def test_a_collected_read_is_read_from_both_ends(session, workfront_sandbox):
    streamed = [task.id for task in session.query(Task).fields("name")]
    workfront_sandbox.requests.clear()
    found = session.search(Task, fields=["name"])
    requests = workfront_sandbox.requests
    assert [task.id for task in found] == streamed
    assert len(backwards(requests)) > 5
    assert len(requests) <= len(streamed) // SIZE + 3
    assert session.query(Task).ids() == [task.id for task in session.query(Task).all()] == streamed


def test_a_stream_a_limit_and_a_single_request_at_a_time_are_read_from_the_beginning(workfront_sandbox, monkeypatch):
    monkeypatch.setattr(paging, "WORTH_IT", SIZE)
    with workfront_sandbox.session(api_version="v22.0", page_size=SIZE) as session:
        list(session.query(Task))
        session.query(Task).limit(100).all()
    with workfront_sandbox.session(api_version="v22.0", page_size=SIZE, max_concurrent=1) as session:
        session.query(Task).all()
    assert not backwards(workfront_sandbox.requests)


def test_conditions_hold_from_both_ends(session):
    condition = (Task.status == "CPL") | (Task.name.icontains("a"))
    assert session.query(Task).where(condition).all() == list(session.query(Task).where(condition))


def test_a_bad_day_changes_nothing(session, workfront_sandbox):
    ids = session.query(Task).ids()
    with workfront_sandbox.session(
        api_version="v22.0", page_size=SIZE, retrying=Retrying(base=0.001, longest=0.01, attempts=12)
    ) as other:
        workfront_sandbox.faults = 0.2
        assert [task.id for task in other.search(Task)] == ids


def test_rows_that_stay_are_read_once_while_others_come_and_go(session, workfront_sandbox):
    stay = set(session.query(Task).ids())
    project = session.query(Task).first().project
    stop = threading.Event()

    def meddle():
        with workfront_sandbox.session(api_version="v22.0") as other:
            while not stop.is_set():
                added = [Task(other, name="added", project_id=project.id) for _ in range(10)]
                other.save_all(added)
                other.delete_all(added)

    thread = threading.Thread(target=meddle)
    thread.start()
    try:
        for _ in range(3):
            found = session.query(Task).ids()
            assert found == sorted(set(found))
            assert stay <= set(found)
    finally:
        stop.set()
        thread.join()


class Rows:
    """A thousand rows, and what goes wrong with them."""

    def __init__(self, keys=range(1000), trouble=None):
        self.keys = sorted(keys, reverse=True)
        self.trouble = trouble
        self.asked = 0

    def page(self, position, _stop):
        self.asked += 1
        if self.trouble == "error" and self.asked == 3:
            raise ValueError("trouble")
        below = self.keys if position.before is None or self.trouble == "deaf" else None
        below = [key for key in self.keys if key < position.before] if below is None else below
        rows = below[:100]
        return Page(rows=[{"ID": key} for key in (rows[::-1] if self.trouble == "upwards" else rows)])

    def read(self, front):
        backward = Backward(self.page, lambda row: row["ID"], front)
        backward._thread.join()
        return backward


def test_it_stops_where_the_other_read_is():
    rows = Rows()
    backward = rows.read(650)
    assert rows.asked == 4
    assert not backward.has_met(599)
    assert backward.has_met(650)
    assert [row["ID"] for page in backward.rest(650) for row in page] == list(range(651, 1000))


@pytest.mark.parametrize("trouble", ["error", "deaf", "upwards"])
def test_in_trouble_it_leaves_the_rest_to_the_other_read(trouble):
    assert not Rows(trouble=trouble).read(100).has_met(500)


def test_nothing_at_the_end_is_no_end():
    assert not Rows(keys=[]).read(5).has_met(1000)
