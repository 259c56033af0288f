"""The stubs say what the classes are: generated, equal to them, understood by both type checkers."""

import ast
import importlib.util
import inspect
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from workfront_orm.core import metadata
from workfront_orm.core.fields import Field
from workfront_orm.core.reflection import api_version
from workfront_orm.core.relations import Collection, Reference
from workfront_orm.core.standins import stands_in
from workfront_orm.core.stubs import module_stub
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.workfront import stubs
from workfront_orm.session import Session

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workfront_orm"
TYPING = ROOT / "tests" / "typing"
SAMPLE = TYPING / "sample.py"
VERSIONS = metadata.versions("workfront", metadata.packaged_folders())

# What people get wrong, planted in the sample: the line as it is, as it should not be, and what it must be told.
MISTAKES = {
    "a field that does not exist": ("task.priority = 4", "task.prority = 4"),
    "text for a number": ("issue.priority = 2", 'issue.priority = "high"'),
    "an object of another class": ("issue.assigned_to_id = person", "issue.assigned_to_id = issue"),
    "text for a moment": (
        "project.planned_start_date = datetime.now(UTC) + WEEK",
        'project.planned_start_date = "soon"',
    ),
    "a reference that is assigned": ("second.project_id = project", "second.project = project"),
    "None left out": (
        "owner = project.owner.name if project.owner is not None else None",
        "owner = project.owner.name",
    ),
    "a number compared with text": ("Task.percent_complete < 100)", 'Task.percent_complete < "100")'),
    "a class that does not exist": ("session.search(session.api.User,", "session.search(session.api.Usr,"),
    "a mistyped step of a path": ("Task.project.owner.name,", "Task.project.onwer.name,"),
    "an argument that does not exist": (
        'task.add_comment(f"Moved by {by.days} days.")',
        'task.add_comment(comment=f"Moved by {by.days} days.")',
    ),
}


# --- they are what the metadata says ------------------------------------------------------


def test_the_committed_stubs_are_what_the_generator_makes():
    stale = [name for name, text in stubs.package_stubs().items() if (PACKAGE / name).read_text() != text]
    assert not stale, "write them again: python -m workfront_orm.services.workfront.stubs"


def test_every_version_has_a_module_and_a_stub():
    modules = {path.stem for path in (PACKAGE / "versions").glob("*.py")} - {"__init__"}
    assert modules == {path.stem for path in (PACKAGE / "versions").glob("*.pyi")}
    assert modules == {stubs.module_name(version) for version in VERSIONS}
    assert len(modules) == 19


@pytest.mark.parametrize("version", ["v4.0", "v14.0", "v22.0", "unsupported"])
def test_a_stub_has_the_members_of_its_classes_and_no_others(version):
    tree = ast.parse((PACKAGE / "versions" / f"{stubs.module_name(version)}.pyi").read_text())
    written = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    api = api_version("workfront", version)
    names = set(api._names())
    assert {name for name in written if not name.startswith("_")} == names | {"API"}
    assert set(annotated(written["API"])) == names
    for name in names:
        cls = getattr(api, name)
        kinds = {"Key": Field, "Reference": Reference, "Collection": Collection}
        declared = annotated(written[f"_MembersOf{name}"])
        assert set(declared) - {"id"} == set(cls._members)
        for member, annotation in declared.items():
            kind = kinds.get(ast.unparse(annotation).removeprefix("_typed.").partition("[")[0], Field)
            assert type(vars(cls)[member]) is kind or (member == "id" and isinstance(cls.id, kind))
            if kind is not Field and cls._members[member].spec.target in api.source.read_all():
                target = api.by_code[cls._members[member].spec.target].__name__
                assert ast.unparse(annotation).endswith(f"[{target}, _PathTo{target}]")
        methods = {node.name: node for node in written[name].body if isinstance(node, ast.FunctionDef)}
        own = {
            key for key in vars(cls) if key[0] != "_" and key not in {*cls._members, "id"} and not stands_in(cls, key)
        }
        assert set(methods) == own - {"code", "field_names"}
        for method, node in methods.items():
            if "property" not in map(ast.unparse, node.decorator_list):
                assert parameters(node) == list(inspect.signature(vars_function(cls, method)).parameters)


