"""pytest plug-in with the fixture `workfront_sandbox`: a Workfront to test against, without a tenant.

    def test_export(workfront_sandbox):
        session = workfront_sandbox.session(api_version="v22.0")
        ...

One server with the demo data serves the whole test run. Each test gets it as new: data, clock, faults and request log are
brought back to the start before the test, which takes milliseconds. A test that needs other data starts a
`workfront_orm.sandbox.Sandbox` of its own.

pytest loads this module in every run, so it imports the sandbox only when the fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workfront_orm.sandbox import Sandbox


@pytest.fixture(scope="session")
def _workfront_sandbox_server() -> Iterator[Sandbox]:
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="workfront", data="demo") as sandbox:
        yield sandbox


@pytest.fixture
def workfront_sandbox(_workfront_sandbox_server: Sandbox) -> Sandbox:
    """A Workfront sandbox with the demo data, as new for each test.

    Yields a `workfront_orm.sandbox.Sandbox`: `session()`, `url`, `url_template`, `api_key`, `username`, `password`,
    `requests`, `clock`, `faults`.
    """
    _workfront_sandbox_server.reset()
    return _workfront_sandbox_server
