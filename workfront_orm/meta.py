"""The predecessor's door to what classes are made of: `from workfront_orm.meta import Object, Field`."""

from workfront_orm.core.errors import FieldNotLoaded
from workfront_orm.core.objects import Collection, Field, Object, Reference
from workfront_orm.core.reflection import APIVersion

__all__ = ["APIVersion", "Collection", "Field", "FieldNotLoaded", "Object", "Reference"]
