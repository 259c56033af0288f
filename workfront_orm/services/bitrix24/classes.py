"""The classes that every portal has: `from workfront_orm.services.bitrix24.classes import Contact`.

Names are looked up in the packaged metadata when they are asked for. What a portal adds, its custom
fields and smart processes, is in the classes of its session: `session.api.Contact`.
"""

from workfront_orm.core.imports import class_module

from . import service
from .bitrix24_service import VERSION

__getattr__, __dir__ = class_module(service, VERSION)
