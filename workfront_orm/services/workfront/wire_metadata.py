"""What a server says of its types, as a metadata document.

`GET /metadata` lists the types and `GET /<code>/metadata` describes one. The answers have known
irregularities: wrong URLs, names that end in blanks, types that only others refer to. What the wire cannot
say (which actions are called on one object, which codes tenants extend, which numbers are exact decimals)
is taken from the metadata that ships, and marked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.core.reflection import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.metadata import MetadataFile
    from workfront_orm.core.specs import ObjectSpec

__all__ = ["Background", "listed_types", "objects_of", "targets"]

Json = dict[str, Any]

OPERATIONS = frozenset({"add", "copy", "count", "delete", "edit", "get", "replace", "report", "search"})
_NAME = re.compile(r'[^"\\\x00-\x1f\x7f]{1,200}\Z')
_CODE = re.compile(r"\w+\Z", re.ASCII)
# Flags that have a key of their own in a metadata file.
_FLAG_KEYS = {"READ_ONLY": "readOnly", "REQUIRED": "required"}


class Background:
    """What the metadata that ships knows and the wire does not say.

    Args:
        source: The shipped metadata of the version, or of the nearest one.
    """

    def __init__(self, source: MetadataFile) -> None:
        self._specs = source.read_all()
        self.version = source.version
        self.codes = [key for key, spec in self._specs.items() if spec.code is not None]
        self._open = {name for spec in self._specs.values() for name, field in spec.fields.items() if field.open}

    def object(self, code: str) -> ObjectSpec | None:
        """The whole object, for one that cannot be read."""
        return self._specs.get(code)

    def complete(self, code: str, section: str, name: str, entry: Json) -> None:
        """Add to a member's entry what only the shipped metadata knows, and name it in the mark `shipped`."""
        spec = self._specs.get(code)
        known = ((spec.raw.get(section) or {}).get(name) or {}) if spec is not None else {}
        keys = {"fields": ("javaType", "open"), "actions": ("instance",), "queries": ("filters", "instance")}
        taken = [key for key in keys.get(section, ()) if key in known and key not in entry]
        if section == "fields" and known.get("type") != entry["type"]:
            taken = []
        entry.update((key, known[key]) for key in taken)
        if section == "fields" and entry.get("values") and "open" not in entry and name in self._open:
            # Codes that tenants extend have the same names on every type.
            entry["open"] = True
            taken.append("open")
        if taken:
            entry["marks"] = {"shipped": taken}

    def sharing(self, code: str) -> Json | None:
        """What share and unshare take."""
        spec = self._specs.get(code)
        return None if spec is None else spec.raw.get("sharing")


def listed_types(data: Any, notes: list[str]) -> dict[str, str]:
    """The class name of each type that `/metadata` lists, by code.

    Args:
        data: The answer.
        notes: What could not be used is added here, a sentence each.

    Raises:
        ValueError: The answer is no list of types.
    """
    objects = data.get("objects") if isinstance(data, dict) else None
    if isinstance(objects, list):
        objects = {entry.get("name", ""): entry for entry in objects if isinstance(entry, dict)}
    if not isinstance(objects, dict) or not objects:
        raise ValueError("the answer to /metadata has no objects")
    found: dict[str, str] = {}
    for key, entry in objects.items():
        code = str((entry.get("objCode") if isinstance(entry, dict) else None) or "").strip()
        name = str((entry.get("name") if isinstance(entry, dict) else None) or key).strip()
        if not _CODE.match(code):
            notes.append(f"{name or key!r} is listed without a usable code ({code!r}) and left out")
        elif code in found:
            notes.append(f"{code} is listed twice, as {found[code]} and {name}; the first is taken")
        else:
            found[code] = name or code
    return found


def targets(answer: Json) -> set[str]:
    """The codes that a type's references and collections lead to."""
    entries = [entry for section in ("references", "collections") for entry in _members(answer, section).values()]
    return {code for entry in entries if _CODE.match(code := str(entry.get("typeObjCode") or "").strip())}


def objects_of(
    answers: Mapping[str, Json], listed: Mapping[str, str], background: Background, notes: list[str]
) -> Json:
    """The objects of a metadata document.

    Args:
        answers: What the server said of each type, by code.
        listed: The class names of the list of types, by code.
        background: What the wire does not say.
        notes: What had to be corrected or left out is added here, a sentence each.
    """
    names = _class_names(answers, listed, notes)
    by_name = {name: code for code, name in names.items()}
    return {
        code: _Type(code, answers[code], background, notes).document(names[code], by_name, answers)
        for code in sorted(answers)
    }


