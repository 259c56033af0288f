"""BlizWork as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.imports import hook
from workfront_orm.core.service import Capabilities, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from workfront_orm.core import types
    from workfront_orm.core.exchange import Position, Request, Select
    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = ["VERSION", "BlizWorkService"]

VERSION = "client-0.1.0"
"""The API has no version; this is the release of the published client that the facts were read from."""

_INSTEAD = {"update": "a case changes when an action is executed: case.execute('action') sends its unsaved changes"}


class BlizWorkService(Service):
    """What BlizWork is to the mapper. Planning and reading live in the other modules, loaded when used."""

    name = "blizwork"

    # --- names, keys, values --------------------------------------------------------

    python_name = hook("families.python_name")
    # Processes are kinds of `Case`, tables of `MasterRecord`.
    general_key = hook("families.general_key")
    tenant_entry = hook("families.unread_entry")

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """What a case leads to is no object of its own: it comes inside, as values; its fields have names of their own."""
        return "" if key == "Case" and (kind != "fields" or wire_name == "fields") else None

    def helpers(self, key: str) -> Mapping[str, Any]:
        """Of cases; see `cases.HELPERS`."""
        if not key.startswith("process:"):
            return {}
        from .cases import HELPERS

        return HELPERS

    def natural_key(self, spec: ObjectSpec) -> bool:
        """Records of a table are told apart by columns that the program names."""
        return spec.key.startswith("table:") and bool(spec.raw.get("key"))

    def normal_key(self, spec: ObjectSpec) -> Callable[[Any], Any] | None:
        """In the class of a process, the number of a case is enough."""
        from .families import is_case, normal_case

        return (lambda key: normal_case(spec, key)) if is_case(spec) else None

    def codec(self, spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
        """See `codecs.codec_of`."""
        from .codecs import codec_of

        return codec_of(field)

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Fields of a case that its class does not declare, and columns of a table that shows no rows."""
        from .families import FIELD, is_case, is_table

        if is_case(spec):
            return name.startswith(FIELD)
        return spec is not None and is_table(spec) and bool((spec.raw.get("extra") or {}).get("open"))

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Whole lists, no order; one object a write. All that is not a case or a record has no calls of its own."""
        from .families import is_case, is_table

        operations: frozenset[str] = frozenset()
        if is_case(spec):
            operations = frozenset({"search", "load", "create"})
        elif is_table(spec):
            operations = frozenset({"search", "load", "create", "update", "delete"})
        return Capabilities(
            operations=operations,
            paging="whole",
            key_filter=1,
            order=False,
            remedies=_INSTEAD if is_case(spec) else None,
        )

    # Cases are read at one of five levels of detail.
    reads_levels = hook("families.is_case")
    read_parameters = hook("filters.read_parameters")

    def local_conditions(self, select: Select) -> tuple[Expression, ...]:
        """The conditions that BlizWork cannot filter."""
        from . import filters

        return filters.divided(select, collect=True)[1]

    with_fields = hook("reading.with_fields")

    def limits(self, select: Select, count: int | None) -> list[str]:
        """What a selection costs beside its one request."""
        from . import filters, reading

        found = [f"picked here, from the whole answer: {one!r}" for one in filters.divided(select)[0].picked]
        if reading.completion(select, [dict.fromkeys(select.type._key, 0)]):
            found.append("fields that lists of cases leave out: one request for each case more")
        return found

    plan_completion = hook("reading.completion")
    plan_read = hook("reading.read_one")
    plan_load = hook("reading.load")

    def plan_lookup(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.load`."""
        from . import reading

        return reading.load(cls, ids, fields, lookup=True)

    def plan_page(self, select: Select, position: Position, size: int | None) -> Request:
        """See `reading.page`."""
        from . import reading

        return reading.page(select)

    # --- writing --------------------------------------------------------------------

    check_change = hook("writing.check")
    plan_changes = hook("writing.plan_all")

    # --- answers --------------------------------------------------------------------

    read_answer = hook("wire.read_answer")
    error = hook("errors.own_kind")
