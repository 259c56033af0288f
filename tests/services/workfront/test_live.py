"""Reflection from a live server: the same classes come back, interruptions resume, irregular answers are survived."""

import importlib
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from workfront_orm import metadata, typed
from workfront_orm.cli import main
from workfront_orm.core import metadata_writer, tenants
from workfront_orm.core.errors import InvalidRequestError, InvalidResponseError, ServerError
from workfront_orm.core.fields import Field
from workfront_orm.core.metadata import MetadataError, MetadataNotFoundError, packaged_folders
from workfront_orm.core.reflection import SECTIONS, api_version
from workfront_orm.core.relations import Collection, Reference
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.stubs import module_stub, tenant_stubs
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.workfront import live, wire_metadata

VERSIONS = metadata.versions("workfront", packaged_folders())


@pytest.fixture(scope="module")
def sandbox():
    """Metadata is the same whatever the data, and reading it changes nothing."""
    with Sandbox(data="demo") as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    """A user without any configuration yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("WORKFRONT_ORM_PROFILES", "WORKFRONT_ORM_METADATA"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path / "workfront_orm"
    for name in [name for name in sys.modules if name.startswith("workfront_orm.tenants.")]:
        module = sys.modules.pop(name)
        package, _dot, last = module.__name__.rpartition(".")
        vars(sys.modules.get(package, sys)).pop(last, None)


@pytest.fixture
def open_session(sandbox):
    """Sessions of the sandbox, closed after the test."""
    opened = []

    def open_session(**options):
        opened.append(sandbox.session(**{"api_version": "v22.0", **options}))
        return opened[-1]

    yield open_session
    for session in opened:
        session.close()


@pytest.fixture(scope="module")
def read_once(sandbox, tmp_path_factory):
    """What reflecting v22.0 with its custom fields found, and the folder where it is."""
    with pytest.MonkeyPatch.context() as patch, sandbox.session(api_version="v22.0") as session:
        folder = tmp_path_factory.mktemp("once")
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        return session.reflect("acme"), folder / "workfront_orm"


@pytest.fixture
def reflected(read_once, config):
    """The classes of a user who has reflected v22.0."""
    shutil.copytree(read_once[1], config)
    return tenants.api_of("acme")


@pytest.fixture
def unchecked(monkeypatch):
    """Leave out what takes most of the time where a test is about something else."""
    monkeypatch.setattr(metadata_writer, "validate", lambda *_arguments: None)


class Answers(dict):
    """What a server says, by path; stands in for `session.get`."""

    def __init__(self, answers):
        super().__init__(answers)
        self.asked = []

    def __call__(self, path, params=None):
        self.asked.append(path)
        answer = self.get(path, InvalidRequestError({"message": f"no {path}"}, 422))
        if isinstance(answer, BaseException):
            raise answer
        return answer


SMALL = {
    "/metadata": {"objects": {"Task": {"name": "Task", "objCode": "TASK", "url": "http://wrong.example/x"}}},
    "/task/metadata": {"name": "Task", "fields": {"ID": {"fieldType": "string"}, "name": {"fieldType": "string"}}},
}


@pytest.fixture
def server(session, monkeypatch):
    """A server that says what the test wants it to."""

    def serve(answers):
        served = Answers(answers)
        monkeypatch.setattr(session, "get", served)
        return served

    return serve


# --- what travels comes back ------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_reflecting_the_sandbox_gives_the_same_classes_back(version, open_session, unchecked):
    found = open_session(api_version=version).reflect("acme", custom_fields=False)
    shipped, read = api_version("workfront", version), found.api
    known = {key: spec for key, spec in shipped.source.read_all().items() if spec.code is not None}
    specs = read.source.read_all()
    assert set(specs) == set(known), "all types that have a code"
    assert found.types == len(known)
    for key, spec in known.items():
        assert carried(specs[key]) == carried(spec), key
        there, here = shipped.by_code[key], read.by_code[key]
        assert (here.__name__, here.code, here.__module__) == (
            there.__name__,
            key,
            f"workfront_orm.tenants.acme.{there.__module__.rpartition('.')[2]}",
        )
        assert members(here) == members(there), key


def carried(spec):
    """What of an object's metadata the wire can carry, and what is added from the shipped one."""
    found = {"name": spec.name, "label": spec.label or spec.name, "sharing": spec.raw.get("sharing")}
    for section in SECTIONS:
        found[section] = {name: entry_of(section, entry) for name, entry in (spec.raw.get(section) or {}).items()}
    return found


