"""Expressions: conditions as trees (`Task.status != "CPL"`, joined by `&`, `|` and `~`), orders of rows, and figures.

They say what is meant. Checking values against the metadata happens when a comparison is made
(see `operators`); turning a tree into a request is the service's job, and what a system cannot
express it refuses there.
"""

from __future__ import annotations

from .operators import Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, NoReturn

    from .objects import Object

__all__ = [
    "Aggregate",
    "Comparison",
    "Exists",
    "Expression",
    "Group",
    "Negation",
    "Ordering",
    "comparisons",
    "count",
    "exists",
    "operands",
]


# --- conditions ---------------------------------------------------------------------


class Expression:
    """A condition on rows. Combine conditions with `&`, `|` and `~`, never with `and`, `or`, `not`."""

    __slots__ = ()

    def __and__(self, other: Expression) -> Expression:
        """Both conditions hold."""
        return Group("and", (self, _condition(other)))

    def __or__(self, other: Expression) -> Expression:
        """At least one of the conditions holds."""
        return Group("or", (self, _condition(other)))

    def __invert__(self) -> Expression:
        """The condition does not hold."""
        return Negation(self)

    def __bool__(self) -> NoReturn:
        """Refuse to be true or false: the server decides, row by row."""
        raise TypeError(
            f"a condition has no truth value here: {self!r}; combine with & | ~ (in parentheses), pass several to where()"
        )


class Comparison(Expression):
    """A field compared with a value.

    Attributes:
        operand: The field, or the path to it.
        operator: What is compared: eq ne lt le gt ge in not_in between is_null is_not_null contains
            startswith endswith like ... (see the methods of `Operand`).
        value: The wire value, a `ServerValue`, another operand, or a tuple of values for `in`.
        upper: The upper end of a range.
        ignore_case: Whether upper and lower case are the same.
    """

    __slots__ = ("ignore_case", "operand", "operator", "upper", "value")

    def __init__(
        self, operand: Operand, operator: str, value: Any = None, upper: Any = None, *, ignore_case: bool = False
    ) -> None:
        self.operand = operand
        self.operator = operator
        self.value = value
        self.upper = upper
        self.ignore_case = ignore_case

    def __repr__(self) -> str:
        """The comparison in words."""
        sign = ("i" if self.ignore_case else "") + self.operator
        upper = "" if self.upper is None else f", {self.upper!r}"
        return f"<{self.operand!r} {sign} {self.value!r}{upper}>"


class Group(Expression):
    """Conditions joined by `and` or by `or`.

    Attributes:
        connector: `and` or `or`.
        members: The conditions, nested groups of the same connector flattened.
    """

    __slots__ = ("connector", "members")

    def __init__(self, connector: str, members: Iterable[Expression]) -> None:
        self.connector = connector
        self.members: tuple[Expression, ...]
        flat: list[Expression] = []
        for member in members:
            if isinstance(member, Group) and member.connector == connector:
                flat.extend(member.members)
            else:
                flat.append(member)
        self.members = tuple(flat)

    def __repr__(self) -> str:
        """The members and what joins them."""
        return f"({f' {self.connector} '.join(map(repr, self.members))})"


class Negation(Expression):
    """A condition that must not hold.

    Attributes:
        condition: The condition.
    """

    __slots__ = ("condition",)

    def __init__(self, condition: Expression) -> None:
        self.condition = condition

    def __repr__(self) -> str:
        """The condition and the word not."""
        return f"not {self.condition!r}"


class Exists(Expression):
    """There is an object of another type that is linked to the row and meets the conditions.

    Attributes:
        type: The other type.
        link: Pairs of a field of the other type and the field of the queried type that it equals.
        conditions: Conditions on the other type.
        negated: Whether there must be none.
    """

    __slots__ = ("conditions", "link", "negated", "type")

    def __init__(
        self,
        type_: type[Object],
        link: tuple[tuple[Operand, Operand], ...],
        conditions: tuple[Expression, ...],
        *,
        negated: bool = False,
    ) -> None:
        self.type = type_
        self.link = link
        self.conditions = conditions
        self.negated = negated

    def __invert__(self) -> Expression:
        """There is none."""
        return Exists(self.type, self.link, self.conditions, negated=not self.negated)

    def __repr__(self) -> str:
        """The other type, the link and the conditions."""
        return f"<{'not ' if self.negated else ''}exists {self.type.__name__} {self.link!r} {self.conditions!r}>"


