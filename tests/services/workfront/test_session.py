"""The session's surface against the sandbox, over real HTTP; point by point of the design."""

import gc
import logging
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from workfront_orm import Field, FieldNotLoaded, Session, WorkfrontAPIError
from workfront_orm.core.errors import AuthenticationError, InvalidRequestError, NotFoundError, NotSupportedError
from workfront_orm.core.tracking import Change, SaveResult


@pytest.fixture
def server(workfront_sandbox):
    return workfront_sandbox


@pytest.fixture
def live(server):
    with server.session(api_version="v22.0") as session:
        yield session


@pytest.fixture(params=["v4.0", "v22.0", "unsupported"])
def any_version(server, request):
    with server.session(api_version=request.param) as session:
        yield session


def asked(server):
    """What was asked since the last call, as (verb, path, parameters without fields that repeat)."""
    requests = [(one.method, one.path, dict(one.params)) for one in server.requests]
    server.requests.clear()
    return requests


# --- life -------------------------------------------------------------------------------


def test_the_surface_works_in_every_version(any_version):
    session = any_version
    api = session.api
    tasks = session.search(api.Task)
    assert len(tasks) > 1000
    task = session.load(api.Task, tasks[0].id, ["name", "project", "status"])
    assert task is tasks[0]
    assert type(task.project) is api.Project
    new = api.Task(session, name="Made by a test", project_id=task.project)
    assert new.save().created
    new.name = "Changed by a test"
    assert new.save() == SaveResult(("name",), updated=True)
    new.add_comment("Done")
    new.delete()
    with pytest.raises(WorkfrontAPIError):
        session.load(api.Task, new.id)


def test_login_and_logout(server):
    with Session(server.url, api_version="v22.0", url_template=server.url_template, protocol="http") as session:
        assert session.session_id is None
        with pytest.raises(AuthenticationError, match="login"):
            session.search(session.api.Project)
        session.login(server.username, server.password)
        assert session.session_id
        assert session.user_id == server.user_id
        assert session.load(session.api.User, session.user_id, ["emailAddr"]).email_addr
        session.logout()
        assert (session.session_id, session.user_id) == (None, None)
        with pytest.raises(AuthenticationError):
            session.search(session.api.Project)


def test_a_wrong_password(server):
    with Session(server.url, api_version="v22.0", url_template=server.url_template, protocol="http") as session:
        with pytest.raises(AuthenticationError) as caught:
            session.login(server.username, "wrong")
        assert caught.value.code == 401
        assert caught.value.message
        assert session.session_id is None


def test_after_logout_nothing_identifies_the_session(server):
    with Session(server.url, api_version="v22.0", url_template=server.url_template, protocol="http") as session:
        session.login(server.username, server.password)
        session.get("/session")
        session.logout()
        with pytest.raises(AuthenticationError):
            session.get("/session")
    assert all("cookie" not in {name.lower() for name in one.headers} for one in server.requests)


def test_an_expired_session_logs_in_again(server):
    with Session(server.url, api_version="v22.0", url_template=server.url_template, protocol="http") as session:
        session.login(server.username, server.password)
        first = session.session_id
        session.get("/logout")
        assert session.search(session.api.Portfolio)
        assert session.session_id != first


def test_get_api_key(server):
    with Session(server.url, api_version="v22.0", url_template=server.url_template, protocol="http") as session:
        assert session.get_api_key(server.username, server.password) == server.api_key


def test_no_credential_in_an_address(server, live):
    live.search(live.api.Project)
    live.api.Task(live, name="x", project_id=live.search(live.api.Project)[0]).save()
    for one in server.requests:
        assert server.api_key not in one.path
        assert "?" not in one.path


def test_a_closed_session_can_be_used_again(server, live):
    live.close()
    assert live.search(live.api.Portfolio)


# --- search -----------------------------------------------------------------------------


def test_search_reads_to_the_end(server, live):
    everything = live.search(live.api.Task)
    pages = asked(server)
    assert len(pages) == 1
    assert len(everything) == live.get("/TASK/count")["count"] > 1000
    with server.session(api_version="v22.0", page_size=100) as small:
        again = small.search(small.api.Task)
    assert [task.id for task in again] == [task.id for task in everything]
    assert [task.id for task in everything] == sorted({task.id for task in everything})
    assert len(asked(server)) == 1 + 1 + len(everything) // 100


