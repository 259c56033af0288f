"""Searches to their end, by every kind of condition, and what is refused."""

import pickle
from datetime import UTC, date, datetime

import pytest

from workfront_orm.core.errors import IncompleteRead, UnknownNameError
from workfront_orm.core.evaluation import matches
from workfront_orm.core.retrying import Retrying
from workfront_orm.services.cloudbees_cd.errors import NotSupportedError


def test_a_search_ends_at_the_end(connect, api, sandbox, asked):
    session = connect(page_size=50)
    expected = session.get("/jobs")["job"]
    asked()
    found = session.search(api.Job)
    assert [job.id for job in found] == [job["jobId"] for job in expected]
    assert asked() == ["PUT /objects?findObjects", *["PUT /objects?getObjects"] * 4]


def test_what_others_change_meanwhile_shifts_nothing(connect, api):
    session, other = connect(page_size=2), connect()
    pages = session.query(api.Project).order_by(api.Project.project_name).pages()
    first = next(pages)
    other.load(api.Project, first[0].id).delete()
    api.Project(other, project_name="AAA").save()
    names = [one.project_name for one in first] + [one.project_name for page in pages for one in page]
    assert names == ["Data platform", "Default", "Größenprüfung", "Infrastructure", "Mobile app", "Web shop"]


def test_an_interrupted_search_is_resumed(connect, api, sandbox):
    session = connect(page_size=100, retrying=Retrying(attempts=1))
    sandbox.faults = [{"kind": "500", "path": "*/objects", "skip": 1, "count": 1}]
    query = session.query(api.Job).where(api.Job.status == "completed")
    with pytest.raises(IncompleteRead) as caught:
        query.all()
    sandbox.faults = None
    token = pickle.loads(pickle.dumps(caught.value.token))
    assert len(caught.value.objects) == 100
    assert len({job.id for job in [*caught.value.objects, *query.resume(token)]}) == 240


def test_limits_offsets_counts(session, api, asked):
    query = session.query(api.Job).order_by(api.Job.start.desc(), api.Job.job_name)
    everything = query.all()
    starts = [job.start for job in everything]
    assert starts == sorted(starts, reverse=True)
    assert query.limit(3).all() == everything[:3]
    assert query.offset(10).limit(5).all() == everything[10:15]
    assert query.first() is everything[0]
    asked()
    assert query.count() == 240
    assert asked() == ["PUT /objects?countObjects"]
    assert len(session.query(api.Job).ids()) == 240


def test_partitions_read_what_the_query_reads(session, api):
    query = session.query(api.Job).where(api.Job.outcome == "success")
    windows = query.partitions(3)
    read = [job for window in pickle.loads(pickle.dumps(windows)) for job in window.read(session)]
    assert sorted(job.id for job in read) == sorted(job.id for job in query)


# --- conditions -------------------------------------------------------------------------


def conditions(api):
    job, project = api.Job, api.Project
    at = datetime(2024, 2, 25, 12, tzinfo=UTC)
    return {
        "eq": job.outcome == "error",
        "ne": job.outcome != "success",
        "in": job.procedure_name.in_(["Build", "Package"]),
        "in with a quote": job.procedure_name.in_(["Build", "it's"]),
        "not in": job.procedure_name.not_in(["Build", "Package"]),
        "null": job.abort_status.is_null(),
        "not null": job.abort_status.is_not_null(),
        "contains": job.procedure_name.contains("es"),
        "icontains": job.procedure_name.icontains("ES"),
        "not contains": ~job.procedure_name.contains("es"),
        "startswith": job.project_name.startswith("Web"),
        "endswith": job.project_name.endswith("app"),
        "like": job.procedure_name.like("%test%"),
        "before": job.start < at,
        "since": job.start >= at,
        "not since": ~(job.start >= at),
        "between": job.start.between(datetime(2024, 2, 25, tzinfo=UTC), at),
        "not between": job.start.not_between(datetime(2024, 2, 25, tzinfo=UTC), at),
        "on a day": job.start == date(2024, 2, 25),
        "not on a day": job.start != date(2024, 2, 25),
        "until a day": job.start <= date(2024, 2, 25),
        "after a day": job.start > date(2024, 2, 25),
        "before a day": job.start < date(2024, 2, 25),
        "since a day": job.start >= date(2024, 2, 25),
        "days": job.start.between(date(2024, 2, 25), date(2024, 2, 26)),
        "not days": job.start.not_between(date(2024, 2, 25), date(2024, 2, 26)),
        "number": job.elapsed_time > 100,
        "and": (job.outcome == "success") & (job.procedure_name == "Build"),
        "or": (job.outcome == "error") | (job.procedure_name == "Build"),
        "not or": ~((job.outcome == "error") | (job.procedure_name == "Build")),
        "not and": ~((job.outcome == "success") & (job.procedure_name == "Build")),
        "nested": ((job.outcome == "error") | ~(job.procedure_name == "Build")) & (job.project_name != "Web shop"),
        "none of none": job.procedure_name.in_([]) | (job.outcome == "error"),
        "project": (project.project_name == "Default") | (project.description.contains("mobile")),
    }


