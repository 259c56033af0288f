# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""The `fields` parameter: from its text to a tree of what is wanted, and from the tree to SQL that makes the JSON.

SQLite builds each object's JSON text itself (`json_object` over the columns, nested objects spliced in), since that is several
times faster than building it in Python.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.store import CUSTOM
from workfront_orm.sandbox.workfront.wire import ILLEGAL_ARGUMENT, WireError, not_found, strict_json, unknown_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workfront_orm.sandbox.workfront.model import Collection, Entity, Version
    from workfront_orm.sandbox.workfront.store import Store

DEPTH = 4
"""Levels of objects below the queried one."""

PAIRS_OF_A_CALL = 60
"""SQLite takes 127 arguments a function."""


@dataclass(slots=True)
class Node:
    """What is wanted of the objects at one place."""

    entity: Entity
    direct: dict[str, None] = field(default_factory=dict)
    custom: dict[str, None] = field(default_factory=dict)
    values: bool = False
    nested: dict[str, Node] = field(default_factory=dict)

    def objects(self) -> bool:
        """Whether answers hold further objects."""
        return bool(self.nested)


def tree(store: Store, version: Version, entity: Entity, texts: Iterable[str]) -> Node:
    """Read the `fields` parameter.

    Args:
        store: for custom fields, which must exist.
        version: what names there are.
        entity: the queried type.
        texts: values of the parameter; none of them means core and default fields.

    Raises:
        WireError: a field that the version does not have, or levels beyond the limit.
    """
    builder = _Builder(store, version)
    names = [name for text in texts for name in split(text)]
    root = builder.node(entity)
    if not names:
        spec = version.spec(entity.code)
        for name in entity.default_fields:
            if spec is None or name in spec.fields:
                root.direct[name] = None
    for name in names:
        builder.add(root, name, 0, name)
    return root


def split(text: str) -> list[str]:
    """Split a `fields` value: a JSON list, or names with commas and perhaps blanks between them."""
    text = text.strip()
    if text.startswith("["):
        try:
            names = strict_json(text)
        except ValueError:
            names = None
        if isinstance(names, list):
            return [str(name).strip() for name in names if str(name).strip()]
    return [name.strip() for name in text.split(",") if name.strip()]


class _Builder:
    def __init__(self, store: Store, version: Version) -> None:
        self.store = store
        self.version = version

    def node(self, entity: Entity) -> Node:
        node = Node(entity)
        spec = self.version.spec(entity.code)
        for name in entity.core:
            if name in ("ID", "objCode") or spec is None or name in spec.fields:
                node.direct[name] = None
        return node

    def add(self, node: Node, path: str, level: int, whole: str) -> None:
        entity = node.entity
        spec = self.version.spec(entity.code)
        if path == "*":
            names = entity.columns if spec is None else spec.fields
            node.direct.update(dict.fromkeys(name for name in names if name in entity.columns))
            return
        if path.startswith("DE:") and entity.custom:
            parameter_kind(self.store, path[3:])
            node.custom[path] = None
            return
        name, colon, rest = path.partition(":")
        if name == CUSTOM and entity.custom and (spec is None or name in spec.collections):
            node.values = True
            return
        if not colon and (name == "objCode" or ((spec is None or name in spec.fields) and name in entity.columns)):
            node.direct[name] = None
            return
        target = self._target(entity, name)
        if target is None:
            raise unknown_field(self.version.label, whole if level else path, entity.name)
        if level >= DEPTH:
            raise WireError(422, ILLEGAL_ARGUMENT, f"The field {whole} is more than {DEPTH} levels deep")
        child = node.nested.get(name)
        if child is None:
            child = node.nested[name] = self.node(self.store.entity(target))
        if rest:
            self.add(child, rest, level + 1, whole)

    def _target(self, entity: Entity, name: str) -> str | None:
        """The type of a reference or collection; of one whose members nothing tells, its own."""
        spec = self.version.spec(entity.code)
        member = entity.alias(name)
        if spec is not None and member == name and name not in spec.references and name not in spec.collections:
            return None
        if member in entity.references:
            target = entity.references[member].target
        elif member in entity.collections:
            target = entity.collections[member].target
        else:
            return None
        return target if target in self.store.model.class_names else entity.code


