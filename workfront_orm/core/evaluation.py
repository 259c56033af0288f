"""Evaluating conditions here, on decoded rows, by the same rules as the servers' filters.

Used for conditions that a system cannot filter and the caller allowed to be applied locally.
The rules: an order is never met by a row without a value; `!=`, `not in` and the other
negative comparisons are; a date stands for the whole day; through a collection a comparison
means any member.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .errors import NotSupportedError
from .expressions import Comparison, Exists, Expression, Group, Negation
from .logic import operator_pairs
from .moments import ServerValue
from .operators import Operand
from .types import ANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .fields import Field

__all__ = ["check", "matches"]


def check(conditions: Iterable[Expression]) -> None:
    """Refuse conditions that cannot be evaluated here, before anything is read.

    Raises:
        NotSupportedError: A condition that only the server can evaluate.
    """
    for condition in conditions:
        if isinstance(condition, Negation):
            check((condition.condition,))
        elif isinstance(condition, Group):
            check(condition.members)
        elif isinstance(condition, Exists):
            raise NotSupportedError(f"{condition!r} needs rows of another type, so only the server can evaluate it")
        elif isinstance(condition, Comparison):
            _check_comparison(condition)
        else:
            raise NotSupportedError(f"{condition!r} cannot be evaluated")


def matches(row: Mapping[str, Any], conditions: Iterable[Expression]) -> bool:
    """Whether a decoded row meets all conditions.

    Args:
        row: The decoded row, with all that the conditions name.
        conditions: The conditions, checked by `check`.
    """
    return all(_holds(row, condition) for condition in conditions)


def _check_comparison(condition: Comparison) -> None:
    value = condition.value
    for other in (*(value if isinstance(value, tuple) else (value,)), condition.upper):
        if isinstance(other, ServerValue):
            raise NotSupportedError(
                f"{condition!r}: {other!r} is computed by the server, so it cannot be compared here; give the value itself"
            )
        if isinstance(other, date) and condition.operand.leaf.codec is ANY:
            raise NotSupportedError(
                f"{condition!r}: whether the field holds moments or text is not known here; declare it with its "
                "type, as in Field('DE:Start', type='datetime')"
            )
    known = _TESTS.keys() | _SHAPES
    if condition.operator not in known and operator_pairs.get(condition.operator) not in known:
        raise NotSupportedError(f"{condition!r}: {condition.operator} cannot be evaluated here")


# Operators that are not a test of one value against another.
_SHAPES = frozenset({"in", "not_in", "between", "not_between", "all_of", "is_null", "is_not_null", "is_blank", "is_not_blank", "ne", "ne_not_null"})  # fmt: skip


def _holds(row: Mapping[str, Any], condition: Expression) -> bool:
    if isinstance(condition, Negation):
        return not _holds(row, condition.condition)
    if isinstance(condition, Group):
        test = all if condition.connector == "and" else any
        return test(_holds(row, member) for member in condition.members)
    if not isinstance(condition, Comparison):
        raise NotSupportedError(f"{condition!r} cannot be evaluated here")
    return any(_compare(condition, row, value) for value in _values(row, condition.operand))


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
        return not _positive("is_null", condition, row, wire) and not _positive("eq", condition, row, wire)
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
    field = condition.operand.leaf
    if operator == "all_of":
        items = [_python(field, item) for item in (wire if isinstance(wire, list) else [wire])]
        return all(_other(field, row, one) in items for one in condition.value)
    if isinstance(wire, list):
        return any(_positive(operator, condition, row, item) for item in wire)
    value = _python(field, wire)
    if operator == "in":
        return any(_test("eq", value, _other(field, row, one), condition.ignore_case) for one in condition.value)
    if operator == "between":
        return _test("ge", value, _other(field, row, condition.value), condition.ignore_case) and _test(
            "le", value, _other(field, row, condition.upper), condition.ignore_case
        )
    return _test(operator, value, _other(field, row, condition.value), condition.ignore_case)


def _other(field: Field, row: Mapping[str, Any], value: Any) -> Any:
    """The value that is compared with, as a Python value; None where another field has none."""
    if isinstance(value, Operand):
        wire = next(_values(row, value), None)
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
    if other is None:
        return False
    if isinstance(value, datetime) and isinstance(other, date) and not isinstance(other, datetime):
        return _whole_day(operator, value, other)
    if ignore_case or operator == "startswith":
        value, other = _folded(value), _folded(other)
    try:
        return bool(_TESTS[operator](value, other))
    except TypeError:
        # Values of two types, such as a text that was read where a number was expected.
        return False


def _whole_day(operator: str, value: datetime, day: date) -> bool:
    """A moment against a day, as the clock of the moment's own zone shows it."""
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


def _words(text: str) -> list[str]:
    """The words that blanks separate; other white space belongs to them."""
    return [word for word in text.split(" ") if word]


def _like(value: str, pattern: str) -> bool:
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
    "contains_any": lambda value, other: any(word in value for word in _words(other)),
    "contains_all": lambda value, other: bool(_words(other)) and all(word in value for word in _words(other)),
    "startswith": lambda value, other: value.startswith(other),
    "endswith": lambda value, other: value.endswith(other),
    "like": _like,
    "any_bits": lambda value, other: bool(value & other),
    "all_bits": lambda value, other: value & other == other,
    "length_lt": lambda value, other: len(value) < other,
    "length_eq": lambda value, other: len(value) == other,
    "length_gt": lambda value, other: len(value) > other,
}
