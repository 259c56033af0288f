"""Aggregates through `/report`. Forms: `API.md` section 10 of the facts."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from workfront_orm import count
from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.exchange import Select
from workfront_orm.services.workfront.reporting import report
from workfront_orm.versions.v220 import Hour, Project, Task


def sent(groups, **figures):
    return [f"{name}={value}" for name, value in report(Select(type=Task), groups, figures).form]


def decoded(groups, data, **figures):
    return report(Select(type=Task), groups, figures).decode(data)


# --- the wire ---------------------------------------------------------------------------


def test_groups_are_numbered_and_figures_named_by_their_field():
    assert sent([Task.project.name, Task.status], hours=Task.work.sum(), n=count(), most=Task.work.max()) == [
        "project:name_1_GroupBy=true", "status_2_GroupBy=true", "work_AggFunc=sum", "work_AggFunc=max", "method=GET",
    ]  # fmt: skip
    assert sent([], n=Task.assigned_to_id.count(distinct=True)) == ["assignedToID_AggFunc=dcount", "method=GET"]


def test_the_same_figure_under_two_names_is_asked_for_once():
    assert sent([], a=Task.work.sum(), b=Task.work.sum()) == ["work_AggFunc=sum", "method=GET"]
    assert decoded([], {"sum_work": 5}, a=Task.work.sum(), b=Task.work.sum()) == [((), {"a": 5, "b": 5})]


def test_nested_groups_are_rows_with_their_values_and_figures():
    data = {
        "Alpha": {"NEW": {"sum_work": 5.0, "dcount_ID": 2, "status": "NEW", "project_name": "Alpha"}},
        "": {"": {"sum_work": None, "dcount_ID": 1, "status": None, "project_name": None}},
    }
    assert decoded([Task.project.name, Task.status], data, hours=Task.work.sum(), n=count()) == [
        (("Alpha", "NEW"), {"hours": 5.0, "n": 2}),
        ((None, None), {"hours": None, "n": 1}),
    ]
    # A server that names only the innermost group leaves the others to the keys.
    outer = {"Alpha": {"NEW": {"dcount_ID": 2, "status": "NEW"}}}
    assert decoded([Task.project.name, Task.status], outer, n=count()) == [(("Alpha", "NEW"), {"n": 2})]


def test_no_rows_are_no_groups():
    assert decoded([Task.status], {}, n=count()) == []
    assert decoded([Task.status], None, n=count()) == []


def test_a_group_by_members_of_a_collection_is_refused():
    with pytest.raises(NotSupportedError, match="query the members instead"):
        report(Select(type=Project), [Project.tasks.status], {"n": count()})


# --- against the sandbox ------------------------------------------------------------------


@pytest.fixture
def session(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        yield session


def test_figures_are_those_of_the_rows(session):
    rows = session.query(Task).fields(Task.status, Task.work, Task.project.name, Task.entry_date, Task.priority).all()
    found = (
        session.query(Task)
        .group_by(Task.status)
        .aggregate(
            n=count(), hours=Task.work.sum(), mean=Task.work.avg(), least=Task.work.min(), last=Task.entry_date.max()
        )
    )
    by_status = defaultdict(list)
    for row in rows:
        by_status[row.status].append(row)
    assert {row.status: row.n for row in found} == Counter(row.status for row in rows)
    for row in found:
        of = by_status[row.status]
        assert row.hours == pytest.approx(sum(one.work for one in of))
        assert row.mean == pytest.approx(row.hours / row.n)
        assert row.least == min(one.work for one in of)
        assert row.last == max(one.entry_date for one in of)
        assert type(row.n) is int
        assert type(row.last) is datetime
        assert isinstance(row.status, Task.status.choices) is (row.status != "RVW")


def test_several_groups_and_paths(session):
    rows = session.query(Task).fields(Task.status, Task.project.name, Task.is_critical).all()
    found = session.query(Task).group_by(Task.project.name, Task.status, Task.is_critical).aggregate(n=count())
    expected = Counter((row.project.name, row.status, row.is_critical) for row in rows)
    assert {(row.project_name, row.status, row.is_critical): row.n for row in found} == expected
    assert len(found) == len(expected)
    assert list(found[0]) == [found[0].project_name, found[0].status, found[0].is_critical, found[0].n]


def test_dates_and_missing_values_make_groups_too(session):
    found = session.query(Task).group_by(Task.actual_completion_date, Task.priority).aggregate(n=count())
    assert sum(row.n for row in found) == session.query(Task).count()
    missing = [row for row in found if row.actual_completion_date is None]
    assert sum(row.n for row in missing) == session.query(Task).where(Task.actual_completion_date.is_null()).count()
    assert {type(row.actual_completion_date) for row in found} == {datetime, type(None)}
    assert {type(row.priority) for row in found} == {Task.priority.choices}


def test_without_groups_there_is_one_row_also_of_nothing(session):
    (row,) = session.query(Task).where(Task.status == "CPL").group_by().aggregate(n=count(), hours=Task.work.sum())
    assert row.n == session.query(Task).where(Task.status == "CPL").count()
    nothing = session.query(Task).where(Task.name == "no such name")
    assert nothing.group_by().aggregate(n=count(), hours=Task.work.sum()) == [{"n": 0, "hours": None}]
    assert nothing.group_by(Task.status).aggregate(n=count()) == []
    never = session.query(Task).where(Task.name.in_([]))
    assert never.group_by().aggregate(n=count(), hours=Task.work.sum()) == [{"n": 0, "hours": None}]
    assert never.group_by(Task.status).aggregate(n=count()) == []


def test_figures_through_a_collection_and_conditions(session):
    (row,) = (
        session.query(Project)
        .where(Project.status == "CUR")
        .group_by()
        .aggregate(hours=Project.tasks.work.sum(), people=Project.owner_id.count(distinct=True))
    )
    tasks = session.query(Task).where(Task.project.status == "CUR").fields(Task.work).all()
    assert row.hours == pytest.approx(sum(one.work for one in tasks))
    owners = session.query(Project).where(Project.status == "CUR").fields(Project.owner_id).all()
    assert row.people == len({one.owner_id for one in owners})


def test_rows_are_read_by_attribute_and_by_name(session):
    row = session.query(Hour).group_by().aggregate(hours=Hour.hours.sum())[0]
    assert row.hours == row["hours"] == row.to_dict()["hours"]
    assert "hours" in dir(row)
    assert repr(row) == f"<hours={row.hours!r}>"
    with pytest.raises(AttributeError, match="did you mean 'hours'"):
        _ = row.houres
    with pytest.raises(KeyError):
        _ = row["houres"]


def test_values_stay_as_the_server_sends_them_where_the_session_says_so(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", values="wire") as session:
        (row,) = session.query(Task).group_by().aggregate(last=Task.entry_date.max(), n=count())
        assert isinstance(row.last, str)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda query: query.group_by(5), TypeError, "group_by takes fields"),
        (lambda query: query.group_by(Task.project), TypeError, "group_by takes fields"),
        (lambda query: query.group_by(Project.name), ValueError, "is a field of Project"),
        (lambda query: query.limit(5).group_by(), ValueError, "leave out limit"),
        (lambda query: query.order_by(Task.name).group_by(), ValueError, "leave out limit"),
        (lambda query: query.offset(5).group_by(), ValueError, "leave out limit"),
        (lambda query: query.group_by().aggregate(), TypeError, "at least one figure"),
        (lambda query: query.group_by().aggregate(n=Task.work), TypeError, "not n=<Field"),
        (lambda query: query.group_by().aggregate(n=5), TypeError, "not n=5"),
        (lambda query: query.group_by().aggregate(n=Project.budget.sum()), ValueError, "figure of Project"),
        (lambda query: query.group_by().aggregate(n=Task.name.sum()), TypeError, "has no sum"),
        (lambda query: query.group_by().aggregate(n=Task.entry_date.avg()), TypeError, "has no avg"),
        (lambda query: query.group_by(Task.status).aggregate(status=count()), ValueError, "is the name of a group"),
        (
            lambda query: query.group_by(Task.status, Task.status).aggregate(n=count()),
            ValueError,
            "the name of a group",
        ),
    ],
)
def test_what_cannot_be_aggregated_is_refused_before_anything_is_sent(session, workfront_sandbox, make, error, message):
    with pytest.raises(error, match=message):
        make(session.query(Task))
    assert not workfront_sandbox.requests


def test_conditions_of_several_requests_cannot_be_aggregated(session):
    query = session.query(Task).where(Task.id.in_([f"{number:032x}" for number in range(2001)]))
    with pytest.raises(NotSupportedError, match="sorted, counted or aggregated"):
        query.group_by(Task.status).aggregate(n=count())


def test_what_is_now_is_in_the_figures(session):
    before = session.query(Task).group_by().aggregate(last=Task.entry_date.max())[0].last
    Task(session, name="new", project_id=session.query(Project).first()).save()
    after = session.query(Task).group_by().aggregate(last=Task.entry_date.max())[0].last
    assert before < after <= datetime.now(UTC)
