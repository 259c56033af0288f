"""What an expression of a script is, as far as that can be followed; what it uses is recorded on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .calls import Calls
from .kinds import (
    API,
    NOTHING,
    Class,
    Constant,
    Container,
    Kinds,
    Mapping,
    Method,
    Module,
    One,
    Own,
    Pair,
    Path,
    Query,
    Session,
    Value,
    container,
    elements,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .script import Scope, Script
    from .uses import Uses

__all__ = ["Evaluator"]

_LISTS = frozenset(
    {"AsyncIterable", "AsyncIterator", "Collection", "Generator", "Iterable", "Iterator", "List", "Sequence"}
)
_LISTS |= {"Set", "Tuple", "frozenset", "list", "set", "tuple"}


class Evaluator:
    """Evaluates expressions.

    Args:
        script: The script: its functions, and what its versions are.
        uses: Where uses are recorded.
    """

    def __init__(self, script: Script, uses: Uses) -> None:
        self._script = script
        self._uses = uses
        self._calls = Calls(script, uses, self)

    def kinds(self, node: ast.AST | None, scope: Scope) -> Kinds:
        """All that an expression can be; empty where that is not known."""
        if node is None:
            return NOTHING
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            found: Kinds = method(node, scope)
            return found
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.expr, ast.keyword, ast.comprehension)):
                self.kinds(child, scope)
        return NOTHING

    def literals(self, node: ast.AST, scope: Scope, seen: set[ast.AST] | None = None) -> Iterator[ast.Constant]:
        """The literals that an expression stands for: itself, those of a list, those that a variable holds.

        Args:
            node: The expression.
            scope: Its scope.
            seen: Expressions that were met, each of which is followed once: a variable may hold itself, as in
                `items = [*items, name]`, and several lead to the same.
        """
        seen = set() if seen is None else seen
        if node in seen:
            return
        seen.add(node)
        if isinstance(node, ast.Constant):
            yield node
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            for item in node.elts:
                yield from self.literals(item, scope, seen)
        elif isinstance(node, ast.IfExp):
            yield from self.literals(node.body, scope, seen)
            yield from self.literals(node.orelse, scope, seen)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            for kind in self.kinds(node, scope):
                if isinstance(kind, Constant):
                    yield from self.literals(kind.node, scope, seen)

    def attribute_of(self, kind: Any, name: str, node: ast.AST, *, write: bool = False) -> Kinds:
        """What an attribute of something known is."""
        if isinstance(kind, Module):
            found = self._script.module_attribute(kind.name, name, node)
        elif isinstance(kind, Session) and name == "api":
            found = frozenset({API(kind.version)})
        elif isinstance(kind, API):
            key = self._uses.class_named(kind.version, name, node)
            found = frozenset({Method(kind, name) if key is None else Class(kind.version, key)})
        elif isinstance(kind, (Class, One, Path)):
            found = self._member(kind, name, node, write=write)
        elif isinstance(kind, Own):
            found = self._script.own_attribute(kind, name)
        elif isinstance(kind, (Session, Query, Value, Container, Mapping)):
            found = frozenset({Method(kind, name)})
        else:
            found = NOTHING
        return found

    def _member(self, kind: Class | One | Path, name: str, node: ast.AST, *, write: bool) -> Kinds:
        member = self._uses.member(
            kind.version, kind.key, name, node, write=write, attribute=isinstance(node, ast.Attribute)
        )
        if member is None or member.section in {"actions", "queries"}:
            return frozenset({Method(kind, name)})
        found = self._uses.follow(kind.version, kind.key, member)
        if isinstance(found, Path) and isinstance(kind, One):
            one = frozenset({One(found.version, found.key)})
            return one if member.section == "references" else container(one)
        return NOTHING if found is None else frozenset({found})

    # --- names and literals -------------------------------------------------------

    def _name(self, node: ast.Name, scope: Scope) -> Kinds:
        return self._script.lookup(node.id, scope, node)

    def _constant(self, node: ast.Constant, _scope: Scope) -> Kinds:
        return frozenset({Constant(node)}) if isinstance(node.value, (str, int)) else NOTHING

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Kinds:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.kinds(part.value, scope)
        return frozenset({Constant(node)})

    def _list(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Kinds:
        parts = [self.kinds(item, scope) for item in node.elts]
        found = frozenset(kind for part in parts for kind in part)
        literal = {Constant(node)} if all(isinstance(kind, Constant) for kind in found) else set()
        return container(found) | literal if found else frozenset({Constant(node), Container()})

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Kinds:
        parts = tuple(self.kinds(item, scope) for item in node.elts)
        return self._list(node, scope) | ({Pair(parts)} if any(parts) and len(parts) > 1 else NOTHING)

    _set = _list

    def _dict(self, node: ast.Dict, scope: Scope) -> Kinds:
        keys = [self.kinds(key, scope) for key in node.keys]
        values = [self.kinds(value, scope) for value in node.values]
        known = Mapping(frozenset().union(*keys), frozenset().union(*values))
        return frozenset({Constant(node), known})

    # --- operators ----------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Kinds:
        found = [self.attribute_of(kind, node.attr, node) for kind in self.kinds(node.value, scope)]
        return frozenset().union(*found)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Kinds:
        base = self.kinds(node.value, scope)
        self.kinds(node.slice, scope)
        found: set[Any] = set()
        for kind in base:
            if isinstance(kind, (Container, Query)) or (
                isinstance(kind, Constant) and not isinstance(kind.node, ast.Dict)
            ):
                found |= {kind} if isinstance(node.slice, ast.Slice) else elements(frozenset({kind}))
            elif isinstance(kind, Mapping):
                found |= kind.values
            elif isinstance(kind, Pair) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
                found |= (
                    kind.members[node.slice.value]
                    if -len(kind.members) <= node.slice.value < len(kind.members)
                    else NOTHING
                )
            elif isinstance(kind, (API, One)) or (isinstance(kind, Method) and kind.name in {"fields", "by_code"}):
                found |= self.item_of(kind, node, scope)
        return frozenset(found)

    def item_of(self, kind: Any, node: ast.Subscript, scope: Scope, *, write: bool = False) -> Kinds:
        """What an item is of an object, its fields, or the classes of a version."""
        found: set[Any] = set()
        for literal in self.literals(node.slice, scope):
            if not isinstance(literal.value, str):
                continue
            if isinstance(kind, Method) and isinstance(kind.owner, API):
                key = self._uses.class_coded(kind.owner.version, literal.value, literal)
                found |= {Class(kind.owner.version, key)} if key is not None else NOTHING
            elif isinstance(kind, API):
                found |= self.attribute_of(kind, literal.value, literal)
            else:
                owner = kind.owner if isinstance(kind, Method) else kind
                if isinstance(owner, (One, Class)):
                    found |= self.attribute_of(owner, literal.value, literal, write=write)
        return frozenset(found)

    def _compare(self, node: ast.Compare, scope: Scope) -> Kinds:
        operands = [node.left, *node.comparators]
        kinds = [self.kinds(operand, scope) for operand in operands]
        for number, known in enumerate(kinds):
            for kind in known:
                if isinstance(kind, Value):
                    for other in operands[max(0, number - 1) : number] + operands[number + 1 : number + 2]:
                        self._uses.value(kind, self.literals(other, scope))
        return NOTHING

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Kinds:
        return frozenset().union(*(self.kinds(value, scope) for value in node.values))

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Kinds:
        self.kinds(node.test, scope)
        return self.kinds(node.body, scope) | self.kinds(node.orelse, scope)

    def _binop(self, node: ast.BinOp, scope: Scope) -> Kinds:
        both = self.kinds(node.left, scope) | self.kinds(node.right, scope)
        # Lists are joined by +; everything else gives something new.
        return (
            frozenset(kind for kind in both if isinstance(kind, Container)) if isinstance(node.op, ast.Add) else NOTHING
        )

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Kinds:
        found = self.kinds(node.value, scope)
        self._script.assign(node.target, found, node.value, scope)
        return found

    def _await(self, node: ast.Await, scope: Scope) -> Kinds:
        return self.kinds(node.value, scope)

    def _starred(self, node: ast.Starred, scope: Scope) -> Kinds:
        return elements(self.kinds(node.value, scope))

    def _yield(self, node: ast.Yield, scope: Scope) -> Kinds:
        scope.yielded |= self.kinds(node.value, scope)
        return NOTHING

    def _yieldfrom(self, node: ast.YieldFrom, scope: Scope) -> Kinds:
        scope.yielded |= elements(self.kinds(node.value, scope))
        return NOTHING

    def _call(self, node: ast.Call, scope: Scope) -> Kinds:
        return self._calls.kinds(node, scope)

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Kinds:
        return self.lambda_kinds(node, scope, NOTHING)

    def lambda_kinds(self, node: ast.Lambda, scope: Scope, given: Kinds) -> Kinds:
        """What a lambda returns whose parameters are all of the given kinds."""
        inner = scope.child()
        for parameter in node.args.args:
            inner.names[parameter.arg] = given
        return self.kinds(node.body, inner)

    # --- comprehensions -------------------------------------------------------------

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Kinds:
        return container(self.kinds(node.elt, self._comprehended(node.generators, scope)))

    _setcomp = _listcomp
    _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Kinds:
        inner = self._comprehended(node.generators, scope)
        return frozenset({Mapping(self.kinds(node.key, inner), self.kinds(node.value, inner))})

    def _comprehended(self, generators: list[ast.comprehension], scope: Scope) -> Scope:
        inner = scope.child()
        for generator in generators:
            self._script.assign(generator.target, elements(self.kinds(generator.iter, inner)), None, inner)
            for condition in generator.ifs:
                self.kinds(condition, inner)
        return inner

    # --- annotations ------------------------------------------------------------------

    def annotated(self, node: ast.expr | None, scope: Scope) -> Kinds:
        """What something of an annotation is: objects of a class, lists of them, a session."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return NOTHING
        if isinstance(node, ast.BinOp):
            return self.annotated(node.left, scope) | self.annotated(node.right, scope)
        if isinstance(node, (ast.Name, ast.Attribute)):
            found: set[Any] = set()
            for kind in self.kinds(node, scope):
                if isinstance(kind, Class):
                    found.add(One(kind.version, kind.key))
                elif isinstance(kind, Session) and kind.cls:
                    found.add(Session(self._script.version))
            return frozenset(found)
        if isinstance(node, ast.Subscript):
            return self._annotated_generic(node, scope)
        return NOTHING

    def _annotated_generic(self, node: ast.Subscript, scope: Scope) -> Kinds:
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        parts = [self.annotated(argument, scope) for argument in arguments]
        joined: Kinds = frozenset().union(*parts)
        if name in _LISTS:
            return container(joined) if joined else NOTHING
        if name in {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict"}:
            return frozenset({Mapping(NOTHING, parts[-1])}) if parts[-1] else NOTHING
        if name == "Query":
            return frozenset(Query(kind.version, kind.key) for kind in joined if isinstance(kind, One))
        if name == "type":
            return frozenset(Class(kind.version, kind.key) for kind in joined if isinstance(kind, One))
        if name == "Session":
            stated = [self.kinds(argument, scope) for argument in arguments]
            return frozenset(Session(kind.version) for part in stated for kind in part if isinstance(kind, API))
        return joined if name in {"Optional", "Union", "Annotated"} else NOTHING
