"""Workfront API v18.0: `from workfront_orm.versions.v180 import Task`. Classes are made when first asked for."""

from workfront_orm.services.workfront.versions import lazy_module

__getattr__, __dir__ = lazy_module("v18.0")
