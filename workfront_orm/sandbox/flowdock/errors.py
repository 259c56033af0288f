"""Errors as Flowdock answers them: `{"message": ..., "errors": {field: [reason, ...]}}`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

MESSAGES = {
    HTTPStatus.BAD_REQUEST: "Bad request",
    HTTPStatus.UNAUTHORIZED: "Unauthorized",
    HTTPStatus.FORBIDDEN: "Access denied",
    HTTPStatus.NOT_FOUND: "not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
    HTTPStatus.GONE: "Source is gone",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal server error",
}

BLANK = "can't be blank"
INVALID = "is invalid"


class FlowdockError(Exception):
    """An answer that is an error.

    Args:
        status: HTTP status.
        message: text of the envelope; None for the usual one of the status.
        errors: for a validation error, the reasons by field.
    """

    def __init__(
        self, status: HTTPStatus, message: str | None = None, errors: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message or MESSAGES[status]
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"message": self.message} if self.errors is None else {"message": self.message, "errors": self.errors}


def invalid(**fields: str) -> FlowdockError:
    """Return a validation error with one reason a field; `__` in a name stands for a dot."""
    reasons = {name.replace("__", "."): [reason] for name, reason in fields.items()}
    return FlowdockError(HTTPStatus.BAD_REQUEST, "Validation error", reasons)


def missing() -> FlowdockError:
    """Return the error for what is not there, or not to be seen."""
    return FlowdockError(HTTPStatus.NOT_FOUND)


def denied(message: str | None = None) -> FlowdockError:
    """Return the error for what may be seen but not done."""
    return FlowdockError(HTTPStatus.FORBIDDEN, message)