def test_search_with_conditions(live):
    api = live.api
    done = live.search(api.Task, ["status", "project:name"], status="CPL")
    assert {task.status for task in done} == {"CPL"}
    assert done[0].project.name
    some = live.search(api.Task, ["status"], status=["NEW", "INP"])
    assert {task.status for task in some} == {"NEW", "INP"}
    since = datetime(2026, 11, 1, tzinfo=UTC)
    late = live.search(
        api.Task, ["planned_completion_date"], planned_completion_date=since, planned_completion_date_Mod="gte"
    )
    assert late
    assert all(task.planned_completion_date >= since for task in late)
    project = done[0].project
    inside = live.search(api.Task, project_id=project.id)
    assert {task.id for task in inside} == {task.id for task in live.search(api.Task, **{"project:name": project.name})}


def test_search_sorted_by_the_caller_is_complete(server):
    with server.session(api_version="v22.0", page_size=200) as session:
        tasks = session.search(session.api.Task, ["name"], name_Sort="asc")
        names = [task.name for task in tasks]
        assert len(names) == session.get("/TASK/count")["count"]
        assert names == sorted(names, key=lambda name: name)


def test_search_with_limit_and_first(live):
    ordered = [task.id for task in live.search(live.api.Task)]
    assert [task.id for task in live.search(live.api.Task, **{"$$LIMIT": 5})] == ordered[:5]
    assert [task.id for task in live.search(live.api.Task, **{"$$FIRST": 3, "$$LIMIT": 5})] == ordered[3:8]


def test_groups_and_wildcards(live):
    api = live.api
    either = live.search(api.Task, ["status", "priority"], **{"status": "CPL", "OR:1:priority": 4})
    assert all(task.status == "CPL" or task.priority == 4 for task in either)
    assert {task.priority for task in either} != {4}
    with_id = live.search(api.User, ID="$$USER.ID")
    assert len(with_id) == 1


def test_custom_fields(live):
    api = live.api
    found = next(
        project for project in live.search(api.Project, ["parameterValues"]) if project.fields["parameterValues"]
    )
    name, value = next(iter(found.fields["parameterValues"].items()))
    project = live.load(api.Project, found.id, [name])
    assert project.custom[name] == value


def test_statuses_have_no_id(live):
    statuses = live.search(live.api.CustomEnum, ["value", "label"])
    assert len(statuses) == live.get("/CSTEM/count")["count"]
    assert "CPL" in {status.value for status in statuses}


# --- load -------------------------------------------------------------------------------


