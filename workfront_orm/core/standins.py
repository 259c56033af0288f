"""What stands in a class for names that it does not have, so that using one says what to do.

These are descriptors under the name itself. A hook for missing attributes (`__getattr__`, `__setattr__`) would cover
every mistyped name, and slow every read and every assignment of those that are there: measured, 76 ns become 102 for a read,
165 become 280 for an assignment, and making an object of a row takes five times as long.
"""

from __future__ import annotations

from .errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .objects import Object

__all__ = ["STAND_INS", "Absent", "StandIn", "WireName", "stands_in"]


class StandIn:
    """A name that the class does not have: neither to read nor to assign, nor listed by `dir()`."""

    __slots__ = ()

    def message(self, owner: type[Object]) -> str:
        """What to say to whom uses it."""
        raise NotImplementedError

    def __get__(self, obj: Object | None, owner: type[Object]) -> NoReturn:
        """Refuse.

        Raises:
            UnknownNameError: Always.
        """
        raise UnknownNameError(self.message(owner))

    def __set__(self, obj: Object, value: Any) -> NoReturn:
        """Refuse, as a server might drop the value without a word."""
        raise UnknownNameError(self.message(type(obj)))


class Absent(StandIn):
    """Stands for a member that a more general class has and this one lacks.

    Args:
        name: The wire name of the member.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def message(self, owner: type[Object]) -> str:
        """The class and the member."""
        return f"{owner.__name__} has no member {self._name!r} here, though others have it"


class WireName(StandIn):
    """Stands under the wire name of a member, which people know by heart: attributes go by Python names.

    Args:
        name: The wire name.
        python_name: The name of the attribute.
    """

    __slots__ = ("_name", "_python_name")

    def __init__(self, name: str, python_name: str) -> None:
        self._name = name
        self._python_name = python_name

    def message(self, owner: type[Object]) -> str:
        """The class and both names."""
        return f"{owner.__name__} has no attribute {self._name!r}; did you mean {self._python_name!r}?"


class _StandIns(dict[tuple[str, str], WireName]):
    """Stand-ins by wire name and Python name: many classes have a field of the same name."""

    def __missing__(self, names: tuple[str, str]) -> WireName:
        made = self[names] = WireName(*names)
        return made


STAND_INS = _StandIns()


def stands_in(cls: type, name: str) -> bool:
    """Whether there is a stand-in under that name of a class."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return isinstance(base.__dict__[name], StandIn)
    return False
