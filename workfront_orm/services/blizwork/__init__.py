"""BlizWork: its names and codecs, its wire protocol, its session, and web hooks that are verified.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is
first asked for, so that classes alone import no HTTP.
"""

from __future__ import annotations

from workfront_orm.core.service import register_service

from .blizwork_service import BlizWorkService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import Attachment, Definition, Form, HistoryEntry
    from .errors import BlizWorkAPIError, InvalidCallError
    from .session import Session
    from .webhooks import WebhookApp, WebhookCall

__all__ = [
    "Attachment",
    "BlizWorkAPIError",
    "BlizWorkService",
    "Definition",
    "Form",
    "HistoryEntry",
    "InvalidCallError",
    "Session",
    "WebhookApp",
    "WebhookCall",
    "service",
]

# Registered here as well as by its entry point: looking entry points up costs more than a class.
service = register_service(BlizWorkService())
"""The one instance that the registry knows."""

_MODULES = {
    "Attachment": "documents",
    "Definition": "documents",
    "Form": "documents",
    "HistoryEntry": "documents",
    "BlizWorkAPIError": "errors",
    "InvalidCallError": "errors",
    "Session": "session",
    "WebhookApp": "webhooks",
    "WebhookCall": "webhooks",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
