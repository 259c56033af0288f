"""What calls do: searches and loads give objects, names and values in their arguments are used."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .kinds import (
    API,
    NOTHING,
    Class,
    Constant,
    Container,
    Function,
    Kinds,
    Mapping,
    Method,
    One,
    Own,
    Pair,
    Query,
    Session,
    Value,
    container,
    elements,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .evaluation import Evaluator
    from .script import Scope, Script
    from .uses import Uses

__all__ = ["Calls"]

_SAME_QUERY = frozenset({"fields", "filter_locally", "lazy", "limit", "offset", "order_by", "where"})
_SAME_ELEMENTS = frozenset({"frozenset", "iter", "list", "reversed", "set", "sorted", "tuple"})
_VALUE_TESTS = frozenset({"all_of", "ieq", "iin", "in_", "ine", "ne_and_not_null", "not_iin", "not_in"})
_GROWING = frozenset({"add", "append", "appendleft", "extend", "insert"})
_HELPERS = {"add_comment": "NOTE", "convert_to_task": "TASK"}
_VERBS = frozenset({"delete", "get", "post", "put", "request"})
# Parameters of the wire that are no fields.
_CONTROL = frozenset({"apiKey", "fields", "filters", "method", "sessionID", "updates", "action", "id", "ID", "params"})
_OPERATIONS = {"search": "search", "count": "count", "report": "report"}
_TEXT_MODIFIERS = re.compile("contains|like|startswith|soundex|length|null|blank|between", re.IGNORECASE)


class Calls:
    """Evaluates calls.

    Args:
        script: The script: its functions, and what its versions are.
        uses: Where uses are recorded.
        evaluator: What evaluates the arguments.
    """

    def __init__(self, script: Script, uses: Uses, evaluator: Evaluator) -> None:
        self._script = script
        self._uses = uses
        self._evaluator = evaluator

    def kinds(self, node: ast.Call, scope: Scope) -> Kinds:
        """What a call returns."""
        functions = self._evaluator.kinds(node.func, scope)
        arguments = [self._evaluator.kinds(argument, scope) for argument in node.args]
        for keyword in node.keywords:
            if not isinstance(keyword.value, ast.Lambda):
                self._evaluator.kinds(keyword.value, scope)
        found: set[Any] = set()
        for function in functions:
            found |= self._of(function, node, arguments, scope)
        if not functions and isinstance(node.func, ast.Attribute) and node.func.attr in _GROWING:
            # An item of a dict that nobody has put anything into yet.
            self._container(Container(), node.func.attr, node, arguments, scope)
        elif not functions:
            found |= self._unknown(node, arguments, scope)
        return frozenset(found)

    def _of(self, function: Any, node: ast.Call, arguments: list[Kinds], scope: Scope) -> Kinds:
        if isinstance(function, Session) and function.cls:
            return frozenset({Session(self._script.version_of_call(node, scope))})
        if isinstance(function, Class):
            self._fields(One(function.version, function.key), node, scope, write=True)
            self._uses.operation(function.version, function.key, "add", node)
            return frozenset({One(function.version, function.key)})
        if isinstance(function, Function):
            return self._script.call(function, None, node, scope)
        if isinstance(function, Method):
            owner = function.owner
            handlers: list[tuple[type, Any]] = [
                (Session, self._session),
                (API, self._api),
                (Query, self._query),
                (One, self._object),
                (Class, self._class),
                (Value, self._value),
                (Container, self._container),
                (Mapping, self._mapping),
            ]
            for kind, handler in handlers:
                if isinstance(owner, kind):
                    found: Kinds = handler(owner, function.name, node, arguments, scope)
                    return found
            if isinstance(owner, Own):
                return self._script.call_method(owner, function.name, node, scope)
        return NOTHING

    # --- sessions -------------------------------------------------------------------

    def _session(self, owner: Session, name: str, node: ast.Call, arguments: list[Kinds], scope: Scope) -> Kinds:
        if name in _VERBS:
            self._request(owner, name, node, scope)
            return NOTHING
        classes = [kind for kind in self._argument(node, arguments, 0, "object_type", scope) if isinstance(kind, Class)]
        found: set[Any] = set()
        for cls in classes:
            one = frozenset({One(cls.version, cls.key)})
            if name == "query":
                found.add(Query(cls.version, cls.key))
                continue
            if name in {"search", "load", "named_query"}:
                self._names(cls, self._argument_node(node, 2 if name == "load" else 1, "fields"), scope)
            if name == "search":
                self._uses.operation(cls.version, cls.key, "search", node)
                self._parameters(cls, node, scope)
                found |= container(one)
            elif name == "load":
                found |= self._loaded(one, node, scope)
        if name in {"merge", "refresh"} and arguments:
            found |= {kind for kind in arguments[0] if isinstance(kind, One)}
        return frozenset(found)

    def _loaded(self, one: Kinds, node: ast.Call, scope: Scope) -> Kinds:
        ids = self._argument_node(node, 1, "id_or_ids")
        if isinstance(ids, (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)):
            return container(one)
        if isinstance(ids, (ast.Constant, ast.Attribute, ast.JoinedStr)):
            return one
        many = ids is not None and any(
            isinstance(kind, (Container, Query)) for kind in self._evaluator.kinds(ids, scope)
        )
        # A variable may hold one id or several: what comes back is one object or a list.
        return container(one) if many else one | container(one)

    def _api(self, owner: API, name: str, node: ast.Call, _arguments: list[Kinds], _scope: Scope) -> Kinds:  # noqa: ARG002 - as the other handlers
        return NOTHING

    def _request(self, owner: Session, name: str, node: ast.Call, scope: Scope) -> None:
        """A low-level request: the type stands in its path, fields in its parameters."""
        shift = 1 if name == "request" else 0
        target = self._argument_node(node, shift, "path")
        parameters = self._argument_node(node, shift + 1, "params")
        for text, place in self._texts(target, scope):
            words = [word for word in text.partition("?")[0].split("/") if word]
            key = self._uses.class_coded(owner.version, words[0], place) if words else None
            if key is None:
                continue
            for word in words[1:]:
                if word in _OPERATIONS:
                    self._uses.operation(owner.version, key, _OPERATIONS[word], place)
                elif word.isidentifier():
                    # An action or a named query; ids are none.
                    self._uses.member(owner.version, key, word, place)
            if parameters is not None:
                for literal in self._dicts(parameters, scope):
                    self._wire_parameters(owner.version, key, literal, scope)

    def _wire_parameters(
        self, version: str, key: str, pairs: list[tuple[str, ast.AST, ast.expr]], scope: Scope
    ) -> None:
        for name, place, value in pairs:
            if name == "fields":
                self._field_texts(version, key, value, scope)
            elif name == "action":
                for literal in self._evaluator.literals(value, scope):
                    self._uses.member(version, key, str(literal.value), literal)
            elif name in {"updates", "filters"}:
                for inner in self._dicts(value, scope):
                    self._wire_parameters(version, key, inner, scope)
            elif name not in _CONTROL:
                field = self._uses.parameter(version, key, name, place)
                if field is not None:
                    self._uses.value(field, self._evaluator.literals(value, scope))

    # --- queries, objects, classes ------------------------------------------------------

    def _query(self, owner: Query, name: str, node: ast.Call, _arguments: list[Kinds], scope: Scope) -> Kinds:
        one = One(owner.version, owner.key)
        if name in {"fields", "order_by"}:
            for argument in node.args:
                self._field_texts(owner.version, owner.key, argument, scope)
        if name == "update":
            self._fields(one, node, scope, write=True)
        if name in _SAME_QUERY:
            return frozenset({owner})
        if name in {"first", "one", "one_or_none"}:
            return frozenset({one})
        if name in {"all", "resume"}:
            return container(frozenset({one}))
        return container(container(frozenset({one}))) if name == "pages" else NOTHING

    def _object(self, owner: One, name: str, node: ast.Call, _arguments: list[Kinds], scope: Scope) -> Kinds:
        if name == "load":
            for argument in node.args:
                self._field_texts(owner.version, owner.key, argument, scope)
            return NOTHING
        if name == "delete":
            self._uses.operation(owner.version, owner.key, "delete", node)
        member = self._uses.move(owner.version).old.member(owner.key, name)
        if name in _HELPERS and _HELPERS[name] in self._uses.move(owner.version).old.side.specs:
            return frozenset({One(owner.version, _HELPERS[name])})
        if member is not None and member.section in {"actions", "queries"}:
            self._uses.call(owner.version, owner.key, member, node)
        return NOTHING

    def _class(self, owner: Class, name: str, node: ast.Call, _arguments: list[Kinds], scope: Scope) -> Kinds:
        if name in {"field_spec", "convert_name"}:
            for argument in node.args:
                self._field_texts(owner.version, owner.key, argument, scope)
            return NOTHING
        member = self._uses.move(owner.version).old.member(owner.key, name)
        if member is not None and member.section in {"actions", "queries"}:
            self._uses.call(owner.version, owner.key, member, node)
        return NOTHING

    def _value(self, owner: Value, name: str, node: ast.Call, _arguments: list[Kinds], scope: Scope) -> Kinds:
        if name in _VALUE_TESTS:
            for argument in node.args:
                self._uses.value(owner, self._evaluator.literals(argument, scope))
        return NOTHING

    # --- Python's own ---------------------------------------------------------------------

    def _container(self, owner: Container, name: str, node: ast.Call, arguments: list[Kinds], scope: Scope) -> Kinds:
        if name in {"append", "add", "appendleft", "insert"} and arguments:
            self._grow(node.func, owner, arguments[-1], scope)
        elif name in {"extend", "update"} and arguments:
            self._grow(node.func, owner, elements(arguments[0]), scope)
        return owner.elements if name in {"pop", "popleft"} else frozenset({owner}) if name == "copy" else NOTHING

    def _grow(self, function: ast.expr, owner: Container, added: Kinds, scope: Scope) -> None:
        """What is put into a container that a variable or another container holds."""
        holder = function.value if isinstance(function, ast.Attribute) else None
        grown = container(owner.elements | added)
        if isinstance(holder, ast.Name):
            scope.widen(holder.id, grown)
        elif isinstance(holder, ast.Subscript) and isinstance(holder.value, ast.Name):
            scope.widen(holder.value.id, frozenset({Mapping(NOTHING, grown)}))
        elif isinstance(holder, ast.Attribute):
            self._script.assign(holder, grown, None, scope)

    def _mapping(self, owner: Mapping, name: str, node: ast.Call, arguments: list[Kinds], scope: Scope) -> Kinds:
        if name == "items":
            return container(frozenset({Pair((owner.keys, owner.values))}))
        if name in {"keys", "values"}:
            return container(owner.keys if name == "keys" else owner.values)
        if name == "setdefault" and len(arguments) > 1 and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name):
                scope.widen(node.func.value.id, frozenset({Mapping(arguments[0], arguments[1])}))
            return owner.values | arguments[1]
        return owner.values if name in {"get", "pop"} else NOTHING

    def _unknown(self, node: ast.Call, arguments: list[Kinds], scope: Scope) -> Kinds:
        """Python's own functions, and what looks like making a session."""
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = arguments[0] if arguments else NOTHING
        for keyword in node.keywords:
            if keyword.arg == "key" and isinstance(keyword.value, ast.Lambda):
                self._evaluator.lambda_kinds(keyword.value, scope, elements(first))
        if name in {"session", "from_profile", "Session"} and self._script.knows_library:
            return frozenset({Session(self._script.version_of_call(node, scope))})
        if name == "chain":
            return container(frozenset().union(*map(elements, arguments)))
        if isinstance(node.func, ast.Attribute):
            return NOTHING
        if name in {"filter", "map"} and len(arguments) > 1:
            return self._mapped(name, node, elements(arguments[1]), scope)
        return self._builtin(name, arguments)

    def _builtin(self, name: str, arguments: list[Kinds]) -> Kinds:
        first = arguments[0] if arguments else NOTHING
        found = NOTHING
        if name in _SAME_ELEMENTS:
            found = container(elements(first))
        elif name in {"max", "min", "next"}:
            found = elements(first) if len(arguments) == 1 or name == "next" else frozenset().union(*arguments)
        elif name == "enumerate":
            found = container(frozenset({Pair((NOTHING, elements(first)))}))
        elif name == "zip":
            found = container(frozenset({Pair(tuple(map(elements, arguments)))}))
        elif name in {"dict", "defaultdict", "OrderedDict"}:
            found = frozenset({Mapping()} | {kind for kind in first if isinstance(kind, Mapping)})
        return found

    def _mapped(self, name: str, node: ast.Call, given: Kinds, scope: Scope) -> Kinds:
        function = node.args[0]
        result = self._evaluator.lambda_kinds(function, scope, given) if isinstance(function, ast.Lambda) else NOTHING
        return container(given if name == "filter" else result)

    # --- arguments that name fields -------------------------------------------------------

    def _fields(self, owner: One, node: ast.Call, scope: Scope, *, write: bool) -> None:
        """Fields that are given by keyword, with their values."""
        for name, place, value in self._keywords(node, scope):
            member = self._uses.member(owner.version, owner.key, name, place, write=write)
            if member is not None and member.section == "fields":
                literals = self._evaluator.literals(value, scope)
                self._uses.value(Value(owner.version, owner.key, member), literals)

    def _parameters(self, cls: Class, node: ast.Call, scope: Scope) -> None:
        """The parameters of a search, with their values where they are compared as a whole."""
        pairs = [pair for pair in self._keywords(node, scope) if pair[0] not in {"fields", "object_type"}]
        modified = {
            name.removesuffix("_Mod"): value.value
            for name, _place, value in pairs
            if name.endswith("_Mod") and isinstance(value, ast.Constant)
        }
        for name, place, value in pairs:
            field = self._uses.parameter(cls.version, cls.key, name, place)
            if field is not None and not _TEXT_MODIFIERS.search(str(modified.get(name, ""))):
                self._uses.value(field, self._evaluator.literals(value, scope))

    def _names(self, cls: Class, node: ast.expr | None, scope: Scope) -> None:
        """A list of fields to read."""
        if node is not None:
            self._field_texts(cls.version, cls.key, node, scope)

    def _field_texts(self, version: str, key: str, node: ast.expr, scope: Scope) -> None:
        """Texts that name fields, alone, in lists, or joined by commas."""
        for literal in self._evaluator.literals(node, scope):
            if isinstance(literal.value, str):
                for text in literal.value.split(","):
                    self._uses.path(version, key, text.strip(), literal)

    def _keywords(self, node: ast.Call, scope: Scope) -> Iterator[tuple[str, ast.AST, ast.expr]]:
        """Name, place and value of each argument by name, those of dicts that are passed by `**` included."""
        for keyword in node.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword, keyword.value
            else:
                for pairs in self._dicts(keyword.value, scope):
                    yield from pairs

    def _dicts(
        self, node: ast.expr, scope: Scope, seen: set[ast.AST] | None = None
    ) -> Iterator[list[tuple[str, ast.AST, ast.expr]]]:
        """Name, place and value of the items of a dict: a literal, `dict(a=1)`, or a variable that holds one.

        `seen` are the expressions that were met, each of which is followed once: `params = {**params, "a": 1}`.
        """
        seen = set() if seen is None else seen
        if node in seen:
            return
        seen.add(node)
        if isinstance(node, ast.Dict):
            items = zip(node.keys, node.values, strict=True)
            yield [
                (key.value, key, value)
                for key, value in items
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            ]
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    yield from self._dicts(value, scope, seen)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield [(keyword.arg, keyword, keyword.value) for keyword in node.keywords if keyword.arg is not None]
        else:
            for kind in self._evaluator.kinds(node, scope):
                if isinstance(kind, Constant) and isinstance(kind.node, ast.Dict):
                    yield from self._dicts(kind.node, scope, seen)

    def _texts(self, node: ast.expr | None, scope: Scope) -> Iterator[tuple[str, ast.AST]]:
        """The texts of a path, with `:` in place of what is formatted into it."""
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else ":" for part in node.values]
            yield "".join(parts), node
        elif isinstance(node, ast.BinOp):
            for text, place in self._texts(node.left, scope):
                rest = next((text for text, _place in self._texts(node.right, scope)), ":")
                yield text + rest if isinstance(node.op, ast.Add) else text.replace("%s", ":"), place
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            for text, place in self._texts(node.func.value, scope):
                yield re.sub(r"\{[^}]*\}", ":", text), place
        elif node is not None:
            for literal in self._evaluator.literals(node, scope):
                if isinstance(literal.value, str):
                    yield literal.value, literal

    def _argument_node(self, node: ast.Call, position: int, name: str) -> ast.expr | None:
        """An argument by position or name."""
        if position < len(node.args) and not any(isinstance(argument, ast.Starred) for argument in node.args):
            return node.args[position]
        return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)

    def _argument(self, node: ast.Call, arguments: list[Kinds], position: int, name: str, scope: Scope) -> Kinds:
        if position < len(arguments):
            return arguments[position]
        given = self._argument_node(node, position, name)
        return self._evaluator.kinds(given, scope)
