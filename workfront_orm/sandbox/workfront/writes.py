# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Writing objects: create, edit, delete, with nested collections, custom data, and what the server keeps itself."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import permissions, semantics
from workfront_orm.sandbox.workfront.defaults import complete_relations, fill, touch
from workfront_orm.sandbox.workfront.store import CUSTOM
from workfront_orm.sandbox.workfront.values import coerce, custom_changes
from workfront_orm.sandbox.workfront.wire import (
    ILLEGAL_ARGUMENT,
    WireError,
    invalid,
    invalid_value,
    not_found,
    unknown_field,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.workfront.auth import Auth
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Collection, Entity

NESTING = 8
"""Levels of objects within the updates of one write."""


class Writer:
    """Writes objects for one call.

    Args:
        context: the call.
        auth: takes passwords that are written.
    """

    def __init__(self, context: Context, auth: Auth) -> None:
        self.context = context
        self.store = context.store
        self.auth = auth
        self._level = 0

    # --- create ------------------------------------------------------------------------

    def create(self, entity: Entity, written: Mapping[str, Any], *, within: Mapping[str, Any] | None = None) -> str:
        """Make a new object and return its id.

        Args:
            entity: the type.
            written: fields as the client wrote them.
            within: fields that the place says where it is nested.

        Raises:
            WireError: an unknown field, a wrong or missing value, or no right to add one.
        """
        if entity.view is not None:
            raise invalid(f"{entity.name} objects cannot be made")
        permissions.check(self.context, "add", entity)
        plain, custom, nested = self._split(entity, written)
        row: dict[str, Any] = {"ID": secrets.token_hex(16), **(within or {})}
        for name, value in plain.items():
            kept = self._writable(entity, name, value, None)
            if kept is not _IGNORED and kept is not None:
                row[name] = kept
        complete_relations(self.context, entity, row)
        self._check_relation(entity, row)
        fill(self.context, entity, row)
        semantics.prepare_new(self.context, entity, row, plain)
        self._check_required(entity, row)
        self._check_unique(entity, row, None)
        key = str(row["ID"])
        self.store.insert(entity.code, {name: value for name, value in row.items() if name in entity.columns})
        self._form(entity, key, None, row.get("categoryID") if "categoryID" in entity.columns else None)
        self._nested(entity, key, nested)
        if custom:
            # The forms are in place now, also those that came nested.
            self.store.update(
                entity.code, key, {CUSTOM: custom_changes(self.context, entity, self.existing(entity, key), custom)}
            )
        self._password(entity, key, written)
        semantics.after_create(self.context, entity, row)
        return key

    def _check_relation(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """The object that a polymorphic relation names must exist."""
        for entry in entity.overlay.get("polymorphic", ()):
            key, code = row.get(entry["id"]), row.get(entry["code"])
            if not key or not code:
                continue
            if code not in self.context.model.class_names:
                raise invalid_value(entry["code"], code)
            if self.store.has_table(code) and self.store.get(code, key) is None:
                raise not_found(self.context.model.class_names[code], key)

    def _check_required(self, entity: Entity, row: Mapping[str, Any]) -> None:
        for name in entity.overlay.get("required", ()):
            if row.get(name) is None:
                raise invalid(f"{entity.name} cannot be saved: {name} is required")
        for names in entity.overlay.get("oneOf", ()):
            if not any(row.get(name) is not None for name in names):
                raise invalid(f"{entity.name} cannot be saved: one of {', '.join(names)} is required")

    def _check_unique(self, entity: Entity, row: Mapping[str, Any], key: str | None) -> None:
        for name in entity.overlay.get("unique", ()):
            if row.get(name) is None:
                continue
            self.store.index(entity.code, name)
            same = self.store.value(
                f'SELECT "ID" FROM "{entity.code}" WHERE "{name}" = ? AND "ID" IS NOT ?', [row[name], key]
            )
            if same is not None:
                raise invalid(f'{entity.name} cannot be saved: {name} "{row[name]}" is taken')

    # --- edit --------------------------------------------------------------------------

    def edit(self, entity: Entity, key: str, written: Mapping[str, Any]) -> None:
        """Change the fields of an object that are written; the others stay.

        Raises:
            WireError: no such object, an unknown field, a wrong value, or no right to edit it.
        """
        row = self.existing(entity, key)
        permissions.check(self.context, "edit", entity, row)
        plain, custom, nested = self._split(entity, written)
        changes: dict[str, Any] = {}
        for name, value in plain.items():
            kept = self._writable(entity, name, value, row)
            if kept is not _IGNORED and kept != row.get(name):
                changes[name] = kept
        for name in entity.overlay.get("required", ()):
            if name in changes and changes[name] is None:
                raise invalid_value(name, plain[name])
        self._check_unique(entity, {**row, **changes}, key)
        if (
            entity.code == "USER"
            and "emailAddr" in changes
            and "username" not in plain
            and row.get("username") == row.get("emailAddr")
        ):
            changes["username"] = changes["emailAddr"]
        semantics.prepare_change(self.context, entity, row, changes)
        if "categoryID" in changes:
            self._form(entity, key, row.get("categoryID"), changes["categoryID"])
        self._nested(entity, key, nested)
        if custom:
            current = {**(self.store.get(entity.code, key) or row), **changes}
            changes[CUSTOM] = custom_changes(self.context, entity, current, custom)
        if changes or nested or custom:
            touch(self.context, entity, changes)
        self.store.update(entity.code, key, changes)
        self._password(entity, key, written)
        semantics.after_change(self.context, entity, row, changes)

    def existing(self, entity: Entity, key: str) -> dict[str, Any]:
        """Return an object.

        Raises:
            WireError: it is not there.
        """
        row = self.store.get(entity.code, key)
        if row is None:
            raise not_found(entity.name, key)
        return row

    # --- delete ------------------------------------------------------------------------

    def delete(self, entity: Entity, key: str, *, force: bool) -> None:
        """Delete an object, and with `force` what depends on it.

        Raises:
            WireError: no such object, dependants without `force`, or no right to delete it.
        """
        row = self.existing(entity, key)
        permissions.check(self.context, "delete", entity, row)
        semantics.check_delete(self.context, entity, row)
        if not force:
            for code, column in self._pairs(entity, "dependants"):
                self.store.index(code, column)
                number = self.store.value(f'SELECT count(*) FROM "{code}" WHERE "{column}" = ?', [key])
                if number:
                    name = self.context.model.class_names[code]
                    raise WireError(
                        422,
                        ILLEGAL_ARGUMENT,
                        f"This {entity.name} cannot be deleted: it has {number} {name} objects. Use force=true to delete them too.",
                    )
        self._remove(entity, row)

    def _remove(self, entity: Entity, row: dict[str, Any]) -> None:
        key = row["ID"]
        for section in ("dependants", "owned"):
            for code, column in self._pairs(entity, section):
                self.store.index(code, column)
                other = self.store.entity(code)
                for member in self.store.select(code, f'"{column}" = ?', [key]):
                    if self.store.get(code, member["ID"]) is not None:
                        self._remove(other, member)
        self.store.delete(entity.code, key)
        self.clear_references(entity, key, None)
        if entity.code == "USER":
            self.store.connection.execute("DELETE FROM _credentials WHERE userID = ?", [key])
        semantics.after_delete(self.context, entity, row)

    def clear_references(self, entity: Entity, key: str, replacement: str | None) -> None:
        """Point everything that refers to an object to another one, or to nothing."""
        for code in self.store.tables():
            other = self.store.entity(code)
            for reference in other.references.values():
                column = reference.column
                if (
                    reference.target != entity.code
                    or column is None
                    or column == "ID"
                    or other.columns[column].sql is not None
                ):
                    continue
                self.store.index(code, column)
                self.store.write(f'UPDATE "{code}" SET "{column}" = ? WHERE "{column}" = ?', [replacement, key])

    def _pairs(self, entity: Entity, section: str) -> list[tuple[str, str]]:
        return [(code, column) for code, column in entity.overlay.get(section, ()) if self.store.has_table(code)]

    # --- what was written ------------------------------------------------------------------

    def _split(
        self, entity: Entity, written: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Split what was written into fields, custom values and nested objects.

        Raises:
            WireError: a name that the version does not have.
        """
        spec = self.context.version.spec(entity.code)
        plain: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        nested: dict[str, Any] = {}
        for name, value in written.items():
            if name in ("ID", "objCode"):
                continue
            if name.startswith("DE:") and entity.custom:
                custom[name] = value
            elif name == CUSTOM and entity.custom:
                custom.update(self._values(value))
            elif name in entity.columns and (spec is None or name in spec.fields):
                plain[name] = value
            elif name in entity.collections and (spec is None or name in spec.collections):
                nested[name] = value
            elif name in entity.references and (spec is None or name in spec.references):
                self._reference(entity, name, value, plain)
            else:
                raise unknown_field(self.context.version.label, name, entity.name)
        return plain, custom, nested

    @staticmethod
    def _values(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid_value(CUSTOM, value)
        return {name if name.startswith("DE:") else f"DE:{name}": item for name, item in value.items()}

    def _reference(self, entity: Entity, name: str, value: Any, plain: dict[str, Any]) -> None:
        """A nested object at a reference: one with an id is meant, one without is made."""
        reference = entity.references[name]
        if reference.column is None or reference.target is None:
            raise invalid(f"Invalid Parameter: {name} cannot be set")
        if value is None or value == "":
            plain[reference.column] = None
        elif isinstance(value, dict) and value.get("ID"):
            plain[reference.column] = value["ID"]
        elif isinstance(value, dict):
            plain[reference.column] = self._deeper(self.store.entity(reference.target), value, {})
        elif isinstance(value, str):
            plain[reference.column] = value
        else:
            raise invalid_value(name, value)

    def _deeper(self, entity: Entity, value: Mapping[str, Any], within: Mapping[str, Any]) -> str:
        self._level += 1
        try:
            if self._level > NESTING:
                raise invalid(f"The updates are nested more than {NESTING} levels deep")
            return self.create(entity, value, within=within)
        finally:
            self._level -= 1

    def _writable(self, entity: Entity, name: str, value: Any, row: Mapping[str, Any] | None) -> Any:
        """The value to keep, or `_IGNORED` for a field that the server keeps itself.

        Raises:
            WireError: a read-only field with another value than it has.
        """
        overlay = entity.overlay
        if name in overlay.get("hidden", ()) and name != "handle":
            return _IGNORED
        if entity.columns[name].sql is not None or name in overlay.get("kept", {}):
            return _IGNORED
        if (
            name in overlay.get("rolledUp", {})
            and row is not None
            and semantics.has_children(self.context, entity, row)
        ):
            return _IGNORED
        kept = coerce(self.context, entity, name, value)
        if name in overlay.get("readOnly", ()):
            current = (
                (row or {}).get(name)
                if row is not None
                else (self.context.user.get(name) if name == "customerID" else None)
            )
            if kept != current:
                raise invalid(f"Invalid Parameter: {name} of {entity.name} is read-only")
            return _IGNORED
        return kept

    def _password(self, entity: Entity, key: str, written: Mapping[str, Any]) -> None:
        password = written.get("password")
        if entity.code == "USER" and isinstance(password, str) and password:
            self.auth.set_password(key, password)
            if "hasPassword" in entity.columns:
                self.store.update("USER", key, {"hasPassword": True})

    # --- nested collections ------------------------------------------------------------------

    def _nested(self, entity: Entity, key: str, nested: Mapping[str, Any]) -> None:
        """Replace collections by what was written."""
        for name, value in nested.items():
            collection = entity.collections[name]
            items = [] if value is None or value == "" else value
            if isinstance(items, dict):
                items = [items]
            if not isinstance(items, list) or collection.target is None:
                raise invalid_value(name, value)
            self.replace_members(
                entity, key, collection, [item if isinstance(item, dict) else {"ID": str(item)} for item in items]
            )

    def replace_members(self, entity: Entity, key: str, collection: Collection, items: list[dict[str, Any]]) -> None:
        """Make the members of a collection exactly those written: edit those with an id, make those without, drop the rest."""
        target = self.store.entity(str(collection.target))
        if target.view is not None:
            raise invalid(f"Invalid Parameter: {collection.name} cannot be set")
        if collection.through is not None:
            self._replace_links(target, key, collection, items)
            return
        if collection.by is None or collection.source != "ID" or collection.in_list:
            raise invalid(f"Invalid Parameter: {collection.name} cannot be set")
        self.store.index(target.code, collection.by)
        current = {member["ID"]: member for member in self.store.select(target.code, f'"{collection.by}" = ?', [key])}
        within = {collection.by: key, **collection.where, **_codes(target, collection.by, entity.code)}
        kept = {item["ID"] for item in items if item.get("ID")}
        for member_key, member in current.items():
            if member_key not in kept:
                self._remove(target, member)
        for number, item in enumerate(items):
            if "categoryOrder" in target.columns and "categoryOrder" not in item:
                item = {**item, "categoryOrder": number}  # noqa: PLW2901 - the item as the server takes it
            if item.get("ID"):
                member_key = item["ID"]
                self.existing(target, member_key)
                if member_key not in current:
                    self.store.update(target.code, member_key, within)
                self.edit(target, member_key, item)
            else:
                self._deeper(target, item, within)
        self._first_form(entity, key, collection)

    def _replace_links(self, target: Entity, key: str, collection: Collection, items: list[dict[str, Any]]) -> None:
        """Replace the rows of a type that links two others."""
        link = self.store.entity(str(collection.through))
        by, to = str(collection.by), str(collection.to)
        self.store.index(link.code, by)
        wanted = [str(item.get("ID") or "") for item in items]
        for member in wanted:
            self.existing(target, member)
        for row in self.store.select(link.code, f'"{by}" = ?', [key]):
            if row[to] not in wanted:
                self._remove(link, row)
        present = {row[to] for row in self.store.select(link.code, f'"{by}" = ?', [key])}
        for member in wanted:
            if member not in present:
                self._deeper(link, {}, {by: key, to: member, **collection.where})

    def _first_form(self, entity: Entity, key: str, collection: Collection) -> None:
        """`categoryID` names the first of an object's forms."""
        if collection.target == "OBJCAT" and "categoryID" in entity.columns:
            places = self.store.select("OBJCAT", '"objID" = ?', [key], '"categoryOrder"')
            self.store.update(entity.code, key, {"categoryID": places[0]["categoryID"] if places else None})

    def _form(self, entity: Entity, key: str, old: str | None, new: str | None) -> None:
        """Keep the places of forms in step with `categoryID`."""
        if "objectCategories" not in entity.collections or old == new or entity.code == "OBJCAT":
            return
        self.store.index("OBJCAT", "objID")
        places = self.store.select("OBJCAT", '"objID" = ?', [key])
        for place in places:
            if place["categoryID"] == old:
                self.store.delete("OBJCAT", place["ID"])
        if new is not None and not any(place["categoryID"] == new for place in places):
            row = {
                "ID": secrets.token_hex(16),
                "objID": key,
                "objObjCode": entity.code,
                "categoryID": new,
                "categoryOrder": 0,
            }
            fill(self.context, self.store.entity("OBJCAT"), row)
            self.store.insert("OBJCAT", row)


_IGNORED: Any = object()


def _codes(target: Entity, by: str, code: str) -> dict[str, str]:
    """Fields of a member that say of which type the object is that its field names."""
    names = {
        "objID": ("objObjCode", "docObjCode", "noteObjCode", "expObjCode"),
        "securityObjID": ("securityObjCode",),
        "refObjID": ("refObjCode",),
    }
    return {name: code for name in names.get(by, ()) if name in target.columns}
