"""Metadata files of somebody else: any content makes classes that work, or a MetadataError that says where."""

import json
import os
import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workfront_orm.core import metadata, metadata_writer, tenants
from workfront_orm.core.metadata import MetadataError, MetadataFile
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import APIVersion, api_version
from workfront_orm.core.service import find_service

SPECIAL = [
    "__class__", "__init__", "__del__", "__bool__", "__len__", "__eq__", "__hash__", "__slots__", "__qualname__", "__module__",
    "__getattr__", "__getattribute__", "__set_name__", "__init_subclass__", "__reduce_ex__", "__reduce__", "__call__", "__iter__",
    "__doc__", "__dict__", "__weakref__", "__classcell__", "__new__", "__setstate__", "__fspath__", "__index__", "__enter__", "__exit__",
    "__repr__", "__str__", "__dir__", "__annotations__", "__match_args__", "__firstlineno__", "__static_attributes__", "__mro_entries__",
]  # fmt: skip
AWKWARD = [
    "class", "lambda", "None", "True", "id", "save", "delete", "load", "code", "fields", "custom", "dirty", "session", "field_names",
    "_row", "_state", "_values", "_spec", "_api", "_key", "_members", "_repr_html_", "_ipython_display_", "mro", "_", "__", "x.y", "x y",
    "1x", "", "\u202egpj", "\uff21\uff22", "\ufb01eld", "x" * 10_000, "a\nb", "'", '"', "\\", "{}", "%s",
]  # fmt: skip


def document(objects, **header):
    return {"format": 1, "service": "workfront", "version": "v22.0", "source": {}, **header, "objects": objects}


def classes(text_or_document, folder):
    """Every class of a metadata file.

    Raises:
        MetadataError: The only error there may be.
    """
    path = os.path.join(folder, "hostile.json")
    text = text_or_document if isinstance(text_or_document, str) else json.dumps(text_or_document)
    Path(path).write_bytes(text.encode("utf-8", "surrogatepass"))
    source = MetadataFile(path)
    api = APIVersion(source.version, find_service("workfront"), source, path=path)
    return {key: api.by_code[key] for key in source.read_all()}


def use(cls):
    """What a program, a shell and the collector do with an object of any class."""
    obj = cls(None)
    assert bool(obj)
    assert isinstance(repr(obj), str)
    assert obj == obj  # noqa: PLR0124 - it may have been told otherwise
    hash(obj)
    assert dir(obj)
    assert dir(cls)
    assert isinstance(cls.__doc__, str)
    assert isinstance(obj, Object)
    assert type(obj) is cls
    assert not hasattr(cls, "__del__")
    obj.__reduce__()
    for member in cls._members.values():
        assert isinstance(repr(member), str)
        assert isinstance(member.__doc__, (str, type(None)))


@pytest.mark.parametrize("section", ["fields", "references", "collections", "actions", "queries"])
@pytest.mark.parametrize("name", SPECIAL)
def test_a_member_is_never_a_special_method(tmp_path, section, name):
    cls = classes(document({"TASK": {"name": "Task", "code": "TASK", section: {name: {}}}}), tmp_path)["TASK"]
    use(cls)
    plain = classes(document({"TASK": {"name": "Task", "code": "TASK"}}), tmp_path)["TASK"]
    special = set(vars(cls)) - set(vars(plain))
    assert not [name for name in special if name.startswith("__") and name.endswith("__")]
    if section == "fields":
        obj = cls(None)
        obj[name] = "value"
        assert obj[name] == "value"
        assert obj.dirty[name].new == "value"


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_make_working_classes(tmp_path, name):
    members = {section: {name: {}} for section in ("fields", "references", "collections", "actions", "queries")}
    for one in [{section: entry} for section, entry in members.items()]:
        use(classes(document({"TASK": {"name": "Task", "code": "TASK", **one}}), tmp_path)["TASK"])


CODE = [
    "a=__import__('os').system('touch pwned')",
    "x):\n import os\n#",
    "*a",
    "self",
    "cls",
    "session",
    "call",
    "wire_names",
    "__debug__",
    "a: int",
    "é",
    "a\0",
]


