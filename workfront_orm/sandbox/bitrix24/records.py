# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Records that come, change and go: what a write means beside its columns.

Old and new methods meet here: read-only and immutable fields are ignored, phones and addresses follow their own rules, links to
contacts and companies are kept as sets, stages stay within their pipeline, and the portal learns of it as an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model, multifields, php
from workfront_orm.sandbox.bitrix24.errors import bad, legacy, wrong_argument
from workfront_orm.sandbox.bitrix24.values import moment, not_valid, to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.model import Entity, Field
    from workfront_orm.sandbox.bitrix24.portal import Portal

_NOW = ("DATE_CREATE", "DATE_MODIFY", "CREATED_TIME", "UPDATED_TIME", "LAST_ACTIVITY_TIME", "CREATED", "LAST_UPDATED")
_CALLER = ("CREATED_BY_ID", "MODIFY_BY_ID", "CREATED_BY", "UPDATED_BY", "LAST_ACTIVITY_BY", "AUTHOR_ID", "EDITOR_ID")
_CHANGED = ("DATE_MODIFY", "UPDATED_TIME", "LAST_UPDATED")
_CHANGER = ("MODIFY_BY_ID", "UPDATED_BY", "EDITOR_ID")
_DEFAULTS: dict[str, dict[str, Any]] = {
    "lead": {"OPENED": "N", "IS_MANUAL_OPPORTUNITY": "N", "IS_RETURN_CUSTOMER": "N", "CURRENCY_ID": "USD"},
    "deal": {
        "OPENED": "N",
        "IS_MANUAL_OPPORTUNITY": "N",
        "CURRENCY_ID": "USD",
        "IS_RECURRING": "N",
        "CATEGORY_ID": 0,
        "IS_RETURN_CUSTOMER": "N",
        "IS_REPEATED_APPROACH": "N",
        "OPPORTUNITY": 0.0,
        "TAX_VALUE": 0.0,
    },
    "contact": {"OPENED": "N", "EXPORT": "Y"},
    "company": {"OPENED": "N", "IS_MY_COMPANY": "N", "CURRENCY_ID": "USD"},
    "quote": {"OPENED": "N", "CLOSED": "N", "CURRENCY_ID": "USD", "OPPORTUNITY": 0.0, "TAX_VALUE": 0.0},
    "item": {"OPENED": "N", "IS_MANUAL_OPPORTUNITY": "N", "CURRENCY_ID": "USD", "OPPORTUNITY": 0.0, "TAX_VALUE": 0.0},
    "requisite": {"ACTIVE": "Y", "SORT": 500, "ADDRESS_ONLY": "N"},
    "bankdetail": {"ACTIVE": "Y", "SORT": 500},
    "preset": {"ACTIVE": "Y", "SORT": 500},
    "activity": {"COMPLETED": "N", "STATUS": 1, "PRIORITY": 2, "DESCRIPTION_TYPE": 1, "DIRECTION": 2},
}
_LINKS = {"CONTACT_IDS": model.CONTACT, "COMPANY_IDS": model.COMPANY, "CONTACT_ID": model.CONTACT}


def create(portal: Portal, entity: Entity, sent: dict[str, Any], user: int, *, strict: bool = False) -> int:
    """Make a record.

    Args:
        portal: the portal.
        entity: kind of record.
        sent: values by column, unknown names already dropped.
        user: id of the caller.
        strict: refuse values that do not fit, as newer methods do.

    Returns:
        The id of the record.

    Raises:
        RestError: a value or a required one is missing or does not fit.
    """
    columns = _columns(portal, entity, sent, strict=strict, creating=True)
    now = moment(portal.clock.now())
    row: dict[str, Any] = dict(_DEFAULTS.get("item" if entity.is_dynamic else entity.key, {}))
    row |= {name: now for name in _NOW if name in entity.fields}
    row |= {name: user for name in _CALLER if name in entity.fields}
    for name in ("ASSIGNED_BY_ID", "RESPONSIBLE_ID"):
        if name in entity.fields:
            row[name] = user
    row |= {name: value for name, value in columns.items() if value is not None}
    _check_required(entity, row)
    row = {name: value for name, value in row.items() if name in entity.fields}
    _set_stage(portal, entity, row, row, strict=strict)
    _set_first_of_directories(portal, entity, row)
    _check_multifields(entity, sent)
    number = portal.store.insert(entity.table, row)
    if "TITLE" in entity.fields and not row.get("TITLE") and entity.title:
        title = f"{entity.title} #{number}"
        portal.store.update(entity.table, "ID", number, {"TITLE": title})
    _set_links(portal, entity, number, sent)
    if entity.has_multifields:
        multifields.apply(portal.store, entity, number, sent)
    portal.events.record(entity, "ADD", number)
    return number


