import copy
import pickle
from datetime import UTC, datetime

import pytest

from workfront_orm.core.errors import DeletedObjectError, DetachedObjectError, FieldNotLoaded, UnknownNameError
from workfront_orm.core.fields import Field
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import api_version
from workfront_orm.core.tracking import NOT_LOADED, Change, SaveResult

V220 = api_version("workfront", "v22.0")


class BudgetTask(V220.Task):
    """At the module's level, so that it pickles."""

    budget = Field("DE:Budget", type="decimal")


@pytest.fixture
def load(api, session):
    def load(**row):
        return api.from_data(session, {"ID": "t1", "objCode": "TASK", **row})

    return load


# --- constructor ------------------------------------------------------------------------


def test_values_by_python_or_wire_name(api, session):
    task = api.Task(session, name="x", projectID="p1", planned_completion_date=datetime(2030, 1, 1, tzinfo=UTC))
    assert task.fields == {
        "name": "x",
        "projectID": "p1",
        "plannedCompletionDate": "2030-01-01T00:00:00:000+0000",
    }
    assert task.id is None
    assert task.session is session
    assert set(task.dirty) == {"name", "projectID", "plannedCompletionDate"}
    assert task.dirty["name"] == Change(NOT_LOADED, "x")


def test_with_an_id_the_values_are_what_is_known(api, session):
    for task in (api.Task(session, ID="t1", name="x"), api.Task(session, id="t2", name="x")):
        assert task.name == "x"
        assert not task.dirty
        assert task.api_url() == f"/TASK/{task.id}"


def test_without_a_session(api):
    task = api.Task(name="x")
    assert task.session is None
    with pytest.raises(DetachedObjectError, match=r"save Task \(not saved\): the object belongs to no session.*merge"):
        task.save()
    for act in (task.load, task.delete, task.refresh):
        with pytest.raises(DetachedObjectError, match="belongs to no session"):
            act()
    with pytest.raises(DetachedObjectError, match="load project"):
        _ = task.project


def test_unknown_names_raise_with_near_matches(api, session, canned):
    with pytest.raises(UnknownNameError, match="Task has no member 'nmae'; did you mean 'name'"):
        api.Task(session, nmae="x")
    with pytest.raises(TypeError, match=r"Task\.name takes str, not int 5"):
        api.Task(session, name=5)
    with pytest.raises(TypeError, match=r"Task: a field is given twice.*project_id, projectID"):
        api.Task(session, project_id="p1", projectID="p2")
    assert not canned.requests


def test_references_are_given_by_their_id(api, session):
    project = api.Project(session, ID="p1")
    with pytest.raises(AttributeError, match=r"assign an id or an object to Task\.project_id"):
        api.Task(session, project=project)
    assert api.Task(session, project_id=project).fields["projectID"] == "p1"


def test_what_is_given_is_not_shared(api, session):
    tags = ["ST"]
    task = api.Task(session, ID="t1", auditTypes=tags)
    tags.append("AA")
    assert task.audit_types == ["ST"]


def test_nested_rows_that_a_server_would_send(api, session):
    task = api.Task(session, ID="t1", project={"ID": "p1", "objCode": "PROJ", "name": "P"}, assignments=[])
    assert type(task.project) is api.Project
    assert task.project.name == "P"
    assert task.assignments == ()


def test_an_object_made_for_an_id_is_the_object_of_that_id(api, session, canned):
    canned.add("TASK", ID="t1", name="x")
    task = api.Task(session, ID="t1")
    assert session.load(api.Task, "t1") is task
    assert task.name == "x"


# --- tracking ---------------------------------------------------------------------------


def test_setting_a_value_back_makes_it_clean(load):
    task = load(
        name="x",
        percentComplete=5.0,
        taskNumber=3,
        isCritical=False,
        plannedCompletionDate="2030-05-18T17:00:00:000-0600",
    )
    task.name = "y"
    task.percent_complete = 6
    task.planned_completion_date = datetime(2031, 1, 1, tzinfo=UTC)
    assert set(task.dirty) == {"name", "percentComplete", "plannedCompletionDate"}
    task.name = "x"
    task.percent_complete = 5
    task.planned_completion_date = datetime(2030, 5, 18, 23, tzinfo=UTC)
    assert not task.dirty
    assert task.fields["plannedCompletionDate"] == "2030-05-18T17:00:00:000-0600"
    assert task.fields["percentComplete"] == 5.0


