"""Flowdock's errors: the causes of the one tree, all of them a `FlowdockAPIError` as well.

The status tells the cause; the body is `{"message": ..., "errors": {field: [reasons]}}`, with `errors`
for data that was refused only. Source: `API.md` sections 2 and 5 of the facts.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core import errors

__all__ = [
    "AccessDeniedError",
    "AuthenticationError",
    "FlowdockAPIError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotFoundError",
    "NotSupportedError",
    "ServerError",
    "SourceGoneError",
    "ThrottledError",
    "error_for",
    "own_kind",
]


class FlowdockAPIError(errors.APIError):
    """An error that Flowdock returned.

    Args:
        data: The body of the answer.
        code: The HTTP status.
    """

    @property
    def fields(self) -> dict[str, list[str]]:
        """What is wrong with each field of data that was refused: `{"content": ["can't be blank"]}`."""
        found = self.data.get("errors") if isinstance(self.data, dict) else None
        return found if isinstance(found, dict) else {}


class AuthenticationError(FlowdockAPIError, errors.AuthenticationError):
    """No or wrong credentials (401)."""


class AccessDeniedError(FlowdockAPIError, errors.AccessDeniedError):
    """The user may not do this (403): the message is another's, or the flow is disabled or not joined."""


class SourceGoneError(FlowdockAPIError, errors.AuthenticationError):
    """The source whose flow token was sent was removed (410); its token will never be good again."""


class NotFoundError(FlowdockAPIError, errors.NotFoundError):
    """The object does not exist or is not visible (404)."""


class InvalidRequestError(FlowdockAPIError, errors.InvalidRequestError):
    """Flowdock refuses the data (400)."""


class NotSupportedError(FlowdockAPIError, errors.NotSupportedError):
    """Flowdock does not offer this."""


class ThrottledError(FlowdockAPIError, errors.ThrottledError):
    """Too many requests (429); the server did not act."""


class ServerError(FlowdockAPIError, errors.ServerError):
    """Flowdock or a gateway failed (5xx)."""


class InvalidResponseError(FlowdockAPIError, errors.InvalidResponseError):
    """The answer is not the JSON that Flowdock speaks."""


own_kind = errors.own_kinds(FlowdockAPIError)

_BY_STATUS: dict[int, type[FlowdockAPIError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotFoundError,
    405: NotSupportedError,
    410: SourceGoneError,
    429: ThrottledError,
}

_REMEDIES: dict[type[FlowdockAPIError], str] = {
    AuthenticationError: "check the token that the session was given",
    SourceGoneError: "make a new source, session.api.Source(session, flow_id=..., name=...), and use its token",
}


def error_for(status: int, body: Any) -> FlowdockAPIError:
    """The error of an answer.

    Args:
        status: The HTTP status.
        body: The decoded body, or its text.
    """
    kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else InvalidRequestError)  # noqa: PLR2004 - servers
    return kind(body, status, remedy=_REMEDIES.get(kind, ""))
