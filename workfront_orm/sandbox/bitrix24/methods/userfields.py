"""Custom fields: crm.{kind}.userfield.* of the old family and userfieldconfig.* for smart processes."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model, php
from workfront_orm.sandbox.bitrix24.errors import bad, invalid_id, legacy, missing_argument, not_found
from workfront_orm.sandbox.bitrix24.listing import Page
from workfront_orm.sandbox.bitrix24.portal import Method

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call, Portal

TYPES = frozenset(
    {
        *("string", "integer", "double", "boolean", "date", "datetime", "enumeration", "money", "url", "address"),
        *("file", "employee", "crm_status", "crm"),
    }
)
LONGEST_NAME = 50

_NAME = re.compile(r"UF_CRM_[A-Z0-9_]+")


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    found = {
        "userfieldconfig.list": Method(list_configs, "userfieldconfig"),
        "userfieldconfig.get": Method(get_config, "userfieldconfig"),
        "userfieldconfig.add": Method(add_config, "userfieldconfig"),
        "userfieldconfig.delete": Method(delete_config, "userfieldconfig"),
    }
    for key in ("contact", "company", "deal", "lead", "quote"):
        for word, run in (("list", list_fields), ("get", get), ("add", add), ("update", update), ("delete", delete)):
            found[f"crm.{key}.userfield.{word}"] = Method(partial(run, key), "crm")
    return found


def make(portal: Portal, entity: Entity, definition: dict[str, Any]) -> int:
    """Make a custom field.

    Args:
        portal: the portal.
        entity: kind of record that gets it.
        definition: FIELD_NAME, USER_TYPE_ID, MULTIPLE, MANDATORY, LABEL, SORT, XML_ID, SETTINGS and LIST (texts).

    Returns:
        Its id.

    Raises:
        RestError: the name or type is none, or taken.
    """
    kind = php.text(definition.get("USER_TYPE_ID")) or "string"
    if kind not in TYPES:
        raise legacy(f"Unknown user type '{kind}'.")
    prefix = "UF_CRM_"
    if entity.is_dynamic:
        prefix += portal.store.userfield_entity(entity).removeprefix("CRM_") + "_"
    name = php.text(definition.get("FIELD_NAME")).upper()
    if not name.startswith(prefix):
        name = prefix + name
    if _NAME.fullmatch(name) is None or name == prefix or len(name) > LONGEST_NAME:
        raise legacy(f"The field name '{name}' is not valid.")
    if name in entity.fields:
        raise legacy(f"The field {name} exists already.")
    store = portal.store
    values = []
    for entry in php.as_list(definition.get("LIST")):
        text = php.text(entry.get("VALUE") if isinstance(entry, dict) else entry)
        values.append({"ID": store.insert("userfield_value", {"VALUE": text}), "VALUE": text})
    return store.add_userfield(
        entity,
        {
            "FIELD_NAME": name,
            "USER_TYPE_ID": kind,
            "MULTIPLE": "Y" if php.flag(definition.get("MULTIPLE", "N")) else "N",
            "MANDATORY": "Y" if php.flag(definition.get("MANDATORY", "N")) else "N",
            "SORT": php.integer(definition.get("SORT")) or 100,
            "XML_ID": definition.get("XML_ID"),
            "LABEL": _label(definition) or name,
            "SETTINGS": json.dumps(php.as_map(definition.get("SETTINGS"))),
            "LIST": json.dumps(values),
        },
    )


def list_fields(key: str, call: Call) -> Page:
    """Serve crm.{kind}.userfield.list: filter by plain equality."""
    entity = call.portal.store.entities[key]
    wanted = {
        str(name).upper(): value
        for name, value in php.as_map(call.upper.get("FILTER")).items()
        if str(name).upper() in {"ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", "MULTIPLE", "MANDATORY"}
    }
    found = [
        row
        for row in _rows(call, entity)
        if all(str(row[name]) in {php.text(entry) for entry in php.as_list(value)} for name, value in wanted.items())
    ]
    return _page([_old_shape(row) for row in found])


def get(key: str, call: Call) -> dict[str, Any]:
    """Serve crm.{kind}.userfield.get."""
    return _old_shape(_existing(call, call.portal.store.entities[key], call.legacy_id()))


def add(key: str, call: Call) -> int:
    """Serve crm.{kind}.userfield.add: the prefix `UF_CRM_` is added where it is missing."""
    return make(call.portal, call.portal.store.entities[key], call.legacy_fields())


def update(key: str, call: Call) -> bool:
    """Serve crm.{kind}.userfield.update: label, order, mandatory and the list's values; name and type stay."""
    entity = call.portal.store.entities[key]
    row = _existing(call, entity, call.legacy_id())
    sent = call.legacy_fields()
    values: dict[str, Any] = {}
    if _label(sent):
        values["LABEL"] = _label(sent)
    if "MANDATORY" in sent:
        values["MANDATORY"] = "Y" if php.flag(sent["MANDATORY"]) else "N"
    if php.integer(sent.get("SORT")):
        values["SORT"] = php.integer(sent["SORT"])
    if "LIST" in sent:
        values["LIST"] = json.dumps(_changed_list(call, json.loads(row["LIST"]), php.as_list(sent["LIST"])))
    call.portal.store.update("userfield", "ID", row["ID"], values)
    call.portal.store.load_model()
    return True


