import json
import os

import pytest

from workfront_orm.core import metadata
from workfront_orm.core.specs import ReferenceSpec

FILE = """{"format": 1, "service": "toy", "version": "v2",
 "source": {"note": "made for this test"},
 "objects": {
"TASK": {"name": "Task", "code": "TASK", "operations": ["get", "add"],
 "fields": {
  "ID": {"type": "string", "readOnly": true},
  "status": {"type": "string", "values": [["NEW", "New"], ["CPL", null]], "open": true, "flags": ["X"],
   "marks": {"inferred": true, "basis": "rule"}},
  "ownerID": {"reference": "owner", "required": true, "label": "Owner", "multiple": false}
 },
 "references": {
  "owner": {"target": "USER", "field": "ownerID"}
 },
 "collections": {
  "tasks": {"target": "TASK"}
 },
 "actions": {
  "move": {"arguments": [{"name": "projectID"}], "result": "string", "instance": true},
  "mystery": {}
 },
 "queries": {
  "mine": {"arguments": [{"name": "from", "type": "date"}], "filters": true, "result": "Task[]"}
 }},
"USER": {"name": "User", "code": "USER"},
"Rate": {"name": "Rate", "code": null}
}}
"""


@pytest.fixture
def write(tmp_path):
    def write(text, folder="toy", name="v2.json"):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / name).write_text(text)
        return metadata.MetadataFile(place / name)

    return write


@pytest.fixture
def source(write):
    return write(FILE)


# --- reading ----------------------------------------------------------------------------


def test_the_header_is_everything_beside_the_objects(source):
    assert source.header == {"format": 1, "service": "toy", "version": "v2", "source": {"note": "made for this test"}}
    assert (source.service, source.version) == ("toy", "v2")


def test_names_in_the_order_of_the_file(source):
    assert list(source.names().items()) == [("Task", "TASK"), ("User", "USER"), ("Rate", "Rate")]
    assert source.codes() == ["TASK", "USER"]


def test_one_class_is_found_without_listing_all(source):
    assert source.key_of("User") == "USER"
    assert source._names is None
    assert source.key_of("Nothing") is None


def test_an_object_is_read_without_the_others(source, monkeypatch):
    def refuse(*_):
        raise AssertionError("the whole file was parsed")

    monkeypatch.setattr(metadata.json, "loads", refuse)
    assert source.read("USER").name == "User"
    assert source.read("USER") is source.read("USER")


def test_what_a_file_says_of_an_object(source):
    spec = source.read("TASK")
    assert (spec.key, spec.name, spec.code, spec.label, spec.operations) == (
        "TASK",
        "Task",
        "TASK",
        None,
        ("get", "add"),
    )
    assert source.read("Rate").code is None
    assert source.read("USER").operations is None
    assert source.read("USER").fields == {}


def test_what_a_file_says_of_members(source):
    spec = source.read("TASK")
    status, owner_id = spec.fields["status"], spec.fields["ownerID"]
    assert (status.type, status.values, status.open, status.flags) == (
        "string",
        (("NEW", "New"), ("CPL", None)),
        True,
        ("X",),
    )
    assert status.inferred
    assert status.marks == {"inferred": True, "basis": "rule"}
    assert (owner_id.type, owner_id.reference, owner_id.required, owner_id.label) == ("string", "owner", True, "Owner")
    assert not owner_id.read_only
    assert not owner_id.multiple
    assert owner_id.values is None
    assert spec.fields["ID"].read_only
    assert (spec.references["owner"].target, spec.references["owner"].field) == ("USER", "ownerID")
    assert spec.collections["tasks"].target == "TASK"
    move, mystery, mine = spec.actions["move"], spec.actions["mystery"], spec.queries["mine"]
    assert [(argument.name, argument.type) for argument in move.arguments] == [("projectID", "string")]
    assert (move.result, move.instance) == ("string", True)
    assert (mystery.arguments, mystery.result, mystery.instance) == (None, None, None)
    assert (mine.filters, mine.arguments[0].type) == (True, "date")


def test_specs_compare_by_kind_name_and_entry(source):
    first, again = (
        source.read("TASK").fields["status"],
        metadata.MetadataFile(source.path).read("TASK").fields["status"],
    )
    assert first == again
    assert hash(first) == hash(again)
    assert first != source.read("TASK").fields["ID"]
    assert first != ReferenceSpec(first.name, first.raw)
    assert "status" in repr(first)


def test_an_unknown_object_is_a_key_error_and_parses_the_file_once(source, monkeypatch):
    with pytest.raises(KeyError):
        source.read("NOPE")
    parsed = []
    monkeypatch.setattr(metadata.json, "loads", lambda *_: parsed.append(1))
    for _ in range(3):
        with pytest.raises(KeyError):
            source.read("NOPE")
    assert not parsed


def test_a_file_in_another_layout_is_read_as_well(write):
    source = write(json.dumps(json.loads(FILE), indent=4))
    assert source.names() == {"Task": "TASK", "User": "USER", "Rate": "Rate"}
    assert source.read("TASK").fields["status"].open
    assert source.key_of("User") == "USER"
    assert source.codes() == ["TASK", "USER"]


