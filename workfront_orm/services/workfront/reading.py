"""What Workfront is asked when objects are read. Source: `API.md` sections 3, 7, 8, 9 and 12 of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Page, Position, Request, Select
from workfront_orm.core.members import find_member
from workfront_orm.core.relations import Collection

from . import filters
from .conditions import condition_pairs, order_pairs
from .wire import form_request, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import FieldSpec, QuerySpec

__all__ = [
    "code_of",
    "count",
    "filter_pairs",
    "load",
    "lookup",
    "named_query",
    "page",
    "page_size",
    "paging",
    "read_object",
    "tenant_values",
    "with_fields",
]

PAGE_SIZE = 2000
OBJECT_LIMIT = 50_000
FIELD_LIMIT = 1_000_000

LOAD_SIZE = 200
LOOKUP_SIZE = 500
# With members of members in the answer the 50,000 objects of one result are reached sooner.
COLLECTION_LOOKUP_SIZE = 100


def read_object(obj: Object, fields: tuple[str, ...] | None) -> Request:
    """One object that exists: `GET /TASK/<id>`."""
    return form_request(f"load {obj._label()}", "GET", obj.api_url(), _fields(fields))


def load(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Objects by id: `GET /TASK?id=a,b`, which fails as a whole where one is missing."""
    path = f"/{code_of(cls)}"
    return [
        form_request(
            f"load {cls.__name__}",
            "GET",
            path,
            [("id", ",".join(map(str, chunk))), *_fields(fields)],
            decode=rows_of,
        )
        for chunk in _chunks(ids, LOAD_SIZE)
    ]


