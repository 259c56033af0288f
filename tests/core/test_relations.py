import copy

import pytest

from workfront_orm.core.errors import DetachedObjectError, LazyLoadError, NotFoundError, UnknownNameError
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.relations import Collection, Reference, target_type

PEOPLE = [{"ID": f"u{n}", "name": f"User {n}"} for n in range(1, 4)]


@pytest.fixture
def world(canned):
    canned.add("USER", *PEOPLE)
    canned.add("PROJ", {"ID": "p1", "name": "One", "ownerID": "u1"}, {"ID": "p2", "name": "Two", "ownerID": None})
    canned.add("TASK", {"ID": "t1", "name": "A", "projectID": "p1"}, {"ID": "t2", "name": "B", "projectID": "p2"})
    canned.rows["TASK"]["t1"]["assignments"] = [{"ID": "a1", "objCode": "ASSGN"}, {"ID": "a2", "objCode": "ASSGN"}]
    canned.rows["TASK"]["t2"]["assignments"] = []
    return canned


# --- references -------------------------------------------------------------------------


def test_a_reference_is_loaded_on_first_access_and_kept(world, session, api):
    task = session.load(api.Task, "t1", ["name"])
    world.sent()
    assert task.project is task.project
    assert type(task.project) is api.Project
    assert task.project.name == "One"
    assert world.sent() == [("GET", "/TASK/t1", {"fields": "project"})]


def test_an_empty_reference_is_none(world, session, api):
    project = session.load(api.Project, "p2", ["name"])
    assert project.owner is None
    world.sent()
    assert project.owner is None
    assert not world.requests


def test_an_empty_id_says_so_without_a_request(world, session, api):
    project = session.load(api.Project, "p2", ["ownerID"])
    world.sent()
    assert project.owner is None
    assert project.owner_id is None
    assert not world.requests
    project.fields["ownerID"] = ""
    assert project.owner is None
    assert not world.requests


def test_an_embedded_reference_needs_no_request(world, session, api):
    task = session.load(api.Task, "t1", ["project"])
    world.sent()
    assert task.project.id == "p1"
    assert not world.requests


def test_a_known_object_is_found_by_its_id(world, session, api):
    project = session.load(api.Project, "p1")
    task = session.load(api.Task, "t1", ["projectID"])
    world.sent()
    assert task.project is project
    assert not world.requests


def test_the_reference_of_an_unknown_code_is_generic(session, api):
    task = api.from_data(
        session, {"ID": "t1", "objCode": "TASK", "project": {"ID": "x", "objCode": "NOPE", "name": "N"}}
    )
    assert type(task.project).code == "NOPE"
    assert task.project["name"] == "N"


def test_a_reference_to_what_the_version_lacks_is_generic(canned, session, api):
    dangling = [
        (key, name)
        for key, spec in api.source.read_all().items()
        for name, reference in spec.references.items()
        if reference.target not in api.source.read_all() and reference.target and reference.field and spec.code
    ]
    key, name = dangling[0]
    cls = api.by_code[key]
    member = cls._members[cls._python_names[name]]
    obj = api.from_data(session, {"ID": "1", "objCode": key, member.spec.field: "x1"})
    canned.add(key, ID="1", **{name: {"ID": "x1", "objCode": member.spec.target}})
    related = obj[name]
    assert (related.id, related.code) == ("x1", member.spec.target)
    with pytest.raises(UnknownNameError, match=r"which v22\.0 does not have"):
        target_type(member)
    assert not hasattr(member, "shape")
    assert dir(member)


def test_assigning_a_reference_is_refused_with_the_id_field_named(world, session, api):
    task = session.load(api.Task, "t1")
    with pytest.raises(AttributeError, match=r"Reference cannot be set: assign an id or an object to Task\.project_id"):
        task.project = None
    with pytest.raises(AttributeError, match="Reference cannot be set"):
        task["project"] = None


