"""Values on their way into the store: every form that a client may send, one form that is kept.

Kept are: integers and reals as numbers, switches as Y or N, dates as `YYYY-MM-DD`, moments as ISO 8601 in the portal's zone
(so that their text sorts like time), lists and structures as JSON. Old methods take a wrong value the way PHP does, newer
ones refuse it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.errors import bad, wrong_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.bitrix24.model import Field

ZONE = timezone(timedelta(hours=3))
"""Zone of the portal: a fixed offset, so that the sandbox needs no rules of daylight saving."""

MIDNIGHT = "T03:00:00+03:00"
"""What a `date` carries on the wire: midnight in UTC, shown in the portal's zone."""

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_DATE_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d")
SQLITE_INTEGER = 2**63 - 1


def moment(value: datetime) -> str:
    """Return a moment as it is kept and sent: ISO 8601 to the second, in the portal's zone."""
    return value.astimezone(ZONE).isoformat(timespec="seconds")


def to_stored(item: Field, value: Any, *, strict: bool, save_file: Callable[[str, bytes], int]) -> Any:
    """Turn a sent value into the stored one.

    Args:
        item: the field.
        value: what was sent.
        strict: refuse what does not fit, as newer methods do; else read it as PHP would.
        save_file: keeps a file and returns its id.

    Returns:
        A value for SQLite; None for empty.

    Raises:
        RestError: a multiple field got a single value (100), or a value does not fit a strict method's field.
    """
    if not item.multiple:
        return None if php.is_empty(value) else _single(item, value, strict=strict, save_file=save_file)
    if php.is_empty(value):
        return None
    if not isinstance(value, (list, dict)):
        raise wrong_argument(item.column, "array")
    if isinstance(value, dict) and item.element == "json" and item.type == "object":
        return json.dumps(value, ensure_ascii=False)
    kept = [
        _element(item, entry, strict=strict, save_file=save_file)
        for entry in php.as_list(value)
        if not php.is_empty(entry)
    ]
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _element(item: Field, value: Any, *, strict: bool, save_file: Callable[[str, bytes], int]) -> Any:
    stored = _single(item, value, strict=strict, save_file=save_file)
    return json.loads(stored) if item.element == "json" and isinstance(stored, str) else stored


def _single(item: Field, value: Any, *, strict: bool, save_file: Callable[[str, bytes], int]) -> Any:
    if item.type in {"file", "diskfile", "disk_file"}:
        return _file(item, value, save_file)
    if item.element == "json":
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, dict)):
        if strict:
            raise not_valid(item)
        return None
    return _SCALARS[item.element](item, value, strict=strict)


def _integer(item: Field, value: Any, *, strict: bool) -> int | None:
    if strict and not _is_number(value):
        raise not_valid(item)
    number = php.integer(value)
    if abs(number) > SQLITE_INTEGER:
        raise not_valid(item)
    # No link and no user has the id 0; for a plain number it is a value.
    return None if number == 0 and item.type not in {"integer", "crm_category"} else number


def _real(item: Field, value: Any, *, strict: bool) -> float:
    if strict and not _is_number(value):
        raise not_valid(item)
    return php.number(value)


def _switch(item: Field, value: Any, *, strict: bool) -> str:
    del item, strict
    return "Y" if php.flag(value) else "N"


def _time(item: Field, value: Any, *, strict: bool) -> str | None:
    parsed = parse_moment(value)
    if parsed is not None:
        return moment(parsed) if item.element == "datetime" else as_date(value, parsed)
    if strict:
        raise not_valid(item)
    return None


def _text(item: Field, value: Any, *, strict: bool) -> str:
    text = php.text(value)
    if item.type == "enumeration" and strict and text not in item.items:
        raise not_valid(item)
    return text


_SCALARS = {"integer": _integer, "real": _real, "flag": _switch, "date": _time, "datetime": _time, "text": _text}


def _file(item: Field, value: Any, save_file: Callable[[str, bytes], int]) -> Any:
    """Read `[name, base64]`, `{"fileData": [name, base64]}` or `{"id": n}`."""
    if isinstance(value, dict):
        if "fileData" in value:
            value = value["fileData"]
        elif "id" in value:
            return json.dumps({"id": php.integer(value["id"])})
    sent = 2
    if isinstance(value, list) and len(value) == sent:
        name, content = (php.text(part) for part in value)
        return json.dumps({"id": save_file(name, content.encode())})
    raise not_valid(item)


def not_valid(item: Field) -> Exception:
    """Return the newer methods' refusal of a value."""
    return bad("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Invalid value of the field "{item.universal or item.column}"')


def parse_moment(value: Any) -> datetime | None:
    """Read a date or moment in any form that clients send; without a zone it is the portal's. None when it is none."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
        for form in _DATE_FORMATS:
            try:
                parsed = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
            except ValueError:
                continue
            break
    if parsed is None:
        return None
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (OverflowError, ValueError):
        return None


def as_date(value: Any, parsed: datetime) -> str:
    """Return the day of a parsed moment: the one that was written, or the one that the portal's own form stands for."""
    text = str(value).strip()
    if text.endswith(MIDNIGHT):
        return parsed.astimezone(UTC).date().isoformat()
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return parsed.date().isoformat()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)
