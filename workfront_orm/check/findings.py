"""Findings: a place in a script, what is used there, and what became of it."""

from __future__ import annotations

from typing import Any

from attrs import asdict, define

__all__ = ["Change", "Finding"]


@define(frozen=True)
class Change:
    """What becomes of a name or value on the way to another version.

    Attributes:
        kind: `gone` or `changed`.
        text: What is said of it, as the rest of a sentence that begins with its name.
        replacement: What may take its place, or None when nothing is known to.
    """

    kind: str
    text: str
    replacement: str | None = None


@define(frozen=True)
class Finding:
    """A use of something that is gone or changed in the version that a script shall move to.

    Attributes:
        path: The file.
        line: The line, from 1.
        column: The column, from 1.
        kind: `gone` or `changed`.
        name: What is used: `Task.foo`, `Task.status 'OLD'`.
        message: What became of it.
        replacement: What may take its place, or None when nothing is known to.
    """

    path: str
    line: int
    column: int
    kind: str
    name: str
    message: str
    replacement: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        return asdict(self)

    def __str__(self) -> str:
        """One line: place, name, what became of it, what may take its place."""
        hint = f"; perhaps {self.replacement}" if self.replacement else ""
        return f"{self.path}:{self.line}:{self.column}: {self.name} {self.message}{hint}"
