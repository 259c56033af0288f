"""What changes between two versions of an API: classes, members, types, values.

`diff("v14.0", "v22.0")` compares what the metadata says, not where it says it from: marks of provenance
make no difference, but doubt is passed on, since a type that was inferred may not have changed at all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from attrs import asdict, define

from . import metadata
from .describe import doubts
from .errors import UnknownNameError, near_matches
from .reflection import SECTIONS, APIVersion, python_names
from .service import find_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .metadata import MetadataFile
    from .service import Service
    from .specs import MemberSpec, ObjectSpec

__all__ = ["COLUMNS", "Detail", "Difference", "Entry", "Side", "cells", "compare_classes", "diff"]

KINDS = dict(zip(SECTIONS, ("field", "reference", "collection", "action", "query"), strict=True))
"""What one member of each section is called."""

# What is compared of each kind, by key of the metadata; the rest says where something is from or how it is shown.
_ASPECTS: Mapping[str, tuple[str, ...]] = {
    "class": ("name", "code", "operations"),
    "field": ("type", "javaType", "reference", "readOnly", "required", "multiple", "open", "enumType", "flags"),
    "reference": ("target", "field"),
    "collection": ("target",),
    "action": ("arguments", "result", "instance"),
    "query": ("arguments", "result", "filters"),
}
_FLAGS_WITH_KEYS = frozenset({"readonly", "required"})
_WORDS = {"javaType": "exact type", "readOnly": "read-only", "open": "open to tenants", "enumType": "enumeration"}


@define(frozen=True)
class Detail:
    """One thing that changed about a class or member.

    Attributes:
        aspect: What: type, target, arguments, values ...
        old: What it was; None where it was not said.
        new: What it is; None where it is not said.
    """

    aspect: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        """The change in words."""
        if self.aspect.startswith("values "):
            return f"{self.aspect}: {', '.join(_value(pair) for pair in self.new or self.old)}"
        if self.aspect.endswith(" in"):
            return f"{self.aspect} {self.new}"
        if self.aspect == "exact type":
            return f"{self.aspect}: {self.old or 'none'} -> {self.new or 'none'}"
        return f"{self.aspect}: {_shown(self.old)} -> {_shown(self.new)}"


@define(frozen=True)
class Entry:
    """One class or member that is not the same in both.

    Attributes:
        change: `added`, `removed` or `changed`.
        kind: `class`, `field`, `reference`, `collection`, `action` or `query`.
        class_name: The Python name of the class.
        name: The wire name of the member; of a class its code, or its name where it has none.
        python: The Python name of the member, None where it has none; of a class that of the class.
        details: What changed, of a class or member that both have.
        doubts: What is not certain about it on either side, a sentence each.
    """

    change: str
    kind: str
    class_name: str
    name: str
    python: str | None
    details: tuple[Detail, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """What a person calls it: `Task`, `Task.status`, `Task['DE:Region']`."""
        if self.kind == "class":
            return self.class_name
        return f"{self.class_name}.{self.python}" if self.python else f"{self.class_name}[{self.name!r}]"

    def __str__(self) -> str:
        """One line: sign, path, kind, wire name, details."""
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.change]
        details = "; ".join(map(str, self.details))
        return f"{sign} {self.path} ({self.kind} {self.name}){f': {details}' if details else ''}"


@define(frozen=True, repr=False)
class Difference:
    """What is not the same in two versions; iterates over its entries, and is false when there are none.

    Attributes:
        service: The system's name.
        old: The version that is compared from; of a tenant's as `profile:version`.
        new: The version that is compared to.
        entries: Classes by name, each followed by its members by kind and name. The members of a class that is added or
            removed as a whole are not listed.
    """

    service: str
    old: str
    new: str
    entries: tuple[Entry, ...]

    def of(self, change: str | None = None, kind: str | None = None, class_name: str | None = None) -> Difference:
        """The same with fewer entries.

        Args:
            change: `added`, `removed` or `changed`.
            kind: `class`, `field`, `reference`, `collection`, `action` or `query`.
            class_name: The Python name of a class.
        """
        wanted = {"change": change, "kind": kind, "class_name": class_name}
        chosen = [
            entry
            for entry in self.entries
            if all(value is None or getattr(entry, name) == value for name, value in wanted.items())
        ]
        return Difference(self.service, self.old, self.new, tuple(chosen))

    @property
    def added(self) -> Difference:
        """What only the new version has."""
        return self.of("added")

    @property
    def removed(self) -> Difference:
        """What only the old version has."""
        return self.of("removed")

    @property
    def changed(self) -> Difference:
        """What both have and is not the same."""
        return self.of("changed")

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of entries by change and kind."""
        found: dict[str, dict[str, int]] = {}
        for entry in self.entries:
            kinds = found.setdefault(entry.change, {})
            kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
        return found

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        entries = [{**asdict(entry), "path": entry.path} for entry in self.entries]
        return {"service": self.service, "old": self.old, "new": self.new, "counts": self.counts(), "entries": entries}

    def __iter__(self) -> Iterator[Entry]:
        """The entries."""
        return iter(self.entries)

    def __len__(self) -> int:
        """The number of entries."""
        return len(self.entries)

    def __str__(self) -> str:
        """One line an entry."""
        return "\n".join([self._title(), *map(str, self.entries)])

    def __repr__(self) -> str:
        """The versions and the number of entries."""
        return f"<Difference {self._title()}>"

    def _repr_html_(self) -> str:
        """A table a class, folded where there are many."""
        return difference_html(self, self._title())

    def _title(self) -> str:
        return f"{self.service} {self.old} -> {self.new}: {_counted(self)}"


