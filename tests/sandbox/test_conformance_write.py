"""Conformance cases 87-109: create, edit, delete, bulk, copy, replace, custom data, permissions."""

import json

import pytest

ALL = {"$$LIMIT": 2000}


@pytest.fixture
def project(wf):
    return wf.make("project", name="workbench")


@pytest.fixture
def formed(wf):
    """A project with a custom form, and the form's fields by name."""
    project = next(p for p in wf.search("project", fields="parameterValues,categoryID", **ALL) if p["categoryID"])
    places = wf.one(
        "category",
        project["categoryID"],
        "categoryParameters:parameter:*,categoryParameters:parameter:parameterOptions:*",
    )
    return project, {place["parameter"]["name"]: place["parameter"] for place in places["categoryParameters"]}


def test_case_087_create_by_json(wf):
    answer = wf.post("/project", json={"name": "A"})
    found = wf.ok(answer)
    assert len(found["ID"]) == 32
    assert int(found["ID"], 16) >= 0
    assert found["objCode"] == "PROJ"
    assert "status" in found
    assert wf.one("project", found["ID"]) == found


@pytest.mark.parametrize("updates", ['{"name":"A"}', "{name: 'A'}", "{ 'name' : \"A\", }", '{name:"A"}'])
def test_case_088_create_by_form(wf, updates):
    assert wf.ok(wf.post("/project", {"updates": updates}))["name"] == "A"


@pytest.mark.parametrize("updates", ["{name: 'it''s'}", "{name:}", "{name 'A'}", "[1,", "{a:{b:", "{'a': nonsense}"])
def test_case_088_updates_that_cannot_be_read(wf, updates):
    wf.error(wf.post("/project", {"updates": updates}), 422)


def test_case_088_deeply_nested_updates(wf):
    wf.error(wf.post("/project", {"updates": "[" * 50_000}), 422)
    wf.error(wf.post("/project", "[" * 50_000, headers={"Content-Type": "application/json"}), 400)


def test_case_089_create_by_query(wf):
    found = wf.ok(wf.send("POST", "/project", params={"name": "A", "priority": "3"}))
    assert (found["name"], found["priority"]) == ("A", 3)


def test_case_090_create_with_fields(wf):
    found = wf.ok(wf.post("/project", json={"name": "A"}, params={"fields": "owner"}))
    assert set(found) == {"ID", "name", "objCode", "owner"}
    assert found["owner"]["ID"] == wf.sandbox.user_id


def test_case_091_required_field(wf, project):
    before = wf.count("project"), wf.count("task")
    assert "name" in wf.error(wf.post("/project", json={"description": "nameless"}), 422)
    assert "projectID" in wf.error(wf.post("/task", json={"name": "homeless"}), 422)
    wf.error(wf.put(f"/project/{project}", {"name": ""}), 422)
    assert (wf.count("project"), wf.count("task")) == before


def test_case_092_sparse_edit(wf, project):
    fields = "description,lastUpdateDate,entryDate,priority,enteredByID,lastUpdatedByID"
    wf.ok(wf.put(f"/project/{project}", {"description": "first", "priority": "1"}))
    before = wf.one("project", project, fields)
    wf.sandbox.clock += __import__("datetime").timedelta(minutes=5)
    after = wf.ok(wf.put(f"/project/{project}", {"priority": "2", "fields": fields}))
    assert after["lastUpdateDate"] > before["lastUpdateDate"]
    assert after == {**before, "priority": 2, "lastUpdateDate": after["lastUpdateDate"]}


def test_case_092_who_and_when_cannot_be_written(wf, project):
    fields = "entryDate,enteredByID,lastUpdatedByID"
    before = wf.one("project", project, fields)
    other = wf.search("user", username=wf.sandbox.user_username)[0]["ID"]
    wf.ok(wf.put(f"/project/{project}", {"updates": json.dumps({"entryDate": "2001-01-01", "enteredByID": other})}))
    assert wf.one("project", project, fields) == before