def _class_names(answers: Mapping[str, Json], listed: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """One class name a code: two types of one name get their codes behind it."""
    names = {code: str(answer.get("name") or listed.get(code) or code).strip() for code, answer in answers.items()}
    taken: dict[str, str] = {}
    for code in sorted(names):
        name = names[code] if names[code].isidentifier() else code
        if name in taken:
            notes.append(f"{taken[name]} and {code} are both called {name}; {code} becomes {name}_{code}")
            name = f"{name}_{code}"
        names[code] = name
        taken[name] = code
    return names


class _Type:
    """One type on its way from the wire to the document."""

    def __init__(self, code: str, answer: Json, background: Background, notes: list[str]) -> None:
        self._code = code
        self._answer = answer
        self._background = background
        self._notes = notes
        self._wire = {section: self._checked(section) for section in SECTIONS}

    def document(self, name: str, by_name: Mapping[str, str], codes: Iterable[str]) -> Json:
        """The object's entry.

        Args:
            name: The class name.
            by_name: Codes by class name, for targets that carry no code.
            codes: The codes of the document, to mark targets that are none of them.
        """
        result: Json = {"name": name, "code": self._code}
        label = _text(self._answer.get("label"))
        if label and label != name:
            result["label"] = label
        result |= self._operations()
        sharing = self._background.sharing(self._code)
        if sharing is not None:
            result["sharing"] = sharing
        flags = _texts(self._answer.get("flags"))
        if flags:
            result["extra"] = {"flags": flags}
        makers = {
            "fields": self._field,
            "references": lambda key, entry: self._relation(key, entry, by_name, codes, field=True),
            "collections": lambda key, entry: self._relation(key, entry, by_name, codes, field=False),
            "actions": self._action,
            "queries": self._action,
        }
        for section, maker in makers.items():
            members = {}
            for key, entry in sorted(self._wire[section].items()):
                members[key] = maker(key, entry)
                self._background.complete(self._code, section, key, members[key])
            if members:
                result[section] = members
        return result

    def _checked(self, section: str) -> dict[str, Json]:
        """The members of a section, blanks around their names taken off."""
        found: dict[str, Json] = {}
        for key, entry in _members(self._answer, section).items():
            name = key.strip()
            if not _NAME.match(name):
                self._notes.append(f"{self._code}: the name {key!r} in {section} cannot be used and is left out")
            elif name in found:
                self._notes.append(f"{self._code}: {name!r} is twice in {section}; the first is taken")
            else:
                if name != key:
                    self._notes.append(f"{self._code}: the name {key!r} in {section} has blanks around it")
                found[name] = entry
        return found

    def _operations(self) -> Json:
        told = self._answer.get("operations")
        if not isinstance(told, list):
            return {}
        words = [str(word).strip().lower() for word in told]
        unknown = sorted(set(words) - OPERATIONS)
        if unknown:
            self._notes.append(f"{self._code}: operations that are not known here: {', '.join(unknown)}")
        return {"operations": [word for word in dict.fromkeys(words) if word in OPERATIONS]}

    def _field(self, name: str, wire: Json) -> Json:
        entry: Json = {"type": _text(wire.get("fieldType")) or "string"}
        if label := _text(wire.get("label")):
            entry["label"] = label
        reference = name.removesuffix("ID")
        if reference != name and reference in self._wire["references"]:
            entry["reference"] = reference
        flags = _texts(wire.get("flags"))
        entry |= {key: True for flag, key in _FLAG_KEYS.items() if flag in flags}
        values = [
            [pair["value"], None if pair.get("label") in (None, str(pair["value"])) else str(pair["label"])]
            for pair in wire.get("possibleValues") or ()
            if isinstance(pair, dict) and isinstance(pair.get("value"), (str, int, float, bool))
        ]
        if values:
            entry["values"] = values
        if other := [flag for flag in flags if flag not in _FLAG_KEYS]:
            entry["flags"] = other
        if kind := _text(wire.get("enumType")):
            entry["enumType"] = kind
        if target := _text(wire.get("enumTargetObjCode")):
            entry["extra"] = {"enumTargetObjCode": target}
        return entry

    def _relation(
        self, name: str, wire: Json, by_name: Mapping[str, str], codes: Iterable[str], *, field: bool
    ) -> Json:
        told = str(wire.get("typeObjCode") or "").strip()
        target = told or by_name.get(str(wire.get("fieldType") or "").strip())
        entry: Json = {"target": target}
        if field and f"{name}ID" in self._wire["fields"]:
            entry["field"] = f"{name}ID"
        if label := _text(wire.get("label")):
            entry["label"] = label
        if target is not None and target not in codes:
            entry["marks"] = {"dangling": True}
        return entry

    def _action(self, name: str, wire: Json) -> Json:
        entry: Json = {"arguments": []}
        for argument in wire.get("arguments") or ():
            # Not stripped: the server may well want its blanks back.
            key = str(argument.get("name") or "") if isinstance(argument, dict) else ""
            if _NAME.match(key):
                entry["arguments"].append({"name": key, "type": _text(argument.get("type")) or "string"})
            else:
                self._notes.append(f"{self._code}.{name}: an argument {argument!r} cannot be used and is left out")
        if result := _text(wire.get("resultType")):
            entry["result"] = result
        if label := _text(wire.get("label")):
            entry["label"] = label
        return entry


def _members(answer: Json, section: str) -> dict[str, Json]:
    members = answer.get(section)
    if not isinstance(members, dict):
        return {}
    return {str(name): entry if isinstance(entry, dict) else {} for name, entry in members.items()}


def _text(value: Any) -> str:
    return value.strip()[:10000] if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
