"""Objects as they are answered: values as text, the names of their parents, and what is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.cloudbees_cd import model
from workfront_orm.sandbox.cloudbees_cd.world import reference

if TYPE_CHECKING:
    from workfront_orm.sandbox.cloudbees_cd.properties import Properties
    from workfront_orm.sandbox.cloudbees_cd.runs import Runs
    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document


class Views:
    """Shows objects.

    Args:
        world: the data.
        properties: its properties.
        runs: its jobs and pipeline runs.
    """

    def __init__(self, world: World, properties: Properties, runs: Runs) -> None:
        self._world = world
        self._properties = properties
        self._runs = runs

    def shown(self, document: Document) -> Document:
        """Return an object as it is answered; empty elements are left out."""
        kind = model.kinds()[document["_kind"]]
        hidden = {name for name, field in kind.fields.items() if field.hidden}
        result = {name: value for name, value in document.items() if not name.startswith("_") and name not in hidden}
        parent = self._world.parent(document)
        while parent is not None:
            above = model.kinds()[parent["_kind"]]
            result.setdefault(above.key, parent[above.key])
            parent = self._world.parent(parent)
        result.update(self._computed(document))
        return {name: value for name, value in result.items() if value is not None}

    def details(self, job: Document, *, structure_only: bool) -> Document:
        """Return a job with its steps, as getJobDetails does; only their ids when the structure alone is asked for."""
        kinds = model.kinds()
        steps = self._world.children(job, kinds["jobStep"])
        if structure_only:
            shown = [{"jobStepId": step["jobStepId"], "stepName": step["stepName"]} for step in steps]
        else:
            shown = [self.shown(step) for step in steps]
        result = self.shown(job)
        if shown:
            result["jobStep"] = shown
        result["propertySheet"] = self._properties.shown_sheet(job["propertySheetId"], expand=False, recurse=False)
        return result

    def _computed(self, document: Document) -> Document:
        kind = document["_kind"]
        over_time = {
            "job": self._runs.job_values,
            "jobStep": self._runs.step_values,
            "flowRuntime": self._runs.run_values,
        }
        if kind in over_time:
            return over_time[kind](document)
        values: Document = {}
        if kind in ("formalParameter", "stage"):
            parent = self._world.parent(document)
            assert parent is not None
            place = self._world.children(parent, model.kinds()[kind]).index(document)
            values = {"orderIndex": str(place + 1), "container": reference(parent)}
            if kind == "stage":
                values = {"index": str(place)}
        elif kind == "process":
            values["applicationId"] = str(document["_parent"]).partition("-")[2]
        elif kind == "release" and document.get("pipelineId"):
            pipeline = self._world.documents["pipeline"].get(document["pipelineId"])
            values["pipelineName"] = None if pipeline is None else pipeline["pipelineName"]
        return values
