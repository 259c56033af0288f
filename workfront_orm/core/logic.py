"""Logic of conditions: a tree of and, or, not becomes groups of plain comparisons.

Systems take one list of conditions that all hold, some take several such lists of which one
must hold. `groups` brings a tree into that form; a service writes the groups down.
"""

from __future__ import annotations

from .errors import NotSupportedError
from .expressions import Comparison, Exists, Expression, Group, Negation
from .operators import Operand
from .relations import Collection
from .types import DateTime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["crosses_collection", "groups", "never", "operator_pairs"]

MOST_GROUPS = 60
"""The greatest number of groups that a tree may become; more would make an absurd request."""

Leaf = Comparison | Exists
Leaves = tuple[Leaf, ...]

_OPPOSITES = {
    "eq": "ne",
    "in": "not_in",
    "contains": "not_contains",
    "contains_any": "not_contains_any",
    "contains_all": "not_contains_all",
    "between": "not_between",
    "is_null": "is_not_null",
    "is_blank": "is_not_blank",
    "any_bits": "no_bits",
}
operator_pairs = {**_OPPOSITES, **{negative: positive for positive, negative in _OPPOSITES.items()}}
"""Operators whose rows are exactly those that the other one leaves, rows without a value included."""

# The opposite of an ordering is the other one, and rows without a value, which neither selects.
_ORDERINGS = {"lt": ("ge",), "le": ("gt",), "gt": ("le",), "ge": ("lt",), "at": ("lt", "gt")}
_LENGTHS = {
    "length_lt": ("length_eq", "length_gt"),
    "length_eq": ("length_lt", "length_gt"),
    "length_gt": ("length_lt", "length_eq"),
}


def groups(conditions: Iterable[Expression]) -> list[Leaves]:
    """Groups of comparisons of which one must hold as a whole, so that all the conditions hold.

    Args:
        conditions: Conditions, all of which must hold.

    Returns:
        `[()]` when every row meets them, `[]` when none can.

    Raises:
        NotSupportedError: A negation that no comparison expresses, or too many groups.
    """
    found: list[Leaves] = [()]
    for condition in conditions:
        found = _both(found, _groups(condition, negated=False))
    return found


def never(conditions: Iterable[Expression]) -> bool:
    """Whether no row can meet the conditions, as with `in_([])`; conditions that cannot be resolved may be met."""
    try:
        return not groups(conditions)
    except NotSupportedError:
        return False


def crosses_collection(operand: Operand) -> bool:
    """Whether a path goes through a collection, so that a comparison means: any member."""
    return any(isinstance(step, Collection) for step in getattr(operand, "_steps", ()))


def _groups(condition: Expression, *, negated: bool) -> list[Leaves]:
    if isinstance(condition, Negation):
        return _groups(condition.condition, negated=not negated)
    if isinstance(condition, Group):
        if (condition.connector == "or") is not negated:
            return _either(condition.members, negated=negated)
        found: list[Leaves] = [()]
        for member in condition.members:
            found = _both(found, _groups(member, negated=negated))
        return found
    if isinstance(condition, Exists):
        leaf = Exists(condition.type, condition.link, condition.conditions, negated=condition.negated is not negated)
        return [(leaf,)]
    if not isinstance(condition, Comparison):
        raise NotSupportedError(f"{condition!r} is no condition that can be sent")
    return _opposite(condition) if negated else _constant(condition)


def _either(members: tuple[Expression, ...], *, negated: bool) -> list[Leaves]:
    found: list[Leaves] = []
    for member in _joined(members) if not negated else members:
        for group in _groups(member, negated=negated):
            if not group:
                return [()]
            found.append(group)
    _check(len(found))
    return found


def _both(first: list[Leaves], second: list[Leaves]) -> list[Leaves]:
    _check(len(first) * len(second))
    return [one + other for one in first for other in second]


def _joined(members: tuple[Expression, ...]) -> list[Expression]:
    """Members of an `or` with comparisons for equality on one field made one comparison with a list."""
    lists: dict[tuple[tuple[str, ...], bool], list[object]] = {}
    first: dict[tuple[tuple[str, ...], bool], int] = {}
    joined: list[Expression] = []
    for member in members:
        if isinstance(member, Comparison) and member.operator in {"eq", "in"} and _is_listed(member):
            place = (member.operand.path, member.ignore_case)
            values = member.value if member.operator == "in" else (member.value,)
            if place in lists:
                lists[place].extend(values)
                index = first[place]
                joined[index] = Comparison(
                    member.operand, "in", tuple(dict.fromkeys(lists[place])), ignore_case=member.ignore_case
                )
                continue
            lists[place] = list(values)
            first[place] = len(joined)
        joined.append(member)
    return joined


def _is_listed(comparison: Comparison) -> bool:
    """Whether the values can stand in a list: equality of a moment means its day, which a list cannot say."""
    plain = (str, int, float, bool)
    values = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    return all(isinstance(value, plain) for value in values) and not isinstance(comparison.operand.leaf.codec, DateTime)


def _constant(comparison: Comparison) -> list[Leaves]:
    if isinstance(comparison.value, tuple) and not comparison.value:
        return [] if comparison.operator == "in" else [()]
    return [(comparison,)]


def _opposite(comparison: Comparison) -> list[Leaves]:
    operator = comparison.operator
    operand = comparison.operand
    if crosses_collection(operand):
        raise NotSupportedError(
            f"not {comparison!r}: through a collection a comparison means any member, so its opposite is no comparison; "
            "use ~exists(...)"
        )

    def leaf(kind: str) -> Comparison:
        return Comparison(operand, kind, comparison.value, comparison.upper, ignore_case=comparison.ignore_case)

    # Neither a comparison nor the opposite one selects rows that lack one of the values.
    nulls: list[Leaves] = [(Comparison(operand, "is_null"),)]
    if isinstance(comparison.value, Operand):
        nulls.append((Comparison(comparison.value, "is_null"),))
    if operator in operator_pairs:
        return _constant(leaf(operator_pairs[operator]))
    if operator in _ORDERINGS:
        return [*((leaf(kind),) for kind in _ORDERINGS[operator]), *nulls]
    if operator in _LENGTHS:
        return [*((leaf(kind),) for kind in _LENGTHS[operator]), *nulls]
    if operator == "ne_not_null":
        return [(leaf("eq"),), *nulls]
    raise NotSupportedError(
        f"not {comparison!r}: the opposite of {operator} is no comparison; say what should hold instead, "
        "or allow the query to filter_locally()"
    )


def _check(count: int) -> None:
    if count > MOST_GROUPS:
        raise NotSupportedError(
            f"the conditions become {count} groups, more than {MOST_GROUPS}: use in_() for alternatives of one field, "
            "or several queries"
        )
