"""Aggregates through `/report`. Source: `API.md` section 10 of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import code_of, filter_pairs
from .wire import form_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.aggregates import Aggregate
    from workfront_orm.core.exchange import Request, Select
    from workfront_orm.core.expressions import Operand

__all__ = ["report"]


def report(select: Select, groups: Sequence[Operand], aggregates: Mapping[str, Aggregate]) -> Request:
    """A report, nested by group; it decodes to pairs of group values and figures by name."""
    pairs: list[tuple[str, Any]] = [*filter_pairs(select)]
    names = [":".join(group.path) for group in groups]
    pairs += [(f"{name}_{number}_GroupBy", True) for number, name in enumerate(names, 1)]
    wanted: dict[str, str] = {}
    asked: set[str] = set()
    for name, aggregate in aggregates.items():
        if aggregate.operand is None:
            # The number of rows comes with every group.
            wanted[name] = "dcount_ID"
            continue
        path = ":".join(aggregate.operand.path)
        function = ("d" if aggregate.distinct else "") + aggregate.function
        if path in asked and wanted.get(name) is None and (f"{path}_AggFunc", function) not in pairs:
            pairs.append((f"{path}_AggFunc", function))
        elif path not in asked:
            asked.add(path)
            pairs.append((f"{path}_AggFunc", function))
        wanted[name] = f"{function}_{path.replace(':', '_')}"

    def decode(data: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return list(_rows(data or {}, [name.replace(":", "_") for name in names], wanted))

    return form_request(
        f"report {select.type.__name__}", "GET", f"/{code_of(select.type)}/report", pairs, decode=decode
    )


def _rows(
    data: Mapping[str, Any], names: list[str], wanted: Mapping[str, str], outer: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if not names:
        yield outer, {name: data.get(key) for name, key in wanted.items()}
        return
    for key, group in data.items():
        if key.startswith("$$") or not isinstance(group, dict):
            continue
        value = group.get(names[0], key or None)
        yield from _rows(group, names[1:], wanted, (*outer, value))
