"""Conditions as Workfront's filter parameters.

One base group of conditions that all hold, and `OR:n:` groups of which one may hold instead. The
base is not distributed over the groups, so a condition beside an `or` is repeated in each. A
second condition on a field of the base goes into an `AND:n:` group, and so does `exists()`; inside
an `OR:n:` group neither is documented, so an alternative that needs it becomes the base, and further
such ones are asked for in requests of their own. Source: `API.md` section 8 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.exchange import Split
from workfront_orm.core.expressions import Comparison, Exists, Expression, Group
from workfront_orm.core.logic import crosses_collection, groups
from workfront_orm.core.operators import Operand
from workfront_orm.core.types import ListOf

from .comparisons import comparison_pairs, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workfront_orm.core.exchange import Select

__all__ = ["LIST_SIZE", "condition_pairs", "local_conditions", "order_pairs", "split"]

LIST_SIZE = 2000
"""The greatest number of values of one request's conditions; longer lists are split over several."""

Pairs = list[tuple[str, str]]
Leaves = tuple[Comparison | Exists, ...]

# No row is without an id: what is sent where conditions contradict each other.
_NEVER: Pairs = [("ID", ""), ("ID_Mod", "isnull")]


def condition_pairs(select: Select) -> Pairs:
    """The conditions of a selection as parameters of one request.

    Raises:
        NotSupportedError: A condition that the server cannot filter, or that takes several requests;
            the message says why.
    """
    if not select.where:
        return []
    requests = _requests(select)
    if len(requests) > 1:
        raise NotSupportedError(
            f"these conditions take {len(requests)} requests, since {_reason(requests)}; their results can be read "
            "together in the order of ids, but not sorted, counted or aggregated by the server"
        )
    return _pairs(requests[0])


def split(select: Select) -> Split:
    """The selections that one request each can read; see `Service.split`."""
    if select.parameters or not select.where:
        return _split_parameters(select)
    requests = _requests(select)
    if len(requests) == 1:
        return Split(selects=(select,))
    if select.order:
        raise NotSupportedError(
            f"these conditions take {len(requests)} requests, since {_reason(requests)}, and several results cannot be "
            "sorted by the server: leave out order_by(...) and sort here, or allow the query to filter_locally()"
        )
    selects = tuple(evolve(select, where=_tree(request)) for request in requests)
    chunked = _chunked_leaf(requests)
    return Split(
        selects=selects,
        consecutive=chunked is not None and chunked.operand.path == select.type._key,
        disjoint=chunked is not None and not crosses_collection(chunked.operand) and not _holds_list(chunked),
    )


def local_conditions(select: Select) -> tuple[Expression, ...]:
    """The conditions that the server cannot filter, alone or together with those before them."""
    remote: list[Expression] = []
    local: list[Expression] = []
    for condition in select.where:
        try:
            split(evolve(select, where=(*remote, condition)))
        except NotSupportedError:
            local.append(condition)
        else:
            remote.append(condition)
    return tuple(local)


def order_pairs(select: Select) -> Iterator[tuple[str, str]]:
    """The order of a selection as numbered parameters."""
    for number, ordering in enumerate(select.order, 1):
        if crosses_collection(ordering.operand):
            raise NotSupportedError(
                f"{ordering!r}: a collection has many values or none, so rows have no place in an order by them"
            )
        direction = ("ci" if ordering.ignore_case else "") + ("desc" if ordering.descending else "asc")
        yield f"{':'.join(ordering.operand.path)}_{number}_Sort", direction


# --- alternatives and requests ----------------------------------------------------------


def _requests(select: Select) -> list[list[Leaves]]:
    """The alternatives of the conditions, put together as requests can say them, the base of each first.

    Raises:
        NotSupportedError: A condition that no request can say.
    """
    alternatives = groups(rewritten(condition) for condition in select.where)
    if not alternatives:
        return [[]]
    if not select.order:
        alternatives = [part for alternative in alternatives for part in _chunks(alternative)]
    for alternative in alternatives:
        _pairs([alternative])
    needy = [alternative for alternative in alternatives if _needs_base(alternative)]
    plain = [alternative for alternative in alternatives if not _needs_base(alternative)]
    # Reading on behind an id takes a second condition on it, so what names the id is best off in the base.
    plain.sort(key=lambda alternative: not any(_path(leaf) == "ID" for leaf in alternative))
    requests = [[alternative] for alternative in needy]
    room = [LIST_SIZE - _weight(alternative) for alternative in needy]
    for alternative in plain:
        weight = _weight(alternative)
        place = next((number for number, left in enumerate(room) if weight <= left or select.order), None)
        if place is None:
            requests.append([alternative])
            room.append(LIST_SIZE - weight)
        else:
            requests[place].append(alternative)
            room[place] -= weight
    return requests


