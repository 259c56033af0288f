# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Reading: objects by id, search, count. Answers are kept and given again until something is written."""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.conditions import Compiler
from workfront_orm.sandbox.workfront.fields import Node, Projection, tree
from workfront_orm.sandbox.workfront.filters import Filters, read
from workfront_orm.sandbox.workfront.wildcards import Wildcards
from workfront_orm.sandbox.workfront.wire import ILLEGAL_ARGUMENT, WireError, not_found

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from workfront_orm.sandbox.backend import Response
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

PAGE = 100
MAX_PAGE = 2000
MAX_OBJECTS = 50_000
MAX_FIELDS = 1_000_000
_PRIME = 2_147_483_647
_CACHE_BYTES = 64 * 1024 * 1024


def get_text(context: Context, entity: Entity, ids: Sequence[str], *, always_list: bool = False) -> str:
    """JSON of objects by id, in the order asked for; of one id, the object itself.

    Raises:
        WireError: an id that is not there: 404 for the whole call.
    """
    node = tree(context.store, context.version, entity, context.call.all("fields"))
    texts = objects_text(context, node, [key for text in ids for key in expand_ids(context, text)])
    _check_size(node, texts)
    return texts[0] if len(texts) == 1 and not always_list else "[" + ",".join(texts) + "]"


def objects_text(context: Context, node: Node, ids: Sequence[str]) -> list[str]:
    """JSON of each object by id, in the order asked for.

    Raises:
        WireError: an id that is not there.
    """
    code = node.entity.code
    projection = Projection(context.store, context.zone_name).object(node, "t")
    connection = context.store.connection
    if len(ids) == 1:
        rows = connection.execute(f'SELECT t."ID", {projection} FROM "{code}" t WHERE t."ID" = ?', list(ids)).fetchall()
    else:
        sql = f'SELECT t."ID", {projection} FROM json_each(?) k CROSS JOIN "{code}" t WHERE t."ID" = k.value ORDER BY k.key'
        rows = connection.execute(sql, [json.dumps(list(ids))]).fetchall()
    if len(rows) < len(ids):
        known = {key for key, _ in rows}
        raise not_found(node.entity.name, next(key for key in ids if key not in known))
    return [text for _, text in rows]


def expand_ids(context: Context, text: str) -> list[str]:
    """Ids that an id parameter means: itself, or what a wildcard as `$$USER.ID` stands for."""
    return wildcards(context).expand(text) or [text] if text.startswith("$$") else [text]


def search_text(context: Context, entity: Entity, *, ignore: Iterable[str] = (), extra: str = "") -> str:
    """JSON of the objects that the filters of a call select.

    Args:
        context: the call.
        entity: the type.
        ignore: parameters that are no filters.
        extra: SQL condition on the row `t` that holds as well, without parameters.

    Raises:
        WireError: an unknown field or modifier, a wrong value, a page above the limit.
    """
    call = context.call
    node = tree(context.store, context.version, entity, call.all("fields"))
    first, limit = page_of(context)
    compiler, where, order = compiled(context, entity, read(call.pairs, ignore))
    if extra:
        where = f"({where}) AND ({extra})"
    if not order and context.shuffle is not None:
        order = [_shuffled(context.shuffle)] if entity.view is None else ["random()"]
    projection = Projection(context.store, context.zone_name).object(node, "t")
    mapped = call.flag("map")
    selected = f"json_quote(t.\"ID\") || ':' || {projection}" if mapped else projection
    page = _Page(entity, where, order, compiler.parameters, first, limit)
    kept = first > 0 and entity.view is None and context.shuffle is None
    texts = _kept_page(context, page, selected) if kept else _fresh_page(context, page, selected)
    _check_size(node, texts)
    joined = ",".join(texts)
    return f"{{{joined}}}" if mapped else f"[{joined}]"


def count(context: Context, entity: Entity, *, ignore: Iterable[str] = ()) -> int:
    """Count the objects that the filters of a call select; paging is ignored."""
    filters = read(context.call.pairs, ignore)
    compiler, where, _ = compiled(context, entity, Filters(filters.groups, []))
    found: int = context.store.value(f'SELECT count(*) FROM "{entity.code}" t WHERE {where}', compiler.parameters)
    return found


def compiled(context: Context, entity: Entity, filters: Filters) -> tuple[Compiler, str, list[str]]:
    """SQL of filters and order on the row `t`, with what binds their values."""
    compiler = Compiler(context.store, context.version, wildcards(context), context.zone)
    where = compiler.where(filters, entity, "t")
    return compiler, where, compiler.order(filters.sorts, entity, "t")


