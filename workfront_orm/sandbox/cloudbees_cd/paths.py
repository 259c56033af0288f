"""Paths: a chain of collections and names that leads to an object, a collection or a property.

`/projects/P/procedures/E/steps` is a collection, `/projects/P/procedures/E` an object, `/projects/P/procedures/E/x` a property.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import model
from workfront_orm.sandbox.cloudbees_cd.errors import required, unknown
from workfront_orm.sandbox.cloudbees_cd.values import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.sandbox.cloudbees_cd.model import Kind
    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document

# Words of a project's path, and the parameter that names the parent, whose own word may be left out.
_SHORT = {("project", "stages"): ("pipeline", "pipelineName")}

# Collections that may stand at the root when the project is among the parameters.
_WITH_PROJECT = frozenset({"pipelines", "releases", "procedures", "applications", "environments", "schedules"})


@dataclass(slots=True)
class Place:
    """Where a path leads.

    Attributes:
        document: the last object on the path, None at the root.
        collection: the kind of objects that the path ends with, None where it ends with an object or a property.
        rest: what follows the object: the path of a property.
    """

    document: Document | None = None
    collection: Kind | None = None
    rest: list[str] = field(default_factory=list)


def walk(world: World, segments: Sequence[str], params: Mapping[str, Any]) -> Place:
    """Follow a path from the root.

    Args:
        world: the data.
        segments: its parts, decoded.
        params: parameters of the call, which may name what the path leaves out.

    Raises:
        RestError: an object on the way does not exist.
    """
    current: Document | None = None
    position = 0
    while position < len(segments):
        word = segments[position]
        parent, kind = _next(world, current, word, params)
        if kind is None:
            return Place(current, None, list(segments[position:]))
        if position + 1 == len(segments):
            return Place(parent, kind)
        current = world.find(kind, parent, segments[position + 1])
        position += 2
    return Place(current)


def _next(
    world: World, current: Document | None, word: str, params: Mapping[str, Any]
) -> tuple[Document | None, Kind | None]:
    """Return what a word of a path means: the object before it and the kind of the objects behind it."""
    kinds = model.kinds()
    if current is None and word in _WITH_PROJECT:
        if params.get("projectName") is None:
            raise required("projectName")
        current = world.find(kinds["project"], None, text(params["projectName"]))
    name = None if current is None else current["_kind"]
    short = _SHORT.get((name or "", word))
    if short is not None:
        parent, parameter = short
        if params.get(parameter) is None:
            raise required(parameter)
        current = world.find(kinds[parent], current, text(params[parameter]))
        name = parent
    return current, model.by_collection(name).get(word)


def context(world: World, params: Mapping[str, Any]) -> Document | None:
    """Return the object that parameters such as `projectName` and `procedureName` name, None when they name none.

    Raises:
        RestError: it does not exist.
    """
    kinds = model.kinds()
    for key in ("jobStepId", "jobId", "flowRuntimeId"):
        if params.get(key) is not None:
            return world.find(kinds[key.removesuffix("Id")], None, text(params[key]))
    for name in ("resource", "resourcePool", "workspace", "repository", "zone", "artifactVersion", "artifact"):
        if params.get(f"{name}Name") is not None and params.get("projectName") is None:
            return world.find(kinds[name], None, text(params[f"{name}Name"]))
    if params.get("projectName") is None:
        return None
    current = world.find(kinds["project"], None, text(params["projectName"]))
    for chain in _CHAINS:
        if params.get(f"{chain[0]}Name") is not None:
            for name in chain:
                if params.get(f"{name}Name") is None:
                    break
                current = world.find(kinds[name], current, text(params[f"{name}Name"]))
            break
    return current


# Which names of a context follow each other below a project.
_CHAINS = (
    ("procedure", "step"),
    ("procedure", "formalParameter"),
    ("application", "process"),
    ("application", "component"),
    ("environment", "environmentTier"),
    ("release",),
    ("pipeline", "stage"),
    ("schedule",),
    ("credential",),
)


def absolute(world: World, path: str, step: Document | None) -> Place:
    """Follow the absolute path of a property: `/projects/P/x`, `/server/x`, and with a job step `/myJob/x` and the like.

    Raises:
        RestError: an object on the way does not exist.
    """
    segments = [segment for segment in path.split("/") if segment]
    first = segments[0] if segments else ""
    if first == "server":
        return Place(None, None, segments[1:])
    if first.startswith("my") and step is not None:
        job = world.parent(step)
        found = {"myJob": job, "myJobStep": step, "myProject": _project(world, job)}.get(first)
        if found is None:
            raise unknown(path)
        return Place(found, None, segments[1:])
    place = walk(world, segments, {})
    if place.collection is not None or (place.document is None and place.rest):
        raise unknown(path)
    return place


def _project(world: World, job: Document | None) -> Document | None:
    if job is None or not job.get("projectName"):
        return None
    return world.find(model.kinds()["project"], None, job["projectName"])
