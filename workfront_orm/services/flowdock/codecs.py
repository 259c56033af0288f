"""Codecs: how values of Flowdock's types travel. Source: `API.md` sections 3 and 4 of the facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.core import types

from .values import Attachment, Author, LabelValue, Status, ThreadState, Upload, wire_of

if TYPE_CHECKING:
    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = ["CONTENT_LIMIT", "DATETIME", "codec_of", "number_of"]

CONTENT_LIMIT = 8096
"""The greatest number of characters of a message."""


def number_of(value: Any) -> Any:
    """An id as a number, where it is one: users' ids are text inside messages."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


DATETIME = types.DateTime(_written)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Milliseconds(types.Codec):
    """Moments as milliseconds since 1970."""

    name = "datetime"

    @staticmethod
    def decode(wire: Any) -> datetime:
        """See `Codec.decode`."""
        if isinstance(wire, bool) or not isinstance(wire, (int, float)):
            raise TypeError(wire)
        # Not fromtimestamp(), whose errors on numbers out of range are the machine's.
        return _EPOCH + timedelta(milliseconds=wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError(f"takes a datetime with a time zone, not {type(value).__name__} {value!r}")
        return round(value.timestamp() * 1000)


class _Valued(types.Codec):
    """Value objects; dicts of their members are taken for them."""

    mutable = True

    def __init__(self, kind: Any) -> None:
        self.name = kind.__name__
        self._kind = kind

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`."""
        return self._kind.of(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        return wire_of(self._kind.given(value))


class _Tags(types.ListOf):
    """Tags: a list in the order given, each once whatever its case, `#` left out as the server leaves it out.

    What is assigned replaces all tags on the server, its own special ones (`:url`, `:user:42`) too: to keep
    them, add to the list that was read.
    """

    def __init__(self) -> None:
        super().__init__(types.TEXT)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`; sets are sorted, so that they travel the same each time."""
        given = sorted(value) if isinstance(value, (set, frozenset)) else value
        kept: dict[str, str] = {}
        for tag in super().encode(given):
            word = (tag or "").strip().removeprefix("#")
            if not word or "," in word:
                raise ValueError(f"takes tags that are neither blank nor hold a comma, not {tag!r}")
            kept.setdefault(word.lower(), word)
        return list(kept.values())


class _Content(types.Codec):
    """Content: text, a file that stands on the server or is to be sent, or a map, by the message's event."""

    name = "str, Attachment, Upload or dict"
    mutable = True

    @staticmethod
    def decode(wire: Any) -> Any:
        """See `Codec.decode`."""
        if isinstance(wire, dict):
            return Attachment.of(wire) if "path" in wire and "file_name" in wire else dict(wire)
        return wire

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, str):
            if len(value) > CONTENT_LIMIT:
                raise ValueError(
                    f"takes {CONTENT_LIMIT} characters at most, not {len(value)}: send several messages, or a file"
                )
            return str(value)
        if isinstance(value, Upload):
            return value.wire()
        if isinstance(value, Attachment):
            return wire_of(value)
        if isinstance(value, dict):
            return dict(value)
        raise TypeError(f"takes {self.name}, not {type(value).__name__} {value!r}")


class _Id(types.Codec):
    """Ids in text, of users; numbers are taken too."""

    name = "id"

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise TypeError(f"takes an id, not {type(value).__name__} {value!r}")
        return str(value)

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        return str(old) == str(new)


_TYPES: dict[str, types.Codec] = {
    "string": types.TEXT,
    "html": types.TEXT,
    "url": types.TEXT,
    "secret": types.TEXT,
    "const activity": types.TEXT,
    "const discussion": types.TEXT,
    "int": types.INTEGER,
    "bool": types.BOOLEAN,
    "datetime": DATETIME,
    "epoch_ms": _Milliseconds(),
    "object": types.MAP,
    "string|object|null": _Content(),
    "list<string>": _Tags(),
    "Author": _Valued(Author),
    "Status": _Valued(Status),
    "ThreadState": _Valued(ThreadState),
    "list<LabelValue>": types.ListOf(_Valued(LabelValue)),
    "list<Attachment>": types.ListOf(_Valued(Attachment)),
    "list<Action>": types.ListOf(types.MAP),
}
_ID = _Id()


def codec_of(spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
    """How the values of a field travel."""
    if field.values:
        # Events that nobody knows are to be tolerated, so their list is open for what is read only.
        owner = "" if spec is None else spec.name
        name = "".join(part.title() for part in [owner, *field.name.split("_")])
        return types.Enumeration(name, tuple(field.values), is_open=False, base=types.TEXT)
    if field.raw.get("reference") in {"user", "to"}:
        return _ID
    return _TYPES.get(field.type or "") or types.NAMED.get(field.type or "", types.ANY)
