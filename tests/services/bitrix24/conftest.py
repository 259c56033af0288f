"""A demo portal over real HTTP, and sessions with it that do not wait."""

import pytest

from workfront_orm.core.reflection import api_version
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.bitrix24.bitrix24_service import VERSION
from workfront_orm.testing import sandbox_fixtures


@pytest.fixture(scope="session")
def server():
    with Sandbox(service="bitrix24", data="demo") as sandbox:
        yield sandbox


# Classes are shared by all sessions of a portal; the portal is as new for each test.
sandbox, connect = sandbox_fixtures(lambda session: session.api.forget(), requests_per_second=None)


@pytest.fixture
def session(connect, sandbox):
    """A session that knows its classes; the log is empty, so that a test counts its own requests."""
    session = connect()
    for name in ("Contact", "Company", "Deal", "Lead", "Task", "Requisite", "Item128"):
        getattr(session.api, name)
    sandbox.requests.clear()
    return session


@pytest.fixture
def api():
    """The classes of the documentation, without a portal."""
    return api_version("bitrix24", VERSION)
