"""What a portal is asked when objects are read. Sources: `API.md` sections 5, 6 and 8 of the facts.

Lists come in pages of 50. By id they are read without a count, each page asking for the ids after
the last one; up to fifty such pages travel in one batch, in which each page takes its start from
the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Page, Position, Request, Select
from workfront_orm.core.members import find_member
from workfront_orm.core.relations import Collection, Reference

from .batch import LIMIT, batch
from .errors import Bitrix24APIError, NotFoundError, NotSupportedError
from .filters import where_of
from .kinds import family_of
from .wire import call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.objects import Object

    from .batch import Answer
    from .families import Family

__all__ = ["PAGE", "REFERENCE", "count", "load", "lookup", "page", "paging", "read_object", "with_fields"]

PAGE = 50
"""The number of rows of a page, which no parameter changes."""

REFERENCE = "$result["
"""What the server replaces inside a batch by what an earlier command answered."""

_WORTH = 4
"""The number of pages from which on one of them is given for the greatest id of the result."""

Row = dict[str, Any]


def read_object(obj: Object, fields: tuple[str, ...] | None) -> Request:
    """One object that exists, by the method for one."""
    family = family_of(obj._spec)
    names = selected(type(obj), fields)
    command = family.get(obj.id)
    label = f"load {obj._label()}"

    def decode(envelope: Mapping[str, Any]) -> Row:
        row = family.row(envelope["result"])
        if names is None or fields is None:
            return row
        # Empty phones and the like are left out of answers: what was asked for is known to be empty.
        return {name: row.get(name) for name in (*family.key, *names)}

    return call(label, command.method, command.params, decode=decode)


def load(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Objects by id: one by the method for one, several by lists, many lists in one batch."""
    family = family_of(cls._spec)
    selected(cls, fields)
    if len(ids) == 1:
        command = family.get(ids[0])
        return [
            call(
                f"load {cls.__name__} {ids[0]}",
                command.method,
                command.params,
                decode=lambda envelope: [family.row(envelope["result"])],
            )
        ]
    return lookup(cls, ids, fields)