def annotated(node):
    """Annotated names of a class, with their annotations."""
    return {line.target.id: line.annotation for line in node.body if isinstance(line, ast.AnnAssign)}


def parameters(node):
    arguments = node.args
    found = [*arguments.args, *([arguments.vararg] if arguments.vararg else []), *arguments.kwonlyargs]
    return [argument.arg for argument in [*found, *([arguments.kwarg] if arguments.kwarg else [])]]


def vars_function(cls, name):
    getattr(cls, name)  # methods are made when they are first looked up
    found = vars(cls)[name]
    return getattr(found, "__func__", found)


def test_docstrings_say_what_the_metadata_says():
    text = (PACKAGE / "versions" / "v220.pyi").read_text()
    status = re.search(r'class _MembersOfTask:.*?    status: _typed.Code\n    """(.*?)"""', text, re.DOTALL)[1]
    assert status == (
        "``status``, string. Values: NEW New, INP In Progress, CPL Complete, CPA Complete - Pending Approval, "
        "CPI Complete - Pending Issues, or of the tenant. Since v4.0. Documented."
    )
    assert '"""``commitDate``, dateTime. Since v4.0. Inferred."""' in text
    assert '"""``accessorIDs``, string[]. Since unknown (unsupported). Documented."""' in text
    assert '"""``move``. Since v4.0. Documented."""' in text
    assert '"""``ID``' not in text, "the id is the same everywhere"
    counts = Counter(re.findall(r"(Documented|Inferred)\.", text))
    assert counts["Inferred"] > 3000
    assert counts["Documented"] > 1000


def test_stubs_of_versions_that_are_switched_off_say_it_too():
    text = (PACKAGE / "versions" / "v140.pyi").read_text()
    assert '"""``commitDate``, dateTime. Since v4.0. Inferred."""' in text
    assert len(re.findall(r"(Documented|Inferred)\.", text)) > 4000


def test_help_says_what_the_metadata_says():
    task = api_version("workfront", "v14.0").Task
    lines = task.status.__doc__.splitlines()
    assert lines[0] == ":class:`~workfront_orm.meta.Field` for ``status``"
    assert "Type: ``string``." in lines
    assert lines[-3:] == ["Known since v4.0.", "Documented.", "The values are those of a later version."]
    assert any(line.startswith("Values: ``NEW`` (New), ") and line.endswith("add their own.") for line in lines)
    assert "Read-only." in task.id.__doc__
    assert "Inferred, not documented (restored)." in task.id.__doc__
    assert "Holds the id of the reference ``project``." in task.project_id.__doc__
    assert "Leads to ``PROJ``." in task.project.__doc__
    assert "Since when is not known (source: unsupported)." in task.accessor_ids.__doc__
    assert task.__doc__.startswith("``TASK`` of workfront v14.0.\n\nOperations: add, ")
    assert "Known since v4.0." in task.__doc__
    assert task.move.__doc__.startswith("The ``move`` action.\n\n:param project_id: projectID (type: ``string``)")
    assert "Known since v4.0." in task.move.__doc__


def test_no_stub_of_classes_made_by_hand():
    from workfront_orm.core.reflection import APIVersion

    with pytest.raises(TypeError, match="made by hand"):
        module_stub(APIVersion("v1"))


def test_sessions_of_a_version_can_be_named_in_annotations():
    from workfront_orm.versions import v220

    assert Session[v220.API].__origin__ is Session
    assert isinstance(v220.api, v220.API)


# --- type checkers --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files to check: both as they are, and the sample with all mistakes at once."""
    folder = tmp_path_factory.mktemp("typing")
    text = SAMPLE.read_text()
    for right, wrong in MISTAKES.values():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    (folder / "mistaken.py").write_text(text)
    for path in (SAMPLE, TYPING / "members.py"):
        (folder / path.name).write_text(path.read_text())
    return folder


