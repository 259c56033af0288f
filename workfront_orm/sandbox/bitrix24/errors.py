"""The errors that Bitrix24 answers with, as one exception and the texts that clients meet."""

from __future__ import annotations

from http import HTTPStatus


class RestError(Exception):
    """A call that the server refuses.

    Args:
        status: HTTP status of the answer.
        code: value of `error`; the old CRM methods leave it empty.
        description: value of `error_description`.
    """

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(f"{status} {code}: {description}")
        self.status = status
        self.code = code
        self.description = description


def bad(code: str, description: str) -> RestError:
    """Return a refusal with status 400, the default of everything that a method finds wrong."""
    return RestError(HTTPStatus.BAD_REQUEST, code, description)


def legacy(description: str) -> RestError:
    """Return a refusal of an old CRM method: its code is the empty text."""
    return bad("", description)


def not_found() -> RestError:
    """Return the old CRM methods' answer for an id that does not exist."""
    return legacy("Not found")


def invalid_id() -> RestError:
    """Return the old CRM methods' answer for a missing or malformed id."""
    return legacy("ID is not defined or invalid.")


def missing_argument(name: str) -> RestError:
    """Return the answer of newer methods for a required parameter that is absent."""
    return bad("100", f"Could not find value for parameter {{{name}}}")


def wrong_argument(name: str, expected: str) -> RestError:
    """Return the answer of newer methods for a parameter of the wrong type."""
    return bad("100", f"Invalid value {{{name}}} to match with parameter, {expected} is expected")


def access_denied() -> RestError:
    """Return the answer for a caller without the rights."""
    return RestError(HTTPStatus.FORBIDDEN, "ACCESS_DENIED", "Access denied.")
