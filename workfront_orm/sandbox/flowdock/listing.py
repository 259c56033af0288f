"""Which messages a list brings: the rules that the client's manual found behind the interface.

With `search`, `tags` or `skip`: (what has all words) united with (what has the tags), less the newest `skip`, of these the
newest `limit`. The ids of `since_id` and `until_id` are ignored.

Otherwise: what is one of the events, between `since_id` and `until_id` (both left out), of these the newest `limit`, or the
oldest with `sort=asc`.

Either way the answer ascends by id. Events about other messages come only when `event` names them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock import tags
from workfront_orm.sandbox.flowdock.errors import invalid
from workfront_orm.sandbox.flowdock.messages import EDITS
from workfront_orm.sandbox.flowdock.threads import LIMIT, MAXIMUM, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.sandbox.documents import Document

_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"<[^>]*>")


def listed(messages: Iterable[Document], params: Mapping[str, Any], nicks: Mapping[str, int]) -> list[Document]:
    """Return the messages of a list.

    Args:
        messages: all of the conversation or thread, ascending by id.
        params: parameters of the list.
        nicks: ids of those who can be mentioned, by nick in lower case.

    Raises:
        FlowdockError: a parameter is none of its values.
    """
    limit = whole_number(params, "limit", LIMIT, 1, MAXIMUM)
    sort = params.get("sort", "desc")
    if sort not in ("asc", "desc"):
        raise invalid(sort="is not included in the list")
    mode = params.get("tag_mode", "and")
    if mode not in ("and", "or"):
        raise invalid(tag_mode="is not included in the list")
    events = _events(params.get("event"))
    kept = [one for one in messages if (one["event"] in events if events else one["event"] not in EDITS)]
    words = _words(str(params.get("search") or ""))
    wanted = {tag.lower() for tag in tags.read(params.get("tags"), nicks)}
    skip = whole_number(params, "skip", 0, 0, None)
    if words or wanted or skip:
        if words or wanted:
            kept = [one for one in kept if _has_words(one, words) or _has_tags(one, wanted, mode)]
        kept = kept[: len(kept) - skip] if skip else kept
        return kept[-limit:]
    since = whole_number(params, "since_id", 0, 0, None)
    until = whole_number(params, "until_id", 0, 0, None) if params.get("until_id") is not None else None
    kept = [one for one in kept if one["id"] > since and (until is None or one["id"] < until)]
    return kept[:limit] if sort == "asc" else kept[-limit:]


def text_of(message: Document) -> str:
    """Return all text of a message that a search looks at."""
    content = message["content"]
    parts = [content] if isinstance(content, str) else []
    if isinstance(content, dict):
        parts += [
            str(content.get(name) or "") for name in ("title", "text", "file_name", "subject", "content", "description")
        ]
    parts += [str(message.get(name) or "") for name in ("title", "body")]
    return " ".join(_MARKUP.sub(" ", part) for part in parts)


def _events(value: Any) -> set[str]:
    names = value.split(",") if isinstance(value, str) else value or []
    return {str(name).strip() for name in names} - {""}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _has_words(message: Document, words: set[str]) -> bool:
    return bool(words) and words <= _words(text_of(message))


def _has_tags(message: Document, wanted: set[str], mode: str) -> bool:
    if not wanted:
        return False
    has = {tag.lower() for tag in message["tags"]}
    return wanted <= has if mode == "and" else bool(wanted & has)
