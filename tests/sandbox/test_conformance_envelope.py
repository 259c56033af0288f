"""Conformance cases 1-17: envelope, method override, addressing, versions."""

import gzip
import json

import pytest

from workfront_orm.core import metadata

PROJECT_DEFAULTS = {
    "ID", "name", "objCode", "percentComplete", "plannedCompletionDate", "plannedStartDate", "priority", "projectedCompletionDate",
    "status",
}  # fmt: skip


@pytest.fixture
def project(wf):
    return wf.search("project", **{"$$LIMIT": 1, "ID_Sort": "asc"})[0]


@pytest.fixture
def two(wf):
    return wf.search("project", **{"$$LIMIT": 2, "ID_Sort": "desc"})


def test_case_001_one_object_with_core_and_default_fields(wf, project):
    answer = wf.get(f"/project/{project['ID']}")
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    found = wf.ok(answer)
    assert set(found) == PROJECT_DEFAULTS
    assert found["objCode"] == "PROJ"
    assert len(found["ID"]) == 32
    assert found == project


@pytest.mark.parametrize("word", ["PROJ", "proj", "Project", "project", "PROJECT"])
def test_case_002_type_by_code_or_name_in_any_case(wf, project, word):
    assert wf.one(word, project["ID"]) == project


def test_case_003_id_as_parameter(wf, project):
    assert wf.ok(wf.get("/project", {"id": project["ID"]})) == project
    assert wf.ok(wf.get("/project", {"ID": project["ID"]})) == project


def test_case_004_several_ids_with_commas_in_the_order_asked(wf, two):
    assert wf.ok(wf.get("/project", {"id": ",".join(p["ID"] for p in two)})) == two
    assert wf.ok(wf.get("/project", {"id": ",".join(p["ID"] for p in reversed(two))})) == two[::-1]


def test_case_005_several_ids_repeated(wf, two):
    assert wf.ok(wf.get("/project", {"id": [p["ID"] for p in two]})) == two


def test_case_006_get_by_post_form(wf, project):
    assert wf.ok(wf.post(f"/project/{project['ID']}", {"method": "GET"})) == project


def test_case_007_edit_by_get_with_method(wf, project, ben):
    session = ben.http.headers["sessionID"]
    key = wf.make("project", name="mine")
    wf.put(f"/project/{key}", {"ownerID": ben.user_id})
    url = f"{wf.base}/project/{key}?method=put&name=X&sessionID={session}"
    import requests

    assert wf.ok(requests.get(url, timeout=5))["name"] == "X"
    assert wf.one("project", key)["name"] == "X"


def test_case_008_edit_by_post_form(wf, project):
    assert wf.ok(wf.post(f"/project/{project['ID']}", {"method": "PUT", "name": "Y"}))["name"] == "Y"


def test_case_009_delete_by_post_form(wf):
    key = wf.make("project", name="to go")
    assert wf.ok(wf.post(f"/project/{key}", {"method": "DELETE"})) == {"success": True}
    wf.error(wf.get(f"/project/{key}"), 404)


def test_case_010_issue_is_optask(wf):
    issue = wf.search("optask", **{"$$LIMIT": 1})[0]
    assert wf.one("issue", issue["ID"])["objCode"] == "OPTASK"


def test_case_011_unknown_type(wf):
    assert "nosuch" in wf.error(wf.get("/nosuch/search"), 404)


def test_case_012_unknown_id(wf):
    key = "0" * 32
    assert wf.error(wf.get(f"/project/{key}"), 404) == f'Project with primary key value(s) "{key}" not found'


def test_case_012_one_unknown_id_of_several(wf, project):
    key = "0" * 32
    message = wf.error(wf.get("/project", {"id": f"{project['ID']},{key}"}), 404)
    assert message == f'Project with primary key value(s) "{key}" not found'


def test_case_013_escapes(wf):
    name = "é < / \u2028 \U0001f600 \x07 \" \\ '"
    answer = wf.post("/project", json={"name": name})
    assert answer.content.isascii()
    for escape in (rb"\u00e9", rb"\u003c", rb"\/", rb"\u2028", rb"\ud83d\ude00", rb"\u0007"):
        assert escape in answer.content
    assert b"<" not in answer.content
    assert wf.ok(answer)["name"] == name


def test_case_014_gzip(wf):
    response = wf.get("/task/search", {"$$LIMIT": 50}, headers={"Accept-Encoding": "gzip"}, stream=True)
    assert response.headers["Content-Encoding"] == "gzip"
    raw = response.raw.read(decode_content=False)
    assert len(json.loads(gzip.decompress(raw))["data"]) == 50
    plain = wf.get("/task/search", {"$$LIMIT": 50}, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(raw)) == plain.json()


def test_case_015_no_version_is_the_newest(wf, project):
    base = f"{wf.sandbox.url}/attask/api"
    assert wf.ok(wf.get(f"{base}/project/{project['ID']}")) == project
    newest = max((v for v in metadata.versions("workfront") if v.startswith("v")), key=lambda v: float(v[1:]))
    message = wf.error(wf.get(f"{base}/project/search", {"fields": "booo"}), 422)
    assert message.startswith(f"APIModel {newest.upper().replace('.', '_')} does not")


