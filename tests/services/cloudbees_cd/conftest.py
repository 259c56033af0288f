"""Servers over real HTTP, one with demo data and one that is empty, and sessions with them that repeat quickly."""

import pytest

from workfront_orm.core.reflection import api_version
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.cloudbees_cd.cloudbees_cd_service import VERSION


@pytest.fixture(scope="session")
def _demo():
    with Sandbox(service="cloudbees_cd", data="demo", step_seconds=0.05) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_demo):
    """The demo server, as new for each test."""
    _demo.reset()
    return _demo


@pytest.fixture
def connect(sandbox):
    """Make sessions with the server; they are closed at the end."""
    made = []

    def connect(**options):
        options.setdefault("retrying", Retrying(base=0.01, longest=0.05))
        made.append(sandbox.session(**options))
        return made[-1]

    yield connect
    for session in made:
        session.close()


@pytest.fixture
def session(connect, sandbox):
    """A session that has logged in; the log is empty, so that a test counts its own requests."""
    session = connect()
    session.get("/projects/Default")
    sandbox.requests.clear()
    return session


@pytest.fixture
def api():
    return api_version("cloudbees_cd", VERSION)


@pytest.fixture
def asked(sandbox):
    """What was asked since the last look: verb, path below the prefix, and the command."""

    def asked():
        found = []
        for one in sandbox.requests:
            command = dict(one.params).get("request")
            path = one.path.removeprefix("/rest/v1.0")
            found.append(f"{one.method} {path}" + (f"?{command}" if command else ""))
        sandbox.requests.clear()
        return found

    return asked