def parameter_kind(store: Store, name: str) -> str:
    """The kind of a custom field's values: text, float or date.

    Raises:
        WireError: there is no custom field of the name: the documented 404.
    """
    store.entity("PARAM")
    store.index("PARAM", "name")
    row = store.connection.execute('SELECT "dataType" FROM "PARAM" WHERE "name" = ?', [name]).fetchone()
    if row is None:
        raise not_found("Parameter", name)
    return {"NMBR": "float", "CURC": "float", "DATE": "date", "DTTM": "date"}.get(row[0], "text")


# --- from the tree to SQL ---------------------------------------------------------------


class Projection:
    """SQL that makes the JSON of objects.

    Args:
        store: makes tables and indexes that the SQL needs.
        zone: name of the caller's zone, for dates.
    """

    def __init__(self, store: Store, zone: str) -> None:
        self.store = store
        self.zone = zone
        self._aliases = 0

    def object(self, node: Node, row: str) -> str:
        """SQL of the JSON text of the row with an alias."""
        entity = node.entity
        pairs = []
        spliced = []
        for name in node.direct:
            if name == "objCode" and name not in entity.columns:
                pairs.append(("objCode", literal(entity.code) if entity.view is None else f'{row}."objCode"'))
            elif name in entity.overlay.get("hidden", ()):
                pairs.append((name, "NULL"))
            else:
                kind = entity.columns[name].kind
                if kind in ("list", "map"):
                    spliced.append((name, f"coalesce({self.store.sql(entity, name, row)}, 'null')"))
                else:
                    pairs.append((name, self._value(kind, self.store.sql(entity, name, row))))
        spliced.extend((name, self._custom(name, row)) for name in node.custom)
        if node.values:
            spliced.append((CUSTOM, self._all_custom(row)))
        for name, child in node.nested.items():
            spliced.append((name, self._nested(node.entity, name, child, row)))
        return _json_text(pairs, spliced)

    def _value(self, kind: str, sql: str) -> str:
        if kind == "bool":
            return f"json(CASE WHEN {sql} IS NULL THEN 'null' WHEN {sql} THEN 'true' ELSE 'false' END)"
        if kind == "date" and self.zone != "UTC":
            return f"local_date({sql}, {literal(self.zone)})"
        return sql

    def _custom(self, name: str, row: str) -> str:
        sql = f"coalesce({custom_json(name, row)}, 'null')"
        if self.zone != "UTC" and parameter_kind(self.store, name[3:]) == "date":
            return f"coalesce(json_quote(local_date({custom_scalar(name, row)}, {literal(self.zone)})), 'null')"
        return sql

    def _all_custom(self, row: str) -> str:
        return f"""coalesce({row}."{CUSTOM}", '{{}}')"""

    def _nested(self, entity: Entity, name: str, child: Node, row: str) -> str:
        member = entity.alias(name)
        if member in entity.references:
            return self._reference(entity, member, child, row)
        collection = entity.collections[member]
        if collection.target is None:
            return "'[]'"
        alias = self.alias()
        inner = f'SELECT {self.object(child, alias)} AS o FROM "{collection.target}" {alias} WHERE {members(self.store, collection, alias, row)}'
        if collection.sort:
            inner += f" ORDER BY {self.store.sql(child.entity, collection.sort, alias)}"
        return f"(SELECT '[' || coalesce(group_concat(o, ','), '') || ']' FROM ({inner}))"

    def _reference(self, entity: Entity, name: str, child: Node, row: str) -> str:
        alias = self.alias()
        found = referred(self.store, entity, name, alias, row)
        if found is None:
            return "'null'"
        return (
            f"coalesce((SELECT {self.object(child, alias)} FROM \"{child.entity.code}\" {alias} WHERE {found}), 'null')"
        )

    def alias(self) -> str:
        """A new alias of a row."""
        self._aliases += 1
        return f"r{self._aliases}"