@pytest.mark.parametrize(
    "name", conditions(__import__("workfront_orm.core.reflection", fromlist=["x"]).api_version("cloudbees_cd", "v1.0"))
)
def test_the_server_finds_what_the_condition_means(session, api, name):
    condition = conditions(api)[name]
    cls = api.Project if name == "project" else api.Job
    everything = session.search(cls)
    expected = [one.id for one in everything if matches(one.fields, [condition])]
    found = session.query(cls).where(condition).all()
    assert [one.id for one in found] == expected
    assert session.query(cls).where(condition).count() == len(expected)
    # No job of the demo was aborted, and all ran longer; every other condition tells rows apart.
    assert 0 < len(expected) < len(everything) or name in {"null", "not null", "number"}


def test_names_through_references_are_fields_of_the_object_itself(session, api):
    job = api.Job
    through = session.query(job).where(job.procedure.procedure_name == "Build", job.project.project_name == "Web shop")
    assert through.all() == session.search(job, procedure_name="Build", project_name="Web shop") != []
    release = session.search(api.Release)[0]
    assert release in session.query(api.Release).where(api.Release.pipeline.id == release.pipeline_id).all()


def test_properties_stand_among_the_fields(session, api):
    project = api.Project
    team = project.custom["$[owner team]"]
    session.load(project, "Default").properties["owner team"] = "ochre"
    query = (
        session.query(project).where(team.is_not_null()).order_by(team, project.project_name).fields("$[owner team]")
    )
    found = [(one.custom["$[owner team]"], one.project_name) for one in query]
    assert found == sorted(found)
    assert len(found) == 6
    assert session.search(project, **{"$[owner team]": "ochre"}) == [session.load(project, "Default")]
    assert [one.project_name for one in session.search(project, **{"$[settings/retries]": None})] == ["Default"]
    nothing = session.search(project, fields=["$[settings/retries]"], project_name="Default")[0]
    assert nothing.custom["$[settings/retries]"] is None
    one = session.load(project, "Web shop", fields=["$[settings/retries]"])
    assert one.custom["$[settings/retries]"] == one.properties["settings/retries"]


def test_a_property_is_written_through_the_mapping(session, api, asked):
    project = session.load(api.Project, "Default", fields=["$[x]"])
    asked()
    project.custom["$[x]"] = "y"
    with pytest.raises(NotSupportedError, match=r"properties\['x'\] = "):
        project.save()
    assert asked() == []


def test_search_takes_operators_of_the_server(session, api):
    project = api.Project
    assert [p.project_name for p in session.search(project, project_name__like="W%")] == ["Web shop"]
    assert len(session.search(project, projectName__notEqual="Default")) == 5
    assert len(session.search(project, project_name=["Default", "Web shop", "none"])) == 2
    assert len(session.search(project, credential_name=None)) == 6
    assert session.search(project, project_name="default") == []
    assert len(session.search(api.Job, start__between=(date(2024, 2, 25), date(2024, 2, 25)))) == len(
        session.query(api.Job).where(api.Job.start == date(2024, 2, 25)).all()
    )


