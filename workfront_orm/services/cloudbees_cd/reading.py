"""What a server is asked when objects are read. Sources: `API.md` sections 5, 8 and 9 of the facts.

A search is told all ids and the first objects in one answer, and the others are asked for by their ids: what
others add, change or delete meanwhile cannot shift it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Page, Position, Request, Select
from workfront_orm.core.members import find_member
from workfront_orm.core.relations import Collection

from .errors import NotFoundError, NotSupportedError
from .filters import any_of, equals, property_of, remote_filter
from .places import address, is_uuid, template
from .wire import command, is_custom_name, objects_in, property_name, request, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import ObjectSpec

__all__ = ["PAGE", "count", "load", "lookup", "page", "read_object", "with_fields"]

PAGE = 500
"""How many objects one request asks for."""

CHUNK = 200
"""How many ids or names one filter lists."""

_BY_ID = {"job": "/jobs/{}", "jobStep": "/jobSteps/{}", "propertySheet": "/propertySheets/{}"}
"""Objects that are read whole by their ids."""

Row = dict[str, Any]


def page(select: Select, position: Position, size: int | None) -> Request:
    """The first objects of a search with the ids of the others, or the objects of ids that are left.

    Raises:
        NotSupportedError: A condition or an order that the server does not have.
    """
    cls = select.type
    spec = cls._spec
    custom = custom_fields(cls, select.fields)
    label = f"search {cls.__name__}"
    selected = {"select": [{"propertyName": property_name(name)} for name in custom]} if custom else {}
    if position.token is not None:
        now, left = position.token[:size], position.token[size:] if size is not None else ()

        def decode_rest(data: Mapping[str, Any]) -> Page:
            return Page(rows=_rows(spec, data, custom), token=left or None, ended=not left)

        return command(label, "getObjects", {"objectId": list(now), **selected}, decode_rest)
    body: dict[str, Any] = {"objectType": _type(spec), **remote_filter(select).body(), **selected}
    if select.order:
        body["sort"] = _sort(select)
    if select.offset:
        body["firstResult"] = select.offset
    body["maxIds"] = 0 if select.limit is None else select.limit
    if size is not None:
        body["numObjects"] = size

    def decode(data: Mapping[str, Any]) -> Page:
        rest = tuple(data.get("objectId", ()))
        return Page(rows=_rows(spec, data, custom), token=rest or None, ended=not rest)

    return command(label, "findObjects", body, decode)


def count(select: Select) -> Request:
    """The number of objects that a search would find."""
    body = {"objectType": _type(select.type._spec), **remote_filter(select).body()}
    return command(f"count {select.type.__name__}", "countObjects", body, lambda data: int(data["count"]))


def read_object(obj: Object, fields: tuple[str, ...] | None) -> Request:
    """One object that exists, by its id, whatever it is called now."""
    spec, label = obj._spec, f"load {obj._label()}"
    custom = custom_fields(type(obj), fields)

    def decode(data: Mapping[str, Any]) -> Row:
        rows = _rows(spec, data, custom)
        if not rows:
            raise NotFoundError(f"the server has no {spec.name} {obj.id}", 404, operation=label)
        return rows[0]

    if spec.key == "flowRuntime":
        body = {"flowRuntimeId": [obj.id]}
        query = [("request", "getPipelineRuntimeDetails")]
        return request(label, "PUT", "/pipelineRuntimeDetails", query=query, body=body, decode=decode)
    if spec.key in _BY_ID and not custom:
        return request(label, "GET", _BY_ID[spec.key].format(obj.id), decode=decode)
    return _find(type(obj), [any_of(type(obj)._key[0], [obj.id])], custom, decode, label)


def load(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Objects by id, or by name: one by its path, several by searches."""
    if len(ids) == 1 and not is_uuid(ids[0]) and not custom_fields(cls, fields):
        direct = _by_path(cls, ids[0])
        if direct is not None:
            return [direct]
    return lookup(cls, ids, fields)


