"""The classes of CloudBees CD: `from workfront_orm.services.cloudbees_cd.classes import Project`.

Names are looked up in the packaged metadata when they are asked for.
"""

from workfront_orm.core.imports import class_module

from . import service
from .cloudbees_cd_service import VERSION

__getattr__, __dir__ = class_module(service, VERSION)
