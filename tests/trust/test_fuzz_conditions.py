"""Conditions at random: refused in words before anything is sent, or read as they are written.

The demo data of each sandbox is read once, whole. Then each made-up condition is read by the server, or, where it may be, by
both, and compared with what a few lines of Python here take it to mean. A condition that were dropped on the way
would answer too many rows. Workfront has the like of it in tests/core/test_evaluation.py, with paths and exists.
"""

import itertools
import operator as operators
import os
import re
import warnings
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workfront_orm.core.errors import FieldNotLoaded, LazyLoadError, NotFoundError, NotSupportedError
from workfront_orm.core.fields import Field
from workfront_orm.sandbox import Sandbox

# The same each time, unless more are asked for: WORKFRONT_ORM_EXAMPLES=2000 pytest tests/trust/test_fuzz_conditions.py
MORE = os.environ.get("WORKFRONT_ORM_EXAMPLES")
EXAMPLES = int(MORE or 100)

# --- what a condition means -------------------------------------------------------------------------


def means(condition, row, **reading):  # noqa: PLR0911 - one case an operator
    """Whether a row meets a condition: nested tuples of `("and", ...)`, `("not", ...)` and `(name, operator, value)`.

    Args:
        reading: What is the system's rule; where it matters, either result will do. `fold`: upper and lower case are the
            same to orders and `startswith`; `empty`: a text without characters is no value; `figures`: texts that are numbers are ordered as
            numbers, before others.
    """
    if condition[0] in {"and", "or"}:
        test = all if condition[0] == "and" else any
        return test(means(one, row, **reading) for one in condition[1:])
    if condition[0] == "not":
        return not means(condition[1], row, **reading)
    name, operator, value = condition
    found = None if reading["empty"] and row[name] == "" else row[name]
    if operator in OPPOSITES:
        return not means((name, OPPOSITES[operator], value), row, **reading)
    if operator in {"is_null", "is_blank"}:
        return found is None or found == [] or (operator == "is_blank" and found == "")
    if operator == "ne_and_not_null":
        return found is not None and found != [] and not means((name, "__eq__", value), row, **reading)
    if found is None:
        return False
    if operator == "all_of":
        return all(any(same(one, item) for one in listed(found)) for item in value)
    # Of a field with several values it is enough that one meets it.
    return any(holds(one, operator, value, **reading) for one in listed(found))


ORDERS = {"__lt__": operators.lt, "__le__": operators.le, "__gt__": operators.gt, "__ge__": operators.ge}
OPPOSITES = {
    "__ne__": "__eq__", "ine": "ieq", "not_in": "in_", "not_iin": "iin", "not_between": "between", "not_contains": "contains",
    "not_icontains": "icontains", "is_not_null": "is_null", "is_not_blank": "is_blank",
}  # fmt: skip


def holds(found, operator, value, **reading):  # noqa: C901, PLR0911 - one case an operator
    if operator in {"in_", "iin"}:
        return any(holds(found, "ieq" if operator == "iin" else "__eq__", one, **reading) for one in value)
    if operator in {"between", "ibetween"}:
        return holds(found, "__ge__", value[0], **reading) and holds(found, "__le__", value[1], **reading)
    if operator == "__eq__":
        return same(found, value)
    if operator in {"ieq", "icontains"}:
        found, value, operator = lower(found), lower(value), {"ieq": "__eq__", "icontains": "contains"}[operator]
    elif (
        reading["fold"] and isinstance(found, str) and isinstance(value, str) and operator not in {"__eq__", "contains"}
    ):
        found, value = found.lower(), value.lower()
    if operator == "__eq__":
        return same(found, value)
    if operator == "contains":
        return isinstance(found, str) and isinstance(value, str) and value in found
    if operator in {"startswith", "endswith"}:
        return isinstance(found, str) and isinstance(value, str) and getattr(found, operator)(value)
    if is_day(value) and isinstance(found, datetime):
        start = datetime(value.year, value.month, value.day, tzinfo=UTC)
        end = start + timedelta(days=1)
        return {"__lt__": found < start, "__le__": found < end, "__gt__": found >= end, "__ge__": found >= start}[
            operator
        ]
    if reading["figures"] and isinstance(found, str):
        found, value = figure(found), figure(value)
    try:
        return ORDERS[operator](found, value)
    except TypeError:
        return False  # of two kinds


def figure(text):
    return (0, float(text), "") if FIGURE.fullmatch(text) else (1, 0, text.lower())


def lower(value):
    return value.lower() if isinstance(value, str) else value


def same(found, value):
    if is_day(value) and isinstance(found, datetime):
        return found.astimezone(UTC).date() == value
    return found == value and isinstance(found, bool) is isinstance(value, bool)


def listed(found):
    return found if isinstance(found, (list, tuple)) else [found]


def is_day(value):
    return isinstance(value, date) and not isinstance(value, datetime)


