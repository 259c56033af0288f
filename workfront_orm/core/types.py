"""Building blocks of codecs: how a value on the wire becomes a Python value and back.

A service composes its table of field type -> codec from these. `decode` gets what the
server sent and may fail with ValueError or TypeError, which the caller turns into "the
value as it is, with one warning"; `encode` gets what a program assigned and fails with a
message that says what is taken instead. None never reaches a codec: it is None both ways.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from threading import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from enum import Enum
    from typing import Any

__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "FLOAT",
    "INTEGER",
    "MAP",
    "NAMED",
    "TEXT",
    "Codec",
    "DateTime",
    "Enumeration",
    "ListOf",
    "filter_value",
    "holds_integers",
    "holds_numbers",
    "holds_text",
    "kind_of",
    "parse_datetime",
]


class Codec:
    """How values of one field type travel.

    Attributes:
        name: The type as messages and descriptions call it.
        decode: Wire value to Python value, or None when they are the same.
        mutable: Whether the Python value can be changed in place.
        by_difference: Whether a write sends how the value differs from the one that was read, which must
            be known then.
        comparable: Whether what a server returns can be compared with what was sent.
    """

    name = "any"
    decode: Callable[[Any], Any] | None = None
    mutable = False
    by_difference = False
    comparable = True

    def encode(self, value: Any) -> Any:
        """Python value to wire value.

        Raises:
            TypeError: The value has another type.
            ValueError: The type is right, the value is not.
        """
        return value

    def same(self, old: Any, new: Any) -> bool:
        """Whether two wire values mean the same."""
        return bool(old == new) and isinstance(old, bool) is isinstance(new, bool)

    def __repr__(self) -> str:
        """Name the type."""
        return f"<codec {self.name}>"


class _Checked(Codec):
    """Values that stand on the wire as they are, with a check of what is assigned."""

    def __init__(self, name: str, accepts: tuple[type, ...], described: str, encode: Callable[[Any], Any]) -> None:
        self.name = name
        self._accepts = accepts
        self._described = described
        self._encode = encode

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, self._accepts) and not (isinstance(value, bool) and bool not in self._accepts):
            return self._encode(value)
        raise TypeError(f"takes {self._described}, not {type(value).__name__} {_shown(value)}")


def _finite(value: float) -> float:
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - true for NaN alone
        raise ValueError("takes a finite number")
    return value


def _float(value: Any) -> float:
    return _finite(value if type(value) is int or type(value) is float else float(value))


class _Decimal(Codec):
    """Exact decimals, which the wire carries as JSON numbers or as text."""

    name = "decimal"

    @staticmethod
    def decode(wire: Any) -> Decimal:
        """See `Codec.decode`."""
        from decimal import Decimal, InvalidOperation  # for money fields only

        if isinstance(wire, bool) or not isinstance(wire, (int, float, str)):
            raise TypeError(wire)
        try:
            return Decimal(repr(wire) if isinstance(wire, float) else wire)
        except InvalidOperation as error:
            raise ValueError(wire) from error

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        from decimal import Decimal

        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise TypeError(f"takes decimal.Decimal, int or float, not {type(value).__name__} {_shown(value)}")
        if isinstance(value, Decimal):
            if not value.is_finite():
                raise ValueError("takes a finite number")
            nearest = float(value)
            # Text where a float would lose digits; servers take numbers as text.
            return nearest if Decimal(repr(nearest)) == value else str(value)
        return _float(value)

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return self.decode(old) == self.decode(new)
        except (ValueError, TypeError):
            return bool(old == new)


class DateTime(Codec):
    """Moments in time; aware both ways.

    Args:
        write: How an aware datetime is written on the wire.
    """

    name = "datetime"

    def __init__(self, write: Callable[[datetime], str]) -> None:
        self._write = write

    @staticmethod
    def decode(wire: Any) -> datetime | date:
        """See `Codec.decode`."""
        if not isinstance(wire, str):
            raise TypeError(wire)
        return parse_datetime(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, datetime):
            if value.tzinfo is None or value.utcoffset() is None:
                raise ValueError(
                    f"takes a datetime with a time zone; {value!r} has none: "
                    "use datetime.now(timezone.utc), or value.astimezone() for local time"
                )
            return self._write(value)
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(f"takes an aware datetime or a date, not {type(value).__name__} {_shown(value)}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return bool(parse_datetime(old) == parse_datetime(new))
        except (ValueError, TypeError):
            return bool(old == new)


class _Date(Codec):
    """Days without a time."""

    name = "date"

    @staticmethod
    def decode(wire: Any) -> datetime | date:
        """See `Codec.decode`."""
        if not isinstance(wire, str):
            raise TypeError(wire)
        return parse_datetime(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        raise TypeError(f"takes a date, not {type(value).__name__} {_shown(value)}")


class ListOf(Codec):
    """Lists of values of one type."""

    mutable = True

    def __init__(self, item: Codec) -> None:
        self.item = item
        self.name = f"list of {item.name}"
        self.comparable = item.comparable

    def decode(self, wire: Any) -> list[Any]:
        """See `Codec.decode`."""
        if not isinstance(wire, list):
            # A single selected value may come as itself instead of a list of one.
            wire = [wire]
        decode = self.item.decode
        return list(wire) if decode is None else [value if value is None else decode(value) for value in wire]

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise TypeError(f"takes a list, not {type(value).__name__} {_shown(value)}")
        return [None if item is None else self.item.encode(item) for item in value]

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`; one value may come as itself instead of a list of one."""
        before = old if isinstance(old, list) else [old]
        after = new if isinstance(new, list) else [new]
        return len(before) == len(after) and all(map(self.item.same, before, after))


