"""A portal over raw HTTP: no client of ours, so that the wire itself is tested."""

import contextlib

import pytest
import requests

from workfront_orm.sandbox import Sandbox


class Hook:
    """Calls methods of a portal at a base address and checks the status."""

    def __init__(self, session, base):
        self.session = session
        self.base = base

    def post(self, method, params=None, **options):
        """Send a JSON body, return the answer as it is."""
        options.setdefault("json", {} if params is None else params)
        return self.session.post(self.base + method, timeout=30, **options)

    def envelope(self, method, params=None):
        answer = self.post(method, params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def __call__(self, method, params=None):
        """Return `result` of a call that succeeds."""
        return self.envelope(method, params)["result"]

    def refused(self, method, params=None):
        """Return status, error and description of a call that does not."""
        answer = self.post(method, params)
        body = answer.json()
        assert "error" in body, body
        assert "result" not in body
        return answer.status_code, body["error"], body["error_description"]

    def batch(self, commands, **params):
        return self("batch", {"cmd": commands, **params})


@contextlib.contextmanager
def portal(**options):
    """A sandbox with a hook of its administrator."""
    with Sandbox(service="bitrix24", **options) as sandbox, requests.Session() as session:
        sandbox.hook = Hook(session, sandbox.webhook_url)
        yield sandbox


@pytest.fixture(scope="session")
def _conformance():
    with portal(data="empty", fixture="conformance") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_conformance):
    """The data of section 11 of the facts, as new for each test."""
    _conformance.reset()
    return _conformance


@pytest.fixture
def hook(sandbox):
    return sandbox.hook


@pytest.fixture(scope="session")
def _demo():
    with portal(data="demo") as sandbox:
        yield sandbox


@pytest.fixture
def demo(_demo):
    """The demo data, as new for each test."""
    _demo.reset()
    return _demo


@pytest.fixture(scope="session")
def start_portal():
    return portal
