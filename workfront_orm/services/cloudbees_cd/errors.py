"""CloudBees CD's errors: the causes of the one tree, all of them a `CloudBeesCDAPIError` as well.

The `code` of an error says what happened, in families: `NoSuchProject`, `DuplicateProjectName`,
`InvalidProjectName`. It decides first, then the status. Source: `API.md` section 3 of the facts.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core import errors

__all__ = [
    "AccessDeniedError",
    "AuthenticationError",
    "CloudBeesCDAPIError",
    "ConflictError",
    "ExpiredSessionError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NoSuchPropertyError",
    "NotFoundError",
    "NotSupportedError",
    "RunFailedError",
    "ServerError",
    "ThrottledError",
    "UnresolvedReferenceError",
    "WaitTimeoutError",
    "error_for",
    "own_kind",
]


class CloudBeesCDAPIError(errors.APIError):
    """An error that CloudBees CD returned.

    Args:
        data: What stood in the answer's `error`: `code`, `message`, `details`, `where`.
        code: The HTTP status.
    """

    @property
    def error(self) -> str:
        """The server's own word for the error, such as `NoSuchProject`; empty where it has none."""
        return str(self.data.get("code", "")) if isinstance(self.data, dict) else ""


class AuthenticationError(CloudBeesCDAPIError, errors.AuthenticationError):
    """No or wrong credentials (401 `NoCredentials`, `InvalidCredentials`)."""


class ExpiredSessionError(AuthenticationError):
    """The session is over or not known (401 `ExpiredSession`)."""


class AccessDeniedError(CloudBeesCDAPIError, errors.AccessDeniedError):
    """The user may not do this (403 `AccessDenied`)."""


class NotFoundError(CloudBeesCDAPIError, errors.NotFoundError):
    """The object does not exist (404 `NoSuch...`)."""


class NoSuchPropertyError(NotFoundError, KeyError):
    """There is no such property (404 `NoSuchProperty`); a KeyError, since properties are a mapping."""


class UnresolvedReferenceError(NotFoundError):
    """The property is there, and its text refers to one that is not; `properties.raw` has the text itself."""


class ConflictError(CloudBeesCDAPIError, errors.ConflictError):
    """The name is taken (409 `Duplicate...Name`), or the state of the object forbids it."""


class InvalidRequestError(CloudBeesCDAPIError, errors.InvalidRequestError):
    """A value that the server refuses, or one that is missing (400 `Invalid...`, `Missing...`)."""


class NotSupportedError(CloudBeesCDAPIError, errors.NotSupportedError):
    """The server has no such call (501 `NotImplemented`), or the mapper cannot express it."""


class ThrottledError(CloudBeesCDAPIError, errors.ThrottledError):
    """Too many requests (429); the server did not act."""


class ServerError(CloudBeesCDAPIError, errors.ServerError):
    """The server or a gateway failed (5xx)."""


class InvalidResponseError(CloudBeesCDAPIError, errors.InvalidResponseError):
    """The answer is not the JSON that CloudBees CD speaks."""


class RunFailedError(CloudBeesCDAPIError):
    """A job or pipeline that was waited for ended with an error; `data` is what the server tells of it."""


class WaitTimeoutError(CloudBeesCDAPIError, TimeoutError):
    """A job or pipeline did not end within the time allowed; it goes on."""


own_kind = errors.own_kinds(CloudBeesCDAPIError)

_BY_CODE: dict[str, type[CloudBeesCDAPIError]] = {
    "AccessDenied": AccessDeniedError,
    "ExpiredSession": ExpiredSessionError,
    "InvalidCredentials": AuthenticationError,
    "NoCredentials": AuthenticationError,
    "NoSuchProperty": NoSuchPropertyError,
    "NotImplemented": NotSupportedError,
    "ServerBusy": ServerError,
    "TooManyRequests": ThrottledError,
}

_BY_PREFIX: tuple[tuple[str, type[CloudBeesCDAPIError]], ...] = (
    ("NoSuch", NotFoundError),
    ("Duplicate", ConflictError),
    ("Invalid", InvalidRequestError),
    ("Missing", InvalidRequestError),
)

_BY_STATUS: dict[int, type[CloudBeesCDAPIError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: ThrottledError,
    501: NotSupportedError,
}

_REMEDIES: dict[type[CloudBeesCDAPIError], str] = {
    AuthenticationError: "give Session a username and password, a token, or a session_id",
    ExpiredSessionError: "give Session a username and password, or a token: it begins a new session by itself then",
}


def error_for(status: int, body: Any) -> CloudBeesCDAPIError:
    """The error of an answer.

    Args:
        status: The HTTP status.
        body: The `error` of the answer, or its text where it is no JSON.
    """
    word = str(body.get("code", "")) if isinstance(body, dict) else ""
    kind = _BY_CODE.get(word) or next((kind for prefix, kind in _BY_PREFIX if word.startswith(prefix)), None)
    if kind is None:
        kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else InvalidRequestError)  # noqa: PLR2004 - servers
    return kind(body, status, remedy=_REMEDIES.get(kind, ""))
