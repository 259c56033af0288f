"""Workfront API v15.0: `from workfront_orm.versions.v150 import Task`. Classes are made when first asked for."""

from workfront_orm.services.workfront.versions import lazy_module

__getattr__, __dir__ = lazy_module("v15.0")
