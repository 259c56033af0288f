"""What type checkers and editors see of the members of reflected classes.

The stubs in `workfront_orm/versions` are written in these types. A field is itself on the class, where
conditions are made of it, and its value on an object; what may be assigned can be more than what is read
(a date where moments are read), or nothing at all.
"""

from collections.abc import Collection as _Several
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal as _Decimal
from typing import Any, Generic, Never, Protocol, Self, TypeAlias, TypeVar, overload

from workfront_orm.core import expressions, fields, operators, paths
from workfront_orm.core.moments import ServerValue
from workfront_orm.core.objects import Object
from workfront_orm.core.reflection import APIVersion

Exact: TypeAlias = _Decimal
"""What a decimal reads as; `Decimal` here is the field."""

_Read_co = TypeVar("_Read_co", covariant=True)
_Assigned_contra = TypeVar("_Assigned_contra", contravariant=True)
_Compared_contra = TypeVar("_Compared_contra", contravariant=True)
_Target = TypeVar("_Target", bound=Object)
_Target_co = TypeVar("_Target_co", bound=Object, covariant=True)
_Path_co = TypeVar("_Path_co", covariant=True)

class Operand(operators.Operand, Generic[_Compared_contra]):
    """A field, or a path that ends at one: what conditions, orderings and aggregates are made of."""

    # The mapper's operands take anything and check it when they run; these say beforehand what will pass.
    def __eq__(  # type: ignore[override]
        self, other: _Compared_contra | operators.Operand | ServerValue | None
    ) -> expressions.Comparison: ...
    def __ne__(  # type: ignore[override]
        self, other: _Compared_contra | operators.Operand | ServerValue | None
    ) -> expressions.Comparison: ...
    def __hash__(self) -> int: ...
    def __lt__(self, other: _Compared_contra | operators.Operand | ServerValue) -> expressions.Comparison: ...
    def __le__(self, other: _Compared_contra | operators.Operand | ServerValue) -> expressions.Comparison: ...
    def __gt__(self, other: _Compared_contra | operators.Operand | ServerValue) -> expressions.Comparison: ...
    def __ge__(self, other: _Compared_contra | operators.Operand | ServerValue) -> expressions.Comparison: ...
    def in_(self, values: Iterable[_Compared_contra | ServerValue]) -> expressions.Comparison: ...
    def not_in(self, values: Iterable[_Compared_contra | ServerValue]) -> expressions.Comparison: ...
    def between(
        self, lower: _Compared_contra | ServerValue, upper: _Compared_contra | ServerValue
    ) -> expressions.Comparison: ...
    def not_between(
        self, lower: _Compared_contra | ServerValue, upper: _Compared_contra | ServerValue
    ) -> expressions.Comparison: ...

class FieldPath(Operand[_Compared_contra], paths.FieldPath):
    """A path through references and collections that ends at a field: `Task.project.name`."""

class Path(paths.Path):
    """A path through references and collections: `Task.project`. Its members are one step further."""

    # Members are declared, so that a mistyped one is an error.
    __getattr__: None  # type: ignore[assignment,misc]

class Namespace(APIVersion):
    """The classes of one version."""

    # Classes are declared, so that a mistyped one is an error.
    __getattr__: None  # type: ignore[assignment,misc]

class Field(Operand[_Compared_contra], fields.Field, Generic[_Read_co, _Assigned_contra, _Compared_contra]):
    """A field: the type it reads as, the types it takes, the types it is compared with."""

    @overload
    def __get__(self, obj: None, owner: Any = ...) -> Self: ...
    @overload
    def __get__(self, obj: Object, owner: Any = ...) -> _Read_co | None: ...
    @overload
    def __get__(self, obj: Path, owner: Any = ...) -> FieldPath[_Compared_contra]: ...
    def __set__(self, obj: Object, value: _Assigned_contra) -> None: ...

class Text(Field[str, str | None, str]):
    """Text."""

class Code(Field[str, str | None, str]):
    """A code with documented values: reads as a member of an enumeration, which is a str; unknown codes as a plain str."""

    @property
    def choices(self) -> Any: ...

class Integer(Field[int, int | None, int]):
    """A whole number."""

class IntegerCode(Field[int, int | None, int]):
    """A number with documented values: reads as a member of an enumeration, which is an int; unknown ones as a plain int."""

    @property
    def choices(self) -> Any: ...

class Number(Field[float, float | _Decimal | None, float | _Decimal]):
    """A floating-point number."""

class Decimal(Field[_Decimal, _Decimal | float | None, _Decimal | float]):
    """An exact decimal: money."""

class Boolean(Field[bool, bool | None, bool]):
    """True or False."""

class DateTime(Field[datetime, datetime | date | None, datetime | date]):
    """A moment; datetimes have a time zone. A date in a condition stands for the whole day."""

class Date(Field[date, date | None, date]):
    """A day."""

class TextList(Field[list[str], _Several[str] | None, str]):
    """A list of texts or codes."""

class Map(Field[dict[str, Any], dict[str, Any] | None, Any]):
    """A mapping of names to values."""

class Anything(Field[Any, Any, Any]):
    """A value of a type that is passed on as it is."""

class IdOf(Field[str, str | _Target | None, str], Generic[_Target]):
    """The id of another object; takes the object too, saved or not yet."""

class ReadOnly(Field[_Read_co, Never, _Compared_contra], Generic[_Read_co, _Compared_contra]):
    """A field that the server computes: the type it reads as, the types it is compared with."""

class Key(Operand[str], fields.Key):
    """The id of an object, which only the server gives."""

    @overload
    def __get__(self, obj: None, owner: Any = ...) -> Self: ...
    @overload
    def __get__(self, obj: Object, owner: Any = ...) -> str: ...
    @overload
    def __get__(self, obj: Path, owner: Any = ...) -> FieldPath[str]: ...
    def __set__(self, obj: Object, value: Never) -> None: ...  # type: ignore[override]

class Reference(Protocol[_Target_co, _Path_co]):
    """A reference: another object, or None; on the class a path that goes on to its members."""

    @overload
    def __get__(self, obj: None, owner: Any = ...) -> _Path_co: ...
    @overload
    def __get__(self, obj: Object, owner: Any = ...) -> _Target_co | None: ...
    @overload
    def __get__(self, obj: Path, owner: Any = ...) -> _Path_co: ...
    def __set__(self, obj: Object, value: Never) -> None: ...

class Collection(Protocol[_Target_co, _Path_co]):
    """A collection: a tuple of objects; on the class a path that goes on to their members."""

    @overload
    def __get__(self, obj: None, owner: Any = ...) -> _Path_co: ...
    @overload
    def __get__(self, obj: Object, owner: Any = ...) -> tuple[_Target_co, ...]: ...
    @overload
    def __get__(self, obj: Path, owner: Any = ...) -> _Path_co: ...
    def __set__(self, obj: Object, value: Never) -> None: ...
