"""Adoption: with a key, what the server has already is taken over instead of created once more.

This is what makes a bulk write safe to repeat: after an unknown outcome or a crash, the same
input finds what is there, updates what differs, and creates the rest. Where a server was still
creating when the rerun looked, `duplicates` finds what it then has more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from .delivery import Delivery, Key, fail
from .errors import APIError
from .exchange import Change
from .fields import Field
from .identity import key_of
from .members import convert_name, find_member
from .objects import Object
from .readback import ReadBack, key_values
from .tracking import wire_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .report import ReportRow
    from .session import BaseSession

__all__ = ["adopt", "duplicates", "keys_of"]

Pairs = list[tuple["ReportRow", Change]]


def keys_of(objects: Iterable[Object], key: Any, operation: str) -> dict[type[Object], Key]:
    """The key of each class.

    Args:
        objects: The objects whose classes are meant.
        key: A field, or several, as the caller names them; None for no key.
        operation: What the key is given to, for messages.

    Raises:
        UnknownNameError: A class has no such field.
        TypeError: No name of a field.
    """
    if key is None:
        return {}
    names = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    if not names:
        raise TypeError(f"{operation}: key takes a field or several, not an empty sequence; nothing was sent")
    found: dict[type[Object], Key] = {}
    for cls in dict.fromkeys(type(obj) for obj in objects):
        found[cls] = tuple(convert_name(cls, name) for name in names)
        for name in found[cls]:
            member = find_member(cls, name)
            is_path = ":" in name and not cls._is_custom(name)
            if is_path or not isinstance(member or Field(name), Field):
                raise TypeError(f"{operation}: key takes fields of {cls.__name__}, not {name!r}; nothing was sent")
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


def duplicates(session: BaseSession, objects: Iterable[Object], key: Any) -> list[list[Any]]:
    """See `BaseSession.duplicates`."""
    wanted = list(objects)
    if key is None:
        raise TypeError("duplicates: key takes a field or several, as in save_all")
    found: list[list[Any]] = []
    for cls, names in keys_of(wanted, key, "duplicates").items():
        mine = [obj for obj in wanted if type(obj) is cls]
        looked_for = [Change(kind="create", object=obj, values=_key_fields(obj, names)) for obj in mine]
        rows, refused = ReadBack(session, session.execute).by_key(cls, names, looked_for)
        if refused:
            # An answer without them would say that they are there once.
            raise next(iter(refused.values()))
        given = {obj.id for obj in mine}
        for same in rows.values():
            if len(same) > 1:
                several = session.identity_map.wrap_page(cls, same)
                found.append(sorted(several, key=lambda obj: obj.id not in given))
    return found


def _key_fields(obj: Object, names: Key) -> dict[str, Any]:
    values = {name: obj._row.get(name) for name in names}
    values = {name: value._reference_key() if isinstance(value, Object) else value for name, value in values.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise ValueError(f"duplicates: {obj._label()} has no value for {', '.join(missing)}, which the key asks for")
    return values


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
            ids = ", ".join(str(key_of(cls, match)) for match in matches)
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
        kept_otherwise = [name for name in names if _is_kept_otherwise(change.values.get(name))]
        if kept_otherwise:
            fail(
                row,
                ValueError(
                    f"save {row.object._label()}: key {_shown(kept_otherwise, change)} has blanks at an end or is not in "
                    "Unicode's normal form NFC; servers change such texts, and would not find it again: "
                    "use unicodedata.normalize('NFC', key.strip())"
                ),
            )
        elif None in values:
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
        # Where an object stands may be said in several ways, and is where it was found.
        if name not in cls._place_fields
        and (name not in found or not delivery.readback.same(cls, name, found[name], value))
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


def _is_kept_otherwise(value: Any) -> bool:
    """Whether a server may keep a text as another one, so that a look-up would find nothing and a rerun double it."""
    return isinstance(value, str) and bool(value.strip()) and normalize("NFC", value.strip()) != value


def _shown(names: Iterable[str], change: Change) -> str:
    return ", ".join(f"{name}={change.values.get(name)!r}" for name in names)
