"""What an expression of a script can be, as far as it matters."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import define

if TYPE_CHECKING:
    from .names import Member

__all__ = [
    "API",
    "NOTHING",
    "Class",
    "Constant",
    "Container",
    "Function",
    "Kinds",
    "Mapping",
    "Method",
    "Module",
    "One",
    "Own",
    "Pair",
    "Path",
    "Query",
    "Session",
    "Value",
    "container",
    "depth",
    "elements",
    "join",
]

Kinds = frozenset[Any]
"""All that an expression can be; empty when that is not known."""

NOTHING: Kinds = frozenset()


@define(frozen=True)
class Module:
    """A module of this library or its predecessor, by full name with the package's name taken off."""

    name: str


@define(frozen=True)
class Session:
    """A session of a version; `cls` for the class itself."""

    version: str
    cls: bool = False


@define(frozen=True)
class API:
    """The classes of a version."""

    version: str


@define(frozen=True)
class Class:
    """A class of a version."""

    version: str
    key: str


@define(frozen=True)
class One:
    """An object."""

    version: str
    key: str


@define(frozen=True)
class Path:
    """A path on the class that leads to another: `Task.project`."""

    version: str
    key: str


@define(frozen=True)
class Query:
    """A query for objects of a class."""

    version: str
    key: str


@define(frozen=True)
class Value:
    """A field, on the class or of an object."""

    version: str
    key: str
    member: Member


@define(frozen=True, cache_hash=True)
class Container:
    """Anything that has elements: a list, a tuple, the values of a dict."""

    elements: Kinds = NOTHING


@define(frozen=True, cache_hash=True)
class Mapping:
    """A dict of the script's; iterating over it gives its keys."""

    keys: Kinds = NOTHING
    values: Kinds = NOTHING


@define(frozen=True, cache_hash=True)
class Pair:
    """A tuple of known length, as `enumerate` and `items` give."""

    members: tuple[Kinds, ...]


@define(frozen=True)
class Constant:
    """A literal of the script: text, number, tuple, list or dict."""

    node: ast.AST


@define(frozen=True)
class Method:
    """A method of something known, before it is called."""

    owner: Any
    name: str


@define(frozen=True)
class Function:
    """A function or class that the script defines."""

    node: ast.AST


@define(frozen=True)
class Own:
    """An object of a class that the script defines."""

    node: ast.ClassDef


DEPTH = 4
"""How deep containers in containers are followed."""


CONSTANTS = 64
"""How many literals a variable is followed to; one that holds more holds anything."""


@cache
def depth(kinds: Kinds) -> int:
    """How deep containers are nested."""
    inner = [
        kind.elements if isinstance(kind, Container) else kind.keys | kind.values
        for kind in kinds
        if isinstance(kind, (Container, Mapping))
    ]
    return 1 + max(map(depth, inner)) if inner else 0


def join(*parts: Kinds) -> Kinds:
    """All that something can be that is one of several.

    Containers become one that may hold what any of them holds, so that a variable in a loop does not hold
    more and more of them.
    """
    found: Kinds = frozenset().union(*parts)
    containers = [kind for kind in found if isinstance(kind, Container)]
    if len(containers) > 1:
        merged = Container(join(*(kind.elements for kind in containers)))
        found = found.difference(containers) | {merged}
    mappings = [kind for kind in found if isinstance(kind, Mapping)]
    if len(mappings) > 1:
        both = Mapping(join(*(kind.keys for kind in mappings)), join(*(kind.values for kind in mappings)))
        found = found.difference(mappings) | {both}
    constants = [kind for kind in found if isinstance(kind, Constant)]
    return found.difference(constants) if len(constants) > CONSTANTS else found


def container(kinds: Kinds) -> Kinds:
    """A container of these; nothing where it is nested deeper than anybody needs."""
    return frozenset({Container(join(kinds))}) if depth(kinds) < DEPTH else NOTHING


def elements(kinds: Kinds) -> Kinds:
    """What comes out of iterating over any of these."""
    found: set[Any] = set()
    for kind in kinds:
        if isinstance(kind, Container):
            found |= kind.elements
        elif isinstance(kind, Query):
            found.add(One(kind.version, kind.key))
        elif isinstance(kind, Mapping):
            found |= kind.keys
        elif isinstance(kind, Pair):
            for member in kind.members:
                found |= member
        elif isinstance(kind, Constant) and isinstance(kind.node, (ast.List, ast.Tuple, ast.Set)):
            found |= {Constant(item) for item in kind.node.elts}
    return frozenset(found)
