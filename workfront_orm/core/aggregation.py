"""Aggregation: figures computed by the server, group by group, as typed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import UnknownNameError, near_matches
from .expressions import Aggregate
from .logic import never
from .types import holds_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .exchange import Select
    from .operators import Operand
    from .session import BaseSession

__all__ = ["AggregateRow", "Aggregation"]


class Aggregation:
    """A query with its groups; `aggregate()` reads it.

    Args:
        session: The session that reads.
        select: The rows.
        groups: The fields whose values make the groups, the outermost first.
    """

    def __init__(self, session: BaseSession, select: Select, groups: tuple[Operand, ...]) -> None:
        self._session = session
        self._select = select
        self._groups = groups

    def aggregate(self, *unnamed: Aggregate, **aggregates: Aggregate) -> list[AggregateRow]:
        """Compute figures for each group, on the server.

        Args:
            unnamed: None; each figure needs a name.
            aggregates: Figures by the name they get: `hours=Task.work.sum(), n=count()`.

        Returns:
            A row for each group, in the server's order; without groups one row for all. Values of groups,
            and least and greatest values, are typed as the fields are.

        Raises:
            TypeError: Something that is no aggregate, or the sum of what are no numbers.
            ValueError: A field of another type, or a figure with the name of a group.
            NotSupportedError: The system cannot aggregate, or cannot filter like this.
        """
        if unnamed:
            raise TypeError(f"aggregate: {unnamed[0]!r} needs a name, such as n={unnamed[0]!r}")
        self._check(aggregates)
        names = [_group_name(group) for group in self._groups]
        for name in names:
            if name in aggregates or names.count(name) > 1:
                raise ValueError(f"aggregate: {name!r} is the name of a group; give the figure another one")
        if never(self._select.where):
            empty = {name: 0 if aggregate.function == "count" else None for name, aggregate in aggregates.items()}
            return [] if self._groups else [AggregateRow(empty)]
        request = self._session.service.plan_report(self._select, self._groups, aggregates)
        typed = self._session.values != "wire"
        rows = []
        for values, figures in self._session.execute(request):
            pairs = dict(zip(names, values, strict=True)) | figures
            if typed:
                pairs = dict(zip(names, map(_decoded, self._groups, values), strict=True))
                pairs |= {name: _figure(aggregates[name], value) for name, value in figures.items()}
            rows.append(AggregateRow(pairs))
        return rows

    def _check(self, aggregates: Mapping[str, Aggregate]) -> None:
        cls = self._select.type
        if not aggregates:
            raise TypeError("aggregate takes at least one figure, such as n=count()")
        for name, aggregate in aggregates.items():
            if not isinstance(aggregate, Aggregate):
                raise TypeError(f"aggregate takes figures such as Task.work.sum() or count(), not {name}={aggregate!r}")
            operand = aggregate.operand
            if operand is None:
                continue
            if operand.root is not None and operand.root.code != cls.code:
                raise ValueError(f"aggregate of {cls.__name__}: {name} is a figure of {operand.root.__name__}")
            if aggregate.function in {"sum", "avg"} and not holds_numbers(operand.leaf.codec):
                raise TypeError(
                    f"aggregate: {operand!r} holds {operand.leaf.codec.name}, which has no {aggregate.function}"
                )


class AggregateRow:
    """A group with its figures: by attribute and by name."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        """A group's value or a figure."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise UnknownNameError(f"this row has no {name!r}{near_matches(name, self._values)}") from None

    def __getitem__(self, name: str) -> Any:
        """A group's value or a figure."""
        return self._values[name]

    def __iter__(self) -> Iterator[Any]:
        """The values, groups first."""
        return iter(self._values.values())

    def __eq__(self, other: object) -> bool:
        """Equal to a row or a dict of the same values."""
        return self._values == (other._values if isinstance(other, AggregateRow) else other)

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        """The names of the values."""
        return sorted({*object.__dir__(self), *self._values})

    def to_dict(self) -> dict[str, Any]:
        """The values by name."""
        return dict(self._values)

    def __repr__(self) -> str:
        """The values by name."""
        return f"<{', '.join(f'{name}={value!r}' for name, value in self._values.items())}>"


def _group_name(group: Operand) -> str:
    cls = group.root
    names = cls._python_names if cls is not None and len(group.path) == 1 else {}
    return names.get(group.path[0]) or "_".join(_snake(cls, part) for part in group.path)


def _snake(cls: Any, name: str) -> str:
    service = getattr(getattr(cls, "_api", None), "service", None)
    return str(service.python_name(name)) if service is not None else name


def _decoded(group: Operand, value: Any) -> Any:
    """The Python value of a field's wire value; what does not read as one stays as it is."""
    decode = group.leaf.codec.decode
    if value is None or decode is None:
        return value
    try:
        return decode(value)
    except (ValueError, TypeError, ArithmeticError):
        return value


def _figure(aggregate: Aggregate, value: Any) -> Any:
    if value is None or aggregate.operand is None or aggregate.function == "count":
        return value if value is None else int(value)
    # A sum or an average of exact decimals is one as well; of codes there is none.
    return _decoded(aggregate.operand, value)
