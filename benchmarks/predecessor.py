"""python-workfront's side of the comparisons; runs inside its own environment."""

import gc
import sys
import time
import timeit
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from side import rows, serve
from workfront.session import Session
from workfront.versions.v40 import Task

PYTHON_NAMES = {member.workfront_name: name for name, member in vars(Task).items() if hasattr(member, "workfront_name")}


def hydrate(names, count):
    data = rows(names, count)
    session = Session("bench", api_version="v4.0")
    gc.collect()
    start = time.perf_counter()
    objects = [Task(session, **row) for row in data]
    elapsed = time.perf_counter() - start
    del objects
    return elapsed / count


def get(names, field):
    task = Task(None, **rows(names, 1)[0])
    statement = "task." + PYTHON_NAMES[field]
    return min(timeit.repeat(statement, globals={"task": task}, number=200_000, repeat=3)) / 200_000


def set_again(names, field, values):
    task = Task(None, **rows(names, 1)[0])
    name = PYTHON_NAMES[field]
    statement = f"task.{name} = first; task.{name} = second"
    scope = {"task": task, "first": values[0], "second": values[1]}
    return min(timeit.repeat(statement, globals=scope, number=100_000, repeat=3)) / 200_000


def set_first(names, field, value):
    name = PYTHON_NAMES[field]
    objects = [Task(None, **row) for row in rows(names, 20_000)]
    gc.collect()
    start = time.perf_counter()
    for task in objects:
        setattr(task, name, value)
    return (time.perf_counter() - start) / len(objects)


def read_loop(url, total, page):
    session = Session("bench", api_key="key", api_version="v4.0", url_template=url)
    start = time.perf_counter()
    found, first = [], 0
    while True:
        chunk = session.search(Task, fields=["name"], **{"$$FIRST": first, "$$LIMIT": page, "ID_Sort": "asc"})
        found += chunk
        first += page
        if len(chunk) < page:
            break
    if len(found) != total:
        raise SystemExit(f"read {len(found)} of {total}")
    return time.perf_counter() - start


def save_loop(url, count):
    session = Session("bench", api_key="key", api_version="v4.0", url_template=url)
    tasks = session.search(Task, fields=["name"], **{"$$FIRST": 0, "$$LIMIT": count, "ID_Sort": "asc"})[:count]
    start = time.perf_counter()
    for task in tasks:
        task.name = "changed"
        task.save()
    return time.perf_counter() - start


def lazy(url, key, count):
    session = Session("bench", api_key=key, api_version="v4.0", url_template=url)
    tasks = session.search(Task, fields=["name", "projectID"], **{"$$LIMIT": count, "ID_Sort": "asc"})
    if len([task.project.name for task in tasks]) != count:
        raise SystemExit(f"{len(tasks)} tasks")
    return 1


if __name__ == "__main__":
    serve(
        {
            name: globals()[name]
            for name in ("hydrate", "get", "set_again", "set_first", "read_loop", "save_loop", "lazy")
        }
    )