def test_a_member_that_looks_like_an_object_is_none(write):
    trap = FILE.replace('"move": {"arguments"', '"trap": {"name": "Trap", "code": "X"},\n  "move": {"arguments"')
    assert write(trap).key_of("Trap") is None


# --- broken files -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text.replace('"format": 1', '"format": 2'), "format 2"),
        (lambda text: text.replace('"version": "v2",', ""), "does not say which version"),
        (lambda text: text.replace('"service": "toy", ', ""), "does not say which service"),
        (lambda _text: "[]", "no metadata file"),
        (lambda _text: "", "no metadata file"),
        (lambda _text: "{", "no metadata file"),
    ],
)
def test_a_broken_header_names_the_file(write, change, place):
    source = write(change(FILE))
    with pytest.raises(metadata.MetadataError, match=place) as caught:
        _ = source.header
    assert source.path in str(caught.value)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text.replace('"move": {', '"move": {{'), "object TASK: "),
        (lambda text: text.replace('{"name": "Task", "code": "TASK",', '{"code": "TASK",'), "object TASK: .*a name"),
        (
            lambda text: text.replace(
                '"references": {\n  "owner": {"target": "USER", "field": "ownerID"}\n }', '"references": ["owner"]'
            ),
            "object TASK: references",
        ),
        (lambda text: text.replace('{"target": "TASK"}', '"TASK"'), "object TASK, collections, tasks"),
        (lambda text: text.replace('[{"name": "projectID"}]', '["projectID"]'), "object TASK, actions, move"),
        (lambda text: text.replace('[{"name": "projectID"}]', '[{"type": "string"}]'), "object TASK, actions, move"),
        (lambda text: text.replace('[["NEW", "New"], ["CPL", null]]', '["NEW", "CPL"]'), "object TASK, fields, status"),
    ],
)
def test_a_broken_object_names_the_file_and_the_place(write, change, place):
    text = change(FILE)
    assert text != FILE
    source = write(text)
    for read in (lambda: source.read("TASK"), source.read_all):
        with pytest.raises(metadata.MetadataError, match=r"TASK|no metadata file") as caught:
            read()
        assert source.path in str(caught.value)
    with pytest.raises(metadata.MetadataError, match=place):
        source.read("TASK")
    assert metadata.MetadataFile(source.path).read("USER").name == "User"


def test_a_missing_or_unreadable_file(tmp_path):
    with pytest.raises(metadata.MetadataError, match="cannot be read"):
        metadata.MetadataFile(tmp_path / "none.json").read("TASK")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(metadata.MetadataError, match=r"bytes\.json cannot be read"):
        metadata.MetadataFile(tmp_path / "bytes.json").names()


# --- finding ----------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The four places, each with a file that tells which it is."""
    made = {}
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name, folder in {
        "explicit": tmp_path / "explicit",
        "variable": tmp_path / "variable",
        "config": tmp_path / "config" / "workfront_orm" / "metadata",
        "package": tmp_path / "package" / "metadata",
    }.items():
        (folder / "toy").mkdir(parents=True)
        (folder / "toy" / "v2.json").write_text(FILE.replace("made for this test", name))
        made[name] = folder
    monkeypatch.setenv("WORKFRONT_ORM_METADATA", os.pathsep.join([str(tmp_path / "empty"), str(made["variable"])]))
    monkeypatch.setattr(metadata, "packaged_folders", lambda: [str(made["package"])])
    return made


def found(path=None):
    return metadata.find("toy", "v2", path).header["source"]["note"]


def test_the_search_order(folders, monkeypatch):
    assert found(folders["explicit"]) == "explicit"
    assert found(folders["explicit"] / "toy" / "v2.json") == "explicit"
    assert found() == "variable"
    monkeypatch.delenv("WORKFRONT_ORM_METADATA")
    assert found() == "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folders["explicit"] / "none"))
    assert found() == "package"


def test_a_folder_without_the_version_lets_the_others_answer(folders, tmp_path):
    assert found(tmp_path) == "variable"


def test_an_explicit_path_that_does_not_exist_is_never_passed_over(folders, tmp_path):
    with pytest.raises(metadata.MetadataNotFoundError, match=r"typo\.json"):
        metadata.find("toy", "v2", tmp_path / "typo.json")


@pytest.mark.parametrize("version", ["v3", "", "../toy/v2", "/etc/passwd"])
def test_an_unknown_version_names_those_there_are(folders, version):
    with pytest.raises(metadata.MetadataNotFoundError, match="versions with metadata: v2"):
        metadata.find("toy", version)
    with pytest.raises(metadata.MetadataNotFoundError, match="none"):
        metadata.find("nobody", version)


def test_versions_oldest_first_and_unnumbered_last(folders):
    for name in ("v10.0", "v9.0", "v4.0", "unsupported", "overlay"):
        (folders["package"] / "toy" / f"{name}.json").write_text(FILE)
    assert metadata.versions("toy") == ["v2", "v4.0", "v9.0", "v10.0", "unsupported"]


def test_the_packaged_files_are_found():
    assert metadata.versions("workfront")[0] == "v4.0"
    assert metadata.versions("workfront")[-1] == "unsupported"
    assert metadata.find("workfront", "v22.0").version == "v22.0"
