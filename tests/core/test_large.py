"""A hundred thousand tasks: flat memory, each row once, whatever others do; and few requests for much."""

import multiprocessing
import pickle
import threading
import tracemalloc
from contextlib import contextmanager

import pytest

from workfront_orm import Session
from workfront_orm.sandbox import Sandbox
from workfront_orm.versions.v220 import Project, Task

ROWS = 100_000


@pytest.fixture(scope="module")
def large():
    with Sandbox(data="large") as sandbox:
        yield sandbox


@pytest.fixture
def session(large):
    large.requests.clear()
    with large.session(api_version="v22.0") as session:
        yield session


def test_iterating_keeps_memory_flat_and_gives_each_row_once_in_order(session, large):
    last, number, peaks = "", 0, []
    tracemalloc.start()
    try:
        for task in session.query(Task).fields(Task.name):
            assert task.id > last
            last = task.id
            number += 1
            if number % 10_000 == 0:
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert number >= ROWS
    assert max(peaks[1:]) < 1.5 * peaks[0]
    assert len(session.identity_map) <= 2 * 2000
    assert len(large.requests) == number // 2000 + 1


@contextmanager
def meddling(sandbox):
    """Another client adds, deletes and edits rows."""
    stop = threading.Event()

    def meddle():
        with sandbox.session(api_version="v22.0") as other:
            project = other.query(Project).first()
            while not stop.is_set():
                added = [Task(other, name="added", project_id=project) for _ in range(20)]
                other.save_all(added)
                other.query(Task).where(Task.name == "added").limit(10).delete()
                other.query(Task).limit(50).offset(1000).update(description="edited")
            other.query(Task).where(Task.name == "added").delete().raise_for_errors()

    thread = threading.Thread(target=meddle)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_rows_that_stay_are_read_once_while_others_add_delete_and_edit(session, large):
    stay = set(session.query(Task).ids())
    with meddling(large):
        found = [task.id for task in session.query(Task).fields(Task.name)]
    assert found == sorted(set(found))
    assert stay <= set(found)


def read(window, template, key):
    """What one process reads of a window."""
    with Session("", key, api_version="v22.0", url_template=template) as session:
        return [task.id for task in pickle.loads(window).read(session)]


def test_windows_read_in_other_processes_are_exactly_the_rows_while_others_add_delete_and_edit(session, large):
    query = session.query(Task).fields(Task.name)
    windows = query.partitions(8)
    sizes = [window.count(session) for window in windows]
    assert sum(sizes) == query.count()
    # Tasks of one moment stay together, so windows are only about equal.
    assert max(sizes) < 0.3 * ROWS
    jobs = [(pickle.dumps(window), large.url_template, large.api_key) for window in windows]
    stay = set(query.ids())
    with multiprocessing.get_context("spawn").Pool(2) as pool, meddling(large):
        found = [key for keys in pool.starmap(read, jobs) for key in keys]
        pool.close()
        pool.join()
    assert len(found) == len(set(found))
    assert stay <= set(found)


def test_5000_changed_tasks_take_at_most_60_requests(session, large):
    tasks = session.query(Task).fields(Task.name).limit(5000).all()
    for number, task in enumerate(tasks):
        task.description = f"changed {number}"
    large.requests.clear()
    report = session.save_all(tasks)
    assert len(report.updated) == 5000
    assert report.requests == len(large.requests) <= 60


def test_projects_and_owners_of_2000_tasks_take_at_most_25_requests(session, large):
    tasks = session.query(Task).fields(Task.name).limit(2000).all()
    large.requests.clear()
    owners = [task.project.owner.name for task in tasks if task.project.owner is not None]
    assert len(owners) > 1000
    assert len(large.requests) <= 25