def test_setting_the_same_value_changes_nothing(load):
    task = load(name="x", percentComplete=5.0, plannedCompletionDate="2030-05-18T17:00:00:000-0600")
    task.name = "x"
    task.percent_complete = 5
    task.planned_completion_date = datetime(2030, 5, 18, 23, tzinfo=UTC)
    assert not task.dirty


def test_truth_is_no_number(load):
    task = load(**{"DE:Count": 1, "DE:Flag": True})
    task.custom["DE:Count"] = True
    task.custom["DE:Flag"] = 1
    assert set(task.dirty) == {"DE:Count", "DE:Flag"}
    task.custom["DE:Count"] = 1.0
    task.custom["DE:Flag"] = True
    assert not task.dirty


def test_none_and_not_loaded_are_originals_too(load):
    task = load(description=None)
    task.description = "x"
    task.name = "y"
    assert task.dirty == {"description": Change(None, "x"), "name": Change(NOT_LOADED, "y")}
    task.description = None
    assert set(task.dirty) == {"name"}


def test_dirty_holds_python_values(load, api):
    task = load(status="NEW", plannedCompletionDate="2030-05-18T17:00:00:000-0600")
    task.status = "CPL"
    task.planned_completion_date = None
    old, new = task.dirty["status"]
    assert old is api.Task.status.choices.NEW
    assert new is api.Task.status.choices.COMPLETE
    assert task.dirty["plannedCompletionDate"].new is None
    assert task.dirty["plannedCompletionDate"].old == datetime(2030, 5, 18, 23, tzinfo=UTC)
    assert repr(task.dirty["status"]).startswith("Change(old=")
    assert Change(1, 2) == Change(1, 2) != Change(2, 1)


def test_lists_changed_in_place_are_seen(load):
    task = load(auditTypes=["ST"])
    task.audit_types.append("AA")
    assert task.dirty == {"auditTypes": Change(["ST"], ["ST", "AA"])}
    assert task.fields["auditTypes"] == ["ST", "AA"]
    assert task.fields.dirty() == {"auditTypes": ["ST", "AA"]}
    task.audit_types.pop()
    assert not task.dirty


def test_assigning_the_original_list_takes_back_what_was_done_in_place(load):
    task = load(auditTypes=["ST"])
    task.audit_types.append("AA")
    task.audit_types = ["ST"]
    assert not task.dirty
    assert task.audit_types == ["ST"]


def test_a_single_value_in_a_list_field_is_clean(load):
    task = load(auditTypes="ST")
    assert task.audit_types == ["ST"]
    assert not task.dirty
    task.audit_types.append("AA")
    assert task.dirty["auditTypes"].new == ["ST", "AA"]


def test_lists_and_maps_in_custom_fields_are_seen(load):
    task = load(**{"DE:Tags": ["a"], "DE:Map": {"a": {"b": 1}}})
    task.custom["DE:Tags"].append("b")
    task.custom["DE:Map"]["a"]["b"] = 2
    assert set(task.dirty) == {"DE:Tags", "DE:Map"}
    assert task.dirty["DE:Map"] == Change({"a": {"b": 1}}, {"a": {"b": 2}})


def test_what_was_put_into_a_list_is_checked_when_it_is_asked_for(load):
    task = load(auditTypes=["ST"])
    task.audit_types.append(5)
    with pytest.raises(TypeError, match=r"Task\.audit_types takes str, not int 5"):
        _ = task.dirty
    assert "5" in repr(task)
    task.audit_types.pop()
    assert not task.dirty


def test_revert(load):
    task = load(name="x", auditTypes=["ST"], ownerID=None, description=None)
    task.name = "y"
    task.description = "z"
    task.percent_complete = 5
    task.audit_types.append("AA")
    task.revert()
    assert not task.dirty
    assert (task.name, task.audit_types, task.description) == ("x", ["ST"], None)
    with pytest.raises(FieldNotLoaded):
        _ = task.percent_complete
    task.revert()
    assert task.name == "x"


