"""Creating, changing and deleting: one request each, dirty fields only; many at once with a row for each."""

import json

import pytest
import responses

from workfront_orm.core.errors import ConflictError, FieldNotLoaded, NotFoundError, NotSupportedError, OutcomeUnknown
from workfront_orm.core.retrying import Retrying
from workfront_orm.services import cloudbees_cd


@pytest.fixture
def wire(api):
    """A session with a server that is not there, and its canned answers."""
    with (
        responses.RequestsMock() as mock,
        cloudbees_cd.Session("https://cd.example.com", session_id="ABCDEFGH12345678") as session,
    ):
        yield session, mock


def body(mock, index=-1):
    return json.loads(mock.calls[index].request.body)


URL = "https://cd.example.com/rest/v1.0"


def test_the_wire_form_of_a_create_an_update_and_a_delete(wire, api):
    session, mock = wire
    row = {
        "resourceId": "r1",
        "resourceName": "a b",
        "port": "7800",
        "resourceDisabled": "0",
        "repositoryNames": "x\ny",
    }
    mock.post(f"{URL}/resources", json={"resource": row})
    agent = api.Resource(session, resource_name="a b", port=7800, resource_disabled=False, repository_names=["x", "y"])
    agent.save()
    assert body(mock) == {"resourceName": "a b", "port": "7800", "resourceDisabled": "0", "repositoryNames": "x\ny"}
    assert mock.calls[-1].request.headers["sessionId"] == "ABCDEFGH12345678"
    assert (agent.id, agent.port, agent.shell) == ("r1", 7800, None)
    mock.put(f"{URL}/resources/a%20b", json={"resource": {"resourceId": "r1", "port": "7801"}})
    agent.port = 7801
    agent.resource_disabled = True
    agent.resource_disabled = False
    agent.repository_names = None
    assert agent.save().fields == ("port", "repositoryNames")
    # An empty text clears; the answer with what changed leaves the rest alone.
    assert body(mock) == {"port": "7801", "repositoryNames": ""}
    assert (agent.resource_name, agent.port) == ("a b", 7801)
    mock.delete(f"{URL}/resources/a%20b", json={})
    agent.delete()
    assert (agent.id, agent.resource_name) == ("r1", "a b")


def test_a_cleared_value_is_none_again(session, api):
    project = session.load(api.Project, "Web shop")
    project.resource_name = "agent-01"
    project.save()
    project.resource_name = None
    project.save()
    project.refresh()
    assert not project.resource_name


def test_secrets_are_written_and_never_read(session, api):
    made = api.Credential(session, project_name="Default", credential_name="c", user_name="u", password="s3cr3t")
    assert "s3cr3t" not in repr(made)
    made.save()
    session.identity_map.clear()
    found = session.load(api.Credential, ("Default", "c"))
    with pytest.raises(FieldNotLoaded):
        _ = found.password
    found.password = "n3w"
    assert found.save().fields == ("password",)
    with pytest.raises(NotSupportedError, match="never returned"):
        found.load("password")


def test_many_are_saved_with_a_row_for_each(session, api, asked):
    made = [api.Procedure(session, project_name="Default", procedure_name=f"p{number}") for number in range(20)]
    bad = [
        api.Procedure(session, project_name="Default", procedure_name="p0"),
        api.Procedure(session, project_name="none", procedure_name="x"),
    ]
    made[0].save()
    asked()
    report = session.save_all([*made, *bad])
    assert (len(report.created), len(report.unchanged), len(report.failed)) == (19, 1, 2)
    assert [row.index for row in report.failed] == [20, 21]
    assert isinstance(report.failed[0].error, ConflictError)
    assert isinstance(report.failed[1].error, NotFoundError)
    # One a row, and one before them: what the user has already, for the case that an answer is lost.
    assert len(asked()) == 22
    for one in made:
        one.description = "x"
    assert len(session.save_all(made).updated) == 20
    gone = session.delete_all(made)
    assert len(gone.deleted) == 20
    assert session.search(api.Procedure, project_name="Default") == []


def test_a_rerun_with_a_key_doubles_nothing(session, api):
    def rows():
        return [
            api.Resource(session, resource_name=f"agent-{number:02d}", host_name="h", port=7800)
            for number in range(7, 11)
        ]

    report = session.save_all(rows(), key="resource_name")
    assert (len(report.created), len(report.updated)) == (2, 2)
    again = session.save_all(rows(), key="resource_name")
    assert (len(again.created), len(again.unchanged)) == (0, 4)


