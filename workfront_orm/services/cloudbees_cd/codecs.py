"""Codecs: every scalar of an answer is text on this wire, `"1"` for true and `"7800"` for a number.

Pipeline runs answer a bare number for one switch, so reading takes that too. Source: `API.md` section 1 of the facts.
"""

from __future__ import annotations

from datetime import UTC

from workfront_orm.core import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = ["codec_of", "encode_argument", "text_of"]

_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"0", "false", ""})


class _Switch(types.Codec):
    """Switches: `"1"` and `"0"`."""

    name = "boolean"

    @staticmethod
    def decode(wire: Any) -> bool:
        """See `Codec.decode`."""
        word = str(wire).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise ValueError(wire)

    def encode(self, value: Any) -> str:
        """See `Codec.encode`."""
        if isinstance(value, bool):
            return "1" if value else "0"
        raise TypeError(f"takes bool, not {type(value).__name__} {value!r}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return self.decode(old) is self.decode(new)
        except ValueError:
            return bool(old == new)


class _Number(types.Codec):
    """Whole numbers as text."""

    name = "integer"

    @staticmethod
    def decode(wire: Any) -> int | None:
        """See `Codec.decode`."""
        return None if wire == "" else int(wire)

    def encode(self, value: Any) -> str:
        """See `Codec.encode`."""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise TypeError(f"takes int, not {type(value).__name__} {value!r}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        return str(old) == str(new)


class _Lines(types.Codec):
    """Lists of names that travel as the lines of a text."""

    name = "list of text"
    mutable = True

    @staticmethod
    def decode(wire: Any) -> list[str]:
        """See `Codec.decode`."""
        if not isinstance(wire, str):
            raise TypeError(wire)
        return wire.splitlines()

    def encode(self, value: Any) -> str:
        """See `Codec.encode`."""
        if isinstance(value, str) or not all(isinstance(item, str) for item in value):
            raise TypeError(f"takes a list of str, not {value!r}")
        return "\n".join(value)


class _Parameters(types.Codec):
    """Parameters of a run: a dict here, `[{"actualParameterName": ..., "value": ...}]` on the wire."""

    mutable = True

    def __init__(self, word: str) -> None:
        self.name = "map of parameters"
        self._name = f"{word}Name"

    def decode(self, wire: Any) -> dict[str, Any]:
        """See `Codec.decode`."""
        return {entry[self._name]: entry.get("value") for entry in (wire if isinstance(wire, list) else [wire])}

    def encode(self, value: Any) -> list[dict[str, str]]:
        """See `Codec.encode`."""
        if not isinstance(value, dict):
            raise TypeError(f"takes a dict of names and values, not {type(value).__name__} {value!r}")
        return [{self._name: name, "value": text_of(item)} for name, item in value.items()]


def _written(moment: datetime) -> str:
    value = moment.astimezone(UTC)
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


SWITCH = _Switch()
NUMBER = _Number()
MOMENT = types.DateTime(_written)

_CODECS: dict[str, types.Codec] = {
    "bool": SWITCH,
    "bool01": SWITCH,
    "boolean": SWITCH,
    "date": types.DATE,
    "datetime": MOMENT,
    "int": NUMBER,
    "int_ms": NUMBER,
    "integer": NUMBER,
    "list<actualParameter>": _Parameters("actualParameter"),
    "list<pipelineParameter>": _Parameters("pipelineParameter"),
    "list<string>": types.ListOf(types.TEXT),
    "newline list": _Lines(),
    "secret": types.TEXT,
    "string": types.TEXT,
    "text": types.TEXT,
    "url": types.TEXT,
    "uuid": types.TEXT,
}


def codec_of(spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
    """How the values of a field travel."""
    if field.type == "enum" and field.values:
        owner = spec.name if spec is not None else ""
        name = f"{owner}{field.name[0].upper()}{field.name[1:]}"
        return types.Enumeration(name, tuple(field.values), is_open=False, base=types.TEXT)
    return _CODECS.get(field.type or "", types.NAMED.get(field.type or "", types.ANY))


def encode_argument(type_name: str, value: Any) -> Any:
    """The wire value of an argument of an action.

    Raises:
        TypeError: A value that the argument does not take.
    """
    if type_name in {"enum", "string", "uuid"}:
        return text_of(value)
    codec = _CODECS.get(type_name)
    if codec is None or (type_name.startswith("list<") and isinstance(value, list) and type_name != "list<string>"):
        return value
    return codec.encode(value)


def text_of(value: Any) -> str:
    """A value as the text that properties and parameters hold.

    Raises:
        TypeError: None, or a value that has no such text.
    """
    from datetime import date, datetime
    from decimal import Decimal
    from enum import Enum

    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        return str(MOMENT.encode(value))
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"takes text, a number, a bool or a date, not {type(value).__name__} {value!r}")
