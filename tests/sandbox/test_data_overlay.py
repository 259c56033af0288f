"""The overlay names only what some version of the metadata has, and answers for every collection."""

import json
import re
import sqlite3
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from workfront_orm.core import metadata
from workfront_orm.sandbox.workfront import data

OVERLAY = json.loads(files("workfront_orm.sandbox.workfront").joinpath("overlay.json").read_text("utf-8"))
OBJECTS = OVERLAY["objects"]
KEYS = {
    "why", "core", "defaultFields", "required", "oneOf", "unique", "defaults", "touch", "numberWithin", "computed", "kept", "rolledUp",
    "readOnly", "hidden", "topLevel", "owner", "view", "polymorphic", "references", "collections", "aliases", "owned", "dependants", "indexes",
}  # fmt: skip
RULE_KEYS = {
    "target",
    "by",
    "from",
    "where",
    "sort",
    "through",
    "to",
    "except",
    "inList",
    "ids",
    "all",
    "values",
    "empty",
}
TOKEN = re.compile(
    r"\$(now|next|user|customer|user\.(?P<user>\w+)|customer\.(?P<customer>\w+)|default\.(?P<default>\w+)|first\.(?P<first>\w+)|list\.(?P<list>\w+)|(?P<behind>\w+ID)\.(?P<theirs>\w+)|(?P<own>\w+))\Z"
)


def _all_versions():
    """Fields, references (name -> target, field) and collections (name -> target) of each type, over all versions."""
    found = {}
    for version in metadata.versions("workfront"):
        for code, spec in metadata.find("workfront", version).read_all().items():
            entry = found.setdefault(code, {"fields": set(), "references": {}, "collections": {}})
            entry["fields"].update(spec.fields)
            entry["references"].update({name: (ref.target, ref.field) for name, ref in spec.references.items()})
            entry["collections"].update({name: collection.target for name, collection in spec.collections.items()})
    return found


@pytest.fixture(scope="module")
def types():
    return _all_versions()


def test_form():
    assert OVERLAY["format"] == 1
    assert OVERLAY["service"] == "workfront"
    for code, entry in OBJECTS.items():
        assert set(entry) <= KEYS, code
        assert entry["why"], code


def test_types_exist(types):
    assert set(OBJECTS) <= set(types)


def test_types_that_matter_are_there():
    matter = """PROJ TASK OPTASK USER TEAMOB TEAMMB GROUP ROLE CMPY PORT PRGM NOTE HOUR EXPNS ASSGN DOCU DOCV DOCFDR CTGY CTGYPA PARAM POPT
        OBJCAT CSTEM CUST TMPL TTSK TSHET HOURT EXPTYP ACSRUL ACSLVL MILE MPATH PRED SCHED UPDATE WRKITM JRNLE QUED QUET RISK BLIN BSTSK"""
    assert set(matter.split()) <= set(OBJECTS)


@pytest.mark.parametrize("code", sorted(OBJECTS))
def test_fields_exist(types, code):
    entry, fields = OBJECTS[code], types[code]["fields"]
    named = [
        *entry.get("required", ()),
        *entry.get("defaultFields", ()),
        *entry.get("readOnly", ()),
        *entry.get("hidden", ()),
        *entry.get("unique", ()),
    ]
    named += [name for name in entry.get("core", ()) if name != "objCode"]
    named += [name for group in entry.get("oneOf", ()) for name in group]
    named += [name for index in entry.get("indexes", ()) for name in index]
    for section in ("defaults", "touch", "computed", "kept", "rolledUp", "numberWithin"):
        named += entry.get(section, {})
    for polymorphic in entry.get("polymorphic", ()):
        named += [polymorphic["id"], polymorphic["code"], *polymorphic["columns"].values(), *polymorphic.get("top", ())]
        assert set(polymorphic["columns"]) <= set(types)
    if "owner" in entry:
        named.append(entry["owner"])
    assert set(named) <= fields
    for section in ("owned", "dependants"):
        for target, field in entry.get(section, ()):
            assert field in types[target]["fields"], (section, target, field)


