import copy
import pickle
import threading
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from workfront_orm.core.errors import FieldNotLoaded, UnknownNameError
from workfront_orm.core.fields import Field
from workfront_orm.core.objects import Object
from workfront_orm.core.tracking import NOT_LOADED, Change
from workfront_orm.core.types import TEXT

DAY = "2030-05-18T17:00:00:000-0600"
MOMENT = datetime(2030, 5, 18, 17, tzinfo=timezone(timedelta(hours=-6)))


@pytest.fixture
def load(api, session):
    """A task of the session as the server would have sent it."""

    def load(**row):
        return api.from_data(session, {"ID": "t1", "objCode": "TASK", **row})

    return load


# --- three states -----------------------------------------------------------------------


def test_not_loaded_none_and_value_are_three_things(load):
    task = load(name="x", description=None)
    assert task.name == "x"
    assert task.description is None
    with pytest.raises(FieldNotLoaded) as caught:
        _ = task.status
    assert str(caught.value) == (
        "Task.status (status) of Task t1 is not loaded: call load('status'), or name it in fields= when searching or loading"
    )
    with pytest.raises(FieldNotLoaded):
        getattr(task, "status", None)


def test_not_loaded_is_the_same_for_every_kind_of_field(load, api):
    task = load()
    for name in ("name", "task_number", "planned_completion_date", "percent_complete", "is_critical", "project_id"):
        with pytest.raises(FieldNotLoaded, match=name):
            getattr(task, name)
    with pytest.raises(FieldNotLoaded):
        task["auditTypes"]


def test_not_loaded_is_falsy_and_one():
    assert not NOT_LOADED
    assert pickle.loads(pickle.dumps(NOT_LOADED)) is NOT_LOADED
    assert repr(NOT_LOADED) == "NOT_LOADED"


# --- reading ----------------------------------------------------------------------------


def test_values_are_typed(load, api):
    task = load(
        name="x",
        taskNumber=3,
        percentComplete=12.5,
        isCritical=True,
        plannedCompletionDate=DAY,
        status="CPL",
        priority=2,
        auditTypes=["ST", "XX"],
    )
    assert task.name == "x"
    assert task.task_number == 3
    assert task.percent_complete == 12.5
    assert task.is_critical is True
    assert task.planned_completion_date == MOMENT
    assert task.status is api.Task.status.choices.COMPLETE
    assert task.priority is api.Task.priority.choices.NORMAL
    assert task.audit_types == ["ST", "XX"]
    assert task.audit_types[0] is api.Task.audit_types.choices.STATUS_CHANGE


def test_money_is_decimal(api, session):
    money = [name for name, field in api.Project._members.items() if field.spec.raw.get("javaType")]
    assert money
    project = api.from_data(session, {"ID": "p", "objCode": "PROJ", api.Project._members[money[0]].workfront_name: 0.1})
    assert getattr(project, money[0]) == Decimal("0.1")


def test_a_converted_value_is_kept(load):
    task = load(plannedCompletionDate=DAY, auditTypes=["ST"])
    assert task.planned_completion_date is task.planned_completion_date
    assert task.audit_types is task.audit_types


def test_a_value_that_does_not_parse_comes_back_as_it_is_with_one_warning(api, session):
    class Odd(api.Task):
        when = Field("DE:When", type="datetime")

    first = Odd(session, ID="1", **{"DE:When": "soon"})
    second = Odd(session, ID="2", **{"DE:When": ["later"]})
    with pytest.warns(
        UserWarning, match=r"Odd\.when: 'soon' does not read as datetime; it comes back as it is"
    ) as caught:
        assert first.when == "soon"
    assert len(caught) == 1
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert first.when == "soon"
        assert second.when == ["later"]


def test_values_of_other_types_in_plain_fields_never_hurt(load):
    task = load(name=5, taskNumber="3", isCritical="true", percentComplete=None)
    assert (task.name, task.task_number, task.is_critical, task.percent_complete) == (5, "3", "true", None)