def members(store: Store, collection: Collection, member: str, row: str) -> str:
    """SQL condition that a member row belongs to the collection of a row; both are aliases."""
    conditions = []
    where = dict(collection.where)
    target = collection.target or ""
    if collection.ids:
        conditions.append(f'{member}."ID" IN (SELECT value FROM json_each({row}."{collection.ids}"))')
    elif collection.through:
        link = store.entity(collection.through)
        store.index(link.code, collection.by or "")
        linked = [
            f'l."{collection.by}" = {row}."{collection.source}"',
            *(_equals(store, link, "l", name, value) for name, value in where.items()),
        ]
        conditions.append(
            f'{member}."ID" IN (SELECT l."{collection.to}" FROM "{link.code}" l WHERE {" AND ".join(linked)})'
        )
        where = {}
    elif collection.in_list:
        conditions.append(
            f'EXISTS (SELECT 1 FROM json_each({member}."{collection.by}") e WHERE e.value = {row}."{collection.source}")'
        )
    elif not collection.all:
        store.index(target, collection.by or "ID")
        conditions.append(f'{member}."{collection.by}" = {row}."{collection.source}"')
    conditions += [_equals(store, store.entity(target), member, name, value) for name, value in where.items()]
    if collection.exclude:
        conditions.append(f'{member}."ID" IS NOT {row}."{collection.exclude}"')
    return " AND ".join(conditions) or "1"


def referred(store: Store, entity: Entity, name: str, target: str, row: str) -> str | None:
    """SQL condition that a target row is the one that a row's reference means; None when it never means one."""
    reference = entity.references[name]
    if reference.target is None or reference.target not in store.model.class_names:
        return None
    if reference.column is not None:
        return f'{target}."ID" = {store.sql(entity, reference.column, row)}'
    if reference.by is None:
        return None
    store.index(reference.target, reference.by)
    other = store.entity(reference.target)
    conditions = [
        f'{target}."{reference.by}" = {row}."ID"',
        *(_equals(store, other, target, key, value) for key, value in reference.where.items()),
    ]
    return f'{target}."ID" = (SELECT x."ID" FROM "{other.code}" x WHERE {" AND ".join(conditions).replace(f"{target}.", "x.")} LIMIT 1)'


def _equals(store: Store, entity: Entity, row: str, name: str, value: Any) -> str:
    return f"{store.sql(entity, name, row)} IS {literal(value)}"


def custom_json(name: str, row: str) -> str:
    """SQL of the JSON text of one custom value, null when the object has none."""
    if _NO_PATH.search(name):
        return f'custom_value({row}."{CUSTOM}", {literal(name)})'
    return f'{row}."{CUSTOM}" -> {literal(_json_path(name))}'


def custom_scalar(name: str, row: str) -> str:
    """SQL of one custom value; of several selected ones, their JSON list."""
    if _NO_PATH.search(name):
        return f"json_extract(custom_value({row}.\"{CUSTOM}\", {literal(name)}), '$')"
    return f'json_extract({row}."{CUSTOM}", {literal(_json_path(name))})'


# A JSON path compares with the text as it is stored, so what JSON escapes cannot be named in one.
_NO_PATH = re.compile(r'["\\\x00-\x1f]')


def _json_path(name: str) -> str:
    return f'$."{name}"'


def literal(value: Any) -> str:
    """A constant as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def _json_text(pairs: list[tuple[str, str]], spliced: list[tuple[str, str]]) -> str:
    """SQL of an object's text: `json_object` in calls as long as allowed, JSON texts spliced in before the end."""
    calls = []
    for start in range(0, len(pairs), PAIRS_OF_A_CALL):
        arguments = ", ".join(f"{literal(name)}, {sql}" for name, sql in pairs[start : start + PAIRS_OF_A_CALL])
        calls.append(f"json_object({arguments})")
    if len(calls) == 1 and not spliced:
        return calls[0]
    # No value in the calls ends with a brace outside a string, so what is cut off is the object's own end.
    parts = [
        f"rtrim({call}, '}}')" if number == 0 else f"substr(rtrim({call}, '}}'), 2)"
        for number, call in enumerate(calls)
    ]
    texts = [literal(json.dumps(name) + ":") + " || " + sql for name, sql in spliced]
    if not parts:
        return "'{' || " + " || ',' || ".join(texts) + " || '}'" if texts else "'{}'"
    return " || ',' || ".join([*parts, *texts]) + " || '}'"
