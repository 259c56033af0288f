"""Classes of your own tenants: `from workfront_orm.tenants.acme import Task`.

`workfront-orm reflect --profile acme` reads a tenant's metadata into the user's configuration folder; what
lies there is a module here, of the newest version that was read, with one module a version below it:
`workfront_orm.tenants.acme.v220`. Sessions of the profile use the same classes. They are never those of
`workfront_orm.versions`.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

from workfront_orm.core.tenants import TenantAPI, api_of, folder_of, profiles, version_of_module, versions_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["TenantAPI", "api_of", "folder_of", "profiles", "versions_of"]


class _TenantModules(MetaPathFinder, Loader):
    """Finds `workfront_orm.tenants.<profile>` and `workfront_orm.tenants.<profile>.<version>`, which no file has."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        steps = fullname.removeprefix(f"{__name__}.").split(".")
        if not fullname.startswith(f"{__name__}.") or len(steps) > 2 or steps[0] not in profiles():  # noqa: PLR2004 - profile and version
            return None
        if len(steps) > 1 and version_of_module(*steps) is None:
            return None
        return ModuleSpec(fullname, self, is_package=len(steps) == 1)

    def exec_module(self, module: ModuleType) -> None:
        """Give the module the functions that look names up in the tenant's classes."""
        profile, *rest = module.__name__.removeprefix(f"{__name__}.").split(".")
        version = version_of_module(profile, rest[0]) if rest else None
        module.__doc__ = f"Classes of the tenant {profile}{f', version {version}' if version else ''}."

        def module_getattr(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            if not rest and version_of_module(profile, name) is not None:
                return importlib.import_module(f"{module.__name__}.{name}")
            if name == "API":
                return TenantAPI
            api = api_of(profile, version)
            return api if name == "api" else getattr(api, name)

        def module_dir() -> list[str]:
            return ["api", *api_of(profile, version)._names()]  # noqa: SLF001 - a module stands for its version

        module.__dict__.update(__getattr__=module_getattr, __dir__=module_dir)


def __getattr__(name: str) -> Any:
    if name in profiles():
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"no metadata was reflected for a profile {name!r}; there is: {', '.join(profiles()) or 'none'}"
    )


def __dir__() -> list[str]:
    return sorted({*__all__, *profiles()})


# In front of the finder of files, which would not find them and say so.
sys.meta_path.insert(0, _TenantModules())
