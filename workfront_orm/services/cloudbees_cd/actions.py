"""Actions and named queries: runs are started by them, and their answers are the Job or FlowRuntime. Source: `API.md` section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect
from workfront_orm.core.objects import Object

from .places import address, names_in, parts_of
from .running import merge
from .wire import objects_in, request, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.core.exchange import Request
    from workfront_orm.core.specs import ActionSpec, QuerySpec

__all__ = ["plan_action", "plan_query", "result_of"]

_EFFECTS = {"GET": Effect.READ, "PUT": Effect.IDEMPOTENT, "POST": Effect.UNSAFE}


def plan_action(target: Object | type[Object], action: ActionSpec, arguments: Mapping[str, Any]) -> Request:
    """An action of an object: the names that lead to it go along as the endpoint has them, or in the body.

    Raises:
        ValueError: A name that the server needs is not known, or there is no object.
    """
    label = f"{action.name} of {target._label() if isinstance(target, Object) else target.__name__}"
    if not isinstance(target, Object):
        raise ValueError(f"{label}: it is an action of one object; load() or save() one first")  # noqa: TRY004 - no wrong type
    values = parts_of(target)
    verb, _, rest = str(action.raw["endpoint"]).partition(" ")
    path, _, query = rest.partition("?")
    parameters: list[tuple[str, str]] = []
    body = dict(arguments)
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        parameters.append((name, value or _known(values, name, label)))
    if not names_in(path) and all(name == "request" for name, _ in parameters):
        body.update((name, _known(values, name, label)) for name in type(target)._name_key)

    def decode(data: Mapping[str, Any]) -> Any:
        merge(target, data)
        if type(target)._key[0] in data:
            target._merge(data)
        return data

    sent = None if verb == "GET" else body
    return request(
        label, verb, address(path, values, label), query=parameters, body=sent, effect=_EFFECTS[verb], decode=decode
    )


def plan_query(cls: type[Object], query: QuerySpec, arguments: Mapping[str, Any]) -> Request:
    """A named query; the names of its path are among the arguments.

    Raises:
        ValueError: One of them is missing.
    """
    label = f"{query.name} of {cls.__name__}"
    verb, _, rest = str(query.raw["endpoint"]).partition(" ")
    path, _, parameters = rest.partition("?")
    spec = cls._api.by_code[str(query.raw["result"]).removesuffix("[]")]._spec
    body = {name: value for name, value in arguments.items() if name not in names_in(path)}
    pairs = [tuple(pair.split("=", 1)) for pair in parameters.split("&")]
    return request(
        label,
        verb,
        address(path, arguments, label),
        query=[(name, value) for name, value in pairs],
        body=body,
        decode=lambda data: [row_of(spec, found) for found in objects_in(spec, data)],
    )


def result_of(type_name: str | None, value: Any, session: Any) -> Any:
    """The object that an action started; other answers as they are."""
    if type_name not in {"job", "flowRuntime"} or not isinstance(value, dict):
        return value
    cls = session.api.by_code[type_name]
    if "jobId" in value and type_name == "job":
        return session.wrap(cls, {"jobId": value["jobId"]})
    rows = objects_in(cls._spec, value)
    return session.wrap(cls, row_of(cls._spec, rows[0])) if rows else value


def _known(values: Mapping[str, Any], name: str, label: str) -> str:
    value = values.get(name)
    if not value:
        raise ValueError(f"{label}: {name} is not known; load() the object first")
    return str(value)