@pytest.mark.parametrize("code", sorted(OBJECTS))
def test_fields_have_one_keeper(code):
    """A field is computed, or kept, or written by clients: not two of them."""
    entry = OBJECTS[code]
    computed, kept, rolled = (set(entry.get(section, {})) for section in ("computed", "kept", "rolledUp"))
    assert not computed & kept
    assert not computed & rolled
    assert not kept & rolled
    assert not computed & (set(entry.get("defaults", {})) | set(entry.get("required", ())))


@pytest.mark.parametrize("code", sorted(code for code in OBJECTS if "defaults" in OBJECTS[code]))
def test_tokens_name_fields(types, code):
    references = {field: target for target, field in types[code]["references"].values() if field}
    for name, value in {**OBJECTS[code]["defaults"], **OBJECTS[code].get("touch", {})}.items():
        if not isinstance(value, str) or not value.startswith("$"):
            continue
        found = TOKEN.match(value)
        assert found, (name, value)
        if found["user"]:
            assert found["user"] in types["USER"]["fields"]
        if found["customer"]:
            assert found["customer"] in types["CUST"]["fields"]
        if found["default"]:
            assert found["default"] in types
        if found["behind"]:
            assert found["theirs"] in types[references[found["behind"]]]["fields"], value
        own = found["own"] or found["first"] or found["list"]
        if own:
            assert own in types[code]["fields"], value


@pytest.mark.parametrize("code", sorted(code for code in OBJECTS if "collections" in OBJECTS[code]))
def test_collections_point_back(types, code):
    aliases = set(OBJECTS[code].get("aliases", {}).values())
    for name, rule in OBJECTS[code]["collections"].items():
        assert set(rule) <= RULE_KEYS, name
        known = types[code]["collections"]
        assert name in known or name in aliases, name
        if "empty" in rule or "values" in rule:
            continue
        assert len(rule.keys() & {"by", "ids", "all"}) == 1, name
        assert known.get(name) in {rule["target"], None}, name
        members = types[rule["target"]]["fields"]
        link = types[rule["through"]]["fields"] if "through" in rule else members
        assert rule.get("by") in {None, *link}, name
        assert rule.get("to") in {None, *link}, name
        assert set(rule.get("where", {})) <= link, name
        assert rule.get("sort") in {None, *members}, name
        assert {rule.get("from", "ID"), rule.get("ids", "ID"), rule.get("except", "ID")} <= types[code]["fields"], name


def test_every_collection_of_every_version_is_answered_for(types):
    missing = {
        f"{code}.{name}"
        for code, entry in types.items()
        if "view" not in OBJECTS.get(code, {})
        for name in entry["collections"]
        if name not in OBJECTS.get(code, {}).get("collections", {})
    }
    assert not missing


def test_references_are_those_without_a_field(types):
    for code, entry in OBJECTS.items():
        for name, rule in entry.get("references", {}).items():
            target, field = types[code]["references"][name]
            assert field is None, (code, name)
            assert target in {rule["target"], None}, (code, name)
            if "field" in rule:
                assert rule["field"] in types[code]["fields"], (code, name)
            else:
                assert {rule["by"], *rule.get("where", {})} <= types[rule["target"]]["fields"], (code, name)


def test_computed_sql_names_fields(types):
    for code, entry in OBJECTS.items():
        for name, sql in entry.get("computed", {}).items():
            tables = dict(re.findall(r'(?:FROM|JOIN) "(\w+)" (\w)\b', sql))
            aliases = {alias: table for table, alias in tables.items()}
            for row, field in re.findall(r'(\{row\}|\b\w)\."(\w+)"', sql):
                owner = code if row == "{row}" else aliases[row]
                assert field in types[owner]["fields"], (code, name, field)


def test_views_name_fields(types):
    for code, entry in OBJECTS.items():
        for source, columns in entry.get("view", {}).items():
            for field, expression in columns.items():
                assert field in types[code]["fields"], (code, field)
                assert expression.startswith("'") or expression in types[source]["fields"], (code, field)


