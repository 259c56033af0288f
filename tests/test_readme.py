"""The README: its code runs, its commands exist, and its figures are counted."""

import contextlib
import io
import re
import tomllib
from pathlib import Path

import click
import pytest

from workfront_orm.cli.commands import group
from workfront_orm.core import metadata

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_it_opens_with_what_it_is_then_the_two_commands_then_twelve_lines():
    title, what, commands, _needs, code = README.split("\n\n")[:5]
    assert title == "# workfront_orm"
    assert what.startswith("An object mapper for work-management systems")
    assert re.findall(r"^    make (\w+)", commands, re.MULTILINE) == ["demo", "test"]
    assert "```python\n" in code
    assert BLOCKS[0].count("\n") == 12


def test_the_twelve_lines_do_what_they_say():
    printed = io.StringIO()
    names = {}
    with contextlib.redirect_stdout(printed):
        exec(compile(BLOCKS[0], "README.md", "exec"), names)
    count, *tasks, dirty, saved = printed.getvalue().splitlines()
    assert count == f"{len(tasks)} tasks are late:"
    assert len(tasks) > 50
    assert saved == "SaveResult(created=False, updated=True, fields=('priority',))"
    assert re.fullmatch(r"\{'priority': Change\(old=.*, new=<TaskPriority.URGENT: 4>\)\}", dirty)
    assert names["task"].dirty == {}


def test_the_twelve_lines_send_what_they_say(workfront_sandbox, monkeypatch):
    monkeypatch.setattr("workfront_orm.sandbox.Sandbox", lambda **_options: _Kept(workfront_sandbox))
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(BLOCKS[0], "README.md", "exec"), {})
    count, search, save = workfront_sandbox.requests
    assert [request.path.rpartition("/")[2] for request in (count, search)] == ["count", "search"]
    assert save.method == "PUT"
    assert {name: value for name, value in save.params.items() if name not in ("method", "apiKey")} == {"priority": "4"}


class _Kept:
    """A sandbox that a with block leaves running."""

    def __init__(self, sandbox):
        self._sandbox = sandbox

    def __getattr__(self, name):
        return getattr(self._sandbox, name)

    def __enter__(self):
        return self._sandbox

    def __exit__(self, *error):
        return None


def test_a_session_of_a_tenant_is_made_as_it_shows(monkeypatch):
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", "a-key")
    names = {}
    exec(compile(BLOCKS[1], "README.md", "exec"), names)
    with names["session"] as session:
        assert session.url == "https://acme.my.workfront.com/attask/api/v22.0"
        assert session.api_key == "a-key"
        assert session.api.version == metadata.versions("workfront")[-2], "the newest numbered version"


def test_every_make_target_it_names_exists():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"\bmake (\w+)\b", README)
    assert {"demo", "test"} <= set(named)
    assert set(named) <= set(targets)


def test_every_command_it_names_exists_and_it_names_them_all():
    lines = re.findall(r"^    workfront-orm (\S+)", README, re.MULTILINE)
    row = re.search(r"^\| Command line \| (.*) \|$", README, re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", row)) == set(lines) == set(group.commands)


@pytest.mark.parametrize("line", re.findall(r"^    workfront-orm (.*?)(?:  +#.*)?$", README, re.MULTILINE))
def test_the_options_it_shows_are_taken(line, tmp_path, monkeypatch):
    # The script that the reader is taken to have.
    (tmp_path / "script.py").touch()
    monkeypatch.chdir(tmp_path)
    name, *arguments = line.split()
    command = group.commands[name]
    # Parses and does nothing.
    context = command.make_context(name, arguments)
    assert isinstance(context, click.Context)


def test_the_figures_of_the_metadata_are_counted():
    specs = metadata.find("workfront", "v22.0").read_all().values()
    members = [
        member
        for spec in specs
        for section in (spec.fields, spec.references, spec.collections, spec.actions, spec.queries)
        for member in section.values()
    ]
    inferred = [member for member in members if member.inferred]
    unknown = [member for member in inferred if member.marks.get("basis") == "default"]
    text = " ".join(README.split())
    assert f"Of v22.0's {len(members):,} members, {len(inferred):,} have a type or target" in text
    assert f"of {len(unknown)} nothing is known but the name" in text


def test_the_versions_it_promises_are_those_with_metadata():
    assert "Workfront v4.0, v6.0 to v22.0 and unsupported" in README
    expected = ["v4.0", *(f"v{number}.0" for number in range(6, 23)), "unsupported"]
    assert metadata.versions("workfront") == expected


def test_the_extras_it_lists_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    brought = re.search(r"^\| none \| (.*) \|$", README, re.MULTILINE)[1]
    assert re.findall(r"`(\w+)`", brought) == [re.match(r"[\w-]+", name)[0] for name in project["dependencies"]]
    listed = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert listed == set(extras) - {"dev"}
    for group_ in re.findall(r"'\.\[([\w,]+)\]'", README):
        assert set(group_.split(",")) <= set(extras)
