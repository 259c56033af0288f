# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""From filters to SQL conditions: paths through references and collections, sub-queries, comparisons of fields, orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.comparisons import ACCEPT_NULL, Comparison, compare
from workfront_orm.sandbox.workfront.fields import custom_scalar, members, parameter_kind, referred
from workfront_orm.sandbox.workfront.wire import invalid, unknown_field

if TYPE_CHECKING:
    from datetime import tzinfo

    from workfront_orm.sandbox.workfront.filters import Condition, Exists, Filters, Group, Sort
    from workfront_orm.sandbox.workfront.model import Entity, Version
    from workfront_orm.sandbox.workfront.store import Store
    from workfront_orm.sandbox.workfront.wildcards import Wildcards

LISTS = frozenset({"in", "ciin", "notin", "cinotin", "allof"})
_INDEXED = ("extRefID", "name", "username", "emailAddr")


class Compiler:
    """Turns the filters of one query into SQL.

    Args:
        store: makes tables and indexes that the SQL needs.
        version: what names there are.
        wildcards: values of wildcards, for the caller.
        zone: the caller's zone.

    Attributes:
        parameters: values bound in the SQL so far, in order.
    """

    def __init__(self, store: Store, version: Version, wildcards: Wildcards, zone: tzinfo) -> None:
        self.store = store
        self.version = version
        self.wildcards = wildcards
        self.zone = zone
        self.parameters: list[Any] = []
        self._aliases = 0
        self._root: tuple[Entity, str] | None = None

    def where(self, filters: Filters, entity: Entity, row: str) -> str:
        """SQL condition on the row with an alias."""
        self._root = (entity, row)
        return " OR ".join(f"({self._group(group, entity, row)})" for group in filters.groups) or "1"

    def order(self, sorts: list[Sort], entity: Entity, row: str) -> list[str]:
        """SQL terms of the order."""
        terms = []
        for number, sort in enumerate(sorts):
            sql, kind = self.scalar(entity, row, sort.path)
            if number == 0 and sort.path in entity.columns and not sort.fold:
                self.store.index(entity.code, sort.path)
            if sort.fold and kind == "text":
                sql = f"fold({sql})"
            terms.append(f"{sql} {'DESC' if sort.descending else 'ASC'}")
        return terms

    def scalar(self, entity: Entity, row: str, path: str) -> tuple[str, str]:
        """SQL of the value at a path without collections, and its kind.

        Raises:
            WireError: the path names no field, or goes through a collection.
        """
        if path.startswith("DE:") and entity.custom:
            return custom_scalar(path, row), parameter_kind(self.store, path[3:])
        name, colon, rest = path.partition(":")
        if not colon:
            self._check_field(entity, name)
            return self._field(entity, name, row)
        if not self._has_reference(entity, name):
            raise self._unknown(path, entity)
        target = self._target(entity, name)
        if target is None:
            return "NULL", "text"
        alias = self._alias()
        found = referred(self.store, entity, name, alias, row)
        sql, kind = self.scalar(target, alias, rest)
        return (f'(SELECT {sql} FROM "{target.code}" {alias} WHERE {found})' if found else "NULL"), kind

    # --- groups ------------------------------------------------------------------------

    def _group(self, group: Group, entity: Entity, row: str) -> str:
        parts = [self._condition(entity, row, condition.path, condition) for condition in group.conditions.values()]
        parts += [self._exists(exists) for exists in group.exists.values()]
        return " AND ".join(f"({part})" for part in parts)

    def _exists(self, exists: Exists) -> str:
        code = self.store.model.code(exists.code)
        if code is None:
            raise invalid(f'Invalid Parameter: $$OBJCODE value "{exists.code}"')
        entity = self.store.entity(code)
        alias = self._alias()
        parts = [self._condition(entity, alias, condition.path, condition) for condition in exists.conditions.values()]
        for condition in exists.conditions.values():
            if condition.values and condition.values[0].startswith("FIELD:") and condition.path in entity.columns:
                self.store.index(code, condition.path)
        where = " AND ".join(f"({part})" for part in parts) or "1"
        return f'{"NOT " if exists.negated else ""}EXISTS (SELECT 1 FROM "{code}" {alias} WHERE {where})'

    # --- one condition -------------------------------------------------------------------

    def _condition(self, entity: Entity, row: str, path: str, condition: Condition) -> str:
        if path.startswith("DE:") and entity.custom:
            kind = parameter_kind(self.store, path[3:])
            return self._compare(Comparison(custom_scalar(path, row), kind, path, custom=(row, path)), condition)
        name, colon, rest = path.partition(":")
        if not colon:
            self._check_field(entity, name)
            sql, kind = self._field(entity, name, row)
            self._index(entity, name, condition)
            return self._compare(Comparison(sql, kind, name), condition)
        if self._has_reference(entity, name):
            return self._through_reference(entity, row, name, rest, condition)
        member = entity.alias(name)
        if self._has_collection(entity, name, member):
            collection = entity.collections[member]
            if collection.target is None:
                return "0"
            target = self.store.entity(collection.target)
            alias = self._alias()
            inner_of = members(self.store, collection, alias, row)
            inner = self._condition(target, alias, rest, condition)
            return f'EXISTS (SELECT 1 FROM "{target.code}" {alias} WHERE {inner_of} AND ({inner}))'
        raise self._unknown(path, entity)

    def _through_reference(self, entity: Entity, row: str, name: str, rest: str, condition: Condition) -> str:
        target = self._target(entity, name)
        accepts = _modifier(condition) in ACCEPT_NULL
        if target is None:
            return str(int(accepts))
        alias = self._alias()
        column = entity.references[name].column
        found = referred(self.store, entity, name, alias, row)
        if found is None:
            return str(int(accepts))
        inner = self._condition(target, alias, rest, condition)
        if column is not None and entity.columns[column].sql is None:
            self.store.index(entity.code, column)
            sql = f'{row}."{column}" IN (SELECT {alias}."ID" FROM "{target.code}" {alias} WHERE {inner})'
        else:
            sql = f'EXISTS (SELECT 1 FROM "{target.code}" {alias} WHERE {found} AND ({inner}))'
        if accepts:
            sql += f' OR NOT EXISTS (SELECT 1 FROM "{target.code}" {alias} WHERE {found})'
        return sql

    def _compare(self, comparison: Comparison, condition: Condition) -> str:
        modifier = _modifier(condition)
        values = condition.values
        if modifier in LISTS and len(values) == 1:
            values = values[0].split(",")
        if len(values) == 1 and values[0].startswith("FIELD:"):
            entity, row = self._root if self._root is not None else (None, "")
            if entity is None:
                raise invalid(f"{comparison.name}: there is no object to compare with")
            other, _ = self.scalar(entity, row, values[0][6:])
            return compare(comparison, modifier, [other], None, self, columns=True)
        expanded: list[str] = []
        for value in values:
            found = self.wildcards.expand(value)
            if found is not None and (len(found) != 1 or value in ("$$USER.otherGroupIDs", "$$USER.roleIDs")):
                modifier = {"eq": "in", "ne": "notin", "nee": "notin", "cieq": "in"}.get(modifier, modifier)
            expanded.extend([value] if found is None else found)
        upper = condition.range
        if upper is not None:
            upper = (self.wildcards.expand(upper) or [upper])[0]
        return compare(comparison, modifier, expanded, upper, self)

    # --- names -----------------------------------------------------------------------------

    def _field(self, entity: Entity, name: str, row: str) -> tuple[str, str]:
        if name == "objCode" and name not in entity.columns:
            return (f"'{entity.code}'" if entity.view is None else f'{row}."objCode"'), "text"
        if name in entity.overlay.get("hidden", ()):
            return "NULL", "text"
        return self.store.sql(entity, name, row), entity.columns[name].kind

    def _check_field(self, entity: Entity, name: str) -> None:
        spec = self.version.spec(entity.code)
        if name == "objCode" or (name in entity.columns and (spec is None or name in spec.fields)):
            return
        raise self._unknown(name, entity)

    def _has_reference(self, entity: Entity, name: str) -> bool:
        spec = self.version.spec(entity.code)
        return name in entity.references and (spec is None or name in spec.references)

    def _has_collection(self, entity: Entity, name: str, member: str) -> bool:
        spec = self.version.spec(entity.code)
        return member in entity.collections and (spec is None or member != name or name in spec.collections)

    def _target(self, entity: Entity, name: str) -> Entity | None:
        target = entity.references[name].target
        return self.store.entity(target) if target in self.store.model.class_names else None

    def _unknown(self, path: str, entity: Entity) -> Exception:
        return unknown_field(self.version.label, path, entity.name)

    def _alias(self) -> str:
        self._aliases += 1
        return f"f{self._aliases}"

    def _index(self, entity: Entity, name: str, condition: Condition) -> None:
        """Have an index where equality narrows a query down to few rows."""
        if (
            _modifier(condition) in ("eq", "in")
            and (name.endswith("ID") or name in _INDEXED)
            and name in entity.columns
        ):
            self.store.index(entity.code, name)


def _modifier(condition: Condition) -> str:
    """The modifier, or the default: between with a range, in with several values, else eq."""
    if condition.modifier is not None:
        several = len(condition.values) > 1
        return (
            {"eq": "in", "cieq": "ciin", "ne": "notin", "cine": "cinotin"}.get(condition.modifier, condition.modifier)
            if several
            else condition.modifier
        )
    if condition.range is not None:
        return "between"
    return "in" if len(condition.values) > 1 else "eq"
