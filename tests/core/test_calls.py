"""How many calls the hot paths make, Python functions and C functions alike: counts depend on no machine.

Requests are counted in `test_large`; times are measured by `make bench`.
"""

import sys

import pytest

from workfront_orm import Session
from workfront_orm.core import saving
from workfront_orm.versions.v220 import Task

ROWS = 1000


@pytest.fixture
def session():
    with Session("acme", "key", api_version="v22.0") as session:
        yield session


def rows(number=ROWS):
    return [
        {
            "ID": f"{n:032x}",
            "objCode": "TASK",
            "name": f"task {n}",
            "priority": n % 5,
            "plannedCompletionDate": "2026-05-18T17:00:00:000+0000",
        }
        for n in range(number)
    ]


def calls(function, *arguments):
    """The calls that a function makes, itself left out."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    # The function itself, and the call that ends the count.
    return count - 2


def test_the_count_counts():
    assert calls(lambda: None) == 0
    assert calls(lambda: [len("a"), repr("b")]) == 2


def test_a_row_becomes_an_object_in_seven_calls(session):
    session.identity_map.wrap_page(Task, rows(1))
    page = rows()
    each = calls(session.identity_map.wrap_page, Task, page) / ROWS
    assert each < 8, each


def test_a_row_that_is_known_is_merged_into_its_object(session):
    kept = session.identity_map.wrap_page(Task, rows())
    each = calls(session.identity_map.wrap_page, Task, rows()) / ROWS
    assert len(kept) == ROWS
    assert each < 11, each


@pytest.mark.parametrize(("name", "most"), [("name", 1), ("priority", 1), ("planned_completion_date", 1), ("id", 3)])
def test_a_value_that_was_read_is_read_again_in_one_call(session, name, most):
    task = session.identity_map.wrap_page(Task, rows(1))[0]
    first = getattr(task, name)
    found = []
    # Less getattr and append.
    assert calls(lambda: found.append(getattr(task, name))) - 2 <= most
    assert found == [first]


def test_setting_a_field_takes_few_calls(session):
    task = session.identity_map.wrap_page(Task, rows(1))[0]

    def assign(value):
        task.name = value

    assert calls(assign, "b") <= 4
    assert calls(assign, "c") <= 2
    assert task.dirty["name"].new == "c"


def test_finding_what_is_dirty_takes_a_few_calls_an_object(session):
    tasks = session.identity_map.wrap_page(Task, rows())
    tasks[0].name = "changed"
    assert calls(lambda: session.dirty) / ROWS < 5
    assert session.dirty == [tasks[0]]


def test_planning_an_update_takes_a_bounded_number_of_calls_an_object(session):
    tasks = session.identity_map.wrap_page(Task, rows())
    for task in tasks:
        task.name += "!"

    def plan():
        changes = [saving.plan(session, task) for task in tasks]
        return [list(part) for part in session.service.plan_changes(changes)]

    requests = []
    each = calls(lambda: requests.extend(plan())) / ROWS
    assert len(requests) == 10
    assert each < 150, each