@pytest.mark.parametrize("path", ["api-unsupported", "api/unsupported", "api-internal", "api/api-internal", "api-asp"])
def test_case_016_unversioned_flavours(wf, project, path):
    found = wf.ok(wf.get(f"{wf.sandbox.url}/attask/{path}/project/{project['ID']}"))
    assert found["ID"] == project["ID"]


@pytest.mark.parametrize("version", metadata.versions("workfront"))
def test_case_016_every_shipped_version(wf, project, version):
    found = wf.ok(wf.get(f"{wf.sandbox.url}/attask/api/{version}/project/{project['ID']}"))
    assert found["name"] == project["name"]


def test_case_017_unknown_version(wf):
    assert "v99.0" in wf.error(wf.get(f"{wf.sandbox.url}/attask/api/v99.0/project/search"), 404)


def test_case_017_type_of_another_version(wf):
    """API.md 17: 410 = resource gone in this API version."""
    old = set(metadata.find("workfront", "v4.0").names().values())
    new = set(metadata.find("workfront", "v22.0").names().values())
    code = min(code for code in new - old if code.isupper())
    message = wf.error(wf.get(f"{wf.sandbox.url}/attask/api/v4.0/{code}/search"), 410)
    assert "v4.0" in message


def test_session_header_of_another_path_is_no_api(wf):
    wf.error(wf.get(f"{wf.sandbox.url}/other/path"), 404)


def test_unquoted_dollar_and_double_question_mark(wf):
    assert len(wf.ok(wf.get(f"{wf.base}/task/search??$$LIMIT=3"))) == 3


def test_json_body_with_a_wrong_content_type(wf):
    body = json.dumps({"name": "sent as text"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        answer = wf.post("/project", body, headers={"Content-Type": kind} if kind else {})
        assert wf.ok(answer)["name"] == "sent as text"


def test_broken_json_body(wf):
    before = wf.count("project")
    assert "JSON" in wf.error(wf.post("/project", "{", headers={"Content-Type": "application/json"}), 400)
    assert "JSON" in wf.error(wf.post("/project", {"updates": "{'name': "}), 422)
    assert wf.count("project") == before


@pytest.mark.parametrize("verb", ["PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_verbs_do_nothing(wf, project, verb):
    """API.md 2: no PATCH."""
    answer = wf.send(verb, f"/project/{project['ID']}", params={"force": "true"})
    assert answer.status_code in (400, 405)
    assert wf.one("project", project["ID"]) == project


def test_own_code_of_every_type(wf):
    """API.md 7.1: objCode is always present in real output."""
    for code in ("task", "issue", "user", "project", "note", "hour", "cstem", "assgn"):
        rows = wf.search(code, **{"$$LIMIT": 3})
        assert {row["objCode"] for row in rows} == {{"issue": "OPTASK", "project": "PROJ"}.get(code, code.upper())}


# --- wire profiles of old clients (API.md 21) --------------------------------------------------


def test_profile_of_the_2010_samples(wf, anybody):
    """POST form, `sessionID=None` before login, `ids=` for lists, commas in `fields`."""
    sandbox = wf.sandbox
    login = {"username": sandbox.username, "password": sandbox.password, "method": "get", "sessionID": "null"}
    session = anybody.ok(anybody.post("/login", login))["sessionID"]
    anybody.http.cookies.clear()
    keys = [row["ID"] for row in wf.search("project", **{"$$LIMIT": 2})]
    data = {"ids": ",".join(keys), "method": "get", "sessionID": session, "fields": "name,status"}
    assert [row["ID"] for row in anybody.ok(anybody.post("/PROJECT", data))] == keys


def test_profile_of_a_csharp_client(wf):
    """`PUT /project?id=` with a JSON body of parameterValues, dates with three decimals."""
    project = next(
        p for p in wf.search("project", fields="parameterValues", **{"$$LIMIT": 100}) if p["parameterValues"]
    )
    name, value = next((k, v) for k, v in project["parameterValues"].items() if isinstance(v, str) and "<" not in v)
    body = {"parameterValues": {name: value}, "plannedStartDate": "2026-06-01T09:00:00.000Z"}
    found = wf.ok(wf.put("/project", {"id": project["ID"], "fields": "parameterValues:*"}, json=body))
    assert found["parameterValues"][name] == value


def test_profile_of_scripts_that_put_everything_in_the_query(wf):
    key = wf.make("project", name="q")
    answer = wf.put(f"/project/{key}", {"updates": '{"name": "by query"}', "method": "PUT", "fields": "status"})
    assert wf.ok(answer)["name"] == "by query"
    assert wf.ok(wf.delete("/project", {"ID": [key], "force": True, "atomic": "true"})) == {"success": True}


def test_percent_encoded_and_raw_dollars(wf):
    for query in ("$$LIMIT=3&$$FIRST=2", "%24%24LIMIT=3&%24%24FIRST=2"):
        assert len(wf.ok(wf.get(f"{wf.base}/task/search?{query}"))) == 3