def test_reverting_an_unsaved_object_leaves_it_empty(api, session):
    task = api.Task(session, name="x")
    task.revert()
    assert not task.fields
    assert not task.dirty


def test_reverting_an_id_brings_back_the_object_it_meant(api, session, canned):
    canned.add("PROJ", {"ID": "p1", "name": "one"}, {"ID": "p2", "name": "two"})
    one, two = session.load(api.Project, ["p1", "p2"])
    task = api.from_data(
        session, {"ID": "t1", "objCode": "TASK", "projectID": "p1", "project": {"ID": "p1", "objCode": "PROJ"}}
    )
    assert task.project is one
    task.project_id = two
    assert task.project is two
    task.revert()
    assert task.project is one


# --- views ------------------------------------------------------------------------------


def test_fields_are_wire_names_and_wire_values(load):
    task = load(name="x", plannedCompletionDate="2030-05-18T17:00:00:000-0600")
    assert dict(task.fields) == {
        "ID": "t1",
        "objCode": "TASK",
        "name": "x",
        "plannedCompletionDate": "2030-05-18T17:00:00:000-0600",
    }
    assert "name" in task.fields
    assert "status" not in task.fields
    assert len(task.fields) == 4
    assert task.fields.get("status") is None
    with pytest.raises(KeyError):
        _ = task.fields["status"]
    assert repr(task.fields) == repr(dict(task.fields))


def test_assigning_to_fields_is_tracked_and_seen(load, api):
    task = load(name="x", status="NEW")
    assert task.status is api.Task.status.choices.NEW
    task.fields["status"] = "CPL"
    task.fields["DE:x"] = 1
    assert task.status is api.Task.status.choices.COMPLETE
    assert task.fields.dirty() == {"status": "CPL", "DE:x": 1}
    task.fields.update(name="y")
    assert task.dirty["name"] == Change("x", "y")
    task.fields["status"] = "NEW"
    assert "status" not in task.dirty


def test_assigning_an_id_to_fields_makes_the_reference_stale(load, api):
    task = load(projectID="p1", project={"ID": "p1", "objCode": "PROJ"})
    assert task.project.id == "p1"
    task.fields["projectID"] = None
    assert task.project is None


def test_forgetting_a_field_loses_its_change(load):
    task = load(name="x")
    task.name = "y"
    del task.fields["name"]
    assert not task.dirty
    with pytest.raises(FieldNotLoaded):
        _ = task.name
    task._merge({"name": "z"})
    assert task.name == "z"
    assert not task.dirty


def test_cleaning(load):
    task = load(name="x", description="d")
    task.name, task.description = "y", "e"
    task.fields.clean(())
    assert set(task.dirty) == {"name", "description"}
    task.fields.clean(["name"])
    assert set(task.dirty) == {"description"}
    task.fields.clean()
    assert not task.dirty
    assert (task.name, task.description) == ("y", "e")


def test_the_key_in_fields(load, api, session):
    task = load()
    task.fields["ID"] = "t1"
    with pytest.raises(AttributeError, match="Task t1: the key 'ID' cannot be changed to 't2'"):
        task.fields["ID"] = "t2"
    with pytest.raises(AttributeError, match="cannot be forgotten"):
        del task.fields["ID"]
    new = api.Task(session)
    new.fields.update({"ID": "t9", "name": "x"})
    assert new.id == "t9"
    assert session.identity_map.get(api.Task, "t9") is new
    assert new.dirty == {"name": Change(NOT_LOADED, "x")}


def test_custom_fields(load):
    task = load(**{"DE:Budget": 5, "name": "x"})
    custom = task.custom
    assert custom["DE:Budget"] == 5
    assert dict(custom) == {"DE:Budget": 5}
    assert "DE:Budget" in custom
    assert "name" not in custom
    assert len(custom) == 1
    custom["DE:New"] = "v"
    assert task.dirty == {"DE:New": Change(NOT_LOADED, "v")}
    with pytest.raises(FieldNotLoaded, match="DE:Other"):
        _ = custom["DE:Other"]
    for name in ("name", "Budget", 5):
        with pytest.raises(UnknownNameError, match="custom takes wire names of custom fields"):
            _ = custom[name]
        with pytest.raises(UnknownNameError, match="custom takes wire names of custom fields"):
            custom[name] = "v"
    with pytest.raises(TypeError, match="assign None"):
        del custom["DE:Budget"]


