"""The chain: every published page, read literally, holds in the files, but for the contradictions that are listed."""

import io
import json
import re
import zipfile

import pytest

SECTIONS = ("fields", "references", "collections", "actions", "queries")
PAGES = range(6, 23)
CHAIN = range(6, 19)


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def versions(files):
    """Number -> objects of every numbered version; 5 is v4.0, the file before v6.0."""
    result = {number: load(files / f"v{number}.0.json")["objects"] for number in PAGES}
    return {5: load(files / "v4.0.json")["objects"], **result}


@pytest.fixture(scope="module")
def pages(facts):
    return {number: load(facts / "deltas" / f"v{number}.0.json") for number in PAGES}


def member(objects, code, section, name):
    return objects.get(code, {}).get(section, {}).get(name)


def listed(pages, *verbs):
    """Yield (page, verb, code, section, name) for the lists of every page, those of new objects as added."""
    for number, page in pages.items():
        for code, source in page["added"].items():
            for section, names in source.items():
                if isinstance(names, list) and "added" in verbs:
                    yield from ((number, "added", code, section, name) for name in names)
        for code, source in page["modified"].items():
            for verb in verbs:
                for section, names in source.get(verb, {}).items():
                    yield from ((number, verb, code, section, name) for name in names)


def changed(pages):
    """Yield (page, code, section, name, tags)."""
    for number, page in pages.items():
        for code, source in page["modified"].items():
            for section, members in source.get("changed", {}).items():
                for name, tags in members.items():
                    yield number, code, section, name, tags


def holds(verb, before, after, *, first):
    """Say whether a place that is (not) there before and after the page is what the page says."""
    if verb == "added":
        return after and not before
    return not after and (before or first)


def literal_differences(pages, versions):
    """Read every page word for word; return what the files do not bear out."""
    result = set()
    for number, page in pages.items():
        before, after = versions[number - 1], versions[number]
        for verb in ("added", "removed"):
            for code in page[verb]:
                if not holds(verb, code in before, code in after, first=number == 6):
                    result.add((number, verb, (code, "", "")))
    for number, verb, code, section, name in listed(pages, "added", "removed"):
        there = [has(versions[version], code, section, name) for version in (number - 1, number)]
        if section == "operations" and code in pages[number]["added"]:
            there[0] = False  # the operations of a new object are its state, not a change
        if section in (*SECTIONS, "operations") and not holds(verb, *there, first=number == 6):
            result.add((number, verb, (code, section, name)))
    for number, code, section, name, tags in changed(pages):
        if section in SECTIONS and not change_holds(versions, number, (code, section, name), tags):
            result.add((number, "changed", (code, section, name)))
    return result


def has(objects, code, section, name):
    if section == "operations":
        return name.lower() in objects.get(code, {}).get("operations", ())
    return member(objects, code, section, name) is not None


def change_holds(versions, number, place, tags):
    before, after = member(versions[number - 1], *place), member(versions[number], *place)
    if after is None:
        return False
    for tag in tags:
        kind, _sign, flag = tag.partition("+") if "+" in tag else tag.partition("-")
        if kind == "flag" and not tag.startswith("type"):
            there = [flag in (found or {}).get("flags", ()) for found in (before, after)]
            if before is not None and number > 6 and there != ["-" in tag, "+" in tag]:
                return False
            if there[1] != ("+" in tag):
                return False
        if tag.startswith("type:"):
            old, new = tag.removeprefix("type:").split("->")
            if new not in (after.get("javaType"), after["type"]) or old != before["type"]:
                return False
            if before.get("javaType") == new:
                return False
    return True


def test_every_page_read_literally_holds_but_for_the_listed_contradictions(pages, versions, made):
    expected = {(row.page, row.verb, tuple(row.place)) for row in made.contradictions if row.differs}
    assert literal_differences(pages, versions) == expected


def test_the_listed_contradictions_are_the_ones_found(made, files):
    content = (files.parent / "workfront-contradictions.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (v\d+\.0) \| (\S+) \| ([a-z ]+) \| (.+?) \| (.+?) \|$", content, re.MULTILINE)
    expected = [
        (f"v{row.page}.0", ".".join(part for part in row.place if part), row.verb, row.finding, row.resolution)
        for row in made.contradictions
    ]
    assert sorted(rows) == sorted(expected)
    assert len(set(expected)) == len(expected)


