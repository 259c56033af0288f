"""Hand corrections of generated metadata files, kept apart so that a new file loses none.

An overlay is `{"format": 1, "service": ..., "corrections": [...]}`. A correction is

    {"id": "short-name", "from": "v12.0", "to": "v22.0", "path": ["TASK", "actions", "acceptWork", "arguments"],
     "expect": [], "value": [{"name": "status", "type": "string"}], "reason": "why, and who says so"}

`path` leads from the objects to the key that is set; a list of values is entered by
the value. `expect` is what the generated file must hold there (left out: nothing is
there), so that a correction which the facts have overtaken fails instead of hiding
them. Without `value` the key is removed. Every version from `from` to `to` must
take the correction. The object or member that it changes gets the id in its mark
`overlay`; when a member is removed, its object gets it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

_KEYS = frozenset({"id", "from", "to", "path", "expect", "value", "reason"})
_ABSENT = object()


class OverlayError(ValueError):
    """A correction that is incomplete, or that changes nothing in a version it names."""


def apply(documents: Mapping[str, Json], overlay: Json) -> list[tuple[str, str]]:
    """Apply every correction to the documents of its range.

    Args:
        documents: version -> document, changed in place, in the order of the versions.
        overlay: content of an overlay file.

    Returns:
        (id, version) of everything applied.

    Raises:
        OverlayError: a correction is malformed, its range is no range of the documents,
            or what it expects is not there.
    """
    applied = []
    seen: set[str] = set()
    for correction in overlay["corrections"]:
        name = correction.get("id", "?")
        if set(correction) - _KEYS or {"id", "from", "to", "path", "reason"} - set(correction):
            raise OverlayError(f"correction {name}: needs id, from, to, path, reason and knows expect and value alone")
        if name in seen:
            raise OverlayError(f"correction {name}: the id is used twice")
        seen.add(name)
        for version in _range(list(documents), correction):
            _apply(documents[version]["objects"], correction, version)
            applied.append((name, version))
    return applied


def _range(versions: list[str], correction: Json) -> list[str]:
    try:
        first, last = versions.index(correction["from"]), versions.index(correction["to"])
    except ValueError:
        first, last = 1, 0
    if first > last:
        raise OverlayError(
            f"correction {correction['id']}: {correction['from']} to {correction['to']} is no range of files"
        )
    return versions[first : last + 1]


def _apply(objects: Json, correction: Json, version: str) -> None:
    """Set, replace or remove what the path leads to, and leave the id as a trace."""
    place: Any = objects
    *steps, last = correction["path"]
    for step in steps:
        place = _enter(place, step, correction, version)
    found = _value(place, last)
    expected = correction.get("expect", _ABSENT)
    if found != expected if expected is not _ABSENT else found is not _ABSENT:
        shown = "nothing" if found is _ABSENT else repr(found)
        raise OverlayError(f"correction {correction['id']}: {version} holds {shown} at {'.'.join(correction['path'])}")
    value = correction.get("value", _ABSENT)
    if value == found:
        raise OverlayError(f"correction {correction['id']}: changes nothing in {version}")
    _set(place, last, value if value is _ABSENT else copy.deepcopy(value))
    _trace(objects, correction)


def _enter(place: Any, step: str, correction: Json, version: str) -> Any:
    found = _value(place, step)
    if found is _ABSENT and step in layout.SECTIONS:
        place[step] = found = {}
    if found is _ABSENT:
        raise OverlayError(f"correction {correction['id']}: {version} has no {step} on {'.'.join(correction['path'])}")
    return found


def _value(place: Any, step: str) -> Any:
    if isinstance(place, list):
        return next((pair for pair in place if pair[0] == step), _ABSENT)
    return place.get(step, _ABSENT)


def _set(place: Any, step: str, value: Any) -> None:
    if isinstance(place, list):
        index = next(index for index, pair in enumerate(place) if pair[0] == step)
        place[index : index + 1] = [] if value is _ABSENT else [value]
    elif value is _ABSENT:
        del place[step]
    else:
        place[step] = value
        if all(isinstance(item, dict) for item in place.values()):  # objects, or the members of a section
            for key in sorted(place):
                place[key] = place.pop(key)
        elif "marks" in place:
            place["marks"] = place.pop("marks")


def _trace(objects: Json, correction: Json) -> None:
    """Write the id into the member that the path lies in, or into the object."""
    code, *rest = correction["path"]
    target = objects.get(code)
    if rest and rest[0] in layout.SECTIONS and len(rest) > 1 and target is not None:
        target = target[rest[0]].get(rest[1], target)
    if target is not None:
        target.setdefault("marks", {}).setdefault("overlay", []).append(correction["id"])
