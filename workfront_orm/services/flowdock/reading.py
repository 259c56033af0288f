"""Reads: pages of messages by id, of threads by their links, other lists whole; objects one by one.

Sources: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import evolve

from workfront_orm.core.exchange import Page, Select

from .codecs import number_of
from .errors import NotSupportedError
from .filters import MESSAGES, compiled, is_matched, place_of
from .wire import FLOW, Answer, Call, flow_path, next_token, row_of, rows_of, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workfront_orm.core.exchange import Change, Position, Request
    from workfront_orm.core.objects import Object
    from workfront_orm.core.relations import Collection, Reference

__all__ = [
    "LIMIT",
    "caller",
    "collection_select",
    "is_embedded",
    "load",
    "lookup",
    "messages_path",
    "page",
    "paging",
    "read_back",
    "read_object",
    "resolve",
]

LIMIT = 100
"""The greatest number of messages or threads in one answer."""

PLACES = {"flow_id": "flow", "conversation_id": "conversation"}
"""The parameters of lists that say where something stands, by the field that holds it."""

_WHOLE = {
    "Organization": "/organizations",
    "PrivateConversation": "/private",
    "Source": f"{FLOW}/sources",
    "Invitation": f"{FLOW}/invitations",
}
_BY_KEY = {"Thread": "threads", "Source": "sources", "Invitation": "invitations", "Message": "messages"}


# --- pages ------------------------------------------------------------------------------


def paging(select: Select) -> str:
    """How a selection is paged: messages from the oldest on by id, from the newest on by id or by offset.

    Raises:
        NotSupportedError: Another order, which Flowdock does not have.
    """
    key = select.type._spec.key
    name = select.type.__name__
    if key in MESSAGES:
        descending = _is_descending(select)
        if is_matched(select):
            return "offset"
        if select.offset:
            raise NotSupportedError(
                f"search {name}: an offset counts from the newest message on: order_by({name}.number.desc())"
            )
        return "cursor" if descending else "keyset"
    if select.order:
        raise NotSupportedError(f"search {name}: Flowdock does not sort {name}; sort the result here")
    if key == "Thread":
        if select.offset:
            raise NotSupportedError(f"search {name}: threads have no offset; use Thread.created_at < moment")
        return "cursor"
    return "whole"


def page(select: Select, position: Position, size: int | None) -> Call:
    """The page at a position."""
    key = select.type._spec.key
    if key in MESSAGES:
        return _messages(select, position, size or LIMIT)
    if key == "Thread":
        return _threads(select, position, size or LIMIT)
    return _whole(select)


def messages_path(cls: type[Object], place: Any, thread: Any = None) -> tuple[str, str | None]:
    """The path of the messages of a flow, thread or conversation, and the flow that it is below."""
    if cls._spec.key == "PrivateMessage":
        return f"/private/{quote(str(place), safe='')}/messages", None
    middle = "" if thread is None else f"/threads/{quote(str(thread), safe='')}"
    return f"{FLOW}{middle}/messages", str(place)


def _messages(select: Select, position: Position, size: int) -> Call:
    cls = select.type
    where = compiled(select)
    path, flow = messages_path(cls, place_of(cls, where), where.get("thread"))
    query: list[tuple[str, str]] = [
        (name, str(where[name])) for name in ("event", "search", "tags", "tag_mode") if name in where
    ]
    descending = True
    if is_matched(select):
        query.append(("skip", str(position.offset or 0)))
    elif _is_descending(select):
        until = [number for number in (where.get("until_id"), position.token) if number is not None]
        query += [("until_id", str(min(until)))] if until else []
        query += [("since_id", str(where["since_id"]))] if "since_id" in where else []
    else:
        if position.offset is not None:
            raise NotSupportedError(
                f"search {cls.__name__}: the server did not answer messages in the order of their ids"
            )
        descending = False
        since = where.get("since_id", 0)
        if position.after is not None:
            since = max(since, position.after[-1])
        query += [("sort", "asc"), ("since_id", str(since))]
        query += [("until_id", str(where["until_id"]))] if "until_id" in where else []
    query.append(("limit", str(size)))
    shape = _shape(cls, where.get("conversation"))

    def decode(answer: Answer) -> Page:
        rows = [shape(row, answer) for row in rows_of(answer)]
        if descending:
            rows.reverse()
        full = len(rows) >= size
        return Page(rows=rows, token=rows[-1]["id"] if descending and full else None, ended=not full)

    return Call(operation=f"search {cls.__name__}", path=path, flow=flow, query=query, decode=decode)


def _threads(select: Select, position: Position, size: int) -> Call:
    where = compiled(select)
    query: list[tuple[str, str]] = [
        (name, str(where[name])) for name in ("since", "until", "application") if name in where
    ]
    if "empty" in where:
        query.append(("empty", str(int(where["empty"]))))
    if position.token is not None:
        query = [pair for pair in query if pair[0] != "until"] + [("until", position.token)]
    query.append(("limit", str(size)))
    shape = _shape(select.type)
    return Call(
        operation="search Thread",
        path=f"{FLOW}/threads",
        flow=str(place_of(select.type, where)),
        needs_id=True,
        query=query,
        decode=lambda answer: Page(rows=[shape(row, answer) for row in rows_of(answer)], token=next_token(answer)),
    )


def _whole(select: Select) -> Call:
    cls = select.type
    key = cls._spec.key
    where = compiled(select)
    flow = str(place_of(cls, where)) if key in {"Source", "Invitation"} else where.get("flow")
    flow = None if flow is None else str(flow)
    if key == "Flow":
        path = "/flows/all" if where.get("all") else "/flows"
    elif key == "User" and "organization" in where:
        if flow is not None:
            raise ValueError("search User: takes a flow or an organization, not both")
        path = f"/organizations/{quote(str(where['organization']), safe='')}/users"
    else:
        path = f"{FLOW}/users" if key == "User" and flow is not None else _WHOLE.get(key, "/users")
    shape = _shape(cls)
    of = where.get("of")

    def decode(answer: Answer) -> Page:
        rows = [shape(row, answer) for row in rows_of(answer)]
        return Page(rows=[row for row in rows if of is None or row.get("org") == of], ended=True)

    return Call(operation=f"search {cls.__name__}", path=path, flow=flow, needs_id=key == "Source", decode=decode)


def _is_descending(select: Select) -> bool:
    """Whether messages are wanted from the newest on.

    Raises:
        NotSupportedError: Another order, which Flowdock does not have.
    """
    if not select.order:
        return is_matched(select)
    first = select.order[0]
    if len(select.order) > 1 or first.operand.path != ("id",):
        name = select.type.__name__
        raise NotSupportedError(
            f"search {name}: Flowdock sorts messages by their number only: order_by({name}.number.desc())"
        )
    if not first.descending and is_matched(select):
        raise NotSupportedError(
            f"search {select.type.__name__}: by words and tags Flowdock reads from the newest message on; "
            "leave out order_by, and sort the result here"
        )
    return bool(first.descending)


def _shape(cls: type[Object], conversation: Any = None) -> Callable[[dict[str, Any], Answer], dict[str, Any]]:
    key = cls._spec.key
    talk = number_of(conversation)
    return lambda row, answer: shaped(key, row, flow=answer.flow, conversation=talk)


# --- objects by id ----------------------------------------------------------------------


def read_object(obj: Object) -> Call:
    """One object that exists."""
    call = _one(type(obj), obj.id)
    call.decode = lambda answer, decode=call.decode: decode(answer)[0]  # type: ignore[misc]
    return call


def load(cls: type[Object], ids: Sequence[Any]) -> list[Request]:
    """Objects by id, one request each; of users, where several are asked for, one for all."""
    if cls._spec.key == "User" and (len(ids) > 1 or not _is_number(ids[0])):
        return [_all_users(cls)]
    return [_one(cls, key) for key in ids]


def lookup(cls: type[Object], ids: Sequence[Any]) -> list[Request]:
    """Objects by id, those that exist; where a list has them all, from that one.

    Asking for a conversation begins it, so only the first is asked for: the one that a program wants.
    """
    key = cls._spec.key
    wanted = {str(one) for one in ids}
    if len(ids) > 1 and key in {"User", "Flow", "Organization"}:
        select = Select(type=cls, parameters=(("all", True),) if key == "Flow" else ())
        call = _whole(select)
        call.decode = lambda answer, decode=call.decode: [  # type: ignore[misc]
            row for row in decode(answer).rows if str(row["id"]) in wanted
        ]
        return [call]
    if len(ids) > 1 and key == "PrivateConversation":
        call = _whole(Select(type=cls))
        call.decode = lambda answer, decode=call.decode: decode(answer).rows  # type: ignore[misc]
        return [*lookup(cls, ids[:1]), call]
    calls = [_one(cls, one) for one in ids]
    for one in calls:
        one.absent = ()
        one.decode = lambda answer, decode=one.decode: [] if answer.data == () else decode(answer)  # type: ignore[misc]
    return list(calls)


def read_back(select: Select, changes: Sequence[Change]) -> list[Select]:
    """What finds messages by a key: the lists of the flows or conversations that they were sent to, filtered here."""
    place = type(changes[0].object)._key[0] if changes else None
    if place not in PLACES:
        return [evolve(select, filter_locally=True)]
    name = PLACES[place]
    values = dict.fromkeys(change.values[place] for change in changes if change.values.get(place) is not None)
    return [evolve(select, parameters=(*select.parameters, (name, value)), filter_locally=True) for value in values]


def caller() -> Call:
    """The user whom the session acts as."""
    return Call(operation="load User", path="/user", decode=lambda answer: [row_of(answer)])


def _one(cls: type[Object], key: Any) -> Call:
    name = cls._spec.key
    label = f"load {cls.__name__}"
    if name in _BY_KEY:
        flow, number = _pair(cls, key)
        path = f"{FLOW}/{_BY_KEY[name]}/{quote(str(number), safe='')}"
        shape = _shape(cls)
        return Call(
            operation=label,
            path=path,
            flow=str(flow),
            needs_id=name in {"Thread", "Source"},
            decode=lambda answer: [shape(row_of(answer), answer)],
        )
    if name == "PrivateMessage":
        other, number = _pair(cls, key)
        shape = _shape(cls, other)
        path = f"/private/{quote(str(other), safe='')}/messages/{quote(str(number), safe='')}"
        return Call(operation=label, path=path, decode=lambda answer: [shape(row_of(answer), answer)])
    shape = _shape(cls)
    query: list[tuple[str, str]] = []
    if name == "Flow":
        address = "/".join(key) if isinstance(key, tuple) else str(key)
        by_id = "/" not in address
        path = "/flows/find" if by_id else f"/flows/{flow_path(address)}"
        query = [("id", address)] if by_id else []
    elif name == "Organization":
        by_id = _is_number(key)
        path = "/organizations/find" if by_id else f"/organizations/{quote(str(key), safe='')}"
        query = [("id", str(key))] if by_id else []
    else:
        folder = "users" if name == "User" else "private"
        path = f"/{folder}/{quote(str(key), safe='')}"
    return Call(operation=label, path=path, query=query, decode=lambda answer: [shape(row_of(answer), answer)])


def _pair(cls: type[Object], key: Any) -> tuple[Any, Any]:
    if not isinstance(key, tuple) or len(key) != 2 or None in key:  # noqa: PLR2004 - place and number
        place = cls._key[0].removesuffix("_id")
        raise ValueError(
            f"load {cls.__name__}: takes a pair of {place} and id, since ids mean something within their {place} only, "
            f"not {key!r}"
        )
    return key


def _all_users(cls: type[Object]) -> Call:
    return Call(operation=f"load {cls.__name__}", path="/users", decode=rows_of)


def _is_number(key: Any) -> bool:
    return not isinstance(key, bool) and isinstance(number_of(key), int)


# --- relations --------------------------------------------------------------------------


def resolve(reference: Reference, row: Mapping[str, Any]) -> tuple[str, Any] | None:
    """What a reference means: users and conversations share ids, threads stand in the flow of their messages."""
    spec = reference.spec
    if spec.target is None or is_embedded(reference):
        return None
    field = spec.field or "id"
    if field not in row:
        return None
    if spec.target == "Thread":
        return None if row[field] is not None and row.get("flow_id") is None else (spec.target, _thread_key(row))
    return spec.target, row[field]


def _thread_key(row: Mapping[str, Any]) -> Any:
    return None if row["thread_id"] is None else (row["flow_id"], row["thread_id"])


def is_embedded(relation: Reference | Collection) -> bool:
    """Whether what a relation leads to is always a part of the row: organizations of flows, users of conversations."""
    spec = relation.spec
    owner = getattr(relation, "_owner", None)
    if owner is not None and owner._spec.key == "Organization":
        return False
    return bool((spec.raw.get("extra") or {}).get("embedded"))


def collection_select(owners: Sequence[Object], collection: Collection) -> Select | None:
    """What reads the members of a collection, of one owner at a time."""
    if len(owners) > 1:
        return None
    owner = owners[0]
    key, name = owner._spec.key, collection.workfront_name
    cls = owner.session.api.by_code[collection.spec.target]
    where: dict[str, Any]
    if key == "Organization":
        slug = owner._row["parameterized_name"]
        where = {"organization": slug} if name == "users" else {"of": slug}
    elif key == "PrivateConversation":
        where = {"conversation": owner.id}
    elif key == "Thread":
        where = {"flow": owner.id[0], "thread": owner.id[-1]}
    else:
        where = {"flow": owner.id}
    return Select(type=cls, parameters=tuple(where.items()))
