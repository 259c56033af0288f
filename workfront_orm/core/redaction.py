"""The one place that knows what a secret looks like and masks it."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["MASK", "is_secret", "masked", "masked_pairs", "masked_url"]

MASK = "***"
"""What stands in the place of a secret."""

_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|api_?key|session_?id|access_?token|refresh_?token|auth_?token|^token$|^auth$"
    r"|authorization|cookie|x-xsrf-token|x-user-token|jwt_?token|certificate|private_?key|flow_?token|^code_verifier$",
    re.IGNORECASE,
)
_URL_PAIR = re.compile(r"([?&;])([^=&;#\s]+)=([^&;#\s]*)")
_URL_USER = re.compile(r"(://)[^/@\s]+@")


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
    url = _URL_USER.sub(rf"\1{MASK}@", url)
    return _URL_PAIR.sub(lambda pair: f"{pair[1]}{pair[2]}={MASK if is_secret(pair[2]) else pair[3]}", url)


def _masked_text(text: str) -> str:
    if text[:1] in {"{", "["}:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        shown = masked("", value)
        return text if shown == value else json.dumps(shown)
    return masked_url(text) if "=" in text else text
