"""Properties and property sheets: named values of any object, in sheets that may hold sheets.

A name with a slash is a path: `a/b` is `b` in the nested sheet `a`. A name that begins with one is absolute: `/projects/P/x`. When
a value is read, `$[...]` in it stands for another property, unless `expand=0` says otherwise or the property is not expandable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import paths
from workfront_orm.sandbox.cloudbees_cd.errors import (
    RestError,
    duplicate,
    invalid,
    missing,
    no_property,
    required,
)
from workfront_orm.sandbox.cloudbees_cd.values import flag, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document

SERVER_SHEET = "server"
NAME_LIMIT = 255
DEPTH = 20

_REFERENCE = re.compile(r"\$\[([^\[\]]*)\]")


@dataclass(slots=True)
class Address:
    """Where a property is.

    Attributes:
        sheet: property sheet that the path starts in.
        names: path below it.
    """

    sheet: str
    names: list[str]

    @property
    def path(self) -> str:
        """The path as callers write it."""
        return "/".join(self.names)


class Properties:
    """The properties of all objects.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    # --- where -----------------------------------------------------------------------------

    def address(self, name: str, params: Mapping[str, Any]) -> Address:
        """Return where a property is, by its name or path and the context among the parameters.

        Raises:
            RestError: the context does not exist or is missing.
        """
        if name.startswith("/"):
            step = paths.context(self._world, params) if params.get("jobStepId") is not None else None
            try:
                place = paths.absolute(self._world, name, step)
            except RestError:
                raise no_property(name) from None
            return Address(self.sheet_of(place.document), place.rest)
        return Address(self.sheet(params), [part for part in name.split("/") if part])

    def sheet(self, params: Mapping[str, Any]) -> str:
        """Return the property sheet that the parameters name.

        Raises:
            RestError: it does not exist, or none is named.
        """
        named = params.get("propertySheetId")
        if named is not None:
            if text(named) not in self._world.documents["sheets"]:
                raise missing("propertySheet", text(named))
            return text(named)
        document = paths.context(self._world, params)
        if document is None:
            raise required("projectName")
        return self.sheet_of(document)

    def sheet_of(self, document: Document | None) -> str:
        """Return the property sheet of an object, of the server for None."""
        return SERVER_SHEET if document is None else str(document["propertySheetId"])

    def find(self, address: Address) -> Document | None:
        """Return a property, None when there is none."""
        sheet, found = address.sheet, None
        for position, name in enumerate(address.names):
            found = self._world.documents[f"properties/{sheet}"].get(name)
            if found is None:
                return None
            if position + 1 < len(address.names):
                if not found.get("propertySheetId"):
                    return None
                sheet = found["propertySheetId"]
        return found

    # --- changing --------------------------------------------------------------------------

    def create(self, address: Address, params: Mapping[str, Any]) -> Document:
        """Make a property, with the sheets on the way to it.

        Raises:
            RestError: the name is no name or taken.
        """
        if not address.names or any(len(name) > NAME_LIMIT for name in address.names):
            raise invalid("propertyName", "'propertyName' is required and must be between 1 and 255 characters")
        sheet = address.sheet
        for name in address.names[:-1]:
            table = self._world.documents[f"properties/{sheet}"]
            nested = table.get(name) or self._add(sheet, name, {"propertySheetId": self._new_sheet(name)})
            if not nested.get("propertySheetId"):
                raise duplicate("property", name)
            sheet = nested["propertySheetId"]
        name = address.names[-1]
        if name in self._world.documents[f"properties/{sheet}"]:
            raise duplicate("property", address.path)
        if params.get("propertyType") == "sheet":
            return self._add(sheet, name, {"propertySheetId": self._new_sheet(name)})
        return self._add(sheet, name, {"value": text(params.get("value")), **self._values(params)})

    def set(self, address: Address, params: Mapping[str, Any]) -> Document:
        """Change a property, or make it when there is none; `newName` renames it.

        Raises:
            RestError: the new name is taken.
        """
        found = self.find(address)
        if found is None:
            return self.create(address, params)
        values: Document = {**self._values(params), "modifyTime": timestamp(self._world.now())}
        values["lastModifiedBy"] = self._world.user
        if params.get("value") is not None and not found.get("propertySheetId"):
            values["value"] = text(params["value"])
        table = self._world.documents[f"properties/{found['_sheet']}"]
        name = text(params.get("newName")) or found["propertyName"]
        if name == found["propertyName"]:
            return table.update(name, values)
        if name in table:
            raise duplicate("property", name)
        table.remove(found["propertyName"])
        return table.add(name, {**found, **values, "propertyName": name})

    def delete(self, address: Address) -> None:
        """Delete a property with all below it.

        Raises:
            RestError: there is none.
        """
        found = self.find(address)
        if found is None:
            raise no_property(address.path)
        if found.get("propertySheetId"):
            self._world.drop_sheet(found["propertySheetId"])
        self._world.documents[f"properties/{found['_sheet']}"].remove(found["propertyName"])

    # --- showing ---------------------------------------------------------------------------

    def shown(self, found: Document, *, expand: bool) -> Document:
        """Return a property as it is answered.

        Raises:
            RestError: its value refers to what is not there.
        """
        result = {name: value for name, value in found.items() if not name.startswith("_") and value is not None}
        if expand and found["expandable"] == "1" and "value" in result:
            result["value"] = self.expanded(found["value"], found["_sheet"])
        return result

    def shown_sheet(self, sheet: str, *, expand: bool, recurse: bool) -> Document:
        """Return a property sheet as it is answered; with `recurse`, nested ones in it."""
        entries = []
        for found in self._world.documents[f"properties/{sheet}"]:
            entry = self.shown(found, expand=expand)
            if recurse and found.get("propertySheetId"):
                entry["propertySheet"] = self.shown_sheet(found["propertySheetId"], expand=expand, recurse=True)
            entries.append(entry)
        result: Document = {"propertySheetId": sheet}
        if entries:
            result["property"] = entries
        return result

    def expanded(self, value: str, sheet: str, depth: int = 0) -> str:
        """Return a text with its references replaced.

        Args:
            value: the text.
            sheet: property sheet in which names are looked up that are not absolute.
            depth: how many references led here.

        Raises:
            RestError: a reference leads nowhere, or round and round.
        """

        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            if depth == DEPTH:
                raise RestError(invalid("value", "").status, "RecursiveReference", f"'$[{name}]' refers to itself")
            if name.startswith("/"):
                address = self.address(name, {})
            else:
                address = Address(sheet, [part for part in name.split("/") if part])
            found = self.find(address)
            if found is None or "value" not in found:
                raise no_property(name)
            if found["expandable"] != "1":
                return str(found["value"])
            return self.expanded(found["value"], found["_sheet"], depth + 1)

        return _REFERENCE.sub(replaced, value)

    def custom(self, document: Document, name: str) -> str | None:
        """Return the raw value of an object's property, for searches; None when there is none."""
        if "propertySheetId" not in document:
            return None
        found = self.find(Address(document["propertySheetId"], [part for part in name.split("/") if part]))
        return None if found is None else found.get("value")

    # --- helpers ---------------------------------------------------------------------------

    def _values(self, params: Mapping[str, Any]) -> Document:
        values: Document = {}
        if params.get("description") is not None:
            values["description"] = text(params["description"])
        if params.get("expandable") is not None:
            values["expandable"] = "1" if flag(params["expandable"]) else "0"
        return values

    def _add(self, sheet: str, name: str, values: Document) -> Document:
        moment = timestamp(self._world.now())
        entry = {
            "propertyId": self._world.new_uuid(),
            "propertyName": name,
            "counter": "0",
            "createTime": moment,
            "description": "",
            "expandable": "1",
            "lastModifiedBy": self._world.user,
            "modifyTime": moment,
            "owner": self._world.user,
            "tracked": "1",
            "_sheet": sheet,
            **values,
        }
        return self._world.documents[f"properties/{sheet}"].add(name, entry)

    def _new_sheet(self, name: str) -> str:
        sheet = self._world.new_uuid()
        self._world.documents["sheets"].add(sheet, {"owner": name})
        return sheet
