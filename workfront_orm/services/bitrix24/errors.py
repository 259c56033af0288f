"""Bitrix24's errors: the causes of the one tree, all of them a `Bitrix24APIError` as well.

The `error` of an answer may be empty, a number, or in lower or upper case; the status decides
first, then the word, and the text only where old methods say nothing else. Source: `API.md`
section 2 of the facts.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core import errors

__all__ = [
    "AccessDeniedError",
    "AuthenticationError",
    "Bitrix24APIError",
    "ConflictError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotFoundError",
    "NotSupportedError",
    "OperatingLimitError",
    "ServerError",
    "ThrottledError",
    "TokenExpiredError",
    "error_for",
    "own_kind",
]


class Bitrix24APIError(errors.APIError):
    """An error that Bitrix24 returned.

    Args:
        data: The body of the answer: `error` and `error_description`.
        code: The HTTP status; None for a command of a batch, which has none.
    """

    @property
    def error(self) -> str:
        """The portal's own word for the error, in its own case; empty where it has none."""
        word = self.data.get("error", "") if isinstance(self.data, dict) else ""
        return str(word.get("code", "")) if isinstance(word, dict) else str(word)


class AuthenticationError(Bitrix24APIError, errors.AuthenticationError):
    """No or wrong credentials (401)."""


class TokenExpiredError(AuthenticationError):
    """The access token of an application is over (401 `expired_token`)."""


class AccessDeniedError(Bitrix24APIError, errors.AccessDeniedError):
    """The user, web hook or application may not do this (403)."""


class NotFoundError(Bitrix24APIError, errors.NotFoundError):
    """The object does not exist or is not visible (400 `NOT_FOUND`, or 400 with an empty word)."""


class InvalidRequestError(Bitrix24APIError, errors.InvalidRequestError):
    """The portal refuses the data (400)."""


class NotSupportedError(Bitrix24APIError, errors.NotSupportedError):
    """The portal has no such method, or it does not take this kind of object."""


class ConflictError(Bitrix24APIError, errors.ConflictError):
    """What is to be created exists already."""


class ThrottledError(Bitrix24APIError, errors.ThrottledError):
    """Too many requests (503 `QUERY_LIMIT_EXCEEDED`); the portal did not act."""


class OperatingLimitError(ThrottledError):
    """A method used up its run time of ten minutes (429 `OPERATION_TIME_LIMIT`); the portal did not act."""


class ServerError(Bitrix24APIError, errors.ServerError):
    """The portal or a gateway failed (5xx)."""


class InvalidResponseError(Bitrix24APIError, errors.InvalidResponseError):
    """The answer is not the JSON that Bitrix24 speaks."""


own_kind = errors.own_kinds(Bitrix24APIError)

_BY_WORD: dict[str, type[Bitrix24APIError]] = {
    "expired_token": TokenExpiredError,
    "invalid_token": AuthenticationError,
    "no_auth_found": AuthenticationError,
    "invalid_credentials": AccessDeniedError,
    "insufficient_scope": AccessDeniedError,
    "access_denied": AccessDeniedError,
    "user_access_error": AccessDeniedError,
    "allowed_only_intranet_user": AccessDeniedError,
    "wrong_auth_type": AccessDeniedError,
    "not_found": NotFoundError,
    "owner_not_found": NotFoundError,
    "error_method_not_found": NotSupportedError,
    "error_batch_method_not_allowed": NotSupportedError,
    "entity_type_not_supported": NotSupportedError,
    "operation_time_limit": OperatingLimitError,
    "query_limit_exceeded": ThrottledError,
    "overload_limit": ThrottledError,
    "internal_server_error": ServerError,
    "error_unexpected_answer": ServerError,
    "portal_deleted": NotSupportedError,
}

_BY_STATUS: dict[int, type[Bitrix24APIError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotSupportedError,
    410: NotSupportedError,
    429: ThrottledError,
}

# Old methods answer an empty word, some a general one; then the text is all there is.
_BY_TEXT: tuple[tuple[str, type[Bitrix24APIError]], ...] = (
    ("not found", NotFoundError),
    ("access denied", AccessDeniedError),
    ("exists", ConflictError),
)

_REMEDIES: dict[type[Bitrix24APIError], str] = {
    AuthenticationError: "check the web hook's address, https://portal/rest/user/secret/, or the application's tokens",
    ThrottledError: "other programs use the portal's limit too; Session(requests_per_second=...) goes slower",
    OperatingLimitError: "the method runs again when its ten minutes are over; narrower filters and fewer fields cost less",
}


def error_for(status: int | None, body: Any) -> Bitrix24APIError:
    """The error of an answer, or of one command of a batch.

    Args:
        status: The HTTP status; None for a command of a batch.
        body: The decoded body, or its text.
    """
    word, text = _told(body)
    kind = _BY_WORD.get(word)
    if kind is None and word in {"", "error_core", "error"}:
        kind = next((kind for part, kind in _BY_TEXT if part in text), None)
    if kind is None and status is not None:
        kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else None)  # noqa: PLR2004 - servers and gateways
    kind = kind or InvalidRequestError
    return kind(body, status, remedy=_REMEDIES.get(kind, ""))


def _told(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict):
        return "", ""
    word = body.get("error", "")
    if isinstance(word, dict):
        # REST 3.0 answers a map.
        return str(word.get("code", "")).lower(), str(word.get("message", "")).lower()
    return str(word).lower(), str(body.get("error_description", "")).lower()
