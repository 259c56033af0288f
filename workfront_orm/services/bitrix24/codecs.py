"""Codecs: how the four families of methods write one and the same type.

Old methods (`legacy`, `tasks`, `flat`) return numbers and ids as text, newer ones (`universal`) as
JSON numbers; switches are Y and N nearly everywhere, and true and false of users. Reading takes
every form that is documented, whatever the family; writing uses one form that all of them take.
Source: `API.md` sections 5 to 7 of the facts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from workfront_orm.core import types
from workfront_orm.core.types import parse_datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = ["LINK_TYPES", "codec_of", "is_custom_name", "number_of"]

LINK_TYPES = frozenset(
    {
        "user",
        "employee",
        "crm_company",
        "crm_contact",
        "crm_deal",
        "crm_entity",
        "crm_lead",
        "crm_quote",
    }
)
"""Types that hold the id of another object; 0 means none."""

_YES_NO = {"Y", "N"}


def number_of(value: Any) -> Any:
    """An id as a number where it is one in text; everything else as it is."""
    if value.__class__ is str:
        try:
            return int(value)
        except ValueError:
            return value
    return value


class _Number(types.Codec):
    """Whole numbers, which old methods send as text."""

    name = "integer"

    @staticmethod
    def decode(wire: Any) -> int | None:
        """See `Codec.decode`."""
        if isinstance(wire, bool):
            raise TypeError(wire)
        return None if wire == "" else int(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, int) and not isinstance(value, bool):
            return int(value)
        raise TypeError(f"takes int, not {type(value).__name__} {value!r}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`; text and number of one value are the same."""
        return bool(number_of(old) == number_of(new))


