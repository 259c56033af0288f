"""Live reflection: what a portal tells of its fields, custom ones included, its lists and smart processes.

The first use of a class asks the portal for the fields of that kind of object, and once a session
for its directories and pipelines, all in one batch. The answer is merged into the packaged entry,
which knows references and what the portal does not tell; every field that the portal told is marked
with where it comes from. Source: `API.md` section 7 of the facts.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError, near_matches

from .batch import Command, batch
from .codecs import LINK_TYPES, number_of
from .errors import AccessDeniedError, AuthenticationError, NotFoundError, NotSupportedError
from .wire import as_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.specs import ObjectSpec

    from .batch import Answer
    from .session import Session

__all__ = ["ITEM", "Portal", "entity_type_of", "item_entry"]

ITEM = "item:"
"""What the keys of smart processes begin with: `item:128`."""

Entry = dict[str, Any]

# Kinds that portals extend by fields of their own; the others are the same everywhere.
_EXTENDED = frozenset({"contact", "company", "deal", "lead", "quote", "requisite", "task"})
_TARGETS = {
    "user": "user",
    "employee": "user",
    "crm_company": "company",
    "crm_contact": "contact",
    "crm_deal": "deal",
    "crm_lead": "lead",
    "crm_quote": "quote",
}
_FLAGS = {
    "isReadOnly": "readOnly",
    "isRequired": "required",
    "isImmutable": "immutable",
    "isMultiple": "multiple",
    "isDynamic": "custom",
    "isDeprecated": "deprecated",
}
_PARENT = re.compile(r"(?:parentId|PARENT_ID_)(\d+)")


class Portal:
    """What is known of a portal, read when it is first needed and kept.

    Args:
        session: The session that asks.
        name: The portal's host, for the marks.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._directories: dict[str, list[tuple[str, str]]] | None = None
        self._pipelines: dict[int, list[tuple[int, str]]] = {}
        self._types: dict[int, str] | None = None

    def entry(self, key: str, general: ObjectSpec) -> Entry | None:
        """The portal's entry of a kind of object, as a metadata file would have it.

        Args:
            key: Its key.
            general: What the packaged metadata says of it.

        Returns:
            None where the portal adds nothing, or may not be asked; the latter with a warning.

        Raises:
            UnknownNameError: The portal has no such smart process.
        """
        if not (key in _EXTENDED or key.startswith(ITEM)):
            return None
        raw = item_entry(key, general.raw) if key.startswith(ITEM) else dict(general.raw)
        type_id = entity_type_of(key, raw)
        commands = {"fields": Command(raw["methods"]["fields"], _parameters(raw))}
        if self._directories is None or self._is_new(key):
            commands["statuses"] = Command("crm.status.list", {})
        if type_id is not None and type_id not in self._pipelines and _has_pipelines(raw):
            commands["categories"] = Command("crm.category.list", {"entityTypeId": type_id})
        if key.startswith(ITEM):
            commands["type"] = Command("crm.type.getByEntityTypeId", {"entityTypeId": type_id})
        answers = self._ask(f"read the fields of {raw['name']}", commands)
        told = answers["fields"]
        if told.error is not None:
            self._refused(key, told)
            return None
        self._take(answers, type_id)
        if "type" in answers and answers["type"].error is None:
            raw["label"] = (answers["type"].result or {}).get("type", {}).get("title")
        fields = as_map(told.result)
        fields = as_map(fields["fields"]) if isinstance(fields.get("fields"), dict) else fields
        return self._merged(key, raw, fields)

    def types(self) -> dict[int, str]:
        """The titles of the portal's smart processes by entityTypeId; reading them needs a CRM administrator."""
        if self._types is None:
            api = self._session.api
            found = self._session.search(api.Type, fields=["entityTypeId", "title"])
            self._types = {one.entity_type_id: one.title for one in found}
        return self._types

    def type_number(self, wanted: Any) -> int:
        """The entityTypeId of a smart process by number or title.

        Raises:
            UnknownNameError: There is none of that title.
        """
        number = number_of(wanted)
        if isinstance(number, int) and not isinstance(number, bool):
            return number
        by_title = {title: number for number, title in self.types().items()}
        if wanted not in by_title:
            self._types = None
            by_title = {title: number for number, title in self.types().items()}
        if wanted not in by_title:
            known = ", ".join(f"{title!r} ({number})" for title, number in by_title.items()) or "none"
            raise UnknownNameError(
                f"the portal has no smart process {wanted!r}{near_matches(str(wanted), by_title)}; it has {known}"
            )
        return by_title[wanted]

    def forget(self) -> None:
        """Forget what was read, so that it is read again."""
        self._directories = None
        self._types = None
        self._pipelines.clear()

    def _is_new(self, key: str) -> bool:
        """Whether a smart process may have been made after the directories were read."""
        prefix = f"DYNAMIC_{key.removeprefix(ITEM)}_STAGE"
        return key.startswith(ITEM) and not any(name.startswith(prefix) for name in self._directories or ())

    def _ask(self, label: str, commands: Mapping[str, Command]) -> dict[str, Answer]:
        keys = list(commands)
        request = batch(label, list(commands.values()), decode=lambda answers: dict(zip(keys, answers, strict=True)))
        answers: dict[str, Answer] = self._session.execute(request)
        return answers

    def _refused(self, key: str, told: Answer) -> None:
        error = told.error
        assert error is not None
        if key.startswith(ITEM) and isinstance(error, NotFoundError):
            raise UnknownNameError(f"the portal has no smart process {key.removeprefix(ITEM)}") from None
        if not isinstance(error, (AccessDeniedError, AuthenticationError, NotFoundError, NotSupportedError)):
            raise error
        warnings.warn(
            f"the portal does not tell the fields of {key}, so its custom fields are not known: {error}", stacklevel=8
        )

    def _take(self, answers: Mapping[str, Answer], type_id: int | None) -> None:
        statuses = answers.get("statuses")
        if statuses is not None:
            self._directories = {}
            rows = statuses.result if statuses.error is None and isinstance(statuses.result, list) else []
            for row in rows:
                self._directories.setdefault(str(row["ENTITY_ID"]), []).append((row["STATUS_ID"], row["NAME"]))
        categories = answers.get("categories")
        if categories is not None and type_id is not None:
            found = as_map(categories.result).get("categories") if categories.error is None else None
            self._pipelines[type_id] = [(int(row["id"]), row["name"]) for row in found or ()]

    # --- one entry ------------------------------------------------------------------

    def _merged(self, key: str, raw: Entry, told: Mapping[str, Any]) -> Entry:
        """The packaged entry with what the portal told: fields that it does not have are left out."""
        fields: dict[str, Entry] = {}
        references = dict(raw.get("references") or {})
        collections = dict(raw.get("collections") or {})
        packaged: Mapping[str, Entry] = raw.get("fields") or {}
        for name, live in told.items():
            if isinstance(live, dict):
                known = packaged.get(name)
                # Where the portal tells less than the documentation, as of tasks, what it lacks is kept.
                fields[name] = self._field(live, known)
                _relate(key, name, fields[name], references, collections, known=known is not None)
        kept = {"entityTypeId", "fm"} if key.startswith(ITEM) else set()
        fields.update({name: packaged[name] for name in packaged if name in kept and name not in fields})
        for entry in fields.values():
            values = self._values(key, raw, entry, references)
            if values:
                entry["values"], entry["open"] = values, True
        return {
            **raw,
            "fields": fields,
            "references": {name: one for name, one in references.items() if one.get("field") in fields},
            "collections": {
                name: one for name, one in collections.items() if not one.get("field") or one["field"] in fields
            },
            "marks": {**(raw.get("marks") or {}), "src": "live", "portal": self._name},
        }

    def _field(self, live: Mapping[str, Any], packaged: Entry | None) -> Entry:
        entry: Entry = dict(packaged or {})
        # The documentation is more exact where the portal says a general word, as of tasks.
        entry["type"] = live.get("type") or entry.get("type") or "string"
        label = live.get("formLabel") or live.get("listLabel") or live.get("title")
        if label:
            entry["label"] = label
        for word, ours in _FLAGS.items():
            if word in live:
                entry.pop(ours, None)
                if live[word]:
                    entry[ours] = True
        if live.get("required") is True:
            entry["required"] = True
        if live.get("statusType"):
            entry.setdefault("statusType", live["statusType"])
        if live.get("settings"):
            entry["settings"] = live["settings"]
        if live.get("upperName"):
            entry["names"] = {**(entry.get("names") or {}), "upper": live["upperName"]}
        items = live.get("items")
        if isinstance(items, list):
            entry["values"] = [[int(item["ID"]), str(item["VALUE"])] for item in items]
        marks = {name: value for name, value in (entry.get("marks") or {}).items() if name != "inferred"}
        entry["marks"] = {**marks, "src": "live", "portal": self._name}
        return entry

    def _values(self, key: str, raw: Entry, entry: Entry, references: Mapping[str, Entry]) -> list[list[Any]] | None:
        """The codes of a field with their names, where they are in a directory or are pipelines."""
        kind = entry["type"]
        if kind == "crm_category":
            type_id = entity_type_of(key, raw)
            return [list(pair) for pair in self._pipelines.get(type_id or 0, ())]
        if kind != "crm_status":
            return None
        where = references.get(entry.get("reference", ""), {}).get("extra", {}).get("where", {})
        pattern = _pattern(where.get("ENTITY_ID") or entry.get("statusType"), raw)
        if pattern is None:
            return None
        directories = (self._directories or {}).items()
        found = [pair for name, pairs in directories if pattern.fullmatch(name) for pair in pairs]
        return [list(pair) for pair in dict(found).items()]


