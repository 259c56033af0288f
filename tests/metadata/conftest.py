"""Where the files, the converter and the facts are."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts" / "workfront"
FILES = ROOT / "metadata" / "workfront"


@pytest.fixture(scope="session")
def facts():
    """The folder of the facts; CI has it beside the repository, a user has not."""
    if not (FACTS / "enums.json").is_file():
        pytest.skip(f"the facts about the API are not in {FACTS}")
    return FACTS


@pytest.fixture(scope="session")
def converter():
    """The module metadata/convert_workfront.py, imported as it runs: from its own folder."""
    sys.path.insert(0, str(ROOT / "metadata"))
    try:
        yield importlib.import_module("convert_workfront")
    finally:
        sys.path.remove(str(ROOT / "metadata"))


@pytest.fixture(scope="session")
def made(facts, converter):
    """Everything that one run of the converter makes."""
    return converter.convert(facts, converter.workfront_facts.read(converter.OVERLAY))


@pytest.fixture(scope="session")
def files():
    """The folder of the committed files."""
    return FILES
