"""Make the Workfront metadata files of this folder from the facts about its API.

    .venv/bin/python metadata/convert_workfront.py [--facts ../shared/facts/workfront] [--output metadata]

The output depends on the facts and on `workfront/overlay.json` alone: a second run
changes nothing. Versions that the facts describe as a whole are taken over
(workfront_facts), v6.0 to v18.0 are made from the change pages (workfront_chain),
then the hand corrections are applied (overlay). What contradicts what is listed in
`workfront-contradictions.md` (workfront_contradictions).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

import layout
import overlay
import workfront_chain
import workfront_contradictions
import workfront_facts
import workfront_pages

ROOT = Path(__file__).resolve().parent.parent
OVERLAY = ROOT / "metadata" / "workfront" / "overlay.json"

Json = dict[str, Any]


class Result(NamedTuple):
    """Everything that one run makes.

    `documents` is version -> document in the order of the versions, `corrections`
    the (id, version) of every hand correction applied.
    """

    documents: dict[str, Json]
    contradictions: list[workfront_pages.Contradiction]
    corrections: list[tuple[str, str]]

    def files(self) -> dict[str, str]:
        """Return path in the output folder -> content of every file."""
        result = {f"workfront/{version}.json": layout.text(document) for version, document in self.documents.items()}
        result["workfront-contradictions.md"] = workfront_contradictions.text(self.contradictions)
        return result


def convert(facts: Path, corrections: Json) -> Result:
    """Make every document.

    Args:
        facts: folder with `v4.0.json`, `enums.json`, `deltas` and the others.
        corrections: content of the overlay; see overlay.py.

    Returns:
        The documents with what contradicts them.

    Raises:
        ValueError: the facts hold a key that no rule here translates, or a
            correction changes nothing.
    """
    enums = workfront_facts.read(facts / "enums.json")
    complete = {
        version: workfront_facts.document(workfront_facts.read(facts / f"{version}.json"))
        for version in workfront_facts.COMPLETE
    }
    known = {version: document["objects"] for version, document in complete.items()}
    pages = workfront_pages.Pages(facts, {found["name"]: code for code, found in known["v19.0"].items()})
    chain = workfront_chain.Chain(known, pages, enums)
    contradictions = chain.contradictions + workfront_contradictions.find(known, pages)
    numbered = {number: chain.document(number) for number in range(workfront_chain.FIRST, workfront_chain.LAST + 1)}
    numbered |= {number: complete[f"v{number}.0"] for number in range(workfront_chain.BASE, workfront_pages.LAST + 1)}
    contradictions += workfront_pages.trace(numbered, pages)
    documents = {
        "v4.0": complete["v4.0"],
        **{f"v{number}.0": document for number, document in numbered.items()},
        "unsupported": complete["unsupported"],
    }
    for version, document in documents.items():
        workfront_facts.change_values(document["objects"], enums, version)
    return Result(documents, contradictions, overlay.apply(documents, corrections))


def main(arguments: list[str] | None = None) -> int:
    """Write every file and say how large it is.

    Returns:
        Exit status: 0, or 2 where the facts are not there.
    """
    parser = argparse.ArgumentParser(description="Make the Workfront metadata files from the facts.")
    parser.add_argument("--facts", type=Path, default=ROOT.parent / "shared" / "facts" / "workfront")
    parser.add_argument("--output", type=Path, default=ROOT / "metadata")
    options = parser.parse_args(arguments)
    if not (options.facts / "enums.json").is_file():
        print(f"no facts in {options.facts}: name their folder with --facts", file=sys.stderr)
        return 2
    (options.output / "workfront").mkdir(parents=True, exist_ok=True)
    for name, content in convert(options.facts, workfront_facts.read(OVERLAY)).files().items():
        (options.output / name).write_text(content, encoding="utf-8")
        print(f"{name}: {len(content.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
