"""Attacks on writes: what once lost a row, doubled one, or reported something false."""

import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from workfront_orm import OutcomeUnknown, Session
from workfront_orm.core.errors import IncompleteRead, InvalidResponseError, NotFoundError
from workfront_orm.core.readback import ReadBack
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.tracking import Change
from workfront_orm.versions.v220 import Project, Task

QUICK = {"base": 0.001, "longest": 0.01}


@pytest.fixture
def live(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", retrying=Retrying(**QUICK)) as session:
        yield session


@pytest.fixture
def quick(canned):
    return canned.session(retrying=Retrying(**QUICK))


def names(session, project):
    return Counter(one.name for one in session.query(Task).where(Task.project_id == project.id).fields(Task.name))


def project_of(session):
    project = Project(session, name="P")
    project.save()
    return project


# --- several at once ----------------------------------------------------------------------


@pytest.mark.parametrize("bulk", [True, False])
def test_an_object_in_two_saves_at_once_is_created_once(live, workfront_sandbox, bulk):
    project = project_of(live)
    tasks = [Task(live, name=f"n{n}", project_id=project.id) for n in range(3 if bulk else 1)]
    told = []
    workfront_sandbox.latency = 0.2

    def save():
        if bulk:
            told.append([str(row.error or row.status) for row in live.save_all(tasks)])
            return
        try:
            told.append([str(tasks[0].save().created)])
        except ValueError as error:
            told.append([str(error)])

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workfront_sandbox.latency = 0
    assert names(live, project) == dict.fromkeys([task.name for task in tasks], 1)
    assert sum("another save of it is under way" in what[0] for what in told) == 1
    tasks[0].name = "again"
    assert tasks[0].save().updated


def test_a_new_object_that_could_not_be_saved_can_be_saved_again(live):
    task = Task(live, name="n", project_id="0" * 32)
    with pytest.raises(NotFoundError):
        task.save()
    assert live.save_all([task]).failed
    task.project_id = project_of(live)
    assert task.save().created


def test_what_changes_while_it_is_saved_is_unsaved_against_what_was_sent(live, workfront_sandbox):
    project = project_of(live)
    task = Task(live, name="n", project_id=project.id, description="A")
    during(task.save, workfront_sandbox, lambda: setattr(task, "description", None))
    assert task.dirty == {"description": Change("A", None)}
    task.save()
    task.description = "B"
    during(task.save, workfront_sandbox, lambda: setattr(task, "description", "C"))
    task.description = None
    assert task.dirty == {"description": Change("B", None)}
    task.save()
    live.refresh(task)
    assert task.description is None


def during(save, sandbox, change):
    sandbox.latency = 0.3
    thread = threading.Thread(target=save)
    thread.start()
    while not sandbox.under_way:
        pass
    change()
    thread.join()
    sandbox.latency = 0


# --- answers that are not those of the request -----------------------------------------------


def test_the_answer_to_an_update_that_is_another_object_is_none(canned, quick):
    canned.add("TASK", {"ID": "a" * 32, "name": "a"}, {"ID": "b" * 32, "name": "b"})
    task = quick.load(quick.api.Task, "a" * 32)
    task.name = "new"
    canned.will_answer({"data": {"ID": "b" * 32, "name": "b"}})
    task.save()
    assert (task.id, task.name) == ("a" * 32, "new")
    assert [method for method, _path, _params in canned.sent()][-2:] == ["PUT", "PUT"]


def test_a_read_that_answers_another_object_changes_nothing(canned, quick):
    canned.add("TASK", {"ID": "a" * 32, "name": "a"})
    task = quick.load(quick.api.Task, "a" * 32)
    for read in (quick.refresh, lambda one: one.load("status")):
        for answer in ({"ID": "b" * 32, "name": "b", "status": "NEW"}, [{"ID": "a" * 32}]):
            canned.will_answer({"data": answer})
            with pytest.raises(InvalidResponseError, match=r"another object|no object"):
                read(task)
            assert (task.id, task.name) == ("a" * 32, "a")
    task.name = "mine"
    canned.will_answer({"data": None})
    with pytest.raises(InvalidResponseError, match="nothing was taken back"):
        quick.refresh(task)
    assert task.dirty
    canned.will_answer({"data": [{"ID": "b" * 32}]})
    with pytest.raises(NotFoundError, match="answered no Task"):
        quick.load(quick.api.Task, "c" * 32)


@pytest.mark.parametrize(
    "rows",
    [
        [{"ID": f"{n}" * 32, "name": f"n{n}"} for n in (2, 0, 1)],
        [{"ID": "0" * 32, "name": f"n{n}"} for n in range(3)],
        [{"ID": ["0"], "name": f"n{n}"} for n in range(3)],
        [{"ID": "0" * 32, "name": "n0"}],
        [{"ID": f"{n}" * 32, "name": f"n{n}"} for n in range(4)],
        "<html>log in</html>",
    ],
    ids=["another order", "one id", "a list for an id", "fewer", "more", "HTML"],
)
def test_creates_whose_answer_is_not_theirs_are_unknown(canned, quick, rows):
    tasks = [quick.api.Task(quick, name=f"n{n}") for n in range(3)]
    canned.will_answer({"data": []})
    canned.will_answer(rows if isinstance(rows, str) else {"data": rows})
    report = quick.save_all(tasks)
    assert [row.status for row in report] == ["unknown"] * 3
    assert [task.id for task in tasks] == [None] * 3


def test_rows_that_the_server_named_otherwise_are_no_other_order(canned, quick):
    tasks = [quick.api.Task(quick, name=name) for name in (" A ", "B" * 300, "a")]
    canned.will_answer({"data": []})
    canned.will_answer({"data": [{"ID": f"{n}" * 32, "name": name} for n, name in enumerate(("A", "B" * 255, "a"))]})
    assert len(quick.save_all(tasks).created) == 3


def test_a_delete_that_the_server_says_it_did_not_do_was_not_done(canned, quick):
    canned.add("TASK", {"ID": "a" * 32, "name": "a"})
    task = quick.load(quick.api.Task, "a" * 32)
    for _ in range(4):
        canned.will_answer({"data": {"success": False}})
    with pytest.raises(InvalidResponseError, match="did not delete"):
        task.delete()
    for _ in range(4):
        canned.will_answer({"data": {"success": False}})
    assert [row.status for row in quick.delete_all([task])] == ["unknown"]
    assert canned.rows["TASK"]


def test_reads_give_each_row_once_and_no_more_than_the_limit(canned, quick):
    rows = [{"ID": letter * 32, "name": letter} for letter in "aabc"]
    canned.will_answer({"data": rows})
    with pytest.raises(IncompleteRead, match="1 rows came twice"):
        quick.query(quick.api.Task).all()
    canned.will_answer({"data": rows[1:]})
    assert [one.name for one in quick.query(quick.api.Task).limit(2)] == ["a", "b"]


@pytest.mark.parametrize("data", [{"count": "many"}, [], None, 7])
def test_an_answer_without_what_was_asked_for_is_a_wrong_answer(canned, quick, data):
    for _ in range(4):
        canned.will_answer({"data": data})
    with pytest.raises(InvalidResponseError, match="not of the form that was expected"):
        quick.query(quick.api.Task).count()


# --- refusals that come after something was done --------------------------------------------------


def test_a_refusal_after_an_attempt_without_an_answer_does_not_say_that_nothing_was_done(canned, quick):
    canned.add("TASK", {"ID": "a" * 32, "name": "a"})
    task = quick.load(quick.api.Task, "a" * 32)

    def lose_then_refuse():
        canned.will_answer(requests.ConnectionError("reset"))
        canned.will_answer({"error": {"message": "no"}}, 403)

    task.name = "new"
    lose_then_refuse()
    with pytest.raises(OutcomeUnknown):
        task.save()
    assert task.dirty
    lose_then_refuse()
    canned.rows["TASK"]["a" * 32]["name"] = "new"
    assert [row.status for row in quick.save_all([task])] == ["updated"]
    lose_then_refuse()
    del canned.rows["TASK"]["a" * 32]
    assert [row.status for row in quick.delete_all([task])] == ["deleted"]


def test_408_says_neither_that_a_create_was_done_nor_that_it_was_not(canned, quick):
    canned.will_answer("<html>Request Timeout</html>", 408)
    with pytest.raises(OutcomeUnknown):
        quick.api.Task(quick, name="n").save()
    canned.will_answer("<html>Request Timeout</html>", 408)
    assert quick.search(quick.api.Task) == []


# --- read back by content ---------------------------------------------------------------------


def with_a_bad_one(session, project, texts):
    tasks = [Task(session, name=text, project_id=project.id) for text in texts]
    tasks[-2].fields["status"] = "QQQ"
    return tasks


def test_clocks_that_differ_double_nothing(live, workfront_sandbox):
    project = project_of(live)
    workfront_sandbox.clock = datetime.now(UTC) + timedelta(seconds=100)
    Task(live, name="ahead", project_id=project.id).save()
    workfront_sandbox.clock = None
    report = live.save_all(with_a_bad_one(live, project, ["n0", "n1", "bad", "n2"]))
    assert [row.status for row in report] == ["created", "created", "failed", "created"]
    assert names(live, project) == dict.fromkeys(["ahead", "n0", "n1", "n2"], 1)


def test_what_a_search_of_the_session_finds_first_is_not_created_again(live, monkeypatch):
    project = project_of(live)
    found = []
    by_content = ReadBack.by_content

    def after_a_search(self, *arguments):
        # As another thread might.
        found.extend(live.query(Task).where(Task.project_id == project.id).all())
        return by_content(self, *arguments)

    monkeypatch.setattr(ReadBack, "by_content", after_a_search)
    report = live.save_all(with_a_bad_one(live, project, ["n0", "n1", "bad", "n2"]))
    assert max(names(live, project).values()) == 1
    assert {row.status for row in report} <= {"created", "unknown", "failed"}
    assert found


@pytest.mark.parametrize("kept", ["Trimmed name", "trimmed name", " Trimmed  name", "Trimmed name" * 20])
def test_a_text_that_the_server_keeps_otherwise_is_not_created_again(canned, quick, kept):
    sent = "Trimmed name" * 25 if len(kept) > 50 else " Trimmed name "
    tasks = [quick.api.Task(quick, name=name) for name in (sent, "bad", "good")]
    canned.will_answer({"data": []})
    canned.will_answer({"error": {"message": "bad"}}, 422)
    canned.will_answer({"data": [{"ID": "a" * 32, "name": kept}]})
    canned.will_answer({"error": {"message": "bad"}}, 422)
    report = quick.save_all(tasks)
    assert report.rows[0].status == "unknown"
    assert [params.get("name") for method, _path, params in canned.sent() if method == "POST"][1:] == ["bad", "good"]


def test_a_custom_field_that_the_tenant_does_not_have_fails_its_row_alone(live):
    project = project_of(live)
    tasks = [Task(live, name=f"n{n}", project_id=project.id) for n in range(4)]
    tasks[2].custom["DE:Nobody has this"] = "x"
    report = live.save_all(tasks)
    assert [row.status for row in report] == ["created", "created", "failed", "created"]
    assert "Nobody has this" in str(report.rows[2].error)
    assert names(live, project) == dict.fromkeys(["n0", "n1", "n3"], 1)


# --- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [" k", "k\n", "Cafe\u0301"])
def test_a_key_that_servers_keep_otherwise_fails_its_row(live, key):
    rows = live.save_all(
        [Project(live, name="x", ext_ref_id=key), Project(live, name="y", ext_ref_id="k")], "ext_ref_id"
    )
    assert [row.status for row in rows] == ["failed", "created"]
    assert "blanks at an end" in str(rows.rows[0].error)


@pytest.mark.parametrize("status", [408, 504, 524])
def test_creates_that_a_gateway_waited_for_long_enough_are_not_sent_again(canned, quick, status):
    canned.will_answer({"data": []})
    canned.will_answer("<html>the server takes its time</html>", status)
    report = quick.save_all([quick.api.Project(quick, name="slow", ext_ref_id="k")], key="ext_ref_id")
    assert report.counts() == {"unknown": 1}
    assert [method for method, _path, _params in canned.sent()] == ["GET", "POST", "GET"]


class Breaking:
    """A proxy that forwards a request and breaks the connection before its answer, as a network does."""

    def __init__(self, port):
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.breaks = lambda head: False
        self._threads = [self._start(self._run)]

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        return thread

    def _run(self):
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self._threads.append(self._start(self._pass_on, client))

    def _pass_on(self, client):
        with client, socket.create_connection(("127.0.0.1", self._to)) as server:
            back = self._start(self._pass_back, server, client)
            with suppress(OSError):
                while data := client.recv(65536):
                    server.sendall(data)
                    if self.breaks(data):
                        self._break(client, server)
                        # The server ends what it is at.
                        back.join()
                        return
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _break(self, client, server):
        client.settimeout(0.2)
        with suppress(TimeoutError):
            while data := client.recv(65536):
                server.sendall(data)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    def _pass_back(self, server, client):
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)

    def close(self):
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(10)


def test_creates_that_a_server_is_still_at_when_the_connection_breaks_are_not_sent_again(workfront_sandbox):
    port = urlsplit(workfront_sandbox.url).port
    proxy = Breaking(port)
    template = workfront_sandbox.url_template.replace(str(port), str(proxy.port))
    session = Session(
        "x",
        api_key=workfront_sandbox.api_key,
        api_version="v22.0",
        url_template=template,
        retrying=Retrying(**QUICK, settle=4),
    )
    broken = []
    proxy.breaks = lambda head: b"/PROJ HTTP" in head[:200] and not broken and not broken.append(1)
    workfront_sandbox.faults = [{"kind": "latency", "seconds": 1, "path": "*/PROJ", "method": "POST", "count": 1}]
    projects = [Project(session, name=f"slow {n}", ext_ref_id=f"slow{n}") for n in range(5)]
    report = session.save_all(projects, key="ext_ref_id")
    assert broken
    assert report.counts() == {"created": 5}
    assert session.duplicates(projects, key="ext_ref_id") == []
    session.close()
    proxy.close()