def test_case_092_read_only_field(wf, project):
    number = wf.one("project", project, "referenceNumber")["referenceNumber"]
    wf.ok(wf.put(f"/project/{project}", {"referenceNumber": str(number)}))
    assert "referenceNumber" in wf.error(wf.put(f"/project/{project}", {"referenceNumber": "1"}), 422)


def test_case_093_edit_of_an_unknown_id(wf):
    before = wf.count("project")
    message = wf.error(wf.put(f"/project/{'0' * 32}", {"name": "x"}), 404)
    assert message == f'Project with primary key value(s) "{"0" * 32}" not found'
    assert wf.count("project") == before


def test_case_094_nested_collection_is_replaced(wf, project):
    users = [row["ID"] for row in wf.search("user", **{"$$LIMIT": 3, "ID_Sort": "asc"})]
    task = wf.make(
        "task", name="t", projectID=project, assignments=[{"assignedToID": users[0]}, {"assignedToID": users[1]}]
    )
    first = wf.one("task", task, "assignments:assignedToID")["assignments"]
    assert sorted(row["assignedToID"] for row in first) == users[:2]
    kept = next(row["ID"] for row in first if row["assignedToID"] == users[1])
    updates = {"assignments": [{"ID": kept, "assignmentPercent": 50}, {"assignedToID": users[2]}]}
    found = wf.ok(
        wf.put(f"/task/{task}", {"fields": "assignments:assignedToID,assignments:assignmentPercent"}, json=updates)
    )
    assert {(row["assignedToID"], row["assignmentPercent"]) for row in found["assignments"]} == {
        (users[1], 50),
        (users[2], 100),
    }
    assert kept in {row["ID"] for row in found["assignments"]}
    assert wf.ok(wf.put(f"/task/{task}", {"fields": "assignments"}, json={"assignments": []}))["assignments"] == []


def test_case_094_members_that_cannot_be_made_leave_all_as_it_was(wf, project):
    user = wf.sandbox.user_id
    task = wf.make("task", name="t", projectID=project, assignments=[{"assignedToID": user}])
    wf.error(wf.put(f"/task/{task}", json={"name": "new", "assignments": [{"assignedToID": "0" * 32}]}), 404)
    found = wf.one("task", task, "assignments:assignedToID")
    assert found["name"] == "t"
    assert [row["assignedToID"] for row in found["assignments"]] == [user]


def test_case_094_parameter_with_options_inline(wf):
    made = wf.ok(
        wf.post("/param", json={
            "name": "Colour of the cover", "displayType": "SLCT",
            "parameterOptions": [{"label": "Red", "value": "red"}, {"label": "Blue", "value": "blue"}],
        }, params={"fields": "parameterOptions:value"})
    )  # fmt: skip
    assert [option["value"] for option in made["parameterOptions"]] == ["red", "blue"]
    form = wf.ok(
        wf.post(
            "/ctgy",
            json={"name": "Cover", "catObjCode": "PROJ", "categoryParameters": [{"parameterID": made["ID"]}]},
            params={"fields": "categoryParameters:parameterID"},
        )
    )
    assert [place["parameterID"] for place in form["categoryParameters"]] == [made["ID"]]
    key = wf.make("project", name="p", categoryID=form["ID"], **{"DE:Colour of the cover": "blue"})
    assert wf.one("project", key, "parameterValues")["parameterValues"] == {"DE:Colour of the cover": "blue"}


@pytest.mark.parametrize("value", ["null", "nobody", "0" * 31])
def test_case_095_reference_that_is_no_id(wf, project, value):
    assert (
        wf.error(wf.put(f"/project/{project}", {"ownerID": value}), 422)
        == f'Invalid Parameter: ownerID value "{value}"'
    )


def test_case_095_reference_to_nothing(wf, project):
    assert (
        wf.error(wf.put(f"/project/{project}", {"ownerID": "0" * 32}), 404)
        == f'User with primary key value(s) "{"0" * 32}" not found'
    )