def lookup(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Those of several objects that exist: a search by ids."""
    path = f"/{code_of(cls)}/search"
    nested = any(isinstance(find_member(cls, name.partition(":")[0]), Collection) for name in fields or ())
    size = COLLECTION_LOOKUP_SIZE if nested else LOOKUP_SIZE
    return [
        form_request(
            f"load {cls.__name__}",
            "GET",
            path,
            [*(("ID", key) for key in chunk), ("ID_Mod", "in"), *_fields(fields), ("$$LIMIT", size)],
            decode=rows_of,
        )
        for chunk in _chunks(ids, size)
    ]


def page(select: Select, position: Position, size: int | None) -> Request:
    """One page of a search, in the order of ids unless the caller sorts."""
    conditions = filter_pairs(select)
    pairs: list[tuple[str, Any]] = [*conditions, *_fields(select.fields)]
    if position.after is not None:
        pairs += _beyond(conditions, position.after, "gt")
    elif position.before is not None:
        pairs += _beyond(conditions, position.before, "lt")
    pairs += order_pairs(select)
    if _has_id(select.type):
        # The id makes any order a full one, without which pages overlap.
        pairs.append((f"ID{filters.next_sort(pairs)}_Sort", "desc" if position.descending else "asc"))
    if position.offset:
        pairs.append(("$$FIRST", position.offset))
    pairs.append(("$$LIMIT", size))
    return form_request(
        f"search {select.type.__name__}",
        "GET",
        f"/{code_of(select.type)}/search",
        pairs,
        decode=lambda data: Page(rows=rows_of(data)),
    )


def filter_pairs(select: Select) -> list[tuple[str, str]]:
    """All conditions of a selection as parameters: the caller's own, and compiled ones."""
    return filters.protected([*filters.form_pairs(select), *condition_pairs(select)])


def paging(select: Select) -> str:
    """Rows after an id, unless the caller sorts or conditions leave no room for one on the id."""
    pairs = filter_pairs(select)
    if select.order or filters.is_sorted(pairs) or not _has_id(select.type):
        return "offset"
    return "offset" if any(filters.names_id(pairs, group) for group in filters.groups_of(pairs)) else "keyset"


def page_size(select: Select) -> int:
    """How many rows one request can bring: a result holds 50,000 objects and 1,000,000 fields at most.

    What a collection brings along is known to the server alone; a page that is refused is asked for
    in halves. Source: `API.md` section 18 of the facts.
    """
    fields = select.fields or ()
    nested = {name.rpartition(":")[0] for name in fields if ":" in name}
    spec = select.type._spec
    every = len(spec.fields) if spec is not None and "*" in fields else 0
    objects = 1 + len(nested)
    # Each object brings its id, name and code beside what was asked for.
    wide = every + len(fields) + 3 * objects
    return max(1, min(PAGE_SIZE, OBJECT_LIMIT // objects, FIELD_LIMIT // wide))


def with_fields(select: Select, names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields to read with some more; naming any leaves the default ones out, so all take their place."""
    return tuple(dict.fromkeys([*(select.fields or ("*",)), *names]))


def count(select: Select) -> Request:
    """The number of rows of a search."""
    return form_request(
        f"count {select.type.__name__}",
        "GET",
        f"/{code_of(select.type)}/count",
        [pair for pair in filter_pairs(select) if not filters.is_sorted([pair])],
        decode=lambda data: int(data["count"]),
    )


def named_query(
    cls: type[Object], query: QuerySpec, arguments: Mapping[str, Any], fields: tuple[str, ...] | None
) -> Request:
    """A named query: `GET /WORK/myWork`."""
    pairs = [*arguments.items(), *_fields(fields)]
    return form_request(f"{cls.__name__}.{query.name}", "GET", f"/{code_of(cls)}/{query.name}", pairs, decode=rows_of)


# The fields whose codes tenants extend, by object: the named query of CSTEM that lists them.
_TENANT_VALUES = {
    ("PROJ", "status"): "projectStatuses",
    ("TASK", "status"): "taskStatuses",
    ("OPTASK", "status"): "opTaskStatuses",
    ("PROJ", "priority"): "projectPriorities",
    ("TASK", "priority"): "taskPriorities",
    ("OPTASK", "priority"): "opTaskPriorities",
    ("OPTASK", "severity"): "opTaskSeverities",
    ("PROJ", "condition"): "projectConditions",
    ("TASK", "condition"): "taskConditions",
    ("OPTASK", "condition"): "opTaskConditions",
}


def tenant_values(cls: type[Object], field: FieldSpec) -> Request | None:
    """The tenant's own codes of a field, as (code, label) pairs; None where no query lists them."""
    query = _TENANT_VALUES.get((str(cls.code), field.name))
    if query is None:
        return None
    number = field.type == "int"

    def decode(data: Any) -> list[tuple[Any, str]]:
        pairs = [(row.get("value"), str(row.get("label"))) for row in rows_of(data)]
        return [(int(value) if number else str(value), label) for value, label in pairs if value is not None]

    pairs = [("includeHidden", True), ("fields", "value,label")]
    return form_request(
        f"read the codes of {cls.__name__}.{field.name}", "GET", f"/CSTEM/{query}", pairs, decode=decode
    )


def code_of(cls: type[Object]) -> str:
    """The code under which a class is addressed.

    Raises:
        ValueError: The metadata has none for it.
    """
    if cls.code is None:
        raise ValueError(
            f"{cls.__name__} has no code in the metadata of this version, so it cannot be addressed by itself"
        )
    return cls.code


def _has_id(cls: type[Object]) -> bool:
    """Whether objects of a class have ids to order by, as far as the metadata tells: a few have none."""
    return cls._spec is None or "ID" in cls._spec.fields


def _fields(fields: tuple[str, ...] | None) -> list[tuple[str, Any]]:
    return [("fields", ",".join(fields))] if fields else []


def _beyond(conditions: list[tuple[str, str]], last: Any, modifier: str) -> Iterator[tuple[str, Any]]:
    """The condition on the id, in the base and in every OR group, since the base is not distributed."""
    lead = "AND:after:" if filters.names_id(conditions) else ""
    yield f"{lead}ID", last
    yield f"{lead}ID_Mod", modifier
    for group in filters.groups_of(conditions):
        yield f"OR:{group}:ID", last
        yield f"OR:{group}:ID_Mod", modifier


def _chunks(keys: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
