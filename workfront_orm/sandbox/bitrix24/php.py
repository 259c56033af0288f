"""What the wire owes to PHP: bracketed parameter names, arrays that are lists and maps at once, loose conversions.

Bitrix24 is written in PHP, and it shows: `filter[>ID]=5` is a nested map, a map with the keys 0..n-1 is a list, an empty map
is printed as `[]`, and a text where a number belongs counts as 0.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any
from urllib.parse import parse_qsl

from workfront_orm.sandbox.bitrix24.errors import RestError

DEPTH = 32

_INTEGER = re.compile(r"\s*([+-]?\d+)")
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_INDEX = re.compile(r"0|[1-9]\d*")


class Raw(str):
    """JSON text that is sent as it is."""

    __slots__ = ()


EMPTY_OBJECT = Raw("{}")
"""An empty object that stays one: PHP prints `{}` for objects, `[]` for empty arrays."""


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Build the map that PHP makes of parameters with bracketed names.

    Args:
        pairs: names and values as sent, in order, decoded.

    Returns:
        Nested maps; `a[]=1` counts up from the highest index. Lists stay maps with the keys "0", "1" (see `arrays`).
    """
    root: dict[str, Any] = {}
    for sent_name, sent_value in pairs:
        name, value = _whole(sent_name, sent_value)
        path = _path(name)
        if not path:
            continue
        node = root
        for part in path[:-1]:
            key = _next_index(node) if part == "" else part
            child = node.get(key)
            if not isinstance(child, dict):
                child = node[key] = {}
            node = child
        last = path[-1]
        node[_next_index(node) if last == "" else last] = value
    return root


def parse_query(text: str) -> dict[str, Any]:
    """Read a query string the way PHP's `parse_str` does; empty pieces (a trailing `&`) are skipped."""
    return nest(parse_qsl(text, keep_blank_values=True, errors="replace"))


def arrays(value: Any, depth: int = 0) -> Any:
    """Turn maps whose keys are 0..n-1 in order into lists, at every level, as PHP knows no difference.

    Raises:
        RestError: nested deeper than any real request.
    """
    if depth > DEPTH:
        raise RestError(400, "INVALID_REQUEST", "The request is nested too deeply.")
    if isinstance(value, dict):
        items = {_scalar(str(key)): arrays(item, depth + 1) for key, item in value.items()}
        return list(items.values()) if is_list(items) else items
    if isinstance(value, list):
        return [arrays(item, depth + 1) for item in value]
    return _scalar(value)


def is_list(value: dict[str, Any]) -> bool:
    """Say whether a map's keys are exactly 0..n-1 in order; an empty map is no list here."""
    return bool(value) and all(key == str(index) for index, key in enumerate(value))


def as_map(value: Any) -> dict[str, Any]:
    """Read a parameter as a map; PHP's empty array and lists count as maps, everything else as an empty one."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {}


def as_list(value: Any) -> list[Any]:
    """Read a parameter as a list: the values of a map, a scalar alone, nothing for nothing."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    return [] if value is None or value == "" else [value]


def dumps(value: Any) -> str:
    """Print a value as PHP's `json_encode` does: empty maps and maps with the keys 0..n-1 become arrays."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        if not value:
            return "[]"
        if is_list(value):
            return "[" + ",".join(dumps(item) for item in value.values()) + "]"
        return "{" + ",".join(f"{_dump(str(key))}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    return _dump(value)


def integer(value: Any) -> int:
    """Read an integer as PHP's `(int)` does: leading digits count, everything else is 0."""
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, (list, dict)):
        return 1 if value else 0
    match = _INTEGER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else 0


def number(value: Any) -> float:
    """Read a number as PHP's `(float)` does: leading digits count, everything else is 0."""
    if isinstance(value, (int, float)):
        return float(value)
    match = _NUMBER.match(value) if isinstance(value, str) else None
    return float(match[1]) if match else 0.0


def truth(value: Any) -> bool:
    """Say whether PHP takes a value for true: not "", "0", 0, null, false or an empty array."""
    return value not in ("", "0", 0, None, False, [], {})


def flag(value: Any) -> bool:
    """Read a switch of the API: `Y`, true and 1 are on, whatever their form."""
    return value is True or str(value).strip().lower() in {"y", "1", "true"}


def text(value: Any) -> str:
    """Read a text as PHP's `(string)` does: true is "1", false and null are "", an array is "Array"."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, (list, dict)):
        return "Array"
    return str(value)


def is_empty(value: Any) -> bool:
    """Say whether a value of a field or filter means nothing: null, "", false or an empty array."""
    return value is None or value is False or value in ("", [], {})


def _scalar(value: Any) -> Any:
    """Return a value that the database takes: no infinite number, no half of a character."""
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value


def _whole(name: str, value: str) -> tuple[str, str]:
    """Mend a name that was cut at an `=` inside its brackets: `filter[<=ID]=2`, sent without encoding."""
    if name.rfind("[") > name.rfind("]") and "]" in value:
        rest, _, value = value.partition("]=")
        return f"{name}={rest.removesuffix(']')}]", value
    return name, value


def _path(name: str) -> list[str]:
    """Split `a[b][]` into its parts; PHP reads what follows the last bracket as nothing."""
    head, bracket, rest = name.lstrip(" ").partition("[")
    if not head:
        return []
    head = head.replace(".", "_").replace(" ", "_")
    if not bracket:
        return [head]
    parts = [head]
    position = 0
    while True:
        end = rest.find("]", position)
        if end < 0:
            # A bracket that never closes is part of the name.
            return [f"{head}_{rest}"] if len(parts) == 1 else parts
        parts.append(rest[position:end])
        if rest[end + 1 : end + 2] != "[" or len(parts) > DEPTH:
            return parts
        position = end + 2


def _next_index(node: dict[str, Any]) -> str:
    indexes = [int(key) for key in node if _INDEX.fullmatch(key)]
    return str(max(indexes) + 1 if indexes else 0)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
