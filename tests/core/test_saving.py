import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from workfront_orm.core.errors import (
    APIError,
    DeletedObjectError,
    FieldNotLoaded,
    NotSupportedError,
    OutcomeUnknown,
)
from workfront_orm.core.tracking import NOT_LOADED, Change, SaveResult


@pytest.fixture
def task(canned, session, api):
    canned.add("TASK", ID="t1", name="x", description=None, status="NEW", percentComplete=5.0, projectID="p1")
    task = session.load(api.Task, "t1")
    canned.sent()
    return task


# --- create -----------------------------------------------------------------------------


def test_create_sends_what_was_set(canned, session, api):
    task = api.Task(session, name="x", project_id="p1", planned_completion_date=datetime(2030, 1, 1, tzinfo=UTC))
    assert task.save() == SaveResult(("name", "projectID", "plannedCompletionDate"), created=True)
    assert canned.sent() == [
        ("POST", "/TASK", {"name": "x", "projectID": "p1", "plannedCompletionDate": "2030-01-01T00:00:00:000+0000"})
    ]
    assert task.id == "task001"
    assert not task.dirty
    assert session.identity_map.get(api.Task, "task001") is task


def test_the_answer_is_the_new_baseline(canned, session, api):
    canned.will_answer({"data": {"ID": "t9", "objCode": "TASK", "name": "X", "status": "NEW"}})
    task = api.Task(session, name="x")
    task.save()
    assert (task.id, task.name, task.status) == ("t9", "X", "NEW")
    assert not task.dirty


def test_none_is_not_sent_when_creating(canned, session, api):
    task = api.Task(session, name="x", description=None)
    task.save()
    assert canned.sent() == [("POST", "/TASK", {"name": "x"})]
    assert not task.dirty
    assert not task.save()
    assert not canned.requests


def test_a_failed_create_leaves_the_object_unsaved(canned, session, api):
    canned.will_answer({"error": {"message": "name is required"}}, 422)
    task = api.Task(session, description="d")
    with pytest.raises(APIError, match=r"create Task \(not saved\): 422: .*name is required"):
        task.save()
    assert task.id is None
    assert task.dirty == {"description": Change(NOT_LOADED, "d")}
    task.name = "x"
    assert task.save().created


@pytest.mark.parametrize("data", [None, [], {"name": "x"}])
def test_a_create_whose_answer_has_no_id_is_an_error(canned, session, api, data):
    canned.will_answer({"data": data})
    task = api.Task(session, name="x")
    with pytest.raises(OutcomeUnknown, match=r"create Task \(not saved\).*may or may not have done it") as caught:
        task.save()
    assert "does not tell the id" in str(caught.value.__cause__)
    assert task.id is None
    assert task.dirty


# --- update -----------------------------------------------------------------------------


def test_only_dirty_fields_travel(canned, task):
    task.name = "y"
    task.percent_complete = Decimal("7.5")
    assert task.save() == SaveResult(("name", "percentComplete"), updated=True)
    assert canned.sent() == [("PUT", "/TASK/t1", {"name": "y", "percentComplete": "7.5"})]
    assert not task.dirty


def test_nothing_changed_sends_nothing(canned, task):
    task.name = "y"
    task.name = "x"
    result = task.save()
    assert result == SaveResult()
    assert not result
    assert not canned.requests


def test_none_is_sent_as_an_empty_text(canned, task):
    task.status = None
    task.save()
    assert canned.sent() == [("PUT", "/TASK/t1", {"status": ""})]
    assert task.status is None


