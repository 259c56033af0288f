"""workfront_orm: a declarative, ORM-style object mapper for work-management systems.

Names are imported when first asked for, so that `import workfront_orm` costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workfront_orm.core.errors import APIError, FieldNotLoaded, IncompleteRead, OutcomeUnknown
    from workfront_orm.core.expressions import count, exists
    from workfront_orm.core.fields import Field
    from workfront_orm.core.moments import current_user, days, hours, months, now, quarters, today, weeks, years
    from workfront_orm.core.objects import Object
    from workfront_orm.core.reflection import APIVersion
    from workfront_orm.core.relations import Collection, Reference
    from workfront_orm.core.service import register_service
    from workfront_orm.services.workfront.errors import WorkfrontAPIError
    from workfront_orm.session import Session

__version__ = "0.1.0"

_HOMES = {
    "APIError": "core.errors",
    "APIVersion": "core.reflection",
    "Collection": "core.relations",
    "Field": "core.fields",
    "FieldNotLoaded": "core.errors",
    "IncompleteRead": "core.errors",
    "Object": "core.objects",
    "OutcomeUnknown": "core.errors",
    "Reference": "core.relations",
    "Session": "services.workfront.session",
    "WorkfrontAPIError": "services.workfront.errors",
    "count": "core.expressions",
    "current_user": "core.moments",
    "days": "core.moments",
    "exists": "core.expressions",
    "hours": "core.moments",
    "months": "core.moments",
    "now": "core.moments",
    "quarters": "core.moments",
    "register_service": "core.service",
    "today": "core.moments",
    "weeks": "core.moments",
    "years": "core.moments",
}

__all__ = [
    "APIError",
    "APIVersion",
    "Collection",
    "Field",
    "FieldNotLoaded",
    "IncompleteRead",
    "Object",
    "OutcomeUnknown",
    "Reference",
    "Session",
    "WorkfrontAPIError",
    "count",
    "current_user",
    "days",
    "exists",
    "hours",
    "months",
    "now",
    "quarters",
    "register_service",
    "today",
    "weeks",
    "years",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'workfront_orm' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"workfront_orm.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
