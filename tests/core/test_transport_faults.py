"""What single calls do on a server and a network that misbehave, over real HTTP: the answer, or an error that says what is known."""

import threading
import traceback
import warnings

import pytest

from workfront_orm.core import errors
from workfront_orm.core.connection import MOST_RENEWALS
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.sandbox.faults import KINDS

ACTS = {"502_after", "reset_after", "truncated", "wrong_json"}
"""The server acts, and no answer says so."""
HIDDEN = {"latency", "slow", "clock_skew"}
"""The server acts and says so."""
BROKEN = sorted(set(KINDS) - HIDDEN - {"429", "expired"})
"""Nobody can tell whether the server acted."""


@pytest.fixture(scope="module")
def server():
    with Sandbox(data="empty") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server):
    server.reset()
    return server


@pytest.fixture
def session(sandbox):
    with sandbox.session(api_version="v22.0", retrying=Retrying(base=0.001)) as session:
        yield session


@pytest.fixture
def project(session):
    project = session.api.Project(session, name="p")
    project.save()
    return project


def break_next(sandbox, *kinds):
    sandbox.faults = [{"script": list(kinds)}]


def names_of(sandbox, session):
    sandbox.faults = None
    return sorted(project.name for project in session.search(session.api.Project, fields=["name"]))


