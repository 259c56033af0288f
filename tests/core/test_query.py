import gc
import pickle
import warnings
import weakref
from datetime import UTC, datetime, timedelta

import pytest

from workfront_orm import Field, count, current_user, days, exists, hours, today
from workfront_orm.core.errors import (
    IncompleteRead,
    InvalidRequestError,
    LazyLoadError,
    NotFoundError,
    NotSupportedError,
    UnknownNameError,
)
from workfront_orm.core.query import MultipleFoundError, Query
from workfront_orm.core.retrying import Retrying
from workfront_orm.services.workfront.errors import WorkfrontAPIError
from workfront_orm.versions.v210 import Task as OlderTask
from workfront_orm.versions.v220 import Hour, Issue, Note, Project, Task, User


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


@pytest.fixture
def tasks(session):
    return session.query(Task)


def asked(sandbox):
    """The verbs and paths of what was asked since the last call."""
    found = [f"{one.method} {one.path.rpartition('/v22.0')[2]}" for one in sandbox.requests]
    sandbox.requests.clear()
    return found


# --- building ---------------------------------------------------------------------------


def test_each_step_makes_a_new_query_and_sends_nothing(session, tasks, workfront_sandbox):
    narrowed = tasks.where(Task.status != "CPL").fields(Task.name).order_by(Task.name).limit(5).offset(2)
    assert isinstance(narrowed, Query)
    assert repr(tasks) == "<Query Task>"
    assert repr(narrowed) == (
        "<Query Task where <<Field Task.status: string> ne 'CPL'>, fields name, "
        "order by <<Field Task.name: string> ascending>, limit 5, offset 2>"
    )
    assert not workfront_sandbox.requests


def test_conditions_and_fields_and_orders_add_up(tasks):
    twice = tasks.where(Task.work > 1).where(Task.work < 9).fields(Task.name).fields("work", "name")
    assert len(twice._select.where) == 2
    assert twice._select.fields == ("name", "work")
    assert len(tasks.order_by(Task.name).order_by(Task.work.desc())._select.order) == 2


def test_fields_are_named_in_every_way(tasks):
    chosen = tasks.fields("plannedStartDate", "planned_completion_date", Task.work, Task.project.name, "project:owner:name",
                          Task.assigned_to, "DE:Region", Task.custom["DE:Checks"])  # fmt: skip
    assert chosen._select.fields == (
        "plannedStartDate", "plannedCompletionDate", "work", "project:name", "project:owner:name", "assignedTo",
        "DE:Region", "DE:Checks",
    )  # fmt: skip


