"""The test suite that python-workfront published in its wheel, run on ours under the old import name.

It runs in a process and a folder of its own, since it is a top-level package `tests`. What fails
must be what docs/python-workfront.md lists, for the reason that it gives.
"""

import json
import re
import shutil
import socket
import time
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.peer

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "python-workfront.md"

# The suite is of 2016; the latest of its libraries that both it and Python 3.11 understand.
LIBRARIES = ("testfixtures==6.18.5", "mock==5.2.0")
# It tests the examples of documentation that is not in the wheel, and skips itself then.
WITHOUT_ITS_SUBJECT = {"tests.test_docs"}
# These modules of the wheel are no part of what the suite tests here, but it imports them.
BORROWED = ("workfront/six.py", "workfront/script.py", "workfront/generate.py")
# A test of the suite listens on this port.
PORT, LISTENING = 8000, "tests.test_session.FunctionalTests.test_request"

# The exceptions that the design allows, and what the failure of a test that falls under one says.
ALLOWED = {
    "search": r"\('\$\$LIMIT', '2000'\)",
    "load": r"3 \(expected\) != 1 \(actual\)",
    "error": r"workfront\.errors\.\w+Error: |'operation': '' \(expected\)"
    r"|(\w+)\('(.+)'\) \(expected\) != \1\('\2.+'\) \(raised\)",
}


@pytest.fixture(scope="module")
def runner(peers):
    """The environment that the suite runs in: its libraries, and ours in place."""
    root = HERE.parents[1]
    return peers.environment(*LIBRARIES, python="3.11", name="published-suite", editable=root)


@pytest.fixture(scope="module")
def suite(predecessor_wheel, tmp_path_factory):
    """Unpacks the suite beside a package `workfront`: the predecessor's own, or ours under that name."""

    def unpack(own):
        folder = tmp_path_factory.mktemp("suite")
        with zipfile.ZipFile(predecessor_wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith("tests/") or own or name in BORROWED]
            archive.extractall(folder, names)
        if not own:
            versions = folder / "workfront" / "versions"
            shutil.copytree(HERE / "old_name", folder / "workfront", dirs_exist_ok=True)
            versions.mkdir()
            (versions / "__init__.py").touch()
            for name in ("v40", "unsupported"):
                text = f"import sys\nimport workfront_orm.versions.{name} as ours\nsys.modules[__name__] = ours\n"
                (versions / f"{name}.py").write_text(text)
        return folder

    return unpack


@pytest.fixture(scope="module")
def modules(predecessor_source, predecessor_wheel):
    """The names of the suite's test modules."""
    with zipfile.ZipFile(predecessor_wheel) as archive:
        names = re.findall(r"^tests/(test_\w+)\.py$", "\n".join(archive.namelist()), re.MULTILINE)
    return sorted({f"tests.{name}" for name in names} - WITHOUT_ITS_SUBJECT)


def run(runner, folder, modules):
    """What became of each test: outcome and traceback by name."""
    left_out = [] if port_is_free() else [LISTENING]
    script = HERE / "old_name" / "run_suite.py"
    done = runner.run("-W", "ignore", script, *modules, "--without", *left_out, cwd=folder)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({one["test"] for one in told}) == len(told)
    return {one["test"]: one for one in told}, len(told) + len(left_out)


def port_is_free():
    """Whether the suite can listen; another program, or another run of this test, may do so."""
    for _attempt in range(20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", PORT))
            except OSError:
                time.sleep(0.5)
            else:
                return True
    return False


def documented():
    """The tests that the documentation lists, with the exception that each falls under."""
    rows = re.findall(r"^\| `(tests\.[\w.]+)` \| (\w+) \| (.+) \|$", DOCS.read_text(), re.MULTILINE)
    assert all(len(reason) > 20 for _test, _exception, reason in rows)
    return {test: exception for test, exception, _reason in rows}


def test_the_suite_passes_on_the_predecessor_itself(runner, suite, modules):
    # Else a failure on ours would say nothing.
    told, count = run(runner, suite(own=True), modules)
    assert count == 107
    assert {name: one["why"] for name, one in told.items() if one["outcome"] != "passed"} == {}


def test_on_ours_it_fails_only_where_the_design_says_otherwise(runner, suite, modules, capsys):
    told, count = run(runner, suite(own=False), modules)
    assert count == 107
    failed = {name: one["why"] for name, one in told.items() if one["outcome"] != "passed"}
    expected = documented()
    unexpected = {name: why for name, why in failed.items() if name not in expected}
    assert not unexpected, "\n".join(f"{name}\n{why}" for name, why in unexpected.items())
    assert set(expected) == set(failed), "the documentation lists tests that pass"
    for name, exception in expected.items():
        assert re.search(ALLOWED[exception], failed[name]), f"{name} fails for another reason:\n{failed[name]}"
    with capsys.disabled():
        print(f"\npublished suite: {len(told) - len(failed)} of {count} pass, {len(failed)} listed", end=" ")  # noqa: T201


def test_its_modules_are_ours_under_the_old_name(runner, suite):
    # The adapter below the old name must not hide a predecessor that came along.
    folder = suite(own=False)
    program = (
        "import sys; sys.path.insert(0, '')\n"
        "import workfront.session, workfront.meta, workfront.get_api_key, workfront_orm\n"
        "from workfront.versions.v40 import Task\n"
        "assert workfront.Session is workfront_orm.Session is workfront.session.Session\n"
        "assert issubclass(Task, workfront_orm.Object) and workfront.meta.Object is workfront_orm.Object\n"
        "print(workfront.get_api_key.__file__)"
    )
    assert runner.run("-c", program, cwd=folder).stdout.strip().endswith("workfront_orm/get_api_key.py")
