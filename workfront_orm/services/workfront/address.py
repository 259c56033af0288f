"""Addresses of tenants as people write them: from `https://acme.my.workfront.com` to what a session needs."""

from __future__ import annotations

import re

from workfront_orm.core.addresses import server_address

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
    example = "https://acme.my.workfront.com or https://acme.my.workfront.com/attask/api/v22.0"
    parts = server_address(url, example, what)
    path = _PATH.match(parts.path)
    if path is None:
        raise ValueError(f"{what} takes an address such as {example}, without more in its path")
    return f"{parts.scheme}://{parts.netloc}/attask/{{api}}", path["number"] or path["word"]
