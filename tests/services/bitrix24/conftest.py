"""A demo portal over real HTTP, and sessions with it that do not wait."""

import pytest

from workfront_orm.core.reflection import api_version
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.bitrix24.bitrix24_service import VERSION


@pytest.fixture(scope="session")
def _demo():
    with Sandbox(service="bitrix24", data="demo") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_demo):
    """The demo portal, as new for each test."""
    _demo.reset()
    return _demo


@pytest.fixture
def connect(sandbox):
    """Make sessions with the portal; they are closed at the end."""
    made = []

    def connect(**options):
        options.setdefault("requests_per_second", None)
        options.setdefault("retrying", Retrying(base=0.01, longest=0.05))
        made.append(sandbox.session(**options))
        # Classes are shared by all sessions of a portal; the portal is as new for each test.
        made[-1].api.forget()
        return made[-1]

    yield connect
    for session in made:
        session.close()


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
