"""Metadata files: where they are looked for, and how one object is read of one without parsing the others.

A metadata file describes one version of one system: its objects and, of each,
the fields, references, collections, actions and named queries, as the system
names them (see `specs`). The format is JSON laid out so that one object can be read
without parsing the others (`metadata/README.md` describes it): object keys stand
at the start of a line, everything else does not.
"""

from __future__ import annotations

import json
import os

from .specs import ObjectSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

__all__ = [
    "MetadataError",
    "MetadataFile",
    "MetadataNotFoundError",
    "add_folder",
    "config_folder",
    "find",
    "meant_version",
    "packaged_folders",
    "search_path",
    "version_order",
    "versions",
]

FORMAT = 1
"""The format of metadata files that this code reads."""

WOVEN = "versions.woven"
"""What the file is called that has all versions of a system; see `weave`."""

_SHOWN = 200


class MetadataError(Exception):
    """A metadata file that cannot be used; the message names the file and the place."""


class MetadataNotFoundError(MetadataError):
    """No metadata file for the service and version that were asked for."""


# --- one file -----------------------------------------------------------------------


_ENTRY = json.JSONDecoder()


class MetadataFile:
    """One metadata file: one version of one service.

    The text is read once, on first use; objects are decoded one by one when asked for.

    Args:
        path: The file.
        packaged: Whether it is one of this package's, which the tests have looked through: its entries are taken as
            they are.

    Raises:
        MetadataError: On use, when the file is missing, no JSON or of another format.
    """

    def __init__(self, path: str | os.PathLike[str], *, packaged: bool = False) -> None:
        self.path = os.fspath(path)
        self._packaged = packaged
        self._text: str | None = None
        self._header: dict[str, Any] | None = None
        self._names: dict[str, str] | None = None
        self._objects: dict[str, ObjectSpec] = {}
        self._complete = False
        # Where to look for an object first.
        self._place = 0

    def __repr__(self) -> str:
        """Name the file."""
        return f"MetadataFile({self.path!r})"

    @property
    def header(self) -> dict[str, Any]:
        """Everything the file says beside its objects: format, service, version, source.

        Raises:
            MetadataError: The file is no metadata file of a known format.
        """
        if self._header is None:
            text = self._read()
            start = text.find('"objects": {')
            try:
                header = json.loads(text[:start] + '"objects": {}}') if start > 0 else json.loads(text)
                form = header.get("format")
            except (ValueError, AttributeError, RecursionError) as error:
                raise MetadataError(f"{self.path} is no metadata file: {error}") from error
            if form != FORMAT:
                raise MetadataError(f"{self.path} has metadata format {form!r}, this version reads format {FORMAT}")
            for name in ("service", "version"):
                if not isinstance(header.get(name), str):
                    raise MetadataError(f"{self.path} does not say which {name} it describes")
            header.pop("objects", None)
            self._header = header
        return self._header

    @property
    def service(self) -> str:
        """The service that the file describes."""
        return str(self.header["service"])

    @property
    def version(self) -> str:
        """The version of the service's API that the file describes."""
        return str(self.header["version"])

    def names(self) -> dict[str, str]:
        """The key of each object by its class name, in the order of the file."""
        if self._names is None:
            import re  # needed for a listing only, one class is found without it

            found = re.findall(r'\n"([^"\\]+)": \{"name": "([^"\\]+)"', self._read())
            self._names = {name: key for key, name in found} or {
                spec.name: key for key, spec in self.read_all().items()
            }
        return self._names

    def codes(self) -> list[str]:
        """The codes of the objects that have one, in the order of the file."""
        import re  # needed for a listing only, one class is found without it

        found = re.findall(r'\n"([^"\\]+)": \{"name": "[^"\\]+", "code": "', self._read())
        return found or [key for key, spec in self.read_all().items() if spec.code is not None]

    def key_of(self, name: str) -> str | None:
        """The key of the object with that class name, or None."""
        if self._names is not None:
            return self._names.get(name)
        text = self._read()
        place = text.find(f': {{"name": "{name}", "code": ')
        start = text.rfind("\n", 0, place) + 1
        # Only the line of an object begins with a quote.
        if place < 0 or text[start : start + 1] != '"':
            return self.names().get(name)
        self._place = start - 1
        return text[start + 1 : place - 1]

    def read(self, key: str) -> ObjectSpec:
        """What the file says of one object.

        Args:
            key: The object's key: its code, or its name when it has none.

        Raises:
            KeyError: The file has no such object.
            MetadataError: The entry is no JSON, or not what an object's entry is.
        """
        spec = self._objects.get(key)
        if spec is None:
            text = self._read()
            lead = f'\n"{key}": '
            # Who reads several mostly reads them in order.
            place = self._place
            start = text.find(lead, place)
            if start < 0:
                start = text.find(lead, 0, place)
            if start < 0:
                # Once all are read, what is not among them is not there.
                return (self._objects if self._complete else self.read_all())[key]
            try:
                raw, self._place = _ENTRY.raw_decode(text, start + len(lead))
            except (ValueError, RecursionError) as error:
                raise MetadataError(f"{self.path}, object {key}: {error}") from error
            spec = self._objects.setdefault(key, self._spec(key, raw))
        return spec

    def read_all(self) -> dict[str, ObjectSpec]:
        """What the file says of every object, by key, in the order of the file.

        Raises:
            MetadataError: The file is no JSON, has no objects, or one that is not what an object's entry is.
        """
        if not self._complete:
            try:
                objects = dict(json.loads(self._read())["objects"])
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise MetadataError(f"{self.path} is no metadata file: {error!r}") from error
            self._objects = {key: self._objects.get(key) or self._spec(key, raw) for key, raw in objects.items()}
            self._complete = True
        return self._objects

    def _spec(self, key: str, raw: Any) -> ObjectSpec:
        """The entry of an object, after a look at its shape: a user's file may have any.

        Raises:
            MetadataError: A part is not what it has to be; the message names the place.
        """
        if self._packaged:
            return ObjectSpec(key, raw)
        if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
            raise MetadataError(f"{self.path}, object {key}: it has to be a map with a name")
        wrong = _wrong_part(raw)
        if wrong:
            raise MetadataError(f"{self.path}, object {key}: {wrong}")
        for section in ("fields", "references", "collections", "actions", "queries"):
            members = raw.get(section)
            if members is not None and not isinstance(members, dict):
                raise MetadataError(f"{self.path}, object {key}: {section} has to be a map of names to entries")
            for name, entry in (members or {}).items():
                if not isinstance(entry, dict) or not _readable(entry):
                    raise MetadataError(
                        f"{self.path}, object {key}, {section}, {name}: {json.dumps(entry)[:_SHOWN]} is no entry"
                    )
        return ObjectSpec(key, raw)

    def _read(self) -> str:
        if self._text is None:
            try:
                # In binary and decoded at once: half the time of reading it as text.
                with open(self.path, "rb") as source:
                    self._text = source.read().decode()
            except (OSError, UnicodeDecodeError) as error:
                raise MetadataError(f"metadata file {self.path} cannot be read: {error}") from error
        return self._text