def delete(key: str, call: Call) -> bool:
    """Serve crm.{kind}.userfield.delete."""
    entity = call.portal.store.entities[key]
    row = _existing(call, entity, call.legacy_id())
    call.portal.store.drop_userfield(entity, row["ID"], row["FIELD_NAME"])
    return True


# --- userfieldconfig.*: the same for every kind, camelCase ------------------------------------


def list_configs(call: Call) -> Page:
    """Serve userfieldconfig.list; the key of the order is lower case."""
    _check_module(call)
    if any(not str(name)[:1].islower() for name in php.as_map(call.params.get("order"))):
        raise bad("100", "Invalid value {order}: fields of the order are named in camelCase")
    wanted = php.as_map(call.params.get("filter"))
    entity = call.portal.store.by_userfield_entity(php.text(wanted.get("entityId")))
    if entity is None:
        raise missing_argument("filter[entityId]")
    page = _page([_new_shape(row) for row in _rows(call, entity)])
    page.wrap = "fields"
    return page


def get_config(call: Call) -> dict[str, Any]:
    """Serve userfieldconfig.get."""
    _check_module(call)
    return {"field": _new_shape(_any(call))}


def add_config(call: Call) -> dict[str, Any]:
    """Serve userfieldconfig.add."""
    _check_module(call)
    sent = call.require_map("field")
    entity = call.portal.store.by_userfield_entity(php.text(sent.get("entityId")))
    if entity is None:
        raise missing_argument("field[entityId]")
    named = {re.sub(r"([a-z])([A-Z])", r"\1_\2", name).upper(): value for name, value in sent.items()}
    named["LIST"] = [
        {"VALUE": entry.get("value")} if isinstance(entry, dict) else entry for entry in php.as_list(sent.get("enum"))
    ]
    number = make(call.portal, entity, named)
    return {"field": _new_shape(call.portal.store.row("SELECT * FROM userfield WHERE ID = ?", number) or {})}


def delete_config(call: Call) -> None:
    """Serve userfieldconfig.delete."""
    _check_module(call)
    row = _any(call)
    entity = call.portal.store.by_userfield_entity(row["ENTITY_ID"])
    if entity is not None:
        call.portal.store.drop_userfield(entity, row["ID"], row["FIELD_NAME"])


def _check_module(call: Call) -> None:
    if php.text(call.require("moduleId")) != "crm":
        raise bad("ERROR_ARGUMENT", "The sandbox has custom fields of the module crm only")


def _any(call: Call) -> dict[str, Any]:
    row = call.portal.store.row("SELECT * FROM userfield WHERE ID = ?", call.require_integer("id"))
    if row is None:
        raise bad("NOT_FOUND", "The field is not found")
    return row


# --- shapes -------------------------------------------------------------------------------


def _rows(call: Call, entity: Entity) -> list[dict[str, Any]]:
    return call.portal.store.rows(
        "SELECT * FROM userfield WHERE ENTITY_ID = ? ORDER BY SORT, ID", call.portal.store.userfield_entity(entity)
    )


def _existing(call: Call, entity: Entity, number: int) -> dict[str, Any]:
    if number <= 0:
        raise invalid_id()
    found = next((row for row in _rows(call, entity) if row["ID"] == number), None)
    if found is None:
        raise not_found()
    return found


def _old_shape(row: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: None if row[name] is None else str(row[name])
        for name in ("ID", "ENTITY_ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", "MULTIPLE", "MANDATORY")
    }
    shown["SETTINGS"] = json.loads(row["SETTINGS"])
    for name in ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"):
        shown[name] = row["LABEL"]
    if row["USER_TYPE_ID"] == "enumeration":
        shown["LIST"] = [
            {"ID": str(entry["ID"]), "SORT": str(10 * (i + 1)), "VALUE": entry["VALUE"], "DEF": "N"}
            for i, entry in enumerate(json.loads(row["LIST"]))
        ]
    return shown


def _new_shape(row: dict[str, Any]) -> dict[str, Any]:
    shown = {
        model.camel(name): row[name]
        for name in ("ID", "ENTITY_ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", "MULTIPLE", "MANDATORY")
    }
    shown["settings"] = json.loads(row["SETTINGS"])
    shown["editFormLabel"] = {"en": row["LABEL"]}
    if row["USER_TYPE_ID"] == "enumeration":
        shown["enum"] = [{"id": entry["ID"], "value": entry["VALUE"]} for entry in json.loads(row["LIST"])]
    return shown


def _page(shown: list[dict[str, Any]]) -> Page:
    return Page([php.dumps(row) for row in shown], len(shown))


def _label(sent: dict[str, Any]) -> str:
    for name in ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LABEL"):
        value = sent.get(name)
        if isinstance(value, dict):
            value = next(iter(value.values()), "")
        if not php.is_empty(value):
            return php.text(value)
    return ""


def _changed_list(call: Call, old: list[dict[str, Any]], sent: list[Any]) -> list[dict[str, Any]]:
    """Return the values of an enumeration after an update: `ID` changes or (`DEL`) removes, no `ID` adds."""
    kept = {entry["ID"]: dict(entry) for entry in old}
    for entry in sent:
        change = {str(name).upper(): value for name, value in php.as_map(entry).items()}
        number = php.integer(change.get("ID"))
        text = php.text(change.get("VALUE"))
        if number in kept:
            if php.flag(change.get("DEL", "N")):
                del kept[number]
            elif text:
                kept[number]["VALUE"] = text
        elif text:
            made = call.portal.store.insert("userfield_value", {"VALUE": text})
            kept[made] = {"ID": made, "VALUE": text}
    return list(kept.values())