def test_what_is_unknown_is_refused_with_near_names(session, api, asked):
    with pytest.raises(UnknownNameError, match="project_name"):
        session.search(api.Project, project_nam="x")
    with pytest.raises(UnknownNameError, match="greaterThan"):
        session.search(api.Project, project_name__greater="x")
    with pytest.raises(UnknownNameError, match="no field"):
        session.search(api.Project, procedures="x")
    assert asked() == []


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (lambda api: api.Job.procedure.description == "x", "fields and properties of the object itself"),
        (lambda api: api.Job.project_name == api.Job.procedure_name, "with values only"),
        (lambda api: api.Job.job_name.startswith("50_%"), "wildcards"),
        (lambda api: api.Job.job_name.has_length(3), "does not filter by length_eq"),
        (lambda api: (api.Job.job_name == "x") & api.Job.project_name.icontains("WEB"), "once for a whole search"),
        (lambda api: api.Job.actual_parameter == {"a": "b"}, "a list"),
        (lambda api: api.Credential.password == "x", "written only"),
    ],
)
def test_what_the_server_cannot_filter_is_refused(session, api, asked, condition, reason):
    made = condition(api)
    query = session.query(made.members[0].operand.root if hasattr(made, "members") else made.operand.root)
    with pytest.raises(NotSupportedError, match=reason):
        query.where(made).all()
    assert asked() == []


def test_it_is_applied_here_on_request(session, api):
    job = api.Job
    query = session.query(job).where(job.outcome == "success", job.job_name.has_length(len("job_240_20240101000000")))
    query = query.where(job.project_name.icontains("WEB"), job.procedure_name == "Build").filter_locally()
    expected = [
        one
        for one in session.search(job, outcome="success", procedure_name="Build")
        if len(one.job_name) == 22 and one.project_name == "Web shop"
    ]
    assert query.all() == expected != []
    team = api.Project.custom["$[owner team]"]
    found = session.query(api.Project).where(team.has_length(3)).filter_locally().all()
    assert {one.properties["owner team"] for one in found} == {"red"}


def test_an_order_that_the_server_does_not_have_is_refused(session, api):
    with pytest.raises(NotSupportedError, match="case"):
        session.query(api.Job).order_by(api.Job.job_name.asc(ignore_case=True)).all()


@pytest.mark.parametrize("fields", [["procedures"], ["password"]])
def test_fields_that_never_come_are_refused(session, api, fields):
    cls = api.Credential if fields == ["password"] else api.Project
    with pytest.raises(NotSupportedError):
        session.search(cls, fields=fields)


def test_explain_shows_the_request(session, api):
    text = str(session.query(api.Job).where(api.Job.outcome == "error").explain())
    assert "findObjects" in text or "PUT /objects" in text
    assert "equals" in text


# --- values -----------------------------------------------------------------------------


def test_values_are_typed_and_empty_ones_are_none(session, api):
    job = session.search(api.Job, outcome="success")[0]
    assert job.start.tzinfo is not None
    assert isinstance(job.elapsed_time, int)
    assert job.outcome is api.Job.outcome.choices.SUCCESS
    assert job.abort_status is None
    agent = session.load(api.Resource, "agent-01")
    assert (agent.port, agent.resource_disabled, agent.step_limit) == (7800, False, None)


def test_the_wire_form_on_request(connect, api):
    agent = connect(values="wire").load(api.Resource, "agent-01")
    assert (agent.port, agent.resource_disabled) == ("7800", "0")


def test_a_property_sheet_has_its_properties_as_objects(session, api):
    project = session.load(api.Project, "Web shop")
    assert {one.property_name for one in project.property_sheet.properties} == set(project.properties)
    nested = next(one for one in project.property_sheet.properties if one.property_name == "settings")
    assert {one.property_name for one in nested.sheet.properties} == {"retries", "notify"}
