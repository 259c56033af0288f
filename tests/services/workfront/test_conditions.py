"""What conditions become on Workfront's wire. Forms: `API.md` section 8 of the facts."""

from datetime import UTC, date, datetime

import pytest

from workfront_orm import Field, current_user, days, exists, hours, months, now, today, weeks
from workfront_orm.core.errors import NotSupportedError, UnknownNameError
from workfront_orm.core.exchange import Position, Select
from workfront_orm.services.workfront import service
from workfront_orm.services.workfront.comparisons import _MODIFIERS, server_value
from workfront_orm.services.workfront.conditions import LIST_SIZE, condition_pairs, local_conditions, split
from workfront_orm.services.workfront.filters import MODIFIERS
from workfront_orm.services.workfront.reading import page, paging
from workfront_orm.versions.v220 import Hour, Issue, Note, Project, Task, User

MOMENT = datetime(2030, 5, 18, 17, 30, tzinfo=UTC)
WIRE = "2030-05-18T17:30:00:000+0000"
DAY = date(2030, 5, 18)
END = "2030-05-18T23:59:59:999"


def sent(*conditions, cls=Task, **options):
    """The parameters of conditions, as `name=value` in order."""
    pairs = condition_pairs(Select(type=cls, where=conditions, **options))
    return [f"{name}={value}" for name, value in pairs]


# --- modifiers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "pairs"),
    [
        (Task.name == "x", ["name=x", "name_Mod=eq"]),
        (Task.name.ieq("x"), ["name=x", "name_Mod=cieq"]),
        (Task.name != "x", ["name=x", "name_Mod=ne"]),
        (Task.name.ine("x"), ["name=x", "name_Mod=cine"]),
        (Task.name.ne_and_not_null("x"), ["name=x", "name_Mod=nee"]),
        (Task.work < 5, ["work=5", "work_Mod=lt"]),
        (Task.work <= 5, ["work=5", "work_Mod=lte"]),
        (Task.work > 5, ["work=5", "work_Mod=gt"]),
        (Task.work >= 5.5, ["work=5.5", "work_Mod=gte"]),
        (Task.name.in_(["x", "y"]), ["name=x", "name=y", "name_Mod=in"]),
        (Task.name.iin(["x", "y"]), ["name=x", "name=y", "name_Mod=ciin"]),
        (Task.name.not_in(["x", "y"]), ["name=x", "name=y", "name_Mod=notin"]),
        (Task.name.not_iin(["x", "y"]), ["name=x", "name=y", "name_Mod=cinotin"]),
        (Task.work.between(1, 2), ["work=1", "work_Mod=between", "work_Range=2"]),
        (Task.work.not_between(1, 2), ["work=1", "work_Mod=notbetween", "work_Range=2"]),
        (Task.name.ibetween("a", "b"), ["name=a", "name_Mod=cibetween", "name_Range=b"]),
        (Task.name.not_ibetween("a", "b"), ["name=a", "name_Mod=cinotbetween", "name_Range=b"]),
        (Task.name.is_null(), ["name=", "name_Mod=isnull"]),
        (Task.name.is_not_null(), ["name=", "name_Mod=notnull"]),
        (Task.name.is_blank(), ["name=", "name_Mod=isblank"]),
        (Task.name.is_not_blank(), ["name=", "name_Mod=notblank"]),
        (Task.name.contains("x"), ["name=x", "name_Mod=contains"]),
        (Task.name.icontains("x"), ["name=x", "name_Mod=cicontains"]),
        (Task.name.not_contains("x"), ["name=x", "name_Mod=notcontains"]),
        (Task.name.not_icontains("x"), ["name=x", "name_Mod=cinotcontains"]),
        (Task.name.icontains_any("x y"), ["name=x y", "name_Mod=cicontainsany"]),
        (Task.name.icontains_all("x y"), ["name=x y", "name_Mod=cicontainsall"]),
        (Task.name.not_icontains_any("x y"), ["name=x y", "name_Mod=cinotcontainsany"]),
        (Task.name.not_icontains_all("x y"), ["name=x y", "name_Mod=cinotcontainsall"]),
        (Task.name.startswith("x"), ["name=x", "name_Mod=startswith"]),
        (Task.name.endswith("x"), ["name=%x", "name_Mod=like"]),
        (Task.name.like("x%"), ["name=x%", "name_Mod=like"]),
        (Task.name.ilike("x%"), ["name=x%", "name_Mod=cilike"]),
        (Task.name.sounds_like("x"), ["name=x", "name_Mod=soundex"]),
        (Task.entry_date.at(MOMENT), [f"entryDate={WIRE}", "entryDate_Mod=exacttime"]),
        (Task.priority.any_bits(3), ["priority=3", "priority_Mod=bitwiseor"]),
        (Task.priority.all_bits(3), ["priority=3", "priority_Mod=bitwiseand"]),
        (Task.priority.no_bits(3), ["priority=3", "priority_Mod=bitwisenand"]),
        (Task.name.shorter_than(3), ["name=3", "name_Mod=length_lt"]),
        (Task.name.has_length(3), ["name=3", "name_Mod=length_eq"]),
        (Task.name.longer_than(3), ["name=3", "name_Mod=length_gt"]),
        (Task.custom["DE:X"].all_of(["a", "b"]), ["DE:X=a", "DE:X=b", "DE:X_Mod=allof"]),
        (Task.is_critical == True, ["isCritical=true", "isCritical_Mod=eq"]),  # noqa: E712 - as people write it
        (Task.project.owner.name == "Ann", ["project:owner:name=Ann", "project:owner:name_Mod=eq"]),
        (Task.project.owner.is_null(), ["project:owner:ID=", "project:owner:ID_Mod=isnull"]),
        (Field("DE:Free", type="integer") > 5, ["DE:Free=5", "DE:Free_Mod=gt"]),
        (Task.work > Task.actual_work, ["work=FIELD:actualWork", "work_Mod=gt"]),
        (Task.name == Task.project.name, ["name=FIELD:project:name", "name_Mod=eq"]),
    ],
)
def test_a_comparison_is_a_parameter_with_a_modifier(condition, pairs):
    assert sent(condition) == pairs


