"""The wire form of Workfront: envelope, escapes, dates, booleans and numbers in and out, and lenient JSON.

Dates are kept as text in UTC in the wire form `2030-05-18T17:00:00:000+0000`, so that text order is time order and a
caller in UTC gets them as they are.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workfront_orm.sandbox.backend import Response, is_deeper

if TYPE_CHECKING:
    from datetime import tzinfo

ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException"
UNSUPPORTED = "java.lang.UnsupportedOperationException"
AUTHENTICATION = "com.attask.common.AuthenticationException"
ACCESS = "com.attask.common.AccessDeniedException"
INVALID_PARAMETER = "com.attask.common.InvalidParameterException"
NOT_FOUND = "com.attask.common.ObjectNotFoundException"
STATUS_VIOLATION = "com.attask.common.ProjectStatusViolationException"
SERVER = "java.lang.RuntimeException"
BUSY = "com.attask.common.TooManyRequestsException"


class WireError(Exception):
    """An error that the caller gets as an error envelope.

    Args:
        status: HTTP status.
        kind: Java class name in the envelope.
        message: what happened, for people.
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


def invalid(message: str) -> WireError:
    """Return the error for a value or parameter that is wrong: 422."""
    return WireError(422, INVALID_PARAMETER, message)


def invalid_value(name: str, value: object) -> WireError:
    """Return the documented error for a value that a field does not take: 422."""
    return invalid(f'Invalid Parameter: {name} value "{value}"')


def not_found(class_name: str, key: object) -> WireError:
    """Return the documented error for an object that is not there: 404."""
    return WireError(404, NOT_FOUND, f'{class_name} with primary key value(s) "{key}" not found')


def unknown_field(label: str, name: str, class_name: str) -> WireError:
    """Return the documented error for a field that a version does not have: 422."""
    return invalid(f"APIModel {label} does not support field {name} ({class_name})")


# --- out ---------------------------------------------------------------------------


def data_response(value: Any) -> Response:
    """Answer with a value in the success envelope."""
    return text_response(json.dumps(value, separators=(",", ":")))


def text_response(data: str) -> Response:
    """Answer with JSON text in the success envelope, escaped as the service escapes."""
    return Response(b'{"data":' + escape(data) + b"}")


def error_response(error: WireError) -> Response:
    """Answer with the error envelope."""
    body = {
        "class": error.kind,
        "message": error.message,
        "title": None,
        "msgKey": "exception.attask",
        "attributes": [""],
        "code": 0,
    }
    return Response(b'{"error":' + escape(json.dumps(body, separators=(",", ":"))) + b"}", error.status)


def escape(text: str) -> bytes:
    r"""Escape JSON text as the service does: `\/`, `\u003c`, and ASCII only. Outside strings JSON has none of these."""
    if "/" in text:
        text = text.replace("/", "\\/")
    if "<" in text:
        text = text.replace("<", "\\u003c")
    # The encoder calls back for what is not ASCII only, which is far quicker than a search for it.
    return text.encode("ascii", _ESCAPES)


def _as_escapes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPES = "workfront_orm.json_escapes"
codecs.register_error(_ESCAPES, _as_escapes)


# --- dates -------------------------------------------------------------------------

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:[:.,](\d{1,9}))?)?)?"
    r"(Z|z|[+-]\d\d:?\d\d)?$"
)


def stored(moment: datetime) -> str:
    """Return an aware datetime as it is kept."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}:{moment.microsecond // 1000:03d}+0000"


def moment_of(text: str) -> datetime:
    """Return a kept date as an aware datetime in UTC."""
    return datetime(
        int(text[:4]),
        int(text[5:7]),
        int(text[8:10]),
        int(text[11:13]),
        int(text[14:16]),
        int(text[17:19]),
        int(text[20:23]) * 1000,
        UTC,
    )


def parse_date(text: str, zone: tzinfo) -> datetime:
    """Read a date in any documented form: with colon or dot before the milliseconds, `Z`, an offset, none, or date only.

    Args:
        text: the date.
        zone: zone of the caller, for texts without one.

    Raises:
        ValueError: the text is no date.
    """
    match = _DATE.match(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    naive = datetime(  # noqa: DTZ001 - gets its zone below
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((fraction or "0").ljust(6, "0")[:6]),
    )
    if offset is None:
        return naive.replace(tzinfo=zone)
    if offset in "Zz":
        return naive.replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{naive.isoformat()}{offset[:3]}:{offset[-2:]}")


def zone_of(name: str | None) -> tzinfo:
    """Return the zone of a name as `Europe/Berlin`; UTC when there is none of that name."""
    if not name or name in ("UTC", "GMT", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=65536)
def local_text(text: str, zone: tzinfo) -> str:
    """Return a kept date as the wire form in a zone."""
    moment = moment_of(text).astimezone(zone)
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60:
        # Zones before standard time have seconds, which the form cannot say.
        return text
    return f"{moment:%Y-%m-%dT%H:%M:%S}:{moment.microsecond // 1000:03d}{moment:%z}"


# --- values in ----------------------------------------------------------------------

_TRUE = frozenset({"true", "t", "1", "yes"})
_FALSE = frozenset({"false", "f", "0", "no"})


def parse_bool(value: Any) -> bool:
    """Read a boolean as clients spell it (`true`, `True`, `"false"`, 1).

    Raises:
        ValueError: the value is none.
    """
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(value)


def parse_number(value: Any, *, whole: bool) -> int | float:
    """Read a number, also as text; a whole one may carry a fraction of zero.

    Raises:
        ValueError: the value is no number, or not whole where it must be.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(value)  # noqa: TRY004 - the same error for every wrong value
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    if not whole:
        return number
    if isinstance(value, int):
        return value
    if number != int(number):
        raise ValueError(value)
    return int(value) if str(value).strip().lstrip("+-").isdigit() else int(number)