def entry_of(section, entry):
    keys = {
        "fields": ("type", "reference", "readOnly", "required", "open", "javaType", "enumType"),
        "references": ("target", "field"),
        "collections": ("target",),
        "actions": ("result", "instance"),
        "queries": ("result", "filters", "instance"),
    }[section]
    found = {key: entry[key] for key in keys if entry.get(key) is not None}
    if section == "fields":
        flags = set(entry.get("flags") or ())
        found["readOnly"] = bool(entry.get("readOnly")) or "READ_ONLY" in flags
        found["required"] = bool(entry.get("required")) or "REQUIRED" in flags
        found["flags"] = flags - {"READ_ONLY", "REQUIRED"}
        found["values"] = [(value, label or str(value)) for value, label in entry.get("values") or ()]
        # Codes of a customer's own have the same names everywhere, also where no values are known.
        found["open"] = bool(entry.get("open")) if entry.get("values") else None
    if section in {"actions", "queries"}:
        # That nothing is known of its arguments, and that it has none, look the same on the wire.
        found["arguments"] = [(one["name"], one.get("type") or "string") for one in entry.get("arguments") or ()]
    return found


def members(cls):
    """Names, kinds, wire names, codecs and targets of the members; signatures of the methods."""
    found = {}
    for name in list(vars(cls)):
        getattr(cls, name, None)  # methods are made when they are first looked up
    for name, member in vars(cls).items():
        if isinstance(member, Field):
            choices = None if member.choices is None else {code.value for code in member.choices}
            found[name] = ("field", member.workfront_name, member.codec.name, choices)
        elif isinstance(member, (Reference, Collection)):
            found[name] = (type(member).__name__, member.workfront_name, member.spec.target)
        elif not name.startswith("_") and callable(getattr(member, "__func__", member)):
            code = getattr(member, "__func__", member).__code__
            # Unknown arguments are passed by their wire names; on the wire they look like none.
            found[name] = code.co_varnames if "arguments" not in code.co_varnames else code.co_varnames[:-1]
    return found


def test_operations_come_back_where_they_are_known(reflected):
    shipped = metadata.find("workfront", "v22.0").read_all()
    for key, spec in reflected.source.read_all().items():
        if shipped[key].operations is not None:
            assert sorted(spec.operations) == sorted(shipped[key].operations)


def test_what_the_wire_cannot_say_is_taken_from_what_ships_and_marked(reflected):
    task = reflected.by_code["TASK"]._spec
    assert task.fields["actualCost"].raw["javaType"] == "java.math.BigDecimal"
    assert task.fields["actualCost"].marks == {"shipped": ["javaType"]}
    assert task.fields["status"].open
    assert task.fields["status"].marks == {"shipped": ["open"]}
    assert task.actions["move"].instance is True
    assert task.fields["name"].marks == {}
    assert "Documented." in reflected.Task.name.__doc__


# --- whose it is ---------------------------------------------------------------------------------


def test_sessions_of_the_profile_use_it_and_others_do_not(open_session, config, unchecked):
    before = open_session(profile="acme")
    assert before.api is api_version("workfront", "v22.0"), "nothing was reflected yet"
    found = before.reflect()
    assert found.profile == "acme"
    assert found.path == str(config / "tenants" / "acme" / "workfront" / "v22.0.json")
    assert before.api is api_version("workfront", "v22.0"), "a session keeps the classes that its objects have"
    after = open_session(profile="acme")
    assert after.api is found.api
    assert repr(after.api) == "<APIVersion workfront v22.0 of acme>"
    assert open_session().api is before.api
    assert open_session(profile="other").api is before.api
    assert open_session(profile="acme", api_version="v21.0").api is api_version("workfront", "v21.0")
    (task,) = after.search(after.api.Task, ["name"], **{"$$LIMIT": 1})
    assert type(task) is after.api.Task