def test_every_modifier_of_the_server_has_a_readable_name():
    ours = {modifier for pair in _MODIFIERS.values() for modifier in pair if modifier is not None}
    assert ours == MODIFIERS


@pytest.mark.parametrize(
    ("condition", "pairs"),
    [
        # A single value that holds a comma would be read as a list by the modifiers of lists.
        (Task.name.in_(["a,b"]), ["name=a,b", "name_Mod=eq"]),
        (Task.name.iin(["a,b"]), ["name=a,b", "name_Mod=cieq"]),
        (Task.name.not_in(["a,b"]), ["name=a,b", "name_Mod=ne"]),
        (Task.name.not_iin(["a,b"]), ["name=a,b", "name_Mod=cine"]),
        (Task.custom["DE:X"].all_of(["a,b"]), ["DE:X=a,b", "DE:X_Mod=eq"]),
    ],
)
def test_a_list_of_one_value_is_no_list(condition, pairs):
    assert sent(condition) == pairs


# --- moments and days -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "pairs"),
    [
        # `eq` means the whole day on the server, so equality with a moment is another modifier.
        (Task.entry_date == MOMENT, [f"entryDate={WIRE}", "entryDate_Mod=exacttime"]),
        (Task.entry_date == DAY, ["entryDate=2030-05-18", "entryDate_Mod=eq"]),
        (Task.entry_date != DAY, ["entryDate=2030-05-18", "entryDate_Mod=ne"]),
        (Task.entry_date < DAY, ["entryDate=2030-05-18", "entryDate_Mod=lt"]),
        (Task.entry_date <= DAY, [f"entryDate={END}", "entryDate_Mod=lte"]),
        (Task.entry_date > DAY, [f"entryDate={END}", "entryDate_Mod=gt"]),
        (Task.entry_date >= DAY, ["entryDate=2030-05-18", "entryDate_Mod=gte"]),
        (
            Task.entry_date.between(DAY, DAY),
            ["entryDate=2030-05-18", "entryDate_Mod=between", f"entryDate_Range={END}"],
        ),
        (Task.entry_date <= MOMENT, [f"entryDate={WIRE}", "entryDate_Mod=lte"]),
        (Task.entry_date == today(), ["entryDate=$$TODAY", "entryDate_Mod=eq"]),
        (Task.entry_date < today() - days(7), ["entryDate=$$TODAY-7d", "entryDate_Mod=lt"]),
        (Task.entry_date <= today(), ["entryDate=$$TODAYed", "entryDate_Mod=lte"]),
        (Task.entry_date > today() - weeks(1), ["entryDate=$$TODAYed-1w", "entryDate_Mod=gt"]),
        (
            Task.entry_date.between(today() - days(7), today()),
            ["entryDate=$$TODAY-7d", "entryDate_Mod=between", "entryDate_Range=$$TODAYed"],
        ),
        (Task.entry_date == now(), ["entryDate=$$NOW", "entryDate_Mod=exacttime"]),
        (Task.entry_date <= now() + hours(2), ["entryDate=$$NOW+2h", "entryDate_Mod=lte"]),
        (Task.entry_date <= today().end_of("month"), ["entryDate=$$TODAYem", "entryDate_Mod=lte"]),
        (Task.entry_date > today().begin_of("month") + months(1), ["entryDate=$$TODAYbm+1m", "entryDate_Mod=gt"]),
        (Task.assigned_to_id == current_user.id, ["assignedToID=$$USER.ID", "assignedToID_Mod=eq"]),
        (Task.group_id == current_user.other_group_ids, ["groupID=$$USER.otherGroupIDs", "groupID_Mod=eq"]),
    ],
)
def test_days_and_moments_mean_what_they_mean_in_python(condition, pairs):
    assert sent(condition) == pairs


