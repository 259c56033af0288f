"""Workfront's filter parameters: what the keyword arguments of `session.search()` mean.

`status="CPL"`, `status_Mod="ne"`, `entry_date_Range=...`, `name_1_Sort="asc"`, paths such as
`project:name`, groups such as `OR:1:status`, wildcards, `$$LIMIT` and `$$FIRST`. Names are
checked against the class; values are sent as they are. Source: `API.md` sections 8 and 9.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.exchange import Select
from workfront_orm.core.fields import Field
from workfront_orm.core.members import find_member
from workfront_orm.core.relations import Collection, Reference
from workfront_orm.core.types import INTEGER, Enumeration

from .names import target_of, wire_path
from .wire import CONTROL_WORDS, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workfront_orm.core.objects import Object

__all__ = [
    "MODIFIERS",
    "form_pairs",
    "groups_of",
    "is_sorted",
    "named_codes",
    "names_id",
    "next_sort",
    "protected",
    "read_parameters",
]

MODIFIERS = frozenset(
    [
        "eq",
        "cieq",
        "ne",
        "nee",
        "cine",
        "lt",
        "lte",
        "gt",
        "gte",
        "contains",
        "cicontains",
        "notcontains",
        "cinotcontains",
        "cicontainsany",
        "cicontainsall",
        "cinotcontainsany",
        "cinotcontainsall",
        "like",
        "cilike",
        "startswith",
        "soundex",
        "between",
        "cibetween",
        "notbetween",
        "cinotbetween",
        "in",
        "ciin",
        "notin",
        "cinotin",
        "isnull",
        "notnull",
        "isblank",
        "notblank",
        "exacttime",
        "bitwiseor",
        "bitwiseand",
        "bitwisenand",
        "length_lt",
        "length_eq",
        "length_gt",
        "allof",
    ]
)
"""The modifiers that the server knows."""

_GROUP = re.compile(r"^((?:(?:OR|AND|EXISTS):[^:]+:)+)(.*)$")
_SUFFIX = re.compile(r"^(.+?)((?:_\d+)?_Sort|_Mod|_Range)$")
_PASSED = frozenset({"filters", "listOptions"})


def read_parameters(cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]) -> Select:
    """A selection from keyword arguments.

    Raises:
        UnknownNameError: A name that is no field of the class.
        TypeError, ValueError: A limit, modifier or value that the server does not take.
    """
    limit: int | None = None
    offset = 0
    checked: list[tuple[str, Any]] = []
    for name, value in parameters.items():
        if name == "$$LIMIT":
            limit = _number(cls, name, value, 1)
        elif name == "$$FIRST":
            offset = _number(cls, name, value, 0)
        elif name in _PASSED:
            checked.append((name, value))
        else:
            checked.append((_wire_name(cls, name), _checked(cls, name, value, parameters)))
    if "$$FIRST" in parameters and limit is None:
        limit = 100  # the server's own page, since the caller pages by hand
    return Select(type=cls, fields=fields, parameters=tuple(checked), limit=limit, offset=offset)


def named_codes(select: Select) -> Iterator[tuple[Field, Any]]:
    """Codes that the parameters of a selection compare with and the metadata does not know; the tenant may.

    The server finds nothing for a code that does not exist, and does not say so.

    Raises:
        ValueError: A code of a field that takes no others than the documented ones.
    """
    modifiers = {name: value for name, value in select.parameters if name.endswith("_Mod")}
    for name, value in select.parameters:
        if "EXISTS:" in name or _SUFFIX.match(name) or modifiers.get(f"{name}_Mod", "eq") not in _EXACT:
            continue
        field = _leaf(select.type, _GROUP.sub(r"\2", name))
        codec = None if field is None else field.codec
        if field is None or not isinstance(codec, Enumeration):
            continue
        texts = {str(code) for code in codec.values}
        for code in value if isinstance(value, (list, tuple, set, frozenset)) else [value]:
            text = text_of(code)
            if not text or text in texts or text.startswith(("$$", "FIELD:")):
                continue
            if not codec.is_open:
                try:
                    codec.encode(int(text) if codec.base is INTEGER and text.isdecimal() else text)
                except (TypeError, ValueError) as error:
                    raise ValueError(f"search {select.type.__name__}: {name} {error}") from None
            yield field, int(text) if codec.base is INTEGER and text.isdecimal() else text


_EXACT = frozenset({"eq", "ne", "nee", "in", "notin"})


def _leaf(cls: type[Object], path: str) -> Field | None:
    """The field at the end of a wire path, or None where that is not known."""
    found: Any = None
    current: type[Object] | None = cls
    for name in path.split(":"):
        found = None if current is None else find_member(current, name)
        current = target_of(found) if isinstance(found, (Reference, Collection)) else None
    return found if isinstance(found, Field) else None


def form_pairs(select: Select) -> Iterator[tuple[str, str]]:
    """The caller's parameters of a selection as they are sent; lists repeat the parameter."""
    for name, value in select.parameters:
        if name in _PASSED:
            yield name, value if isinstance(value, str) else json.dumps(value)
            continue
        for one in value if isinstance(value, (list, tuple, set, frozenset)) else [value]:
            yield name, text_of(one)


