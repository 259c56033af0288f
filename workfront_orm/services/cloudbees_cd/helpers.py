"""What classes have beside the members of the metadata: properties, and waiting for runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect

from . import running
from .places import address, context_of, parts_of
from .properties import Properties
from .wire import request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.core.objects import Object

__all__ = ["helpers_of"]

# Kinds with a property sheet; those of jobs and runs are reached by their ids.
WITH_PROPERTIES = frozenset(
    {
        "application",
        "artifact",
        "artifactVersion",
        "component",
        "environment",
        "environmentTier",
        "flowRuntime",
        "job",
        "jobStep",
        "pipeline",
        "procedure",
        "process",
        "project",
        "release",
        "repository",
        "resource",
        "resourcePool",
        "schedule",
        "stage",
        "step",
        "workspace",
    }
)


def _properties(self: Any) -> Properties:
    """The properties of this object as a mapping; see `properties.Properties`."""
    label = f"properties of {self._label()}"
    return Properties(self._session("properties"), lambda: context_of(self, label), self._label())


def add_resources(self: Any, *resources: Object) -> None:  # noqa: D417 - self is no argument
    """Add resources to this tier. Sends one `POST .../resources` for each.

    Args:
        resources: Saved resources.

    Raises:
        ConflictError: One is a member already.
        ValueError: One is not saved.
    """
    session = self._session("add_resources")
    label = f"add resources to {self._label()}"
    path = str(self._spec.raw["collections"]["resources"]["methods"]["add"]).partition(" ")[2]
    for resource in resources:
        body = {"resourceName": resource._names()[0]}
        if resource.id is None:
            raise ValueError(f"{label}: {resource._label()} has no id yet; save() it first")
        session.execute(request(label, "POST", address(path, parts_of(self), label), body=body, effect=Effect.UNSAFE))
    self._forget("resources")


def helpers_of(key: str) -> Mapping[str, Any]:
    """What a class has, by the key of its kind."""
    found: dict[str, Any] = {}
    if key in WITH_PROPERTIES:
        found["properties"] = property(_properties)
    if key in {"job", "flowRuntime"}:
        found |= {"wait": running.wait, "abort": running.abort, "is_completed": property(running.is_completed)}
    if key == "environmentTier":
        found["add_resources"] = add_resources
    return found