def test_unequal_to_a_moment_is_earlier_or_later_or_none_at_all():
    assert sent(Task.entry_date != MOMENT) == [
        f"entryDate={WIRE}", "entryDate_Mod=lt",
        f"OR:1:entryDate={WIRE}", "OR:1:entryDate_Mod=gt",
        "OR:2:entryDate=", "OR:2:entryDate_Mod=isnull",
    ]  # fmt: skip


def test_several_moments_are_alternatives():
    assert sent(Task.entry_date.in_([MOMENT, DAY])) == [
        f"entryDate={WIRE}", "entryDate_Mod=exacttime", "OR:1:entryDate=2030-05-18", "OR:1:entryDate_Mod=eq",
    ]  # fmt: skip


def test_attributes_of_the_user_are_those_that_the_server_computes():
    assert server_value(current_user.home_team_id) == "$$USER.homeTeamID"
    assert server_value(current_user.homeTeamID) == "$$USER.homeTeamID"
    with pytest.raises(UnknownNameError, match="did you mean 'home_team_id'"):
        server_value(current_user.home_teem_id)


# --- groups -----------------------------------------------------------------------------


def test_an_alternative_is_a_group_in_which_the_rest_is_repeated():
    assert sent((Task.work >= 50) | (Task.status == "NEW"), Task.name.contains("a")) == [
        "work=50", "work_Mod=gte", "name=a", "name_Mod=contains",
        "OR:1:status=NEW", "OR:1:status_Mod=eq", "OR:1:name=a", "OR:1:name_Mod=contains",
    ]  # fmt: skip


def test_a_second_condition_on_a_field_of_the_base_is_a_group_of_its_own():
    assert sent(Task.name.contains("a"), Task.name.not_contains("b"), Task.name.longer_than(3)) == [
        "name=a", "name_Mod=contains",
        "AND:c2:name=b", "AND:c2:name_Mod=notcontains",
        "AND:c3:name=3", "AND:c3:name_Mod=length_gt",
    ]  # fmt: skip


def test_the_two_ends_of_a_range_are_one_condition():
    ranged = ["work=1", "work_Mod=between", "work_Range=5"]
    assert sent(Task.work >= 1, Task.work <= 5) == ranged
    assert sent(Task.work <= 5, Task.work >= 1) == ranged
    # Through a collection each end may be met by another member.
    assert len(sent(Project.tasks.work >= 1, Project.tasks.work <= 5, cls=Project)) == 4
    assert len(sent(Task.work >= 1, Task.work < 5)) == 4


def test_an_alternative_that_only_the_base_can_say_becomes_the_base():
    assert sent((Task.status == "NEW") | (Task.name.contains("a") & Task.name.contains("b"))) == [
        "name=a", "name_Mod=contains", "AND:c2:name=b", "AND:c2:name_Mod=contains",
        "OR:1:status=NEW", "OR:1:status_Mod=eq",
    ]  # fmt: skip


def test_a_range_of_other_fields_is_two_comparisons():
    assert sent(Task.work.between(Task.actual_work, 5)) == [
        "work=FIELD:actualWork", "work_Mod=gte", "AND:c2:work=5", "AND:c2:work_Mod=lte",
    ]  # fmt: skip
    assert sent(Task.name.in_([Task.wbs, "x"])) == [
        "name=FIELD:wbs", "name_Mod=eq", "OR:1:name=x", "OR:1:name_Mod=eq",
    ]  # fmt: skip


def test_conditions_that_contradict_each_other_select_nothing_rather_than_everything():
    assert sent(Task.work.in_([])) == ["ID=", "ID_Mod=isnull"]
    assert sent(Task.work.not_in([])) == []


# --- exists -----------------------------------------------------------------------------


