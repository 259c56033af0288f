# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Reports: aggregates by groups, with totals at every level when asked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import reading
from workfront_orm.sandbox.workfront.fields import members
from workfront_orm.sandbox.workfront.filters import Filters, read
from workfront_orm.sandbox.workfront.wire import invalid, invalid_value, local_text, parse_bool

if TYPE_CHECKING:
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.conditions import Compiler
    from workfront_orm.sandbox.workfront.model import Entity

_PARAMETER = re.compile(r"(?P<path>.+?)(?:_(?P<level>\d+))?_(?P<kind>GroupBy|AggFunc)\Z")
_FUNCTIONS = {
    "sum": "sum",
    "avg": "avg",
    "min": "min",
    "max": "max",
    "count": "count",
    "std": "deviation",
    "var": "variance",
}
_ROLLUP = "$$ROLLUP"


@dataclass(slots=True)
class Aggregate:
    """One aggregate: its key in the answer, its function and path."""

    key: str
    function: str
    path: str
    distinct: bool


@dataclass(slots=True)
class Report:
    """What a report asks for."""

    groups: list[str] = field(default_factory=list)
    aggregates: list[Aggregate] = field(default_factory=list)
    rollup: bool = False


def text(context: Context, entity: Entity) -> str:
    """JSON of the report that a call asks for.

    Raises:
        WireError: an unknown field, function or modifier, or a group by what cannot be grouped.
    """
    wanted = _parse(context)
    filters = read(context.call.pairs)
    rows = _Rows(context, entity, wanted, Filters(filters.groups, []))
    tree: dict[str, Any] = {}
    depth = len(wanted.groups)
    levels = range(depth + 1) if wanted.rollup else (depth,)
    for level in levels:
        for keys, values in rows.at(level).items():
            node = tree
            for key in keys:
                node = node.setdefault(key, {})
            if level == depth:
                node.update(values)
            else:
                node[_ROLLUP] = values
    if not depth and not tree:
        tree = rows.empty()
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False)


def _parse(context: Context) -> Report:
    report = Report()
    groups: list[tuple[int, str]] = []
    for name, value in context.call.pairs:
        if name == _ROLLUP:
            report.rollup = _true(name, value)
        match = _PARAMETER.match(name)
        if match is None:
            continue
        path = match["path"]
        if match["kind"] == "GroupBy":
            if _true(name, value):
                groups.append((int(match["level"] or 0), path))
            continue
        distinct = value.startswith("d") and value[1:] in _FUNCTIONS
        function = value[1:] if distinct else value
        if function not in _FUNCTIONS:
            raise invalid_value(name, value)
        report.aggregates.append(Aggregate(f"{value}_{path.replace(':', '_')}", function, path, distinct))
    report.groups = [path for _, path in sorted(groups, key=lambda group: group[0])]
    return report


def _true(name: str, value: str) -> bool:
    try:
        return parse_bool(value)
    except ValueError:
        raise invalid_value(name, value) from None


class _Rows:
    """Runs the queries of one report: one for counts and one for each aggregate, at each level."""

    def __init__(self, context: Context, entity: Entity, report: Report, filters: Filters) -> None:
        self.context = context
        self.entity = entity
        self.report = report
        self.filters = filters
        self.kinds: list[str] = []
        for path in report.groups:
            self._check_groupable(path)

    def at(self, level: int) -> dict[tuple[str, ...], dict[str, Any]]:
        """Aggregates by the keys of the first groups."""
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for aggregate in self.report.aggregates:
            for keys, _, value in self._run(level, aggregate):
                found.setdefault(keys, {})[aggregate.key] = value
        for keys, raw, value in self._run(level, None):
            values = found.setdefault(keys, {})
            values["dcount_ID"] = value
            if level == len(self.report.groups):
                values.update({path.replace(":", "_"): one for path, one in zip(self.report.groups, raw, strict=True)})
        return found

    def empty(self) -> dict[str, Any]:
        """The flat answer of a report without rows."""
        return {**{aggregate.key: None for aggregate in self.report.aggregates}, "dcount_ID": 0}

    def _run(self, level: int, aggregate: Aggregate | None) -> list[tuple[tuple[str, ...], list[Any], Any]]:
        compiler, where, _ = reading.compiled(self.context, self.entity, self.filters)
        groups = []
        kinds = []
        for path in self.report.groups[:level]:
            sql, kind = compiler.scalar(self.entity, "t", path)
            groups.append(sql)
            kinds.append(kind)
        source = f'"{self.entity.code}" t'
        if aggregate is None:
            value = 'count(DISTINCT t."ID")'
        else:
            operand, source = self._operand(compiler, aggregate, source)
            value = f"{_FUNCTIONS[aggregate.function]}({'DISTINCT ' if aggregate.distinct else ''}{operand})"
        selected = ", ".join([*groups, value])
        sql = f"SELECT {selected} FROM {source} WHERE {where}"
        if groups:
            sql += f" GROUP BY {', '.join(str(number + 1) for number in range(len(groups)))}"
        rows = []
        for row in self.context.store.connection.execute(sql, compiler.parameters):
            typed = [self._typed(kind, one) for kind, one in zip(kinds, row, strict=False)]
            rows.append((tuple(_key(one) for one in typed), typed, row[-1]))
        return rows

    def _operand(self, compiler: Compiler, aggregate: Aggregate, source: str) -> tuple[str, str]:
        """SQL of what is aggregated; a path through a collection joins its members."""
        name, colon, rest = aggregate.path.partition(":")
        member = self.entity.alias(name)
        spec = self.context.version.spec(self.entity.code)
        known = spec is None or name in spec.collections or member != name
        if colon and member in self.entity.collections and known:
            collection = self.entity.collections[member]
            if collection.target is None:
                return "NULL", source
            target = self.context.store.entity(collection.target)
            condition = members(self.context.store, collection, "m", "t")
            sql, kind = compiler.scalar(target, "m", rest)
            source += f' JOIN "{target.code}" m ON {condition}'
        else:
            sql, kind = compiler.scalar(self.entity, "t", aggregate.path)
        if aggregate.function in ("sum", "avg", "std", "var") and kind not in ("int", "float", "bool"):
            raise invalid(f"Invalid Parameter: {aggregate.path} is no number, so it has no {aggregate.function}")
        return sql, source

    def _check_groupable(self, path: str) -> None:
        spec = self.context.version.spec(self.entity.code)
        member = spec.fields.get(path) if spec is not None else None
        if member is not None and "NOT_GROUPABLE" in member.flags:
            raise invalid(f"Invalid Parameter: {path} cannot be grouped")

    def _typed(self, kind: str, value: Any) -> Any:
        if value is None:
            return None
        if kind == "bool":
            return bool(value)
        return local_text(value, self.context.zone) if kind == "date" else value


def _key(value: Any) -> str:
    """A group's value as the key of its entry; null is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