def test_lists_changed_in_place_are_sent(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    canned.will_answer({"data": {"ID": "t1", "objCode": "TASK", "auditTypes": ["ST"]}})
    task = session.load(api.Task, "t1")
    tags = task.audit_types
    tags.append("AA")
    canned.sent()
    task.save()
    assert canned.sent() == [("PUT", "/TASK/t1", {"auditTypes": '["ST", "AA"]'})]
    assert not task.dirty
    tags.append("SC")
    assert set(task.dirty) == {"auditTypes"}
    assert task.dirty["auditTypes"].old == ["ST", "AA"]


def test_after_a_save_exactly_what_was_sent_is_clean(canned, task):
    task.name = "y"

    def change_meanwhile(request):
        task.name = "z"
        task.description = "d"
        return 200, {}, '{"data": {"ID": "t1", "objCode": "TASK", "name": "y", "status": "INP"}}'

    canned.mock.registered()[0].callback = change_meanwhile
    assert task.save().fields == ("name",)
    assert task.dirty == {"name": Change("y", "z"), "description": Change(None, "d")}
    assert task.status == "INP"
    task.revert()
    assert task.name == "y"


def test_a_failed_update_keeps_the_changes(canned, task):
    canned.will_answer({"error": {"message": "no"}}, 403)
    task.name = "y"
    with pytest.raises(APIError, match=r"update Task t1: 403"):
        task.save()
    assert task.dirty == {"name": Change("x", "y")}


def test_an_update_may_answer_null(canned, task):
    canned.will_answer({"data": None})
    task.name = "y"
    assert task.save().updated
    assert task.name == "y"
    assert not task.dirty


def test_the_answer_never_overwrites_a_pending_change(canned, task):
    canned.will_answer({"data": {"ID": "t1", "objCode": "TASK", "name": "trimmed", "description": "server"}})
    task.name = " trimmed "
    task.save()
    assert task.name == "trimmed"
    assert task.description == "server"


# --- delete -----------------------------------------------------------------------------


def test_delete_keeps_the_id(canned, task):
    task.delete()
    assert canned.sent() == [("DELETE", "/TASK/t1", {})]
    assert task.id == "t1"
    assert task.name == "x"


def test_delete_with_force(canned, task):
    task.delete(force=True)
    assert canned.sent() == [("DELETE", "/TASK/t1", {"force": "true"})]


def test_a_deleted_object_can_do_nothing_more(canned, task):
    task.delete()
    canned.sent()
    task.name = "y"
    for act, text in ((task.save, "save"), (task.delete, "delete"), (task.load, "load"), (task.refresh, "load")):
        with pytest.raises(DeletedObjectError, match=f"{text} Task t1: it was deleted"):
            act()
    assert not canned.requests


def test_deleting_what_was_never_saved_sends_nothing(canned, session, api):
    with pytest.raises(ValueError, match=r"delete Task \(not saved\): it has no id"):
        api.Task(session, name="x").delete()
    assert not canned.requests


def test_a_failed_delete_leaves_the_object_as_it_was(canned, task):
    canned.will_answer({"error": {"message": "has children"}}, 422)
    with pytest.raises(APIError, match="delete Task t1"):
        task.delete()
    task.name = "y"
    assert task.save().updated


# --- what a class cannot do -------------------------------------------------------------


def test_operations_that_the_metadata_rules_out_are_refused(canned, session, api):
    lacking = [
        (key, spec.operations)
        for key, spec in api.source.read_all().items()
        if spec.code and spec.operations is not None and "delete" not in spec.operations
    ]
    key, operations = lacking[0]
    obj = api.by_code[key](session, ID="1")
    with pytest.raises(NotSupportedError, match="has no operation 'delete'; its operations: "):
        obj.delete()
    assert operations
    assert not canned.requests


def test_what_was_loaded_stays_loaded_through_a_save(task):
    task.name = "y"
    task.save()
    assert task.description is None
    with pytest.raises(FieldNotLoaded):
        _ = task.task_number


def test_threads_change_and_save_objects_of_their_own(canned, session, api):
    canned.add("TASK", *({"ID": f"t{n}", "name": "x"} for n in range(8)))
    tasks = session.search(api.Task)

    def work(task):
        for n in range(10):
            task.name = f"n{n}"
            task.save()

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {task.name for task in tasks} == {"n9"}
    assert session.dirty == []