def exists(type_: type[Object], *conditions: Expression) -> Exists:
    """Rows for which an object of another type exists, `~exists(...)` for which none does.

    Args:
        type_: The other type.
        conditions: What must hold. At least one links the types: a field of `type_` equal to a
            field of the queried type, as in `exists(Hour, Hour.owner_id == User.id, Hour.hours > 8)`.

    Raises:
        ValueError: No condition links the two types.
    """
    if not (isinstance(type_, type) and hasattr(type_, "_members")):
        raise TypeError(f"exists takes a class such as session.api.Hour, not {type_!r}")
    link: list[tuple[Operand, Operand]] = []
    rest: list[Expression] = []
    for condition in conditions:
        if (
            isinstance(condition, Comparison)
            and condition.operator == "eq"
            and isinstance(condition.value, Operand)
            and condition.operand.root is not condition.value.root
        ):
            inner, outer = condition.operand, condition.value
            if inner.root is not None and not issubclass(inner.root, type_):
                inner, outer = outer, inner
            link.append((inner, outer))
        else:
            rest.append(_condition(condition))
    if not link:
        raise ValueError(
            f"exists({type_.__name__}, ...) needs a condition that links it to the queried type, "
            f"such as {type_.__name__}.some_id == Other.id; a type cannot be linked with itself"
        )
    for condition in rest:
        _check_inner(type_, condition)
    return Exists(type_, tuple(link), tuple(rest))


def _check_inner(type_: type[Object], condition: Expression) -> None:
    """Refuse what a filter of linked objects cannot say: on its left stands their field, on its right the row's."""
    for comparison in comparisons(condition):
        for operand, is_own in ((comparison.operand, True), *((value, False) for value in _values(comparison))):
            if operand.root is not None and issubclass(operand.root, type_) is not is_own:
                side = "left" if is_own else "right"
                raise ValueError(
                    f"exists({type_.__name__}, ...): {operand!r} on the {side} side of {comparison!r}; write fields of "
                    f"{type_.__name__} on the left, and fields of the queried type on the right only"
                )


# --- orders and figures ------------------------------------------------------------


class Ordering:
    """A field and the direction to order by it.

    Attributes:
        operand: The field.
        descending: Whether the greatest comes first.
        ignore_case: Whether upper and lower case are the same.
    """

    __slots__ = ("descending", "ignore_case", "operand")

    def __init__(self, operand: Operand, *, descending: bool, ignore_case: bool = False) -> None:
        self.operand = operand
        self.descending = descending
        self.ignore_case = _flag(ignore_case, "ignore_case")

    def __repr__(self) -> str:
        """The field and the direction."""
        return f"<{self.operand!r} {'descending' if self.descending else 'ascending'}>"


class Aggregate:
    """A figure computed from the rows of a group.

    Attributes:
        function: sum avg min max count.
        operand: The field, or None for the number of rows.
        distinct: Whether equal values count once.
    """

    __slots__ = ("distinct", "function", "operand")

    def __init__(self, function: str, operand: Operand | None, *, distinct: bool = False) -> None:
        self.function = function
        self.operand = operand
        self.distinct = _flag(distinct, "distinct")

    def __repr__(self) -> str:
        """The function and its field."""
        return f"<{self.function}({'distinct ' if self.distinct else ''}{self.operand or 'rows'!r})>"


def count() -> Aggregate:
    """The number of rows of a group."""
    return Aggregate("count", None)


# --- walking a tree -----------------------------------------------------------------


def operands(expression: Expression) -> Iterator[Operand]:
    """Every field of the queried type that an expression names; those of the other type of `exists` left out."""
    if isinstance(expression, Comparison):
        yield expression.operand
        yield from _values(expression)
    elif isinstance(expression, Negation):
        yield from operands(expression.condition)
    elif isinstance(expression, Group):
        for member in expression.members:
            yield from operands(member)
    elif isinstance(expression, Exists):
        for _inner, outer in expression.link:
            yield outer
        for comparison in comparisons(expression):
            yield from _values(comparison)


def _values(comparison: Comparison) -> Iterator[Operand]:
    """The fields that a comparison compares with."""
    value = comparison.value
    for other in (*(value if isinstance(value, tuple) else (value,)), comparison.upper):
        if isinstance(other, Operand):
            yield other


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison of an expression, those inside `exists` included."""
    if isinstance(expression, Comparison):
        yield expression
    elif isinstance(expression, Negation):
        yield from comparisons(expression.condition)
    elif isinstance(expression, (Group, Exists)):
        for member in expression.members if isinstance(expression, Group) else expression.conditions:
            yield from comparisons(member)


def _condition(value: Any) -> Expression:
    if not isinstance(value, Expression):
        raise TypeError(
            f"takes a condition such as Task.status == 'CPL', not {value!r}; "
            "comparisons joined by & or | need parentheses around each"
        )
    return value


def _flag(value: bool, name: str) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{name} takes True or False, not {value!r}")
    return value
