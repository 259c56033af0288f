"""The Bitrix24 metadata file and the converter that made it."""

import importlib.util
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from workfront_orm.core import metadata

FOLDER = Path(__file__).resolve().parents[2] / "metadata"
VERSION = "rest-2026-08"


@pytest.fixture(scope="module")
def source():
    return metadata.MetadataFile(FOLDER / "bitrix24" / f"{VERSION}.json")


@pytest.fixture(scope="module")
def converter():
    # The converters import their shared layout by name, as a script run from the folder does.
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("convert_bitrix24", FOLDER / "convert_bitrix24.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module


def facts(**changes):
    """A facts document of two objects, as small as the rules allow."""
    contact = {
        "name": "contact",
        "entityTypeId": 3,
        "idField": "ID",
        "style": "legacy",
        "methods": {"list": "crm.contact.list", "delete": None},
        "references": {"ASSIGNED_BY_ID": "user"},
        "collections": {},
        "fields": {
            "ID": {"type": "integer", "readOnly": True, "required": False},
            "ASSIGNED_BY_ID": {"type": "user"},
            "CLOSED_BY": {"type": "user", "readOnly": True},
        },
        **changes,
    }
    user = {
        "name": "user",
        "idField": "ID",
        "style": "flat",
        "methods": {},
        "references": {},
        "collections": {},
        "fields": {"ID": {"type": "integer"}},
    }
    return {"source": "s", "conventions": {}, "objects": [contact, user]}


def test_the_file_obeys_the_schema(source):
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    document = json.loads(Path(source.path).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(document)] == []


def test_twenty_types_are_there_and_found_one_by_one(source):
    names = source.names()
    assert len(names) == 20
    assert names["ProductRow"] == "productrow"
    for name, key in names.items():
        assert source.key_of(name) == key
        spec = metadata.MetadataFile(source.path).read(key)
        assert (spec.name, spec.code) == (name, key)
        assert spec.fields


def test_every_reference_names_a_field_that_names_it_back(source):
    specs = source.read_all()
    checked = 0
    for spec in specs.values():
        for name, reference in spec.references.items():
            assert spec.fields[reference.field].reference == name, (spec.key, name)
            assert reference.target in specs or reference.target is None
            checked += 1
        for collection in spec.collections.values():
            field = collection.raw.get("field")
            assert field is None or field in spec.fields, (spec.key, collection.name)
            assert collection.target in specs or collection.target is None
    assert checked > 60


def test_an_unknown_target_says_why(source):
    for spec in source.read_all().values():
        for member in (*spec.references.values(), *spec.collections.values()):
            if member.target is None:
                assert member.raw["extra"].get("targets") if "extra" in member.raw else member.marks["dangling"]


def test_keys_are_single_composite_or_an_embedded_value(source):
    specs = source.read_all()
    assert specs["address"].raw["key"] == ["TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID"]
    assert specs["currency"].raw["key"] == "CURRENCY"
    for spec in specs.values():
        key = spec.raw["key"]
        for name in [key] if isinstance(key, str) else key:
            assert name in spec.fields, (spec.key, name)


def test_field_attributes_of_the_system_are_kept(source):
    deal = source.read("deal").fields
    assert deal["CATEGORY_ID"].raw["immutable"] is True
    assert deal["STAGE_ID"].raw["statusType"] == "DEAL_STAGE"
    assert deal["STAGE_ID"].open
    assert deal["CONTACT_IDS"].raw["writeOnly"] is True
    assert deal["CONTACT_ID"].raw["deprecated"] is True
    assert source.read("item").fields["stageId"].raw["names"] == {"upper": "STAGE_ID"}
    assert source.read("task").fields["RESPONSIBLE_ID"].raw["names"] == {"row": "responsibleId"}
    assert source.read("activity").fields["TYPE_ID"].values[0] == ("1", "meeting")
    assert source.read("contact").fields["PHONE"].multiple


def test_what_is_inferred_is_marked(source):
    assert source.read("user").fields["NAME"].marks["inferred"] is True
    assert source.read("task").fields["CREATED_DATE"].marks["inferred"] is True
    assert source.read("preset").references["CREATED_BY"].marks["inferred"] is True
    assert "inferred" not in source.read("contact").references["ASSIGNED_BY"].marks


def test_a_reference_stands_beside_its_field(converter):
    made = converter.document(facts())["objects"]["contact"]
    assert made["references"]["ASSIGNED_BY"] == {"target": "user", "field": "ASSIGNED_BY_ID"}
    assert made["fields"]["ASSIGNED_BY_ID"]["reference"] == "ASSIGNED_BY"
    # A field without `_ID` leaves its name to itself.
    assert made["fields"]["CLOSED_BY"]["reference"] == "CLOSED_BY_USER"
    assert made["references"]["CLOSED_BY_USER"]["marks"] == {"inferred": True, "basis": "field type user"}
    assert made["operations"] == ["search"]


def test_an_unknown_key_of_the_facts_is_an_error(converter):
    with pytest.raises(ValueError, match=r"contact.*novelty"):
        converter.document(facts(novelty=1))
    with pytest.raises(ValueError, match=r"contact\.ID.*isNew"):
        converter.document(facts(fields={"ID": {"type": "integer", "isNew": True}}, references={}))


def test_two_members_of_one_python_name_are_an_error(converter):
    with pytest.raises(ValueError, match="one Python name i_d"):
        converter.document(facts(fields={"iD": {"type": "integer"}, "I_D": {"type": "integer"}}, references={}))


def test_missing_facts_are_named(converter, tmp_path, capsys):
    assert converter.main(["--facts", str(tmp_path), "--output", str(tmp_path)]) == 2
    assert "--facts" in capsys.readouterr().err


def test_a_run_writes_what_document_says(converter, tmp_path):
    (tmp_path / "objects.json").write_text(json.dumps(facts()), encoding="utf-8")
    assert converter.main(["--facts", str(tmp_path), "--output", str(tmp_path)]) == 0
    written = tmp_path / f"{VERSION}.json"
    assert json.loads(written.read_text(encoding="utf-8")) == converter.document(facts())
    first = written.read_bytes()
    converter.main(["--facts", str(tmp_path), "--output", str(tmp_path)])
    assert written.read_bytes() == first
