"""Addresses: of servers, as programs give them, and of files, as servers name them.

None holds credentials, and none sends them over the network in the clear. What a server names is data: it may come from
somebody who wants a program to ask what only that program can reach, on its own machine or in its network.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

__all__ = ["file_address", "is_local", "server_address"]


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


def file_address(address: str, home: str) -> str:
    """The address of a file that a server named, where it may be asked.

    Args:
        address: The address, as it came.
        home: The address of the server. What stands there may be asked as the server itself is.

    Raises:
        ValueError: It is no address over https, has credentials in it, or is one of this machine or of a private network. A name that
            leads to one is not looked up.
    """
    try:
        parts, own = urlsplit(address), urlsplit(home)
        same = (parts.scheme, parts.hostname, parts.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        raise ValueError("it is no address") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or "\\" in address:
        raise ValueError("it is no address, or has credentials in it")
    if same:
        return address
    if parts.scheme != "https":
        raise ValueError("it is not read over https")
    if not _is_public(parts.hostname):
        raise ValueError("it is one of this machine or of a private network")
    return address


def is_local(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        # Without a dot, or of numbers alone, it is no name of the open network: `localhost`, `0x7f000001`, `127.1`.
        last = host.rstrip(".").rpartition(".")[2]
        return "." in host.rstrip(".") and not last[:1].isdecimal() and last not in {"localhost", "local", "internal"}
