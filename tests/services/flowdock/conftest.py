"""A Flowdock over real HTTP, and sessions with it that do not wait."""

import pytest

from workfront_orm.core.reflection import api_version
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.flowdock.flowdock_service import VERSION
from workfront_orm.testing import sandbox_fixtures


@pytest.fixture(scope="session")
def server():
    with Sandbox(service="flowdock", data="empty", keep_alive=0.2) as sandbox:
        yield sandbox


sandbox, connect = sandbox_fixtures()


@pytest.fixture
def session(connect):
    """User 2, an administrator."""
    return connect()


@pytest.fixture
def hubot(connect, sandbox):
    """User 42."""
    return connect(api_token=sandbox.other_token)


@pytest.fixture
def integration(connect, sandbox):
    """Who has a flow token, and no user."""
    return connect(flow_token=sandbox.flow_token)


@pytest.fixture
def flow(session, sandbox):
    """The flow main; the log is empty, so that a test counts its own requests."""
    flow = session.load(session.api.Flow, "acme/main")
    sandbox.requests.clear()
    return flow


@pytest.fixture
def api():
    """The classes."""
    return api_version("flowdock", VERSION)