def diff(old: Any, new: Any, class_name: str | None = None, *, service: str) -> Difference:
    """Compare two versions of an API.

    Args:
        old: A version such as `v14.0`, the path of a metadata file, or an `APIVersion` such as `session.api`.
        new: Another one.
        class_name: A class to compare alone, by Python name or code.
        service: The system, where versions are named by a string.

    Raises:
        MetadataNotFoundError: There is no metadata for a version.
        UnknownNameError: Neither version has that class.
        ValueError: The two are versions of different systems.
    """
    before, after = Side(old, service), Side(new, service)
    if before.service is not after.service:
        raise ValueError(
            f"{before.service.name} {before.version} and {after.service.name} {after.version} have nothing in common"
        )
    entries = [entry for pair in _pairs(before, after, class_name) for entry in compare_classes(before, after, *pair)]
    return Difference(before.service.name, before.label, after.label, tuple(entries))


class Side:
    """One of the two versions that are compared.

    Args:
        given: A version, the path of a metadata file, a `MetadataFile` or an `APIVersion`.
        service: The system, where a version is named by a string.

    Attributes:
        service: The system.
        source: The metadata.
        version: The version.
        label: What a person calls it: the version, with the profile before it where it is a tenant's.
        specs: What the metadata says of each class, by key.
    """

    service: Service
    source: MetadataFile

    def __init__(self, given: Any, service: str) -> None:
        if isinstance(given, APIVersion):
            if given.service is None or given.source is None:
                raise TypeError(f"{given!r} is made by hand and has no metadata to compare")
            self.service, self.source = given.service, given.source
        elif isinstance(given, metadata.MetadataFile):
            self.service, self.source = find_service(given.service), given
        elif isinstance(given, (str, os.PathLike)):
            is_file = os.path.isfile(given)
            self.source = metadata.MetadataFile(given) if is_file else metadata.find(service, str(given))
            self.service = find_service(self.source.service)
        else:
            raise TypeError(f"diff takes versions, paths of metadata files or APIVersions, not {given!r}")
        self.version = self.source.version
        profile = getattr(given, "profile", None)
        self.label = self.version if profile is None else f"{profile}:{self.version}"
        self.specs = self.source.read_all()

    def class_name(self, spec: ObjectSpec) -> str:
        """The Python name of a class."""
        return self.service.class_name(spec.key, spec.name)

    def names(self, spec: ObjectSpec) -> dict[tuple[str, str], str]:
        """The Python names of a class's members, the key included, by section and wire name."""
        key_fields = self.service.key_fields(spec)
        own = {("fields", key_fields[0]): "id"} if len(key_fields) == 1 else {}
        return {**own, **python_names(self.service, spec)}


