"""kill -9 in the middle of bulk writes with keys: a rerun leaves what one clean run leaves."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from workfront_orm import Session
from workfront_orm.core.report import Report
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.sandbox.faults import KINDS

from .bulk import FAULTS
from .figures import say

KEY = "ext_ref_id"
FIELDS = ("extRefID", "name", "description", "parent:extRefID")

State = list[tuple[Any, ...]]


@dataclass
class Kills:
    """What became of programs that were killed.

    Attributes:
        moments: How many had written nothing, a part, or all when they were killed.
        wrong: What a rerun left other than one clean run does, or reported other than it was.
        requests: Requests of a clean run.
    """

    moments: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    requests: int = 0

    def __str__(self) -> str:
        """One line of figures."""
        moments = ", ".join(f"{self.moments[moment]} with {moment} written" for moment in ("nothing", "a part", "all"))
        return (
            f"{self.moments.total()} kills in a write of {self.requests} requests ({moments}): "
            f"{len(self.wrong)} reruns left another state than one clean run"
        )


class Stage:
    """A sandbox with a project, half of whose tasks are there already, under other names.

    Args:
        sandbox: An empty one.
        tasks: How many tasks a write is about.
    """

    def __init__(self, sandbox: Sandbox, tasks: int) -> None:
        self.sandbox = sandbox
        self.tasks = tasks
        self.project = ""
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([__name__])

    def prepare(self) -> None:
        """As before the first write."""
        self.sandbox.reset()
        with self.session() as session:
            project = session.api.Project(session, name="kills")
            project.save()
            self.project = project.id
            there = inputs(session, self.project, self.tasks)[: self.tasks // 2]
            for obj in there:
                obj.name = f"old {obj.name}"
            session.save_all(there, key=KEY).raise_for_errors()

    def session(self) -> Any:
        return self.sandbox.session(api_version="v22.0", retrying=Retrying(settle=0.1))

    def write(self) -> tuple[Report, list[Any]]:
        """The write, here and to its end."""
        with self.session() as session:
            objects = inputs(session, self.project, self.tasks)
            return session.save_all(objects, key=KEY), objects

    def start(self) -> tuple[Any, Connection]:
        """The write in a process of its own; the connection tells that it begins, and its end."""
        here, there = self._processes.Pipe(duplex=False)
        options = {"url_template": self.sandbox.url_template, "api_key": self.sandbox.api_key, "protocol": "http"}
        process = self._processes.Process(target=write, args=(there, options, self.project, self.tasks))
        process.start()
        there.close()
        if here.recv() != "begins":
            raise AssertionError("the process that is to be killed did not begin")
        return process, here

    def settle(self) -> None:
        """Wait until the server is done with what it was sent."""
        idle = 0
        while idle < 2:
            idle = 0 if self.sandbox.under_way else idle + 1
            time.sleep(0.005)

    def state(self) -> State:
        """What the server has, without ids."""
        with self.session() as session:
            task = session.api.Task
            query = session.query(task).where(task.project_id == self.project).fields(*FIELDS)
            return sorted(
                (one.fields["extRefID"], one.fields["name"], one.fields["description"], _parent(one)) for one in query
            )


def _parent(task: Any) -> str:
    parent = task.fields.get("parent")
    return parent["extRefID"] if parent else ""


def inputs(session: Any, project: str, count: int) -> list[Any]:
    """What is written: groups and their tasks, which refer to groups that may not be saved yet."""
    make = session.api.Task
    groups = [
        make(session, name=f"group {number}", ext_ref_id=f"g{number}", project_id=project)
        for number in range(max(1, count // 20))
    ]
    tasks = [
        make(
            session,
            name=f"task {number}",
            description="what is to be done",
            ext_ref_id=f"t{number}",
            project_id=project,
            parent_id=groups[number % len(groups)],
        )
        for number in range(count - len(groups))
    ]
    return [*groups, *tasks]


def write(told: Connection, options: dict[str, Any], project: str, count: int) -> None:
    """What is killed."""
    # One at a time, so that there are many moments with a part written.
    with Session("soak", api_version="v22.0", max_concurrent=1, **options) as session:
        objects = inputs(session, project, count)
        told.send("begins")
        report = session.save_all(objects, key=KEY)
        told.send(report.counts())


def kill(count: int, *, seed: int, tasks: int = 300, latency: float = 0.05) -> Kills:
    """Kill a write at so many random moments, every other time on a bad day, and run it again when the server is idle."""
    generator = random.Random(seed)
    kills = Kills()
    with Sandbox(data="empty", seed=seed) as sandbox:
        stage = Stage(sandbox, tasks)
        stage.prepare()
        before = stage.state()
        sandbox.latency = latency
        sandbox.requests.clear()
        process, told = stage.start()
        told.recv()
        process.join()
        kills.requests = len(sandbox.requests)
        clean = stage.state()
        for number in range(count):
            stage.prepare()
            sandbox.requests.clear()
            sandbox.latency = latency
            sandbox.faults = _bad_day(generator) if number % 2 else None
            # By what was answered, so that it is as random on a busy machine: somewhere in the request after.
            answered = generator.randrange(kills.requests)
            process, told = stage.start()
            while len(sandbox.requests) < answered and not told.poll():
                time.sleep(0.002)
            time.sleep(generator.uniform(0, 1.5 * latency))
            process.kill()
            process.join()
            stage.settle()
            sandbox.latency = 0
            sandbox.faults = None
            left = stage.state()
            kills.moments["nothing" if left == before else "all" if left == clean else "a part"] += 1
            sandbox.faults = _bad_day(generator) if number % 2 else None
            report, objects = stage.write()
            sandbox.faults = None
            kills.wrong += [f"kill {number}: {what}" for what in _wrong(stage, report, objects, left, clean)]
    return kills


def _bad_day(generator: random.Random) -> list[dict[str, Any]]:
    """Faults for the next requests; by a script, since a rate would draw the same ones each time."""
    kinds = sorted(KINDS)
    return [{"script": [generator.choice(kinds) if generator.random() < FAULTS else None for _ in range(50)]}]


def _wrong(stage: Stage, report: Report, objects: list[Any], left: State, clean: State) -> list[str]:
    wrong = []
    there = {row[0]: row for row in left}
    wanted = {row[0]: row for row in clean}
    if stage.state() != clean:
        wrong.append("the server has something else than after one clean run")
    for row, obj in zip(report, objects, strict=True):
        was = there.get(obj.ext_ref_id)
        right = "created" if was is None else "unchanged" if was == wanted[obj.ext_ref_id] else "updated"
        # On a bad day an update that was done without an answer is found to be done.
        if row.status != right:
            wrong.append(f"row {row.index} is {row.status}, not {right}: {row.error}")
    with stage.session() as session:
        if session.duplicates(inputs(session, stage.project, stage.tasks), KEY):
            wrong.append("something is there twice")
    return wrong


@dataclass
class Overlap:
    """What a rerun doubles that does not wait, and what the last check finds of it.

    Attributes:
        doubled: The keys that the server has more than once.
        found: Those that `session.duplicates` names.
        left: Those that are left when the surplus is deleted.
    """

    doubled: list[str]
    found: list[str]
    left: list[str]


def overlap(*, tasks: int = 40, seconds: float = 4.0) -> Overlap:
    """Kill a write whose creates are under way, and run it again at once: what the server still does is done twice."""
    with Sandbox(data="empty") as sandbox:
        stage = Stage(sandbox, tasks)
        stage.prepare()
        sandbox.faults = [{"kind": "latency", "method": "POST", "path": "*/TASK", "seconds": seconds}]
        process, _told = stage.start()
        while not any(line.endswith("/TASK") for line in sandbox.under_way):
            time.sleep(0.005)
        process.kill()
        process.join()
        sandbox.faults = None
        _report, _objects = stage.write()
        stage.settle()
        doubled = _twice(stage)
        with stage.session() as session:
            found = session.duplicates(inputs(session, stage.project, tasks), KEY)
            keys = sorted(same[0].ext_ref_id for same in found)
            session.delete_all([surplus for _kept, *rest in found for surplus in rest]).raise_for_errors()
        return Overlap(doubled, keys, _twice(stage))


def _twice(stage: Stage) -> list[str]:
    return sorted(key for key, count in Counter(row[0] for row in stage.state()).items() if count > 1)


def main(*, short: bool = False) -> bool:
    """Print the figures; whether they are what is promised."""
    kills = kill(10 if short else 100, seed=1)
    say(str(kills))
    for what in kills.wrong[:20]:
        say(f"  {what}   <-- NOT AS PROMISED")
    found = overlap()
    good = bool(found.doubled) and found.found == found.doubled and not found.left
    say(
        f"a rerun while the killed program's creates were still under way doubled {len(found.doubled)} objects; the last "
        f"check found {len(found.found)} of them, and {len(found.left)} are left{'' if good else '   <-- NOT AS PROMISED'}"
    )
    return good and not kills.wrong