# --- each kind of fault on each kind of request --------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_survives(sandbox, session, project, kind):
    break_next(sandbox, kind, kind)
    assert session.load(session.api.Project, project.id, fields=["name"]).name == "p"


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_survives(sandbox, session, project, kind):
    project.name = "q"
    break_next(sandbox, kind, kind)
    assert project.save().updated
    assert names_of(sandbox, session) == ["q"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_delete_survives(sandbox, session, project, kind):
    break_next(sandbox, kind, kind)
    project.delete()
    assert names_of(sandbox, session) == []


@pytest.mark.parametrize("kind", sorted({*HIDDEN, "429"}))
def test_a_create_survives_what_tells_whether_it_was_done(sandbox, session, kind):
    break_next(sandbox, kind, kind)
    assert session.api.Project(session, name="p").save().created
    assert names_of(sandbox, session) == ["p"]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_create_is_sent_once_where_nobody_can_tell(sandbox, session, kind):
    break_next(sandbox, kind)
    with pytest.raises(errors.OutcomeUnknown, match=r"create Project.*POST /PROJ.*read before repeating") as caught:
        session.api.Project(session, name="p").save()
    assert caught.value.request == "POST /PROJ"
    assert len(sandbox.requests) == 1
    assert names_of(sandbox, session) == (["p"] if kind in ACTS else [])


@pytest.mark.parametrize("kind", BROKEN)
def test_an_action_is_sent_once_where_nobody_can_tell(sandbox, session, project, kind):
    task = session.api.Task(session, name="t", project_id=project.id)
    task.save()
    other = session.api.Project(session, name="other")
    other.save()
    sandbox.requests.clear()
    break_next(sandbox, kind)
    with pytest.raises(errors.OutcomeUnknown, match=r"move .*POST /TASK/\w+/move"):
        task.move(project_id=other.id)
    assert len(sandbox.requests) == 1
    sandbox.faults = None
    task.load("project_id")
    assert task.project_id == (other.id if kind in ACTS else project.id)


@pytest.mark.parametrize("verb", ["post", "put"])
def test_low_level_calls_that_may_be_actions_are_sent_once(sandbox, session, project, verb):
    sandbox.requests.clear()
    break_next(sandbox, "503")
    with pytest.raises(errors.OutcomeUnknown):
        getattr(session, verb)(f"/PROJ/{project.id}/calculateTimeline")
    assert len(sandbox.requests) == 1


def test_a_series_of_bad_days_ends_with_the_last_error(sandbox, project):
    with sandbox.session(api_version="v22.0", retrying=Retrying(base=0.001, attempts=4)) as session:
        sandbox.requests.clear()
        break_next(sandbox, "503", "reset_before", "502", "truncated", "500")
        with pytest.raises(errors.ConnectionFailedError, match="load Project"):
            session.load(session.api.Project, project.id)
        assert [entry.fault for entry in sandbox.requests] == ["503", "reset_before", "502", "truncated"]


# --- an error under status 200 -------------------------------------------------------------------


def test_an_error_of_an_unknown_class_under_status_200_proves_nothing(canned):
    session = canned.session(retrying=Retrying(base=0.0001, attempts=2))
    strange = {"error": {"class": "com.attask.New$Thing", "message": "unforeseen"}}
    canned.will_answer(strange)
    with pytest.raises(errors.OutcomeUnknown, match="unforeseen"):
        session.api.Task(session, name="t").save()
    canned.will_answer(strange)
    canned.add("TASK", ID="t1", name="t")
    assert session.load(session.api.Task, "t1").name == "t"
    for _ in range(2):
        canned.will_answer(strange)
    with pytest.raises(errors.APIError, match="unforeseen") as caught:
        session.load(session.api.Task, "t1")
    assert caught.value.code == 200


def test_a_known_refusal_under_status_200_is_a_refusal(canned):
    session = canned.session()
    canned.will_answer({"error": {"class": "com.attask.InvalidParameterException", "message": "no such field"}})
    with pytest.raises(errors.InvalidRequestError, match="no such field"):
        session.api.Task(session, name="t").save()
    assert len(canned.sent()) == 1


# --- sessions that expire ---------------------------------------------------------------------------


def login(sandbox, **options):
    session = sandbox.session(api_version="v22.0", api_key=None, retrying=Retrying(base=0.001), **options)
    session.login(sandbox.username, sandbox.password)
    return session


def logins(sandbox):
    return sum(entry.path.endswith("/login") for entry in sandbox.requests)


@pytest.mark.parametrize("operation", ["read", "create"])
def test_an_expired_session_is_renewed_once(sandbox, operation):
    with login(sandbox) as session:
        before = session.session_id
        sandbox.requests.clear()
        break_next(sandbox, "expired")
        if operation == "read":
            assert session.search(session.api.Project) == []
        else:
            assert session.api.Project(session, name="p").save().created
        assert logins(sandbox) == 1
        assert session.session_id != before


def test_many_threads_renew_an_expired_session_once(sandbox):
    with login(sandbox, max_concurrent=8) as session:
        sandbox.requests.clear()
        sandbox.latency = 0.05
        break_next(sandbox, "expired")
        found = []
        threads = [threading.Thread(target=lambda: found.append(session.get("/user/search"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sandbox.latency = 0
        assert len(found) == 8
        assert logins(sandbox) == 1


def test_a_session_that_cannot_be_renewed_says_so(sandbox):
    with login(sandbox) as session:
        sandbox.requests.clear()
        sandbox.faults = [{"kind": "expired", "path": "*/search"}]
        for _ in range(2):
            with pytest.raises(errors.AuthenticationError, match=r"session\.login"):
                session.search(session.api.Project)
        # Each search logs in again as often as a session may expire under way, and no more.
        assert logins(sandbox) <= 2 * MOST_RENEWALS


def test_a_key_is_not_renewed(sandbox):
    with sandbox.session(api_version="v22.0", api_key="wrong") as session:
        with pytest.raises(errors.AuthenticationError, match="give the session an api_key"):
            session.search(session.api.Project)
        assert [entry.status for entry in sandbox.requests] == [401]


def test_a_traceback_does_not_show_how_often_it_was_sent(sandbox, session):
    sandbox.faults = [{"kind": "503"}]
    with pytest.raises(errors.ServerError) as caught:
        session.search(session.api.Project)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert not [frame for frame in frames if "tenacity" in frame.filename or frame.filename.endswith("retrying.py")]
    assert len(frames) < 10


# --- bodies ----------------------------------------------------------------------------------------


def test_a_body_that_stalls_is_a_timeout(sandbox, project):
    retrying = Retrying(base=0.001, attempts=1)
    with sandbox.session(api_version="v22.0", timeout=(5, 0.2), retrying=retrying) as session:
        sandbox.faults = [{"kind": "slow", "seconds": 3}]
        with pytest.raises(errors.RequestTimeoutError, match="timeout="):
            session.load(session.api.Project, project.id)
        sandbox.faults = [{"kind": "latency", "seconds": 3}]
        with pytest.raises(errors.OutcomeUnknown) as caught:
            session.api.Project(session, name="late").save()
        assert caught.value.under_way


@pytest.mark.parametrize("kind", ["slow", "latency"])
def test_a_deadline_ends_what_is_under_way(sandbox, project, kind):
    with sandbox.session(api_version="v22.0", retrying=Retrying(base=0.001, deadline=0.4)) as session:
        sandbox.faults = [{"kind": kind, "seconds": 30}]
        with pytest.raises(errors.RequestTimeoutError, match="load Project"):
            session.load(session.api.Project, project.id)
        sandbox.faults = [{"kind": "latency", "seconds": 30}]
        with pytest.raises(errors.OutcomeUnknown) as caught:
            session.api.Project(session, name="late").save()
        assert caught.value.under_way


def test_an_answer_that_is_too_large_names_the_remedy(sandbox, session):
    session.save_all([session.api.Project(session, name=f"{number} {'x' * 200}") for number in range(100)])
    with (
        sandbox.session(api_version="v22.0", largest_answer=2000) as small,
        pytest.raises(errors.AnswerTooLargeError, match=r"search Project: .*2,000 bytes.*largest_answer="),
    ):
        small.search(small.api.Project, fields=["name"])


def test_the_clock_of_the_server_may_be_wrong(sandbox, session):
    sandbox.faults = [{"kind": "clock_skew", "seconds": -86400}]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = session.save_all([session.api.Project(session, name=f"p{number}") for number in range(5)])
    assert len(report.created) == 5