def test_classes_of_a_tenant_can_be_imported_and_travel(reflected):
    from workfront_orm.tenants.acme import Task
    from workfront_orm.tenants.acme.v220 import Task as SameTask

    from workfront_orm import tenants as package
    from workfront_orm.versions.v220 import Task as ShippedTask

    api = reflected
    assert Task is SameTask is api.Task
    assert package.acme.api is api
    assert isinstance(api, package.acme.API)
    assert "Task" in dir(package.acme)
    assert "acme" in dir(package)
    assert Task.__module__ == "workfront_orm.tenants.acme.v220"
    assert Task is not ShippedTask
    assert pickle.loads(pickle.dumps(Task)) is Task
    assert pickle.loads(pickle.dumps(api)) is api
    copy = pickle.loads(pickle.dumps(Task(name="x")))
    assert type(copy) is Task
    assert copy.dirty
    # In a process that knows of the profile only by the user's folder.
    code = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()).dirty['name'].new)"
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(copy), capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode().strip() == "x"
    assert tenants.profiles() == ["acme"]
    assert tenants.versions_of("acme") == ["v22.0"]


def test_the_newest_version_is_the_profiles_own(open_session, unchecked):
    for version in ("v22.0", "v14.0", "unsupported"):
        open_session(api_version=version).reflect("acme", custom_fields=False)
    acme = importlib.import_module("workfront_orm.tenants.acme")
    assert acme.api.version == "v22.0"
    assert acme.v140.api.version == "v14.0"
    assert acme.unsupported.api.version == "unsupported"
    assert [*tenant_stubs("acme")] == [
        os.path.join("workfront_orm", "tenants", "acme", name)
        for name in ("__init__.pyi", "v140.pyi", "v220.pyi", "unsupported.pyi")
    ]


def test_a_profile_that_was_not_reflected():
    with pytest.raises(ModuleNotFoundError, match="nobody"):
        importlib.import_module("workfront_orm.tenants.nobody")
    with pytest.raises(AttributeError, match="no metadata was reflected for a profile 'nobody'; there is: none"):
        _ = importlib.import_module("workfront_orm.tenants").nobody
    with pytest.raises(MetadataNotFoundError, match=r"session\.reflect\(profile='nobody'\)"):
        tenants.api_of("nobody", "v22.0")
    assert tenants.profiles() == []
    assert tenants.versions_of("nobody") == []


@pytest.mark.parametrize("name", ["a-b", "class", "", "_acme", "../acme", "ünal", "api_of"])
def test_names_that_no_module_can_have_are_refused(name, open_session):
    with pytest.raises(ValueError, match="needs a profile" if not name else "cannot name a profile"):
        open_session().reflect(name)


def test_what_is_reflected_anew_makes_new_classes(server, session):
    server(SMALL)
    first = session.reflect("acme", custom_fields=False).api
    assert "color" not in first.Task._members
    again = {**SMALL, "/task/metadata": {"fields": {"ID": {}, "color": {"fieldType": "int"}}}}
    server(again)
    second = session.reflect("acme", custom_fields=False).api
    assert second is not first
    assert second.Task.color.codec.name == "integer"


# --- custom fields ---------------------------------------------------------------------------------


def test_custom_fields_are_members(read_once, reflected):
    assert read_once[0].custom_fields == 24
    assert read_once[0].notes == []
    api = reflected
    assert {name for name in api.Task._members if name.startswith("de_")} == {
        "de_checks",
        "de_cost_centre",
        "de_effort_class",
        "de_keywords",
        "de_notes_internal_draft_é",
        "de_region",
        "de_reviewed_on",
    }
    kinds = {name: getattr(api.Project, name).codec.name for name in api.Project._members if name.startswith("de_")}
    assert kinds["de_budget"] == "decimal"
    assert kinds["de_risk_score"] == "number"
    assert kinds["de_launch_date"] == "datetime"
    assert kinds["de_summary"] == "text"
    assert api.Project.de_budget_with_reserve.spec.read_only
    assert [code.value for code in api.Task.de_effort_class.choices] == ["S", "M", "L", "XL"]
    assert {name for name in api.Hour._members if name.startswith("de_")} == set()
    assert api.Company.de_discount.workfront_name == "DE:Discount %"


