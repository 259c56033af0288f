"""Errors: of the business, under status 200, and of HTTP."""

from __future__ import annotations

FAILURE = 1
"""Result code of a call that the business refuses."""


class BusinessError(Exception):
    """An answer with a result code other than 0; the argument is its message."""

    code = FAILURE


class HTTPError(Exception):
    """An answer with a status other than 200 and a text.

    Args:
        status: HTTP status.
        text: body.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
