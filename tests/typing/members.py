"""What members are, said to the type checkers: `tests/test_stubs.py` runs mypy and pyright over it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_type

from workfront_orm import Field, Session, typed
from workfront_orm.core.expressions import Comparison
from workfront_orm.core.query import Query
from workfront_orm.versions import unsupported, v40, v140, v220
from workfront_orm.versions.v220 import Note, Project, Task, Team, User, api

if TYPE_CHECKING:
    from workfront_orm.core.expressions import Ordering
    from workfront_orm.core.objects import Object


class BudgetTask(Task):
    """Declared fields stand beside those of the class."""

    budget = Field("DE:Budget", type="decimal")


def on_an_object(task: Task, project: Project, team: Team) -> None:
    """Values, each with None for one that is empty."""
    assert_type(task.id, str)
    assert_type(task.name, str | None)
    assert_type(task.status, str | None)
    assert_type(task.priority, int | None)
    assert_type(task.percent_complete, float | None)
    assert_type(task.is_critical, bool | None)
    assert_type(task.planned_completion_date, datetime | None)
    assert_type(task.project_id, str | None)
    assert_type(project.budget, float | None)
    assert_type(task.actual_cost, Decimal | None)
    assert_type(team.task_statuses, list[str] | None)
    assert_type(task.project, Project | None)
    assert_type(task.children, tuple[Task, ...])
    assert_type(task.url, str | None)


def on_the_class() -> None:
    """Fields, of which conditions are made, and paths."""
    assert_type(Task.id, typed.Key)
    assert_type(Task.name, typed.Text)
    assert_type(Task.status, typed.Code)
    assert_type(Task.priority, typed.IntegerCode)
    assert_type(Task.percent_complete, typed.Number)
    assert_type(Task.planned_completion_date, typed.DateTime)
    assert_type(Task.project_id, typed.IdOf[Project])
    assert_type(Task.project.name, typed.FieldPath[str])
    assert_type(Task.project.owner.home_team.name, typed.FieldPath[str])
    assert_type(Task.children.assigned_to.name, typed.FieldPath[str])
    assert_type(Task.project.id, typed.FieldPath[str])
    assert_type(Task.status != "CPL", Comparison)
    assert_type(Task.status.in_(["CPL", "INP"]), Comparison)
    assert_type(Task.project.is_null(), Comparison)
    assert_type(Task.project.owner.name.icontains("ann"), Comparison)
    assert_type(Task.name == Task.project.name, Comparison)
    order: Ordering = Task.name.desc()
    name: str = Task.status.workfront_name
    print(order, name)  # noqa: T201 - used, so that no checker complains


def actions(task: Task, user: User) -> None:
    """Actions and named queries have signatures."""
    assert_type(task.bulk_copy(task_ids=[task, "id"], project_id=task.project), list[str])
    assert_type(task.move(project_id="id", options=["a"]), Any)
    assert_type(task.add_comment("x"), Note)
    assert_type(user.add_external_user("x@example.com"), str)


def sessions() -> None:
    """A literal version tells the classes."""
    session = Session("acme", api_version="v22.0")
    assert_type(session, Session[v220.API])
    assert_type(session.api.Task, type[Task])
    assert_type(api.Task, type[Task])
    assert_type(session.search(session.api.Task), list[Task])
    assert_type(session.load(Task, "id"), Task)
    assert_type(session.load(Task, ["id"]), list[Task])
    assert_type(session.query(Task), Query[Task])
    assert_type(session.query(Task).where(Task.name == "x").first(), Task | None)
    assert_type(Task.all_tasks_on_iterations(session, ["id"]), list[Task])
    assert_type(session.query(BudgetTask).all(), list[BudgetTask])
    assert_type(Session("acme").search(unsupported.Task), list[unsupported.Task])
    assert_type(Session("acme").api, unsupported.API)
    assert_type(Session("acme", "key", api_version="v4.0").api.Task, type[v40.Task])
    assert_type(Session("acme", "key", api_version="v14.0").load(v140.Task, "id").project, v140.Project | None)


def unknown_versions(version: str) -> None:
    """Where the version is not literal, classes are any class."""
    session = Session("acme", api_version=version)
    assert_type(session.api, Any)
    anything: list[Object] = session.search(session.api.Task)
    print(anything)  # noqa: T201 - used, so that no checker complains
