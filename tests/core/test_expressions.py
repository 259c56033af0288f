import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from workfront_orm import (
    Field,
    count,
    current_user,
    days,
    exists,
    hours,
    months,
    now,
    quarters,
    today,
    weeks,
    years,
)
from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.expressions import (
    Aggregate,
    Comparison,
    Exists,
    Group,
    Negation,
    Ordering,
    comparisons,
    operands,
)
from workfront_orm.core.paths import FieldPath, Path
from workfront_orm.versions.v220 import Hour, Note, Project, Task, User

MOMENT = datetime(2030, 5, 18, 17, tzinfo=UTC)


def told(condition):
    """What a comparison says."""
    assert isinstance(condition, Comparison)
    return condition.operator, condition.value, condition.upper, condition.ignore_case


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Task.name == "x", ("eq", "x", None, False)),
        (Task.name != "x", ("ne", "x", None, False)),
        (Task.work < 5, ("lt", 5, None, False)),
        (Task.work <= 5.5, ("le", 5.5, None, False)),
        (Task.work > 5, ("gt", 5, None, False)),
        (Task.work >= 5, ("ge", 5, None, False)),
        (Task.name.ieq("x"), ("eq", "x", None, True)),
        (Task.name.ine("x"), ("ne", "x", None, True)),
        (Task.name.ne_and_not_null("x"), ("ne_not_null", "x", None, False)),
        (Task.name.in_(["x", "y", "x"]), ("in", ("x", "y"), None, False)),
        (Task.name.in_(one for one in "xy"), ("in", ("x", "y"), None, False)),
        (Task.work.in_([]), ("in", (), None, False)),
        (Task.name.not_in({"x"}), ("not_in", ("x",), None, False)),
        (Task.name.iin(("x",)), ("in", ("x",), None, True)),
        (Task.name.not_iin(["x"]), ("not_in", ("x",), None, True)),
        (Task.name.all_of(["x"]), ("all_of", ("x",), None, False)),
        (Task.work.between(1, 2), ("between", 1, 2, False)),
        (Task.work.not_between(1, 2), ("not_between", 1, 2, False)),
        (Task.name.ibetween("a", "b"), ("between", "a", "b", True)),
        (Task.name.not_ibetween("a", "b"), ("not_between", "a", "b", True)),
        (Task.name.is_null(), ("is_null", None, None, False)),
        (Task.name == None, ("is_null", None, None, False)),  # noqa: E711 - as people write it
        (Task.name.is_not_null(), ("is_not_null", None, None, False)),
        (Task.name != None, ("is_not_null", None, None, False)),  # noqa: E711 - as people write it
        (Task.name.is_blank(), ("is_blank", None, None, False)),
        (Task.name.is_not_blank(), ("is_not_blank", None, None, False)),
        (Task.name.contains("x"), ("contains", "x", None, False)),
        (Task.name.icontains("x"), ("contains", "x", None, True)),
        (Task.name.not_contains("x"), ("not_contains", "x", None, False)),
        (Task.name.not_icontains("x"), ("not_contains", "x", None, True)),
        (Task.name.icontains_any("x y"), ("contains_any", "x y", None, True)),
        (Task.name.icontains_all("x y"), ("contains_all", "x y", None, True)),
        (Task.name.not_icontains_any("x y"), ("not_contains_any", "x y", None, True)),
        (Task.name.not_icontains_all("x y"), ("not_contains_all", "x y", None, True)),
        (Task.name.startswith("x"), ("startswith", "x", None, False)),
        (Task.name.endswith("x"), ("endswith", "x", None, False)),
        (Task.name.like("x%"), ("like", "x%", None, False)),
        (Task.name.ilike("x%"), ("like", "x%", None, True)),
        (Task.name.sounds_like("x"), ("sounds_like", "x", None, False)),
        (Task.entry_date.at(MOMENT), ("at", "2030-05-18T17:00:00:000+0000", None, False)),
        (Task.priority.any_bits(3), ("any_bits", 3, None, False)),
        (Task.task_number.all_bits(3), ("all_bits", 3, None, False)),
        (Task.task_number.no_bits(3), ("no_bits", 3, None, False)),
        (Task.name.shorter_than(3), ("length_lt", 3, None, False)),
        (Task.name.has_length(3), ("length_eq", 3, None, False)),
        (Task.name.longer_than(3), ("length_gt", 3, None, False)),
        (Task.status == "CPL", ("eq", "CPL", None, False)),
        (Task.priority == 4, ("eq", 4, None, False)),
        (Task.status.in_(["NEW", "INP"]), ("in", ("NEW", "INP"), None, False)),
        (Task.is_critical == True, ("eq", True, None, False)),  # noqa: E712 - as people write it
        (Task.entry_date == date(2030, 5, 18), ("eq", "2030-05-18", None, False)),
        (Task.work == Decimal("2.5"), ("eq", 2.5, None, False)),
        (Task.custom["DE:Region"] == "West", ("eq", "West", None, False)),
        (Field("anything") == 5, ("eq", 5, None, False)),
        (Field("DE:Start", type="datetime") < MOMENT, ("lt", "2030-05-18T17:00:00+00:00", None, False)),
    ],
)
def test_a_comparison_says_what_is_compared(condition, expected):
    assert told(condition) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Task.duration_type == "ZZZ", r"takes one of .*'A' .*; 'ZZZ' is none of them"),
        (lambda: Task.work == "5", "takes a number, not str '5'"),
        (lambda: Task.name == 5, "takes str, not int 5"),
        (lambda: Task.is_critical == 1, "takes bool, not int 1"),
        (lambda: Task.entry_date < "2030-05-18", "takes an aware datetime or a date"),
        (lambda: Task.entry_date < datetime(2030, 5, 18), "has none: use datetime.now"),  # noqa: DTZ001 - the point
        (lambda: Task.work.between(1, None), "None cannot be compared with between"),
        (lambda: Task.work.between(None, 1), "None cannot be compared with between"),
        (lambda: Task.name.in_("xy"), "takes several values, not 'xy'"),
        (lambda: Task.name.in_(5), "takes several values, not 5"),
        (lambda: Task.name.in_(["x", None]), "None cannot be compared with in"),
        (lambda: Task.name < None, "None cannot be compared with lt"),
        (lambda: Task.name.contains(5), "contains takes str, not int 5"),
        (lambda: Task.work.contains("5"), "holds number, for which there is no contains"),
        (lambda: Task.entry_date.like("2030%"), "holds datetime, for which there is no like"),
        (lambda: Task.is_critical.startswith("t"), "holds boolean, for which there is no startswith"),
        (lambda: Task.work.longer_than(3), "holds number, for which there is no length_gt"),
        (lambda: Task.work.ieq(3), "holds number, for which there is no upper and lower case"),
        (lambda: Task.work.iin([3]), "holds number, for which there is no upper and lower case"),
        (lambda: Task.work.ibetween(3, 4), "holds number, for which there is no upper and lower case"),
        (lambda: Task.work.any_bits(3), "any_bits takes a field of whole numbers"),
        (lambda: Task.name.no_bits(3), "no_bits takes a field of whole numbers"),
        (lambda: Task.name.shorter_than(-1), "takes a number of characters"),
        (lambda: Task.name.has_length("3"), "takes a number of characters"),
        (lambda: Task.name.longer_than(True), "takes a number of characters"),
        (lambda: Task.name.asc(ignore_case=1), "ignore_case takes True or False"),
        (lambda: Task.name.desc(ignore_case="x"), "ignore_case takes True or False"),
        (lambda: Task.work.sum(distinct=1), "distinct takes True or False"),
        (lambda: (Task.name == "x") & "y", "takes a condition such as"),
        (lambda: (Task.name == "x") | None, "takes a condition such as"),
        (lambda: bool(Task.name == "x"), "has no truth value"),
        (lambda: 1 < Task.work < 5, "has no truth value"),
        (lambda: not Task.name.is_null(), "has no truth value"),
        (lambda: Task.project.nmae == "x", "Project has no member 'nmae'; did you mean 'name'"),
        (lambda: exists(Task), "needs a condition that links"),
        (lambda: exists(Hour, Hour.hours > 8), "needs a condition that links"),
        (lambda: exists("Hour", Hour.owner_id == User.id), "takes a class"),
        (lambda: exists(Hour, Hour.owner_id == User.id, "x"), "takes a condition such as"),
        (lambda: exists(Hour, Hour.owner_id == User.id, User.name == "x"), "on the left side"),
        (lambda: exists(Hour, Hour.owner_id == User.id, Hour.hours > Hour.actual_cost), "on the right side"),
        (lambda: exists(Task, Task.parent_id == Task.id), "cannot be linked with itself"),
        (lambda: days(1.5), "a period takes a whole number"),
        (lambda: hours("1"), "a period takes a whole number"),
        (lambda: weeks(True), "a period takes a whole number"),
        (lambda: today() - days(1) - days(1), "has a period already"),
        (lambda: today().begin_of("fortnight"), "is no unit"),
        (lambda: now().end_of(1), "is no unit"),
        (lambda: current_user.id.end_of("day"), "is no moment"),
        (lambda: Task.entry_date < Task.name, "holds moments and cannot be compared with .* which holds text"),
        (lambda: Task.work == Task.is_critical, "holds numbers and cannot be compared with .* truth values"),
        (lambda: Task.project.name > today(), "holds text and cannot be compared with .* which holds moments"),
        (lambda: Task.work.in_([Task.name]), "holds numbers and cannot be compared"),
        (lambda: Task.entry_date.between(today(), Task.work), "holds moments and cannot be compared"),
        (lambda: Task.work.at(5), "at.. takes a moment; use =="),
        (lambda: Task.project_id == Project(None, name="new"), "that has no id yet; save it first"),
        (lambda: Task.project_id == User(None, ID="u1"), "takes the id of a PROJ, not of User u1"),
        (lambda: Task.name == Project(None, ID="p1"), "takes str, not Project"),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_written(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_an_object_is_compared_by_its_id():
    projects = [Project(None, ID="p1"), Project(None, ID="p2")]
    assert told(Task.project_id == projects[0]) == ("eq", "p1", None, False)
    assert told(Task.project_id.in_(projects)) == ("in", ("p1", "p2"), None, False)
    assert told(Hour.task.project_id != projects[1]) == ("ne", "p2", None, False)


def test_values_of_one_kind_are_compared():
    assert (Task.work > Task.priority).operator == "gt"
    assert (Task.status == Task.name).operator == "eq"
    assert (Field("DE:x") == Task.work).operator == "eq"
    assert (Field("DE:x") < today()).operator == "lt"


def test_what_does_not_exist_is_no_condition():
    with pytest.raises(AttributeError):
        _ = Task.nmae
    with pytest.raises(AttributeError):
        _ = Task.project.owner.name.first
    with pytest.raises(TypeError):
        _ = today() + 1
    with pytest.raises(TypeError):
        _ = current_user.id + days(1)


def test_names_are_checked_with_near_matches_and_explicit_fields_pass():
    with pytest.raises(UnknownNameError, match="did you mean 'planned_completion_date'"):
        _ = Task.project.planned_completion_dat
    assert (Field("project:whatever") == "x").operand.path == ("project:whatever",)


# --- trees ------------------------------------------------------------------------------


def test_conditions_join_into_flat_groups():
    a, b, c = Task.name == "a", Task.name == "b", Task.name == "c"
    assert (a & b & c).members == (a, b, c)
    assert (a | b | c).members == (a, b, c)
    mixed = a & (b | c)
    assert isinstance(mixed.members[1], Group)
    assert isinstance(~a, Negation)
    assert (~a).condition is a
    link = exists(Hour, Hour.owner_id == User.id)
    assert isinstance(~link, Exists)
    assert (~link).negated
    assert not (~~link).negated
    assert [one.value for one in comparisons(mixed | ~a)] == ["a", "b", "c", "a"]


def test_operands_are_all_fields_of_the_queried_type():
    tree = (
        (Task.work > Task.actual_work)
        & ~Task.entry_date.between(Task.planned_start_date, MOMENT)
        & Task.name.in_([Task.wbs])
    )
    assert [one.path[0] for one in operands(tree)] == [
        "work", "actualWork", "entryDate", "plannedStartDate", "name", "wbs",
    ]  # fmt: skip
    link = exists(Hour, Hour.task_id == Task.id, Hour.entry_date > Task.planned_completion_date, Hour.hours > 8)
    assert [one.path[0] for one in operands(link)] == ["ID", "plannedCompletionDate"]
    assert [one.operand.path[0] for one in comparisons(link)] == ["entryDate", "hours"]


def test_the_link_of_exists_may_be_written_either_way():
    first, second = exists(Hour, Hour.owner_id == User.id), exists(Hour, User.id == Hour.owner_id)
    assert [one.path for one in first.link[0]] == [one.path for one in second.link[0]] == [("ownerID",), ("ID",)]
    untyped = exists(Note, Field("objID") == Task.id)
    assert untyped.link[0][0].path == ("objID",)


def test_conditions_say_what_they_are():
    condition = (Task.status != "CPL") & ~Task.project.owner.name.icontains("ann") | Task.work.between(1, 2)
    assert repr(condition) == (
        "((<<Field Task.status: string> ne 'CPL'> and not <<Task.project.owner.name> icontains 'ann'>) "
        "or <<Field Task.work: double> between 1, 2>)"
    )
    assert repr(exists(Hour, Hour.owner_id == User.id)).startswith("<exists Hour ")
    assert repr(~exists(Hour, Hour.owner_id == User.id)).startswith("<not exists Hour ")


# --- paths ------------------------------------------------------------------------------


def test_a_path_leads_through_references_and_collections_to_a_field():
    path = Task.project.owner
    assert isinstance(path, Path)
    assert path.workfront_name == "project:owner"
    assert path.spec.target == "USER"
    field = path.name
    assert isinstance(field, FieldPath)
    assert field.path == ("project", "owner", "name")
    assert field.workfront_name == "project:owner:name"
    assert field.root is Task
    assert field.leaf is User.name
    assert field.spec.type == "string"
    assert Project.tasks.assignments.status.workfront_name == "tasks:assignments:status"
    assert repr(path) == "<Task.project.owner>"
    assert repr(field) == "<Task.project.owner.name>"
    assert {"name", "home_group", "is_null", "id"} <= set(dir(path))


def test_a_path_without_a_field_knows_only_whether_it_leads_anywhere():
    assert told(Task.project.owner.is_null()) == ("is_null", None, None, False)
    assert Task.project.owner.is_null().operand.path == ("project", "owner", "ID")
    assert Task.project.is_not_null().operand.path == ("project", "ID")
    assert Task.project.owner.is_not_null().operator == "is_not_null"


def test_a_field_of_a_path_that_is_called_like_an_operator_is_the_field():
    # `name` is a field, `is_null` an operator: no field is called like that in any version.
    assert isinstance(Task.project.name, FieldPath)
    assert Task.project.name.is_null().operator == "is_null"


# --- orders, figures, moments -----------------------------------------------------------------


def test_orders_and_figures():
    order = Task.name.desc(ignore_case=True)
    assert isinstance(order, Ordering)
    assert (order.descending, order.ignore_case, order.operand) == (True, True, Task.name) or order.operand is Task.name
    assert repr(Task.name.asc()) == "<<Field Task.name: string> ascending>"
    for function in ("sum", "avg", "min", "max", "count"):
        figure = getattr(Task.work, function)(distinct=True)
        assert isinstance(figure, Aggregate)
        assert (figure.function, figure.distinct) == (function, True)
        assert figure.operand is Task.work
    assert count().operand is None
    assert repr(count()) == "<count('rows')>"
    assert repr(Task.work.sum(distinct=True)) == "<sum(distinct <Field Task.work: double>)>"


def test_moments_of_the_server():
    assert repr(today() - days(7)) == "<today <-7 day>>"
    assert repr(now() + hours(2)) == "<now <2 hour>>"
    assert repr(today().begin_of("month") + months(1)) == "<today ('begin', 'month') <1 month>>"
    assert repr(today().end_of("year")) == "<today ('end', 'year')>"
    assert repr(current_user.home_group_id) == "<user home_group_id>"
    assert repr(current_user) == "<current_user>"
    assert [period(2).unit for period in (hours, days, weeks, months, quarters, years)] == [
        "hour", "day", "week", "month", "quarter", "year",
    ]  # fmt: skip
    with pytest.raises(AttributeError):
        _ = current_user._secret


def test_conditions_travel_to_other_processes():
    condition = (
        (Task.status != "CPL")
        & Task.project.owner.name.icontains("ann")
        & (Task.custom["DE:Region"] == "West")
        & (Task.entry_date > today() - days(7))
        & ~exists(Hour, Hour.task_id == Task.id)
    )
    again = pickle.loads(pickle.dumps(condition))
    assert repr(again) == repr(condition)
    assert again.members[0].operand is Task.status
    assert repr(pickle.loads(pickle.dumps(Task.name.desc()))) == repr(Task.name.desc())
    assert repr(pickle.loads(pickle.dumps(Task.project.owner))) == repr(Task.project.owner)
