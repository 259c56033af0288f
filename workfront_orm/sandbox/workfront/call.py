"""One call: its version, path, meaning and parameters, however a client spelled them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import (
    ILLEGAL_ARGUMENT,
    WireError,
    invalid,
    parse_bool,
    parse_lenient,
    stored,
    strict_json,
    zone_of,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from workfront_orm.sandbox.backend import Pairs, Request
    from workfront_orm.sandbox.workfront.model import Entity, Model, Version
    from workfront_orm.sandbox.workfront.store import Store

_BASE = re.compile(
    r"/attask/api(?:-(?P<flavour>unsupported|internal|asp))?(?:/(?P<version>v\d+\.\d+|unsupported|api-internal|internal|api-unsupported))?(?=/|\Z)"
)
_FORM = "application/x-www-form-urlencoded"
NO_BODY: Any = object()
NOT_FIELDS = frozenset({
    "method", "fields", "updates", "action", "atomic", "sessionID", "apiKey", "force", "copySourceID", "options", "id", "objCode",
    "filters", "map",
})  # fmt: skip
"""Control parameters: they are no fields of a write (those that are a type's own travel inside `updates`)."""


@dataclass(slots=True)
class Call:
    """One call of the API.

    Attributes:
        version: name of the version, as in the path; None when the path is none of the API.
        segments: the path below the base.
        method: GET, POST, PUT or DELETE, after an override.
        verb: the verb on the wire.
        pairs: parameters of query and form, in order.
        body: the JSON body, `NO_BODY` when there is none.
        headers: request headers, names in lower case.
        cookies: cookies by name.
    """

    version: str | None
    segments: list[str]
    method: str
    verb: str
    pairs: Pairs
    headers: dict[str, str]
    cookies: dict[str, str]
    body: Any = NO_BODY

    def all(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for key, value in self.pairs if key == name]

    def get(self, name: str) -> str | None:
        """The last value of a parameter, None without one."""
        values = self.all(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """A parameter that is true or false, in any spelling; false without one."""
        value = self.get(name)
        if value is None:
            return False
        try:
            return parse_bool(value)
        except ValueError:
            return False

    def ids(self) -> list[str]:
        """Ids of `id` or `ID`: repeated, or with commas."""
        found = self.all("id") or self.all("ID") or self.all("ids")
        return [part.strip() for text in found for part in text.split(",") if part.strip()]


def parse(request: Request) -> Call:
    """Read a request as a call.

    Raises:
        WireError: a JSON body that is none.
    """
    pairs = [*request.query, *request.form]
    body = NO_BODY
    if request.body and not request.files and request.content_type != "multipart/form-data":
        body = _json_body(request)
        if body is not NO_BODY:
            pairs = list(request.query)
    match = _BASE.match(request.path)
    version = None
    segments: list[str] = []
    if match is not None:
        named = match["version"]
        version = (named.removeprefix("api-") if named else None) or match["flavour"] or "newest"
        segments = [segment for segment in request.path[match.end() :].split("/") if segment]
    return Call(
        version, segments, method_of(request), request.method, pairs, dict(request.headers), dict(request.cookies), body
    )


def method_of(request: Request) -> str:
    """What the request means: the verb, or the `method` parameter that overrides it."""
    for name, value in reversed([*request.query, *request.form]):
        if name == "method" and value.upper() in ("GET", "POST", "PUT", "DELETE"):
            return value.upper()
    return "GET" if request.method == "HEAD" else request.method


def _json_body(request: Request) -> Any:
    """The JSON body; also one under a wrong content type, as long as it is JSON."""
    start = request.body.lstrip()[:1]
    declared = request.content_type.endswith("json")
    if not declared and start not in (b"{", b"["):
        return NO_BODY
    if not declared and request.content_type == _FORM and b"=" in request.body.split(b"&", 1)[0].split(b'"', 1)[0]:
        return NO_BODY
    try:
        return strict_json(request.body)
    except ValueError:
        if declared and start:
            raise WireError(400, ILLEGAL_ARGUMENT, "The body is no JSON") from None
        return NO_BODY


@dataclass(slots=True)
class Context:
    """What a call is answered with: the store, the version, the caller and the time.

    Attributes:
        user: the caller's stored fields.
        admin: whether the caller is a system administrator.
        now: the server's time.
        shuffle: gives unsorted rows another order each time, where the option asks for it.
    """

    store: Store
    version: Version
    user: dict[str, Any]
    admin: bool
    now: datetime
    call: Call
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    options: dict[str, Any] = field(default_factory=dict)
    shuffle: random.Random | None = None
    _now_text: str | None = None

    @property
    def now_text(self) -> str:
        """The server's time as dates are kept."""
        if self._now_text is None:
            self._now_text = stored(self.now)
        return self._now_text

    @property
    def model(self) -> Model:
        """The types."""
        return self.store.model

    def use_zone(self, name: str | None) -> None:
        """Take the caller's zone by name."""
        self.zone = zone_of(name)
        self.zone_name = "UTC" if self.zone is UTC else str(name)


def updates_of(call: Call, entity: Entity, *, ignore: Iterable[str] = ()) -> Any:
    """What a write wants to write: the JSON body, or `updates`, with plain parameters beside.

    Args:
        call: the call.
        entity: the type that is written.
        ignore: parameters that are no fields, as arguments of an action.

    Returns:
        A dict of fields, or a list of such for a bulk call.

    Raises:
        WireError: `updates` is no JSON object or list.
    """
    if call.body is not NO_BODY:
        if not isinstance(call.body, (dict, list)):
            raise invalid("The body is neither a JSON object nor a list")
        return call.body
    text = call.get("updates")
    written: Any = {}
    if text is not None:
        try:
            written = parse_lenient(text)
        except ValueError as error:
            raise invalid(f"updates is no JSON: {error}") from None
        if not isinstance(written, (dict, list)):
            raise invalid("updates is neither a JSON object nor a list")
        if isinstance(written, list):
            return written
    plain: dict[str, Any] = {}
    skipped = NOT_FIELDS.union(ignore)
    for name, value in call.pairs:
        if name in skipped or name.startswith("$$"):
            continue
        if name in plain:
            known = plain[name]
            plain[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            plain[name] = _plain(entity, name, value)
    return {**plain, **written}


def _plain(entity: Entity, name: str, value: str) -> Any:
    """The value of a plain parameter: JSON where the member takes an object or a list, else text."""
    column = entity.columns.get(name)
    structured = (
        name in entity.collections
        or name in entity.references
        or (column is not None and column.kind in ("list", "map"))
    )
    if structured and value[:1] in ("[", "{"):
        try:
            return parse_lenient(value)
        except ValueError:
            raise invalid(f'Invalid Parameter: {name} value "{value}"') from None
    return value
