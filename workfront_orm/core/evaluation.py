"""Evaluating conditions here, on decoded rows, by the same rules as the servers' filters.

Used for conditions that a system cannot filter and the caller allowed to be applied locally.
The rules: an order is never met by a row without a value; `!=`, `not in` and the other
negative comparisons are; a date stands for the whole day; through a collection a comparison
means any member.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .errors import NotSupportedError
from .expressions import Comparison, Exists, Expression, Group, Negation, Operand
from .logic import operator_pairs
from .moments import ServerValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .fields import Field

__all__ = ["matches"]


def matches(row: Mapping[str, Any], conditions: Iterable[Expression]) -> bool:
    """Whether a decoded row meets all conditions.

    Args:
        row: The decoded row, with all that the conditions name.
        conditions: The conditions.

    Raises:
        NotSupportedError: A condition that only the server can evaluate.
    """
    return all(_holds(row, condition) for condition in conditions)


def _holds(row: Mapping[str, Any], condition: Expression) -> bool:
    if isinstance(condition, Negation):
        return not _holds(row, condition.condition)
    if isinstance(condition, Group):
        test = all if condition.connector == "and" else any
        return test(_holds(row, member) for member in condition.members)
    if isinstance(condition, Exists):
        raise NotSupportedError(f"{condition!r} needs rows of another type, so only the server can evaluate it")
    if isinstance(condition, Comparison):
        return any(_compare(condition, row, value) for value in _values(row, condition.operand))
    raise NotSupportedError(f"{condition!r} cannot be evaluated")


def _values(row: Mapping[str, Any], operand: Operand) -> Iterator[Any]:
    """The values at the end of a path: one, or one for each member of a collection."""
    places: list[Any] = [row]
    for name in operand.path[:-1]:
        step: list[Any] = []
        for place in places:
            inner = None if place is None else place.get(name)
            step.extend(inner if isinstance(inner, list) else [inner])
        places = step
    for place in places:
        yield None if place is None else place.get(operand.path[-1])


def _compare(condition: Comparison, row: Mapping[str, Any], wire: Any) -> bool:
    operator = condition.operator
    positive = operator_pairs.get(operator) if operator.startswith(("not_", "no_", "ne", "is_not")) else None
    if positive is not None:
        return not _positive(positive, condition, row, wire)
    if operator == "ne_not_null":
        return wire is not None and not _positive("eq", condition, row, wire)
    return _positive(operator, condition, row, wire)


def _positive(  # noqa: PLR0911 - one case an operator
    operator: str, condition: Comparison, row: Mapping[str, Any], wire: Any
) -> bool:
    if operator == "is_null":
        return wire is None or wire == []
    if operator == "is_blank":
        return wire in (None, "", [])
    if wire is None:
        return False
    if isinstance(wire, list) and operator != "all_of":
        return any(_positive(operator, condition, row, item) for item in wire)
    field = condition.operand.leaf
    value = _python(field, wire)
    if operator in {"in", "all_of"}:
        items = wire if isinstance(wire, list) else [wire]
        wanted = condition.value
        if operator == "all_of":
            return all(one in items for one in wanted)
        return any(_test("eq", value, _other(field, row, one), condition.ignore_case) for one in wanted)
    if operator == "between":
        return _test("ge", value, _other(field, row, condition.value), condition.ignore_case) and _test(
            "le", value, _other(field, row, condition.upper), condition.ignore_case
        )
    other = _other(field, row, condition.value)
    return other is not None and _test(operator, value, other, condition.ignore_case)


def _other(field: Field, row: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, ServerValue):
        raise NotSupportedError(
            f"{value!r} is computed by the server, so it cannot be compared here; give the value itself"
        )
    if isinstance(value, Operand):
        wire = next(_values(row, value))
        return None if wire is None else _python(value.leaf, wire)
    return _python(field, value)


def _python(field: Field, wire: Any) -> Any:
    decode = field.codec.decode
    if decode is None or wire is None:
        return wire
    try:
        value = decode(wire)
    except (ValueError, TypeError, ArithmeticError):
        return wire
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _test(operator: str, value: Any, other: Any, ignore_case: bool) -> bool:
    if isinstance(value, datetime) and isinstance(other, date) and not isinstance(other, datetime):
        return _whole_day(operator, value, other)
    if ignore_case or operator == "startswith":
        value, other = _folded(value), _folded(other)
    test = _TESTS.get(operator)
    if test is None:
        raise NotSupportedError(f"{operator} cannot be evaluated here")
    try:
        return bool(test(value, other))
    except TypeError:
        return False


def _whole_day(operator: str, value: datetime, day: date) -> bool:
    start = datetime(day.year, day.month, day.day, tzinfo=value.tzinfo)
    end = start + timedelta(days=1)
    return {
        "eq": start <= value < end,
        "lt": value < start,
        "le": value < end,
        "gt": value >= end,
        "ge": value >= start,
        "at": value == start,
    }[operator]


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _like(value: str, pattern: str) -> bool:
    import re

    translated = "".join({"%": ".*", "_": "."}.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(translated, value, re.DOTALL) is not None


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, other: value == other,
    "at": lambda value, other: value == other,
    "lt": lambda value, other: value < other,
    "le": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "ge": lambda value, other: value >= other,
    "contains": lambda value, other: other in value,
    "contains_any": lambda value, other: any(word in value for word in other.split()),
    "contains_all": lambda value, other: all(word in value for word in other.split()),
    "startswith": lambda value, other: value.startswith(other),
    "endswith": lambda value, other: value.endswith(other),
    "like": _like,
    "any_bits": lambda value, other: bool(value & other),
    "all_bits": lambda value, other: value & other == other,
    "length_lt": lambda value, other: len(value) < other,
    "length_eq": lambda value, other: len(value) == other,
    "length_gt": lambda value, other: len(value) > other,
}
