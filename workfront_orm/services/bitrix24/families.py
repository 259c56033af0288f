"""The families of methods: four dialects in which one portal reads and writes its objects, and the keys of these.

`legacy` (crm.contact.*) has upper-case names, text for numbers, and answers a write with an id or
true; `universal` (crm.item.*) has camelCase names, JSON numbers, nested filters, and answers the
whole object; `tasks` takes upper-case names and returns camelCase ones; `flat` (users,
departments) has no wrapper around fields. A few kinds differ further (see `kinds`). Sources: `API.md`
sections 5, 6 and 10 of the facts; names of methods and shapes come from the metadata.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Outcome

from .batch import Command
from .codecs import number_of
from .errors import InvalidResponseError, NotFoundError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.specs import ObjectSpec

__all__ = ["KEYS", "NATURAL_KEYS", "Family", "Row", "Tasks", "Universal", "Users", "key_fields"]

Row = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    # Other objects point to a status by its directory and code, never by its number.
    "status": ("ENTITY_ID", "STATUS_ID"),
    # Pipelines are numbered for each kind of object; that of deals has a 0.
    "category": ("entityTypeId", "id"),
    "address": ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID"),
}
"""Kinds whose key is another one than the metadata's id, or has several parts."""

NATURAL_KEYS = frozenset({"status", "address", "currency"})
"""Kinds whose key the program gives when it creates one."""

COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class Family:
    """How one kind of object is read and written; the old methods, which the others are compared with.

    Args:
        spec: What the metadata says of the kind.
    """

    #: Our operators as prefixes: with case and without; None where there is none.
    operators: Mapping[str, tuple[str | None, str | None]] = {
        "eq": ("=", None),
        "ne": ("!", None),
        "in": ("@", None),
        "not_in": ("!@", None),
        **{name: (sign, None) for name, sign in COMPARISONS.items()},
        "at": ("=", None),
        "is_null": ("=", None),
        "is_blank": ("=", None),
        "is_not_null": ("!", None),
        "is_not_blank": ("!", None),
        "contains": (None, "%"),
        "not_contains": (None, "!%"),
        "startswith": ("=%", "=%"),
        "like": (None, "=%"),
    }
    #: Other prefixes that mean the same, for a second condition on one field.
    synonyms: Mapping[str, str] = {"=": "", "!": "!=", "=%": "%=", "@": ""}
    #: Whether one filter can say that one of several conditions holds.
    alternatives = False
    #: How its lists are paged.
    paging = "keyset"
    #: Whether its lists can be sorted by fields of the caller's choice, and by how many.
    most_orders: int | None = None
    #: Whether a page may begin at any offset, or at multiples of 50 only.
    by_page = True
    #: Whether its list filters by several ids at once.
    filters_ids = True
    #: Whether its list is always that of one owner.
    single_owner = False

    def __init__(self, spec: ObjectSpec) -> None:
        self.spec = spec
        raw = spec.raw
        self.extra: Mapping[str, Any] = raw.get("extra") or {}
        self.methods: Mapping[str, str | None] = raw.get("methods") or {}
        self.key = key_fields(spec)
        #: The name of the last part of the key in rows as they are sent.
        self.row_key = _row_name(spec, self.key[-1])
        #: Parameters that every call of this kind carries, such as `entityTypeId`.
        self.context: Row = dict(self.extra.get("parameters") or {})
        #: Fields that answers leave out where they are empty.
        self.lists = tuple(
            name for name, field in spec.fields.items() if field.type == "crm_multifield" and name != "fm"
        )

    # --- methods ------------------------------------------------------------------

    def method(self, word: str) -> str:
        """The method of an operation.

        Raises:
            NotSupportedError: The kind has none.
        """
        if self.spec.key == "item":
            raise NotSupportedError(
                f"{word} {self.spec.name}: items are those of a smart process: use the class session.item_type(128)",
                None,
            )
        found = self.methods.get(word)
        if not found:
            raise NotSupportedError(f"Bitrix24 has no method to {word} {self.spec.name}", None)
        return found

    # --- reading ------------------------------------------------------------------

    def listing(
        self, where: Row, *, select: Iterable[str] | None = None, order: Row | None = None, start: int = 0
    ) -> Command:
        """The command that reads a page.

        Args:
            where: The filter; operators stand before the names.
            select: Names of fields; None for the portal's default.
            order: Fields and directions.
            start: How many rows to skip, in multiples of 50; -1 for a page that is not counted.
        """
        params: Row = {**self.context, "filter": where, "order": order or {}, "start": start}
        if select is not None:
            params["select"] = list(select)
        return Command(self.method("list"), params)

    def rows(self, result: Any, select: Iterable[str] | None = None) -> list[Row]:
        """The rows of a page, ready for the mapper.

        Args:
            result: The result of the list.
            select: The names that were asked for.
        """
        found = _inside(self.extra, "list", result)
        rows = list(found.values()) if isinstance(found, dict) else found
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InvalidResponseError(result, 200, remedy="the answer holds no rows where rows were asked for")
        rows = [self.read_row(row) for row in rows]
        empty = [name for name in self.lists if name in select] if select and self.lists else ()
        for name in empty:
            for row in rows:
                row.setdefault(name, [])
        return rows

    def get(self, key: Any) -> Command:
        """The command that reads one object."""
        return Command(self.method("get"), {**self.context, "id": key})

    def row(self, result: Any) -> Row:
        """The row of one object.

        Raises:
            NotFoundError: There is none.
        """
        found = _inside(self.extra, "get", result)
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, dict) or not found:
            raise NotFoundError({"error": "", "error_description": "Not found"}, None)
        return self.read_row({**{key: [] for key in self.lists}, **found} if self.lists else found)

    def read_row(self, row: Row) -> Row:
        """A row with the parts of its key as numbers, whatever the family writes."""
        for name in self.key:
            value = row.get(name)
            if value.__class__ is str:
                row[name] = number_of(value)
        return row

    def default_fields(self, *, complete: bool) -> tuple[str, ...] | None:
        """What is selected when the caller names nothing.

        Args:
            complete: Everything that reading one object returns, not only what a list does by itself.
        """
        if not complete:
            return None
        by_name = [name for name, field in self.spec.fields.items() if _is_named_only(field.raw)]
        return ("*", "UF_*", *by_name)

    # --- writing ------------------------------------------------------------------

    def add(self, values: Row) -> Command:
        """The command that creates an object."""
        return Command(self.method("add"), {**self.context, "fields": values})

    def update(self, row: Row, values: Row) -> Command:
        """The command that changes an object; `row` holds its key."""
        return Command(self.method("update"), {**self.context, "id": row[self.key[-1]], "fields": values})

    def delete(self, row: Row) -> Command:
        """The command that deletes an object; `row` holds its key."""
        return Command(self.method("delete"), {**self.context, "id": row[self.key[-1]]})

    def created(self, result: Any) -> Outcome:
        """What the answer to a create says."""
        if isinstance(result, bool) or number_of(result).__class__ is not int:
            raise InvalidResponseError(result, 200, remedy="the answer does not tell the id of the new object")
        return Outcome(key=number_of(result))

    def updated(self, result: Any) -> Outcome:
        """What the answer to an update says."""
        if not result:
            raise InvalidResponseError(result, 200, remedy="the answer does not say that it was done")
        return Outcome()


class Universal(Family):
    """crm.item.* and its like: nested filters, whole objects in answers."""

    alternatives = True
    by_page = False

    def default_fields(self, *, complete: bool) -> tuple[str, ...] | None:  # noqa: ARG002 - lists return all there is
        """Everything, which is what newer lists return by themselves."""
        return None

    def created(self, result: Any) -> Outcome:
        """The whole object."""
        row = self.read_row(self._whole("add", result))
        return Outcome(key=tuple(row.get(name) for name in self.key), row=row)

    def updated(self, result: Any) -> Outcome:
        """The whole object."""
        return Outcome(row=self.read_row(self._whole("update", result)))

    def _whole(self, word: str, result: Any) -> Row:
        found = _inside(self.extra, word, result)
        if not isinstance(found, dict):
            raise InvalidResponseError(result, 200, remedy="the answer does not hold the object")
        return found


