"""Objects are their ids and are reached by their names: loading, references, collections, renaming."""

import pickle

import pytest

from workfront_orm.services.cloudbees_cd.errors import ConflictError, NotFoundError


def test_an_object_is_loaded_by_id_and_by_name(session, api, asked):
    project = session.load(api.Project, "Web shop")
    assert asked() == ["GET /projects/Web shop"]
    assert session.load(api.Project, project.id) is project
    build = session.load(api.Procedure, ("Web shop", "Build"))
    assert session.load(api.Procedure, build.id) is build
    step = session.load(api.Step, ("Web shop", "Build", build.steps[0].step_name))
    assert step is build.steps[0]


def test_several_are_loaded_in_few_requests_in_the_order_asked_for(session, api, asked):
    first = session.load(api.Procedure, ("Web shop", "Build"))
    asked()
    wanted = [("Mobile app", "Build"), first.id, ("Web shop", "Package"), ("Mobile app", "Build")]
    found = session.load(api.Procedure, wanted)
    assert [one.procedure_name for one in found] == ["Build", "Build", "Package", "Build"]
    assert found[1] is first
    assert found[0] is found[3]
    assert asked() == ["PUT /objects?findObjects"] * 2


@pytest.mark.parametrize(
    ("kind", "key"),
    [("Project", "none"), ("Procedure", ("Web shop", "none")), ("Project", "00000000-0000-0000-0000-000000000000")],
)
def test_what_is_not_there_is_named(session, api, kind, key):
    with pytest.raises(NotFoundError, match=r"none|00000000"):
        session.load(getattr(api, kind), key)
    with pytest.raises(NotFoundError, match=r"none|00000000"):
        session.load(getattr(api, kind), [key, key])


def test_a_name_in_another_case_is_another_name(session, api):
    with pytest.raises(NotFoundError):
        session.load(api.Project, ["web shop", "Default"])


def test_what_is_no_name_is_refused_before_it_is_sent(session, api, asked):
    with pytest.raises(TypeError, match="takes an id or a tuple of projectName, procedureName"):
        session.load(api.Procedure, "Build")
    with pytest.raises(TypeError, match="have no names of their own"):
        session.load(api.FlowRuntime, "x")
    assert asked() == []


@pytest.mark.parametrize("name", ["a/b", "50 %", "ñ ü", "a?b=c&d#e", "a;b", "+", "$[x]"])
def test_every_name_finds_its_way_into_a_path(session, api, name):
    api.Project(session, project_name=name).save()
    found = session.load(api.Project, name)
    found.description = name
    found.save()
    assert session.load(api.Project, found.id, fields=["description"]).description == name
    found.delete()
    with pytest.raises(NotFoundError):
        session.load(api.Project, name)


def test_a_name_that_is_a_step_in_a_path_is_refused(session, api, asked):
    with pytest.raises(ValueError, match="cannot stand in a path"):
        session.load(api.Project, "..")
    assert asked() == []


# --- references -----------------------------------------------------------------------


def test_references_by_name_load_for_all_siblings_at_once(session, api, asked):
    procedures = session.search(api.Procedure)
    asked()
    projects = {procedure.project for procedure in procedures}
    assert {project.project_name for project in projects} == {one.project_name for one in procedures}
    assert asked() == ["PUT /objects?findObjects"]
    assert session.load(api.Project, "Web shop") in projects


def test_references_by_several_names(session, api, asked):
    jobs = session.search(api.Job, status="completed")
    asked()
    assert all(job.procedure.procedure_name == job.procedure_name for job in jobs)
    assert all(job.procedure.project_name == job.project_name for job in jobs)
    assert asked() == ["PUT /objects?findObjects"]


def test_a_reference_to_what_is_known_already_asks_nothing(session, api, asked):
    project = session.load(api.Project, "Web shop")
    build = session.load(api.Procedure, ("Web shop", "Build"))
    asked()
    assert build.project is project
    assert build.steps[0].procedure is build
    assert build.steps[0].project is project
    assert len(asked()) == 1


def test_a_reference_without_a_name_is_none(session, api, asked):
    build = session.load(api.Procedure, ("Web shop", "Build"))
    step = build.steps[0]
    asked()
    assert (build.resource, build.workspace, step.subprocedure_ref) == (None, None, None)
    assert asked() == []