@pytest.mark.parametrize("clear", ["", None])
def test_case_095_clearing_a_reference(wf, project, clear):
    assert wf.one("project", project, "ownerID")["ownerID"]
    assert wf.ok(wf.put(f"/project/{project}", {"fields": "ownerID"}, json={"ownerID": clear}))["ownerID"] is None


def test_case_095_nested_reference_by_id(wf, project):
    ben = wf.search("user", username=wf.sandbox.user_username)[0]["ID"]
    assert wf.ok(wf.put(f"/project/{project}", {"fields": "ownerID"}, json={"owner": {"ID": ben}}))["ownerID"] == ben


def choice(parameters):
    return next(
        (name, p) for name, p in parameters.items() if p["displayType"] in ("SLCT", "RDIO") and p["parameterOptions"]
    )


def test_case_096_custom_value(wf, formed):
    project, parameters = formed
    name, parameter = choice(parameters)
    for option in parameter["parameterOptions"][:2]:
        for how in (
            {"json": {f"DE:{name}": option["value"]}},
            {"json": {"parameterValues": {f"DE:{name}": option["value"]}}},
            {"data": {f"DE:{name}": option["value"]}},
            {"data": {"updates": json.dumps({f"DE:{name}": option["value"]})}},
            {"params": {f"DE:{name}": option["value"]}},
        ):
            wf.ok(wf.send("PUT", f"/project/{project['ID']}", **how))
            values = wf.one("project", project["ID"], "parameterValues")["parameterValues"]
            assert values == {**project["parameterValues"], f"DE:{name}": option["value"]}
    wf.ok(wf.put(f"/project/{project['ID']}", {f"DE:{name}": ""}))
    assert f"DE:{name}" not in wf.one("project", project["ID"], "parameterValues")["parameterValues"]


def test_case_096_several_options(wf, formed):
    forms = wf.search(
        "parameter", fields="parameterOptions:value,displayType", displayType="CHCK,MULT", displayType_Mod="in", **ALL
    )
    project, _ = formed
    parameter = forms[0]
    form = wf.make("category", name="more", catObjCode="PROJ", categoryParameters=[{"parameterID": parameter["ID"]}])
    wf.ok(
        wf.put("/category", {"action": "assignCategory", "objID": project["ID"], "objCode": "PROJ", "categoryID": form})
    )
    values = [option["value"] for option in parameter["parameterOptions"]][:2]
    name = f"DE:{parameter['name']}"
    found = wf.ok(wf.put(f"/project/{project['ID']}", {"fields": name}, json={name: values}))
    assert found[name] == values
    # The classic answer to a single selected one is plain text (API.md 16).
    assert wf.ok(wf.put(f"/project/{project['ID']}", {"fields": name}, json={name: values[:1]}))[name] == values[0]


def test_case_096_numbers_and_dates(wf):
    made = [
        {"name": "A number", "dataType": "NMBR"},
        {"name": "A date", "dataType": "DATE"},
        {"name": "A (b) [c], d.e", "dataType": "TEXT"},
    ]
    keys = [wf.make("parameter", **fields) for fields in made]
    form = wf.make(
        "category", name="more", catObjCode="PROJ", categoryParameters=[{"parameterID": key} for key in keys]
    )
    key = wf.make(
        "project",
        name="p",
        objectCategories=[{"categoryID": form}],
        **{"DE:A number": "12.5", "DE:A date": "2026-05-01T10:00:00Z"},
    )
    assert wf.one("project", key, "categoryID")["categoryID"] == form
    found = wf.one("project", key, "DE:A number,DE:A date")
    assert found["DE:A number"] == 12.5
    assert found["DE:A date"] == "2026-05-01T10:00:00:000+0000"
    assert [p["ID"] for p in wf.search("project", **{"DE:A number": "12", "DE:A number_Mod": "gt"})] == [key]
    assert [p["ID"] for p in wf.search("project", **{"DE:A date": "2026-05-01"})] == [key]
    wf.error(wf.put(f"/project/{key}", {"DE:A number": "many"}), 422)
    wf.error(wf.put(f"/project/{key}", {"DE:A date": "tomorrow"}), 422)
    strange = "DE:A (b) [c], d.e"
    assert wf.ok(wf.put(f"/project/{key}", {"fields": json.dumps([strange])}, json={strange: "x"}))[strange] == "x"
    assert [p["ID"] for p in wf.search("project", **{strange: "x"})] == [key]


