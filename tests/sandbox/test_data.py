"""The demo data: relations hold, numbers add up, the same seed gives the same rows."""

import json
import re
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workfront_orm.core import metadata
from workfront_orm.sandbox.workfront import data
from workfront_orm.sandbox.workfront.data_world import wire_date

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)  # a Wednesday
SUNDAY = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
WIRE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d:000\+0000\Z")
OVERLAY = json.loads(Path(data.__file__).with_name("overlay.json").read_text("utf-8"))["objects"]
NO_OBJECTS = {"credentials", "handles"}

# Fields that hold the id of any object, with the field of its type (None: any type).
ANY_OBJECT = {
    "objID": ("objObjCode", "noteObjCode", "docObjCode", "expObjCode"),
    "topObjID": ("topNoteObjCode", "topDocObjCode", "topObjCode"),
    "securityRootID": ("securityRootObjCode",),
    "securityObjID": ("securityObjCode",),
    "accessorID": ("accessorObjCode",),
    "referenceObjID": ("referenceObjCode",),
    "resolvingObjID": ("resolvingObjCode",),
    "sourceObjID": ("sourceObjCode",),
}

# Id fields that no version has a reference for.
NO_REFERENCE = {
    "groupID": "GROUP",
    "queueDefID": "QUED",
    "defaultTopicGroupID": "QUETGP",
    **dict.fromkeys(("enteredByID", "lastUpdatedByID", "submittedByID"), "USER"),
}


def read(size, *, seed=0, now=NOW):
    found = defaultdict(list)
    for code, rows in data.tables(size, seed=seed, now=now):
        assert rows, code
        found[code] += rows
    return dict(found)


@pytest.fixture(scope="module")
def types():
    """Field kinds, targets of id fields and collections of each type, over all versions."""
    found = {}
    for version in metadata.versions("workfront"):
        for code, spec in metadata.find("workfront", version).read_all().items():
            entry = found.setdefault(code, {"kinds": defaultdict(set), "targets": {}, "collections": set()})
            for name, field in spec.fields.items():
                entry["kinds"][name].add(field.type)
            entry["targets"].update(
                {ref.field: ref.target for ref in spec.references.values() if ref.field and ref.target}
            )
            entry["collections"].update(spec.collections)
    return found


@pytest.fixture(
    scope="module",
    params=[("demo", 0, NOW), ("demo", 7, SUNDAY), ("empty", 0, NOW)],
    ids=["demo", "demo-sunday", "empty"],
)
def tables(request):
    size, seed, now = request.param
    return read(size, seed=seed, now=now)


@pytest.fixture(scope="module")
def demo():
    return read("demo")


@pytest.fixture(scope="module")
def large():
    """Rows of the large size and the longest batch of tasks; the time is printed, not tested."""
    begun = time.perf_counter()
    found = defaultdict(list)
    longest = 0
    for code, rows in data.tables("large", seed=0, now=NOW):
        found[code] += rows
        longest = max(longest, len(rows) if code == "TASK" else 0)
    print(f"\nlarge: {sum(map(len, found.values())):,} rows in {time.perf_counter() - begun:.2f} s")  # noqa: T201 - a figure to read
    return found, longest


def by_id(rows):
    return {row["ID"]: row for row in rows}


def groups(rows, field):
    found = defaultdict(list)
    for row in rows:
        found[row[field]].append(row)
    return found


# --- form ----------------------------------------------------------------------------------


def test_rows_have_only_fields_of_their_type(types, tables):
    for code, rows in tables.items():
        if code in NO_OBJECTS:
            continue
        for name in {name for row in rows for name in row} - {"parameterValues"}:
            assert name in types[code]["kinds"], (code, name)
        if any("parameterValues" in row for row in rows):
            assert "parameterValues" in types[code]["collections"], code


def test_rows_of_a_type_have_the_same_keys_in_the_same_order(tables):
    for code, rows in tables.items():
        assert len({tuple(row) for row in rows}) == 1, code


def test_values_are_of_their_kinds(types, tables):
    kinds = {
        "string": str,
        "int": int,
        "double": (int, float),
        "boolean": bool,
        "dateTime": str,
        "date": str,
        "string[]": list,
        "map": dict,
    }
    for code, rows in tables.items():
        for name, known in types.get(code, {"kinds": {}})["kinds"].items():
            allowed = [kinds.get(kind, object) for kind in known]
            for value in {json.dumps(row[name]) for row in rows if row.get(name) is not None}:
                found = json.loads(value)
                assert any(isinstance(found, kind) and not (isinstance(found, bool) and bool not in (kind, object)) for kind in allowed), (code, name, found, known)  # fmt: skip
                if known == {"dateTime"}:
                    assert WIRE.match(found), (code, name, found)