def test_declared_custom_fields_in_the_view(session):
    task = BudgetTask(session, ID="1", **{"DE:Budget": 1.5})
    assert str(task.custom["DE:Budget"]) == "1.5"
    with pytest.raises(TypeError, match="takes decimal"):
        task.custom["DE:Budget"] = "much"


def test_to_dict(load, api):
    task = load(name="x", status="CPL", plannedCompletionDate=None, **{"DE:x": 1})
    assert task.to_dict() == {
        "id": "t1",
        "objCode": "TASK",
        "name": "x",
        "status": api.Task.status.choices.COMPLETE,
        "planned_completion_date": None,
        "DE:x": 1,
    }


# --- showing ----------------------------------------------------------------------------


def test_repr_shows_class_and_wire_values(load, canned):
    task = load(name="x", status="NEW")
    task.status = "CPL"
    assert repr(task) == "<Task: ID='t1', name='x', objCode='TASK', status='CPL'>"
    assert not canned.requests


def test_repr_shows_no_secrets(api, session):
    user = api.User(session, name="Ann", password="geheim")
    assert "geheim" not in repr(user)
    nested = api.from_data(session, {"ID": "1", "objCode": "USER", "owner": {"password": "geheim", "apiKey": "geheim"}})
    assert "geheim" not in repr(nested)


def test_repr_of_objects_that_refer_to_each_other(api, session):
    one, two = api.Task(session, name="1"), api.Task(session, name="2")
    one.parent_id = two
    two.parent_id = one
    assert repr(one) == "<Task: name='1', parentID=<Task (not saved)>>"


def test_repr_shows_lists_as_they_are_now(load):
    task = load(auditTypes=["ST"])
    task.audit_types.append("AA")
    assert "'AA'" in repr(task)


def test_dir_lists_members_and_own_names_without_a_request(load, canned):
    names = dir(load())
    assert {"id", "name", "project", "assignments", "move", "save", "dirty", "custom"} <= set(names)
    assert names == sorted(names)
    assert not canned.requests


def test_looking_for_display_hooks_asks_nothing(load, canned):
    task = load()
    for name in (
        "_repr_markdown_",
        "_ipython_display_",
        "shape",
        "__array__",
        "_ipython_canary_method_should_not_exist_",
    ):
        assert not hasattr(task, name)
    assert not canned.requests


# --- names ------------------------------------------------------------------------------


def test_convert_name(api):
    for name in ("planned_completion_date", "plannedCompletionDate", api.Task.planned_completion_date):
        assert api.Task.convert_name(name) == "plannedCompletionDate"
    assert api.Task.convert_name("id") == api.Task.convert_name("ID") == api.Task.convert_name(api.Task.id) == "ID"
    assert api.Task.convert_name(api.Task.project) == "project"
    assert api.Task.convert_name(api.Task.project.owner.name) == "project:owner:name"
    assert api.Task.convert_name("DE:Region") == "DE:Region"
    with pytest.raises(UnknownNameError, match="did you mean 'name'"):
        api.Task.convert_name("nmae")
    with pytest.raises(TypeError, match="named by a string or a descriptor, not by 5"):
        api.Task.convert_name(5)
    with pytest.raises(UnknownNameError, match="is a member of Project, not of Task"):
        api.Task.convert_name(api.Project.budget)


def test_a_member_of_another_version_of_the_class_passes(api):
    assert api.Task.convert_name(api_version("workfront", "v21.0").Task.status) == "status"


def test_field_spec(api):
    assert api.Task.field_spec("name", "project_id", api.Task.status) == "name,projectID,status"
    assert api.Task.field_spec() == ""


def test_api_url(api, session):
    assert api.Task(session, ID="5").api_url() == "/TASK/5"
    with pytest.raises(ValueError, match="Task has no ID"):
        api.Task(session).api_url()
    with pytest.raises(ValueError, match="Object has no code"):
        Object(session, ID="5").api_url()


# --- pickle and copy --------------------------------------------------------------------


def kept(task):
    return [pickle.loads(pickle.dumps(task)), copy.copy(task), copy.deepcopy(task)]