def test_an_id_field_takes_an_object(world, session, api):
    task, project = session.load(api.Task, "t1", ["projectID"]), session.load(api.Project, "p2")
    task.project_id = project
    assert task.fields["projectID"] == "p2"
    assert task.project is project
    assert task.dirty["projectID"].new == "p2"
    with pytest.raises(TypeError, match=r"Task\.project_id takes the id of a PROJ, not of User u1"):
        task.project_id = session.load(api.User, "u1")
    with pytest.raises(TypeError, match=r"Task\.name takes text, not an object"):
        task.name = project


def test_setting_another_id_makes_the_cached_reference_stale(world, session, api):
    task = session.load(api.Task, "t1", ["projectID", "project"])
    one = task.project
    task.project_id = "p2"
    world.sent()
    assert task.project.id == "p2"
    assert task.project.name == "Two"
    assert len(world.sent()) == 1
    task.project_id = "p1"
    assert task.project is one
    task.project_id = None
    assert task.project is None
    assert not world.requests


def test_setting_the_same_id_keeps_the_cached_reference(world, session, api):
    task = session.load(api.Task, "t1", ["projectID", "project"])
    one = task.project
    world.sent()
    task.project_id = "p1"
    task.project_id = one
    assert task.project is one
    assert not task.dirty
    assert not world.requests


def test_an_unsaved_object_stands_for_its_id(world, session, api):
    project = api.Project(session, name="New")
    task = api.Task(session, name="x", project_id=project)
    assert task.project is project
    assert task.project_id is None
    with pytest.raises(
        ValueError, match=r"Task\.project_id is Project \(not saved\), which has no id yet; save it first"
    ):
        task.save()
    assert not world.requests
    project.save()
    assert task.project_id == project.id
    task.save()
    assert world.sent()[-1] == ("POST", "/TASK", {"name": "x", "projectID": project.id})
    assert task.project is project
    assert not task.dirty
    detached = api.Task(None, name="y", project_id=api.Project(None, name="New"))
    assert detached.project.name == "New"


def test_a_newer_row_with_another_id_makes_the_reference_stale(world, session, api):
    task = session.load(api.Task, "t1", ["projectID", "project"])
    assert task.project.id == "p1"
    world.rows["TASK"]["t1"]["projectID"] = "p2"
    task.load("projectID")
    assert task.project.id == "p2"


def test_a_pending_id_keeps_its_reference_when_a_row_comes(world, session, api):
    task = session.load(api.Task, "t1", ["projectID"])
    two = session.load(api.Project, "p2")
    task.project_id = two
    task.load("project", "projectID", "name")
    assert task.project is two
    assert task.project_id == "p2"
    task.revert()
    assert task.project.id == "p1"


def test_an_object_that_the_server_does_not_show(world, session, api):
    task = session.load(api.Task, "t1", ["projectID"])
    task.project_id = "gone"
    with pytest.raises(
        NotFoundError, match=r"load Task\.project: 404: .*refers to an object that the server does not show"
    ):
        _ = task.project
    assert task.dirty["projectID"].new == "gone"


# --- collections ------------------------------------------------------------------------


def test_a_collection_is_a_tuple_loaded_on_first_access(world, session, api):
    task = session.load(api.Task, "t1", ["name"])
    world.sent()
    members = task.assignments
    assert type(members) is tuple
    assert [type(member) for member in members] == [api.Assignment] * 2
    assert task.assignments is members
    assert world.sent() == [("GET", "/TASK/t1", {"fields": "assignments"})]


def test_an_empty_collection_is_an_empty_tuple(world, session, api):
    assert session.load(api.Task, "t2", ["name"]).assignments == ()


def test_a_collection_can_be_neither_assigned_nor_changed(world, session, api):
    task = session.load(api.Task, "t1")
    with pytest.raises(AttributeError, match=r"Collection cannot be set: Task\.assignments.*the members themselves"):
        task.assignments = ()
    assert not hasattr(task.assignments, "append")


def test_members_of_a_collection_are_the_objects_of_the_session(world, session, api):
    known = api.Assignment(session, ID="a1")
    assert session.load(api.Task, "t1", ["assignments"]).assignments[0] is known


