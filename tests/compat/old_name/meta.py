"""The predecessor's module of this name."""

from workfront_orm.meta import APIVersion, Collection, Field, FieldNotLoaded, Object, Reference

__all__ = ["APIVersion", "Collection", "Field", "FieldNotLoaded", "Object", "Reference"]