def test_values_wire_reads_and_writes_what_the_server_sends(canned, api):
    session = canned.session(values="wire")
    task = api.from_data(session, {"ID": "t1", "objCode": "TASK", "plannedCompletionDate": DAY, "status": "CPL"})
    assert task.planned_completion_date == DAY
    assert type(task.status) is str
    task.planned_completion_date = "2031-01-01T00:00:00:000+0000"
    assert task.dirty == {"plannedCompletionDate": Change(DAY, "2031-01-01T00:00:00:000+0000")}
    task.planned_completion_date = DAY
    assert not task.dirty


# --- assigning --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("name", 5, "Task.name takes str, not int 5"),
        ("task_number", "5", "Task.task_number"),
        ("task_number", True, "Task.task_number"),
        ("percent_complete", "50", "Task.percent_complete takes a number, not str '50'"),
        ("is_critical", 1, "Task.is_critical takes bool, not int 1"),
        ("planned_completion_date", DAY, "takes an aware datetime or a date, not str"),
        ("planned_completion_date", 5, "takes an aware datetime or a date, not int 5"),
        ("audit_types", "ST", "Task.audit_types takes a list, not str 'ST'"),
        ("audit_types", [5], "Task.audit_types takes str, not int 5"),
        ("status", 5, "Task.status takes str"),
        ("name", ["x"], "Task.name takes str, not list"),
        ("project_id", 5, "Task.project_id takes str, not int 5"),
    ],
)
def test_a_wrong_type_is_refused_and_nothing_changes(load, canned, name, value, message):
    task = load()
    with pytest.raises(TypeError, match=message.replace("(", r"\(")):
        setattr(task, name, value)
    assert not task.dirty
    assert not canned.requests


def test_a_naive_moment_is_refused_with_the_remedy(load):
    task = load()
    with pytest.raises(
        ValueError, match=r"Task\.planned_completion_date takes a datetime with a time zone.*astimezone"
    ):
        task.planned_completion_date = datetime(2030, 1, 1)  # noqa: DTZ001 - that is the point
    assert not task.dirty


def test_a_closed_code_is_refused_at_once_with_near_ones(load, canned):
    task = load()
    with pytest.raises(ValueError, match="did you mean 'ASAP'"):
        task.task_constraint = "ASAPP"
    assert not task.dirty
    assert not canned.requests


def test_an_open_code_is_looked_up_once_a_session(load, canned):
    task, other = load(), load(ID="t2")
    canned.will_answer({"data": [{"value": "MINE", "label": "Mine"}, {"value": "NEW", "label": "New"}]})
    task.status = "MINE"
    other.status = "MINE"
    assert len(canned.requests) == 1
    assert canned.requests[0].path == "/CSTEM/taskStatuses"
    with pytest.raises(ValueError, match=r"Task\.status has no code 'MINNE' here; did you mean 'MINE'"):
        task.status = "MINNE"
    assert len(canned.requests) == 1
    assert task.dirty["status"].new == "MINE"


def test_where_the_tenant_cannot_tell_the_server_decides(load, canned):
    canned.will_answer({"error": {"message": "no"}}, 403)
    task = load()
    with pytest.warns(UserWarning, match=r"Task.status: its codes could not be read.*403") as caught:
        task.status = "MINE"
    assert caught[0].filename == __file__
    assert task.status == "MINE"


def test_read_only_and_immutable_fields_are_refused(api, session):
    class Strict(api.Task):
        computed = Field.reflected("computed", {"readOnly": True}, TEXT)
        kind = Field.reflected("kind", {"immutable": True}, TEXT)

    with pytest.raises(AttributeError, match=r"Strict\.computed is read-only: the server computes it"):
        Strict(session).computed = "x"
    task = Strict(session, kind="a")
    task.kind = "b"
    known = Strict(session, ID="1", computed="c", kind="a")
    assert (known.computed, known.kind) == ("c", "a")
    with pytest.raises(AttributeError, match=r"Strict\.kind can only be set before the object is created"):
        known.kind = "b"


def test_deleting_an_attribute_is_refused(load):
    task = load(name="x")
    with pytest.raises(AttributeError, match=r"Task\.name cannot be deleted; assign None"):
        del task.name


def test_a_mistyped_attribute_raises(load):
    task = load()
    with pytest.raises(AttributeError):
        task.nmae = "x"
    with pytest.raises(AttributeError):
        _ = task.nmae