_TYPES: dict[str, type | tuple[type, ...]] = {
    "type": str,
    "label": str,
    "target": str,
    "field": str,
    "reference": str,
    "result": str,
    "javaType": str,
    "code": str,
    "marks": dict,
    "flags": list,
    "values": list,
    "arguments": list,
    "operations": list,
    "key": (str, list),
}


def _mistyped(entry: dict[str, Any]) -> str | None:
    """The first part of an entry, of a member or an object, that is not of the type that the mapper goes through."""
    for part, value in entry.items():
        if value is not None and not isinstance(value, _TYPES.get(part, object)):
            return part
    return None


def _readable(entry: dict[str, Any]) -> bool:
    """Whether the parts of a member's entry that the mapper goes through are what they have to be."""
    if _mistyped(entry) is not None:
        return False
    values = entry.get("values")
    if values is not None and not all(map(_is_value, values)):
        return False
    arguments = entry.get("arguments")
    return arguments is None or all(
        isinstance(argument, dict) and isinstance(argument.get("name"), str) and _mistyped(argument) is None
        for argument in arguments
    )


def _wrong_part(raw: dict[str, Any]) -> str:
    """What is wrong with an object's own parts; empty when nothing is."""
    if not raw["name"].isprintable() or not raw["name"]:
        return f"{raw['name'][:_SHOWN]!r} is no name"
    mistyped = _mistyped(raw)
    if mistyped is not None:
        return f"{mistyped} has to be {'a map' if mistyped == 'marks' else 'a text or a list of texts'}"
    for part in ("key", "operations"):
        if isinstance(raw.get(part), list) and not all(isinstance(item, str) for item in raw[part]):
            return f"{part} has to be a list of texts"
    return ""


