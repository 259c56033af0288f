"""What lists are asked for: parameters and conditions, and the rules hidden behind the API.

A list of messages has two patterns, which the manual of the published client found by trial:

1. with `search`, `tags` or `skip`: (messages with all the words) united with (messages with the tags, all of
   them, or any with `tag_mode="or"`), less the newest `skip`, of these the newest `limit`;
2. else: messages of the events, between `since_id` and `until_id` (both left out), of these the newest
   `limit`, or the oldest with `sort="asc"`.

The answer ascends by id either way. The server ignores ids in the first pattern without a word, so both
together are refused here. Source: `API.md` section 4 of the facts, "Listing rules".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.exchange import Select
from workfront_orm.core.expressions import Comparison, Expression
from workfront_orm.core.logic import groups
from workfront_orm.core.members import find_member
from workfront_orm.core.objects import Object
from workfront_orm.core.types import parse_datetime

from .codecs import DATETIME
from .errors import NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.core.expressions import Ordering

__all__ = [
    "compiled",
    "is_matched",
    "key_to_compare",
    "local_conditions",
    "newest_first",
    "place_key",
    "place_of",
    "read_parameters",
]

Where = dict[str, Any]

MESSAGES = frozenset({"Message", "PrivateMessage"})
_LISTED = ("event", "tags", "tag_mode", "search", "since_id", "until_id", "limit", "sort", "skip")
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "Message": ("flow", "thread", *_LISTED),
    "PrivateMessage": ("conversation", *_LISTED),
    "Thread": ("flow", "limit", "since", "until", "application", "empty"),
    "Source": ("flow",),
    "Invitation": ("flow",),
    "User": ("flow", "organization"),
    "Flow": ("all",),
}
_ALIASES = {"flow_id": "flow", "thread_id": "thread", "conversation_id": "conversation"}
_PLACES = {
    "Message": "flow",
    "PrivateMessage": "conversation",
    "Thread": "flow",
    "Source": "flow",
    "Invitation": "flow",
}


def key_to_compare(value: Any) -> Any:
    """An object as what fields that refer to it hold: its id, without that of the flow.

    Raises:
        ValueError: The object is not saved.
    """
    if not isinstance(value, Object):
        return value
    key = value._reference_key()
    if key is None:
        raise ValueError(f"cannot be compared with {value._label()}, which has no id yet; save it first")
    return key


def read_parameters(cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]) -> Select:
    """A selection from keyword arguments, which are those of the API; see the module for what they mean.

    `flow` takes a flow, its id or its address "org/flow"; `conversation` a conversation, a user or an id;
    `thread` a thread or its id; `tags` and `event` a list, or a text with commas.

    Raises:
        UnknownNameError: A parameter that the list does not have.
        ValueError: A value that it does not take, or two that the server does not combine.
    """
    key = cls._spec.key
    known = _PARAMETERS.get(key, ())
    where: Where = {}
    for name, value in parameters.items():
        plain = name if name in known else _ALIASES.get(name, name)
        if plain not in known:
            _refuse(cls, name, known)
        if plain in where:
            raise ValueError(f"search {cls.__name__}: {plain} is given twice")
        if value is not None:
            where[plain] = _CHECKS[plain](value)
    limit = where.pop("limit", None)
    order: tuple[Any, ...] = ()
    offset = where.pop("skip", 0)
    if key in MESSAGES:
        _check_pattern(cls, where, skip=offset)
        oldest = where.pop("sort", "desc") == "asc"
        if (limit is not None and not oldest) or offset or _is_pattern_one(where):
            if oldest and _is_pattern_one({**where, **({"skip": offset} if offset else {})}):
                raise ValueError(f"search {cls.__name__}: sort='asc' has no effect with search, tags or skip")
            order = (newest_first(cls),)
    return Select(type=cls, fields=fields, parameters=tuple(where.items()), order=order, limit=limit, offset=offset)


def newest_first(cls: type[Object]) -> Ordering:
    """The order of messages from the newest on."""
    number: Any = cls._field("id")
    ordering: Ordering = number.desc()
    return ordering


def is_matched(select: Select) -> bool:
    """Whether messages are read by the first pattern: by words and tags, the newest first."""
    where = compiled(select)
    return bool(_is_pattern_one(where) or (select.offset and select.order))


def compiled(select: Select) -> Where:
    """The parameters of a selection: those of the caller, and what its conditions say.

    Raises:
        NotSupportedError: A condition that Flowdock cannot filter; the message says why.
    """
    where: Where = dict(select.parameters)
    local = local_conditions(select) if select.filter_locally else ()
    for condition in select.where:
        if not any(condition is one for one in local):
            _add(select.type, where, condition)
    if select.type._spec.key in MESSAGES:
        _check_pattern(select.type, where, skip=0, kind=NotSupportedError)
    return where


def local_conditions(select: Select) -> tuple[Expression, ...]:
    """The conditions that Flowdock cannot filter, alone or together with those before."""
    where: Where = dict(select.parameters)
    local: list[Expression] = []
    # A place first, since nothing is read without one.
    for condition in sorted(select.where, key=lambda one: not _is_place(select.type, one)):
        try:
            tried = dict(where)
            _add(select.type, tried, condition)
            if select.type._spec.key in MESSAGES:
                _check_pattern(select.type, tried, skip=0, kind=NotSupportedError)
        except NotSupportedError:
            local.append(condition)
        else:
            where = tried
    return tuple(condition for condition in select.where if any(condition is one for one in local))


def place_of(cls: type[Object], where: Mapping[str, Any]) -> Any:
    """The flow or conversation that is read.

    Raises:
        NotSupportedError: None is named: there is no list over all of them.
    """
    name = _PLACES[cls._spec.key]
    if name not in where:
        value = "'acme/main'" if name == "flow" else "42"
        raise NotSupportedError(
            f"search {cls.__name__}: Flowdock lists them {name} by {name}",
            remedy=f"say which: search({cls.__name__}, {name}={value}), or where({cls.__name__}.{name}_id == {value})",
        )
    return where[name]


# --- parameters -------------------------------------------------------------------------


def _refuse(cls: type[Object], name: str, known: tuple[str, ...]) -> None:
    listed = ", ".join(known) or "none"
    member = find_member(cls, name)
    if member is not None:
        raise NotSupportedError(
            f"search {cls.__name__}: Flowdock does not filter by {name}; its parameters: {listed}",
            remedy=f"session.query({cls.__name__}).where({cls.__name__}.{name} == ...).filter_locally() applies it here",
        )
    hint = near_matches(name, [*known, *cls._members])
    raise UnknownNameError(f"search {cls.__name__}: no parameter {name!r}{hint}; there are {listed}")


def _check_pattern(cls: type[Object], where: Where, *, skip: int, kind: type[Exception] = ValueError) -> None:
    ids = [name for name in ("since_id", "until_id") if name in where]
    if ids and (_is_pattern_one(where) or skip):
        raise kind(
            f"search {cls.__name__}: {' and '.join(ids)} have no effect with search, tags or skip: Flowdock ignores them; "
            "use one or the other, or filter_locally()"
        )
    if "tag_mode" in where and "tags" not in where:
        raise kind(f"search {cls.__name__}: tag_mode says how tags are joined; there are no tags")


def _is_pattern_one(where: Mapping[str, Any]) -> bool:
    return bool({"search", "tags", "skip"} & where.keys())


def place_key(value: Any) -> Any:
    """A flow or conversation as it is named: its id, or the address of a flow.

    Raises:
        ValueError: The object is not saved.
        TypeError: It is none.
    """
    if isinstance(value, Object) and value.id is None:
        raise ValueError(f"{value._label()} is not saved")
    found = value.id if isinstance(value, Object) else value
    if isinstance(found, tuple):
        found = "/".join(found) if all(isinstance(part, str) for part in found) else found[-1]
    if isinstance(found, bool) or not isinstance(found, (str, int)) or found == "":
        raise TypeError(f"takes an object or an id, not {value!r}")
    return found


def _organization(value: Any) -> str:
    slug = value._row.get("parameterized_name") if isinstance(value, Object) else value
    if not isinstance(slug, str) or not slug:
        raise TypeError(f"organization takes an organization or its address, such as 'acme', not {value!r}")
    return slug


def _thread(value: Any) -> str:
    return str(key_to_compare(value))


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"search takes words, not {value!r}")
    return value


def _list(value: Any) -> str:
    items = value.split(",") if isinstance(value, str) else value
    try:
        texts = [str(getattr(item, "value", item)).strip() for item in items]
    except TypeError:
        raise TypeError(f"takes a list or a text with commas, not {value!r}") from None
    if not all(texts) or not texts:
        raise ValueError(f"takes texts that are not blank, not {value!r}")
    return ",".join(texts)


def _number(name: str, least: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        found = key_to_compare(value)
        if isinstance(found, bool) or not isinstance(found, int) or found < least:
            raise ValueError(f"{name} takes a whole number of at least {least}, not {value!r}")
        return int(found)

    return check


def _one_of(name: str, *values: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"{name} takes one of {', '.join(map(repr, values))}, not {value!r}")
        return value

    return check


def _moment(value: Any) -> str:
    if isinstance(value, str):
        parse_datetime(value)
        return value
    return str(DATETIME.encode(value))


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "flow": place_key,
    "organization": _organization,
    "conversation": place_key,
    "thread": _thread,
    "event": _list,
    "tags": _list,
    "tag_mode": _one_of("tag_mode", "and", "or"),
    "search": _words,
    "since_id": _number("since_id", 0),
    "until_id": _number("until_id", 1),
    "limit": _number("limit", 1),
    "skip": _number("skip", 0),
    "sort": _one_of("sort", "desc", "asc"),
    "since": _moment,
    "until": _moment,
    "application": str,
    "empty": _one_of("empty", True, False),
    "all": _one_of("all", True, False),
}


# --- conditions ---------------------------------------------------------------------------


def _is_place(cls: type[Object], condition: Expression) -> bool:
    name = _PLACES.get(cls._spec.key)
    return isinstance(condition, Comparison) and condition.operand.path[0] in {name, f"{name}_id"}


def _add(cls: type[Object], where: Where, condition: Expression) -> None:
    """Add a condition to parameters.

    Raises:
        NotSupportedError: The list has no parameter for it.
    """
    found = groups([condition])
    if len(found) != 1:
        raise NotSupportedError(
            f"{condition!r}: Flowdock has no alternatives but of one field; use in_(), or filter_locally()"
        )
    for leaf in found[0]:
        name = None
        if isinstance(leaf, Comparison) and not leaf.ignore_case:
            path = leaf.operand.path
            if len(path) == 2 and path[1] == "id":  # noqa: PLR2004 - the id behind a reference is in its id field
                path = (f"{path[0]}_id",)
            name = path[0] if len(path) == 1 else None
        rule = _RULES.get((cls._spec.key, name or "")) or _RULES.get(("", name or ""))
        values = getattr(leaf, "value", None)
        plain = all(isinstance(one, (str, int)) for one in (values if isinstance(values, tuple) else (values,)))
        if rule is None or name is None or not plain or not rule(cls, where, leaf):
            raise NotSupportedError(
                f"{condition!r}: Flowdock does not filter {cls.__name__} by this; its parameters: "
                f"{', '.join(_PARAMETERS.get(cls._spec.key, ())) or 'none'}",
                remedy="filter_locally() applies it here",
            )


def _by_place(cls: type[Object], where: Where, leaf: Any) -> bool:
    name = _ALIASES[leaf.operand.path[0] if leaf.operand.path[0] in _ALIASES else f"{leaf.operand.path[0]}_id"]
    if (
        name not in _PARAMETERS.get(cls._spec.key, ())
        or leaf.operator != "eq"
        or where.get(name, leaf.value) != leaf.value
    ):
        return False
    where[name] = leaf.value
    return True


def _by_event(_cls: type[Object], where: Where, leaf: Any) -> bool:
    if leaf.operator not in {"eq", "in"} or "event" in where:
        return False
    where["event"] = ",".join(leaf.value) if isinstance(leaf.value, tuple) else leaf.value
    return True


def _by_number(_cls: type[Object], where: Where, leaf: Any) -> bool:
    operator, value = leaf.operator, leaf.value
    if operator == "is_not_null":
        return True
    since, until = (
        {
            "gt": (value, None),
            "ge": (value - 1, None),
            "lt": (None, value),
            "le": (None, value + 1),
            "eq": (value - 1, value + 1),
            "between": (value - 1, None if leaf.upper is None else leaf.upper + 1),
        }.get(operator, (None, None))
        if isinstance(value, int)
        else (None, None)
    )
    if since is None and until is None:
        return False
    if since is not None:
        where["since_id"] = max(since, where.get("since_id", 0))
    if until is not None:
        where["until_id"] = min(until, where.get("until_id", until))
    return True


def _by_tags(_cls: type[Object], where: Where, leaf: Any) -> bool:
    values = list(leaf.value) if isinstance(leaf.value, tuple) else [leaf.value]
    if any("," in value or value.startswith(("@", "#")) for value in values):
        return False
    mode = {"eq": "and", "all_of": "and", "in": "or"}.get(leaf.operator)
    single = mode == "or" and len(values) == 1
    if (
        mode is None
        or where.get("tag_mode") == "or"
        or "search" in where
        or ("tags" in where and mode == "or" and not single)
    ):
        # With words the server would take what has the tags or the words, where a query means both.
        return False
    where["tags"] = ",".join([*filter(None, [where.get("tags")]), *values])
    if mode == "or" and not single:
        where["tag_mode"] = "or"
    return True


def _by_moment(_cls: type[Object], where: Where, leaf: Any) -> bool:
    name = {"gt": "since", "lt": "until"}.get(leaf.operator)
    if name is None or name in where:
        return False
    where[name] = leaf.value
    return True


_RULES: dict[tuple[str, str], Callable[[type[Object], Where, Any], bool]] = {
    ("", "flow_id"): _by_place,
    ("", "thread_id"): _by_place,
    ("", "conversation_id"): _by_place,
    ("Message", "event"): _by_event,
    ("PrivateMessage", "event"): _by_event,
    ("Message", "id"): _by_number,
    ("PrivateMessage", "id"): _by_number,
    ("Message", "tags"): _by_tags,
    ("PrivateMessage", "tags"): _by_tags,
    ("Thread", "created_at"): _by_moment,
}
