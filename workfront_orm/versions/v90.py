"""Workfront API v9.0: `from workfront_orm.versions.v90 import Task`. Classes are made when first asked for."""

from workfront_orm.core.imports import class_module
from workfront_orm.services.workfront import service as _service

__getattr__, __dir__ = class_module(_service, "v9.0")
