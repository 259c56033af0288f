"""Addresses of tenants as people write them: from `https://acme.my.workfront.com` to what a session needs."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["parse_address"]

_PATH = re.compile(r"^(?:/attask)?(?:/api(?:/(?P<number>v\d+\.\d+))?|/api-(?P<word>unsupported))?/?$")


def parse_address(url: str, what: str = "the address") -> tuple[str, str | None]:
    """The template for sessions of an address, and the version that stands in it.

    Args:
        url: `https://acme.my.workfront.com`, or longer: `https://acme.my.workfront.com/attask/api/v22.0`.
        what: What messages call it.

    Raises:
        ValueError: It is no address, holds credentials, or would send them in the clear.
    """
    parts = urlsplit(url)
    path = _PATH.match(parts.path)
    if parts.scheme not in {"http", "https"} or not parts.hostname or path is None or parts.query or parts.username:
        raise ValueError(
            f"{what} takes an address such as https://acme.my.workfront.com or "
            "https://acme.my.workfront.com/attask/api/v22.0, without credentials in it"
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(f"{what} is http, which would send the key in the clear: use https")
    return f"{parts.scheme}://{parts.netloc}/attask/{{api}}", path["number"] or path["word"]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
