"""Values: what callers send becomes text, as every scalar is on this wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd.errors import invalid

if TYPE_CHECKING:
    from workfront_orm.sandbox.cloudbees_cd.model import Field

TRUE = frozenset({"1", "true"})
FALSE = frozenset({"0", "false", ""})


def text(value: Any) -> str:
    """Return a scalar as text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def flag(value: Any) -> bool:
    """Say whether a scalar means yes."""
    return text(value).lower() in TRUE


def checked(field: Field, value: Any) -> Any:
    """Return a value as it is kept: text, or a list where the field is one.

    Raises:
        RestError: it is none of the field's values.
    """
    if field.type.startswith("list<"):
        items = value if isinstance(value, list) else [value]
        return [item if isinstance(item, dict) else text(item) for item in items]
    if isinstance(value, (dict, list)):
        raise invalid(field.name, f"'{field.name}' must be a text")
    kept = text(value)
    if field.type == "bool01":
        if kept.lower() not in TRUE | FALSE:
            raise invalid(field.name, f"'{field.name}' must be 0 or 1")
        return "1" if kept.lower() in TRUE else "0"
    if field.type == "int" and kept and not kept.lstrip("-").isdigit():
        raise invalid(field.name, f"'{field.name}' must be a whole number")
    if field.values and kept and kept not in field.values:
        raise invalid(field.name, f"'{field.name}' must be one of {', '.join(field.values)}")
    return kept


def timestamp(moment: datetime) -> str:
    """Write a date as ISO 8601 with milliseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def read_moment(value: str) -> datetime:
    """Read a date that `timestamp` wrote."""
    return datetime.fromisoformat(value)
