"""Limits of requests in flight: a set one is never exceeded, an unset one is found; counted at the server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workfront_orm import Session
from workfront_orm.sandbox import Sandbox

from .figures import ROOT, say

SERVER_LIMIT = 10
THREADS = 16


@dataclass
class Load:
    """What a crowd of threads got out of a server.

    Attributes:
        rate: Answers in a second.
        refused: Share of the requests that were refused with 429.
        most: The greatest number of requests that were in flight at the server.
    """

    rate: float
    refused: float
    most: int


def crowd(session: Session, requests: int, threads: int = THREADS) -> None:
    """So many small reads by so many threads."""
    project = session.search(session.api.Project, fields=["name"], **{"$$LIMIT": 1})[0]
    left = iter(range(requests))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            session.load(session.api.Project, project.id, fields=["name"])

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def measure(sandbox: Sandbox, limit: int | None, requests: int, latency: float = 0.05) -> Load:
    """Sixteen threads of one session on a server that takes ten at a time."""
    _prepare(sandbox, latency)
    with sandbox.session(api_version="v22.0", max_concurrent=limit) as session:
        crowd(session, requests)
    return _load(sandbox)


def measure_processes(
    sandbox: Sandbox, limit: int | None, requests: int, *, shared: bool, processes: int = 2, latency: float = 0.05
) -> Load:
    """The same by several processes, which share the limit, or know nothing of each other."""
    _prepare(sandbox, latency)
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {"url_template": sandbox.url_template, "api_key": sandbox.api_key}
        options |= {"max_concurrent": limit, "machine_wide": shared and folder}
        options |= {"api_version": "v22.0", "protocol": "http"}
        command = [sys.executable, "-m", "soak.limits", json.dumps(options), str(requests // processes)]
        running = [subprocess.Popen(command, cwd=ROOT) for _ in range(processes)]
        statuses = [process.wait() for process in running]
    if any(statuses):
        raise SystemExit(f"a process of the crowd ended with {statuses}")
    return _load(sandbox)


def most_in_flight(spans: list[tuple[float, float]]) -> int:
    """The greatest number of spans (start, end) that share a moment."""
    # At the same moment ends come first.
    events = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans], key=lambda event: event)
    most = inside = 0
    for _, step in events:
        inside += step
        most = max(most, inside)
    return most


def main(*, short: bool = False) -> bool:
    """Print the figures; whether they are what is promised."""
    requests, rounds = (300, 1) if short else (800, 3)
    # In a short run the first second weighs more, in which the number is found; and who is left of two programs
    # takes a while to find that he is alone: of them nothing is promised but that both get on.
    least, least_apart = (0.75 if short else 0.9), 0.6
    good = True
    with Sandbox(data="demo") as sandbox:
        load = measure_processes(sandbox, SERVER_LIMIT, requests, shared=True)
        good &= load.most <= SERVER_LIMIT and load.refused == 0
        say(f"limit    10, 2 processes of {THREADS} threads: {_told(load)}")

        def alone(limit: int | None) -> Callable[[], Load]:
            return lambda: measure(sandbox, limit, requests, latency=0.1)

        def apart(limit: int | None) -> Callable[[], Load]:
            return lambda: measure_processes(sandbox, limit, requests, shared=False, latency=0.1)

        # In turn, so that what else the machine does hits all alike; with a latency that leaves it time for that.
        crowds = {f"limit {limit or 'unset':>5}, {THREADS} threads": alone(limit) for limit in (8, 9, 10, 14, None)}
        fixed = list(crowds)[:3]
        crowds |= {f"limit {limit or 'unset':>5}, 2 processes apart": apart(limit) for limit in (14, None)}
        loads = {name: Load(0, 0, 0) for name in crowds}
        for _ in range(rounds):
            for name, run in crowds.items():
                load, mean = run(), loads[name]
                mean.rate += load.rate / rounds
                mean.refused += load.refused / rounds
                mean.most = max(mean.most, load.most)
    best = max(loads[name].rate for name in fixed)
    for name, load in loads.items():
        if name in fixed:
            fine = load.refused == 0 and load.most <= SERVER_LIMIT
        else:
            fine = load.refused < 0.1 and load.rate > (least_apart if name.endswith("apart") else least) * best
        good &= fine
        share = f"{load.rate / best:.0%} of the best fixed limit{'' if fine else '   <-- NOT AS PROMISED'}"
        say(f"{name}: {_told(load)}, {share}")
    return good


def _prepare(sandbox: Sandbox, latency: float) -> None:
    sandbox.reset()
    sandbox.latency = latency
    sandbox.faults = [{"kind": "429", "concurrent": SERVER_LIMIT}]


def _load(sandbox: Sandbox) -> Load:
    log = sandbox.requests
    answered = sum(entry.status == 200 for entry in log)
    spans = [(entry.at, entry.at + entry.seconds) for entry in log]
    # Programs take a while to start.
    elapsed = max(end for _, end in spans) - min(start for start, _ in spans)
    return Load(answered / elapsed, sum(entry.status == 429 for entry in log) / len(log), most_in_flight(spans))


def _told(load: Load) -> str:
    return f"{load.rate:6.1f} answers a second, {load.refused:.2%} refused, at most {load.most} at the server"


if __name__ == "__main__":
    with Session("soak", **json.loads(sys.argv[1])) as one:
        crowd(one, int(sys.argv[2]))
