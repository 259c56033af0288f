"""Rows to objects, reads and writes of fields, memory; beside the predecessor and other mappers."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .measuring import Rounds, Row, Side, in_turn, median, open_side, peer

COUNT = 20_000
MAPPERS = {
    "sqlalchemy": "SQLAlchemy 2.1 (from SQLite in memory, fetching included)",
    "pyairtable": "pyairtable 3.5 (Model.from_record)",
    "gitlab": "python-gitlab 8.6 (RESTObject)",
}


def objects(old: str, names: dict[str, str]) -> Iterator[Row]:
    """The rows about objects.

    Args:
        old: The interpreter that has python-workfront.
        names: The fields of a row and their types.
    """
    kinds = {kind: next(name for name, found in names.items() if found == kind) for kind in names.values()}
    with open_side(sys.executable, "ours.py") as ours, open_side(old, "predecessor.py") as theirs:

        def both(what: str, mine: dict | None = None, **options: object) -> Rounds:
            options["names"] = names
            return in_turn(lambda: ours.ask(what, **options, **(mine or {})), lambda: theirs.ask(what, **options))

        yield both("hydrate", {"identity": True}, count=COUNT).row(
            "rows to objects, with identity map", ">= 8x python-workfront", 8, "us", at_least=True
        )
        yield both("hydrate", {"identity": False}, count=COUNT).row(
            "rows to objects, without identity map", ">= 30x python-workfront", 30, "us", at_least=True
        )
        for kind in ("string", "int"):
            what = f"reading a loaded {'str' if kind == 'string' else kind} again"
            note = "a property and a call are 55 ns, the check that the value is no list or object 20"
            yield both("get", field=kinds[kind]).row(what, "<= 0.75x python-workfront", 0.75, "us", note=note)
        yield both("get", field=kinds["dateTime"]).row("reading a dateTime again", "<= 1x python-workfront", 1, "us")
        yield both("set_again", field=kinds["string"], values=["a", "b"]).row(
            "setting a changed field", "<= 1x python-workfront", 1, "us"
        )
        yield both("set_first", field=kinds["string"], value="a").row(
            "setting a clean field", "<= 1.5x python-workfront", 1.5, "us"
        )
        ratio = median([ours.ask("memory", names=names, count=5000) for _ in range(3)])
        yield Row("memory of an Object", "<= 1.2x its row", ratio, 1, ratio, ratio <= 1.2, "rows", (ratio, ratio))
        yield from _mappers(ours, names)


def _mappers(ours: Side, names: dict[str, str]) -> Iterator[Row]:
    """How long other mappers take for the same rows; the design sets no target here."""
    requirements = ("SQLAlchemy==2.1.9", "pyairtable==3.5.1", "python-gitlab==8.6.0")
    with open_side(peer(*requirements), "mappers.py") as theirs:
        for what, label in MAPPERS.items():
            rounds = in_turn(
                lambda: ours.ask("hydrate", names=names, count=COUNT, identity=True),
                lambda what=what: theirs.ask(what, names=names, count=COUNT),
                3,
            )
            yield rounds.row(f"rows to objects: {label}", "none set", 0, "us", at_least=True)
