"""Names of two versions: what a name in a script means in one, and what becomes of it in the other."""

from __future__ import annotations

import difflib
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from workfront_orm.core.difference import KINDS, Detail, Entry, Side, compare_classes
from workfront_orm.core.naming import snake_case

from .findings import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workfront_orm.core.specs import CallSpec, ObjectSpec

__all__ = ["Catalogue", "Member", "Move", "Names"]

_NEAR = 0.75
"""How alike names must be for one to be given as what may take the other's place."""


class Member(NamedTuple):
    """A member of a class, as a script may name it.

    Attributes:
        section: Its section of the metadata: fields, references, collections, actions, queries.
        name: Its wire name.
        target: The key of the class that it leads to, if it is a relation and that is known.
    """

    section: str
    name: str
    target: str | None = None


class Names:
    """The names of one version."""

    def __init__(self, version: str, service: str) -> None:
        self.side = Side(version, service)
        self.version = self.side.version
        self._members: dict[str, tuple[dict[str, Member], dict[str, Member]]] = {}

    @cached_property
    def keys(self) -> dict[str, str]:
        """The keys of classes by Python name."""
        return {self.side.class_name(spec): key for key, spec in self.side.specs.items()}

    @cached_property
    def words(self) -> dict[str, str]:
        """The keys of classes by what stands for them in paths, in lower case: code, class name, Python name."""
        found = {}
        for name, key in self.keys.items():
            spec = self.side.specs[key]
            found.update({word.lower(): key for word in (name, spec.name, spec.code or "") if word})
        return found

    @cached_property
    def variables(self) -> dict[str, str]:
        """The keys of classes by what a variable for one object is called: `task`, `op_task`."""
        return {snake_case(name): key for name, key in self.keys.items()}

    def class_name(self, key: str) -> str:
        """The Python name of a class."""
        return self.side.class_name(self.side.specs[key])

    def member(self, key: str, name: str, *, attribute: bool = False) -> Member | None:
        """The member of a class by Python name, or by wire name unless an attribute is meant."""
        known = self._members.get(key)
        if known is None:
            known = self._members[key] = self._of_class(self.side.specs[key])
        by_python_name, by_wire_name = known
        return by_python_name.get(name) or (None if attribute else by_wire_name.get(name))

    def _of_class(self, spec: ObjectSpec) -> tuple[dict[str, Member], dict[str, Member]]:
        sections: dict[str, Any] = {section: getattr(spec, section) for section in KINDS}
        members = {
            (section, wire_name): Member(section, wire_name, getattr(member, "target", None))
            for section in reversed(KINDS)
            for wire_name, member in sections[section].items()
        }
        by_python_name = {name: members[place] for place, name in self.side.names(spec).items() if place in members}
        # Fields come last, so that a wire name that several kinds have means the field.
        return by_python_name, {wire_name: member for (_section, wire_name), member in members.items()}

    def call(self, key: str, member: Member) -> CallSpec:
        """What the metadata says of an action or named query."""
        spec = self.side.specs[key]
        return spec.actions[member.name] if member.section == "actions" else spec.queries[member.name]


