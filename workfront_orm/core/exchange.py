"""What core and a service hand each other: requests, answers, pages, changes and outcomes.

Everything here is data. A service plans `Request`s and reads their answers; it never sends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from .redaction import masked_url

if TYPE_CHECKING:
    from .errors import APIError
    from .expressions import Expression, Ordering
    from .objects import Object

__all__ = ["Change", "Effect", "Outcome", "Page", "Position", "Request", "Response", "Select", "Split", "Status"]


class Effect(Enum):
    """What a request does, hence what repeating it does."""

    READ = "read"
    """Changes nothing: may always be repeated."""
    IDEMPOTENT = "idempotent"
    """Leaves the same state when done twice, such as setting fields: may be repeated."""
    UNSAFE = "unsafe"
    """Acts each time, such as creating: repeated only when the server surely did not act."""


@define(kw_only=True, repr=False, eq=False)
class Request:
    """One HTTP request as a service plans it, before credentials are added.

    Attributes:
        operation: What is being done, for messages: `search Task`.
        method: The HTTP verb.
        path: The path below the session's URL, beginning with `/`, or a full URL of the same host.
        query: Parameters of the URL, in order; a name may repeat.
        form: Parameters of a form body, in order; None for no form.
        json: A JSON body; None for none.
        files: Files of a multipart body, as the requests library takes them.
        headers: Headers beside those of the session.
        effect: What repeating it would do.
        decode: Turns the answer's data into what the request is for.
        gone_is_done: Whether "not found" after an attempt without an answer means that it was done, as
            with a delete.
    """

    operation: str
    method: str = "GET"
    path: str
    query: list[tuple[str, str]] = field(factory=list)
    form: list[tuple[str, str]] | None = None
    json: Any = None
    files: Any = None
    headers: dict[str, str] = field(factory=dict)
    effect: Effect = Effect.READ
    decode: Callable[[Any], Any] = lambda data: data
    gone_is_done: bool = False

    def __repr__(self) -> str:
        """Operation, verb and path; parameters may hold secrets and are left out."""
        return f"<Request {self.operation}: {self.method} {masked_url(self.path)}>"


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


_NoJSON = json.JSONDecodeError
_JSON = json.JSONDecoder(parse_constant=_refused)


@define(kw_only=True, repr=False, eq=False)
class Response:
    """An answer as it came.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in any case.
        body: The body, decompressed.
        request: What was asked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: Request

    def decoded(self) -> Any:
        """The body, which is JSON; of a name that is repeated in a map the last value counts.

        Raises:
            ValueError: It is none. `NaN` and `Infinity`, which some programs write, are none either: no
                comparison holds for what they make. The message says where, never what the body holds.
        """
        try:
            return _JSON.decode(self.body.decode(json.detect_encoding(self.body), "surrogatepass"))
        except ValueError as error:
            told = f"{error.msg}: line {error.lineno} column {error.colno}" if isinstance(error, _NoJSON) else None
            told = told or (f"no text of {error.encoding}" if isinstance(error, UnicodeDecodeError) else str(error))
        # Not raised in the handler: the library's error, which holds the whole body, would come along.
        raise ValueError(told)

    def __repr__(self) -> str:
        """Status and length."""
        return f"<Response {self.status}, {len(self.body)} bytes, to {self.request!r}>"


@frozen(kw_only=True)
class Position:
    """Where a page starts.

    Attributes:
        after: The key of the last row read, in keyset paging.
        descending: Whether rows are read from the end, the greatest key first.
        before: The key of the last row read, in a read from the end.
        offset: The number of rows to skip, in offset paging.
        token: What the last answer gave to go on with, in cursor paging.
        until: The greatest key to read, in keyset paging; None for all. Asked for only of services that tell
            `Page.last`.
    """

    after: Any = None
    descending: bool = False
    before: Any = None
    offset: int | None = None
    token: Any = None
    until: Any = None


START = Position()


@define(kw_only=True, eq=False)
class Page:
    """The rows of one answer and what is known of the rest.

    Attributes:
        rows: The decoded rows; several of the system's pages where one request reads several.
        token: Where the next page starts, in cursor paging; None when this was the last.
        total: The number of rows of the whole result, where the system tells.
        ended: Whether this page is known to be the last; None when only its length tells.
        last: The greatest key of the whole result, in keyset paging, where the service asked for it. With it
            the mapper reads what is left in ranges, several at the same time.
    """

    rows: list[dict[str, Any]]
    token: Any = None
    total: int | None = None
    ended: bool | None = None
    last: Any = None


@define(kw_only=True, eq=False)
class Select:
    """What is to be read, in terms of the mapper.

    Attributes:
        type: The class.
        where: Conditions, all of which hold.
        parameters: The system's own filter parameters, checked by the service.
        fields: Wire paths of the fields to read; None for the system's default.
        order: The caller's order; empty for none.
        limit: The greatest number of rows; None for all.
        offset: The number of rows to skip.
        ids: Keys to read; None for no such restriction.
        filter_locally: Whether conditions that the system cannot filter may be applied here.
    """

    type: type[Object]
    where: tuple[Expression, ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()
    fields: tuple[str, ...] | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    ids: Sequence[Any] | None = None
    filter_locally: bool = False


@frozen(kw_only=True, eq=False)
class Split:
    """The selections that together read what one request cannot say.

    A row may be in several of them; what comes twice is given once.

    Attributes:
        selects: The selections, all of one class, in no order but that of the key; one where nothing is split.
        consecutive: Whether the keys of each one's rows follow those of the one before.
        disjoint: Whether no row is in two of them, so that their counts add up.
    """

    selects: tuple[Select, ...]
    consecutive: bool = False
    disjoint: bool = False


@define(kw_only=True, eq=False)
class Change:
    """One object's change that is to be written.

    Attributes:
        kind: `create`, `update` or `delete`.
        object: The object.
        values: The wire values to send, by wire name; objects that stand for their ids are resolved.
        originals: The wire values before, by wire name, where they are known.
        force: For a delete, whether to delete what depends on the object.
    """

    kind: str
    object: Object
    values: dict[str, Any] = field(factory=dict)
    originals: dict[str, Any] = field(factory=dict)
    force: bool = False


class Status(Enum):
    """What became of one change."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not attempted, for example after an earlier one failed."""
    UNKNOWN = "unknown"
    """Sent, and no answer tells."""


@define(kw_only=True, eq=False)
class Outcome:
    """What became of one change.

    Attributes:
        status: What became of it.
        key: The key of the object, after a create.
        row: The row that the server answered, or None.
        stale: Wire names whose values the server changed in a way that only a read tells.
        error: Why it failed.
    """

    status: Status = Status.DONE
    key: Any = None
    row: dict[str, Any] | None = None
    stale: tuple[str, ...] = ()
    error: APIError | None = None
