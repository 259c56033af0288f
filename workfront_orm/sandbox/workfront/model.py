r"""The model of the sandbox: what all shipped metadata files say together, plus the overlay.

The overlay (`overlay.json`, package data beside this module) holds what no metadata says. Its form, format 1:

    {"format": 1,
     "objects": {
      "TASK": {
       "why": "where this comes from",
       "defaultFields": ["percentComplete", "status"],
       "required": ["name", "projectID"],
       "defaults": {"status": "NEW", "entryDate": "$now", "enteredByID": "$user"},
       "collections": {"children": {"target": "TASK", "by": "parentID", "sort": "taskNumber"}}
      }}}

Every key of an object may be left out. What is read, by object:

- `core`: fields that every answer carries; without it those of ID, name, objCode that exist.
- `defaultFields`: what a read without `fields` adds.
- `hidden`: fields that are never answered and never match a filter.
- `computed`: SQL that gives a field's value when it is read; `{row}` is the row, `m` the rows it looks up. Such a field has
  no column and is read-only. Tables are named by object code, columns by field.
- `references`: only those whose id no field of the object holds, or whose target the metadata does not know. `field` and
  `target`, or `target`, `by` and `where`: the first object of the type whose field `by` holds our id.
- `collections`: the members' type and their field `by` that holds our id (or what our field `from` holds); `where` adds
  conditions (field = value), `sort` their order. `through`: a type that links both, `by` its field with our id, `to` its field
  with the member's; `except` leaves out the member that our field names. `inList`: `by` is a list that holds our id. `ids`: our
  list of members' ids. `all`: every object of the type that `where` selects. `values`: custom data, no objects. `empty`: nothing
  tells the members, with the reason; it is always [].
  A collection without an entry follows the rule: the target type has exactly one reference to our type, or one named like it
  (TASK -> task, taskID); else it is empty.
- `aliases`: other names of members in filters and `fields`.
- `view`: the type is a union of others, which a table of its own would only repeat: their codes, each with expressions by
  field; without expressions a field is theirs of the same name.

What is written:

- `required`, `oneOf`: a create without a value, or without one of several, is refused with 422. `unique`: so is a second object
  with the same value.
- `readOnly`: a write of another value than there is is refused with 422. `kept`: fields that the server maintains, and
  `rolledUp`: that it maintains on objects with others below, each with the rule; a write of one is ignored.
- `defaults`: value of a field that a create leaves out. A text with `$`: `$now`, `$today`, `$user`, `$customer`, `$ID`,
  `$next` (a number; `numberWithin` names the field within whose value it counts), `$default.SCHED` (the object of a type that
  stands in), `$first.x`, `$list.x` (first item of a list, list of one item), `$user.homeGroupID`, `$customer.locale`,
  `$name` (another field of the object), `$projectID.ownerID` (a field of the object that `projectID` names).
- `touch`: what every write sets: `$now` or `$user`.
- `polymorphic`: relations in two forms, id and code of the object, and a field for each type; `top`: the object above it.
- `topLevel`: false for types that are only read and written through the object that `owner` names.
- `owned`: pairs of a type and its field: rows that go with the object always. `dependants`: likewise, rows that forbid a
  delete without `force` and go with it. Everything else that refers to a deleted object is set to null.
- `names`: further words for the type in a path, beside code and class name, in any case.
- `operations`: what the type takes, where the metadata does not know.

Demo data come from `data.py` beside this module:

    def tables(data: str, *, seed: int, now: datetime) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]

yields (object code, rows) in batches for `data` in "empty", "demo", "large"; a code may come again. A row maps wire names to
values as the store keeps them: str, int, float, bool, None, a list for `string[]`; a date as aware datetime or, faster, as
text in UTC in the wire form `2030-05-18T17:00:00:000+0000`. `"parameterValues"` is a dict of `DE:` names. Nothing is filled
in: rows carry every value that should not be null (ID, entryDate, status ...), computed fields excepted. Two batches hold no
objects: `("credentials", [{"userID", "password", "apiKey"}, ...])`, the administrator first, and
`("handles", [{"handle", "fileName", "content"}, ...])`, the bytes of document versions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from workfront_orm.core import metadata
from workfront_orm.core.specs import ObjectSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workfront_orm.core.metadata import MetadataFile

SERVICE = "workfront"
ID_FORM = re.compile(r"[0-9a-f]{32}\Z")
_KINDS = {
    "string": "text",
    "int": "int",
    "long": "int",
    "double": "float",
    "boolean": "bool",
    "dateTime": "date",
    "date": "date",
    "map": "map",
}
# Words of a path that are neither code nor class name of the type.
_NAMES = {"issue": "OPTASK"}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a type. `kind`: text, int, float, bool, date, list or map; `sql`: its formula when it is computed."""

    name: str
    kind: str
    sql: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference: either `column` of ours holds the target's id, or the first target whose `by` holds our id is meant."""

    name: str
    target: str | None
    column: str | None
    by: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; see the module for the keys. `target` is None where nothing tells the members: it is empty."""

    name: str
    target: str | None
    by: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    sort: str | None = None
    through: str | None = None
    to: str | None = None
    exclude: str | None = None
    source: str = "ID"
    ids: str | None = None
    in_list: bool = False
    all: bool = False
    values: bool = False


@dataclass(slots=True)
class Entity:
    """One object type: what all versions and the overlay say."""

    code: str
    name: str
    overlay: Mapping[str, Any]
    columns: dict[str, Column]
    references: dict[str, Reference]
    collections: dict[str, Collection]

    @property
    def core(self) -> list[str]:
        """Fields that every answer carries."""
        core: list[str] = self.overlay.get("core") or [name for name in ("ID", "name") if name in self.columns] + [
            "objCode"
        ]
        return core

    @property
    def default_fields(self) -> list[str]:
        """Fields that a read without `fields` adds."""
        found: list[str] = self.overlay.get("defaultFields") or []
        return found

    @property
    def view(self) -> Mapping[str, Mapping[str, str]] | None:
        """The types that this one is a union of, each with its expressions by field; None for a type of its own."""
        found: Mapping[str, Mapping[str, str]] | None = self.overlay.get("view")
        return found

    @property
    def stored(self) -> Iterator[Column]:
        """Columns of the table."""
        return (column for column in self.columns.values() if column.sql is None)

    @property
    def custom(self) -> bool:
        """Whether objects of the type carry custom data."""
        return "parameterValues" in self.collections

    def alias(self, name: str) -> str:
        """The member's own name for a name that may be another one for it."""
        aliases: Mapping[str, str] = self.overlay.get("aliases") or {}
        return aliases.get(name, name) if name not in self.columns else name

    def sql(self, name: str, row: str) -> str:
        """SQL that reads a field of the row with an alias."""
        column = self.columns[name]
        return f'{row}."{name}"' if column.sql is None else column.sql.replace("{row}", row)