# --- siblings ---------------------------------------------------------------------------


def test_two_thousand_tasks_need_few_requests(canned, session, api):
    canned.add("USER", *({"ID": f"u{n:04}", "name": f"U{n}"} for n in range(300)))
    canned.add("PROJ", *({"ID": f"p{n:04}", "name": f"P{n}", "ownerID": f"u{n % 300:04}"} for n in range(700)))
    canned.add(
        "TASK",
        *(
            {"ID": f"t{n:04}", "name": f"T{n}", "projectID": f"p{n % 700:04}", "assignedToID": f"u{n % 300:04}"}
            for n in range(2000)
        ),
    )
    tasks = session.search(api.Task, fields=["name"], **{"$$LIMIT": 2000})
    canned.sent()
    assert [task.project.id for task in tasks] == [f"p{n % 700:04}" for n in range(2000)]
    assert [task.assigned_to.id for task in tasks] == [f"u{n % 300:04}" for n in range(2000)]
    assert [task.project.owner.id for task in tasks] == [f"u{n % 700 % 300:04}" for n in range(2000)]
    assert len(canned.sent()) <= 25


def test_ids_in_the_rows_are_loaded_once_each(canned, session, api):
    canned.add("PROJ", *({"ID": f"p{n}", "name": f"P{n}"} for n in range(3)))
    canned.add("TASK", *({"ID": f"t{n:03}", "projectID": f"p{n % 3}"} for n in range(100)))
    tasks = session.search(api.Task, fields=["projectID"])
    canned.sent()
    assert {task.project.id for task in tasks} == {"p0", "p1", "p2"}
    ((verb, path, params),) = canned.sent()
    assert (verb, path, sorted(params["ID"]), params["ID_Mod"]) == ("GET", "/PROJ/search", ["p0", "p1", "p2"], "in")


def test_what_references_lead_to_are_siblings_too(canned, session, api):
    canned.add("USER", *PEOPLE)
    canned.add("PROJ", *({"ID": f"p{n}", "name": "P", "ownerID": "u1"} for n in range(5)))
    canned.add("TASK", *({"ID": f"t{n}", "projectID": f"p{n}"} for n in range(5)))
    tasks = session.search(api.Task, fields=["project"])
    canned.sent()
    assert {task.project.owner.name for task in tasks} == {"User 1"}
    assert len(canned.sent()) == 1


def test_collections_of_siblings_are_loaded_together(canned, session, api):
    for n in range(150):
        canned.add("TASK", ID=f"t{n:03}", name="T", assignments=[{"ID": f"a{n}", "objCode": "ASSGN"}])
    tasks = session.search(api.Task, fields=["name"], **{"$$LIMIT": 200})
    canned.sent()
    assert [task.assignments[0].id for task in tasks] == [f"a{n}" for n in range(150)]
    assert len(canned.sent()) == 2


def test_a_deleted_sibling_fails_nobody(canned, session, api):
    canned.add("PROJ", {"ID": "p1", "name": "One"})
    canned.add(
        "TASK", {"ID": "t1", "projectID": "p1"}, {"ID": "t2", "projectID": "p1"}, {"ID": "t3", "projectID": "p1"}
    )
    tasks = session.search(api.Task, fields=["name"])
    del canned.rows["TASK"]["t2"]
    assert tasks[0].project.id == tasks[2].project.id == "p1"
    with pytest.raises(NotFoundError):
        _ = tasks[1].project


def test_siblings_are_held_weakly(canned, session, api):
    canned.add("PROJ", {"ID": "p1"})
    canned.add("TASK", *({"ID": f"t{n}", "projectID": "p1"} for n in range(5)))
    first = session.search(api.Task, fields=["name"])[0]
    canned.sent()
    assert first.project.id == "p1"
    assert canned.sent() == [("GET", "/TASK/t0", {"fields": "project"})]


