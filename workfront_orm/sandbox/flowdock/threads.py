"""Threads: every message of a flow belongs to one; an integration presents an item as one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock.errors import BLANK, INVALID, invalid, missing
from workfront_orm.sandbox.flowdock.world import read_moment, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.world import Conversation, World

COLORS = ("black", "blue", "cyan", "green", "grey", "lime", "orange", "purple", "red", "yellow")
STATE = ("title", "body", "external_url", "status", "fields", "actions")
COUNTS = {"activity": "activities", "discussion": "external_comments"}
LIMIT = 30
MAXIMUM = 100


class Threads:
    """The threads of all conversations.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, conversation: Conversation, thread: str) -> Document:
        """Return a thread.

        Raises:
            FlowdockError: there is none.
        """
        found = self._world.threads(conversation).get(thread)
        if found is None:
            raise missing()
        return found

    def start(self, conversation: Conversation) -> Document:
        """Make the thread of a message that answers none."""
        return self._add(conversation, {}, None, None)

    def present(
        self, conversation: Conversation, source: Document, item: str | None, thread: str | None, state: Any
    ) -> Document:
        """Find or make the thread of an item and give it the state that an integration sends.

        Args:
            conversation: the flow.
            source: who presents.
            item: the integration's id of the item, None where it names the thread.
            thread: id of the thread, None where it names the item.
            state: new state of the thread, None for none.

        Raises:
            FlowdockError: the thread is new and no state is given, or the state is no state.
        """
        values = None if state is None else checked_state(state)
        if thread is not None:
            found = self._world.threads(conversation).get(thread)
            if found is None:
                raise invalid(thread_id=INVALID)
        elif item is not None:
            found = next(
                (
                    one
                    for one in self._world.threads(conversation)
                    if one["_item"] == item and one["_source"] == source["id"]
                ),
                None,
            )
        else:
            raise invalid(external_thread_id=BLANK)
        if found is None:
            if values is None:
                raise invalid(thread=BLANK)
            return self._add(conversation, values, source, item)
        if values:
            self._world.threads(conversation).update(found["id"], values)
        return found

    def count(self, conversation: Conversation, thread: str, event: str, step: int) -> None:
        """Count a message of a thread in, or out."""
        name = COUNTS.get(event, "internal_comments")
        found = self._world.threads(conversation).get(thread)
        if found is not None:
            moment = timestamp(self._world.now())
            values = {name: found[name] + step, "updated_at": moment, "_messages": found["_messages"] + step}
            self._world.threads(conversation).update(thread, values)

    def listed(self, conversation: Conversation, params: Mapping[str, Any]) -> tuple[list[Document], str | None]:
        """Return a page of threads, newest first, and the moment before which the next page lies, None at the end.

        The documentation hides threads without messages by default; the client's manual found them listed, so they are
        hidden only when `empty=0` says so.

        Raises:
            FlowdockError: a parameter is none of its values.
        """
        limit = whole_number(params, "limit", LIMIT, 1, MAXIMUM)
        since, until = (moment_of(params, name) for name in ("since", "until"))
        application = params.get("application")
        if application not in (None, "chat", "inbox") and not str(application).isdigit():
            raise invalid(application=INVALID)
        empty = params.get("empty")
        if empty is not None and str(empty) not in ("0", "1"):
            raise invalid(empty=INVALID)
        found = []
        for thread in reversed(self._world.threads(conversation)):
            made = thread["created_at"]
            if (until is not None and made >= until) or (since is not None and made <= since):
                continue
            if str(empty) == "0" and not thread["_messages"]:
                continue
            if application is not None and not _is_of(thread, str(application)):
                continue
            found.append(thread)
            if len(found) > limit:
                break
        page = found[:limit]
        return page, page[-1]["created_at"] if len(found) > limit else None

    def _add(self, conversation: Conversation, state: Document, source: Document | None, item: str | None) -> Document:
        table = self._world.threads(conversation)
        moment = self._world.now()
        last = next(iter(reversed(table)), None)
        if last is not None and timestamp(moment) <= last["created_at"]:
            # `until` leaves out its own moment, so two threads never share one.
            before = read_moment(last["created_at"])
            assert before is not None
            moment = before + timedelta(milliseconds=1)
        made = timestamp(moment)
        identifier = self._world.new_id()
        thread = {
            "id": identifier,
            "title": "",
            "body": None,
            "external_url": None,
            "status": None,
            "fields": [],
            "actions": [],
            "source": None if source is None else _shown_source(source),
            "activities": 0,
            "internal_comments": 0,
            "external_comments": 0,
            "created_at": made,
            "updated_at": made,
            **state,
            "_item": item,
            "_source": None if source is None else source["id"],
            "_messages": 0,
        }
        return table.add(identifier, thread)


def shown(thread: Document) -> Document:
    """Return a thread as it is answered."""
    return {name: value for name, value in thread.items() if not name.startswith("_")}


def checked_state(state: Any) -> Document:
    """Return what an integration says of a thread; members that are null mean absent.

    Raises:
        FlowdockError: a member is missing or is none of its values.
    """
    if not isinstance(state, dict):
        raise invalid(thread=INVALID)
    values = {name: state[name] for name in STATE if state.get(name) is not None}
    for name in ("title", "body", "external_url"):
        if name in values and not isinstance(values[name], str):
            raise invalid(**{f"thread__{name}": INVALID})
    if not values.get("title", "").strip():
        raise invalid(thread__title=BLANK)
    if "status" in values:
        _check_status(values["status"])
    _check_members(values, "fields", lambda field: {"label", "value"} <= set(field))
    _check_members(values, "actions", lambda action: action.get("@type") in ("ViewAction", "UpdateAction"))
    return values


def whole_number(params: Mapping[str, Any], name: str, default: int, least: int, most: int | None) -> int:
    """Return a parameter that is a whole number.

    Raises:
        FlowdockError: it is none, or out of bounds.
    """
    given = params.get(name)
    if given is None:
        return default
    try:
        number = int(str(given))
    except ValueError:
        raise invalid(**{name: "is not a number"}) from None
    if number < least or (most is not None and number > most):
        raise invalid(
            **{name: f"must be between {least} and {most}" if most is not None else f"must be at least {least}"}
        )
    return number


def moment_of(params: Mapping[str, Any], name: str) -> str | None:
    """Return a parameter that is a date, as Flowdock writes dates; None when it is absent.

    Raises:
        FlowdockError: it is none.
    """
    given = params.get(name)
    if given is None:
        return None
    moment = read_moment(str(given))
    if moment is None:
        raise invalid(**{name: INVALID})
    return timestamp(moment)


def _check_status(status: Any) -> None:
    if not isinstance(status, dict) or status.get("color") not in COLORS:
        raise invalid(thread__status__color="is not included in the list")
    if not isinstance(status.get("value"), str):
        raise invalid(thread__status__value=BLANK)


def _check_members(values: Document, name: str, holds: Callable[[Document], bool]) -> None:
    members = values.get(name, [])
    if not isinstance(members, list) or not all(isinstance(member, dict) and holds(member) for member in members):
        raise invalid(**{f"thread__{name}": INVALID})


def _is_of(thread: Document, application: str) -> bool:
    if application == "chat":
        return thread["_source"] is None
    if application == "inbox":
        return thread["_source"] is not None
    return thread["_source"] is not None and str(thread["source"]["application"]["id"]) == application


def _shown_source(source: Document) -> Document:
    # The documentation's samples show the application's id here.
    return {
        "id": source["application"]["id"],
        "icon": None,
        "application": source["application"],
        "name": source["name"],
    }
