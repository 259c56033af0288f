"""Local servers that speak the wire protocol of a work-management system.

    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="workfront", data="demo") as sandbox:
        session = sandbox.session(api_version="v22.0")

The server runs in a process of its own, on loopback, on data made from a seed. Other programs and languages use it with
`workfront-orm sandbox`, which prints its address and credentials as one JSON line. `docs/sandbox.md` says what is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workfront_orm.sandbox.log import LoggedRequest, RequestLog
    from workfront_orm.sandbox.process import Sandbox, SandboxError

__all__ = ["LoggedRequest", "RequestLog", "Sandbox", "SandboxError"]

_MODULES = {
    "Sandbox": "workfront_orm.sandbox.process",
    "SandboxError": "workfront_orm.sandbox.process",
    "RequestLog": "workfront_orm.sandbox.log",
    "LoggedRequest": "workfront_orm.sandbox.log",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        import importlib

        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
