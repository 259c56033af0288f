"""One comparison as Workfront's filter parameters, and what has to be said in another way first.

Sources: `API.md` section 8 of the facts; day boundaries and `exacttime` as its table of modifiers has them.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core.errors import NotSupportedError, UnknownNameError, near_matches
from workfront_orm.core.expressions import Comparison, Expression, Group, Negation
from workfront_orm.core.logic import crosses_collection
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.operators import Operand
from workfront_orm.core.types import DateTime

from .wire import text_of

__all__ = ["comparison_pairs", "rewritten", "server_value"]

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


def comparison_pairs(leaf: Comparison, lead: str = "") -> list[tuple[str, str]]:
    """The parameters of one comparison.

    Args:
        leaf: The comparison.
        lead: What stands before each name, such as `OR:1:`.

    Raises:
        NotSupportedError: The server has no such comparison.
    """
    path = ":".join(leaf.operand.path)
    modifiers = _MODIFIERS.get(leaf.operator)
    modifier = None if modifiers is None else modifiers[1 if leaf.ignore_case else 0]
    if modifier is None:
        case = " without case" if leaf.ignore_case else ""
        raise NotSupportedError(f"{leaf!r}: Workfront has no {leaf.operator}{case}; filter_locally() applies it here")
    if leaf.operator in {"is_null", "is_not_null", "is_blank", "is_not_blank"}:
        return [(f"{lead}{path}", ""), (f"{lead}{path}_Mod", modifier)]
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if modifier in _SINGLE and len(values) == 1:
        # One value that holds a comma would be taken for a list.
        modifier = _SINGLE[modifier]
    pairs = [(f"{lead}{path}", _value(leaf, value)) for value in values]
    pairs.append((f"{lead}{path}_Mod", modifier))
    if leaf.upper is not None:
        pairs.append((f"{lead}{path}_Range", _value(leaf, leaf.upper)))
    return pairs


_SINGLE = {"in": "eq", "ciin": "cieq", "notin": "ne", "cinotin": "cine", "allof": "eq"}
"""Modifiers of a list, and what they are for one value."""


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


# --- what is said in another way ----------------------------------------------------------


def rewritten(condition: Expression) -> Expression:  # noqa: PLR0911 - one case a kind
    """A condition in which moments and days mean what they mean in Python."""
    if isinstance(condition, Negation):
        return Negation(rewritten(condition.condition))
    if isinstance(condition, Group):
        return Group(condition.connector, map(rewritten, condition.members))
    if not isinstance(condition, Comparison):
        return condition
    if condition.operator == "endswith":
        return _ends_with(condition)
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if any(isinstance(value, Operand) for value in (*values, condition.upper)):
        return _with_fields(condition)
    if isinstance(condition.operand.leaf.codec, DateTime):
        return _moment(condition)
    return condition


def _with_fields(condition: Comparison) -> Expression:
    """Lists and ranges of other fields, one comparison a field, since `FIELD:` stands alone."""
    operand, case = condition.operand, condition.ignore_case
    if condition.operator in {"in", "not_in"}:
        found: Expression = Group(
            "or", [rewritten(Comparison(operand, "eq", value, ignore_case=case)) for value in condition.value]
        )
        return Negation(found) if condition.operator == "not_in" else found
    if condition.operator in {"between", "not_between"}:
        if crosses_collection(operand):
            raise NotSupportedError(
                f"{condition!r}: a range of fields takes two conditions, which may be met by two members"
            )
        found = Group(
            "and",
            [
                rewritten(Comparison(operand, "ge", condition.value)),
                rewritten(Comparison(operand, "le", condition.upper)),
            ],
        )
        return Negation(found) if condition.operator == "not_between" else found
    if condition.operator not in _FIELD_OPERATORS or isinstance(condition.value, tuple):
        raise NotSupportedError(f"{condition!r}: Workfront does not compare fields by {condition.operator}")
    return condition


# What FIELD: is documented or seen with.
_FIELD_OPERATORS = frozenset({"eq", "at", "ne", "ne_not_null", "lt", "le", "gt", "ge", "contains"})


def _moment(condition: Comparison) -> Expression:  # noqa: PLR0911 - one case an operator
    """Equality with a moment is `exacttime`, since `eq` means its day; a day ends with its last millisecond."""
    operand, operator, value = condition.operand, condition.operator, condition.value
    if operator in {"in", "not_in"}:
        if not value:
            return condition
        if operator == "in":
            return Group("or", [_moment(Comparison(operand, "eq", one)) for one in value])
        if len(value) > 1 and crosses_collection(operand):
            raise NotSupportedError(
                f"{condition!r}: each moment takes a condition of its own, which may be met by another member"
            )
        return Group("and", [_moment(Comparison(operand, "ne", one)) for one in value])
    if operator in {"between", "not_between"}:
        return Comparison(operand, operator, value, _end(condition.upper))
    if _is_day(value):
        return Comparison(operand, operator, _end(value)) if operator in {"le", "gt"} else condition
    if operator == "eq":
        return Comparison(operand, "at", value)
    if operator in {"ne", "ne_not_null"}:
        other = [Comparison(operand, "lt", value), Comparison(operand, "gt", value)]
        return Group("or", other if operator == "ne_not_null" else [*other, Comparison(operand, "is_null")])
    return condition


def _is_day(value: Any) -> bool:
    if isinstance(value, ServerValue):
        return value.name == "today" and value.edge is None and (value.period is None or value.period.unit != "hour")
    return isinstance(value, str) and len(value) == len("2030-05-18")


def _end(value: Any) -> Any:
    """The last moment of a day; what is no day stays as it is."""
    if not _is_day(value):
        return value
    if isinstance(value, ServerValue):
        return ServerValue(value.name, None, value.period, ("end", "day"))
    # Without a zone the server takes the user's, in which the day was meant.
    return f"{value}T23:59:59:999"


def _ends_with(condition: Comparison) -> Comparison:
    text = str(condition.value)
    if "%" in text or "_" in text:
        raise NotSupportedError(
            f"{condition!r}: Workfront compares ends by a pattern in which % and _ stand for any text; "
            "filter_locally() compares them as they are"
        )
    return Comparison(condition.operand, "like", f"%{text}", ignore_case=condition.ignore_case)
