"""Each bug that `ANCHORS.md` lists for python-workfront 0.8 has a test here that shows it is gone."""

import gc
import logging
import pickle
import weakref

import pytest

from workfront_orm import FieldNotLoaded
from workfront_orm.core.tracking import Change
from workfront_orm.services.workfront import session as session_module


@pytest.fixture
def task(canned, session, api):
    canned.add("USER", {"ID": "u1", "name": "Ann"}, {"ID": "u2", "name": "Bob"})
    canned.add("TASK", ID="t1", name="x", assignedToID="u1", ownerID=None)
    return session.load(api.Task, "t1", ["name", "auditTypes"])


def test_a_null_reference_is_none(canned, session, api):
    canned.add("PROJ", ID="p1", name="P", ownerID=None)
    project = session.load(api.Project, "p1", ["owner"])
    assert project.fields["owner"] is None
    assert project.owner is None


def test_a_reference_is_the_same_object_each_time_and_keeps_edits(task, session):
    task.assigned_to.name = "Ann Other"
    assert task.assigned_to is task.assigned_to
    assert task.assigned_to.name == "Ann Other"
    assert session.dirty == [task.assigned_to]


def test_members_of_a_collection_are_the_same_objects_each_time(canned, session, api):
    canned.add("TASK", ID="t1", name="x", assignments=[{"ID": "a1", "objCode": "ASSGN", "workUnit": "H"}])
    task = session.load(api.Task, "t1", ["assignments"])
    task.assignments[0].work_unit = "D"
    assert task.assignments[0].work_unit == "D"


def test_load_overwrites_no_unsaved_edit(canned, task):
    canned.rows["TASK"]["t1"]["name"] = "theirs"
    task.name = "mine"
    task.load("name")
    assert task.name == "mine"
    assert task.dirty == {"name": Change("theirs", "mine")}


def test_an_empty_load_cleans_nothing(canned, task):
    task.name = "mine"
    canned.will_answer({"data": {}})
    task.load("name")
    task.fields.clean({})
    assert set(task.dirty) == {"name"}


def test_a_list_changed_in_place_is_seen_and_saved(canned, session, api):
    task = api.from_data(session, {"ID": "t1", "objCode": "TASK", "auditTypes": ["ST"]})
    canned.add("TASK", ID="t1")
    task.audit_types.append("AA")
    assert task.dirty == {"auditTypes": Change(["ST"], ["ST", "AA"])}
    task.save()
    assert canned.sent()[-1] == ("PUT", "/TASK/t1", {"auditTypes": '["ST", "AA"]'})
    assert not task.dirty


def test_objects_pickle(task):
    task.name = "mine"
    other = pickle.loads(pickle.dumps(task))
    assert other.dirty == {"name": Change("x", "mine")}
    assert other.id == "t1"


def test_objects_take_weak_references(task):
    seen = weakref.ref(task)
    assert seen() is task


def test_an_object_is_collected_when_nobody_holds_it(session, api):
    seen = weakref.ref(session.wrap(api.Task, {"ID": "t1", "objCode": "TASK", "name": "x"}))
    gc.collect()
    assert seen() is None


def test_slots_are_not_declared_again_in_subclasses(api):
    class Mine(api.Task):
        pass

    assert Mine.__basicsize__ == api.Task.__basicsize__
    assert Mine.__slots__ == ()
    with pytest.raises(AttributeError):
        Mine().typo = 1


def test_a_field_that_is_not_loaded_still_raises(task):
    with pytest.raises(FieldNotLoaded):
        _ = task.status


# --- what is logged ---------------------------------------------------------------------

SECRETS = ("canned-key", "s3cret", "the-session", "the-users-key", "geheim")


def test_no_log_line_holds_a_secret(canned, api, caplog):
    caplog.set_level(logging.DEBUG)
    with_key = canned.session()
    with_key.get("/PROJ/search", {"sessionID": "geheim", "updates": {"password": "geheim"}})
    api.User(with_key, name="Ann", password="geheim").save()
    with_key.search(api.User, password="geheim")
    without = canned.session(api_key=None)
    canned.will_answer({"data": {"sessionID": "the-session", "userID": "u1"}})
    without.login("ann", "s3cret")
    canned.will_answer({"data": {"result": "the-users-key"}})
    assert without.get_api_key("ann", "s3cret") == "the-users-key"
    canned.will_answer({"data": {"result": "the-users-key"}})
    without.put("/USER/u1/generateApiKey")
    canned.will_answer({"data": [{"data": {"result": "done"}}]})
    without.post("/batch", {"uri": ["user?action=getApiKey&username=ann&password=geheim"]})
    assert len(caplog.records) >= 10
    for secret in SECRETS:
        assert secret not in caplog.text


def test_requests_are_logged_as_the_predecessor_logged_them(canned, caplog):
    caplog.set_level(logging.DEBUG)
    canned.will_answer({"data": "foo"})
    canned.session(api_key=None).get("/login")
    assert [
        (record.name, record.levelname, record.getMessage()) for record in caplog.records if record.name == "workfront"
    ] == [
        ("workfront", "INFO", f"url: {canned.url}/login params: {{'method': 'GET'}}"),
        ("workfront", "DEBUG", 'returned: {\n    "data": "foo"\n}'),
    ]


def test_an_answer_is_formatted_only_when_debug_is_on(canned, monkeypatch, caplog):
    formatted = []
    monkeypatch.setattr(session_module, "_shown", lambda body: formatted.append(body) or "")
    session = canned.session()
    caplog.set_level(logging.INFO, logger="workfront")
    session.get("/PROJ/search")
    assert not formatted
    caplog.set_level(logging.DEBUG, logger="workfront")
    session.get("/PROJ/search")
    assert len(formatted) == 1


def test_an_answer_that_is_no_json_is_logged_as_it_is(canned, caplog):
    caplog.set_level(logging.DEBUG, logger="workfront")
    canned.will_answer("<html>\xff", 404)
    with pytest.raises(Exception, match="404"):
        canned.session().get("/x")
    assert "returned: <html>" in caplog.text