@pytest.fixture(scope="module")
def mypy(folder):
    """Errors of mypy by file: line numbers with messages."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", "--no-pretty"]
    command += ["--cache-dir", str(folder / "cache"), "sample.py", "members.py", "mistaken.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert not done.stderr, done.stderr
    found = {}
    for line in done.stdout.splitlines():
        name, number, kind, message = line.split(":", 3)
        if kind.strip() == "error":
            found.setdefault(name, []).append((int(number), message.strip()))
    return found


@pytest.fixture(scope="module")
def pyright(folder):
    """Errors and warnings of pyright by file: line numbers with messages."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    command += ["sample.py", "members.py", "mistaken.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 3
    found = {}
    for entry in report["generalDiagnostics"]:
        place = (entry["range"]["start"]["line"] + 1, entry["message"])
        found.setdefault(Path(entry["file"]).name, []).append(place)
    return found


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("name", ["sample.py", "members.py"])
def test_a_script_without_mistakes_has_none(checker, name, request):
    assert request.getfixturevalue(checker).get(name, []) == []
    assert len(SAMPLE.read_text().splitlines()) >= 200


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_flagged(checker, mistake, folder, request):
    found = {line for line, _message in request.getfixturevalue(checker)["mistaken.py"]}
    assert lines_of(folder, MISTAKES[mistake][1]) & found, mistake


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_nothing_but_the_mistakes_is_flagged(checker, folder, request):
    planted = set().union(*(lines_of(folder, wrong) for _right, wrong in MISTAKES.values()))
    # A condition that is none makes the where() around it wrong as well.
    around = {line - 1 for line in planted} | planted
    assert {line for line, _message in request.getfixturevalue(checker)["mistaken.py"]} <= around


def lines_of(folder, text):
    lines = (folder / "mistaken.py").read_text().splitlines()
    found = {number for number, line in enumerate(lines, start=1) if text in line}
    assert len(found) == 1, text
    return found


def test_stubtest_finds_no_difference(tmp_path):
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n")
    # To a type checker `api` has one attribute a class; at run time it makes them when asked.
    allowed = [r"workfront_orm\.versions\.\w+\.api"]
    # What stands in for a name that a class does not have is no member.
    for api in (api_version("workfront", version) for version in ("v4.0", "v22.0", "unsupported")):
        for cls in (getattr(api, name) for name in api._names()):
            place = re.escape(f"{cls.__module__}.{cls.__qualname__}.")
            allowed += [place + name for name in vars(cls) if stands_in(cls, name)]
    (tmp_path / "allowed").write_text("\n".join(allowed) + "\n")
    modules = ["workfront_orm.session", *(f"workfront_orm.versions.{name}" for name in ("v40", "v220", "unsupported"))]
    command = [sys.executable, "-m", "mypy.stubtest", "--concise", "--mypy-config-file", "mypy.ini"]
    command += ["--allowlist", "allowed", *modules]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


# --- and at run time ------------------------------------------------------------------------


def test_the_sample_does_what_its_types_say(capsys):
    spec = importlib.util.spec_from_file_location("sample", SAMPLE)
    sample = importlib.util.module_from_spec(spec)
    sys.modules["sample"] = sample  # its dataclass looks there
    try:
        spec.loader.exec_module(sample)
        with Sandbox(data="demo") as sandbox, sandbox.session(api_version="v22.0") as session:
            rows = sample.main(session, sandbox.clock)
            follow_up = session.search(session.api.Project, ["tasks:plannedCompletionDate"], name="Follow-up")
    finally:
        del sys.modules["sample"]
    assert rows
    assert all(row.overdue.total_seconds() > 0 and 0 <= row.percent <= 100 for row in rows)
    assert [type(task.planned_completion_date) for task in follow_up[0].tasks] == [datetime, datetime]
    assert "Follow-up" in capsys.readouterr().out
