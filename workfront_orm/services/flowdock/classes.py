"""The classes of Flowdock: `from workfront_orm.services.flowdock.classes import Message`."""

from __future__ import annotations

from typing import Any

from workfront_orm.core.reflection import api_version

from .flowdock_service import VERSION

__all__ = ["api"]  # noqa: F822 - made when asked for, as the classes are


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    api = api_version("flowdock", VERSION)
    return api if name == "api" else getattr(api, name)


def __dir__() -> list[str]:
    return ["api", *api_version("flowdock", VERSION)._names()]
