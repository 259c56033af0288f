"""A script for python-workfront and v4.0 of which nothing is gone in v22.0: no line of it may be named.

It has all that could mislead: names of what is gone on other classes, on objects of its own, in texts.
"""

from dataclasses import dataclass

import requests
from workfront import Session
from workfront.versions.v40 import Project, Task


@dataclass
class Row:
    """Not a task, though it has fields of one."""

    master_task_id: str
    reserved_time: str


class Team:
    """Not the team of the API."""

    my_work_view = "x"


def rows(tasks):
    return [Row(task.id, task.name) for task in tasks]


def describe(task: Row, project: dict) -> str:
    return task.master_task_id + project["openOpTasks"]


def untyped(thing):
    return thing.reserved_time, thing.master_task_id, thing.roles


def main():
    session = Session("acme", api_version="v4.0")
    session.login("user", "password")
    tasks = session.search(Task, ["name", "project:name"], status="CPL", status_Mod="ne")
    for row in rows(tasks):
        print(row.master_task_id, row.reserved_time, describe(row, {"openOpTasks": "x"}))
    team = Team()
    print(team.my_work_view, "masterTaskID", {"masterTaskID": 1}["masterTaskID"])
    task = tasks[0]
    task.status = "CPL"
    task.work = 5
    task.save()
    task.mark_done(status="CPL")
    for project in session.search(Project, name="x", name_Mod="cicontains", **{"owner:name": "Ann"}):
        print(project.name, project.actual_cost, [inner.name for inner in project.tasks])
    task = Row("a", "b")
    print(task.master_task_id, untyped(task), task.reserved_time)
    answer = requests.get("https://acme.example/task/search", params={"masterTaskID": "x"}, timeout=5)
    print(answer.json()["data"][0]["masterTaskID"])
    print(session.get("/task/search", {"status": "CPL", "fields": "name,project:owner:name", "$$LIMIT": 5}))
    session.unknown_method(master_task_id=1)


main()
