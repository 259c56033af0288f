"""The predecessor's module of this name."""

from workfront_orm.session import ONDEMAND_TEMPLATE, SANDBOX_TEMPLATE, Session, WorkfrontAPIError

__all__ = ["ONDEMAND_TEMPLATE", "PY34", "SANDBOX_TEMPLATE", "Session", "WorkfrontAPIError"]

# Python 3.4 could not take a TLS context; the suite asks.
PY34 = False
