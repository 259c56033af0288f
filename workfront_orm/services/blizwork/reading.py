"""Reading: lists of cases in short, cases one by one at the level of detail that is asked for, records of tables.

Source: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workfront_orm.core.evaluation import check, matches
from workfront_orm.core.exchange import Page, Request, Select

from .errors import AmbiguousKeyError, InvalidResponseError, NotFoundError, NotSupportedError
from .families import FIELD, SUMMARY, is_case, is_table, level_of, normal_case, process_of, table_of
from .filters import divided
from .wire import plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.core.objects import Object

__all__ = ["completion", "list_cases", "load", "page", "read_case", "read_one", "records", "with_fields"]

Row = dict[str, Any]


def page(select: Select) -> Request:
    """The one answer that holds all rows of a selection.

    Raises:
        NotSupportedError: An order or a condition that BlizWork does not have; cases without a process.
    """
    cls = select.type
    if select.order:
        raise NotSupportedError(
            f"search {cls.__name__}: BlizWork does not sort",
            None,
            remedy="sort the list that comes: sorted(query, key=...)",
        )
    found, _local = divided(select)
    check(found.picked)
    if is_table(cls._spec):
        return records(cls, found.equal, lambda rows: Page(rows=_unique(cls, _picked(rows, found.picked)), ended=True))
    equal = dict(found.equal)
    slug = equal.pop("processSlug", None)
    place = process_of(cls._spec)
    environment = equal.pop("environment", place[0] if place else None)
    process = place[1] if place else slug
    if process is None:
        raise NotSupportedError(
            f"search {cls.__name__}: BlizWork lists the cases of one process",
            None,
            remedy="use the class session.process('slug'), or give process_slug=",
        )
    # What the class says already is no condition of the server's.
    strangers = bool(place) and ((slug or process), environment) != (place[1], place[0])  # type: ignore[index]
    decode = (lambda _rows: Page(rows=[], ended=True)) if strangers else _page_of(found.picked)
    return list_cases(process, equal, decode, environment)


def _page_of(picked: Sequence[Any]) -> Any:
    return lambda rows: Page(rows=_picked(rows, picked), ended=True)


def list_cases(process: str, condition: Mapping[str, Any], decode: Any, environment: str | None = None) -> Request:
    """The cases of a process, in short."""
    body = {"processId": process, "filter": dict(condition), **({"environment": environment} if environment else {})}
    label = f"search cases of {process}"
    return plan(label, "/process/case-list", body, lambda data: decode(_rows(data, label)))


def records(cls: type[Object], condition: Mapping[str, Any], decode: Any) -> Request:
    """The records of a table."""
    label = f"search {cls.__name__}"
    body = {"table": table_of(cls), "filter": dict(condition)}
    return plan(label, "/master-data", body, lambda data: decode(_rows(data, label)))


def read_case(cls: type[Object], key: Any, level: int, *, lookup: bool = False, many: bool = True) -> Request:
    """One case.

    Args:
        cls: The class.
        key: Environment, process and number.
        level: The level of detail, 0 to 4.
        lookup: Whether it may be gone.
        many: Whether it decodes to a list of rows, else to the row.
    """
    environment, process, number = normal_case(cls._spec, key)
    body = {"environment": environment, "processId": process, "caseNumber": number, "include": level}
    label = f"load {cls.__name__} {number}"
    return plan(label, "/process/case", body, partial(_case_rows, cls, label, many), lookup=lookup)


def load(
    cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None, *, lookup: bool = False
) -> list[Request]:
    """Objects by key: one request for each, since BlizWork reads one case, and filters by one value.

    Raises:
        NotSupportedError: A table without a key.
        TypeError, ValueError: No key of the class.
    """
    if is_case(cls._spec):
        return [read_case(cls, key, level_of(fields or ()), lookup=lookup) for key in ids]
    return [records(cls, key_filter(cls, key), partial(_unique, cls)) for key in ids]


def read_one(obj: Object, fields: tuple[str, ...] | None) -> Request:
    """One object that exists; it decodes to its row.

    Raises:
        NotFoundError: There is no such record any more.
    """
    cls = type(obj)
    if is_case(cls._spec):
        return read_case(cls, obj.id, level_of(fields or ()), many=False)

    def decode(rows: list[Row]) -> Row:
        if not rows:
            raise NotFoundError(f"there is no {obj._label()} any more", 200)
        return _unique(cls, rows)[0]

    return records(cls, key_filter(cls, obj.id), decode)


def key_filter(cls: type[Object], key: Any) -> dict[str, Any]:
    """The filter that selects one record.

    Raises:
        NotSupportedError: The table has no key.
        ValueError: A key with an empty part, which could select others, or all.
    """
    if not cls._natural_key:
        raise NotSupportedError(
            f"{cls.__name__} has no key, so its records cannot be told apart",
            None,
            remedy=f"name the columns that tell them apart: session.table({table_of(cls)!r}, key='column')",
        )
    parts = key if isinstance(key, tuple) else (key,)
    if len(parts) != len(cls._key):
        raise ValueError(f"{cls.__name__}: its key is {', '.join(cls._key)}, not {key!r}")
    for name, value in zip(cls._key, parts, strict=True):
        if value is None or value == "":
            raise ValueError(f"{cls.__name__}: {name!r}, a part of its key, is empty; nothing was sent")
        if not isinstance(value, (str, int, float)):
            raise TypeError(f"{cls.__name__}: {name!r}, a part of its key, takes text or a number, not {value!r}")
    return dict(zip(cls._key, parts, strict=True))


def completion(select: Select, rows: Sequence[Row]) -> list[Request]:
    """Reads of the cases of a list, where more is asked for than lists tell."""
    names = [name for name in select.fields or () if name not in SUMMARY]
    if not names or not is_case(select.type._spec):
        return []
    keys = select.type._key
    level = level_of(names)
    return [read_case(select.type, tuple(row.get(key) for key in keys), level, lookup=True) for row in rows]


def with_fields(select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields to read so that conditions can look at them: of cases, each that lists leave out."""
    if not is_case(select.type._spec):
        return select.fields
    return tuple(dict.fromkeys([*(select.fields or ()), *names]))


