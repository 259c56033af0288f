"""The command line: every command works, and a failure is one line and a status."""

import json
import os
import signal
import subprocess
import sys

import pytest

import workfront_orm
from workfront_orm.cli import main
from workfront_orm.cli.commands import group
from workfront_orm.cli.doubts import doubts, shared


def run(capsys, *arguments):
    """Run a command in this process: status, output and errors."""
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_process(*arguments, **options):
    """Run Python with its own modules, for what must be seen from the outside."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False, **options
    )


@pytest.fixture
def tenant(workfront_sandbox, monkeypatch):
    """The environment of a user whose tenant is the sandbox."""
    monkeypatch.setenv("WORKFRONT_ORM_URL", workfront_sandbox.url)
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", workfront_sandbox.api_key)
    return workfront_sandbox


# --- the whole ------------------------------------------------------------------------


def test_help_lists_the_commands_in_one_line_each(capsys):
    status, output, _errors = run(capsys, "--help")
    assert status == 0
    assert list(group.commands) == ["demo", "sandbox", "describe", "diff", "check", "reflect", "stubs", "search"]
    for name, command in group.commands.items():
        line = next(line for line in output.splitlines() if line.startswith(f"  {name} "))
        assert line.endswith(command.short_help)


def test_version(capsys):
    assert run(capsys, "--version") == (0, f"workfront-orm {workfront_orm.__version__}\n", "")


@pytest.mark.parametrize("name", ["demo", "sandbox", "describe", "diff", "check", "reflect", "stubs", "search"])
def test_every_command_has_help(name):
    done = run_process("-m", "workfront_orm.cli", name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(("Usage: ", "usage: "))
    assert done.stderr == ""


def test_help_imports_nothing_that_it_does_not_need():
    code = "import sys, workfront_orm.cli as cli; cli.main(['--help']); print(*sys.modules)"
    loaded = set(run_process("-c", code).stdout.split())
    assert "click" in loaded
    assert not loaded & {"requests", "rich", "attrs", "jsonschema", "workfront_orm.core.objects", "starlette"}


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("click", ["--help"], "cli"),
        ("rich", ["describe", "Task"], "cli"),
        ("starlette", ["sandbox"], "sandbox"),
        ("uvicorn", ["demo"], "sandbox"),
    ],
)
def test_a_missing_library_is_one_line_that_names_the_extra(tmp_path, missing, arguments, extra):
    # As an installation without the extra: the library is not to be found.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {missing!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    done = run_process("-m", "workfront_orm.cli", *arguments, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stdout == ""
    expected = f"workfront-orm needs the library {missing!r} for this: pip install 'workfront_orm[{extra}]'\n"
    assert done.stderr == expected


def test_an_unknown_command_is_refused(capsys):
    status, _output, errors = run(capsys, "migrate")
    assert status == 2
    assert "No such command 'migrate'" in errors


def test_a_reader_that_goes_away_ends_it_quietly():
    script = f"{sys.executable} -m workfront_orm.cli describe Task | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "Task (TASK) of workfront v22.0\n"
    assert done.stderr == ""


# --- describe ---------------------------------------------------------------------------


def test_describe_lists_the_classes_of_the_newest_version(capsys):
    status, output, _errors = run(capsys, "describe")
    assert status == 0
    assert output.startswith("workfront v22.0: 184 classes")
    assert "Issue" in output
    assert "not known" in output, "operations that are not known are not none"
    assert "Metadata reconstructed from: " in output


def test_describe_shows_members_with_types_values_targets_and_doubts(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "320")
    status, output, _errors = run(capsys, "describe", "Task")
    assert status == 0
    lines = {line.split()[0]: " ".join(line.split()) for line in output.splitlines() if line.split()}
    assert lines["Operations:"] == "Operations: add copy count delete edit get report search"
    assert lines["planned_completion_date"].endswith("plannedCompletionDate dateTime inferred from its name")
    assert "NEW New, INP In Progress, CPL Complete," in lines["status"]
    assert lines["status"].endswith("or a value of the tenant")
    assert lines["project"] == "project project PROJ projectID"
    assert lines["assigned_to_id"].startswith("assigned_to_id assignedToID string id of assignedTo")
    assert "projectID: string, parentID: string" in lines["move"]
    assert "all of them: carried over from v19.0" in output


@pytest.mark.parametrize("name", ["Issue", "OPTASK"])
def test_a_class_goes_by_name_and_by_code(capsys, name):
    assert run(capsys, "describe", name)[1].startswith("Issue (OPTASK) of workfront v22.0")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Task.status", "Task.status  field status"),
        ("TASK.plannedCompletionDate", "Task.planned_completion_date  field plannedCompletionDate"),
        ("Task.id", "Task.id  field ID"),
        ("Approval.url_", "Approval.url_  field url"),
        ("Task.project", "Task.project  reference project"),
        ("Task.assignments", "Task.assignments  collection assignments"),
        ("Task.project.owner.firstName", "User.first_name  field firstName"),
        ("Task.tasks_of_nobody", None),
        ("Issue.convertToTask", "Issue.convert_to_task  action convertToTask"),
        ("Task.mark_done", "Task.mark_done  action markDone"),
        ("Work.myWork", "Work.my_work  query myWork"),
    ],
)
def test_a_member_goes_by_both_names_and_over_paths(capsys, name, expected):
    status, output, errors = run(capsys, "describe", name)
    if expected is None:
        assert status == 1
        assert errors.startswith("workfront-orm: Task has no member 'tasks_of_nobody'")
    else:
        assert (status, errors) == (0, "")
        assert output.startswith(f"{expected} of workfront v22.0")


def test_an_action_says_how_it_is_called_in_python(capsys):
    output = run(capsys, "describe", "task.move")[1]
    assert "Task.move(project_id, parent_id, options)" in output
    assert "projectID: string" in output
    assert "Work.my_work(session" in run(capsys, "describe", "Work.myWork")[1]


def test_a_profile_that_is_not_there_is_named(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKFRONT_ORM_PROFILES", str(tmp_path / "none.toml"))
    for name in ("WORKFRONT_ORM_URL", "WORKFRONT_ORM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert "has no profile 'acm', and WORKFRONT_ORM_URL" in run(capsys, "search", "Task", "--profile", "acm")[2]
    assert "with --profile" in run(capsys, "search", "Task")[2]


@pytest.mark.parametrize(
    ("arguments", "origin"),
    [
        (["Task.status"], "Known since v4.0. Documented."),
        (["Task.plannedCompletionDate"], "Known since v4.0."),
        (["Task.accessorIDs", "--version", "v9.0"], "Since when is not known (source: unsupported). Documented."),
    ],
)
def test_a_member_says_where_it_is_from(capsys, arguments, origin):
    output = run(capsys, "describe", *arguments)[1]
    assert [line.split(maxsplit=1)[1].rstrip() for line in output.splitlines() if line.startswith("origin")] == [origin]


def test_a_member_is_shown_with_every_mark(capsys):
    output = run(capsys, "describe", "Issue.convert_to_task")[1]
    for words in ("doubt", "the OpenAPI file differs", "openapiArguments", "overlay", "result     string"):
        assert words in output


def test_describe_as_json_has_everything_of_the_file(capsys):
    from workfront_orm.core import metadata

    data = json.loads(run(capsys, "describe", "Task", "--json")[1])
    raw = metadata.find("workfront", "v22.0").read("TASK").raw
    assert (data["class"], data["key"], data["version"]) == ("Task", "TASK", "v22.0")
    for section in ("fields", "references", "collections", "actions", "queries"):
        entries = {name: dict(entry) for name, entry in data[section].items()}
        python = {name: entry.pop("python") for name, entry in entries.items()}
        assert entries == raw.get(section, {})
        cls = workfront_orm.core.reflection.api_version("workfront", "v22.0").Task
        assert all(hasattr(cls, name) for name in python.values())


@pytest.mark.parametrize("version", ["v4.0", "v22.0", "unsupported"])
def test_every_member_of_every_class_is_found_by_the_name_that_is_shown(capsys, version):
    from workfront_orm.cli.describe import _class_data
    from workfront_orm.cli.names import find_api, find_class

    api = find_api("workfront", version)
    listed = json.loads(run(capsys, "describe", "--version", version, "--json")[1])["classes"]
    assert len(listed) == len(api.source.names())
    nameless = []
    for row in listed:
        cls = find_class(api, row["name"])
        data = _class_data(api, cls)
        for section in ("fields", "references", "collections", "actions", "queries"):
            assert row[section] == len(data[section])
            nameless += [(row["name"], name) for name, entry in data[section].items() if entry["python"] is None]
    # Reached by obj["wire name"] only: the name is no identifier.
    assert all(not name.isidentifier() for _cls, name in nameless), nameless


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Tsak"], "v22.0 has no class 'Tsak'; did you mean"),
        (["version"], "v22.0 has no class 'version'"),
        (["Task.statsu"], "Task has no member 'statsu'; did you mean 'status'"),
        (["Task.status.name"], "Task.status is a field"),
        (["Task."], "Task has no member ''"),
        (
            ["Task", "--version", "v5.0"],
            "no metadata for version 'v5.0' of workfront; versions with metadata: v4.0, v6.0",
        ),
        (["Task", "--service", "workfrunt"], "no service 'workfrunt'; did you mean 'workfront'?"),
    ],
)
def test_what_does_not_exist_is_one_line_and_status_1(capsys, arguments, message):
    status, output, errors = run(capsys, "describe", *arguments)
    assert (status, output) == (1, "")
    assert errors.startswith(f"workfront-orm: {message}")
    assert errors.count("\n") == 1


def test_doubts_in_words():
    assert doubts({}) == []
    assert doubts({"marks": {"src": "v4.0"}}) == []
    assert doubts({"marks": {"inferred": True, "basis": "sameName"}}) == ["inferred from a field of the same name"]
    assert doubts({"marks": {"inferred": True}}) == ["inferred"]
    several = {"marks": {"dangling": True, "openapi": "absent", "since": "unknown", "valuesBasis": "later"}}
    assert doubts(several) == [
        "leads to no object of this version",
        "not in the OpenAPI file",
        "since when is not known",
        "values of a later version",
    ]
    assert doubts({"marks": {"valuesAdded": [["A", None, "v12.0"]]}}) == ["values are known in part"]
    assert doubts({"marks": {"valuesAdded": [["A", None, "v12.0"]]}, "values": [["A", None]]}) == []


def test_doubts_that_all_entries_share():
    carried = {"marks": {"carriedFrom": "v19.0"}}
    assert shared([carried, {"marks": {"carriedFrom": "v19.0", "openapi": "absent"}}]) == ["carried over from v19.0"]
    assert shared([carried]) == []
    assert shared([carried, {}]) == []


def test_all_marks_that_tell_a_doubt_have_words():
    # What says where something comes from is no doubt; everything else must be told in the table.
    from workfront_orm.core import metadata

    origin = {
        "src",
        "basis",
        "addedIn",
        "changedIn",
        "changes",
        "note",
        "overlay",
        "openapiArguments",
        "openapiNameBasis",
    }
    origin |= {"openapiResultType", "argumentsSrc", "resultTypeSrc", "operationsSrc"}
    silent = set()
    for version in metadata.versions("workfront"):
        for spec in metadata.find("workfront", version).read_all().values():
            for member in (spec, *spec.fields.values(), *spec.references.values(), *spec.collections.values()):
                marks = {name: value for name, value in member.marks.items() if name not in origin}
                if marks and not doubts(member.raw) and "values" not in member.raw:
                    silent.add(tuple(marks.items()))
            for member in (*spec.actions.values(), *spec.queries.values()):
                marks = {name: value for name, value in member.marks.items() if name not in origin}
                if marks and not doubts(member.raw):
                    silent.add(tuple(marks.items()))
    # `query` is where the OpenAPI file lists it, and no doubt.
    assert {name for marks in silent for name, _value in marks} <= {"openapi"}


# --- search -----------------------------------------------------------------------------


def test_search_prints_a_table(capsys, tenant):
    arguments = ["--where", "status=INP", "--where", "priority=4", "--fields", "name,status,project:name", "-n", "3"]
    status, output, errors = run(capsys, "search", "Task", *arguments)
    assert (status, errors) == (0, "")
    title, head, *rows = output.splitlines()
    assert title.strip() == "3 Tasks"
    assert head.split() == ["name", "status", "project:name"]
    assert len(rows) >= 3
    assert all(" INP " in row for row in rows[:1])
    (request,) = tenant.requests
    assert {request.params[name] for name in ("status", "priority", "$$LIMIT")} == {"INP", "4", "3"}
    assert tenant.api_key not in request.path


def test_search_reads_to_the_end_as_json(capsys, tenant):
    status, output, _errors = run(capsys, "search", "Task", "--fields", "name,planned_completion_date", "--json")
    rows = [json.loads(line) for line in output.splitlines()]
    session = tenant.session(api_version="v22.0")
    with session:
        assert len(rows) == session.query(session.api.Task).count() > 1000
    assert status == 0
    assert set(rows[0]) == {"ID", "name", "objCode", "plannedCompletionDate"}
    assert isinstance(rows[0]["plannedCompletionDate"], str), "values as on the wire"


def test_a_name_that_is_repeated_takes_any_of_its_values(capsys, tenant):
    run(capsys, "search", "Task", "-w", "status=INP", "-w", "status=NEW", "-f", "status", "--json")
    assert tenant.requests[0].params["status"] == ["INP", "NEW"]


def test_an_object_with_many_fields_is_a_block_of_lines(capsys, tenant):
    output = run(capsys, "search", "Task", "-n", "2")[1]
    assert output.startswith("2 Tasks\n")
    assert [line.split()[0] for line in output.splitlines() if line.startswith("plannedStartDate")] != []
    row = next(line for line in output.splitlines() if line.startswith("ID "))
    assert len(row.split()[1]) == 32


def test_values_as_people_read_them(capsys, tenant):
    output = run(
        capsys, "search", "Project", "-w", "name=Website relaunch", "-f", "DE:Region,owner,tasks:name,entryDate"
    )[1]
    head, row = output.splitlines()[1:3]
    assert head.split() == ["DE:Region", "owner", "tasks:name", "entryDate"]
    assert row.startswith("West")
    assert "Ada Admin" in row
    assert "Discovery, " in row
    assert "+00:00" in row


def test_nothing_found_is_no_failure(capsys, tenant):
    status, output, errors = run(capsys, "search", "Task", "-w", "name=There is no such task", "-f", "name")
    assert (status, errors) == (0, "")
    assert output.splitlines()[0].strip() == "0 Tasks"


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("", "v22.0"),
        ("/", "v22.0"),
        ("/attask/api", "v22.0"),
        ("/attask/api/v19.0", "v19.0"),
        ("/attask/api-unsupported", "unsupported"),
    ],
)
def test_the_url_may_name_the_version(capsys, tenant, monkeypatch, url, version):
    monkeypatch.setenv("WORKFRONT_ORM_URL", tenant.url + url)
    assert run(capsys, "search", "User", "-n", "1", "--json")[0] == 0
    path = tenant.requests[-1].path
    assert (
        path == ("/attask/api-unsupported" if version == "unsupported" else f"/attask/api/{version}") + "/USER/search"
    )
    assert run(capsys, "search", "User", "-n", "1", "--version", "v21.0", "--json")[0] == 0
    assert tenant.requests[-1].path == "/attask/api/v21.0/USER/search"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "WORKFRONT_ORM_URL not set"),
        ("acme.my.workfront.com", "WORKFRONT_ORM_URL takes an address"),
        ("ftp://acme.my.workfront.com", "WORKFRONT_ORM_URL takes an address"),
        ("https://acme.my.workfront.com/attask/api/v22.0?apiKey=secret", "WORKFRONT_ORM_URL takes an address"),
        ("https://me:secret@acme.my.workfront.com", "WORKFRONT_ORM_URL takes an address"),
        ("https://acme.my.workfront.com/home", "WORKFRONT_ORM_URL takes an address"),
        ("http://acme.my.workfront.com", "WORKFRONT_ORM_URL is http, which would send credentials in the clear"),
    ],
)
def test_an_address_that_no_key_may_be_sent_to_is_refused(capsys, monkeypatch, url, message):
    monkeypatch.setenv("WORKFRONT_ORM_URL", url)
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", "a-key")
    status, output, errors = run(capsys, "search", "Task")
    assert (status, output) == (2, "")
    assert message in errors
    assert "secret" not in errors


def test_both_variables_are_named_when_they_are_missing(capsys, monkeypatch):
    monkeypatch.delenv("WORKFRONT_ORM_URL", raising=False)
    monkeypatch.delenv("WORKFRONT_ORM_API_KEY", raising=False)
    status, _output, errors = run(capsys, "search", "Task")
    assert status == 2
    assert "WORKFRONT_ORM_URL and WORKFRONT_ORM_API_KEY not set in the environment" in errors


def test_no_command_takes_a_key_as_an_option():
    names = {option for command in group.commands.values() for parameter in command.params for option in parameter.opts}
    assert not [name for name in names if "key" in name or "password" in name or "token" in name]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["Taks"], 1, "v22.0 has no class 'Taks'; did you mean"),
        (["Task", "-w", "statsu=INP"], 1, "search Task: Task has no member 'statsu'; did you mean 'status'"),
        (["Task", "-f", "name,nmae"], 1, "Task has no member 'nmae'; did you mean 'name'"),
        (["Task", "-w", "status_Mod=equals"], 1, "search Task: status_Mod='equals' is no modifier"),
        (["Task", "-w", "status"], 2, "'status' is no NAME=VALUE"),
        (["Task", "-n", "0"], 2, "0 is not in the range x>=1"),
    ],
)
def test_wrong_names_are_refused_before_anything_is_sent(capsys, tenant, arguments, status, message):
    told, output, errors = run(capsys, "search", *arguments)
    assert (told, output) == (status, "")
    assert message in errors
    assert len(tenant.requests) == 0


def test_what_the_server_refuses_is_one_line(capsys, tenant, monkeypatch):
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", "wrong")
    status, output, errors = run(capsys, "search", "Task")
    assert (status, output) == (1, "")
    assert errors.startswith("workfront-orm: search Task: ")
    assert "(status 401)" in errors
    assert errors.count("\n") == 1


def test_a_server_that_does_not_answer_is_one_line(capsys, monkeypatch):
    import socket

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("WORKFRONT_ORM_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", "a-key")
    status, _output, errors = run(capsys, "search", "Task")
    assert status == 1
    assert errors.startswith("workfront-orm: search Task: no answer from http://127.0.0.1:")
    assert errors.count("\n") == 1


# --- sandbox ------------------------------------------------------------------------------


def test_sandbox_prints_one_json_line_and_serves():
    from workfront_orm import Session

    process = subprocess.Popen(
        [sys.executable, "-m", "workfront_orm.cli", "sandbox", "--data", "empty", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            line = json.loads(process.stdout.readline())
            assert {"service", "url", "url_template", "api_key", "username", "password"} <= set(line)
            options = {"protocol": "http", "api_version": "v22.0", "url_template": line["url_template"]}
            with Session("any", line["api_key"], **options) as session:
                assert session.search(session.api.Project) == []
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_sandbox_says_what_it_cannot_start_with(capsys):
    status, output, errors = run(capsys, "sandbox", "--service", "nobody")
    assert (status, output) == (2, "")
    assert errors.startswith("The sandbox cannot start: ")
    assert errors.count("\n") == 1


# --- demo ---------------------------------------------------------------------------------


def test_demo_passes_and_takes_no_options(capsys):
    status, output, errors = run(capsys, "demo")
    assert (status, errors) == (0, "")
    assert "1  Log in" in output
    assert run(capsys, "demo", "--fast")[0] == 2
