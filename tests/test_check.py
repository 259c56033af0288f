"""Scripts that shall move to another version: every planted use is found, nothing else is named."""

import json
import re
import tarfile
from pathlib import Path
from textwrap import dedent

import pytest

from workfront_orm.check import check_file, check_source
from workfront_orm.cli import main
from workfront_orm.core import metadata_writer
from workfront_orm.core.metadata import MetadataNotFoundError

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "tests" / "check"
_PLANTED = re.compile(r"# (gone|changed): (.+)$")


def planted(path):
    """What the comments of a script say: line, kind and name of each use."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = _PLANTED.search(line)
        for name in match[2].split(", ") if match else ():
            yield number, match[1], name


def found(source, to="v22.0", **options):
    """Findings of a script in short: line, kind and name of each."""
    return [(one.line, one.kind, one.name) for one in check_source(source, to, **options)]


# --- planted scripts and clean ones ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["old_style.py", "new_style.py"])
def test_every_planted_use_is_found_and_nothing_else(name):
    path = SCRIPTS / name
    findings = check_file(path, "v22.0")
    assert sorted((one.line, one.kind, one.name) for one in findings) == sorted(planted(path))
    assert len(findings) >= 17
    lines = path.read_text().splitlines()
    for one in findings:
        # The place is that of the name, or of what is called or written there.
        assert one.path == str(path)
        assert 1 <= one.column <= len(lines[one.line - 1])


def test_nothing_is_said_of_a_clean_script():
    assert check_file(SCRIPTS / "clean.py", "v22.0") == []


@pytest.mark.parametrize("version", ["v20.0", "v21.0", "v22.0"])
def test_nothing_is_said_of_the_sample(version):
    assert check_file(ROOT / "tests" / "typing" / "sample.py", version) == []


def test_nothing_is_said_of_our_own_pages():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = [
        block
        for page in pages
        for block in re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    ]
    assert len(blocks) > 5
    for block in blocks:
        assert check_source(block, "v21.0", from_="v22.0") == []


@pytest.mark.peer
def test_nothing_is_said_of_the_predecessors_documentation(peers, tmp_path):
    archive = peers.sdist("python-workfront==0.8.0")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    pages = sorted(tmp_path.rglob("docs/*.rst"))
    examples = {}
    for page in pages:
        text = page.read_text()
        lines = re.findall(r"^(?:>>>|\.\.\.) ?(.*)$", text, re.MULTILINE)
        blocks = re.findall(r"^\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", text, re.MULTILINE)
        if lines or blocks:
            examples[page.name] = "\n".join([*lines, *map(dedent, blocks)])
    assert set(examples) == {"index.rst", "use.rst"}
    for text in examples.values():
        assert check_source(text, "v22.0") == []
    # And that is no silence of a script that is not understood: with what is gone put in, it is named.
    spoiled = examples["use.rst"].replace("resolvables", "reserved_time")
    assert {name for _line, _kind, name in found(spoiled)} == {"Task.reserved_time"}


# --- what is followed ---------------------------------------------------------------------------------

HEAD = "from workfront import Session\nsession = Session('acme', api_version='v4.0')\napi = session.api\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("session.load(api.Task, 'x').master_task_id", ["Task.master_task_id"]),
        ("session.load(api.Task, ['x'])[0].master_task_id", ["Task.master_task_id"]),
        ("task = next(iter(session.search(api.Task)))\ntask.masterTaskID", []),
        ("task = max(session.search(api.Task), key=lambda t: t.work)\ntask.master_task_id", ["Task.master_task_id"]),
        ("a, b = session.search(api.Task), api.User\nprint(a[1].master_task_id, b.roles)", ["Task.master_task_id", "User.roles"]),
        ("(task,) = session.search(api.Task)\ntask.reserved_time", ["Task.reserved_time"]),
        ("tasks = session.search(api.Task)\nprint([t.reserved_time for t in tasks[1:] if t.master_task_id])", ["Task.master_task_id", "Task.reserved_time"]),
        ("while (task := session.load(api.Task, 'x')):\n    task.reserved_time", ["Task.reserved_time"]),
        ("for i, t in enumerate(reversed(session.search(api.Task))):\n    t.reserved_time", ["Task.reserved_time"]),
        ("for a, b in zip(session.search(api.Task), session.search(api.User)):\n    b.roles", ["User.roles"]),
        ("for p in session.search(api.Project):\n    for t in p.tasks:\n        t.assigned_to.roles", ["User.roles"]),
        ("tasks = []\nfor t in session.search(api.Task):\n    tasks.append(t)\ntasks[0].reserved_time", ["Task.reserved_time"]),
        ("found = {}\nfor t in session.search(api.Task):\n    found[t.id] = t\nfor k, t in found.items():\n    t.reserved_time", ["Task.reserved_time"]),
        ("found = {}\nfor t in session.search(api.Task):\n    found.setdefault(t.name, []).append(t)\n", []),
        ("try:\n    t = session.load(api.Task, 'x')\nexcept KeyError:\n    t = None\nt.reserved_time", ["Task.reserved_time"]),
        ("t = session.load(api.Task, 'x')\nt = 'text'\nt.reserved_time", []),
        ("if session:\n    t = session.load(api.Task, 'x')\nelse:\n    t = api.User(session)\nt.roles", ["User.roles"]),
        ("def f():\n    return session.load(api.Task, 'x')\nf().reserved_time", ["Task.reserved_time"]),
        ("def f():\n    yield from session.search(api.Task)\nfor t in f():\n    t.reserved_time", ["Task.reserved_time"]),
        ("def f(x):\n    x.reserved_time\ndef g(y):\n    f(y)\ng(session.load(api.Task, 'x'))", ["Task.reserved_time"]),
        ("def f(x, *, y=None):\n    y.reserved_time\nf(1, y=api.Task(session))", ["Task.reserved_time"]),
        ("def f(task):\n    return task.reserved_time", ["Task.reserved_time"]),
        ("def f(session, api):\n    return api.Task.reserved_time", ["Task.reserved_time"]),
        ("def f(task: str):\n    return task.reserved_time", []),
        ("f = lambda task: task.name\nlist(map(lambda t: t.reserved_time, session.search(api.Task)))", ["Task.reserved_time"]),
        ("Task = api.Task\nTask.reserved_time.task.name", ["ReservedTime.task", "Task.reserved_time"]),
        ("class Mine(api.Task):\n    def f(self):\n        return self.reserved_time", ["Task.reserved_time"]),
        ("class A:\n    def __init__(self):\n        self.t = api.Task(session)\na = A()\na.t.reserved_time", ["Task.reserved_time"]),
        ("class A:\n    @property\n    def t(self):\n        return api.Task(session)\nA().t.reserved_time", ["Task.reserved_time"]),
        ("class A:\n    @staticmethod\n    def f(x):\n        return x.reserved_time\n    def g(self):\n        self.f(api.Task())\n", ["Task.reserved_time"]),
        ("match session.load(api.DocumentVersion, 'x').external_integration_type:\n    case 'QUIP' | 'BOX':\n        pass", ["DocumentVersion.externalIntegrationType 'QUIP'"]),
        ("v = session.load(api.DocumentVersion, 'x')\n'QUIP' == v.external_integration_type in ('BOX', 'QUIP')", ["DocumentVersion.externalIntegrationType 'QUIP'"] * 2),
        ("session.search(api.DocumentVersion, external_integration_type=['QUIP', 'BOX'])", ["DocumentVersion.externalIntegrationType 'QUIP'"]),
        ("session.search(api.DocumentVersion, external_integration_type='QUIP', external_integration_type_Mod='contains')", []),
        ("api.DocumentVersion.external_integration_type.in_(['QUIP'])", ["DocumentVersion.externalIntegrationType 'QUIP'"]),
        ("session.search(api.Task, **{'OR:1:masterTaskID': 'x', 'project:openOpTasks:name': 'y', '$$LIMIT': 5})", ["Project.openOpTasks", "Task.masterTaskID"]),
        ("fields = ('name', 'masterTaskID')\nsession.load(api.Task, 'x', fields)", ["Task.masterTaskID"]),
        ("api.Task(session).load('reserved_time', 'DE:x', '*')", ["Task.reserved_time"]),
        ("task = api.Task(session)\ntask.fields['masterTaskID'] = 'x'", ["Task.masterTaskID"]),
        ("async def f():\n    async with session as s:\n        async for t in s.search(api.Task):\n            await t.reserved_time", ["Task.reserved_time"]),
        ("session.put('/task/{}/x'.format(1), {'masterTaskID': 1})", ["Task.masterTaskID"]),
        ("session.get('/' + 'task', {'name': 1})\nsession.get('/nothing', {'masterTaskID': 1})", []),
        ("names = ['name']\nfor x in 'ab':\n    names = [*names, 'masterTaskID']\nsession.load(api.Task, 'x', names)", ["Task.masterTaskID"]),
        ("i = 0\nwhile i:\n    i = row[i]\n    row = [i, row]\nsession.load(api.Task, 'x', [i, row])", []),
        ("p = {}\nfor x in 'ab':\n    p = {**p, 'masterTaskID': 1}\nsession.search(api.Task, **p)", ["Task.masterTaskID"]),
        ("with open('x') as f:\n    f.master_task_id", []),
        ("Project = type('Project', (), {})\nProject.open_op_tasks", []),
    ],
)  # fmt: skip
def test_what_is_followed(code, names):
    assert sorted(name for _line, _kind, name in found(HEAD + code)) == names


def test_versions_are_those_that_the_script_names():
    imports = "from workfront.versions import v40\nimport workfront.versions.unsupported as new\n"
    assert [name for _line, _kind, name in found(imports + "v40.Task.reserved_time\nnew.User.roles")] == [
        "Task.reserved_time",
        "User.roles",
    ]
    assert found("from workfront.versions.v40 import *\nTask.reserved_time") == [(2, "gone", "Task.reserved_time")]
    assert found("import workfront\nworkfront.versions.v40.Task.reserved_time") == [(2, "gone", "Task.reserved_time")]
    # The predecessor's default, and a version of the caller's.
    text = "from workfront import Session\ns = Session('x')\ns.load(s.api.Task, 'x').reserved_time"
    assert found(text) == [(3, "gone", "Task.reserved_time")]
    assert found(text, from_="v22.0") == []
    assert found(text, to="unsupported") == []
    assert found("from workfront import Session\nS = Session('x', None, None, 'https', 'v4.0')\nS.api.User.roles") == [
        (3, "gone", "User.roles")
    ]
    version = (
        "from workfront import Session\nV = 'v4.0'\nS = Session('x', api_version=V)\nS.api.TemplateTask.work_required"
    )
    assert found(version) == [(4, "changed", "TemplateTask.work_required")]


def test_sessions_of_a_sandbox():
    text = (
        "from workfront_orm.sandbox import Sandbox\n"
        "with Sandbox() as sandbox, sandbox.session(api_version='v14.0') as session:\n"
        "    print(session.search(session.api.Company)[0].default_interface)\n"
    )
    assert found(text) == [(3, "gone", "Company.default_interface")]


def test_moves_backwards():
    text = (
        "from workfront_orm.versions.v220 import Task\n"
        "Task.revenue_type == 'URC'\nTask.converted_op_task.name\nTask().convert_to_project(copy_categories=True)\n"
    )
    assert [(one.line, one.name) for one in check_source(text, "v14.0")] == [
        (2, "Task.revenueType 'URC'"),
        (3, "Task.converted_op_task"),
        (4, "Task.convertToProject"),
    ]


def test_operations_that_are_gone():
    text = (
        "from workfront_orm import Session\n"
        "session = Session('x', api_version='v22.0')\n"
        "approval = session.query(session.api.AwaitingApproval).first()\n"
        "approval.delete()\n"
        "session.search(session.api.AwaitingApproval)\n"
    )
    assert found(text, to="v14.0") == [(4, "gone", "AwaitingApproval")]


def test_values_that_are_left_are_given():
    text = "from workfront_orm.versions.v220 import Task\nTask.cost_type == 'URH'"
    (value,) = check_source(text, "v14.0")
    assert str(value) == (
        "<script>:2:19: Task.costType 'URH' is no value of the field any more in v14.0; perhaps one of NOC, FHR, UHR, RHC"
    )


@pytest.fixture
def two(tmp_path):
    """Two versions that differ in what the shipped ones do not."""
    fields = {"ID": {"type": "string"}, "workRequired": {"type": "int"}, "color": {"type": "string"}}
    later = {"ID": {"type": "string"}, "workRequirement": {"type": "int"}, "status": {"type": "string"}}
    actions = {
        name: {"arguments": [{"name": argument, "type": "string"} for argument in "abc"]}
        for name in ("one", "two", "three")
    }
    changed = {
        "one": {"arguments": [{"name": "a", "type": "string"}, {"name": "c", "type": "string"}]},
        "two": {"arguments": None},
        "three": {**actions["three"], "result": "string"},
    }
    versions = {
        "v1": {
            "TASK": {"name": "Task", "code": "TASK", "fields": fields, "actions": actions, "references": {"owner": {"target": "TASK"}}},
            "OLD": {"name": "Worksheet", "code": "OLD"},
            "Known": {"name": "Known", "code": None},
        },
        "v2": {
            "TASK": {"name": "Task", "code": "TASK", "fields": later, "actions": changed, "references": {"color": {"target": "TASK"}, "owner": {"target": "KNWN"}}},
            "NEW": {"name": "WorkSheets", "code": "NEW"},
            "KNWN": {"name": "Known", "code": "KNWN"},
        },
    }  # fmt: skip
    head = {"format": 1, "service": "workfront", "source": {"from": ["x"], "made_by": "x"}}
    return [
        metadata_writer.write({**head, "version": version, "objects": objects}, tmp_path)
        for version, objects in versions.items()
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Task.work_required", "Task.work_required (field workRequired) is gone in v2; perhaps Task.work_requirement"),
        ("Task.color", "Task.color (field color) is gone in v2; perhaps Task.color, which is a reference there"),
        ("s.api.Worksheet", "Worksheet (OLD) is gone in v2; perhaps WorkSheets"),
        ("Task.owner", "Task.owner (reference owner) is not the same in v2: target: TASK -> KNWN"),
        ("Task(s).one('x')", None),
        ("Task(s).one('x', 'y')", "Task.one takes its arguments in another order in v2; perhaps a, c"),
        ("Task(s).one(b='x')", "Task.one does not take b any more in v2; perhaps a, c"),
        ("Task(s).one(a='x', c='y')", None),
        ("Task(s).two()", None),
        ("Task(s).two('x', c='y')", "Task.two has arguments in v2 that nobody knows; a, c may be gone"),
        ("Task(s).three()", None),
        ("s.api.Known", None),
    ],
)
def test_what_may_take_its_place_is_given(code, message, two):
    old, new = two
    text = f"from workfront_orm import Session\ns = Session('x')\nTask = s.api.Task\n{code}"
    messages = [str(one).partition(": ")[2] for one in check_source(text, new, from_=old)]
    assert messages == ([] if message is None else [message])


def test_a_script_of_another_library_is_none_of_ours():
    assert found("class Task: pass\nTask.reserved_time\nsession.api.Task.reserved_time") == []


def test_decimals_matter_to_scripts_that_get_python_values():
    text = "from {}.versions.v140 import Task\nTask.actual_cost > 5.0"
    assert found(text.format("workfront_orm")) == [(2, "changed", "Task.actual_cost")]
    assert found(text.format("workfront")) == [], "the predecessor's get what the wire has"


# --- the command -----------------------------------------------------------------------------------------


def test_the_command(capsys, tmp_path):
    path = SCRIPTS / "old_style.py"
    assert main(["check", str(path), "--to", "v22.0"]) == 1
    output = capsys.readouterr().out.splitlines()
    assert output[0].startswith(f"{path}:9:20: Task.masterTaskID (field masterTaskID) is gone in v22.0")
    assert output[-1] == f"{len(output) - 1} uses in 1 file: {len(output) - 3} gone, 2 changed"
    assert main(["check", str(SCRIPTS / "clean.py"), "--to", "v22.0"]) == 0
    assert capsys.readouterr().out == "nothing that is gone or changed in v22.0 in 1 file\n"
    assert main(["check", str(path), "--to", "v22.0", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [entry["line"] for entry in data] == [one.line for one in check_file(path, "v22.0")]
    assert {"path", "line", "column", "kind", "name", "message", "replacement"} == set(data[0])
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.py").write_text(path.read_text())
    (tmp_path / "folder" / "two.txt").write_text("no Python")
    assert main(["check", str(tmp_path), "--to", "v22.0"]) == 1
    assert "in 1 file" in capsys.readouterr().out
    environment = tmp_path / "folder" / "env"
    environment.mkdir()
    (environment / "pyvenv.cfg").touch()
    (environment / "library.py").write_text(path.read_text())
    assert main(["check", str(tmp_path), "--to", "v22.0"]) == 1
    assert "in 1 file" in capsys.readouterr().out, "libraries are no scripts of the user's"


def test_the_command_says_what_it_cannot_do(capsys, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("print 'Python 2'\n")
    assert main(["check", str(broken)]) == 1
    captured = capsys.readouterr()
    assert f"{broken}:1: no Python that this interpreter reads" in captured.err
    assert not captured.out, "nothing is said of what was not read"
    assert main(["check", str(SCRIPTS / "clean.py"), "--to", "v5.0"]) == 1
    assert "no metadata for version 'v5.0'" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.py")]) == 2
    capsys.readouterr()
    unknown = tmp_path / "unknown.py"
    unknown.write_text("from workfront import Session\nSession('x', api_version='v5.0').api.Task\n")
    assert main(["check", str(unknown), str(SCRIPTS / "clean.py"), "--to", "v22.0"]) == 1
    captured = capsys.readouterr()
    assert f"{unknown}: no metadata for version 'v5.0'" in captured.err
    assert captured.out == "nothing that is gone or changed in v22.0 in 1 file\n", "the other one is read all the same"
    with pytest.raises(MetadataNotFoundError):
        check_source("from workfront import Session\nSession('x', api_version='v5.0').api.Task", "v22.0")
