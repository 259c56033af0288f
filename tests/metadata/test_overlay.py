"""Hand corrections: each is needed, applied to its whole range, and leaves a trace; anything else is an error."""

import copy
import importlib
import json
import sys
from pathlib import Path

import pytest

METADATA = Path(__file__).resolve().parents[2] / "metadata"
OVERLAY = json.loads((METADATA / "workfront" / "overlay.json").read_text(encoding="utf-8"))
VERSIONS = ["v4.0", *(f"v{number}.0" for number in range(6, 23)), "unsupported"]


@pytest.fixture(scope="module")
def overlay():
    sys.path.insert(0, str(METADATA))
    try:
        yield importlib.import_module("overlay")
    finally:
        sys.path.remove(str(METADATA))


@pytest.fixture(scope="module")
def shipped():
    return {
        version: json.loads((METADATA / "workfront" / f"{version}.json").read_text(encoding="utf-8"))["objects"]
        for version in VERSIONS
    }


def covered(correction):
    return VERSIONS[VERSIONS.index(correction["from"]) : VERSIONS.index(correction["to"]) + 1]


def traces(value, path=()):
    """Yield (path, id) of every mark `overlay`."""
    if isinstance(value, dict):
        for name in value.get("marks", {}).get("overlay", ()):
            yield path, name
        for key, item in value.items():
            if key != "marks":
                yield from traces(item, (*path, key))


def enter(place, step):
    return next(pair for pair in place if pair[0] == step) if isinstance(place, list) else place[step]


@pytest.mark.parametrize("correction", OVERLAY["corrections"], ids=lambda correction: correction["id"])
def test_every_correction_is_in_every_file_of_its_range(shipped, correction):
    assert len(correction["reason"]) > 40
    for version in covered(correction):
        place = shipped[version]
        *steps, last = correction["path"]
        for step in steps:
            place = enter(place, step)
        if isinstance(place, list):
            assert correction["value"] in place
            assert correction["expect"] not in place
        elif isinstance(correction["value"], dict):
            assert (
                place[last].items()
                >= {key: correction["value"][key] for key in correction["value"] if key != "marks"}.items()
            )
        else:
            assert place[last] == correction["value"]


def test_the_traces_are_those_of_the_corrections(shipped):
    expected = {(version, correction["id"]) for correction in OVERLAY["corrections"] for version in covered(correction)}
    found = [(version, name) for version in VERSIONS for _path, name in traces(shipped[version])]
    assert set(found) == expected
    assert len(found) == len(expected)


def test_every_correction_was_used(made):
    expected = [(correction["id"], version) for correction in OVERLAY["corrections"] for version in covered(correction)]
    assert made.corrections == expected


def documents():
    field = {"type": "string", "values": [["A", "First"], ["B", None]], "marks": {"src": "v1"}}
    one = {"objects": {"TASK": {"name": "Task", "code": "TASK", "fields": {"status": field}}}}
    return {"v1": one, "v2": copy.deepcopy(one), "v3": copy.deepcopy(one)}


def correction(**changes):
    base = {
        "id": "status-type",
        "from": "v1",
        "to": "v2",
        "path": ["TASK", "fields", "status", "type"],
        "expect": "string",
        "value": "int",
        "reason": "because",
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def test_a_correction_changes_its_range_alone(overlay):
    files = documents()
    assert overlay.apply(files, {"corrections": [correction()]}) == [("status-type", "v1"), ("status-type", "v2")]
    types = [files[version]["objects"]["TASK"]["fields"]["status"]["type"] for version in files]
    assert types == ["int", "int", "string"]
    marks = [files[version]["objects"]["TASK"]["fields"]["status"]["marks"] for version in files]
    assert marks == [
        {"src": "v1", "overlay": ["status-type"]},
        {"src": "v1", "overlay": ["status-type"]},
        {"src": "v1"},
    ]


def test_a_value_of_a_list_is_found_by_its_code(overlay):
    files = documents()
    path = ["TASK", "fields", "status", "values", "B"]
    overlay.apply(files, {"corrections": [correction(path=path, expect=["B", None], value=["B", "Second"])]})
    assert files["v1"]["objects"]["TASK"]["fields"]["status"]["values"] == [["A", "First"], ["B", "Second"]]


def test_a_correction_without_a_value_removes(overlay):
    files = documents()
    path = ["TASK", "fields", "status"]
    status = files["v1"]["objects"]["TASK"]["fields"]["status"]
    overlay.apply(files, {"corrections": [correction(path=path, expect=copy.deepcopy(status), value=..., to="v1")]})
    assert files["v1"]["objects"]["TASK"]["fields"] == {}
    assert files["v1"]["objects"]["TASK"]["marks"] == {"overlay": ["status-type"]}
    overlay.apply(
        files,
        {
            "corrections": [
                correction(path=[*path, "values", "A"], expect=["A", "First"], value=..., to="v2", **{"from": "v2"})
            ]
        },
    )
    assert files["v2"]["objects"]["TASK"]["fields"]["status"]["values"] == [["B", None]]


def test_a_new_member_stands_in_order(overlay):
    files = documents()
    new = {"type": "int"}
    overlay.apply(files, {"corrections": [correction(path=["TASK", "fields", "age"], expect=..., value=new, to="v1")]})
    assert list(files["v1"]["objects"]["TASK"]["fields"]) == ["age", "status"]
    assert files["v1"]["objects"]["TASK"]["fields"]["age"] == {"type": "int", "marks": {"overlay": ["status-type"]}}
    assert new == {"type": "int"}


def test_a_new_section_is_made(overlay):
    files = documents()
    path = ["TASK", "references", "owner"]
    overlay.apply(files, {"corrections": [correction(path=path, expect=..., value={"target": "USER"}, to="v1")]})
    assert files["v1"]["objects"]["TASK"]["references"]["owner"]["target"] == "USER"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "string"}, "changes nothing in v1"),
        ({"expect": "double"}, "v1 holds 'string' at TASK.fields.status.type"),
        ({"expect": ...}, "v1 holds 'string' at TASK.fields.status.type"),
        ({"path": ["TASK", "fields", "status", "label"], "expect": "x"}, "v1 holds nothing at"),
        ({"path": ["TASK", "fields", "state", "type"]}, "v1 has no state on TASK.fields.state.type"),
        ({"path": ["USER", "fields", "status", "type"]}, "v1 has no USER"),
        ({"path": ["TASK", "fields", "status", "values", "C"], "expect": ["C", None]}, "v1 holds nothing"),
        ({"from": "v9"}, "v9 to v2 is no range of files"),
        ({"from": "v3", "to": "v1"}, "v3 to v1 is no range of files"),
        ({"reason": ...}, "needs id, from, to, path, reason"),
        ({"valeu": 1}, "needs id, from, to, path, reason"),
    ],
)
def test_a_correction_that_does_not_fit_is_an_error(overlay, changes, message):
    with pytest.raises(overlay.OverlayError, match=message) as raised:
        overlay.apply(documents(), {"corrections": [correction(**changes)]})
    assert "status-type" in str(raised.value)


def test_an_id_is_used_once(overlay):
    twice = [correction(), correction(path=["TASK", "fields", "status", "label"], expect=..., value="Status")]
    with pytest.raises(overlay.OverlayError, match="used twice"):
        overlay.apply(documents(), {"corrections": twice})
