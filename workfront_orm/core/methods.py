"""The methods of a class: one for each action and named query of the metadata, with a real signature and docstring.

A class has up to sixty, of which a program calls a few; so each is made when it is first looked up.
"""

from __future__ import annotations

import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .objects import Object
    from .service import Service
    from .specs import ActionSpec, QuerySpec

__all__ = ["LateMethod", "make_action", "make_query"]


class LateMethod:
    """Stands for a method until it is first looked up, on the class or on an object.

    Args:
        make: `make_action` or `make_query`.
        spec: What the metadata says of the method.
        name: The method's name.
        service: The service of the class.
    """

    __slots__ = ("_make", "_name", "_service", "_spec")

    def __init__(self, make: Callable[[Any, str, Service], Any], spec: Any, name: str, service: Service) -> None:
        self._make = make
        self._spec = spec
        self._name = name
        self._service = service

    def __get__(self, obj: Object | None, owner: type[Object]) -> Any:
        """The method, which takes this one's place."""
        method = self._make(self._spec, self._name, self._service)
        for cls in owner.__mro__:
            if cls.__dict__.get(self._name) is self:
                setattr(cls, self._name, method)
        return method.__get__(obj, owner)


def make_action(spec: ActionSpec, name: str, service: Service) -> Any:
    """The method of an action, with the signature that the metadata gives.

    Every argument is optional, as the predecessor had it, since metadata does not tell which are
    required. Where the arguments are not known, they are passed by their wire names.
    """

    def call(self: Object, values: Mapping[str, Any]) -> Any:
        return self._session(name).call_action(self, spec, values)

    return _documented(_signed(call, "self", spec.arguments, service), name, "action", spec, service)


def make_query(spec: QuerySpec, name: str, service: Service) -> Any:
    """The class method of a named query: a session, the query's arguments, and the fields to read."""

    def call(cls: type[Object], session: Any, values: Mapping[str, Any], fields: Any = None) -> Any:
        return session.call_query(cls, spec, values, fields)

    function = _signed(call, "cls, session", spec.arguments, service, "fields")
    return classmethod(_documented(function, name, "named query", spec, service))


_factories: dict[tuple[str, int, str], Any] = {}


def _signed(call: Any, first: str, arguments: Any, service: Service, last: str = "") -> Any:
    """A function with real, named arguments that hands them to `call` by wire name.

    Compiling each function would cost more than the rest of its class; so one is compiled for
    each number of arguments, and its copies get names of their own.
    """
    if arguments is None:
        return _factory(first, -1, last)(call, ())
    wire_names = tuple(argument.name for argument in arguments)
    names = tuple(service.python_name(wire_name.strip()) for wire_name in wire_names)
    own = tuple(first.split(", "))
    usable = all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    if not usable or len({*names, *own, last}) != len(names) + len(own) + 1:
        return _factory(first, -1, last)(call, ())
    function = _factory(first, len(names), last)(call, wire_names)
    function.__code__ = function.__code__.replace(co_varnames=(*own, *names, *((last,) if last else ())))
    return function


def _factory(first: str, count: int, last: str) -> Any:
    factory = _factories.get((first, count, last))
    if factory is None:
        numbered = [f"a{number}" for number in range(max(count, 0))]
        declared = [first, *(f"{name}=None" for name in numbered)]
        declared += [f"*, {last}=None"] if last else []
        values = "dict(zip(wire_names, (" + "".join(f"{name}, " for name in numbered) + ")))"
        if count < 0:
            declared.append("**arguments")
            values = "arguments"
        source = (
            "def factory(call, wire_names):\n"
            f"    def function({', '.join(declared)}):\n"
            f"        return call({first}, {values}{f', {last}' if last else ''})\n"
            "    return function\n"
        )
        namespace: dict[str, Any] = {}
        exec(source, namespace)  # noqa: S102 - the source is made above; names of the metadata never enter it  # nosec B102
        factory = _factories[first, count, last] = namespace["factory"]
    return factory


def _documented(function: Any, name: str, kind: str, spec: ActionSpec | QuerySpec, service: Service) -> Any:
    from .describe import doubts, since  # once a method is used

    function.__name__ = function.__qualname__ = name
    arguments = spec.arguments
    lines = [f"The ``{spec.name}`` {kind}.", ""]
    if arguments is None:
        lines.append("Its arguments are not known: pass them by their wire names.")
    lines += [
        f":param {service.python_name(argument.name.strip())}: {argument.name} (type: ``{argument.type}``)"
        for argument in arguments or ()
    ]
    if spec.result:
        lines.append(f":return: ``{spec.result}``")
    known = [since(spec), *doubts(spec)]
    if any(known):
        lines += ["", *filter(None, known)]
    function.__doc__ = "\n".join(lines).rstrip()
    return function
