"""CloudBees CD as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.imports import hook
from workfront_orm.core.service import Capabilities, Service, known_operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workfront_orm.core.exchange import Request
    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.objects import Object
    from workfront_orm.core.operators import Operand
    from workfront_orm.core.specs import ObjectSpec, QuerySpec

__all__ = ["VERSION", "CloudBeesCDService"]

VERSION = "v1.0"
"""The only version of the REST API."""

# Jobs and runs come from actions, sessions from a login; properties are written through their mapping.
_MADE_OTHERWISE = frozenset({"flowRuntime", "job", "jobStep"})
_NOT_MAPPED = frozenset({"property", "session"})
# What other objects refer to by its name; the others by their ids.
_BY_NAME = frozenset({"artifact", "project", "repository", "resource", "workspace"})


class CloudBeesCDService(Service):
    """What CloudBees CD is to the mapper. Planning and reading live in the other modules, loaded when used."""

    name = "cloudbees_cd"

    # --- names, keys, values --------------------------------------------------------

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """`properties` is a mapping, except of a property sheet, which has them as objects."""
        return "" if kind == "collections" and wire_name == "properties" and key != "propertySheet" else None

    # Properties, and waiting for runs; see `helpers.helpers_of`.
    helpers = hook("helpers.helpers_of")

    def helper_annotation(self, name: str) -> str:
        """The Python type of what a helper returns."""
        return {"abort": "None", "add_resources": "None", "is_completed": "bool"}.get(name, "Any")

    name_key = hook("places.name_key")
    place_fields = hook("places.place_fields")

    def referred_by(self, spec: ObjectSpec) -> str | None:
        """Fields hold the names of projects, resources and the like, and the ids of pipelines and releases."""
        from .places import name_field

        return name_field(spec) if spec.key in _BY_NAME else None

    codec = hook("codecs.codec_of")

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Properties stand among the fields as `$[name]`: for conditions, and for reading them with the objects."""
        from .wire import is_custom_name

        return is_custom_name(name)

    is_null_id = hook("relations.is_null")

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Searches of any size; operations as the metadata lists them."""
        from .reading import CHUNK, PAGE

        known = known_operations(spec)
        if spec is not None and known is not None:
            if "search" in known:
                # Whatever is searched is found by its id as well, and counted.
                known |= {"load", "count"}
            if spec.key in _MADE_OTHERWISE:
                known -= {"create", "update"}
            if spec.key in _NOT_MAPPED:
                known = frozenset()
        return Capabilities(
            operations=known,
            paging="cursor",
            page_size=PAGE,
            key_filter=CHUNK,
        )

    read_parameters = hook("filters.read_parameters")
    local_conditions = hook("filters.local_conditions")
    with_fields = hook("reading.with_fields")
    plan_read = hook("reading.read_object")
    plan_load = hook("reading.load")
    plan_lookup = hook("reading.lookup")
    plan_page = hook("reading.page")
    plan_count = hook("reading.count")

    def plan_named_query(
        self, cls: type[Object], query: QuerySpec, arguments: Mapping[str, Any], fields: tuple[str, ...] | None
    ) -> Request:
        """See `actions.plan_query`."""
        from . import actions

        return actions.plan_query(cls, query, arguments)

    def query_target(self, cls: type[Object], query: QuerySpec) -> str | None:
        """What the metadata says that the query answers."""
        return str(query.raw["result"]).removesuffix("[]")

    def authorship(self, cls: type[Object], user_id: Any) -> tuple[Expression, Operand] | None:
        """Who owns an object and when it was made."""
        owner: Any = cls._field("owner")
        created: Any = cls._field("createTime")
        return None if owner is None or created is None or user_id is None else (owner == user_id, created)

    resolve_reference = hook("relations.resolve")
    reference_fields = hook("relations.reference_fields")
    is_embedded = hook("relations.is_embedded")
    collection_select = hook("relations.collection_select")
    collection_owner = hook("relations.collection_owner")
    plan_links = hook("relations.links")

    # --- writing --------------------------------------------------------------------

    check_change = hook("writing.check")
    plan_changes = hook("writing.plan")
    plan_action = hook("actions.plan_action")
    encode_argument = hook("codecs.encode_argument")
    decode_result = hook("actions.result_of")

    # --- answers --------------------------------------------------------------------

    read_answer = hook("wire.read_answer")
    error = hook("errors.own_kind")