class _Map(Codec):
    """Mappings of names to plain values."""

    name = "map"
    mutable = True

    @staticmethod
    def decode(wire: Any) -> Any:
        """See `Codec.decode`."""
        if not isinstance(wire, dict):
            raise TypeError(wire)
        return dict(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if not isinstance(value, dict):
            raise TypeError(f"takes a dict, not {type(value).__name__} {_shown(value)}")
        return dict(value)


_making = Lock()


class Enumeration(Codec):
    """Codes with documented values: members of an enumeration, which compare equal to the plain code.

    Args:
        name: The name of the enumeration class.
        values: Pairs of code and label.
        is_open: Whether codes that are not documented may be assigned.
        base: The codec of the plain code.
    """

    def __init__(self, name: str, values: tuple[tuple[Any, str | None], ...], *, is_open: bool, base: Codec) -> None:
        self.name = name
        self.values = dict(values)
        self.is_open = is_open
        self.base = base
        self._choices: type[Enum] | None = None
        self._members: Mapping[Any, Any] = {}

    @property
    def choices(self) -> type[Enum]:
        """The enumeration: a StrEnum, or an IntEnum where all codes are numbers; made on first use."""
        if self._choices is None:
            with _making:
                if self._choices is None:
                    choices = _enumeration(self.name, self.values)
                    self._members = {member.value: member for member in choices}
                    # Last, since other threads look here first.
                    self._choices = choices
        return self._choices

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`."""
        if not self._members:
            _ = self.choices
        try:
            return self._members.get(wire, wire)
        except TypeError:  # a list where a code was expected: it comes back as it is
            return wire

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        code = self.base.encode(getattr(value, "value", value))
        if code in self.values or self.is_open:
            return code
        from .errors import near_matches  # for the message only

        allowed = ", ".join(f"{known!r} ({label})" if label else repr(known) for known, label in self.values.items())
        hint = near_matches(str(code), [str(known) for known in self.values])
        raise ValueError(f"takes one of {allowed}; {code!r} is none of them{hint}")


# Not str(): for members of an enumeration that is a str as well, that is another text.
TEXT = _Checked("text", (str,), "str", str.__str__)
INTEGER = _Checked("integer", (int,), "int", int)
BOOLEAN = _Checked("boolean", (bool,), "bool", bool)
DECIMAL = _Decimal()
DATE = _Date()
MAP = _Map()
ANY = Codec()


class _Float(Codec):
    """Floating-point numbers; a Decimal is taken where nothing is lost that a float can hold."""

    name = "number"

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _float(value)
        from decimal import Decimal

        if isinstance(value, Decimal):
            return _float(value)
        raise TypeError(f"takes a number, not {type(value).__name__} {_shown(value)}")


FLOAT = _Float()

NAMED: dict[str, Codec] = {
    "text": TEXT,
    "integer": INTEGER,
    "number": FLOAT,
    "decimal": DECIMAL,
    "boolean": BOOLEAN,
    "datetime": DateTime(datetime.isoformat),
    "date": DATE,
    "list": ListOf(ANY),
    "map": MAP,
}
"""The types that a program may declare on any system; a service may map them to codecs of its own."""

TEXT_OPERATORS = frozenset(
    {
        "contains",
        "contains_all",
        "contains_any",
        "endswith",
        "length_eq",
        "length_gt",
        "length_lt",
        "like",
        "not_contains",
        "not_contains_all",
        "not_contains_any",
        "sounds_like",
        "startswith",
    }
)


def holds_text(codec: Codec) -> bool:
    """Whether a field's values are text, or of a type that nobody knows."""
    base = _base_of(codec)
    return base not in {INTEGER, BOOLEAN} and not isinstance(base, (DateTime, _Date, _Decimal, _Float, _Map))


def holds_numbers(codec: Codec) -> bool:
    """Whether a field's values are numbers, or of a type that nobody knows."""
    base = _base_of(codec)
    return base in {INTEGER, ANY} or isinstance(base, (_Decimal, _Float))


def holds_integers(codec: Codec) -> bool:
    """Whether a field's values are whole numbers, or of a type that nobody knows."""
    return _base_of(codec) in {INTEGER, ANY}


def holds_maps(codec: Codec) -> bool:
    """Whether a field's values are maps."""
    return isinstance(_base_of(codec), _Map)


def kind_of(codec: Codec) -> str | None:
    """What a field's values are: text, numbers, moments or truth values; None where nobody knows."""
    base = _base_of(codec)
    if isinstance(base, (DateTime, _Date)):
        return "moments"
    if base is INTEGER or isinstance(base, (_Decimal, _Float)):
        return "numbers"
    return "truth values" if base is BOOLEAN else "text" if base is TEXT else None


def filter_value(codec: Codec, operator: str, value: Any) -> Any:
    """The wire value of a value in a condition.

    Raises:
        TypeError: The field does not hold values of that type, or the operator takes text.
        ValueError: The field cannot have that value.
    """
    if operator in TEXT_OPERATORS:
        if not isinstance(value, str):
            raise TypeError(f"{operator} takes str, not {type(value).__name__} {_shown(value)}")
        return str(value)
    if isinstance(codec, ListOf):
        codec = codec.item
    return codec.encode(value)


def _base_of(codec: Codec) -> Codec:
    """The codec of the plain values: of the items of a list, of the codes of an enumeration."""
    while isinstance(codec, (ListOf, Enumeration)):
        codec = codec.item if isinstance(codec, ListOf) else codec.base
    return codec


@lru_cache(maxsize=16384)
def parse_datetime(text: str) -> datetime | date:
    """Read every form of a date or moment that the systems are documented to send or take.

    `2030-05-18T17:00:00:000-0600` (a colon before the milliseconds), the same with a dot, with
    or without milliseconds, zone as `Z`, `+01:00` or `+0100`, and a date alone. A moment
    without a zone is read as UTC.

    Raises:
        ValueError: None of these.
    """
    if len(text) > 19 and text[19] == ":":  # noqa: PLR2004 - the length of 2030-05-18T17:00:00
        text = f"{text[:19]}.{text[20:]}"
    if len(text) == 10:  # noqa: PLR2004 - the length of 2030-05-18
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _enumeration(name: str, values: dict[Any, str | None]) -> type[Enum]:
    import enum  # needed once a field with documented values is read
    import re

    numeric = all(type(value) is int for value in values)

    class Code(enum.IntEnum if numeric else enum.StrEnum):  # type: ignore[misc]
        """A code as the system knows it."""

        def __reduce_ex__(self, _protocol: Any) -> tuple[Any, ...]:
            # The class is made from metadata, so it cannot be imported: the plain code travels.
            return (int if numeric else str), (self.value,)

        @property
        def label(self) -> str:
            """The name that the system shows to people."""
            return values[self.value] or str(self.value)

    members: dict[str, Any] = {}
    for value, label in values.items():
        word = re.sub(r"\W+", "_", label or str(value)).strip("_").upper() or "EMPTY"
        word = f"N{word}" if word[0].isdigit() else word
        while word in members or word in {"MRO", "NAME", "VALUE"}:
            word += "_"
        members[word] = value
    return Code(name, members, module=__name__)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line of a message
