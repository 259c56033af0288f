"""From the facts about a small service to a metadata document: what the converters of several services share.

The facts are an `objects.json` with one entry a type under `types`; all else in it describes the service as a whole and
becomes `extra` of the document. Nothing is dropped: what says how an object behaves becomes a key of the format or, where
the service's own code alone needs it, of `extra`; what says where a fact comes from or how sure it is goes under `marks`.
An unknown key in the facts is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parent.parent

Json = dict[str, Any]

_OPERATIONS = {"list": "search", "get": "get", "create": "add", "update": "edit", "delete": "delete"}

# Keys of the facts that become keys of `extra`, of a type, a field, a reference and a collection.
_TYPE_EXTRA = {
    "alt_key": "alternateKey",
    "aliases": "aliases",
    "class_args": "classArguments",
    "context": "context",
    "create_status": "createStatus",
    "embedded_in": "embeddedIn",
    "extends": "extends",
    "filters": "filters",
    "id_scope": "idScope",
    "include_levels": "includeLevels",
    "search_type": "searchType",
    "updatable": "updatable",
    "update_answer": "updateAnswer",
    "write_only": "writeOnly",
}
_FIELD_EXTRA = {"only_for": "onlyFor", "only_in": "onlyIn", "optional": "optional", "unique": "unique"}
_SWITCHES = {
    "readOnly": "readOnly",
    "required": "required",
    "create_only": "immutable",
    "write_only": "writeOnly",
    "nullable": "nullable",
    "deprecated": "deprecated",
}
_REFERENCE_EXTRA = {"create_only": "createOnly", "embedded": "embedded", "min_include": "minInclude"}
_COLLECTION_EXTRA = {
    "by": "by",
    "client_filter": "clientFilter",
    "embedded": "embedded",
    "min_include": "minInclude",
    "order": "order",
    "search": "search",
    "sort": "sort",
}


@dataclass(frozen=True)
class Rules:
    """What differs from service to service.

    Attributes:
        service: name of the service, also of its folder.
        version: version that the file is named after.
        note: what a reader of the file should know.
        class_name: class name of a type.
        coded: whether the name of a type travels, so that it is a code.
        actions: by type, the actions and queries with their arguments: `{"section": "actions" | "queries", ...}`.
        prepare: brings one type of the facts into regular form, before all else.
    """

    service: str
    version: str
    note: str
    class_name: Callable[[str], str] = str
    coded: bool = False
    actions: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    prepare: Callable[[str, Json], Json] = lambda name, source: source  # noqa: ARG005 - most need nothing


def document(facts: Json, rules: Rules) -> Json:
    """Return the metadata document made from the facts.

    Args:
        facts: content of `objects.json`.
        rules: what is particular about the service.

    Returns:
        The document; types and members in the order of the facts.

    Raises:
        ValueError: the facts hold a key that no rule here translates, or two members of a type share a name.
    """
    types = _inherited({name: rules.prepare(name, dict(source)) for name, source in facts["types"].items()})
    whole = {key: value for key, value in facts.items() if key not in ("service", "types")}
    return {
        "format": 1,
        "service": rules.service,
        "version": rules.version,
        "source": {
            "from": [f"facts/{rules.service}/objects.json", f"facts/{rules.service}/API.md"],
            "made_by": f"metadata/convert_{rules.service}.py",
            "reconstructed": True,
            "note": rules.note,
        },
        "extra": whole,
        "objects": {name: _Type(name, source, types, rules).entry() for name, source in types.items()},
    }


class _Type:
    """One type on its way from the facts to the document."""

    def __init__(self, name: str, source: Json, types: Json, rules: Rules) -> None:
        self.name = name
        self.source = source
        self.types = types
        self.rules = rules
        self.fields = {word: self._field(word, raw) for word, raw in source.get("fields", {}).items()}

    def entry(self) -> Json:
        source, name = self.source, self.name
        own = {"id", "key", "mark", "note", "notes", "ops", "parent", "dynamic", *_TYPE_EXTRA, *layout.SECTIONS}
        _check_keys(name, source, own)
        extra = {ours: source[theirs] for theirs, ours in _TYPE_EXTRA.items() if theirs in source}
        marks: Json = {"src": source["mark"]}
        if "note" in source:
            marks["note"] = source["note"]
        result: Json = {"name": self.rules.class_name(name), "code": name if self.rules.coded else None}
        self._operations(result, marks)
        self._key(result, extra, marks)
        self._parent(result, extra, marks)
        if "dynamic" in source:
            extra["dynamicFields"] = source["dynamic"]
        references = {word: self._reference(word, raw) for word, raw in source.get("references", {}).items()}
        collections = {word: self._collection(word, raw) for word, raw in source.get("collections", {}).items()}
        sections: Json = {"fields": self.fields, "references": references, "collections": collections}
        for word, raw in self.rules.actions.get(name, {}).items():
            call = dict(raw)
            sections.setdefault(call.pop("section"), {})[word] = call
        _end(result, extra, marks)
        result.update({section: sections[section] for section in layout.SECTIONS if sections.get(section)})
        _check_names(name, result)
        return result

    def _operations(self, result: Json, marks: Json) -> None:
        ops = self.source.get("ops")
        if ops is None:
            result["operations"] = []
            marks["operationsSrc"] = "embedded in another object, the facts have no call of its own"
            return
        result["operations"] = [word for call, word in _OPERATIONS.items() if ops.get(call)]
        result["ops"] = ops

    def _key(self, result: Json, extra: Json, marks: Json) -> None:
        key = self.source["id"]
        if isinstance(key, str) and key not in self.fields:
            marks["keyNote"] = key
            key = None
        result["key"] = key
        natural = self.source.get("key")
        if natural is None or natural == key:
            return
        if natural in self.fields:
            extra["naturalKey"] = natural
        else:
            marks["naturalKeyNote"] = natural

    def _parent(self, result: Json, extra: Json, marks: Json) -> None:
        parent = self.source.get("parent")
        if parent is None:
            return
        words = parent.split("|")
        if all(word in self.types for word in words):
            result["parent"] = words if len(words) > 1 else words[0]
        elif parent.split()[0] in self.types:
            result["parent"] = parent.split()[0]
            extra["parentBy"] = parent
        else:
            marks["parentNote"] = parent

    def _field(self, name: str, raw: Json) -> Json:
        place = f"{self.name}.{name}"
        _check_keys(place, raw, {"type", "max", "values", "note", "inherited", "row", *_SWITCHES, *_FIELD_EXTRA})
        result: Json = {"type": raw["type"]}
        if "row" in raw:
            result["names"] = {"row": raw["row"]}
        result.update({ours: True for theirs, ours in _SWITCHES.items() if raw.get(theirs)})
        if "values" in raw:
            result["values"] = [[value, None] for value in raw["values"]]
        if "max" in raw:
            result["max"] = raw["max"]
        extra = {ours: raw[theirs] for theirs, ours in _FIELD_EXTRA.items() if theirs in raw}
        marks: Json = {}
        if "inherited" in raw:
            marks.update(inferred=True, basis=raw["inherited"])
        if "note" in raw:
            marks["note"] = raw["note"]
        return _end(result, extra, marks)

    def _reference(self, name: str, raw: Json) -> Json:
        _check_keys(
            f"{self.name}.{name}",
            raw,
            {"target", "by", "wire", "readOnly", "note", "inherited", "field", *_REFERENCE_EXTRA},
        )
        extra = {ours: raw[theirs] for theirs, ours in _REFERENCE_EXTRA.items() if theirs in raw}
        marks: Json = {}
        target = raw["target"] if raw["target"] in self.types else None
        if target is None:
            marks.update(dangling=True, note=f"the facts name the target {raw['target']!r} only")
        result: Json = {"target": target}
        by = raw.get("by", raw.get("field"))
        if isinstance(by, str) and by in self.fields and by != self.source["id"]:
            self._bind(by, name)
            result["field"] = by
            if target is not None and by == self.types[target].get("key") != self.types[target]["id"]:
                result["key"] = by
        elif by is not None:
            extra["by"] = by
        if raw.get("readOnly"):
            result["readOnly"] = True
        if "wire" in raw:
            extra["wire"] = raw["wire"]
        if "inherited" in raw:
            marks.update(inferred=True, basis=raw["inherited"])
        if "note" in raw:
            marks["note"] = raw["note"]
        return _end(result, extra, marks)

    def _bind(self, name: str, reference: str) -> None:
        """Name the reference in the field that holds its key."""
        entry = self.fields[name]
        if "reference" in entry:
            raise ValueError(f"{self.name}.{name} holds the key of {entry['reference']} and of {reference}")
        extra, marks = entry.pop("extra", {}), entry.pop("marks", {})
        entry["reference"] = reference
        _end(entry, extra, marks)

    def _collection(self, name: str, raw: Json) -> Json:
        _check_keys(f"{self.name}.{name}", raw, {"target", "endpoint", "add", "block", *_COLLECTION_EXTRA})
        marks: Json = {}
        target = raw["target"] if raw["target"] in self.types else None
        if target is None:
            marks.update(dangling=True, note=f"the facts name the target {raw['target']!r} only")
        result: Json = {"target": target}
        if "endpoint" in raw:
            result["endpoint"] = raw["endpoint"]
        methods = {word: raw[word] for word in ("add", "block") if word in raw}
        if methods:
            result["methods"] = methods
        extra = {ours: raw[theirs] for theirs, ours in _COLLECTION_EXTRA.items() if theirs in raw}
        return _end(result, extra, marks)


def run(rules: Rules, arguments: list[str] | None = None) -> int:
    """Write the file of a service and say how large it is; what each converter's `main` does.

    Returns:
        Exit status: 0, or 2 where the facts are not there.
    """
    parser = argparse.ArgumentParser(description=f"Make the metadata file of {rules.service} from the facts.")
    parser.add_argument("--facts", type=Path, default=ROOT.parent / "shared" / "facts" / rules.service)
    parser.add_argument("--output", type=Path, default=ROOT / "metadata" / rules.service)
    options = parser.parse_args(arguments)
    path = options.facts / "objects.json"
    if not path.is_file():
        print(f"no facts in {options.facts}: name their folder with --facts", file=sys.stderr)
        return 2
    made = document(json.loads(path.read_text(encoding="utf-8")), rules)
    content = layout.text(made)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / f"{rules.version}.json").write_text(content, encoding="utf-8")
    print(f"{rules.version}: {len(made['objects'])} objects, {len(content.encode())} bytes")
    return 0


def _inherited(types: Json) -> Json:
    """Return the types with the members of the type that they extend, each copied one marked."""
    result = dict(types)
    for name, source in types.items():
        extends = source.get("extends")
        if extends is None:
            continue
        base, _, left_out = extends.partition(" without ")
        basis = {"inherited": f"the facts say: extends {extends}"}
        omitted = set(left_out.split("/"))
        merged = dict(source)
        for section in ("fields", "references"):
            members = {
                word: {**raw, **basis} for word, raw in types[base].get(section, {}).items() if word not in omitted
            }
            if section == "fields":
                members = {word: raw for word, raw in members.items() if word.removesuffix("_id") not in omitted}
            for word, raw in source.get(section, {}).items():
                members[word] = {**{k: v for k, v in members.get(word, {}).items() if k != "inherited"}, **raw}
            if members:
                merged[section] = members
        if "parent" in types[base]:
            merged.setdefault("parent", types[base]["parent"])
        result[name] = merged
    return result


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


def _check_names(key: str, result: Json) -> None:
    """Raise where two members would have one Python name."""
    seen: dict[str, str] = {}
    for section in layout.SECTIONS:
        for name in result.get(section, {}):
            python = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
            if python in seen:
                raise ValueError(f"{key}: {section} {name} and {seen[python]} have one Python name {python}")
            seen[python] = name
