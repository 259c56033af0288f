"""Classes of your own tenants: `from workfront_orm.tenants.acme import Task`.

`workfront-orm reflect --profile acme` reads a tenant's metadata into the user's configuration folder; what
lies there is a module here, of the newest version that was read, with one module a version below it:
`workfront_orm.tenants.acme.v220`. Sessions of the profile use the same classes. They are never those of
`workfront_orm.versions`.
"""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import RLock
from typing import TYPE_CHECKING, Any

from workfront_orm.core import metadata
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.service import find_service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["TenantAPI", "api_of", "check_profile", "folder_of", "profiles", "versions_of"]

_lock = RLock()
# By profile, service, version and the time when the file was written: what is reflected anew makes new classes.
_apis: dict[tuple[str, str, str, int], TenantAPI] = {}


class TenantAPI(APIVersion):
    """The classes of one version of a tenant.

    Attributes:
        profile: The profile that the metadata was read with.
    """

    profile: str

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
    free = (
        profile.isidentifier() and profile[:1] != "_" and not keyword.iskeyword(profile) and profile not in _OWN_NAMES
    )
    if not free or not profile.isascii():
        raise ValueError(
            f"{profile!r} cannot name a profile, since workfront_orm.tenants.<profile> is a module: "
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
            f"run `workfront-orm reflect --profile {profile}{f' --version {version}' if version else ''}`"
        )
    key = (profile, names[0], version, os.stat(place).st_mtime_ns)
    with _lock:
        api = _apis.get(key)
        if api is None:
            system = find_service(names[0])
            module = f"{__name__}.{profile}.{system.module(version).rpartition('.')[2]}"
            api = _apis[key] = TenantAPI(
                version, system, metadata.MetadataFile(place), module=module, path=folder_of(profile)
            )
            api.profile = profile
        return api


def _services(profile: str) -> list[str]:
    folder = os.path.join(metadata.config_folder(), "tenants", profile)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [name for name in names if metadata.versions(name, [folder])]


# --- modules ------------------------------------------------------------------------


class _TenantModules(MetaPathFinder, Loader):
    """Finds `workfront_orm.tenants.<profile>` and `workfront_orm.tenants.<profile>.<version>`, which no file has."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        steps = fullname.removeprefix(f"{__name__}.").split(".")
        if not fullname.startswith(f"{__name__}.") or len(steps) > 2 or steps[0] not in profiles():  # noqa: PLR2004 - profile and version
            return None
        if len(steps) > 1 and _version(*steps) is None:
            return None
        return ModuleSpec(fullname, self, is_package=len(steps) == 1)

    def exec_module(self, module: ModuleType) -> None:
        """Give the module the functions that look names up in the tenant's classes."""
        profile, *rest = module.__name__.removeprefix(f"{__name__}.").split(".")
        version = _version(profile, rest[0]) if rest else None
        module.__doc__ = f"Classes of the tenant {profile}{f', version {version}' if version else ''}."

        def module_getattr(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            if not rest and _version(profile, name) is not None:
                return importlib.import_module(f"{module.__name__}.{name}")
            if name == "API":
                return TenantAPI
            api = api_of(profile, version)
            return api if name == "api" else getattr(api, name)

        def module_dir() -> list[str]:
            return ["api", *api_of(profile, version)._names()]  # noqa: SLF001 - a module stands for its version

        module.__dict__.update(__getattr__=module_getattr, __dir__=module_dir)


def _version(profile: str, module: str) -> str | None:
    """The version whose module has that name."""
    for service in _services(profile):
        system = find_service(service)
        for version in versions_of(profile, service):
            if system.module(version).rpartition(".")[2] == module:
                return version
    return None


def __getattr__(name: str) -> Any:
    if name in profiles():
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"no metadata was reflected for a profile {name!r}; there is: {', '.join(profiles()) or 'none'}"
    )


def __dir__() -> list[str]:
    return sorted({*__all__, *profiles()})


_OWN_NAMES = frozenset(globals())
# In front of the finder of files, which would not find them and say so.
sys.meta_path.insert(0, _TenantModules())