def test_default_fields_of_the_facts():
    """API.md 7.1 lists these from clients' fixtures."""
    assert set(OBJECTS["PROJ"]["defaultFields"]) == {"percentComplete", "plannedCompletionDate", "plannedStartDate", "priority", "projectedCompletionDate", "status"}  # fmt: skip
    assert set(OBJECTS["TASK"]["defaultFields"]) == {
        "percentComplete", "plannedCompletionDate", "plannedStartDate", "priority", "progressStatus", "projectedCompletionDate",
        "projectedStartDate", "status", "taskNumber", "wbs",
    }  # fmt: skip
    assert OBJECTS["ROLE"]["defaultFields"] == ["description", "maxUsers"]
    assert OBJECTS["CSTEM"]["core"] == ["objCode"]
    assert OBJECTS["JRNLE"]["core"] == ["ID", "objCode"]


def test_metadata_requirements_hold(types):
    """What the metadata call required is required here, or one of a group."""
    for version in metadata.versions("workfront"):
        for code, spec in metadata.find("workfront", version).read_all().items():
            entry = OBJECTS.get(code, {})
            offered = {*entry.get("required", ()), *(name for group in entry.get("oneOf", ()) for name in group)}
            assert {name for name, field in spec.fields.items() if field.required} <= offered, (version, code)


@pytest.fixture(scope="module")
def database(types):
    """The demo data in tables of all fields, without the sandbox's own store."""
    connection = sqlite3.connect(":memory:")
    wanted = {
        table
        for entry in OBJECTS.values()
        for sql in entry.get("computed", {}).values()
        for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)
    }
    wanted |= {code for code, entry in OBJECTS.items() if "computed" in entry}
    for code in wanted:
        columns = sorted(types[code]["fields"] - set(OBJECTS.get(code, {}).get("computed", ())))
        connection.execute(f'CREATE TABLE "{code}" ({_listed(columns)})')
    for code, rows in data.tables("demo", seed=0, now=datetime(2026, 5, 20, tzinfo=UTC)):
        if code in wanted:
            names = [name for name in rows[0] if name != "parameterValues"]
            values = [
                [json.dumps(row[name]) if isinstance(row[name], list) else row[name] for name in names] for row in rows
            ]
            marks = ", ".join("?" * len(names))
            connection.executemany(f'INSERT INTO "{code}" ({_listed(names)}) VALUES ({marks})', values)
    yield connection
    connection.close()


def _listed(names):
    return ", ".join(f'"{name}"' for name in names)


def _computed(database, code, name):
    sql = OBJECTS[code]["computed"][name].replace("{row}", "r")
    return dict(database.execute(f'SELECT r."ID", {sql} FROM "{code}" r').fetchall())


def test_computed_sql_runs(database):
    for code, entry in OBJECTS.items():
        for name in entry.get("computed", {}):
            assert _computed(database, code, name), (code, name)


def test_computed_values_are_right(database):
    count = dict(database.execute('SELECT "projectID", count(*) FROM "TASK" GROUP BY 1').fetchall())
    assert _computed(database, "PROJ", "totalTaskCount") == count
    names = dict(database.execute('SELECT "username", "ID" FROM "USER"').fetchall())
    assert _computed(database, "USER", "name")[names[data.USER_USERNAME]] == "Ben Okafor"
    noted = {key for (key,) in database.execute('SELECT "objID" FROM "NOTE"')}
    assert {key for key, value in _computed(database, "TASK", "hasNotes").items() if value} == {
        key for (key,) in database.execute('SELECT "ID" FROM "TASK"') if key in noted
    }
    booked = dict(database.execute('SELECT "timesheetID", sum("hours") FROM "HOUR" GROUP BY 1').fetchall())
    booked.pop(None)
    assert _computed(database, "TSHET", "totalHours") == booked
    newest = dict(database.execute('SELECT "documentID", "ID" FROM "DOCV" ORDER BY "version"').fetchall())
    assert _computed(database, "DOCU", "currentVersionID") == newest
    assert (
        sum(_computed(database, "NOTE", "numReplies").values())
        == sum(_computed(database, "NOTE", "isReply").values())
        > 0
    )
    assert sum(_computed(database, "CTGY", "hasCalculatedFields").values()) == 1
    spent = sum(_computed(database, "PROJ", "actualExpenseCost").values())
    assert spent == pytest.approx(database.execute('SELECT sum("actualAmount") FROM "EXPNS"').fetchone()[0])
