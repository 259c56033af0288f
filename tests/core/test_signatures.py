"""No operator and no argument is ignored: every public signature is called with what it does not take."""

import inspect

import pytest

import workfront_orm
from workfront_orm import days, today
from workfront_orm.core.aggregation import Aggregation
from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.expressions import Expression
from workfront_orm.core.moments import Period, ServerValue
from workfront_orm.core.objects import Object
from workfront_orm.core.operators import Operand
from workfront_orm.core.partition import Window
from workfront_orm.core.paths import Path
from workfront_orm.core.query import Query
from workfront_orm.core.relations import Collection, Reference
from workfront_orm.core.report import Report
from workfront_orm.core.session import BaseSession
from workfront_orm.core.tracking import CustomFields, Fields
from workfront_orm.services.workfront.session import Session
from workfront_orm.versions.v220 import Hour, Task

WRONG = object()

FUNCTIONS = ["count", "days", "exists", "hours", "months", "now", "quarters", "today", "weeks", "years"]

# What the mapper's own modules call; programs do not.
INTERNAL = {
    *("call_action", "call_query", "check_code", "enter", "execute", "field_names", "keep_while_dirty", "load_fields"),
    "load_lazily",
    *("load_relation", "read", "related", "renew_credentials", "rows", "send", "wrap"),
}
# What asks for credentials, profiles or files; their own tests refuse wrong arguments.
ELSEWHERE = {"from_profile", "reflect", "register", "get_api_key", "login"}

CLASSES = {
    "session": (BaseSession, Session),
    "query": (Query,),
    "object": (Object,),
    "text": (Operand,),
    "number": (Operand,),
    "path": (Path,),
    "reference": (Reference,),
    "collection": (Collection,),
    "condition": (Expression,),
    "today": (ServerValue,),
    "days": (Period,),
    "groups": (Aggregation,),
    "window": (Window,),
    "report": (Report,),
    "fields": (Fields,),
    "custom": (CustomFields,),
}

# Arguments that are right, for those that stand before the wrong one.
RIGHT = {"object_type": Task, "type_": Hour, "id_or_ids": "0" * 32, "objects": [Task(None, name="x")], "method": "GET", "path": "/TASK/x",
         "lower": "a", "name": "myWork", "params": None}  # fmt: skip

# Names of arguments that nobody has, and values of the right type that make no sense.
MORE = {
    "fields": ["nmae", 5, ["nmae"], [5]],
    "names": ["nmae", 5],
    "field_names": ["nmae", 5],
    "key": ["nmae", 5, []],
    "number": [-1, True, "5", 1.5, None],
    "rule": ["always", None],
    "unit": ["fortnight", None],
    "force": ["yes", 1, None],
    "distinct": ["yes", 1, None],
    "ignore_case": ["yes", 1, None],
    "conditions": [True, "status='CPL'", Task.name, None],
    "values": ["CPL", 5, [WRONG], [None]],
    "value": [None, b"x", ["x"]],
    "text": [None, 5, b"x"],
    "words": [None, 5],
    "pattern": [None, 5],
    "moment": ["2030-01-01", 5, None],
    "length": ["5", -1, True, None],
    "bits": ["1", None, 1.5],
    "orderings": ["nmae", 5, True, None],
    "groups": [5, None],
    "object_type": ["Task", None, Object()],
    "id_or_ids": [None, "", [None]],
    "token": ["x", 5],
    "obj": [None, "x", Task],
    "objects": [None, "x", [5], [None], Task],
    "session": ["x", None],
}


def public(label):
    """The public functions that our own classes give an object of that kind."""
    for cls in CLASSES[label]:
        for name, member in vars(cls).items():
            function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
            left_out = INTERNAL | ELSEWHERE if label == "session" else ()
            if not name.startswith("_") and name not in left_out and inspect.isfunction(function):
                yield name, inspect.signature(function)


def parameters(signature):
    """Its parameters without the object itself."""
    return [one for one in signature.parameters.values() if one.name not in {"self", "cls"}]


METHODS = {(label, name): parameters(signature) for label in CLASSES for name, signature in public(label)}
CALLABLES = {
    **METHODS,
    **{("function", name): parameters(inspect.signature(getattr(workfront_orm, name))) for name in FUNCTIONS},
}


