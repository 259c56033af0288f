"""Make the Bitrix24 metadata file of this folder from the facts about its REST API.

    .venv/bin/python metadata/convert_bitrix24.py [--facts ../shared/facts/bitrix24] [--output metadata/bitrix24]

The output depends on the facts alone: a second run changes nothing. Nothing of
the facts is dropped. What says how an object behaves becomes a key of the
format or, where this service alone needs it, of `extra`; what says where a fact
comes from or how sure it is goes under `marks`. An unknown key in the facts is
an error.

The wire knows fields only. A field that holds the key of another object gives
the class a reference beside it, named after the field without `_ID` (`ASSIGNED_BY`
beside `ASSIGNED_BY_ID`), or with the target added where the field has no such
ending (`LAST_ACTIVITY_BY_USER`), so that the two never share a name.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import layout

ROOT = Path(__file__).resolve().parent.parent

# The classic REST API carries no version number. The file is named after the month of the
# documentation that it was made from, so that a later snapshot can stand beside it.
VERSION = "rest-2026-08"

Json = dict[str, Any]

# Words of more than one part; every other class name is the capitalised word of the method names.
_CLASS_NAMES = {"productrow": "ProductRow", "multifield": "MultiField", "bankdetail": "BankDetail"}

_OPERATIONS = {"list": "search", "get": "get", "add": "add", "update": "edit", "delete": "delete", "set": "replace"}

# Keys of an object of the facts that say how it behaves and that this service alone needs.
_EXTRA = (
    "style",
    "entityTypeId",
    "context",
    "naturalKey",
    "alternateKey",
    "abbreviation",
    "userFieldEntityId",
    "requestShape",
    "resultShape",
    "requiredOnAdd",
    "embedded",
    "valueTypes",
    "events",
    "eventsPerType",
)
_MARKS = ("universal", "valueStyle", "caseRule", "metadataShape", "entityTypeIds", "deprecatedMethods", "notes")

# Types of fields whose value is the key of another object.
_TARGETS = {
    "user": "user",
    "crm_company": "company",
    "crm_contact": "contact",
    "crm_lead": "lead",
    "crm_deal": "deal",
    "crm_quote": "quote",
    "crm_category": "category",
    "crm_currency": "currency",
    "crm_status": "status",
}

# Collections that the facts name like a field of the same object, and lists of keys
# without a collection in the facts: names that leave both reachable.
_COLLECTION_NAMES = {
    ("item", "contacts"): "boundContacts",
    ("item", "observers"): "observerUsers",
    ("activity", "bindings"): "boundObjects",
}
_LISTS = {
    ("quote", "CONTACT_IDS"): "contacts",
    ("task", "ACCOMPLICES"): "accompliceUsers",
    ("task", "AUDITORS"): "auditorUsers",
    ("task", "UF_CRM_TASK"): "crmObjects",
}
# Fields whose value comes only when `select` names it, by object or by type, and the one
# that `select` must not name (section 5.2 of the facts).
_SELECT_BY_NAME = {
    "activity": ("COMMUNICATIONS", "FILES"),
    "task": ("UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE"),
}
_NOT_SELECTABLE = {("item", "fm")}
# Fields that only ever write the links of a collection.
_LINK_FIELDS = {
    ("contact", "companies"): "COMPANY_IDS",
    ("company", "contacts"): "CONTACT_ID",
    ("deal", "contacts"): "CONTACT_IDS",
    ("lead", "contacts"): "CONTACT_IDS",
}


def document(facts: Json) -> Json:
    """Return the metadata document made from the facts.

    Args:
        facts: content of `objects.json`.

    Returns:
        The document, objects and fields in the order of the facts.

    Raises:
        ValueError: the facts hold a key that no rule here translates, or two members of an object share a name.
    """
    known = {source["name"] for source in facts["objects"]}
    return {
        "format": 1,
        "service": "bitrix24",
        "version": VERSION,
        "source": {
            "from": ["facts/bitrix24/objects.json"],
            "made_by": "metadata/convert_bitrix24.py",
            "reconstructed": True,
            "documentation": facts["source"],
            "conventions": [f"{word}: {meaning}" for word, meaning in facts["conventions"].items()],
            "note": (
                "The classic REST API has no version number: the version names the month of the documentation. "
                "References and collections are named here, the wire has no name for them; `field` is what travels."
            ),
        },
        "objects": {source["name"]: _object(source, known) for source in facts["objects"]},
    }


def _object(source: Json, known: set[str]) -> Json:
    key = source["name"]
    source = _regular(source)
    taken = {"name", "idField", "compositeKey", "methods", "enums", *_EXTRA, *_MARKS, *layout.SECTIONS}
    _check_keys(key, source, taken)
    result: Json = {
        "name": _CLASS_NAMES.get(key, key.capitalize()),
        "code": key,
        "operations": [word for method, word in _OPERATIONS.items() if source["methods"].get(method)],
        "key": source.get("compositeKey") or source["idField"],
        "methods": source["methods"],
    }
    fields = {name: _field(source, name, raw) for name, raw in source["fields"].items()}
    references, collections = _links(source, fields, known)
    extra = {name: source[name] for name in _EXTRA if source.get(name) is not None}
    patterns = _patterns(source, known)
    if patterns:
        extra["referencePatterns"] = patterns
    _end(result, extra, {name: source[name] for name in _MARKS if name in source})
    sections = {"fields": fields, "references": references, "collections": collections}
    result.update({section: members for section, members in sections.items() if members})
    _check_names(key, result)
    return result


def _regular(source: Json) -> Json:
    """Return an object of the facts with its prose keys in the form that the others have."""
    result = dict(source)
    key = result["name"]
    if key == "item":
        result["entityTypeIds"] = result["entityTypeId"]
        result["entityTypeId"] = None
        result["context"] = ["entityTypeId"]
        result["events"] = [event for event in result["events"] if not event.startswith("per type")]
        result["eventsPerType"] = "{event}_{entityTypeId}"
    if key == "activity":
        result["methods"] = {**result["methods"], "add": "crm.activity.add", "addTodo": "crm.activity.todo.add"}
        result["deprecatedMethods"] = ["crm.activity.add"]
    if key == "task":
        result["idField"] = "ID"  # its name in requests; in rows it is `id`, as `names` of the field says
    if "contextParam" in result:
        result.pop("contextParam")
        result["context"] = ["entityTypeId"]
    return result


def _field(source: Json, name: str, raw: Json) -> Json:
    key = source["name"]
    switches = ("readOnly", "required", "multiple", "immutable", "deprecated")
    copied = ("statusType", "default")
    _check_keys(f"{key}.{name}", raw, {"type", *switches, *copied, "upperName", "values", "note", "readOnlySource"})
    result: Json = {"type": raw["type"]}
    if key == "task":
        result["names"] = {"row": _camel(name)}
    if "upperName" in raw:
        result["names"] = {"upper": raw["upperName"]}
    result.update({switch: True for switch in switches if raw.get(switch)})
    if _raw_reference(source, name).get("writeOnlyInLegacy"):
        result["writeOnly"] = True
    values = _values(source, name, raw)
    if values:
        result["values"] = values
    if raw["type"] in {"crm_status", "crm_category", "crm_currency"}:
        result["open"] = True
    result.update({word: raw[word] for word in copied if word in raw})
    extra: Json = {}
    legacy_multifield = raw["type"] == "crm_multifield" and source["style"] == "legacy"
    if legacy_multifield or name in _SELECT_BY_NAME.get(key, ()):
        extra["selectByName"] = True
    if (key, name) in _NOT_SELECTABLE:
        extra["notSelectable"] = True
    return _end(result, extra, _field_marks(source, raw))


def _field_marks(source: Json, raw: Json) -> Json:
    marks: Json = {}
    if "readOnlySource" in raw:
        marks.update(inferred=True, basis=f"readOnly: {raw['readOnlySource']}")
    if source["name"] == "user":
        marks.update(inferred=True, basis="type: from sample values, the API gives labels only")
    if "note" in raw:
        marks["note"] = raw["note"]
    return marks


def _values(source: Json, name: str, raw: Json) -> list[list[Any]]:
    if "values" in raw:
        return [[value, None] for value in raw["values"]]
    documented = source.get("enums", {}).get(name) or _raw_reference(source, name).get("values") or {}
    return [[value, label] for value, label in documented.items()]


def _links(source: Json, fields: Json, known: set[str]) -> tuple[Json, Json]:
    """Return the references and collections of an object, and name the reference in each field that has one."""
    key = source["name"]
    references: Json = {}
    lists: Json = {}
    for name, field in fields.items():
        raw = _raw_reference(source, name)
        if (not raw and field["type"] not in _TARGETS) or raw.get("target") == "enum":
            continue
        link = _reference(source, name, field, known)
        if not field.get("multiple"):
            reference = _reference_name(name, field, link)
            field["reference"] = reference
            _end(field, field.pop("extra", {}), field.pop("marks", {}))
            references[reference] = link
        elif (key, name) in _LISTS:
            basis = "no collection in the facts: its field lists the keys"
            marks = {"inferred": True, "basis": basis, **link.pop("marks", {})}
            lists[_LISTS[key, name]] = _end(link, {}, marks)
    collections = {
        _COLLECTION_NAMES.get((key, name), name): _collection(key, name, raw, known)
        for name, raw in source["collections"].items()
    }
    return references, {**collections, **lists}


def _reference(source: Json, name: str, field: Json, known: set[str]) -> Json:
    raw = _raw_reference(source, name)
    copied = ("where", "by", "prefix", "format")
    spoken = {"target", "key", "multiple", "writeOnlyInLegacy", "readOnly", "via", "values"}
    _check_keys(f"{source['name']}.{name}", raw, {*copied, *spoken})
    target, targets, note = _target(raw.get("target") or _TARGETS[field["type"]], known)
    result: Json = {"target": target, "field": name}
    extra: Json = {"targets": targets} if targets else {}
    marks: Json = {} if raw else {"inferred": True, "basis": f"field type {field['type']}"}
    if target == "status":
        result["key"] = "STATUS_ID"
        extra["where"] = {"ENTITY_ID": field["statusType"]}
    if target == "category" and ("context" in source or source.get("entityTypeId")):
        extra["where"] = {"entityTypeId": source.get("entityTypeId") or "{entityTypeId}"}
    if "key" in raw:
        result["key"] = raw["key"]
    extra.update({word: raw[word] for word in copied if word in raw})
    if "by" in extra and "(" in extra["by"]:
        extra["by"], note = re.fullmatch(r"(\w+) \((.*)\)", extra["by"]).groups()
    if note:
        marks["note"] = note
    if target is None and not targets:
        marks["dangling"] = True
    return _end(result, extra, marks)


def _target(target: str, known: set[str]) -> tuple[str | None, list[str], str | None]:
    """Return the key of the target, or the keys between which another field decides, and what the facts add."""
    if target in known:
        return target, [], None
    if "|" in target:
        words, _, note = target.partition(" (")
        return None, words.split("|"), note.removesuffix(")") or None
    return None, [], f"the facts name the target {target!r} only"


def _reference_name(name: str, field: Json, link: Json) -> str:
    for ending in ("_ID", "Id"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    target = link["target"] or field["type"]
    return f"{name}_{target.upper()}" if name.isupper() else name + target.capitalize()


def _patterns(source: Json, known: set[str]) -> Json:
    """Return references whose fields exist in some tenants only: `parentId{entityTypeId}`."""
    result = {}
    for name, raw in source["references"].items():
        if name in source["fields"]:
            continue
        if "{" not in name:
            raise ValueError(f"{source['name']}: the reference {name} has no field")
        result[name] = {"target": _target(raw["target"], known)[0], "where": raw["where"]}
    return result


def _collection(key: str, name: str, raw: Json, known: set[str]) -> Json:
    methods = {"via": "list", "replaceWith": "set", "addOne": "add", "removeOne": "remove", "clear": "clear"}
    copied = ("filter", "params", "linkFields", "legacy")
    _check_keys(f"{key}.{name}", raw, {"target", "field", "note", *methods, *copied})
    target, targets, note = _target(raw["target"], known)
    result: Json = {"target": target}
    if "field" in raw:
        result["field"] = raw["field"]
    offered = {ours: raw[theirs] for theirs, ours in methods.items() if theirs in raw}
    if offered:
        result["methods"] = offered
    extra: Json = {"targets": targets} if targets else {}
    extra.update({word: raw[word] for word in copied if word in raw})
    if (key, name) in _LINK_FIELDS:
        extra["writeField"] = _LINK_FIELDS[key, name]
    marks = {"note": raw["note"]} if "note" in raw else {"note": note} if note else {}
    if (key, name) in _COLLECTION_NAMES:
        marks["factsName"] = name
    return _end(result, extra, marks)


def _end(member: Json, extra: Json, marks: Json) -> Json:
    """Put `extra` and `marks` last, each only where it says something."""
    if extra:
        member["extra"] = extra
    if marks:
        member["marks"] = marks
    return member


def _check_keys(place: str, source: Json, known: set[str]) -> None:
    unknown = set(source) - known
    if unknown:
        raise ValueError(f"{place}: no rule for the keys {sorted(unknown)} of the facts: make each a key or a mark")


def _raw_reference(source: Json, name: str) -> Json:
    raw = source["references"].get(name, {})
    return {"target": raw} if isinstance(raw, str) else raw


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def _check_names(key: str, result: Json) -> None:
    """Raise where two members would have one Python name."""
    seen: dict[str, str] = {}
    for section in layout.SECTIONS:
        for name in result.get(section, {}):
            python = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
            if python in seen:
                raise ValueError(f"{key}: {section} {name} and {seen[python]} have one Python name {python}")
            seen[python] = name


def main(arguments: list[str] | None = None) -> int:
    """Write the file and say how large it is.

    Returns:
        Exit status: 0, or 2 where the facts are not there.
    """
    parser = argparse.ArgumentParser(description="Make the Bitrix24 metadata file from the facts.")
    parser.add_argument("--facts", type=Path, default=ROOT.parent / "shared" / "facts" / "bitrix24")
    parser.add_argument("--output", type=Path, default=ROOT / "metadata" / "bitrix24")
    options = parser.parse_args(arguments)
    path = options.facts / "objects.json"
    if not path.is_file():
        print(f"no facts in {options.facts}: name their folder with --facts", file=sys.stderr)
        return 2
    made = document(json.loads(path.read_text(encoding="utf-8")))
    content = layout.text(made)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / f"{VERSION}.json").write_text(content, encoding="utf-8")
    print(f"{VERSION}: {len(made['objects'])} objects, {len(content.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
