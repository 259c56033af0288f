"""The classes that every company has: `from workfront_orm.services.blizwork.classes import Case`.

Names are looked up in the packaged metadata when they are asked for. The classes of a company's own
processes and tables are found through its session: `session.process("sales")`, `session.table("Clientes")`.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core.reflection import api_version

from .blizwork_service import VERSION

__all__ = ["api"]  # noqa: F822 - made when asked for, as the classes are


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    api = api_version("blizwork", VERSION)
    return api if name == "api" else getattr(api, name)


def __dir__() -> list[str]:
    return ["api", *api_version("blizwork", VERSION)._names()]
