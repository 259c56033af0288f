"""Conditions as Workfront's filter parameters.

One base group of conditions that all hold, and `OR:n:` groups of which one may hold instead. The
base is not distributed over the groups, so a condition beside an `or` is repeated in each. A
second condition on a field of the base goes into an `AND:n:` group; inside an `OR:n:` group no
such thing is documented, so it is merged into a range or refused. Source: `API.md` section 8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import NotSupportedError, UnknownNameError, near_matches
from workfront_orm.core.expressions import Comparison, Exists, Expression, Group, Negation, Operand
from workfront_orm.core.logic import groups
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.types import DateTime

from .wire import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workfront_orm.core.exchange import Select

__all__ = ["condition_pairs", "local_conditions", "order_pairs", "server_value"]

Pairs = list[tuple[str, str]]

_MODIFIERS = {
    "eq": ("eq", "cieq"),
    "ne": ("ne", "cine"),
    "ne_not_null": ("nee", None),
    "lt": ("lt", None),
    "le": ("lte", None),
    "gt": ("gt", None),
    "ge": ("gte", None),
    "in": ("in", "ciin"),
    "not_in": ("notin", "cinotin"),
    "between": ("between", "cibetween"),
    "not_between": ("notbetween", "cinotbetween"),
    "is_null": ("isnull", None),
    "is_not_null": ("notnull", None),
    "is_blank": ("isblank", None),
    "is_not_blank": ("notblank", None),
    "contains": ("contains", "cicontains"),
    "not_contains": ("notcontains", "cinotcontains"),
    "contains_any": (None, "cicontainsany"),
    "contains_all": (None, "cicontainsall"),
    "not_contains_any": (None, "cinotcontainsany"),
    "not_contains_all": (None, "cinotcontainsall"),
    "startswith": ("startswith", "startswith"),
    "like": ("like", "cilike"),
    "sounds_like": ("soundex", None),
    "at": ("exacttime", None),
    "any_bits": ("bitwiseor", None),
    "all_bits": ("bitwiseand", None),
    "no_bits": ("bitwisenand", None),
    "length_lt": ("length_lt", None),
    "length_eq": ("length_eq", None),
    "length_gt": ("length_gt", None),
    "all_of": ("allof", None),
}
"""Our operators as the server's modifiers: with case and without; None where there is none."""

_USER_ATTRIBUTES = {
    "id": "ID",
    "home_group_id": "homeGroupID",
    "home_team_id": "homeTeamID",
    "role_id": "roleID",
    "company_id": "companyID",
    "customer_id": "customerID",
    "access_level_id": "accessLevelID",
    "access_level_rank": "accessLevelRank",
    "category_id": "categoryID",
    "first_name": "firstName",
    "last_name": "lastName",
    "name": "name",
    "other_group_ids": "otherGroupIDs",
    "role_ids": "roleIDs",
    "team_ids": "teamIDs",
    "other_team_ids": "otherTeamIDs",
}


def condition_pairs(select: Select) -> Pairs:
    """The conditions of a selection as parameters.

    Raises:
        NotSupportedError: A condition that the server cannot filter; the message says why.
    """
    if not select.where:
        return []
    local = local_conditions(select) if select.filter_locally else ()
    remote = [condition for condition in select.where if not any(condition is one for one in local)]
    return _compiled(remote)


def local_conditions(select: Select) -> tuple[Expression, ...]:
    """The conditions that the server cannot filter."""
    return tuple(condition for condition in select.where if not _expressible(condition))


def order_pairs(select: Select) -> Iterator[tuple[str, str]]:
    """The order of a selection as numbered parameters."""
    for number, ordering in enumerate(select.order, 1):
        direction = ("ci" if ordering.ignore_case else "") + ("desc" if ordering.descending else "asc")
        yield f"{':'.join(ordering.operand.path)}_{number}_Sort", direction


