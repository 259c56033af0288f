"""Types of members as type checkers see them (`typed.pyi`); at run time these are the mapper's own classes.

For annotations: `def late(field: typed.DateTime) -> Expression`.
"""

from __future__ import annotations

from decimal import Decimal as Exact

from workfront_orm.core.fields import Field, Key
from workfront_orm.core.operators import Operand
from workfront_orm.core.paths import FieldPath, Path
from workfront_orm.core.reflection import APIVersion as Namespace
from workfront_orm.core.relations import Collection, Reference

__all__ = [
    "Anything",
    "Boolean",
    "Code",
    "Collection",
    "Date",
    "DateTime",
    "Decimal",
    "Exact",
    "Field",
    "FieldPath",
    "IdOf",
    "Integer",
    "IntegerCode",
    "Key",
    "Map",
    "Namespace",
    "Number",
    "Operand",
    "Path",
    "ReadOnly",
    "Reference",
    "Text",
    "TextList",
]

Anything = Boolean = Code = Date = DateTime = Decimal = IdOf = Integer = IntegerCode = Field
Map = Number = ReadOnly = Text = TextList = Field
