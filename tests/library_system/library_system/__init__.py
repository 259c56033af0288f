"""A small library with books and authors, as a system for workfront_orm."""

from workfront_orm.core.service import register_service

from .library_service import LibraryService

service = register_service(LibraryService())


def __getattr__(name):
    # The session brings HTTP, which classes alone do not need.
    if name == "Session":
        from .session import Session

        return Session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
