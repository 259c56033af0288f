"""Servers over real HTTP, one with demo data and one that is empty, and sessions with them that repeat quickly."""

import pytest

from workfront_orm.core.reflection import api_version
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.cloudbees_cd.cloudbees_cd_service import VERSION
from workfront_orm.testing import sandbox_fixtures


@pytest.fixture(scope="session")
def server():
    with Sandbox(service="cloudbees_cd", data="demo", step_seconds=0.05) as sandbox:
        yield sandbox


sandbox, connect = sandbox_fixtures()


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
