"""What a command prints moves no cursor, sets no title and turns no text, whatever servers and files say."""

import json
import re

import pytest

from workfront_orm.cli import main
from workfront_orm.cli.console import json_text, make_console, visible

HOSTILE = [
    "\x1b]0;title\x07",  # sets the title of the window
    "\x1b[2J\x1b[Hgone",  # clears the screen
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",  # hides where a link leads
    "\x1b]52;c;ZXZpbA==\x07",  # writes to the clipboard
    "\x9b31mred",  # the same without an escape, in eight bits
    "over\b\b\b\bwritten",
    "\rworkfront-orm: all is well",
    "invoice\u202egpj.exe",  # turns what follows
    "a\u2066b\u2069c",
    "\x00nul \x7f",
    "[bold red]markup[/] [link=https://evil.example]x[/link] :warning:",
]
# All that a terminal might take for a command; line ends and tabs are the command's own.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def tenant(workfront_sandbox, monkeypatch):
    monkeypatch.setenv("WORKFRONT_ORM_URL", workfront_sandbox.url)
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", workfront_sandbox.api_key)
    monkeypatch.setenv("COLUMNS", "400")
    session = workfront_sandbox.session(api_version="v22.0")
    with session:
        for text in HOSTILE:
            if "\0" not in text:
                session.api.Portfolio(session, name=f"hostile {text}", description=text).save()
    return workfront_sandbox


def printed(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize("options", [["--json"], [], ["--fields", "name,description"]])
def test_what_a_server_says_moves_no_cursor(tenant, capsys, options):
    arguments = ["search", "Portfolio", "-w", "name=hostile", "-w", "name_Mod=contains", "--version", "v22.0", *options]
    status, output, errors = printed(capsys, *arguments)
    assert status == 0, errors
    assert not CONTROL.search(output + errors)
    if options == ["--json"]:
        names = {json.loads(line)["name"].strip() for line in output.splitlines()}
        assert len(names) == len(HOSTILE) - 1
        assert any("\x1b[2J" in name for name in names)
    else:
        assert "\\x1b[2J" in output
        assert "[bold red]markup[/]" in output


@pytest.mark.parametrize("text", HOSTILE)
def test_messages_of_errors_move_no_cursor(tenant, capsys, text):
    for arguments in (
        ["search", "Portfolio", "-w", f"{text}=1"],
        ["search", text],
        ["describe", text],
        ["describe", f"Task.{text}"],
        ["diff", text, "v22.0"],
        ["reflect", text],
    ):
        status, output, errors = printed(capsys, *arguments)
        assert status != 0
        assert not CONTROL.search(output + errors), arguments


def test_metadata_moves_no_cursor(tmp_path, capsys, monkeypatch):
    entry = {
        "type": "string",
        "label": HOSTILE[0],
        "values": [[HOSTILE[1], HOSTILE[2]]],
        "marks": {"note": HOSTILE[4], "inferred": HOSTILE[5]},
    }
    fields = {f"field{HOSTILE[7]}": entry, "plain": entry}
    objects = {"TASK": {"name": "Task", "code": "TASK", "label": HOSTILE[3], "fields": fields}}
    document = {
        "format": 1,
        "service": "workfront",
        "version": "v99.9",
        "source": {"note": HOSTILE[1]},
        "objects": objects,
    }
    path = tmp_path / "workfront" / "v99.9.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document))
    monkeypatch.setenv("WORKFRONT_ORM_METADATA", str(tmp_path))
    said = ""
    for arguments in (
        ["describe", "--version", "v99.9"],
        ["describe", "Task", "--version", "v99.9"],
        ["describe", "Task.plain", "--version", "v99.9"],
        ["describe", "Task", "--json", "--version", "v99.9"],
        ["diff", str(path), "v22.0", "Task"],
        ["diff", str(path), "v22.0", "Task", "--json"],
    ):
        status, output, errors = printed(capsys, *arguments)
        assert status == 0, errors
        assert not CONTROL.search(output + errors), arguments
        said += output
    for shown in ("\\x1b]0;title", "\\u202egpj", "\\x9b31mred"):
        assert shown in said


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_lost(text, capsys):
    assert json.loads(json_text({"x": text})) == {"x": text}
    assert visible("äöü €\t\n日本") == "äöü €\t\n日本"
    assert visible(visible(text)) == visible(text)
    make_console().print(text)
    assert not CONTROL.search(capsys.readouterr().out)
