"""The classes that every portal has: `from workfront_orm.services.bitrix24.classes import Contact`.

Names are looked up in the packaged metadata when they are asked for. What a portal adds, its custom
fields and smart processes, is in the classes of its session: `session.api.Contact`.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core.reflection import api_version

from .bitrix24_service import VERSION

__all__ = ["api"]  # noqa: F822 - made when asked for, as the classes are


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    api = api_version("bitrix24", VERSION)
    return api if name == "api" else getattr(api, name)


def __dir__() -> list[str]:
    return ["api", *api_version("bitrix24", VERSION)._names()]