def test_exists_is_a_correlated_group():
    assert sent(exists(Hour, Hour.owner_id == User.id, Hour.hours > 8), User.is_active == True, cls=User) == [  # noqa: E712
        "AND:e1:EXISTS:e1:$$OBJCODE=HOUR",
        "AND:e1:EXISTS:e1:ownerID=FIELD:ID",
        "AND:e1:EXISTS:e1:hours=8", "AND:e1:EXISTS:e1:hours_Mod=gt",
        "isActive=true", "isActive_Mod=eq",
    ]  # fmt: skip
    assert sent(~exists(Hour, Hour.owner_id == User.id), cls=User)[1] == "AND:e1:EXISTS:e1:$$EXISTSMOD=NOTEXISTS"
    outer = exists(Hour, Hour.task_id == Task.id, Hour.entry_date > Task.planned_completion_date)
    assert sent(outer)[2:] == [
        "AND:e1:EXISTS:e1:entryDate=FIELD:plannedCompletionDate", "AND:e1:EXISTS:e1:entryDate_Mod=gt",
    ]  # fmt: skip


# --- what takes several requests -----------------------------------------------------------------


def test_alternatives_that_need_the_base_are_asked_for_one_after_the_other():
    logged = exists(Hour, Hour.task_id == Task.id)
    noted = exists(Note, Note.obj_id == Task.id)
    select = Select(type=Task, where=(logged | noted | (Task.work > 5),))
    parts = split(select)
    assert [condition_pairs(part)[0][1] for part in parts.selects] == ["HOUR", "NOTE"]
    # What needs no base rides along with the first.
    assert ("OR:1:work", "5") in condition_pairs(parts.selects[0])
    assert not parts.disjoint
    assert not parts.consecutive
    with pytest.raises(NotSupportedError, match=r"take 2 requests, since .* not sorted, counted or aggregated"):
        condition_pairs(select)
    with pytest.raises(NotSupportedError, match="sort here"):
        split(Select(type=Task, where=select.where, order=(Task.name.asc(),)))


def test_long_lists_are_read_in_parts_of_disjoint_values():
    ids = [f"{number:032x}" for number in range(2 * LIST_SIZE + 1)]
    parts = split(Select(type=Task, where=(Task.id.in_(reversed(ids)), Task.work > 5)))
    assert parts.consecutive
    assert parts.disjoint
    assert [len(condition_pairs(part)) for part in parts.selects] == [LIST_SIZE + 3, LIST_SIZE + 3, 4]
    assert [value for part in parts.selects for name, value in condition_pairs(part) if name == "ID"] == ids
    of_projects = split(Select(type=Task, where=(Task.project_id.in_(ids),)))
    assert (len(of_projects.selects), of_projects.disjoint, of_projects.consecutive) == (3, True, False)
    for field in (Project.tasks.id, Project.custom["DE:X"]):
        several = split(Select(type=Project, where=(field.in_(ids),)))
        assert (len(several.selects), several.disjoint) == (3, False)
    assert not split(Select(type=Task, where=(Task.name.iin(ids),))).disjoint


def test_a_long_list_beside_an_alternative_is_read_in_parts_too():
    ids = [f"{number:032x}" for number in range(LIST_SIZE + 1)]
    parts = split(Select(type=Task, where=(Task.id.in_(ids) | (Task.work > 5),)))
    assert len(parts.selects) == 2
    assert not parts.disjoint
    assert sum(name == "OR:1:work" for part in parts.selects for name, _ in condition_pairs(part)) == 1


def test_under_an_order_a_long_list_travels_whole():
    ids = [f"{number:032x}" for number in range(LIST_SIZE + 1)]
    select = Select(type=Task, where=(Task.id.in_(ids),), order=(Task.name.asc(),))
    assert split(select).selects == (select,)
    assert len(condition_pairs(select)) == LIST_SIZE + 2


def test_a_long_list_of_a_search_is_read_in_parts():
    ids = [f"{number:032x}" for number in range(LIST_SIZE + 1)]
    select = Select(type=Task, parameters=(("ID", [*ids, ids[0]]), ("ID_Mod", "in"), ("status", "NEW")))
    parts = split(select)
    assert parts.consecutive
    assert [len(dict(part.parameters)["ID"]) for part in parts.selects] == [LIST_SIZE, 1]
    assert all(("status", "NEW") in part.parameters for part in parts.selects)
    for other in (("ID_Mod", "notin"), ("name_Sort", "asc")):
        whole = Select(type=Task, parameters=(("ID", ids), other))
        assert split(whole).selects == (whole,)


