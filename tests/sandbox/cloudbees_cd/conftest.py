"""A CloudBees CD as the conformance cases want it: admin with the password changeme, project Default, empty otherwise."""

from datetime import timedelta

import pytest
import requests

from workfront_orm.sandbox import Sandbox


class Client:
    """Plain HTTP under one credential; a path is below `/rest/v1.0`."""

    def __init__(self, sandbox, *, auth=None, headers=None):
        self.sandbox = sandbox
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.auth = auth
        self._http.headers.update(headers or {})

    def raw(self, method, path, **options):
        return self._http.request(method, self.sandbox.rest_url + path, timeout=10, **options)

    def __call__(self, method, path, /, json=None, **params):
        """Send a request that succeeds and return its answer."""
        answer = self.raw(method, path, json=json, params=params)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()

    def get(self, path, /, **params):
        return self("GET", path, **params)

    def post(self, path, /, json=None, **params):
        return self("POST", path, json, **params)

    def put(self, path, /, json=None, **params):
        return self("PUT", path, json, **params)

    def delete(self, path, /, **params):
        return self("DELETE", path, **params)

    def refused(self, status, code, method, path, json=None, **params):
        """Send a request that is refused so."""
        answer = self.raw(method, path, json=json, params=params)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code), answer.text
        assert set(error) == {"where", "message", "details", "code"}
        assert error["message"]
        return error

    def find(self, kind, condition=None, **params):
        """Search and return the objects, without their wrapping."""
        body = {"objectType": kind, **({} if condition is None else {"filter": condition}), **params}
        answer = self.put("/objects", body, request="findObjects")
        return [one[one["objectId"].partition("-")[0]] for one in answer.get("object", [])]

    def later(self, seconds):
        """Let the server's time pass."""
        self.sandbox.clock += timedelta(seconds=seconds)

    def close(self):
        self._http.close()


@pytest.fixture(scope="package")
def server():
    with Sandbox(service="cloudbees_cd", data="empty", step_seconds=5) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server):
    server.reset()
    return server


@pytest.fixture(scope="module")
def connect():
    """Make clients of any sandbox: `connect(sandbox, auth=..., headers=...)`; as its administrator by default."""
    clients = []

    def make(sandbox, *, auth=True, headers=None):
        auth = (sandbox.username, sandbox.password) if auth is True else auth
        clients.append(Client(sandbox, auth=auth, headers=headers))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(sandbox, connect):
    """The administrator, by a session."""
    login = connect(sandbox, auth=None)
    answer = login.post("/sessions", userName=sandbox.username, password=sandbox.password)
    login._http.headers["sessionId"] = answer["sessionId"]
    return login


@pytest.fixture
def nobody(sandbox, connect):
    return connect(sandbox, auth=None)


@pytest.fixture
def project(client):
    """The project P2."""
    return client.post("/projects", {"projectName": "P2"})["project"]
