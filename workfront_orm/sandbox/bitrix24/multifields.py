"""Phones, e-mails, web addresses and messengers: values with ids of their own inside a record.

An entry with an `ID` edits, one without adds, `ID` with `DELETE: "Y"` or an empty `VALUE` removes; what is not mentioned stays.
So the same list written twice doubles the entries, as on a real portal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.errors import bad, wrong_argument
from workfront_orm.sandbox.bitrix24.model import MULTIFIELD_TYPES

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.store import Store

FM = "FM"
"""Under this name the universal family's list of all of them travels to `apply`."""


def check(sent: dict[str, Any]) -> None:
    """Refuse what is no list of entries, and e-mail addresses that are none.

    Raises:
        RestError: 100 for a value that is no list, `ERROR_CORE` for a bad e-mail address.
    """
    for type_id, entries in _by_type(sent):
        for entry in entries:
            value = php.text(entry.get("VALUE")).strip()
            if type_id == "EMAIL" and value and "@" not in value:
                raise bad("ERROR_CORE", f"The e-mail address '{value}' is not valid.")


def apply(store: Store, entity: Entity, number: int, sent: dict[str, Any]) -> bool:
    """Write the entries that came with a record; says whether anything changed.

    Args:
        store: the data.
        entity: kind of the record.
        number: its id.
        sent: values by column, among them PHONE, EMAIL ... as lists of entries, or `FM` with all of them.
    """
    changed = False
    for type_id, entries in _by_type(sent):
        for entry in entries:
            changed |= _write(store, entity, number, type_id, entry)
    if changed:
        for column, type_id in (("HAS_PHONE", "PHONE"), ("HAS_EMAIL", "EMAIL"), ("HAS_IMOL", "IM")):
            found = store.value(
                "SELECT 1 FROM multifield WHERE OWNER_TYPE = ? AND OWNER_ID = ? AND TYPE_ID = ?",
                *(entity.type_id, number, type_id),
            )
            store.update(entity.table, "ID", number, {column: "N" if found is None else "Y"})
    return changed


def _write(store: Store, entity: Entity, number: int, type_id: str, entry: dict[str, Any]) -> bool:
    value = php.text(entry.get("VALUE")).strip()
    key = php.integer(entry.get("ID"))
    if key <= 0:
        if not value or not type_id:
            return False
        store.insert(
            "multifield",
            {
                "OWNER_TYPE": entity.type_id,
                "OWNER_ID": number,
                "TYPE_ID": type_id,
                "VALUE_TYPE": php.text(entry.get("VALUE_TYPE")) or "WORK",
                "VALUE": value,
            },
        )
        return True
    old = store.row(
        "SELECT * FROM multifield WHERE ID = ? AND OWNER_TYPE = ? AND OWNER_ID = ? AND ? IN (TYPE_ID, '')",
        *(key, entity.type_id, number, type_id),
    )
    if old is None:
        return False
    if php.flag(entry.get("DELETE")) or ("VALUE" in entry and not value):
        store.execute("DELETE FROM multifield WHERE ID = ?", key)
        return True
    new = {"VALUE": value or old["VALUE"], "VALUE_TYPE": php.text(entry.get("VALUE_TYPE")) or old["VALUE_TYPE"]}
    if new == {name: old[name] for name in new}:
        return False
    store.update("multifield", "ID", key, new)
    return True


def _by_type(sent: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the entries of each type in the old family's spelling; an entry of `fm` with an id may go without its type."""
    found = []
    for type_id in MULTIFIELD_TYPES:
        if type_id in sent and not php.is_empty(sent[type_id]):
            if not isinstance(sent[type_id], (list, dict)):
                raise wrong_argument(type_id, "array")
            found.append((type_id, [_entry(entry) for entry in php.as_list(sent[type_id])]))
    for entry in php.as_list(sent.get(FM)):
        old = _entry(entry)
        type_id = php.text(old.get("TYPE_ID")).upper()
        if type_id in MULTIFIELD_TYPES or (not type_id and php.integer(old.get("ID")) > 0):
            found.append((type_id, [old]))
    return found


def _entry(entry: Any) -> dict[str, Any]:
    """Return an entry in the old family's spelling; `fm` writes `typeId`, `valueType`, `value`, `id`."""
    names = {"typeid": "TYPE_ID", "valuetype": "VALUE_TYPE"}
    if not isinstance(entry, dict):
        return {"VALUE": entry}
    return {names.get(name.lower(), name.upper()): value for name, value in entry.items()}