def test_a_subprocedure_without_a_project_is_one_of_the_same(session, api):
    api.Step(session, project_name="Web shop", procedure_name="Build", step_name="call", subprocedure="Package").save()
    step = session.load(api.Step, ("Web shop", "Build", "call"))
    assert step.subprocedure_ref is session.load(api.Procedure, ("Web shop", "Package"))


def test_a_reference_to_what_is_gone_says_so(session, api):
    api.Procedure(session, project_name="Default", procedure_name="x", resource_name="nowhere").save()
    made = session.load(api.Procedure, ("Default", "x"))
    with pytest.raises(NotFoundError, match="refers to an object that the server does not show"):
        _ = made.resource


def test_objects_stand_for_their_names_and_ids(session, api):
    project, agent = session.load(api.Project, "Default"), session.load(api.Resource, "agent-01")
    made = api.Procedure(session, project_name=project, procedure_name="x", resource_name=agent)
    assert made.fields["projectName"] == "Default"
    made.save()
    assert made.resource is agent
    assert session.search(api.Procedure, project=project) == [made]
    assert [one.release_name for one in session.search(api.Release, pipeline=session.search(api.Pipeline)[0])]


# --- collections ----------------------------------------------------------------------


def test_collections_load_for_all_siblings_at_once(session, api, asked):
    projects = session.search(api.Project)
    asked()
    names = {project.project_name: len(project.procedures) for project in projects}
    assert names == {"Default": 0, **dict.fromkeys(names.keys() - {"Default"}, 5)}
    assert asked() == ["PUT /objects?findObjects"]
    environments = [one for project in projects for one in project.environments]
    asked()
    assert {len(one.tiers) for one in environments} == {2}
    assert len(asked()) == 1
    assert all(tier.environment is one for one in environments for tier in one.tiers)


@pytest.mark.parametrize(
    ("kind", "collection"),
    [
        ("Project", "applications"),
        ("Project", "credentials"),
        ("Project", "environments"),
        ("Project", "pipelines"),
        ("Project", "releases"),
        ("Project", "schedules"),
        ("Application", "processes"),
        ("Artifact", "versions"),
        ("Environment", "tiers"),
        ("EnvironmentTier", "resources"),
        ("Job", "steps"),
        ("Pipeline", "formal_parameters"),
        ("Pipeline", "runs"),
        ("Pipeline", "stages"),
        ("Procedure", "formal_parameters"),
        ("Procedure", "steps"),
        ("ResourcePool", "resources"),
    ],
)
def test_a_collection_of_one_and_of_all_is_the_same(connect, api, kind, collection):
    together = {one.id: {m.id for m in getattr(one, collection)} for one in connect().search(getattr(api, kind))}
    assert any(together.values())
    alone = connect()
    for key in list(together)[:4]:
        assert {member.id for member in getattr(alone.load(getattr(api, kind), key), collection)} == together[key]


def test_parameters_come_in_their_order(session, api):
    for name in ("b", "a", "c"):
        api.FormalParameter(
            session, project_name="Default", procedure_name="x", formal_parameter_name=name, required=name == "a"
        )
    api.Procedure(session, project_name="Default", procedure_name="x").save()
    for name in ("b", "a", "c"):
        api.FormalParameter(
            session, project_name="Default", procedure_name="x", formal_parameter_name=name, required=name == "a"
        ).save()
    found = session.load(api.Procedure, ("Default", "x")).formal_parameters
    assert [(one.formal_parameter_name, one.required, one.order_index) for one in found] == [
        ("b", False, 1),
        ("a", True, 2),
        ("c", False, 3),
    ]


@pytest.mark.parametrize("place", ["process", "pipeline"])
def test_parameters_of_processes_and_pipelines_are_made_changed_and_deleted(session, api, place):
    project = "Web shop"
    if place == "process":
        owner = session.load(api.Project, project).applications[0].processes[0]
        where = {"application_name": owner.application_name, "process_name": owner.process_name}
    else:
        owner = session.load(api.Project, project).pipelines[0]
        where = {"pipeline_name": owner.pipeline_name}
    made = api.FormalParameter(session, project_name=project, formal_parameter_name="new", **where)
    made.save()
    made.default_value = "7"
    made.save()
    owner.refresh()
    assert [one.default_value for one in owner.formal_parameters if one is made] == ["7"]
    made.delete()
    owner.refresh()
    assert made not in owner.formal_parameters


def test_resources_join_a_tier(session, api):
    tier = session.search(api.EnvironmentTier)[0]
    agent = next(one for one in session.search(api.Resource) if one not in tier.resources)
    tier.add_resources(agent)
    assert agent in tier.resources
    with pytest.raises(ConflictError):
        tier.add_resources(agent)


