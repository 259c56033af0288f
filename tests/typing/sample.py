"""A script as people write them: a weekly look at a portfolio, and the changes that follow from it.

`tests/test_stubs.py` runs it against a sandbox, checks it with mypy and pyright, and plants mistakes in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from workfront_orm import Session, WorkfrontAPIError, current_user, days, today
from workfront_orm.versions.v220 import Hour, Issue, Note, Project, Task, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.query import Query
    from workfront_orm.core.report import Report
    from workfront_orm.versions import v220

CLOSED = ("CPL", "CPA")
WEEK = timedelta(days=7)


def connect(domain: str, key: str) -> Session[v220.API]:
    """A session of the version that this script is written for."""
    return Session(domain, key, api_version="v22.0", values="typed", timeout=30.0)


# --- reading ------------------------------------------------------------------------------


def running_projects(session: Session[v220.API]) -> Query[Project]:
    """Projects under way, the ones due first at the top."""
    return (
        session.query(session.api.Project)
        .where(Project.status == "CUR", Project.owner.is_active == True)  # noqa: E712 - a condition
        .fields(Project.name, Project.status, Project.budget, Project.owner.name, Project.planned_completion_date)
        .order_by(Project.planned_completion_date.asc())
    )


def late(moment: datetime) -> Expression:
    """Tasks that should be done, in projects that still run."""
    return (
        Task.status.not_in(CLOSED)
        & (Task.planned_completion_date < moment)
        & (Task.project.status == "CUR")
        & Task.project.owner.is_not_null()
    )


def late_tasks(session: Session[v220.API], moment: datetime) -> list[Task]:
    """Late tasks with what the report shows of them."""
    query = session.query(Task).where(late(moment), Task.percent_complete < 100)
    return query.fields(
        Task.name,
        Task.status,
        Task.priority,
        Task.percent_complete,
        Task.planned_completion_date,
        Task.assigned_to.name,
        Task.project.name,
        Task.project.owner.name,
    ).all()


def hours_of_week(session: Session[v220.API]) -> Iterator[Hour]:
    """Hours that the caller logged in the last week, as they come."""
    query = session.query(Hour).where(Hour.owner_id == current_user.id, Hour.entry_date >= today() - days(7))
    yield from query.fields(Hour.hours, Hour.entry_date, Hour.description)


@dataclass
class Row:
    """A line of the report."""

    name: str
    owner: str
    overdue: timedelta
    percent: float
    tasks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line of text."""
        return f"{self.name:40} {self.owner:20} {self.overdue.days:4} d {self.percent:5.1f} % {len(self.tasks)} tasks"


def overdue(task: Task, moment: datetime) -> timedelta:
    """How long a task is overdue; nothing, when it has no date."""
    due = task.planned_completion_date
    return timedelta(0) if due is None else moment - due


def rows(tasks: Iterable[Task], moment: datetime) -> list[Row]:
    """One row a project, the worst first."""
    by_project: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.project is not None:
            by_project[task.project.id].append(task)
    found = []
    for members in by_project.values():
        project = members[0].project
        if project is None:
            continue
        owner = project.owner.name if project.owner is not None else None
        percents = [task.percent_complete for task in members if task.percent_complete is not None]
        found.append(
            Row(
                name=project.name or project.id,
                owner=owner or "nobody",
                overdue=max(overdue(task, moment) for task in members),
                percent=sum(percents) / len(percents) if percents else 0.0,
                tasks=[task.name or task.id for task in members],
            )
        )
    return sorted(found, key=lambda row: row.overdue, reverse=True)


# --- writing ------------------------------------------------------------------------------


def escalate(session: Session[v220.API], tasks: Iterable[Task], moment: datetime) -> Report:
    """Raise the priority of what is late for more than a week; only that travels."""
    chosen = []
    for task in tasks:
        if overdue(task, moment) > WEEK:
            task.priority = 4
            chosen.append(task)
    return session.save_all(chosen)


def postpone(task: Task, by: timedelta) -> datetime | None:
    """Move a task's date, and say why."""
    task.load(Task.planned_completion_date)
    due = task.planned_completion_date
    if due is None:
        return None
    task.planned_completion_date = due + by
    task.save()
    note = task.add_comment(f"Moved by {by.days} days.")
    remember(note)
    return due + by


def remember(note: Note) -> None:
    """What was written, for the log."""
    print("note", note.id, note.note_text)  # noqa: T201 - a script


def plan_project(session: Session[v220.API], owner: User, budget: Decimal) -> Project:
    """A project with two tasks, one after the other."""
    project = Project(session, name="Follow-up", owner_id=owner, status="PLN")
    project.budget = budget
    project.planned_start_date = datetime.now(UTC) + WEEK
    project.save()
    first = Task(session, name="Collect", project_id=project)
    first.duration_minutes = 2 * 8 * 60
    first.save()
    second = Task(session, name="Decide")
    second.project_id = project
    second.parent_id = None
    second.assigned_to_id = owner.id
    second.save()
    return project


def hand_over(issue: Issue, person: User) -> None:
    """Give an issue to somebody, and its author a word."""
    issue.assigned_to_id = person
    issue.priority = 2
    issue.save()
    issue.add_comment(f"Taken by {person.name}.")


def find_user(session: Session[v220.API], name: str) -> User | None:
    """The first active user of that name."""
    found = session.search(session.api.User, ["name", "isActive"], name=name, is_active=True)
    return found[0] if found else None


# --- all together -------------------------------------------------------------------------


def main(session: Session[v220.API], moment: datetime) -> list[Row]:
    """The report, and what follows from it."""
    projects = {project.id: project.name for project in running_projects(session)}
    tasks = late_tasks(session, moment)
    report = rows(tasks, moment)
    for row in report:
        print(row)  # noqa: T201 - a script
    try:
        escalate(session, tasks, moment).raise_for_errors()
    except WorkfrontAPIError as error:
        print("not all were escalated:", error.code, error.data)  # noqa: T201 - a script
    me = session.load(User, "$$USER.ID") if not projects else session.query(User).order_by(User.name).first()
    if me is not None:
        follow_up = plan_project(session, me, Decimal("1250.50"))
        dates = [postpone(task, WEEK) for task in follow_up.tasks]
        latest = max((date for date in dates if date is not None), default=None)
        print(follow_up.name, latest, sum(hour.hours or 0 for hour in hours_of_week(session)))  # noqa: T201 - a script
        for issue in session.query(Issue).where(Issue.status == "NEW", Issue.project.is_not_null()).limit(3):
            hand_over(issue, me)
    return report