class Version:
    """One version of the API: what its metadata say.

    Args:
        name: as in the path, `v22.0`, `unsupported` or `internal`.
        sources: metadata files; what an earlier one says wins.
    """

    def __init__(self, name: str, sources: list[MetadataFile]) -> None:
        self.name = name
        self.label = name.upper().replace(".", "_")
        self._sources = sources
        self._codes = {key: source for source in reversed(sources) for key in source.names().values()}
        self._specs: dict[str, ObjectSpec] = {}

    @property
    def codes(self) -> list[str]:
        """Codes of the object types, in the order of the metadata."""
        return list(self._codes)

    def spec(self, code: str) -> ObjectSpec | None:
        """What the version says of a type; None when it has none such."""
        if code not in self._codes:
            return None
        spec = self._specs.get(code)
        if spec is None:
            found = [source.read(code) for source in self._sources if code in source.names().values()]
            spec = self._specs[code] = found[0] if len(found) == 1 else _merged(found)
        return spec

    def class_names(self) -> dict[str, str]:
        """Codes by class name."""
        return {name: key for source in reversed(self._sources) for name, key in source.names().items()}


class Model:
    """All object types of all versions. Types are read when first asked for."""

    def __init__(self) -> None:
        numbered = sorted(
            (name for name in metadata.versions(SERVICE) if name.startswith("v")), key=_number, reverse=True
        )
        self._files = {
            name: metadata.find(SERVICE, name)
            for name in [*numbered, "unsupported"]
            if name in metadata.versions(SERVICE)
        }
        self.numbered = numbered
        self._versions: dict[str, Version] = {}
        self._entities: dict[str, Entity] = {}
        text = files(__package__).joinpath("overlay.json").read_text("utf-8")
        self._overlay: dict[str, dict[str, Any]] = json.loads(text)["objects"]
        self._words: dict[str, str] = {}
        self.class_names: dict[str, str] = {}
        for source in self._files.values():
            for name, key in source.names().items():
                self.class_names.setdefault(key, name)
        for code, name in self.class_names.items():
            self._words.setdefault(name.lower(), code)
        for code in self.class_names:
            self._words[code.lower()] = code
        for code, overlay in self._overlay.items():
            self._words.update({word.lower(): code for word in overlay.get("names", ())})
        self._words.update(_NAMES)

    def version(self, name: str) -> Version | None:
        """The version of a path's segment: `v22.0`, `unsupported`, `internal`, `asp`; None when there is none such."""
        found = self._versions.get(name)
        if found is None:
            if name in self._files:
                sources = [self._files[name]]
            elif name in ("internal", "asp"):
                sources = [self._files[self.numbered[0]], self._files["unsupported"]]
            else:
                return None
            found = self._versions[name] = Version(name, sources)
        return found

    def code(self, word: str) -> str | None:
        """The code of a type by its code, class name or another word for it, in any case."""
        return self._words.get(word.lower())

    def entity(self, code: str) -> Entity:
        """What all versions and the overlay say of a type.

        Raises:
            KeyError: no version has the type.
        """
        entity = self._entities.get(code)
        if entity is None:
            specs = [source.read(code) for source in self._files.values() if code in source.names().values()]
            if not specs:
                raise KeyError(code)
            entity = self._entities[code] = self._build(code, specs)
        return entity

    def _build(self, code: str, specs: list[ObjectSpec]) -> Entity:
        overlay = self._overlay.get(code, {})
        entity = Entity(code, specs[0].name, overlay, {}, {}, {})
        for spec in specs:
            for name, reference in spec.references.items():
                known = entity.references.get(name)
                target = (known.target if known else None) or reference.target
                column = (known.column if known else None) or reference.field
                entity.references[name] = Reference(name, target, column)
        for name, entry in overlay.get("references", {}).items():
            entity.references[name] = Reference(
                name, entry["target"], entry.get("field"), entry.get("by"), entry.get("where", {})
            )
        entity.columns = _columns(entity, specs, overlay)
        for spec in specs:
            for name, collection in spec.collections.items():
                if name not in entity.collections:
                    entity.collections[name] = self._collection(entity, name, collection.target, overlay)
        for name in overlay.get("collections", {}):
            if name not in entity.collections:
                entity.collections[name] = self._collection(entity, name, None, overlay)
        return entity

    def _collection(self, entity: Entity, name: str, target: str | None, overlay: Mapping[str, Any]) -> Collection:
        entry = overlay.get("collections", {}).get(name)
        if entry is None:
            by = self._inverse(entity, target)
            return Collection(name, target if by else None, by)
        return Collection(
            name,
            entry.get("target"),
            entry.get("by"),
            entry.get("where", {}),
            entry.get("sort"),
            entry.get("through"),
            entry.get("to"),
            entry.get("except"),
            entry.get("from", "ID"),
            entry.get("ids"),
            bool(entry.get("inList")),
            bool(entry.get("all")),
            bool(entry.get("values")),
        )

    def _inverse(self, entity: Entity, target: str | None) -> str | None:
        """The field of a target type that holds our id, by the rule of the module."""
        if target is None or target not in self.class_names:
            return None
        found: dict[str, str] = {}
        for source in self._files.values():
            if target in source.names().values():
                for name, reference in source.read(target).references.items():
                    if reference.target == entity.code and reference.field:
                        found.setdefault(name, reference.field)
        if len(found) == 1:
            return next(iter(found.values()))
        return found.get(entity.name[:1].lower() + entity.name[1:])


