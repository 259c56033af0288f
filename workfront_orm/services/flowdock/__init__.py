"""Flowdock: its names and codecs, its wire protocol, its session and its event stream.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is first
asked for, so that classes alone import no HTTP. The service itself was shut down: archives, and gateways
that speak its protocol, are what there is to talk to.
"""

from __future__ import annotations

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .flowdock_service import FlowdockService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import FlowdockAPIError
    from .session import Session
    from .stream import EventStream
    from .values import Attachment, Author, LabelValue, Status, ThreadState, Upload

__all__ = [
    "Attachment",
    "Author",
    "EventStream",
    "FlowdockAPIError",
    "FlowdockService",
    "LabelValue",
    "Session",
    "Status",
    "ThreadState",
    "Upload",
    "service",
]

# Registered here as well as by its entry point: looking entry points up costs more than a class.
service = register_service(FlowdockService())
"""The one instance that the registry knows."""

__getattr__ = exports(
    __name__,
    {
        "errors": ["FlowdockAPIError"],
        "session": ["Session"],
        "stream": ["EventStream"],
        "values": ["Attachment", "Author", "LabelValue", "Status", "ThreadState", "Upload"],
    },
)
