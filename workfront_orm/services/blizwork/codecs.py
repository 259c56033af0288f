"""How values travel: by the types of the metadata, those of a process definition, and scalars in the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core import types

from .documents import Attachment, Audit, Definition, HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.core.specs import FieldSpec

__all__ = ["codec_of"]


class _Document(types.Codec):
    """What the server computes, as value objects.

    Args:
        name: The type in messages.
        kind: The class of what came.
        read: Makes the value object.
    """

    comparable = False
    mutable = True  # stands for itself: lists and maps are what it is made of

    def __init__(self, name: str, kind: type, read: Callable[[Any], Any]) -> None:
        self.name = name
        self._kind = kind
        self._read = read

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`."""
        if not isinstance(wire, self._kind):
            raise TypeError(wire)
        return self._read(wire)


class _File(types.Codec):
    """An attachment: a map of name and address both ways."""

    name = "Attachment"
    comparable = False
    mutable = True

    @staticmethod
    def decode(wire: Any) -> Attachment:
        """See `Codec.decode`."""
        if not isinstance(wire, dict) or "fileUrl" not in wire:
            raise TypeError(wire)
        return Attachment(str(wire.get("fileName") or ""), str(wire["fileUrl"]))

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if not isinstance(value, Attachment):
            raise TypeError(
                f"takes an attachment, as session.upload(file) returns it, not {type(value).__name__} {value!r:.60}"
            )
        return value.wire()


class _Scalar(types.Codec):
    """Text, numbers and truth values, as they are; an attachment where a field of a case is of a type that nobody knows."""

    name = "text, number or boolean"
    mutable = True

    def __init__(self, *, files: bool) -> None:
        self._files = files

    @staticmethod
    def decode(wire: Any) -> Any:
        """See `Codec.decode`."""
        return _File.decode(wire) if isinstance(wire, dict) and "fileUrl" in wire else wire

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if self._files and isinstance(value, Attachment):
            return value.wire()
        if isinstance(value, bool):
            return value
        for codec in (types.TEXT, types.FLOAT):
            try:
                return codec.encode(value)
            except TypeError:
                continue
        raise TypeError(f"takes {self.name}, not {type(value).__name__} {value!r:.60}; dates are written as text here")


_SCALAR = _Scalar(files=False)
_VALUE = _Scalar(files=True)

_CODECS: dict[str, types.Codec] = {
    **dict.fromkeys(("slug", "objectid", "email", "url", "string", "text", "hex24", "const form"), types.TEXT),
    "int": types.INTEGER,
    "integer": types.INTEGER,
    "number": types.FLOAT,
    "boolean": types.BOOLEAN,
    "date": types.DATE,
    "datetime": types.NAMED["datetime"],
    "file": _File(),
    "column": _SCALAR,
    "value": _VALUE,
    "history": _Document("history", list, lambda wire: tuple(map(HistoryEntry.read, wire))),
    "definition": _Document("definition", dict, Definition.read),
    "object{user,..}": _Document("audit", dict, lambda wire: Audit(str(wire.get("user")), _moment(wire.get("date")))),
    "map": types.MAP,
}


def codec_of(field: FieldSpec) -> types.Codec:
    """The codec of a field."""
    if field.values:
        return types.Enumeration(field.name, tuple(field.values), is_open=False, base=types.TEXT)
    return _CODECS.get(field.type or "", types.ANY)


def _moment(wire: Any) -> Any:
    return types.parse_datetime(wire) if isinstance(wire, str) and wire else None
