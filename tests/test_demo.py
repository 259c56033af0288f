"""The demo: it runs through, shows the code that runs, and what was sent is what the steps promise."""

import io
import re

import pytest
from rich.console import Console

from workfront_orm import demo


@pytest.fixture(scope="module")
def shown():
    """What the demo tells, on a terminal of 120 columns."""
    output = io.StringIO()
    demo.run(Console(file=output, width=120, highlight=False, emoji=False))
    return output.getvalue()


def step(shown, heading):
    """The text of one step."""
    found = re.search(rf"^\d+  {heading} ─+\n(.*?)(?=^\d+  [A-Z]|^─+$)", shown, re.MULTILINE | re.DOTALL)
    assert found, f"no step {heading!r}"
    return found[1]


def sent(text):
    """The requests of a step: method, path and parameters."""
    return re.findall(r"^  → (\w+) (\S+)(.*)$", text, re.MULTILINE)


def test_each_request_has_its_answer_and_the_last_line_counts_them(shown):
    lines = shown.splitlines()
    requests = [number for number, line in enumerate(lines) if line.startswith("  → ")]
    assert requests
    assert all(lines[number + 1].startswith("  ← ") for number in requests)
    steps, counted = re.search(r"^(\d+) steps, (\d+) requests, ", shown, re.MULTILINE).groups()
    assert int(counted) == len(requests)
    assert int(steps) == len(re.findall(r"^\d+  .* ─+$", shown, re.MULTILINE))


def test_no_credential_is_shown(shown):
    assert "apiKey" not in shown
    assert not re.search(r"sessionID\S*[=:] *\"?[0-9a-f]{6}", shown)
    # The step that logs in shows its code, in which the password is a name.
    assert "session.login(username, password)" in shown
    assert "password=" not in shown


def test_the_code_that_is_shown_is_the_code_that_runs(shown):
    text = step(shown, "Change and save: only what changed travels")
    assert '    task.description = "400 copies"' in text
    assert '"""' not in text


def test_a_search_carries_its_conditions(shown):
    text = step(shown, "Search with conditions")
    ((method, path, parameters),) = sent(text)
    assert (method, path) == ("GET", "/TASK/search")
    assert "status=CPL  status_Mod=ne  plannedCompletionDate=$$NOW  plannedCompletionDate_Mod=lt" in parameters
    assert re.search(r"│ \d+ tasks are late", text)


def test_pages_are_read_by_id_to_the_end(shown):
    text = step(shown, "Read to the end")
    requests = sent(text)
    assert len(requests) > 2
    assert all("ID_Mod=gt" in parameters for _method, _path, parameters in requests[1:])
    read, different = re.search(r"│ (\d+) tasks, (\d+) different ids", text).groups()
    assert int(read) == int(different) > 200 * (len(requests) - 1)


def test_references_load_for_all_objects_of_a_search_at_once(shown):
    text = step(shown, "Follow references and collections")
    assert [path for _method, path, _parameters in sent(text)] == ["/PROJ/search"] * 3
    assert "the project's own object: True" in text


def test_the_project_the_tasks_and_the_issues_are_created(shown):
    text = step(shown, "Create a project with tasks and issues")
    created = [path for method, path, _parameters in sent(text) if method == "POST"]
    assert created == ["/PROJ", "/TASK", "/TASK", "/TASK", "/TASK", "/OPTASK", "/OPTASK"]
    assert "['Plan the stand', 'Book the stand', 'Order the furniture', 'Print the brochure']" in text


def test_only_what_changed_travels(shown):
    text = step(shown, "Change and save: only what changed travels")
    writes = [parameters for method, _path, parameters in sent(text) if method == "PUT"]
    assert [parameters.split() for parameters in writes] == [["priority=3", "description=400", "copies"]]
    assert "saving again: SaveResult(created=False, updated=False, fields=())" in " ".join(text.split())


def test_a_query_is_counted_cut_short_and_turned_into_figures(shown):
    text = step(shown, "Ask with expressions")
    assert [path for _method, path, _parameters in sent(text)] == ["/TASK/count", "/TASK/search", "/TASK/report"]
    assert re.search(r"│ CPL \d+ tasks, [\d.]+ hours", text)


def test_one_bad_object_of_many_costs_the_others_nothing(shown):
    text = step(shown, "Save many at once")
    assert "│ 149 created, 1 failed: " in text
    assert len(sent(text)) < 10


def test_mistakes_are_refused_before_anything_is_sent(shown):
    text = step(shown, "Get it wrong")
    # The one request asks the tenant for its statuses.
    assert [path for _method, path, _parameters in sent(text)] == ["/CSTEM/taskStatuses"]
    for kind in ("AttributeError", "TypeError", "FieldNotLoaded", "UnknownNameError", "ValueError"):
        assert f"│ {kind}: " in text
    assert "│ unsaved: {}" in text


def test_actions_act(shown):
    text = step(shown, "Act")
    actions = {path.rpartition("/")[2] for method, path, _parameters in sent(text) if method == "PUT"}
    assert actions == {"assign", "markDone", "move", "convertToTask"}
    assert "│ Book the stand: COMPLETE, 100.0 %, by " in text
    assert "│ Order the furniture is now in 'Fair: furniture'" in text
    assert re.search(r"│ issue '.*' became a task of 'Autumn fair'", text)


def test_comments_and_custom_fields_travel(shown):
    comments = step(shown, "Comment")
    assert [method for method, path, _parameters in sent(comments) if path == "/NOTE"] == ["POST", "POST"]
    assert "│ Ada Admin: Agreed" in comments
    custom = step(shown, "Read and change custom fields")
    assert [parameters.split() for method, _path, parameters in sent(custom) if method == "PUT"] == [
        ["DE:Budget=1250.0"]
    ]


def test_what_is_deleted_is_gone(shown):
    text = step(shown, "Delete")
    assert [method for method, _path, _parameters in sent(text)] == ["DELETE", "GET"]
    assert "│ DeletedObjectError: " in text
    assert "│ NotFoundError: " in text


def test_it_fits_a_narrow_terminal():
    output = io.StringIO()
    console = Console(file=output, width=60)
    stage = demo.Stage(console, _NoRequests())
    stage.play(_talk)
    assert max(map(len, output.getvalue().splitlines())) <= 60
    assert output.getvalue().count("│") > 1


class _NoRequests:
    """The part of a sandbox that telling needs, with nothing in its log."""

    class _Log(list):
        def clear(self):
            super().clear()

    requests = _Log()


def _talk(tell):
    """Talk.

    At length.
    """
    tell("word " * 40)