def item_entry(key: str, general: Mapping[str, Any]) -> Entry:
    """The entry of a smart process as far as it is known without asking the portal."""
    number = int(key.removeprefix(ITEM))
    extra = {**(general.get("extra") or {}), "entityTypeId": number, "parameters": {"entityTypeId": number}}
    return {**general, "name": f"Item{number}", "code": key, "extra": extra}


def entity_type_of(key: str, raw: Mapping[str, Any]) -> int | None:
    """The entityTypeId of a kind of object, where it has one."""
    if key.startswith(ITEM):
        return int(key.removeprefix(ITEM))
    number = (raw.get("extra") or {}).get("entityTypeId")
    return number if isinstance(number, int) else None


def _parameters(raw: Mapping[str, Any]) -> dict[str, Any]:
    return dict((raw.get("extra") or {}).get("parameters") or {})


def _has_pipelines(raw: Mapping[str, Any]) -> bool:
    return any(field.get("type") == "crm_category" for field in (raw.get("fields") or {}).values())


def _relate(
    key: str, name: str, entry: Entry, references: dict[str, Entry], collections: dict[str, Entry], *, known: bool
) -> None:
    """Add the reference or collection that a field of the portal's own leads to."""
    if known:
        return
    target = _TARGETS.get(entry["type"])
    parent = _PARENT.fullmatch(name) or re.fullmatch(
        r"(\d+)", str((entry.get("settings") or {}).get("parentEntityTypeId") or "")
    )
    if target is None and parent and entry["type"] in {*LINK_TYPES, "integer"}:
        target = f"{ITEM}{parent[1]}"
    marks = {"src": "live", "inferred": True, "basis": f"field type {entry['type']}"}
    if target is not None and entry.get("multiple"):
        collections[_free(f"{name}{'_OBJECTS' if name.isupper() else 'Objects'}", collections)] = {
            "target": target,
            "field": name,
            "marks": marks,
        }
    elif target is not None or (
        entry["type"] == "crm_status" and entry.get("statusType") and not entry.get("multiple")
    ):
        reference = _free(_reference_name(name, target or "status", key), references)
        made: Entry = {"target": target or "status", "field": name, "marks": marks}
        if target is None:
            made |= {"key": "STATUS_ID", "extra": {"where": {"ENTITY_ID": entry["statusType"]}}}
        references[reference] = made
        entry["reference"] = reference


def _reference_name(name: str, target: str, key: str) -> str:
    """A reference is named after its field without the ending that says id; else what it leads to is added."""
    upper = name.isupper() or key in _EXTENDED
    for ending in ("_ID", "Id"):
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    parent = _PARENT.fullmatch(name)
    if parent:
        return f"{'PARENT_' if upper else 'parent'}{parent[1]}"
    word = target.partition(":")[0]
    return f"{name}_{word.upper()}" if upper else f"{name}{word.capitalize()}"


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _pattern(text: Any, raw: Mapping[str, Any]) -> re.Pattern[str] | None:
    """The directories that hold the codes of a field: those of all pipelines, where the pipeline decides."""
    if isinstance(text, list):
        text = text[0] if text else None
    if not isinstance(text, str):
        return None
    choice = re.fullmatch(r"(\S+) when \S+ else (\S+)", text)
    names = list(choice.groups()) if choice else [text]
    known = _parameters(raw)
    parts = []
    for name in names:
        filled = re.sub(r"\{(\w+)\}", lambda match: str(known.get(match[1], "\0")), name)
        parts.append(re.escape(filled).replace(re.escape("\0"), r"\d+"))
    return re.compile("|".join(parts))