def test_ids_are_unique_hex(tables):
    seen = Counter(row["ID"] for code, rows in tables.items() if code not in NO_OBJECTS for row in rows)
    assert not [key for key, count in seen.items() if count > 1 or not re.fullmatch(r"[0-9a-f]{32}", key)]


def test_no_computed_field_is_stored(tables):
    for code, rows in tables.items():
        assert not set(OVERLAY.get(code, {}).get("computed", ())) & set(rows[0]), code


def test_required_fields_are_filled(tables):
    for code, rows in tables.items():
        entry = OVERLAY.get(code, {})
        for row in rows:
            required = set(entry.get("required", ())) - set(entry.get("hidden", ())) - set(entry.get("computed", ()))
            assert all(row[name] is not None for name in required), (code, row)
            assert all(any(row.get(name) is not None for name in group) for group in entry.get("oneOf", ())), (
                code,
                row,
            )


# --- relations -----------------------------------------------------------------------------


def test_references_point_at_rows_of_the_right_type(types, tables):
    ids = {code: set(by_id(rows)) for code, rows in tables.items() if code not in NO_OBJECTS}
    checked = 0
    for code, rows in tables.items():
        if code in NO_OBJECTS:
            continue
        for row in rows:
            for name, value in row.items():
                if value is None or not name.endswith("ID") or name in {"ID", "extRefID"}:
                    continue
                if name in ANY_OBJECT:
                    target = next(row[kind] for kind in ANY_OBJECT[name] if kind in row)
                elif name == "threadID":
                    target = "NOTE"
                else:
                    target = types[code]["targets"].get(name) or NO_REFERENCE[name]
                assert value in ids.get(target, ()), (code, name, target)
                checked += 1
    assert checked > len(ids)


@pytest.mark.parametrize(("code", "field"), [("TASK", "parentID"), ("TTSK", "parentID"), ("GROUP", "parentID"), ("NOTE", "parentNoteID"), ("DOCFDR", "parentID"), ("USER", "managerID")])  # fmt: skip
def test_trees_have_no_cycles(tables, code, field):
    rows = by_id(tables.get(code, ()))
    for row in rows.values():
        seen = set()
        while row is not None:
            assert row["ID"] not in seen, (code, row["ID"])
            seen.add(row["ID"])
            row = rows.get(row[field])  # noqa: PLW2901 - walking up


def test_outline_of_tasks(demo):
    tasks = by_id(demo["TASK"])
    children = groups(demo["TASK"], "parentID")
    for rows in groups(demo["TASK"], "projectID").values():
        assert [row["taskNumber"] for row in rows] == list(range(1, len(rows) + 1))
        assert {row["indent"] for row in rows} == {0, 1, 2, 3}
        assert len({row["wbs"] for row in rows}) == len(rows)
    for task in demo["TASK"]:
        assert task["numberOfChildren"] == len(children[task["ID"]])
        assert task["indent"] == task["wbs"].count(".")
        if task["parentID"]:
            parent = tasks[task["parentID"]]
            assert task["wbs"].rpartition(".")[0] == parent["wbs"]
            assert task["projectID"] == parent["projectID"]
            assert task["taskNumber"] > parent["taskNumber"]


def test_successors_start_after_their_predecessors_and_never_in_a_circle(demo):
    tasks = by_id(demo["TASK"])
    for link in demo["PRED"]:
        before, after = tasks[link["predecessorID"]], tasks[link["successorID"]]
        assert before["projectID"] == after["projectID"]
        assert before["taskNumber"] < after["taskNumber"]
        assert before["plannedCompletionDate"] < after["plannedStartDate"]
        assert after["predecessorExpression"] == f"{before['taskNumber']}fs"
        assert after["canStart"] == before["isStatusComplete"]