# --- renaming -------------------------------------------------------------------------


def test_a_renamed_object_keeps_its_id(session, api, asked):
    project = session.load(api.Project, "Web shop")
    build = session.load(api.Procedure, ("Web shop", "Build"))
    key = build.id
    asked()
    build.procedure_name = "Make"
    build.description = "all of it"
    assert build.save().fields == ("procedureName", "description")
    assert asked() == ["PUT /projects/Web shop/procedures/Build"]
    assert (build.id, build.dirty) == (key, {})
    assert session.load(api.Procedure, ("Web shop", "Make")) is build
    with pytest.raises(NotFoundError):
        session.load(api.Procedure, ("Web shop", "Build"))
    assert build.project is project


def test_before_it_is_saved_the_old_name_leads_to_it(session, api):
    project = session.load(api.Project, "Web shop")
    project.project_name = "Shop"
    assert session.load(api.Project, "Web shop") is project
    assert session.search(api.Procedure, project_name="Web shop")[0].project is project
    assert project.dirty["projectName"].old == "Web shop"
    project.revert()
    assert project.project_name == "Web shop"


def test_references_follow_the_new_name_and_not_the_old(session, api, asked):
    project = session.load(api.Project, "Web shop")
    old = session.load(api.Procedure, ("Web shop", "Build"))
    project.project_name = "Shop"
    project.save()
    # Another project takes the name.
    other = api.Project(session, project_name="Web shop")
    other.save()
    fresh = session.load(api.Procedure, ("Shop", "Build"))
    assert fresh is old
    assert fresh.project is project
    assert [one.project_name for one in session.search(api.Project, project_name__like="%hop")] == ["Shop", "Web shop"]


def test_what_stands_in_it_follows_to_the_new_name(session, api, asked):
    build = session.load(api.Procedure, ("Web shop", "Build"))
    step, parameter = build.steps[0], build.formal_parameters[0]
    elsewhere = session.load(api.Procedure, ("Mobile app", "Build"))
    project = build.project
    project.project_name = "Shop"
    project.save()
    build.procedure_name = "Make"
    build.save()
    # Others take the old names: a change that went there would change what is not meant.
    api.Project(session, project_name="Web shop").save()
    asked()
    step.description = parameter.description = "new"
    session.save_all([step, parameter])
    assert sorted(asked()) == [
        f"PUT /projects/Shop/procedures/Make/formalParameters/{parameter.formal_parameter_name}",
        f"PUT /projects/Shop/procedures/Make/steps/{step.step_name}",
    ]
    assert (step.procedure, step.project, elsewhere.project_name) == (build, project, "Mobile app")
    assert session.load(api.Step, ("Shop", "Make", step.step_name)) is step


def test_a_name_that_is_taken_is_a_conflict(session, api):
    project = session.load(api.Project, "Web shop")
    project.project_name = "Default"
    with pytest.raises(ConflictError, match="already exists"):
        project.save()
    assert project.dirty


# --- making objects -------------------------------------------------------------------


def test_the_place_of_an_object_is_given_once(session, api):
    made = api.Procedure(session, procedure_name="x")
    made.project_name = "Default"
    made.save()
    with pytest.raises(AttributeError, match="read-only"):
        made.project_name = "Web shop"
    with pytest.raises(AttributeError, match="read-only"):
        api.Procedure(session, owner="me")


def test_without_its_place_nothing_is_sent(session, api, asked):
    with pytest.raises(ValueError, match="projectName is not known"):
        api.Procedure(session, procedure_name="x").save()
    key = session.load(api.Procedure, ("Web shop", "Build")).id
    asked()
    session.identity_map.clear()
    blind = api.Procedure(session, id=key)
    blind.description = "new"
    with pytest.raises(ValueError, match=r"projectName, procedureName is not known.*load"):
        blind.save()
    assert asked() == []
    blind.load()
    assert blind.save().fields == ("description",)


def test_objects_pickle_without_their_session(session, api):
    build = session.load(api.Procedure, ("Web shop", "Build"))
    build.description = "new"
    copy = pickle.loads(pickle.dumps(build))
    assert (copy.id, copy.description, copy.session) == (build.id, "new", None)
    session.identity_map.clear()
    merged = session.merge(copy)
    assert merged.save().fields == ("description",)
    assert session.load(api.Procedure, ("Web shop", "Build")) is merged
