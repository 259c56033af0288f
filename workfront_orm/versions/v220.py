"""Workfront API v22.0: `from workfront_orm.versions.v220 import Task`. Classes are made when first asked for."""

from workfront_orm.core.imports import class_module
from workfront_orm.services.workfront import service as _service

__getattr__, __dir__ = class_module(_service, "v22.0")
