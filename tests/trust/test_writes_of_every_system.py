"""Every kind of fault at writes on every system: the report is what the server has, and nothing is there twice."""

from collections import Counter

import pytest
import responses
from attrs import Factory, define

from workfront_orm.core.errors import APIError, InvalidResponseError, OutcomeUnknown
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.sandbox.faults import KINDS

FAULTS = [kind for kind in KINDS if kind not in {"latency", "slow"}]


@define
class Kind:
    """Objects of one class: how they are made, changed and read."""

    service: str
    key: object = None
    options: dict = Factory(dict)
    text: str = "description"
    name: str = "name"

    def new(self, session, name):
        raise NotImplementedError

    def read(self, session, mark):
        cls = type(self.new(session, mark))
        return session.query(cls).where(getattr(cls, self.name).startswith(mark)).all()

    def change(self, obj, value):
        setattr(obj, self.text, value)

    def has(self, obj, value):
        return getattr(obj, self.text) == value


class Projects(Kind):
    def new(self, session, name):
        return session.api.Project(session, name=name, description="new", ext_ref_id=name)

    def read(self, session, mark):
        cls = session.api.Project
        return session.query(cls).where(cls.name.startswith(mark)).fields("name", "description").all()


class Companies(Kind):
    def new(self, session, name):
        return session.api.Company(session, title=name, comments="new", origin_id=name)


class Items(Kind):
    def new(self, session, name):
        return session.api.Item128(session, title=name, xml_id=name)


class Procedures(Kind):
    def new(self, session, name):
        return session.api.Procedure(session, procedure_name=name, project_name="Default", description="new")


class Records(Kind):
    def new(self, session, name):
        return session.table("Clientes", key="RUT")(session, rut=name, nombre="new")

    def read(self, session, mark):
        return [one for one in session.search(session.table("Clientes", key="RUT")) if str(one.rut).startswith(mark)]


class Messages(Kind):
    def new(self, session, name):
        return session.api.Message(session, flow_id="acme/main", content=name)

    def read(self, session, mark):
        found = session.search(session.api.Message, flow="acme/main")
        return [one for one in found if str(one.content).startswith(mark)]

    def change(self, obj, value):
        obj.tags = [value]

    def has(self, obj, value):
        return value in (obj.tags or ())


SYSTEMS = [
    Projects("workfront", "ext_ref_id", {"api_version": "v22.0"}),
    Companies("bitrix24", "origin_id", {"requests_per_second": None}, "comments", "title"),
    Items("bitrix24", None, {"requests_per_second": None}, "xml_id", "title"),
    Procedures("cloudbees_cd", ("project_name", "procedure_name"), {}, name="procedure_name"),
    Records("blizwork", None, {}, "nombre", "rut"),
    Messages("flowdock", None, {}, "tags", "content"),
]


@pytest.fixture(scope="module", params=SYSTEMS, ids=lambda kind: type(kind).__name__.lower())
def system(request):
    kind = request.param
    with Sandbox(service=kind.service, data="demo") as sandbox, sandbox.session(**kind.options) as reader:
        yield kind, sandbox, reader


def contradictions(kind, report, there, value=None):
    """What a report says and the server does not have."""
    rows = {one.id: getattr(one, kind.name) for one in there}
    wrong = [f"{name} is there {times} times" for name, times in Counter(rows.values()).items() if times > 1]
    for row in report:
        name = getattr(row.object, kind.name)
        if row.status in {"created", "updated"} and rows.get(row.id) != name:
            wrong.append(f"{row!r} is not there")
        if row.status == "deleted" and name in rows.values():
            wrong.append(f"{row!r} is there")
        if row.status == "failed":
            wrong.append(f"{row!r}: nothing was wrong with it")
    wrong += [f"{one.id} has not {value}" for one in there if value is not None and not kind.has(one, value)]
    return wrong


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("keyed", [False, True], ids=["no key", "key"])
def test_a_fault_at_any_request_of_a_write_makes_no_report_false(system, fault, keyed):
    kind, sandbox, reader = system
    if keyed and kind.key is None:
        return
    for place in range(3):
        mark = f"{fault.replace('_', '')}{'k' if keyed else 'n'}{place}-"
        with sandbox.session(**kind.options, retrying=Retrying(base=0.001, longest=0.01, settle=0.01)) as session:
            objects = [kind.new(session, f"{mark}{number}") for number in range(3)]

            def carry_out(write, *arguments, place=place):
                sandbox.faults = [{"kind": fault, "skip": place, "count": 1}]
                report = write(*arguments)
                sandbox.faults = []
                return report

            report = carry_out(session.save_all, objects, kind.key if keyed else None)
            assert contradictions(kind, report, kind.read(reader, mark)) == []
            if keyed:
                assert report.counts() == {"created": 3}
            saved = [row.object for row in report.created]
            for obj in saved:
                kind.change(obj, "changed")
            report = carry_out(session.save_all, saved)
            assert report.counts() == ({"updated": len(saved)} if saved else {})
            there = [one for one in kind.read(reader, mark) if one.id in {obj.id for obj in saved}]
            for one in there:
                reader.refresh(one)
            assert contradictions(kind, report, there, "changed") == []
            report = carry_out(session.delete_all, saved)
            assert contradictions(kind, report, kind.read(reader, mark)) == []
            assert report.counts() == ({"deleted": len(saved)} if saved else {})


