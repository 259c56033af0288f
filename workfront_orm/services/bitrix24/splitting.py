"""Selections that one filter cannot say: read as several, whose rows the mapper merges by id.

Old methods take conditions that all hold, so each alternative of an `or` is asked for by itself; a
phone or e-mail is compared with one value at a time; and long lists of values are cut, since a
server reads a limited number of parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from workfront_orm.core.exchange import Split
from workfront_orm.core.expressions import Comparison
from workfront_orm.core.logic import groups

from .errors import NotSupportedError
from .filters import is_expressible
from .kinds import family_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workfront_orm.core.exchange import Select
    from workfront_orm.core.expressions import Exists

    Leaves = tuple[Comparison | Exists, ...]

__all__ = ["split"]

MOST_VALUES = 500
"""The number of values that one filter names."""


def split(select: Select) -> Split:
    """The selections that together read what a selection reads; see `Service.split`.

    Raises:
        NotSupportedError: There are several, and the caller's order forbids to merge them.
    """
    family = family_of(select.type._spec)
    local = tuple(one for one in select.where if select.filter_locally and not is_expressible(select, one))
    remote = [one for one in select.where if not any(one is other for other in local)]
    alternatives = groups(remote)
    parts = [leaves for group in alternatives for leaves in _expanded(group)]
    if len(parts) <= 1 or (family.alternatives and len(parts) == len(alternatives)):
        return Split(selects=(select,))
    if family.paging != "keyset":
        raise NotSupportedError(
            f"search {family.spec.name}: these conditions take {len(parts)} lists, and lists of this kind cannot be "
            "merged: ask once for each, or filter_locally()"
        )
    if select.order:
        raise NotSupportedError(
            f"search {family.spec.name}: these conditions take {len(parts)} lists, and several results cannot be sorted by "
            "the portal: leave out order_by(...) and sort here, or filter_locally()"
        )
    cut = _cut_leaf(alternatives)
    return Split(
        selects=tuple(evolve(select, where=(*leaves, *local)) for leaves in parts),
        consecutive=cut is not None and cut.operand.path == family.key,
        disjoint=cut is not None and not cut.operand.leaf.spec.multiple,
    )


def _expanded(group: Leaves) -> Iterator[Leaves]:
    """A group as several, so that each of its comparisons can be sent."""
    for place, leaf in enumerate(group):
        chunks = _chunks(leaf)
        if isinstance(leaf, Comparison) and chunks:
            for values in chunks:
                part = Comparison(leaf.operand, *_compared(leaf, values))
                yield from _expanded((*group[:place], part, *group[place + 1 :]))
            return
    yield group


def _chunks(leaf: Comparison | Exists) -> list[Sequence[object]]:
    """The values of a comparison, cut as they have to be; empty where nothing is to be cut."""
    if not isinstance(leaf, Comparison) or leaf.operator != "in" or not isinstance(leaf.value, tuple):
        return []
    most = 1 if _is_single(leaf) else MOST_VALUES
    values: Sequence[object] = leaf.value
    if len(values) <= most and not (most == 1 and leaf.operator == "in"):
        return []
    if len(leaf.operand.path) == 1 and not isinstance(values[0], str):
        # In the order of the key, so that ids can be read part by part.
        values = sorted(values)  # type: ignore[type-var]
    return [values[start : start + most] for start in range(0, len(values), most)]


def _compared(leaf: Comparison, values: Sequence[object]) -> tuple[str, object]:
    return ("eq", values[0]) if _is_single(leaf) else ("in", tuple(values))


def _is_single(leaf: Comparison) -> bool:
    """Whether a field is compared with one value at a time."""
    return bool(leaf.operand.leaf.spec.type == "crm_multifield")


def _cut_leaf(alternatives: list[Leaves]) -> Comparison | None:
    """The comparison whose list was cut, where nothing else makes several selections of one."""
    if len(alternatives) != 1:
        return None
    cut = [leaf for leaf in alternatives[0] if isinstance(leaf, Comparison) and _chunks(leaf)]
    return cut[0] if len(cut) == 1 else None