def _chunks(alternative: Leaves) -> list[Leaves]:
    """An alternative with its longest list cut into lists that one request can hold."""
    lists = [leaf for leaf in alternative if isinstance(leaf, Comparison) and leaf.operator == "in"]
    longest = max(lists, key=lambda leaf: len(leaf.value), default=None)
    if longest is None or len(longest.value) <= LIST_SIZE:
        return [alternative]
    values: Sequence[Any] = longest.value
    if longest.operand.path == ("ID",) and all(isinstance(value, str) for value in values):
        # In the order of the result, so that one part can be read after the other.
        values = sorted(values)
    found = []
    for start in range(0, len(values), LIST_SIZE):
        part = Comparison(
            longest.operand, "in", tuple(values[start : start + LIST_SIZE]), ignore_case=longest.ignore_case
        )
        found.append(tuple(part if leaf is longest else leaf for leaf in alternative))
    return found


def _chunked_leaf(requests: Sequence[Sequence[Leaves]]) -> Comparison | None:
    """The comparison in which requests differ, where they differ in the part of one list alone."""
    if any(len(request) != 1 for request in requests):
        return None
    first = requests[0][0]
    differing: set[int] = set()
    for request in requests[1:]:
        if len(request[0]) != len(first):
            return None
        differing.update(number for number, leaf in enumerate(request[0]) if leaf is not first[number])
    place = differing.pop() if len(differing) == 1 else None
    leaf = None if place is None else first[place]
    if not isinstance(leaf, Comparison) or leaf.operator != "in":
        return None
    others: list[Any] = [request[0][place] for request in requests]  # type: ignore[index]
    if leaf.ignore_case or any(_path(other) != _path(leaf) or other.operator != "in" for other in others):
        return None
    values = [value for other in others for value in other.value]
    return leaf if len(values) == len(set(values)) else None


def _holds_list(leaf: Comparison) -> bool:
    # A custom field that nobody declared may hold several values.
    return isinstance(leaf.operand.leaf.codec, ListOf) or leaf.operand.leaf.workfront_name.startswith("DE:")


def _needs_base(alternative: Leaves) -> bool:
    paths = [_path(leaf) for leaf in _ranged(alternative)]
    return None in paths or len(set(paths)) < len(paths)


def _path(leaf: Comparison | Exists) -> str | None:
    return None if isinstance(leaf, Exists) else ":".join(leaf.operand.path)


def _weight(alternative: Leaves) -> int:
    return sum(
        len(leaf.value) if isinstance(leaf, Comparison) and isinstance(leaf.value, tuple) else 1 for leaf in alternative
    )


def _tree(request: Sequence[Leaves]) -> tuple[Expression, ...]:
    if len(request) == 1:
        return request[0]
    return (Group("or", [leaves[0] if len(leaves) == 1 else Group("and", leaves) for leaves in request]),)


def _reason(requests: Sequence[Sequence[Leaves]]) -> str:
    if any(_needs_base(alternative) for request in requests[1:] for alternative in request):
        return "Workfront takes one condition a field and no exists() in an alternative of an or"
    return f"a list is longer than {LIST_SIZE:,} values"


