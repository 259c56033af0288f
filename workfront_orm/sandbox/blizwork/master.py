"""Master data: tables of the company, whose columns have display names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.blizwork import filters
from workfront_orm.sandbox.blizwork.errors import BusinessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.blizwork.world import World
    from workfront_orm.sandbox.documents import Document


class MasterData:
    """The master-data tables of a company.

    Args:
        world: the data.
        delete_all: whether an empty filter may delete.
    """

    def __init__(self, world: World, *, delete_all: bool) -> None:
        self._world = world
        self._delete_all = delete_all

    def records(self, params: Mapping[str, Any], environment: str) -> list[Document]:
        """Return the records that meet a filter.

        Raises:
            BusinessError: there is no such table, or the filter is none.
        """
        table, condition = self._table(params)
        return [_shown(row) for row in self._world.records(environment, table) if filters.matches(row, condition)]

    def upsert(self, params: Mapping[str, Any], environment: str) -> None:
        """Change the records that meet a filter; where none does, add one with the values of filter and update.

        Raises:
            BusinessError: there is no such table or column, or a value is no scalar.
        """
        table, condition = self._table(params)
        update = params.get("update")
        columns = self._world.tables[table]["columns"]
        if not isinstance(update, dict):
            raise BusinessError("update must be an object")
        for name, value in update.items():
            if name not in columns:
                raise BusinessError(f"Unknown column '{name}'")
            if isinstance(value, (dict, list)):
                raise BusinessError(f"The value of '{name}' must be a scalar")
        records = self._world.records(environment, table)
        found = [row["_key"] for row in records if filters.matches(row, condition)]
        if not found:
            plain = {name: value for name, value in condition.items() if not isinstance(value, dict)}
            key = str(self._world.documents.next_number(f"records/{environment}/{table}"))
            records.add(key, {"_key": key, **plain, **update})
        for key in found:
            records.update(key, update)

    def delete(self, params: Mapping[str, Any], environment: str) -> None:
        """Delete the records that meet a filter.

        Raises:
            BusinessError: there is no such table, or the filter is empty.
        """
        table, condition = self._table(params)
        if not condition and not self._delete_all:
            raise BusinessError("An empty filter would delete all records")
        records = self._world.records(environment, table)
        for row in records:
            if filters.matches(row, condition):
                records.remove(row["_key"])

    def _table(self, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        name = params.get("table")
        found = self._world.tables.get(name) if isinstance(name, str) else None
        if found is None:
            raise BusinessError(f"Table '{name}' does not exist")
        return str(name), filters.checked(params.get("filter", {}), found["columns"])


def _shown(row: Document) -> Document:
    return {name: value for name, value in row.items() if name != "_key"}
