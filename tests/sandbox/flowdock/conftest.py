"""A Flowdock as it is after the set-up of the conformance cases: org acme, flow main, users 2 and 42, one source."""

import pytest
import requests

from workfront_orm.sandbox import Sandbox

MAIN = "/flows/acme/main"


class Client:
    """Plain HTTP under one credential; a path is below the sandbox's address."""

    def __init__(self, sandbox, *, auth=None, headers=None):
        self.sandbox = sandbox
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.auth = auth
        self._http.headers.update(headers or {})

    def __call__(self, method, path, json=None, **options):
        url = path if path.startswith("http") else self.sandbox.url + path
        return self._http.request(method, url, json=json, timeout=10, **options)

    def get(self, path, **options):
        return self("GET", path, **options)

    def post(self, path, json=None, **options):
        return self("POST", path, json, **options)

    def put(self, path, json=None, **options):
        return self("PUT", path, json, **options)

    def delete(self, path, **options):
        return self("DELETE", path, **options)

    def say(self, content, path=f"{MAIN}/messages", **params):
        """Send a chat message and return it."""
        answer = self.post(path, {"event": "message", "content": content, **params})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def close(self):
        self._http.close()


@pytest.fixture(scope="package")
def server():
    with Sandbox(service="flowdock", data="empty", keep_alive=0.2) as sandbox:
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
        clients.append(Client(sandbox, auth=(sandbox.token, "") if auth is True else auth, headers=headers))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def ray(sandbox, connect):
    """User 2, an administrator."""
    return connect(sandbox)


@pytest.fixture
def hubot(sandbox, connect):
    """User 42."""
    return connect(sandbox, auth=(sandbox.other_token, ""))


@pytest.fixture
def nobody(sandbox, connect):
    """No credentials."""
    return connect(sandbox, auth=None)


@pytest.fixture
def application(sandbox, connect):
    """An OAuth token of user 2 with the scope integration."""
    return connect(sandbox, auth=None, headers={"Authorization": f"Bearer {sandbox.oauth_token}"})
