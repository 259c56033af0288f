"""Adobe Workfront: its names and codecs, its wire protocol, its session.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is
first asked for, so that classes alone import no HTTP.
"""

from __future__ import annotations

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .workfront_service import WorkfrontService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import (
        CURRENT_TEMPLATE,
        ONDEMAND_TEMPLATE,
        PREVIEW_TEMPLATE,
        SANDBOX_TEMPLATE,
        Session,
    )

__all__ = [
    "CURRENT_TEMPLATE",
    "ONDEMAND_TEMPLATE",
    "PREVIEW_TEMPLATE",
    "SANDBOX_TEMPLATE",
    "Session",
    "WorkfrontService",
    "service",
]

# Registered here as well as by its entry point: looking entry points up costs more than a class.
service = register_service(WorkfrontService())
"""The one instance that the registry knows."""

__getattr__ = exports(
    __name__,
    {"session": ["CURRENT_TEMPLATE", "ONDEMAND_TEMPLATE", "PREVIEW_TEMPLATE", "SANDBOX_TEMPLATE", "Session"]},
)
