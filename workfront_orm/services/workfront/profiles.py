"""What a profile of the user's file says, as arguments of a session."""

from __future__ import annotations

from typing import Any

from workfront_orm.core import metadata, tenants
from workfront_orm.core.profiles import ProfileError, load_profile

from . import service
from .address import parse_address

__all__ = ["profile_options"]

_KEYS = frozenset({"service", "url", "version", "api_key", "session_id"})


def profile_options(name: str) -> tuple[str | None, dict[str, Any]]:
    """The access token, if the profile has one, and the arguments of `Session`.

    Raises:
        ProfileError: There is no such profile, or it cannot be used.
    """
    profile = load_profile(name)
    place = f"{profile.path}, profile {name}"
    unknown = sorted(set(profile.values) - _KEYS)
    if unknown:
        raise ProfileError(f"{place} has {', '.join(unknown)}; it may have {', '.join(sorted(_KEYS))}")
    if profile.text("service") not in {None, service.name}:
        raise ProfileError(f"{place} is one of {profile.text('service')}, not of {service.name}")
    url = profile.text("url")
    if url is None:
        raise ProfileError(f"{place} has no url")
    try:
        tenants.check_profile(name)
        template, written = parse_address(url, f"{place}: url")
    except ValueError as error:
        raise ProfileError(str(error)) from None
    options = {"api_version": profile.text("version") or written or _newest(), "url_template": template}
    return profile.secret("session_id"), {**options, "api_key": profile.secret("api_key"), "profile": name}


def _newest() -> str:
    versions = metadata.versions(service.name)
    return next(version for version in reversed(versions) if any(map(str.isdigit, version)))
