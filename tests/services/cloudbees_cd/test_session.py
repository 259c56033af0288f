"""Logging in by every way, again when the session expires, TLS, and that no secret shows."""

import http.server
import json
import logging
import pickle
import ssl
import threading
import traceback

import pytest
import responses
import trustme

from workfront_orm.core.errors import APIError, ConnectionFailedError
from workfront_orm.core.retrying import Retrying
from workfront_orm.services import cloudbees_cd
from workfront_orm.services.cloudbees_cd.errors import (
    AccessDeniedError,
    AuthenticationError,
    ExpiredSessionError,
    InvalidResponseError,
    NotSupportedError,
)

Session = cloudbees_cd.Session
NOBODY = "http://127.0.0.1:9"


def logins(sandbox):
    return [one for one in sandbox.requests if one.path.endswith("/sessions")]


# --- addresses --------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/", "/rest", "/rest/v1.0", "/rest/v1.0/"])
def test_addresses_as_people_write_them(end):
    assert Session(f"https://cd.example.com:8443{end}", session_id="x" * 16).url == (
        "https://cd.example.com:8443/rest/v1.0"
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("cd.example.com", "takes an address"),
        ("https://user:s3cr3t@cd.example.com", "without credentials"),
        ("https://cd.example.com?password=s3cr3t", "without credentials"),
        ("https://cd.example.com/commander", "such as https://cd.example.com"),
        ("http://cd.example.com", "CA bundle"),
    ],
)
def test_other_addresses_are_refused(url, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        Session(url)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"username": "u"}, "together"),
        ({"username": "u", "password": "p", "token": "t"}, "not both"),
        ({"basic": True}, "basic"),
        ({"values": "typd"}, "values"),
    ],
)
def test_credentials_of_two_kinds_are_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        Session(NOBODY, **options)


# --- logging in -------------------------------------------------------------------------


def test_the_first_request_logs_in_and_only_that(sandbox):
    with Session(sandbox.url, sandbox.username, sandbox.password) as session:
        assert session.session_id is None
        session.get("/projects")
        session.get("/projects")
        assert (len(session.session_id), session.user_id) == (16, "admin")
    assert len(logins(sandbox)) == 1
    assert [one.path.rpartition("/")[2] for one in sandbox.requests] == ["sessions", "projects", "projects"]


@responses.activate
def test_the_password_stands_in_no_address():
    responses.post("https://cd.example.com/rest/v1.0/sessions", json={"sessionId": "ABCDEFGH12345678", "userName": "u"})
    responses.get("https://cd.example.com/rest/v1.0/projects", json={})
    with Session("https://cd.example.com", "u", "s3cr3tpassword") as session:
        assert session.get("/projects") == {}
    login, call = (one.request for one in responses.calls)
    assert json.loads(login.body) == {"userName": "u", "password": "s3cr3tpassword"}
    assert "s3cr3tpassword" not in login.url + call.url + str(login.headers) + str(call.headers)
    assert call.headers["sessionId"] == "ABCDEFGH12345678"
    assert "ABCDEFGH12345678" not in call.url


def test_by_token(sandbox, api):
    with Session(sandbox.url, token=sandbox.api_token) as session:
        assert session.load(api.Project, "Default").project_name == "Default"
        assert session.user_id == "admin"


def test_basic_needs_no_session(sandbox, api):
    with Session(sandbox.url, sandbox.username, sandbox.password, basic=True) as session:
        assert session.load(api.Project, "Default").project_name == "Default"
        assert session.session_id is None
    assert logins(sandbox) == []


def test_with_a_session_that_was_begun_elsewhere(sandbox, session, api):
    session.get("/projects")
    with Session(sandbox.url, session_id=session.session_id) as other:
        assert other.load(api.Project, "Default").project_name == "Default"


def test_login_and_logout(sandbox, api):
    with Session(sandbox.url) as session:
        with pytest.raises(AuthenticationError, match=r"NoCredentials.*give Session") as caught:
            session.get("/projects")
        assert caught.value.code == 401
        session.login(sandbox.username, sandbox.password)
        assert session.search(api.Project)
        old = session.session_id
        session.logout()
        assert session.session_id is None
        with pytest.raises(AuthenticationError):
            session.get("/projects")
    with Session(sandbox.url, session_id=old) as session, pytest.raises(ExpiredSessionError):
        session.get("/projects")


