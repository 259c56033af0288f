"""A sixth system, in a package of its own (`tests/library_system`): installed, found, and tested as its author would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tests" / "library_system"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of a process that has the package installed, without a download."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": str(folder)}


def run(installed, *arguments, cwd=ROOT):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, check=False, env=installed, cwd=cwd
    )


def test_its_tests_pass_those_that_come_for_free_too(installed, tmp_path):
    done = run(installed, "-m", "pytest", "-p", "no:cacheprovider", str(PACKAGE / "test_library.py"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    assert "failed" not in done.stdout
    assert "skipped" not in done.stdout


def test_it_is_found_by_its_entry_points(installed):
    code = (
        "from workfront_orm.core.service import services, find_service\n"
        "from workfront_orm.sandbox import Sandbox\n"
        "from workfront_orm.core import metadata\n"
        "assert 'library' in services()\n"
        "with Sandbox(service='library') as sandbox, sandbox.session() as books:\n"
        "    print(len(books.search(books.api.Book)), metadata.versions('library'))\n"
    )
    done = run(installed, "-c", code)
    assert (done.stdout, done.stderr) == ("12 ['v1']\n", "")


def test_the_command_line_serves_it(installed):
    done = run(installed, "-m", "workfront_orm.cli", "describe", "Book", "--service", "library", "--version", "v1")
    assert done.returncode == 0, done.stderr
    assert "written_by" in done.stdout


def test_nothing_in_the_package_names_it():
    assert not [path for path in (ROOT / "workfront_orm").rglob("*.py") if "library_system" in path.read_text()]


def test_the_page_shows_the_files_as_they_are():
    page = (ROOT / "docs" / "add-a-system.md").read_text()
    shown = re.findall(r"^`([\w/.]+)`:\n\n(?:<!--[^\n]*-->\n\n)?```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert {name for name, _code in shown} == {
        "pyproject.toml",
        "library_system/metadata/library/v1.json",
        "library_system/__init__.py",
        "library_system/classes.py",
        "library_system/library_service.py",
        "library_system/session.py",
        "library_system/sandbox.py",
        "test_library.py",
    }
    for name, code in shown:
        assert code == (PACKAGE / name).read_text(), name
