# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Rows on their way out: SQL expressions that print a record as JSON in the style of its family.

SQLite prints the JSON itself, so that a page of rows costs one query and no Python objects:

* `legacy`: ids, numbers and money are strings, switches Y/N, empty is null. `requisite`, `status` and others likewise.
* `universal`: JSON numbers, switches Y/N, an empty link is 0, other empty values null.
* `tasks`: as legacy, under camelCase names.
* `flat` (users, departments): as legacy, with the exceptions that the facts name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.values import MIDNIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workfront_orm.sandbox.bitrix24.model import Entity, Field

LEGACY, UNIVERSAL, TASKS, FLAT = "legacy", "universal", "tasks", "flat"


def expression(
    entity: Entity, fields: Iterable[Field], style: str, *, original_names: bool = False, whole: bool = False
) -> str:
    """Return SQL that prints a row of `entity` with these fields as a JSON object.

    Args:
        entity: kind of record; its table is in the query's FROM under its own name.
        fields: what the object holds, in order.
        style: one of the four styles.
        original_names: print custom fields under their `UF_CRM_...` names in the universal style.
        whole: add what the universal style shows beside the fields: `entityTypeId`, and `fm` with phones and addresses.
    """
    fields = tuple(fields)
    key = tuple(item.column for item in fields), style, original_names, whole
    known = entity.expressions.get(key)
    if known is None:
        known = entity.expressions[key] = _expression(entity, fields, style, original_names=original_names, whole=whole)
    return known


def name_of(item: Field, style: str, *, original_names: bool = False) -> str:
    """Return the name of a field in returned rows."""
    if style == TASKS:
        return item.row or model.camel(item.column)
    if style == UNIVERSAL and item.universal and not (original_names and item.custom):
        return item.universal
    return item.column


def multifield_rows(entity: Entity, type_id: str | None) -> str:
    """Return SQL that prints the phones and addresses of a record as a JSON array: old style of one type, or `fm` of all."""
    owner = f"OWNER_TYPE = {entity.type_id} AND OWNER_ID = {entity.table}.ID"
    if type_id is None:
        shown = "json_object('id', ID, 'typeId', TYPE_ID, 'valueType', VALUE_TYPE, 'value', VALUE)"
        source = f"SELECT * FROM multifield WHERE {owner} ORDER BY ID"
    else:
        shown = "json_object('ID', CAST(ID AS TEXT), 'VALUE_TYPE', VALUE_TYPE, 'VALUE', VALUE, 'TYPE_ID', TYPE_ID)"
        source = f"SELECT * FROM multifield WHERE {owner} AND TYPE_ID = '{type_id}' ORDER BY ID"
    return f"(SELECT json_group_array({shown}) FROM ({source}))"


def _expression(entity: Entity, fields: Iterable[Field], style: str, *, original_names: bool, whole: bool) -> str:
    pieces = [_segment(entity, item, style, name_of(item, style, original_names=original_names)) for item in fields]
    if whole and entity.type_id is not None:
        pieces.append(_text(f',"entityTypeId":{entity.type_id}'))
    if whole and entity.has_multifields:
        pieces.append(f"',\"fm\":' || {multifield_rows(entity, None)}")
    return "'{' || substr(" + " || ".join(pieces) + ", 2) || '}'"


def _segment(entity: Entity, item: Field, style: str, name: str) -> str:
    """Return SQL that prints `,"NAME":value`, or nothing where the record leaves the name out."""
    lead = f',"{name}":'
    if item.type == "crm_multifield":
        rows = multifield_rows(entity, item.column)
        return f"COALESCE({_text(lead)} || NULLIF({rows}, '[]'), '')"
    if item.virtual:
        return f"{_text(lead)} || {_links(entity, item)}"
    return f"{_text(lead)} || {_value(entity, item, style)}"


def _value(entity: Entity, item: Field, style: str) -> str:
    column = f"{entity.table}.{item.column}"
    special = _special(entity, item, column)
    if special is not None:
        return special
    printed = {
        # An empty map is an empty array in PHP.
        "json": f"COALESCE({column}, '{'[]' if item.multiple or item.type == 'object' else 'null'}')",
        "date": f"COALESCE('\"' || {column} || '{MIDNIGHT}\"', 'null')",
    }
    if style == UNIVERSAL:
        printed["integer"] = f"COALESCE({column}, {0 if item.type in model.LINK_TYPES else _text('null')})"
    else:
        printed["integer"] = f"COALESCE('\"' || {column} || '\"', 'null')"
        # Not by COALESCE: SQLite prints nothing as 0.00.
        printed["real"] = f"CASE WHEN {column} IS NULL THEN 'null' ELSE '\"' || printf('%.2f', {column}) || '\"' END"
    return printed.get(item.storage, f"json_quote({column})")


def _special(entity: Entity, item: Field, column: str) -> str | None:
    """Return the exceptions that the facts name for users and departments."""
    if entity.key == "user":
        if item.column == "ACTIVE":
            return f"CASE {column} WHEN 'N' THEN 'false' ELSE 'true' END"
        if item.column == "TIMESTAMP_X":
            return _text("{}")
    if entity.key == "department":
        if item.column == "SORT":
            return f"COALESCE({column}, 500)"
        if item.storage == "date":
            return f"json_quote({column})"
    if entity.key == "user" and item.storage == "date":
        return f"json_quote({column})"
    return None


def _links(entity: Entity, item: Field) -> str:
    source = (
        f"SELECT * FROM link WHERE OWNER_TYPE = {entity.type_id} AND OWNER_ID = {entity.table}.ID "
        f"AND TARGET_TYPE = {model.COMPANY if item.column == 'COMPANY_IDS' else model.CONTACT} ORDER BY SORT, TARGET_ID"
    )
    shown = "TARGET_ID"
    if item.column == "CONTACTS":
        shown = "json_object('contactId', TARGET_ID, 'sort', SORT, 'roleId', ROLE_ID, 'isPrimary', IS_PRIMARY)"
    return f"(SELECT json_group_array({shown}) FROM ({source}))"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
