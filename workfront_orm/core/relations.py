"""References and collections: descriptors that lead from one object to others.

On an object they give the other objects, loaded on first access. On the class they are steps
of a path: everything but a few reserved names leads on to a member of what they refer to.
"""

from __future__ import annotations

from .errors import UnknownNameError
from .fields import MemberDoc, member_of
from .specs import CollectionSpec, ReferenceSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .objects import Object
    from .paths import Path

__all__ = ["Collection", "Reference", "Relation", "target_type"]


class Relation:
    """What Reference and Collection share."""

    __slots__ = ("_owner", "_raw", "workfront_name")

    workfront_name: str

    def __init__(self, workfront_name: str) -> None:
        self.workfront_name = workfront_name

    def __set_name__(self, owner: type[Object], name: str) -> None:
        if hasattr(self, "_raw") and not hasattr(self, "_owner"):
            self._owner = owner

    def __set__(self, obj: Object, value: Any) -> None:
        """Refuse; the message says what to do instead."""
        kind = type(self).__name__
        place = f"{type(obj).__name__}.{type(obj)._python_names.get(self.workfront_name, self.workfront_name)}"
        raise AttributeError(f"{kind} cannot be set: {self._instead(obj, place)}")

    def __getattr__(self, name: str) -> Any:
        """Go on to a member of what it leads to: `Task.project.name`."""
        if name.startswith("_"):
            raise AttributeError(name)
        from .paths import step  # for conditions only

        owner = getattr(self, "_owner", None)
        if owner is None:
            target_type(self)
        return step(owner, (self,), name)  # type: ignore[arg-type]

    def __dir__(self) -> list[str]:
        """Own names and the members of what it leads to."""
        own = set(object.__dir__(self))
        try:
            return sorted(own | {"id", *target_type(self)._members})
        except UnknownNameError:
            return sorted(own)

    def __get__(self, obj: Any, owner: type[Object] | None = None) -> Any:
        """What it leads to, loaded on first access, or the relation itself on the class."""
        if obj is None:
            return self
        values = obj._values
        if values is not None:
            try:
                return values[self.workfront_name]
            except KeyError:
                pass
        return obj._resolve(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by class and wire name: paths travel to other processes."""
        owner = getattr(self, "_owner", None)
        return (type(self), (self.workfront_name,)) if owner is None else (member_of, (owner, self.workfront_name, {}))

    def is_null(self) -> Any:
        """Rows that refer to nothing here."""
        return self._path().is_null()

    def is_not_null(self) -> Any:
        """Rows that refer to something here."""
        return self._path().is_not_null()

    def __repr__(self) -> str:
        """Kind, class and name."""
        owner = getattr(self, "_owner", None)
        return f"<{type(self).__name__} {owner.__name__ if owner is not None else '?'}.{self.workfront_name}>"

    def _path(self) -> Path:
        from .paths import Path  # for conditions only

        return Path(self._owner, (self,))  # type: ignore[arg-type]

    def _instead(self, obj: Object, place: str) -> str:
        raise NotImplementedError


class Reference(Relation):
    """The descriptor of a reference to one other object.

    On an object it is the other object, loaded on first access, or None when there is none. It
    cannot be assigned: assign an id, or an object, to the field that holds the id. On the class
    it goes on to the members of the other object: `Task.project.name`.

    Args:
        workfront_name: The name on the wire.
    """

    __slots__ = ()
    __doc__ = MemberDoc(__doc__ or "")

    @property
    def spec(self) -> ReferenceSpec:
        """What the metadata says of the reference."""
        return ReferenceSpec(self.workfront_name, getattr(self, "_raw", {}))

    def __set__(self, obj: Object, value: Any) -> None:
        """Assign to the id field where the system says that the reference stands for it; refuse everywhere else."""
        service = getattr(type(obj)._api, "service", None)
        field = obj._field(self.spec.field or "")
        if field is None or service is None or not service.is_assignable(self.spec):
            super().__set__(obj, value)
        else:
            field.__set__(obj, value)

    def _instead(self, obj: Object, place: str) -> str:
        field = self.spec.field
        if field is None:
            return f"{place} is a reference without an id field of its own"
        id_name = type(obj)._python_names.get(field, field)
        return f"assign an id or an object to {type(obj).__name__}.{id_name} instead of {place}"


class Collection(Relation):
    """The descriptor of a collection of other objects.

    On an object it is a tuple of objects, loaded on first access. It can be neither assigned nor
    changed: change the members. On the class it goes on to the members of those objects.

    Args:
        workfront_name: The name on the wire.
    """

    __slots__ = ()
    __doc__ = MemberDoc(__doc__ or "")

    @property
    def spec(self) -> CollectionSpec:
        """What the metadata says of the collection."""
        return CollectionSpec(self.workfront_name, getattr(self, "_raw", {}))

    def _instead(self, obj: Object, place: str) -> str:  # noqa: ARG002 - a reference needs it
        return f"{place} shows what refers to the object; save, change or delete the members themselves"


def target_type(relation: Any) -> type[Object]:
    """The class of what a reference or collection leads to.

    A function, since every attribute of a relation is a step of a path.

    Raises:
        UnknownNameError: The metadata does not tell, or the version has no such object.
    """
    owner = getattr(relation, "_owner", None)
    target = getattr(relation, "_raw", {}).get("target")
    api = getattr(owner, "_api", None)
    if api is None or target is None:
        raise UnknownNameError(
            f"where {relation!r} leads to is not known; its members cannot be named in a path: "
            "give the path as a wire name instead, for example Field('owner:name')"
        )
    try:
        kind: type[Object] = api.by_code[target]
    except KeyError:
        raise UnknownNameError(
            f"{relation!r} leads to {target!r}, which {api.version} does not have; give the path as a wire name instead"
        ) from None
    return kind
