"""The classes, `from library_system.classes import Book`: where pickles find them."""

from workfront_orm.core.reflection import api_version

api = api_version("library", "v1")


def __getattr__(name):
    if name in dir(api):
        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
