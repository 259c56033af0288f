"""Jobs and pipeline runs: what becomes of them is known when they start, and shows as the server's clock goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import model
from workfront_orm.sandbox.cloudbees_cd.errors import RestError, missing, required
from workfront_orm.sandbox.cloudbees_cd.values import flag, read_moment, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document

ABORTING = ("abortJob", "abortJobNow", "abortProcedure", "abortProcedureNow")


class Runs:
    """The jobs and pipeline runs of a server.

    Args:
        world: the data.
        seconds: how long a step or a stage takes.
    """

    def __init__(self, world: World, seconds: float) -> None:
        self._world = world
        self._seconds = seconds

    # --- starting --------------------------------------------------------------------------

    def procedure(self, procedure: Document, params: Mapping[str, Any]) -> Document:
        """Run a procedure and return its job.

        Raises:
            RestError: a required parameter is not given.
        """
        kinds = model.kinds()
        project = self._world.parent(procedure)
        assert project is not None
        actual = self._actual(self._world.children(procedure, kinds["formalParameter"]), params)
        steps = self._world.children(procedure, kinds["step"])
        name = _name(procedure.get("jobNameTemplate"), self._world)
        values = {"projectName": project["projectName"], "procedureName": procedure["procedureName"]}
        return self._job(name, values, steps, actual, params)

    def process(self, process: Document, params: Mapping[str, Any]) -> Document:
        """Run a process of an application and return its job.

        Raises:
            RestError: a required parameter is not given.
        """
        kinds = model.kinds()
        application = self._world.parent(process)
        assert application is not None
        project = self._world.parent(application)
        assert project is not None
        actual = self._actual(self._world.children(process, kinds["formalParameter"]), params)
        steps = self._world.children(process, kinds["processStep"])
        values = {"projectName": project["projectName"], "procedureName": process["processName"]}
        return self._job(_name(None, self._world), values, steps, actual, params)

    def pipeline(self, pipeline: Document, release: Document | None, params: Mapping[str, Any]) -> Document:
        """Run a pipeline and return its run.

        Raises:
            RestError: a stage is named that there is none, or a required parameter is not given.
        """
        kinds = model.kinds()
        project = self._world.parent(pipeline)
        assert project is not None
        stages = [one["stageName"] for one in self._world.children(pipeline, kinds["stage"])]
        self._actual(self._world.children(pipeline, kinds["formalParameter"]), params)
        first = params.get("startingStage")
        chosen = params.get("stagesToRun")
        for stage in [*([first] if first else []), *(_list(chosen) if chosen else [])]:
            if stage not in stages:
                raise missing("stage", text(stage))
        if chosen:
            stages = [stage for stage in stages if stage in _list(chosen)]
        if first:
            stages = stages[stages.index(first) :] if first in stages else stages
        number = self._world.documents.next_number(f"runs/{pipeline['_id']}")
        moment = self._world.now()
        values = {
            "flowRuntimeName": f"{pipeline['pipelineName']}_{number}_{moment:%Y%m%d%H%M%S}",
            "pipelineId": pipeline["pipelineId"],
            "pipelineName": pipeline["pipelineName"],
            "projectName": project["projectName"],
            "releaseId": None if release is None else release["releaseId"],
            "_start": timestamp(moment),
            "_stages": stages,
            "_stopped": None,
        }
        run = self._world.add(kinds["flowRuntime"], None, values)
        if release is not None:
            self._world.set(release, {"flowRuntimeId": run["flowRuntimeId"]})
        return run

    # --- stopping --------------------------------------------------------------------------

    def abort(self, run: Document, params: Mapping[str, Any]) -> None:
        """Stop a job or a pipeline run; what has ended stays as it is."""
        if not self.ended(run):
            how = "FORCE_ABORT" if flag(params.get("force")) else "ABORT"
            values = {"_stopped": timestamp(self._world.now()), "_how": how, "_reason": params.get("reason")}
            self._world.set(run, values)

    def ended(self, run: Document) -> bool:
        """Say whether a job or a pipeline run has ended."""
        return self._world.now() >= self._end(run)

    # --- as they are now -------------------------------------------------------------------

    def job_values(self, job: Document) -> Document:
        """Return what changes of a job as time goes by."""
        end, now = self._end(job), self._world.now()
        start = read_moment(job["_start"])
        stopped = job["_stopped"] is not None
        values: Document = {"status": "running", "start": job["_start"]}
        if now >= end:
            values = {
                "status": "completed",
                "outcome": "error" if stopped else job["_outcome"],
                "start": job["_start"],
                "finish": timestamp(end),
                "elapsedTime": str(int((end - start).total_seconds() * 1000)),
            }
            if stopped:
                values["abortStatus"] = job["_how"]
        return values

    def step_values(self, step: Document) -> Document:
        """Return what changes of a job step as time goes by."""
        job = self._world.parent(step)
        assert job is not None
        origin, now = read_moment(job["_start"]), self._world.now()
        begin, end = (origin + timedelta(seconds=step[name]) for name in ("_begin", "_end"))
        stop = read_moment(job["_stopped"]) if job["_stopped"] is not None else None
        if step["_outcome"] == "skipped" or (stop is not None and begin >= stop):
            return {"status": "completed", "outcome": "skipped"} if self.ended(job) else {"status": "pending"}
        if now < begin:
            return {"status": "pending"}
        if stop is not None and stop < end:
            return {"status": "completed", "outcome": "error", "start": timestamp(begin), "finish": timestamp(stop)}
        if now < end:
            return {"status": "running", "start": timestamp(begin)}
        return {
            "status": "completed",
            "outcome": step["_outcome"],
            "start": timestamp(begin),
            "finish": timestamp(end),
        }

    def run_values(self, run: Document) -> Document:
        """Return what changes of a pipeline run as time goes by; `completed` is a number, as clients want it."""
        now = self._world.now()
        ended = self.ended(run)
        stopped = run["_stopped"] is not None
        status = "running" if not ended else "aborted" if stopped else "success"
        stages = []
        for number, name in enumerate(run["_stages"]):
            begin = read_moment(run["_start"]) + timedelta(seconds=number * self._seconds)
            done = now >= begin + timedelta(seconds=self._seconds)
            state = "success" if done else "running" if now >= begin and not ended else "pending"
            stages.append({"stageName": name, "status": state})
        values: Document = {"completed": 1 if ended else 0, "status": status, "start": run["_start"]}
        if ended:
            values["finish"] = timestamp(self._end(run))
        if stages:
            values["stages"] = {"stage": stages}
        return values

    # --- helpers ---------------------------------------------------------------------------

    def _job(
        self,
        name: str,
        values: Mapping[str, Any],
        steps: Sequence[Document],
        actual: list[Document],
        params: Mapping[str, Any],
    ) -> Document:
        kinds = model.kinds()
        priority = text(params.get("priority") or "normal")
        if priority not in kinds["job"].fields["priority"].values:
            raise RestError(required("priority").status, "InvalidPriority", f"'{priority}' is no priority")
        planned = _plan(steps, self._seconds)
        job = self._world.add(
            kinds["job"],
            None,
            {
                "jobName": name,
                **values,
                "launchedByUser": self._world.user,
                "priority": priority,
                "actualParameter": actual,
                "_start": timestamp(self._world.now()),
                "_seconds": max((one["_end"] for one in planned), default=0.0),
                "_outcome": _outcome(planned, steps),
                "_stopped": None,
            },
        )
        for one in planned:
            self._world.add(kinds["jobStep"], job, one)
        return job

    def _actual(self, formal: Sequence[Document], params: Mapping[str, Any]) -> list[Document]:
        """Return the actual parameters of a run, defaults filled in.

        Raises:
            RestError: a required one is not given.
        """
        given = {}
        for word, name in (("actualParameter", "actualParameterName"), ("pipelineParameter", "pipelineParameterName")):
            for one in _list(params.get(word) or []):
                if isinstance(one, dict) and one.get(name):
                    given[text(one[name])] = text(one.get("value"))
        for one in formal:
            name = one["formalParameterName"]
            if name not in given and one.get("defaultValue"):
                given[name] = one["defaultValue"]
            if one.get("required") == "1" and not given.get(name):
                raise RestError(required(name).status, "MissingActualParameter", f"The parameter '{name}' is required")
        return [{"actualParameterName": name, "value": value} for name, value in given.items()]

    def _end(self, run: Document) -> datetime:
        if run["_stopped"] is not None:
            return read_moment(run["_stopped"])
        seconds = run["_seconds"] if run["_kind"] == "job" else len(run["_stages"]) * self._seconds
        return read_moment(run["_start"]) + timedelta(seconds=seconds)


def _plan(steps: Sequence[Document], seconds: float) -> list[Document]:
    """Return what becomes of the steps of a job, one after the other."""
    planned = []
    at, stopped = 0.0, False
    for step in steps:
        name = step.get("stepName") or step.get("processStepName")
        command = step.get("command", "")
        condition = step.get("condition")
        runs = (not stopped or step.get("alwaysRun") == "1") and (
            condition is None or flag(condition) or condition == ""
        )
        fails = runs and _fails(command)
        planned.append(
            {
                "stepName": name,
                "command": command,
                "_begin": at,
                "_end": at + seconds if runs else at,
                "_outcome": "skipped" if not runs else "error" if fails else "success",
            }
        )
        at = planned[-1]["_end"]
        stopped = stopped or (fails and step.get("errorHandling") in ABORTING)
    return planned


def _outcome(planned: Sequence[Document], steps: Sequence[Document]) -> str:
    pairs = zip(planned, steps, strict=True)
    failed = any(one["_outcome"] == "error" and step.get("errorHandling") != "ignore" for one, step in pairs)
    return "error" if failed else "success"


def _fails(command: str) -> bool:
    words = command.split()
    return len(words) == 2 and words[0] == "exit" and words[1] != "0"  # noqa: PLR2004 - `exit 1`


def _name(template: str | None, world: World) -> str:
    number = world.documents.next_number("jobs")
    base = template.replace("$[increment]", str(number)) if template else f"job_{number}"
    return f"{base}_{world.now():%Y%m%d%H%M%S}" if not template else f"{base}-{number}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
