"""Kinds of objects: which family of methods each belongs to, and how the few that differ from theirs are read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Outcome

from .batch import Command
from .codecs import number_of
from .errors import NotFoundError, NotSupportedError
from .families import Family, Tasks, Universal, Users

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.specs import ObjectSpec

    from .families import Row

__all__ = ["family_of"]


def family_of(spec: ObjectSpec) -> Family:
    """The dialect of a kind of object."""
    found = _BY_KEY.get(spec.key)
    if found is None:
        style = (spec.raw.get("extra") or {}).get("style", "legacy")
        found = _BY_STYLE.get(style, Family)
    return found(spec)


class Category(Universal):
    """Pipelines: all of a kind of object at once, no filter, no order."""

    operators: Mapping[str, tuple[str | None, str | None]] = {"eq": ("=", None)}
    alternatives = False
    paging = "whole"
    most_orders = 0
    filters_ids = False

    def listing(
        self, where: Row, *, select: Iterable[str] | None = None, order: Row | None = None, start: int = 0
    ) -> Command:
        """All pipelines of a kind of object, which the filter must name."""
        del select, order, start
        type_id = where.get("=entityTypeId")
        if type_id is None or len(where) > 1:
            raise NotSupportedError(
                "search Category: Bitrix24 lists the pipelines of one kind of object: give entity_type_id, "
                "2 for deals, and nothing else",
                None,
            )
        return Command(self.method("list"), {"entityTypeId": type_id})

    def get(self, key: Any) -> Command:
        """One pipeline."""
        return Command(self.method("get"), {"entityTypeId": key[0], "id": key[1]})

    def add(self, values: Row) -> Command:
        """A pipeline of a kind of object."""
        return Command(self.method("add"), {"entityTypeId": values.get("entityTypeId"), "fields": values})

    def update(self, row: Row, values: Row) -> Command:
        """See `Family.update`."""
        return Command(self.method("update"), {"entityTypeId": row["entityTypeId"], "id": row["id"], "fields": values})

    def delete(self, row: Row) -> Command:
        """See `Family.delete`."""
        return Command(self.method("delete"), {"entityTypeId": row["entityTypeId"], "id": row["id"]})


class ProductRow(Universal):
    """Rows of products: a list needs its owner."""

    alternatives = False
    filters_ids = False
    single_owner = True

    def listing(
        self, where: Row, *, select: Iterable[str] | None = None, order: Row | None = None, start: int = 0
    ) -> Command:
        """The rows of one owner, which the filter must name."""
        del select
        if not {"=ownerType", "=ownerId"} <= where.keys():
            raise NotSupportedError(
                "search ProductRow: Bitrix24 lists the rows of one owner: give owner_type, such as 'D', and owner_id",
                None,
            )
        return super().listing(where, order=order, start=start)


class Departments(Users):
    """department.*: plain equality beside the other parameters."""

    operators: Mapping[str, tuple[str | None, str | None]] = {"eq": ("", None)}
    synonyms: Mapping[str, str] = {}
    paging = "offset"
    filters_ids = False

    def listing(
        self, where: Row, *, select: Iterable[str] | None = None, order: Row | None = None, start: int = 0
    ) -> Command:
        """See `Family.listing`."""
        del select
        if "SORT" in where:
            raise NotSupportedError(
                "search Department: SORT is the name of a parameter of department.get, so it cannot be filtered by; "
                "filter_locally() compares it here",
                None,
            )
        field, direction = next(iter((order or {"ID": "ASC"}).items()))
        return Command(self.method("list"), {**where, "sort": field, "order": direction, "START": start})


class Statuses(Family):
    """Directories: all rows at once, plain equality."""

    operators: Mapping[str, tuple[str | None, str | None]] = {"eq": ("", None)}
    synonyms: Mapping[str, str] = {}
    paging = "whole"
    most_orders = None
    filters_ids = False

    def read_row(self, row: Row) -> Row:
        """A row with its number as one; the codes stay text."""
        row["ID"] = number_of(row.get("ID"))
        return row

    def get(self, key: Any) -> Command:
        """One entry, which only its directory and code name."""
        return self.listing({"ENTITY_ID": key[0], "STATUS_ID": key[1]})

    def row(self, result: Any) -> Row:
        """The row of a list of one."""
        rows = self.rows(result)
        if not rows:
            raise NotFoundError({"error": "", "error_description": "Not found"}, None)
        return rows[0]

    def update(self, row: Row, values: Row) -> Command:
        """See `Family.update`; this needs the number."""
        return Command(self.method("update"), {"id": self._number(row), "fields": values})

    def delete(self, row: Row) -> Command:
        """See `Family.delete`; this needs the number."""
        return Command(self.method("delete"), {"id": self._number(row)})

    def created(self, result: Any) -> Outcome:
        """Only the number; directory and code are those that were sent."""
        return Outcome(row={"ID": super().created(result).key})

    def _number(self, row: Row) -> Any:
        if row.get("ID") is None:
            raise ValueError(
                f"{self.spec.name} {row.get('STATUS_ID')!r} cannot be written without its number: load it first"
            )
        return row["ID"]


class Addresses(Family):
    """Addresses: a key of three parts, which is sent among the fields; no order that tells rows apart."""

    paging = "offset"
    filters_ids = False

    def get(self, key: Any) -> Command:
        """One address: there is no method for it, but a list by all parts of the key."""
        return self.listing({f"={name}": part for name, part in zip(self.key, key, strict=True)})

    def row(self, result: Any) -> Row:
        """The row of a list of one."""
        rows = self.rows(result)
        if not rows:
            raise NotFoundError({"error": "", "error_description": "Not found"}, None)
        return rows[0]

    def update(self, row: Row, values: Row) -> Command:
        """See `Family.update`."""
        return Command(self.method("update"), {"fields": {**values, **self._key(row)}})

    def delete(self, row: Row) -> Command:
        """See `Family.delete`."""
        return Command(self.method("delete"), {"fields": self._key(row)})

    def created(self, result: Any) -> Outcome:
        """Nothing but true: the key is the one that was sent."""
        return self.updated(result)

    def _key(self, row: Row) -> Row:
        return {name: row[name] for name in self.key}


class Currencies(Family):
    """Currencies: a code for a key, no pages, no filter."""

    operators: Mapping[str, tuple[str | None, str | None]] = {}
    paging = "whole"
    filters_ids = False

    def read_row(self, row: Row) -> Row:
        """A row as it is: the code is text."""
        return row

    def created(self, result: Any) -> Outcome:
        """The code, which is the one that was sent."""
        return self.updated(result)


_BY_KEY: dict[str, type[Family]] = {
    "address": Addresses,
    "category": Category,
    "currency": Currencies,
    "department": Departments,
    "productrow": ProductRow,
    "status": Statuses,
}
_BY_STYLE: dict[str, type[Family]] = {"legacy": Family, "universal": Universal, "tasks": Tasks, "flat": Users}
