"""Where objects stand: paths of names, which their UUIDs are not a part of.

An object is reached by its name below the names of what it stands in, `/projects/P/procedures/Echo`, and may be
renamed; what it is, is its UUID. Sources: `API.md` sections 4 and 5 of the facts.
"""

from __future__ import annotations

import re
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import ObjectSpec

__all__ = [
    "UUID",
    "address",
    "context_of",
    "is_uuid",
    "name_field",
    "name_key",
    "names_in",
    "parts_of",
    "place_fields",
    "quoted",
    "template",
]

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"\{(\w+)\}")

# Formal parameters belong to one of three kinds; the metadata has the path below a procedure.
_PARAMETER_PLACES = {
    "procedureName": "/projects/{projectName}/procedures/{procedureName}",
    "processName": "/projects/{projectName}/applications/{applicationName}/processes/{processName}",
    "pipelineName": "/projects/{projectName}/pipelines/{pipelineName}",
}
_ROOTED = {"artifact": ("artifactName",), "artifactVersion": ("artifactVersionName",), "job": ("jobName",)}


def is_uuid(key: Any) -> bool:
    """Whether a key is an id, and no name."""
    return isinstance(key, str) and UUID.fullmatch(key) is not None


def name_field(spec: ObjectSpec) -> str | None:
    """The field that holds an object's own name; None where it has none."""
    own = (spec.raw.get("extra") or {}).get("naturalKey")
    return own if isinstance(own, str) else None


def name_key(spec: ObjectSpec) -> tuple[str, ...]:
    """The fields that name an object, those of what it stands in first."""
    rooted = _ROOTED.get(spec.key)
    if rooted is not None:
        return rooted
    own = name_field(spec)
    if own is None:
        return ()
    ops = spec.raw.get("ops") or {}
    places = [name for name in names_in(ops.get("get") or ops.get("list") or "") if name != own]
    if spec.key == "stage":
        places = ["projectName", "pipelineName"]
    return (*places, own)


def place_fields(spec: ObjectSpec) -> frozenset[str]:
    """The fields that say what a new object stands in."""
    further = ("applicationName", "processName", "pipelineName") if spec.key == "formalParameter" else ()
    return frozenset({*name_key(spec)[:-1], *further})


def names_in(path: str) -> list[str]:
    """The names of the placeholders of a path."""
    return _NAME.findall(path)


def template(spec: ObjectSpec, operation: str, values: Mapping[str, Any]) -> str:
    """The path of an operation with placeholders, as the metadata has it.

    Args:
        spec: The class.
        operation: `get`, `create`, `update` or `delete`.
        values: What is known of the object, which decides where there are several paths.
    """
    path = str((spec.raw.get("ops") or {})[operation]).partition(" ")[2].partition("?")[0]
    if spec.key == "formalParameter":
        below = next((path for name, path in _PARAMETER_PLACES.items() if values.get(name)), None)
        if below is not None:
            return f"{below}/formalParameters" + ("" if operation == "create" else "/{formalParameterName}")
    return path


def address(path: str, values: Mapping[str, Any], label: str) -> str:
    """A path with its placeholders filled.

    Args:
        path: The path with placeholders.
        values: The names.
        label: What it is for, for messages.

    Raises:
        ValueError: A name is not known, or is one that no path can hold.
    """
    missing = [name for name in names_in(path) if not values.get(name)]
    if missing:
        raise ValueError(
            f"{label}: {', '.join(missing)} is not known, and CloudBees CD reaches the object by it; "
            "load() the object first, or give it when the object is made"
        )
    return _NAME.sub(lambda match: quoted(str(values[match[1]])), path)


def quoted(name: str) -> str:
    """A name as a part of a path.

    Raises:
        ValueError: `.` or `..`, which every HTTP library takes for a step in the path.
    """
    if name in {".", ".."}:
        raise ValueError(f"the name {name!r} cannot stand in a path; rename the object in the web interface")
    return quote(name, safe="")


def parts_of(obj: Object) -> dict[str, Any]:
    """The names by which the server knows an object now, and its other values."""
    cls = type(obj)
    values = dict(obj._row)
    values.update((name, value) for name, value in zip(cls._name_key, obj._names(), strict=True) if value is not None)
    return values


def context_of(obj: Object, label: str) -> dict[str, str]:
    """The parameters that say whose properties are meant.

    Raises:
        ValueError: Neither the property sheet nor the names of the object are known.
    """
    spec = obj._spec
    if obj._row.get("propertySheetId"):
        return {"propertySheetId": obj._row["propertySheetId"]}
    if spec.key in {"job", "jobStep", "flowRuntime"} and obj.id is not None:
        return {f"{spec.key}Id": obj.id}
    names = parts_of(obj)
    missing = [name for name in type(obj)._name_key if not names.get(name)]
    if missing or not type(obj)._name_key:
        raise ValueError(f"{label}: what it is called is not known; load() or save() the object first")
    return {name: names[name] for name in type(obj)._name_key}
