"""Expressions: conditions such as `Task.status != "CPL"`, joined by `&`, `|` and `~`.

An expression is a small tree that says what is meant. Checking values against the metadata
happens when a comparison is made; turning the tree into a request is the service's job,
and what a system cannot express it refuses there.
"""

from __future__ import annotations

from . import types
from .aggregates import Aggregate, Ordering
from .moments import ServerValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, NoReturn

    from .objects import Object

__all__ = ["Comparison", "Exists", "Expression", "Group", "Negation", "Operand", "comparisons", "exists", "operands"]


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


# --- what is compared ---------------------------------------------------------------


class Operand:
    """A field, or a path that ends at one: what conditions, orderings and aggregates are made of."""

    __slots__ = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The wire names from the queried type to the field."""
        raise NotImplementedError

    @property
    def root(self) -> type[Object]:
        """The type that the path starts at."""
        raise NotImplementedError

    @property
    def leaf(self) -> Any:
        """The field at the end of the path."""
        raise NotImplementedError

    def _compare(self, operator: str, value: Any, *, ignore_case: bool = False) -> Comparison:
        self._require(operator, ignore_case=ignore_case)
        return Comparison(self, operator, self._wire(value, operator), ignore_case=ignore_case)

    def _wire(self, value: Any, operator: str) -> Any:
        if isinstance(value, (Operand, ServerValue)):
            self._require_kind(value)
            return value
        return self.leaf.to_filter(value, operator)

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]
        """Equal; `== None` is `is_null()`. A date stands for the whole day where the field holds moments."""
        return self.is_null() if other is None else self._compare("eq", other)

    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        """Not equal; rows without a value are included. `!= None` is `is_not_null()`."""
        return self.is_not_null() if other is None else self._compare("ne", other)

    # Two conditions on one field are two objects; a field is a key by identity.
    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> Comparison:
        """Less, or earlier."""
        return self._compare("lt", other)

    def __le__(self, other: Any) -> Comparison:
        """Less or equal, or not later."""
        return self._compare("le", other)

    def __gt__(self, other: Any) -> Comparison:
        """Greater, or later."""
        return self._compare("gt", other)

    def __ge__(self, other: Any) -> Comparison:
        """Greater or equal, or not earlier."""
        return self._compare("ge", other)

    def ieq(self, value: Any) -> Comparison:
        """Equal, upper and lower case being the same."""
        return self._compare("eq", value, ignore_case=True)

    def ine(self, value: Any) -> Comparison:
        """Not equal, upper and lower case being the same."""
        return self._compare("ne", value, ignore_case=True)

    def ne_and_not_null(self, value: Any) -> Comparison:
        """Not equal; rows without a value are left out, unlike with `!=`."""
        return self._compare("ne_not_null", value)

    def in_(self, values: Iterable[Any]) -> Comparison:
        """Any of the values."""
        return self._compare_many("in", values)

    def not_in(self, values: Iterable[Any]) -> Comparison:
        """None of the values."""
        return self._compare_many("not_in", values)

    def iin(self, values: Iterable[Any]) -> Comparison:
        """Any of the values, upper and lower case being the same."""
        return self._compare_many("in", values, ignore_case=True)

    def not_iin(self, values: Iterable[Any]) -> Comparison:
        """None of the values, upper and lower case being the same."""
        return self._compare_many("not_in", values, ignore_case=True)

    def all_of(self, values: Iterable[Any]) -> Comparison:
        """A field with several values has all of these."""
        return self._compare_many("all_of", values)

    def between(self, lower: Any, upper: Any) -> Comparison:
        """From lower to upper, both included."""
        return self._compare_range("between", lower, upper)

    def not_between(self, lower: Any, upper: Any) -> Comparison:
        """Below lower or above upper."""
        return self._compare_range("not_between", lower, upper)

    def ibetween(self, lower: Any, upper: Any) -> Comparison:
        """From lower to upper, both included, upper and lower case being the same."""
        return self._compare_range("between", lower, upper, ignore_case=True)

    def not_ibetween(self, lower: Any, upper: Any) -> Comparison:
        """Below lower or above upper, upper and lower case being the same."""
        return self._compare_range("not_between", lower, upper, ignore_case=True)

    def is_null(self) -> Comparison:
        """Rows without a value."""
        return Comparison(self, "is_null")

    def is_not_null(self) -> Comparison:
        """Rows with a value."""
        return Comparison(self, "is_not_null")

    def is_blank(self) -> Comparison:
        """Rows without a value or with an empty text."""
        return Comparison(self, "is_blank")

    def is_not_blank(self) -> Comparison:
        """Rows with a text that is not empty."""
        return Comparison(self, "is_not_blank")

    def contains(self, text: str) -> Comparison:
        """The text occurs in the value."""
        return self._compare("contains", text)

    def icontains(self, text: str) -> Comparison:
        """The text occurs in the value, upper and lower case being the same."""
        return self._compare("contains", text, ignore_case=True)

    def not_contains(self, text: str) -> Comparison:
        """The text does not occur in the value."""
        return self._compare("not_contains", text)

    def not_icontains(self, text: str) -> Comparison:
        """The text does not occur in the value, upper and lower case being the same."""
        return self._compare("not_contains", text, ignore_case=True)

    def icontains_any(self, words: str) -> Comparison:
        """At least one of the words, separated by blanks, occurs; upper and lower case are the same."""
        return self._compare("contains_any", words, ignore_case=True)

    def icontains_all(self, words: str) -> Comparison:
        """Each of the words, separated by blanks, occurs; upper and lower case are the same."""
        return self._compare("contains_all", words, ignore_case=True)

    def not_icontains_any(self, words: str) -> Comparison:
        """Not one of the words, separated by blanks, occurs; upper and lower case are the same."""
        return self._compare("not_contains_any", words, ignore_case=True)

    def not_icontains_all(self, words: str) -> Comparison:
        """Not all of the words, separated by blanks, occur; upper and lower case are the same."""
        return self._compare("not_contains_all", words, ignore_case=True)

    def startswith(self, text: str) -> Comparison:
        """The value starts with the text; whether case counts is the system's rule."""
        return self._compare("startswith", text)

    def endswith(self, text: str) -> Comparison:
        """The value ends with the text."""
        return self._compare("endswith", text)

    def like(self, pattern: str) -> Comparison:
        """The value matches a pattern in which `%` stands for any text and `_` for any character."""
        return self._compare("like", pattern)

    def ilike(self, pattern: str) -> Comparison:
        """As `like`, upper and lower case being the same."""
        return self._compare("like", pattern, ignore_case=True)

    def sounds_like(self, text: str) -> Comparison:
        """The value sounds like the text."""
        return self._compare("sounds_like", text)

    def at(self, moment: Any) -> Comparison:
        """Exactly this moment, where `==` means the whole day."""
        return self._compare("at", moment)

    def any_bits(self, bits: int) -> Comparison:
        """At least one of the bits is set."""
        return self._compare("any_bits", bits)

    def all_bits(self, bits: int) -> Comparison:
        """All of the bits are set."""
        return self._compare("all_bits", bits)

    def no_bits(self, bits: int) -> Comparison:
        """None of the bits is set."""
        return self._compare("no_bits", bits)

    def shorter_than(self, length: int) -> Comparison:
        """The text has fewer characters."""
        return self._compare_length("length_lt", length)

    def has_length(self, length: int) -> Comparison:
        """The text has exactly so many characters."""
        return self._compare_length("length_eq", length)

    def longer_than(self, length: int) -> Comparison:
        """The text has more characters."""
        return self._compare_length("length_gt", length)

    def asc(self, *, ignore_case: bool = False) -> Ordering:
        """Order by this, smallest first."""
        return Ordering(self, descending=False, ignore_case=ignore_case)

    def desc(self, *, ignore_case: bool = False) -> Ordering:
        """Order by this, greatest first."""
        return Ordering(self, descending=True, ignore_case=ignore_case)

    def sum(self, *, distinct: bool = False) -> Aggregate:
        """The sum over the rows of a group."""
        return Aggregate("sum", self, distinct=distinct)

    def avg(self, *, distinct: bool = False) -> Aggregate:
        """The average over the rows of a group."""
        return Aggregate("avg", self, distinct=distinct)

    def min(self, *, distinct: bool = False) -> Aggregate:
        """The smallest value of a group."""
        return Aggregate("min", self, distinct=distinct)

    def max(self, *, distinct: bool = False) -> Aggregate:
        """The greatest value of a group."""
        return Aggregate("max", self, distinct=distinct)

    def count(self, *, distinct: bool = False) -> Aggregate:
        """The number of values in a group."""
        return Aggregate("count", self, distinct=distinct)

    def _compare_many(self, operator: str, values: Iterable[Any], *, ignore_case: bool = False) -> Comparison:
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise TypeError(f"{self!r}.{operator}: takes several values, not {values!r}; for one value use ==")
        self._require(operator, ignore_case=ignore_case)
        # The same value twice is one; keys of a dict keep the order.
        checked = tuple({_identity(wire): wire for wire in (self._wire(value, operator) for value in values)}.values())
        return Comparison(self, operator, checked, ignore_case=ignore_case)

    def _compare_range(self, operator: str, lower: Any, upper: Any, *, ignore_case: bool = False) -> Comparison:
        self._require(operator, ignore_case=ignore_case)
        ends = self._wire(lower, operator), self._wire(upper, operator)
        return Comparison(self, operator, *ends, ignore_case=ignore_case)

    def _compare_length(self, operator: str, length: int) -> Comparison:
        self._require(operator)
        if type(length) is not int or length < 0:
            raise TypeError(f"{self!r} takes a number of characters, not {length!r}")
        return Comparison(self, operator, length)

    def _require_kind(self, value: Operand | ServerValue) -> None:
        """Refuse to compare moments with texts and the like, which servers do without a word."""
        mine = types.kind_of(self.leaf.codec)
        other = types.kind_of(value.leaf.codec) if isinstance(value, Operand) else value.kind
        if mine is not None and other is not None and mine != other:
            raise TypeError(f"{self!r} holds {mine} and cannot be compared with {value!r}, which holds {other}")

    def _require(self, operator: str, *, ignore_case: bool = False) -> None:
        """Refuse an operator that makes no sense for what the field holds, rather than let a server guess."""
        codec = self.leaf.codec
        if (ignore_case or operator in types.TEXT_OPERATORS) and not types.holds_text(codec):
            what = "upper and lower case" if ignore_case and operator not in types.TEXT_OPERATORS else operator
            raise TypeError(f"{self!r} holds {codec.name}, for which there is no {what}")
        if operator in _BITS and not types.holds_integers(codec):
            raise TypeError(f"{self!r} holds {codec.name}, and {operator} takes a field of whole numbers")
        if operator == "at" and types.kind_of(codec) not in {"moments", None}:
            raise TypeError(f"{self!r} holds {codec.name}, and at() takes a moment; use ==")


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


_BITS = frozenset({"any_bits", "all_bits", "no_bits"})


def _identity(wire: Any) -> Any:
    """What makes two values of a list the same: 1 and True are not."""
    return (wire.__class__, wire) if wire.__class__ in {str, int, float, bool} else id(wire)
