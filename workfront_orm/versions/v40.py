"""Workfront API v4.0: `from workfront_orm.versions.v40 import Task`. Classes are made when first asked for."""

from workfront_orm.services.workfront.versions import lazy_module

__getattr__, __dir__ = lazy_module("v4.0")
