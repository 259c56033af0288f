"""The house itself: what ships, what it is called, and that exceptions from the rules say why."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import workfront_orm
from workfront_orm.core import metadata

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(PYPROJECT)
PACKAGE = ROOT / "workfront_orm"
MEGABYTE = 1_000_000


# --- what ships ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_is_small_and_has_the_licence_the_types_and_the_metadata(wheel):
    assert wheel.stat().st_size < 2.6 * MEGABYTE
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = next(name for name in names if name.endswith(".dist-info/METADATA"))
        about = archive.read(info).decode()
        licence = archive.read(next(name for name in names if name.endswith("licenses/LICENSE"))).decode()
    assert licence == (ROOT / "LICENSE").read_text()
    assert "License-Expression: MIT" in about
    assert "Requires-Python: >=3.11" in about
    assert "# workfront_orm" in about, "the README is the long description"
    assert "workfront_orm/py.typed" in names
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"workfront_orm", info.partition("/")[0]}, "nothing but the package, no tests"


def test_every_metadata_file_and_every_module_ships(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    shipped = tmp_path / "workfront_orm" / "metadata"
    systems = {path.parent.name for path in (ROOT / "metadata").glob("*/*.json")}
    assert {path.name for path in shipped.iterdir() if path.is_dir()} == systems
    for system in systems:
        versions = metadata.versions(system, [ROOT / "metadata"])
        assert metadata.versions(system, [shipped]) == versions
        for known in versions:
            # Woven or not, it reads as the file does.
            own = metadata.find(system, known, ROOT / "metadata")
            assert metadata.find(system, known, shipped)._read() == own._read()
    assert "workfront_orm/metadata/schema.json" in names
    tracked = subprocess.run(
        ["git", "ls-files", "workfront_orm"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert {name for name in tracked if (ROOT / name).exists()} <= names


def test_the_wheel_serves_a_program_that_has_no_clone(wheel, tmp_path):
    # From the archive itself: no file of this repository is on the path.
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import workfront_orm; assert workfront_orm.__file__.startswith(sys.argv[1])\n"
        "from workfront_orm.versions.v220 import Task\n"
        "from workfront_orm.core import metadata\n"
        "assert metadata.find('workfront', 'v22.0').path.startswith(sys.argv[1])\n"
        "print(Task.status.workfront_name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("status\n", "")


# --- what it is called ----------------------------------------------------------------------


def test_the_version_is_the_same_everywhere():
    assert workfront_orm.__version__ == PROJECT["project"]["version"] == version("workfront_orm")
    changelog = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert headings[0] in {"Unreleased", workfront_orm.__version__}
    assert len(headings) == len(set(headings))


def test_what_is_registered_can_be_loaded():
    points = [
        point
        for group in ("console_scripts", "workfront_orm.services", "workfront_orm.sandboxes", "pytest11")
        for point in entry_points(group=group)
        if point.value.startswith("workfront_orm")
    ]
    assert {point.name for point in points} >= {"workfront-orm", "workfront", "workfront_orm"}
    for point in points:
        assert point.load() is not None


# --- what `import workfront_orm` costs ------------------------------------------------------------


def test_the_import_brings_no_library():
    code = "import sys; before = set(sys.modules); import workfront_orm; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert set(done.stdout.split()) == {"workfront_orm"}


def test_one_class_brings_neither_requests_nor_jsonschema():
    code = "import sys; from workfront_orm.versions.v220 import Task; Task.status; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.split())
    assert "workfront_orm.core.objects" in loaded
    assert not loaded & {"requests", "jsonschema", "attr", "urllib3", "click", "rich", "starlette", "logging"}


# --- the rules and their exceptions ---------------------------------------------------------------


def test_every_lint_rule_that_is_set_aside_says_why():
    section = PYPROJECT[PYPROJECT.index("[tool.ruff.lint]") : PYPROJECT.index("[tool.ruff.lint.pydocstyle]")]
    lint = PROJECT["tool"]["ruff"]["lint"]
    rules = [*lint["ignore"], *(rule for rules in lint["per-file-ignores"].values() for rule in rules)]
    explained = re.findall(r'^    "([A-Z]+\d*)", +# \S.{10,}$', section, re.MULTILINE)
    assert sorted(explained) == sorted(rules)
    assert lint["select"] == ["ALL"]


def test_types_are_strict_without_exempt_modules():
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert "overrides" not in PROJECT["tool"]["mypy"]


def test_warnings_fail_the_tests():
    assert PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]


def test_what_silences_a_checker_names_the_rule():
    # For noqa, the reason stands behind the rule; mypy's names of errors are reasons themselves.
    bare = re.compile(r"#\s*(noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)*)|type: ignore(?!\[[\w\-, ]+\]))")
    found = [f"{name}:{number}: {line}" for name, number, line in source_lines() if bare.search(line)]
    assert not found, "\n".join(found)


def test_nothing_is_left_to_do_in_the_source():
    words = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError\(\)")
    found = [f"{name}:{number}: {line}" for name, number, line in source_lines() if words.search(line)]
    assert not found, "\n".join(found)


def test_pages_that_the_source_names_exist():
    named = {page for _name, _number, line in source_lines() for page in re.findall(r"docs/[\w-]+\.md", line)}
    assert named
    assert not [page for page in named if not (ROOT / page).exists()]


def source_lines():
    for path in PACKAGE.rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            yield path.relative_to(ROOT), number, line.strip()


# --- who may know whom -----------------------------------------------------------------------------


def imports(path):
    """The modules of this package that a module imports, with full names."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("workfront_orm"))
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            if module.startswith("workfront_orm"):
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    ("part", "may_know"),
    [
        ("core", ("core",)),
        ("services", ("core", "services")),
        ("sandbox", ("sandbox",)),
    ],
)
def test_dependencies_point_one_way(part, may_know):
    # A sandbox reads metadata files, and makes a session where the user asks for one.
    metadata_doors = ("workfront_orm.core.metadata", "workfront_orm.core.specs")
    doors = {"sandbox": (*metadata_doors, "workfront_orm.session")}.get(part, ())
    allowed = tuple(f"workfront_orm.{name}" for name in may_know) + doors
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (PACKAGE / part).rglob("*.py")
        for name in imports(path)
        if not (name == "workfront_orm.core" and doors) and name != "workfront_orm" and not name.startswith(allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_core_names_no_system():
    # `workfront_name` is the predecessor's word for the name on the wire, and part of the public surface.
    systems = re.compile(r"bitrix|cloudbees|blizwork|flowdock|attask|workfront(?!_orm|_name)", re.IGNORECASE)
    found = [
        f"{name}:{number}: {line}"
        for name, number, line in source_lines()
        if name.parts[1] == "core" and systems.search(line)
    ]
    assert not found, "\n".join(found)


def test_the_page_on_the_architecture_says_what_every_module_of_core_knows():
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = page[page.index("## What each module of core knows") :].partition("\n## ")[0]
    named = [name for row in re.findall(r"^\| (`.+?`) \|", rows, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(path.stem for path in (PACKAGE / "core").glob("*.py") if path.stem != "__init__")


def test_a_system_is_known_to_its_own_folders_only():
    systems = {path.name for path in (PACKAGE / "services").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert "workfront" in systems
    for system in systems:
        for part in ("services", "sandbox"):
            for other in systems - {system}:
                for path in (PACKAGE / part / other).rglob("*.py"):
                    assert f"workfront_orm.{part}.{system}" not in set(imports(path)), path


# --- Makefile and CI -------------------------------------------------------------------------------


def test_ci_runs_what_the_readme_says():
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert run.read_text().rstrip().splitlines()[-1] == "make test"


def test_every_make_target_says_what_it_does():
    # Tests may run below make themselves, which would name the folders that it enters.
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    listed = dict(line.split("\t") for line in done.stdout.splitlines())
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert list(listed) == targets
    assert all(listed.values())
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert phony == targets


def test_a_second_call_of_make_sets_nothing_up(tmp_path):
    # With a stamp that is newer than what it depends on, only the command itself is left to do.
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".stamp").touch()
    done = subprocess.run(["make", "-n", "test"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert "pip" not in done.stdout
    assert "pytest" in done.stdout


def test_an_old_python_is_refused_by_name(tmp_path):
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tmp_path / "pyproject.toml").touch()
    old = tmp_path / "python3"
    # Runs the check as a Python 3.10 would.
    old.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); sys.version = \'3.10.1 (x)\'; exec(sys.argv[1])" "$2"\n'
    )
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "venv", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "workfront_orm needs Python 3.11 or newer, this is 3.10.1" in done.stderr
    assert not (tmp_path / ".venv").exists()