def test_no_page_is_skipped(pages, versions):
    """The walk above sees something on every page but v14.0's removals; a page that is empty would prove nothing."""
    seen = {number for number, *_rest in listed(pages, "added", "removed")} | {number for number, *_ in changed(pages)}
    assert seen == set(PAGES)
    assert sum(1 for _ in listed(pages, "added", "removed")) > 1000
    assert sum(1 for _ in changed(pages)) > 400


def test_every_change_leaves_a_trace_on_its_member(pages, versions):
    """From the page on, as long as the member is there; what has no member leaves it on the object."""
    for number, code, section, name, tags in changed(pages):
        page = f"v{number}.0"
        at_home = section in SECTIONS and member(versions[number], code, section, name) is not None
        for later in range(number, 23):
            if at_home:
                found = member(versions[later], code, section, name)
                assert found is None or found["marks"]["changedIn"][page] == tags
            elif code in versions[later]:
                assert versions[later][code]["marks"]["changes"][page]["changed"][section][name] == tags
        before = member(versions[number - 1], code, section, name)
        assert before is None or page not in before.get("marks", {}).get("changedIn", {})


def test_unclear_entries_are_marked_from_their_page_on(pages, versions):
    count = 0
    for number, _verb, code, section, name in listed(pages, "unclear"):
        for later in range(number, 23):
            found = member(versions[later], code, section, name)
            if found is not None:
                assert found["marks"]["unclear"] == f"v{number}.0", (code, section, name)
                count += 1
    assert count > 100


def test_doubtful_entries_are_kept_and_not_applied(pages, versions):
    entries = list(listed(pages, "doubtful"))
    assert {(number, code) for number, _verb, code, _section, _name in entries} == {(15, "GROUP")}
    for number, _verb, code, section, name in entries:
        for later in range(number, 23):
            assert name in versions[later][code]["marks"]["changes"][f"v{number}.0"]["doubtful"][section]
        there = [member(versions[later], code, section, name) is not None for later in (number - 1, number)]
        assert there[0] == there[1]


def test_what_the_format_has_no_section_for_is_kept_on_the_object(pages, versions):
    homeless = [entry for entry in listed(pages, "added", "removed") if entry[3] not in (*SECTIONS, "operations")]
    assert {entry[3] for entry in homeless} == {"search", "coreFields", "defaultFields"}
    for number, verb, code, section, name in homeless:
        for later in range(number, 23):
            if code in versions[later]:
                assert name in versions[later][code]["marks"]["changes"][f"v{number}.0"][verb][section]


def test_the_values_of_every_page_are_in_the_files(pages, versions):
    """Whole lists where the page has one, else as a trace; the pages are the second source beside enums.json."""
    homeless = set()
    count = 0
    for number, page in pages.items():
        for code, fields in page.get("possibleValues", {}).items():
            for name, change in fields.items():
                found = member(versions[number], code, "fields", name) or member(
                    versions[number], code, "queries", name
                )
                if found is None:
                    homeless.add((number, code, name))
                    continue
                count += 1
                for verb, mark in (("added", "valuesAdded"), ("removed", "valuesRemoved")):
                    for value in change.get(verb, ()):
                        assert [value["value"], value.get("label"), f"v{number}.0"] in found["marks"][mark]
                initial = [[str(value["value"]), value.get("label")] for value in change.get("initial", ())]
                if initial:
                    assert [[str(value), label] for value, label in found["values"]] == initial
    assert homeless == set()
    assert count > 100


def places(objects):
    for code, found in objects.items():
        yield (code, "", ""), found
        for section in SECTIONS:
            for name, kept in found.get(section, {}).items():
                yield (code, section, name), kept


@pytest.fixture(scope="module")
def entries(pages):
    """Place -> the pages that add it. RsrcPool stands under the code of ResourcePool on its page."""
    result = {}
    for number, page in pages.items():
        for code in page["added"]:
            result.setdefault((code, "", ""), []).append(number)
    for number, _verb, *place in listed(pages, "added"):
        result.setdefault(tuple(place), []).append(number)
    for (code, section, name), numbers in list(result.items()):
        if code == "RSPOOL":
            result["RsrcPool", section, name] = numbers
    return result


@pytest.mark.parametrize("number", CHAIN)
def test_since_is_unknown_where_no_page_adds_and_v4_lacks(versions, entries, number):
    old = {place for place, _found in places(versions[5])}
    for place, found in places(versions[number]):
        unknown = place not in old and not any(page <= number for page in entries.get(place, ()))
        assert (found.get("marks", {}).get("since") == "unknown") == unknown, place
        later = [page for page in entries.get(place, ()) if page > number]
        assert found.get("marks", {}).get("addedIn") == (f"v{later[0]}.0" if later else None), place


