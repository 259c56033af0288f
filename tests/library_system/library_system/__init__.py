"""A small library with books and authors, as a system for workfront_orm."""

from workfront_orm.core.imports import exports
from workfront_orm.core.service import register_service

from .library_service import LibraryService

service = register_service(LibraryService())

# The session brings HTTP, which classes alone do not need.
__getattr__ = exports(__name__, {"session": ["Session"]})