@pytest.mark.parametrize("credentials", [{"username": "admin", "password": "wrong"}, {"token": "wrong"}])
def test_wrong_credentials(sandbox, credentials):
    with Session(sandbox.url, **credentials) as session, pytest.raises(AuthenticationError, match="incorrect"):
        session.get("/projects")


def test_an_expired_session_is_renewed_once_for_all_threads(sandbox, session, api):
    session.get("/projects")
    sandbox.requests.clear()
    sandbox.faults = [{"kind": "expired", "path": "*/projects", "count": 1}]
    session.get("/projects")
    sandbox.faults = None
    assert len(logins(sandbox)) == 1
    old = session.session_id
    Session(sandbox.url, session_id=old).logout()
    sandbox.requests.clear()
    found, threads = [], []
    for _ in range(6):
        threads.append(threading.Thread(target=lambda: found.append(session.load(api.Project, "Default"))))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(logins(sandbox)) == 1


def test_a_change_under_an_expired_session_is_made_once(sandbox, session, api):
    sandbox.faults = [{"kind": "expired", "method": "POST", "path": "*/projects", "count": 1}]
    api.Project(session, project_name="new").save()
    sandbox.faults = None
    assert len(session.search(api.Project, project_name="new")) == 1


def test_a_change_whose_login_failed_was_surely_not_made(sandbox, api):
    sandbox.faults = [{"kind": "502", "path": "*/sessions", "count": 1}]
    with sandbox.session(retrying=Retrying(base=0.01, longest=0.05)) as session:
        assert api.Project(session, project_name="new").save().created
    sandbox.faults = [{"kind": "503", "path": "*/sessions"}]
    with sandbox.session(retrying=Retrying(attempts=2, base=0.01, longest=0.05)) as session:
        with pytest.raises(ConnectionFailedError, match="the login failed"):
            api.Project(session, project_name="other").save()
        report = session.save_all([api.Project(session, project_name="other")])
        assert (len(report.failed), len(report.unknown)) == (1, 0)
    sandbox.faults = None


def test_a_session_alone_cannot_be_renewed(sandbox, session):
    old = session.session_id
    session.logout()
    with (
        Session(sandbox.url, session_id=old) as other,
        pytest.raises(ExpiredSessionError, match="begins a new session"),
    ):
        other.get("/projects")


def test_who_may_only_read(sandbox, api):
    with Session(sandbox.url, sandbox.reader_username, sandbox.reader_password) as session:
        project = session.load(api.Project, "Default")
        project.description = "x"
        with pytest.raises(AccessDeniedError, match="modify privilege"):
            project.save()
        assert project.dirty


# --- low-level calls --------------------------------------------------------------------


def test_low_level_calls(session):
    assert session.post("/projects", json={"projectName": "P"})["project"]["projectName"] == "P"
    assert session.put("/projects/P", {"description": "x"})["project"]["description"] == "x"
    assert session.put("/properties//projects/P/x", json={"value": "1"})["property"]["value"] == "1"
    assert session.get("/properties//projects/P/x")["property"]["value"] == "1"
    jobs = session.get("/jobs", {"maxResults": 2, "sortKey": "start", "sortOrder": "descending"})["job"]
    assert len(jobs) == 2
    assert session.delete("/projects/P") == {}
    with pytest.raises(NotSupportedError, match="nonsense") as caught:
        session.get("/nonsense")
    assert (caught.value.code, caught.value.error) == (501, "NotImplemented")
    with pytest.raises(TypeError, match="takes a path"):
        session.get("https://elsewhere.example/projects")


def test_the_dsl_is_sent(session):
    # The sandbox has none, and says so.
    with pytest.raises(NotSupportedError):
        session.dsl("project 'x'", parameters="{}")


# --- TLS --------------------------------------------------------------------------------


def test_certificates_are_checked_unless_told_otherwise():
    with Session("https://cd.example.com", session_id="x" * 16) as session:
        assert session._transport._verify is True
    with Session("https://cd.example.com", session_id="x" * 16, verify="/etc/ssl/own.pem") as session:
        assert session._transport._verify == "/etc/ssl/own.pem"


def test_a_context_of_ones_own():
    context = ssl.create_default_context()
    with Session("https://cd.example.com", session_id="x" * 16, ssl_context=context) as session:
        assert session._transport._http.get_adapter("https://cd.example.com").poolmanager is not None


