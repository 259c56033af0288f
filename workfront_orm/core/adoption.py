"""Adoption: with a key, what the server has already is taken over instead of created once more.

This is what makes a bulk write safe to repeat: after an unknown outcome or a crash, the same
input finds what is there, updates what differs, and creates the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .delivery import Delivery, Key, fail
from .errors import APIError
from .exchange import Change
from .fields import Field
from .objects import Object, convert_name, find_member
from .readback import key_values
from .tracking import wire_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .report import ReportRow
    from .session import BaseSession

__all__ = ["adopt", "keys_of"]

Pairs = list[tuple["ReportRow", Change]]


def keys_of(rows: Sequence[ReportRow], key: Any) -> dict[type[Object], Key]:
    """The key of each class of which objects may be created.

    Args:
        rows: The rows of the report.
        key: A field, or several, as the caller names them; None for no key.

    Raises:
        UnknownNameError: A class has no such field.
        TypeError: No name of a field.
    """
    if key is None:
        return {}
    names = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    if not names:
        raise TypeError("save_all: key takes a field or several, not an empty sequence; nothing was sent")
    found: dict[type[Object], Key] = {}
    new = {type(row.object) for row in rows if row.object._state.status == "new"}
    for cls in dict.fromkeys(type(row.object) for row in rows):
        wire_names = tuple(convert_name(cls, name) for name in names)
        for name in wire_names:
            member = find_member(cls, name)
            if ":" in name.removeprefix("DE:") or not isinstance(member or Field(name), Field):
                raise TypeError(f"save_all: key takes fields of {cls.__name__}, not {name!r}; nothing was sent")
        if cls in new:
            found[cls] = wire_names
    return found


def adopt(session: BaseSession, delivery: Delivery, pairs: Pairs, keys: dict[type[Object], Key]) -> Pairs:
    """Turn creates of what the server has by its key into updates of what differs.

    Args:
        session: The session whose objects are saved.
        delivery: Reads what the server has.
        pairs: Rows of the report with their changes.
        keys: By class, the key that tells its rows apart.

    Returns:
        The rows with changes to send; rows that are settled are left out.
    """
    kept = [(row, change) for row, change in pairs if change.kind != "create"]
    creates: dict[type[Object], Pairs] = {}
    for row, change in pairs:
        if change.kind == "create":
            creates.setdefault(type(change.object), []).append((row, change))
    for cls, created in creates.items():
        kept += _adopt_class(session, delivery, cls, _with_key(cls, created, keys[cls]), keys[cls])
    return kept


def _adopt_class(session: BaseSession, delivery: Delivery, cls: type[Object], pairs: Pairs, names: Key) -> Pairs:
    for _row, change in pairs:
        # What is set to None is cleared where the server has a value; a new object has none.
        change.originals = {name: None for name, value in wire_values(change.object).items() if value is None}
    try:
        found, refused = delivery.readback.by_key(cls, names, [change for _row, change in pairs])
    except APIError as error:
        # Without the look-up a create could double what is there.
        for row, _change in pairs:
            fail(row, error)
        return []
    kept: Pairs = []
    for row, change in pairs:
        values = key_values(cls, names, change.values)
        reason = next((refused[value] for value in values if value in refused), None)
        matches = found.get(values, [])
        if reason is not None:
            fail(row, reason)
        elif len(matches) > 1:
            ids = ", ".join(str(match.get(cls._key[0])) for match in matches)
            fail(row, ValueError(f"save {cls.__name__}: key {_shown(names, change)} is that of several: {ids}"))
        elif not matches:
            kept.append((row, change))
        else:
            kept += _adopted(session, delivery, row, change, matches[0])
    return kept


def _with_key(cls: type[Object], pairs: Pairs, names: Key) -> Pairs:
    """The creates whose key is complete and unique among them; the others fail."""
    seen: dict[tuple[Any, ...], ReportRow] = {}
    unique: Pairs = []
    for row, change in pairs:
        values = key_values(cls, names, change.values)
        if None in values:
            missing = ", ".join(name for name, value in zip(names, values, strict=True) if value is None)
            fail(row, ValueError(f"save {row.object._label()}: a key is given, and {missing} has no value"))
        elif values in seen:
            fail(
                row,
                ValueError(
                    f"save {row.object._label()}: key {_shown(names, change)} is that of row {seen[values].index} too"
                ),
            )
        else:
            seen[values] = row
            unique.append((row, change))
    return unique


def _adopted(session: BaseSession, delivery: Delivery, row: ReportRow, change: Change, found: dict[str, Any]) -> Pairs:
    """An object that the server has: it gets the id, and what differs becomes an update."""
    obj = change.object
    cls = type(obj)
    wanted = {**change.originals, **change.values}
    differing = {
        name: value
        for name, value in wanted.items()
        if name not in found or not delivery.readback.same(cls, name, found[name], value)
    }
    for name in cls._key:
        obj._row[name] = found[name]
    obj._state.status = "persistent"
    obj._originals = {name: found.get(name) for name in differing}
    for name, value in found.items():
        obj._row.setdefault(name, value)
    session.identity_map.add(obj)
    obj._settle()
    if not differing:
        row.status = "unchanged"
        return []
    return [(row, Change(kind="update", object=obj, values=differing, originals=dict(obj._originals)))]


def _shown(names: Key, change: Change) -> str:
    return ", ".join(f"{name}={change.values.get(name)!r}" for name in names)
