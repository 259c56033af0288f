"""workfront_orm under the name of its predecessor; the published test suite patches what it needs below this name."""

from workfront_orm import Session

from . import adapter

__all__ = ["Session"]

adapter.install()