def test_custom_fields_are_searched_read_and_written(sandbox, open_session, reflected):
    sandbox.reset()
    session = open_session(profile="acme")
    cls = session.api.Project
    query = session.query(cls).where(cls.de_region == "West", cls.de_budget > Decimal(0))
    found = query.fields(cls.name, cls.de_region, cls.de_budget, cls.de_launch_date, cls.de_channels).all()
    assert found
    assert all(project.de_region == "West" for project in found)
    assert all(isinstance(project.de_budget, Decimal) for project in found)
    assert {type(project.de_launch_date) for project in found} <= {datetime, type(None)}
    assert all(isinstance(project.de_channels, (list, type(None))) for project in found)
    project = found[0]
    project.de_budget = Decimal("12.50")
    project.de_launch_date = datetime(2031, 5, 1, tzinfo=UTC)
    assert set(project.dirty) == {"DE:Budget", "DE:Launch date"}
    project.save()
    fresh = open_session(profile="acme").load(cls, project.id, ["DE:Budget", "DE:Launch date"])
    assert fresh.fields["DE:Budget"] == 12.5
    assert fresh.custom["DE:Budget"] == Decimal("12.50")
    with pytest.raises(AttributeError, match="read-only"):
        project.de_budget_with_reserve = Decimal(1)
    with pytest.raises(TypeError, match="takes a list"):
        project.de_channels = "Email"


def test_custom_fields_stand_in_the_stub(reflected):
    text = module_stub(reflected)
    assert "    de_effort_class: _typed.Code\n" in text
    assert "    de_budget: _typed.Decimal\n" in text
    assert "    de_budget_with_reserve: _typed.ReadOnly[_typed.Exact, _typed.Exact | float]\n" in text
    assert '"""``DE:Effort class``, string. Values: S S (label), M M (label)' in text


def test_names_that_fold_alike_or_cannot_be_written(session):
    notes = []
    entries = {
        f"p{number}": (f"DE:{name}", {"type": "string"})
        for number, name in enumerate(["a b", "A-B", "a/b", 'x"y', "!"])
    }
    objects = {"TASK": {"name": "Task", "code": "TASK", "fields": {"ID": {"type": "string"}}}}
    from workfront_orm.services.workfront import custom_fields

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(custom_fields, "_entries", lambda _session: entries)
        patch.setattr(custom_fields, "_codes_by_parameter", lambda _session: {key: {"TASK", "NOPE"} for key in entries})
        assert custom_fields.add_custom_fields(session, objects, notes) == 3
    assert [*objects["TASK"]["fields"]] == ["ID", "DE:!", "DE:A-B", "DE:a b"]
    assert len(notes) == 2
    assert "'DE:a/b' has the same Python name as 'DE:A-B' and 'DE:a b'" in notes[0]
    assert "characters that a metadata file cannot hold" in notes[1]
    document = {"format": 1, "service": "workfront", "version": "v1", "source": {"from": ["x"], "made_by": "x"}}
    metadata_writer.validate({**document, "objects": objects})


def test_without_access_to_forms_the_types_are_read_all_the_same(server, session, canned):
    server(SMALL)
    canned.will_answer({"error": {"class": "x", "message": "no access"}}, 403)
    found = session.reflect("acme")
    assert found.custom_fields == 0
    assert "the custom fields could not be read: " in found.notes[-1]
    assert found.types == 1


# --- interruptions ---------------------------------------------------------------------------------


def test_an_interrupted_read_goes_on_where_it_stopped(sandbox, open_session, config, unchecked):
    told = []

    def interrupt(done, total, code):
        told.append((done, total, code))
        if done == 40:
            raise KeyboardInterrupt

    session = open_session()
    with pytest.raises(KeyboardInterrupt):
        session.reflect("acme", custom_fields=False, progress=interrupt)
    assert [done for done, _total, _code in told] == list(range(1, 41))
    assert tenants.versions_of("acme") == [], "half a tenant is none"
    sandbox.requests.clear()
    found = open_session().reflect("acme", custom_fields=False)
    asked = [request.path for request in sandbox.requests if request.path.endswith("/metadata")]
    assert len(asked) < 32 + 154 - 39, "at least what was told is not asked for again"
    assert found.requested < found.types == 154
    assert not list(config.rglob("*.partial"))


def test_what_another_address_or_another_day_has_left_is_not_used(server, session, config, monkeypatch):
    answers = {**SMALL, "/metadata": {"objects": {name: {"objCode": name} for name in ("TASK", "USER")}}}
    server({**answers, "/user/metadata": ServerError("broken", 500)})
    partial = config / "tenants" / "acme" / "workfront" / "v22.0.partial"

    def interrupted():
        with pytest.raises(ServerError):
            session.reflect("acme", custom_fields=False)
        assert (partial / "type-TASK.json").exists()

    def read(**options):
        served = server({**answers, "/user/metadata": {"fields": {"ID": {"fieldType": "string"}}}})
        session.reflect("acme", custom_fields=False, **options)
        server({**answers, "/user/metadata": ServerError("broken", 500)})
        return "/task/metadata" in served.asked

    interrupted()
    assert not read(), "kept"
    interrupted()
    assert read(resume=False), "begun anew"
    interrupted()
    old = os.stat(partial / "address.json").st_mtime - live.STALE - 1
    os.utime(partial / "address.json", (old, old))
    assert read(), "too old"
    interrupted()
    (partial / "address.json").write_text(json.dumps({"url": "https://other.example"}))
    assert read(), "of another address"
    interrupted()
    (partial / "type-TASK.json").write_text('{"name": "Ta')
    assert read(), "cut off"


