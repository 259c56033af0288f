"""Workfront API v6.0: `from workfront_orm.versions.v60 import Task`. Classes are made when first asked for."""

from workfront_orm.core.imports import class_module
from workfront_orm.services.workfront import service as _service

__getattr__, __dir__ = class_module(_service, "v6.0")
