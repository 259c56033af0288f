"""The metadata files that share the rules of service_facts.py, and those rules."""

import importlib
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from workfront_orm.core import metadata

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "metadata"
FACTS = ROOT.parent / "shared" / "facts"
SERVICES = ["flowdock", "blizwork", "cloudbees_cd"]

every_service = pytest.mark.parametrize("service", SERVICES)


def module(name):
    # The converters import their shared rules by name, as a script run from the folder does.
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))


def converter(service):
    return module(f"convert_{service}")


def source(service):
    return metadata.MetadataFile(FOLDER / service / f"{converter(service).VERSION}.json")


def facts(service):
    path = FACTS / service / "objects.json"
    if not path.is_file():
        pytest.skip(f"the facts about the API are not in {path.parent}")
    return json.loads(path.read_text(encoding="utf-8"))


def convert(**types):
    """A document made of a few types by the plainest rules."""
    rules = module("service_facts").Rules(service="toy", version="1", note="n")
    return module("service_facts").document({"service": "toy", "types": types}, rules)["objects"]


def toy(**changes):
    return {
        "id": "id",
        "mark": "doc",
        "ops": {"list": "GET /toys", "delete": None},
        "fields": {"id": {"type": "int", "readOnly": True, "required": False}},
        **changes,
    }


@every_service
def test_the_committed_file_is_a_fresh_conversion(service, tmp_path):
    facts(service)
    made = converter(service)
    assert made.main(["--facts", str(FACTS / service), "--output", str(tmp_path)]) == 0
    name = f"{made.VERSION}.json"
    assert (tmp_path / name).read_bytes() == (FOLDER / service / name).read_bytes()
    assert [path.name for path in (FOLDER / service).iterdir()] == [name]


@every_service
def test_the_file_obeys_the_schema(service):
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    document = json.loads(Path(source(service).path).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(document)] == []


@every_service
def test_every_fact_is_in_the_file(service):
    """Every text and number of the facts stands in the file; only false switches are left out."""
    document = json.loads(Path(source(service).path).read_text(encoding="utf-8"))
    whole = json.dumps(document["extra"])
    for name, raw in facts(service)["types"].items():
        text = json.dumps(document["objects"][name]) + whole
        for value in leaves(raw):
            assert json.dumps(value) in text or value in text, (name, value)


def leaves(value):
    """All texts and numbers in a fact, `"int readOnly"` and the like apart."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None and not isinstance(value, bool):
        # Alternatives become a list, a sentence with a type's name keeps both.
        yield from value.split("|") if isinstance(value, str) and "|" in value else [value]


@every_service
def test_classes_are_found_one_by_one(service):
    file = source(service)
    for name, key in file.names().items():
        spec = metadata.MetadataFile(file.path).read(key)
        assert (spec.key, spec.name) == (key, name)
        assert spec.operations is not None
        assert spec.marks["src"]
        assert file.key_of(name) == key


@every_service
def test_references_and_collections_lead_to_classes(service):
    specs = source(service).read_all()
    checked = 0
    for spec in specs.values():
        for name, reference in spec.references.items():
            checked += 1
            assert reference.target in specs
            if reference.field is not None:
                assert spec.fields[reference.field].reference == name
            else:
                assert {"by", "embedded"} & set(reference.raw["extra"]), (spec.key, name)
        for collection in spec.collections.values():
            checked += 1
            assert collection.target in specs or collection.marks["dangling"]
    assert checked >= 8


@every_service
def test_keys_are_fields(service):
    embedded = {"ProcessDefinition"}
    for spec in source(service).read_all().values():
        key = spec.raw["key"]
        for name in [key] if isinstance(key, str) else key or []:
            assert name in spec.fields or spec.key in embedded, (spec.key, name)


def test_switches_become_keys_and_the_rest_stays_extra():
    field = {
        "type": "enum",
        "readOnly": False,
        "required": True,
        "create_only": True,
        "values": ["a", "b"],
        "max": 3,
        "only_in": "lists",
        "note": "n",
    }
    made = convert(toy=toy(fields={**toy()["fields"], "kind": field}))["toy"]
    assert made["fields"]["kind"] == {
        "type": "enum",
        "required": True,
        "immutable": True,
        "values": [["a", None], ["b", None]],
        "max": 3,
        "extra": {"onlyIn": "lists"},
        "marks": {"note": "n"},
    }
    assert made["operations"] == ["search"]
    assert made["ops"] == {"list": "GET /toys", "delete": None}
    assert made["code"] is None


def test_a_reference_names_its_field_and_is_named_by_it():
    part = toy(
        fields={**toy()["fields"], "toyId": {"type": "int"}},
        references={"toy": {"target": "toy", "by": "toyId"}, "self": {"target": "part", "by": "id"}},
    )
    made = convert(toy=toy(), part=part)["part"]
    assert made["references"]["toy"] == {"target": "toy", "field": "toyId"}
    assert made["fields"]["toyId"]["reference"] == "toy"
    # The object's own key stays a key.
    assert made["references"]["self"] == {"target": "part", "extra": {"by": "id"}}


def test_a_type_inherits_and_says_so():
    base = toy(parent="toy", fields={**toy()["fields"], "a": {"type": "string"}, "b_id": {"type": "int"}})
    made = convert(toy=base, part=toy(extends="toy without b", fields={"a": {"type": "text"}}))["part"]
    assert list(made["fields"]) == ["id", "a"]
    assert made["fields"]["a"] == {"type": "text"}
    assert made["fields"]["id"]["marks"] == {"inferred": True, "basis": "the facts say: extends toy without b"}
    assert made["parent"] == "toy"


def test_what_is_not_known_is_marked():
    made = convert(toy=toy(id="by agreement", parent="any of them", collections={"x": {"target": "nothing"}}))["toy"]
    assert made["key"] is None
    assert made["marks"] == {"src": "doc", "keyNote": "by agreement", "parentNote": "any of them"}
    assert made["collections"]["x"]["marks"]["dangling"] is True


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"novelty": 1}, r"toy: no rule.*novelty"),
        ({"fields": {"id": {"type": "int", "isNew": 1}}}, r"toy\.id.*isNew"),
        ({"references": {"x": {"target": "toy", "isNew": 1}}}, r"toy\.x.*isNew"),
        ({"collections": {"x": {"target": "toy", "isNew": 1}}}, r"toy\.x.*isNew"),
        ({"fields": {"iD": {"type": "int"}, "i_d": {"type": "int"}}}, "one Python name i_d"),
    ],
)
def test_a_fact_without_a_rule_is_an_error(changes, message):
    with pytest.raises(ValueError, match=message):
        convert(toy=toy(**changes))


def test_two_references_by_one_field_are_an_error():
    references = {"a": {"target": "toy", "by": "x"}, "b": {"target": "toy", "by": "x"}}
    with pytest.raises(ValueError, match="key of a and of b"):
        convert(toy=toy(fields={**toy()["fields"], "x": {"type": "int"}}, references=references))


@every_service
def test_missing_facts_are_named(service, tmp_path, capsys):
    assert converter(service).main(["--facts", str(tmp_path), "--output", str(tmp_path)]) == 2
    assert "--facts" in capsys.readouterr().err
