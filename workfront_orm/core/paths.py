"""Paths: `Task.project.owner.name`, through references and collections to a field."""

from __future__ import annotations

from .fields import Field
from .members import member_names, resolve_member
from .operators import Operand
from .relations import target_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .expressions import Comparison
    from .objects import Object
    from .relations import Collection, Reference

__all__ = ["FieldPath", "Path", "step"]


class Path:
    """A path through references and collections that does not end at a field yet.

    It owns only names that no field has: everything else goes one step on. That it exists on
    the system is checked at each step, against the metadata.
    """

    __slots__ = ("_root", "_steps")

    def __init__(self, root: type[Object], steps: tuple[Reference | Collection, ...]) -> None:
        self._root = root
        self._steps = steps

    @property
    def workfront_name(self) -> str:
        """The wire form of the path."""
        return ":".join(step.workfront_name for step in self._steps)

    @property
    def spec(self) -> Any:
        """What the metadata says of the last step."""
        return self._steps[-1].spec

    def is_null(self) -> Comparison:
        """Rows that refer to nothing here."""
        return self._id().is_null()

    def is_not_null(self) -> Comparison:
        """Rows that refer to something here."""
        return self._id().is_not_null()

    def __getattr__(self, name: str) -> Any:
        """Go one step on."""
        if name.startswith("__"):
            raise AttributeError(name)
        return step(self._root, self._steps, name)

    def __dir__(self) -> list[str]:
        """The members of the type that the path leads to, and the operators."""
        return sorted({*dir(type(self)), *member_names(target_type(self._steps[-1]))})

    def __repr__(self) -> str:
        """The path as it is written in Python."""
        return f"<{self._root.__name__}.{'.'.join(step.workfront_name for step in self._steps)}>"

    def _id(self) -> FieldPath:
        return FieldPath(self._root, self._steps, target_type(self._steps[-1]).id)


class FieldPath(Operand):
    """A path through references and collections that ends at a field."""

    __slots__ = ("_leaf", "_root", "_steps")

    def __init__(self, root: type[Object], steps: tuple[Reference | Collection, ...], leaf: Field) -> None:
        self._root = root
        self._steps = steps
        self._leaf = leaf

    @property
    def path(self) -> tuple[str, ...]:
        """The wire names from the queried type to the field."""
        return (*(step.workfront_name for step in self._steps), self._leaf.workfront_name)

    @property
    def root(self) -> type[Object]:
        """The type that the path starts at."""
        return self._root

    @property
    def leaf(self) -> Field:
        """The field at the end of the path."""
        return self._leaf

    @property
    def workfront_name(self) -> str:
        """The wire form of the path."""
        return ":".join(self.path)

    @property
    def spec(self) -> Any:
        """What the metadata says of the field."""
        return self._leaf.spec

    def __repr__(self) -> str:
        """The path by wire names."""
        return f"<{self._root.__name__}.{'.'.join(self.path)}>"


def step(root: type[Object], steps: tuple[Reference | Collection, ...], name: str) -> Path | FieldPath:
    """Follow a path one member further.

    Args:
        root: The type that the path starts at.
        steps: The references and collections so far.
        name: The Python or wire name of a member of the type that they lead to.

    Raises:
        UnknownNameError: The type has no such field, reference or collection.
    """
    member = resolve_member(target_type(steps[-1]), name)
    if isinstance(member, Field):
        return FieldPath(root, steps, member)
    return Path(root, (*steps, member))
