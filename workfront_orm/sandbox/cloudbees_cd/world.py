"""What a CloudBees CD holds: objects by kind, found by their names up the parent path."""

from __future__ import annotations

import random
import string
import uuid
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox import world
from workfront_orm.sandbox.cloudbees_cd import model
from workfront_orm.sandbox.cloudbees_cd.errors import RestError, duplicate, invalid, missing, required
from workfront_orm.sandbox.cloudbees_cd.values import checked, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workfront_orm.sandbox.backend import Settings
    from workfront_orm.sandbox.cloudbees_cd.model import Kind
    from workfront_orm.sandbox.documents import Document

NAME_LIMIT = 255
SESSION_LENGTH = 16


class World(world.World):
    """The data of one sandbox.

    A document holds the values of an object as text, beside these of our own: `_kind`, `_id`, `_parent` (`project-<uuid>` or
    None), `_order` (among its siblings).

    Args:
        settings: what the sandbox was started with.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.user = "admin"
        self._index: dict[tuple[str, str | None, str], str] = {}
        self.reindex()

    # --- finding ---------------------------------------------------------------------------

    def all(self, kind: Kind) -> Iterator[Document]:
        """Return all objects of a kind, in the order in which they were made."""
        return iter(self.documents[kind.name])

    def find(self, kind: Kind, parent: Document | None, name: str) -> Document:
        """Return an object by its name, or a job by its id or name.

        Raises:
            RestError: there is none.
        """
        found = self._index.get((kind.name, reference(parent), name))
        if found is None and kind.key == kind.id:
            found = name if name in self.documents[kind.name] else self._by_run_name(kind, name)
        if found is None:
            raise missing(kind.name, name)
        return self.documents[kind.name][found]

    def _by_run_name(self, kind: Kind, name: str) -> str | None:
        """Return the id of a job or a run by its name, which is no key but works in paths."""
        return next((one["_id"] for one in self.all(kind) if one.get(f"{kind.name}Name") == name), None)

    def exists(self, kind: Kind, parent: Document | None, name: str) -> bool:
        """Say whether there is an object of that name."""
        return (kind.name, reference(parent), name) in self._index

    def by_reference(self, name: str) -> Document | None:
        """Return the object that `project-<uuid>` means, None when there is none."""
        kind, _, identifier = name.partition("-")
        return self.documents[kind].get(identifier) if kind in model.kinds() else None

    def children(self, parent: Document, kind: Kind) -> list[Document]:
        """Return the objects of a kind that belong to an object, in their order."""
        key = reference(parent)
        return sorted(
            (one for one in self.documents[kind.name] if one["_parent"] == key), key=lambda one: one["_order"]
        )

    def parent(self, document: Document) -> Document | None:
        """Return what an object belongs to."""
        return None if document["_parent"] is None else self.by_reference(document["_parent"])

    # --- changing --------------------------------------------------------------------------

    def create(self, kind: Kind, parent: Document | None, params: Mapping[str, Any]) -> Document:
        """Make an object.

        Raises:
            RestError: a value is missing or refused, or the name is taken.
        """
        values = self._values(kind, params, "create", "always")
        name = self._name(kind, params, values)
        if self.exists(kind, parent, name):
            raise duplicate(kind.name, name)
        values[kind.key] = name
        document = self.add(kind, parent, {"description": "", **model.DEFAULTS.get(kind.name, {}), **values})
        self._place(document, params)
        return document

    def add(self, kind: Kind, parent: Document | None, values: Mapping[str, Any]) -> Document:
        """Put an object in, with the fields that every object has."""
        identifier = self.new_uuid()
        moment = timestamp(self.now())
        sheet = self.new_uuid() if kind.sheet else None
        document: Document = {
            "_kind": kind.name,
            "_id": identifier,
            "_parent": reference(parent),
            "_order": self.documents.next_number("order"),
            kind.id: identifier,
            **values,
            "createTime": moment,
            "modifyTime": moment,
            "lastModifiedBy": self.user,
            "owner": self.user,
        }
        if sheet is not None:
            document["propertySheetId"] = sheet
            self.documents["sheets"].add(sheet, {"owner": reference(document)})
        self.documents[kind.name].add(identifier, document)
        self._index[kind.name, document["_parent"], str(document.get(kind.key))] = identifier
        return document

    def change(self, document: Document, params: Mapping[str, Any]) -> Document:
        """Change an object, also its name with `newName`.

        Raises:
            RestError: a value is refused, or the name is taken.
        """
        kind = model.kinds()[document["_kind"]]
        values = self._values(kind, params, "always")
        values.pop(kind.key, None)
        old = str(document.get(kind.key))
        name = text(params["newName"]) if params.get("newName") is not None else old
        if name != old:
            if not 0 < len(name) <= NAME_LIMIT:
                raise invalid_name(kind)
            if (kind.name, document["_parent"], name) in self._index:
                raise duplicate(kind.name, name)
            values[kind.key] = name
        values.update(modifyTime=timestamp(self.now()), lastModifiedBy=self.user)
        self.documents[kind.name].update(document["_id"], values)
        self._place(document, params)
        if name != old:
            del self._index[kind.name, document["_parent"], old]
            self._index[kind.name, document["_parent"], name] = document["_id"]
            if kind.name == "project":
                for other in ("job", "flowRuntime"):
                    for run in self.documents[other]:
                        if run.get("projectName") == old:
                            self.set(run, {"projectName": name})
        return document

    def set(self, document: Document, values: Mapping[str, Any]) -> None:
        """Give an object values of the server's own."""
        self.documents[document["_kind"]].update(document["_id"], values)

    def remove(self, document: Document) -> None:
        """Take an object out with all that belongs to it."""
        kind = model.kinds()[document["_kind"]]
        key = reference(document)
        for below in model.kinds().values():
            if kind.name in below.parents:
                for child in list(self.documents[below.name]):
                    if child["_parent"] == key:
                        self.remove(child)
        if kind.name == "project":
            name = document[kind.key]
            for other in ("job", "flowRuntime"):
                for run in list(self.documents[other]):
                    if run.get("projectName") == name:
                        self.remove(run)
        if kind.sheet:
            self.drop_sheet(document["propertySheetId"])
        self.documents[kind.name].remove(document["_id"])
        self._index.pop((kind.name, document["_parent"], str(document.get(kind.key))), None)

    def drop_sheet(self, sheet: str) -> None:
        """Take a property sheet out with all below it."""
        for entry in list(self.documents[f"properties/{sheet}"]):
            if entry.get("propertySheetId"):
                self.drop_sheet(entry["propertySheetId"])
        self.documents.drop(f"properties/{sheet}")
        self.documents["sheets"].remove(sheet)

    def reindex(self) -> None:
        """Find objects by name anew: after the data were read or brought back."""
        self._index = {
            (kind.name, one["_parent"], str(one.get(kind.key))): one["_id"]
            for kind in model.kinds().values()
            for one in self.documents[kind.name]
        }

    # --- time and identifiers -----------------------------------------------------------

    def new_uuid(self) -> str:
        """Return an identifier."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_session(self) -> str:
        """Return the identifier of a session: 16 capitals and digits."""
        return "".join(random.SystemRandom().choices(string.ascii_uppercase + string.digits, k=SESSION_LENGTH))

    def new_secret(self) -> str:
        """Return a token, 32 hexadecimal digits."""
        return random.SystemRandom().randbytes(16).hex()

    # --- helpers ---------------------------------------------------------------------------

    def _place(self, document: Document, params: Mapping[str, Any]) -> None:
        """Put a step of a procedure before or after another, where the parameters say so.

        Raises:
            RestError: there is no such step.
        """
        parent = self.parent(document)
        for word, offset in (("beforeProcedureStep", 0), ("afterProcedureStep", 1)):
            name = params.get(word)
            if document["_kind"] != "step" or name is None or parent is None:
                continue
            kind = model.kinds()["step"]
            neighbour = self.find(kind, parent, text(name))
            others = [one for one in self.children(parent, kind) if one is not document]
            others.insert(others.index(neighbour) + offset, document)
            for order, one in zip(sorted(one["_order"] for one in others), others, strict=True):
                self.set(one, {"_order": order})

    def _values(self, kind: Kind, params: Mapping[str, Any], *writable: str) -> Document:
        return {
            name: checked(field, params[name])
            for name, field in kind.fields.items()
            if field.writable in writable and params.get(name) is not None
        }

    def _name(self, kind: Kind, params: Mapping[str, Any], values: Document) -> str:
        if kind.name == "artifact":
            return _joined(values, "groupId", "artifactKey")
        if kind.name == "artifactVersion":
            if "artifactName" in values and "groupId" not in values:
                values["groupId"], _, values["artifactKey"] = values["artifactName"].partition(":")
            values["artifactName"] = _joined(values, "groupId", "artifactKey")
            return _joined(values, "groupId", "artifactKey", "version")
        name = text(params.get(kind.key))
        if not 0 < len(name) <= NAME_LIMIT:
            raise invalid_name(kind)
        if kind.name == "credential":
            for word in ("userName", "password"):
                if not values.get(word) and not params.get(word):
                    raise required(word)
        return name


def reference(document: Document | None) -> str | None:
    """Return `project-<uuid>`, by which an object is known in searches; None for none."""
    return None if document is None else f"{document['_kind']}-{document['_id']}"


def invalid_name(kind: Kind) -> RestError:
    """Return the error for a name that is no name."""
    return invalid(kind.key, f"'{kind.key}' is required and must be between 1 and {NAME_LIMIT} characters")


def _joined(values: Document, *names: str) -> str:
    for name in names:
        if not values.get(name):
            raise required(name)
    return ":".join(values[name] for name in names)
