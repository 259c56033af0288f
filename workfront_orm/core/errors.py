"""The one error tree.

What a server or the way to it did wrong is an `APIError`; its subclasses tell
the causes apart. What the caller did wrong before anything was sent is one of
Python's own errors or a subclass of it (`UnknownNameError`, `FieldNotLoaded`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Protocol

    class OwnKind(Protocol):
        """Finds a system's own kind of an error."""

        def __call__(self, kind: type[APIError]) -> type[APIError]: ...


__all__ = [
    "APIError",
    "AccessDeniedError",
    "AnswerTooLargeError",
    "AuthenticationError",
    "ConflictError",
    "ConnectionFailedError",
    "DeletedObjectError",
    "DetachedObjectError",
    "FieldNotLoaded",
    "IncompleteRead",
    "InvalidRequestError",
    "InvalidResponseError",
    "LazyLoadError",
    "NotFoundError",
    "NotSupportedError",
    "OutcomeUnknown",
    "RequestTimeoutError",
    "ServerError",
    "ThrottledError",
    "TransportError",
    "UnknownNameError",
    "near_matches",
    "own_kinds",
]


class APIError(Exception):
    """What the server answered when it refused or failed.

    Args:
        data: The error as the server sent it, decoded if possible, a string otherwise. Credentials that were
            sent to the server, which some repeat, are masked in it.
        code: The HTTP status, or None when no answer came.
        operation: What was being done, for example `save Task 5b...`.
        remedy: What the caller can do about it.
    """

    data: Any
    code: int | None

    def __init__(self, data: Any, code: int | None = None, *, operation: str = "", remedy: str = "") -> None:
        from .redaction import without_hidden  # where nothing fails, nothing is masked

        data = without_hidden(data)
        super().__init__(data, code)
        self.data = data
        self.code = code
        self.operation = operation
        self.remedy = remedy

    @property
    def message(self) -> str:
        """The server's own sentence, where the error holds one."""
        if isinstance(self.data, dict):
            for name in ("message", "error_description", "details"):
                if isinstance(self.data.get(name), str):
                    return str(self.data[name])
        return str(self.data)

    def __str__(self) -> str:
        """Status and error, then the operation and the remedy where they are known."""
        text = self.message if self.code is None else f"{self.code}: {self.data!r}"
        if self.operation:
            text = f"{self.operation}: {text}"
        return f"{text} ({self.remedy})" if self.remedy else text

    def __repr__(self) -> str:
        """Error and status."""
        return f"{type(self).__name__}({self.data!r}, {self.code!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep what keyword arguments set."""
        return _rebuild, (type(self), self.args, {k: v for k, v in self.__dict__.items() if not k.startswith("_")})


class AuthenticationError(APIError):
    """No, wrong or expired credentials."""


class AccessDeniedError(APIError):
    """The user may not do this."""


class NotFoundError(APIError):
    """The object, or what the request names, does not exist or is not visible."""


class InvalidRequestError(APIError):
    """The server refuses the data: an unknown field, a wrong value, a missing one."""


class NotSupportedError(APIError):
    """The system does not offer this operation on this object."""


class ConflictError(APIError):
    """The server refuses because of the state that the object is in."""


class ThrottledError(APIError):
    """Too many requests; the server did not act.

    Attributes:
        retry_after: Seconds that the server asks to wait, or None.
    """

    retry_after: float | None = None


class ServerError(APIError):
    """The server failed."""


class InvalidResponseError(APIError):
    """The answer is not what the system speaks, for example a page of a proxy instead of JSON."""


class AnswerTooLargeError(InvalidResponseError):
    """The answer is larger than the session allows; it was not read to its end."""


class TransportError(APIError):
    """No answer came; `data` says why."""


class ConnectionFailedError(TransportError):
    """The connection could not be made or broke.

    Attributes:
        sent: Whether the server may have got the request; False when no connection was made.
        no_such_host: Whether nothing has that name in the network, which mostly is a mistyped one.
    """

    sent = True
    no_such_host = False


class RequestTimeoutError(TransportError):
    """No answer within the time that the session allows."""


class OutcomeUnknown(APIError):  # noqa: N818 - the name that the public surface gives it
    """A write was sent and no answer tells whether the server acted.

    Attributes:
        request: What was sent, without credentials.
        under_way: Whether the server may still be at it, since only the time to wait was over.
        broken: Whether the connection broke; then the server may be at it a while longer.
    """

    def __init__(
        self,
        data: Any,
        code: int | None = None,
        *,
        request: str = "",
        under_way: bool = False,
        broken: bool = False,
        **details: Any,
    ) -> None:
        super().__init__(data, code, **details)
        self.request = request
        self.under_way = under_way
        self.broken = broken


class IncompleteRead(APIError):  # noqa: N818 - the name that the public surface gives it
    """A read that did not reach its end; nothing that was read is lost.

    Attributes:
        objects: What was read, in order.
        token: Where to go on: `query.resume(token)`; None when the read can only be repeated.
    """

    def __init__(
        self, data: Any, code: int | None = None, *, objects: Sequence[Any] = (), token: Any = None, **details: Any
    ) -> None:
        super().__init__(data, code, **details)
        self.objects = objects
        self.token = token


class UnknownNameError(AttributeError, ValueError):
    """A name that the metadata does not know; the message gives near matches.

    An AttributeError, so that `hasattr` and completion work, and a ValueError, since most
    such names are arguments.
    """


class FieldNotLoaded(Exception):  # noqa: N818 - the predecessor's name
    """A field was read that the object does not hold.

    No AttributeError on purpose: `getattr(task, "name", None)` must not hide it.
    """


class DetachedObjectError(RuntimeError):
    """The object belongs to no session, and what was asked needs one."""


class DeletedObjectError(RuntimeError):
    """The object was deleted, so it cannot be saved or loaded."""


class LazyLoadError(RuntimeError):
    """A lazy load in a session or query that forbids them (`lazy="raise"`)."""


def near_matches(name: Any, known: Iterable[str], what: str = "", limit: int = 3) -> str:
    """The end of a message about an unknown name.

    Args:
        name: The unknown name.
        known: The names there are.
        what: What the names are, used when none is near.
        limit: How many to give.

    Returns:
        `; did you mean 'status'?`, or a hint where the names are listed, or nothing.
    """
    import difflib  # 8 ms, and only for a message

    names = list(known)
    folded = {candidate.lower(): candidate for candidate in names}
    near = difflib.get_close_matches(str(name).lower(), folded, n=limit, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(repr(folded[match]) for match in near)}?"
    return f"; {what}" if what else ""


def own_kinds(root: type[APIError]) -> OwnKind:
    """What finds a system's own kind of an error that the mapper raises, for callers who catch that.

    Args:
        root: What all errors of the system are. Its own kind of a `NotFoundError` is the `NotFoundError` below it; where
            there is none, the mapper's is raised.
    """

    def own_kind(kind: type[APIError]) -> type[APIError]:
        own = (one for one in root.__subclasses__() if one.__name__ == kind.__name__ and issubclass(one, kind))
        return next(own, kind)

    return own_kind


def _rebuild(kind: type[APIError], args: tuple[Any, ...], details: dict[str, Any]) -> APIError:
    error = kind(*args)
    error.__dict__.update(details)
    return error
