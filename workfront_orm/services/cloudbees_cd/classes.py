"""The classes of CloudBees CD: `from workfront_orm.services.cloudbees_cd.classes import Project`.

Names are looked up in the packaged metadata when they are asked for.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core.reflection import api_version

from .cloudbees_cd_service import VERSION

__all__ = ["api"]  # noqa: F822 - made when asked for, as the classes are


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    api = api_version("cloudbees_cd", VERSION)
    return api if name == "api" else getattr(api, name)


def __dir__() -> list[str]:
    return ["api", *api_version("cloudbees_cd", VERSION)._names()]
