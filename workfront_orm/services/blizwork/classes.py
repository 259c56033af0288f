"""The classes that every company has: `from workfront_orm.services.blizwork.classes import Case`.

Names are looked up in the packaged metadata when they are asked for. The classes of a company's own
processes and tables are found through its session: `session.process("sales")`, `session.table("Clientes")`.
"""

from workfront_orm.core.imports import class_module

from . import service
from .blizwork_service import VERSION

__getattr__, __dir__ = class_module(service, VERSION)
