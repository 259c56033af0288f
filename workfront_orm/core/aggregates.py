"""Orders of rows, and figures computed from them: `Task.name.desc()`, `Task.work.sum()`, `count()`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .expressions import Operand

__all__ = ["Aggregate", "Ordering", "count"]


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


def _flag(value: bool, name: str) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{name} takes True or False, not {value!r}")
    return value
