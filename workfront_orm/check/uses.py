"""Uses: what a script names, looked up in both versions; what is gone or changed becomes a finding."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .findings import Finding
from .kinds import One, Path, Value
from .names import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .findings import Change
    from .names import Catalogue, Member, Move

__all__ = ["Uses"]

_SUFFIX = re.compile(r"^(.+?)(?:(?:_\d+)?_Sort|_Mod|_Range)$")
_GROUP = re.compile(r"^(?:(?:OR|AND):[^:]+:)+")


class Uses:
    """What a script uses of two versions.

    Args:
        catalogue: The versions.
        path: What findings call the script.

    Attributes:
        found: The findings until now.
    """

    def __init__(self, catalogue: Catalogue, path: str) -> None:
        self._catalogue = catalogue
        self._path = path
        self.found: set[Finding] = set()

    def move(self, version: str) -> Move:
        """The move from a version of the script to the one that it shall move to."""
        return self._catalogue.move(version)

    def class_named(self, version: str, name: str, node: ast.AST) -> str | None:
        """The key of a class by its Python name, or None where the version has none."""
        move = self.move(version)
        key = move.old.keys.get(name)
        if key is not None:
            self._record(node, name, move.class_change(key))
        return key

    def class_coded(self, version: str, word: str, node: ast.AST) -> str | None:
        """The key of a class by a word of a path, in any case: code or class name."""
        move = self.move(version)
        key = move.old.words.get(word.lower())
        if key is not None:
            self._record(node, move.old.class_name(key), move.class_change(key))
        return key

    def member(
        self, version: str, key: str, name: str, node: ast.AST, *, write: bool = False, attribute: bool = False
    ) -> Member | None:
        """The member of a class by Python or wire name, or None where the class has none.

        Args:
            version: The version.
            key: The class.
            name: The name.
            node: Where it is used.
            write: Whether it is assigned.
            attribute: Whether it is asked for as an attribute, which only Python names are.
        """
        move = self.move(version)
        member = move.old.member(key, name, attribute=attribute)
        if member is not None:
            label = f"{move.old.class_name(key)}.{name}"
            change = move.member_change(key, member)
            self._record(node, label, change)
            if write and change is None and member.section == "fields":
                self._record(node, label, move.write_change(key, member))
        return member

    def path(self, version: str, key: str, text: str, node: ast.AST) -> Value | One | Path | None:
        """What a path such as `project:owner:name` leads to, each step checked; None where a step is not known."""
        found: Value | Path = Path(version, key)
        for step in steps(text):
            if isinstance(found, Value):
                return None
            member = self.member(version, found.key, step, node)
            if member is None:
                return None
            following = self.follow(version, found.key, member)
            if not isinstance(following, (Value, Path)):
                return None
            found = following
        return found

    def follow(self, version: str, key: str, member: Member) -> Value | Path | None:
        """What a member of a class leads to on the class; None for calls, and where that is not known."""
        if member.section == "fields":
            return Value(version, key, member)
        if member.section in {"references", "collections"}:
            known = self.move(version).old.side.specs
            return Path(version, member.target) if member.target in known else None
        return None

    def parameter(self, version: str, key: str, name: str, node: ast.AST) -> Value | None:
        """The field that a search parameter is about: `status`, `status_Mod`, `OR:1:project:name`."""
        base = _GROUP.sub("", name)
        suffix = _SUFFIX.match(base)
        if base.startswith(("$$", "EXISTS:", "DE:")):
            return None
        found = self.path(version, key, suffix[1] if suffix else base, node)
        return found if isinstance(found, Value) and suffix is None else None

    def value(self, value: Value, nodes: Iterable[ast.Constant]) -> None:
        """Literals that a field is compared with, or set to."""
        move = self.move(value.version)
        for node in nodes:
            if isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
                change = move.value_change(value.key, value.member, node.value)
                self._record(node, f"{move.old.class_name(value.key)}.{value.member.name} {node.value!r}", change)

    def call(self, version: str, key: str, member: Member, node: ast.Call) -> None:
        """The arguments of an action or named query."""
        move = self.move(version)
        names = [keyword.arg for keyword in node.keywords if keyword.arg is not None and keyword.arg != "fields"]
        positional = 0 if any(isinstance(argument, ast.Starred) for argument in node.args) else len(node.args)
        if member.section == "queries":
            positional = max(0, positional - 1)  # the session
        label = f"{move.old.class_name(key)}.{member.name}"
        self._record(node, label, move.argument_change(key, member, positional, names))

    def operation(self, version: str, key: str, operation: str, node: ast.AST) -> None:
        """An operation on objects of a class."""
        move = self.move(version)
        self._record(node, move.old.class_name(key), move.operation_change(key, operation))

    def _record(self, node: ast.AST, name: str, change: Change | None) -> None:
        if change is not None:
            line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
            if isinstance(node, ast.Attribute) and node.end_lineno is not None and node.end_col_offset is not None:
                # The name itself, which may stand lines below what it is asked of.
                line, column = node.end_lineno, node.end_col_offset - len(node.attr) + 1
            finding = Finding(self._path, line, column, change.kind, name, change.text, change.replacement)
            self.found.add(finding)