@pytest.mark.parametrize(
    "value",
    [float("nan"), object(), b"bytes", "half \ud83d", {(1, 2): 3}, [[object()]]],
    ids=["nan", "object", "bytes", "half a character", "keys", "inside"],
)
def test_a_value_that_no_request_can_carry_fails_its_row_alone(system, value):
    kind, _sandbox, reader = system
    objects = [kind.new(reader, f"unsendable{id(value)}-{number}") for number in range(3)]
    field = type(objects[1]).convert_name(kind.text)
    objects[1].fields[field] = value
    report = reader.save_all(objects)
    assert [row.status for row in report] == ["created", "failed", "created"]
    assert isinstance(report.rows[1].error, (TypeError, ValueError))
    assert field in str(report.rows[1].error)


def test_lists_without_end_fail_their_row_alone(system):
    kind, _sandbox, reader = system
    objects = [kind.new(reader, f"endless-{number}") for number in range(3)]
    endless = []
    objects[1].fields[type(objects[1]).convert_name(kind.text)] = endless
    objects[1]._row[type(objects[1]).convert_name(kind.text)].append(
        objects[1]._row[type(objects[1]).convert_name(kind.text)]
    )
    assert [row.status for row in reader.save_all(objects)] == ["created", "failed", "created"]


# --- of one system each -------------------------------------------------------------------------


def test_two_new_records_of_one_key_are_not_both_written():
    with Sandbox(service="blizwork", data="demo") as sandbox, sandbox.session() as session:
        cls = session.table("Clientes", key="RUT")
        report = session.save_all([cls(session, rut="7", nombre="first"), cls(session, rut="7", nombre="second")])
        assert [row.status for row in report] == ["created", "failed"]
        assert "row 0 is a new object of the same key" in str(report.rows[1].error)
        assert [one.nombre for one in session.search(cls, rut="7")] == ["first"]


def test_a_change_that_cannot_be_planned_fails_its_row_alone():
    with Sandbox(service="bitrix24", data="demo") as sandbox:
        session = sandbox.session(requests_per_second=None)
        cls = session.api.Status
        mine = [cls(session, entity_id="SOURCE", status_id=f"S{n}", name=f"n{n}") for n in range(3)]
        assert len(session.save_all(mine).created) == 3
        del mine[1]._row["ID"]
        report = session.delete_all(mine)
        assert [row.status for row in report] == ["deleted", "failed", "deleted"]
        assert "load it first" in str(report.rows[1].error)
        session.close()


def test_a_message_that_was_sent_and_cannot_be_looked_for_is_unknown():
    with Sandbox(service="flowdock", data="demo") as sandbox:
        session = sandbox.session(retrying=Retrying(base=0.001, attempts=1))
        message = session.api.Message(session, flow_id="acme/main", content="lost")
        message.flow_id  # noqa: B018 - where the flow is, is asked for once
        sandbox.faults = [
            {"kind": "reset_after", "method": "POST", "count": 1},
            {"kind": "expired", "method": "GET", "path": "*/messages", "count": 1},
        ]
        with pytest.raises(OutcomeUnknown):
            message.save()
        session.close()


def test_a_create_whose_answer_tells_no_id_is_unknown():
    from workfront_orm.services import cloudbees_cd

    with responses.RequestsMock() as mock:
        mock.add(responses.POST, "https://cd.example/rest/v1.0/projects", json={})
        session = cloudbees_cd.Session("https://cd.example", session_id="x" * 16)
        project = session.api.Project(session, project_name="p")
        with pytest.raises(OutcomeUnknown) as told:
            project.save()
        assert isinstance(told.value.__cause__, (InvalidResponseError, APIError))
        assert project.id is None
        session.close()