class Tasks(Family):
    """tasks.task.*: upper-case names in, camelCase names out; no patterns."""

    operators: Mapping[str, tuple[str | None, str | None]] = {
        "eq": ("", None),
        "ne": ("!", None),
        "in": ("", None),
        "not_in": ("!", None),
        **{name: (sign, None) for name, sign in COMPARISONS.items()},
        "at": ("", None),
        "is_null": ("", None),
        "is_not_null": ("!", None),
    }
    synonyms: Mapping[str, str] = {}

    def __init__(self, spec: ObjectSpec) -> None:
        super().__init__(spec)
        names = {name: (field.raw.get("names") or {}).get("row", name) for name, field in spec.fields.items()}
        self._wire_names = {row_name: name for name, row_name in names.items()}

    def get(self, key: Any) -> Command:
        """One task with all that a task has."""
        return Command(self.method("get"), {"taskId": key, "select": list(self.default_fields(complete=True) or ())})

    def read_row(self, row: Row) -> Row:
        """A row under the names that are sent, so that a field has one name for the mapper."""
        names = self._wire_names
        return super().read_row({names.get(name, name): value for name, value in row.items()})

    def update(self, row: Row, values: Row) -> Command:
        """See `Family.update`."""
        return Command(self.method("update"), {"taskId": row["ID"], "fields": values})

    def delete(self, row: Row) -> Command:
        """See `Family.delete`."""
        return Command(self.method("delete"), {"taskId": row["ID"]})

    def created(self, result: Any) -> Outcome:
        """The whole task."""
        row = self.row(result)
        return Outcome(key=row["ID"], row=row)

    def updated(self, result: Any) -> Outcome:
        """The whole task."""
        return Outcome(row=self.row(result))


class Users(Family):
    """user.*: fields without a wrapper, an order by one field, a list even for one."""

    most_orders = 1
    by_page = False

    def listing(
        self, where: Row, *, select: Iterable[str] | None = None, order: Row | None = None, start: int = 0
    ) -> Command:
        """See `Family.listing`."""
        field, direction = next(iter((order or {"ID": "ASC"}).items()))
        params: Row = {"FILTER": where, "sort": field, "order": direction, "start": start}
        if select is not None:
            params["SELECT"] = list(select)
        return Command(self.method("list"), params)

    def get(self, key: Any) -> Command:
        """One user."""
        return Command(self.method("get"), {"ID": key})

    def default_fields(self, *, complete: bool) -> tuple[str, ...] | None:
        """Everything, custom fields included."""
        return ("*", "UF_*") if complete else None

    def add(self, values: Row) -> Command:
        """See `Family.add`."""
        return Command(self.method("add"), values)

    def update(self, row: Row, values: Row) -> Command:
        """See `Family.update`."""
        return Command(self.method("update"), {"ID": row["ID"], **values})

    def delete(self, row: Row) -> Command:
        """See `Family.delete`."""
        return Command(self.method("delete"), {"ID": row["ID"]})


def key_fields(spec: ObjectSpec) -> tuple[str, ...]:
    """The wire names of the fields that make the key of a kind."""
    found = KEYS.get(spec.key)
    if found is None:
        key = spec.raw.get("key") or "ID"
        found = (key,) if isinstance(key, str) else tuple(key)
    return found


def _row_name(spec: ObjectSpec, name: str) -> str:
    field = spec.fields.get(name)
    return str((field.raw.get("names") or {}).get("row", name)) if field is not None else name


def _is_named_only(raw: Mapping[str, Any]) -> bool:
    """Whether a list returns a field only when its name is given."""
    extra = raw.get("extra") or {}
    return bool(extra.get("selectByName") or (raw.get("custom") and raw.get("multiple")))


_SHAPE = re.compile(r"result(?:\.(\w+))?")


def _inside(extra: Mapping[str, Any], word: str, result: Any) -> Any:
    """What a result holds under the name that the metadata gives: `result.items[]` is under `items`."""
    shape = _SHAPE.match(str((extra.get("resultShape") or {}).get(word, "")))
    name = shape[1] if shape else None
    if name is None or not isinstance(result, dict):
        return result
    return result.get(name)