def protected(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters with those moved into `filters` whose names the server would take for itself."""
    plain: list[tuple[str, str]] = []
    inside: dict[str, list[str]] = {}
    for name, value in pairs:
        base = _SUFFIX.sub(r"\1", _GROUP.sub(r"\2", name))
        if base.lower() in CONTROL_WORDS and base != "ID" and name not in _PASSED:
            inside.setdefault(name, []).append(value)
        else:
            plain.append((name, value))
    if not inside:
        return plain
    # What the caller put into `filters` himself stays in the same parameter.
    merged = {name: values[0] if len(values) == 1 else values for name, values in inside.items()}
    given = [value for name, value in plain if name == "filters"]
    for text in given:
        merged = {**json.loads(text), **merged}
    return [*((name, value) for name, value in plain if name != "filters"), ("filters", json.dumps(merged))]


def is_sorted(pairs: Iterable[tuple[str, Any]]) -> bool:
    """Whether the parameters give an order."""
    return any(name.endswith("_Sort") for name, _value in pairs)


def next_sort(pairs: Iterable[tuple[str, Any]]) -> str:
    """The number of a sort behind all that the parameters give, as `_3`; nothing where there is none."""
    numbers = [re.search(r"_(\d+)_Sort$", name) for name, _value in pairs if name.endswith("_Sort")]
    return f"_{1 + max(int(number[1]) if number else 0 for number in numbers)}" if numbers else ""


def groups_of(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """The names of the OR groups."""
    found = (re.match(r"^OR:([^:]+):", name) for name, _value in pairs)
    return list(dict.fromkeys(match[1] for match in found if match))


def names_id(pairs: Iterable[tuple[str, Any]], group: str | None = None) -> bool:
    """Whether the parameters have a condition on the id, outside groups or in an OR group."""
    lead = "" if group is None else f"OR:{group}:"
    return any(name in {f"{lead}ID", f"{lead}ID_Mod"} for name, _value in pairs)


def _wire_name(cls: type[Object], name: str) -> str:
    group, rest = "", name
    grouped = _GROUP.match(name)
    if grouped:
        group, rest = grouped.groups()
        if "EXISTS:" in group:
            # Fields of another type, which the server checks.
            return name
    suffixed = _SUFFIX.match(rest)
    base, suffix = suffixed.groups() if suffixed else (rest, "")
    if base.startswith("$$"):
        return name
    try:
        return f"{group}{wire_path(cls, base)}{suffix}"
    except UnknownNameError as error:
        if base.lower() in CONTROL_WORDS and base not in {"id", "ID"}:
            raise UnknownNameError(
                f"search {cls.__name__}: {name!r} is a control word of the protocol, not a field of {cls.__name__}"
            ) from None
        raise UnknownNameError(f"search {cls.__name__}: {_meant(base) or error}") from None


def _meant(base: str) -> str:
    """What to say of a parameter that is none here but means something, to this protocol or to other mappers."""
    stem, _line, suffix = base.rpartition("_")
    if stem and suffix in {"mod", "range", "sort"}:
        return f"there is no parameter {base!r}; did you mean '{stem}_{suffix.title()}'?"
    hint = _ELSEWHERE.get(base)
    return f"there is no parameter {base!r}; {hint}" if hint else ""


_LIMIT = "write **{'$$LIMIT': 10}, or session.query(...).limit(10)"
_ORDER = "write name_Sort='asc', or session.query(...).order_by(...)"
_ELSEWHERE = {
    "field": "did you mean 'fields'?",
    "first": "write **{'$$FIRST': 10}, or session.query(...).offset(10)",
    "limit": _LIMIT,
    "max_results": _LIMIT,
    "offset": "write **{'$$FIRST': 10}, or session.query(...).offset(10)",
    "order_by": _ORDER,
    "sort": _ORDER,
}


def _checked(cls: type[Object], name: str, value: Any, parameters: Mapping[str, Any]) -> Any:
    if name.endswith("_Mod"):
        if not isinstance(value, str) or value not in MODIFIERS:
            from workfront_orm.core.errors import near_matches

            raise ValueError(
                f"search {cls.__name__}: {name}={value!r} is no modifier{near_matches(str(value), sorted(MODIFIERS))}"
            )
        return value
    if name.endswith("_Sort"):
        if not isinstance(value, str) or value not in {"asc", "desc", "ciasc", "cidesc"}:
            raise ValueError(f"search {cls.__name__}: {name} takes asc, desc, ciasc or cidesc, not {value!r}")
        return value
    values = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    if not values:
        raise ValueError(f"search {cls.__name__}: {name} has an empty list, which no row can meet")
    if any(one is None for one in values):
        if parameters.get(f"{name}_Mod") in {"isnull", "notnull", "isblank", "notblank"}:
            return ""
        raise ValueError(f"search {cls.__name__}: {name}=None is no condition; write {name}_Mod='isnull'")
    for one in values:
        try:
            text_of(one)
        except (TypeError, ValueError) as error:
            raise type(error)(f"search {cls.__name__}: {name}: {error}") from None
    return value


def _number(cls: type[Object], name: str, value: Any, least: int) -> int:
    whole = type(value) is int or (isinstance(value, str) and value.isdecimal())
    number = int(value) if whole else -1
    if number < least:
        raise ValueError(f"search {cls.__name__}: {name} takes a whole number of at least {least}, not {value!r}")
    return number