def lookup(cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
    """Those of several objects that exist."""
    family = family_of(cls._spec)
    label = f"load {cls.__name__}"
    if not ids:
        return []
    if not family.filters_ids:
        return _one_by_one(family, label, ids)
    names = selected(cls, fields)
    select = family.default_fields(complete=True) if names is None else (*family.key, *names)
    key = family.key[-1]
    commands = [
        family.listing({f"{family.operators['in'][0]}{key}": list(chunk)}, select=select, order={key: "ASC"}, start=-1)
        for chunk in _chunks(ids, PAGE)
    ]
    if len(commands) == 1:
        command = commands[0]
        return [
            call(label, command.method, command.params, decode=lambda envelope: family.rows(envelope["result"], select))
        ]

    def decode(answers: list[Answer]) -> list[Row]:
        return [row for answer in answers for row in family.rows(_result(answer), select)]

    return [batch(label, chunk, decode=decode, halt=True) for chunk in _chunks(commands, LIMIT)]


def page(select: Select, position: Position, size: int | None) -> Request:
    """The rows at a position: one page of the portal, or several in one batch."""
    cls = select.type
    family = family_of(cls._spec)
    where = where_of(select)
    names = selected(cls, select.fields)
    chosen = None if names is None else list(dict.fromkeys([*family.key, *names]))
    label = f"search {cls.__name__}"
    if family.paging == "whole":
        command = family.listing(where, select=chosen, order=_order(family, select) or None)
        return call(
            label, command.method, command.params, decode=lambda envelope: Page(rows=family.rows(envelope["result"]))
        )
    size = PAGE if size is None else size
    if position.offset is not None or paging(select) == "offset":
        return _by_offset(family, select, where, chosen, position.offset or 0, size)
    return _by_key(family, select, where, chosen, position, size)


def paging(select: Select) -> str:
    """By id, unless the caller sorts or the kind cannot."""
    family = family_of(select.type._spec)
    return "offset" if select.order and family.paging == "keyset" else family.paging


def count(select: Select) -> Request:
    """The number of rows: what a list says beside its first page."""
    family = family_of(select.type._spec)
    command = family.listing(where_of(select), select=family.key)
    return call(
        f"count {select.type.__name__}",
        command.method,
        command.params,
        decode=lambda envelope: int(envelope.get("total") or len(family.rows(envelope["result"]))),
    )


def selected(cls: type[Object], fields: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The names of fields to read: a reference is read as the field that holds its id.

    Raises:
        NotSupportedError: A path, or a field that is never returned.
    """
    if fields is None:
        return None
    names: list[str] = []
    for name in fields:
        member = find_member(cls, name)
        if ":" in name:
            raise NotSupportedError(
                f"{cls.__name__}: {name!r} leads through a reference; Bitrix24 returns fields of the object itself, "
                "and the others when they are asked for, for all objects of a page at once"
            )
        raw: Mapping[str, Any] = getattr(member, "_raw", {}) or {}
        if isinstance(member, (Reference, Collection)):
            names += [raw["field"]] if raw.get("field") else []
            continue
        if raw.get("writeOnly"):
            raise NotSupportedError(f"{cls.__name__}: {name!r} can be written but is never returned")
        names.append(name)
    return tuple(dict.fromkeys(names))


def with_fields(select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields to read so that these come along.

    Raises:
        NotSupportedError: One leads through a reference, so no answer holds it.
    """
    for name in names:
        if ":" in name:
            raise NotSupportedError(
                f"{select.type.__name__}: {name!r} leads through a reference, so it cannot be compared here either: search "
                "the other class first, and use in_() with the ids found"
            )
    if select.fields is None and not names:
        return None
    if select.fields is None:
        spec = select.type._spec
        return tuple(dict.fromkeys([*("*", "UF_*"), *names])) if _is_upper(spec) else None
    return tuple(dict.fromkeys([*select.fields, *names]))


# --- pages ------------------------------------------------------------------------------


def _by_key(
    family: Family, select: Select, where: Row, chosen: list[str] | None, position: Position, size: int
) -> Request:
    """The rows after an id: the first time one page, since most results are short; then as many as are asked for.

    A read that goes on asks for the greatest id as well, in the same batch, so that the rest can be read in ranges.
    """
    label = f"search {select.type.__name__}"
    key, after = family.key[0], position.after
    order = {key: "ASC"}
    if after is not None:
        where = {**where, f">{key}": after}
    if position.until is not None:
        where = {**where, f"<={key}": position.until}
    pages = _most_pages(family, where, position, size)
    if pages == 1 or after is None or _refers(where):
        command = family.listing(where, select=chosen, order=order, start=-1)

        def decode(envelope: Mapping[str, Any]) -> Page:
            rows = family.rows(envelope["result"], chosen)
            return Page(rows=rows[:size], ended=len(rows) < PAGE and len(rows) <= size)

        return call(label, command.method, command.params, decode=decode)
    asks_last = pages >= _WORTH and position.until is None and select.limit is None and len(family.key) == 1
    commands = []
    if asks_last:
        pages -= 1
        commands.append(family.listing(where, select=[key], order={key: "DESC"}, start=-1))
    first = len(commands)
    for number in range(first, first + pages):
        last = after if number == first else f"{_path(family, number - 1)}[{PAGE - 1}][{family.row_key}]"
        commands.append(family.listing({**where, f">{key}": last}, select=chosen, order=order, start=-1))

    def read(answers: list[Answer]) -> Page:
        page = _chained(family, answers[first:], chosen, size)
        if page.rows and page.rows[-1][key] == position.until:
            page.ended = True
        if asks_last:
            found = family.rows(_result(answers[0]), [key])
            page.last = found[0][key] if found else None
        return page

    return batch(label, commands, decode=read, halt=True)


def _most_pages(family: Family, where: Row, position: Position, size: int) -> int:
    """How many pages so many rows have, where ids that are named, or lie in a range, are not fewer."""
    pages = -(-size // PAGE)
    named = where.get(f"{family.operators['in'][0]}{family.key[0]}")
    if isinstance(named, list):
        pages = min(pages, -(-len(named) // PAGE) or 1)
    if isinstance(position.until, int) and isinstance(position.after, int):
        pages = min(pages, (position.until - position.after) // PAGE + 1)
    return pages


def _chained(family: Family, answers: list[Answer], chosen: list[str] | None, size: int) -> Page:
    """The rows of a chain of pages: it ends at the first that is not full, and what follows that is void.

    Where a page is not what its reference should have made it, what was read before is good, and the
    next request begins there and tells what is wrong; nothing is taken for the end that may be none.
    """
    rows: list[Row] = []
    key = family.key[0]
    for number, answer in enumerate(answers):
        if number and answer.error is not None:
            break
        found = family.rows(_result(answer), chosen)
        # After a full page, an empty one may be the end, or a reference that the server did not resolve.
        if number and (not found or not found[0][key] > rows[-1][key]):
            break
        rows += found
        if len(found) < PAGE:
            return Page(rows=rows[:size], ended=len(rows) <= size)
    return Page(rows=rows[:size], ended=False)


def _path(family: Family, number: int) -> str:
    shape = str((family.extra.get("resultShape") or {}).get("list", ""))
    name = shape.removeprefix("result").strip(".").partition("[")[0]
    return f"$result[c{number}]" + (f"[{name}]" if name else "")


def _by_offset(family: Family, select: Select, where: Row, chosen: list[str] | None, offset: int, size: int) -> Request:
    """The rows from an offset. Pages begin at multiples of 50, whatever is asked for."""
    label = f"search {select.type.__name__}"
    order = _order(family, select)
    skipped = offset % PAGE
    starts = range(offset - skipped, offset + size, PAGE)[:LIMIT]
    commands = [family.listing(where, select=chosen, order=order, start=start) for start in starts]

    def rows_from(pages: list[tuple[list[Row], bool]]) -> Page:
        rows: list[Row] = []
        ended = False
        for found, is_last in pages:
            rows += found
            if is_last:
                # Some methods repeat the last page when they are asked for one beyond the end.
                ended = True
                break
        taken = rows[skipped : skipped + size]
        return Page(rows=taken, ended=ended and skipped + len(taken) == len(rows))

    if len(commands) == 1 or _refers(where):
        command = commands[0]

        def decode(envelope: Mapping[str, Any]) -> Page:
            return rows_from([(family.rows(envelope["result"], chosen), envelope.get("next") is None)])

        return call(label, command.method, command.params, decode=decode)
    return batch(
        label,
        commands,
        decode=lambda answers: rows_from([(family.rows(_result(one), chosen), one.next is None) for one in answers]),
        halt=True,
    )


def _order(family: Family, select: Select) -> Row:
    order: Row = {}
    for ordering in select.order:
        path = ordering.operand.path
        if len(path) != 1:
            raise NotSupportedError(f"{ordering!r}: Bitrix24 sorts by fields of the object itself")
        if ordering.ignore_case:
            raise NotSupportedError(f"{ordering!r}: whether case counts in an order is the portal's rule")
        order[path[0]] = "DESC" if ordering.descending else "ASC"
    most = family.most_orders
    if most is not None and len(order) > most:
        allowed = "no order" if most == 0 else f"an order by {most} field"
        raise NotSupportedError(
            f"search {family.spec.name}: Bitrix24 takes {allowed} for this kind; sort the result here"
        )
    if most is None and family.paging != "whole":
        for name in family.key:
            # Without the key rows of equal values change places from page to page.
            order.setdefault(name, "ASC")
    return order


def _one_by_one(family: Family, label: str, ids: Sequence[Any]) -> list[Request]:
    """Objects whose lists cannot be asked for several keys, one command each; those that are not there are left out."""
    commands = [family.get(key) for key in ids]

    def decode(answers: list[Answer]) -> list[Row]:
        rows = []
        for answer in answers:
            try:
                rows.append(family.row(_result(answer)))
            except NotFoundError:
                continue
        return rows

    return [batch(label, chunk, decode=decode) for chunk in _chunks(commands, LIMIT)]


def _result(answer: Answer) -> Any:
    if answer.error is not None:
        raise answer.error
    if not answer.ran:
        raise Bitrix24APIError("the batch ended before this command", None)
    return answer.result


def _refers(where: Row) -> bool:
    """Whether a value would be taken for a reference inside a batch."""
    return REFERENCE in str(where)


def _is_upper(spec: Any) -> bool:
    return (spec.raw.get("extra") or {}).get("style") != "universal"


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
