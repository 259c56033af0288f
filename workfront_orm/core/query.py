"""Queries: what is to be read, built step by step; nothing is sent until it is read.

A query is immutable: each step returns a new one, so a query can be kept, refined in several
ways, and read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from attrs import evolve

from .errors import IncompleteRead, NotFoundError, UnknownNameError, near_matches
from .exchange import Change, Select
from .expressions import Expression, Ordering, comparisons, operands
from .logic import never
from .members import find_member, resolve_member
from .objects import Object
from .operators import Operand
from .paging import read_pages
from .paths import Path
from .relations import Relation
from .tracking import State, changed_fields
from .types import Enumeration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .aggregation import Aggregation
    from .explain import Explanation
    from .paging import Token
    from .partition import Window
    from .report import Report
    from .session import BaseSession

__all__ = ["MultipleFoundError", "Query"]

T = TypeVar("T", bound=Object)


class MultipleFoundError(ValueError):
    """A query that must have one row has several."""


class Query(Generic[T]):
    """What is to be read: a type, conditions, fields, an order, a limit.

    Made by `session.query(Task)`. Reading it streams pages in order to the end; it can be read again.

    Args:
        session: The session that reads.
        type_: The class.
    """

    def __init__(
        self, session: BaseSession, type_: type[T], _select: Select | None = None, _lazy: str | None = None
    ) -> None:
        self._session = session
        self._type = type_
        self._select = _select or Select(type=type_)
        self._lazy = _lazy

    # --- building -----------------------------------------------------------------

    def where(self, *conditions: Expression, **values: Any) -> Query[T]:
        """Add conditions, all of which must hold.

        Sends nothing, but for a code that the metadata does not know: the tenant's own are read once a session.

        Args:
            conditions: Conditions such as `Task.status != "CPL"`, joined by `&`, `|` and `~`.
            values: None; those of other mappers and of `session.search()` are told how to write it here.

        Raises:
            TypeError: Something that is no condition.
            ValueError: A condition on another type.
        """
        for name, value in values.items():
            raise TypeError(
                f"where takes conditions: write {self._type.__name__}.{name} == {value!r}, not {name}={value!r}"
            )
        for condition in conditions:
            if not isinstance(condition, Expression):
                raise TypeError(
                    f"where takes conditions such as {self._type.__name__}.id == '...', not {condition!r}"
                    + ("; a reference is compared by its id field" if type(condition) is bool else "")
                )
            for operand in operands(condition):
                self._check_root(operand)
            self._check_codes(condition)
        return self._with(where=(*self._select.where, *conditions))

    def fields(self, *names: Any) -> Query[T]:
        """The fields to read beside the id, in place of the system's default ones.

        Args:
            names: Wire names, Python names, paths or descriptors: `Task.name`, `Task.project.name`, `"DE:Region"`.

        Raises:
            UnknownNameError: The class has no such field.
        """
        if not names:
            raise TypeError("fields takes at least one field")
        chosen = self._session.field_names(self._type, names)
        return self._with(fields=tuple(dict.fromkeys([*(self._select.fields or ()), *(chosen or ())])))

    def order_by(self, *orderings: Any) -> Query[T]:
        """The order of the rows, in place of that of their ids.

        Args:
            orderings: Fields, or fields with a direction: `Task.name`, `Task.entry_date.desc()`.

        Raises:
            TypeError: Something that is neither.
        """
        if not orderings:
            raise TypeError("order_by takes at least one field")
        checked = []
        for ordering in orderings:
            chosen = self._named(ordering)
            if isinstance(chosen, Operand):
                chosen = chosen.asc()
            if not isinstance(chosen, Ordering):
                raise TypeError(f"order_by takes fields such as {self._type.__name__}.id.desc(), not {ordering!r}")
            self._check_root(chosen.operand)
            checked.append(chosen)
        return self._with(order=(*self._select.order, *checked))

    def limit(self, number: int) -> Query[T]:
        """Read at most so many rows."""
        return self._with(limit=_whole(number, "limit", 0))

    def offset(self, number: int) -> Query[T]:
        """Skip so many rows."""
        return self._with(offset=_whole(number, "offset", 0))

    def filter_locally(self) -> Query[T]:
        """Allow conditions that the system cannot filter to be applied here, after reading more rows.

        `explain()` shows which these are.
        """
        return self._with(filter_locally=True)

    def lazy(self, rule: str) -> Query[T]:
        """What lazy loads of the objects of this query do, in place of the session's rule.

        Args:
            rule: `load`, `warn` or `raise`.
        """
        if rule not in {"load", "warn", "raise"}:
            raise ValueError(f"lazy takes load, warn or raise, not {rule!r}")
        return Query(self._session, self._type, self._select, rule)

    # --- reading ------------------------------------------------------------------

    def __iter__(self) -> Iterator[T]:
        """The objects, in order; pages are read when their first row is asked for."""
        for page in self.pages():
            yield from page

    def pages(self, token: Token | None = None) -> Iterator[list[T]]:
        """The objects, page by page.

        Args:
            token: Where to go on, from an `IncompleteRead` of this query.

        Raises:
            NotSupportedError: A condition or an order that the system does not have; nothing was sent.
            TypeError, ValueError: No token, or one of another query.
        """
        return self._wrapped(read_pages(self._session, self._select, token))

    def all(self) -> list[T]:
        """All objects.

        Raises:
            IncompleteRead: The end was not reached; the error holds what was read, and a token.
        """
        return collected(self._wrapped(read_pages(self._session, self._select, collected=True)))

    def resume(self, token: Token) -> list[T]:
        """The objects that an interrupted read did not reach.

        Where a page failed these are the rows after those that were read. Where rows shifted under an
        order of the caller's own, these are all that were not read before, in that order among
        themselves.

        Args:
            token: The token of the `IncompleteRead`.

        Raises:
            ValueError: The error came without a token, or with that of another query.
        """
        if token is None:
            raise ValueError("this read cannot be resumed, only repeated: the error came without a token")
        return collected(self._wrapped(read_pages(self._session, self._select, token, collected=True)))

    def first(self) -> T | None:
        """The first object, or None when there is none."""
        found = self._at_most(1).all()
        return found[0] if found else None

    def one(self) -> T:
        """The only object.

        Raises:
            NotFoundError: There is none.
            MultipleFoundError: There are several.
        """
        found = self.one_or_none()
        if found is None:
            raise self._session.service.error(NotFoundError)(
                f"no {self._type.__name__} meets the conditions", None, operation=f"query {self._type.__name__}"
            )
        return found

    def one_or_none(self) -> T | None:
        """The only object, or None when there is none.

        Raises:
            MultipleFoundError: There are several.
        """
        found = self._at_most(2).all()
        if len(found) > 1:
            raise MultipleFoundError(
                f"query {self._type.__name__}: several objects meet the conditions, among them {found[0].id} and {found[1].id}"
            )
        return found[0] if found else None

    def count(self) -> int:
        """The number of objects, counted by the server where it can, else by reading their ids."""
        select = self._select
        if never(select.where):
            return 0
        if select.filter_locally and self._session.service.local_conditions(select):
            return self._count_read()
        parts = self._session.service.split(select)
        if len(parts.selects) > 1 and not parts.disjoint:
            return self._count_read()
        requests = [self._session.service.plan_count(part) for part in parts.selects]
        if None in requests:
            return self._count_read()
        counted = sum(int(self._session.execute(request)) for request in requests if request is not None)
        total = max(0, counted - select.offset)
        return total if select.limit is None else min(total, select.limit)

    def ids(self) -> list[Any]:
        """The ids of the objects, each once, without making objects.

        Raises:
            IncompleteRead: The end was not reached; `objects` holds the ids that were read.
        """
        key = self._type._key
        names = key[0] if len(key) == 1 else None
        pages = read_pages(self._session, self._with_ids_only(), collected=True)
        found = collected([row[names] if names else tuple(row[name] for name in key) for row in rows] for rows in pages)
        return list(dict.fromkeys(found))

    def explain(self) -> Explanation:
        """How the query would be read: requests, pages, limits, the wire form. Sends at most a count."""
        from .explain import explain

        return explain(self._session, self._select)

    def partitions(self, number: int) -> list[Window]:
        """Windows that together read exactly the objects of the query, balanced by counts.

        They pickle, so that other processes can read them: `[t for w in windows for t in w.read(session)]`.

        Args:
            number: How many windows; there may be fewer, and one more for rows without a value.

        Raises:
            ValueError: The query has a limit or an offset, which windows cannot keep.
        """
        from .partition import partitions

        return partitions(self._session, self._select, _whole(number, "partitions", 1))

    def group_by(self, *groups: Any) -> Aggregation:
        """Group the rows by the values of fields, for `aggregate()`.

        Args:
            groups: Fields or paths, the outermost group first; none for one group of all rows.

        Raises:
            UnknownNameError: The class has no such field.
            TypeError: Something that is no field.
        """
        chosen = tuple(map(self._named, groups))
        for group in chosen:
            if not isinstance(group, Operand):
                hint = (
                    "; a reference is grouped by its id field, or by a field behind it"
                    if isinstance(group, (Relation, Path))
                    else ""
                )
                raise TypeError(f"group_by takes fields such as {self._type.__name__}.id, not {group!r}{hint}")
            self._check_root(group)
        if self._select.limit is not None or self._select.offset or self._select.order:
            raise ValueError("group_by computes over all rows of the query: leave out limit, offset and order_by")
        from .aggregation import Aggregation

        return Aggregation(self._session, self._select, chosen)

    # --- writing ------------------------------------------------------------------

    def update(self, **values: Any) -> Report:
        """Set fields of all objects of the query.

        Reads the ids, then sends the values in bulk writes.

        Args:
            values: New values by Python or wire name.

        Returns:
            A report with one row for every object.

        Raises:
            UnknownNameError: The class has no such field; nothing was sent.
            AttributeError: A field that is read-only, or no field; nothing was sent.
            TypeError, ValueError: A value that the field does not take; nothing was sent.
            NotSupportedError: The class cannot be updated; nothing was sent.
        """
        from .bulk import write

        if not values:
            raise TypeError(f"update of {self._type.__name__} takes the fields to set, such as status='CPL'")
        sent = self._checked(values)
        changes = [Change(kind="update", object=obj, values=dict(sent)) for obj in list(self._of_ids())]
        return write(self._session, changes)

    def delete(self, *, force: bool = False) -> Report:
        """Delete all objects of the query.

        Reads the ids, then deletes in bulk.

        Args:
            force: Delete what depends on them as well.

        Returns:
            A report with one row for every object.
        """
        if type(force) is not bool:
            raise TypeError(f"delete: force takes True or False, not {force!r}")
        return self._session.delete_all(list(self._of_ids()), force=force)

    def __repr__(self) -> str:
        """The query in words; sends nothing."""
        select = self._select
        parts = [f"where {condition!r}" for condition in select.where]
        parts += [f"fields {', '.join(select.fields)}"] if select.fields else []
        parts += [f"order by {ordering!r}" for ordering in select.order]
        parts += [f"limit {select.limit}"] if select.limit is not None else []
        parts += [f"offset {select.offset}"] if select.offset else []
        return f"<Query {self._type.__name__}{' ' + ', '.join(parts) if parts else ''}>"

    def __bool__(self) -> bool:
        """Refuse: whether there are rows is a request of its own."""
        raise TypeError("a query has no truth value; use .first() is not None, or .count()")

    def __len__(self) -> int:
        """Refuse: the number of rows is a request of its own."""
        raise TypeError("a query has no length until it is read; use .count() or len(query.all())")

    def __getitem__(self, index: Any) -> NoReturn:
        """Refuse: each index would be a request of its own."""
        raise TypeError("a query is not indexed; use .first(), .offset(n).limit(m), or .all() for a list")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Refuse, and say what the method is called here."""
            if name.startswith("_"):
                raise AttributeError(name)
            known = {word: word for word in dir(Query) if not word.startswith("_")} | _ELSEWHERE
            meant = _ELSEWHERE.get(name)
            hint = near_matches(name, known) if meant is None else f"; did you mean {meant!r}?"
            raise UnknownNameError(f"a query has no {name!r}{hint}")

    # --- helpers ------------------------------------------------------------------

    def _named(self, name: Any) -> Any:
        """What a text means where a field is named; anything else as it is."""
        if not isinstance(name, str):
            return name
        if self._type._is_custom(name):
            return self._type.custom[name]
        first, *steps = name.split(":")
        found: Any = resolve_member(self._type, first)
        for one in steps:
            if isinstance(found, Operand):
                raise UnknownNameError(f"{self._type.__name__}: {name!r} cannot go on behind the field {found!r}")
            found = getattr(found, one)
        return found

    def _wrapped(self, pages: Iterator[list[dict[str, Any]]]) -> Iterator[list[T]]:
        wrap = self._session.identity_map.wrap_page
        return (wrap(self._type, rows, self._lazy) for rows in pages)  # type: ignore[misc]

    def _with(self, **changes: Any) -> Query[T]:
        return Query(self._session, self._type, evolve(self._select, **changes), self._lazy)

    def _at_most(self, number: int) -> Query[T]:
        limit = self._select.limit
        return self if limit is not None and limit <= number else self._with(limit=number)

    def _with_ids_only(self) -> Select:
        return evolve(self._select, fields=self._type._key)

    def _count_read(self) -> int:
        return sum(len(rows) for rows in read_pages(self._session, self._with_ids_only()))

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """The wire values of an update, checked on an object of no one."""
        self._session.service.capabilities(self._type._spec).require("update", self._type.__name__)
        probe = self._type._wrap(dict.fromkeys(self._type._key, ""), State(self._session))
        for name, value in values.items():
            member = find_member(self._type, name) or probe._custom_field(name)
            member.__set__(probe, value)
        sent: dict[str, Any] = {}
        for name, wire in changed_fields(probe).items():
            if isinstance(wire, Object) and wire.id is None:
                raise ValueError(f"update of {self._type.__name__}: {name} is {wire._label()}, which has no id yet")
            sent[name] = probe._reference_id(wire)
        self._session.service.check_change(Change(kind="update", object=probe, values=sent))
        return sent

    def _of_ids(self) -> Iterator[Object]:
        for rows in read_pages(self._session, self._with_ids_only()):
            yield from self._session.identity_map.wrap_page(self._type, rows)

    def _check_root(self, operand: Operand) -> None:
        root = operand.root
        if root is not None and root.code != self._type.code:
            raise ValueError(
                f"query {self._type.__name__}: {operand!r} is a field of {root.__name__}; "
                f"reach it through a reference of {self._type.__name__}, or use exists({root.__name__}, ...)"
            )

    def _check_codes(self, condition: Expression) -> None:
        """Ask the tenant about codes that the metadata does not know."""
        for comparison in comparisons(condition):
            field = comparison.operand.leaf
            codec = field.codec
            if not isinstance(codec, Enumeration) or comparison.operator not in {
                "eq",
                "ne",
                "ne_not_null",
                "in",
                "not_in",
            }:
                continue
            values = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
            for value in values:
                if isinstance(value, (str, int)) and value not in codec.values:
                    self._session.check_code(field.root or self._type, field, value, {})


# What other mappers call it.
_ELSEWHERE = {
    "aggregate": "group_by(...).aggregate",
    "exists": "count",
    "filter": "where",
    "filter_by": "where",
    "get": "one",
    "only": "fields",
    "select": "fields",
    "sort": "order_by",
    "to_list": "all",
}


def collected(pages: Iterable[list[Any]]) -> list[Any]:
    """The items of all pages; an `IncompleteRead` on the way gets those before it."""
    found: list[Any] = []
    try:
        for page in pages:
            found.extend(page)
    except IncompleteRead as error:
        error.objects = found
        raise
    return found


def _whole(number: Any, what: str, least: int) -> int:
    if type(number) is not int or number < least:
        raise ValueError(f"{what} takes a whole number of at least {least}, not {number!r}")
    return number
