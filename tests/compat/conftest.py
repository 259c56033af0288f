"""The predecessor's wheel, read without importing it."""

import zipfile

import pytest

PREDECESSOR = "python-workfront==0.8.0"


@pytest.fixture(scope="session")
def predecessor_wheel(peers):
    """The predecessor's wheel as a file."""
    return peers.wheel(PREDECESSOR)


@pytest.fixture(scope="session")
def predecessor_source(predecessor_wheel):
    """Reads a file of the predecessor's wheel as text."""

    def read(name):
        with zipfile.ZipFile(predecessor_wheel) as archive:
            return archive.read(name).decode("utf-8")

    return read


@pytest.fixture(scope="session")
def predecessor(peers):
    """The predecessor in an environment of its own; it runs on Python 3.11 only."""
    return peers.environment(PREDECESSOR, python="3.11")
