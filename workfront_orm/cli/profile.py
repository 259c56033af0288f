"""The tenant of a command: a profile of the user's, or the address and the key in the environment.

Neither belongs on a command line, where others see it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workfront_orm import Session

__all__ = ["API_KEY", "URL", "open_session"]

URL = "WORKFRONT_ORM_URL"
"""The variable that holds the address, as `https://acme.my.workfront.com`."""

API_KEY = "WORKFRONT_ORM_API_KEY"
"""The variable that holds the API key of a user."""


def open_session(version: str | None, profile: str | None = None, *, known: bool = True) -> Session:
    """A session of the tenant that a profile or the environment names.

    Args:
        version: Version of the API; None for the one of the profile or in the address, else the newest numbered one.
        profile: A profile; one that the user's file does not have takes address and key from the environment.
        known: Whether there has to be metadata for the version.

    Raises:
        click.UsageError: A variable is not set or is no address that a key may be sent to.
        ProfileError: The profile cannot be used.
        MetadataNotFoundError: There is no metadata for the version.
    """
    from workfront_orm import Session
    from workfront_orm.core.profiles import profile_names
    from workfront_orm.core.retrying import Retrying

    # A person waits: three attempts, and not the minutes that a program may take.
    options: dict[str, Any] = {"retrying": Retrying(attempts=3), "profile": profile}
    if profile is not None and profile in profile_names():
        del options["profile"]
        if version is not None:
            options["api_version"] = version
        session = Session.from_profile(profile, **options)
    else:
        session = _from_environment(version, options, known=known)
    if known and session.api is None:
        session.close()
        from .names import find_api

        find_api("workfront", session.api_version)
    return session


def _from_environment(version: str | None, options: dict[str, Any], *, known: bool) -> Session:
    from workfront_orm import Session
    from workfront_orm.core.profiles import profiles_path
    from workfront_orm.services.workfront.address import parse_address

    from .names import find_api, newest_version

    url, key = os.environ.get(URL, ""), os.environ.get(API_KEY, "")
    missing = [name for name, value in ((URL, url), (API_KEY, key)) if not value]
    if missing:
        profile = options.get("profile")
        other = f"{profiles_path()} has no profile {profile!r}, and " if profile else ""
        raise click.UsageError(
            f"{other}{' and '.join(missing)} not set in the environment: {URL} is an address such as "
            f"https://acme.my.workfront.com, {API_KEY} the API key of a user"
            + ("" if profile else f"; or name a profile of {profiles_path()} with --profile")
        )
    try:
        template, written = parse_address(url, URL)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    chosen = version or written or newest_version("workfront")
    if known and options.get("profile") is None:
        find_api("workfront", chosen)
    return Session(None, key, api_version=chosen, url_template=template, **options)