@pytest.mark.parametrize("name", ['say "hi"', "back\\slash", "Größe / Maß", "emoji \U0001f600", "a'b"])
def test_case_096_names_of_any_letters(wf, name):
    parameter = wf.make("parameter", name=name)
    form = wf.make("category", name="odd", catObjCode="PROJ", categoryParameters=[{"parameterID": parameter}])
    key = wf.make("project", name="p", categoryID=form, **{f"DE:{name}": "here"})
    found = wf.one("project", key, json.dumps([f"DE:{name}", "parameterValues"]))
    assert found[f"DE:{name}"] == "here"
    assert found["parameterValues"] == {f"DE:{name}": "here"}
    assert [p["ID"] for p in wf.search("project", **{f"DE:{name}": "here"})] == [key]
    assert wf.search("project", **{f"DE:{name}": "there"}) == []


def test_case_097_unknown_custom_field_and_missing_form(wf, project, formed):
    message = wf.error(wf.put(f"/project/{project}", {"DE:Nosuch": "x"}), 404)
    assert message == 'Parameter with primary key value(s) "Nosuch" not found'
    name, parameter = choice(formed[1])
    wf.error(wf.put(f"/project/{project}", {f"DE:{name}": parameter["parameterOptions"][0]["value"]}), 400)


def test_case_098_invalid_option(wf, formed):
    project, parameters = formed
    name, _ = choice(parameters)
    message = wf.error(wf.put(f"/project/{project['ID']}", {f"DE:{name}": "none of them"}), 422)
    assert message == f'Invalid Parameter: {name} value "none of them"'


def test_case_099_bulk_create(wf, project):
    names = [f"task {number}" for number in range(100)]
    items = [{"name": name, "projectID": project} for name in names]
    found = wf.ok(wf.post("/task", json=items, params={"fields": "taskNumber"}))
    assert [row["name"] for row in found] == names
    assert [row["taskNumber"] for row in found] == list(range(1, 101))
    before = wf.count("task")
    assert "100" in wf.error(wf.post("/task", json=[*items, items[0]]), 422)
    assert wf.count("task") == before
    assert len(wf.ok(wf.post("/task", {"updates": json.dumps(items[:3])}))) == 3


def test_case_099_bulk_create_stops_at_the_first_bad_item(wf, project):
    """DESIGN: a non-atomic bulk stops at the first bad item, earlier ones stay."""
    items = [{"name": f"b{number}", "projectID": project} for number in range(5)]
    items[2]["projectID"] = "0" * 32
    wf.error(wf.post("/task", json=items), 404)
    assert sorted(row["name"] for row in wf.search("task", projectID=project)) == ["b0", "b1"]


def test_case_100_bulk_edit(wf, project):
    keys = [wf.make("task", name=f"t{number}", projectID=project) for number in range(3)]
    found = wf.ok(wf.put("/task", json=[{"ID": key, "name": f"n{number}"} for number, key in enumerate(keys)]))
    assert [(row["ID"], row["name"]) for row in found] == [(key, f"n{number}") for number, key in enumerate(keys)]
    updates = json.dumps([{"ID": keys[0], "name": "by form"}])
    assert wf.ok(wf.post("/task", {"method": "PUT", "updates": updates}))[0]["name"] == "by form"
    wf.error(wf.put("/task", json=[{"name": "without an ID"}]), 422)