def server_value(value: ServerValue) -> str:
    """A value that the server computes, as its wildcard.

    Raises:
        UnknownNameError: An attribute of the user that the server does not compute.
    """
    if value.name == "user":
        attribute = _USER_ATTRIBUTES.get(value.attribute or "", value.attribute)
        if attribute not in _USER_ATTRIBUTES.values():
            known = ", ".join(_USER_ATTRIBUTES)
            raise UnknownNameError(
                f"current_user.{value.attribute} is none that Workfront computes"
                f"{near_matches(value.attribute or '', _USER_ATTRIBUTES, f'there are {known}')}"
            )
        return f"$$USER.{attribute}"
    text = f"$${value.name.upper()}"
    if value.edge is not None:
        text += value.edge[0][0] + value.edge[1][0]
    if value.period is not None:
        text += f"{value.period.number:+d}{value.period.unit[0]}"
    return text


# --- groups ---------------------------------------------------------------------------


def _compiled(conditions: Iterable[Expression]) -> Pairs:
    alternatives = groups(_rewritten(condition) for condition in conditions)
    pairs: Pairs = []
    for number, group in enumerate(alternatives):
        pairs += _base(group) if number == 0 else _alternative(group, number)
    return pairs


def _expressible(condition: Expression) -> bool:
    try:
        _compiled([condition])
    except NotSupportedError:
        return False
    return True


def _base(group: tuple[Comparison | Exists, ...]) -> Pairs:
    pairs: Pairs = []
    used: set[str] = set()
    for number, leaf in enumerate(group, 1):
        if isinstance(leaf, Exists):
            pairs += _exists(leaf, f"AND:e{number}:EXISTS:e{number}:")
            continue
        path = ":".join(leaf.operand.path)
        lead = f"AND:c{number}:" if path in used else ""
        used.add(path)
        pairs += _comparison(leaf, lead)
    return pairs


def _alternative(group: tuple[Comparison | Exists, ...], number: int) -> Pairs:
    lead = f"OR:{number}:"
    pairs: Pairs = []
    by_path: dict[str, list[Comparison]] = {}
    for place, leaf in enumerate(group, 1):
        if isinstance(leaf, Exists):
            pairs += _exists(leaf, f"{lead}EXISTS:o{number}e{place}:")
        else:
            by_path.setdefault(":".join(leaf.operand.path), []).append(leaf)
    for path, leaves in by_path.items():
        pairs += _comparison(leaves[0] if len(leaves) == 1 else _range(path, leaves), lead)
    return pairs


def _range(path: str, leaves: list[Comparison]) -> Comparison:
    """Two conditions on one field of an OR group as one range, where they are the ends of one."""
    lower = [leaf for leaf in leaves if leaf.operator == "ge"]
    upper = [leaf for leaf in leaves if leaf.operator == "le"]
    if len(leaves) == 2 and lower and upper:  # noqa: PLR2004 - the two ends
        return Comparison(lower[0].operand, "between", lower[0].value, upper[0].value)
    raise NotSupportedError(
        f"{len(leaves)} conditions on {path} inside one alternative of an or: Workfront takes one; "
        "write a range with between(), or run one query for each alternative"
    )


def _exists(leaf: Exists, lead: str) -> Pairs:
    if leaf.type.code is None:
        raise NotSupportedError(f"exists({leaf.type.__name__}): the class has no code in this version")
    pairs = [(f"{lead}$$OBJCODE", leaf.type.code)]
    if leaf.negated:
        pairs.append((f"{lead}$$EXISTSMOD", "NOTEXISTS"))
    for inner, outer in leaf.link:
        pairs.append((f"{lead}{':'.join(inner.path)}", f"FIELD:{':'.join(outer.path)}"))
    alternatives = groups(_rewritten(condition) for condition in leaf.conditions)
    if len(alternatives) != 1:
        raise NotSupportedError(f"{leaf!r}: Workfront takes no or inside exists(); join two exists() with | instead")
    used = {":".join(inner.path) for inner, _outer in leaf.link}
    for inside in alternatives[0]:
        if isinstance(inside, Exists):
            raise NotSupportedError(f"{leaf!r}: Workfront takes no exists() inside exists()")
        path = ":".join(inside.operand.path)
        if path in used:
            raise NotSupportedError(f"{leaf!r}: a second condition on {path}; Workfront takes one inside exists()")
        used.add(path)
        pairs += _comparison(inside, lead)
    return pairs


