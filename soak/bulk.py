"""Bulk writes on bad days: nothing lost, nothing doubled, and the report says what the server has."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workfront_orm.core.errors import OutcomeUnknown
from workfront_orm.core.report import Report
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox

from .figures import say

FAULTS = 0.1
THREADS = 4


@dataclass
class Outcome:
    """What one phase did, by the report and by the server.

    Attributes:
        phase: What was done.
        objects: How many objects it was about.
        counts: The rows of the report by status.
        requests: Requests that reached the server.
        faulty: How many of them a fault hit.
        lost: Objects that the report says are written and the server does not have so.
        doubled: Objects that the server has more than once.
        contradicted: Objects that the report says are not written and the server has, or the other way.
    """

    phase: str
    objects: int
    counts: dict[str, int]
    requests: int
    faulty: int
    lost: int = 0
    doubled: int = 0
    contradicted: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rows: list[Any] = field(default_factory=list)

    def is_good(self, *, unknown: bool = False) -> bool:
        """Whether nothing was lost, doubled, failed or contradicted; and nothing unknown, unless that may be."""
        bad = self.lost + self.doubled + self.contradicted + self.counts.get("failed", 0)
        return not bad and (unknown or not self.counts.get("unknown", 0))

    def __str__(self) -> str:
        """One line of figures."""
        counts = ", ".join(f"{count:,} {status}" for status, count in sorted(self.counts.items()))
        return (
            f"{self.phase}: {counts}; {self.lost} lost, {self.doubled} doubled, {self.contradicted} contradicted; "
            f"{self.requests:,} requests, {self.faulty} of them faulty ({len(self.kinds)} kinds)"
        )


class Rehearsal:
    """Creates, updates and deletes tasks of one project on a faulty sandbox, and compares.

    Args:
        sandbox: An empty one.
        slices: How many objects one call takes; None for all in one call, which sends them in four threads
            itself. Otherwise four threads of the caller's make the calls.
    """

    def __init__(self, sandbox: Sandbox, slices: int | None = None) -> None:
        self.sandbox = sandbox
        self.slices = slices
        sandbox.reset()
        # By login, since only a session can expire.
        # A sandbox whose connection broke is done with the request.
        quick = Retrying(settle=0.1)
        self.session = sandbox.session(api_version="v22.0", api_key=None, max_concurrent=THREADS, retrying=quick)
        self.session.login(sandbox.username, sandbox.password)
        self.project = self.session.api.Project(self.session, name="soak")
        self.project.save()
        sandbox.requests.clear()

    def close(self) -> None:
        self.session.close()

    def create(self, count: int, key: str | None) -> tuple[Outcome, list[Any]]:
        """Create so many tasks; with a key, or without one."""
        make = self.session.api.Task
        tasks = [
            make(self.session, name=f"task {number}", ext_ref_id=f"k{number}", project_id=self.project.id)
            for number in range(count)
        ]
        outcome, rows = self._write(
            f"{count:,} created {'with' if key else 'without'} a key",
            tasks,
            lambda some: self.session.save_all(some, key=key),
        )
        there = Counter(row["extRefID"] for row in self.rows())
        outcome.doubled = sum(number > 1 for number in there.values())
        for row in rows:
            found = there.pop(row.object.ext_ref_id, 0)
            outcome.lost += row.status == "created" and not found
            outcome.contradicted += row.status == "failed" and bool(found)
            # Those that nobody knows are named: what was done, and with which fields.
            outcome.contradicted += row.status == "unknown" and not (
                isinstance(row.error, OutcomeUnknown) and row.error.operation and row.error.request
            )
        outcome.contradicted += sum(there.values())
        return outcome, tasks

    def update(self, tasks: Sequence[Any]) -> Outcome:
        """Change the name of each task."""
        for number, task in enumerate(tasks):
            task.name = f"changed {number}"
        outcome, rows = self._write(f"{len(tasks):,} updated", tasks, self.session.save_all)
        there = {row["ID"]: row["name"] for row in self.rows()}
        for row in rows:
            same = there.get(row.id) == row.object.name
            outcome.lost += row.status == "updated" and not same
            outcome.contradicted += row.status == "failed" and same
        return outcome

    def delete(self, tasks: Sequence[Any]) -> Outcome:
        """Delete the tasks."""
        before = {row["ID"] for row in self.rows()}
        outcome, rows = self._write(f"{len(tasks):,} deleted", tasks, self.session.delete_all)
        there = {row["ID"] for row in self.rows()}
        for row in rows:
            outcome.lost += row.status == "deleted" and row.id in there
            outcome.contradicted += row.status == "failed" and row.id not in there
        outcome.contradicted += len(before - there - {row.id for row in rows})
        return outcome

    def rows(self) -> list[dict[str, Any]]:
        """What the server has, read on a good day by somebody else."""
        with self._good_day(), self.sandbox.session(api_version="v22.0") as other:
            task = other.api.Task
            query = other.query(task).where(task.project_id == self.project.id).fields("name", "extRefID")
            return [dict(found.fields) for found in query]

    def _write(
        self, phase: str, objects: Sequence[Any], call: Callable[[Iterable[Any]], Report]
    ) -> tuple[Outcome, list[Any]]:
        self.sandbox.requests.clear()
        self.sandbox.faults = FAULTS
        reports = [call(objects)] if self.slices is None else self._by_threads(objects, call)
        self.sandbox.faults = None
        log = self.sandbox.requests
        rows = [row for report in reports for row in report]
        kinds = Counter(entry.fault for entry in log if entry.fault)
        counts = dict(Counter(row.status for row in rows))
        if len(rows) != len(objects):
            raise AssertionError(f"{len(rows)} rows of a report for {len(objects)} objects")
        return Outcome(phase, len(objects), counts, len(log), sum(kinds.values()), kinds=kinds, rows=rows), rows

    def _by_threads(self, objects: Sequence[Any], call: Callable[[Iterable[Any]], Report]) -> list[Report]:
        size = self.slices or len(objects)
        left = iter([objects[start : start + size] for start in range(0, len(objects), size)])
        lock = threading.Lock()
        reports: list[Report] = []

        def work() -> None:
            while True:
                with lock:
                    some = next(left, None)
                if some is None:
                    return
                reports.append(call(some))

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return reports

    @contextmanager
    def _good_day(self) -> Iterator[None]:
        faults = self.sandbox.faults
        self.sandbox.faults = None
        yield
        self.sandbox.faults = faults


def rehearse(count: int, seed: int, slices: int | None = None) -> Iterator[tuple[Outcome, bool]]:
    """All phases; with each whether it is as promised."""
    with Sandbox(data="empty", seed=seed) as sandbox:
        rehearsal = Rehearsal(sandbox, slices)
        try:
            outcome, tasks = rehearsal.create(count, "ext_ref_id")
            yield outcome, outcome.is_good()
            outcome = rehearsal.update(tasks)
            yield outcome, outcome.is_good()
            outcome = rehearsal.delete(tasks[: count // 2])
            yield outcome, outcome.is_good()
        finally:
            rehearsal.close()
        rehearsal = Rehearsal(sandbox, slices)
        try:
            outcome, _tasks = rehearsal.create(count, None)
            yield outcome, outcome.is_good(unknown=True)
        finally:
            rehearsal.close()


def main(*, short: bool = False, seed: int = 1) -> bool:
    """Print the figures; whether they are what is promised."""
    count = 1000 if short else 10_000
    good = True
    for slices in (None, 5):
        how = "one call" if slices is None else f"calls of {slices} by {THREADS} threads"
        say(f"{FAULTS:.0%} of requests faulty, {how}, seed {seed}")
        for outcome, fine in rehearse(count, seed=seed, slices=slices):
            say(f"  {outcome}{'' if fine else '   <-- NOT AS PROMISED'}")
            good &= fine
    return good
