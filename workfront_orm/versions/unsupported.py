"""Workfront API unsupported: `from workfront_orm.versions.unsupported import Task`. Classes are made when first asked for."""

from workfront_orm.services.workfront.versions import lazy_module

__getattr__, __dir__ = lazy_module("unsupported")
