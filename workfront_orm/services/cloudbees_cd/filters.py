"""Filters: conditions as trees of nodes, `{"propertyName": ..., "operator": "equals", "operand1": ...}`.

Values are compared as text, and whether case counts is said once for a whole search. What documented
operators say is said with them: a `!=` that rows without a value meet, too, names them. Source: `API.md` section 8.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.exchange import Select
from workfront_orm.core.expressions import Comparison, Exists, Expression, Group, Negation
from workfront_orm.core.fields import Field
from workfront_orm.core.logic import groups
from workfront_orm.core.members import find_member
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.objects import Object
from workfront_orm.core.operators import Operand
from workfront_orm.core.relations import Reference
from workfront_orm.core.types import TEXT_OPERATORS

from .errors import NotSupportedError
from .places import name_key
from .wire import is_custom_name, property_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Filter",
    "any_of",
    "equals",
    "local_conditions",
    "property_of",
    "read_parameters",
    "remote_filter",
]

Node = dict[str, Any]

_PLAIN = {
    "eq": "equals",
    "lt": "lessThan",
    "le": "lessOrEqual",
    "gt": "greaterThan",
    "ge": "greaterOrEqual",
    "contains": "contains",
    "like": "like",
}
_NULLS = {"is_null": "isNull", "is_blank": "isNull", "is_not_null": "isNotNull", "is_not_blank": "isNotNull"}
_PATTERNS = {"startswith": "{}%", "endswith": "%{}"}
_CASELESS = frozenset({"bool", "bool01", "date", "datetime", "enum", "int", "int_ms", "uuid"})
_OPPOSED = frozenset({"not_contains", "not_in", "not_between", "ne", "ne_not_null"})

# The operators of search(): the server's own names, as a suffix of a field's name.
_SUFFIXES = {
    "between": "between",
    "contains": "contains",
    "equals": "eq",
    "greaterOrEqual": "ge",
    "greaterThan": "gt",
    "in": "in",
    "isNotNull": "is_not_null",
    "isNull": "is_null",
    "lessOrEqual": "le",
    "lessThan": "lt",
    "like": "like",
    "notEqual": "ne",
}


class Filter:
    """What a search is narrowed by.

    Attributes:
        nodes: The nodes, all of which must hold.
        sensitive: Whether case counts, as far as texts are compared; None where none are.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.sensitive: bool | None = None

    def body(self) -> dict[str, Any]:
        """The parameters of the request."""
        body: dict[str, Any] = {}
        if self.nodes:
            body["filter"] = self.nodes[0] if len(self.nodes) == 1 else self.nodes
        if self.sensitive is not None:
            body["caseSensitiveSearch"] = "1" if self.sensitive else "0"
        return body

    def add(self, cls: type[Object], condition: Expression) -> None:
        """Add a condition.

        Raises:
            NotSupportedError: The server cannot filter by it, or not together with those before.
        """
        sensitive = _case(condition)
        if sensitive is not None and self.sensitive is not None and sensitive is not self.sensitive:
            raise _mixed(condition)
        node = _node(cls, condition, negated=False)
        if node is not True:
            self.nodes.append(_never(cls) if node is False else node)
        self.sensitive = self.sensitive if sensitive is None else sensitive


def remote_filter(select: Select) -> Filter:
    """The filter of a selection, without the conditions that are applied here.

    Raises:
        NotSupportedError: A condition that the server cannot filter; the message says why.
    """
    return _divided(select)[0]


def local_conditions(select: Select) -> tuple[Expression, ...]:
    """The conditions that the server cannot filter."""
    return _divided(select, collect=True)[1]


def _divided(select: Select, *, collect: bool = False) -> tuple[Filter, tuple[Expression, ...]]:
    found, local = Filter(), []
    for condition in select.where:
        try:
            found.add(select.type, condition)
        except NotSupportedError:
            if not (collect or select.filter_locally):
                raise
            local.append(condition)
    if select.ids is not None:
        found.nodes.append(any_of(select.type._key[0], list(select.ids)))
    return found, tuple(local)


def equals(name: str, value: str) -> Node:
    """A field has a value."""
    return _test(name, "equals", value)


def any_of(name: str, values: Iterable[str]) -> Node:
    """A field has one of several values."""
    wanted = list(dict.fromkeys(values))
    if len(wanted) == 1:
        return equals(name, wanted[0])
    if any("'" in value or "," in value for value in wanted):
        # How quotes are quoted is not documented.
        return {"operator": "or", "filter": [equals(name, value) for value in wanted]}
    return _test(name, "in", ",".join(f"'{value}'" for value in wanted))


def read_parameters(cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]) -> Select:
    """A selection from keyword arguments: `project_name="P"`, `project_name__like="D%"`, `project=project`.

    A list means any of its values, None means without a value.

    Raises:
        UnknownNameError: A name that is no field or reference of the class, or no operator.
        TypeError, ValueError: A value that the field is not compared with.
    """
    return Select(type=cls, where=tuple(_parameter(cls, *item) for item in parameters.items()), fields=fields)