def test_an_unpickled_object_keeps_its_row_and_its_changes(load):
    task = load(name="x", auditTypes=["ST"], description=None)
    task.name = "y"
    task.audit_types.append("AA")
    task.percent_complete = 5
    for other in kept(task):
        assert type(other) is type(task)
        assert other.session is None
        assert other.fields == task.fields
        assert other.dirty == task.dirty
        other.revert()
        assert other.name == "x"
        assert other.audit_types == ["ST"]
    assert task.name == "y"


def test_a_clean_object_stays_clean(load):
    for other in kept(load(name="x")):
        assert not other.dirty
        assert other.id == "t1"
        other.name = "y"
        assert set(other.dirty) == {"name"}


def test_copies_share_nothing(load):
    task = load(**{"DE:Tags": ["a"]})
    for other in kept(task):
        other.custom["DE:Tags"].append("b")
        other.name = "y"
        assert task.custom["DE:Tags"] == ["a"]
        assert not task.dirty


def test_new_and_deleted_objects_keep_their_state(api, session, canned):
    new = api.Task(session, name="x")
    canned.add("TASK", ID="t1")
    gone = session.load(api.Task, "t1")
    gone.delete()
    for other in kept(new):
        assert other.id is None
        assert other.dirty == new.dirty
    for other in kept(gone):
        assert other.id == "t1"
        attached = session.merge(other)
        with pytest.raises(DeletedObjectError):
            attached.save()


def test_objects_of_a_subclass_and_generic_objects_pickle(session, api):
    task = BudgetTask(session, ID="1", **{"DE:Budget": 1.5})
    generic = api.from_data(session, {"ID": "1", "objCode": "NOPE", "name": "x"})
    for obj in (task, generic):
        for other in kept(obj):
            assert type(other) is type(obj)
            assert other.fields == obj.fields


def test_unsaved_objects_that_refer_to_each_other_pickle(api, session):
    one, two = api.Task(session, name="1"), api.Task(session, name="2")
    one.parent_id = two
    two.parent_id = one
    other = pickle.loads(pickle.dumps(one))
    parent = other._row["parentID"]
    assert parent.name == "2"
    assert parent._row["parentID"] is other


def test_no_credential_in_a_pickle(load):
    task = load(name="x")
    task.name = "y"
    assert b"canned-key" not in pickle.dumps(task)
    with pytest.raises(TypeError, match="does not pickle, since it holds credentials"):
        pickle.dumps(task.session)
    with pytest.raises(TypeError, match="does not pickle"):
        copy.copy(task.session)


# --- generic objects --------------------------------------------------------------------


def test_generic_objects_go_by_wire_name(session, api, canned):
    canned.add("NOPE", ID="1", name="x")
    obj = session.load(api.type_of({}, "NOPE"), "1")
    assert obj["name"] == "x"
    with pytest.raises(FieldNotLoaded, match="other"):
        _ = obj["other"]
    obj["other"] = 5
    assert obj.save() == SaveResult(("other",), updated=True)
    assert canned.sent()[-1] == ("PUT", "/NOPE/1", {"other": "5"})
    obj.load("anything")
    assert obj["anything"] is None


# --- classes of one's own ---------------------------------------------------------------


def test_a_subclass_hides_what_it_names_anew(api, session):
    class Loud(api.Task):
        @property
        def name(self):
            return self.fields["name"].upper()

        def project(self):
            return "mine"

    task = Loud(session, ID="1", objCode="TASK")
    task.fields["name"] = "x"
    assert task.name == "X"
    assert task.project() == "mine"
    assert "project" not in Loud._members


def test_save_result():
    assert not SaveResult()
    assert SaveResult(("name",), updated=True)
    assert hash(SaveResult(("name",), updated=True)) == hash(SaveResult(("name",), updated=True))
    assert repr(SaveResult(("name",), created=True)) == "SaveResult(created=True, updated=False, fields=('name',))"


def test_wire_names_are_told_from_python_names(api, session):
    approval = api.from_data(session, {"ID": "1", "objCode": "APPROVAL", "url": "lower", "URL": "upper"})
    assert (approval["url"], approval["URL"]) == ("lower", "upper")
    assert (approval.url_, approval.url) == ("lower", "upper")
    approval["url"] = "changed"
    assert set(approval.dirty) == {"url"}
