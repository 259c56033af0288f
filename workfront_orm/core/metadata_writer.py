"""Writing metadata files: the layout of format 1, validation, and a place in a folder.

What one version of one service knows is a document: `{"format": 1, "service": ..., "version": ..., "source": ...,
"objects": {...}}`. `text` lays it out so that object keys stand at column 0 and a member is a line: one class
is found by string search, and a changed member is one changed line.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any

from . import metadata
from .reflection import SECTIONS, APIVersion
from .service import find_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["SECTIONS", "problems", "text", "validate", "write"]

_OBJECT_KEYS = ("name", "code")
_SHOWN = 5


def text(document: Mapping[str, Any]) -> str:
    """A metadata document in the layout of format 1.

    Args:
        document: The document.

    Returns:
        The text of the file, ending in a newline.

    Raises:
        ValueError: An object does not begin with `name` and `code`.
    """
    header = {key: value for key, value in document.items() if key != "objects"}
    first = ", ".join(f"{_dump(key)}: {_dump(value)}" for key, value in header.items() if key != "source")
    lines = [f"{{{first},"]
    if "source" in header:
        lines.append(f' "source": {_dump(header["source"])},')
    lines.append(' "objects": {')
    objects = [_object(key, value) for key, value in document["objects"].items()]
    return "\n".join(lines) + "\n" + ",\n".join(objects) + "\n}}\n"


def validate(document: Mapping[str, Any], name: str = "the metadata") -> None:
    """Refuse a document that is no metadata of format 1, or that no classes can be made of.

    Args:
        document: The document.
        name: What messages call it, such as the path of its file.

    Raises:
        MetadataError: The message names the first places that are wrong, and why.
    """
    found = list(problems(document))
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise metadata.MetadataError(f"{name} cannot be used: {'; '.join(found[:_SHOWN])}{more}")


def problems(document: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a document, each with its place: by the schema first, and if that holds, class by class."""
    from jsonschema import Draft202012Validator  # for files of the user's own only

    valid = True
    for error in Draft202012Validator(_schema()).iter_errors(document):
        valid = False
        yield f"{'.'.join(map(str, error.absolute_path)) or 'the document'}: {error.message}"
    if valid:
        yield from _unusable_classes(document)


def write(document: Mapping[str, Any], folder: str | os.PathLike[str]) -> str:
    """Write a valid document to its place in a folder of metadata files, whole or not at all.

    Args:
        document: The document.
        folder: The folder; the file becomes `<service>/<version>.json` in it.

    Returns:
        The path of the file.

    Raises:
        MetadataError: The document is not valid; a file that is there stays as it is.
        OSError: The folder cannot be written to.
    """
    place = os.path.join(folder, document["service"], f"{document['version']}.json")
    validate(document, place)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(place), suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text(document))
        os.replace(temporary, place)
    except BaseException:
        os.unlink(temporary)
        raise
    return place


def _unusable_classes(document: Mapping[str, Any]) -> Iterator[str]:
    """Objects of which no class can be made, such as those whose members collide."""
    service = find_service(document["service"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "metadata.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text(document))
        source = metadata.MetadataFile(path)
        api = APIVersion(document["version"], service, source, path=folder)
        seen: dict[str, str] = {}
        for key, spec in source.read_all().items():
            name = service.class_name(key, spec.name)
            if seen.setdefault(name, key) != key:
                yield f"objects.{key}: {seen[name]} is a class {name}, too"
            try:
                api.by_code[key]
            except metadata.MetadataError as error:
                yield f"objects.{key}: {str(error).rpartition(': ')[2]}"


def _schema() -> Any:
    for folder in metadata.packaged_folders():
        path = os.path.join(folder, "schema.json")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return json.load(file)
    raise metadata.MetadataError("the package lacks its metadata/schema.json: install it again")


def _object(key: str, value: dict[str, Any]) -> str:
    """The lines of one object, the last without a comma."""
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