def test_assignments_agree_with_their_tasks_and_issues(demo):
    work = {**by_id(demo["TASK"]), **by_id(demo["OPTASK"])}
    users = by_id(demo["USER"])
    per_work = groups(demo["ASSGN"], "taskID")
    for row in demo["ASSGN"]:
        target = work[row["taskID"] or row["opTaskID"]]
        assert target["projectID"] == row["projectID"]
        assert (row["assignedToID"] or row["roleID"] or row["teamID"]) is not None
        if row["isPrimary"] and row["assignedToID"]:
            assert target["assignedToID"] == row["assignedToID"]
            assert users[row["assignedToID"]]["isActive"]
        if target["actualCompletionDate"]:
            assert row["status"] == "DN"
    for key, rows in per_work.items():
        if key is not None:
            assert sum(row["isPrimary"] for row in rows) == 1
            assert sum(row["assignmentPercent"] for row in rows) == pytest.approx(100)
    assert any(len(rows) > 1 for key, rows in per_work.items() if key)


def test_agile_teams_have_a_sprint_and_a_backlog(demo):
    agile = {team["ID"] for team in demo["TEAMOB"] if team["isAgile"]}
    stories = [row for row in demo["TASK"] if row["isAgile"]]
    assert {row["teamID"] for row in stories} == agile
    assert {row["iterationID"] is None for row in stories} == {True, False}


def test_resolved_issues_and_their_tasks_name_each_other(demo):
    tasks = by_id(demo["TASK"])
    resolved = [row for row in demo["OPTASK"] if row["resolveTaskID"]]
    assert len(resolved) > 10
    for issue in resolved:
        task = tasks[issue["resolveTaskID"]]
        assert (task["convertedOpTaskID"], task["convertedOpTaskName"]) == (issue["ID"], issue["name"])
        assert (issue["resolvingObjCode"], issue["resolvingObjID"]) == ("TASK", task["ID"])
        assert issue["isComplete"] == task["isStatusComplete"]
        assert task["projectID"] == issue["projectID"]


def test_programs_and_portfolios_agree(demo):
    programs = by_id(demo["PRGM"])
    for project in demo["PROJ"]:
        if project["programID"]:
            assert programs[project["programID"]]["portfolioID"] == project["portfolioID"]


def test_threads(demo):
    notes = by_id(demo["NOTE"])
    for note in notes.values():
        if note["parentNoteID"]:
            parent = notes[note["parentNoteID"]]
            assert (note["threadID"], note["objID"]) == (parent["threadID"], parent["objID"])
            assert note["indent"] == parent["indent"] + 1
            assert note["entryDate"] > parent["entryDate"]
        else:
            assert note["threadID"] == note["ID"]
    assert max(note["indent"] for note in notes.values()) >= 2
    newest = {key: max(row["entryDate"] for row in rows) for key, rows in groups(demo["NOTE"], "objID").items()}
    for row in [*demo["PROJ"], *demo["TASK"], *demo["OPTASK"]]:
        assert (row["lastNoteID"] is not None) == (row["ID"] in newest)
        if row["lastNoteID"]:
            assert notes[row["lastNoteID"]]["entryDate"] == newest[row["ID"]]


def test_documents_have_versions_with_content(demo):
    content = {row["handle"]: row for row in demo["handles"]}
    versions = groups(demo["DOCV"], "documentID")
    for document in demo["DOCU"]:
        own = versions[document["ID"]]
        assert [row["version"] for row in own] == list(range(1, len(own) + 1))
        assert document["lastModDate"] == own[-1]["entryDate"]
    for row in demo["DOCV"]:
        assert len(content[row["handle"]]["content"]) == row["docSize"]
        assert content[row["handle"]]["fileName"] == row["fileName"]
    assert any(document["folderIDs"] for document in demo["DOCU"])
    assert any(len(rows) > 1 for rows in versions.values())


# --- numbers -------------------------------------------------------------------------------


def mean(leaves):
    weight = sum(row["durationMinutes"] for row in leaves)
    if not weight:
        return sum(row["percentComplete"] for row in leaves) / len(leaves)
    return sum(row["percentComplete"] * row["durationMinutes"] for row in leaves) / weight


def working_minutes(start, end):
    """Plain reading of Monday to Friday, 9 to 17."""
    begin, finish = (datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC) for text in (start, end))
    total = 0
    while begin < finish:
        if begin.weekday() < 5 and 9 <= begin.hour < 17:
            total += 60
        begin += timedelta(hours=1)
    return total


