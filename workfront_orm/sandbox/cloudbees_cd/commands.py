"""The calls: what each path and verb does, and the commands that `request` names."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import model, paths
from workfront_orm.sandbox.cloudbees_cd.errors import RestError, duplicate, missing, no_property, required, unknown
from workfront_orm.sandbox.cloudbees_cd.values import flag, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.cloudbees_cd.model import Kind
    from workfront_orm.sandbox.cloudbees_cd.paths import Place
    from workfront_orm.sandbox.cloudbees_cd.properties import Address, Properties
    from workfront_orm.sandbox.cloudbees_cd.runs import Runs
    from workfront_orm.sandbox.cloudbees_cd.search import Search
    from workfront_orm.sandbox.cloudbees_cd.views import Views
    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document

READING = frozenset(
    {
        "findObjects",
        "countObjects",
        "getObjects",
        "findJobSteps",
        "getPipelineRuntimes",
        "getPipelineRuntimeDetails",
        "expandString",
        "getJobStatus",
        "getJobDetails",
    }
)
"""Commands that change nothing, whatever their verb."""

FIRST_STAGE = "Stage 1"


@dataclass(slots=True)
class Call:
    """One call.

    Attributes:
        verb: HTTP verb.
        segments: parts of the path, decoded.
        params: parameters of query and body.
        command: what `request` names, empty for none.
    """

    verb: str
    segments: list[str]
    params: dict[str, Any]
    command: str

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.verb == "GET" or self.command in READING

    def refuse(self) -> RestError:
        """Return the error for a call that is not served."""
        command = f"?request={self.command}" if self.command else ""
        return unknown(f"{self.verb} /{'/'.join(self.segments)}{command}")


class Commands:
    """Carries out calls.

    Args:
        world: the data.
        properties: its properties.
        runs: its jobs and pipeline runs.
        views: how objects are shown.
        search: searches.
    """

    def __init__(self, world: World, properties: Properties, runs: Runs, views: Views, search: Search) -> None:
        self._world = world
        self._properties = properties
        self._runs = runs
        self._views = views
        self._search = search
        self._roots: dict[str, Callable[[Call], Document]] = {
            "objects": self._objects,
            "properties": self._property_calls,
            "propertySheets": self._sheet,
            "server": self._server,
            "expandString": self._expand,
            "pipelineRuntimeDetails": self._run_details,
        }

    def carry_out(self, call: Call) -> Document:
        """Carry out a call and return its answer.

        Raises:
            RestError: it is refused or not served.
        """
        root = self._roots.get(call.segments[0])
        if root is not None:
            return root(call)
        if call.verb == "POST" and len(call.segments) == 1 and call.segments[0] in ("jobs", "pipelines", "releases"):
            return self._run(call)
        place = paths.walk(self._world, call.segments, call.params)
        if place.rest:
            return self._below(call, place)
        if place.collection is not None:
            return self._collection(call, place.document, place.collection)
        if place.document is None:
            raise call.refuse()
        return self._object(call, place.document)

    # --- objects -----------------------------------------------------------------------------

    def _collection(self, call: Call, parent: Document | None, kind: Kind) -> Document:
        if call.verb == "GET":
            if kind.name == "job":
                return self._jobs(call)
            found = self._world.children(parent, kind) if parent is not None else list(self._world.all(kind))
            if kind.name == "artifactVersion" and call.params.get("artifactName") is not None:
                found = [one for one in found if one["artifactName"] == text(call.params["artifactName"])]
            return {kind.name: [self._views.shown(one) for one in found]} if found else {}
        if call.verb != "POST" or not kind.made or call.command:
            raise call.refuse()
        return {kind.name: self._views.shown(self.create(kind, parent, call.params))}

    def create(self, kind: Kind, parent: Document | None, params: dict[str, Any]) -> Document:
        """Make an object and what comes with it.

        Raises:
            RestError: a value is missing or refused, or the name is taken.
        """
        kinds = model.kinds()
        pipeline = self._pipeline_of(kind, parent, params)
        document = self._world.create(kind, parent, params)
        if pipeline is not None:
            self._world.set(document, {"pipelineId": pipeline["pipelineId"]})
        if kind.name == "pipeline":
            self._world.create(kinds["stage"], document, {"stageName": FIRST_STAGE})
        if kind.name == "artifactVersion" and not self._world.exists(kinds["artifact"], None, document["artifactName"]):
            self._world.create(kinds["artifact"], None, document)
        return document

    def _object(self, call: Call, document: Document) -> Document:
        kind = document["_kind"]
        if call.command:
            return self._command(call, document)
        if call.verb == "GET":
            if kind == "job":
                return {kind: self._views.details(document, structure_only=flag(call.params.get("structureOnly")))}
            return {kind: self._views.shown(document)}
        if call.verb == "PUT" and model.kinds()[kind].made:
            pipeline = self._pipeline_of(model.kinds()[kind], self._world.parent(document), call.params)
            self._world.change(document, call.params)
            if pipeline is not None:
                self._world.set(document, {"pipelineId": pipeline["pipelineId"]})
            return {kind: self._views.shown(document)}
        if call.verb == "DELETE":
            self._world.remove(document)
            return {}
        raise call.refuse()

    def _command(self, call: Call, document: Document) -> Document:
        kind = document["_kind"]
        if kind == "job" and call.command == "getJobStatus":
            shown = self._views.shown(document)
            return {name: shown[name] for name in ("jobId", "status", "outcome") if name in shown}
        if kind == "job" and call.command == "getJobDetails":
            return {kind: self._views.details(document, structure_only=flag(call.params.get("structureOnly")))}
        if (kind, call.command) in (("job", "abortJob"), ("flowRuntime", "abortPipelineRun")) and call.verb == "PUT":
            self._runs.abort(document, call.params)
            return {kind: self._views.shown(document)}
        if kind == "pipeline" and call.command == "getPipelineRuntimes":
            release = call.params.get("releaseId")
            found = [
                run
                for run in self._world.all(model.kinds()["flowRuntime"])
                if run["pipelineId"] == document["pipelineId"] and (release is None or run["releaseId"] == release)
            ]
            return {"flowRuntime": [self._views.shown(run) for run in found]} if found else {}
        raise call.refuse()

    def _below(self, call: Call, place: Place) -> Document:
        """Answer for what follows an object: the resources of an environment's tier, else a property."""
        document = place.document
        if document is None:
            raise call.refuse()
        if document["_kind"] == "environmentTier" and place.rest == ["resources"]:
            return self._tier_resources(call, document)
        if "propertySheetId" not in document:
            raise call.refuse()
        address = self._properties.address("/".join(place.rest), {"propertySheetId": document["propertySheetId"]})
        return self._property(call, address)

    def _tier_resources(self, call: Call, tier: Document) -> Document:
        kind = model.kinds()["resource"]
        names = tier.get("_resources", [])
        if call.verb == "POST":
            added = self._world.find(kind, None, text(call.params.get("resourceName")))
            if added["resourceName"] in names:
                raise duplicate("resource", added["resourceName"])
            self._world.set(tier, {"_resources": [*names, added["resourceName"]]})
            return {"resource": self._views.shown(added)}
        if call.verb != "GET":
            raise call.refuse()
        found = [self._world.find(kind, None, name) for name in names if self._world.exists(kind, None, name)]
        return {"resource": [self._views.shown(one) for one in found]} if found else {}

    def _pipeline_of(self, kind: Kind, parent: Document | None, params: dict[str, Any]) -> Document | None:
        """Return the pipeline that a release names, None where it names none."""
        if kind.name != "release" or params.get("pipelineName") is None:
            return None
        if params.get("pipelineProjectName") is not None:
            parent = self._world.find(model.kinds()["project"], None, text(params["pipelineProjectName"]))
        return self._world.find(model.kinds()["pipeline"], parent, text(params["pipelineName"]))

    # --- jobs and runs -------------------------------------------------------------------------

    def _jobs(self, call: Call) -> Document:
        """Answer `GET /jobs`, the one list that is paged."""
        params = call.params
        found = [self._views.shown(job) for job in self._world.all(model.kinds()["job"])]
        if params.get("status") is not None:
            found = [job for job in found if job["status"] == text(params["status"])]
        key, order = params.get("sortKey"), params.get("sortOrder")
        if (key is None) is not (order is None):
            raise required("sortOrder" if order is None else "sortKey")
        if key is not None:
            if order not in ("ascending", "descending"):
                raise RestError(HTTPStatus.BAD_REQUEST, "InvalidSortOrder", f"'{order}' is no order")
            found.sort(key=lambda job: text(job.get(text(key))), reverse=order == "descending")
        first, most = (_number(params, name) for name in ("firstResult", "maxResults"))
        found = found[first or 0 :]
        found = found if most is None else found[:most]
        return {"job": found} if found else {}

    def _run(self, call: Call) -> Document:
        params = call.params
        root = call.segments[0]
        if root == "jobs" and call.command == "runProcedure":
            procedure = self._named(("project", "procedure"), params)
            return {"jobId": self._runs.procedure(procedure, params)["jobId"]}
        if root == "jobs" and call.command == "runProcess":
            process = self._named(("project", "application", "process"), params)
            place = params.get("environmentProjectName") or params.get("projectName")
            self._named(("project", "environment"), {**params, "projectName": place})
            return {"jobId": self._runs.process(process, params)["jobId"]}
        if root == "pipelines" and call.command in ("", "runPipeline"):
            pipeline = self._named(("project", "pipeline"), params)
            release = self._named(("project", "release"), params) if params.get("releaseName") else None
            return {"flowRuntime": self._views.shown(self._runs.pipeline(pipeline, release, params))}
        if root == "releases" and call.command in ("", "startRelease"):
            release = self._named(("project", "release"), params)
            found = self._world.documents["pipeline"].get(release.get("pipelineId") or "")
            if found is None:
                raise missing("pipeline", text(release.get("pipelineName")))
            run = self._runs.pipeline(found, release, params)
            return {"flowRuntime": self._views.shown(run), "release": self._views.shown(release)}
        raise call.refuse()

    def _run_details(self, call: Call) -> Document:
        given = call.params.get("flowRuntimeId")
        if given is None:
            raise required("flowRuntimeId")
        kind = model.kinds()["flowRuntime"]
        names = given if isinstance(given, list) else [given]
        found = [self._world.find(kind, None, text(name)) for name in names]
        return {"flowRuntime": [self._views.shown(run) for run in found]}

    def _named(self, chain: tuple[str, ...], params: dict[str, Any]) -> Document:
        """Return the object that the names of a chain lead to.

        Raises:
            RestError: a name is missing or leads nowhere.
        """
        current: Document | None = None
        for name in chain:
            if params.get(f"{name}Name") is None:
                raise required(f"{name}Name")
            current = self._world.find(model.kinds()[name], current, text(params[f"{name}Name"]))
        assert current is not None
        return current

    # --- searches ------------------------------------------------------------------------------

    def _objects(self, call: Call) -> Document:
        commands: dict[str, Callable[[dict[str, Any]], Document]] = {
            "findObjects": self._search.find,
            "countObjects": self._search.count,
            "getObjects": self._search.get,
            "deleteObjects": self._search.delete,
            "findJobSteps": self._search.steps,
        }
        if len(call.segments) > 1 or call.verb not in ("PUT", "POST") or call.command not in commands:
            raise call.refuse()
        return commands[call.command](call.params)

    # --- properties ----------------------------------------------------------------------------

    def _property_calls(self, call: Call) -> Document:
        params = call.params
        if len(call.segments) == 1:
            if call.verb == "POST":
                name = text(params.get("propertyName"))
                if not name:
                    raise RestError(HTTPStatus.BAD_REQUEST, "InvalidPropertyName", "'propertyName' is required")
                return self._property(call, self._properties.address(name, params))
            if call.verb != "GET":
                raise call.refuse()
            return self._listed(params)
        return self._property(call, self._properties.address("/".join(call.segments[1:]), params))

    def _listed(self, params: dict[str, Any]) -> Document:
        sheet = self._properties.sheet(params)
        if params.get("path") is not None:
            nested = self._properties.find(self._properties.address(text(params["path"]), params))
            if nested is None or not nested.get("propertySheetId"):
                raise no_property(text(params["path"]))
            sheet = nested["propertySheetId"]
        recurse = flag(params.get("recurse"))
        return {"propertySheet": self._properties.shown_sheet(sheet, expand=_expands(params), recurse=recurse)}

    def _property(self, call: Call, address: Address) -> Document:
        if call.verb == "DELETE":
            self._properties.delete(address)
            return {}
        if call.verb == "GET":
            found = self._properties.find(address)
            if found is None:
                raise no_property(address.path)
        elif call.verb == "POST":
            found = self._properties.create(address, call.params)
        elif call.verb == "PUT":
            found = self._properties.set(address, call.params)
        else:
            raise call.refuse()
        return {"property": self._properties.shown(found, expand=call.verb == "GET" and _expands(call.params))}

    def _sheet(self, call: Call) -> Document:
        if call.verb != "GET" or len(call.segments) != 2:  # noqa: PLR2004 - the word and the id
            raise call.refuse()
        sheet = self._properties.sheet({"propertySheetId": call.segments[1]})
        recurse = flag(call.params.get("recurse"))
        return {"propertySheet": self._properties.shown_sheet(sheet, expand=_expands(call.params), recurse=recurse)}

    def _server(self, call: Call) -> Document:
        names = [segment for segment in call.segments[1:] if segment]
        if not names or names == ["dsl"]:
            raise call.refuse()
        return self._property(call, self._properties.address(f"/server/{'/'.join(names)}", {}))

    def _expand(self, call: Call) -> Document:
        if call.command != "expandString" or call.verb != "POST":
            raise call.refuse()
        document = paths.context(self._world, call.params)
        return {"value": self._properties.expanded(text(call.params.get("value")), self._properties.sheet_of(document))}


def _expands(params: dict[str, Any]) -> bool:
    return flag(params.get("expand", "1"))


def _number(params: dict[str, Any], name: str) -> int | None:
    given = params.get(name)
    if given is None:
        return None
    if not text(given).isdigit():
        raise RestError(HTTPStatus.BAD_REQUEST, f"Invalid{name[0].upper()}{name[1:]}", f"'{name}' must be a number")
    return int(text(given))