def lookup(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Those of several objects that exist.

    Raises:
        TypeError: Neither an id nor the names of an object.
    """
    spec, label = cls._spec, f"load {cls.__name__}"
    custom = custom_fields(cls, fields)

    def decode(data: Mapping[str, Any]) -> list[Row]:
        return _rows(spec, data, custom)

    if spec.key == "propertySheet":
        return [request(label, "GET", _BY_ID[spec.key].format(key), decode=decode) for key in ids]
    by_id = _chunks([key for key in ids if is_uuid(key)], CHUNK)
    by_name = _chunks([_names(cls, key) for key in ids if not is_uuid(key)], CHUNK)
    nodes = [*(any_of(cls._key[0], chunk) for chunk in by_id), *(_named(cls, chunk) for chunk in by_name)]
    return [_find(cls, [node], custom, decode, label) for node in nodes]


def custom_fields(cls: type[Object], fields: tuple[str, ...] | None) -> tuple[str, ...]:
    """The properties among the fields to read; all other fields come anyway.

    Raises:
        NotSupportedError: A path, or a collection.
    """
    for name in fields or ():
        if ":" in name and not is_custom_name(name):
            raise NotSupportedError(
                f"{cls.__name__}: {name!r} leads through a reference; CloudBees CD returns the object itself, and the "
                "others when they are asked for, for all objects of a page at once"
            )
        member = find_member(cls, name)
        if isinstance(member, Collection):
            raise NotSupportedError(f"{cls.__name__}: {name!r} is a collection, which is read when it is asked for")
        raw: Mapping[str, Any] = getattr(member, "_raw", {}) or {}
        if raw.get("writeOnly"):
            raise NotSupportedError(f"{cls.__name__}: {name!r} can be written but is never returned")
    return tuple(name for name in fields or () if is_custom_name(name))


def with_fields(select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields to read so that these come along: properties have to be named."""
    custom = tuple(name for name in names if is_custom_name(name))
    return tuple(dict.fromkeys([*(select.fields or ()), *custom])) or None


# --- helpers --------------------------------------------------------------------------


def _by_path(cls: type[Object], key: Any) -> Request | None:
    """A read of one object by its names."""
    spec = cls._spec
    names = dict(zip(cls._name_key, _names(cls, key), strict=True))
    label = f"load {cls.__name__} {key!r}"
    if spec.key == "job":
        path = address("/jobs/{jobName}", names, label)
    elif (spec.raw.get("ops") or {}).get("get"):
        path = address(template(spec, "get", names), names, label)
    else:
        return None
    return request(label, "GET", path, decode=lambda data: _rows(spec, data, ()))


def _names(cls: type[Object], key: Any) -> tuple[str, ...]:
    """The names that a key means."""
    names = key if isinstance(key, tuple) else (key,)
    if not cls._name_key:
        raise TypeError(f"load {cls.__name__}: takes an id, not {key!r}; these objects have no names of their own")
    if len(names) != len(cls._name_key) or not all(isinstance(name, str) and name for name in names):
        wanted = ", ".join(cls._name_key)
        takes = f"a tuple of {wanted}" if len(cls._name_key) > 1 else f"its {wanted}"
        raise TypeError(f"load {cls.__name__}: takes an id or {takes}, not {key!r}")
    return names


def _named(cls: type[Object], keys: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """The node for objects of these names: those in one place together."""
    places: dict[tuple[str, ...], list[str]] = {}
    for key in keys:
        places.setdefault(key[:-1], []).append(key[-1])
    nodes = []
    for place, names in places.items():
        parts = [equals(name, value) for name, value in zip(cls._name_key, place, strict=False)]
        parts.append(any_of(cls._name_key[-1], names))
        nodes.append(parts[0] if len(parts) == 1 else {"operator": "and", "filter": parts})
    return nodes[0] if len(nodes) == 1 else {"operator": "or", "filter": nodes}


def _find(cls: type[Object], nodes: list[dict[str, Any]], custom: tuple[str, ...], decode: Any, label: str) -> Request:
    """A search whose result is no longer than what it lists."""
    body: dict[str, Any] = {"objectType": _type(cls._spec), "filter": nodes, "caseSensitiveSearch": "1", "maxIds": 0}
    if custom:
        body["select"] = [{"propertyName": property_name(name)} for name in custom]
    return command(label, "findObjects", body, decode)


def _rows(spec: ObjectSpec, data: Mapping[str, Any], custom: tuple[str, ...]) -> list[Row]:
    return [row_of(spec, found, custom) for found in objects_in(spec, data)]


def _type(spec: ObjectSpec) -> str:
    """The name by which searches know a class."""
    return str((spec.raw.get("extra") or {}).get("searchType") or spec.key)


def _sort(select: Select) -> list[dict[str, str]]:
    order = []
    for ordering in select.order:
        if ordering.ignore_case:
            raise NotSupportedError(f"{ordering!r}: whether case counts in an order is the server's rule")
        name = property_of(select.type, ordering.operand)
        order.append({"propertyName": name, "order": "descending" if ordering.descending else "ascending"})
    if select.type._key[0] not in {entry["propertyName"] for entry in order}:
        # Rows of equal values come in the same order each time.
        order.append({"propertyName": select.type._key[0], "order": "ascending"})
    return order


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
