"""metadata/README.md says what is measured: counts, marks, where each file comes from."""

import json
import re
from pathlib import Path

METADATA = Path(__file__).resolve().parents[2] / "metadata"
README = (METADATA / "README.md").read_text(encoding="utf-8")
SECTIONS = ("fields", "references", "collections", "actions", "queries")
VERSIONS = ["v4.0", *(f"v{number}.0" for number in range(6, 23)), "unsupported"]


def objects(version):
    return json.loads((METADATA / "workfront" / f"{version}.json").read_text(encoding="utf-8"))["objects"]


def members(found):
    return [member for section in SECTIONS for member in found.get(section, {}).values()]


def measured(version):
    found = objects(version).values()
    counts = [sum(len(item.get(section, ())) for item in found) for section in SECTIONS]
    calls = [call for item in found for section in ("actions", "queries") for call in item.get(section, {}).values()]
    marks = [member.get("marks", {}) for item in found for member in members(item)]
    return [
        len(found),
        *counts,
        sum("operations" in item for item in found),
        sum(call["arguments"] is None for call in calls),
        sum("inferred" in mark for mark in marks),
        sum("since" in mark for mark in marks),
    ]


def test_the_table_of_counts_is_measured():
    rows = re.findall(r"^\| (v\d+\.0|unsupported) \| ([\d |]+) \|$", README, re.MULTILINE)
    table = {version: [int(cell) for cell in cells.split("|")] for version, cells in rows}
    assert table == {version: measured(version) for version in VERSIONS}


def test_every_mark_is_explained():
    used = set()
    for version in VERSIONS:
        for found in objects(version).values():
            used |= set(found.get("marks", {})) | set(found.get("sharing", {}).get("marks", {}))
            for member in members(found):
                used |= set(member.get("marks", {}))
    explained = set(re.findall(r"`(\w+)`", re.search(r"\n## Marks.*?(?=\n## )", README, re.DOTALL)[0]))
    assert used <= explained, used - explained


def test_every_key_is_explained():
    used = set()
    for version in VERSIONS:
        for found in objects(version).values():
            used |= set(found) - set(SECTIONS)
            for member in members(found):
                used |= set(member)
    explained = set(re.findall(r"`(\w+)`", re.search(r"\n## Format 1.*?(?=\n## )", README, re.DOTALL)[0]))
    assert used <= explained, used - explained


def test_the_number_of_contradictions_is_that_of_the_page():
    page = (METADATA / "workfront-contradictions.md").read_text(encoding="utf-8")
    counts = re.findall(r"^## .*: (\d+)$", page, re.MULTILINE)
    said = re.search(r"(\d+) rows where .*? and (\d+) that are resolved", README, re.DOTALL)
    assert list(said.groups()) == counts


def test_every_open_field_is_named():
    named = set(re.findall(r"`(\w+)`", re.search(r"\n## Open values.*?(?=\n## )", README, re.DOTALL)[0]))
    for version in VERSIONS:
        for found in objects(version).values():
            for name, field in found.get("fields", {}).items():
                assert not field.get("open") or name in named, name


def test_every_script_of_the_folder_is_named():
    for path in METADATA.glob("*.py"):
        assert f"`{path.name}`" in README, path.name
