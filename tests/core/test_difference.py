"""Differences of versions: every kind of change, both ways round, in words, JSON and HTML."""

import json
from html.parser import HTMLParser

import pytest

from workfront_orm import metadata
from workfront_orm.cli import main
from workfront_orm.core import metadata_writer
from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.reflection import APIVersion, api_version
from workfront_orm.core.service import Service, find_service
from workfront_orm.metadata import Detail, diff

OLD = {
    "TASK": {
        "name": "Task",
        "code": "TASK",
        "operations": ["get", "search"],
        "fields": {
            "ID": {"type": "string", "readOnly": True},
            "name": {"type": "string", "marks": {"src": "v1"}},
            "gone": {"type": "string"},
            "work": {"type": "int", "marks": {"inferred": True, "basis": "rule"}},
            "cost": {"type": "double"},
            "status": {"type": "string", "values": [["NEW", "New"], ["OLD", "Old"]], "open": True},
            "rank": {"type": "int", "values": [[1, "One"]]},
            "kind": {
                "type": "string",
                "marks": {"valuesAdded": [["A", "Ä", "v1"]], "changedIn": {"v1": ["unspecified"]}},
            },
            "vague": {"type": "string"},
        },
        "references": {"owner": {"target": "USER", "field": "ownerID"}, "parent": {"target": "TASK"}},
        "collections": {"notes": {"target": "NOTE"}, "hours": {"target": None}},
        "actions": {
            "move": {"arguments": [{"name": "to ", "type": "string"}], "instance": True},
            "stop": {"arguments": None},
            "close": {"arguments": []},
        },
        "queries": {"mine": {"arguments": [], "result": "Task[]"}},
    },
    "USER": {"name": "User", "code": "USER"},
    "Helper": {"name": "Helper", "code": None},
    "NOTE": {"name": "Note", "code": "NOTE", "fields": {"ID": {"type": "string"}}},
}
NEW = {
    "TASK": {
        "name": "Task",
        "code": "TASK",
        "operations": ["search", "add", "get"],
        "fields": {
            "ID": {"type": "string", "readOnly": True},
            "name": {"type": "string", "marks": {"src": "v2"}},
            "work": {"type": "double"},
            "cost": {"type": "double", "javaType": "java.math.BigDecimal", "readOnly": True},
            "status": {"type": "string", "values": [["NEW", "Brand new"], ["CPL", "<Complete>"]], "open": True},
            "rank": {"type": "int", "values": [["1", "One"], ["2", None]]},
            "kind": {
                "type": "string",
                "marks": {
                    "valuesAdded": [["A", "Ä", "v1"], ["B", None, "v2"]],
                    "valuesRemoved": [["C", "Cc", "v2"]],
                    "changedIn": {"v1": ["unspecified"], "v2": ["unspecified"]},
                },
            },
            "vague": {"type": "string", "marks": {"changedIn": {"v2": ["unspecified"], "v3": ["flag+X"]}}},
            "fresh": {"type": "string"},
            "close": {"type": "string"},
        },
        "references": {"owner": {"target": "TEAM", "field": "ownerID"}, "parent": {"target": "TASK"}},
        "collections": {"notes": {"target": "NOTE"}, "hours": {"target": "HOUR"}},
        "actions": {
            "move": {"arguments": [{"name": "to", "type": "string"}, {"name": "how", "type": "map"}], "instance": True},
            "stop": {"arguments": []},
            "close": {"arguments": []},
        },
    },
    "USER": {"name": "User", "code": "USER"},
    "HLPR": {"name": "Helper", "code": "HLPR"},
    "TEAM": {"name": "Team", "code": "TEAM", "marks": {"dangling": True}},
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("difference")
    found = []
    for version, objects in (("v1", OLD), ("v2", NEW)):
        document = {"format": 1, "service": "workfront", "version": version, "source": {"from": ["x"], "made_by": "x"}}
        found.append(metadata_writer.write({**document, "objects": objects}, folder))
    return found


@pytest.fixture(scope="module")
def difference(paths):
    return diff(*paths)


def details(difference, name, kind="field"):
    (entry,) = [entry for entry in difference.of(kind=kind) if entry.name == name]
    return {detail.aspect: (detail.old, detail.new) for detail in entry.details}


def test_classes(difference):
    assert [(entry.change, entry.path, entry.name) for entry in difference.of(kind="class")] == [
        ("changed", "Helper", "HLPR"),
        ("removed", "Note", "NOTE"),
        ("changed", "Task", "TASK"),
        ("added", "Team", "TEAM"),
    ]
    assert details(difference, "HLPR", "class") == {"code": (None, "HLPR")}
    assert details(difference, "TASK", "class") == {"operations": (["get", "search"], ["add", "get", "search"])}
    assert not difference.of(class_name="Note", kind="field"), "the members of a class that is gone are not listed"
    (team,) = difference.of(class_name="Team")
    assert team.doubts == ("Its target is no object of this version.",)


def test_fields(difference):
    fields = difference.of(kind="field")
    assert [entry.name for entry in fields.added] == ["close", "fresh"]
    assert [entry.name for entry in fields.removed] == ["gone"]
    assert [entry.name for entry in fields.changed] == ["cost", "kind", "rank", "status", "vague", "work"]
    assert details(difference, "work") == {"type": ("int", "double")}
    assert details(difference, "cost") == {
        "exact type": (None, "java.math.BigDecimal"),
        "read-only": (False, True),
    }
    (work,) = [entry for entry in fields if entry.name == "work"]
    assert work.doubts == ("Inferred, not documented (rule).",), "a type that was inferred may not have changed at all"


def test_where_something_comes_from_is_no_difference(difference):
    assert "name" not in [entry.name for entry in difference]


def test_values(difference):
    assert details(difference, "status") == {
        "values added": (None, (("CPL", "<Complete>"),)),
        "values removed": ((("OLD", "Old"),), None),
    }, "another label is no other value"
    assert details(difference, "rank") == {"values added": (None, ((2, None),))}, "1 and '1' are one code"


def test_values_that_pages_tell_of_where_the_list_is_not_known(difference, paths):
    assert details(difference, "kind") == {
        "values added": (None, (("B", None),)),
        "values removed": ((("C", "Cc"),), None),
    }
    back = details(diff(*reversed(paths)), "kind")
    assert {aspect: [value for pair in values if pair for value in pair] for aspect, values in back.items()} == {
        "values added": [("C", "Cc")],
        "values removed": [("B", None)],
    }


def test_a_page_that_says_changed_and_not_how(difference):
    assert details(difference, "vague") == {"changed, nobody says how, in": (None, "v2")}
    assert "changed, nobody says how, in v2" in str(difference)


def test_relations_and_calls(difference):
    assert details(difference, "owner", "reference") == {"target": ("USER", "TEAM")}
    assert details(difference, "hours", "collection") == {"target": (None, "HOUR")}
    assert details(difference, "move", "action") == {"arguments": (["to: string"], ["to: string", "how: map"])}
    assert details(difference, "stop", "action") == {"arguments": (None, [])}
    assert [entry.name for entry in difference.of("removed", "query")] == ["mine"]


def test_a_member_that_gets_another_python_name(difference):
    # Since there is a field of that name, the action has to give way.
    assert details(difference, "close", "action") == {"Python name": ("close", "close_")}
    (field,) = [entry for entry in difference.added if entry.name == "close"]
    assert field.path == "Task.close"


def test_in_words(difference):
    assert str(difference).startswith("workfront v1 -> v2: 3 added, 3 removed, 13 changed\n")
    assert "~ Task.stop (action stop): arguments: not known -> none" in str(difference).splitlines()
    assert "+ Task.fresh (field fresh)" in str(difference).splitlines()
    assert "~ Task.status (field status): values added: CPL (<Complete>); values removed: OLD (Old)" in str(difference)
    assert repr(difference) == "<Difference workfront v1 -> v2: 3 added, 3 removed, 13 changed>"
    assert len(difference) == 19
    assert difference


def test_as_json(difference):
    data = json.loads(json.dumps(difference.to_dict()))
    assert (data["service"], data["old"], data["new"]) == ("workfront", "v1", "v2")
    assert data["counts"]["added"] == {"class": 1, "field": 2}
    assert len(data["entries"]) == 19
    assert data["entries"][0] == {
        "change": "changed",
        "kind": "class",
        "class_name": "Helper",
        "name": "HLPR",
        "python": "Helper",
        "details": [{"aspect": "code", "old": None, "new": "HLPR"}],
        "doubts": [],
        "path": "Helper",
    }


def test_in_a_notebook(difference):
    html = difference._repr_html_()
    assert "&lt;Complete&gt;" in html
    assert "<Complete>" not in html
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert html.count("<details>") == 4, "several classes are folded"
    assert difference.of(class_name="Task")._repr_html_().count("<details open>") == 1


class Balanced(HTMLParser):
    """Fails where a tag is closed that was not opened last."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


# --- the shipped versions ----------------------------------------------------------------------


def test_nothing_differs_from_itself():
    same = diff("v22.0", "v22.0")
    assert not same
    assert len(same) == 0
    assert str(same) == "workfront v22.0 -> v22.0: no difference"


@pytest.mark.parametrize(("old", "new"), [("v4.0", "v6.0"), ("v14.0", "v22.0"), ("v22.0", "unsupported")])
def test_what_one_way_adds_the_other_removes(old, new):
    there, back = diff(old, new), diff(new, old)
    places = [{(e.kind, e.class_name, e.name) for e in part} for part in (there.added, back.removed)]
    assert places[0] == places[1]
    assert {(e.kind, e.name) for e in there.removed} == {(e.kind, e.name) for e in back.added}
    assert {(e.kind, e.name) for e in there.changed} == {(e.kind, e.name) for e in back.changed}


def test_what_the_change_pages_are_known_for():
    work = {entry.path: entry for entry in diff("v6.0", "v7.0")}
    assert work["TemplateTask.work_required"].details == (Detail("type", "int", "double"),)
    money = diff("v19.0", "v20.0", "Task")
    assert "exact type: none -> java.math.BigDecimal" in str(money.of("changed", "field"))


def test_one_class_alone():
    for name in ("Issue", "OPTASK"):
        assert {entry.class_name for entry in diff("v14.0", "v22.0", name)} == {"Issue"}
    with pytest.raises(UnknownNameError, match=r"neither v14\.0 nor v22\.0 has a class 'Isue'; did you mean 'Issue'"):
        diff("v14.0", "v22.0", "Isue")


def test_what_can_be_compared():
    v14, v22 = api_version("workfront", "v14.0"), metadata.find("workfront", "v22.0")
    assert len(diff(v14, v22)) == len(diff("v14.0", "v22.0")) == len(diff(v14, v22.path))
    with pytest.raises(metadata.MetadataNotFoundError, match=r"no metadata for version 'v5\.0'"):
        diff("v5.0", "v22.0")
    with pytest.raises(TypeError, match="made by hand"):
        diff(APIVersion("v1"), "v22.0")
    with pytest.raises(TypeError, match="not 22"):
        diff(22, "v22.0")


def test_versions_of_two_systems_are_not_compared(monkeypatch):
    known = {"workfront": find_service("workfront"), "bitrix24": Service()}
    monkeypatch.setattr("workfront_orm.core.difference.find_service", known.__getitem__)
    known["bitrix24"].name = "bitrix24"
    with pytest.raises(ValueError, match=r"workfront v22\.0 and bitrix24 rest-2026-08 have nothing in common"):
        diff("v22.0", metadata.find("bitrix24", "rest-2026-08"))


# --- the command ---------------------------------------------------------------------------------


def test_the_command_shows_a_table_and_the_counts(capsys, paths):
    assert main(["diff", *paths]) == 0
    output = capsys.readouterr().out
    assert "Task.fresh" in output
    assert "values added: CPL (<Complete>)" in " ".join(output.split())
    assert output.splitlines()[-3:] == [
        "changed: 3 action, 2 class, 1 collection, 6 field, 1 reference",
        "removed: 1 class, 1 field, 1 query",
        "added: 1 class, 2 field",
    ]
    assert main(["diff", "v22.0", "v22.0"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no difference"


def test_the_command_prints_json(capsys):
    assert main(["diff", "v14.0", "v22.0", "Task", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(diff("v14.0", "v22.0", "Task").to_dict()))


def test_the_command_says_what_it_does_not_know(capsys):
    assert main(["diff", "v5.0", "v22.0"]) == 1
    assert capsys.readouterr().err.startswith("workfront-orm: no metadata for version 'v5.0' of workfront; versions")
    assert main(["diff", "v14.0", "v22.0", "Tsk"]) == 1
    assert "neither v14.0 nor v22.0 has a class 'Tsk'" in capsys.readouterr().err


# --- what has other marks, such as what was read from a server ------------------------------


def test_a_version_without_its_marks_is_the_same(tmp_path):
    source = metadata.find("workfront", "v22.0")
    document = json.loads(source._read())
    for spec in document["objects"].values():
        spec.pop("marks", None)
        for section in ("fields", "references", "collections", "actions", "queries"):
            for entry in spec.get(section, {}).values():
                entry.pop("marks", None)
                # A server has this flag only; here it is a key, too.
                if entry.get("flags"):
                    entry["flags"] = [flag for flag in entry["flags"] if flag != "READ_ONLY"]
    path = tmp_path / "v22.0.json"
    path.write_text(json.dumps(document))
    assert not diff("v22.0", path)
    assert not diff(path, "v22.0")


def test_pages_up_to_the_older_version_tell_of_no_change_after_it():
    # v14.0 has marks of the pages up to v14.0, and the file of 2016 has none.
    for entry in diff("v14.0", "unsupported"):
        assert not [detail for detail in entry.details if "nobody says" in detail.aspect]
    pages = {
        page
        for entry in diff("v14.0", "v22.0")
        for detail in entry.details
        if "nobody says" in detail.aspect
        for page in detail.new.split(", ")
    }
    assert pages
    assert all(15 <= int(page.strip("v").partition(".")[0]) <= 22 for page in pages)


def test_a_value_that_two_pages_add_is_listed_once():
    for entry in diff("v6.0", "v22.0"):
        for detail in entry.details:
            if detail.aspect == "values added":
                codes = [value for value, _label in detail.new]
                assert len(codes) == len(set(codes)), entry.path