def test_load_of_many_ids_is_split_and_keeps_the_order(server, live):
    ids = [task.id for task in live.search(live.api.Task)][::-1]
    asked(server)
    tasks = live.load(live.api.Task, ids, ["name"])
    assert [task.id for task in tasks] == ids
    assert len(asked(server)) == -(-len(ids) // 200)


def test_load_of_a_missing_id(live):
    good = live.search(live.api.Task, **{"$$LIMIT": 1})[0].id
    for ids in ("0" * 32, [good, "0" * 32]):
        with pytest.raises(NotFoundError, match="load Task: 404"):
            live.load(live.api.Task, ids)


def test_loading_the_current_user(server, live):
    assert live.load(live.api.User, "$$USER.ID").id == server.user_id


# --- objects ----------------------------------------------------------------------------


def test_create_change_and_delete(server, live):
    api = live.api
    project = api.Project(live, name="A project of a test", description="d")
    assert project.save().created
    assert project.id
    due = datetime(2030, 5, 18, 17, tzinfo=UTC)
    task = api.Task(live, name="A task", project_id=project, priority=api.Task.priority.choices.HIGH)
    task.planned_completion_date = due
    task.save()
    asked(server)
    again = live.load(api.Task, task.id, ["priority", "projectID", "entryDate"])
    assert again is task
    assert (task.priority, task.project_id) == (3, project.id)
    assert task.entry_date - datetime.now(UTC) < timedelta(days=400)
    asked(server)
    task.description = "new"
    task.save()
    ((verb, path, params),) = asked(server)
    assert verb == "PUT"
    assert path.endswith(task.api_url())
    assert {name: value for name, value in params.items() if name not in {"apiKey", "method"}} == {"description": "new"}
    task.delete()
    assert task.id
    project.delete(force=True)
    with pytest.raises(NotFoundError):
        live.load(api.Project, project.id)


def test_clearing_a_value(live):
    task = live.search(live.api.Task, ["description"], description_Mod="notnull", **{"$$LIMIT": 1})[0]
    assert task.description
    task.description = None
    task.save()
    live.refresh(task)
    assert task.description is None


def test_values_that_look_like_wildcards_and_control_words_are_data(live):
    task = live.search(live.api.Task, **{"$$LIMIT": 1})[0]
    for text in ("$$NOW", "FIELD:name", '{"a": 1}', "[1, 2]", "null", "a,b & c=d\n\u00fc"):
        task.description = text
        task.save()
        live.refresh(task)
        task.load("description")
        assert task.description == text
    user = live.search(live.api.User, ["username"], **{"$$LIMIT": 1})[0]
    assert live.search(live.api.User, username=user.username) == [user]


def test_a_refused_save_loses_nothing(live):
    task = live.search(live.api.Task, ["name", "projectID"], **{"$$LIMIT": 1})[0]
    before = task.name
    task.name = "kept"
    task.project_id = "0" * 32
    with pytest.raises(WorkfrontAPIError, match=f"update Task {task.id}"):
        task.save()
    assert set(task.dirty) == {"name", "projectID"}
    assert task.dirty["name"] == Change(before, "kept")
    task.revert()
    assert task.name == before
    with pytest.raises(InvalidRequestError):
        live.api.Task(live, description="no name").save()


def test_custom_values_are_typed_tracked_and_saved(live):
    found = next(
        project
        for project in live.search(live.api.Project, ["parameterValues"])
        if project.fields.get("parameterValues")
    )
    numbers = {name: value for name, value in found.fields["parameterValues"].items() if type(value) in {int, float}}
    name, number = next(iter(numbers.items()))

    class Typed(live.api.Project):
        amount = Field(name, type="decimal")

    project = live.load(Typed, found.id, ["amount"])
    assert project is found
    assert type(project) is Typed
    assert isinstance(project.amount, Decimal)
    project.amount += 1
    assert project.save().fields == (name,)
    live.refresh(project)
    assert project.amount == Decimal(str(number)) + 1


def test_references_and_collections_of_a_whole_page(server, live):
    api = live.api
    tasks = live.search(api.Task, ["name"])
    asked(server)
    for task in tasks:
        assert task.project.name
        _ = task.assigned_to
        _ = task.project.owner
    assert len(asked(server)) <= 25
    projects = live.search(api.Project, ["name"])
    asked(server)
    assert sum(len(project.tasks) for project in projects) == len(tasks)
    assert len(asked(server)) == 1


def test_a_tree_of_tasks(live):
    api = live.api
    child = live.search(api.Task, ["parent"], parentID_Mod="notnull", **{"$$LIMIT": 1})[0]
    assert child.parent.id
    assert child in child.parent.children
    top = live.search(api.Task, ["name", "parentID"], parentID_Mod="isnull", **{"$$LIMIT": 1})[0]
    assert top.parent is None


def test_unsaved_changes_survive_everything_but_revert(live):
    task = live.search(live.api.Task, ["name"], **{"$$LIMIT": 1})[0]
    key = task.id
    task.name = "pending"
    del task
    gc.collect()
    assert [one.id for one in live.dirty] == [key]
    assert live.load(live.api.Task, key).name == "pending"
    assert live.search(live.api.Task, ID=key)[0].name == "pending"
    live.dirty[0].revert()
    assert live.dirty == []


def test_an_object_travels_by_pickle(server, live):
    task = live.search(live.api.Task, ["name"], **{"$$LIMIT": 1})[0]
    task.name = "pickled"
    data = pickle.dumps(task)
    assert server.api_key.encode() not in data
    with server.session(api_version="v22.0") as other:
        there = other.merge(pickle.loads(data))
        assert there.save().updated
    live.refresh(task)
    assert task.name == "pickled"


# --- actions and named queries ----------------------------------------------------------


def test_actions(live):
    api = live.api
    task = live.search(api.Task, ["name", "projectID"], status="NEW", **{"$$LIMIT": 1})[0]
    target = next(
        project for project in live.search(api.Project, ["status"], status="CUR") if project.id != task.project_id
    )
    task.move(target)
    live.refresh(task)
    assert task.project is target
    task.assign(live.search(api.User, isActive=True)[0].id, obj_code="USER")
    task.load("assignments")
    assert task.assignments
    task.mark_done("CPL")
    task.load("status")
    assert task.status is api.Task.status.choices.COMPLETE


def test_comments_and_conversion(live):
    api = live.api
    issue = live.search(api.Issue, ["name"], status="NEW", **{"$$LIMIT": 1})[0]
    note = issue.add_comment("Seen")
    reply = note.add_comment("Good")
    assert reply.parent_note_id == note.id
    task = issue.convert_to_task()
    task.load("name", "project")
    assert task.name == issue.name
    assert task.project.id


def test_named_queries(live):
    work = live.api.Work.my_work(live, fields=["name"])
    assert {type(one).__name__ for one in work} <= {"Task", "Issue", "Work"}
    assert live.named_query(live.api.Work, "myWork") is not None
    statuses = live.api.CustomEnum.task_statuses(live)
    assert "CPL" in {status.value for status in statuses}


# --- codes ------------------------------------------------------------------------------


def test_an_open_code_is_looked_up_once(server, live):
    api = live.api
    task = live.search(api.Task, ["status"], **{"$$LIMIT": 1})[0]
    asked(server)
    with pytest.raises(ValueError, match=r"Task\.status has no code 'CPLT' here; did you mean 'CPL'"):
        task.status = "CPLT"
    with pytest.raises(ValueError, match="has no code 'XXX' here"):
        task.status = "XXX"
    assert len(asked(server)) == 1
    assert not task.dirty


# --- bad input --------------------------------------------------------------------------


def test_bad_input_sends_nothing(server, live):
    api = live.api
    task = live.search(api.Task, **{"$$LIMIT": 1})[0]
    asked(server)
    for act, kind, text in (
        (lambda: live.search(api.Task, ["statsu"]), AttributeError, "did you mean 'status'"),
        (lambda: live.search(api.Task, statsu="x"), AttributeError, "did you mean 'status'"),
        (lambda: task.load("statsu"), AttributeError, "did you mean 'status'"),
        (lambda: api.Taks, AttributeError, "did you mean 'Task'"),
        (lambda: setattr(task, "name", 5), TypeError, "takes str"),
        (lambda: setattr(task, "nmae", "x"), AttributeError, "nmae"),
        (lambda: api.Task(live).api_url(), ValueError, "has no ID"),
        (lambda: api.Task(live, name="x").delete(), ValueError, "has no id"),
        (lambda: live.get("http://127.0.0.1.evil.com/attask/api/v22.0/x"), TypeError, "not for this session"),
        (lambda: live.load(api.Task, None), TypeError, "takes an id"),
        (lambda: live.search(api.Task, planned_completion_date=datetime(2030, 1, 1)), ValueError, "time zone"),  # noqa: DTZ001
    ):
        with pytest.raises(kind, match=text):
            act()
    assert asked(server) == []
    assert not task.dirty


def test_what_the_server_refuses_names_operation_and_cause(live):
    with pytest.raises(WorkfrontAPIError, match="GET /TASK/nosuch") as caught:
        live.get("/TASK/nosuch")
    assert caught.value.code >= 400
    assert caught.value.data["message"]
    with pytest.raises(InvalidRequestError, match="does not support field"):
        live.get("/TASK/search", {"fields": "booo"})
    with pytest.raises(NotFoundError):
        live.get("/nosuch/search")


def test_an_unknown_version(server):
    with pytest.warns(UserWarning, match=r"No APIVersion for v99\.0"):
        session = server.session(api_version="v99.0")
    with session, pytest.raises(WorkfrontAPIError):
        session.get("/TASK/search")


def test_not_loaded_stays_not_loaded(server, live):
    task = live.search(live.api.Task, ["name"], **{"$$LIMIT": 1})[0]
    asked(server)
    with pytest.raises(FieldNotLoaded):
        _ = task.description
    assert asked(server) == []


# --- faults -----------------------------------------------------------------------------


def test_faults_of_the_way_are_survived_or_named(server, caplog):
    caplog.set_level(logging.DEBUG)
    with server.session(api_version="v22.0", page_size=300) as session:
        everything = [task.id for task in session.search(session.api.Task)]
        server.faults = 0.2
        try:
            assert [task.id for task in session.search(session.api.Task)] == everything
        finally:
            server.faults = ()
    assert server.api_key not in caplog.text


# --- every class ------------------------------------------------------------------------


def test_every_member_of_an_object_of_every_class_reads(server, live):
    seen = set()
    for cls in live.api.by_code.values():
        try:
            objects = live.search(cls, ["*"], **{"$$LIMIT": 1})
        except NotSupportedError:
            # Not searched for, or read through the object that it belongs to.
            continue
        for obj in objects:
            assert type(obj) is cls
            for name in cls._members:
                try:
                    getattr(obj, name)
                except FieldNotLoaded:
                    continue
                seen.add((cls.code, name))
            assert not obj.dirty
            assert obj.to_dict()
            assert repr(obj)
    assert len(seen) > 2000
