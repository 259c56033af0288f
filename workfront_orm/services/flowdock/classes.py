"""The classes of Flowdock: `from workfront_orm.services.flowdock.classes import Message`."""

from workfront_orm.core.imports import class_module

from . import service
from .flowdock_service import VERSION

__getattr__, __dir__ = class_module(service, VERSION)
