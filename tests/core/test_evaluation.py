"""Conditions mean the same here and on the server: random trees over the demo data, asked both ways."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workfront_orm import Field, current_user, exists, now, today
from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.evaluation import check, matches
from workfront_orm.sandbox import Sandbox
from workfront_orm.versions.v220 import Assignment, Hour, Issue, Project, Task, User


class OurTask(Task):
    """A task with what its forms add; two of them share a record."""

    region = Field("DE:Region", type="text")
    cost_centre = Field("DE:Cost centre", type="text")
    reviewed_on = Field("DE:Reviewed on", type="datetime")
    checks = Field("DE:Checks", type="list")
    notes = Field("DE:Notes / internal <draft> é", type="text")


class OurProject(Project):
    """A project with what its forms add."""

    budget = Field("DE:Budget", type="decimal")
    risk = Field("DE:Risk score", type="number")
    launch = Field("DE:Launch date", type="datetime")
    channels = Field("DE:Channels", type="list")


TEXTS = {
    OurTask: [
        Task.name, Task.description, Task.wbs, Task.ext_ref_id, Task.project.name, Task.parent.name,
        Task.project.owner.name, Task.assigned_to.email_addr, Task.assignments.assigned_to.name, Task.children.name,
        OurTask.region, OurTask.cost_centre, OurTask.notes, Task.project.description,
    ],
    OurProject: [Project.name, Project.description, Project.owner.name, Project.tasks.name, Project.tasks.description],
}  # fmt: skip
NUMBERS = {
    OurTask: [
        Task.percent_complete, Task.work, Task.priority, Task.task_number, Task.story_points, Task.number_of_children,
        Task.project.percent_complete, Task.parent.percent_complete, Task.assignments.work, Task.children.percent_complete,
    ],
    OurProject: [Project.percent_complete, OurProject.risk, OurProject.budget, Project.tasks.percent_complete],
}  # fmt: skip
MOMENTS = {
    OurTask: [
        Task.planned_completion_date, Task.actual_completion_date, Task.entry_date, Task.commit_date,
        OurTask.reviewed_on, Task.project.planned_start_date, Task.parent.actual_completion_date,
    ],
    OurProject: [
        Project.planned_completion_date, Project.actual_completion_date, OurProject.launch,
        Project.tasks.actual_completion_date,
    ],
}  # fmt: skip
TRUTHS = {
    OurTask: [Task.is_critical, Task.can_start, Task.project.is_status_complete, Task.parent.is_critical],
    OurProject: [Project.is_status_complete, Project.tasks.is_critical],
}
CODES = {
    OurTask: [Task.status, Task.progress_status, Task.project.status, Task.previous_status],
    OurProject: [Project.status, Project.tasks.status],
}
LISTS = {OurTask: [OurTask.checks, Task.custom["DE:Keywords"]], OurProject: [OurProject.channels]}
PAIRS = {
    OurTask: [
        (Task.actual_completion_date, Task.planned_completion_date), (Task.percent_complete, Task.work),
        (Task.assigned_to_id, Task.entered_by_id), (Task.name, Task.project.name),
    ],
    OurProject: [
        (Project.actual_completion_date, Project.planned_completion_date), (Project.owner_id, Project.entered_by_id),
    ],
}  # fmt: skip
NULLABLE = [lambda f: f.is_null(), lambda f: f.is_not_null()]
ORDERS = [
    lambda f, v: f == v, lambda f, v: f != v, lambda f, v: f < v, lambda f, v: f <= v, lambda f, v: f > v,
    lambda f, v: f >= v, lambda f, v: f.ne_and_not_null(v),
]  # fmt: skip
WORDS = [
    lambda f, v: f.ieq(v), lambda f, v: f.ine(v), lambda f, v: f.contains(v), lambda f, v: f.icontains(v),
    lambda f, v: f.not_contains(v), lambda f, v: f.not_icontains(v), lambda f, v: f.icontains_any(v),
    lambda f, v: f.icontains_all(v), lambda f, v: f.not_icontains_any(v), lambda f, v: f.not_icontains_all(v),
    lambda f, v: f.startswith(v), lambda f, v: f.endswith(v), lambda f, v: f.like(v), lambda f, v: f.ilike(v),
    lambda f, v: f.like(f"%{v}%"), lambda f, v: f.ilike(f"_{v[1:]}%"),
]  # fmt: skip


class World:
    """The demo data: a session, and the rows of a type with all that the conditions name, read once."""

    def __init__(self, session):
        self.session = session
        self.rows = {}
        self.values = {}
        for cls in (OurTask, OurProject):
            fields = [*TEXTS[cls], *NUMBERS[cls], *MOMENTS[cls], *TRUTHS[cls], *CODES[cls], *LISTS[cls]]
            fields += [one for pair in PAIRS[cls] for one in pair]
            names = tuple(dict.fromkeys(":".join(one.path) for one in fields))
            self.rows[cls] = list(session.rows(session.query(cls).fields(*names)._select))
            for field in fields:
                self.values[field.path, cls] = sorted({one for row in self.rows[cls] for one in found(row, field.path)})


def found(row, path):
    """The values at the end of a path, as hypothesis can choose among them."""
    places = [row]
    for name in path:
        inner = [place.get(name) for place in places if place is not None]
        places = [one for item in inner for one in (item if isinstance(item, list) else [item]) if one is not None]
    return places


@pytest.fixture(scope="module")
def world():
    with Sandbox(data="demo") as sandbox, sandbox.session(api_version="v22.0") as session:
        yield World(session)


def values_of(data, world, cls, field, python):
    """A value of the data, in Python."""
    wire = data.draw(st.sampled_from(world.values[field.path, cls]))
    return python(wire)


def moment(text):
    return datetime.fromisoformat(f"{text[:19]}.{text[20:]}")


def draw_leaf(data, world, cls):
    draw = data.draw
    kind = draw(st.sampled_from(["text", "number", "moment", "truth", "code", "list", "pair", "null"]))
    if kind == "null":
        every = [*TEXTS[cls], *NUMBERS[cls], *MOMENTS[cls], *TRUTHS[cls], *CODES[cls], *LISTS[cls]]
        field = draw(st.sampled_from(every))
        return draw(st.sampled_from(NULLABLE))(field)
    if kind == "pair":
        left, right = draw(st.sampled_from(PAIRS[cls]))
        return draw(st.sampled_from(ORDERS))(left, right)
    if kind == "truth":
        field = draw(st.sampled_from(TRUTHS[cls]))
        return draw(st.sampled_from(ORDERS[:2]))(field, draw(st.booleans()))
    return {"text": text_leaf, "number": number_leaf, "moment": moment_leaf, "code": code_leaf, "list": list_leaf}[
        kind
    ](data, world, cls)


def text_leaf(data, world, cls):
    draw = data.draw
    field = draw(st.sampled_from(TEXTS[cls]))
    whole = [values_of(data, world, cls, field, str) for _ in range(draw(st.integers(1, 3)))]
    value = whole[0]
    form = draw(st.sampled_from(["whole", "part", "several", "range", "length", "blank"]))
    if form == "several":
        several = draw(st.sampled_from(["in_", "not_in", "iin", "not_iin"]))
        return getattr(field, several)([one.upper() if several.endswith("iin") else one for one in whole])
    if form == "range":
        return draw(st.sampled_from([field.between, field.not_between]))(min(whole), max(whole))
    if form == "length":
        length = draw(st.integers(0, 30))
        return draw(st.sampled_from([field.shorter_than, field.has_length, field.longer_than]))(length)
    if form == "blank":
        return draw(st.sampled_from([field.is_blank, field.is_not_blank]))()
    if form == "part":
        start = draw(st.integers(0, max(0, len(value) - 1)))
        part = value[start : start + draw(st.integers(1, 6))]
        part = draw(st.sampled_from([part, part.upper(), part.lower()]))
        return draw(st.sampled_from(WORDS))(field, part)
    return draw(st.sampled_from([*ORDERS, *WORDS]))(field, value)


def number_leaf(data, world, cls):
    draw = data.draw
    field = draw(st.sampled_from(NUMBERS[cls]))
    exact = field.leaf.codec.name == "decimal"
    python = (lambda wire: Decimal(str(wire))) if exact else lambda wire: wire
    values = sorted(values_of(data, world, cls, field, python) for _ in range(2))
    form = draw(st.sampled_from(["one", "several", "range"]))
    if form == "several":
        return draw(st.sampled_from([field.in_, field.not_in]))(values)
    if form == "range":
        return draw(st.sampled_from([field.between, field.not_between]))(*values)
    return draw(st.sampled_from(ORDERS))(field, values[0])


def moment_leaf(data, world, cls):
    draw = data.draw
    field = draw(st.sampled_from(MOMENTS[cls]))
    values = [values_of(data, world, cls, field, moment) for _ in range(2)]
    shift = draw(st.sampled_from([0, 0, 1, -1, 3600]))
    values = sorted(value + timedelta(seconds=shift) for value in values)
    if draw(st.booleans()):
        values = [value.astimezone(UTC).date() for value in values]
    form = draw(st.sampled_from(["one", "one", "several", "range", "at"]))
    if form == "several":
        return draw(st.sampled_from([field.in_, field.not_in]))(values)
    if form == "range":
        return draw(st.sampled_from([field.between, field.not_between]))(*values)
    if form == "at" and isinstance(values[0], datetime):
        return field.at(values[0])
    return draw(st.sampled_from(ORDERS))(field, values[0])


def code_leaf(data, world, cls):
    draw = data.draw
    field = draw(st.sampled_from(CODES[cls]))
    values = [values_of(data, world, cls, field, str) for _ in range(2)]
    form = draw(st.sampled_from(["one", "several"]))
    if form == "several":
        return draw(st.sampled_from([field.in_, field.not_in]))(values)
    return draw(st.sampled_from([*ORDERS[:2], ORDERS[-1]]))(field, values[0])


def list_leaf(data, world, cls):
    draw = data.draw
    field = draw(st.sampled_from(LISTS[cls]))
    values = [values_of(data, world, cls, field, str) for _ in range(2)]
    form = draw(st.sampled_from(["one", "several", "all"]))
    if form == "all":
        return field.all_of(values)
    if form == "several":
        return draw(st.sampled_from([field.in_, field.not_in]))(values)
    return draw(st.sampled_from([*ORDERS[:2], ORDERS[-1]]))(field, values[0])


def draw_tree(data, world, cls, depth):
    shape = data.draw(st.sampled_from(["leaf", "leaf", "and", "or", "not"])) if depth else "leaf"
    if shape == "leaf":
        return draw_leaf(data, world, cls)
    if shape == "not":
        return ~draw_tree(data, world, cls, depth - 1)
    left, right = (draw_tree(data, world, cls, depth - 1) for _ in range(2))
    return left & right if shape == "and" else left | right


def agree(world, cls, *conditions):
    """The server and `matches` select the same rows; what the server cannot, is refused with a reason."""
    expected = sorted(row["ID"] for row in world.rows[cls] if matches(row, conditions))
    query = world.session.query(cls).where(*conditions)
    refusal = ""
    try:
        ids = query.ids()
    except NotSupportedError as error:
        refusal = str(error)
        ids = query.filter_locally().ids()
    else:
        assert query.count() == len(expected)
    assert not refusal or len(refusal) > 40, "a refusal says why"
    assert sorted(ids) == expected
    assert len(ids) == len(set(ids))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_comparison_selects_the_same_rows_here_and_on_the_server(world, data):
    cls = data.draw(st.sampled_from([OurTask, OurProject]))
    agree(world, cls, draw_leaf(data, world, cls))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_tree_of_conditions_selects_the_same_rows_here_and_on_the_server(world, data):
    cls = data.draw(st.sampled_from([OurTask, OurProject]))
    agree(world, cls, *(draw_tree(data, world, cls, 3) for _ in range(data.draw(st.integers(1, 2)))))


# --- single rules -----------------------------------------------------------------------


@pytest.fixture
def berlin(workfront_sandbox):
    """A session of a user in Berlin, with tasks around the nights in which the clocks change."""
    session = workfront_sandbox.session(api_version="v22.0")
    user = session.load(User, workfront_sandbox.user_id)
    user.time_zone = "Europe/Berlin"
    user.save()
    project = session.query(Project).first()
    starts = [datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 10, 30, 21, tzinfo=UTC)]
    moments = [start + timedelta(minutes=30 * step) for start in starts for step in range(120)]
    tasks = [Task(session, name=f"at {one}", project_id=project, commit_date=one) for one in moments]
    session.save_all(tasks).raise_for_errors()
    with session:
        yield session


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 3, 29), date(2027, 10, 31), date(2027, 11, 1)])
def test_a_day_is_that_of_the_users_clock_also_when_the_clocks_change(berlin, day):
    rows = list(berlin.rows(berlin.query(Task).fields(Task.commit_date)._select))
    for condition in (
        Task.commit_date == day, Task.commit_date != day, Task.commit_date <= day, Task.commit_date > day,
        Task.commit_date.between(day, day + timedelta(days=1)),
    ):  # fmt: skip
        expected = sorted(row["ID"] for row in rows if matches(row, (condition,)))
        assert berlin.query(Task).where(condition).ids() == expected
        assert len(expected) > 5
    # The day of the change has 23 or 25 hours, in halves.
    long = {date(2027, 3, 28): 46, date(2027, 10, 31): 50}
    if day in long:
        assert berlin.query(Task).where(Task.commit_date == day).count() == long[day]


NULLS = {"name": "x", "description": None, "percentComplete": None, "commitDate": None, "DE:Checks": [], "tasks": []}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Task.description != "x", True),
        (Task.description.ne_and_not_null("x"), False),
        (Task.description.not_in(["x"]), True),
        (Task.description.not_contains("x"), True),
        (Task.description.not_icontains_all("x y"), True),
        (Task.percent_complete < 5, False),
        (Task.percent_complete >= 5, False),
        (~(Task.percent_complete < 5), True),
        (Task.percent_complete.not_between(1, 5), True),
        (Task.commit_date != date(2030, 1, 1), True),
        (Task.description.is_null(), True),
        (Task.description.is_blank(), True),
        (Task.description.longer_than(0), False),
        (Task.description.startswith(""), False),
        (Task.custom["DE:Checks"].is_null(), True),
        (Task.custom["DE:Checks"].all_of(["a"]), False),
        (Task.project.name != "x", True),
        (Task.project.name.is_null(), True),
    ],
)
def test_a_row_without_a_value_meets_negative_comparisons_and_no_others(condition, holds):
    assert matches(NULLS, (condition,)) is holds


def test_through_a_collection_any_member_will_do_and_none_does_not():
    several = {"tasks": [{"name": "a", "percentComplete": 1.0}, {"name": "b", "percentComplete": None}]}
    assert matches(several, (Project.tasks.name == "a",))
    assert matches(several, (Project.tasks.name != "a",))
    assert matches(several, (Project.tasks.percent_complete.is_null(),))
    assert not matches(several, (~(Project.tasks.name == "a"),))
    assert not matches({"tasks": []}, (Project.tasks.name != "a",))


def test_the_server_selects_no_row_without_members_either(world):
    session = world.session
    barren = session.query(Task).where(Task.number_of_children == 0).ids()
    assert len(barren) > 100
    assert not set(barren) & set(session.query(Task).where(Task.children.name != "no such name").ids())


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Task.commit_date < today(), "computed by the server"),
        (Task.commit_date.between(date(2030, 1, 1), now()), "computed by the server"),
        (Task.assigned_to_id.in_([current_user.id, "x"]), "computed by the server"),
        (exists(Hour, Hour.task_id == Task.id), "rows of another type"),
        (~(exists(Hour, Hour.task_id == Task.id) | (Task.name == "x")), "rows of another type"),
        (Task.name.sounds_like("x"), "sounds_like cannot be evaluated"),
        (Task.custom["DE:Reviewed on"] == date(2030, 1, 1), "declare it with its type"),
    ],
)
def test_what_only_the_server_can_evaluate_is_refused(condition, reason):
    with pytest.raises(NotSupportedError, match=reason):
        check((Task.name == "y", condition))


def test_what_cannot_be_evaluated_is_refused_before_anything_is_sent(workfront_sandbox):
    # Through a collection a negation has to be applied here, which no wildcard can be.
    with workfront_sandbox.session(api_version="v22.0") as session:
        query = session.query(Project).where(~(Project.tasks.commit_date < today())).filter_locally()
        with pytest.raises(NotSupportedError, match="computed by the server"):
            query.all()
        with pytest.raises(NotSupportedError, match="computed by the server"):
            query.explain()
    assert not workfront_sandbox.requests


def test_values_of_two_types_are_not_equal_and_have_no_order():
    row = {"percentComplete": "much", "commitDate": "soon", "status": "NEW"}
    assert not matches(row, (Task.percent_complete < 5,))
    assert not matches(row, (Task.commit_date <= date(2030, 1, 1),))
    assert matches(row, (Task.percent_complete != 5,))


def test_conditions_that_are_applied_here_keep_limit_and_offset(world):
    session = world.session
    query = session.query(Project).where(~(Project.tasks.name == "Kick-off")).fields(Project.name).filter_locally()
    every = query.ids()
    assert len(every) > 5
    assert query.limit(3).ids() == every[:3]
    assert query.offset(2).limit(2).ids() == every[2:4]
    assert query.first().id == every[0]
    assert query.count() == len(every)
    assert query.offset(len(every)).all() == []
    assert "Kick-off" in query.explain().local[0]


def test_issues_and_assignments_are_evaluated_as_tasks_are(world):
    session = world.session
    for cls, condition in (
        (Issue, (Issue.priority >= 3) & ~(Issue.status == "CLS")),
        (Assignment, Assignment.work.is_not_null() & (Assignment.assigned_to.name != "Ann")),
    ):
        select = session.query(cls).fields("*", "assignedTo:name")._select
        expected = [row["ID"] for row in session.rows(select) if matches(row, (condition,))]
        assert session.query(cls).where(condition).ids() == expected