def test_parents_follow_their_children(demo):
    children = groups(demo["TASK"], "parentID")

    def leaves(task):
        below = children.get(task["ID"])
        return [leaf for child in below for leaf in leaves(child)] if below else [task]

    parents = [task for task in demo["TASK"] if task["numberOfChildren"]]
    assert len(parents) > 100
    for task in parents:
        below = children[task["ID"]]
        assert task["plannedStartDate"] == min(row["plannedStartDate"] for row in below)
        assert task["plannedCompletionDate"] == max(row["plannedCompletionDate"] for row in below)
        assert task["projectedCompletionDate"] == max(row["projectedCompletionDate"] for row in below)
        assert task["durationMinutes"] == working_minutes(task["plannedStartDate"], task["plannedCompletionDate"])
        assert task["workRequired"] == sum(row["workRequired"] for row in below)
        assert task["actualWorkRequired"] == sum(row["actualWorkRequired"] for row in below)
        assert task["percentComplete"] == round(mean(leaves(task)), 2)
        assert task["isStatusComplete"] == all(row["isStatusComplete"] for row in below)


def test_progress_is_consistent(demo):
    for task in demo["TASK"]:
        assert task["duration"] == task["durationMinutes"] / 480
        assert task["work"] == task["workRequired"] / 60
        assert task["isStatusComplete"] == (task["actualCompletionDate"] is not None)
        if task["numberOfChildren"]:
            # A milestone weighs nothing, so 100 % of a parent may still want one.
            assert task["percentComplete"] == 100 or not task["isStatusComplete"]
            continue
        assert task["durationMinutes"] == working_minutes(task["plannedStartDate"], task["plannedCompletionDate"])
        assert task["isStatusComplete"] == (task["percentComplete"] == 100)
        assert (task["actualStartDate"] is None) == (task["percentComplete"] == 0)


def test_projects_follow_their_tasks(demo):
    tasks, issues, hours = (groups(demo[code], "projectID") for code in ("TASK", "OPTASK", "HOUR"))
    for project in demo["PROJ"]:
        own = tasks[project["ID"]]
        leaves = [task for task in own if not task["numberOfChildren"]]
        booked = sum(row["hours"] for row in hours[project["ID"]])
        assert project["percentComplete"] == round(mean(leaves), 2)
        assert project["plannedStartDate"] == min(task["plannedStartDate"] for task in own)
        assert project["plannedCompletionDate"] == max(task["plannedCompletionDate"] for task in own)
        assert project["durationMinutes"] == working_minutes(
            project["plannedStartDate"], project["plannedCompletionDate"]
        )
        assert project["workRequired"] == sum(row["workRequired"] for row in [*leaves, *issues[project["ID"]]])
        assert project["totalHours"] == pytest.approx(booked)
        assert project["actualWorkRequired"] == round(booked * 60)
        assert project["entryDate"] < min(project["plannedStartDate"], wire_date(NOW))


def test_hours_add_up_to_actual_work(demo):
    for field, code in (("taskID", "TASK"), ("opTaskID", "OPTASK")):
        booked = {key: sum(row["hours"] for row in rows) for key, rows in groups(demo["HOUR"], field).items()}
        for row in demo[code]:
            if not row.get("numberOfChildren"):
                assert row["actualWorkRequired"] == round(booked.get(row["ID"], 0) * 60)


def test_hours_stand_on_the_sheet_of_their_user_and_week(demo):
    sheets = by_id(demo["TSHET"])
    placed = [row for row in demo["HOUR"] if row["timesheetID"]]
    assert len(placed) > 20
    for row in placed:
        sheet = sheets[row["timesheetID"]]
        assert sheet["userID"] == row["ownerID"]
        assert sheet["startDate"] <= row["entryDate"] <= sheet["endDate"]
    assert {row["timesheetID"] for row in placed} == set(sheets)


def test_nothing_happened_in_the_future(tables):
    latest = max(wire_date(now) for now in (NOW, SUNDAY))
    for code, rows in tables.items():
        for row in rows:
            for name in ("actualStartDate", "actualCompletionDate", "entryDate", "lastUpdateDate"):
                assert (row.get(name) or "") <= latest, (code, name)
            if row.get("lastUpdateDate") and row.get("entryDate") and code != "HOUR":
                assert row["entryDate"] <= row["lastUpdateDate"], (code, row["ID"])


# --- custom forms and statuses -------------------------------------------------------------


