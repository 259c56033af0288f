"""The published change pages of Workfront's API, v6.0 to v22.0, one entry at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import layout
import workfront_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST, LAST = 6, 22

Json = dict[str, Any]


class Place(NamedTuple):
    """An object (section and member empty) or a member of one."""

    object: str
    section: str = ""
    member: str = ""


class Entry(NamedTuple):
    """What a page says about one place.

    `verb` is added, removed, changed (with `tags`), unclear (listed without a verb,
    also recorded as added) or doubtful (not applied).
    """

    verb: str
    place: Place
    tags: tuple[str, ...] = ()


class Contradiction(NamedTuple):
    """A page and the metadata that is known as a whole disagree.

    `differs` says whether the files, as they are, still read otherwise than the page.
    """

    page: int
    verb: str
    place: Place
    finding: str
    resolution: str
    differs: bool


class Pages:
    """All pages, read from the folder `deltas` of the facts.

    Args:
        facts: folder of the facts.
        names: class name -> object key of a version known as a whole. A page's object
            that bears the name of another key stands for that one too: the page of v7.0
            lists the class RsrcPool under the code of ResourcePool.
    """

    def __init__(self, facts: Path, names: dict[str, str]) -> None:
        self.content = {
            number: workfront_facts.read(facts / "deltas" / f"v{number}.0.json") for number in range(FIRST, LAST + 1)
        }
        self._names = names

    def entries(self, number: int) -> Iterator[Entry]:
        """Yield what the page of a version says, in the page's order, sections without a home included."""
        page = self.content[number]
        for code, source in page["added"].items():
            for key in self._keys(code, source):
                yield Entry("added", Place(key))
                yield from _listed("added", key, source)
        for code in page["removed"]:
            yield Entry("removed", Place(code))
        for code, source in page["modified"].items():
            for verb in ("added", "removed", "unclear", "doubtful"):
                yield from _listed(verb, code, source.get(verb, {}))
            for section, members in source.get("changed", {}).items():
                for member, tags in members.items():
                    yield Entry("changed", Place(code, section, member), tuple(tags))

    def history(self, last: int = LAST) -> dict[Place, list[tuple[int, str]]]:
        """Return the pages that add or remove each place, oldest first."""
        result: dict[Place, list[tuple[int, str]]] = {}
        for number in range(FIRST, last + 1):
            for entry in self.entries(number):
                if entry.verb in ("added", "removed") and entry.place.section in ("", *layout.SECTIONS):
                    result.setdefault(entry.place, []).append((number, entry.verb))
        return result

    def names(self, number: int) -> Iterator[tuple[str, str]]:
        """Yield object key and class name as the page writes it."""
        page = self.content[number]
        for group in ("added", "modified", "removed"):
            for code, source in page[group].items():
                yield code, source["name"]

    def _keys(self, code: str, source: Json) -> list[str]:
        other = self._names.get(source["name"], code)
        return [code] if other == code else [code, other]


def _listed(verb: str, code: str, source: Json) -> Iterator[Entry]:
    for section, members in source.items():
        if isinstance(members, list):
            for member in members:
                yield Entry(verb, Place(code, section, member))


def trace(documents: dict[int, Json], pages: Pages) -> list[Contradiction]:
    """Write into every numbered document what the pages up to its version say and no key can hold.

    A member gets `changedIn` (page -> tags) and `unclear` (page). What belongs to no
    member of the format goes to its object's mark `changes`: the search, core and
    default fields, doubtful entries, changes of a member that no file has.

    Args:
        documents: version number -> document, changed in place; the numbered ones from v6.0 on.
        pages: the change pages.

    Returns:
        The changes of members that no file has.
    """
    missing: list[Contradiction] = []
    for number in range(FIRST, LAST + 1):
        for entry in pages.entries(number):
            code, section, member = entry.place
            if entry.verb in ("added", "removed") and section in ("", "operations", *layout.SECTIONS):
                continue
            at_home = section in layout.SECTIONS and entry.verb != "doubtful"
            homeless = at_home and not _has(documents[number]["objects"], entry.place)
            if homeless:
                missing.append(
                    Contradiction(
                        number,
                        entry.verb,
                        entry.place,
                        f"changed ({', '.join(entry.tags)}), but no metadata has it",
                        "not made up; kept in the mark `changes` of its object",
                        differs=True,
                    ),
                )
            for later in range(number, LAST + 1):
                objects = documents[later]["objects"]
                if code not in objects:
                    continue
                if at_home and not homeless:
                    if _has(objects, entry.place):
                        _mark_member(objects[code][section][member], number, entry)
                else:
                    _mark_object(objects[code], number, entry)
    return missing


def _has(objects: Json, place: Place) -> bool:
    return place.member in objects.get(place.object, {}).get(place.section, {})


def _mark_member(member: Json, number: int, entry: Entry) -> None:
    marks = member.setdefault("marks", {})
    if entry.verb == "unclear":
        marks["unclear"] = f"v{number}.0"
    else:
        marks.setdefault("changedIn", {})[f"v{number}.0"] = list(entry.tags)


def _mark_object(target: Json, number: int, entry: Entry) -> None:
    changes = target.setdefault("marks", {}).setdefault("changes", {}).setdefault(f"v{number}.0", {})
    _code, section, member = entry.place
    if entry.verb == "changed":
        changes.setdefault(entry.verb, {}).setdefault(section, {})[member] = list(entry.tags)
    else:
        changes.setdefault(entry.verb, {}).setdefault(section, []).append(member)
