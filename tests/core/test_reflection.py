import copy
import importlib
import inspect
import json
import pickle
import pydoc
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workfront_orm.core import metadata, reflection, service
from workfront_orm.core.errors import FieldNotLoaded, UnknownNameError
from workfront_orm.core.fields import Field, Key
from workfront_orm.core.methods import LateMethod
from workfront_orm.core.naming import snake_case, unique_names
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import APIVersion, api_version, find_query, generic_type
from workfront_orm.core.relations import Collection, Reference
from workfront_orm.core.types import ANY, TEXT

FOLDER = Path(__file__).parents[2] / "metadata"
FILES = [path for path in sorted(FOLDER.glob("*/*.json")) if path.stem != "overlay"]


class Toy(service.Service):
    """The smallest system: what classes need to be made."""

    name = "toy"
    fixed = {}  # noqa: RUF012 - replaced by tests
    own = {}  # noqa: RUF012 - replaced by tests

    def module(self, version):
        return f"toy_versions.{version}"

    def codec(self, spec, field):
        return TEXT if field.type == "string" else ANY

    def member_name(self, key, kind, wire_name):
        return self.fixed.get((key, kind, wire_name))

    def helpers(self, key):
        return self.own


def toy_api(folder, objects, toy=None):
    lines = ",\n".join(
        f'"{key}": {json.dumps({"name": key.title(), "code": key, **raw})}' for key, raw in objects.items()
    )
    path = folder / "v1.json"
    path.write_text(f'{{"format": 1, "service": "toy", "version": "v1", "source": {{}}, "objects": {{\n{lines}\n}}}}\n')
    return APIVersion("v1", toy or Toy(), metadata.MetadataFile(path))


@pytest.fixture
def toy(tmp_path):
    def make(raw, **others):
        return toy_api(tmp_path, {"TASK": raw, **others})

    return make


# --- laziness ---------------------------------------------------------------------------


def test_using_one_class_builds_no_other():
    source = metadata.find("workfront", "v21.0")
    api = APIVersion("v21.0", service.find_service("workfront"), source)
    assert api.Task.status.workfront_name == "status"
    assert api.Task.project.workfront_name == "project"
    assert set(api.by_code._made) == {"TASK"}
    assert list(source._objects) == ["TASK"]
    assert "TASK" in dir(api) or "Task" in dir(api)
    assert set(api.by_code._made) == {"TASK"}


def test_a_path_builds_only_what_it_goes_through():
    api = APIVersion("v21.0", service.find_service("workfront"), metadata.find("workfront", "v21.0"))
    _ = api.Task.project.owner.name
    assert set(api.by_code._made) == {"TASK", "PROJ", "USER"}


def test_listing_and_completion_build_nothing():
    api = APIVersion("v21.0", service.find_service("workfront"), metadata.find("workfront", "v21.0"))
    names = dir(api)
    assert {"Task", "Project", "Issue", "by_code", "version"} <= set(names)
    assert "OpTask" not in names
    assert len(api.by_code) == len(list(api.by_code)) > 100
    assert "PROJ" in repr(api.by_code)
    assert not api.by_code._made


