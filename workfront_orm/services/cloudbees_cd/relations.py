"""What references and collections mean: ids, names, and names within what an object stands in.

Source: the references and collections of `objects.json`, as the metadata has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Request, Select
from workfront_orm.core.expressions import Comparison, Group

from .places import address, names_in, parts_of
from .wire import objects_in, request, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.fields import Field
    from workfront_orm.core.objects import Object
    from workfront_orm.core.relations import Collection, Reference

__all__ = ["collection_owner", "collection_select", "is_embedded", "is_null", "links", "reference_fields", "resolve"]


def is_null(value: Any) -> bool:
    """Whether an id, a name, or names within a place refer to nothing."""
    return value in (None, "") or (isinstance(value, tuple) and any(part in (None, "") for part in value))


def reference_fields(reference: Reference) -> tuple[str, ...]:
    """The fields that say what a reference means."""
    spec = reference.spec
    by = _by(reference)
    return by or (() if spec.field is None else (spec.field,))


def resolve(reference: Reference, row: Mapping[str, Any]) -> tuple[str, Any] | None:
    """What a reference means: an id, a name, or names. None where the row does not tell."""
    spec = reference.spec
    if spec.target is None:
        return None
    by = _by(reference)
    if by:
        if any(name not in row for name in by):
            return None
        names = tuple(row[name] for name in by)
        if names[0] is None and names[-1] is not None and by[0] == "subproject":
            # A subprocedure without a project is one of the step's own.
            names = (row.get("projectName"), *names[1:])
        return spec.target, names
    return None if spec.field is None or spec.field not in row else (spec.target, row[spec.field])


def is_embedded(relation: Reference | Collection) -> bool:
    """Whether members come inside the row of their owner: those of a property sheet."""
    return relation.workfront_name == "properties"


def collection_select(owners: Sequence[Object], collection: Collection) -> Select | None:
    """What reads the members of one owner or of several; None where no search can."""
    spec = collection.spec
    owner = owners[0]
    if spec.target is None:
        return None
    target = owner._api.by_code[spec.target]
    if spec.target == "formalParameter":
        field = _member(target, "container")
        values = tuple(f"{owner.code}-{one.id}" for one in owners)
        return Select(
            type=target, where=(Comparison(field, "in", values),), order=(_member(target, "orderIndex").asc(),)
        )
    if spec.target in {"jobStep", "flowRuntime"}:
        field = _member(target, type(owner)._key[0])
        return Select(type=target, where=(Comparison(field, "in", tuple(one.id for one in owners)),))
    if owner.code == "resourcePool":
        return _pooled(owners, target)
    names = names_in(spec.raw.get("endpoint") or "")
    return Select(type=target, where=(_in_places(target, names, owners),)) if names else None


def _pooled(owners: Sequence[Object], target: type[Object]) -> Select | None:
    """The resources whose names a pool lists; they do not tell in which pools they are."""
    if len(owners) > 1:
        return None
    names = owners[0]._row.get("resourceName") or []
    field = _member(target, "resourceName")
    return Select(type=target, where=(Comparison(field, "in", tuple(names if isinstance(names, list) else [names])),))


def _in_places(target: type[Object], names: list[str], owners: Sequence[Object]) -> Expression:
    """The condition that rows stand in one of several places."""
    places: dict[tuple[str, ...], list[str]] = {}
    for owner in owners:
        known = parts_of(owner)
        places.setdefault(tuple(known[name] for name in names[:-1]), []).append(known[names[-1]])
    members = []
    for place, own in places.items():
        parts: list[Expression] = [
            Comparison(_member(target, name), "eq", value) for name, value in zip(names, place, strict=False)
        ]
        parts.append(Comparison(_member(target, names[-1]), "in", tuple(own)))
        members.append(parts[0] if len(parts) == 1 else Group("and", parts))
    return members[0] if len(members) == 1 else Group("or", members)


def collection_owner(collection: Collection, row: Mapping[str, Any]) -> Any:
    """Whose member a row is: the owner's id or names."""
    spec = collection.spec
    if spec.target == "formalParameter":
        return str(row.get("container")).partition("-")[2]
    if spec.target in {"jobStep", "flowRuntime"}:
        return row.get("jobId" if spec.target == "jobStep" else "pipelineId")
    names = tuple(row.get(name) for name in names_in(spec.raw.get("endpoint") or ""))
    return names[0] if len(names) == 1 else names


def links(owners: Sequence[Object], collection: Collection) -> list[tuple[Request, Sequence[Object]]] | None:
    """The resources of tiers of environments, which a list of their own tells; None for other collections."""
    if owners[0].code != "environmentTier" or collection.workfront_name != "resources":
        return None
    spec = owners[0]._api.by_code["resource"]._spec
    planned: list[tuple[Request, Sequence[Object]]] = []
    for owner in owners:
        label = f"load {type(owner).__name__}.resources of {owner._label()}"
        path = address(f"{_tier_path(owner)}/resources", parts_of(owner), label)

        def decode(data: Mapping[str, Any]) -> list[Any]:
            return [[("resource", row_of(spec, found)) for found in objects_in(spec, data)]]

        planned.append((request(label, "GET", path, decode=decode), [owner]))
    return planned


def _tier_path(owner: Object) -> str:
    return str(owner._spec.raw["ops"]["get"]).partition(" ")[2]


def _member(cls: type[Object], name: str) -> Field:
    """A field that the metadata surely has, since a path names it."""
    field = cls._field(name)
    assert field is not None
    return field


def _by(reference: Reference) -> tuple[str, ...]:
    by = (reference.spec.raw.get("extra") or {}).get("by")
    return tuple(by) if isinstance(by, list) else ()
