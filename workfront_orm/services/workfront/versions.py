"""What makes a module of a version lazy: names are looked up in the version's classes when asked for."""

from __future__ import annotations

from workfront_orm.core.reflection import APIVersion, api_version

from . import service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["lazy_module"]


def lazy_module(version: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a version's module.

    Args:
        version: The version as Workfront writes it.
    """

    def module_getattr(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "API":
            # What annotations call the type of `api`; stubs say which classes it has.
            return APIVersion
        api = api_version(service.name, version)
        return api if name == "api" else getattr(api, name)

    def module_dir() -> list[str]:
        return ["api", *api_version(service.name, version)._names()]

    return module_getattr, module_dir