def update(
    portal: Portal, entity: Entity, number: int, sent: dict[str, Any], user: int, *, strict: bool = False
) -> bool:
    """Change a record.

    Args:
        portal: the portal.
        entity: kind of record.
        number: its id; the record exists.
        sent: values by column, unknown names already dropped.
        user: id of the caller.
        strict: refuse values that do not fit, as newer methods do; nothing is saved when nothing changes.

    Returns:
        Whether anything was saved.

    Raises:
        RestError: a value does not fit.
    """
    old = portal.store.row(f"SELECT * FROM {entity.table} WHERE ID = ?", number) or {}
    columns = _columns(portal, entity, sent, strict=strict, creating=False)
    changed = {name: value for name, value in columns.items() if old.get(name) != value}
    _set_stage(portal, entity, changed, {**old, **changed}, strict=strict)
    _check_multifields(entity, sent)
    linked = _set_links(portal, entity, number, sent)
    spoken = multifields.apply(portal.store, entity, number, sent) if entity.has_multifields else False
    if strict and not changed and not linked and not spoken:
        return False
    changed |= {name: moment(portal.clock.now()) for name in _CHANGED if name in entity.fields}
    changed |= {name: user for name in _CHANGER if name in entity.fields}
    if "STAGE_ID" in changed or "STATUS_ID" in changed:
        changed |= {name: user for name in ("MOVED_BY_ID", "MOVED_BY") if name in entity.fields}
        changed |= {name: moment(portal.clock.now()) for name in ("MOVED_TIME",) if name in entity.fields}
    portal.store.update(entity.table, "ID", number, changed)
    portal.events.record(entity, "UPDATE", number)
    return True


def delete(portal: Portal, entity: Entity, number: int) -> None:
    """Remove a record with its phones, links, product rows and addresses."""
    store = portal.store
    store.execute(f"DELETE FROM {entity.table} WHERE ID = ?", number)
    if entity.type_id is not None:
        store.execute("DELETE FROM multifield WHERE OWNER_TYPE = ? AND OWNER_ID = ?", entity.type_id, number)
        store.execute("DELETE FROM link WHERE OWNER_TYPE = ? AND OWNER_ID = ?", entity.type_id, number)
        store.execute("DELETE FROM link WHERE TARGET_TYPE = ? AND TARGET_ID = ?", entity.type_id, number)
        store.execute("DELETE FROM productrow WHERE OWNER_TYPE = ? AND OWNER_ID = ?", entity.code, number)
        store.execute("DELETE FROM address WHERE ENTITY_TYPE_ID = ? AND ENTITY_ID = ?", entity.type_id, number)
        _forget_primary(portal, entity, number)
    portal.events.record(entity, "DELETE", number)


def exists(portal: Portal, entity: Entity, number: int) -> bool:
    """Say whether there is a record with that id."""
    return portal.store.value(f"SELECT 1 FROM {entity.table} WHERE ID = ?", number) is not None


