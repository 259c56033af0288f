"""The metadata endpoints: what types there are, and the fields, references, collections, actions and queries of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.fields import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.specs import ObjectSpec
    from workfront_orm.sandbox.workfront.model import Model, Version

_SECTIONS = ("flags", "fields", "references", "collections", "search", "actions", "queries", "operations")


def overview(version: Version, url: str) -> dict[str, Any]:
    """All types that have a code, by class name. `url` is the base of this version's paths."""
    objects = {}
    for code in version.codes:
        spec = version.spec(code)
        if spec is not None and spec.code:
            objects[spec.name] = {
                "name": spec.name,
                "label": spec.label or spec.name,
                "objCode": spec.code,
                "url": f"{url}/{spec.code.lower()}/metadata",
            }
    return {"objects": objects}


def of_object(model: Model, spec: ObjectSpec, url: str, fields: Iterable[str]) -> dict[str, Any]:
    """One type.

    Args:
        model: the types of all versions, for class names of targets.
        spec: what the version asked for says of the type.
        url: base of this version's paths.
        fields: sections that are wanted; all without any.
    """
    own = f"{url}/{(spec.code or spec.key).lower()}"
    sections: dict[str, Any] = {
        "flags": list(spec.raw.get("flags") or ()),
        "fields": {name: _field(spec, name, member.raw, own) for name, member in spec.fields.items()},
        "references": {name: _relation(model, spec, name, member.raw, own) for name, member in spec.references.items()},
        "collections": {
            name: _relation(model, spec, name, member.raw, own) for name, member in spec.collections.items()
        },
        "search": {},
        "actions": {name: _call(name, member.raw) for name, member in spec.actions.items()},
        "queries": {name: _call(name, member.raw) for name, member in spec.queries.items()},
        "operations": list(spec.operations) if spec.operations is not None else _operations(),
    }
    wanted = {name for text in fields for name in split(text)} & set(_SECTIONS)
    head = {"name": spec.name, "label": spec.label or spec.name, "objCode": spec.code, "url": f"{own}/metadata"}
    return {**head, **{name: section for name, section in sections.items() if not wanted or name in wanted}}


def _operations() -> list[str]:
    """What a type takes whose operations nobody knows: the sandbox refuses none."""
    return ["add", "copy", "count", "delete", "edit", "get", "report", "search"]


def _field(spec: ObjectSpec, name: str, raw: Mapping[str, Any], url: str) -> dict[str, Any]:
    flags = list(raw.get("flags") or ())
    if raw.get("readOnly") and "READ_ONLY" not in flags:
        flags.append("READ_ONLY")
    if raw.get("required") and "REQUIRED" not in flags:
        flags.append("REQUIRED")
    entry: dict[str, Any] = {
        "label": raw.get("label") or _label(name),
        "fieldType": raw.get("type") or "string",
        "typeObjCode": spec.code,
        "targetTypeObjCode": None,
        "enumTargetObjCode": None,
        "enumType": raw.get("enumType"),
        "url": f"{url}/{name}",
    }
    if flags:
        entry["flags"] = flags
    if raw.get("values"):
        entry["possibleValues"] = [{"label": label or str(value), "value": value} for value, label in raw["values"]]
    return entry


def _relation(model: Model, spec: ObjectSpec, name: str, raw: Mapping[str, Any], url: str) -> dict[str, Any]:
    target = raw.get("target")
    return {
        "label": raw.get("label") or _label(name),
        "fieldType": model.class_names.get(target, target) if target else None,
        "typeObjCode": target,
        "targetTypeObjCode": spec.code,
        "enumTargetObjCode": None,
        "enumType": None,
        "url": f"{url}/{name}",
    }


def _call(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"label": raw.get("label") or _label(name)}
    if raw.get("arguments"):
        entry["arguments"] = [
            {"name": argument["name"], "type": argument.get("type") or "string"} for argument in raw["arguments"]
        ]
    if raw.get("result"):
        entry["resultType"] = raw["result"]
    return entry


def _label(name: str) -> str:
    """A label made of a name: `plannedStartDate` -> `Planned Start Date`."""
    words = "".join(
        f" {letter}" if letter.isupper() and not before.isupper() else letter
        for before, letter in zip(" " + name, name, strict=False)
    )
    words = words.strip()
    return words[:1].upper() + words[1:]