def _pairs(before: Side, after: Side, name: str | None) -> list[tuple[ObjectSpec | None, ObjectSpec | None]]:
    """Classes of both sides that are one, by code; by name where a code became known or was lost."""
    by_name = {after.class_name(spec): spec for spec in after.specs.values()}
    pairs: list[tuple[ObjectSpec | None, ObjectSpec | None]] = []
    met: set[str] = set()
    for key, spec in before.specs.items():
        other = after.specs.get(key)
        if other is None:
            namesake = by_name.get(before.class_name(spec))
            if namesake is not None and (namesake.code is None or spec.code is None):
                other = namesake
        if other is not None:
            met.add(other.key)
        pairs.append((spec, other))
    pairs += [(None, spec) for key, spec in after.specs.items() if key not in met]

    def title(pair: tuple[ObjectSpec | None, ObjectSpec | None]) -> str:
        spec = pair[1] or pair[0]
        return "" if spec is None else after.class_name(spec)

    if name is not None:
        known = {
            word
            for pair in pairs
            for side, spec in zip((before, after), pair, strict=True)
            if spec is not None
            for word in (side.class_name(spec), spec.key)
        }
        if name not in known:
            raise UnknownNameError(
                f"neither {before.version} nor {after.version} has a class {name!r}{near_matches(name, known)}"
            )
        pairs = [
            pair
            for pair in pairs
            if any(
                spec is not None and name in {side.class_name(spec), spec.key}
                for side, spec in zip((before, after), pair, strict=True)
            )
        ]
    return sorted(pairs, key=title)


def compare_classes(before: Side, after: Side, old: ObjectSpec | None, new: ObjectSpec | None) -> Iterator[Entry]:
    """What is not the same about one class of both sides; None where a side does not have it."""
    if old is None or new is None:
        side, spec = (before, old) if new is None else (after, new)
        if spec is not None:
            name = side.class_name(spec)
            change = "removed" if new is None else "added"
            yield Entry(change, "class", name, spec.key, name, doubts=tuple(doubts(spec)))
        return
    name = after.class_name(new)
    pages = _pages(before, after)
    details = _details("class", old, new, pages)
    if details:
        yield Entry("changed", "class", name, new.key, name, details, _doubts(old, new))
    names = before.names(old), after.names(new)
    for section, kind in KINDS.items():
        members = getattr(old, section), getattr(new, section)
        for wire_name in sorted({*members[0], *members[1]}):
            there, here = members[0].get(wire_name), members[1].get(wire_name)
            python = (names[0] if here is None else names[1]).get((section, wire_name))
            if there is None or here is None:
                spec = there or here
                change = "removed" if here is None else "added"
                yield Entry(change, kind, name, wire_name, python, doubts=tuple(doubts(spec)))
                continue
            details = _details(kind, there, here, pages)
            earlier = names[0].get((section, wire_name))
            if earlier != python:
                details = (*details, Detail("Python name", earlier, python))
            if details:
                yield Entry("changed", kind, name, wire_name, python, details, _doubts(there, here))


def _pages(before: Side, after: Side) -> Callable[[str], bool]:
    """Whether the page of a version lies between the two: what older pages say is so in both of them."""
    first, last = sorted(map(metadata.version_order, (before.version, after.version)))
    return lambda page: first < metadata.version_order(page) <= last


def _details(kind: str, old: MemberSpec, new: MemberSpec, between: Callable[[str], bool]) -> tuple[Detail, ...]:
    found = []
    for key in _ASPECTS[kind]:
        there, here = _comparable(key, old.raw.get(key)), _comparable(key, new.raw.get(key))
        if there != here:
            found.append(Detail(_WORDS.get(key, key), there, here))
    if kind == "field":
        found += _values(old, new, between)
    if not found:
        found += _unspecified(old, new, between)
    return tuple(found)


