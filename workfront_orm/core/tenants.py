"""A tenant's own metadata: where it lies, and the classes that it makes.

What was reflected from a server with a profile lies in the user's configuration folder, laid out as the package's:
`tenants/<profile>/<service>/<version>.json`. Sessions of that profile use it; nobody else does.
"""

from __future__ import annotations

import keyword
import os
from threading import RLock
from typing import Any

from . import metadata
from .reflection import APIVersion
from .service import find_service

__all__ = ["TenantAPI", "api_of", "check_profile", "folder_of", "profiles", "version_of_module", "versions_of"]

PACKAGE = "workfront_orm.tenants"
"""The package whose modules have the classes of tenants."""

_lock = RLock()
# By profile, service, version and the time when the file was written: what is reflected anew makes new classes.
_apis: dict[tuple[str, str, str, int], TenantAPI] = {}
# Names that `PACKAGE` has itself.
_TAKEN = frozenset({"TenantAPI", "api_of", "folder_of", "profiles", "versions_of"})


class TenantAPI(APIVersion):
    """The classes of one version of a tenant.

    Attributes:
        profile: The profile that the metadata was read with.
    """

    profile: str

    @property
    def module(self) -> str:
        """The module that the classes are imported from."""
        return self._module

    def __repr__(self) -> str:
        """Profile and version."""
        return f"<APIVersion {self.service.name if self.service else ''} {self.version} of {self.profile}>"

    def __reduce__(self) -> Any:
        """Pickle by profile and version."""
        return api_of, (self.profile, self.version, self.service.name if self.service else None)


def folder_of(profile: str) -> str:
    """The folder of a profile's metadata, laid out as the package's; it need not exist.

    Raises:
        ValueError: The profile has a name that no module can have.
    """
    return os.path.join(metadata.config_folder(), "tenants", check_profile(profile))


def check_profile(profile: str) -> str:
    """The name of a profile, if it can be the name of a module.

    Raises:
        ValueError: It cannot.
    """
    free = profile.isidentifier() and profile[:1] != "_" and not keyword.iskeyword(profile) and profile not in _TAKEN
    if not free or not profile.isascii():
        raise ValueError(
            f"{profile!r} cannot name a profile, since {PACKAGE}.<profile> is a module: "
            "take letters, digits and underscores, such as 'acme_preview'"
        )
    return profile


def profiles() -> list[str]:
    """The profiles that have metadata."""
    try:
        names = sorted(os.listdir(os.path.join(metadata.config_folder(), "tenants")))
    except OSError:
        return []
    return [name for name in names if name.isidentifier() and _services(name)]


def versions_of(profile: str, service: str | None = None) -> list[str]:
    """The versions of a profile that were reflected, oldest first, unnumbered ones last.

    Args:
        profile: The profile.
        service: The system; None for the one that the profile has metadata of.
    """
    names = _services(profile) if service is None else [service]
    return metadata.versions(names[0], [folder_of(profile)]) if names else []


def api_of(profile: str, version: str | None = None, service: str | None = None) -> TenantAPI:
    """The classes of a tenant; the same object until its metadata is reflected again.

    Args:
        profile: The profile.
        version: The version; None for the newest numbered one that was reflected.
        service: The system; None for the one that the profile has metadata of.

    Raises:
        MetadataNotFoundError: Nothing was reflected for the profile, or not that version.
    """
    names = _services(profile) if service is None else [service]
    known = [found for name in names for found in versions_of(profile, name)]
    if version is None:
        numbered = [found for found in known if any(map(str.isdigit, found))]
        version = (numbered or known or [""])[-1]
    place = os.path.join(folder_of(profile), names[0] if names else "", f"{version}.json")
    if version not in known:
        there = f"it has {', '.join(known)}" if known else "nothing was reflected for it yet"
        raise metadata.MetadataNotFoundError(
            f"no metadata of profile {profile!r}{f' for version {version!r}' if version else ''}; {there}: "
            f"read it first, with session.reflect(profile={profile!r}) or the command `reflect`"
        )
    key = (profile, names[0], version, os.stat(place).st_mtime_ns)
    with _lock:
        api = _apis.get(key)
        if api is None:
            system = find_service(names[0])
            module = f"{PACKAGE}.{profile}.{system.module(version).rpartition('.')[2]}"
            api = _apis[key] = TenantAPI(
                version, system, metadata.MetadataFile(place), module=module, path=folder_of(profile)
            )
            api.profile = profile
        return api


def version_of_module(profile: str, module: str) -> str | None:
    """The version whose module has that name."""
    for service in _services(profile):
        system = find_service(service)
        for version in versions_of(profile, service):
            if system.module(version).rpartition(".")[2] == module:
                return version
    return None


def _services(profile: str) -> list[str]:
    folder = os.path.join(metadata.config_folder(), "tenants", profile)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [name for name in names if metadata.versions(name, [folder])]
