"""The one place that knows what a secret looks like and masks it.

A secret is told by the name beside it (`masked`), or is known itself (`hide`): what a session sends as a
credential is masked wherever its value turns up, also in what a server repeats in an error and in what the
HTTP library logs. Calls that are handed credentials are `confidential`: an error that leaves them shows where it
arose, but no values of local variables, which error reporters and notebooks print.
"""

from __future__ import annotations

import functools
import json
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

__all__ = [
    "MASK",
    "confidential",
    "hide",
    "hide_credentials",
    "is_secret",
    "masked",
    "masked_pairs",
    "masked_url",
    "without_hidden",
]

MASK = "***"
"""What stands in the place of a secret."""

SHORTEST = 4
"""The length of the shortest secret that can be hidden without a name beside it."""

SHORTEST_CREDENTIAL = 8
"""The length of the shortest credential that is hidden by its value as well as by its name."""

_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|(api|private)[_-]?key|session[_-]?id|^token$|^auth$|authorization|cookie|certificate"
    r"|(access|refresh|auth|application|handshake|jwt|flow|bearer|private|user|xsrf|csrf)[_-]?token|^code_verifier$"
    r"|web_?hook_?url",
    re.IGNORECASE,
)
_URL_PAIR = re.compile(r"([?&;#])([^=&;#\s]+)=([^&;#\s]*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_URL_USER = re.compile(r"(://)[^/@\s]+@")


# Secrets by their value, the longest first: one may be a part of another. Replaced, never changed, since other
# threads go through it.
_known: tuple[str, ...] = ()

# What logs addresses: a filter of one logger does not hold for those below it.
_LOGGERS = ("", ".connection", ".connectionpool", ".poolmanager", ".response", ".util.retry", ".util.ssl_")


def hide(secret: str) -> None:
    """Mask a secret wherever it stands in what is shown, raised or logged, also in what the HTTP library logs.

    Args:
        secret: What no name beside it tells to be one, such as a part of an address's path.

    Raises:
        ValueError: It is too short; the message does not repeat it.
    """
    if len(secret) < SHORTEST:
        raise ValueError(f"a secret of less than {SHORTEST} characters cannot be told from other text")
    _hide(secret)


def hide_credentials(*values: Any) -> None:
    """Mask credentials that travel under a telling name where they turn up without it as well.

    Args:
        values: The credentials; what is no text, and those of less than eight characters, which could be
            words of any text, are left to their names.
    """
    for value in values:
        if isinstance(value, str) and len(value) >= SHORTEST_CREDENTIAL:
            _hide(value)


def _hide(secret: str) -> None:
    global _known  # noqa: PLW0603 - secrets are those of the process, whichever session they belong to
    if secret in _known:
        return
    import logging
    from urllib.parse import quote, quote_plus

    if not _known:
        for name in _LOGGERS:
            logging.getLogger(f"urllib3{name}").addFilter(_mask_record)
    # As headers, addresses, forms and JSON write it.
    forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    _known = tuple(sorted({*_known, *forms}, key=len, reverse=True))


def confidential(function: Callable[P, T]) -> Callable[P, T]:
    """Let no error carry local variables out of a call that is handed credentials or adds them.

    The traceback keeps its places. Variables of the caller's own functions are theirs, and stay.

    Args:
        function: The call, such as a login or the constructor of a session.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        handled = sys.exception()
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            _forget_locals(error, handled)
            raise

    return call


def _forget_locals(error: BaseException, handled: BaseException | None) -> None:
    """Clear the variables of the calls that an error, and what it came from, went through.

    Args:
        error: The error.
        handled: What was being handled before; that, and what it came from, is not ours.
    """
    import traceback

    found: set[int] = {id(handled)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in found:
            found.add(id(one))
            traceback.clear_frames(one.__traceback__)
            waiting += [one.__cause__, one.__context__]


def is_secret(name: str) -> bool:
    """Whether a parameter, header or field of that name holds a secret."""
    return _SECRET.search(name) is not None


def masked(name: str, value: Any) -> Any:
    """The value to show for a name: the mask for a secret, the value for everything else.

    Values inside dicts, lists, JSON text and addresses are looked through.
    """
    if isinstance(name, str) and is_secret(name) and value not in (None, ""):
        return MASK
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, dict):
        return {key: masked(key, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked("", inner) for inner in value]
    return value


def without_hidden(value: Any) -> Any:
    """A value without the secrets that are known themselves; names in it tell nothing, and all else stays.

    Args:
        value: Text, or what JSON decodes to.
    """
    if not _known:
        return value
    if isinstance(value, str):
        return _without_known(value)
    if isinstance(value, dict):
        return {without_hidden(key): without_hidden(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(without_hidden, value))
    return value


def masked_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Parameters as a dict to show, secrets masked; repeated names become lists."""
    shown: dict[str, Any] = {}
    for name, value in pairs:
        value = masked(name, value)  # noqa: PLW2901 - the masked one is the only one that goes on
        if name in shown:
            shown[name] = [*(shown[name] if isinstance(shown[name], list) else [shown[name]]), value]
        else:
            shown[name] = value
    return shown


def masked_url(url: str) -> str:
    """A URL to show: secrets in its query and before its host masked, on one line whatever it holds."""
    return _masked_address(_CONTROL.sub(lambda found: ascii(found[0])[1:-1], url))


def _masked_address(url: str) -> str:
    url = _URL_USER.sub(rf"\1{MASK}@", _without_known(url))
    return _URL_PAIR.sub(lambda pair: f"{pair[1]}{pair[2]}={MASK if is_secret(pair[2]) else pair[3]}", url)


def _without_known(text: str) -> str:
    for secret in _known:
        text = text.replace(secret, MASK)
    return text


def _mask_record(record: logging.LogRecord) -> bool:
    import logging

    text = record.getMessage()
    shown = _without_known(text)
    if shown != text:
        record.msg, record.args = shown, ()
    if record.exc_info and _without_known(told := logging.Formatter().formatException(record.exc_info)) != told:
        record.exc_info = None
        record.exc_text = _without_known(told)
    return True


def _masked_text(text: str) -> str:
    text = _without_known(text)
    if text[:1] in {"{", "["}:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        shown = masked("", value)
        return text if shown == value else json.dumps(shown)
    return _masked_address(text) if "=" in text else text
