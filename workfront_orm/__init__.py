"""workfront_orm: a declarative, ORM-style object mapper for work-management systems.

Names are imported when first asked for, so that `import workfront_orm` costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workfront_orm.core.errors import APIError, FieldNotLoaded, IncompleteRead, OutcomeUnknown
    from workfront_orm.core.expressions import count, current_user, days, exists, now, today
    from workfront_orm.core.objects import Collection, Field, Object, Reference
    from workfront_orm.core.reflection import APIVersion
    from workfront_orm.core.service import register_service
    from workfront_orm.services.workfront.errors import WorkfrontAPIError
    from workfront_orm.services.workfront.session import Session

__version__ = "0.1.0"

_HOMES = {
    "APIError": "core.errors",
    "APIVersion": "core.reflection",
    "Collection": "core.objects",
    "Field": "core.objects",
    "FieldNotLoaded": "core.errors",
    "IncompleteRead": "core.errors",
    "Object": "core.objects",
    "OutcomeUnknown": "core.errors",
    "Reference": "core.objects",
    "Session": "services.workfront.session",
    "WorkfrontAPIError": "services.workfront.errors",
    "count": "core.expressions",
    "current_user": "core.expressions",
    "days": "core.expressions",
    "exists": "core.expressions",
    "now": "core.expressions",
    "register_service": "core.service",
    "today": "core.expressions",
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
    "now",
    "register_service",
    "today",
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
