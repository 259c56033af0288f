"""Errors as CloudBees CD answers them: `{"error": {"where": "", "message": ..., "details": "", "code": ...}}`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class RestError(Exception):
    """An answer that is an error.

    Args:
        status: HTTP status.
        code: name of the error.
        message: what happened.
        details: what more there is to say.
    """

    def __init__(self, status: HTTPStatus, code: str, message: str, details: str = "") -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"error": {"where": "", "message": self.message, "details": self.details, "code": self.code}}


def capital(name: str) -> str:
    """Return a name with a capital, as in the codes of errors."""
    return name[:1].upper() + name[1:]


def missing(kind: str, name: str) -> RestError:
    """Return the error for an object that is not there."""
    return RestError(HTTPStatus.NOT_FOUND, f"NoSuch{capital(kind)}", f"{capital(kind)} '{name}' does not exist")


def no_property(name: str) -> RestError:
    """Return the error for a property that is not there."""
    return RestError(HTTPStatus.NOT_FOUND, "NoSuchProperty", f"Property '{name}' does not exist")


def invalid(field: str, message: str) -> RestError:
    """Return the error for a value that is refused."""
    return RestError(HTTPStatus.BAD_REQUEST, f"Invalid{capital(field)}", message)


def required(field: str) -> RestError:
    """Return the error for an argument that is not given."""
    return RestError(HTTPStatus.BAD_REQUEST, "MissingParameter", f"'{field}' is required")


def duplicate(kind: str, name: str) -> RestError:
    """Return the error for a name that is taken."""
    return RestError(HTTPStatus.CONFLICT, f"Duplicate{capital(kind)}Name", f"{capital(kind)} '{name}' already exists")


def unknown(what: str) -> RestError:
    """Return the error for a path or command that is not served."""
    return RestError(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", f"'{what}' is not implemented")
