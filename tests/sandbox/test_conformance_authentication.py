"""Conformance cases 18-30 and 38: credentials, login, logout, API keys, session, info."""

from datetime import timedelta

import pytest
import requests

SESSION_KEYS = {
    "userID", "sessionID", "userCompanyID", "isAdmin", "customerID", "tenantID", "hasInsightsAccess", "locale", "timeZone",
    "timeZoneName", "iso3Country", "iso3Language", "currency", "versionInformation",
}  # fmt: skip


@pytest.fixture
def session(anybody):
    """Id of an administrator's session."""
    sandbox = anybody.sandbox
    found = anybody.ok(anybody.post("/login", {"username": sandbox.username, "password": sandbox.password}))[
        "sessionID"
    ]
    anybody.http.cookies.clear()
    return found


@pytest.fixture
def key(wf):
    return wf.search("project", **{"$$LIMIT": 1})[0]["ID"]


def test_case_018_no_credentials(anybody, key):
    anybody.error(anybody.get(f"/project/{key}"), 401, "AuthenticationException")
    anybody.error(anybody.post("/project", {"name": "x"}), 401, "AuthenticationException")
    anybody.error(anybody.get("/metadata"), 401)
    anybody.error(anybody.post("/batch", {"uri": "project/search?method=GET"}), 401)


@pytest.mark.parametrize("header", ["sessionID", "SessionID", "sessionid", "SESSIONID"])
def test_case_019_session_header(anybody, session, key, header):
    anybody.ok(anybody.get(f"/project/{key}", headers={header: session}))


def test_case_019_session_parameter(anybody, session, key):
    anybody.ok(anybody.get(f"/project/{key}", {"sessionID": session}))
    anybody.ok(anybody.post(f"/project/{key}", {"sessionID": session, "method": "GET"}))
    anybody.ok(anybody.put(f"/project/{key}", {"sessionID": session, "name": "by session"}))


def test_case_020_api_key(anybody, key):
    api_key = anybody.sandbox.api_key
    anybody.ok(anybody.get(f"/project/{key}", headers={"apiKey": api_key}))
    anybody.ok(anybody.get(f"/project/{key}", {"apiKey": api_key}))
    anybody.ok(anybody.post(f"/project/{key}", {"apiKey": api_key, "method": "GET"}))
    anybody.error(anybody.get(f"/project/{key}", {"apiKey": "0" * 32}), 401, "AuthenticationException")


def test_case_021_cookie_reads_but_does_not_write(anybody, session, key):
    cookie = {"Cookie": f"attask={session}"}
    anybody.ok(anybody.get(f"/project/{key}", headers=cookie))
    anybody.error(anybody.put(f"/project/{key}", {"name": "by cookie"}, headers=cookie), 401)
    anybody.error(anybody.get(f"/project/{key}", {"name": "by cookie", "method": "put"}, headers=cookie), 401)
    anybody.ok(anybody.put(f"/project/{key}", {"name": "by both", "sessionID": session}, headers=cookie))


def test_case_021_cookie_with_its_token_writes(anybody, key):
    sandbox = anybody.sandbox
    anybody.ok(anybody.post("/login", {"username": sandbox.username, "password": sandbox.password}))
    token = anybody.http.cookies["XSRF-TOKEN"]
    anybody.error(anybody.put(f"/project/{key}", {"name": "x"}, headers={"X-XSRF-TOKEN": "wrong"}), 401)
    anybody.ok(anybody.put(f"/project/{key}", {"name": "by token"}, headers={"X-XSRF-TOKEN": token}))


@pytest.mark.parametrize("how", ["form", "query", "get"])
def test_case_022_login(anybody, how):
    login = {"username": anybody.sandbox.username, "password": anybody.sandbox.password}
    if how == "form":
        answer = anybody.post("/login", login)
    elif how == "query":
        answer = anybody.post("/login", params=login)
    else:
        answer = anybody.post("/login", {**login, "method": "GET"})
    found = anybody.ok(answer)
    assert set(found) == SESSION_KEYS
    assert found["isAdmin"] is True
    assert found["userID"] == anybody.sandbox.user_id
    assert answer.cookies["attask"] == found["sessionID"]
    assert "attask=" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Max-Age=28800" in answer.headers["Set-Cookie"]


def test_case_023_wrong_password(anybody):
    for login in (
        {"username": anybody.sandbox.username, "password": "wrong"},
        {"username": "nobody", "password": "x"},
        {},
    ):
        message = anybody.error(anybody.post("/login", login), 401, "AuthenticationException")
        assert "incorrect" in message


@pytest.mark.parametrize("nothing", ["None", "null", ""])
def test_case_024_login_with_a_session_that_is_none(anybody, nothing):
    login = {
        "username": anybody.sandbox.username,
        "password": anybody.sandbox.password,
        "sessionID": nothing,
        "method": "GET",
    }
    anybody.ok(anybody.post("/login", login))


@pytest.mark.parametrize("nothing", ["None", "null", ""])
def test_case_024_none_beside_other_credentials(wf, nothing):
    wf.ok(wf.get("/project/search", {"sessionID": nothing, "$$LIMIT": 1}))


