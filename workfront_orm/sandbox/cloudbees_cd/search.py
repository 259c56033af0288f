"""findObjects and its kin: any kind of objects by a tree of conditions over fields and properties."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import model
from workfront_orm.sandbox.cloudbees_cd.errors import RestError, invalid, required
from workfront_orm.sandbox.cloudbees_cd.values import flag, text
from workfront_orm.sandbox.cloudbees_cd.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workfront_orm.sandbox.cloudbees_cd.properties import Properties
    from workfront_orm.sandbox.cloudbees_cd.views import Views
    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document

MAXIMUM = 1000
"""Ids of a result unless `maxIds` says otherwise; 0 means all."""

DELETABLE = ("artifact", "artifactVersion", "job", "logEntry", "project", "repository", "workflow")

_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


class Search:
    """Searches of a server.

    Args:
        world: the data.
        views: how objects are shown.
        properties: properties of objects.
    """

    def __init__(self, world: World, views: Views, properties: Properties) -> None:
        self._world = world
        self._views = views
        self._properties = properties

    def find(self, params: Mapping[str, Any]) -> Document:
        """Return the objects that meet the filter, the rest of them as ids.

        Raises:
            RestError: a parameter is missing or none of its values.
        """
        kind = self._kind(params)
        found = self._sorted(self._matching(kind, params), _list(params, "sort", "sorts"))
        first = _number(params, "firstResult", 0)
        window = found[first:]
        limit = _number(params, "maxIds", MAXIMUM)
        window = window[:limit] if limit else window
        full = _number(params, "numObjects", len(window))
        selected = [_name(one) for one in _list(params, "select", "selects")]
        result: Document = {}
        if window[:full]:
            result["object"] = [self._shown(document, selected) for document, _ in window[:full]]
        if window[full:]:
            result["objectId"] = [reference(document) for document, _ in window[full:]]
        return result

    def count(self, params: Mapping[str, Any]) -> Document:
        """Return the number of the objects that meet the filter.

        Raises:
            RestError: a parameter is missing or none of its values.
        """
        return {"count": str(len(self._matching(self._kind(params), params)))}

    def get(self, params: Mapping[str, Any]) -> Document:
        """Return objects by ids that a search gave, in their order.

        Raises:
            RestError: they are not all of one kind.
        """
        given = params.get("objectId")
        if given is None:
            raise required("objectId")
        ids = [text(one["objectId"]) if isinstance(one, dict) else text(one) for one in _as_list(given)]
        if len({name.partition("-")[0] for name in ids}) > 1:
            raise invalid("objectId", "All objects must be of one type")
        selected = [_name(one) for one in _list(params, "select", "selects")]
        found = [document for name in ids if (document := self._world.by_reference(name)) is not None]
        return {"object": [self._shown(document, selected) for document in found]} if found else {}

    def delete(self, params: Mapping[str, Any]) -> Document:
        """Delete the objects that meet the filter; of few kinds only.

        Raises:
            RestError: a parameter is missing or none of its values, or the kind is another.
        """
        kind = self._kind(params)
        if kind.name not in DELETABLE:
            raise invalid("objectType", f"Objects of the type '{kind.name}' cannot be deleted this way")
        limit = _number(params, "maxIds", 0)
        found = self._matching(kind, params)
        found = found[:limit] if limit else found
        for document, _ in found:
            self._world.remove(document)
        return {"objectId": [reference(document) for document, _ in found]} if found else {}

    def steps(self, params: Mapping[str, Any]) -> Document:
        """Return the steps of a job, or those beside a step.

        Raises:
            RestError: there is no such job or step.
        """
        kinds = model.kinds()
        if params.get("jobStepId") is not None:
            job = self._world.parent(self._world.find(kinds["jobStep"], None, text(params["jobStepId"])))
        elif params.get("jobId") is not None:
            job = self._world.find(kinds["job"], None, text(params["jobId"]))
        else:
            raise required("jobId")
        leaf = {"propertyName": "jobId", "operator": "equals", "operand1": "" if job is None else job["jobId"]}
        return self.find({**params, "objectType": "jobStep", "filter": [leaf, *_list(params, "filter", "filters")]})

    # --- helpers ---------------------------------------------------------------------------

    def _kind(self, params: Mapping[str, Any]) -> model.Kind:
        name = params.get("objectType")
        if not name:
            raise required("objectType")
        kind = model.by_search().get(text(name))
        if kind is None:
            raise invalid("objectType", f"'{name}' is no type of objects")
        return kind

    def _matching(self, kind: model.Kind, params: Mapping[str, Any]) -> list[tuple[Document, Document]]:
        """Return the objects that meet the filter, each with what is shown of it."""
        nodes = _list(params, "filter", "filters")
        fold = not flag(params.get("caseSensitiveSearch"))
        test = _and([self._test(node, fold=fold) for node in nodes])
        quick = text(params.get("quickSearchFilter")).lower()
        result = []
        for document in self._world.all(kind):
            shown = self._views.shown(document)
            if quick and quick not in text(shown.get(kind.key)).lower():
                continue
            if test(document, shown):
                result.append((document, shown))
        return result

    def _test(self, node: Any, *, fold: bool) -> Callable[[Document, Document], bool]:
        if not isinstance(node, dict):
            raise invalid("filter", "A filter must be an object")
        operator = text(node.get("operator"))
        if operator in ("and", "or", "not"):
            tests = [self._test(one, fold=fold) for one in _list(node, "filter", "filters")]
            if operator == "or":
                return lambda document, shown: any(test(document, shown) for test in tests)
            both = _and(tests)
            return both if operator == "and" else lambda document, shown: not both(document, shown)
        compare = _OPERATORS.get(operator)
        if compare is None:
            raise RestError(HTTPStatus.BAD_REQUEST, "InvalidOperator", f"'{operator}' is no operator")
        name = text(node.get("propertyName"))
        if not name:
            raise required("propertyName")
        operands = [text(node.get(word)) for word in ("operand1", "operand2")]
        if fold:
            operands = [operand.lower() for operand in operands]

        def test(document: Document, shown: Document) -> bool:
            value = self._value(document, shown, name)
            return compare(value.lower() if fold and value is not None else value, operands)

        return test

    def _value(self, document: Document, shown: Document, name: str) -> str | None:
        """Return an intrinsic field or a property of an object as text, None for none or an empty one."""
        if name == "container":
            return None if document["_parent"] is None else str(document["_parent"])
        value = shown.get(name)
        if value is None and name not in model.kinds()[document["_kind"]].fields:
            value = self._properties.custom(document, name)
        return None if value is None or isinstance(value, (dict, list)) else text(value) or None

    def _sorted(self, found: list[tuple[Document, Document]], sorts: Sequence[Any]) -> list[tuple[Document, Document]]:
        for sort in reversed(sorts):
            name = _name(sort)
            order = sort.get("order", "ascending") if isinstance(sort, dict) else "ascending"
            if order not in ("ascending", "descending"):
                raise invalid("order", f"'{order}' is no order")

            def key(entry: tuple[Document, Document], name: str = name) -> tuple[Any, ...]:
                value = self._value(*entry, name)
                return (0,) if value is None else (1, *_comparable(value))

            found = sorted(found, key=key, reverse=order == "descending")
        return found

    def _shown(self, document: Document, selected: Sequence[str]) -> Document:
        shown = self._views.shown(document)
        properties = [
            {"propertyName": name, "value": value}
            for name in selected
            if name not in shown and (value := self._properties.custom(document, name)) is not None
        ]
        if properties:
            shown["propertySheet"] = {"propertySheetId": document["propertySheetId"], "property": properties}
        return {"objectId": reference(document), document["_kind"]: shown}


def _and(tests: Sequence[Callable[[Document, Document], bool]]) -> Callable[[Document, Document], bool]:
    return lambda document, shown: all(test(document, shown) for test in tests)


def _list(params: Mapping[str, Any], *names: str) -> list[Any]:
    """Return a parameter that is one value or a list of them, under either of its names."""
    for name in names:
        if params.get(name) is not None:
            return _as_list(params[name])
    return []


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> str:
    name = text(value.get("propertyName")) if isinstance(value, dict) else text(value)
    if not name:
        raise required("propertyName")
    return name


def _number(params: Mapping[str, Any], name: str, default: int) -> int:
    given = params.get(name)
    if given is None:
        return default
    if not text(given).isdigit():
        raise invalid(name, f"'{name}' must be a whole number")
    return int(text(given))


def _comparable(value: str) -> tuple[int, Any]:
    """Return what a text is ordered by: numbers as numbers, before all else."""
    return (0, float(value)) if _FIGURE.fullmatch(value) else (1, value.lower())


def _pattern(operand: str) -> re.Pattern[str]:
    parts = (".*" if part == "%" else "." if part == "_" else re.escape(part) for part in re.split("([%_])", operand))
    return re.compile("".join(parts), re.DOTALL)


def _items(operand: str) -> list[str]:
    """Return the members of a list of quoted texts, or of plain ones between commas."""
    quoted = [item.replace("''", "'") for item in _QUOTED.findall(operand)]
    return quoted or [item.strip() for item in operand.split(",")]


def _order(value: str | None, operand: str) -> int | None:
    """Say how a value compares with an operand, None where there is no value."""
    if value is None:
        return None
    one, other = _comparable(value), _comparable(operand)
    return (one > other) - (one < other)


_OPERATORS: dict[str, Callable[[str | None, Sequence[str]], bool]] = {
    "equals": lambda value, given: value == given[0],
    "notEqual": lambda value, given: value != given[0],
    "like": lambda value, given: value is not None and _pattern(given[0]).fullmatch(value) is not None,
    "notLike": lambda value, given: value is None or _pattern(given[0]).fullmatch(value) is None,
    "contains": lambda value, given: value is not None and given[0] in value,
    "greaterThan": lambda value, given: _order(value, given[0]) == 1,
    "greaterOrEqual": lambda value, given: _order(value, given[0]) in (0, 1),
    "lessThan": lambda value, given: _order(value, given[0]) == -1,
    "lessOrEqual": lambda value, given: _order(value, given[0]) in (0, -1),
    "between": lambda value, given: _order(value, given[0]) in (0, 1) and _order(value, given[1]) in (0, -1),
    "isNull": lambda value, _: value is None,
    "isNotNull": lambda value, _: value is not None,
    "in": lambda value, given: value in _items(given[0]),
}