def test_parents_are_saved_before_what_stands_in_them(session, api):
    project = api.Project(session, project_name="P")
    procedure = api.Procedure(session, project_name=project, procedure_name="x")
    report = session.save_all([procedure, project])
    assert len(report.created) == 2
    assert procedure.project is project


def test_an_unknown_outcome_is_found_out(connect, api, sandbox):
    session = connect()
    session.get("/projects/Default")
    sandbox.faults = [{"kind": "502_after", "method": "POST", "path": "*/resources", "count": 1}]
    report = session.save_all([api.Resource(session, resource_name="new", host_name="h")], key="resource_name")
    sandbox.faults = None
    assert (len(report.created), len(report.unknown), len(report.failed)) == (1, 0, 0)
    assert report.created[0].id == session.load(api.Resource, "new").id


def test_a_rename_without_an_answer_is_not_repeated(connect, api, sandbox):
    session = connect(retrying=Retrying(base=0.01, longest=0.05))
    project = session.load(api.Project, "Web shop")
    project.project_name = "Shop"
    sandbox.faults = [{"kind": "reset_after", "method": "PUT", "path": "*/projects/*", "count": 1}]
    with pytest.raises(OutcomeUnknown):
        project.save()
    sandbox.faults = None
    project.refresh()
    assert project.project_name == "Shop"


def test_an_update_and_a_delete_without_an_answer_are_repeated(connect, api, sandbox):
    session = connect()
    project = session.load(api.Project, "Web shop")
    project.description = "new"
    sandbox.faults = [{"kind": "reset_after", "method": "PUT", "path": "*/projects/*", "count": 1}]
    project.save()
    sandbox.faults = [{"kind": "reset_after", "method": "DELETE", "path": "*/projects/*", "count": 1}]
    project.delete()
    sandbox.faults = None
    with pytest.raises(NotFoundError):
        session.load(api.Project, "Web shop")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("Application", {"project_name": "Default", "application_name": "x y"}),
        ("Artifact", {"group_id": "g", "artifact_key": "k"}),
        ("ArtifactVersion", {"group_id": "g", "artifact_key": "k", "version": "1.0"}),
        ("Component", {"project_name": "Web shop", "application_name": "A", "component_name": "c"}),
        ("Credential", {"project_name": "Default", "credential_name": "x y", "user_name": "u", "password": "p"}),
        ("Environment", {"project_name": "Default", "environment_name": "x y"}),
        ("EnvironmentTier", {"project_name": "Web shop", "environment_name": "QA", "environment_tier_name": "t"}),
        ("Pipeline", {"project_name": "Default", "pipeline_name": "x y"}),
        ("Process", {"project_name": "Web shop", "application_name": "A", "process_name": "p"}),
        ("Project", {"project_name": "x y"}),
        ("Release", {"project_name": "Default", "release_name": "x y"}),
        ("Repository", {"repository_name": "x y"}),
        ("Resource", {"resource_name": "x y", "host_name": "h"}),
        ("ResourcePool", {"resource_pool_name": "x y", "resource_name": ["agent-01"]}),
        ("Schedule", {"project_name": "Default", "schedule_name": "x y", "week_days": "MONDAY"}),
        ("Step", {"project_name": "Web shop", "procedure_name": "Build", "step_name": "s", "always_run": True}),
        ("Workspace", {"workspace_name": "x y", "local": True}),
    ],
)
def test_every_kind_is_made_read_changed_and_deleted(session, api, kind, values):
    cls = getattr(api, kind)
    if "application_name" in values and kind != "Application":
        api.Application(session, project_name="Web shop", application_name="A").save()
    made = cls(session, **values)
    assert made.save().created
    session.identity_map.clear()
    found = session.load(cls, made.id)
    for name, value in values.items():
        if name != "password":
            assert getattr(found, name) == value
    found.description = "ñ"
    assert found.save().fields == ("description",)
    session.identity_map.clear()
    key = made._names() if len(made._names()) > 1 else made._names()[0]
    again = session.load(cls, key)
    assert (again.id, again.description) == (made.id, "ñ")
    again.delete()
    with pytest.raises(NotFoundError):
        session.load(cls, key)