def test_a_server_that_fails_leaves_the_earlier_metadata(sandbox, open_session, reflected, unchecked):
    path = Path(reflected.source.path)
    text = path.read_text(encoding="utf-8")
    try:
        sandbox.faults = [{"kind": "500", "path": "*/proj/metadata"}]
        with pytest.raises(ServerError):
            open_session(retrying=Retrying(attempts=1)).reflect("acme", custom_fields=False)
    finally:
        sandbox.faults = None
    assert path.read_text(encoding="utf-8") == text
    assert open_session(profile="acme").api is reflected
    again = open_session().reflect("acme", custom_fields=False)
    assert again.requested < again.types, "and what it said before it failed is used"


def test_metadata_that_makes_no_classes_does_not_replace_what_does(server, session):
    server(SMALL)
    path = Path(session.reflect("acme", custom_fields=False).path)
    text = path.read_text(encoding="utf-8")
    server({**SMALL, "/task/metadata": {"fields": {name: {} for name in ("ID", "aB", "a_b", "a_B")}}})
    with pytest.raises(MetadataError, match=r"v22\.0\.json cannot be used: objects\.TASK.*'a_b'"):
        session.reflect("acme", custom_fields=False)
    assert path.read_text(encoding="utf-8") == text
    assert {entry.name for entry in path.parent.iterdir()} == {"v22.0.json", "v22.0.partial"}, "no other leftovers"


def test_no_profile_no_reflection(session):
    with pytest.raises(ValueError, match=r"session\.reflect\(profile='acme'\)"):
        session.reflect()


def test_progress(server, session, capsys):
    server(SMALL)
    told = []
    session.reflect("acme", custom_fields=False, progress=lambda *told_now: told.append(told_now))
    assert told[0] == (1, 1, "TASK")
    assert [done for done, _total, _code in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1], "those that only others know are counted as well"
    session.reflect("acme", custom_fields=False, progress=True)
    assert "reading types" in capsys.readouterr().out


# --- irregular answers -------------------------------------------------------------------------------


def test_urls_are_made_of_codes_not_taken_from_the_list(server, session):
    served = server(SMALL)
    session.reflect("acme", custom_fields=False)
    assert served.asked[:2] == ["/metadata", "/task/metadata"]
    assert not [path for path in served.asked if "wrong" in path]


def test_types_that_the_list_lacks_are_found_by_what_refers_to_them(server, session):
    found = server(
        {
            "/metadata": {"objects": {"Task": {"objCode": "TASK"}}},
            "/task/metadata": {
                "references": {"owner": {"typeObjCode": "HIDDEN", "fieldType": "Hidden"}},
                "collections": {"notes": {"typeObjCode": "GONE"}},
            },
            "/hidden/metadata": {"name": "Hidden ", "references": {"deep": {"typeObjCode": "DEEPER"}}},
            "/deeper/metadata": {"name": "Deeper"},
            "/user/metadata": {"name": "User", "fields": {"ID": {}}},
        }
    )
    result = session.reflect("acme", custom_fields=False)
    assert set(result.api.by_code) == {"TASK", "HIDDEN", "DEEPER", "USER"}, "USER ships with the version"
    assert "described although not listed: DEEPER, HIDDEN, USER" in result.notes
    spec = result.api.by_code["TASK"]._spec
    assert spec.references["owner"].target == "HIDDEN"
    assert spec.collections["notes"].raw == {"target": "GONE", "marks": {"dangling": True}}
    assert "/gone/metadata" in found.asked
    assert result.api.Hidden.__name__ == "Hidden"


def test_a_type_that_is_listed_and_refused_is_left_out_with_a_note(server, session):
    objects = {"Task": {"objCode": "TASK"}, "Secret": {"objCode": "SECRET"}}
    server({**SMALL, "/metadata": {"objects": objects}})
    found = session.reflect("acme", custom_fields=False)
    assert found.types == 1
    assert any(note.startswith("SECRET (Secret) is listed but not described, and left out: ") for note in found.notes)


