"""The demo: the main job against a sandbox, each step with its code, what was sent and what came back.

The steps below are ordinary programs: what is shown as code is the source of the step that runs, what is shown as
requests is the sandbox's own log. Nothing is acted out.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
import time
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from workfront_orm import Session, count
from workfront_orm.core.errors import APIError, DeletedObjectError, FieldNotLoaded
from workfront_orm.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from workfront_orm.sandbox import LoggedRequest

    Tell = Callable[..., None]

__all__ = ["VERSION", "run"]

VERSION = "v22.0"
"""The version of the API that the demo speaks."""


def run(console: Console) -> None:
    """Start a sandbox, work with it, and tell what happens.

    Takes seconds. Talks to no other machine; the sandbox and its data are gone afterwards.

    Args:
        console: Where to tell it.

    Raises:
        SandboxError: The sandbox does not start.
    """
    started = time.perf_counter()
    console.print(Text("workfront_orm: the main job, step by step", style="bold"))
    console.print(
        Text.assemble(
            "A sandbox of Adobe Workfront starts on this machine: a real HTTP server with invented data. Each step shows "
            "the code that runs, what it sends (",
            ("→", "cyan"),
            "), what comes back (",
            ("←", "green"),
            ") and what the code makes of it (│). Verbs travel as method=... in the form of a POST; credentials, which "
            "every request carries, are left out, and ids are cut short.\n",
        )
    )
    with (
        Sandbox(service="workfront", data="demo") as sandbox,
        Session("demo", protocol="http", api_version=VERSION, url_template=sandbox.url_template) as session,
    ):
        console.print(f"Sandbox ready at {sandbox.url} after {time.perf_counter() - started:.1f} s.")
        stage = Stage(console, sandbox)
        stage.play(log_in, session, sandbox.username, sandbox.password)
        late = stage.play(search, session)
        stage.play(read_to_the_end, session)
        stage.play(query, session)
        stage.play(follow, late)
        project = stage.play(create, session)
        task = project.tasks[-1]
        stage.play(change_and_save, task)
        stage.play(save_many, session, project)
        stage.play(go_wrong, session, task)
        stage.play(act, session, project)
        stage.play(comment, session, task)
        stage.play(custom_fields, session)
        stage.play(delete, session, project)
        console.print(Rule(style="dim"))
        console.print(
            f"{stage.steps} steps, {stage.requests} requests, {time.perf_counter() - started:.1f} s. The steps are functions "
            f"of workfront_orm/demo.py; docs/getting-started.md goes on from here."
        )


# --- the steps ------------------------------------------------------------------------


def log_in(session: Session, username: str, password: str, tell: Tell) -> None:
    """Log in.

    A session is made for a host and a version of the API. With an API key it needs no login; here a user logs in.
    """
    session.login(username, password)
    tell("user", session.user_id)


def search(session: Session, tell: Tell) -> list[Any]:
    """Search with conditions.

    Classes come from the API's metadata: session.api has one for each object of the version. Conditions are the
    keyword arguments of the API, with fields by Python name. Values come back typed: dates are aware datetimes, codes
    are enumerations.
    """
    late = session.search(
        session.api.Task,
        fields=["name", "status", "planned_completion_date", "project_id"],
        status="CPL",
        status_Mod="ne",
        planned_completion_date="$$NOW",
        planned_completion_date_Mod="lt",
    )
    tell(len(late), "tasks are late; the first three:")
    for task in late[:3]:
        tell(task.name, repr(task.status), f"{task.planned_completion_date:%d %b %Y %H:%M %Z}")
    return late


def read_to_the_end(session: Session, tell: Tell) -> None:
    """Read to the end.

    A search is complete, however many pages the server makes of it. Pages hold up to 2,000 rows; these are small so that
    they can be seen. Each asks for the ids after the last one, so that rows which others add or delete meanwhile shift
    nothing.
    """
    session.page_size = 200
    tasks = session.search(session.api.Task, fields=["name"])
    session.page_size = None
    tell(len(tasks), "tasks,", len({task.id for task in tasks}), "different ids")


def query(session: Session, tell: Tell) -> None:
    """Ask with expressions.

    The same conditions can be written in Python, over paths too. A query is sent when it is read, and can be counted,
    sorted, cut short, or turned into figures by the server.
    """
    api = session.api
    hers = session.query(api.Task).where(api.Task.status != "CPL", api.Task.project.owner.name == "Ada Admin")
    tell(hers.count(), "open tasks in Ada's projects; due last:")
    for task in hers.fields("name", "project:name").order_by(api.Task.planned_completion_date.desc()).limit(2):
        tell(f"{task.name!r} in {task.project.name!r}")
    for row in session.query(api.Task).group_by(api.Task.status).aggregate(n=count(), hours=api.Task.work.sum()):
        tell(row.status, row.n, "tasks,", row.hours, "hours")


def follow(late: list[Any], tell: Tell) -> None:
    """Follow references and collections.

    What an object refers to is loaded when it is first asked for, and for all objects of the same search at once: one
    request, not one for each task. One id is one object, so a project that two tasks share is loaded once.
    """
    for task in late[:3]:
        tell(f"{task.name!r} in {task.project.name!r}, owned by {task.project.owner.name}")
    project = late[0].project
    tell(f"{project.name!r} has {len(project.tasks)} tasks; the first is {project.tasks[0].name!r}")
    tell("the task's project is the project's own object:", late[0].project is project.tasks[0].project)


def create(session: Session, tell: Tell) -> Any:
    """Create a project with tasks and issues.

    save() creates what is new. An id field takes an object as well as an id.
    """
    api = session.api
    project = api.Project(session, name="Autumn fair", description="Stand 12 in hall B")
    tell(project.save())
    plan = api.Task(session, name="Plan the stand", project_id=project)
    plan.save()
    for name in ("Book the stand", "Order the furniture", "Print the brochure"):
        api.Task(session, name=name, project_id=project, parent_id=plan).save()
    for name in ("Wrong logo on the banner", "No power at the stand"):
        api.Issue(session, name=name, project_id=project).save()
    project.load("tasks:name", "tasks:parentID")
    tell([task.name for task in project.tasks])
    return project


def change_and_save(task: Any, tell: Tell) -> None:
    """Change and save: only what changed travels.

    Assignments are checked and remembered. A value that is set back is no change; a second save has nothing to send.
    """
    task.load("name", "priority", "description")
    task.priority = 3
    task.description = "400 copies"
    task.name = "Print the flyer"
    task.name = "Print the brochure"
    tell("unsaved:", task.dirty)
    tell(task.save())
    tell("unsaved:", task.dirty, "and saving again:", task.save())


def save_many(session: Session, project: Any, tell: Tell) -> None:
    """Save many at once.

    Up to a hundred objects share a request. When one of them is bad, the server stops there and does not say how far it
    came. So what is there is read back, the bad one is sent alone to learn what is wrong with it, and the rest follows;
    the report has a row for each object.
    """
    tasks = [session.api.Task(session, name=f"Invite guest {number}", project_id=project) for number in range(150)]
    tasks[120].project_id = "0" * 32
    report = session.save_all(tasks)
    tell(len(report.created), "created,", len(report.failed), "failed:", report.failed[0].error)


def go_wrong(session: Session, task: Any, tell: Tell) -> None:
    """Get it wrong.

    What can be known to be wrong is refused before anything is sent, and the error says what would be right. A field that
    is not loaded is no None. Statuses are another matter: tenants add their own, so an unknown one is looked up at the
    tenant, once a session.
    """
    mistakes = (
        lambda: setattr(task, "priorty", 1),
        lambda: setattr(task, "priority", "high"),
        lambda: setattr(task, "project", task.project_id),
        lambda: task.commit_date,
        lambda: session.search(session.api.Task, fields=["nmae"]),
        lambda: setattr(task, "status", "DONE"),
    )
    for mistake in mistakes:
        try:
            mistake()
        except (AttributeError, FieldNotLoaded, TypeError, ValueError) as error:
            tell(f"{type(error).__name__}: {error}")
    tell("unsaved:", task.dirty)


def act(session: Session, project: Any, tell: Tell) -> None:
    """Act.

    Actions are methods, with the arguments that the metadata lists.
    """
    api = session.api
    _plan, book, order, _brochure = project.tasks
    somebody = session.search(api.User, fields=["name"], is_active=True, **{"$$LIMIT": 1})[0]
    book.assign(obj_id=somebody, obj_code=somebody.code)
    book.mark_done(status="CPL")
    book.load("status", "percentComplete", "assignedTo:name")
    tell(f"{book.name}: {book.status.name}, {book.percent_complete} %, by {book.assigned_to.name}")
    other = api.Project(session, name="Fair: furniture")
    other.save()
    order.move(project_id=other)
    order.load("project:name")
    tell(f"{order.name} is now in {order.project.name!r}")
    issue = session.search(api.Issue, fields=["name"], project_id=project.id)[0]
    task = issue.convert_to_task()
    task.load("name", "project:name")
    tell(f"issue {issue.name!r} became a task of {task.project.name!r}")


def comment(session: Session, task: Any, tell: Tell) -> None:
    """Comment.

    A comment is a note about an object; the helper makes and saves it.
    """
    note = task.add_comment("400 copies are enough")
    note.add_comment("Agreed")
    notes = session.search(session.api.Note, fields=["note_text", "owner:name", "entry_date"], obj_id=task.id)
    for one in notes:
        tell(f"{one.owner.name}: {one.note_text}")


def custom_fields(session: Session, tell: Tell) -> None:
    """Read and change custom fields.

    Fields that a tenant made are not in the metadata. They go by their wire names, with DE: in front, and are tracked
    like all others.
    """
    fields = ["name", "DE:Region", "DE:Budget"]
    west = session.search(session.api.Project, fields=fields, **{"DE:Region": "West"})
    for project in west[:3]:
        tell(project.name, dict(project.custom))
    west[0].custom["DE:Budget"] = 1250.0
    tell(west[0].save())


def delete(session: Session, project: Any, tell: Tell) -> None:
    """Delete.

    A deleted object keeps its id and refuses to be saved. What the server says comes as one kind of error, with its own
    words and the status.
    """
    project.delete(force=True)
    try:
        project.save()
    except DeletedObjectError as error:
        tell(f"{type(error).__name__}: {error}")
    try:
        session.load(session.api.Project, project.id)
    except APIError as error:
        tell(f"{type(error).__name__}: {error}")


# --- telling --------------------------------------------------------------------------


class Stage:
    """Runs steps and tells about them.

    Args:
        console: Where to tell it.
        sandbox: The server whose log shows what was sent.

    Attributes:
        steps: The number of steps so far.
        requests: The number of requests so far.
    """

    def __init__(self, console: Console, sandbox: Sandbox) -> None:
        self.steps = 0
        self.requests = 0
        self._console = console
        self._sandbox = sandbox

    def play(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Show a step, run it, and return what it returns."""
        self.steps += 1
        heading, _blank, text = inspect.cleandoc(step.__doc__ or "").partition("\n\n")
        self._console.print()
        self._console.print(Rule(Text(f"{self.steps}  {heading.rstrip('.')}", style="bold"), align="left", style="dim"))
        self._console.print(Text(" ".join(text.split())))
        self._console.print()
        code = Syntax(_body(step), "python", theme="ansi_dark", background_color="default", word_wrap=True)
        self._console.print(Padding(code, (0, 0, 1, 4)))
        result = step(*arguments, self._tell)
        self._show_requests()
        return result

    def _tell(self, *things: Any) -> None:
        """What a step calls in place of print(): requests so far stand before what is told."""
        self._show_requests()
        text = Text(_shortened(" ".join(str(thing) for thing in things)))
        for line in text.wrap(self._console, self._console.width - 4):
            self._console.print(Text.assemble("  │ ", line))

    def _show_requests(self) -> None:
        log = self._sandbox.requests
        entries = list(log)
        log.clear()
        for entry in entries:
            self.requests += 1
            self._console.print(Text.assemble(("  → ", "cyan"), _sent(entry)), overflow="ellipsis", no_wrap=True)
            self._console.print(Text.assemble(("  ← ", "green"), _came_back(entry)), overflow="ellipsis", no_wrap=True)


