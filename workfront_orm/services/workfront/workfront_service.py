"""Workfront as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.imports import hook
from workfront_orm.core.service import Capabilities, Service, known_operations

from . import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workfront_orm.core.exchange import Change, Request, Select
    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.fields import Field
    from workfront_orm.core.objects import Object
    from workfront_orm.core.operators import Operand
    from workfront_orm.core.session import BaseSession
    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = ["WorkfrontService"]

PAGE_SIZE = 2000
FIELD_LIMIT = 1_000_000
DEPTH = 4
BULK_SIZE = 100

# What one class can do, by the server's own words; most classes share one of a few sets.
_capabilities: dict[tuple[str, ...] | None, Capabilities] = {}


class WorkfrontService(Service):
    """What Workfront is to the mapper. Planning and reading live in `reading` and `writing`, loaded when used."""

    name = "workfront"

    @property
    def wire_types(self) -> tuple[type, ...]:  # type: ignore[override]
        """See `wire.text_of`."""
        from . import wire

        return wire.TYPES

    # --- names, keys, values --------------------------------------------------------

    def class_name(self, key: str, name: str) -> str:
        """The Python name of a class: the server's, but for those of `names.CLASS_NAMES`."""
        return names.CLASS_NAMES.get(key, name)

    def key_of_class(self, name: str) -> str | None:
        """The key of a renamed class."""
        return next((key for key, renamed in names.CLASS_NAMES.items() if renamed == name), None)

    python_name = hook("names.python_name")

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """The predecessor's choice for a few members."""
        return names.MEMBER_NAMES.get((key, kind, wire_name))

    def helpers(self, key: str) -> Mapping[str, Any]:
        """Methods that no metadata has, for the few classes that have any."""
        if key not in {"NOTE", "OPTASK", "TASK", "UPDATE"}:
            return {}
        from .helpers import HELPERS

        return HELPERS[key]

    def annotation(self, type_name: str | None, *, taken: bool) -> str:
        """See `type_names.annotation`."""
        from . import type_names

        return type_names.annotation(type_name, taken=taken)

    def helper_annotation(self, name: str) -> str:
        """See `type_names.HELPERS`."""
        from . import type_names

        return type_names.HELPERS[name]

    def module(self, version: str) -> str:
        """`v22.0` is `workfront_orm.versions.v220`."""
        return f"workfront_orm.versions.{version.replace('.', '')}"

    def row_type(self, row: Mapping[str, Any]) -> str | None:
        """Rows carry their code, but for some that do not."""
        return row.get("objCode")

    codec = hook("names.codec_of")

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Custom fields begin with `DE:`."""
        return name.startswith(names.CUSTOM_PREFIX)

    def is_alias(self, cls: type[Object], key: Any) -> bool:
        """Wildcards such as `$$USER.ID`; of a class that no metadata describes nobody knows."""
        return cls._spec is None or str(key).startswith("$$")

    def convert_name(self, cls: type[Object], name: str) -> str:
        """Paths, `*` and `parameterValues`."""
        return names.wire_path(cls, name)

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Pages of 2,000 by id; bulk writes of 100; operations as the metadata lists them."""
        words = None if spec is None else spec.operations
        found = _capabilities.get(words)
        if found is None:
            found = _capabilities[words] = Capabilities(
                operations=known_operations(spec),
                paging="keyset",
                page_size=PAGE_SIZE,
                key_filter=500,
                write_batch=BULK_SIZE,
                overlap=True,
                descending=True,
            )
        return found

    named_codes = hook("filters.named_codes")
    # Rows after an id, unless the caller sorts or conditions leave no room for one on the id.
    paging = hook("reading.paging")
    page_size = hook("reading.page_size")

    def is_too_large(self, error: Exception) -> bool:
        """The server names no cause of its own, only an illegal argument."""
        data = getattr(error, "data", None)
        return isinstance(data, dict) and str(data.get("class")).endswith("IllegalArgumentException")

    split = hook("conditions.split")
    with_fields = hook("reading.with_fields")
    local_conditions = hook("conditions.local_conditions")

    def limits(self, select: Select, count: int | None) -> list[str]:
        """The server's limits on one result: secondary objects, fields, depth of paths."""
        fields = select.fields or ()
        found = []
        nested = {name.rpartition(":")[0] for name in fields if ":" in name}
        if nested:
            found.append(
                f"50,000 objects a result, members of {', '.join(sorted(nested))} included; pages keep below it"
            )
        if len(fields) * PAGE_SIZE > FIELD_LIMIT:
            found.append(f"1,000,000 fields a result: {len(fields)} fields leave room for fewer than {PAGE_SIZE} rows")
        if any(name.count(":") > DEPTH - 1 for name in fields):
            found.append(f"paths of at most {DEPTH} steps")
        if count is not None and count > PAGE_SIZE:
            found.append(f"{PAGE_SIZE:,} rows a request: split by pages")
        return found

    def partition_field(self, cls: type[Object]) -> Field:
        """The moment of creation where the class has one, else the id."""
        from workfront_orm.core.members import find_member

        member = find_member(cls, "entryDate")
        key: Any = cls.id
        return key if member is None else member  # type: ignore[return-value]

    def authorship(self, cls: type[Object], user_id: Any) -> tuple[Expression, Operand] | None:
        """Who entered an object and when, where the class tells both."""
        from workfront_orm.core.members import find_member
        from workfront_orm.core.moments import current_user

        author: Any = find_member(cls, "enteredByID")
        entered: Any = find_member(cls, "entryDate")
        return None if author is None or entered is None else (author == current_user.id, entered)

    read_parameters = hook("filters.read_parameters")
    plan_read = hook("reading.read_object")
    plan_load = hook("reading.load")
    plan_lookup = hook("reading.lookup")
    plan_page = hook("reading.page")
    plan_count = hook("reading.count")

    def plan_values(self, cls: type[Object], field: FieldSpec, row: Mapping[str, Any]) -> Request | None:
        """See `reading.tenant_values`."""
        from . import reading

        return reading.tenant_values(cls, field)

    plan_named_query = hook("reading.named_query")
    plan_report = hook("reporting.report")

    # --- writing --------------------------------------------------------------------

    def check_change(self, change: Change) -> None:
        """Refuse values that have no form on the wire, so that in a bulk write only their own row fails.

        Raises:
            TypeError, ValueError: A value that cannot be sent; the field is named.
        """
        from .wire import wire_json

        for name, value in change.values.items():
            try:
                wire_json(value)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{change.kind} {change.object._label()}: {name}: {error}") from None

    plan_changes = hook("writing.plan")
    plan_action = hook("writing.action")

    def encode_argument(self, type_name: str, value: Any) -> Any:
        """Objects stand for their ids, moments for their text."""
        from .wire import wire_json

        return wire_json(value)

    def decode_result(self, type_name: str | None, value: Any, session: BaseSession) -> Any:
        """Moments become datetimes; everything else is as JSON gives it."""
        if type_name == "dateTime" and isinstance(value, str):
            try:
                return names.DATETIME.decode(value)
            except ValueError:
                return value
        return value

    # --- answers --------------------------------------------------------------------

    read_answer = hook("wire.read_answer")
    error = hook("errors.own_kind")
