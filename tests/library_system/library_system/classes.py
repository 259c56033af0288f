"""The classes, `from library_system.classes import Book`: where pickles find them."""

from workfront_orm.core.imports import class_module

from . import service

__getattr__, __dir__ = class_module(service, "v1")
