"""The versions v6.0 to v18.0, made backwards from v19.0 and the published change pages.

v19.0 is the first numbered version after v4.0 that the facts describe as a whole. A
version before it has what v19.0 has, less what a page after it adds, plus what
one removes. What older metadata of 2016 has is there from v6.0 on; a member that no
page adds and v4.0 lacks entered at an unknown time: it is there from v6.0 on with
the mark `since: "unknown"`.
"""

from __future__ import annotations

import copy
from typing import Any

import layout
from workfront_facts import insert, number
from workfront_pages import Contradiction, Pages, Place

FIRST, LAST, BASE = 6, 18, 19

Json = dict[str, Any]
Objects = dict[str, Json]

_NOTE = "made backwards from v19.0 by the published change pages; members whose entry no page tells are marked since: unknown"


class Chain:
    """The chain's documents and what contradicts them.

    Args:
        known: version -> objects, for the versions that the facts describe as a whole.
        pages: the change pages.
        enums: content of `enums.json`, for the source of each list of values.
    """

    def __init__(self, known: dict[str, Objects], pages: Pages, enums: Json) -> None:
        self._base = known["v19.0"]
        self._old = known["v4.0"]
        self._known = known
        self._pages = pages
        self._enums = enums
        self._history = pages.history()
        self._links = _links(known)
        self._types = _types(self._base)
        self.contradictions: list[Contradiction] = []
        self._presence = {place: self._present(place) for place in sorted(self._places())}

    def document(self, version: int) -> Json:
        """Return the document of one version of the chain.

        Args:
            version: its number, 6 to 18.
        """
        objects: Objects = {}
        for place in self._presence:
            if version not in self._presence[place]:
                continue
            if not place.section:
                objects[place.object] = self._object(place, version)
            elif place.object in objects:
                objects[place.object].setdefault(place.section, {})[place.member] = self._member(place, version)
        for code, found in objects.items():
            _order(found)
            _link(found, self._links.get(code, {}))
        _mark_dangling(objects)
        return {
            "format": 1,
            "service": "workfront",
            "version": f"v{version}.0",
            "source": {
                "from": [
                    "facts/workfront/v19.0.json",
                    "facts/workfront/v4.0.json",
                    "facts/workfront/unsupported.json",
                    *(f"facts/workfront/deltas/v{page}.0.json" for page in range(FIRST, BASE + 1)),
                    "facts/workfront/enums.json",
                ],
                "made_by": "metadata/convert_workfront.py",
                "reconstructed": True,
                "note": _NOTE,
            },
            "objects": objects,
        }

    # --- when a place is there ------------------------------------------------------

    def _places(self) -> set[Place]:
        """Every object and member that some version of the chain may have."""
        result = {place for place, events in self._history.items() if _reaches(events)}
        for code, found in self._base.items():
            result.add(Place(code))
            result.update(Place(code, section, name) for section in layout.SECTIONS for name in found.get(section, ()))
        return result

    def _present(self, place: Place) -> set[int]:
        """Return the versions, 6 to 19, that have the place."""
        events = self._history.get(place, [])
        old = _get(self._old, place) is not None
        present = old or not events or events[0][1] == "removed"
        result: set[int] = set()
        back = self._return(place, events)
        for version in range(FIRST, BASE + 1):
            for page, verb in events:
                if page == version:
                    self._check(place, page, verb, present=present, old=old, back=back)
                    present = verb == "added"
            if version == back:
                present = True
            if present:
                result.add(version)
        for page, verb in events:
            if page > BASE and verb == "removed" and self._definition(place) is None:
                resolution = (
                    f"there from v6.0 on, since unknown; put into v{BASE}.0 to v{page - 1}.0 by hand (overlay.json)"
                )
                self._note(page, verb, place, "removed, but no metadata has it", resolution, differs=False)
        return result

    def _return(self, place: Place, events: list[tuple[int, str]]) -> int | None:
        """Return the version in which a removed place is back, if v19.0 has it.

        The facts give it the version of the first page that changes it again as source.
        """
        base = _get(self._base, place)
        removed = [page for page, verb in events if verb == "removed" and page <= BASE]
        if base is None or not removed:
            return None
        return number(base["marks"]["src"])

    def _check(self, place: Place, page: int, verb: str, *, present: bool, old: bool, back: int | None) -> None:
        """Note an entry of a page that the older metadata, or an older page, contradicts."""
        if verb == "added" and present:
            first = self._history[place][0]
            finding = "added, but v4.0 has it" if old else f"added, but the page of v{first[0]}.0 adds it too"
            resolution = "kept from v6.0 on; marked addedIn before the page" if old else f"kept from v{first[0]}.0 on"
            if old and not place.section:
                resolution = "kept from v6.0 on: the page lists the class RsrcPool under the code of ResourcePool"
            self._note(page, verb, place, finding, resolution, differs=True)
        elif verb == "removed" and back:
            self._note(
                page,
                verb,
                place,
                f"removed, but v19.0 has it and the page of v{back}.0 changes it",
                f"absent from v{page}.0, back in v{back}.0",
                differs=False,
            )
        elif verb == "removed" and present and self._definition(place) is None and self._since_unknown(place, page):
            versions = "v6.0" if page == FIRST + 1 else f"v6.0 to v{page - 1}.0"
            resolution = f"there in {versions}, since unknown; its type or target is unknown"
            self._note(page, verb, place, "removed, but no metadata has it", resolution, differs=False)

    def _note(self, page: int, verb: str, place: Place, finding: str, resolution: str, *, differs: bool) -> None:
        self.contradictions.append(Contradiction(page, verb, place, finding, resolution, differs))

    def _since_unknown(self, place: Place, version: int) -> bool:
        """Say whether no page up to the version adds the place and v4.0 lacks it."""
        if _get(self._old, place) is not None:
            return False
        return not any(verb == "added" and page <= version for page, verb in self._history.get(place, ()))

    # --- what a place is ------------------------------------------------------------

    def _definition(self, place: Place) -> Json | None:
        """Return the best definition, as a copy: v19.0's, else that of 2016, with its source."""
        for version in ("v19.0", "v4.0", "unsupported"):
            found = _get(self._known[version], place)
            if found is not None:
                result = {key: copy.deepcopy(value) for key, value in found.items() if key not in layout.SECTIONS}
                if version != "v19.0":
                    result.setdefault("marks", {})["src"] = version
                return result
        return None

    def _object(self, place: Place, version: int) -> Json:
        result = self._definition(place)
        if result is None:
            result = self._from_page(place)
        marks = result.setdefault("marks", {})
        if "operations" in result and marks.get("operationsSrc") == "openapi":
            marks["operationsCarriedFrom"] = "v19.0"
        for page in range(BASE, version, -1):
            self._undo_operations(result, place.object, page)
        if marks.get("src") == "openapi":
            marks["carriedFrom"] = "v19.0"
        if "sharing" in result:
            result["sharing"].setdefault("marks", {})["carriedFrom"] = "v19.0"
        self._mark_entry(marks, place, version)
        return result

    def _from_page(self, place: Place) -> Json:
        """Return an object that only change pages know: its name, and its operations where a page lists them."""
        for page, content in self._pages.content.items():
            for group in ("added", "removed"):
                source = content[group].get(place.object)
                if source is not None:
                    result: Json = {"name": source["name"], "code": source["objCode"]}
                    if "operations" in source:
                        result["operations"] = [word.lower() for word in source["operations"]]
                    result["marks"] = {"src": f"v{page}.0"}
                    return result
        raise ValueError(f"no page adds or removes {place.object}")

    def _undo_operations(self, found: Json, code: str, page: int) -> None:
        change = self._pages.content[page]["modified"].get(code, {})
        words = found.get("operations")
        if words is None:
            return
        added = {word.lower() for word in change.get("added", {}).get("operations", ())}
        removed = {word.lower() for word in change.get("removed", {}).get("operations", ())}
        found["operations"] = sorted({*words} - added | removed)

    def _member(self, place: Place, version: int) -> Json:
        result = self._definition(place)
        if result is None:
            result = self._made_up(place)
        marks = result.pop("marks", {})
        if place.section == "fields":
            self._field_at(result, marks, place, version)
        if place.section in ("actions", "queries"):
            self._call_at(result, marks, place, version)
        self._mark_entry(marks, place, version)
        if marks:
            result["marks"] = marks
        return result

    def _made_up(self, place: Place) -> Json:
        """Return a member that only change pages name: what it is stays unknown, a type follows the facts' own rules."""
        events = self._history[place]
        marks: Json = {"src": f"v{events[0][0]}.0"}
        if place.section in ("references", "collections"):
            return {"target": None, "marks": marks}
        if place.section in ("actions", "queries"):
            return {"arguments": None, "marks": marks}
        types = self._types.get(place.member, set())
        if len(types) == 1:
            return {"type": next(iter(types)), "marks": {"basis": "sameName", "inferred": True, **marks}}
        if place.member.endswith("IDs"):
            return {"type": "string[]", "marks": {"basis": "rule", "inferred": True, **marks}}
        return {"type": "string", "marks": {"basis": "default", "inferred": True, **marks}}

    def _field_at(self, field: Json, marks: Json, place: Place, version: int) -> None:
        """Undo what later pages say about a field's type and flags; say where its values come from."""
        for page in range(BASE, version, -1):
            for tag in self._tags(place, page):
                if tag.startswith("type:"):
                    field["type"] = tag.removeprefix("type:").partition("->")[0]
                elif tag.startswith(("flag+", "flag-")):
                    _undo_flag(field, tag)
        known = self._enums["fields"].get(place.object, {}).get(place.member)
        if known and "values" in field and known["source"] == "field listing" and not self._published(place, version):
            marks["valuesBasis"] = "later"

    def _published(self, place: Place, version: int) -> bool:
        """Say whether a page up to the version gives the field's whole list of values."""
        pages = (self._pages.content[page].get("possibleValues", {}) for page in range(FIRST, version + 1))
        return any("initial" in page.get(place.object, {}).get(place.member, {}) for page in pages)

    def _call_at(self, call: Json, marks: Json, place: Place, version: int) -> None:
        """Say that what the OpenAPI file tells is v19.0's; arguments that a later page changes are unknown."""
        if _get(self._base, place) is not None:
            marks["carriedFrom"] = "v19.0"
        changed = [page for page in range(version + 1, BASE + 1) if "arguments" in self._tags(place, page)]
        if changed and marks.pop("argumentsSrc", None) == "openapi":
            call["arguments"] = None
            marks["argumentsChangedIn"] = f"v{changed[0]}.0"

    def _tags(self, place: Place, page: int) -> tuple[str, ...]:
        changed = self._pages.content[page]["modified"].get(place.object, {}).get("changed", {})
        return tuple(changed.get(place.section, {}).get(place.member, ()))

    def _mark_entry(self, marks: Json, place: Place, version: int) -> None:
        if self._since_unknown(place, version):
            marks["since"] = "unknown"
        later = [page for page, verb in self._history.get(place, ()) if verb == "added" and page > version]
        if later:
            marks["addedIn"] = f"v{later[0]}.0"