def test_importing_a_class_makes_that_class_alone():
    code = (
        "from workfront_orm.versions.v220 import Task\n"
        "from workfront_orm.core import reflection\n"
        "import sys\n"
        "print([sorted(api.by_code._made) for api in reflection._apis.values()])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[['TASK']]"


def test_once_per_source_version_and_code():
    api = api_version("workfront", "v22.0")
    module = importlib.import_module("workfront_orm.versions.v220")
    assert api is api_version("workfront", "v22.0") is module.api
    assert api.Task is api["Task"] is api.by_code["TASK"] is module.Task
    assert api.Task is not api_version("workfront", "v21.0").Task


def test_threads_get_one_class(tmp_path):
    api = toy_api(tmp_path, {f"T{n}": {"fields": {"name": {"type": "string"}}} for n in range(40)})
    start = threading.Barrier(8)
    found = []

    def make():
        start.wait()
        found.append([getattr(api, f"T{n}") for n in range(40)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(classes == found[0] for classes in found)


def test_threads_get_one_version(tmp_path, monkeypatch):
    toy_api(tmp_path, {"TASK": {}})
    monkeypatch.setitem(service._registered, "toy", Toy())
    start = threading.Barrier(8)
    found = []

    def make():
        start.wait()
        found.append(api_version("toy", "v1", tmp_path / "v1.json"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


# --- the namespace ----------------------------------------------------------------------


def test_unknown_names_raise_with_near_matches(api):
    for name in ("Taks", "task", "TASK"):
        with pytest.raises(UnknownNameError, match="did you mean 'Task'"):
            getattr(api, name)
    with pytest.raises(KeyError, match="did you mean 'Task'"):
        _ = api["Taks"]
    with pytest.raises(UnknownNameError, match="did you mean 'Issue'"):
        _ = api.Isue
    for name in ("OpTask", "OPTASK", "optask"):
        with pytest.raises(UnknownNameError, match="did you mean 'Issue'"):
            getattr(api, name)
    with pytest.raises(KeyError, match=r"v22\.0 has no object with code 'TSK'; did you mean 'TTSK' or 'TASK'"):
        _ = api.by_code["TSK"]
    assert not hasattr(api, "OpTask")
    assert not hasattr(api, "_repr_html_")


def test_a_version_without_metadata_names_those_there_are():
    with pytest.raises(metadata.MetadataNotFoundError, match=r"v22\.0"):
        api_version("workfront", "v99.0")
    for version in ("22", "v22", "22.0", "V22.0"):
        with pytest.raises(metadata.MetadataNotFoundError, match=r"did you mean 'v22\.0'\?; versions with metadata"):
            api_version("workfront", version)


def test_an_unknown_service_names_those_there_are():
    with pytest.raises(UnknownNameError, match="did you mean 'workfront'"):
        api_version("workfrnt", "v22.0")


def test_hand_written_classes_register_and_override():
    api = APIVersion("mine")

    class Thing(Object):
        code = "THNG"
        name = Field("name")

    class Better(Thing):
        pass

    api.register(Thing)
    assert api.Thing is api.by_code["THNG"] is Thing
    assert Thing._api is api
    assert dir(api).count("Thing") == 1
    api.override(Thing, Better)
    assert api.Thing is api.by_code["THNG"] is Better
    with pytest.raises(UnknownNameError, match="did you mean 'Thing'"):
        _ = api.Thin


def test_a_class_put_in_the_place_of_a_reflected_one_stays(toy):
    api = toy({"fields": {"name": {"type": "string"}}})

    class MyTask(api.Task):
        __slots__ = ()

    api.override(api.Task, MyTask)
    assert api.Task is api.by_code["TASK"] is MyTask
    assert type(api.from_data(None, {"ID": "1"}, "TASK")) is MyTask


def test_from_data_goes_by_the_rows_code(api):
    assert type(api.from_data(None, {"ID": "1", "objCode": "TASK"})) is api.Task
    assert type(api.from_data(None, {"ID": "1"}, "PROJ")) is api.Project
    with pytest.raises(UnknownNameError, match="a row without a code"):
        api.from_data(None, {"ID": "1"})


def test_versions_pickle_and_copy_to_themselves(api):
    for other in (pickle.loads(pickle.dumps(api)), copy.copy(api), copy.deepcopy(api)):
        assert other is api


def test_a_version_shows_service_and_version(api):
    assert repr(api) == "<APIVersion workfront v22.0>"


# --- classes ----------------------------------------------------------------------------


def test_classes_have_the_module_and_name_under_which_they_are_imported(api):
    assert api.Task.__module__ == "workfront_orm.versions.v220"
    assert api.Task.__qualname__ == api.Task.__name__ == "Task"
    assert api.Issue.__qualname__ == "Issue"
    assert repr(api.Task) == "<class 'workfront_orm.versions.v220.Task'>"


def test_classes_pickle_and_copy_to_themselves(api):
    for cls in (api.Task, api.Issue, Object):
        assert pickle.loads(pickle.dumps(cls)) is cls
        assert copy.copy(cls) is cls
        assert copy.deepcopy([cls])[0] is cls


def test_every_class_of_a_version_pickles(api):
    for cls in api.by_code.values():
        assert pickle.loads(pickle.dumps(cls)) is cls


def test_classes_of_metadata_at_a_path_pickle(tmp_path, monkeypatch):
    toy_api(tmp_path, {"TASK": {"fields": {"name": {"type": "string"}}}})
    monkeypatch.setitem(service._registered, "toy", Toy())
    api = api_version("toy", "v1", tmp_path / "v1.json")
    assert pickle.loads(pickle.dumps(api.Task)) is api.Task
    assert pickle.loads(pickle.dumps(api)) is api
    kept = pickle.loads(pickle.dumps(api.Task(name="x")))
    assert type(kept) is api.Task
    assert kept.name == "x"
    generic = api.type_of({}, "NOPE")
    assert pickle.loads(pickle.dumps(generic)) is generic


def test_instances_have_no_dictionary(api):
    task = api.Task()
    assert not hasattr(task, "__dict__")
    assert api.Task.__slots__ == ()


def test_kinds_of_members(toy):
    api = toy(
        {
            "fields": {
                "ID": {"type": "string"},
                "plannedStartDate": {"type": "string"},
                "ownerID": {"reference": "owner"},
            },
            "references": {"owner": {"target": "USER", "field": "ownerID"}},
            "collections": {"subTasks": {"target": "TASK"}},
            "actions": {"moveTo": {"arguments": [{"name": "projectID"}]}},
            "queries": {"myWork": {"arguments": []}},
        }
    )
    cls = api.Task
    assert type(cls.planned_start_date) is Field
    assert type(cls.id) is Key
    assert type(cls.owner) is Reference
    assert type(cls.sub_tasks) is Collection
    assert cls.field_names == {"planned_start_date", "owner_id"}
    assert callable(cls.move_to)
    assert inspect.ismethod(cls.my_work)
    assert not hasattr(cls, "ID")
    assert {"id", "owner", "sub_tasks", "move_to", "my_work", "save"} <= set(dir(cls))


# --- collisions -------------------------------------------------------------------------


def test_the_loser_of_a_collision_gets_a_suffix(toy):
    api = toy(
        {
            "fields": {"url": {}, "save": {}},
            "references": {"URL": {"target": "TASK"}},
            "collections": {"dirty": {"target": "TASK"}},
            "actions": {"load": {"arguments": []}, "move": {"arguments": []}},
            "queries": {"move": {"arguments": []}},
        }
    )
    cls = api.Task
    assert cls.url.workfront_name == "url"
    assert cls.url_.workfront_name == "URL"
    assert cls.save is Object.save or cls.save.__qualname__ == "Object.save"
    assert cls.save_.workfront_name == "save"
    assert cls.dirty_.workfront_name == "dirty"
    assert "``load`` action" in cls.load_.__doc__
    # An action and a query of one name are one method: the action.
    assert "``move`` action" in cls.move.__doc__


def test_a_second_collision_fails_and_names_file_and_object(toy):
    api = toy({"fields": {"url": {}, "Url": {}}, "references": {"URL": {"target": None}}})
    with pytest.raises(metadata.MetadataError, match="collides twice") as caught:
        _ = api.Task
    assert "v1.json, object TASK" in str(caught.value)


def test_a_service_may_fix_names_and_add_helpers(tmp_path):
    class Special(Toy):
        fixed = {("TASK", "fields", "URL"): "link"}  # noqa: RUF012
        own = {"hello": lambda self: f"hello {self.name}"}  # noqa: RUF012

    cls = toy_api(tmp_path, {"TASK": {"fields": {"URL": {}, "name": {}, "hello": {}}}}, Special()).Task
    assert cls.link.workfront_name == "URL"
    assert cls(name="x").hello() == "hello x"
    assert cls.hello_.workfront_name == "hello"


def test_names_that_are_no_identifiers_are_reached_by_wire_name(toy):
    fields = ("two words", "class", "1st", "None")
    api = toy(
        {
            "fields": {name: {"type": "string"} for name in (*fields, "name")},
            "references": {"next one": {"target": "TASK"}},
        }
    )
    task = api.from_data(None, {"ID": "1", "two words": "West", "class": "a", "next one": None, "name": "x"}, "TASK")
    assert (task["two words"], task["class"], task["next one"], task["name"]) == ("West", "a", None, "x")
    task["class"] = "b"
    assert task["class"] == "b"
    assert list(task.dirty) == ["class"]
    with pytest.raises(TypeError, match=r"Task\.class takes str, not int 5"):
        task["class"] = 5
    with pytest.raises(FieldNotLoaded, match="1st"):
        _ = task["1st"]
    assert api.Task.field_spec(*fields) == ",".join(fields)
    assert api.Task(**{"two words": "x"}).dirty
    assert all(name.isidentifier() for name in [*dir(api.Task), *dir(task)])


def test_members_never_hide_the_inside_of_an_object(toy):
    api = toy({"fields": {"_row": {"type": "string"}, "_links": {}}, "actions": {"__init__": {"arguments": []}}})
    task = api.Task(None, ID="1", _row="x")
    assert task._row == {"ID": "1", "_row": "x"}
    assert task["_row"] == "x"
    assert api.Task.__init__ is Object.__init__


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_file_has_a_second_collision(path):
    own = reflection._OWN_NAMES
    for spec in metadata.MetadataFile(path).read_all().values():
        sections = ("fields", "references", "collections", "actions", "queries")
        actions = spec.actions
        members = [
            (kind, name)
            for kind in sections
            for name in spec.raw.get(kind) or ()
            if not (kind == "queries" and name in actions)
        ]
        names = unique_names(own, members)
        assert len(set(names.values())) == len(names)
        assert not own & set(names.values())


@pytest.mark.parametrize("path", sorted((FOLDER / "workfront").glob("[vu]*.json")), ids=lambda path: path.stem)
def test_workfronts_members_leave_our_own_names_free(path):
    taken = {
        snake_case(name)
        for spec in metadata.MetadataFile(path).read_all().values()
        for kind in ("fields", "references", "collections", "actions", "queries")
        for name in spec.raw.get(kind) or ()
    }
    assert taken & reflection._OWN_NAMES == {"id"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_paths_own_no_name_that_a_member_has(path):
    from workfront_orm.core.relations import Relation

    own = {name for kind in (Relation, Reference, Collection) for name in vars(kind) if not name.startswith("_")}
    assert own == {"workfront_name", "spec", "is_null", "is_not_null"}
    for spec in metadata.MetadataFile(path).read_all().values():
        assert not own & {snake_case(name) for name in [*spec.fields, *spec.references, *spec.collections]}


@pytest.mark.parametrize("version", metadata.versions("workfront"))
def test_every_class_of_every_version_is_made(version):
    api = APIVersion(version, service.find_service("workfront"), metadata.find("workfront", version))
    listed = set(dir(api))
    for key, spec in api.source.read_all().items():
        cls = api.by_code[key]
        assert cls.__name__ in listed
        assert getattr(api, cls.__name__) is cls
        assert set(cls._python_names) | {"ID"} >= set(spec.fields) | set(spec.references) | set(spec.collections)
        for name, member in cls._members.items():
            assert getattr(cls, name) is member
            assert member.spec.raw == spec.raw[f"{type(member).__name__.lower()}s"][member.workfront_name]
            if isinstance(member, Field):
                assert member.choices is None or len(member.choices) == len(member.spec.values)
        methods = [name for name, member in vars(cls).items() if isinstance(member, LateMethod)]
        assert len(methods) == len({*spec.actions, *spec.queries})
        for name in methods:
            assert inspect.signature(getattr(cls, name)).parameters
            assert getattr(cls, name).__doc__


# --- actions and queries ----------------------------------------------------------------


def test_a_method_takes_its_place_when_it_is_first_looked_up():
    api = APIVersion("v21.0", service.find_service("workfront"), metadata.find("workfront", "v21.0"))
    assert isinstance(vars(api.Task)["assign"], LateMethod)

    class Own(api.Task):
        pass

    assert inspect.isfunction(Own.assign), "on a subclass too"
    assert vars(api.Task)["assign"] is Own.assign is api.Task.assign
    assert "assign" not in vars(Own)
    assert "``assign`` action" in pydoc.render_doc(api.Task)


class Recorder:
    """A session that keeps what it is asked to call."""

    def __init__(self):
        self.calls = []

    def call_action(self, obj, spec, values):
        self.calls.append((obj, spec.name, dict(values)))
        return "done"

    def call_query(self, cls, spec, values, fields):
        self.calls.append((cls, spec.name, dict(values), fields))
        return ["found"]


ACTIONS = {
    "fields": {"name": {"type": "string"}},
    "actions": {
        "move": {"arguments": [{"name": "projectID", "type": "string"}, {"name": "options", "type": "string[]"}],
                 "result": "string"},
        "plain": {"arguments": []},
        "mystery": {},
        "odd": {"arguments": [{"name": "self"}, {"name": "a b"}]},
        "later": {"arguments": [{"name": "from", "type": "date"}]},
        "spaced": {"arguments": [{"name": " projectID"}]},
    },
    "queries": {"myWork": {"arguments": [{"name": "groupID"}], "result": "Work[]"}, "session": {"arguments": None}},
}  # fmt: skip


def test_actions_have_real_signatures_and_documentation(toy):
    cls = toy(ACTIONS).Task
    assert str(inspect.signature(cls.move)) == "(self, project_id=None, options=None)"
    assert str(inspect.signature(cls.plain)) == "(self)"
    assert str(inspect.signature(cls.mystery)) == "(self, **arguments)"
    assert str(inspect.signature(cls.odd)) == "(self, **arguments)"
    assert str(inspect.signature(cls.later)) == "(self, **arguments)"
    assert cls.move.__doc__.startswith("The ``move`` action.")
    assert ":param project_id: projectID (type: ``string``)" in cls.move.__doc__
    assert ":param options: options (type: ``string[]``)" in cls.move.__doc__
    assert cls.move.__doc__.endswith(":return: ``string``")
    assert "not known: pass them by their wire names" in cls.mystery.__doc__
    assert cls.move.__name__ == "move"


def test_actions_pass_their_arguments_by_wire_name(toy):
    cls = toy(ACTIONS).Task
    session = Recorder()
    task = cls(session, name="x")
    assert task.move("p", options=["o"]) == "done"
    task.move(project_id="p")
    task.plain()
    task.mystery(anyThing=1)
    task.odd(**{"a b": 2})
    task.later(**{"from": "2030-01-01"})
    task.spaced("p")
    assert session.calls == [
        (task, "move", {"projectID": "p", "options": ["o"]}),
        (task, "move", {"projectID": "p", "options": None}),
        (task, "plain", {}),
        (task, "mystery", {"anyThing": 1}),
        (task, "odd", {"a b": 2}),
        (task, "later", {"from": "2030-01-01"}),
        (task, "spaced", {" projectID": "p"}),
    ]
    with pytest.raises(TypeError, match="projectID"):
        task.move(projectID="p")
    with pytest.raises(TypeError, match="takes"):
        task.move("p", [], 1)


def test_queries_are_class_methods(toy):
    cls = toy(ACTIONS).Task
    session = Recorder()
    assert str(inspect.signature(cls.my_work)) == "(session, group_id=None, *, fields=None)"
    assert cls.my_work.__doc__.startswith("The ``myWork`` named query.")
    assert cls.my_work(session, "g", fields=["name"]) == ["found"]
    assert session.calls == [(cls, "myWork", {"groupID": "g"}, ["name"])]


def test_finding_a_query_by_wire_or_python_name(toy):
    cls = toy(ACTIONS).Task
    assert find_query(cls, "myWork").name == find_query(cls, "my_work").name == "myWork"
    with pytest.raises(UnknownNameError, match="did you mean 'myWork'"):
        find_query(cls, "myWrk")
    with pytest.raises(UnknownNameError, match="its named queries: none"):
        find_query(generic_type("workfront", "v22.0", "ZZZZ"), "xxxxxxxxx")


def test_members_are_documented(api):
    doc = api.Task.status.__doc__
    assert doc.startswith(":class:`~workfront_orm.meta.Field` for ``status``")
    assert "``CPL`` (Complete)" in doc
    assert "tenants may add their own" in doc
    assert "Leads to ``PROJ``" in api.Task.project.__doc__
    assert "Holds the id of the reference ``project``" in api.Task.project_id.__doc__
    assert Field.__doc__.startswith("The descriptor of a field.")
    assert Reference.__doc__.startswith("The descriptor of a reference")


# --- codes that the metadata lacks ------------------------------------------------------


def test_an_unknown_code_becomes_a_generic_class(api):
    obj = api.from_data(None, {"ID": "1", "objCode": "NOPE", "name": "x"})
    cls = type(obj)
    assert cls is api.type_of({"objCode": "NOPE"}) is generic_type("workfront", "v22.0", "NOPE")
    assert cls is not api_version("workfront", "v21.0").type_of({"objCode": "NOPE"})
    assert cls.__name__ == cls.code == "NOPE"
    assert (obj.id, obj["name"]) == ("1", "x")
    assert pickle.loads(pickle.dumps(cls)) is cls
    assert "NOPE" not in list(api.by_code)
