"""Bitrix24: its names and codecs, its wire protocol, its session.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is
first asked for, so that classes alone import no HTTP.
"""

from __future__ import annotations

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .bitrix24_service import Bitrix24Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import Bitrix24APIError
    from .files import File
    from .multifields import MultiField
    from .session import Session

__all__ = ["Bitrix24APIError", "Bitrix24Service", "File", "MultiField", "Session", "service"]

# Registered here as well as by its entry point: looking entry points up costs more than a class.
service = register_service(Bitrix24Service())
"""The one instance that the registry knows."""

__getattr__ = exports(
    __name__,
    {
        "errors": ["Bitrix24APIError"],
        "files": ["File"],
        "multifields": ["MultiField"],
        "session": ["Session"],
    },
)