@pytest.fixture(scope="module")
def session(workfront_sandbox_of_the_module):
    with workfront_sandbox_of_the_module.session(api_version="v22.0") as session:
        yield session


@pytest.fixture(scope="module")
def workfront_sandbox_of_the_module():
    from workfront_orm.sandbox import Sandbox

    with Sandbox(data="demo") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def things(session):
    """One object of each kind."""
    query = session.query(Task)
    task = query.first()
    return {
        "session": session,
        "query": query,
        "object": task,
        "text": Task.name,
        "number": Task.work,
        "path": Task.project.owner,
        "reference": Task.project,
        "collection": Task.assignments,
        "condition": Task.work > 1,
        "today": today(),
        "days": days(1),
        "groups": query.group_by(Task.status),
        "window": query.partitions(1)[0],
        "report": session.save_all([]),
        "fields": task.fields,
        "custom": task.custom,
        "function": workfront_orm,
    }


def calls(label, name):
    """Each parameter with each value that it does not take, the ones before it being right."""
    positional = []
    for one in CALLABLES[label, name]:
        wrong = [WRONG, *MORE.get(one.name, ())]
        if label == "number" and one.name in {"lower", "upper"}:
            wrong.append("5")
        if one.default is None:
            wrong = [value for value in wrong if value is not None]
        if label == "function":
            # Periods go into the past too.
            wrong = [value for value in wrong if type(value) is not int or value >= 0]
        for value in wrong:
            if one.kind is one.VAR_KEYWORD:
                yield f"{one}={value!r}", positional, {"nosuch": value}
            elif one.kind is one.KEYWORD_ONLY:
                yield f"{one.name}={value!r}", positional, {one.name: value}
            else:
                yield f"{one.name}={value!r}", [*positional, value], {}
        if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}:
            positional = [*positional, 1.0 if label == "number" else RIGHT.get(one.name, one.default)]


@pytest.mark.parametrize(("label", "name"), [key for key, found in CALLABLES.items() if found])
def test_a_wrong_argument_is_refused_with_a_reason_before_anything_is_sent(
    things, workfront_sandbox_of_the_module, label, name
):
    workfront_sandbox_of_the_module.requests.clear()
    function = getattr(things[label], name)
    unclear = []
    for told, positional, named in calls(label, name):
        try:
            found = function(*positional, **named)
        except (TypeError, ValueError, UnknownNameError) as error:
            if len(str(error)) < 20 or "has no attribute" in str(error):
                unclear.append(f"{told}: {error!r}")
        except Exception as error:  # noqa: BLE001 - of whatever kind: it says too little
            unclear.append(f"{told}: {error!r}")
        else:
            unclear.append(f"{told} is taken: {found!r}")
    assert not unclear
    assert not workfront_sandbox_of_the_module.requests


@pytest.mark.parametrize(("label", "name"), CALLABLES)
def test_an_argument_of_an_unknown_name_and_one_too_many_are_refused(
    things, workfront_sandbox_of_the_module, label, name
):
    workfront_sandbox_of_the_module.requests.clear()
    function = getattr(things[label], name)
    found = CALLABLES[label, name]
    right = [RIGHT.get(one.name, WRONG) for one in found if one.default is one.empty and "VAR" not in one.kind.name]
    with pytest.raises((TypeError, AttributeError, ValueError), match=r"nosuch|takes|has no"):
        function(*right, nosuch=WRONG)
    if not any(one.kind is one.VAR_POSITIONAL for one in found):
        with pytest.raises(TypeError, match="positional argument"):
            function(*right, *[None] * (len(found) + 1))
    assert not workfront_sandbox_of_the_module.requests


def test_the_walk_meets_what_the_design_names():
    assert {("session", "search"), ("session", "save_all"), ("query", "where"), ("query", "partitions"),
            ("query", "update"), ("text", "icontains"), ("text", "in_"), ("number", "between"), ("number", "sum"),
            ("groups", "aggregate"), ("today", "begin_of"), ("window", "read"), ("object", "load"),
            ("function", "exists")} <= CALLABLES.keys()  # fmt: skip
    assert len(CALLABLES) > 120