def written(condition, cls):
    """The condition as a program writes it."""
    if condition[0] == "not":
        return ~written(condition[1], cls)
    if condition[0] in {"and", "or"}:
        made = written(condition[1], cls)
        for one in condition[2:]:
            made = made & written(one, cls) if condition[0] == "and" else made | written(one, cls)
        return made
    name, operator, value = condition
    field = getattr(cls, name)
    if operator in {"is_null", "is_not_null", "is_blank", "is_not_blank"}:
        return getattr(field, operator)()
    if operator in {"between", "not_between", "ibetween"}:
        return getattr(field, operator)(*value)
    return getattr(field, operator)(value)


FIGURE = re.compile(r"-?\d+(\.\d+)?")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# --- the systems ------------------------------------------------------------------------------------


class World:
    """Rows of a class, and a session that can read them.

    Attributes:
        always: Conditions without which nothing is read.
        filtered: Fields that the system filters by, where these are few.
    """

    def __init__(self, server, session, cls, objects, *, always=(), filtered=()):
        self.server = server
        self.session = session
        self.cls = cls
        self.always = always
        self.filtered = filtered
        both = (False, True) if server.service == "cloudbees_cd" else (False,)
        rules = itertools.product((True, False), both, both)
        self.readings = [dict(zip(("fold", "empty", "figures"), rule, strict=True)) for rule in rules]
        fields = [name for name, member in cls._members.items() if isinstance(member, Field)]
        fields += ["id"] if len(cls._key) == 1 else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.rows = {repr(one.id): read(one, fields) for one in objects}
        # Fields that every row tells.
        self.names = sorted(set.intersection(*({*row} for row in self.rows.values())))
        self.values = {
            name: list({repr(v): v for row in self.rows.values() for v in listed(row[name]) if v is not None}.values())
            for name in self.names
        }


def read(obj, fields):
    """The values of an object that came with it."""
    found = {}
    for name in fields:
        try:
            found[name] = getattr(obj, name)
        except (FieldNotLoaded, LazyLoadError):
            continue
    return found


def cloudbees_cd(server, session):
    for name in ("Project", "Job", "Resource", "Release", "Schedule", "FormalParameter", "Credential"):
        cls = session.api.by_code[name[0].lower() + name[1:]]
        yield World(server, session, cls, session.query(cls).limit(60).all())


def flowdock(server, session):
    api = session.api
    flows = session.query(api.Flow).all()
    for cls in (api.Message, api.Thread, api.Source, api.Invitation):
        rows = [one for flow in flows for one in session.search(cls, flow=flow)]
        yield World(
            server,
            session,
            cls,
            rows,
            always=[("flow_id", "__eq__", flow.id) for flow in flows[:2]],
            filtered=[
                n for n in ("number", "event", "tags", "thread_id", "flow_id", "created_at") if n in cls._members
            ],
        )
    talks = session.query(api.PrivateConversation).all()
    rows = [one for talk in talks for one in session.search(api.PrivateMessage, conversation=talk)]
    yield World(server, session, api.PrivateMessage, rows, always=[("conversation_id", "__eq__", talks[0].id)])
    for cls in (api.Flow, api.User, api.Organization, api.PrivateConversation):
        yield World(server, session, cls, session.query(cls).all())


def blizwork(server, session):
    sales = session.process("sales")
    cases = session.query(sales).all()
    yield World(server, session, sales, session.load(sales, [one.id for one in cases]))
    table = session.table("Clientes", key="RUT")
    yield World(server, session, table, session.query(table).all())


def bitrix24(server, session):
    for name in ("Deal", "Contact", "Company", "Lead", "Task", "User", "Activity"):
        cls = getattr(session.api, name)
        yield World(server, session, cls, session.query(cls).limit(80).all())


MAKERS = [cloudbees_cd, flowdock, blizwork, bitrix24]


@pytest.fixture(scope="module", params=MAKERS, ids=lambda maker: maker.__name__)
def worlds(request):
    name = request.param.__name__
    options = {"requests_per_second": None} if name == "bitrix24" else {}
    with Sandbox(service=name, data="demo") as server, server.session(lazy="raise", **options) as session:
        yield list(request.param(server, session))


# --- conditions -------------------------------------------------------------------------------------