def test_orders_are_named_in_every_way(tasks):
    query = tasks.order_by("name", Task.work, Task.project.name.desc(), "planned_start_date")
    assert [(":".join(one.operand.path), one.descending) for one in query._select.order] == [
        ("name", False), ("work", False), ("project:name", True), ("plannedStartDate", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda query: query.where("status='CPL'"), TypeError, "where takes conditions"),
        (lambda query: query.where(True), TypeError, "where takes conditions"),
        (lambda query: query.where(Task.name), TypeError, "where takes conditions"),
        (lambda query: query.where(Project.name == "x"), ValueError, "is a field of Project; reach it through"),
        (lambda query: query.where(Task.work > Project.budget), ValueError, "is a field of Project"),
        (lambda query: query.where(exists(Hour, Hour.owner_id == User.id)), ValueError, "is a field of User"),
        (lambda query: query.where((Task.name == "x") & (User.name == "y")), ValueError, "is a field of User"),
        (lambda query: query.fields(), TypeError, "at least one field"),
        (lambda query: query.fields("nmae"), UnknownNameError, "did you mean 'name'"),
        (lambda query: query.fields(Project.name), UnknownNameError, "a member of Project"),
        (lambda query: query.fields(5), TypeError, "named by a string or a descriptor"),
        (lambda query: query.order_by(), TypeError, "at least one field"),
        (lambda query: query.order_by("nmae"), UnknownNameError, "did you mean 'name'"),
        (lambda query: query.order_by(Task.project), TypeError, "order_by takes fields"),
        (lambda query: query.order_by(Project.name), ValueError, "is a field of Project"),
        (lambda query: query.order_by(5), TypeError, "order_by takes fields"),
        (lambda query: query.limit(-1), ValueError, "limit takes a whole number"),
        (lambda query: query.limit("5"), ValueError, "limit takes a whole number"),
        (lambda query: query.limit(True), ValueError, "limit takes a whole number"),
        (lambda query: query.offset(1.5), ValueError, "offset takes a whole number"),
        (lambda query: query.lazy("never"), ValueError, "lazy takes load, warn or raise"),
        (lambda query: query.partitions(0), ValueError, "partitions takes a whole number"),
        (lambda query: query.partitions("8"), ValueError, "partitions takes a whole number"),
        (lambda query: query.limit(5).partitions(2), ValueError, "cannot keep a limit"),
        (lambda query: query.delete(force="yes"), TypeError, "force takes True or False"),
        (bool, TypeError, "no truth value"),
        (len, TypeError, "no length"),
        (lambda query: query.resume(None), ValueError, "cannot be resumed"),
        (lambda query: query.pages("x"), TypeError, "token of an IncompleteRead"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(tasks, workfront_sandbox, make, error, message):
    with pytest.raises(error, match=message):
        make(tasks)
    assert not workfront_sandbox.requests


def test_a_query_is_of_a_class_of_the_sessions_version(session):
    with pytest.raises(TypeError, match=r"query Task: the class is of version v21.0, the session of v22.0"):
        session.query(OlderTask)
    with pytest.raises(TypeError, match="query takes a class"):
        session.query("Task")


# --- codes ------------------------------------------------------------------------------


def test_an_unknown_code_of_an_open_field_is_looked_up_once_and_refused(session, tasks, workfront_sandbox):
    with pytest.raises(
        ValueError, match=r"Task.status has no code 'INPP' here; did you mean 'INP'.*codes of this tenant: CPA"
    ):
        tasks.where(Task.status == "INPP")
    assert asked(workfront_sandbox) == ["GET /CSTEM/taskStatuses"]
    # A code of the tenant's own is known from then on, and found deep inside of conditions.
    assert tasks.where(Task.status == "RVW").count() == 11
    with pytest.raises(ValueError, match="has no code 'ZZZ'"):
        tasks.where(~((Task.work > 5) | Task.status.in_(["NEW", "ZZZ"])))
    with pytest.raises(ValueError, match="has no code 'ZZZ'"):
        tasks.where(exists(Issue, Issue.source_task_id == Task.id), Task.project.status != "ZZZ")
    assert asked(workfront_sandbox) == ["GET /TASK/count", "GET /CSTEM/projectStatuses"]


# --- reading ----------------------------------------------------------------------------


def test_a_query_can_be_read_again_and_in_every_way(session, tasks):
    session.page_size = 100
    query = tasks.where(Task.status == "CPL")
    every = query.all()
    assert len(every) == query.count() > 300
    assert [one.id for one in query] == [one.id for one in every] == query.ids() == sorted(query.ids())
    pages = list(query.pages())
    assert [len(page) for page in pages[:-1]] == [100] * (len(pages) - 1)
    assert [one for page in pages for one in page] == every
    assert query.first() is every[0]


def test_one_is_the_only_one(session, tasks):
    (name,) = {one.name for one in session.query(Project).fields(Project.name).limit(1)}
    assert session.query(Project).where(Project.name == name).one().name == name
    assert session.query(Project).where(Project.name == "no such").one_or_none() is None
    with pytest.raises(NotFoundError, match="no Project meets the conditions") as caught:
        session.query(Project).where(Project.name == "no such").one()
    assert isinstance(caught.value, WorkfrontAPIError)
    with pytest.raises(MultipleFoundError, match="several objects meet the conditions, among them"):
        tasks.one()
    with pytest.raises(MultipleFoundError):
        tasks.limit(5).one_or_none()
    assert tasks.limit(1).one().id == tasks.first().id
    assert session.query(Project).where(Project.name == "no such").first() is None


def test_first_and_one_ask_for_no_more_rows_than_they_need(tasks, workfront_sandbox):
    tasks.limit(50).first()
    with pytest.raises(MultipleFoundError):
        tasks.limit(50).one()
    assert [one.params["$$LIMIT"] for one in workfront_sandbox.requests] == ["1", "2"]


def test_the_order_is_the_callers(session, tasks):
    session.page_size = 200
    rows = (
        tasks.fields(Task.name, Task.work, Task.project.name)
        .order_by(Task.project.name.desc(), Task.work, Task.id)
        .all()
    )
    keys = [(one.work, one.id) for one in rows]
    assert [one.project.name for one in rows] == sorted((one.project.name for one in rows), reverse=True)
    assert sorted(keys, key=lambda key: key) != keys
    for name in {one.project.name for one in rows}:
        of = [key for key, one in zip(keys, rows, strict=True) if one.project.name == name]
        assert of == sorted(of)
    folded = [one.name.lower() for one in tasks.fields(Task.name).order_by(Task.name.asc(ignore_case=True)).all()]
    assert folded == sorted(folded)
    assert [one.name for one in tasks.order_by(Task.name).limit(7).offset(3)] == sorted(one.name for one in rows)[3:10]


def test_named_fields_are_loaded_with_the_rest_and_ask_nothing_further(tasks, workfront_sandbox):
    rows = tasks.fields(Task.name, Task.project.name, Task.project.owner.name, Task.assignments.assigned_to_id).all()
    assert len(asked(workfront_sandbox)) == 1
    assert all(one.project.name and (one.project.owner is None or one.project.owner.name) for one in rows)
    assert sum(len(one.assignments) for one in rows) > 500
    assert {type(member.assigned_to_id) for one in rows for member in one.assignments} <= {str, type(None)}
    assert asked(workfront_sandbox) == []


def test_exists_and_computed_values_are_evaluated_by_the_server(session, tasks):
    busy = {one.owner_id for one in session.query(Hour).fields(Hour.owner_id)}
    assert set(session.query(User).where(exists(Hour, Hour.owner_id == User.id)).ids()) == busy
    everybody = set(session.query(User).ids())
    assert set(session.query(User).where(~exists(Hour, Hour.owner_id == User.id)).ids()) == everybody - busy
    long = {one.owner_id for one in session.query(Hour).where(Hour.hours > 6).fields(Hour.owner_id)}
    assert set(session.query(User).where(exists(Hour, Hour.owner_id == User.id, Hour.hours > 6)).ids()) == long
    rows = tasks.fields(Task.planned_completion_date, Task.actual_completion_date, Task.assigned_to_id).all()
    late = [
        one.id
        for one in rows
        if one.actual_completion_date and one.actual_completion_date > one.planned_completion_date
    ]
    assert tasks.where(Task.actual_completion_date > Task.planned_completion_date).ids() == late
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    week = [
        one.id
        for one in rows
        if midnight - timedelta(days=7) <= one.planned_completion_date < midnight + timedelta(days=1)
    ]
    assert tasks.where(Task.planned_completion_date.between(today() - days(7), today())).ids() == week
    (me,) = session.query(User).where(User.id == current_user.id)
    mine = [one.id for one in rows if one.assigned_to_id == me.id]
    assert tasks.where(Task.assigned_to_id == current_user.id).ids() == mine
    assert mine


# --- what one request cannot say ------------------------------------------------------------


def alternatives():
    noted = exists(Note, Note.obj_id == Task.id)
    return (noted & (Task.work > 10)) | (Task.name.icontains("re") & Task.name.icontains("ai")) | (Task.status == "RVW")


def test_alternatives_of_several_requests_are_one_result_in_the_order_of_ids(session, tasks):
    session.page_size = 20
    noted = {one.obj_id for one in session.query(Note).fields(Note.obj_id)}
    rows = tasks.fields(Task.name, Task.work, Task.status).all()
    expected = [
        one.id
        for one in rows
        if (one.id in noted and one.work > 10)
        or ("re" in one.name.lower() and "ai" in one.name.lower())
        or one.status == "RVW"
    ]
    query = tasks.where(alternatives())
    assert query.ids() == expected
    assert len(expected) > 60
    assert query.count() == len(expected)
    assert query.limit(30).offset(25).ids() == expected[25:55]
    assert [one.id for one in query.limit(30)] == expected[:30]
    assert query.offset(len(expected)).first() is None
    assert [len(page) for page in query.pages()][:-1] == [20] * (len(expected) // 20)
    told = query.explain()
    assert told.limits[0] == "split into 2 reads, merged in the order of ids; the first is shown"
    assert told.count is None
    assert told.requests is None
    with pytest.raises(NotSupportedError, match="sort here"):
        query.order_by(Task.name).all()
    # Here a condition that cannot be sorted by the server cannot be evaluated either, since it asks for notes.
    with pytest.raises(NotSupportedError, match="rows of another type"):
        query.order_by(Task.name).filter_locally().all()


@pytest.mark.parametrize("broken", [2, 3, 5])
def test_a_merged_read_is_resumed_where_it_broke(session, tasks, workfront_sandbox, broken):
    session.page_size = 50
    query = tasks.where(alternatives())
    expected = query.ids()
    impatient = workfront_sandbox.session(api_version="v22.0", page_size=20, retrying=Retrying(attempts=1))
    with impatient:
        query = impatient.query(Task).where(alternatives())
        workfront_sandbox.faults = [{"kind": "500", "skip": broken, "path": "*/search"}]
        with pytest.raises(IncompleteRead) as caught:
            query.all()
        workfront_sandbox.faults = None
        read = [one.id for one in caught.value.objects]
        assert read == expected[: len(read)]
        token = pickle.loads(pickle.dumps(caught.value.token))
        assert read + [one.id for one in query.resume(token)] == expected


def test_thousands_of_ids_are_read_in_parts(session, tasks, workfront_sandbox):
    every = tasks.ids()
    wanted = [*every[::2], *(f"{number:032x}" for number in range(4000))]
    asked(workfront_sandbox)
    query = tasks.where(Task.id.in_(wanted[::-1]), Task.status != "CPL")
    found = query.ids()
    parts = [one for one in workfront_sandbox.requests if one.path.endswith("/search")]
    assert len(parts) == 3
    assert all(len(one.params["ID"]) <= 2000 for one in parts if isinstance(one.params["ID"], list))
    assert found == sorted(set(found))
    assert set(found) == {one.id for one in tasks.where(Task.status != "CPL")} & set(wanted)
    assert query.count() == len(found)
    assert [one.id for one in session.search(Task, ID=wanted, ID_Mod="in", status="CPL", status_Mod="ne")] == found
    assert query.order_by(Task.name).count() == len(query.order_by(Task.name).ids()) == len(found)


# --- lazy loads -------------------------------------------------------------------------


def test_a_query_may_forbid_or_mention_lazy_loads(session, tasks):
    forbidden = tasks.lazy("raise").where(Task.parent_id.is_not_null()).fields(Task.name, Task.project.name).first()
    assert forbidden.project.name
    with pytest.raises(LazyLoadError, match=r"lazy load of Task.parent of Task .*: name it in fields="):
        _ = forbidden.parent
    with pytest.raises(LazyLoadError, match=r"lazy load of Project.owner"):
        _ = forbidden.project.owner
    mentioned = session.query(Issue).lazy("warn").fields(Issue.name).first()
    with pytest.warns(UserWarning, match=r"lazy load of Issue.project"):
        assert mentioned.project.name


def test_a_session_may_forbid_or_mention_lazy_loads_and_a_query_knows_better(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", lazy="raise") as session:
        with pytest.raises(LazyLoadError):
            _ = session.query(Task).fields(Task.name).first().project
        assert session.query(Issue).fields(Issue.name).lazy("load").first().project.name
    with workfront_sandbox.session(api_version="v22.0", lazy="warn") as session:
        task = session.query(Task).fields(Task.name).first()
        with pytest.warns(UserWarning, match=r"lazy load of Task.project"):
            _ = task.project
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _ = task.project


def test_one_kept_object_does_not_keep_its_result_alive(session, tasks):
    rows = tasks.fields(Task.name).all()
    kept, others = rows[500], [weakref.ref(one) for one in rows]
    del rows
    gc.collect()
    assert [one() for one in others if one() is not None] == [kept]
    # What is gone is not loaded for either.
    assert kept.project.name


# --- writing ----------------------------------------------------------------------------


def test_update_sets_fields_of_all_rows(session, tasks, workfront_sandbox):
    query = tasks.where(Task.custom["DE:Region"].is_not_null(), Task.status != "CPL").limit(60)
    ids = query.ids()
    number = len(ids)
    asked(workfront_sandbox)
    report = query.update(description="hello", priority=4, **{"DE:Region": "North"}, plannedStartDate=None)
    assert [row.id for row in report.updated] == ids
    assert number > 10
    assert report.updated[0].sent == ("description", "priority", "DE:Region", "plannedStartDate")
    assert report.requests == 1
    assert asked(workfront_sandbox) == ["GET /TASK/search", "PUT /TASK"]
    assert tasks.where(Task.description == "hello", Task.priority == 4, Task.id.in_(ids)).count() == number


def test_update_takes_objects_and_clears_with_none(session, tasks):
    user = session.query(User).first()
    query = tasks.where(Task.description.is_not_null()).limit(5)
    ids = query.ids()
    chosen = tasks.where(Task.id.in_(ids))
    chosen.update(assigned_to_id=user, description=None).raise_for_errors()
    assert {(one.assigned_to_id, one.description) for one in chosen.fields("assignedToID", "description")} == {
        (user.id, None)
    }


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({}, TypeError, "takes the fields to set"),
        ({"nmae": "x"}, UnknownNameError, "did you mean 'name'"),
        ({"work": "5"}, TypeError, "Task.work takes a number"),
        ({"duration_type": "ZZZ"}, ValueError, "takes one of"),
        ({"project": "x"}, AttributeError, "assign an id or an object to Task.project_id"),
        ({"assignments": []}, AttributeError, "Collection cannot be set"),
        ({"id": "x"}, AttributeError, "the server gives it"),
        (
            {"project_id": Project(None, name="new")},
            ValueError,
            "projectID is Project .not saved., which has no id yet",
        ),
        ({"project_id": Task(None, name="new")}, TypeError, "takes the id of a PROJ"),
    ],
)
def test_update_refuses_before_anything_is_sent(tasks, workfront_sandbox, values, error, message):
    with pytest.raises(error, match=message):
        tasks.update(**values)
    assert asked(workfront_sandbox) == []


def test_update_makes_what_is_known_true(session, tasks):
    query = tasks.where(Task.status == "RVW").fields(Task.name, Task.description)
    known = query.all()
    known[0].description = "mine"
    known[1].description = "hello"
    query.update(description="hello").raise_for_errors()
    assert [one.description for one in known[1:]] == ["hello"] * (len(known) - 1)
    assert known[0].dirty["description"] == ("hello", "mine")
    assert not known[1].dirty


def test_delete_deletes_all_rows(session, tasks, workfront_sandbox):
    query = tasks.where(Task.status == "RVW")
    known = query.all()
    report = query.delete(force=True)
    assert len(report.deleted) == 11
    assert query.count() == 0
    with pytest.raises(RuntimeError, match="it was deleted"):
        known[0].save()
    assert session.query(Task).where(Task.name.in_([])).delete().rows == []


def test_a_page_that_the_server_refuses_names_the_query(session):
    with pytest.raises(InvalidRequestError, match="search Task: 422"):
        session.query(Task).where(Field("nosuch") == "x").all()


def test_undeclared_and_custom_fields_make_conditions_orders_and_groups(session, tasks):
    region = Task.custom["DE:Region"]
    rows = tasks.fields("DE:Region").all()
    west = [one.id for one in rows if one.fields.get("DE:Region") == "West"]
    assert tasks.where(region == "West").ids() == west
    assert len(west) > 20
    ordered = tasks.where(region.is_not_null()).order_by(region.desc()).fields(region).all()
    assert [one.custom["DE:Region"] for one in ordered] == sorted(
        (one.custom["DE:Region"] for one in ordered), reverse=True
    )
    groups = session.query(Task).group_by(region).aggregate(n=count())
    assert next(row for row in groups if next(iter(row)) == "West").n == len(west)
    with pytest.raises(UnknownNameError, match="no wire name of a custom field"):
        _ = Task.custom["Region"]


def test_wire_sessions_take_python_values_in_conditions(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", values="wire") as session:
        moment = datetime.now(UTC) - timedelta(hours=1)
        assert session.query(Task).where(Task.entry_date < moment).count() == 1029
        assert isinstance(session.query(Task).fields(Task.entry_date).first().entry_date, str)
        assert session.query(Task).where(Task.entry_date >= today() - hours(-1)).count() >= 0