def _columns(entity: Entity, specs: list[ObjectSpec], overlay: Mapping[str, Any]) -> dict[str, Column]:
    """Columns of a type, those that rows use first: SQLite reads a row's columns from the left."""
    computed: Mapping[str, str] = overlay.get("computed", {})
    kinds: dict[str, str] = {"ID": "text"}
    for spec in specs:
        for name, member in spec.fields.items():
            kinds.setdefault(
                name, "list" if member.type.endswith("[]") or member.multiple else _KINDS.get(member.type, "text")
            )
    for reference in entity.references.values():
        if reference.column:
            kinds.setdefault(reference.column, "text")
    for entry in overlay.get("polymorphic", ()):
        for name in (entry["id"], entry["code"], *entry["columns"].values(), *entry.get("top", ())):
            kinds.setdefault(name, "text")
    # The type's own code, which every answer carries, is no column of its own.
    kinds.pop("objCode", None)
    often = [
        *overlay.get("defaultFields", ()),
        *overlay.get("required", ()),
        *overlay.get("defaults", ()),
        *overlay.get("kept", ()),
        *overlay.get("rolledUp", ()),
    ]
    order = dict.fromkeys(
        ["ID", "name", *often, *(reference.column for reference in entity.references.values()), *kinds]
    )
    return {name: Column(name, kinds[name], computed.get(name)) for name in order if name in kinds}


def _merged(specs: list[ObjectSpec]) -> ObjectSpec:
    """One spec of several; what an earlier one says wins."""
    raw: dict[str, Any] = dict(specs[0].raw)
    for section in ("fields", "references", "collections", "actions", "queries"):
        members: dict[str, Any] = {}
        for spec in reversed(specs):
            members.update(spec.raw.get(section) or {})
        raw[section] = members
    return ObjectSpec(specs[0].key, raw)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version[1:].split("."))
