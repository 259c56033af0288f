"""The files of the versions that the facts describe as a whole: nothing lost, nothing changed by hand."""

import json

import pytest

COMPLETE = ("v4.0", "v19.0", "v20.0", "v21.0", "v22.0", "unsupported")
SECTIONS = ("fields", "references", "collections", "actions", "queries")

# Key of the facts -> key of the file, read independently of the converter's own table.
# A key that is not here must be found under `marks`, unchanged.
BEHAVIOUR = {
    "object": {"name": "name", "objCode": "code", "label": "label"},
    "fields": {
        key: key for key in ("type", "label", "reference", "readOnly", "required", "flags", "enumType", "javaType")
    },
    "references": {"objCode": "target", "field": "field"},
    "collections": {"objCode": "target"},
    "actions": {"resultType": "result", "instance": "instance"},
    "queries": {"resultType": "result", "filters": "filters", "label": "label", "instance": "instance"},
    "sharing": {"coreActions": "coreActions", "forbiddenActions": "forbiddenActions"},
}


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def overlaid(found):
    """Say whether a hand correction has been here; test_overlay.py checks these."""
    return bool(found.get("marks", {}).get("overlay"))


def pairs(values):
    return [[value["value"], value.get("label")] for value in values]


def compare(kind, fact, found, place):
    """Assert every scalar fact of one object or member; return the names of the rest."""
    rest = {}
    for key, value in fact.items():
        if key in ("possibleValues", "arguments", "operations", "sharing", *SECTIONS):
            rest[key] = value
        elif key == "possibleValuesBasis":
            assert found["marks"]["valuesBasis"] == value, place
        elif key in BEHAVIOUR[kind]:
            assert found[BEHAVIOUR[kind][key]] == value, (place, key)
        else:
            assert found["marks"][key] == value, (place, key)
    return rest


@pytest.mark.parametrize("version", COMPLETE)
def test_every_fact_is_in_the_file(facts, files, version):
    source = load(facts / f"{version}.json")
    document = load(files / f"{version}.json")
    assert document["version"] == source["version"]
    assert document["source"].get("reconstructed") == source.get("reconstructed")
    assert document["source"]["note"] == source.get("status", source.get("base"))
    assert [code for code, found in document["objects"].items() if not overlaid(found)] == list(source["objects"])
    for code, fact in source["objects"].items():
        found = document["objects"][code]
        assert found["code"] == fact.get("objCode", code)
        rest = compare("object", fact, found, code)
        assert found.get("operations") == (
            [word.lower() for word in rest["operations"]] if "operations" in rest else None
        )
        if "sharing" in rest:
            assert not compare("sharing", rest["sharing"], found["sharing"], code)
        for section in SECTIONS:
            members = fact.get(section, {})
            kept = found.get(section, {})
            assert [name for name in kept if name in members or not overlaid(kept[name])] == list(members), code
            for name, member in members.items():
                place = f"{code}.{section}.{name}"
                kept = found[section][name]
                rest = compare(section, member, kept, place)
                if "possibleValues" in rest:
                    values = pairs(rest["possibleValues"])
                    assert kept["values"][: len(values)] == values, place
                if section in ("actions", "queries"):
                    expected = rest.get("arguments")
                    if overlaid(kept):
                        assert kept["arguments"] == fact[section][name]["openapiArguments"], place
                        continue
                    if expected is None:
                        assert kept["arguments"] is None, place
                        continue
                    assert [(a["name"], a["type"]) for a in kept["arguments"]] == [
                        (a["name"], a["type"]) for a in expected
                    ], place
                    for argument, want in zip(kept["arguments"], expected, strict=True):
                        assert argument.get("values") == (
                            pairs(want["possibleValues"]) if "possibleValues" in want else None
                        ), place


@pytest.mark.parametrize("version", COMPLETE)
def test_nothing_is_in_the_file_that_no_fact_says(facts, files, version):
    """Counted the other way round: keys of members and marks are those of the facts, plus the published values."""
    source = load(facts / f"{version}.json")["objects"]
    ours = {"marks", "open", "valuesBasis", "valuesAdded", "valuesRemoved", "changedIn", "unclear", "overlay"}
    for code, found in load(files / f"{version}.json")["objects"].items():
        for section in SECTIONS:
            for name, kept in found.get(section, {}).items():
                if name not in source.get(code, {}).get(section, {}):
                    assert overlaid(kept), f"{code}.{section}.{name}"
                    continue
                fact = source[code][section][name]
                expected = set(fact) - {"possibleValuesBasis"}
                got = (set(kept) | set(kept.get("marks", {}))) - ours
                renamed = {"objCode": "target", "resultType": "result", "possibleValues": "values"}
                expected = {renamed.get(key, key) for key in expected}
                if section in ("actions", "queries"):
                    expected.add("arguments")
                assert got == expected, f"{code}.{section}.{name}"