def test_case_101_atomic_bulk_edit(wf, project):
    keys = [wf.make("task", name=f"t{number}", projectID=project) for number in range(3)]
    items = [{"ID": key, "name": "changed"} for key in keys]
    bad = [*items[:2], {"ID": "0" * 32, "name": "x"}]
    wf.error(wf.put("/task", {"atomic": "true"}, json=bad), 404)
    assert sorted(row["name"] for row in wf.search("task", projectID=project)) == ["t0", "t1", "t2"]
    assert wf.ok(wf.put("/task", {"atomic": "true"}, json=items)) == {"success": True}
    assert {row["name"] for row in wf.search("task", projectID=project)} == {"changed"}
    assert wf.ok(wf.post("/task", json=[{"name": "a", "projectID": project}] * 2, params={"atomic": "true"})) == {
        "success": True
    }
    wf.error(wf.put("/task", json=bad), 404)
    assert wf.one("task", keys[0])["name"] == "changed"


def test_case_102_delete(wf, project):
    assert wf.ok(wf.delete(f"/project/{project}")) == {"success": True}
    wf.error(wf.delete(f"/project/{project}"), 404)


def test_case_103_delete_several(wf, project):
    keys = [wf.make("task", name=f"t{number}", projectID=project) for number in range(4)]
    assert wf.ok(wf.delete("/task", {"id": ",".join(keys[:2])})) == {"success": True}
    assert wf.ok(wf.delete("/task", {"ID": keys[2:]})) == {"success": True}
    assert wf.count("task", projectID=project) == 0


@pytest.mark.parametrize("force", ["true", "True"])
def test_case_104_delete_with_dependants(wf, project, force):
    parent = wf.make("task", name="parent", projectID=project)
    child = wf.make("task", name="child", projectID=project, parentID=parent)
    wf.make("hour", taskID=child, hours=1, entryDate="2026-05-01")
    assert "force" in wf.error(wf.delete(f"/task/{parent}"), 422)
    assert "force" in wf.error(wf.delete(f"/project/{project}"), 422)
    wf.error(wf.delete(f"/task/{parent}", {"force": "false"}), 422)
    assert wf.count("task", projectID=project) == 2
    assert wf.ok(wf.delete(f"/task/{parent}", {"force": force})) == {"success": True}
    wf.error(wf.get(f"/task/{child}"), 404)
    assert wf.count("hour", taskID=child) == 0


def test_case_104_everything_goes_with_a_project(wf):
    counted = ("task", "optask", "assgn", "hour", "note", "docu", "jrnle")
    project = wf.search("project", **{"tasks:name_Mod": "notnull", "$$LIMIT": 1, "fields": "tasks:ID"})[0]
    tasks = [task["ID"] for task in project["tasks"]]
    wf.ok(wf.delete(f"/project/{project['ID']}", {"force": "true"}))
    for code in counted:
        assert wf.count(code, projectID=project["ID"]) == 0, code
    assert wf.count("assgn", taskID=",".join(tasks), taskID_Mod="in") == 0


def test_case_104_references_to_the_deleted_are_cleared(wf):
    user = wf.make("user", firstName="Short", lastName="Lived", emailAddr="s@sandbox.example")
    managed = wf.make("user", firstName="Man", lastName="Aged", emailAddr="m@sandbox.example", managerID=user)
    wf.ok(wf.delete(f"/user/{user}"))
    assert wf.one("user", managed, "managerID")["managerID"] is None


