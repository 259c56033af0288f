"""Search filters: from parameters to conditions, and what the parameters of a query are.

A filter is `path=value` with `path_Mod` and `path_Range`; prefixes `OR:g:`, `AND:g:` and `EXISTS:g:` group them. This module
reads parameters into `Condition`s; `conditions` turns those into SQL. Rules that the facts leave open are settled as follows:

- A negative modifier selects what its positive one does not, nulls included; only `nee` leaves nulls out.
- Through a collection a condition holds when it holds for any member; a negative one too, so that an object without
  members is never selected through a collection.
- Without base filters, OR groups alone decide.
- Only `eq`, `ne`, `nee`, `in` and `notin` take a date for its whole day in the caller's zone; orders and ranges take the instant.
- A value that begins with `$$` but is no wildcard is data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import invalid, parse_lenient

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTROL = frozenset({
    "method", "fields", "filters", "updates", "map", "action", "atomic", "sessionID", "apiKey", "username", "password", "force",
    "copySourceID", "options", "listOptions", "id", "apiCertificate", "subdomain",
})  # fmt: skip
"""Names of parameters that are never filters, beside those that begin with `$$`."""

MODIFIERS = frozenset({
    "eq", "cieq", "ne", "nee", "cine", "lt", "lte", "gt", "gte", "contains", "cicontains", "notcontains", "cinotcontains",
    "cicontainsany", "cicontainsall", "cinotcontainsany", "cinotcontainsall", "like", "cilike", "notlike", "cinotlike",
    "startswith", "soundex", "between", "cibetween", "notbetween", "cinotbetween", "in", "ciin", "notin", "cinotin", "isnull",
    "notnull", "isblank", "notblank", "exacttime", "bitwiseor", "bitwiseand", "bitwisenand", "length_lt", "length_eq",
    "length_gt", "allof",
})  # fmt: skip
"""Every modifier that is served."""

_PREFIX = re.compile(r"(OR|AND|EXISTS):([^:]+):")
_SUFFIX = re.compile(r"_(Mod|Range)\Z")
_SORT = re.compile(r"(?P<path>.+?)(?:_(?P<place>\d+))?_Sort\Z")
_REPORT = re.compile(r"_(GroupBy|AggFunc|AggCurr|GroupCurr|SortCurr|FilterCurr)\Z|\$\$")


@dataclass(slots=True)
class Condition:
    """One filter."""

    path: str
    values: list[str] = field(default_factory=list)
    modifier: str | None = None
    range: str | None = None


@dataclass(slots=True)
class Exists:
    """One sub-query: `code` of its type, whether none may exist, its filters."""

    code: str = ""
    negated: bool = False
    conditions: dict[tuple[str, ...], Condition] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """Filters that hold together."""

    conditions: dict[tuple[str, ...], Condition] = field(default_factory=dict)
    exists: dict[tuple[str, ...], Exists] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.conditions or self.exists)


@dataclass(slots=True)
class Sort:
    """One key of the order."""

    path: str
    descending: bool
    fold: bool


@dataclass(slots=True)
class Filters:
    """What a query asks for: groups of which one must hold, and the order."""

    groups: list[Group]
    sorts: list[Sort]


def read(pairs: Iterable[tuple[str, str]], ignore: Iterable[str] = ()) -> Filters:
    """Read the parameters of a query.

    Args:
        pairs: all parameters; `filters` among them holds more as JSON.
        ignore: further names that are no filters here, as arguments of a named query.

    Raises:
        WireError: `filters` is no JSON object, a modifier is unknown, or a sub-query names no type.
    """
    base = Group()
    others: dict[str, Group] = {}
    sorts: list[tuple[int, Sort]] = []
    skipped = CONTROL.union(ignore)
    for name, value, plain in _all_pairs(pairs):
        if plain and (
            name in skipped or (_REPORT.search(name.split(":")[-1]) and not name.startswith(("OR:", "AND:", "EXISTS:")))
        ):
            continue
        order = _SORT.match(name)
        if order is not None:
            sorts.append((int(order["place"] or 0), _sort(order["path"], value)))
            continue
        _add(base, others, name, value)
    groups = [group for group in (base, *others.values()) if group]
    for group in groups:
        for exists in group.exists.values():
            if not exists.code:
                raise invalid("EXISTS needs $$OBJCODE, the type that it looks in")
    return Filters(groups, [sort for _, sort in sorted(sorts, key=lambda item: item[0])])


def _all_pairs(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, bool]]:
    """Parameters, with those inside `filters`; the last says whether a control word may be one."""
    for name, value in pairs:
        if name != "filters":
            yield name, value, True
            continue
        try:
            inner = parse_lenient(value)
        except ValueError as error:
            raise invalid(f"filters is no JSON object: {error}") from None
        if not isinstance(inner, dict):
            raise invalid("filters is no JSON object")
        for key, item in inner.items():
            for one in item if isinstance(item, list) else [item]:
                yield key, _text(one), False


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _sort(path: str, value: str) -> Sort:
    word = value.strip().lower()
    if word not in ("asc", "desc", "ciasc", "cidesc"):
        raise invalid(f'Invalid Parameter: {path}_Sort value "{value}"')
    return Sort(path, word.endswith("desc"), word.startswith("ci"))


def _add(base: Group, others: dict[str, Group], name: str, value: str) -> None:
    """Put one parameter where its prefixes say."""
    group = base
    marks: list[str] = []
    exists: Exists | None = None
    while (prefix := _PREFIX.match(name)) is not None:
        word, mark = prefix.groups()
        name = name[prefix.end() :]
        if word == "OR":
            group = others.setdefault(mark, Group())
            continue
        marks.append(f"{word}:{mark}")
        if word == "EXISTS":
            exists = group.exists.setdefault(tuple(marks), Exists())
    if exists is not None and name in ("$$OBJCODE", "$$EXISTSMOD"):
        if name == "$$OBJCODE":
            exists.code = value
        else:
            exists.negated = value.upper() == "NOTEXISTS"
        return
    suffix = _SUFFIX.search(name)
    path = name[: suffix.start()] if suffix else name
    holder = group.conditions if exists is None else exists.conditions
    condition = holder.setdefault((*marks, path), Condition(path))
    if suffix is None:
        condition.values.append(value)
    elif suffix[1] == "Mod":
        if value not in MODIFIERS:
            raise invalid(f'Invalid Parameter: {name} value "{value}"')
        condition.modifier = value
    else:
        condition.range = value
