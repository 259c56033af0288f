import pytest

from workfront_orm.core.errors import APIError, DetachedObjectError, NotFoundError
from workfront_orm.core.tracking import Change


@pytest.fixture
def task(canned, session, api):
    canned.add("TASK", ID="t1", name="x", description=None, status="NEW", percentComplete=5.0, projectID="p1")
    task = session.load(api.Task, "t1")
    canned.sent()
    return task


# --- load and refresh -------------------------------------------------------------------


def test_load_fills_clean_fields_and_keeps_pending_changes(canned, task):
    task.name = "mine"
    canned.rows["TASK"]["t1"].update(name="theirs", description="new")
    task.load("name", "description")
    assert canned.sent() == [("GET", "/TASK/t1", {"fields": "name,description"})]
    assert task.name == "mine"
    assert task.description == "new"
    assert task.dirty == {"name": Change("theirs", "mine")}
    task.revert()
    assert task.name == "theirs"


def test_a_load_that_brings_the_pending_value_makes_it_clean(canned, task):
    task.name = "same"
    canned.rows["TASK"]["t1"]["name"] = "same"
    task.load("name")
    assert not task.dirty


def test_a_load_keeps_what_was_changed_in_place(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    task = session.wrap(api.Task, {"ID": "t1", "objCode": "TASK", "auditTypes": ["ST"]})
    task.audit_types.append("AA")
    canned.rows["TASK"]["t1"]["auditTypes"] = ["SC"]
    task.load("auditTypes")
    assert task.audit_types == ["ST", "AA"]
    assert task.dirty == {"auditTypes": Change(["SC"], ["ST", "AA"])}


def test_load_without_names_loads_the_default_fields(canned, task):
    task.load()
    assert canned.sent() == [("GET", "/TASK/t1", {})]


def test_load_takes_names_in_every_form(canned, task, api):
    canned.add("PROJ", ID="p1")
    task.load(
        "planned_completion_date", "status", api.Task.project, "DE:Region", "project:owner:name", api.Task.project.name
    )
    ((_, _, params),) = canned.sent()
    assert params["fields"] == "plannedCompletionDate,status,project,DE:Region,project:owner:name,project:name"


def test_loading_what_is_not_saved_says_so(canned, session, api):
    with pytest.raises(DetachedObjectError, match=r"load Task \(not saved\): it has no id yet"):
        api.Task(session, name="x").load("name")
    assert not canned.requests


def test_an_unknown_field_is_refused_before_anything_is_sent(canned, task):
    with pytest.raises(AttributeError, match="did you mean 'status'"):
        task.load("statsu")
    assert not canned.requests


def test_refresh_reads_the_loaded_fields_and_drops_changes(canned, task):
    task.name = "mine"
    task.percent_complete = 50
    canned.rows["TASK"]["t1"].update(name="theirs", status="INP")
    task.refresh()
    ((verb, path, params),) = canned.sent()
    assert (verb, path) == ("GET", "/TASK/t1")
    assert set(params["fields"].split(",")) == {"name", "description", "status", "percentComplete", "projectID"}
    assert (task.name, task.status, task.percent_complete) == ("theirs", "INP", 5.0)
    assert not task.dirty


def test_refresh_forgets_what_references_led_to(canned, task, api):
    canned.add("PROJ", {"ID": "p1", "name": "One"}, {"ID": "p2", "name": "Two"})
    task.load("project")
    assert task.project.id == "p1"
    canned.rows["TASK"]["t1"]["projectID"] = "p2"
    task.refresh()
    assert task.project.id == "p2"


def test_a_failed_refresh_loses_nothing(canned, task):
    task.name = "mine"
    canned.will_answer({"error": {"message": "no"}}, 403)
    with pytest.raises(APIError):
        task.refresh()
    assert task.dirty == {"name": Change("x", "mine")}


def test_an_empty_answer_cleans_nothing(canned, task):
    task.name = "mine"
    for data in ({}, None):
        canned.will_answer({"data": data})
        task.load("name")
        assert task.dirty == {"name": Change("x", "mine")}


# --- several objects by id --------------------------------------------------------------


def test_load_of_many_ids_is_split_and_keeps_the_order(canned, session, api):
    ids = canned.add("TASK", *({"ID": f"t{n:03}", "name": f"T{n}"} for n in range(450)))
    wanted = [*reversed(ids), ids[3]]
    tasks = session.load(api.Task, wanted, ["name"])
    assert [task.id for task in tasks] == wanted
    assert tasks[-1] is tasks[-5]
    requests = canned.sent()
    assert len(requests) == 3
    assert all(verb == "GET" and path == "/TASK" for verb, path, _ in requests)
    assert sum(len(params["id"].split(",")) for _, _, params in requests) == 450


def test_load_takes_any_sequence(canned, session, api):
    canned.add("TASK", {"ID": "t1"}, {"ID": "t2"})
    assert [task.id for task in session.load(api.Task, ("t1", "t2"))] == ["t1", "t2"]
    assert [task.id for task in session.load(api.Task, (key for key in ("t2",)))] == ["t2"]
    assert session.load(api.Task, []) == []
    assert session.load(api.Task, "t1").id == "t1"


def test_a_missing_id_is_named(canned, session, api):
    canned.add("TASK", {"ID": "t1"}, {"ID": "t2"})
    canned.will_answer({"data": [{"ID": "t1", "objCode": "TASK"}]})
    with pytest.raises(NotFoundError, match=r"load Task: 404: .*no Task for 1 of 2 ids: 't2'"):
        session.load(api.Task, ["t1", "t2"])
    with pytest.raises(NotFoundError):
        session.load(api.Task, "nope")


@pytest.mark.parametrize(
    ("ids", "kind"), [(None, TypeError), (5.5, TypeError), ("", ValueError), (["t1", None], ValueError)]
)
def test_what_is_no_id_is_refused_before_anything_is_sent(canned, session, api, ids, kind):
    with pytest.raises(kind, match="load Task: "):
        session.load(api.Task, ids)
    assert not canned.requests
