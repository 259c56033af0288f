"""Names: how wire names become Python names, and who wins where two become one."""

from __future__ import annotations

import re
from functools import lru_cache
from keyword import iskeyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["is_attribute", "is_special", "snake_case", "unique_names"]

_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=8192)  # a version has ten thousand names, of which two thousand are different ones
def snake_case(name: str) -> str:
    """Fold a camel-case name as the predecessor did: `BCCompletionState` is `bccompletion_state`.

    A run of capitals is one word and glues to the lower-case letters after it; digits never split.
    """
    return _HUMP.sub("_", name).lower()


@lru_cache(maxsize=8192)
def is_attribute(name: str) -> bool:
    """Whether a member can have that Python name: an identifier, no keyword and not special."""
    return name.isidentifier() and not iskeyword(name) and not is_special(name)


def is_special(name: str) -> bool:
    """Whether Python looks for that name itself: an action called `__del__` would be carried out by the collector."""
    return name[:2] == "__" == name[-2:]


def unique_names(
    taken: Iterable[str],
    members: Iterable[tuple[str, str]],
    fold: Callable[[str], str] = snake_case,
) -> dict[tuple[str, str], str]:
    """Give each member of a class its Python name.

    The order of `members` is the priority: an earlier one keeps the plain name, a later one
    gets the suffix `_`. A name that cannot be one gets none: `obj["wire name"]` reaches it.

    Args:
        taken: Names that no member may have, such as those of the base class.
        members: Pairs of kind and wire name, by falling priority.
        fold: How a wire name becomes a Python name.

    Returns:
        The Python name by kind and wire name; members without one are left out.

    Raises:
        ValueError: Two members collide even with the suffix.
    """
    used = set(taken)
    names: dict[tuple[str, str], str] = {}
    for kind, wire_name in members:
        name = fold(wire_name)
        if not is_attribute(name):
            continue
        if name in used:
            name += "_"
            if name in used:
                raise ValueError(f"{kind} {wire_name!r} collides twice: {name[:-1]!r} and {name!r} are both taken")
        used.add(name)
        names[kind, wire_name] = name
    return names
