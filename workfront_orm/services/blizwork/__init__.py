"""BlizWork: its names and codecs, its wire protocol, its session, and web hooks that are verified.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is
first asked for, so that classes alone import no HTTP.
"""

from __future__ import annotations

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .blizwork_service import BlizWorkService

TYPE_CHECKING = False
if TYPE_CHECKING:
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

__getattr__ = exports(
    __name__,
    {
        "documents": ["Attachment", "Definition", "Form", "HistoryEntry"],
        "errors": ["BlizWorkAPIError", "InvalidCallError"],
        "session": ["Session"],
        "webhooks": ["WebhookApp", "WebhookCall"],
    },
)
