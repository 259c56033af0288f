"""Workfront's errors: the causes of the one tree, all of them a `WorkfrontAPIError` as well."""

from __future__ import annotations

from workfront_orm.core import errors

__all__ = [
    "AccessDeniedError",
    "AuthenticationError",
    "ConflictError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotFoundError",
    "NotSupportedError",
    "OutcomeUnknown",
    "ServerError",
    "ThrottledError",
    "WorkfrontAPIError",
    "error_for",
    "own_kind",
]


class WorkfrontAPIError(errors.APIError):
    """An error that Workfront returned, in the `error` of an answer or as an HTTP status.

    Args:
        data: The `error` of the answer, decoded from JSON if possible, a string otherwise.
        code: The HTTP status.
    """


class AuthenticationError(WorkfrontAPIError, errors.AuthenticationError):
    """No, wrong or expired credentials (401)."""


class AccessDeniedError(WorkfrontAPIError, errors.AccessDeniedError):
    """The user may not do this (403)."""


class NotFoundError(WorkfrontAPIError, errors.NotFoundError):
    """The object does not exist or is not visible (404)."""


class InvalidRequestError(WorkfrontAPIError, errors.InvalidRequestError):
    """The server refuses the data (422, some 400)."""


class NotSupportedError(WorkfrontAPIError, errors.NotSupportedError):
    """The operation or resource is not offered (400, 410)."""


class ConflictError(WorkfrontAPIError, errors.ConflictError):
    """The state of the object forbids it, such as a completed project."""


class ThrottledError(WorkfrontAPIError, errors.ThrottledError):
    """Too many concurrent requests of the customer (429)."""


class ServerError(WorkfrontAPIError, errors.ServerError):
    """The server or a gateway failed (5xx)."""


class InvalidResponseError(WorkfrontAPIError, errors.InvalidResponseError):
    """The answer is not the JSON that Workfront speaks."""


class OutcomeUnknown(WorkfrontAPIError, errors.OutcomeUnknown):  # noqa: N818 - the name of the public surface
    """A create or an action was sent, and nothing tells whether the server acted."""


own_kind = errors.own_kinds(WorkfrontAPIError)

_BY_STATUS: dict[int, type[WorkfrontAPIError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: NotSupportedError,
    414: InvalidRequestError,
    422: InvalidRequestError,
    429: ThrottledError,
}

# Old versions and proxies return errors with status 200; then the Java class tells the cause.
_BY_CLASS: tuple[tuple[str, type[WorkfrontAPIError]], ...] = (
    ("AuthenticationException", AuthenticationError),
    ("UnsupportedOperationException", NotSupportedError),
    ("StatusViolationException", ConflictError),
    ("InvalidParameterException", InvalidRequestError),
    ("IllegalArgumentException", InvalidRequestError),
)

_BY_MESSAGE: tuple[tuple[str, type[WorkfrontAPIError]], ...] = (
    ("primary key value(s)", NotFoundError),
    ("sufficient access", AccessDeniedError),
    ("does not support field", InvalidRequestError),
    ("Invalid Parameter", InvalidRequestError),
)

_REMEDIES: dict[type[WorkfrontAPIError], str] = {
    AuthenticationError: "give the session an api_key, or call session.login(username, password) again",
    ThrottledError: "make fewer requests at a time: Session(..., max_concurrent=n)",
}


def error_for(status: int, data: object) -> WorkfrontAPIError:
    """The error of an answer, by its status, else by the class and message that it carries.

    Args:
        status: The HTTP status.
        data: The `error` of the answer.
    """
    kind = _BY_STATUS.get(status)
    java_class = str(data.get("class", "")) if isinstance(data, dict) else ""
    message = str(data.get("message", "")) if isinstance(data, dict) else str(data)
    if kind in (None, InvalidRequestError):
        kind = (
            next((kind for part, kind in _BY_CLASS if part in java_class), None)
            or next((kind for part, kind in _BY_MESSAGE if part in message), None)
            or kind
        )
    if kind is None and status >= 500:  # noqa: PLR2004 - the statuses of servers and gateways
        kind = ServerError
    if kind is None and 400 <= status < 500:  # noqa: PLR2004 - the statuses of wrong requests
        kind = InvalidRequestError
    kind = kind or WorkfrontAPIError
    return kind(data, status, remedy=_REMEDIES.get(kind, ""))