def _comparable(key: str, value: Any) -> Any:
    """A value without what makes no difference: order of words, labels and doubt of arguments."""
    if key == "operations":
        return sorted(value) if value is not None else None
    if key == "flags":
        # Some have keys of their own, which are compared.
        return sorted(flag for flag in value or () if flag.replace("_", "").lower() not in _FLAGS_WITH_KEYS) or None
    if key == "arguments":
        return None if value is None else [f"{part['name'].strip()}: {part.get('type') or 'string'}" for part in value]
    if key in {"readOnly", "required", "multiple", "open", "filters"}:
        return bool(value)
    return value


def _values(old: MemberSpec, new: MemberSpec, between: Callable[[str], bool]) -> Iterator[Detail]:
    """Documented values that came and went; where only some are known, those that the pages tell of."""
    there, here = old.raw.get("values"), new.raw.get("values")
    if there and here:
        before, after = ({_plain(value): label for value, label in values} for values in (there, here))
        added = [[value, label] for value, label in after.items() if value not in before]
        removed = [[value, label] for value, label in before.items() if value not in after]
    else:
        # Each page adds to the marks: what only one side has lies between the two versions.
        added = _told(new, "valuesAdded", old, between) + _told(old, "valuesRemoved", new, between)
        removed = _told(new, "valuesRemoved", old, between) + _told(old, "valuesAdded", new, between)
    # Two pages may tell of the same one.
    if added:
        yield Detail("values added", new=tuple({_plain(pair[0]): tuple(pair) for pair in added}.values()))
    if removed:
        yield Detail("values removed", old=tuple({_plain(pair[0]): tuple(pair) for pair in removed}.values()))


def _told(spec: MemberSpec, mark: str, other: MemberSpec, between: Callable[[str], bool]) -> list[list[Any]]:
    known = other.marks.get(mark) or []
    told = spec.marks.get(mark) or []
    return [[value, label] for value, label, page in told if between(page) and [value, label, page] not in known]


def _unspecified(old: MemberSpec, new: MemberSpec, between: Callable[[str], bool]) -> Iterator[Detail]:
    """Pages between the two versions that say of a member that it changed, and do not say how."""
    pages = {
        page
        for spec in (old, new)
        for page, what in (spec.marks.get("changedIn") or {}).items()
        if "unspecified" in what and between(page)
    }
    if pages:
        yield Detail("changed, nobody says how, in", new=", ".join(sorted(pages, key=metadata.version_order)))


def _plain(value: Any) -> Any:
    """Codes of numbers stand as text on some pages."""
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def _doubts(*specs: MemberSpec) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for spec in specs for sentence in doubts(spec)))


# --- in words -----------------------------------------------------------------------


def _shown(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _value(pair: tuple[Any, str | None]) -> str:
    value, label = pair
    return f"{value} ({label})" if label else str(value)


def _counted(difference: Difference) -> str:
    parts = [
        f"{sum(kinds.values())} {change}"
        for change, kinds in sorted(
            difference.counts().items(), key=lambda item: ("added", "removed", "changed").index(item[0])
        )
    ]
    return ", ".join(parts) or "no difference"


def difference_html(difference: Difference, title: str) -> str:
    """A difference as HTML: a table a class, folded where there are several."""
    from html import escape

    from .markup import table_html

    by_class: dict[str, list[Entry]] = {}
    for entry in difference:
        by_class.setdefault(entry.class_name, []).append(entry)
    parts = [f"<p><b>{escape(title)}</b></p>"]
    for name, entries in by_class.items():
        opened = " open" if len(by_class) == 1 else ""
        summary = f"<summary>{escape(name)}: {len(entries)}</summary>"
        parts.append(f"<details{opened}>{summary}{table_html(COLUMNS, map(cells, entries))}</details>")
    return "".join(parts)


COLUMNS = ("change", "kind", "name", "wire name", "details", "doubt")
"""The columns of tables."""


def cells(entry: Entry) -> tuple[str, ...]:
    """A row of a table, by `COLUMNS`."""
    details = "; ".join(map(str, entry.details))
    return entry.change, entry.kind, entry.path, entry.name, details, " ".join(entry.doubts)
