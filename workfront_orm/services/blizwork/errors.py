"""BlizWork's errors: by HTTP status, and by the result code of answers that come with status 200.

Source: `API.md` section 3 of the facts.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core import errors

__all__ = [
    "AccessDeniedError",
    "AmbiguousKeyError",
    "AuthenticationError",
    "BlizWorkAPIError",
    "InvalidCallError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotFoundError",
    "NotSupportedError",
    "OutcomeUnknown",
    "ServerError",
    "ThrottledError",
    "error_for",
    "own_kind",
]

REFUSED = 1
"""The result code of what the business refuses; others but 0 are errors while processing."""


class BlizWorkAPIError(errors.APIError):
    """An error that BlizWork returned.

    Args:
        data: The answer: `resultCode` and `resultMessage`, or its text where it is no JSON.
        code: The HTTP status; 200 for what the business refuses.
    """

    @property
    def result_code(self) -> int | None:
        """BlizWork's own code: 1 for what the business refuses; None where the answer has none."""
        return self.data.get("resultCode", self.data.get("status")) if isinstance(self.data, dict) else None

    @property
    def message(self) -> str:
        """BlizWork's own sentence."""
        if isinstance(self.data, dict):
            return str(self.data.get("resultMessage", self.data.get("message", "")))
        return str(self.data)


class AuthenticationError(BlizWorkAPIError, errors.AuthenticationError):
    """A wrong or expired token (401)."""


class AccessDeniedError(BlizWorkAPIError, errors.AccessDeniedError):
    """The user may not do this with the token (403)."""


class NotFoundError(BlizWorkAPIError, errors.NotFoundError):
    """There is no such case, record or operation (404, or result code 1 where a case is read)."""


class InvalidRequestError(BlizWorkAPIError, errors.InvalidRequestError):
    """What the business refuses (result code 1): an unknown process, a closed case, a value that does not fit."""


class AmbiguousKeyError(BlizWorkAPIError, errors.ConflictError):
    """Two records of a table have the same values in what was named as its key."""


class InvalidCallError(BlizWorkAPIError, errors.AuthenticationError):
    """A call of a web hook that BlizWork does not know, or that lacks what such calls have."""


class NotSupportedError(BlizWorkAPIError, errors.NotSupportedError):
    """BlizWork has no such operation or filter."""


class ThrottledError(BlizWorkAPIError, errors.ThrottledError):
    """Too many requests (429); the server did not act."""


class ServerError(BlizWorkAPIError, errors.ServerError):
    """The server or a gateway failed (5xx, or a result code other than 0 and 1)."""


class InvalidResponseError(BlizWorkAPIError, errors.InvalidResponseError):
    """The answer is not the JSON that BlizWork speaks."""


class OutcomeUnknown(BlizWorkAPIError, errors.OutcomeUnknown):  # noqa: N818 - the name that core gives it
    """A write was sent and no answer tells whether BlizWork acted."""


own_kind = errors.own_kinds(BlizWorkAPIError)

_BY_STATUS: dict[int, type[BlizWorkAPIError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: NotFoundError,
    429: ThrottledError,
}

_REMEDIES: dict[type[BlizWorkAPIError], str] = {
    AuthenticationError: "tokens are good for a year at most: get a new one from BlizWork",
    AccessDeniedError: "the user of the session needs the right to use the token and to do this",
}


def error_for(status: int, body: Any, *, reads_case: bool = False) -> BlizWorkAPIError:
    """The error of an answer.

    Args:
        status: The HTTP status.
        body: The answer, decoded where it is JSON.
        reads_case: Whether the request read a case, so that a refusal means: there is none.
    """
    if status == 200:  # noqa: PLR2004 - the business refuses
        if body.get("resultCode", body.get("status")) != REFUSED:
            return ServerError(body, status)
        return (NotFoundError if reads_case else InvalidRequestError)(body, status)
    kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else InvalidRequestError)  # noqa: PLR2004 - servers
    return kind(body, status, remedy=_REMEDIES.get(kind, ""))
