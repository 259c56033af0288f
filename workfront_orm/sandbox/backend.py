"""What a sandbox of one system gives to the frame, and what it gets.

A system's sandbox is a module `workfront_orm.sandbox.<service>`, or one that an entry point of the group
`workfront_orm.sandboxes` names after the service. The module is imported in the user's process as well as in the
server's, so it must be light: it imports its parts inside the functions. It defines

    def create(settings: Settings) -> Backend: ...
    def session(info: Mapping[str, Any], **options: Any) -> Any: ...

`create` runs in the server process; `session` runs in the user's and returns a client session for a server whose JSON
line was `info`. The server process calls a backend from one thread only, one call at a time.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from workfront_orm.sandbox.clock import Clock

ENTRY_POINT_GROUP = "workfront_orm.sandboxes"
"""Where another package registers the sandbox of another system: name of the service = module."""

MASK = "***"
"""What the request log shows instead of a secret."""

JSON_DEPTH = 200
"""Levels of nesting that a JSON body may have."""

Pairs = list[tuple[str, str]]
"""Parameters in the order in which they came; a name may occur more than once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a sandbox was started with.

    Attributes:
        service: name of the system.
        url: base address of the server, without a slash at the end.
        data: `empty`, `demo` or `large`.
        path: the SQLite file that holds the data, None for memory. An existing file is used as it is.
        seed: seed of the demo data.
        clock: the time of the server.
        options: options of this service (`--option name=value`); the service refuses unknown ones.
    """

    service: str
    url: str
    data: str
    path: str | None
    seed: int
    clock: Clock
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a multipart request."""

    name: str
    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Request:
    """One request, parsed as far as HTTP goes.

    Attributes:
        method: verb of the request, in capitals.
        path: decoded path.
        query: parameters of the query string.
        form: parameters of an urlencoded or multipart body.
        headers: names in lower case; of a repeated header, the values are joined with a comma.
        cookies: cookies by name.
        body: the body as it came.
        files: files of a multipart body.
        target_length: length of path and query as sent, in bytes.
        raw_path: path as it was sent, percent-encoded: tells `/` in a name (`%2F`) from one between names.
    """

    method: str
    path: str
    query: Pairs
    form: Pairs
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes = b""
    files: Sequence[UploadedFile] = ()
    target_length: int = 0
    raw_path: str = ""

    @property
    def content_type(self) -> str:
        """Media type of the body, in lower case, without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as strict JSON; None when it is none, or nested so deeply that nobody means it."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return None if is_deeper(value, JSON_DEPTH) else value


class Stream(Protocol):
    """Pieces of an answer that come one after the other."""

    async def __anext__(self) -> bytes:
        """Return the next piece; StopAsyncIteration ends the answer."""

    async def aclose(self) -> None:
        """Release what the stream holds; called once, whether or not it was read to its end."""


@dataclass(slots=True)
class Response:
    """One answer.

    Attributes:
        body: what is sent; the frame compresses it when the client takes it and it pays.
        status: HTTP status.
        content_type: value of the header, None for none.
        headers: further headers.
        secret: whether the body is a secret as a whole, which the log then hides.
        stream: pieces of an answer without an end of its own, such as an event stream; None for a whole answer, in `body`. They
            are sent as they come, until there are no more, the client goes or the server stops.
    """

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/json;charset=UTF-8"
    headers: Sequence[tuple[str, str]] = ()
    secret: bool = False
    stream: Stream | None = None


class Backend(ABC):
    """One system behind the sandbox's HTTP server."""

    secret_names: frozenset[str] = frozenset()
    """Names, in lower case, of parameters, JSON members, headers and cookies whose values no log may hold."""

    @abstractmethod
    def info(self) -> dict[str, Any]:
        """Return what the JSON line carries besides `url` and `service`: `url_template`, credentials and so on."""

    @abstractmethod
    def handle(self, request: Request) -> Response:
        """Answer one request. Every error of the service is an answer; an exception is a bug and becomes a 500."""

    @abstractmethod
    def fault_response(self, kind: str, request: Request) -> Response:
        """Return the service's own answer for the fault kinds 429, 500, expired and error_200."""

    def method(self, request: Request) -> str:
        """Return what the request means to do: the verb, or what overrides it."""
        return request.method

    def log_path(self, request: Request) -> str:
        """Return the path for the log, with secrets masked that the service carries in paths."""
        return request.path

    def expire_session(self, request: Request) -> bool:  # noqa: ARG002 - services with sessions look at it
        """End the session that the request carries; False when it carries none."""
        return False

    def has_session(self, request: Request) -> bool:  # noqa: ARG002 - services with sessions look at it
        """Say whether the request carries a session that could expire."""
        return False

    @abstractmethod
    def reset(self) -> None:
        """Bring the data back to what it was when the server was ready, quickly."""

    @abstractmethod
    def close(self) -> None:
        """Release files and connections."""

    def types(self) -> list[tuple[str, str, int]]:
        """Return object types for the page at `/`: key, name and number of rows. Empty when there is no store."""
        return []

    def rows(self, key: str, where: Mapping[str, str], first: int, limit: int) -> list[dict[str, Any]]:  # noqa: ARG002 - services with a store look at them
        """Return rows of a type for the page at `/`; `where` narrows them by field value."""
        return []

    def relations(self, key: str) -> dict[str, str]:  # noqa: ARG002 - services with a store look at it
        """Return, for the page at `/`, the fields of a type that hold ids: field name to key of the target type."""
        return {}

    def collections(self, key: str) -> dict[str, tuple[str, str]]:  # noqa: ARG002 - services with a store look at it
        """Return, for the page at `/`, the collections of a type: name to (target type, its field with our id)."""
        return {}


class UnknownServiceError(LookupError):
    """No sandbox for the service that was asked for."""


def find_module(service: str) -> ModuleType:
    """Find the sandbox module of a service: ours by name, then entry points of `workfront_orm.sandboxes`.

    Raises:
        UnknownServiceError: nobody offers a sandbox for the service.
    """
    name = f"workfront_orm.sandbox.{service}"
    if service.isidentifier() and importlib.util.find_spec(name) is not None:
        module = importlib.import_module(name)
        if hasattr(module, "create"):
            return module
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        if entry.name == service:
            return cast("ModuleType", entry.load())
    raise UnknownServiceError(
        f"no sandbox for the service {service!r}: neither a module {name} with a function create nor an entry point "
        f"{service!r} in the group {ENTRY_POINT_GROUP}"
    )


def is_deeper(value: Any, depth: int) -> bool:
    """Whether a JSON value is nested in more than so many levels; works without recursion."""
    level = [value]
    for _ in range(depth + 1):
        level = [
            item
            for one in level
            for item in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(item, (dict, list))
        ]
        if not level:
            return False
    return True


def parse_pairs(text: str) -> Pairs:
    """Split a query string or urlencoded body, keeping empty values and the order."""
    return parse_qsl(text, keep_blank_values=True, errors="replace")
