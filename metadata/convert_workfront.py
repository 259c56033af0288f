"""Make the Workfront metadata files of this folder from the facts about its API.

    .venv/bin/python metadata/convert_workfront.py [--facts ../shared/facts/workfront] [--output metadata/workfront]

The output depends on the facts alone: a second run changes nothing. Nothing of
the facts is dropped. What says how an object behaves becomes a key of the
format, what says where a fact comes from or how sure it is goes under `marks`.
An unknown key in the facts is an error, so that none is lost unseen.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import layout

ROOT = Path(__file__).resolve().parent.parent
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


def documents(facts: Path) -> dict[str, Json]:
    """Return the document of every version that the facts know.

    Args:
        facts: folder with `v4.0.json`, `enums.json` and the others.

    Returns:
        Version -> document, in the order of the versions.

    Raises:
        ValueError: the facts hold a key that no rule here translates.
    """
    enums = _read(facts / "enums.json")
    return {version: complete(_read(facts / f"{version}.json"), enums) for version in COMPLETE}


def complete(source: Json, enums: Json) -> Json:
    """Return the document of a version that the facts describe as a whole.

    Args:
        source: content of a version file of the facts.
        enums: content of `enums.json`.

    Returns:
        The document, objects and members in the order of the facts.

    Raises:
        ValueError: the facts hold a key that no rule here translates.
    """
    version = source["version"]
    objects = {key: _object(key, value) for key, value in source["objects"].items()}
    for change in enums["possibleValueChanges"]:
        if _number(change["version"]) <= _number(version):
            _change_values(objects, change)
    return {
        "format": 1,
        "service": "workfront",
        "version": version,
        "source": _source(source),
        "objects": objects,
    }


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
            _insert(field, "open", value=True)
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


def _change_values(objects: dict[str, Json], change: Json) -> None:
    """Apply one published change of a field's values.

    A change page names what came or went, not the whole list. Where the list is
    known the change is applied to it, else it is kept as a mark alone: a list with
    gaps would refuse good values. A name that is no field here has nothing to carry it.
    """
    field = objects.get(change["objCode"], {}).get("fields", {}).get(change["field"])
    if field is None:
        return
    values = _values(change["values"])
    marks = field.pop("marks", {})
    mark = {"added": "valuesAdded", "removed": "valuesRemoved"}[change["change"]]
    marks[mark] = [*marks.get(mark, []), *([*value, change["version"]] for value in values)]
    if "values" in field:
        codes = [value for value, _label in values]
        if mark == "valuesAdded":
            known = [value for value, _label in field["values"]]
            field["values"] += [pair for pair in values if pair[0] not in known]
        else:
            field["values"] = [pair for pair in field["values"] if pair[0] not in codes]
    field["marks"] = marks


def _insert(member: Json, key: str, *, value: Any) -> None:
    """Set a key so that `marks` stays the last one."""
    marks = member.pop("marks", None)
    member[key] = value
    if marks is not None:
        member["marks"] = marks


def _number(version: str) -> float:
    """Return the number of a version; `unsupported` is the snapshot of February 2016, before v6.0."""
    return 5.0 if version == "unsupported" else float(version.removeprefix("v"))


def _read(path: Path) -> Json:
    result: Json = json.loads(path.read_text(encoding="utf-8"))
    return result


def main(arguments: list[str] | None = None) -> int:
    """Write every file and say how large it is.

    Returns:
        Exit status: 0, or 2 where the facts are not there.
    """
    parser = argparse.ArgumentParser(description="Make the Workfront metadata files from the facts.")
    parser.add_argument("--facts", type=Path, default=ROOT.parent / "shared" / "facts" / "workfront")
    parser.add_argument("--output", type=Path, default=ROOT / "metadata" / "workfront")
    options = parser.parse_args(arguments)
    if not (options.facts / "enums.json").is_file():
        print(f"no facts in {options.facts}: name their folder with --facts", file=sys.stderr)
        return 2
    options.output.mkdir(parents=True, exist_ok=True)
    for version, document in documents(options.facts).items():
        content = layout.text(document)
        (options.output / f"{version}.json").write_text(content, encoding="utf-8")
        print(f"{version}: {len(document['objects'])} objects, {len(content.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
