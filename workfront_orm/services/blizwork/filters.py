"""Filters: maps of values that must be equal, `{"Estado": "Activo"}`; BlizWork promises nothing else.

Its lists come whole, in one answer. So one of several values is picked here, from what the rest of the
filter leaves, as far as the list tells the value. Source: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.exchange import Select
from workfront_orm.core.expressions import Comparison, Expression, Group
from workfront_orm.core.fields import Field
from workfront_orm.core.members import find_member
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.operators import Operand

from .errors import NotSupportedError
from .families import FIELD, SUMMARY, is_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.core.objects import Object

__all__ = ["Filter", "divided", "read_parameters"]


@define
class Filter:
    """What a list is narrowed by.

    Attributes:
        equal: What is sent: values by wire name.
        picked: Conditions that are applied to the answer, which holds all that they look at.
    """

    equal: dict[str, Any] = field(factory=dict)
    picked: list[Expression] = field(factory=list)


def divided(select: Select, *, collect: bool = False) -> tuple[Filter, tuple[Expression, ...]]:
    """The filter of a selection, and the conditions that are none.

    Args:
        select: The selection.
        collect: Whether conditions that BlizWork cannot filter are collected, not refused.

    Raises:
        NotSupportedError: A condition that BlizWork cannot filter.
    """
    found, local = Filter(), []
    for condition in select.where:
        try:
            for leaf in _leaves(condition):
                _add(select.type, found, leaf)
        except NotSupportedError:
            if not (collect or select.filter_locally):
                raise
            local.append(condition)
    return found, tuple(local)


def read_parameters(cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]) -> Select:
    """A selection from keyword arguments; a list means one of its values.

    Raises:
        UnknownNameError: A name that is no field of the class.
        TypeError, ValueError: A value that the field is not compared with.
    """
    where = []
    for name, value in parameters.items():
        wire_name = cls.convert_name(name)
        member = cls.custom[wire_name] if cls._is_custom(wire_name) else find_member(cls, wire_name)
        if not isinstance(member, Field):
            raise UnknownNameError(f"search {cls.__name__}: {name!r} is no field that can be searched by")
        if value is None:
            where.append(member.is_null())
        elif isinstance(value, (list, tuple, set, frozenset)):
            where.append(member.in_(value))
        else:
            where.append(member == value)
    return Select(type=cls, where=tuple(where), fields=fields)


def _leaves(condition: Expression) -> list[Comparison]:
    if isinstance(condition, Group) and (condition.connector == "and" or len(condition.members) == 1):
        return [leaf for member in condition.members for leaf in _leaves(member)]
    if isinstance(condition, Comparison):
        return [condition]
    raise _refused(condition)


def _add(cls: type[Object], found: Filter, leaf: Comparison) -> None:
    names = leaf.operand.path
    own = len(names) == 1 and not leaf.ignore_case and leaf.upper is None and leaf.operand.leaf.codec.comparable
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if not own or leaf.operator not in {"eq", "in"} or any(not _is_scalar(value) for value in values):
        raise _refused(leaf)
    name = names[0]
    # A list of cases tells the value of no field of theirs.
    told = not is_case(cls._spec) or name in SUMMARY
    if is_case(cls._spec) and not (name in SUMMARY or name.startswith(FIELD)):
        raise _refused(leaf)
    wanted = list(dict.fromkeys(values))
    if len(wanted) == 1 and name not in found.equal:
        found.equal[name] = wanted[0]
    elif told:
        found.picked.append(leaf)
    else:
        raise _refused(leaf)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, (Operand, ServerValue))


def _refused(condition: Expression) -> NotSupportedError:
    return NotSupportedError(
        f"{condition!r}: BlizWork filters by equal values only",
        None,
        remedy="query(...).filter_locally() allows it to be applied here",
    )