def test_case_105_bulk_delete_of_parent_and_child(wf, project):
    def family():
        parent = wf.make("task", name="parent", projectID=project)
        return parent, wf.make("task", name="child", projectID=project, parentID=parent)

    assert wf.ok(wf.delete("/task", {"ID": family(), "atomic": "true", "force": "True"})) == {"success": True}
    assert wf.ok(wf.delete("/task", {"ID": family(), "atomic": "true"})) == {"success": True}
    assert wf.count("task", projectID=project) == 0
    parent, child = family()
    wf.error(wf.delete("/task", {"ID": [parent, child], "force": "true"}), 404)
    family()
    parent, child = family()
    before = wf.count("task", projectID=project)
    wf.error(wf.delete("/task", {"ID": [parent, child, "0" * 32], "atomic": "true"}), 404)
    assert wf.count("task", projectID=project) == before


def test_case_106_copy(wf):
    rows = wf.search("project", fields="tasks:name,description,parameterValues,percentComplete", **ALL)
    source = next(p for p in rows if p["tasks"] and p["parameterValues"] and p["percentComplete"] > 0)
    fields = {"fields": "tasks:name,description,parameterValues,percentComplete"}
    data = {
        "copySourceID": source["ID"],
        "name": "the copy",
        "options": '["clearAssignments","clearProgress"]',
        **fields,
    }
    found = wf.ok(wf.post("/project", data))
    assert found["ID"] != source["ID"]
    assert found["name"] == "the copy"
    assert found["parameterValues"] == source["parameterValues"]
    assert found["description"] == source["description"]
    assert [t["name"] for t in found["tasks"]] == [t["name"] for t in source["tasks"]]
    assert not {t["ID"] for t in found["tasks"]} & {t["ID"] for t in source["tasks"]}
    assert found["percentComplete"] == 0
    kept = wf.one("project", source["ID"], fields["fields"])
    assert kept == {key: source[key] for key in kept}


def test_case_106_copy_keeps_tree_and_assignments(wf, project):
    parent = wf.make("task", name="parent", projectID=project)
    wf.make(
        "task", name="child", projectID=project, parentID=parent, assignments=[{"assignedToID": wf.sandbox.user_id}]
    )
    copied = wf.ok(wf.post("/project", json={"name": "c"}, params={"copySourceID": project}))["ID"]
    fields = "wbs,parent:name,assignments:assignedToID"
    tasks = wf.search("task", projectID=copied, fields=fields, taskNumber_Sort="asc")
    assert [(t["name"], t["wbs"]) for t in tasks] == [("parent", "1"), ("child", "1.1")]
    assert tasks[1]["parent"]["ID"] == tasks[0]["ID"]
    assert [a["assignedToID"] for a in tasks[1]["assignments"]] == [wf.sandbox.user_id]
    wf.error(wf.post("/project", json={"name": "c"}, params={"copySourceID": "0" * 32}), 404)


def test_case_107_no_rights(wf, ben):
    rows = wf.search("project", fields="ownerID,enteredByID,sponsorID,submittedByID,accessRules", **ALL)
    foreign = next(p for p in rows if ben.user_id not in p.values() and not p["accessRules"])
    message = ben.error(ben.put(f"/project/{foreign['ID']}", {"name": "mine"}), 403)
    assert message == "You do not have sufficient access to edit this Project"
    assert "delete" in ben.error(ben.delete(f"/project/{foreign['ID']}"), 403)
    assert "add" in ben.error(ben.post("/user", json={"firstName": "a", "lastName": "b", "emailAddr": "c"}), 403)
    assert wf.one("project", foreign["ID"])["name"] == foreign["name"]
    mine = ben.make("project", name="mine")
    ben.ok(ben.put(f"/project/{mine}", {"name": "still mine"}))
    ben.ok(ben.get(f"/project/{foreign['ID']}"))


def test_case_108_boolean_as_text(wf):
    key = wf.make("portfolio", name="p")
    for text, value in (("false", False), ("True", True), ("FALSE", False), ("1", True)):
        assert wf.ok(wf.put(f"/portfolio/{key}", {"isActive": text, "fields": "isActive"}))["isActive"] is value
    assert wf.ok(wf.put(f"/portfolio/{key}", {"fields": "isActive"}, json={"isActive": "false"}))["isActive"] is False
    wf.error(wf.put(f"/portfolio/{key}", {"isActive": "perhaps"}), 422)


