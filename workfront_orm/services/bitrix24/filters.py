"""Filters: conditions as maps whose keys carry the operator, `{">=ID": 5, "%TITLE": "gear"}`.

The portal drops names that it does not know without a word and returns the whole table, so every
name is checked here, against what the class has. Old methods take conditions that all hold; newer
ones take nested groups too. Source: `API.md` section 5 of the facts.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.exchange import Select
from workfront_orm.core.expressions import Comparison, Exists, Expression
from workfront_orm.core.fields import Field
from workfront_orm.core.logic import groups
from workfront_orm.core.members import find_member
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.objects import Object
from workfront_orm.core.operators import Operand
from workfront_orm.core.relations import Collection, Reference

from .codecs import LINK_TYPES
from .errors import NotSupportedError
from .kinds import family_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .families import Family

__all__ = ["alternatives", "compiled", "is_expressible", "key_to_compare", "known_field", "read_parameters", "where_of"]

Where = dict[str, Any]

_PREFIX = re.compile(r"(!=%|!%=|!%|!@|!=|!|>=|<=|=%|%=|>|<|=|@|%)?(.+)", re.DOTALL)
_DAY = len("2030-05-18")
_TEXT = {"contains", "not_contains", "startswith", "like"}
_EMPTY = {"is_null", "is_blank", "is_not_null", "is_not_blank"}
_OPERATOR_OF_PREFIX = {
    "": "eq",
    "=": "eq",
    "!": "ne",
    "!=": "ne",
    "@": "in",
    "!@": "not_in",
    ">": "gt",
    ">=": "ge",
    "<": "lt",
    "<=": "le",
    "%": "contains",
    "!%": "not_contains",
    "=%": "like",
    "%=": "like",
    "!=%": "not_like",
    "!%=": "not_like",
}
# Fields that hold a code or an id: old methods do not look for text in them.
_NOT_TEXT = frozenset({"crm_status", "crm_currency", "crm_category", "crm_multifield", "enumeration", *LINK_TYPES})


def read_parameters(cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]) -> Select:
    """A selection from keyword arguments: `last_name="Doe"`, `**{">=date_create": moment}`, `company=company`.

    A list means any of its values, None means without a value.

    Raises:
        UnknownNameError: A name that is no field or reference of the class.
        NotSupportedError: A comparison that the portal does not have.
        TypeError, ValueError: A value that the field is not compared with.
    """
    family = family_of(cls._spec)
    where: Where = {}
    for name, value in parameters.items():
        prefix, wire_name = _named(cls, name)
        field = known_field(cls, wire_name)
        for key, sent in _parameter(cls, family, field, prefix, value).items():
            if key in where:
                raise ValueError(f"search {cls.__name__}: {name} and another parameter are both {key!r}; give one")
            where[key] = sent
    return Select(type=cls, fields=fields, parameters=tuple(where.items()))


def where_of(select: Select) -> Where:
    """The filter of a selection: the caller's parameters and the compiled conditions.

    Raises:
        NotSupportedError: A condition that the portal cannot filter; the message says why.
    """
    where: Where = dict(select.parameters)
    remote = [one for one in select.where if not (select.filter_locally and not is_expressible(select, one))]
    for key, value in compiled(select, remote).items():
        if key in where:
            raise NotSupportedError(f"search {select.type.__name__}: {key!r} is filtered twice; give one condition")
        where[key] = value
    if select.ids is not None:
        family = family_of(select.type._spec)
        where[f"{family.operators['in'][0]}{family.key[-1]}"] = list(select.ids)
    return where


def compiled(select: Select, conditions: Iterable[Expression]) -> Where:
    """Conditions as one filter.

    Raises:
        NotSupportedError: A condition that the portal cannot filter; the message says why.
    """
    family = family_of(select.type._spec)
    found = alternatives(select, conditions)
    if len(found) == 1:
        return found[0]
    if not family.alternatives:
        raise NotSupportedError(
            f"search {select.type.__name__}: one of several conditions: the methods of this kind take only conditions "
            "that all hold"
        )
    # A group that says `OR`; its members have the keys 0 to n-1.
    return {"0": {"logic": "OR", **{str(number): one for number, one in enumerate(found)}}}


def alternatives(select: Select, conditions: Iterable[Expression]) -> list[Where]:
    """Filters of which one must hold, so that all the conditions hold.

    Raises:
        NotSupportedError: A condition that the portal cannot filter; the message says why.
    """
    family = family_of(select.type._spec)
    return [_group(select.type, family, leaves) for leaves in groups(conditions)]


def is_expressible(select: Select, condition: Expression) -> bool:
    """Whether the portal can filter by a condition."""
    from .splitting import split  # which asks here for one condition at a time

    try:
        alternatives(select, [condition])
        split(evolve(select, where=(condition,), filter_locally=False, order=()))
    except NotSupportedError:
        return False
    return True


def known_field(cls: type[Object], wire_name: str) -> Field:
    """The field of that wire name.

    Raises:
        UnknownNameError: The portal has none: it would drop the name and return the whole table.
    """
    member = find_member(cls, wire_name)
    spec = cls._spec
    if isinstance(member, Field) and (spec is None or member.workfront_name in spec.fields):
        return member
    known = [] if spec is None else [*spec.fields, *cls._members]
    raise UnknownNameError(
        f"{cls.__name__} has no field {wire_name!r} on this portal{near_matches(wire_name, known)}; "
        "Bitrix24 would ignore the name and return every row"
    )


# --- keyword parameters ---------------------------------------------------------------


def _named(cls: type[Object], name: str) -> tuple[str, str]:
    match = _PREFIX.fullmatch(name)
    prefix, rest = (match[1] or "", match[2]) if match else ("", name)
    member = find_member(cls, rest)
    if isinstance(member, Reference) and member.spec.field:
        return prefix, member.spec.field
    if isinstance(member, (Collection, Reference)):
        raise UnknownNameError(f"search {cls.__name__}: {rest!r} is no field, so it cannot be filtered by")
    if member is None:
        known = [*cls._members, *cls._python_names]
        signs = rest[: len(rest) - len(rest.lstrip("=!<>@%"))]
        if signs:
            raise UnknownNameError(
                f"search {cls.__name__}: {prefix}{signs} in {name!r} is no operator of Bitrix24; "
                f"there are {' '.join(filter(None, _OPERATOR_OF_PREFIX))}"
            )
        raise UnknownNameError(
            f"search {cls.__name__}: no field {rest!r}{near_matches(rest, known)}; "
            "Bitrix24 would ignore the name and return every row"
        )
    return prefix, member.workfront_name


def _parameter(cls: type[Object], family: Family, field: Field, prefix: str, value: Any) -> Where:
    operator = _OPERATOR_OF_PREFIX[prefix]
    if value is None:
        if operator not in {"eq", "ne"}:
            raise ValueError(f"search {cls.__name__}: {prefix}{field.workfront_name} takes a value, not None")
        operator = "is_null" if operator == "eq" else "is_not_null"
        return dict([_condition(cls, family, Comparison(field, operator))])
    if isinstance(value, (list, tuple, set, frozenset)):
        operator = {"eq": "in", "ne": "not_in"}.get(operator, operator)
        if operator not in {"in", "not_in"}:
            raise TypeError(f"search {cls.__name__}: {prefix}{field.workfront_name} takes one value, not several")
        if not value:
            raise ValueError(f"search {cls.__name__}: {field.workfront_name} has an empty list, which no row can meet")
        sent: Any = tuple(_encoded(field, one, operator) for one in value)
    elif operator in {"in", "not_in"}:
        raise TypeError(f"search {cls.__name__}: {prefix}{field.workfront_name} takes a list")
    else:
        sent = _encoded(field, value, operator)
    # The portal compares text without case, which is what a prefix in its own spelling means.
    if operator == "not_like":
        return {f"{prefix}{field.workfront_name}": sent}
    comparison = Comparison(field, operator, sent, ignore_case=operator in _TEXT)
    return dict(_condition(cls, family, part) for part in _parts(comparison))


def key_to_compare(value: Any) -> Any:
    """An object as what fields that refer to it hold: its id, or the last part of a composite key.

    Raises:
        ValueError: The object is not saved.
    """
    if not isinstance(value, Object):
        return value
    if value.id is None:
        raise ValueError(f"cannot be compared with {value._label()}, which has no id yet; save it first")
    key = value.id
    return key[-1] if isinstance(key, tuple) else key


def _encoded(field: Field, value: Any, operator: str) -> Any:
    if operator in {"contains", "not_contains", "like", "not_like"}:
        return field.to_filter(value, "like")
    return field.to_filter(value, operator)


# --- one condition --------------------------------------------------------------------


def _group(cls: type[Object], family: Family, leaves: Iterable[Comparison | Exists]) -> Where:
    where: Where = {}
    for leaf in leaves:
        if isinstance(leaf, Exists):
            raise NotSupportedError(f"{leaf!r}: Bitrix24 has no conditions on objects of another kind")
        for part in _parts(leaf):
            key, value = _condition(cls, family, part)
            _enter(where, family, part, key, value)
    return where


def _parts(leaf: Comparison) -> list[Comparison]:
    """A comparison as the ones that the portal has."""
    if leaf.operand.leaf.spec.type == "datetime" and _has_day(leaf.value, leaf.upper):
        return _days(leaf)
    if leaf.operator == "between":
        return [Comparison(leaf.operand, "ge", leaf.value), Comparison(leaf.operand, "le", leaf.upper)]
    if leaf.operator == "ne_not_null":
        return [Comparison(leaf.operand, "ne", leaf.value), Comparison(leaf.operand, "is_not_null")]
    return [leaf]


def _has_day(*values: Any) -> bool:
    """Whether one of some wire values is a day."""
    flat = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return any(isinstance(one, str) and len(one) == _DAY for one in flat)


def _days(leaf: Comparison) -> list[Comparison]:
    """A comparison of moments with days, which stand for all their moments in the portal's zone.

    The portal takes a day for the moment at which it begins, so that `==` would find next to nothing.
    """
    operand, value, upper = leaf.operand, leaf.value, leaf.upper
    if leaf.operator in {"ge", "lt"}:
        return [leaf]
    if leaf.operator == "le":
        return [_until(operand, value)]
    if leaf.operator == "gt":
        return [Comparison(operand, "ge", _after(value))]
    if leaf.operator in {"eq", "between"}:
        return [Comparison(operand, "ge", value), _until(operand, value if leaf.operator == "eq" else upper)]
    raise NotSupportedError(
        f"{leaf!r}: a day stands for all its moments, and the portal cannot say this in one condition: use between(), < and "
        ">=, or filter_locally()"
    )


def _until(operand: Any, value: Any) -> Comparison:
    day = _has_day(value)
    return Comparison(operand, "lt" if day else "le", _after(value) if day else value)


def _after(value: str) -> str:
    """The day after a day."""
    return (date.fromisoformat(value) + timedelta(days=1)).isoformat()


def _enter(where: Where, family: Family, leaf: Comparison, key: str, value: Any) -> None:
    """Add a condition; a second one with the same key takes another prefix of the same meaning."""
    if where.get(key, value) == value:
        where[key] = value
        return
    prefix = family.operators[leaf.operator][1 if leaf.ignore_case else 0] or ""
    other = family.synonyms.get(prefix)
    if other is not None:
        spare = other + key[len(prefix) :]
        if where.get(spare, value) == value:
            where[spare] = value
            return
    raise NotSupportedError(
        f"{leaf!r}: the portal takes no further condition {key!r}; filter_locally() applies it here"
    )


def _condition(cls: type[Object], family: Family, leaf: Comparison) -> tuple[str, Any]:
    """A comparison as a key and a value.

    Raises:
        NotSupportedError: The portal does not have it.
    """
    name = _own_name(cls, leaf.operand.path)
    if name is None:
        raise NotSupportedError(
            f"{leaf!r}: Bitrix24 filters by fields of the object itself, not through references: search the other "
            "class first, and use in_() with the ids found"
        )
    field = known_field(cls, name)
    _check(family, field, leaf)
    prefix = family.operators[leaf.operator][1 if leaf.ignore_case else 0]
    if field.spec.type == "crm_multifield":
        prefix = ""
    return f"{prefix}{field.workfront_name}", _sent(field, leaf)


def _own_name(cls: type[Object], path: tuple[str, ...]) -> str | None:
    """The field of the class itself that a path means: the id behind a reference is in its id field."""
    if len(path) == 1:
        return path[0]
    reference = find_member(cls, path[0])
    if len(path) == 2 and isinstance(reference, Reference) and path[1] in {"ID", "id"}:  # noqa: PLR2004 - one step
        return reference.spec.field
    return None


def _check(family: Family, field: Field, leaf: Comparison) -> None:
    kind = field.spec.type
    name = family.spec.name
    raw = field.spec.raw
    pair = family.operators.get(leaf.operator, (None, None))
    if pair[1 if leaf.ignore_case else 0] is None:
        if not leaf.ignore_case and pair[1] is not None:
            hint = f"the portal looks for text without case: use i{leaf.operator.removeprefix('not_')}()"
            raise NotSupportedError(f"{leaf!r}: {hint}, or filter_locally()")
        case = " without case" if leaf.ignore_case else ""
        raise NotSupportedError(
            f"{leaf!r}: {name} cannot be filtered by {leaf.operator}{case}; filter_locally() applies it here"
        )
    if raw.get("writeOnly") and leaf.operator not in {"eq", "in"}:
        raise NotSupportedError(f"{leaf!r}: {field.workfront_name} is written only")
    if kind == "crm_multifield" and leaf.operator not in {"eq", "in"}:
        raise NotSupportedError(f"{leaf!r}: phones, e-mails and the like are compared by equality only")
    if kind in {"file", "diskfile", "disk_file", "object", "array"}:
        raise NotSupportedError(f"{leaf!r}: fields of type {kind} cannot be filtered by")
    if leaf.operator in _TEXT and kind in _NOT_TEXT:
        raise NotSupportedError(f"{leaf!r}: {field.workfront_name} holds a code or an id, which has no text to look in")
    if leaf.operator in _EMPTY and kind in {"integer", "double"}:
        raise NotSupportedError(f"{leaf!r}: the portal takes 0 for empty in numbers; filter_locally() tells them apart")


def _sent(field: Field, leaf: Comparison) -> Any:
    operator = leaf.operator
    if operator in _EMPTY:
        return ""
    value = leaf.value
    values = value if isinstance(value, tuple) else (value,)
    for one in values:
        if isinstance(one, (Operand, ServerValue)):
            raise NotSupportedError(
                f"{leaf!r}: Bitrix24 compares with values only, not with other fields or {one!r}; "
                "give the value itself: a date, or session.user_id"
            )
    if operator in {"contains", "not_contains", "startswith"} and "%" in str(value):
        raise NotSupportedError(f"{leaf!r}: % in the text cannot be told from a wildcard; filter_locally() can")
    if operator == "like" and "_" in str(value):
        raise NotSupportedError(f"{leaf!r}: the portal's patterns know % only, not _; filter_locally() knows both")
    if operator == "startswith":
        return f"{value}%"
    if field.spec.type == "boolean" and field.spec.raw.get("custom"):
        # Custom switches read as Y and N, but are filtered by 1 and 0.
        plain = tuple({"Y": 1, "N": 0}.get(one, one) for one in values)
        return list(plain) if isinstance(value, tuple) else plain[0]
    return list(value) if isinstance(value, tuple) else value
