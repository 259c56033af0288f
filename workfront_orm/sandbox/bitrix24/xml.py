"""Answers as XML, for methods that end in `.xml`."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape


def document(value: dict[str, Any]) -> str:
    """Return an envelope as an XML document: `<response>`, an element for each key, `<item>` for each entry of a list."""
    return f'<?xml version="1.0" encoding="utf-8"?><response>{_content(value)}</response>'


def _content(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_element(_name(key), item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(_element("item", item) for item in value)
    if value is None or value is False:
        return ""
    return escape("1" if value is True else str(value))


def _element(name: str, value: Any) -> str:
    return f"<{name}>{_content(value)}</{name}>"


def _name(key: str) -> str:
    """Return a key as the name of an element; what cannot be one becomes `item`."""
    plain = key.replace("_", "a").replace("-", "a")
    return key if plain.isascii() and plain.isalnum() and not key[0].isdigit() else "item"
