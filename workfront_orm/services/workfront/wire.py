"""Workfront's wire form: parameters out, envelopes in.

Everything is sent as a form with `method=`, as the predecessor did: bodies know no length limit
and no credential stands in a URL. Sources: `API.md` sections 2, 4, 11 and 17 of the facts.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.objects import Object
from workfront_orm.core.redaction import masked_url

from .errors import InvalidResponseError, error_for
from .names import write_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["CONTROL_WORDS", "form_request", "read_answer", "rows_of", "text_of", "updates_or_fields", "wire_json"]

CONTROL_WORDS = frozenset(
    {
        "action",
        "apikey",
        "atomic",
        "copysourceid",
        "fields",
        "filters",
        "force",
        "id",
        "listoptions",
        "map",
        "method",
        "options",
        "password",
        "sessionid",
        "subdomain",
        "timetolive",
        "updates",
        "uri",
        "username",
    }
)
"""Parameter names, in lower case, that the server takes for itself: fields of these names travel inside JSON."""


TYPES = (Enum, Object, date, Decimal, set, frozenset)
"""The types beside those of JSON that values may have; see `text_of`."""


def form_request(
    operation: str,
    method: str,
    path: str,
    pairs: Iterable[tuple[str, Any]] = (),
    *,
    effect: Effect = Effect.READ,
    decode: Callable[[Any], Any] = lambda data: data,
) -> Request:
    """A POST of a form that stands for another verb.

    Args:
        operation: What is being done, for messages.
        method: The verb that it stands for: GET, POST, PUT or DELETE.
        path: The path below the session's URL.
        pairs: Parameters; values become text with `text_of`.
        effect: What repeating it would do.
        decode: Turns the answer's data into what the request is for.
    """
    form = [(name, text_of(value)) for name, value in pairs]
    form.append(("method", method))
    return Request(operation=operation, method="POST", path=path, form=form, effect=effect, decode=decode)


def text_of(value: Any) -> str:
    """A parameter's value as text: None is empty, lists and maps are JSON, moments have a zone.

    Raises:
        TypeError: A value that has no wire form.
        ValueError: A moment without a time zone.
    """
    value = _plain(value)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value)


def wire_json(value: Any) -> Any:
    """A value as it stands inside JSON parameters: None is an empty string, never null."""
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, dict):
        return {key: wire_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [wire_json(inner) for inner in value]
    return value


def updates_or_fields(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Values of a write as parameters: plain ones, or all inside `updates` where plain ones could be misread."""
    if any(_misread(name, value) for name, value in values.items()):
        return [("updates", json.dumps(wire_json(dict(values))))]
    return [(name, wire_json(value) if isinstance(value, (list, dict)) else value) for name, value in values.items()]


def read_answer(response: Response) -> Any:
    """The `data` of an answer.

    Raises:
        WorkfrontAPIError: The answer is an error at whatever status, or no JSON, or has no data.
    """
    if 300 <= response.status < 400:  # noqa: PLR2004 - redirects, which would take credentials elsewhere
        target = masked_url(response.headers.get("Location", "nowhere"))
        raise InvalidResponseError(
            f"redirected to {target}",
            response.status,
            remedy="redirects are not followed: give the session the address that the server means",
        )
    try:
        answer = response.decoded()
    except ValueError as error:
        text = response.body.decode("utf-8", "replace")
        data = {"exception": str(error), "response": text}
        if response.status >= 400:  # noqa: PLR2004 - an error page of a gateway: the status tells more
            raise error_for(response.status, data) from None
        raise InvalidResponseError(
            data,
            response.status,
            remedy="no JSON came: is the address that of the API, and does a proxy stand between?",
        ) from None
    if isinstance(answer, dict) and "error" in answer:
        raise error_for(response.status, answer["error"])
    if response.status != 200:  # noqa: PLR2004 - every success is a 200
        told = isinstance(answer, dict) and "data" in answer
        raise error_for(response.status, "Unknown error, check log" if told else answer)
    if not isinstance(answer, dict):
        raise InvalidResponseError(answer, response.status, remedy="the answer is no JSON object")
    try:
        return answer["data"]
    except KeyError:
        raise InvalidResponseError(answer, response.status, remedy="the answer has neither data nor error") from None


def rows_of(data: Any) -> list[dict[str, Any]]:
    """The rows of an answer that holds one object or several.

    Raises:
        WorkfrontAPIError: It holds neither.
    """
    rows = data if isinstance(data, list) else [] if data is None else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise InvalidResponseError(data, 200, remedy="the answer holds no objects where objects were asked for")
    return rows


def _plain(value: Any) -> Any:  # noqa: C901, PLR0911 - one case a type
    if value.__class__ is str:
        # Most are.
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Object):
        if value.id is None:
            raise ValueError(f"{type(value).__name__} (not saved) has no id that could be sent; save it first")
        return value.id
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: use datetime.now(timezone.utc), or value.astimezone()")
        return write_datetime(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"{value!r} has no form on the wire; it takes a finite number")
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} has no form on the wire")


def _misread(name: str, value: Any) -> bool:
    """Whether the server would take a plain parameter for something else than a value of a field."""
    if name.lower() in CONTROL_WORDS or name.endswith(("_Mod", "_Range", "_Sort")) or name.startswith("$$"):
        return True
    return isinstance(value, str) and value[:1] in ("{", "[", "$", "F") and value.startswith(("{", "[", "$$", "FIELD:"))
