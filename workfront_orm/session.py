"""The predecessor's door to sessions: `from workfront_orm.session import Session, SANDBOX_TEMPLATE`."""

from workfront_orm.services.workfront.session import (
    CURRENT_TEMPLATE,
    ONDEMAND_TEMPLATE,
    PREVIEW_TEMPLATE,
    SANDBOX_TEMPLATE,
    Session,
    WorkfrontAPIError,
)

__all__ = [
    "CURRENT_TEMPLATE",
    "ONDEMAND_TEMPLATE",
    "PREVIEW_TEMPLATE",
    "SANDBOX_TEMPLATE",
    "Session",
    "WorkfrontAPIError",
]