# --- lenient JSON -------------------------------------------------------------------

_TOKEN = re.compile(r"""\s*(?:([{}\[\]:,])|("(?:[^"\\]|\\.)*")|('(?:[^'\\]|\\.)*')|([^\s{}\[\]:,"']+))""", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None, "undefined": None}
DEPTH = 64


def parse_lenient(text: str) -> Any:
    """Read JSON as the service's documents write it: keys without quotes, single quotes, commas at the end.

    Raises:
        ValueError: the text is no such JSON, or nested deeper than 64 levels.
    """
    try:
        return strict_json(text)
    except ValueError:
        return well_formed(_Lenient(text).read())


def strict_json(text: str | bytes) -> Any:
    """Read JSON. Halves of surrogate pairs, which no database can keep, become U+FFFD.

    Raises:
        ValueError: the text is no JSON, or nested too deeply.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if is_deeper(value, DEPTH):
        raise ValueError("nested too deeply")
    halves = b"\\ud" in text.lower() if isinstance(text, bytes) else "\\ud" in text.lower()
    return well_formed(value) if halves else value


def well_formed(value: Any) -> Any:
    """A JSON value whose texts are all well-formed Unicode."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {well_formed(name): well_formed(item) for name, item in value.items()}
    return [well_formed(item) for item in value] if isinstance(value, list) else value


class _Lenient:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def read(self) -> Any:
        value = self._value(0)
        if self._text[self._place :].strip():
            raise ValueError(f"unexpected text at character {self._place}")
        return value

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self._text, self._place)
        if match is None:
            raise ValueError(f"unexpected end or character at {self._place}")
        self._place = match.end()
        return match

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._place)
        return "" if match is None else match[0].strip()

    def _value(self, depth: int) -> Any:
        if depth > DEPTH:
            raise ValueError("nested too deeply")
        token = self._next()
        if token[1] == "{":
            return self._object(depth)
        if token[1] == "[":
            return self._array(depth)
        if token[1]:
            raise ValueError(f"unexpected {token[1]!r} at character {token.start()}")
        return self._scalar(token)

    def _object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while self._peek() != "}":
            name = self._next()
            if name[1]:
                raise ValueError(f"unexpected {name[1]!r} at character {name.start()}")
            key = name[4] or str(self._scalar(name))
            # An unquoted name may hold colons itself, as DE:Region does.
            if self._next()[1] != ":":
                raise ValueError(f"a colon is missing after {key!r}")
            if key == "DE" and not self._peek().startswith(("{", "[")):
                part = self._next()
                key += ":" + str(part[4] or self._scalar(part))
                if self._next()[1] != ":":
                    raise ValueError(f"a colon is missing after {key!r}")
            members[key] = self._value(depth + 1)
            if not self._comma("}"):
                break
        self._next()
        return members

    def _array(self, depth: int) -> list[Any]:
        items = []
        while self._peek() != "]":
            items.append(self._value(depth + 1))
            if not self._comma("]"):
                break
        self._next()
        return items

    def _comma(self, end: str) -> bool:
        following = self._peek()
        if following == ",":
            self._next()
            return True
        if following != end:
            raise ValueError(f"a comma or {end} is missing at character {self._place}")
        return False

    @staticmethod
    def _scalar(token: re.Match[str]) -> Any:
        if token[2]:
            return json.loads(token[2], strict=False)
        if token[3]:
            inner = token[3][1:-1].replace("\\'", "'").replace('"', '\\"').replace('\\\\"', '\\"')
            return json.loads(f'"{inner}"', strict=False)
        word = token[4]
        if word in _WORDS:
            return _WORDS[word]
        return json.loads(word)