@pytest.mark.parametrize("version", COMPLETE)
def test_every_list_of_values_is_in_the_file(facts, files, version):
    enums = load(facts / "enums.json")
    objects = load(files / f"{version}.json")["objects"]
    for code, fields in enums["fields"].items():
        for name, fact in fields.items():
            field = objects.get(code, {}).get("fields", {}).get(name)
            if field is None or ("values" not in field and fact["source"] == "metadata fixture"):
                continue  # the role fixture is of 2016: its default interface holds for that snapshot alone
            values = pairs(fact["values"])
            assert field["values"][: len(values)] == values, f"{code}.{name}"
    for code, values in enums["defaultStatuses"].items():
        assert objects[code]["fields"]["status"]["values"] == pairs(values)


def value_changes(facts):
    """Yield every published change of a field's values: number, mark, object, field, value, label, version."""
    for change in load(facts / "enums.json")["possibleValueChanges"]:
        mark = {"added": "valuesAdded", "removed": "valuesRemoved"}[change["change"]]
        version = change["version"]
        for value, label in pairs(change["values"]):
            yield int(float(version[1:])), mark, change["objCode"], change["field"], value, label, version


@pytest.mark.parametrize("version", [*COMPLETE, *(f"v{number}.0" for number in range(6, 19))])
def test_every_published_change_of_values_is_in_the_file(facts, files, version):
    objects = load(files / f"{version}.json")["objects"]
    last = 5 if version == "unsupported" else int(float(version[1:]))
    found = 0
    for number, mark, code, name, value, label, page in value_changes(facts):
        target = objects.get(code, {})
        field = target.get("fields", {}).get(name) or target.get("queries", {}).get(name)
        if field is None:
            continue
        applied = [value, label, page] in field.get("marks", {}).get(mark, [])
        assert applied == (number <= last), f"{code}.{name}"
        found += applied
        if applied and "values" in field and [label, value] not in field["values"]:
            assert ([value, label] in field["values"]) == (mark == "valuesAdded"), f"{code}.{name}"
    assert found or last < 11  # the page of v11.0 is the first that names values


@pytest.mark.parametrize("version", COMPLETE)
def test_fields_that_customers_extend_are_open(files, version):
    objects = load(files / f"{version}.json")["objects"]
    for code, name in [
        ("PROJ", "status"),
        ("PROJ", "priority"),
        ("PROJ", "condition"),
        ("TASK", "status"),
        ("TASK", "condition"),
        ("OPTASK", "status"),
        ("OPTASK", "severity"),
        ("OPTASK", "priority"),
        ("WORK", "status"),
    ]:
        assert objects[code]["fields"][name]["open"] is True
    for code, name in [("TSHET", "status"), ("HOUR", "status"), ("PROJ", "progressStatus"), ("TASK", "durationType")]:
        assert "open" not in objects[code]["fields"][name]


def test_the_committed_files_are_what_the_converter_makes(made, files):
    for name, content in made.files().items():
        committed = (files.parent / name).read_text(encoding="utf-8")
        assert committed == content, f"{name}: run metadata/convert_workfront.py"
    versions = {path.stem for path in files.glob("*.json")} - {"overlay"}
    assert versions == set(made.documents)


def test_an_unknown_key_of_the_facts_is_an_error(converter):
    source = {
        "version": "v4.0",
        "status": "made up",
        "objects": {"A": {"name": "A", "fields": {"x": {"type": "string", "colour": "red"}}}},
    }
    with pytest.raises(ValueError, match="colour"):
        converter.workfront_facts.document(source)


def test_a_run_without_the_facts_says_so(converter, tmp_path, capsys):
    assert converter.main(["--facts", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert "--facts" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_run_writes_every_file_and_says_how_large(facts, made, converter, tmp_path, capsys):
    assert converter.main(["--facts", str(facts), "--output", str(tmp_path)]) == 0
    report = capsys.readouterr().out
    for name, content in made.files().items():
        assert (tmp_path / name).read_text(encoding="utf-8") == content
        assert f"{name}: {len(content.encode())} bytes" in report
