"""Woven metadata: all versions of a system in one file, with what they share stored once.

A source checkout has one metadata file a version. They are alike for the most part, so that the installed package
has them woven together: each line once, with the versions that it is in. What is read of a woven version is its
file, character by character.

The first line is JSON: the form, the versions, and which versions each mark stands for. The rest is the lines of all
versions in an order that holds in each of them, object by object. Lines that are in the same versions and stand
beside each other form a run, which begins with its mark; the runs of an object form a block.
"""

from __future__ import annotations

import io
import json
import os

from .metadata import MetadataError, MetadataFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .specs import ObjectSpec

    # Lines with the versions that they are in.
    Woven = list[tuple[str, frozenset[str]]]

__all__ = ["WovenFile", "versions_in", "weave"]

_FORM = 1
# Control characters, which JSON has only escaped.
_BLOCK, _RUN = b"\x1d", b"\x1e"
_MARK = 3


def weave(texts: Mapping[str, str]) -> bytes:
    """The woven file of several versions.

    Args:
        texts: The text of each version's metadata file, in the order of the versions.
    """
    keys: list[str] = []
    blocks: list[Woven] = []
    for version, text in texts.items():
        place = 0
        for key, lines in _parts(text):
            if key in keys[place:]:
                place = keys.index(key, place)
            else:
                # New, or before one that it follows in other versions: an object may have several blocks.
                keys.insert(place, key)
                blocks.insert(place, [])
            blocks[place] = _with_version(blocks[place], version, lines)
            place += 1
    kinds = {those for woven in blocks for _, those in woven}
    sets = sorted(tuple(version for version in texts if version in those) for those in kinds)
    marks = {frozenset(those): _mark(number) for number, those in enumerate(sets)}
    head = json.dumps({"weave": _FORM, "versions": list(texts), "marks": [" ".join(those) for those in sets]})
    return head.encode() + b"\n" + _BLOCK.join(_runs(woven, marks) for woven in blocks)


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of each object with its key, those before the first and those after the last."""
    key = ""
    lines: list[str] = []
    for line in io.StringIO(text, newline="\n"):
        if line[:1] in {'"', "}"}:
            yield key, lines
            key, lines = line.split('"', 2)[1] if line[0] == '"' else "}", []
        lines.append(line)
    yield key, lines


def _with_version(woven: Woven, version: str, lines: list[str]) -> Woven:
    """What is woven of an object, and one more version of it."""
    import difflib  # for those who build the package

    merged: Woven = []
    compared = difflib.SequenceMatcher(None, [line for line, _ in woven], lines, autojunk=False)
    for tag, start, end, new_start, new_end in compared.get_opcodes():
        if tag == "equal":
            merged += [(line, those | {version}) for line, those in woven[start:end]]
        else:
            merged += woven[start:end] + [(line, frozenset({version})) for line in lines[new_start:new_end]]
    return merged


def _mark(number: int) -> bytes:
    return f"{number:0{_MARK}x}".encode()


def _runs(woven: Woven, marks: Mapping[frozenset[str], bytes]) -> bytes:
    parts: list[bytes] = []
    last = None
    for line, those in woven:
        if those != last:
            parts.append((_RUN if parts else b"") + marks[those])
            last = those
        parts.append(line.encode())
    return b"".join(parts)


def versions_in(path: str) -> list[str]:
    """The versions of a woven file, in its order.

    Raises:
        MetadataError: The file cannot be read, or is no such file.
    """
    try:
        with open(path, "rb") as source:
            return [str(version) for version in _header(source.readline())["versions"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MetadataError(f"{path} is no woven metadata file: {error!r}") from error


def _header(line: bytes) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(line)
    if header["weave"] != _FORM:
        raise ValueError(f"form {header['weave']!r}, this version reads form {_FORM}")
    return header


class WovenFile(MetadataFile):
    """The metadata file of one version in a woven one. `path` is the woven file's, with the version's behind it.

    One object is read without going through the others.

    Args:
        path: The woven file.
        version: The version.
        packaged: See `MetadataFile`.
    """

    def __init__(self, path: str, version: str, *, packaged: bool = False) -> None:
        super().__init__(os.path.join(path, f"{version}.json"), packaged=packaged)
        self._woven = path
        self._chosen = version
        self._data: bytes | None = None
        self._marks: frozenset[bytes] = frozenset()

    def key_of(self, name: str) -> str | None:
        """The key of the object with that class name, or None."""
        place = f': {{"name": "{name}", "code": '
        for text in self._objects_with(place):
            end = text.find(place)
            if end >= 0 and text.find("\n", 0, end) < 0:
                return text[1 : end - 1]
        return super().key_of(name)

    def read(self, key: str) -> ObjectSpec:
        """What the file says of one object; see `MetadataFile.read`."""
        if key not in self._objects and self._text is None:
            lead = f'"{key}": '
            for text in self._objects_with(f'{lead}{{"name": '):
                if text.startswith(lead):
                    raw = json.loads(f"{{{text.rstrip().removesuffix(',')}}}")[key]
                    return self._objects.setdefault(key, self._spec(key, raw))
        return super().read(key)

    def _read(self) -> str:
        if self._text is None:
            self._text = "".join(map(self._unwoven, self._woven_data().split(_BLOCK)))
        return self._text

    def _objects_with(self, words: str) -> Iterator[str]:
        """What this version has of the objects that some version says the words of; the other blocks are not touched."""
        data, sought = self._woven_data(), words.encode()
        place = data.find(sought)
        while place >= 0:
            start = data.rfind(_BLOCK, 0, place) + 1
            end = data.find(_BLOCK, place)
            end = len(data) if end < 0 else end
            text = self._unwoven(data[start:end])
            if text[:1] == '"':
                yield text
            place = data.find(sought, end)

    def _woven_data(self) -> bytes:
        """What stands behind the first line of the file, of all versions."""
        if self._data is None:
            try:
                # At once: reading on after a line takes ten times as long.
                with open(self._woven, "rb") as source:
                    head, _, data = source.read().partition(b"\n")
                header = _header(head)
                kinds = enumerate(header["marks"])
                self._marks = frozenset(_mark(number) for number, those in kinds if self._chosen in those.split())
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise MetadataError(f"{self._woven} is no woven metadata file: {error!r}") from error
            self._data = data
        return self._data

    def _unwoven(self, block: bytes) -> str:
        """What this version has of a block; empty where it lacks the object."""
        marks = self._marks
        return b"".join([run[_MARK:] for run in block.split(_RUN) if run[:_MARK] in marks]).decode()