def test_a_server_that_refuses_all_is_an_error(server, session):
    server({"/metadata": SMALL["/metadata"]})
    with pytest.raises(InvalidRequestError, match="no /task/metadata"):
        session.reflect("acme", custom_fields=False)


@pytest.mark.parametrize("answer", [None, [], {}, {"objects": {}}, {"objects": "x"}])
def test_a_list_that_is_none_is_an_error(answer, server, session, config):
    server({"/metadata": answer})
    with pytest.raises(InvalidResponseError, match="no objects"):
        session.reflect("acme", custom_fields=False)
    assert not list((config / "tenants").rglob("*.partial"))


def test_an_answer_of_another_shape_is_left_out(server, session):
    objects = {"Task": {"objCode": "TASK"}, "User": {"objCode": "USER"}}
    server({**SMALL, "/metadata": {"objects": objects}, "/user/metadata": ["x"]})
    found = session.reflect("acme", custom_fields=False)
    assert set(found.api.by_code) == {"TASK"}
    assert "USER (User) is listed but not described" in found.notes[0]


def test_the_list_of_types():
    notes = []
    listed = wire_metadata.listed_types(
        {
            "objects": {
                "Task ": {"objCode": " TASK", "name": "Task "},
                "Nameless": {"objCode": "NLESS"},
                "Codeless": {"name": "Codeless"},
                "Odd": {"objCode": "../x"},
                "Twice": {"objCode": "TASK"},
                "Text": "x",
            }
        },
        notes,
    )
    assert listed == {"TASK": "Task", "NLESS": "Nameless"}
    assert notes == [
        "'Codeless' is listed without a usable code ('') and left out",
        "'Odd' is listed without a usable code ('../x') and left out",
        "TASK is listed twice, as Task and Twice; the first is taken",
        "'Text' is listed without a usable code ('') and left out",
    ]
    assert wire_metadata.listed_types({"objects": [{"name": "Task", "objCode": "TASK"}]}, []) == {"TASK": "Task"}


def test_irregular_members():
    notes = []
    answer = {
        "name": "Task",
        "label": "A task",
        "flags": ["SEARCHABLE"],
        "operations": ["GET", "search ", "get", "explode"],
        "fields": {
            "ID": {"fieldType": "string", "flags": ["READ_ONLY", "REPORTABLE"]},
            "name ": {"fieldType": "string", "label": " Name "},
            'x"y': {},
            "odd": None,
            "ownerID": {"fieldType": "string"},
            "rank": {
                "fieldType": "int",
                "possibleValues": [{"value": 1, "label": "1"}, {"value": 2, "label": "Two"}, {"label": "?"}, None],
                "enumType": "com.attask.Rank",
                "enumTargetObjCode": "CSTEM",
            },
        },
        "references": {"owner": {"fieldType": "User", "typeObjCode": None}, "lost": {}},
        "collections": "none",
        "actions": {
            "makeTopPriority": {"arguments": [{"name": "assignableID ", "type": "string"}, {"name": ""}, "x"]},
            "stop": {"resultType": "java.lang.Boolean", "label": "Stop"},
        },
        "queries": {"mine": {"arguments": [{"name": "on", "type": None}]}},
    }
    background = wire_metadata.Background(metadata.find("workfront", "v22.0"))
    answers = {"TASK": answer, "USER": {"name": "User"}, "USR2": {"name": "User"}, "ODD": {"name": "not a name"}}
    objects = wire_metadata.objects_of(answers, {}, background, notes)
    assert [*objects] == ["ODD", "TASK", "USER", "USR2"]
    assert objects["USR2"]["name"] == "User_USR2"
    assert objects["ODD"]["name"] == "ODD"
    task = objects["TASK"]
    assert task["label"] == "A task"
    assert task["operations"] == ["get", "search"]
    assert task["extra"] == {"flags": ["SEARCHABLE"]}
    assert task["sharing"]["coreActions"]
    assert [*task["fields"]] == ["ID", "name", "odd", "ownerID", "rank"]
    assert task["fields"]["ID"] == {"type": "string", "readOnly": True, "flags": ["REPORTABLE"]}
    assert task["fields"]["name"] == {"type": "string", "label": "Name"}
    assert task["fields"]["ownerID"]["reference"] == "owner"
    assert task["fields"]["rank"] == {
        "type": "int",
        "values": [[1, None], [2, "Two"]],
        "enumType": "com.attask.Rank",
        "extra": {"enumTargetObjCode": "CSTEM"},
    }
    assert task["references"] == {"lost": {"target": None}, "owner": {"target": "USER", "field": "ownerID"}}
    assert "collections" not in task
    assert task["actions"]["makeTopPriority"]["arguments"] == [{"name": "assignableID ", "type": "string"}]
    assert task["actions"]["stop"] == {"arguments": [], "result": "java.lang.Boolean", "label": "Stop"}
    assert task["queries"]["mine"]["arguments"] == [{"name": "on", "type": "string"}]
    assert len(notes) == 6
    document = {"format": 1, "service": "workfront", "version": "v1", "source": {"from": ["x"], "made_by": "x"}}
    metadata_writer.validate({**document, "objects": objects})


