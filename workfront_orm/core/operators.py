"""Operators: what makes conditions, orders and figures of a field or a path, and which of them its type allows."""

from __future__ import annotations

from functools import cache

from . import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from .expressions import Aggregate, Comparison, Ordering
    from .objects import Object

__all__ = ["Comparand", "Operand"]


class Comparand:
    """What a field is compared with that is no value: another field, or what the server computes (see `moments`)."""

    __slots__ = ()


class Operand(Comparand):
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
        return self._comparison(operator, self._wire(value, operator), ignore_case=ignore_case)

    def _wire(self, value: Any, operator: str) -> Any:
        if isinstance(value, Comparand):
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

    def __and__(self, other: object) -> NoReturn:
        """Refuse: a field is no condition, and `a == 1 & b == 2` is read as `a == (1 & b) == 2`."""
        raise TypeError(f"{self!r} is no condition to join; comparisons joined by & or | need parentheses around each")

    __rand__ = __or__ = __ror__ = __and__

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
        """A field with several values has all of these; of none, it would be anybody's guess which rows have them all."""
        found = self._compare_many("all_of", values)
        if not found.value:
            raise ValueError(f"{self!r}.all_of takes at least one value")
        return found

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
        return self._comparison("is_null")

    def is_not_null(self) -> Comparison:
        """Rows with a value."""
        return self._comparison("is_not_null")

    def is_blank(self) -> Comparison:
        """Rows without a value or with an empty text."""
        return self._comparison("is_blank")

    def is_not_blank(self) -> Comparison:
        """Rows with a text that is not empty."""
        return self._comparison("is_not_blank")

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
        return self._ordering(descending=False, ignore_case=ignore_case)

    def desc(self, *, ignore_case: bool = False) -> Ordering:
        """Order by this, greatest first."""
        return self._ordering(descending=True, ignore_case=ignore_case)

    def sum(self, *, distinct: bool = False) -> Aggregate:
        """The sum over the rows of a group."""
        return self._figure("sum", distinct=distinct)

    def avg(self, *, distinct: bool = False) -> Aggregate:
        """The average over the rows of a group."""
        return self._figure("avg", distinct=distinct)

    def min(self, *, distinct: bool = False) -> Aggregate:
        """The smallest value of a group."""
        return self._figure("min", distinct=distinct)

    def max(self, *, distinct: bool = False) -> Aggregate:
        """The greatest value of a group."""
        return self._figure("max", distinct=distinct)

    def count(self, *, distinct: bool = False) -> Aggregate:
        """The number of values in a group."""
        return self._figure("count", distinct=distinct)

    def _comparison(
        self, operator: str, value: Any = None, upper: Any = None, *, ignore_case: bool = False
    ) -> Comparison:
        made: Comparison = _expressions().Comparison(self, operator, value, upper, ignore_case=ignore_case)
        return made

    def _ordering(self, *, descending: bool, ignore_case: bool) -> Ordering:
        made: Ordering = _expressions().Ordering(self, descending=descending, ignore_case=ignore_case)
        return made

    def _figure(self, function: str, *, distinct: bool) -> Aggregate:
        made: Aggregate = _expressions().Aggregate(function, self, distinct=distinct)
        return made

    def _compare_many(self, operator: str, values: Iterable[Any], *, ignore_case: bool = False) -> Comparison:
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise TypeError(f"{self!r}.{operator}: takes several values, not {values!r}; for one value use ==")
        self._require(operator, ignore_case=ignore_case)
        # The same value twice is one; keys of a dict keep the order.
        checked = tuple({_identity(wire): wire for wire in (self._wire(value, operator) for value in values)}.values())
        return self._comparison(operator, checked, ignore_case=ignore_case)

    def _compare_range(self, operator: str, lower: Any, upper: Any, *, ignore_case: bool = False) -> Comparison:
        self._require(operator, ignore_case=ignore_case)
        ends = self._wire(lower, operator), self._wire(upper, operator)
        return self._comparison(operator, *ends, ignore_case=ignore_case)

    def _compare_length(self, operator: str, length: int) -> Comparison:
        self._require(operator)
        if type(length) is not int or length < 0:
            raise TypeError(f"{self!r} takes a number of characters, not {length!r}")
        return self._comparison(operator, length)

    def _require_kind(self, value: Any) -> None:
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
        if operator in _ORDERS and types.holds_maps(codec):
            raise TypeError(f"{self!r} holds {codec.name}, which has no order")
        if operator in _BITS and not types.holds_integers(codec):
            raise TypeError(f"{self!r} holds {codec.name}, and {operator} takes a field of whole numbers")
        if operator == "at" and types.kind_of(codec) not in {"moments", None}:
            raise TypeError(f"{self!r} holds {codec.name}, and at() takes a moment; use ==")


@cache
def _expressions() -> Any:
    """The module of what operators make: a class alone makes none of it. Kept, since an import costs as much as a comparison."""
    from . import expressions

    return expressions


_ORDERS = frozenset({"lt", "le", "gt", "ge", "between", "not_between"})
_BITS = frozenset({"any_bits", "all_bits", "no_bits"})


def _identity(wire: Any) -> Any:
    """What makes two values of a list the same: 1 and True are not."""
    return (wire.__class__, wire) if wire.__class__ in {str, int, float, bool} else id(wire)
