"""Kinds of classes: the cases of a process and the records of a table, and the metadata of each.

A class of a company's own is named by a key that says all that tells it apart, so that it pickles:
`process:production:sales`, `table:["Clientes", ["RUT"]]`. Its members are those that the company's server
shows. Fields of a case have the wire name `fields.<slug>`, as filters write it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from workfront_orm.core.naming import snake_case

from .errors import NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import ObjectSpec

__all__ = [
    "FIELD",
    "SUMMARY",
    "is_case",
    "is_table",
    "level_of",
    "process_entry",
    "process_key",
    "process_of",
    "python_name",
    "table_entry",
    "table_key",
    "table_of",
    "unread_entry",
]

CASE, RECORD = "Case", "MasterRecord"
FIELD = "fields."
"""What the wire names of a case's own fields begin with."""

SUMMARY = frozenset({"companyId", "environment", "processSlug", "processVersion", "caseNumber", "createAudit"})
"""What lists of cases tell; the rest needs a read of each case."""

_PROCESS, _TABLE = "process:", "table:"
_LEVELS = {"users": 1, "history": 2, "processDefinition": 3, "company": 4}
# What comes at higher levels of detail; `type` is one of `codecs`.
_DETAILS: dict[str, dict[str, Any]] = {
    "fieldValues": {"type": "list<FieldValue>", "readOnly": True, "lazy": True},
    "users": {"type": "list<User>", "readOnly": True, "lazy": True},
    "history": {"type": "history", "readOnly": True, "lazy": True},
    "processDefinition": {"type": "definition", "readOnly": True, "lazy": True},
    "company": {"type": "object", "readOnly": True, "lazy": True},
}
_TYPES = frozenset({"text", "number", "boolean", "date", "datetime", "file", "integer"})


def is_case(spec: ObjectSpec | None) -> bool:
    """Whether a class is one of cases."""
    return spec is not None and (spec.key == CASE or spec.key.startswith(_PROCESS))


def is_table(spec: ObjectSpec | None) -> bool:
    """Whether a class is one of the records of a table."""
    return spec is not None and (spec.key == RECORD or spec.key.startswith(_TABLE))


def general_key(key: str) -> str:
    """The packaged object that a company's own class is a kind of."""
    return CASE if key.startswith(_PROCESS) else RECORD if key.startswith(_TABLE) else key


def process_key(environment: str, slug: str) -> str:
    """The key of the class of a process."""
    return f"{_PROCESS}{environment}:{slug}"


def process_of(spec: ObjectSpec) -> tuple[str, str] | None:
    """Environment and slug of the class of a process; None for cases in general."""
    if not spec.key.startswith(_PROCESS):
        return None
    environment, _, slug = spec.key.removeprefix(_PROCESS).partition(":")
    return environment, slug


def table_key(name: str, key: Iterable[str]) -> str:
    """The key of the class of a table with a natural key."""
    return _TABLE + json.dumps([name, list(key)], ensure_ascii=False)


def table_of(cls: type[Object]) -> str:
    """The name of the table of a class.

    Raises:
        NotSupportedError: The class is that of records in general.
    """
    if not cls._spec.key.startswith(_TABLE):
        raise NotSupportedError(f"{cls.__name__} is no table", None, remedy="session.table('name') is the class of one")
    name: str = json.loads(cls._spec.key.removeprefix(_TABLE))[0]
    return name


def level_of(names: Iterable[str]) -> int:
    """The level of detail that brings all these members of a case."""
    return max((_LEVELS.get(name, 0) for name in names), default=0)


def normal_case(spec: ObjectSpec, key: Any) -> Any:
    """The whole key of a case: of its number alone, in the class of a process.

    Raises:
        TypeError: No number, nor a whole key.
    """
    place = process_of(spec)
    if place is not None and type(key) is int:
        return (*place, key)
    if isinstance(key, tuple) and len(key) == 3 and type(key[2]) is int:  # noqa: PLR2004 - environment, process, number
        return key
    raise TypeError(f"{spec.name}: a case is named by its number, an int, not by {key!r}")


def python_name(wire_name: str) -> str:
    """The Python name of a field or column: accents stay, all else that no identifier has becomes `_`.

    As Python reads its own source, in the form NFKC.
    """
    plain = unicodedata.normalize("NFKC", wire_name.removeprefix(FIELD))
    return snake_case(re.sub(r"\W+", "_", plain).strip("_"))


def process_entry(general: ObjectSpec, key: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The metadata of the class of a process.

    Args:
        general: The metadata of cases.
        key: The key of the class.
        fields: The types of the process's fields by slug.
    """
    raw = general.raw
    own = {
        FIELD + slug: {"type": kind if kind in _TYPES else "value", "lazy": True, "label": slug}
        for slug, kind in fields.items()
    }
    common = {name: entry for name, entry in raw["fields"].items() if name not in {"fields", "fieldValues"}}
    slug = key.removeprefix(_PROCESS).partition(":")[2]
    return {
        **{name: value for name, value in raw.items() if name not in {"references", "collections"}},
        "name": f"{_camel(slug)}Case",
        "code": key,
        "fields": {**common, **_DETAILS, **own},
    }


def table_entry(general: ObjectSpec, key: str, columns: Iterable[str], *, is_open: bool) -> dict[str, Any]:
    """The metadata of the class of a table.

    Args:
        general: The metadata of records.
        key: The key of the class.
        columns: The columns that are known.
        is_open: Whether there may be others, since the table shows no rows to tell.
    """
    name, natural = json.loads(key.removeprefix(_TABLE))
    fields = {column: {"type": "column"} for column in dict.fromkeys([*natural, *columns])}
    for column in natural:
        fields[column] = {"type": "column", "immutable": True}  # type: ignore[dict-item]  # an entry has flags as well
    return {
        **general.raw,
        "name": f"{_camel(name)}Record",
        "code": key,
        "key": natural or None,
        "fields": fields,
        "extra": {**(general.raw.get("extra") or {}), "open": is_open},
    }


def unread_entry(key: str, general: ObjectSpec) -> dict[str, Any] | None:
    """The metadata of a company's own class as far as it is known without asking."""
    if key.startswith(_PROCESS):
        return process_entry(general, key, {})
    if key.startswith(_TABLE):
        return table_entry(general, key, (), is_open=True)
    return None


def _camel(name: str) -> str:
    words = re.split(r"\W+", unicodedata.normalize("NFKC", name))
    camel = "".join(word[:1].upper() + word[1:] for word in words)
    return camel if camel.isidentifier() else f"N{camel}"