# --- what is refused ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Task.name == "$$TODAY", "for a wildcard, and knows no way to say that it is text"),
        (Task.name.contains("FIELD:x"), "for a wildcard"),
        (Task.name.in_(["x", "$$USER.ID"]), "for a wildcard"),
        (Task.name.endswith("100%"), "stand for any text"),
        (Task.name.like(Task.wbs), "does not compare fields by like"),
        (~Task.name.sounds_like("x"), "the opposite of sounds_like"),
        (Project.tasks.work.between(Project.percent_complete, 5), "may be met by two members"),
        (Project.tasks.entry_date.not_in([MOMENT, DAY]), "may be met by another member"),
        (exists(Hour, Hour.task_id == Task.id, (Hour.hours > 8) | (Hour.status == "APR")), "no or inside exists"),
        (exists(Hour, Hour.task_id == Task.id, Hour.task_id != "x"), "a second condition on taskID"),
    ],
)
def test_what_the_server_cannot_filter_is_refused_with_the_reason(condition, reason):
    cls = Project if "Project" in repr(condition) else Task
    with pytest.raises(NotSupportedError, match=reason):
        sent(condition, cls=cls)
    assert local_conditions(Select(type=cls, where=(condition, cls.name == "x"))) == (condition,)


def test_of_conditions_that_are_too_many_together_some_are_applied_here():
    alternatives = [(Task.work == number) | (Task.name == str(number)) for number in range(7)]
    local = local_conditions(Select(type=Task, where=tuple(alternatives)))
    assert 0 < len(local) < len(alternatives)
    assert all(one is other for one, other in zip(local, alternatives[-len(local) :], strict=True))


def test_an_order_by_members_of_a_collection_is_refused():
    with pytest.raises(NotSupportedError, match="rows have no place in an order"):
        page(Select(type=Project, order=(Project.tasks.name.asc(),)), Position(), 10)


# --- pages ------------------------------------------------------------------------------


def form(select, position=Position(), size=10):  # noqa: B008 - immutable
    return [f"{name}={value}" for name, value in page(select, position, size).form]


def test_a_page_is_sorted_by_id_and_goes_on_behind_the_last_one():
    select = Select(type=Task, where=(Task.work > 5,), fields=("name",))
    assert form(select) == ["work=5", "work_Mod=gt", "fields=name", "ID_Sort=asc", "$$LIMIT=10", "method=GET"]
    assert form(select, Position(after="abc")) == [
        "work=5", "work_Mod=gt", "fields=name", "ID=abc", "ID_Mod=gt", "ID_Sort=asc", "$$LIMIT=10", "method=GET",
    ]  # fmt: skip


def test_behind_the_last_id_in_every_alternative():
    select = Select(type=Task, where=((Task.work > 5) | (Task.name == "x"),))
    assert form(select, Position(after="abc"))[4:8] == ["ID=abc", "ID_Mod=gt", "OR:1:ID=abc", "OR:1:ID_Mod=gt"]
    assert paging(select) == "keyset"


def test_conditions_on_the_id_leave_room_for_the_last_one():
    select = Select(type=Task, where=(Task.id.in_(["a", "b"]),))
    assert form(select, Position(after="a"))[3:5] == ["AND:after:ID=a", "AND:after:ID_Mod=gt"]
    assert paging(select) == "keyset"
    # In the base there is room, in a second alternative there is none.
    one = Select(type=Task, where=((Task.work > 5) | (Task.id == "a"),))
    assert form(one)[0] == "ID=a"
    assert paging(one) == "keyset"
    two = Select(type=Task, where=((Task.id == "a") | (Task.id.like("b%")),))
    assert paging(two) == "offset"


def test_an_order_is_made_a_full_one_by_the_id():
    select = Select(type=Task, order=(Task.project.name.desc(), Task.name.asc(ignore_case=True)))
    assert form(select, Position(offset=20)) == [
        "project:name_1_Sort=desc", "name_2_Sort=ciasc", "ID_3_Sort=asc", "$$FIRST=20", "$$LIMIT=10", "method=GET",
    ]  # fmt: skip
    own = Select(type=Task, parameters=(("name_12_Sort", "desc"),))
    assert "ID_13_Sort=asc" in form(own)


def test_conditions_on_fields_that_are_called_like_control_words_travel_inside_filters():
    asked = form(Select(type=User, where=(User.username == "a@b.c", User.is_active == True)))  # noqa: E712 - as people write it
    assert 'filters={"username": "a@b.c", "username_Mod": "eq"}' in asked
    assert not any(one.startswith("username") for one in asked)


def test_issues_are_addressed_by_their_code():
    assert page(Select(type=Issue), Position(), 5).path == "/OPTASK/search"
    assert service.plan_count(Select(type=Issue)).path == "/OPTASK/count"
