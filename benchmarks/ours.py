"""Our side of the comparisons, in a process of its own."""

from __future__ import annotations

import gc
import sys
import time
import timeit
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from side import CHUNK, rows, serve

from workfront_orm import Session
from workfront_orm.core.tracking import State
from workfront_orm.versions.v40 import Task


def hydrate(names: dict, count: int, *, identity: bool) -> float:
    data = rows(names, count)
    session = Session("bench", api_version="v4.0")
    state = State(session)
    gc.collect()
    start = time.perf_counter()
    if identity:
        objects = []
        for first in range(0, count, CHUNK):
            objects += session.identity_map.wrap_page(Task, data[first : first + CHUNK])
    else:
        gc.disable()
        objects = [Task._wrap(row, state) for row in data]
        gc.enable()
    elapsed = time.perf_counter() - start
    del objects
    return elapsed / count


def _one(names: dict) -> Task:
    session = Session("bench", api_version="v4.0")
    return session.identity_map.wrap_page(Task, rows(names, 1))[0]


def get(names: dict, field: str) -> float:
    task = _one(names)
    statement = f"task.{Task._python_names[field]}"
    return min(timeit.repeat(statement, globals={"task": task}, number=200_000, repeat=3)) / 200_000


def set_again(names: dict, field: str, values: list) -> float:
    task = _one(names)
    name = Task._python_names[field]
    statement = f"task.{name} = first; task.{name} = second"
    scope = {"task": task, "first": values[0], "second": values[1]}
    return min(timeit.repeat(statement, globals=scope, number=100_000, repeat=3)) / 200_000


def set_first(names: dict, field: str, value: object) -> float:
    name = Task._python_names[field]
    session = Session("bench", api_version="v4.0")
    objects = session.identity_map.wrap_page(Task, rows(names, 20_000))
    gc.collect()
    start = time.perf_counter()
    for task in objects:
        setattr(task, name, value)
    return (time.perf_counter() - start) / len(objects)


def memory(names: dict, count: int) -> float:
    """Bytes that stay allocated for a row and its object, against those of the row alone."""
    import tracemalloc

    def kept(wrap: bool) -> int:
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        data = rows(names, count)
        session = Session("bench", api_version="v4.0")
        objects = session.identity_map.wrap_page(Task, data) if wrap else None
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del objects, data
        return after - before

    return kept(wrap=True) / kept(wrap=False)


def read(url: str, total: int, limit: int | None) -> float:
    with Session("bench", api_key="key", api_version="v4.0", url_template=url, max_concurrent=limit) as session:
        start = time.perf_counter()
        found = session.search(Task, fields=["name"])
        elapsed = time.perf_counter() - start
    if len(found) != total:
        raise SystemExit(f"read {len(found)} of {total}")
    return elapsed


def read_bare(url: str, total: int, page: int) -> float:
    """Bare requests and json, the best that any client on requests can do in one thread."""
    import json

    import requests

    with requests.Session() as http:
        start = time.perf_counter()
        found: list = []
        last = ""
        while True:
            form = {"method": "GET", "apiKey": "key", "fields": "name", "$$LIMIT": page, "ID_Sort": "asc"}
            if last:
                form |= {"ID": last, "ID_Mod": "gt"}
            answer = http.post(f"{url}/TASK/search", data=form, timeout=60)
            rows_ = json.loads(answer.content)["data"]
            found += rows_
            if len(rows_) < page:
                break
            last = rows_[-1]["ID"]
        elapsed = time.perf_counter() - start
    if len(found) != total:
        raise SystemExit(f"read {len(found)} of {total}")
    return elapsed


def save(url: str, count: int) -> float:
    with Session("bench", api_key="key", api_version="v4.0", url_template=url) as session:
        tasks = session.query(Task).fields("name").limit(count).all()
        for task in tasks:
            task.name = "changed"
        start = time.perf_counter()
        report = session.save_all(tasks)
        elapsed = time.perf_counter() - start
    if len(report.updated) != count:
        raise SystemExit(repr(report))
    return elapsed


def save_some(url: str, key: str, count: int) -> int:
    """Change and save so many tasks; returns how many requests the reading before took."""
    with Session("bench", api_key=key, api_version="v4.0", url_template=url) as session:
        tasks = session.query(Task).fields("name").limit(count).all()
        for task in tasks:
            task.name = f"{task.name} again"
        report = session.save_all(tasks)
    if len(report.updated) != count:
        raise SystemExit(repr(report))
    return -(-count // 2000)


def lazy(url: str, key: str, count: int) -> int:
    """Follow a reference of so many tasks; returns how many requests the reading before took."""
    with Session("bench", api_key=key, api_version="v4.0", url_template=url) as session:
        tasks = session.query(Task).fields("name", "projectID").limit(count).all()
        if len([task.project.name for task in tasks]) != count:
            raise SystemExit(f"{len(tasks)} tasks")
    return -(-count // 2000)


def stream(url: str, count: int) -> float:
    """Seconds for each of so many rows that are read one by one."""
    with Session("bench", api_key="key", api_version="v4.0", url_template=url) as session:
        start = time.perf_counter()
        read = sum(1 for _task in session.query(Task).fields("name").limit(count))
        elapsed = time.perf_counter() - start
    if read != count:
        raise SystemExit(f"read {read} of {count}")
    return elapsed / count


def stream_memory(url: str, count: int) -> float:
    """Megabytes that are allocated at most while so many rows are read one by one."""
    import tracemalloc

    gc.collect()
    tracemalloc.start()
    try:
        stream(url, count)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


MEASURES = (
    "hydrate",
    "get",
    "set_again",
    "set_first",
    "memory",
    "read",
    "read_bare",
    "save",
    "save_some",
    "lazy",
    "stream",
    "stream_memory",
)

if __name__ == "__main__":
    serve({name: globals()[name] for name in MEASURES})