def wildcards(context: Context) -> Wildcards:
    """Values of wildcards for the caller."""

    def linked(code: str, column: str) -> list[str]:
        context.store.entity(code)
        context.store.index(code, "userID")
        rows = context.store.connection.execute(
            f'SELECT "{column}" FROM "{code}" WHERE "userID" = ?', [context.user["ID"]]
        )
        return [key for (key,) in rows]

    return Wildcards(context.user, context.now, context.zone, linked)


def page_of(context: Context) -> tuple[int, int]:
    """First row and size of the page that a call asks for.

    Raises:
        WireError: the size is above the limit.
    """
    limit = _whole(context.call.get("$$LIMIT"))
    first = _whole(context.call.get("$$FIRST"))
    if limit is None or limit <= 0:
        limit = PAGE
    if limit > MAX_PAGE:
        raise WireError(422, ILLEGAL_ARGUMENT, f"$$LIMIT may be {MAX_PAGE} at most, not {limit}")
    return max(first or 0, 0), limit


def _shuffled(dice: random.Random) -> str:
    """An order that nobody could rely on, the same for the same seed and calls."""
    return f"(t.rowid * {dice.randrange(1, _PRIME)} + {dice.randrange(_PRIME)}) % {_PRIME}"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a query: SQL of condition and order on the row `t`, what they bind, and which rows."""

    entity: Entity
    where: str
    order: list[str]
    parameters: list[Any]
    first: int
    limit: int

    def keys(self, key: str) -> str:
        """SQL of the keys of all rows, in order."""
        sql = f'SELECT t.{key} AS k FROM "{self.entity.code}" t WHERE {self.where}'
        return f"{sql} ORDER BY {', '.join(self.order)}" if self.order else sql


def _fresh_page(context: Context, page: _Page, selected: str) -> list[str]:
    """Texts of the rows of a page, found anew."""
    key = '"ID"' if page.entity.view is not None else "rowid"
    inner = f"{page.keys(key)} LIMIT ? OFFSET ?"
    # CROSS JOIN keeps the order of the keys: SQLite does not turn it around.
    sql = f'SELECT {selected} FROM ({inner}) i CROSS JOIN "{page.entity.code}" t WHERE t.{key} = i.k'
    rows = context.store.connection.execute(sql, [*page.parameters, page.limit, page.first])
    return [text for (text,) in rows]


def _kept_page(context: Context, page: _Page, selected: str) -> list[str]:
    """Texts of the rows of a page beyond the first: the keys of all are found once and kept for the next pages."""
    connection = context.store.connection
    sql = page.keys("rowid")

    def find() -> array[int]:
        return array("q", (key for (key,) in connection.execute(sql, page.parameters)))

    keys = context.store.memo((sql, tuple(page.parameters)), find)[page.first : page.first + page.limit]
    text = json.dumps(keys.tolist())
    rows = connection.execute(
        f'SELECT {selected} FROM json_each(?) i CROSS JOIN "{page.entity.code}" t WHERE t.rowid = i.value', [text]
    )
    return [found for (found,) in rows]


def _whole(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _check_size(node: Node, texts: Sequence[str]) -> None:
    """Hold the limits of a result; only nested objects can pass them."""
    if not node.objects():
        return
    objects = sum(text.count('"ID":') for text in texts)
    if objects > MAX_OBJECTS:
        raise WireError(
            422,
            ILLEGAL_ARGUMENT,
            f"The result has {objects} objects, more than {MAX_OBJECTS}; ask for fewer rows or collections",
        )
    fields = sum(text.count('":') for text in texts)
    if fields > MAX_FIELDS:
        raise WireError(
            422,
            ILLEGAL_ARGUMENT,
            f"The result has {fields} fields, more than {MAX_FIELDS}; ask for fewer rows or fields",
        )


class Cache:
    """Answers by what was asked, valid until the store changes."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Any, Response] = OrderedDict()
        self._bytes = 0
        self._generation = -1

    def get(self, key: Any, generation: int) -> Response | None:
        """A kept answer."""
        if generation != self._generation:
            self._answers.clear()
            self._bytes = 0
            self._generation = generation
            return None
        return self._answers.get(key)

    def keep(self, key: Any, answer: Response) -> None:
        """Keep an answer; the oldest go when there is too much."""
        self._answers[key] = answer
        self._bytes += len(answer.body)
        while self._bytes > _CACHE_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)
