"""The table of docs/cloudbees_cd.md: each call of the seed article beside its counterpart, both run against the same server."""

import re
from pathlib import Path

import pytest
import requests
from requests.auth import HTTPBasicAuth

from workfront_orm.core.errors import APIError, AuthenticationError, NotFoundError
from workfront_orm.services import cloudbees_cd

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cloudbees_cd.md"
ROWS = {
    what: (theirs, ours)
    for what, theirs, ours in re.findall(r"^\| ([^|`]+) \| `(.+?)` \| `(.+?)` \|$", PAGE.read_text(), re.MULTILINE)
}
PROPERTY = "/projects/Default/PythonProperty"


@pytest.fixture
def names(sandbox, session, api):
    """What the lines of the table have at hand."""
    login = requests.post(
        f"{sandbox.rest_url}/sessions",
        json={"userName": sandbox.username, "password": sandbox.password},
        timeout=10,
    )
    return {
        "requests": requests,
        "HTTPBasicAuth": HTTPBasicAuth,
        "Session": cloudbees_cd.Session,
        "api": api,
        "bundle": True,
        "myHeaders": {"Accept": "application/json", "sessionId": login.json()["sessionId"]},
        "password": sandbox.password,
        "server": sandbox.url,
        "session": session,
        "url": sandbox.rest_url,
        "user": sandbox.username,
    }


@pytest.fixture
def theirs(names):
    """Run the article's line of a row and return the answer."""
    return lambda what: eval(ROWS[what][0], names)


@pytest.fixture
def ours(names):
    """Run our line of a row and return its value, or what it assigned."""

    def run(what):
        line = ROWS[what][1]
        try:
            code = compile(line, str(PAGE), "eval")
        except SyntaxError:
            exec(line, names)
            return names["session"]
        return eval(code, names)

    return run


def value_of(session):
    return session.properties[PROPERTY]


def test_the_table_has_every_call_of_the_article():
    assert list(ROWS) == [
        "no credentials",
        "credentials in each request",
        "login",
        "the session in headers",
        "certificates",
        "get property",
        "set property",
        "publish artifact version",
        "any request",
    ]


def test_no_credentials(theirs, ours):
    error = theirs("no credentials").json()["error"]
    assert error["message"] == "No credentials/session found in this request"
    with pytest.raises(AuthenticationError, match="No credentials/session found") as caught:
        ours("no credentials")
    assert caught.value.data == error
    assert caught.value.error == "NoCredentials"


def test_credentials_in_each_request(theirs, ours, session, sandbox):
    assert theirs("credentials in each request").json()["property"]["value"] == "newvalue"
    session.properties[PROPERTY] = "other"
    sandbox.requests.clear()
    ours("credentials in each request")
    assert value_of(session) == "newvalue"
    # No login came before it.
    assert sandbox.requests[0].path.endswith("/PythonProperty")


def test_login(theirs, ours, sandbox):
    answer = theirs("login").json()
    assert len(answer["sessionId"]) == 16
    assert answer["userName"] == sandbox.username
    with ours("login") as session:
        session.get("/projects")
        assert len(session.session_id) == 16
        assert session.user_id == sandbox.username
    # The article's password stood in the address.
    logins = [one for one in sandbox.requests if one.path.endswith("/sessions")]
    assert len(logins) == 3


def test_the_session_in_headers(theirs, ours, sandbox):
    assert theirs("the session in headers").json()["property"]["value"] == "PythonRestApi"
    sandbox.requests.clear()
    assert ours("the session in headers") == "PythonRestApi"
    assert len(sandbox.requests) == 1


def test_certificates(theirs, ours):
    expected = [one["projectName"] for one in theirs("certificates").json()["project"]]
    assert [project.project_name for project in ours("certificates")] == expected


def test_get_property(theirs, ours):
    expected = theirs("get property").json()["property"]
    found = ours("get property")
    assert {name: found.fields[name] for name in expected} == expected
    assert (found.counter, found.expandable, found.tracked) == (0, True, True)
    assert found.create_time.utcoffset().total_seconds() == 0


def test_set_property(theirs, ours, session):
    before = theirs("set property").json()["property"]
    assert before["value"] == "UpdatedPython"
    session.properties[PROPERTY] = "other"
    ours("set property")
    found = session.properties.describe(PROPERTY)
    assert (found.id, found.value) == (before["propertyId"], "UpdatedPython")


def test_publish_artifact_version(theirs, ours, session, api):
    made = theirs("publish artifact version").json()["artifact"]
    assert made["artifactName"] == "2:2"
    artifact = session.load(api.Artifact, "2:2")
    assert artifact.id == made["artifactId"]
    assert artifact.versions == ()
    artifact.delete()
    assert ours("publish artifact version").created
    again = session.load(api.Artifact, "2:2")
    assert again.id != artifact.id
    assert (again.group_id, again.artifact_key, again.owner) == ("2", "2", "admin")
    version = api.ArtifactVersion(session, group_id="2", artifact_key="2", version="1.0")
    version.save()
    assert session.load(api.ArtifactVersion, "2:2:1.0") is version
    assert again.id == version.artifact.id


def test_any_request(theirs, ours):
    # The article's answer is an error, which nobody notices who does not look.
    answer = theirs("any request")
    assert answer.json()["error"]["code"] == "NotImplemented"
    with pytest.raises(APIError) as caught:
        ours("any request")
    assert (caught.value.code, caught.value.data) == (answer.status_code, answer.json()["error"])


# --- what the article's calls break -----------------------------------------------------------


def test_a_value_in_the_address_is_cut_off(sandbox, session):
    text = "a&b#c"
    requests.put(
        f"{sandbox.rest_url}/properties/PythonProperty?projectName=Default&value={text}",
        auth=HTTPBasicAuth(sandbox.username, sandbox.password),
        timeout=10,
    )
    assert value_of(session) == "a"
    session.properties[PROPERTY] = text
    assert value_of(session) == text


def test_a_name_with_a_slash_leads_elsewhere(sandbox, session, api):
    api.Project(session, project_name="a/b").save()
    answer = requests.get(
        f"{sandbox.rest_url}/projects/a/b", auth=HTTPBasicAuth(sandbox.username, sandbox.password), timeout=10
    )
    assert answer.status_code == 404
    assert session.load(api.Project, "a/b").project_name == "a/b"


def test_an_expired_session_fails_each_call(theirs, names, sandbox, session, api):
    for id_ in (names["myHeaders"]["sessionId"], session.session_id):
        requests.delete(
            f"{sandbox.rest_url}/sessions/{id_}", auth=HTTPBasicAuth(sandbox.username, sandbox.password), timeout=10
        )
    assert theirs("get property").json()["error"]["code"] == "ExpiredSession"
    assert session.load(api.Project, "Default").project_name == "Default"


def test_what_is_not_there_is_an_exception(session, api):
    with pytest.raises(NotFoundError, match="Project 'none' does not exist"):
        session.load(api.Project, "none")
