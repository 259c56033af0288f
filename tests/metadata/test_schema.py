"""metadata/schema.json accepts every shipped file and refuses mistakes, naming the place."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

METADATA = Path(__file__).resolve().parents[2] / "metadata"
FILES = sorted(path for path in METADATA.glob("*/*.json") if not path.name.startswith("overlay"))

SECTIONS = ("fields", "references", "collections", "actions", "queries")

SAMPLE = {
    "format": 1,
    "service": "workfront",
    "version": "v22.0",
    "source": {"from": ["here"], "made_by": "hand"},
    "objects": {
        "TASK": {
            "name": "Task",
            "code": "TASK",
            "operations": ["get", "search"],
            "marks": {"src": "v4.0"},
            "fields": {
                "status": {"type": "string", "values": [["NEW", "New"], ["INP", None]], "open": True},
                "ownerID": {"type": "string", "reference": "owner", "marks": {"inferred": True, "basis": "rule"}},
            },
            "references": {"owner": {"target": "USER", "field": "ownerID"}},
            "collections": {"notes": {"target": None}},
            "actions": {"move": {"arguments": [{"name": "projectID", "type": "string"}], "result": "string"}},
            "queries": {"myWork": {"arguments": None, "filters": True}},
        },
        "Ews": {"name": "Ews", "code": None},
    },
}
TASK = "$.objects.TASK"


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((METADATA / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_is_of_2020_12():
    schema = json.loads((METADATA / "schema.json").read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def leave_out_seen():
    """Return a function that leaves out of a document the members that it has returned before.

    Most lines of a version are those of the version before, and a member's validity depends
    on its service, section, name and value alone: each is validated once, which is ten times quicker.
    """
    seen = set()

    def reduced(document):
        objects = {}
        for code, found in document["objects"].items():
            objects[code] = {key: value for key, value in found.items() if key not in SECTIONS}
            for section in SECTIONS:
                lines = {
                    (document["service"], section, name, json.dumps(item)): name
                    for name, item in found.get(section, {}).items()
                }
                fresh = {name: found[section][name] for line, name in lines.items() if line not in seen}
                seen.update(lines)
                if fresh or found.get(section) == {}:
                    objects[code][section] = fresh
        return {**document, "objects": objects}

    return reduced


@pytest.fixture(scope="module")
def unseen():
    return leave_out_seen()


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_every_shipped_file_is_valid(validator, unseen, path):
    document = unseen(json.loads(path.read_bytes()))
    assert [(error.json_path, error.message) for error in validator.iter_errors(document)] == []


def test_leaving_out_what_was_validated_hides_no_mistake(validator):
    reduced = leave_out_seen()
    assert reduced(SAMPLE) == SAMPLE
    document, place = MISTAKES["a misspelt key of a field"]
    again = reduced(document)
    assert list(again["objects"]["TASK"]["fields"]) == ["status"]
    assert [error.json_path for error in validator.iter_errors(again)] == [place]


def test_a_small_file_is_valid(validator):
    validator.validate(SAMPLE)


def planted(*path, value=None, remove=False):
    """Return the sample with one place changed."""
    document = copy.deepcopy(SAMPLE)
    place = document
    for step in path[:-1]:
        place = place[step]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


MISTAKES = {
    "another format": (planted("format", value=2), "$.format"),
    "no version": (planted("version", remove=True), "$"),
    "a version that is a path": (planted("version", value="../etc/passwd"), "$.version"),
    "a service with a blank": (planted("service", value="work front"), "$.service"),
    "no source": (planted("source", remove=True), "$"),
    "a source from nowhere": (planted("source", "from", value=[]), "$.source.from"),
    "a strange key at the top": (planted("colour", value="red"), "$"),
    "objects as a list": (planted("objects", value=[]), "$.objects"),
    "an object key with a quote": (planted("objects", 'TA"SK', value={"name": "x", "code": None}), "$.objects"),
    "an object without a name": (planted("objects", "TASK", "name", remove=True), TASK),
    "an object without a code": (planted("objects", "TASK", "code", remove=True), TASK),
    "a code that is a number": (planted("objects", "TASK", "code", value=7), f"{TASK}.code"),
    "an unknown section": (planted("objects", "TASK", "feilds", value={}), TASK),
    "an empty section": (planted("objects", "TASK", "fields", value={}), f"{TASK}.fields"),
    "an unknown operation": (planted("objects", "TASK", "operations", value=["GET"]), f"{TASK}.operations[0]"),
    "an operation twice": (planted("objects", "TASK", "operations", value=["get", "get"]), f"{TASK}.operations"),
    "a field without a type": (
        planted("objects", "TASK", "fields", "status", "type", remove=True),
        f"{TASK}.fields.status",
    ),
    "a misspelt key of a field": (
        planted("objects", "TASK", "fields", "status", "readonly", value=True),
        f"{TASK}.fields.status",
    ),
    "values without labels": (
        planted("objects", "TASK", "fields", "status", "values", value=["NEW"]),
        f"{TASK}.fields.status.values[0]",
    ),
    "a value with three parts": (
        planted("objects", "TASK", "fields", "status", "values", value=[["NEW", "New", "x"]]),
        f"{TASK}.fields.status.values[0]",
    ),
    "a value that is null": (
        planted("objects", "TASK", "fields", "status", "values", value=[[None, "New"]]),
        f"{TASK}.fields.status.values[0][0]",
    ),
    "readOnly as text": (
        planted("objects", "TASK", "fields", "status", "readOnly", value="yes"),
        f"{TASK}.fields.status.readOnly",
    ),
    "inferred as false": (
        planted("objects", "TASK", "fields", "ownerID", "marks", "inferred", value=False),
        f"{TASK}.fields.ownerID.marks.inferred",
    ),
    "a mark with a blank": (
        planted("objects", "TASK", "marks", "made up", value=True),
        f"{TASK}.marks",
    ),
    "a member with a control character": (
        planted("objects", "TASK", "fields", "a\nb", value={"type": "string"}),
        f"{TASK}.fields",
    ),
    "a reference without a target": (
        planted("objects", "TASK", "references", "owner", "target", remove=True),
        f"{TASK}.references.owner",
    ),
    "a collection of numbers": (
        planted("objects", "TASK", "collections", "notes", "target", value=1),
        f"{TASK}.collections.notes.target",
    ),
    "an action that hides what it takes": (
        planted("objects", "TASK", "actions", "move", "arguments", remove=True),
        f"{TASK}.actions.move",
    ),
    "an argument without a type": (
        planted("objects", "TASK", "actions", "move", "arguments", value=[{"name": "x"}]),
        f"{TASK}.actions.move.arguments[0]",
    ),
    "a result that is null": (
        planted("objects", "TASK", "actions", "move", "result", value=None),
        f"{TASK}.actions.move.result",
    ),
    "a query with a body": (
        planted("objects", "TASK", "queries", "myWork", "body", value={}),
        f"{TASK}.queries.myWork",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_refused_at_its_place(validator, mistake):
    document, place = MISTAKES[mistake]
    errors = list(validator.iter_errors(document))
    assert [error.json_path for error in errors] == [place]


def test_other_services_have_room(validator):
    document = planted("service", value="bitrix24")
    task = document["objects"]["TASK"]
    task.update(
        key=["entityTypeId", "id"],
        names={"plural": "tasks"},
        methods={"get": "crm.task.get"},
        title="Task",
        endpoint="tasks",
        ops={"list": "GET /tasks"},
        parent="PROJ",
        extra={"valueStyle": "legacy"},
    )
    task["fields"]["status"].update(multiple=True, immutable=True, statusType="STATUS", title="Status", extra={})
    task["references"]["owner"].update(endpoint="/users", key="userId")
    task["collections"]["notes"].update(methods={"add": "crm.note.add"})
    validator.validate(document)
    task["field s"] = {}
    assert [error.json_path for error in validator.iter_errors(document)] == [TASK]


@pytest.mark.parametrize("key", ["methods", "endpoint", "parent"])
def test_keys_of_other_services_are_refused_in_workfront_files(validator, key):
    errors = list(validator.iter_errors(planted("objects", "TASK", key, value={})))
    assert {error.json_path for error in errors} >= {TASK}