def test_a_version_that_nobody_has_seen_yet(canned, monkeypatch):
    with pytest.warns(UserWarning, match=r"No APIVersion for v99\.0"):
        session = canned.session(api_version="v99.0", profile="acme")
    monkeypatch.setattr(session, "get", Answers(SMALL))
    found = session.reflect()
    assert found.notes[-1] == "no custom fields, since there were no classes of v99.0 yet: reflect once more"
    assert canned.session(api_version="v99.0", profile="acme").api.Task.name.workfront_name == "name"
    assert "marks.shipped names what v22.0 adds" in found.api.source.header["source"]["note"]


# --- the commands ------------------------------------------------------------------------------------


def test_reflect_and_stubs_from_the_command_line(sandbox, monkeypatch, capsys, config, tmp_path):
    config.mkdir()
    (config / "profiles.toml").write_text(
        f'[acme]\nurl = "{sandbox.url}"\nversion = "v22.0"\napi_key = "env:ACME_KEY"\n', encoding="utf-8"
    )
    monkeypatch.setenv("ACME_KEY", sandbox.api_key)
    assert main(["reflect", "--profile", "acme"]) == 0
    captured = capsys.readouterr()
    path = config / "tenants" / "acme" / "workfront" / "v22.0.json"
    assert captured.out == (f"154 types and 24 custom fields: {path}\nfrom workfront_orm.tenants.acme import Task\n")
    assert path.exists()
    assert main(["stubs", "--profile", "acme", "--output", str(tmp_path / "typings")]) == 0
    written = capsys.readouterr().out.splitlines()
    assert [os.path.basename(name) for name in written] == ["__init__.pyi", "v220.pyi"]
    stub = Path(written[1]).read_text(encoding="utf-8")
    assert "de_effort_class" in stub
    # Custom fields have kinds that no shipped version has, such as a decimal that only the server sets.
    assert "de_budget_with_reserve: _typed.ReadOnly[_typed.Exact, " in stub
    assert {name for name in re.findall(r"_typed\.(\w+)", stub) if not hasattr(typed, name)} == set()
    # Wide enough that no name is folded.
    monkeypatch.setenv("COLUMNS", "220")
    assert main(["diff", "v22.0", "acme:v22.0", "Task"]) == 0
    assert "Task.de_effort_class" in capsys.readouterr().out
    assert main(["describe", "Task.de_effort_class", "--profile", "acme"]) == 0
    assert "DE:Effort class" in capsys.readouterr().out
    assert main(["search", "Task", "--profile", "acme", "-w", "de_region=West", "-f", "name,de_region", "-n", "2"]) == 0
    assert "2 Tasks" in capsys.readouterr().out
    assert main(["stubs", "--profile", "nobody"]) == 1
    assert "no metadata of profile 'nobody'" in capsys.readouterr().err


def test_reflect_takes_a_tenant_from_the_environment(sandbox, monkeypatch, capsys, config):
    monkeypatch.setenv("WORKFRONT_ORM_URL", sandbox.url)
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", sandbox.api_key)
    assert main(["reflect", "--profile", "acme", "--version", "v14.0", "--no-custom-fields", "--again"]) == 0
    assert "140 types and 0 custom fields" in capsys.readouterr().out
    assert (config / "tenants" / "acme" / "workfront" / "v14.0.json").exists()
    assert main(["reflect", "--profile", "no-name"]) == 1
    assert "cannot name a profile" in capsys.readouterr().err
