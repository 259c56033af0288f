"""Addresses of servers as programs give them: none holds credentials, and none sends them over the network in the clear."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

__all__ = ["is_local", "server_address"]


def server_address(url: str, example: str, what: str = "url") -> SplitResult:
    """The parts of a server's address.

    Args:
        url: The address. Plain http is taken for this machine only.
        example: What such an address looks like, for messages.
        what: What messages call it.

    Raises:
        ValueError: It is no address, holds credentials, or would send them in the clear; the message does not repeat it.
    """
    parts = urlsplit(str(url).strip())
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ValueError(f"{what} takes an address such as {example}, without credentials in it")
    if parts.scheme == "http" and not is_local(parts.hostname):
        raise ValueError(
            f"{what} is http, which would send credentials in the clear: use https; verify= takes the path of a CA bundle "
            "for a certificate that a company signed itself"
        )
    return parts


def is_local(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