# --- one comparison -------------------------------------------------------------------


def _comparison(leaf: Comparison, lead: str) -> Pairs:
    path = ":".join(leaf.operand.path)
    modifiers = _MODIFIERS.get(leaf.operator)
    modifier = None if modifiers is None else modifiers[1 if leaf.ignore_case else 0]
    if modifier is None:
        case = " without case" if leaf.ignore_case else ""
        raise NotSupportedError(f"{leaf!r}: Workfront has no {leaf.operator}{case}; filter_locally() applies it here")
    if leaf.operator in {"is_null", "is_not_null", "is_blank", "is_not_blank"}:
        return [(f"{lead}{path}", ""), (f"{lead}{path}_Mod", modifier)]
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if modifier in {"in", "ciin"} and len(values) == 1:
        # One value that holds a comma would be taken for a list.
        modifier = "eq" if modifier == "in" else "cieq"
    pairs = [(f"{lead}{path}", _value(leaf, value)) for value in values]
    pairs.append((f"{lead}{path}_Mod", modifier))
    if leaf.upper is not None:
        pairs.append((f"{lead}{path}_Range", _value(leaf, leaf.upper)))
    return pairs


def _value(leaf: Comparison, value: Any) -> str:
    if isinstance(value, ServerValue):
        return server_value(value)
    if isinstance(value, Operand):
        return f"FIELD:{':'.join(value.path)}"
    text = text_of(value)
    if text.startswith(("$$", "FIELD:")):
        raise NotSupportedError(
            f"{leaf!r}: Workfront takes a value that begins with {text[:6]!r} for a wildcard, and knows no way to say "
            "that it is text; filter_locally() compares it here"
        )
    return text


def _rewritten(condition: Expression) -> Expression:
    """A condition in which moments and days mean what they mean in Python."""
    if isinstance(condition, Negation):
        return Negation(_rewritten(condition.condition))
    if isinstance(condition, Group):
        return Group(condition.connector, map(_rewritten, condition.members))
    if not isinstance(condition, Comparison):
        return condition
    if condition.operator == "endswith":
        return _ends_with(condition)
    if isinstance(condition.operand.leaf.codec, DateTime) and isinstance(condition.value, (str, tuple)):
        return _moment(condition)
    return condition


def _moment(condition: Comparison) -> Expression:  # noqa: PLR0911 - one case an operator
    """Equality with a moment is `exacttime`, since `eq` means its day; a day ends with its last millisecond."""
    operand, operator, value = condition.operand, condition.operator, condition.value
    if operator in {"in", "not_in"}:
        joined = "or" if operator == "in" else "and"
        single = "eq" if operator == "in" else "ne"
        if not value:
            return condition
        return Group(joined, [_moment(Comparison(operand, single, one)) for one in value])
    if operator in {"between", "not_between"}:
        return Comparison(operand, operator, value, _end(condition.upper))
    if _is_day(value):
        return Comparison(operand, operator, _end(value)) if operator in {"le", "gt"} else condition
    if operator == "eq":
        return Comparison(operand, "at", value)
    if operator == "ne":
        return Negation(Comparison(operand, "at", value))
    if operator == "ne_not_null":
        return Group("or", [Comparison(operand, "lt", value), Comparison(operand, "gt", value)])
    return condition


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == len("2030-05-18")


def _end(value: Any) -> Any:
    # Without a zone the server takes the user's, in which the day was meant.
    return f"{value}T23:59:59:999" if _is_day(value) else value


def _ends_with(condition: Comparison) -> Comparison:
    text = str(condition.value)
    if "%" in text or "_" in text:
        raise NotSupportedError(
            f"{condition!r}: Workfront compares ends by a pattern in which % and _ stand for any text; "
            "filter_locally() compares them as they are"
        )
    return Comparison(condition.operand, "like", f"%{text}", ignore_case=condition.ignore_case)
