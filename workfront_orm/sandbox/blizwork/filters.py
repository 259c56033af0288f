"""Filters in the style of MongoDB: equality by name, paths with dots, a few operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.blizwork.errors import BusinessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class _Absent:
    """What a path leads to where there is nothing."""


_ABSENT = _Absent()


def checked(condition: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return a filter.

    Args:
        condition: what was sent.
        names: the names that it may hold, None for any.

    Raises:
        BusinessError: it is no object, names what is not there, or holds an unknown operator.
    """
    if not isinstance(condition, dict):
        raise BusinessError("filter must be an object")
    for name, value in condition.items():
        if names is not None and name not in names:
            raise BusinessError(f"Unknown column '{name}'")
        if not isinstance(value, dict):
            continue
        for operator, operand in value.items():
            if operator.startswith("$") and operator not in _OPERATORS:
                raise BusinessError(f"Unknown operator '{operator}'")
            if operator in ("$in", "$nin") and not isinstance(operand, list):
                raise BusinessError(f"'{operator}' needs a list")
    return condition


def matches(row: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Say whether a row meets all of a filter."""
    return all(_meets(_value(row, name), wanted) for name, wanted in condition.items())


def _meets(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and any(name.startswith("$") for name in wanted):
        return all(_OPERATORS[name](value, operand) for name, operand in wanted.items())
    return _same(value, wanted)


def _value(row: Mapping[str, Any], path: str) -> Any:
    """Return what a path leads to; the name of a column may hold dots itself."""
    if path in row:
        return row[path]
    value: Any = row
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return _ABSENT
        value = value[name]
    return value


def _same(value: Any, wanted: Any) -> bool:
    if wanted is None:
        return value is None or value is _ABSENT
    # True is 1 in Python, not in JSON.
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted


def _comparable(value: Any, operand: Any) -> bool:
    numbers = (int, float)
    if isinstance(value, bool) or isinstance(operand, bool):
        return False
    return (isinstance(value, numbers) and isinstance(operand, numbers)) or (
        isinstance(value, str) and isinstance(operand, str)
    )


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": _same,
    "$ne": lambda value, operand: not _same(value, operand),
    "$in": lambda value, operand: any(_same(value, one) for one in operand),
    "$nin": lambda value, operand: not any(_same(value, one) for one in operand),
    "$gt": lambda value, operand: _comparable(value, operand) and value > operand,
    "$gte": lambda value, operand: _comparable(value, operand) and value >= operand,
    "$lt": lambda value, operand: _comparable(value, operand) and value < operand,
    "$lte": lambda value, operand: _comparable(value, operand) and value <= operand,
    "$exists": lambda value, operand: (value is not _ABSENT) is bool(operand),
}