def test_custom_values_belong_to_forms_on_their_object(demo):
    parameters = {row["name"]: row for row in demo["PARAM"]}
    options = groups(demo["POPT"], "parameterID")
    places = groups(demo["CTGYPA"], "categoryID")
    attached = groups(demo["OBJCAT"], "objID")
    users = by_id(demo["USER"])
    seen = set()
    for code, rows in demo.items():
        for row in rows:
            forms = attached.get(row.get("ID"), ())
            if code not in NO_OBJECTS and "categoryID" in row and "parameterValues" in row:
                assert row["categoryID"] == (forms[0]["categoryID"] if forms else None), code
            offered = {place["parameterID"] for form in forms for place in places[form["categoryID"]]}
            for name, value in row.get("parameterValues", {}).items():
                parameter = parameters[name.removeprefix("DE:")]
                assert name.startswith("DE:")
                assert parameter["ID"] in offered, (code, name)
                if value is None:
                    continue
                seen.add((parameter["displayType"], parameter["dataType"]))
                if parameter["displayType"] in {"SLCT", "RDIO", "CHCK", "MULT"}:
                    assert set(value if isinstance(value, list) else [value]) <= {
                        option["value"] for option in options[parameter["ID"]]
                    }
                if parameter["displayType"] == "TYAH":
                    assert value in users
                if parameter["dataType"] == "DATE":
                    assert WIRE.match(value)
                if parameter["displayType"] == "RICH":
                    assert json.loads(value)["blocks"][0]["text"]
    assert seen == {(row["displayType"], row["dataType"]) for row in demo["PARAM"]}


def test_calculated_value_follows_its_formula(demo):
    found = [row["parameterValues"] for row in demo["PROJ"] if "DE:Budget with reserve" in row["parameterValues"]]
    assert any(values["DE:Budget with reserve"] for values in found)
    for values in found:
        budget = values.get("DE:Budget")
        assert values["DE:Budget with reserve"] == (None if budget is None else round(budget * 1.1, 2))


def test_several_forms_on_one_object(demo):
    counts = Counter(row["objID"] for row in demo["OBJCAT"])
    assert set(counts.values()) == {1, 2}
    for rows in groups(demo["OBJCAT"], "objID").values():
        assert [row["categoryOrder"] for row in rows] == list(range(len(rows)))


def test_single_choices_of_multi_fields_are_texts_and_several_are_lists(demo):
    found = {
        type(row["parameterValues"]["DE:Channels"]) for row in demo["PROJ"] if "DE:Channels" in row["parameterValues"]
    }
    assert found == {str, list}


def test_statuses_are_known_and_equate_as_they_say(demo):
    known = {(row["enumClass"].removeprefix("STATUS_"), row["value"]): row["equatesWith"] for row in demo["CSTEM"]}
    for code in ("PROJ", "TASK", "OPTASK"):
        for row in demo[code]:
            equates = known[code, row["status"]]
            if code == "TASK":
                assert row["statusEquatesWith"] == equates
                assert row["isStatusComplete"] == (equates == "CPL")
            if code == "OPTASK":
                assert row["isComplete"] == (equates == "CLS")
            if code == "PROJ":
                assert row["isStatusComplete"] == (equates == "CPL")
    assert {row["status"] for row in demo["TASK"]} == {"NEW", "INP", "CPL", "RVW"}
    assert len({row["status"] for row in demo["PROJ"]}) >= 7


# --- sizes and facts -----------------------------------------------------------------------


def test_same_seed_and_clock_give_the_same_rows():
    assert read("demo") == read("demo")


def test_another_seed_gives_other_rows():
    first, second = read("demo"), read("demo", seed=1)
    assert not set(by_id(first["TASK"])) & set(by_id(second["TASK"]))
    assert data.api_key(0) != data.api_key(1)


def test_ids_do_not_depend_on_the_clock():
    assert set(by_id(read("empty")["USER"])) == set(by_id(read("empty", now=SUNDAY)["USER"]))


def test_two_people_can_log_in(tables):
    users = by_id(tables["USER"])
    levels = by_id(tables["ACSLVL"])
    admin, second = tables["credentials"]
    assert users[admin["userID"]]["username"] == data.ADMIN_USERNAME
    assert levels[users[admin["userID"]]["accessLevelID"]]["isAdmin"]
    assert users[second["userID"]]["username"] == data.USER_USERNAME
    assert not levels[users[second["userID"]]["accessLevelID"]]["isAdmin"]
    assert re.fullmatch(r"[0-9a-f]{32}", admin["apiKey"])
    assert second["apiKey"] is None
    assert (admin["password"], second["password"]) == (data.ADMIN_PASSWORD, data.USER_PASSWORD)