def _split_parameters(select: Select) -> Split:
    """A selection by the server's own parameters, its longest list cut into parts."""
    modifiers = dict(select.parameters)
    lists = [
        (name, list(value))
        for name, value in select.parameters
        if isinstance(value, (list, tuple, set, frozenset))
        and not name.startswith(("OR:", "AND:", "EXISTS:"))
        and modifiers.get(f"{name}_Mod", "in") in {"in", "ciin", "eq", "cieq"}
    ]
    name, values = max(lists, key=lambda pair: len(pair[1]), default=("", []))
    sorted_ = any(other.endswith("_Sort") for other, _value in select.parameters)
    if len(values) <= LIST_SIZE or sorted_:
        return Split(selects=(select,))
    consecutive = name == "ID" and all(isinstance(value, str) for value in values)
    values = sorted(dict.fromkeys(values)) if consecutive else list(dict.fromkeys(values))
    chunks = [values[start : start + LIST_SIZE] for start in range(0, len(values), LIST_SIZE)]
    selects = tuple(
        evolve(
            select,
            parameters=tuple((key, chunk if key == name else value) for key, value in select.parameters),
        )
        for chunk in chunks
    )
    return Split(selects=selects, consecutive=consecutive and not _has_groups(select))


def _has_groups(select: Select) -> bool:
    return any(name.startswith("OR:") for name, _value in select.parameters)


# --- groups -----------------------------------------------------------------------------


def _pairs(request: Sequence[Leaves]) -> Pairs:
    if not request:
        return _NEVER
    pairs = _base(request[0])
    for number, alternative in enumerate(request[1:], 1):
        for leaf in _ranged(alternative):
            # One with exists() would be the base.
            pairs += [] if isinstance(leaf, Exists) else comparison_pairs(leaf, f"OR:{number}:")
    return pairs


def _base(group: Leaves) -> Pairs:
    pairs: Pairs = []
    used: set[str] = set()
    for number, leaf in enumerate(_ranged(group), 1):
        if isinstance(leaf, Exists):
            pairs += _exists(leaf, f"AND:e{number}:EXISTS:e{number}:")
            continue
        path = ":".join(leaf.operand.path)
        lead = f"AND:c{number}:" if path in used else ""
        used.add(path)
        pairs += comparison_pairs(leaf, lead)
    return pairs


def _ranged(group: Leaves) -> list[Comparison | Exists]:
    """The comparisons of a group, those that are the two ends of a range made one.

    Not through a collection, where each comparison may be met by another member.
    """
    found: list[Comparison | Exists] = []
    for leaf in group:
        if isinstance(leaf, Comparison) and leaf.operator in {"ge", "le"} and not crosses_collection(leaf.operand):
            wanted = "le" if leaf.operator == "ge" else "ge"
            place = next(
                (
                    number
                    for number, other in enumerate(found)
                    if isinstance(other, Comparison)
                    and other.operator == wanted
                    and other.operand.path == leaf.operand.path
                    and not isinstance(other.value, Operand)
                ),
                None,
            )
            if place is not None and not isinstance(leaf.value, Operand):
                other = found[place]
                lower, upper = (other, leaf) if wanted == "ge" else (leaf, other)
                found[place] = Comparison(leaf.operand, "between", lower.value, upper.value)  # type: ignore[union-attr]
                continue
        found.append(leaf)
    return found


def _exists(leaf: Exists, lead: str) -> Pairs:
    if leaf.type.code is None:
        raise NotSupportedError(f"exists({leaf.type.__name__}): the class has no code in this version")
    pairs = [(f"{lead}$$OBJCODE", leaf.type.code)]
    if leaf.negated:
        pairs.append((f"{lead}$$EXISTSMOD", "NOTEXISTS"))
    for inner, outer in leaf.link:
        pairs.append((f"{lead}{':'.join(inner.path)}", f"FIELD:{':'.join(outer.path)}"))
    alternatives = groups(rewritten(condition) for condition in leaf.conditions)
    if len(alternatives) != 1:
        raise NotSupportedError(f"{leaf!r}: Workfront takes no or inside exists(); join two exists() with | instead")
    used = {":".join(inner.path) for inner, _outer in leaf.link}
    for inside in _ranged(alternatives[0]):
        if isinstance(inside, Exists):
            raise NotSupportedError(f"{leaf!r}: Workfront takes no exists() inside exists()")
        path = ":".join(inside.operand.path)
        if path in used:
            raise NotSupportedError(f"{leaf!r}: a second condition on {path}; Workfront takes one inside exists()")
        used.add(path)
        pairs += comparison_pairs(inside, lead)
    return pairs