_CREDENTIALS = frozenset({"apiKey", "sessionID", "username", "password"})
_ID = re.compile(r"\b([0-9a-f]{6})[0-9a-f]{26}\b")


def _body(step: Callable[..., Any]) -> str:
    """The source of a function, without its head and its docstring."""
    source = textwrap.dedent(inspect.getsource(step))
    function = ast.parse(source).body[0]
    if not isinstance(function, ast.FunctionDef):
        raise TypeError(f"{step!r} is no function")
    return textwrap.dedent("\n".join(source.splitlines()[function.body[1].lineno - 1 :]))


def _sent(entry: LoggedRequest) -> Text:
    """The verb, the path below the version, and the parameters but for credentials."""
    path = re.sub(r"^/attask/api(?:/v\d+\.\d+|-unsupported)", "", entry.path)
    parts = []
    for name, value in entry.params.items():
        if name == "method" or name in _CREDENTIALS:
            continue
        shown = f"[{len(value)} values]" if isinstance(value, list) and len(value) > 3 else value  # noqa: PLR2004
        parts.append(f"{name}={','.join(shown) if isinstance(shown, list) else shown}")
    return Text.assemble((f"{entry.method} ", "bold"), _shortened(f"{path}  {'  '.join(parts)}".rstrip()))


def _came_back(entry: LoggedRequest) -> Text:
    """The status, the time and the beginning of the answer."""
    head = f"{entry.status} in {entry.seconds * 1000:.0f} ms: "
    try:
        answer = json.loads(entry.answer)
    except ValueError:
        # The log keeps the beginning of a long answer.
        return Text(f"{head}{entry.size / 1024:.0f} kB {_shortened(entry.answer)}")
    data = answer.get("data", answer) if isinstance(answer, dict) else answer
    if isinstance(data, list):
        first = f", the first {json.dumps(data[0], ensure_ascii=False)}" if data else ""
        return Text(_shortened(f"{head}{len(data)} row{'' if len(data) == 1 else 's'}{first}"))
    return Text(_shortened(f"{head}{json.dumps(data, ensure_ascii=False)}"))


def _shortened(text: str) -> str:
    return _ID.sub(r"\1…", text)
