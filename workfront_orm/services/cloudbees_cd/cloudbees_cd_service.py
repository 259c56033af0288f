"""CloudBees CD as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.service import Capabilities, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from workfront_orm.core import types
    from workfront_orm.core.errors import APIError
    from workfront_orm.core.exchange import Change, Position, Request, Response, Select
    from workfront_orm.core.expressions import Expression
    from workfront_orm.core.objects import Object
    from workfront_orm.core.operators import Operand
    from workfront_orm.core.relations import Collection, Reference
    from workfront_orm.core.session import BaseSession
    from workfront_orm.core.specs import ActionSpec, FieldSpec, ObjectSpec, QuerySpec

__all__ = ["VERSION", "CloudBeesCDService"]

VERSION = "v1.0"
"""The only version of the REST API."""

_OPERATIONS = {"add": "create", "delete": "delete", "edit": "update", "get": "load", "search": "search"}
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

    def helpers(self, key: str) -> Mapping[str, Any]:
        """Properties, and waiting for runs; see `helpers.helpers_of`."""
        from .helpers import helpers_of

        return helpers_of(key)

    def helper_annotation(self, name: str) -> str:
        """The Python type of what a helper returns."""
        return {"abort": "None", "add_resources": "None", "is_completed": "bool"}.get(name, "Any")

    def module(self, version: str) -> str:
        """Where the classes are imported from."""
        return "workfront_orm.services.cloudbees_cd.classes"

    def name_key(self, spec: ObjectSpec) -> tuple[str, ...]:
        """See `places.name_key`."""
        from .places import name_key

        return name_key(spec)

    def place_fields(self, spec: ObjectSpec) -> frozenset[str]:
        """See `places.place_fields`."""
        from .places import place_fields

        return place_fields(spec)

    def referred_by(self, spec: ObjectSpec) -> str | None:
        """Fields hold the names of projects, resources and the like, and the ids of pipelines and releases."""
        from .places import name_field

        return name_field(spec) if spec.key in _BY_NAME else None

    def codec(self, spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
        """See `codecs.codec_of`."""
        from .codecs import codec_of

        return codec_of(spec, field)

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Properties stand among the fields as `$[name]`: for conditions, and for reading them with the objects."""
        from .wire import is_custom_name

        return is_custom_name(name)

    def is_null_id(self, value: Any) -> bool:
        """See `relations.is_null`."""
        from .relations import is_null

        return is_null(value)

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Searches of any size; operations as the metadata lists them."""
        from .reading import CHUNK, PAGE

        known = None
        if spec is not None and spec.operations is not None:
            known = {_OPERATIONS[word] for word in spec.operations if word in _OPERATIONS}
            if "search" in known:
                # Whatever is searched is found by its id as well, and counted.
                known |= {"load", "count"}
            if spec.key in _MADE_OTHERWISE:
                known -= {"create", "update"}
            if spec.key in _NOT_MAPPED:
                known = set()
        return Capabilities(
            operations=None if known is None else frozenset(known),
            paging="cursor",
            page_size=PAGE,
            key_filter=CHUNK,
        )

    def read_parameters(
        self, cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]
    ) -> Select:
        """See `filters.read_parameters`."""
        from . import filters

        return filters.read_parameters(cls, fields, parameters)

    def local_conditions(self, select: Select) -> tuple[Expression, ...]:
        """See `filters.local_conditions`."""
        from . import filters

        return filters.local_conditions(select)

    def with_fields(self, select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """See `reading.with_fields`."""
        from . import reading

        return reading.with_fields(select, names)

    def plan_read(self, obj: Object, fields: tuple[str, ...] | None) -> Request:
        """See `reading.read_object`."""
        from . import reading

        return reading.read_object(obj, fields)

    def plan_load(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.load`."""
        from . import reading

        return reading.load(cls, ids, fields)

    def plan_lookup(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.lookup`."""
        from . import reading

        return reading.lookup(cls, ids, fields)

    def plan_page(self, select: Select, position: Position, size: int | None) -> Request:
        """See `reading.page`."""
        from . import reading

        return reading.page(select, position, size)

    def plan_count(self, select: Select) -> Request | None:
        """See `reading.count`."""
        from . import reading

        return reading.count(select)

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

    def resolve_reference(self, reference: Reference, row: Mapping[str, Any]) -> tuple[str, Any] | None:
        """See `relations.resolve`."""
        from . import relations

        return relations.resolve(reference, row)

    def reference_fields(self, reference: Reference) -> tuple[str, ...]:
        """See `relations.reference_fields`."""
        from . import relations

        return relations.reference_fields(reference)

    def is_embedded(self, relation: Reference | Collection) -> bool:
        """See `relations.is_embedded`."""
        from . import relations

        return relations.is_embedded(relation)

    def collection_select(self, owners: Sequence[Object], collection: Collection) -> Select | None:
        """See `relations.collection_select`."""
        from . import relations

        return relations.collection_select(owners, collection)

    def collection_owner(self, collection: Collection, row: Mapping[str, Any]) -> Any:
        """See `relations.collection_owner`."""
        from . import relations

        return relations.collection_owner(collection, row)

    def plan_links(
        self, owners: Sequence[Object], collection: Collection
    ) -> list[tuple[Request, Sequence[Object]]] | None:
        """See `relations.links`."""
        from . import relations

        return relations.links(owners, collection)

    # --- writing --------------------------------------------------------------------

    def check_change(self, change: Change) -> None:
        """See `writing.check`."""
        from . import writing

        writing.check(change)

    def plan_changes(self, changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
        """See `writing.plan`."""
        from . import writing

        return writing.plan(changes)

    def plan_action(self, target: Object | type[Object], action: ActionSpec, arguments: Mapping[str, Any]) -> Request:
        """See `actions.plan_action`."""
        from . import actions

        return actions.plan_action(target, action, arguments)

    def encode_argument(self, type_name: str, value: Any) -> Any:
        """See `codecs.encode_argument`."""
        from .codecs import encode_argument

        return encode_argument(type_name, value)

    def decode_result(self, type_name: str | None, value: Any, session: BaseSession) -> Any:
        """See `actions.result_of`."""
        from . import actions

        return actions.result_of(type_name, value, session)

    # --- answers --------------------------------------------------------------------

    def read_answer(self, response: Response) -> Any:
        """See `wire.read_answer`."""
        from . import wire

        return wire.read_answer(response)

    def error(self, kind: type[APIError]) -> type[APIError]:
        """Errors that the mapper raises are CloudBees CD's as well."""
        from . import errors

        flavoured: type[APIError] = getattr(errors, kind.__name__, kind)
        return flavoured if issubclass(flavoured, kind) else kind
