"""SECURITY.md: what it says is so."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
TABLE = PAGE[PAGE.index("## What hostile input gets") : PAGE.index("## What is not protected")]
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| what comes")]


def functions(path):
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("row", ROWS)
def test_each_row_names_tests_that_exist(row):
    cells = row.strip("|").split(" | ")
    assert len(cells) == 3
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[2])
    assert named
    for path, name in named:
        assert name in functions(ROOT / path), f"{path}::{name}"


def test_each_test_of_hostile_input_has_a_row():
    """The table is the list: a test of hostile input that it lacks is one that nobody finds."""
    for path in sorted((ROOT / "tests" / "trust").glob("test_hostile*.py")):
        missing = {name for name in functions(path) if name.startswith("test_") and f"{path.name}::{name}" not in TABLE}
        assert not missing, path.name


def test_the_page_is_linked():
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(../SECURITY.md)" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def test_bandit_runs_with_lint_and_its_exceptions_say_why():
    assert "/bandit " in (ROOT / "Makefile").read_text(encoding="utf-8")
    skips = tomllib.loads(PYPROJECT)["tool"]["bandit"]["skips"]
    explained = re.findall(r'^    "(B\d+)", # \S.{10,}$', PYPROJECT, re.MULTILINE)
    assert explained == skips
    for path in (ROOT / "workfront_orm").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "# nosec" in line:
                assert re.search(r"# noqa: S\d+ - \S.*# nosec B\d+$", line), f"{path.name}: {line}"


def test_what_the_page_says_of_the_source():
    assert (ROOT / "tests" / "canary.py").exists()
    assert (ROOT / "workfront_orm" / "core" / "redaction.py").exists()
    assert "canary" in (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
