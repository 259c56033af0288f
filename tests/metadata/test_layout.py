"""The layout of every class of every file: one class is found by string search and read without the others."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

METADATA = Path(__file__).resolve().parents[2] / "metadata"
FILES = sorted(path for path in METADATA.glob("*/*.json") if not path.name.startswith("overlay"))
SECTIONS = ("fields", "references", "collections", "actions", "queries")
HEAD = re.compile(r'"(?P<key>[^"]+)": \{"name": "(?P<name>[^"]+)", "code": (?P<code>null|"[^"]+")[,}]')
MEMBER = re.compile(r'  "[^"]+": \{.*\},?$')
SECTION = re.compile(r' "(?:fields|references|collections|actions|queries)": \{$')

WORKFRONT = [path for path in FILES if path.parent.name == "workfront"]
every_file = pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])

# What only this service's files promise; the others' own tests say what theirs do.
every_workfront_file = pytest.mark.parametrize("path", WORKFRONT, ids=[path.stem for path in WORKFRONT])


@every_file
def test_column_0_holds_object_keys_only(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    service, version = path.parent.name, path.stem
    assert lines[0].startswith(f'{{"format": 1, "service": "{service}", "version": "{version}",')
    assert lines[-1] == "}}"
    objects = json.loads(path.read_bytes())["objects"]
    heads = [HEAD.match(line) for line in lines[1:-1] if not line.startswith(" ")]
    assert None not in heads
    assert [head["key"] for head in heads] == list(objects)
    for head in heads:
        found = objects[head["key"]]
        assert head["name"] == found["name"]
        assert json.loads(head["code"]) == found["code"]


@every_file
def test_one_member_a_line(path):
    """A line is an object's head, a section's head, a member, or the end of a section; nothing else."""
    document = json.loads(path.read_bytes())
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(' "objects": {') + 1
    kinds = {"heads": 0, "sections": 0, "members": 0}
    for line in lines[start:-1]:
        if HEAD.match(line):
            kinds["heads"] += 1
        elif SECTION.match(line):
            kinds["sections"] += 1
        elif MEMBER.match(line):
            kinds["members"] += 1
        else:
            assert line in (" },", " }}", " }},")
    objects = document["objects"].values()
    assert kinds["heads"] == len(objects)
    assert kinds["sections"] == sum(section in found for found in objects for section in SECTIONS)
    assert kinds["members"] == sum(len(found.get(section, ())) for found in objects for section in SECTIONS)


@every_file
def test_a_class_read_alone_is_the_class_read_with_all(path):
    content = path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    objects = json.loads(content)["objects"]
    starts = {match["key"]: match.start() for match in re.finditer(r'^"(?P<key>[^"]+)": ', content, re.MULTILINE)}
    assert list(starts) == list(objects)
    for key, found in objects.items():
        alone, _end = decoder.raw_decode(content, starts[key] + len(json.dumps(key)) + 2)
        assert alone == found


@every_file
def test_keys_codes_and_names_agree(path):
    objects = json.loads(path.read_bytes())["objects"]
    names = [found["name"] for found in objects.values()]
    assert len(set(names)) == len(names)
    for key, found in objects.items():
        assert found["code"] == key or (found["code"] is None and found["name"] == key)


@every_workfront_file
def test_fields_references_and_targets_agree(path):
    """A field and the reference whose id it holds name each other; a target is an object of the file or marked."""
    objects = json.loads(path.read_bytes())["objects"]
    for key, found in objects.items():
        fields, references = found.get("fields", {}), found.get("references", {})
        for name, field in fields.items():
            if "reference" in field:
                assert references[field["reference"]].get("field") == name, f"{key}.{name}"
        for name, reference in references.items():
            if "field" in reference:
                assert reference["field"] in fields, f"{key}.{name}"
        for section in ("references", "collections"):
            for name, member in found.get(section, {}).items():
                known = member["target"] in objects or member["target"] is None
                assert known != member.get("marks", {}).get("dangling", False), f"{key}.{name}"


@every_workfront_file
def test_marks_come_last_and_empty_sections_are_left_out(path):
    for key, found in json.loads(path.read_bytes())["objects"].items():
        assert all(found[section] for section in SECTIONS if section in found), key
        for section in SECTIONS:
            for name, member in found.get(section, {}).items():
                assert "marks" not in list(member)[:-1], f"{key}.{name}"
                assert member.get("marks") != {}, f"{key}.{name}"


@pytest.fixture(scope="module")
def layout():
    sys.path.insert(0, str(METADATA))
    try:
        yield importlib.import_module("layout")
    finally:
        sys.path.remove(str(METADATA))


@every_file
def test_writing_a_file_again_changes_nothing(layout, path):
    content = path.read_text(encoding="utf-8")
    assert layout.text(json.loads(content)) == content


def test_an_object_that_does_not_begin_with_its_name_is_refused(layout):
    document = {"format": 1, "objects": {"A": {"code": "A", "name": "A"}}}
    with pytest.raises(ValueError, match="object A must begin with name and code"):
        layout.text(document)
