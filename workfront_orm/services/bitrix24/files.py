"""Files in fields: what a portal shows of them, and what is uploaded.

A file is written as name and content, kept as its id, and removed with an empty text. Source:
`API.md` section 6 of the facts.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from attrs import define, field

from workfront_orm.core import types

__all__ = ["FILE", "File"]


@define
class File:
    """A file in a field.

    Attributes:
        name: Its name; empty where the portal does not tell.
        content: What is to be uploaded; None for a file that the portal has.
        id: Its id on the portal; None for one that is to be uploaded.
        url: Where the portal shows it, for a user who is logged in there.
    """

    name: str = ""
    content: bytes | None = field(default=None, repr=False)
    id: int | None = None
    url: str = field(default="", repr=False)


class _FileCodec(types.Codec):
    """A file: a map with an id when read, name and content when written."""

    name = "File"
    comparable = False
    mutable = True

    @staticmethod
    def decode(wire: Any) -> File | None:
        """See `Codec.decode`."""
        if wire in ("", None, [], {}, "0", 0):
            return None
        if isinstance(wire, list):
            # What was assigned and is not saved yet.
            return File(str(wire[0]))
        if isinstance(wire, dict):
            number = wire.get("id", wire.get("ID"))
            url = wire.get("showUrl") or wire.get("urlMachine") or wire.get("url") or ""
            return File(str(wire.get("name") or ""), None, None if number is None else int(number), str(url))
        return File("", None, int(wire))

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if not isinstance(value, File):
            raise TypeError(f"takes File(name, content), not {type(value).__name__} {value!r}")
        if value.content is not None:
            return [value.name or "file", b64encode(value.content).decode("ascii")]
        if value.id is None:
            raise ValueError("takes a file with content, or one that the portal has")
        return {"id": value.id}

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`: a file that is kept is the same, whatever else is told of it."""
        if isinstance(old, dict) and isinstance(new, dict):
            return str(old.get("id", old.get("ID"))) == str(new.get("id", new.get("ID")))
        return bool(old == new)


FILE = _FileCodec()
"""The codec of files."""