def test_the_id_cannot_be_set(load, api):
    for task in (load(), api.Task()):
        with pytest.raises(AttributeError, match=r"Task\.id cannot be set: the server gives it"):
            task.id = "5"
        with pytest.raises(AttributeError, match=r"Task\.id cannot be set"):
            task["ID"] = "5"


def test_dates_and_moments_are_written_in_the_wire_form(load):
    task = load()
    task.planned_completion_date = MOMENT
    assert task.fields["plannedCompletionDate"] == DAY
    assert task.planned_completion_date == MOMENT
    task.planned_completion_date = date(2030, 5, 18)
    assert task.fields["plannedCompletionDate"] == "2030-05-18"


# --- declared fields --------------------------------------------------------------------


def test_declared_custom_fields(api, session):
    class BudgetTask(api.Task):
        budget = Field("DE:Budget", type="decimal")
        region = Field("DE:Region")
        due = Field("DE:Due", type="dateTime")

    task = BudgetTask(session, ID="1", **{"DE:Budget": 1.5, "DE:Region": ["West"], "DE:Due": DAY})
    assert task.budget == Decimal("1.5")
    assert task.region == ["West"]
    assert task.due == MOMENT
    task.budget = Decimal("2.50")
    assert task.dirty == {"DE:Budget": Change(Decimal("1.5"), Decimal("2.5"))}
    assert BudgetTask.convert_name("budget") == "DE:Budget"
    assert "budget" in BudgetTask.field_names
    assert "budget" not in api.Task.field_names
    with pytest.raises(TypeError, match=r"BudgetTask\.budget takes decimal\.Decimal"):
        task.budget = "much"
    with pytest.raises(AttributeError):
        task.bugdet = 1


def test_a_declared_type_that_nobody_knows_is_refused(api):
    with pytest.raises(ValueError, match=r"Wrong\.budget: there is no type 'decimall'; did you mean 'decimal'"):

        class Wrong(api.Task):
            budget = Field("DE:Budget", type="decimall")


def test_an_explicit_field_always_passes(api):
    assert api.Task.convert_name(Field("newField")) == "newField"
    assert api.Task.field_spec(Field("newField"), "status") == "newField,status"


def test_hand_written_classes_need_no_metadata():
    class Thing(Object):
        code = "THNG"
        name = Field("name")

    thing = Thing(None, name="x")
    assert thing.name == "x"
    assert thing.fields == {"name": "x"}
    with pytest.raises(FieldNotLoaded):
        _ = Thing().name
    assert Thing.convert_name("anything") == "anything"


# --- on the class -----------------------------------------------------------------------


def test_on_the_class_it_is_the_field(api):
    assert api.Task.status.workfront_name == "status"
    assert api.Task.status.spec.open
    assert api.Task.id.workfront_name == "ID"
    assert repr(api.Task.status) == "<Field Task.status: string>"
    assert repr(Field("x")) == "<Field ?.x>"


def test_fields_pickle_and_copy_to_themselves(api):
    for member in (api.Task.status, api.Task.id, api.Task.project):
        assert pickle.loads(pickle.dumps(member)) is member
        assert copy.copy(member) is member
        assert copy.deepcopy(member) is member
    alone = pickle.loads(pickle.dumps(Field("DE:x", type="decimal")))
    assert (alone.workfront_name, alone.codec.name) == ("DE:x", "decimal")


def test_reading_in_threads_gives_one_value(load):
    task = load(auditTypes=["ST"], plannedCompletionDate=DAY)
    start = threading.Barrier(4)
    found = []

    def read():
        start.wait()
        found.append(task.planned_completion_date)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [MOMENT] * 4


def test_unknown_custom_names_raise(load):
    task = load()
    with pytest.raises(UnknownNameError, match="Task has no field 'statsu'; did you mean 'status'"):
        _ = task["statsu"]
    with pytest.raises(UnknownNameError, match="did you mean 'status'"):
        task["statsu"] = "x"


def test_moments_in_utc(load):
    task = load()
    task.planned_completion_date = datetime(2030, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
    assert task.fields["plannedCompletionDate"] == "2030-01-01T12:30:15:123+0000"
