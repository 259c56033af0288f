"""The address and the key of a tenant, from the environment: neither belongs on a command line, where others see it."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from workfront_orm import Session

__all__ = ["API_KEY", "URL", "open_session"]

URL = "WORKFRONT_ORM_URL"
"""The variable that holds the address, as `https://acme.my.workfront.com`."""

API_KEY = "WORKFRONT_ORM_API_KEY"
"""The variable that holds the API key of a user."""

_PATH = re.compile(r"^(?:/attask)?(?:/api(?:/(?P<number>v\d+\.\d+))?|/api-(?P<word>unsupported))?/?$")


def open_session(version: str | None) -> Session:
    """A session of the tenant that the environment names.

    Args:
        version: Version of the API; None for the one in the address, else the newest numbered one.

    Raises:
        click.UsageError: A variable is not set or is no address that a key may be sent to.
        MetadataNotFoundError: There is no metadata for the version.
    """
    from workfront_orm import Session
    from workfront_orm.core.retrying import Retrying

    from .names import find_api

    url, key = os.environ.get(URL, ""), os.environ.get(API_KEY, "")
    missing = [name for name, value in ((URL, url), (API_KEY, key)) if not value]
    if missing:
        raise click.UsageError(
            f"{' and '.join(missing)} not set in the environment: {URL} is an address such as "
            f"https://acme.my.workfront.com, {API_KEY} the API key of a user"
        )
    parts = urlsplit(url)
    path = _PATH.match(parts.path)
    if parts.scheme not in {"http", "https"} or not parts.hostname or path is None or parts.query or parts.username:
        raise click.UsageError(
            f"{URL} takes an address such as https://acme.my.workfront.com or "
            "https://acme.my.workfront.com/attask/api/v22.0, without credentials in it"
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise click.UsageError(f"{URL} is http, which would send the key in the clear: use https")
    api = find_api("workfront", version or path["number"] or path["word"])
    template = f"{parts.scheme}://{parts.netloc}/attask/{{api}}"
    # A person waits: three attempts, and not the minutes that a program may take.
    return Session(None, key, api_version=api.version, url_template=template, retrying=Retrying(attempts=3))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
