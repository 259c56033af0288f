"""The pytest plug-in, in a pytest of its own as a user would run it."""

import subprocess
import sys
import textwrap


def run(tmp_path, program, *options):
    file = tmp_path / "test_users.py"
    file.write_text(textwrap.dedent(program))
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)


def test_each_test_gets_it_as_new(tmp_path):
    found = run(
        tmp_path,
        """
        import pytest

        PIDS = set()

        @pytest.mark.parametrize("turn", range(3))
        def test_leaves_something_behind(workfront_sandbox, turn):
            session = workfront_sandbox.session(api_version="v22.0")
            api = session.api
            assert session.search(api.Project, name="left behind") == []
            project = api.Project(session, name="left behind")
            project.save()
            assert [p.id for p in session.search(api.Project, name="left behind")] == [project.id]
            assert workfront_sandbox.requests[0].method == "GET"
            workfront_sandbox.faults = 0.5
            PIDS.add(workfront_sandbox.pid)
            assert len(PIDS) == 1
            session.close()
        """,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "3 passed" in found.stdout


def test_costs_nothing_when_it_is_not_used(tmp_path):
    found = run(
        tmp_path,
        """
        import sys

        def test_imports():
            assert "workfront_orm.sandbox.pytest_plugin" in sys.modules
            heavy = {"starlette", "uvicorn", "requests", "sqlite3", "workfront_orm.core", "workfront_orm.sandbox.process"}
            assert not heavy & set(sys.modules)
        """,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_is_documented(tmp_path):
    found = run(tmp_path, "", "--fixtures")
    assert "workfront_sandbox" in found.stdout
    assert "as new for each test" in found.stdout
