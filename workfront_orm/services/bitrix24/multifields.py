"""Multi-fields: phones, e-mails, web addresses and messengers, values with ids of their own inside an object.

The portal changes an entry that is sent with its id, adds one without, and removes one with
`DELETE`; what is not mentioned stays. So a list that a program assigns is compared with the one
that was read, and only the difference travels. Source: `API.md` section 6 of the facts.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field

from workfront_orm.core import types

__all__ = ["MultiField", "MultiFields", "difference"]

DEFAULT_TYPE = "WORK"


@define(unsafe_hash=True)
class MultiField:
    """One phone, e-mail, web address or messenger; equal to another of the same value and type, whatever its id.

    Attributes:
        value: The number or address.
        type: What it is for: WORK, MOBILE, HOME, FAX, MAILING ... (messengers: TELEGRAM, VIBER ...).
        id: Its id on the portal; None for one that is not saved yet.
    """

    value: str
    type: str = DEFAULT_TYPE
    id: int | None = field(default=None, eq=False)

    def __str__(self) -> str:
        """The number or address."""
        return self.value


class MultiFields(types.Codec):
    """A list of multi-fields of one kind.

    Args:
        kind: PHONE, EMAIL, WEB, IM or LINK; `fm` for the list of all of them that newer methods return.
    """

    mutable = True
    by_difference = True

    def __init__(self, kind: str) -> None:
        self.name = f"list of MultiField ({kind})"
        self.kind = kind
        # A condition compares one value, not the list.
        self.item = types.TEXT

    def decode(self, wire: Any) -> Any:
        """See `Codec.decode`; one entry alone, and a text, are what conditions that are applied here compare."""
        if isinstance(wire, str):
            return wire
        if isinstance(wire, dict) and ("VALUE" in wire or "value" in wire):
            return _value(wire).value
        entries = wire if isinstance(wire, list) else list(wire.values()) if isinstance(wire, dict) else []
        return [_value(entry) for entry in entries]

    def encode(self, value: Any) -> list[dict[str, Any]]:
        """See `Codec.encode`; texts stand for entries of the type WORK."""
        if isinstance(value, (str, MultiField)) or not isinstance(value, (list, tuple)):
            raise TypeError(f"takes a list of MultiField or of str, not {type(value).__name__} {value!r}")
        return [_entry(item) for item in value]

    def same(self, old: Any, new: Any) -> bool:
        """See `Codec.same`: nothing would have to be sent."""
        try:
            return not difference(old or [], new or [])
        except (AttributeError, KeyError, TypeError):
            # What came are no entries.
            return bool(old == new)


def difference(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is sent to turn one list into another.

    An entry without an id that has the value and type of an old one is that one, so that a list
    written in plain texts twice adds nothing.

    Args:
        old: The entries as the portal returned them.
        new: The entries that there are to be.

    Returns:
        Entries to change (`ID` and what differs), to add (no `ID`) and to remove (`ID`, `DELETE`).
    """
    # An old entry without an id is one that was just sent.
    left = {str(entry.get("ID", f"sent {place}")): entry for place, entry in enumerate(old)}
    unnamed = [entry for entry in new if entry.get("ID") is None]
    sent: list[dict[str, Any]] = []
    for entry in new:
        if entry.get("ID") is None:
            continue
        before = left.pop(str(entry["ID"]), None)
        if before is None or _told(before) != _told(entry):
            sent.append({"ID": entry["ID"], "VALUE": entry["VALUE"], "VALUE_TYPE": entry["VALUE_TYPE"]})
    added = []
    for entry in unnamed:
        twin = next((key for key, before in left.items() if _told(before) == _told(entry)), None)
        if twin is None:
            added.append({"VALUE": entry["VALUE"], "VALUE_TYPE": entry["VALUE_TYPE"]})
        else:
            del left[twin]
    removed = [{"ID": entry["ID"], "DELETE": "Y"} for entry in left.values() if "ID" in entry]
    return [*sent, *added, *removed]


def _told(entry: dict[str, Any]) -> tuple[str, str]:
    return str(entry.get("VALUE") or ""), str(entry.get("VALUE_TYPE") or DEFAULT_TYPE)


def _value(entry: Any) -> MultiField:
    if not isinstance(entry, dict):
        raise TypeError(entry)
    # Newer methods write the same entries in camelCase.
    number = entry.get("ID", entry.get("id"))
    return MultiField(
        str(entry.get("VALUE", entry.get("value")) or ""),
        str(entry.get("VALUE_TYPE", entry.get("valueType")) or DEFAULT_TYPE),
        None if number is None else int(number),
    )


def _entry(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        item = MultiField(item)
    if not isinstance(item, MultiField):
        raise TypeError(f"takes MultiField or str, not {type(item).__name__} {item!r}")
    if not isinstance(item.value, str) or not item.value.strip():
        raise ValueError("takes entries with a value; remove an entry from the list to delete it")
    entry = {"VALUE": item.value, "VALUE_TYPE": item.type}
    return entry if item.id is None else {"ID": item.id, **entry}