def set_links(portal: Portal, owner: Entity, number: int, target: int, links: list[dict[str, Any]]) -> None:
    """Replace the links of a record to contacts or companies.

    Args:
        portal: the portal.
        owner: kind of the record.
        number: its id.
        target: entityTypeId of what is linked.
        links: `id`, and optionally `sort`, `role` and `primary`, of each in order; the first is primary unless one says so.
    """
    store = portal.store
    store.execute(
        "DELETE FROM link WHERE OWNER_TYPE = ? AND OWNER_ID = ? AND TARGET_TYPE = ?", owner.type_id, number, target
    )
    unique = {link["id"]: link for link in links}
    primary = next((key for key, link in unique.items() if link.get("primary")), next(iter(unique), None))
    for position, (key, link) in enumerate(unique.items()):
        store.insert(
            "link",
            {
                "OWNER_TYPE": owner.type_id,
                "OWNER_ID": number,
                "TARGET_TYPE": target,
                "TARGET_ID": key,
                "SORT": link.get("sort") or (position + 1) * 10,
                "ROLE_ID": link.get("role") or 0,
                "IS_PRIMARY": "Y" if key == primary else "N",
            },
        )
    column = "COMPANY_ID" if target == model.COMPANY else "CONTACT_ID"
    if column in owner.fields and not owner.fields[column].virtual:
        store.update(owner.table, "ID", number, {column: primary})


def links(portal: Portal, owner: Entity, number: int, target: int) -> list[dict[str, Any]]:
    """Return the links of a record to contacts or companies, in order."""
    return portal.store.rows(
        "SELECT TARGET_ID, SORT, ROLE_ID, IS_PRIMARY FROM link WHERE OWNER_TYPE = ? AND OWNER_ID = ? AND TARGET_TYPE = ? "
        "ORDER BY SORT, TARGET_ID",
        *(owner.type_id, number, target),
    )


def _columns(portal: Portal, entity: Entity, sent: dict[str, Any], *, strict: bool, creating: bool) -> dict[str, Any]:
    columns = {}
    for name, value in sent.items():
        if name == multifields.FM:
            continue
        item = entity.fields[name]
        if item.read_only or (item.immutable and not creating) or item.virtual:
            if item.virtual and item.multiple and not isinstance(value, (list, dict)) and not php.is_empty(value):
                raise wrong_argument(name, "array")
            continue
        columns[name] = to_stored(item, value, strict=strict, save_file=portal.store.save_file)
    return columns


def _check_required(entity: Entity, row: dict[str, Any]) -> None:
    if entity.key == "contact" and not any(row.get(name) for name in ("NAME", "SECOND_NAME", "LAST_NAME")):
        raise legacy("Required fields are not filled: First name, Last name")
    if entity.key == "company" and not row.get("TITLE"):
        raise legacy("Required fields are not filled: Company name")
    for item in entity.fields.values():
        if item.custom and item.required and row.get(item.column) is None:
            raise legacy(f"Required fields are not filled: {item.title}")


def _check_multifields(entity: Entity, sent: dict[str, Any]) -> None:
    if entity.has_multifields:
        multifields.check(sent)


def _set_stage(portal: Portal, entity: Entity, changed: dict[str, Any], row: dict[str, Any], *, strict: bool) -> None:
    """Keep the stage within its pipeline and what depends on it in step."""
    column = entity.stage_column
    if column is None or entity.type_id is None:
        return
    if entity.is_dynamic and row.get("CATEGORY_ID") is None:
        changed["CATEGORY_ID"] = row["CATEGORY_ID"] = portal.default_category(entity.type_id)
    category = row.get("CATEGORY_ID") or 0
    directory = model.stage_directory(entity.type_id, category)
    stages = portal.stages(directory)
    codes = [stage["STATUS_ID"] for stage in stages]
    if not codes:
        return
    if row.get(column) not in codes:
        if changed.get(column):
            _refuse_stage(entity.fields[column], changed[column], directory, strict=strict)
        changed[column] = row[column] = codes[0]
    if column not in changed:
        return
    semantics = next((stage["SEMANTICS"] for stage in stages if stage["STATUS_ID"] == row[column]), None) or "P"
    derived = {
        "STAGE_SEMANTIC_ID": semantics,
        "STATUS_SEMANTIC_ID": semantics,
        "CLOSED": "N" if semantics == "P" else "Y",
        "IS_NEW": "Y" if row[column] == codes[0] else "N",
        "PROBABILITY": None,
    }
    changed |= {name: value for name, value in derived.items() if name in entity.fields and value is not None}
    if entity.key == "lead":
        changed["DATE_CLOSED"] = None if semantics == "P" else moment(portal.clock.now())