class _Id(_Number):
    """Ids of other objects: 0, an empty text and false mean none."""

    name = "id"

    @staticmethod
    def decode(wire: Any) -> int | None:
        """See `Codec.decode`."""
        return None if wire in (0, "0", "", False) else int(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`; an id in text, as old methods return it, is taken too."""
        if isinstance(value, str) and value.isdigit():
            return int(value)
        return super().encode(value)


class _Decimal(types.Codec):
    """Amounts: text in old methods, JSON numbers in new ones; exact both ways."""

    name = "decimal"

    @staticmethod
    def decode(wire: Any) -> Decimal | None:
        """See `Codec.decode`."""
        if isinstance(wire, bool) or not isinstance(wire, (int, float, str)):
            raise TypeError(wire)
        try:
            return None if wire == "" else Decimal(str(wire))
        except InvalidOperation:
            raise ValueError(wire) from None

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`; text, since a number in JSON may lose digits."""
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise TypeError(f"takes decimal.Decimal, int or float, not {type(value).__name__} {value!r}")
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError("takes a finite number")
        return format(number, "f")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return self.decode(old) == self.decode(new)
        except (TypeError, ValueError):
            return bool(old == new)


class _Switch(types.Codec):
    """Switches: Y and N, 1 and 0, true and false."""

    name = "boolean"
    _on = frozenset({"Y", "y", "1", 1})
    _off = frozenset({"N", "n", "0", 0, ""})

    @classmethod
    def decode(cls, wire: Any) -> bool:
        """See `Codec.decode`."""
        if wire in cls._on:
            return True
        if wire in cls._off:
            return False
        raise ValueError(wire)

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, bool):
            return "Y" if value else "N"
        if value in _YES_NO:
            return value
        raise TypeError(f"takes bool, not {type(value).__name__} {value!r}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return self.decode(old) == self.decode(new)
        except (TypeError, ValueError):
            return bool(old == new)


class _Char(_Switch):
    """One letter: a switch where it is Y or N, else a code such as the meaning of a stage."""

    name = "boolean or letter"

    @classmethod
    def decode(cls, wire: Any) -> Any:
        """See `Codec.decode`."""
        return wire == "Y" if wire in _YES_NO else wire

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, str) and len(value) <= 1:
            return value
        return super().encode(value)


class _Date(types.Codec):
    """Days. Portals return some as the moment at which the day begins, in UTC or in their own zone."""

    name = "date"

    @staticmethod
    def decode(wire: Any) -> date | None:
        """See `Codec.decode`."""
        if not isinstance(wire, str):
            raise TypeError(wire)
        if not wire:
            return None
        moment = parse_datetime(wire)
        if not isinstance(moment, datetime):
            return moment
        there = moment.astimezone(UTC)
        return (there if (there.hour, there.minute) == (0, 0) else moment).date()

    def encode(self, value: Any) -> Any:
        """See `Codec.encode`."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        raise TypeError(f"takes a date, not {type(value).__name__} {value!r}")

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        try:
            return self.decode(old) == self.decode(new)
        except (TypeError, ValueError):
            return bool(old == new)


class _DateTime(types.DateTime):
    """Moments in ISO 8601 with the portal's zone; an empty one is an empty text, or an empty map of users."""

    @staticmethod
    def decode(wire: Any) -> Any:
        """See `Codec.decode`."""
        return None if wire in ("", {}, []) else types.DateTime.decode(wire)


class _Codes(types.Enumeration):
    """Values of a list: numbers, which old methods send as text."""

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`."""
        code = number_of(wire)
        if code in {"", 0} and code not in self.values:
            return None
        return super().decode(code)

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`."""
        return bool(number_of(old) == number_of(new))


class _Words(types.Enumeration):
    """Codes of a directory; an empty text means none."""

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`."""
        return None if wire == "" else super().decode(wire)


def _write_moment(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None or offset.seconds % 60:
        # Local mean times of the past have seconds in their zone, which ISO 8601 has no room for.
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


INTEGER = _Number()
ID = _Id()
DECIMAL = _Decimal()
SWITCH = _Switch()
CHAR = _Char()
DATE = _Date()
DATETIME = _DateTime(_write_moment)

_CODECS: dict[str, types.Codec] = {
    **dict.fromkeys(
        ("string", "text", "url", "address", "money", "resourcebooking", "iblock_element", "iblock_section"), types.TEXT
    ),
    **dict.fromkeys(("integer", "int", "location", "crm_category"), INTEGER),
    **dict.fromkeys(LINK_TYPES, ID),
    "double": DECIMAL,
    "boolean": SWITCH,
    "char": CHAR,
    "date": DATE,
    "datetime": DATETIME,
    "crm": types.TEXT,
    "crm_currency": types.TEXT,
    "crm_status": types.TEXT,
    "enum": types.TEXT,
    "enumeration": INTEGER,
    "object": types.MAP,
    "array": types.ANY,
    # What programs may declare on any system, where Bitrix24 writes it in its own way.
    "decimal": DECIMAL,
    "number": DECIMAL,
}


def codec_of(spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
    """How the values of a field travel."""
    raw = field.raw
    kind = raw.get("type") or "string"
    if kind == "crm_multifield":
        from .multifields import MultiFields  # for the few classes that have any

        return MultiFields(field.name)
    if kind in {"file", "diskfile", "disk_file"}:
        from .files import FILE

        codec: types.Codec = FILE
    else:
        codec = _values_of(spec, field, kind) or _CODECS.get(kind) or _by_prefix(kind)
    return types.ListOf(codec) if raw.get("multiple") and codec is not types.ANY else codec


def is_custom_name(name: str) -> bool:
    """Whether a wire name is that of a portal's own field: `UF_CRM_X`, `ufCrm1_x`."""
    return name.startswith(("UF_", "ufCrm", "ufAuto"))


def _by_prefix(kind: str) -> types.Codec:
    if kind.startswith("crm_enum_"):
        return INTEGER
    return types.NAMED.get(kind, types.ANY)


def _values_of(spec: ObjectSpec | None, field: FieldSpec, kind: str) -> types.Codec | None:
    """The codes of a field with documented values or ones that the portal told."""
    raw = field.raw
    values = field.values
    directory = kind in {"crm_status", "crm_currency", "crm_category", "enumeration"}
    if not values:
        # Without values the portal is asked when a code is assigned.
        return _Words(_name_of(spec, field), (), is_open=True, base=types.TEXT) if kind == "crm_status" else None
    codes = [code for code, _label in values]
    if {str(code) for code in codes} <= _YES_NO:
        return SWITCH
    numeric = kind in {"crm_category", "enumeration"} or kind.startswith("crm_enum_")
    base = INTEGER if numeric or (kind == "integer") else types.TEXT
    pairs = tuple((int(code) if base is INTEGER else str(code), label) for code, label in values)
    made = _Codes if base is INTEGER else _Words
    return made(_name_of(spec, field), pairs, is_open=directory or bool(raw.get("open")) or field.inferred, base=base)


def _name_of(spec: ObjectSpec | None, field: FieldSpec) -> str:
    words = field.name.replace("_", " ").title().replace(" ", "") if field.name.isupper() else field.name
    return f"{spec.name if spec is not None else ''}{words[0].upper()}{words[1:]}"
