"""The options that sessions of all systems take, named once.

The constructor of a session says `**options: Unpack[SessionOptions]` and hands them to `BaseSession`, which tells what each
of them means and refuses what is none. Type checkers and editors know them by their names; for `help` and prompts,
`spelled_out` makes the signature as if each constructor wrote them down.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from .retrying import Retrying

__all__ = ["CommonOptions", "SessionOptions", "spelled_out"]


class CommonOptions(TypedDict, total=False):
    """What every session takes, also one that limits its requests in a way of its own; see `BaseSession`."""

    values: str
    lazy: str
    page_size: int | None
    retrying: Retrying | None
    timeout: float | tuple[float, float]
    largest_answer: int
    verify: bool | str
    cert: str | tuple[str, str] | None
    proxies: dict[str, str] | None


class SessionOptions(CommonOptions, total=False):
    """What most sessions take; see `BaseSession`."""

    max_concurrent: int | None
    machine_wide: bool | str
    ssl_context: ssl.SSLContext | None


def spelled_out(constructor: Callable[..., Any], base: Callable[..., Any]) -> inspect.Signature:
    """The signature of a session's constructor, with each option in place of `**options`.

    Args:
        constructor: The constructor.
        base: That of `BaseSession`, which has their types and defaults.
    """
    signature = inspect.signature(constructor)
    *own, last = signature.parameters.values()
    for kind in (CommonOptions, SessionOptions):
        if last.annotation == f"Unpack[{kind.__name__}]":
            known = inspect.signature(base).parameters
            own += [known[name] for name in known if name in kind.__optional_keys__]
            return signature.replace(parameters=own)
    return signature
