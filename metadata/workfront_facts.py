"""The facts about Workfront's API, read into the shape of a metadata file.

Nothing of the facts is dropped. What says how an object behaves becomes a key of
the format, what says where a fact comes from or how sure it is goes under
`marks`. An unknown key in the facts is an error, so that none is lost unseen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import layout

if TYPE_CHECKING:
    from pathlib import Path

COMPLETE = ("v4.0", "v19.0", "v20.0", "v21.0", "v22.0", "unsupported")

Json = dict[str, Any]

# Marks: provenance and doubt of an object or a member, never behaviour.
MARKS = frozenset(
    {
        "argumentsChangedIn",
        "argumentsSrc",
        "basis",
        "carriedFrom",
        "dangling",
        "doubtful",
        "inferred",
        "note",
        "openapi",
        "openapiArguments",
        "openapiName",
        "openapiNameBasis",
        "openapiResultType",
        "operationsCarriedFrom",
        "operationsSrc",
        "operationsUnconfirmed",
        "resultTypeSrc",
        "src",
        "unconfirmed",
    },
)

# Fields whose values a customer extends: the custom statuses, priorities, severities
# and conditions of projects, tasks and issues (type CSTEM), and every field that holds
# one of these: templates, baselines, the unions APPROVAL and WORK, approval paths,
# a team's lists of statuses. Statuses of other types (a timesheet's, a user's) are fixed.
_STATUS_OWNERS = frozenset({"APPROVAL", "APRPROCATCH", "OPTASK", "PROJ", "TASK", "WORK"})
_OPEN_OWNERS = {
    "approvalStatuses": frozenset({"ARVPRC"}),
    "approvedStatus": frozenset({"ARVPTH"}),
    "condition": frozenset({"APPROVAL", "BLIN", "OPTASK", "PROJ", "TASK", "WORK"}),
    "previousStatus": _STATUS_OWNERS,
    "priority": frozenset(
        {"APPROVAL", "ASSGN", "MTSK", "OPTASK", "PROJ", "TASK", "TMPL", "TTSK", "WORK", "WRKITM"},
    ),
    "projectPriority": frozenset({"RESMGR"}),
    "rejectedStatus": frozenset({"ARVPTH"}),
    "severity": frozenset({"APPROVAL", "OPTASK", "WORK"}),
    "status": _STATUS_OWNERS,
    "targetStatus": frozenset({"ARVPTH"}),
    **dict.fromkeys(
        (
            "opTaskBugReportStatuses",
            "opTaskChangeOrderStatuses",
            "opTaskIssueStatuses",
            "opTaskRequestStatuses",
            "taskStatuses",
            "teamStoryBoardIssueStatuses",
            "teamStoryBoardStatuses",
            "workOnItOpTaskBugReportStatuses",
            "workOnItOpTaskChangeOrderStatuses",
            "workOnItOpTaskIssueStatuses",
            "workOnItOpTaskRequestStatuses",
            "workOnItTaskStatuses",
        ),
        frozenset({"TEAMOB"}),
    ),
}


def document(source: Json) -> Json:
    """Return the document of a version that the facts describe as a whole, before any change page is applied.

    Args:
        source: content of a version file of the facts.

    Returns:
        The document, objects and members in the order of the facts.

    Raises:
        ValueError: the facts hold a key that no rule here translates.
    """
    version = source["version"]
    return {
        "format": 1,
        "service": "workfront",
        "version": version,
        "source": _source(source),
        "objects": {key: _object(key, value) for key, value in source["objects"].items()},
    }


def change_values(objects: dict[str, Json], enums: Json, version: str) -> None:
    """Apply every published change of values up to a version.

    A change page names what came or went, not the whole list. Where the list is
    known the change is applied to it, else it is kept as a mark alone: a list with
    gaps would refuse good values.

    Args:
        objects: the objects of a document, changed in place.
        enums: content of `enums.json`.
        version: the document's version.
    """
    for change in enums["possibleValueChanges"]:
        if number(change["version"]) <= number(version):
            sections = objects.get(change["objCode"], {})
            for section in ("fields", "queries"):
                if change["field"] in sections.get(section, {}):
                    _change(sections[section][change["field"]], change)


def number(version: str) -> int:
    """Return the number of a version; `unsupported` is the snapshot of February 2016, before v6.0."""
    return 5 if version == "unsupported" else int(float(version.removeprefix("v")))


def read(path: Path) -> Json:
    """Return the content of a JSON file of the facts."""
    result: Json = json.loads(path.read_text(encoding="utf-8"))
    return result


def insert(member: Json, key: str, *, value: Any) -> None:
    """Set a key so that `marks` stays the last one."""
    marks = member.pop("marks", None)
    member[key] = value
    if marks is not None:
        member["marks"] = marks


def _source(source: Json) -> Json:
    unknown = set(source) - {"version", "objects", "status", "base", "reconstructed"}
    if unknown:
        raise ValueError(f"{source['version']}: no rule for {sorted(unknown)} at the top of the facts")
    result: Json = {
        "from": [f"facts/workfront/{source['version']}.json", "facts/workfront/enums.json"],
        "made_by": "metadata/convert_workfront.py",
    }
    if "reconstructed" in source:
        result["reconstructed"] = source["reconstructed"]
    result["note"] = source["status"] if "status" in source else source["base"]
    return result


def _object(key: str, source: Json) -> Json:
    taken = {"name", "label", "operations", "sharing", "objCode", *layout.SECTIONS}
    result: Json = {"name": source["name"], "code": source.get("objCode", key)}
    if "label" in source:
        result["label"] = source["label"]
    if "operations" in source:
        result["operations"] = [word.lower() for word in source["operations"]]
    if "sharing" in source:
        result["sharing"] = _member(
            source["sharing"], {"coreActions": "coreActions", "forbiddenActions": "forbiddenActions"}
        )
    marks = _marks(source, taken)
    if marks:
        result["marks"] = marks
    for section, convert in _CONVERTERS.items():
        members = {name: convert(member) for name, member in source.get(section, {}).items()}
        if members:
            result[section] = members
    for name, field in result.get("fields", {}).items():
        if key in _OPEN_OWNERS.get(name, ()):
            insert(field, "open", value=True)
    return result


def _field(source: Json) -> Json:
    copied = ("type", "label", "reference", "readOnly", "required", "values", "flags", "enumType", "javaType")
    translated = dict(source)
    if "possibleValues" in translated:
        translated["values"] = _values(translated.pop("possibleValues"))
    basis = translated.pop("possibleValuesBasis", None)
    result = _member(translated, {key: key for key in copied})
    if basis is not None:
        result.setdefault("marks", {})["valuesBasis"] = basis
    return result


def _reference(source: Json) -> Json:
    return _member(source, {"objCode": "target", "field": "field"})


def _collection(source: Json) -> Json:
    return _member(source, {"objCode": "target"})


def _action(source: Json) -> Json:
    return _member(
        {**source, "arguments": _arguments(source.get("arguments"))},
        {"label": "label", "arguments": "arguments", "resultType": "result", "instance": "instance"},
    )


def _query(source: Json) -> Json:
    return _member(
        {**source, "arguments": _arguments(source.get("arguments"))},
        {
            "label": "label",
            "arguments": "arguments",
            "resultType": "result",
            "filters": "filters",
            "instance": "instance",
        },
    )


_CONVERTERS = {
    "fields": _field,
    "references": _reference,
    "collections": _collection,
    "actions": _action,
    "queries": _query,
}


def _arguments(source: list[Json] | None) -> list[Json] | None:
    """Return the arguments of an action or query, None where they are unknown."""
    if source is None:
        return None
    result = []
    for argument in source:
        converted = {"name": argument["name"], "type": argument["type"]}
        if "possibleValues" in argument:
            converted["values"] = _values(argument["possibleValues"])
        unknown = set(argument) - {"name", "type", "possibleValues"}
        if unknown:
            raise ValueError(f"argument {argument['name']}: no rule for {sorted(unknown)}")
        result.append(converted)
    return result


def _values(source: list[Json]) -> list[list[Any]]:
    return [[item["value"], item.get("label")] for item in source]


def _member(source: Json, names: dict[str, str]) -> Json:
    """Return `source` with its behaviour renamed by `names` and the rest under `marks`."""
    result = {new: source[old] for old, new in names.items() if old in source}
    marks = _marks(source, set(names))
    if marks:
        result["marks"] = marks
    return result


def _marks(source: Json, taken: set[str]) -> Json:
    marks = {key: value for key, value in source.items() if key not in taken}
    unknown = set(marks) - MARKS
    if unknown:
        raise ValueError(f"no rule for the keys {sorted(unknown)} of the facts: make each a key or a mark")
    return marks


def _change(member: Json, change: Json) -> None:
    """Apply one change of values to a field, or to the query that takes them as its argument."""
    values = _values(change["values"])
    mark = {"added": "valuesAdded", "removed": "valuesRemoved"}[change["change"]]
    marks = member.pop("marks", {})
    marks[mark] = [*marks.get(mark, []), *([*value, change["version"]] for value in values)]
    if "values" in member:
        codes = [value for value, _label in values]
        if mark == "valuesAdded":
            known = [value for value, _label in member["values"]]
            member["values"] += [pair for pair in values if pair[0] not in known]
        else:
            member["values"] = [pair for pair in member["values"] if pair[0] not in codes]
    member["marks"] = marks