def _parameter(cls: type[Object], name: str, value: Any) -> Comparison:
    word, _, suffix = name.rpartition("__") if not is_custom_name(name) else ("", "", "")
    operator = _SUFFIXES.get(suffix) if word else None
    if word and operator is None:
        raise UnknownNameError(
            f"search {cls.__name__}: {name!r} ends with no operator{near_matches(suffix, _SUFFIXES)} "
            f"(operators: {', '.join(_SUFFIXES)})"
        )
    wire_name = cls.convert_name(word or name)
    member = cls.custom[wire_name] if is_custom_name(wire_name) else find_member(cls, wire_name)
    if isinstance(member, Reference) and member.spec.field:
        member = find_member(cls, member.spec.field)
    if wire_name == cls._key[0]:
        member = cls.id
    if not isinstance(member, Field):
        raise UnknownNameError(f"search {cls.__name__}: {name!r} is no field that rows can be searched by")
    if isinstance(value, Object):
        value = value._reference_key() if member.spec.raw.get("reference") else value.id
    if operator is None:
        operator = "is_null" if value is None else "in" if isinstance(value, (list, tuple, set, frozenset)) else "eq"
    if operator in {"is_null", "is_not_null"}:
        return Comparison(member, operator)
    if operator == "in":
        return member.in_(value)
    if operator == "between":
        return member.between(*value)
    return member._compare(operator, value)


# --- the tree -------------------------------------------------------------------------


def _node(cls: type[Object], condition: Expression, *, negated: bool) -> Node | bool:
    """A condition as a node; True where every row meets it, False where none does."""
    if isinstance(condition, Negation):
        return _node(cls, condition.condition, negated=not negated)
    if isinstance(condition, Group):
        members = [_node(cls, member, negated=negated) for member in condition.members]
        connector = {"and": "or", "or": "and"}[condition.connector] if negated else condition.connector
        return _joined(connector, members)
    if isinstance(condition, Exists):
        raise NotSupportedError(f"{condition!r}: CloudBees CD has no conditions on objects of another kind")
    assert isinstance(condition, Comparison)
    if negated:
        alternatives = groups([Negation(condition)])
        return _joined("or", [_joined("and", [_leaf(cls, leaf) for leaf in group]) for group in alternatives])
    return _leaf(cls, condition)


def _joined(connector: str, members: list[Node | bool]) -> Node | bool:
    decisive = connector == "or"
    if any(member is decisive for member in members):
        return decisive
    nodes = [member for member in members if not isinstance(member, bool)]
    if len(nodes) < 2:  # noqa: PLR2004 - one node needs no group
        return nodes[0] if nodes else not decisive
    return {"operator": connector, "filter": nodes}


def _never(cls: type[Object]) -> Node:
    return {"propertyName": cls._key[0], "operator": "isNull"}


def _leaf(cls: type[Object], leaf: Any) -> Node | bool:
    if isinstance(leaf, Exists):
        return _node(cls, leaf, negated=False)
    name = property_of(cls, leaf.operand)
    _check(leaf, name)
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    days = leaf.operand.leaf.spec.type == "datetime" and any(_is_day(value) for value in (*values, leaf.upper))
    if days and leaf.operator in {"in", "not_in"}:
        word, connector = ("eq", "or") if leaf.operator == "in" else ("ne", "and")
        return _joined(connector, [_leaf(cls, Comparison(leaf.operand, word, value)) for value in values])
    if leaf.operator == "in":
        return any_of(name, values) if values else False
    if leaf.operator in _OPPOSED:
        return _opposed(cls, leaf, name, values)
    return _on_days(name, leaf) if days else _single(leaf, name)


def _single(leaf: Comparison, name: str) -> Node | bool:
    """A comparison that the server has as it is."""
    operator, value = leaf.operator, leaf.value
    if operator in _NULLS:
        return {"propertyName": name, "operator": _NULLS[operator]}
    if operator == "between":
        return _joined("and", [_test(name, "greaterOrEqual", value), _test(name, "lessOrEqual", leaf.upper)])
    if operator in _PATTERNS:
        if "%" in value or "_" in value:
            raise NotSupportedError(
                f"{leaf!r}: % and _ in the text cannot be told from wildcards; filter_locally() can"
            )
        return _test(name, "like", _PATTERNS[operator].format(value))
    if operator not in _PLAIN:
        raise NotSupportedError(
            f"{leaf!r}: CloudBees CD does not filter by {operator}; filter_locally() applies it here"
        )
    return _test(name, _PLAIN[operator], value)


def _test(name: str, operator: str, value: str) -> Node:
    return {"propertyName": name, "operator": operator, "operand1": value}


