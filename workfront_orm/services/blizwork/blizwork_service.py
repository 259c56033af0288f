"""BlizWork as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.service import Capabilities, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from workfront_orm.core import types
    from workfront_orm.core.errors import APIError
    from workfront_orm.core.exchange import Change, Position, Request, Response, Select
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

    def python_name(self, wire_name: str) -> str:
        """See `families.python_name`."""
        from .families import python_name

        return python_name(wire_name)

    def general_key(self, key: str) -> str:
        """Processes are kinds of `Case`, tables of `MasterRecord`."""
        from .families import general_key

        return general_key(key)

    def tenant_entry(self, key: str, general: ObjectSpec) -> Mapping[str, Any] | None:
        """See `families.unread_entry`."""
        from .families import unread_entry

        return unread_entry(key, general)

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """What a case leads to is no object of its own: it comes inside, as values; its fields have names of their own."""
        return "" if key == "Case" and (kind != "fields" or wire_name == "fields") else None

    def helpers(self, key: str) -> Mapping[str, Any]:
        """Of cases; see `cases.HELPERS`."""
        if not key.startswith("process:"):
            return {}
        from .cases import HELPERS

        return HELPERS

    def module(self, version: str) -> str:
        """The classes that every company has; those of one company are found through it."""
        return "workfront_orm.services.blizwork.classes"

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

    def reads_levels(self, spec: ObjectSpec | None) -> bool:
        """Cases are read at one of five levels of detail."""
        from .families import is_case

        return is_case(spec)

    def read_parameters(
        self, cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]
    ) -> Select:
        """See `filters.read_parameters`."""
        from . import filters

        return filters.read_parameters(cls, fields, parameters)

    def local_conditions(self, select: Select) -> tuple[Expression, ...]:
        """The conditions that BlizWork cannot filter."""
        from . import filters

        return filters.divided(select, collect=True)[1]

    def with_fields(self, select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """See `reading.with_fields`."""
        from . import reading

        return reading.with_fields(select, names)

    def limits(self, select: Select, count: int | None) -> list[str]:
        """What a selection costs beside its one request."""
        from . import filters, reading

        found = [f"picked here, from the whole answer: {one!r}" for one in filters.divided(select)[0].picked]
        if reading.completion(select, [dict.fromkeys(select.type._key, 0)]):
            found.append("fields that lists of cases leave out: one request for each case more")
        return found

    def plan_completion(self, select: Select, rows: Sequence[dict[str, Any]]) -> list[Request]:
        """See `reading.completion`."""
        from . import reading

        return reading.completion(select, rows)

    def plan_read(self, obj: Object, fields: tuple[str, ...] | None) -> Request:
        """See `reading.read_one`."""
        from . import reading

        return reading.read_one(obj, fields)

    def plan_load(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.load`."""
        from . import reading

        return reading.load(cls, ids, fields)

    def plan_lookup(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.load`."""
        from . import reading

        return reading.load(cls, ids, fields, lookup=True)

    def plan_page(self, select: Select, position: Position, size: int | None) -> Request:
        """See `reading.page`."""
        from . import reading

        return reading.page(select)

    # --- writing --------------------------------------------------------------------

    def check_change(self, change: Change) -> None:
        """See `writing.check`."""
        from . import writing

        writing.check(change)

    def plan_changes(self, changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
        """See `writing.plan_all`."""
        from . import writing

        return writing.plan_all(changes)

    # --- answers --------------------------------------------------------------------

    def read_answer(self, response: Response) -> Any:
        """See `wire.read_answer`."""
        from . import wire

        return wire.read_answer(response)

    def error(self, kind: type[APIError]) -> type[APIError]:
        """BlizWork's own kinds of errors."""
        from .errors import kind_of

        return kind_of(kind)