@pytest.mark.parametrize("name", CODE)
def test_a_name_is_never_code(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    entry = {"arguments": [{"name": name, "type": name}, {"name": "plain"}], "result": name}
    objects = {
        "TASK": {
            "name": "Task",
            "code": "TASK",
            "actions": {"act": entry, name: entry},
            "queries": {"ask": entry, name: entry},
        }
    }
    cls = classes(document(objects), tmp_path)["TASK"]
    use(cls)
    assert cls.act.__doc__
    assert cls.ask.__doc__
    assert os.listdir(tmp_path) == ["hostile.json"]


@pytest.mark.parametrize(
    "name", ["../../evil", "..\\evil", "/etc/passwd", "a/b", "", ".", "..", "nul\0x", "v1\n", "~", "C:evil", "-x"]
)
def test_no_name_leads_out_of_the_folder(tmp_path, monkeypatch, name):
    folder = tmp_path / "deep" / "folder"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    bait = json.dumps(document({}))
    for place in ("evil.json", "deep/evil.json"):
        (tmp_path / place).write_text(bait)
    before = sorted(map(str, tmp_path.rglob("*")))
    with pytest.raises(metadata.MetadataNotFoundError):
        metadata.find("workfront", name, folder)
    with pytest.raises((MetadataError, ValueError)):
        metadata_writer.write(document({}, version=name), folder)
    with pytest.raises((MetadataError, ValueError, TypeError)):
        metadata_writer.write(document({}, service=name), folder)
    with pytest.raises(ValueError, match="cannot name a profile"):
        tenants.folder_of(name)
    assert sorted(map(str, tmp_path.rglob("*"))) == before


def test_circles_and_masses(tmp_path):
    count = 3000
    objects = {
        f"C{number}": {
            "name": f"C{number}", "code": f"C{number}",
            "references": {"next": {"target": f"C{(number + 1) % count}", "field": "nextID"}, "me": {"target": f"C{number}"}},
            "collections": {"all": {"target": f"C{number}"}, "nobody": {"target": "NOSUCH"}},
        } for number in range(count)
    }  # fmt: skip
    objects["WIDE"] = {
        "name": "Wide",
        "code": "WIDE",
        "fields": {f"field{number}": {"type": "string"} for number in range(20_000)},
    }
    made = classes(document(objects), tmp_path)
    assert len(made) == count + 1
    use(made["C0"])
    assert made["C0"].next.spec.target == "C1"
    assert len(made["WIDE"].field_names) == 20_000


@pytest.mark.parametrize(
    "text",
    [
        '{"format":' + "[" * 100_000,
        '{"format": 1, "service": "workfront", "version": "v22.0",\n "objects": {\n"TASK": ' + '{"name":' * 100_000,
        '{"format": 1, "service": "workfront", "version": "v22.0",\n "objects": {\n"TASK": {"name": "Task", "fields": ' + "[" * 100_000 + "]" * 100_000 + "}}}",
        '{"format": 1, "service": "workfront", "version": "v22.0", "x": ' + "[" * 100_000 + "]" * 100_000 + ', "objects": {}}',
    ],
)  # fmt: skip
def test_nesting_without_end_is_refused(tmp_path, text):
    with pytest.raises(MetadataError):
        classes(text, tmp_path)
    path = tmp_path / "hostile.json"
    with pytest.raises((MetadataError, KeyError)):
        MetadataFile(path).read("TASK")


def test_classes_of_a_hostile_file_do_not_replace_others(tmp_path):
    """A class called like a part of the namespace, or like a module's own name, is reached and hides nothing."""
    names = [
        "by_code",
        "register",
        "from_data",
        "type_of",
        "source",
        "service",
        "version",
        "override",
        "path",
        "Object",
        "make_class",
    ]
    made = classes(document({f"N{i}": {"name": name, "code": f"N{i}"} for i, name in enumerate(names)}), tmp_path)
    api = made["N0"]._api
    assert api.type_of({"objCode": "N0"}) is made["N0"]
    assert callable(api.register)
    assert api.version == "v22.0"
    assert set(api.by_code) == set(made)
    assert api_version("workfront", "v22.0").Task.__name__ == "Task"
    assert "workfront_orm.versions.v220" not in sys.modules or not hasattr(
        sys.modules["workfront_orm.versions.v220"], "by_code_"
    )


# --- anything at all ------------------------------------------------------------------------------------

names = st.sampled_from([*SPECIAL, *AWKWARD[:-20], "name", "status", "ID", "owner", "ownerID"]) | st.text(max_size=6)
scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | names
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
keys = (
    "type",
    "label",
    "values",
    "target",
    "field",
    "reference",
    "arguments",
    "result",
    "flags",
    "marks",
    "open",
    "multiple",
    "readOnly",
    "required",
    "javaType",
    "instance",
    "filters",
)
entries = st.dictionaries(st.sampled_from(keys), anything, max_size=4)
members = st.dictionaries(names, entries | anything, max_size=4)
parts = st.fixed_dictionaries(
    {"name": names},
    optional={
        "code": names | anything, "label": anything, "operations": anything, "key": anything, "marks": anything, "sharing": anything,
        "fields": members, "references": members, "collections": members, "actions": members, "queries": members,
    },
)  # fmt: skip
objects_ = st.dictionaries(names, parts | anything, max_size=3)


@given(objects=objects_ | anything)
@example({"T": {"name": "T", "fields": {"x": {"values": [[1, 2], [[1], 2]]}}}})
@example({"T": {"name": "T", "key": 5}})
@example({"T": {"name": "T", "key": [["a"]]}})
@example({"T": {"name": "T", "operations": 5}})
@example({"T": {"name": "x\0y"}})
@example({"T": {"name": "\ud800"}})
@example({"T": {"name": "T", "actions": {"__del__": {}}}})
@example({"T": {"name": "T", "label": [None]}})
@example({"T": {"name": "T", "fields": {"__qualname__": {}, "__classcell__": {}}}})
def test_any_metadata_makes_classes_or_is_refused_by_name(tmp_path_factory, objects):
    folder = _folder(tmp_path_factory)
    try:
        made = classes(document(objects), folder)
    except MetadataError as error:
        assert "hostile.json" in str(error)  # noqa: PT017 - either will do
        assert len(str(error)) < 2000  # noqa: PT017
        return
    for cls in made.values():
        use(cls)
        json.dumps(str(pickle.dumps(cls(None)._row)))


def _folder(factory, made=[]):  # noqa: B006 - one folder for all examples
    if not made:
        made.append(str(factory.mktemp("metadata")))
    return made[0]