def _opposed(cls: type[Object], leaf: Comparison, name: str, values: tuple[Any, ...]) -> Node | bool:
    """A comparison that rows without a value meet as well, unless it says that they do not."""
    if leaf.operator == "not_in" and not values:
        return True
    null: Node = {"propertyName": name, "operator": "isNull"}
    plain = leaf.operator in {"ne", "ne_not_null"}
    day = leaf.operand.leaf.spec.type == "datetime" and _is_day(leaf.value)
    if leaf.operator == "not_between" or (plain and day):
        upper = leaf.value if plain else leaf.upper
        outside = [
            _leaf(cls, Comparison(leaf.operand, "lt", leaf.value)),
            _leaf(cls, Comparison(leaf.operand, "gt", upper)),
        ]
        return _joined("or", outside if leaf.operator == "ne_not_null" else [*outside, null])
    if leaf.operator == "not_contains":
        contained = _test(name, "contains", leaf.value)
        return _joined("or", [{"operator": "not", "filter": [contained]}, null])
    differs = [_test(name, "notEqual", value) for value in values]
    several = _joined("and", list(differs))
    if leaf.operator == "ne_not_null":
        return _joined("and", [several, {"propertyName": name, "operator": "isNotNull"}])
    return _joined("or", [several, null])


def _on_days(name: str, leaf: Comparison) -> Node | bool:
    """Moments compared with days, which last from midnight to midnight, in UTC as the server writes them."""

    def node(word: str, day: Any, days: int = 0) -> Node:
        moment = f"{date.fromisoformat(day) + timedelta(days=days)}T00:00:00.000Z" if _is_day(day) else day
        return _test(name, word, moment)

    value, upper = leaf.value, leaf.upper
    if leaf.operator in {"eq", "between"}:
        end = value if leaf.operator == "eq" else upper
        last = node("lessThan", end, 1) if _is_day(end) else node("lessOrEqual", end)
        return _joined("and", [node("greaterOrEqual", value), last])
    words = {"lt": ("lessThan", 0), "le": ("lessThan", 1), "gt": ("greaterOrEqual", 1), "ge": ("greaterOrEqual", 0)}
    if leaf.operator not in words:
        raise NotSupportedError(f"{leaf!r}: days are compared by their order; filter_locally() applies it here")
    return node(words[leaf.operator][0], value, words[leaf.operator][1])


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == len("2024-07-01") and value[4:5] == "-"


# --- one comparison -------------------------------------------------------------------


def property_of(cls: type[Object], operand: Operand) -> str:
    """The property of the class itself that an operand means: names of what it stands in are fields of its own.

    Raises:
        NotSupportedError: A path to a field of another object.
    """
    path = operand.path
    if len(path) == 1:
        return property_name(path[0]) if is_custom_name(path[0]) else path[0]
    reference = find_member(cls, path[0])
    if len(path) == 2 and isinstance(reference, Reference):  # noqa: PLR2004 - one step
        spec = reference.spec
        by = (spec.raw.get("extra") or {}).get("by")
        target = cls._api.by_code[spec.target]
        known = dict(zip(name_key(target._spec), by, strict=False)) if isinstance(by, list) else {}
        if spec.field:
            known[spec.raw.get("key") or target._key[0]] = spec.field
        if path[1] in known:
            return str(known[path[1]])
    raise NotSupportedError(
        f"{operand!r}: CloudBees CD filters and sorts by fields and properties of the object itself: search the other "
        "class first, and use in_() with what was found"
    )


def _check(leaf: Comparison, name: str) -> None:
    field = leaf.operand.leaf
    raw = field.spec.raw
    if raw.get("writeOnly") or field.spec.type == "secret":
        raise NotSupportedError(f"{leaf!r}: {name} is written only")
    if str(field.spec.type).startswith("list<"):
        raise NotSupportedError(f"{leaf!r}: {name} is a list, which cannot be filtered by")
    for value in (*(leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)), leaf.upper):
        if isinstance(value, (Operand, ServerValue)):
            raise NotSupportedError(
                f"{leaf!r}: CloudBees CD compares with values only, not with other fields or {value!r}"
            )
        if value == "":
            # Servers leave empty elements out of answers, and their filters take them for none.
            raise NotSupportedError(
                f"{leaf!r}: CloudBees CD does not tell an empty text from none; use is_blank() or is_not_blank()"
            )


def _case(condition: Expression) -> bool | None:
    """Whether case counts in the texts of a condition; None where it has none.

    Raises:
        NotSupportedError: In some it does, in others not.
    """
    if isinstance(condition, Negation):
        return _case(condition.condition)
    if isinstance(condition, Group):
        found = {case for member in condition.members if (case := _case(member)) is not None}
        if len(found) > 1:
            raise _mixed(condition)
        return next(iter(found), None)
    if not isinstance(condition, Comparison) or condition.operator in _NULLS:
        return None
    if condition.operand.leaf.spec.type in _CASELESS and condition.operator not in TEXT_OPERATORS:
        return None
    return not condition.ignore_case


def _mixed(condition: Expression) -> NotSupportedError:
    return NotSupportedError(
        f"{condition!r}: whether case counts is said once for a whole search; use i... operators in all conditions or in "
        "none, or filter_locally()"
    )
