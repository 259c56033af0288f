"""Conformance cases 39-51: the `fields` parameter."""

import pytest

from workfront_orm.core import metadata

CORE = {"ID", "name", "objCode"}


@pytest.fixture
def project(wf):
    """A project with an owner, tasks and a custom form."""
    rows = wf.search("project", **{"fields": "owner,tasks:ID,parameterValues", "$$LIMIT": 100})
    return next(row for row in rows if row["owner"] and row["tasks"] and row["parameterValues"])


def test_case_039_core_and_what_was_asked(wf, project):
    assert set(wf.one("project", project["ID"], "status")) == CORE | {"status"}


def test_case_040_star_is_every_direct_field(wf, project):
    spec = metadata.find("workfront", "v22.0").read("PROJ")
    found = wf.one("project", project["ID"], "*")
    assert set(found) == set(spec.fields) | {"objCode"}
    assert not set(found) & (set(spec.collections) | set(spec.references))
    old = wf.ok(wf.get(f"{wf.sandbox.url}/attask/api/v4.0/project/{project['ID']}", {"fields": "*"}))
    assert set(old) == set(metadata.find("workfront", "v4.0").read("PROJ").fields) | {"objCode"}


def test_case_041_reference(wf, project):
    assert set(wf.one("project", project["ID"], "owner")["owner"]) == CORE
    key = wf.make("project", name="nobody's", ownerID="")
    wf.ok(wf.put(f"/project/{key}", {"ownerID": ""}))
    found = wf.one("project", key, "owner")
    assert found["owner"] is None
    assert set(found) == CORE | {"owner"}


def test_case_042_chosen_fields_merge_into_one_nested_object(wf, project):
    found = wf.one("project", project["ID"], "owner:title,owner:phoneNumber")
    assert set(found) == CORE | {"owner"}
    assert set(found["owner"]) == CORE | {"title", "phoneNumber"}


def test_case_043_collection(wf, project):
    tasks = wf.one("project", project["ID"], "tasks")["tasks"]
    assert {task["ID"] for task in tasks} == {task["ID"] for task in project["tasks"]}
    assert all(set(task) == CORE for task in tasks)
    key = wf.make("project", name="empty")
    assert wf.one("project", key, "tasks")["tasks"] == []


def test_case_044_all_fields_of_members(wf):
    task = next(row for row in wf.search("task", fields="assignments") if row["assignments"])
    found = wf.one("task", task["ID"], "assignments:*")["assignments"]
    spec = metadata.find("workfront", "v22.0").read("ASSGN")
    assert len(found) == len(task["assignments"])
    assert all(set(member) == set(spec.fields) | {"objCode"} for member in found)


def test_case_045_json_list(wf, project):
    assert set(wf.one("project", project["ID"], '["ID","status"]')) == CORE | {"status"}


def test_case_046_custom_value_at_the_top(wf, project):
    name, value = next(iter(project["parameterValues"].items()))
    assert name.startswith("DE:")
    found = wf.one("project", project["ID"], name)
    assert set(found) == CORE | {name}
    assert found[name] == value


def test_case_046_custom_value_of_a_related_object(wf, project):
    name, value = next(iter(project["parameterValues"].items()))
    found = wf.one("task", project["tasks"][0]["ID"], f"project:{name}")
    assert found["project"][name] == value
    assert set(found["project"]) == CORE | {name}


def test_case_046_custom_value_that_the_object_lacks(wf, project):
    name = next(iter(project["parameterValues"]))
    key = wf.make("project", name="without a form")
    assert wf.one("project", key, name)[name] is None


@pytest.mark.parametrize("spelling", ["parameterValues", "parameterValues:*"])
def test_case_047_all_custom_values(wf, project, spelling):
    found = wf.one("project", project["ID"], spelling)
    assert found["parameterValues"] == project["parameterValues"]
    assert all(name.startswith("DE:") for name in found["parameterValues"])


def test_case_048_unknown_field(wf, project):
    expected = "APIModel V21_0 does not support field booo (Project)"
    path = f"{wf.sandbox.url}/attask/api/v21.0/project/{project['ID']}"
    assert wf.error(wf.get(path, {"fields": "booo"}), 422) == expected
    assert wf.error(wf.get(path.replace("v21.0", "unsupported"), {"fields": "booo"}), 422).startswith(
        "APIModel UNSUPPORTED"
    )
    assert wf.error(wf.get("/issue/search", {"fields": "booo"}), 422).endswith("(OpTask)")


def test_case_049_wrong_case(wf, project):
    assert "does not support field Name" in wf.error(wf.get(f"/project/{project['ID']}", {"fields": "Name"}), 422)
    assert "field tasks:Name (Task)" in wf.error(wf.get(f"/project/{project['ID']}", {"fields": "tasks:Name"}), 422)


def test_case_050_five_levels(wf, project):
    path = f"/task/{project['tasks'][0]['ID']}"
    four = wf.ok(wf.get(path, {"fields": "project:owner:manager:manager:name"}))
    assert "manager" in four["project"]["owner"]
    message = wf.error(wf.get(path, {"fields": "project:owner:manager:manager:manager:name"}), 422)
    assert "4 levels" in message
    wf.error(wf.get(path, {"fields": "project:tasks:project:tasks:project"}), 422)


def test_case_051_blanks(wf, project):
    assert set(wf.one("project", project["ID"], "name, status ,  priority")) == CORE | {"status", "priority"}


def test_a_field_of_another_version(wf, project):
    """Fields are checked against the version in the path, not against the store."""
    path = f"/project/{project['ID']}"
    new = set(metadata.find("workfront", "v22.0").read("PROJ").fields)
    old = set(metadata.find("workfront", "v4.0").read("PROJ").fields)
    name = min(new - old)
    assert name in wf.ok(wf.get(path, {"fields": name}))
    base = f"{wf.sandbox.url}/attask/api/v4.0"
    assert f"V4_0 does not support field {name}" in wf.error(wf.get(base + path, {"fields": name}), 422)


def test_types_on_the_wire(wf, project):
    found = wf.one("project", project["ID"], "*")
    spec = metadata.find("workfront", "v22.0").read("PROJ")
    kinds = {"string": str, "int": int, "double": (int, float), "boolean": bool, "dateTime": str, "string[]": list}
    for name, field in spec.fields.items():
        if found[name] is not None:
            assert isinstance(found[name], kinds[field.type]), (name, found[name])
            if field.type == "int":
                assert not isinstance(found[name], bool)


@pytest.mark.parametrize("code", sorted(metadata.find("workfront", "v22.0").names().values()))
def test_every_member_of_every_type_can_be_asked(wf, code):
    """Each field, reference and collection of the metadata is answered, whether or not there are objects."""
    spec = metadata.find("workfront", "v22.0").read(code)
    if spec.operations is not None and "search" not in spec.operations:
        wf.error(wf.get(f"/{code}/search"), 400, "UnsupportedOperationException")
        return
    names = ",".join(["*", *spec.references, *spec.collections])
    answer = wf.post(f"/{code}/search", {"method": "GET", "fields": names, "$$LIMIT": 2})
    if answer.status_code == 400:
        assert "not a top level object" in wf.error(answer, 400)
        return
    wanted = set(spec.fields) | set(spec.references) | set(spec.collections)
    for row in wf.ok(answer):
        assert wanted <= set(row)
        assert all(isinstance(row[name], (list, dict)) for name in spec.collections)
        assert all(row[name] is None or isinstance(row[name], dict) for name in spec.references)
