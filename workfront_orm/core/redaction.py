"""The one place that knows what a secret looks like and masks it."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable
    from typing import Any

__all__ = ["MASK", "hide", "is_secret", "masked", "masked_pairs", "masked_url"]

MASK = "***"
"""What stands in the place of a secret."""

SHORTEST = 4
"""The length of the shortest secret that can be hidden without a name beside it."""

_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|api_?key|session_?id|access_?token|refresh_?token|auth_?token|^token$|^auth$"
    r"|authorization|cookie|x-xsrf-token|x-user-token|jwt_?token|certificate|private_?key|flow_?token|^code_verifier$",
    re.IGNORECASE,
)
_URL_PAIR = re.compile(r"([?&;])([^=&;#\s]+)=([^&;#\s]*)")
_URL_USER = re.compile(r"(://)[^/@\s]+@")


# Secrets without a name beside them that would tell, such as one in the path of an address.
_known: set[str] = set()


def hide(secret: str) -> None:
    """Mask a secret wherever it stands in what is shown or logged, also in what the HTTP library logs.

    Args:
        secret: What no name beside it tells to be one, such as a part of an address's path.
    """
    if len(secret) < SHORTEST:
        raise ValueError(f"a secret of less than {SHORTEST} characters cannot be told from other text")
    if not _known:
        import logging  # for systems with such secrets only

        logging.getLogger("urllib3.connectionpool").addFilter(_mask_record)
    _known.add(secret)


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
    if isinstance(value, list):
        return [masked("", inner) for inner in value]
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
    """A URL to show: secrets in its query and before its host masked."""
    url = _URL_USER.sub(rf"\1{MASK}@", _without_known(url))
    return _URL_PAIR.sub(lambda pair: f"{pair[1]}{pair[2]}={MASK if is_secret(pair[2]) else pair[3]}", url)


def _without_known(text: str) -> str:
    for secret in _known:
        text = text.replace(secret, MASK)
    return text


def _mask_record(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(_without_known(str(part)) if isinstance(part, str) else part for part in record.args)
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
    return masked_url(text) if "=" in text else text
