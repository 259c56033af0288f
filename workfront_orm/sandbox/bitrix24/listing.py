# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Pages: what `select`, `order`, `filter` and `start` of a list method mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php, rows
from workfront_orm.sandbox.bitrix24.errors import bad

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.filters import Condition
    from workfront_orm.sandbox.bitrix24.model import Entity, Field
    from workfront_orm.sandbox.bitrix24.store import Store

PAGE = 50
UNCOUNTED = -1

_DIRECTIONS = {"ASC", "DESC"}


@dataclass(slots=True)
class Page:
    """One page of a list.

    Attributes:
        rows: JSON text of each row.
        total: number of all rows; None for a method without paging.
        next: `start` of the next page, None at the end.
        wrap: name under which the rows stand inside `result`; None for the rows alone.
    """

    rows: list[str]
    total: int | None = None
    next: int | None = None
    wrap: str | None = None

    def result(self) -> php.Raw:
        """Return the value of `result` as JSON text."""
        text = "[" + ",".join(self.rows) + "]"
        return php.Raw(text if self.wrap is None else f'{{"{self.wrap}":{text}}}')


def read(
    store: Store, entity: Entity, shown: str, condition: Condition, order: str, start: Any, *, by_page: bool
) -> Page:
    """Read one page.

    Args:
        store: the data.
        entity: kind of record.
        shown: SQL that prints a row.
        condition: what the rows must meet.
        order: SQL of the order.
        start: the parameter as sent: -1 skips the count and `next`.
        by_page: round `start` down to whole pages, as the old methods do; else it counts rows.
    """
    where, parameters = condition
    source = f"FROM {entity.table} WHERE {where}"
    number = php.integer(start)
    if number == UNCOUNTED:
        found = store.texts(f"SELECT {shown} {source} ORDER BY {order} LIMIT {PAGE}", parameters)
        return Page(found, 0)
    offset = max(0, number)
    if by_page:
        offset -= offset % PAGE
    total = store.count(f"SELECT COUNT(*) {source}", parameters)
    found = store.texts(
        f"SELECT {shown} {source} ORDER BY {order} LIMIT {PAGE} OFFSET {min(offset, 2**62)}", parameters
    )
    following = offset + len(found)
    return Page(found, total, following if found and following < total else None)


def legacy_fields(entity: Entity, select: Any) -> list[Field]:
    """Return the fields that an old method's `select` means; the key always comes, names that it does not know never."""
    names = [php.text(name).upper() for name in php.as_list(select)] or ["*", "UF_*"]
    chosen = {entity.key_column} if entity.key_column in entity.fields else set()
    for name in names:
        if name == "*":
            chosen |= {
                column
                for column, item in entity.fields.items()
                if not item.custom and not item.virtual and not item.by_name and not column.startswith("UF_CRM_")
            }
        elif name == "UF_*":
            chosen |= {
                column
                for column, item in entity.fields.items()
                if column.startswith("UF_") and not item.by_name and not (item.custom and item.multiple)
            }
        elif name in entity.fields and not entity.fields[name].write_only:
            chosen.add(name)
    if not chosen:
        return legacy_fields(entity, None)
    return [item for column, item in entity.fields.items() if column in chosen]


def universal_fields(entity: Entity, select: Any) -> tuple[list[Field], bool]:
    """Return the fields that crm.item.list's `select` means, and whether it means everything."""
    names = [php.text(name) for name in php.as_list(select)] or ["*"]
    if "*" in names:
        return list(entity.universal.values()), True
    chosen = {entity.fields["ID"].column}
    for name in names:
        item = entity.universal_field(name)
        if item is not None:
            chosen.add(item.column)
    return [item for item in entity.universal.values() if item.column in chosen], False


def legacy_order(entity: Entity, order: Any, default: str = "ID") -> str:
    """Return the SQL of an old method's order; unknown names and directions are ignored."""
    parts = []
    for name, direction in php.as_map(order).items():
        item = entity.fields.get(str(name).upper())
        if item is not None and not item.virtual:
            word = php.text(direction).upper()
            parts.append(f"{entity.table}.{item.column} {'DESC' if word.startswith('DESC') else 'ASC'}")
    return _with_key(entity, parts, default)


def strict_order(entity: Entity, order: Any) -> str:
    """Return the SQL of a newer method's order.

    Raises:
        RestError: `INVALID_ARG_VALUE` for an unknown field or direction.
    """
    parts = []
    for name, direction in php.as_map(order).items():
        item = entity.universal_field(str(name))
        if item is None or item.virtual:
            raise bad("INVALID_ARG_VALUE", f"Invalid order: field '{name}' is not allowed in order")
        word = php.text(direction).upper()
        if word not in _DIRECTIONS:
            raise bad("INVALID_ARG_VALUE", f"Invalid order: allowed values are ASC and DESC, not '{direction}'")
        parts.append(f"{entity.table}.{item.column} {word}")
    return _with_key(entity, parts, "ID")


def record(store: Store, entity: Entity, shown: str, number: Any) -> str | None:
    """Return the JSON text of one record, None when there is none."""
    found: str | None = store.value(f"SELECT {shown} FROM {entity.table} WHERE {entity.key_column} = ?", number)
    return found


def full_row(store: Store, entity: Entity, number: int, *, original_names: bool = False) -> php.Raw | None:
    """Return a record as crm.item.get shows it, phones and addresses included; None when there is none."""
    shown = rows.expression(
        entity,
        entity.universal.values(),
        rows.UNIVERSAL,
        original_names=original_names,
        whole=True,
    )
    found = record(store, entity, shown, number)
    return None if found is None else php.Raw(found)


def _with_key(entity: Entity, parts: list[str], default: str) -> str:
    if not any(part.split(" ")[0] == f"{entity.table}.{default}" for part in parts):
        parts.append(f"{entity.table}.{default} ASC")
    return ", ".join(parts)