def _is_value(pair: Any) -> bool:
    """Whether that is a documented value with its label."""
    return (
        isinstance(pair, list)
        and len(pair) == 2  # noqa: PLR2004 - value and label
        and isinstance(pair[0], (str, int, float))
        and isinstance(pair[1], (str, type(None)))
    )


# --- finding files ------------------------------------------------------------------


def search_path() -> list[str]:
    """The folders that are searched for `<service>/<version>.json`, first wins.

    `WORKFRONT_ORM_METADATA` (one folder, or several separated as in `PATH`), the user's
    configuration folder, those of services that other packages bring, the files of the package.
    """
    folders = [folder for folder in os.environ.get("WORKFRONT_ORM_METADATA", "").split(os.pathsep) if folder]
    folders.append(os.path.join(config_folder(), "metadata"))
    folders.extend(_added)
    folders.extend(packaged_folders())
    return folders


_added: list[str] = []


def add_folder(folder: str) -> None:
    """Search a folder too, before those of this package: what a service of another package brings."""
    if folder not in _added:
        _added.append(folder)


def config_folder() -> str:
    """The user's configuration folder for this library; it need not exist."""
    base = os.environ.get("XDG_CONFIG_HOME") or (
        os.environ.get("APPDATA") if os.name == "nt" else os.path.expanduser("~/.config")
    )
    return os.path.join(base or os.curdir, "workfront_orm")


def find(service: str, version: str, path: str | os.PathLike[str] | None = None) -> MetadataFile:
    """The metadata file of a version of a service.

    Args:
        service: The service's name, as it is registered.
        version: The version as the service writes it.
        path: A metadata file, or a folder to search before the others.

    Raises:
        MetadataNotFoundError: There is none, the message names the versions there are; or no such path.
    """
    folders = search_path()
    if path is not None:
        if os.path.isfile(path):
            return MetadataFile(path)
        if not os.path.isdir(path):
            raise MetadataNotFoundError(f"no metadata at {os.fspath(path)!r}: there is no such file or folder")
        folders.insert(0, os.fspath(path))
    if version and os.path.basename(version) == version:
        for folder in folders:
            candidate = os.path.join(folder, service, version + ".json")
            if os.path.isfile(candidate):
                return MetadataFile(candidate, packaged=folder in packaged_folders())
            woven = os.path.join(folder, service, WOVEN)
            if os.path.isfile(woven):
                from .weave import WovenFile, versions_in  # in an installed package only

                if version in versions_in(woven):
                    return WovenFile(woven, version, packaged=folder in packaged_folders())
    known = versions(service)
    raise MetadataNotFoundError(
        f"no metadata for version {version!r} of {service}{meant_version(version, known)}; "
        f"versions with metadata: {', '.join(known) or 'none'}"
    )


def meant_version(version: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown version: the one that `22` or `v22` stands for, where that is `v22.0`.

    Args:
        version: The unknown version.
        known: The versions there are.
    """
    bare = {name.removeprefix("v").removesuffix(".0"): name for name in known}
    same = bare.get(version.lower().removeprefix("v").removesuffix(".0"))
    return "" if same is None else f"; did you mean {same!r}?"


def versions(service: str, folders: Iterable[str] | None = None) -> list[str]:
    """The versions of a service for which there is a metadata file, oldest first, unnumbered ones last.

    Args:
        service: The service's name.
        folders: The folders to look in; None for those that are searched.
    """
    found: set[str] = set()
    for folder in search_path() if folders is None else folders:
        for entry in _entries(os.path.join(folder, service)):
            if entry.endswith(".json") and not entry.startswith("overlay"):
                found.add(entry[: -len(".json")])
            elif entry == WOVEN:
                from .weave import versions_in  # in an installed package only

                found.update(versions_in(os.path.join(folder, service, entry)))
    return sorted(found, key=version_order)


def _entries(folder: str) -> Iterator[str]:
    try:
        yield from os.listdir(folder)
    except OSError:
        return


def version_order(version: str) -> tuple[int, tuple[int, ...], str]:
    """What versions are sorted by: their numbers, and after those the ones without."""
    numbers = version.removeprefix("v").split(".")
    if all(number.isdigit() for number in numbers):
        return 0, tuple(int(number) for number in numbers), version
    return 1, (), version


def packaged_folders() -> list[str]:
    """The folders where the files of the package are."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # In an installed package the files lie inside; in a source checkout at its top.
    return [os.path.join(package, "metadata"), os.path.join(os.path.dirname(package), "metadata")]
