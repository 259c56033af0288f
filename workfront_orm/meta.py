"""The predecessor's door to what classes are made of: `from workfront_orm.meta import Object, Field`."""

from workfront_orm.core.errors import FieldNotLoaded
from workfront_orm.core.fields import Field
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.relations import Collection, Reference

__all__ = ["APIVersion", "Collection", "Field", "FieldNotLoaded", "Object", "Reference"]
