"""A script, followed statement by statement: what its variables, functions and attributes hold.

Functions are gone through after the module, with what is known of their parameters: annotations, the calls
in the script, and names such as `session` or `task` where nothing else tells. That is repeated until
nothing new is learned.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .evaluation import Evaluator
from .kinds import (
    API,
    NOTHING,
    Class,
    Constant,
    Function,
    Kinds,
    Mapping,
    Method,
    Module,
    One,
    Own,
    Pair,
    Session,
    Value,
    container,
    depth,
    elements,
    join,
)
from .uses import Uses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .findings import Finding
    from .names import Catalogue

__all__ = ["Scope", "Script"]

LIBRARIES = ("workfront_orm", "workfront")
"""The packages whose scripts are understood: this one and its predecessor."""

ROUNDS = 8
"""How often functions are gone through at most; what is learned goes one call further each time."""

_DEEP = 6


class Scope:
    """Names and what they hold, inside an outer scope.

    Attributes:
        names: What is known of the names.
        returned: What the function returns.
        yielded: What the function yields.
    """

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.names: dict[str, Kinds] = {}
        self.returned: Kinds = NOTHING
        self.yielded: Kinds = NOTHING

    def child(self) -> Scope:
        """A scope inside this one."""
        return Scope(self)

    def find(self, name: str) -> Kinds | None:
        """What a name holds; None where no scope has it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def widen(self, name: str, kinds: Kinds) -> None:
        """Add to what a name holds, where it is."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                joined = join(scope.names[name], kinds)
                scope.names[name] = joined if depth(joined) < _DEEP else scope.names[name]
                return
            scope = scope.outer


class Script:
    """A script.

    Args:
        tree: Its syntax tree.
        catalogue: The versions.
        path: What findings call it.
    """

    def __init__(self, tree: ast.Module, catalogue: Catalogue, path: str) -> None:
        self._tree = tree
        self._catalogue = catalogue
        self._uses = Uses(catalogue, path)
        self._evaluator = Evaluator(self, self._uses)
        self._parameters: dict[tuple[ast.AST, str], Kinds] = {}
        self._returns: dict[ast.AST, Kinds] = {}
        self._attributes: dict[tuple[ast.AST, str], Kinds] = {}
        self._queue: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Scope, Kinds]] = []
        self._stars: list[str] = []
        libraries = {library for node in ast.walk(tree) for library in _libraries(node)}
        self.knows_library = bool(libraries)
        catalogue.typed = LIBRARIES[0] in libraries
        self.version = catalogue.default or self._stated_version() or "unsupported"

    def findings(self) -> set[Finding]:
        """What the script uses that is gone or changed."""
        if not self.knows_library:
            return set()
        before: Any = None
        for _round in range(ROUNDS):
            self._uses.found = set()
            self._stars = []
            module = Scope()
            self._run(self._tree.body, module)
            while self._queue:
                self._function(*self._queue.pop())
            after = (dict(self._parameters), dict(self._returns), dict(self._attributes))
            if after == before:
                break
            before = after
        return self._uses.found

    # --- for the evaluator --------------------------------------------------------------

    def lookup(self, name: str, scope: Scope, node: ast.AST) -> Kinds:
        """What a name holds."""
        found = scope.find(name)
        if found is not None:
            return found
        kinds = [self.module_attribute(f"versions.{module}", name, node) for module in self._stars]
        return frozenset().union(*kinds)

    def module_attribute(self, module: str, name: str, node: ast.AST) -> Kinds:
        """What a name of a module of the library is."""
        if name == "Session" and module in {"", "session", "services.workfront", "services.workfront.session"}:
            return frozenset({Session("", cls=True)})
        version = self._catalogue.version_of_module(module.rpartition(".")[2])
        if version is not None and module.startswith(("versions.", "tenants.")):
            if name in {"api", "API"}:
                return frozenset({API(version)})
            key = self._uses.class_named(version, name, node)
            return NOTHING if key is None else frozenset({Class(version, key)})
        return frozenset({Module(f"{module}.{name}".lstrip("."))})

    def version_of_call(self, node: ast.Call, scope: Scope) -> str:
        """The version that a call of `Session()` names, or that of the script."""
        given = next((keyword.value for keyword in node.keywords if keyword.arg == "api_version"), None)
        if given is None and len(node.args) > 4:  # noqa: PLR2004 - the place of api_version in the predecessor's signature
            given = node.args[4]
        if given is not None:
            for literal in self._evaluator.literals(given, scope):
                if isinstance(literal.value, str):
                    return literal.value
        return self.version

    def own_attribute(self, owner: Own, name: str) -> Kinds:
        """What an attribute of an object of the script's own class is."""
        methods = [node for node in owner.node.body if isinstance(node, ast.FunctionDef) and node.name == name]
        if methods and any(_is_property(method) for method in methods):
            return self._returns.get(methods[0], NOTHING)
        known = self._attributes.get((owner.node, name), NOTHING)
        return known | {Method(owner, name)} if methods else known

    def call(self, function: Function, owner: Kinds | None, node: ast.Call, scope: Scope) -> Kinds:
        """Call a function or class of the script: learn of its parameters, return what it returns."""
        target = function.node
        if isinstance(target, ast.ClassDef):
            own = Own(target)
            for method in target.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    self._bind(method, frozenset({own}), node, scope)
            for field, value in zip(_annotated_fields(target), node.args, strict=False):
                self._learn_attribute(target, field, self._evaluator.kinds(value, scope))
            for keyword in node.keywords:
                if keyword.arg in _annotated_fields(target):
                    self._learn_attribute(target, keyword.arg, self._evaluator.kinds(keyword.value, scope))
            return frozenset({own})
        if isinstance(target, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._bind(target, owner, node, scope)
        return self._returns.get(target, NOTHING)

    def call_method(self, owner: Own, name: str, node: ast.Call, scope: Scope) -> Kinds:
        """Call a method of an object of the script's own class."""
        found: set[Any] = set()
        for method in owner.node.body:
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name == name:
                found |= self.call(Function(method), frozenset({owner}), node, scope)
        return frozenset(found)

    def assign(self, target: ast.expr, kinds: Kinds, value: ast.expr | None, scope: Scope) -> None:
        """Assign to a variable, an attribute, an item, or several of them."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = join(kinds)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, container(kinds), None, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            pairs = [kind for kind in kinds if isinstance(kind, Pair) and len(kind.members) == len(target.elts)]
            for number, inner in enumerate(target.elts):
                part = frozenset().union(*(pair.members[number] for pair in pairs)) if pairs else elements(kinds)
                self.assign(inner, part, None, scope)
        elif isinstance(target, ast.Attribute):
            for kind in self._evaluator.kinds(target.value, scope):
                if isinstance(kind, Own):
                    self._learn_attribute(kind.node, target.attr, kinds)
                elif isinstance(kind, One):
                    found = self._evaluator.attribute_of(kind, target.attr, target, write=True)
                    self._written(found, value, scope)
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, kinds, value, scope)

    def _assign_item(self, target: ast.Subscript, kinds: Kinds, value: ast.expr | None, scope: Scope) -> None:
        for kind in self._evaluator.kinds(target.value, scope):
            if isinstance(kind, One) or (isinstance(kind, Method) and kind.name == "fields"):
                self._written(self._evaluator.item_of(kind, target, scope, write=True), value, scope)
        if isinstance(target.value, ast.Name):
            key = self._evaluator.kinds(target.slice, scope)
            scope.widen(target.value.id, frozenset({Mapping(key, kinds)}))

    def _written(self, fields: Kinds, value: ast.expr | None, scope: Scope) -> None:
        for field in fields:
            if isinstance(field, Value) and value is not None:
                self._uses.value(field, self._evaluator.literals(value, scope))

    def _learn_attribute(self, node: ast.AST, name: str, kinds: Kinds) -> None:
        joined = join(self._attributes.get((node, name), NOTHING), kinds)
        if depth(joined) < _DEEP:
            self._attributes[node, name] = joined

    # --- functions ------------------------------------------------------------------------

    def _bind(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, owner: Kinds | None, node: ast.Call, scope: Scope
    ) -> None:
        """Learn of a function's parameters from a call."""
        names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
        if owner is not None and names and not _is_static(function):
            names = names[1:]
        for name, argument in zip(names, node.args, strict=False):
            if isinstance(argument, ast.Starred):
                break
            self._learn(function, name, self._evaluator.kinds(argument, scope))
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._learn(function, keyword.arg, self._evaluator.kinds(keyword.value, scope))

    def _learn(self, function: ast.AST, name: str, kinds: Kinds) -> None:
        joined = join(self._parameters.get((function, name), NOTHING), kinds)
        if depth(joined) < _DEEP:
            self._parameters[function, name] = joined

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: Scope, owner: Kinds) -> None:
        scope = outer.child()
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for number, argument in enumerate(arguments):
            known = self._parameters.get((node, argument.arg), NOTHING)
            stated = self._evaluator.annotated(argument.annotation, outer)
            if number == 0 and owner and not _is_static(node):
                known = owner
            scope.names[argument.arg] = known | stated or self._guessed(argument)
        self._defaults(node, scope, outer)
        self._run(node.body, scope)
        stated = self._evaluator.annotated(node.returns, outer)
        yielded = container(scope.yielded) if scope.yielded else NOTHING
        found = join(self._returns.get(node, NOTHING), scope.returned, yielded, stated)
        if depth(found) < _DEEP:
            self._returns[node] = found

    def _defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, outer: Scope) -> None:
        positional = [*node.args.posonlyargs, *node.args.args]
        pairs = [*zip(reversed(positional), reversed(node.args.defaults), strict=False)]
        pairs += [
            (name, value) for name, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value
        ]
        for argument, value in pairs:
            found = self._evaluator.kinds(value, outer)
            scope.names[argument.arg] = scope.names[argument.arg] | found

    def _guessed(self, argument: ast.arg) -> Kinds:
        """What a parameter is by its name, where nothing else tells: `session`, `api`, `task`."""
        if argument.annotation is not None:
            return NOTHING
        if argument.arg == "session":
            return frozenset({Session(self.version)})
        if argument.arg == "api":
            return frozenset({API(self.version)})
        key = self._catalogue.move(self.version).old.variables.get(argument.arg)
        return NOTHING if key is None else frozenset({One(self.version, key)})

    # --- statements -------------------------------------------------------------------------

    def _run(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        for statement in body:
            method = getattr(self, f"_{type(statement).__name__.lower()}", self._other)
            method(statement, scope)

    def _other(self, node: ast.stmt, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._evaluator.kinds(child, scope)
            elif isinstance(child, ast.stmt):
                self._run([child], scope)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        kinds = self._evaluator.kinds(node.value, scope)
        for target in node.targets:
            self.assign(target, kinds, node.value, scope)

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        kinds = self._evaluator.kinds(node.value, scope) | self._evaluator.annotated(node.annotation, scope)
        self.assign(node.target, kinds, node.value, scope)

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        added = self._evaluator.kinds(node.value, scope)
        known = self._evaluator.kinds(node.target, scope)
        lists = frozenset(kind for kind in known | added if not isinstance(kind, (Value, Constant)))
        self.assign(node.target, lists, None, scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        scope.returned |= self._evaluator.kinds(node.value, scope)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        for _again in range(2):
            # What the first pass puts into lists, the second finds there.
            self.assign(node.target, elements(self._evaluator.kinds(node.iter, scope)), None, scope)
            self._branch([node.body, []], scope)
        self._run(node.orelse, scope)

    _asyncfor = _for

    def _while(self, node: ast.While, scope: Scope) -> None:
        for _again in range(2):
            self._evaluator.kinds(node.test, scope)
            self._branch([node.body, []], scope)
        self._run(node.orelse, scope)

    def _if(self, node: ast.If, scope: Scope) -> None:
        self._evaluator.kinds(node.test, scope)
        self._branch([node.body, node.orelse], scope)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        self._branch([[*node.body, *node.orelse], *(handler.body for handler in node.handlers)], scope)
        self._run(node.finalbody, scope)

    _trystar = _try

    def _match(self, node: ast.Match, scope: Scope) -> None:
        subject = self._evaluator.kinds(node.subject, scope)
        fields = [kind for kind in subject if isinstance(kind, Value)]
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchValue):
                    for field in fields:
                        self._uses.value(field, self._evaluator.literals(pattern.value, scope))
                elif isinstance(pattern, ast.MatchAs) and pattern.name is not None:
                    scope.names[pattern.name] = subject if pattern is case.pattern else NOTHING
            self._evaluator.kinds(case.guard, scope)
        self._branch([case.body for case in node.cases] + [[]], scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            kinds = self._evaluator.kinds(item.context_expr, scope)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, kinds, None, scope)
        self._run(node.body, scope)

    _asyncwith = _with

    def _branch(self, bodies: Iterable[Iterable[ast.stmt]], scope: Scope) -> None:
        """Go through alternatives; afterwards a name holds what it may hold after any of them."""
        before = dict(scope.names)
        joined: dict[str, Kinds] = {}
        for body in bodies:
            scope.names = dict(before)
            self._run(body, scope)
            for name, kinds in scope.names.items():
                joined[name] = join(joined.get(name, NOTHING), kinds)
        scope.names = joined

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        scope.names[node.name] = frozenset({Function(node)})
        for decorator in node.decorator_list:
            self._evaluator.kinds(decorator, scope)
        self._queue.append((node, scope, NOTHING))

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        mapped = frozenset(
            kind for base in node.bases for kind in self._evaluator.kinds(base, scope) if isinstance(kind, Class)
        )
        # A class that adds fields of its own is still the class that it derives from.
        scope.names[node.name] = mapped or frozenset({Function(node)})
        owner: Kinds = frozenset(One(kind.version, kind.key) for kind in mapped) or frozenset({Own(node)})
        inner = scope.child()
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._queue.append((statement, scope, owner))
            else:
                self._run([statement], inner)
        for name, kinds in inner.names.items():
            self._learn_attribute(node, name, kinds)

    # --- imports ----------------------------------------------------------------------------

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            library, _dot, rest = alias.name.partition(".")
            if library in LIBRARIES:
                scope.names[alias.asname or library] = frozenset({Module(rest if alias.asname else "")})

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        library, _dot, module = (node.module or "").partition(".")
        if library not in LIBRARIES or node.level:
            return
        for alias in node.names:
            if alias.name == "*" and module.startswith("versions."):
                self._stars.append(module.removeprefix("versions."))
            else:
                scope.names[alias.asname or alias.name] = self.module_attribute(module, alias.name, alias)

    def _stated_version(self) -> str | None:
        """The first version that the script names anywhere: in a module it imports, or as `api_version`."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.keyword) and node.arg == "api_version" and isinstance(node.value, ast.Constant):
                return str(node.value.value)
            if isinstance(node, ast.ImportFrom) and _libraries(node):
                names = [(node.module or "").rpartition(".")[2], *(alias.name for alias in node.names)]
                for name in names:
                    version = self._catalogue.version_of_module(name)
                    if version is not None:
                        return version
        return None


def _libraries(node: ast.AST) -> list[str]:
    """Which of the libraries a statement imports from."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return [library for name in names if (library := name.partition(".")[0]) in LIBRARIES]


def _is_static(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(getattr(decorator, "id", "") == "staticmethod" for decorator in function.decorator_list)


def _is_property(function: ast.FunctionDef) -> bool:
    names = {getattr(decorator, "id", "") or getattr(decorator, "attr", "") for decorator in function.decorator_list}
    return bool(names & {"property", "cached_property"})


def _annotated_fields(node: ast.ClassDef) -> list[str]:
    """The fields of a data class, in order."""
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
