"""CloudBees CD: its names and codecs, its wire protocol, its session.

`service` is what the mapper asks; `Session` is what programs use. The session loads when it is
first asked for, so that classes alone import no HTTP.
"""

from __future__ import annotations

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .cloudbees_cd_service import CloudBeesCDService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import CloudBeesCDAPIError, NoSuchPropertyError, RunFailedError, WaitTimeoutError
    from .properties import Properties
    from .session import Session

__all__ = [
    "CloudBeesCDAPIError",
    "CloudBeesCDService",
    "NoSuchPropertyError",
    "Properties",
    "RunFailedError",
    "Session",
    "WaitTimeoutError",
    "service",
]

# Registered here as well as by its entry point: looking entry points up costs more than a class.
service = register_service(CloudBeesCDService())
"""The one instance that the registry knows."""

__getattr__ = exports(
    __name__,
    {
        "errors": ["CloudBeesCDAPIError", "NoSuchPropertyError", "RunFailedError", "WaitTimeoutError"],
        "properties": ["Properties"],
        "session": ["Session"],
    },
)
