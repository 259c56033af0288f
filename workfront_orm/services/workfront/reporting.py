"""Aggregates through `/report`. Source: `API.md` section 10 of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.logic import crosses_collection

from .reading import code_of, filter_pairs
from .wire import form_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.exchange import Request, Select
    from workfront_orm.core.expressions import Aggregate
    from workfront_orm.core.operators import Operand

__all__ = ["report"]


def report(select: Select, groups: Sequence[Operand], aggregates: Mapping[str, Aggregate]) -> Request:
    """A report, nested by group; it decodes to pairs of group values and figures by name.

    Raises:
        NotSupportedError: A group by the members of a collection.
    """
    pairs: list[tuple[str, Any]] = [*filter_pairs(select)]
    names = [":".join(group.path) for group in groups]
    for number, group in enumerate(groups, 1):
        if crosses_collection(group):
            raise NotSupportedError(f"{group!r}: a row can be in many groups or in none; query the members instead")
        pairs.append((f"{names[number - 1]}_{number}_GroupBy", True))
    wanted: dict[str, str] = {}
    for name, aggregate in aggregates.items():
        if aggregate.operand is None:
            # The number of rows comes with every group.
            wanted[name] = "dcount_ID"
            continue
        path = ":".join(aggregate.operand.path)
        function = ("d" if aggregate.distinct else "") + aggregate.function
        pair = (f"{path}_AggFunc", function)
        # Several functions of one field repeat the parameter, as lists do everywhere.
        if pair not in pairs:
            pairs.append(pair)
        wanted[name] = f"{function}_{path.replace(':', '_')}"

    def decode(data: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return list(_rows(data or {}, [name.replace(":", "_") for name in names], wanted))

    return form_request(
        f"report {select.type.__name__}", "GET", f"/{code_of(select.type)}/report", pairs, decode=decode
    )


def _rows(
    data: Mapping[str, Any], names: list[str], wanted: Mapping[str, str], keys: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if len(keys) < len(names):
        for key, group in data.items():
            if isinstance(group, dict):
                yield from _rows(group, names, wanted, (*keys, key))
        return
    # The innermost group holds the values; their text is the key of each level, empty for none.
    values = tuple(data.get(name, key or None) for name, key in zip(names, keys, strict=True))
    yield values, {name: data.get(key) for name, key in wanted.items()}