@pytest.fixture
def secure(sandbox, tmp_path):
    """An https server with a certificate of the company's own authority, and the path of a bundle with that."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"sessionId": "ABCDEFGH12345678", "userName": "u", "project": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST  # noqa: N815 - the name that the library calls

        def log_message(self, *_args): ...

    authority = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # A client that refuses the certificate is no news.
    server.handle_error = lambda *_args: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", str(bundle)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_ca_bundle_is_the_answer_to_a_certificate_of_ones_own(secure, api):
    url, bundle = secure
    with Session(url, "u", "s3cr3tpassword", verify=bundle) as session:
        assert session.search(api.Project) == []
        assert session.session_id == "ABCDEFGH12345678"
    quick = Retrying(attempts=1)
    with (
        Session(url, "u", "s3cr3tpassword", retrying=quick) as session,
        pytest.raises(ConnectionFailedError, match="SSLCertVerificationError"),
    ):
        session.search(api.Project)


# --- secrets ----------------------------------------------------------------------------


SECRETS = {"password": "s3cr3tpassword", "token": "s3cr3ttoken", "session_id": "SECRETSESSION123"}


@pytest.fixture(params=["password", "token", "session_id", "basic"])
def nobody(request):
    """A session with an address where nobody listens, and its secret."""
    kind = "password" if request.param == "basic" else request.param
    options = {kind: SECRETS[kind], "basic": request.param == "basic"}
    if kind == "password":
        options["username"] = "u"
    with Session(NOBODY, retrying=Retrying(attempts=1), **options) as session:
        yield session, SECRETS[kind]


def test_no_message_representation_log_or_traceback_tells_them(nobody, caplog, api):
    session, secret = nobody
    caplog.set_level(logging.DEBUG)
    with pytest.raises(APIError) as caught:
        session.search(api.Project)
    with pytest.raises(APIError) as other:
        session.execute(
            __import__("workfront_orm.services.cloudbees_cd.wire", fromlist=["x"]).request("x", "GET", "/x")
        )
    text = "".join(
        [
            repr(session),
            session.url,
            caplog.text,
            *traceback.format_exception(caught.value),
            *traceback.format_exception(other.value),
            repr(pickle.loads(pickle.dumps(caught.value))),
        ]
    )
    assert secret not in text
    with pytest.raises(TypeError, match="does not pickle"):
        pickle.dumps(session)


def test_the_log_of_a_day_tells_none(sandbox, caplog, api):
    caplog.set_level(logging.DEBUG)
    with Session(sandbox.url, sandbox.username, "wrongs3cr3t") as session, pytest.raises(AuthenticationError):
        session.get("/projects")
    with Session(sandbox.url, sandbox.username, sandbox.password) as session:
        session.search(api.Project, project_name="Default")
        session.request("GET", "/projects", {"password": "s3cr3tparameter"})
        id_ = session.session_id
        session.logout()
    assert "PUT /objects" in caplog.text
    for secret in (id_, "wrongs3cr3t", "s3cr3tparameter"):
        assert secret not in caplog.text


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (302, "", InvalidResponseError),
        (200, "<html>", InvalidResponseError),
        (200, "[]", InvalidResponseError),
        (503, "<html>", cloudbees_cd.CloudBeesCDAPIError),
        (200, '{"error": {"code": "AccessDenied", "message": "no"}}', AccessDeniedError),
        (401, '{"error": {"code": "NoCredentials", "message": "no"}}', AuthenticationError),
    ],
)
def test_answers_that_are_none(status, body, kind):
    url = "https://cd.example.com/rest/v1.0/projects"
    responses.get(url, body=body, status=status, headers={"Location": "https://elsewhere.example/"})
    with (
        Session("https://cd.example.com", session_id="x" * 16, retrying=Retrying(attempts=1)) as session,
        pytest.raises(kind),
    ):
        session.get("/projects")


def test_a_login_without_a_session_is_an_error():
    with responses.RequestsMock() as mock:
        mock.post("https://cd.example.com/rest/v1.0/sessions", json={})
        with (
            Session("https://cd.example.com", "u", "p") as session,
            pytest.raises(AuthenticationError, match="no session"),
        ):
            session.get("/projects")
