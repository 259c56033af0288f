"""The kinds of objects: from the metadata file, with the words of the paths and what no metadata says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from workfront_orm.core import metadata

if TYPE_CHECKING:
    from workfront_orm.core.specs import FieldSpec

VERSION = "v1.0"

COMMON = ("createTime", "modifyTime", "lastModifiedBy", "owner", "propertySheetId")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    Attributes:
        name: name on the wire.
        type: type as the metadata have it.
        writable: when a caller may set it: `never`, `create` or `always`.
        values: what it may hold, empty for anything.
        hidden: whether it is never answered: passwords, and what only says how to write.
    """

    name: str
    type: str
    writable: str
    values: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of objects.

    Attributes:
        name: name of the type on the wire.
        collection: word of the paths.
        id: name of the field with the UUID.
        key: name of the field by which it is reached.
        parents: kinds that it belongs to, empty for none.
        search: names by which findObjects knows it.
        fields: fields by name.
        made: whether callers create it; jobs and runs come from actions.
        sheet: whether it has properties of its own.
    """

    name: str
    collection: str
    id: str
    key: str
    parents: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    made: bool = True
    sheet: bool = True


# Kinds whose word in a path is not their name with an s; None: they are no part of a path.
_COLLECTIONS: dict[str, str | None] = {
    "process": "processes",
    "repository": "repositories",
    "property": None,
    "propertySheet": None,
    "session": None,
}
_NOT_MADE = ("job", "jobStep", "flowRuntime")

# Kinds that the facts have in paths only.
_FURTHER = {"zone": (), "tierMap": ("application",), "processStep": ("process",)}

DEFAULTS = {
    "formalParameter": {"required": "0", "expansionDeferred": "0", "type": "entry"},
    "step": {"shell": "sh", "errorHandling": "failProcedure", "alwaysRun": "0", "parallel": "0"},
    "resource": {"resourceDisabled": "0", "hostType": "REGISTERED", "agentState": "alive"},
    "resourcePool": {"resourcePoolDisabled": "0", "autoDelete": "0"},
    "workspace": {"local": "0"},
    "schedule": {"scheduleDisabled": "0", "priority": "normal"},
    "release": {"disableMultipleActiveRuns": "0", "disablePipelineRestart": "0", "overrideWorkspace": "0"},
    "artifactVersion": {"artifactVersionState": "available"},
    "project": {"tracked": "1"},
}
"""Values of new objects."""


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds by name."""
    result = {}
    for key, spec in metadata.find("cloudbees_cd", VERSION).read_all().items():
        collection = _COLLECTIONS.get(key, f"{key}s")
        if collection is None:
            continue
        extra = spec.raw.get("extra", {})
        parents = spec.raw.get("parent") or ()
        natural = extra.get("naturalKey") or spec.raw["key"]
        result[key] = Kind(
            name=key,
            collection=collection,
            id=spec.raw["key"],
            key=natural,
            # A version of an artifact is reached by its own name.
            parents=() if key == "artifactVersion" else (parents,) if isinstance(parents, str) else tuple(parents),
            search=(extra["searchType"], key) if "searchType" in extra else (key,),
            fields={name: _field(entry) for name, entry in spec.fields.items()},
            made=key not in _NOT_MADE,
            sheet="propertySheetId" in spec.fields or key in ("jobStep", "flowRuntime"),
        )
    for name, parents_ in _FURTHER.items():
        known = {f"{name}Id": "never", f"{name}Name": "always", "description": "always", "projectName": "never"}
        result[name] = Kind(
            name=name,
            collection=f"{name}s",
            id=f"{name}Id",
            key=f"{name}Name",
            parents=parents_,
            search=(name,),
            fields={
                word: Field(word, "string", writable)
                for word, writable in {**known, **dict.fromkeys(COMMON, "never")}.items()
            },
        )
    return result


@cache
def by_collection(parent: str | None) -> dict[str, Kind]:
    """Return the kinds below a kind, or at the root, by their word in a path; steps of jobs are reached from the root."""
    return {
        kind.collection: kind
        for kind in kinds().values()
        if parent in kind.parents or (parent is None and (not kind.parents or kind.name == "jobStep"))
    }


@cache
def by_search() -> dict[str, Kind]:
    """Return the kinds by the names that findObjects knows."""
    return {name: kind for kind in kinds().values() for name in kind.search}


def _field(spec: FieldSpec) -> Field:
    raw = spec.raw
    writable = "always"
    if spec.read_only:
        writable = "never"
    elif raw.get("immutable"):
        writable = "create"
    values = tuple(str(value) for value, _ in spec.values or ())
    return Field(spec.name, spec.type, writable, values, hidden=spec.type == "secret" or bool(raw.get("writeOnly")))
