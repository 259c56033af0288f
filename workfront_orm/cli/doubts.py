"""Marks of doubt in few words: what the metadata is not sure of. `metadata/README.md` explains each mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["doubts", "shared"]

_BASES = {
    "sameName": "inferred from a field of the same name",
    "rule": "inferred from its name",
    "default": "inferred: nothing is known, taken as text",
    "restored": "inferred: every object has it",
}
_FLAGS = {
    "unconfirmed": "not in every source",
    "doubtful": "doubtful: listed on a page for what is probably another class",
    "dangling": "leads to no object of this version",
    "operationsUnconfirmed": "further operations are unconfirmed",
}
_OPENAPI = {
    "absent": "not in the OpenAPI file",
    "differs": "the OpenAPI file differs",
    "schemaOnly": "in the OpenAPI file without a path",
}


def doubts(raw: Mapping[str, Any]) -> list[str]:
    """What is not certain about an entry of a metadata file, in a few words each.

    Args:
        raw: The entry, with its `marks`.
    """
    marks = raw.get("marks") or {}
    found = []
    if marks.get("inferred"):
        found.append(_BASES.get(str(marks.get("basis")), "inferred"))
    found += [words for mark, words in _FLAGS.items() if marks.get(mark)]
    if marks.get("openapi") in _OPENAPI:
        found.append(_OPENAPI[marks["openapi"]])
    if marks.get("since") == "unknown":
        found.append("since when is not known")
    if marks.get("openapiName"):
        found.append(f"probably spelled {marks['openapiName']}")
    if marks.get("valuesBasis") == "later":
        found.append("values of a later version")
    if (marks.get("valuesAdded") or marks.get("valuesRemoved")) and not raw.get("values"):
        found.append("values are known in part")
    if marks.get("argumentsChangedIn"):
        found.append(f"arguments unknown since {_joined(marks['argumentsChangedIn'])}")
    if marks.get("unclear"):
        found.append(f"unclear on the page of {_joined(marks['unclear'])}")
    carried = marks.get("carriedFrom") or marks.get("operationsCarriedFrom")
    if carried:
        found.append(f"carried over from {carried}")
    return found


def shared(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The doubts that all of several entries have, so that a table need not repeat them in every row."""
    all_doubts = [doubts(entry) for entry in entries]
    if len(all_doubts) < 2:  # noqa: PLR2004 - one entry shares with nobody
        return []
    return [words for words in all_doubts[0] if all(words in others for others in all_doubts[1:])]


def _joined(versions: Any) -> str:
    return ", ".join(map(str, versions)) if isinstance(versions, (list, tuple)) else str(versions)