def _reaches(events: list[tuple[int, str]]) -> bool:
    """Say whether a place of the pages is in some version of the chain."""
    page, verb = events[0]
    return page > FIRST if verb == "removed" else page <= LAST


def _get(objects: Objects, place: Place) -> Json | None:
    found = objects.get(place.object)
    if found is None or not place.section:
        return found
    member: Json | None = found.get(place.section, {}).get(place.member)
    return member


def _types(objects: Objects) -> dict[str, set[str]]:
    """Return field name -> its types on all objects."""
    result: dict[str, set[str]] = {}
    for found in objects.values():
        for name, field in found.get("fields", {}).items():
            result.setdefault(name, set()).add(field["type"])
    return result


def _links(known: dict[str, Objects]) -> dict[str, dict[str, str]]:
    """Return object -> field -> the reference whose id it holds, v19.0's word before that of 2016."""
    result: dict[str, dict[str, str]] = {}
    for version in ("unsupported", "v4.0", "v19.0"):
        for code, found in known[version].items():
            for name, field in found.get("fields", {}).items():
                if "reference" in field:
                    result.setdefault(code, {})[name] = field["reference"]
    return result


def _link(found: Json, links: dict[str, str]) -> None:
    """Let a field and its reference name each other where both are there, and neither where one is missing."""
    fields, references = found.get("fields", {}), found.get("references", {})
    pairs = {name: links[name] for name in fields if links.get(name) in references}
    for name, field in fields.items():
        _set(field, "reference", pairs.get(name))
    owners = {reference: name for name, reference in pairs.items()}
    for name, reference in references.items():
        _set(reference, "field", owners.get(name))


def _set(member: Json, key: str, value: str | None) -> None:
    if value is None:
        member.pop(key, None)
    elif member.get(key) != value:
        insert(member, key, value=value)


def _mark_dangling(objects: Objects) -> None:
    for found in objects.values():
        for section in ("references", "collections"):
            for member in found.get(section, {}).values():
                member.get("marks", {}).pop("dangling", None)
                if member["target"] is not None and member["target"] not in objects:
                    member.setdefault("marks", {})["dangling"] = True
                if member.get("marks") == {}:
                    del member["marks"]


def _undo_flag(field: Json, tag: str) -> None:
    flag = tag[len("flag+") :]
    flags = set(field.get("flags", ()))
    if tag.startswith("flag+"):
        flags.discard(flag)
    else:
        flags.add(flag)
    field.pop("flags", None)
    if flags:
        field["flags"] = sorted(flags)
    if flag == "READ_ONLY":
        field.pop("readOnly", None)
        if flag in flags:
            field["readOnly"] = True


def _order(found: Json) -> None:
    """Put the sections into the order of the format."""
    for section in layout.SECTIONS:
        if section in found:
            found[section] = found.pop(section)
