"""What tests of every part share."""

import importlib.util
from pathlib import Path

import hypothesis
import pytest
import responses

# A package of its own, whose tests run where it is installed (`systems/test_library.py`).
collect_ignore = ["library_system"]

# A busy machine is no failure; what failed is shown in full, so nothing needs to be kept in a folder.
hypothesis.settings.register_profile(
    "here", deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("here")


def pytest_configure(config):
    _load("canary").install(config)


@pytest.fixture(scope="session")
def peers():
    """The module tests/peers.py; where a peer cannot be had, the test that asked for it is skipped."""
    module = _load("peers")
    for name in ("environment", "wheel", "sdist"):
        setattr(module, name, _skipping(getattr(module, name), module.PeerUnavailableError))
    return module


@pytest.fixture
def canned():
    """A canned Workfront (tests/canned.py): nothing leaves the process."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        server = _load("canned").Canned(mock)
        yield server
        for session in server.sessions:
            session.close()


@pytest.fixture
def session(canned):
    """A session with the canned Workfront, v22.0."""
    return canned.session()


@pytest.fixture(scope="session")
def api():
    """The classes of Workfront v22.0."""
    from workfront_orm.core.reflection import api_version

    return api_version("workfront", "v22.0")


def _load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _skipping(function, unavailable):
    def ask(*arguments, **options):
        try:
            return function(*arguments, **options)
        except unavailable as error:
            pytest.skip(str(error))

    return ask