def _case_rows(cls: type[Object], label: str, many: bool, data: Mapping[str, Any]) -> Any:
    document = data.get("payload")
    if not data:
        return []
    if not isinstance(document, dict) or not isinstance(document.get("fields", {}), dict):
        raise InvalidResponseError(document, 200, operation=label, remedy="the answer holds no case")
    row = {name: value for name, value in document.items() if name != "fields"}
    # The answer has the fields that have a value; all others are known to have none.
    row.update((name, None) for name in cls._spec.fields if name.startswith(FIELD))
    row.update((FIELD + slug, value) for slug, value in document.get("fields", {}).items())
    return [row] if many else row


def _rows(data: Mapping[str, Any], label: str) -> list[Row]:
    rows = data.get("payload")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidResponseError(rows, 200, operation=label, remedy="the answer holds no list")
    return rows


def _picked(rows: list[Row], picked: Sequence[Any]) -> list[Row]:
    return [row for row in rows if matches(row, picked)] if picked else rows


def _unique(cls: type[Object], rows: list[Row]) -> list[Row]:
    """The rows of a table; refused where two have one key, since one object would stand for both."""
    if not cls._natural_key:
        return rows
    seen: set[Any] = set()
    for row in rows:
        key = tuple(row.get(name) for name in cls._key)
        if None not in key and key in seen:
            shown = ", ".join(f"{name}={value!r}" for name, value in zip(cls._key, key, strict=True))
            raise AmbiguousKeyError(
                f"several records of {table_of(cls)!r} have {shown}",
                None,
                operation=f"search {cls.__name__}",
                remedy="name more columns in key=, or leave it out to read the records as they are",
            )
        seen.add(key)
    return rows