def test_siblings_of_a_named_query(canned, session, api):
    canned.add("PROJ", {"ID": "p1", "name": "One"})
    canned.add("TASK", *({"ID": f"t{n}", "projectID": "p1"} for n in range(5)))
    canned.will_answer({"data": [{"ID": f"t{n}", "objCode": "TASK"} for n in range(5)]})
    work = api.Work.my_work(session)
    assert {type(one) for one in work} == {api.Task}
    canned.sent()
    assert {one.project.id for one in work} == {"p1"}
    assert len(canned.sent()) == 1


# --- lazy= ------------------------------------------------------------------------------


def test_lazy_warn_names_what_is_loaded_and_where(world, api):
    session = world.session(lazy="warn")
    task = session.load(api.Task, "t1", ["name"])
    with pytest.warns(UserWarning, match=r"lazy load of Task\.project of Task t1: name it in fields=") as caught:
        assert task.project.id == "p1"
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=r"lazy load of Task\.assignments") as caught:
        assert len(task.assignments) == 2
    assert caught[0].filename == __file__


def test_lazy_raise_sends_nothing(world, api):
    session = world.session(lazy="raise")
    task = session.load(api.Task, "t1", ["name"])
    world.sent()
    with pytest.raises(LazyLoadError, match=r"lazy load of Task\.project of Task t1"):
        _ = task.project
    with pytest.raises(LazyLoadError):
        _ = task.assignments
    assert not world.requests
    task.load("project")
    assert task.project.id == "p1"


def test_lazy_raise_lets_pass_what_needs_no_request(world, api):
    session = world.session(lazy="raise")
    project = session.load(api.Project, "p1", ["name"])
    assert session.load(api.Task, "t1", ["projectID"]).project is project
    assert session.load(api.Project, "p2", ["ownerID"]).owner is None
    assert session.load(api.Task, "t2", ["assignments"]).assignments == ()


# --- on the class -----------------------------------------------------------------------


def test_on_the_class_they_are_steps_of_a_path(api):
    assert api.Task.project.workfront_name == "project"
    assert api.Task.project.name.workfront_name == "project:name"
    assert api.Task.project.owner.name.workfront_name == "project:owner:name"
    assert api.Task.assignments.assigned_to.name.workfront_name == "assignments:assignedTo:name"
    assert repr(api.Task.project) == "<Reference Task.project>"
    assert api.Task.project.spec.target == "PROJ"
    assert "owner" in dir(api.Task.project)
    assert "is_null" in dir(api.Task.project)
    with pytest.raises(UnknownNameError, match="Project has no member 'nmae'; did you mean 'name'"):
        _ = api.Task.project.nmae
    assert not hasattr(api.Task.project, "_repr_html_")
    assert copy.copy(api.Task.project) is not None


def test_hand_written_relations():
    class Thing(Object):
        code = "THNG"
        parent = Reference("parent")
        parts = Collection("parts")

    class Session:
        pass

    api = APIVersion("mine")
    api.register(Thing)
    session = Session()
    session.api = api
    thing = Thing(session, ID="1", parent={"ID": "2", "objCode": "THNG"}, parts=[{"ID": "3", "objCode": "THNG"}])
    assert thing.parent.id == "2"
    assert [part.id for part in thing.parts] == ["3"]
    assert Thing(session, ID="1", parent=None).parent is None
    with pytest.raises(AttributeError, match="without an id field of its own"):
        thing.parent = None
    with pytest.raises(UnknownNameError, match="give the path as a wire name instead"):
        _ = Thing.parent.name
    with pytest.raises(DetachedObjectError):
        _ = Thing(None, ID="1").parent


def test_what_cannot_be_searched_for_is_read_with_its_owners(canned, session, api):
    assert "search" not in api.by_code["CUST"]._spec.operations
    canned.add("TASK", *({"ID": f"t{n}", "name": "T", "customerID": "c1", "customer": {"ID": "c1", "objCode": "CUST"}} for n in range(5)))  # fmt: skip
    tasks = session.search(api.Task, ["customerID"])
    canned.sent()
    assert len({task.customer for task in tasks}) == 1
    assert [(verb, path) for verb, path, _ in canned.sent()] == [("GET", "/TASK/search")]
