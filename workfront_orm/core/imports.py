"""What is imported when it is first used: hooks of a service that stand in other modules, and the names of a package.

Making a class asks a service for names and codecs alone; what reads, writes and sends is loaded by the first request.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = ["exports", "hook"]


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