def test_case_109_replace(wf):
    rows = wf.search("user", fields="role:name", **ALL)
    role = next(row["role"]["ID"] for row in rows if row["role"])
    other = wf.make("role", name="the new one")
    users = {row["ID"] for row in rows if row["role"] and row["role"]["ID"] == role}
    assignments = wf.count("assgn", roleID=role)
    assert wf.ok(wf.put("/role/replace", {"id": role, "replacementID": other})) == {"success": True}
    wf.error(wf.get(f"/role/{role}"), 404)
    assert {row["ID"] for row in wf.search("user", roleID=other, **ALL)} == users
    assert wf.count("assgn", roleID=other) == assignments
    wf.error(wf.put("/role/replace", {"id": other}), 422)
    wf.error(wf.put("/role/replace", {"id": other, "replacementID": other}), 422)
    wf.error(wf.put("/project/replace", {"id": other, "replacementID": other}), 400)


def test_unknown_field(wf, project):
    before = wf.one("project", project, "*")
    for how in ({"json": {"name": "x", "booo": 1}}, {"params": {"booo": "1"}}, {"data": {"updates": '{"booo":1}'}}):
        message = wf.error(wf.send("PUT", f"/project/{project}", **how), 422)
        assert message == "APIModel V22_0 does not support field booo (Project)"
    assert wf.one("project", project, "*") == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", "high"),
        ("priority", "99"),
        ("status", "ZZZ"),
        ("plannedStartDate", "soon"),
        ("budget", "much"),
        ("name", {"a": 1}),
        ("displayOrder", "1.5"),
        ("displayOrder", 2**70),
    ],
)
def test_wrong_types(wf, project, field, value):
    wf.error(wf.put(f"/project/{project}", json={field: value}), 422)


def test_numbers_as_text(wf, project):
    found = wf.ok(wf.put(f"/project/{project}", {"fields": "budget,priority", "budget": "12.50", "priority": "2"}))
    assert (found["budget"], found["priority"]) == (12.5, 2)


def test_object_code_in_the_body_is_tolerated(wf):
    assert wf.ok(wf.post("/project", json={"objCode": "PROJ", "name": "with a code"}))["name"] == "with a code"


def test_edit_by_id_parameter(wf, project):
    assert wf.ok(wf.put("/project", {"id": project, "name": "by id"}))["name"] == "by id"
    assert (
        wf.ok(wf.put("/project", {"updates": json.dumps({"ID": project, "name": "by updates"})}))["name"]
        == "by updates"
    )


def test_email_changes_the_username_while_equal(wf):
    key = wf.make("user", firstName="A", lastName="B", emailAddr="ab@sandbox.example")
    assert (
        wf.ok(wf.put(f"/user/{key}", {"emailAddr": "c@sandbox.example", "fields": "username"}))["username"]
        == "c@sandbox.example"
    )
    wf.ok(wf.put(f"/user/{key}", {"updates": '{"username": "own"}'}))
    assert wf.ok(wf.put(f"/user/{key}", {"emailAddr": "d@sandbox.example", "fields": "username"}))["username"] == "own"


def test_links_are_replaced_through_a_collection(wf):
    team = wf.make("team", name="trio")
    users = [row["ID"] for row in wf.search("user", **{"$$LIMIT": 3})]
    wf.ok(wf.put(f"/team/{team}", json={"users": [{"ID": users[0]}, {"ID": users[1]}]}))
    assert {u["ID"] for u in wf.one("team", team, "users")["users"]} == set(users[:2])
    wf.ok(wf.put(f"/team/{team}", json={"users": [users[2]]}))
    assert [u["ID"] for u in wf.one("team", team, "users")["users"]] == [users[2]]
    wf.error(wf.put(f"/team/{team}", json={"users": ["0" * 32]}), 404)
