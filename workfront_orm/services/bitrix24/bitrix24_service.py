"""Bitrix24 as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.imports import hook
from workfront_orm.core.service import Capabilities, Service, known_operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from workfront_orm.core import types
    from workfront_orm.core.exchange import Select
    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.objects import Object
    from workfront_orm.core.operators import Operand
    from workfront_orm.core.relations import Collection, Reference
    from workfront_orm.core.specs import FieldSpec, ObjectSpec, ReferenceSpec

__all__ = ["VERSION", "Bitrix24Service"]

VERSION = "rest-2026-08"
"""The metadata that the package brings: the classic REST API has no version, so it is named after a month."""

# Multi-fields are values of the object, so the field itself is the list that programs use.
_MULTIFIELDS = {"PHONE": "phones", "EMAIL": "emails", "WEB": "websites", "IM": "messengers", "LINK": "links"}
_SPOKEN = frozenset({"contact", "company", "lead"})
_ITEM = "item:"


class Bitrix24Service(Service):
    """What Bitrix24 is to the mapper. Planning and reading live in the other modules, loaded when used."""

    name = "bitrix24"

    # --- names, keys, values --------------------------------------------------------

    def key_of_class(self, name: str) -> str | None:
        """`Item128` is the smart process 128."""
        number = name.removeprefix("Item")
        return f"{_ITEM}{number}" if number != name and number.isdigit() else None

    def general_key(self, key: str) -> str:
        """A smart process is a kind of item."""
        return "item" if key.startswith(_ITEM) else key

    def tenant_entry(self, key: str, general: ObjectSpec) -> Mapping[str, Any] | None:
        """A smart process is known by its number alone."""
        if not key.startswith(_ITEM):
            return None
        from .live import item_entry

        return item_entry(key, general.raw)

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """`PHONE` is `phones`; the metadata's collection of that name is the same."""
        if key not in _SPOKEN:
            return None
        if kind == "fields":
            return _MULTIFIELDS.get(wire_name)
        return "" if kind == "collections" and wire_name in _MULTIFIELDS.values() else None

    # Links and product rows; see `helpers.helpers_of`.
    helpers = hook("helpers.helpers_of")

    key_fields = hook("families.key_fields")

    def natural_key(self, spec: ObjectSpec) -> bool:
        """Statuses, addresses and currencies are named by the program."""
        from .families import NATURAL_KEYS

        return spec.key in NATURAL_KEYS

    def referred_by(self, spec: ObjectSpec) -> str | None:
        """Fields hold the code of a status, and the number of a pipeline."""
        return {"status": "STATUS_ID", "category": "id"}.get(spec.key)

    def is_assignable(self, reference: ReferenceSpec) -> bool:
        """Codes of a directory are assigned to the reference itself: `card.stage = "DT128_10:WON"`."""
        return reference.raw.get("key") == "STATUS_ID"

    def normal_key(self, spec: ObjectSpec) -> Callable[[Any], Any] | None:
        """Ids are numbers, which old methods write as text."""
        from .codecs import number_of

        if len(self.key_fields(spec)) == 1:
            return None if spec.key == "currency" else number_of
        return (
            None if spec.key == "status" else lambda key: tuple(map(number_of, key)) if isinstance(key, tuple) else key
        )

    codec = hook("codecs.codec_of")

    def encode_filter(
        self, spec: ObjectSpec | None, field: FieldSpec, codec: types.Codec, operator: str, value: Any
    ) -> Any:
        """A phone or the like is compared as its text, an object as its id."""
        from workfront_orm.core.types import TEXT, filter_value

        from .filters import key_to_compare

        value = key_to_compare(value)
        if field.type == "crm_multifield":
            return filter_value(TEXT, operator, getattr(value, "value", value))
        return filter_value(codec, operator, value)

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Custom fields begin with `UF_` or `uf`."""
        from .codecs import is_custom_name

        return is_custom_name(name)

    def convert_name(self, cls: type[Object], name: str) -> str:
        """The original name of a camelCase field is accepted too: `UF_CRM_1_X` for `ufCrm1_x`, `ASSIGNED_BY_ID`."""
        spec = cls._spec
        for wire_name, field in spec.fields.items():
            if (field.raw.get("names") or {}).get("upper") == name or (field.raw.get("names") or {}).get("row") == name:
                return str(wire_name)
        known = [*cls._members, *cls._python_names]
        raise UnknownNameError(f"{cls.__name__} has no member {name!r}{near_matches(name, known)}")

    def is_null_id(self, value: Any) -> bool:
        """0, an empty text and false mean none; the key of a pipeline is no such number."""
        return value in (None, "", 0, "0", False)

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Pages of 50, fifty of which travel in one batch; operations as the metadata lists them."""
        from .batch import LIMIT
        from .kinds import family_of
        from .reading import PAGE

        if spec is None:
            return Capabilities(page_size=PAGE)
        family = family_of(spec)
        known = known_operations(spec)
        if known is not None and "search" in known:
            # What is listed by all parts of its key is loaded that way.
            known |= {"load"}
        return Capabilities(
            operations=known,
            paging=family.paging,
            page_size=None if family.paging == "whole" else PAGE * LIMIT,
            key_filter=PAGE if family.filters_ids else None,
            write_batch=LIMIT,
            order=family.most_orders != 0,
            first_page=PAGE,
        )

    paging = hook("reading.paging")
    read_parameters = hook("filters.read_parameters")
    split = hook("splitting.split")

    def local_conditions(self, select: Select) -> tuple[Expression, ...]:
        """The conditions that the portal cannot filter."""
        from .filters import is_expressible

        return tuple(condition for condition in select.where if not is_expressible(select, condition))

    with_fields = hook("reading.with_fields")
    plan_read = hook("reading.read_object")
    plan_load = hook("reading.load")
    plan_lookup = hook("reading.lookup")
    plan_page = hook("reading.page")
    plan_count = hook("reading.count")

    def authorship(self, cls: type[Object], user_id: Any) -> tuple[Expression, Operand] | None:
        """Who made an object and when: under other names in each family."""
        from workfront_orm.core.members import find_member

        for by, at in (("CREATED_BY_ID", "DATE_CREATE"), ("createdBy", "createdTime"), ("CREATED_BY", "CREATED_DATE")):
            author: Any = find_member(cls, by)
            created: Any = find_member(cls, at)
            if author is not None and created is not None and user_id is not None:
                return author == int(user_id), created
        return None

    resolve_reference = hook("relations.resolve")
    reference_fields = hook("relations.reference_fields")

    def is_embedded(self, relation: Reference | Collection) -> bool:
        """Rows hold fields of the object itself only."""
        return False

    collection_select = hook("relations.collection_select")
    collection_owner = hook("relations.collection_owner")
    member_keys = hook("relations.member_keys")
    plan_links = hook("relations.links")
    values_place = hook("relations.values_place")
    plan_values = hook("relations.tenant_values")

    # --- writing --------------------------------------------------------------------

    check_change = hook("writing.check")
    plan_changes = hook("writing.plan")

    # --- answers --------------------------------------------------------------------

    read_answer = hook("wire.read_answer")
    error = hook("errors.own_kind")
