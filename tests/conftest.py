"""What tests of every part share."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def peers():
    """The module tests/peers.py; where a peer cannot be had, the test that asked for it is skipped."""
    spec = importlib.util.spec_from_file_location("peers", Path(__file__).with_name("peers.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("environment", "wheel"):
        setattr(module, name, _skipping(getattr(module, name), module.PeerUnavailableError))
    return module


def _skipping(function, unavailable):
    def ask(*arguments, **options):
        try:
            return function(*arguments, **options)
        except unavailable as error:
            pytest.skip(str(error))

    return ask