class Move:
    """What becomes of names and values on the way from one version to another.

    Args:
        old: The version of the script.
        new: The version that it shall move to.
        typed: Whether the script gets values as Python types: a decimal in place of a float makes a difference then.
    """

    def __init__(self, old: Names, new: Names, *, typed: bool = True) -> None:
        self.old = old
        self.new = new
        self.typed = typed
        self._entries: dict[str, dict[tuple[str, str], Entry]] = {}

    def class_change(self, key: str) -> Change | None:
        """What becomes of a class."""
        if self._target(key) is not None:
            return None
        name = self.old.class_name(key)
        added = set(self.new.keys) - set(self.old.keys)
        return Change("gone", f"({key}) is gone in {self.new.version}", _near(name, added))

    def member_change(self, key: str, member: Member) -> Change | None:
        """What becomes of a member: its name, type, target or result."""
        entry = self._entry(key, member)
        if entry is None:
            return None
        kind = KINDS[member.section]
        if entry.change == "removed":
            return Change(
                "gone", f"({kind} {member.name}) is gone in {self.new.version}", self._near_member(key, member)
            )
        # What was not known before, or is not known there, need not have changed.
        details = [
            detail
            for detail in entry.details
            if detail.aspect in {"type", "Python name"}
            or (detail.aspect == "exact type" and self.typed)
            or (detail.aspect in {"target", "result"} and detail.old is not None and detail.new is not None)
        ]
        if not details:
            return None
        renamed = next((detail.new for detail in details if detail.aspect == "Python name"), None)
        told = "; ".join(map(str, details))
        return Change("changed", f"({kind} {member.name}) is not the same in {self.new.version}: {told}", renamed)

    def write_change(self, key: str, member: Member) -> Change | None:
        """What becomes of a field that is assigned."""
        detail = self._detail(key, member, "read-only")
        if detail is None or not detail.new:
            return None
        return Change("changed", f"(field {member.name}) is read-only in {self.new.version}")

    def value_change(self, key: str, member: Member, value: Any) -> Change | None:
        """What becomes of a value of a field."""
        detail = self._detail(key, member, "values removed")
        if detail is None or not any(str(known) == str(value) for known, _label in detail.old):
            return None
        spec = self._target(key)
        left = [] if spec is None else [str(known) for known, _label in spec.fields[member.name].values or ()]
        there = f"one of {', '.join(left)}" if left else None
        return Change(
            "gone", f"is no value of the field any more in {self.new.version}", _near(str(value), left) or there
        )

    def argument_change(self, key: str, member: Member, positional: int, names: Iterable[str]) -> Change | None:
        """What becomes of a call of an action or named query.

        Args:
            key: The class.
            member: The action or query.
            positional: How many arguments are passed by position.
            names: The names of those that are passed by name.
        """
        detail = self._detail(key, member, "arguments")
        if detail is None:
            return None
        python_name = self.new.side.service.python_name
        old, new = (
            None if known is None else [python_name(argument.partition(":")[0]) for argument in known]
            for known in (detail.old, detail.new)
        )
        if old is None:
            return None
        if new is None:
            used = [*old[:positional], *names]
            text = f"has arguments in {self.new.version} that nobody knows; {', '.join(used)} may be gone"
            return Change("changed", text) if used else None
        lost = [name for name in names if name in old and name not in new]
        if positional and old[:positional] != new[:positional]:
            return Change("changed", f"takes its arguments in another order in {self.new.version}", ", ".join(new))
        if lost:
            return Change(
                "gone", f"does not take {', '.join(lost)} any more in {self.new.version}", ", ".join(new) or None
            )
        return None

    def operation_change(self, key: str, operation: str) -> Change | None:
        """What becomes of an operation, such as `search` or `delete`, of a class."""
        detail = next(
            (
                detail
                for entry in self._of_class(key).values()
                if entry.kind == "class"
                for detail in entry.details
                if detail.aspect == "operations"
            ),
            None,
        )
        if detail is None or detail.old is None or detail.new is None:
            return None
        if operation not in detail.old or operation in detail.new:
            return None
        return Change("gone", f"has no operation {operation} any more in {self.new.version}")

    def _target(self, key: str) -> ObjectSpec | None:
        spec = self.new.side.specs.get(key)
        if spec is not None:
            return spec
        # A class whose code became known, or was lost.
        other = self.new.keys.get(self.old.class_name(key))
        found = None if other is None else self.new.side.specs[other]
        old = self.old.side.specs[key]
        return found if found is not None and (found.code is None or old.code is None) else None

    def _of_class(self, key: str) -> dict[tuple[str, str], Entry]:
        found = self._entries.get(key)
        if found is None:
            target = self._target(key)
            entries = (
                ()
                if target is None
                else compare_classes(self.old.side, self.new.side, self.old.side.specs[key], target)
            )
            found = self._entries[key] = {(entry.kind, entry.name): entry for entry in entries}
        return found

    def _entry(self, key: str, member: Member) -> Entry | None:
        return self._of_class(key).get((KINDS[member.section], member.name))

    def _detail(self, key: str, member: Member, aspect: str) -> Detail | None:
        entry = self._entry(key, member)
        return (
            next((detail for detail in entry.details if detail.aspect == aspect), None) if entry is not None else None
        )

    def _near_member(self, key: str, member: Member) -> str | None:
        """A member that only the new version has, of a similar name; else one of another kind and the same name."""
        entries = self._of_class(key).values()
        same = [entry for entry in entries if entry.change == "added" and entry.name == member.name]
        if same:
            return f"{same[0].path}, which is a {same[0].kind} there"
        added = {
            entry.name: entry for entry in entries if entry.change == "added" and entry.kind == KINDS[member.section]
        }
        near = _near(member.name, added)
        return added[near].path if near else None


class Catalogue:
    """The versions that a script may be written for, and the one that it shall move to.

    Args:
        service: The system.
        to: The version that it shall move to.
        from_: The version of what does not say its own, or None for what the predecessor took.
    """

    def __init__(self, service: str, to: str, from_: str | None) -> None:
        self._service = service
        self._new = Names(to, service)
        self._moves: dict[str, Move] = {}
        self.default = from_
        #: Whether scripts get values as Python types, which the predecessor's do not.
        self.typed = True

    def move(self, version: str) -> Move:
        """The move from a version.

        Raises:
            MetadataNotFoundError: There is no metadata for it.
        """
        found = self._moves.get(version)
        if found is None:
            found = self._moves[version] = Move(Names(version, self._service), self._new, typed=self.typed)
        return found

    def version_of_module(self, name: str) -> str | None:
        """The version of a module called `v40`, `v220` or `unsupported`."""
        match = re.fullmatch(r"v(\d+)(\d)", name)
        return f"v{match[1]}.{match[2]}" if match else name if name == "unsupported" else None


def _near(name: str, known: Iterable[str]) -> str | None:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=_NEAR)
    return found[0] if found else None


def steps(path: str) -> Iterator[str]:
    """The steps of a path such as `project:owner:name`; `*` and custom fields end it."""
    rest = path.strip()
    while rest and rest != "*" and not rest.startswith("DE:"):
        step, _colon, rest = rest.partition(":")
        yield step.strip()
