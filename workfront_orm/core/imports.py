"""What is found when it is first used: hooks of a service, the names of a package, the classes of a version.

Making a class asks a service for names and codecs alone; what reads, writes and sends is loaded by the first request.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .service import Service

__all__ = ["class_module", "exports", "hook"]


def hook(place: str) -> Any:
    """A hook of a service that is written in another module of its folder, which loads when the hook is first called.

    In the class of the service stands `plan_load = hook("reading.load")`.

    Args:
        place: The module and the function, which takes what the hook takes, without the service.
    """
    return _Hook(place)


def exports(package: str, modules: Mapping[str, Iterable[str]]) -> Callable[[str], Any]:
    """What finds the names of a package in its modules; the package calls it `__getattr__`.

    Args:
        package: The package.
        modules: The names that it has of each module.
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def package_getattr(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(_module(package, homes[name]), name)

    return package_getattr


def class_module(service: Service, version: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a module from which the classes of a version are imported, and `api` with them.

    Args:
        service: The system.
        version: The version as the system writes it.
    """
    from .reflection import APIVersion, api_version

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


class _Hook:
    """Finds the function when it is first asked for, and leaves it to the service then."""

    def __init__(self, place: str) -> None:
        self._module, _, self._function = place.partition(".")

    def __set_name__(self, owner: type, name: str) -> None:
        self._package = owner.__module__.rpartition(".")[0]
        self._name = name

    def __get__(self, service: Any, owner: type) -> Any:
        function = getattr(_module(self._package, self._module), self._function)
        if service is not None:
            # Found there before this from now on.
            vars(service)[self._name] = function
        return function


def _module(package: str, name: str) -> Any:
    from importlib import import_module

    return import_module(f"{package}.{name}")