def _refuse_stage(item: Field, value: Any, directory: str, *, strict: bool) -> None:
    if strict:
        raise not_valid(item)
    raise bad("ERROR_CORE", f"The stage '{value}' is not in the directory {directory}.")


def _set_first_of_directories(portal: Portal, entity: Entity, row: dict[str, Any]) -> None:
    """Fill the source and the type with the first entry of their directories, as the portal's own forms do."""
    for name in ("SOURCE_ID", "TYPE_ID", "COMPANY_TYPE"):
        item = entity.fields.get(name)
        if item is not None and item.type == "crm_status" and row.get(name) is None:
            stages = portal.stages(str(item.status_type))
            if stages:
                row[name] = stages[0]["STATUS_ID"]


def _set_links(portal: Portal, entity: Entity, number: int, sent: dict[str, Any]) -> bool:
    """Write lists of links, and single links where a list stands behind them; says whether anything changed."""
    changed = False
    for name, target in (*_LINKS.items(), ("COMPANY_ID", model.COMPANY)):
        if name not in sent or name not in entity.fields:
            continue
        behind = "CONTACT_IDS" if target == model.CONTACT else "COMPANY_IDS"
        if not entity.fields[name].virtual and behind not in entity.fields:
            continue
        wanted = [php.integer(entry) for entry in php.as_list(sent[name]) if php.integer(entry) > 0]
        if entity.key == "company":
            changed |= _link_company(portal, number, wanted)
            continue
        known = [link["TARGET_ID"] for link in links(portal, entity, number, target)]
        if not entity.fields[name].virtual:
            # The single field moves the primary one; the others stay.
            wanted = wanted + [other for other in known if other not in wanted] if wanted else []
        if wanted != known:
            set_links(portal, entity, number, target, [{"id": key, "primary": i == 0} for i, key in enumerate(wanted)])
            changed = True
    return changed


def _link_company(portal: Portal, number: int, wanted: list[int]) -> bool:
    """Write the contacts of a company: the same links, seen from the other side."""
    contacts = portal.store.entities["contact"]
    known = portal.store.rows(
        "SELECT OWNER_ID FROM link WHERE OWNER_TYPE = ? AND TARGET_TYPE = ? AND TARGET_ID = ? ORDER BY OWNER_ID",
        *(model.CONTACT, model.COMPANY, number),
    )
    old = [row["OWNER_ID"] for row in known]
    for contact in {*old, *wanted}:
        if (contact in old) == (contact in wanted):
            continue
        bound = [link["TARGET_ID"] for link in links(portal, contacts, contact, model.COMPANY)]
        bound = [*bound, number] if contact in wanted else [key for key in bound if key != number]
        set_links(portal, contacts, contact, model.COMPANY, [{"id": key} for key in bound])
    return set(old) != set(wanted)


def _forget_primary(portal: Portal, entity: Entity, number: int) -> None:
    """Clear single links to a record that is gone."""
    column = {model.COMPANY: "COMPANY_ID", model.CONTACT: "CONTACT_ID"}.get(entity.type_id or 0)
    if column is None:
        return
    for other in portal.store.entities.values():
        item = other.fields.get(column)
        if item is not None and not item.virtual and item.type in model.LINK_TYPES:
            portal.store.execute(f"UPDATE {other.table} SET {column} = NULL WHERE {column} = ?", number)
