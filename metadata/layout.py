"""Layout of a metadata file, format 1: valid JSON, one member a line.

Object keys stand at column 0, so that a reader finds one class by string search
and reads it with `json.JSONDecoder.raw_decode`, and a changed member is one
changed line in a diff. Every converter in this folder writes through `text`.
"""

from __future__ import annotations

import json
from typing import Any

SECTIONS = ("fields", "references", "collections", "actions", "queries")
_OBJECT_KEYS = ("name", "code")


def text(document: dict[str, Any]) -> str:
    """Return a metadata document in the layout of format 1.

    Args:
        document: `{"format": 1, "service": ..., "version": ..., "source": ..., "objects": {...}}`.

    Returns:
        The text of the file, ending in a newline.

    Raises:
        ValueError: an object does not begin with `name` and `code`.
    """
    header = {key: value for key, value in document.items() if key != "objects"}
    first = ", ".join(f"{_dump(key)}: {_dump(value)}" for key, value in header.items() if key != "source")
    lines = [f"{{{first},"]
    if "source" in header:
        lines.append(f' "source": {_dump(header["source"])},')
    lines.append(' "objects": {')
    objects = [_object(key, value) for key, value in document["objects"].items()]
    return "\n".join(lines) + "\n" + ",\n".join(objects) + "\n}}\n"


def _object(key: str, value: dict[str, Any]) -> str:
    """Return the lines of one object, the last without a comma."""
    if tuple(value)[:2] != _OBJECT_KEYS:
        raise ValueError(f"object {key} must begin with name and code, not with {tuple(value)[:2]}")
    head = ", ".join(f"{_dump(name)}: {_dump(item)}" for name, item in value.items() if name not in SECTIONS)
    sections = [_section(name, value[name]) for name in SECTIONS if value.get(name)]
    if not sections:
        return f"{_dump(key)}: {{{head}}}"
    return f"{_dump(key)}: {{{head},\n" + ",\n".join(sections) + "}"


def _section(name: str, members: dict[str, Any]) -> str:
    lines = ",\n".join(f"  {_dump(key)}: {_dump(value)}" for key, value in members.items())
    return f" {_dump(name)}: {{\n{lines}\n }}"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