PLAIN = ["__eq__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "ne_and_not_null"]
TEXTS = ["ieq", "ine", "contains", "icontains", "not_contains", "not_icontains", "startswith", "endswith"]
MANY = ["in_", "in_", "not_in", "iin", "not_iin", "all_of"]
RANGES = ["between", "not_between", "ibetween"]
NULLS = ["is_null", "is_not_null", "is_blank", "is_not_blank"]
ODD = st.one_of(
    st.booleans(),
    st.integers(-5, 10**9),
    st.integers(),
    st.floats(),
    st.sampled_from([Decimal("1.5"), b"x", [], {}, ["a"], float("nan"), float("inf"), object(), "", "%", "_", "a'b", "a,b", ",", "@ann", "#x", " ", "\0", "\ud800", "é\u2028"]),
    st.text(max_size=4),
    st.dates(),
    st.datetimes(timezones=st.just(UTC) | st.none()),
)  # fmt: skip


@st.composite
def leaves(draw, world):
    name = draw(st.sampled_from([*world.names, *world.filtered * 4]))
    known = world.values[name]
    if not known or not draw(st.integers(0, 9)):
        # Whatever a program could write, by mistake too.
        possible, values = [*PLAIN, *TEXTS, *MANY, *RANGES, *NULLS], ODD
    else:
        texts = isinstance(known[0], str)
        possible = [*PLAIN, *MANY[: None if texts else 3], *RANGES, *NULLS, *(TEXTS if texts else ())]
        values = st.sampled_from(known).flatmap(around)
    operator = draw(st.sampled_from(possible))
    if operator in NULLS:
        return name, operator, None
    if operator in MANY:
        return name, operator, draw(st.lists(values, max_size=3))
    if operator in RANGES:
        return name, operator, (draw(values), draw(values))
    return name, operator, draw(values)


def around(value):
    """A value that is there, and others that are close to it."""
    others = [value]
    if isinstance(value, str):
        others += [value[:3], value[-2:], f"{value} ", value + "%", f"{value},x"]
        # The case of a UUID says nothing.
        others += [] if UUID.fullmatch(value) else [value.upper(), value.swapcase()]
    elif isinstance(value, bool):
        others += [not value]
    elif isinstance(value, int):
        others += [value + 1, value - 1]
    elif isinstance(value, datetime):
        others += [value.date(), value + timedelta(milliseconds=1), value - timedelta(days=1)]
    elif is_day(value):
        others += [value + timedelta(days=1)]
    return st.sampled_from(others)


@st.composite
def trees(draw, world, depth=2):
    kind = draw(st.sampled_from(["leaf", "leaf", "not", "and", "or"] if depth else ["leaf"]))
    if kind == "leaf":
        return draw(leaves(world))
    return kind, *(draw(trees(world, depth - 1)) for _ in range(1 if kind == "not" else 2))


REFUSALS = (NotSupportedError, TypeError, ValueError)
CLEAR = 8


def sent(server):
    return len(server.requests)


@settings(max_examples=EXAMPLES, derandomize=MORE is None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_condition_is_refused_in_words_or_read_as_it_is_written(worlds, data):
    world = data.draw(st.sampled_from(worlds), label="world")
    conditions = data.draw(st.lists(trees(world), min_size=1, max_size=3), label="conditions")
    if world.always and data.draw(st.integers(0, 9)):
        conditions.insert(0, data.draw(st.sampled_from(world.always)))
    locally = data.draw(st.booleans(), label="locally")
    check(world, conditions, locally=locally)


def check(world, conditions, *, locally):
    session, cls = world.session, world.cls
    try:
        query = session.query(cls).where(*(written(one, cls) for one in conditions))
    except REFUSALS as error:
        assert len(str(error)) > CLEAR  # noqa: PT017 - in words
        return
    query = query.filter_locally() if locally else query
    before = sent(world.server)
    try:
        found = {repr(one.id) for one in query.all()}
    except NotFoundError:
        # A flow that there is not: the server says so, where an empty list would be a guess.
        found = set()
    except REFUSALS as error:
        assert len(str(error)) > CLEAR  # noqa: PT017 - in words
        assert sent(world.server) == before
        return
    for key, row in world.rows.items():
        meant = {all(means(one, row, **reading) for one in conditions) for reading in world.readings}
        if len(meant) == 1:
            assert (key in found) is meant.pop(), (key, {name: row[name] for name in names_of(conditions)})


def names_of(conditions):
    for one in conditions:
        if one[0] in {"and", "or", "not"}:
            yield from names_of(one[1:])
        else:
            yield one[0]


# What was found so, by system and class.
FOUND = [
    ("cloudbees_cd", "Project", [("not", ("description", "__eq__", ""))]),
    ("cloudbees_cd", "Project", [("description", "__lt__", " "), ("not", ("description", "__lt__", " "))]),
    ("cloudbees_cd", "Project", [("create_time", "in_", [date(2024, 2, 24)])]),
    ("cloudbees_cd", "Project", [("create_time", "not_in", [date(2024, 2, 24), date(2024, 2, 25)])]),
    ("cloudbees_cd", "Project", [("create_time", "all_of", [])]),
    ("cloudbees_cd", "Job", [("priority", "contains", "NORMAL")]),
    (
        "blizwork",
        "SalesCase",
        [("field_values", "ne_and_not_null", {"slug": "amount", "value": 2860, "fileUrl": None})],
    ),
    ("flowdock", "PrivateConversation", [("activity", "__lt__", {"inbox": 0})]),
    ("bitrix24", "User", [("active", "__eq__", False)]),
]


@pytest.mark.parametrize("locally", [False, True])
def test_what_was_found_before(worlds, locally):
    for world in worlds:
        for system, name, conditions in FOUND:
            if (world.server.service, world.cls.__name__) == (system, name):
                check(world, conditions, locally=locally)
