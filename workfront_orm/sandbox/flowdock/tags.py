"""Tags: how they are written, which ones the server adds.

Tags that begin with a colon are the server's: `:user:42` (mentioned), `:unread:42` (has not seen it), `:highlight:42` (his nick
occurs), `:user:everyone`, `:user:team`, `:url`, `:file`. They are added when a message is sent; an edit replaces all tags, so
who edits them must send the special ones again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock.errors import INVALID, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVERYONE = frozenset({"everyone", "everybody", "all", "anyone", "anybody"})
TEAMS = frozenset({"team"})

_MENTION = re.compile(r"(?<![\w@.])@(\w[\w.-]*)")
_HASHTAG = re.compile(r"(?<![\w#/&])#(\w[\w-]*)")
_WORD = re.compile(r"\w[\w.-]*")
_LINK = re.compile(r"\bhttps?://\S|\bwww\.\S+\.\S|\b[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)


def read(value: Any, nicks: Mapping[str, int]) -> list[str]:
    """Return the tags that a caller gave, in order, each once.

    Args:
        value: a list, a text with commas, or None.
        nicks: ids of those who can be mentioned, by nick in lower case.

    Raises:
        FlowdockError: it is neither.
    """
    if value is None:
        return []
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise invalid(tags=INVALID)
    return unique(plain(word, nicks) for word in words)


def plain(word: str, nicks: Mapping[str, int]) -> str:
    """Return a tag without its mark: `#x` is `x`, `@nick` is `:user:<id>`."""
    word = word.strip()
    if word.startswith("@"):
        return mention(word[1:], nicks) or word[1:]
    return word.removeprefix("#")


def mention(nick: str, nicks: Mapping[str, int]) -> str | None:
    """Return the tag of who is mentioned, None when it is nobody."""
    name = nick.lower()
    if name in EVERYONE:
        return ":user:everyone"
    if name in TEAMS:
        return f":user:{name}"
    number = nicks.get(name)
    return None if number is None else f":user:{number}"


def generated(text: str, nicks: Mapping[str, int]) -> list[str]:
    """Return the tags that the server finds in a text: hash tags, mentions, names, links."""
    found = _HASHTAG.findall(text)
    mentioned = set()
    for nick in _MENTION.findall(text):
        tag = mention(nick.rstrip(".-"), nicks)
        if tag is None:
            continue
        mentioned.add(nick.lower())
        found.append(tag)
        if tag.rpartition(":")[2].isdigit():
            found.append(tag.replace(":user:", ":unread:"))
    for word in _WORD.findall(_MENTION.sub(" ", text)):
        number = nicks.get(word.lower())
        if number is not None and word.lower() not in mentioned:
            found.append(f":highlight:{number}")
    if _LINK.search(text):
        found.append(":url")
    return unique(found)


def unique(tags: Iterable[str]) -> list[str]:
    """Return tags without blanks and without what came before; case does not count."""
    kept: dict[str, str] = {}
    for tag in tags:
        if tag:
            kept.setdefault(tag.lower(), tag)
    return list(kept.values())
