"""What people write who come from other mappers, or mistype: each message says what to write instead."""

import re

import pytest

from workfront_orm import Session, count
from workfront_orm.sandbox import Sandbox
from workfront_orm.versions.v220 import Task


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def session(sandbox):
    with sandbox.session(api_version="v22.0") as session:
        yield session


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda q: q.where(status="CPL"), "write Task.status == 'CPL', not status='CPL'"),
        (lambda q: q.filter(Task.status == "CPL"), "a query has no 'filter'; did you mean 'where'?"),
        (lambda q: q.limt(5), "did you mean 'limit'"),
        (lambda q: q.aggregate(n=count()), "did you mean 'group_by(...).aggregate'"),
        (lambda q: q[0], "a query is not indexed; use .first()"),
        (lambda q: q.fields(["name"]), "write several names one after the other"),
        (lambda q: q.fields("project.name"), "joined by colons: 'project:name'"),
        (lambda q: q.order_by("-name"), "write Task.name.desc()"),
        (lambda q: q.order_by("name:x"), "cannot go on behind the field"),
        (lambda q: q.group_by("project"), "a reference is grouped by its id field"),
        (lambda q: q.group_by(Task.project.owner), "a reference is grouped by its id field"),
        (lambda q: q.group_by(Task.status).aggregate(count()), "needs a name, such as n="),
        (lambda q: q.where(Task.status == "CPL" & Task.priority == 1), "need parentheses around each"),
        (lambda q: q.where(Task.status | Task.name), "need parentheses around each"),
    ],
)
def test_a_query_says_how_to_write_it(session, use, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        use(session.query(Task))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"limit": 5}, "no parameter 'limit'; write **{'$$LIMIT': 10}"),
        ({"order_by": "name"}, "no parameter 'order_by'; write name_Sort='asc'"),
        ({"field": ["name"]}, "did you mean 'fields'?"),
        ({"status": "CPL", "status_mod": "ne"}, "did you mean 'status_Mod'?"),
    ],
)
def test_a_search_says_which_parameter_is_meant(session, parameters, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        session.search(Task, **parameters)


def test_text_names_fields_and_paths_where_a_query_orders_and_groups(session):
    query = session.query(Task)
    for text, field in (
        ("status", Task.status),
        ("project:name", Task.project.name),
        ("DE:Region", Task.custom["DE:Region"]),
    ):
        assert query.group_by(text).aggregate(n=count()) == query.group_by(field).aggregate(n=count())
        assert query.order_by(text).ids() == query.order_by(field).ids()


@pytest.mark.parametrize(
    "parameters",
    [
        {"status": "XXX"},
        {"status": ["NEW", "XXX"], "status_Mod": "notin"},
        {"OR:1:status": "XXX"},
        {"project:status": "XXX"},
        {"priority": 77},
        {"priority": "77"},
    ],
)
def test_a_search_refuses_codes_that_the_tenant_does_not_have(session, parameters):
    with pytest.raises(ValueError, match=r"has no code '?(XXX|77)'? here.*codes of this tenant"):
        session.search(Task, **parameters)


def test_a_search_takes_what_is_a_code_or_is_no_comparison_with_one(sandbox, session):
    for parameters in ({"status": "RVW"}, {"priority": "3"}, {"status": Task.status.choices.NEW}):
        assert session.search(Task, **parameters), parameters
    assert session.search(Task, status="N", status_Mod="startswith")
    assert session.search(Task, status="$$X") == []
    with sandbox.session(api_version="v22.0", values="wire") as wire:
        assert wire.search(Task, status="XXX") == []


@pytest.mark.parametrize("domain", [None, "https://acme.my.workfront.com", "acme.my.workfront.com"])
def test_an_address_is_no_domain(domain):
    with pytest.raises(ValueError, match="domain takes the part of the host that names the customer"):
        Session(domain, api_version="v22.0")


def test_a_version_in_another_spelling_is_named():
    with pytest.warns(UserWarning, match=r"No APIVersion for v22, only basic requests possible; did you mean 'v22\.0'"):
        Session("acme", api_version="v22").close()


def test_the_clock_of_the_sandbox_takes_a_moment(sandbox):
    with pytest.raises(TypeError, match="takes an aware datetime"):
        sandbox.clock = "tomorrow"


def test_a_closed_field_needs_no_tenant(session):
    closed = next(
        field
        for name in sorted(Task.field_names)
        if (field := getattr(Task, name)).choices and not field.spec.open and not getattr(field.codec, "is_open", True)
    )
    with pytest.raises(ValueError, match=f"search Task: {closed.workfront_name} .*XXX"):
        session.search(Task, **{closed.workfront_name: "XXX"})