def test_case_025_impersonation_by_an_administrators_key(anybody, ben):
    sandbox = anybody.sandbox
    found = anybody.ok(anybody.post("/login", {"username": sandbox.user_username, "apiKey": sandbox.api_key}))
    assert (found["userID"], found["isAdmin"]) == (ben.user_id, False)
    bens_key = ben.ok(ben.put("/user", {"action": "generateApiKey"}))["result"]
    anybody.error(anybody.post("/login", {"username": sandbox.username, "apiKey": bens_key}), 401)


def test_case_026_logout(anybody, session, key):
    assert anybody.ok(anybody.get("/logout", {"sessionID": session})) == {"success": True}
    anybody.error(anybody.get(f"/project/{key}", {"sessionID": session}), 401, "AuthenticationException")


def test_case_027_api_key_of_a_user_without_one(anybody):
    login = {"username": anybody.sandbox.user_username, "password": anybody.sandbox.user_password}
    assert anybody.ok(anybody.put("/user", {"action": "getApiKey", **login})) == {"result": ""}
    made = anybody.ok(anybody.put("/user", {"action": "generateApiKey", **login}))["result"]
    assert len(made) == 32
    assert made.isalnum()
    assert made.lower() == made
    assert anybody.ok(anybody.put("/user", {"action": "getApiKey", **login}))["result"] == made
    assert anybody.ok(anybody.post("/USER", {"action": "getApiKey", "method": "PUT", **login}))["result"] == made
    anybody.ok(anybody.get("/project/search", {"apiKey": made}))
    anybody.error(anybody.put("/user", {"action": "getApiKey", **login, "password": "wrong"}), 401)


def test_case_028_clear_api_key(anybody):
    old = anybody.sandbox.api_key
    anybody.ok(anybody.put("/user", {"action": "clearApiKey", "apiKey": old}))
    anybody.error(anybody.get("/project/search", {"apiKey": old}), 401)


def test_case_028_clear_all_api_keys_is_for_administrators(wf, ben):
    made = ben.ok(ben.put("/user", {"action": "generateApiKey"}))["result"]
    ben.error(ben.put("/user", {"action": "clearAllApiKeys"}), 403)
    wf.ok(wf.put("/user", {"action": "clearAllApiKeys"}))
    for old in (made, wf.sandbox.api_key):
        assert requests.get(wf.base + "/project/search", params={"apiKey": old}, timeout=5).status_code == 401


def test_case_029_session(anybody, session):
    found = anybody.ok(anybody.get("/session", {"sessionID": session}))
    assert set(found) == SESSION_KEYS
    assert found["sessionID"] == session
    assert found["versionInformation"]["apiVersions"]["v22.0"] == "/attask/api/v22.0/"


def test_case_030_info(anybody):
    found = anybody.ok(anybody.get("/info"))
    assert set(found["sso"]) == {"ssoType", "providerURL", "providerPort", "signoutURL"}
    assert found["versions"][0] == "v22.0"


def test_case_038_expired_session(anybody, session, key):
    anybody.ok(anybody.get(f"/project/{key}", {"sessionID": session}))
    anybody.sandbox.clock += timedelta(hours=7)
    anybody.ok(anybody.get(f"/project/{key}", {"sessionID": session}))
    anybody.sandbox.clock += timedelta(hours=7)
    anybody.ok(anybody.get(f"/project/{key}", {"sessionID": session}))
    anybody.sandbox.clock += timedelta(hours=8, minutes=1)
    anybody.error(anybody.get(f"/project/{key}", {"sessionID": session}), 401, "AuthenticationException")


def test_time_to_live(anybody, key):
    login = {"username": anybody.sandbox.username, "password": anybody.sandbox.password, "timeToLive": "60"}
    session = anybody.ok(anybody.post("/login", login))["sessionID"]
    anybody.http.cookies.clear()
    anybody.sandbox.clock += timedelta(seconds=61)
    anybody.error(anybody.get(f"/project/{key}", {"sessionID": session}), 401)


def test_key_and_session_together_count_for_the_key(wf, ben):
    """API.md 6: work has been recorded under the apiKey user."""
    session = ben.http.headers["sessionID"]
    made = wf.ok(wf.post("/project", {"name": "whose", "sessionID": session, "fields": "enteredByID"}))
    assert made["enteredByID"] == wf.sandbox.user_id


def test_an_inactive_user_is_refused(wf, ben):
    wf.ok(wf.put(f"/user/{ben.user_id}", {"isActive": "false"}))
    login = {"username": wf.sandbox.user_username, "password": wf.sandbox.user_password}
    ben.error(ben.post("/login", login), 401)


def test_a_new_users_password_logs_in(wf, anybody):
    wf.make("user", firstName="Cleo", lastName="New", emailAddr="cleo@sandbox.example", password="first-secret")
    anybody.ok(anybody.post("/login", {"username": "cleo@sandbox.example", "password": "first-secret"}))
    anybody.error(anybody.post("/login", {"username": "cleo@sandbox.example", "password": "other"}), 401)
    assert "first-secret" not in wf.get("/user/search", {"fields": "*", "emailAddr": "cleo@sandbox.example"}).text