def test_a_new_user_gets_no_administrator_rights_by_default(tables):
    """The overlay's `$default.ACSLVL` is the first row."""
    assert not tables["ACSLVL"][0]["isAdmin"]


def test_empty_has_what_every_tenant_has():
    found = read("empty")
    assert set(found) == {"credentials", "CUST", "ACSLVL", "GROUP", "SCHED", "ROLE", "CMPY", "HOURT", "EXPTYP", "CSTEM", "USER", "USRGPS", "USRROL"}  # fmt: skip
    assert len(found["USER"]) == 2
    assert {row["enumClass"] for row in found["CSTEM"]} == {
        "STATUS_PROJ", "STATUS_TASK", "STATUS_OPTASK", "PRIORITY_PROJ", "PRIORITY_TASK", "PRIORITY_OPTASK", "SEVERITY_OPTASK",
        "CONDITION_PROJ", "CONDITION_TASK", "CONDITION_OPTASK",
    }  # fmt: skip
    assert [row["isDefault"] for row in found["SCHED"]] == [True]


def test_demo_has_a_few_thousand_objects(demo):
    assert 5_000 <= sum(len(rows) for code, rows in demo.items() if code not in NO_OBJECTS) <= 12_000
    assert len(demo["PROJ"]) == 40
    assert len(demo["TASK"]) >= 800


def test_large_has_100000_tasks(large):
    found, longest = large
    tasks, projects = by_id(found["TASK"]), by_id(found["PROJ"])
    assert len(found["TASK"]) == len(tasks) == 100_000
    assert len(projects) == 1000
    assert set(Counter(row["projectID"] for row in found["TASK"]).values()) == {100}
    assert all(row["projectID"] in projects for row in found["TASK"])
    assert all(row["taskID"] in tasks for row in found["ASSGN"] if row["taskID"])
    # Batches are small enough to stream into the store.
    assert longest <= 4000


def test_named_projects(demo):
    users = {row["ID"]: row["username"] for row in demo["USER"]}
    named = {row["name"]: row for row in demo["PROJ"]}
    assert [(name, named[name]["status"]) for name, _ in data.NAMED_PROJECTS] == list(data.NAMED_PROJECTS)
    assert users[named["Website relaunch"]["ownerID"]] == data.ADMIN_USERNAME
    assert users[named["Autumn campaign"]["ownerID"]] == data.USER_USERNAME
    shares = [row for row in demo["ACSRUL"] if row["securityObjID"] == named["Website relaunch"]["ID"]]
    assert [(users[row["accessorID"]], row["coreAction"]) for row in shares] == [(data.USER_USERNAME, "VIEW")]


def test_hard_names_nulls_and_empty_collections_are_there(demo):
    names = {row["name"] for row in demo["PROJ"]}
    assert any("<script>" in name for name in names)
    assert any(name != name.strip() for name in names)
    assert any("🚀" in name for name in names)
    assert any(row["lastName"] != row["lastName"].strip() for row in demo["USER"])
    assert any("'" in row["lastName"] for row in demo["USER"])
    for code, field in (
        ("PROJ", "portfolioID"),
        ("PROJ", "companyID"),
        ("TASK", "assignedToID"),
        ("TASK", "parentID"),
        ("OPTASK", "sourceTaskID"),
    ):
        assert {row[field] is None for row in demo[code]} == {True, False}, (code, field)
    assigned = {row["taskID"] for row in demo["ASSGN"]}
    assert {row["ID"] for row in demo["TASK"]} - assigned
    assert {row["isActive"] for row in demo["USER"]} == {True, False}
    assert any("\n" in (row["description"] or "") for row in demo["TASK"])
    assert {None, ""} <= {row["description"] for row in demo["PROJ"]}


def test_dates_lie_around_now(demo):
    now = wire_date(NOW)
    current = [row for row in demo["PROJ"] if row["status"] == "CUR"]
    assert all(row["plannedStartDate"] < now < row["plannedCompletionDate"] for row in current)
    assert all(row["plannedStartDate"] > now for row in demo["PROJ"] if row["status"] == "PLN")
    assert all(row["plannedCompletionDate"] < now for row in demo["PROJ"] if row["status"] == "CPL")


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="no demo data called 'huge': there are empty, demo, large"):
        next(data.tables("huge", seed=0, now=NOW))
    with pytest.raises(ValueError, match="add tzinfo=UTC"):
        next(data.tables("demo", seed=0, now=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the mistake