def test_members_of_unknown_entry_are_there_from_v6_to_v18(versions, entries):
    """Also those that a page removes later, up to that page; a member cannot be older than its object."""
    for place, found in places(versions[18]):
        if found.get("marks", {}).get("since") != "unknown":
            continue
        code, section, name = place
        back = {("UPDATE", "fields", "updateType"): 11, ("CUSTPR", "fields", "name"): 11}.get(place, 6)
        for number in range(back, 19):
            if code in versions[number]:
                assert not section or member(versions[number], code, section, name) is not None, (number, place)


def test_a_removed_member_is_absent_from_its_page_on(pages, versions):
    # A page changes the first two again; the event table has the other two again. Both are listed as contradictions.
    back = {
        ("UPDATE", "fields", "updateType"): 11,
        ("CUSTPR", "fields", "name"): 11,
        ("DOCU", "fields", "checkedOutByID"): 21,
        ("ASSGN", "fields", "assignmentPercent"): 21,
    }
    count = 0
    for number, _verb, code, section, name in listed(pages, "removed"):
        if section in SECTIONS:
            count += 1
            for later in range(number, 23):
                there = member(versions[later], code, section, name) is not None
                assert there == (later >= back.get((code, section, name), 99))
    assert count == 50


def test_samples(versions):
    assert versions[6]["TTSK"]["fields"]["workRequired"]["type"] == "int"
    assert versions[7]["TTSK"]["fields"]["workRequired"]["type"] == "double"
    assert versions[15]["TSHET"]["fields"]["isEditable"]["readOnly"] is True
    assert "readOnly" not in versions[16]["TSHET"]["fields"]["isEditable"]
    assert "masterTaskID" in versions[9]["TASK"]["fields"]
    assert versions[9]["TASK"]["references"]["masterTask"]["field"] == "masterTaskID"
    assert "field" not in versions[10]["TASK"]["references"]["masterTask"]
    assert versions[6]["ARVPTH"]["operations"] == ["add", "count", "delete", "edit", "get", "report", "search"]
    assert versions[7]["ARVPTH"]["operations"] == ["count", "get", "report", "search"]
    assert "values" not in versions[11]["TASK"]["fields"].get("workEffort", {})
    assert versions[12]["TASK"]["fields"]["workEffort"]["values"][0] == [1, "Small"]
    assert "valuesBasis" not in versions[12]["TASK"]["fields"]["workEffort"]["marks"]
    assert versions[12]["TASK"]["fields"]["durationType"]["marks"]["valuesBasis"] == "later"
    assert list(versions[8]["ResourceBudgetedHour"]["fields"]) == sorted(versions[8]["ResourceBudgetedHour"]["fields"])
    assert "ResourceBudgetedHour" not in versions[10]
    assert "RsrcPool" not in versions[6]
    assert versions[7]["RsrcPool"]["code"] is None


def test_arguments_that_a_later_page_changes_are_unknown(versions):
    large = [versions[number]["DOCU"]["actions"]["createLargeDocument"] for number in range(11, 23)]
    assert [found["arguments"] is None for found in large] == [True] * 8 + [False] * 3 + [True]
    assert [found["marks"].get("argumentsChangedIn") for found in large[:8]] == ["v18.0"] * 7 + ["v19.0"]


@pytest.mark.parametrize("number", CHAIN)
def test_what_the_openapi_file_tells_is_marked_as_of_v19(versions, number):
    for code, found in versions[number].items():
        if "operations" in found and code != "ResourceBudgetedHour":
            assert found["marks"]["operationsCarriedFrom"] == "v19.0"
        for section in ("actions", "queries"):
            for name, call in found.get(section, {}).items():
                if member(versions[19], code, section, name) is not None:
                    assert call["marks"]["carriedFrom"] == "v19.0"


def test_there_is_no_v5(files):
    """v5.0 has no change page, so nothing is known of it."""
    assert not (files / "v5.0.json").exists()
    assert {path.stem for path in files.glob("v*.json")} == {"v4.0", *(f"v{number}.0" for number in PAGES)}


def test_all_files_deflated_are_small(files):
    packed = zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED)
    with packed:
        for path in sorted(files.glob("*.json")):
            packed.write(path, path.name)
        assert sum(entry.compress_size for entry in packed.infolist()) < 1_200_000
