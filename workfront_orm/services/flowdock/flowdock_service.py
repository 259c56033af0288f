"""Flowdock as the mapper sees it: the Service protocol, put together from this folder's modules."""

from __future__ import annotations

from workfront_orm.core.imports import hook
from workfront_orm.core.service import Capabilities, Service, known_operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from workfront_orm.core import types
    from workfront_orm.core.exchange import Change, Request, Select
    from workfront_orm.core.fields import Field
    from workfront_orm.core.objects import Object
    from workfront_orm.core.relations import Reference
    from workfront_orm.core.session import BaseSession
    from workfront_orm.core.specs import ActionSpec, FieldSpec, ObjectSpec, QuerySpec

__all__ = ["VERSION", "FlowdockService"]

VERSION = "rest-2018-05"
"""The metadata that the package brings: the API has no version, so it is named after its documentation's last month."""


# Ids that mean something within a flow or a conversation only.
_PLACES = {
    "Message": "flow_id",
    "Thread": "flow_id",
    "Source": "flow_id",
    "Invitation": "flow_id",
    "PrivateMessage": "conversation_id",
}

_REMEDIES = {
    "Flow": {"delete": "flows are not deleted; archive it: flow.disabled = True; flow.save()"},
    "User": {
        "create": "invite somebody: session.api.Invitation(session, flow_id=flow, email=...).save()",
        "delete": "a user leaves an organization: organization.remove_user(user)",
    },
    "Organization": {
        "create": "organizations are made on the web site",
        "delete": "organizations are not deleted here",
    },
    "Thread": {
        "create": "a thread begins with its first message: session.api.Message(session, flow_id=flow, content=...).save()",
        "update": "an integration says what a thread shows: session.present(..., thread=ThreadState(...))",
        "delete": "threads are not deleted; delete their messages",
    },
    "PrivateConversation": {
        "create": "session.load(session.api.PrivateConversation, user_id) begins one",
        "delete": "conversations are not deleted; close it: conversation.open = False; conversation.save()",
    },
    "Activity": {
        "search": "session.search(session.api.Message, flow=flow, event='activity') reads what was presented",
        "load": "presenting answers no id; read it as a Message",
    },
    "Discussion": {
        "search": "session.search(session.api.Message, flow=flow, event='discussion') reads what was presented",
        "load": "presenting answers no id; read it as a Message",
    },
}


class FlowdockService(Service):
    """What Flowdock is to the mapper. Planning and reading live in the other modules, loaded when used."""

    name = "flowdock"

    # --- names, keys, values --------------------------------------------------------

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """The number within a flow is `number`; an import of invitations needs a flow, so flows have it."""
        if kind == "fields" and wire_name == "id" and key in _PLACES:
            return "number" if key != "Thread" else "thread_id"
        return "" if (key, kind, wire_name) == ("Invitation", "actions", "import") else None

    helpers = hook("helpers.helpers_of")

    def key_fields(self, spec: ObjectSpec) -> tuple[str, ...]:
        """Messages, threads, sources and invitations have their ids within a flow, private messages in a conversation."""
        place = _PLACES.get(spec.key)
        return ("id",) if place is None else (place, "id")

    def name_key(self, spec: ObjectSpec) -> tuple[str, ...]:
        """Flows and organizations go by their addresses, users by their nicks."""
        names = {"Flow": ("org", "parameterized_name"), "Organization": ("parameterized_name",), "User": ("nick",)}
        return names.get(spec.key, ())

    def place_fields(self, spec: ObjectSpec) -> frozenset[str]:
        """The flow of a message, the organization of a new flow."""
        place = _PLACES.get(spec.key)
        return frozenset({"org"}) if spec.key == "Flow" else frozenset() if place is None else frozenset({place})

    def referred_by(self, spec: ObjectSpec) -> str | None:
        """A message names its thread without the flow, which is its own."""
        return "id" if spec.key in _PLACES else None

    def normal_key(self, spec: ObjectSpec) -> Callable[[Any], Any] | None:
        """Users' ids are text inside messages, numbers elsewhere."""
        if spec.key in {"Flow", "Thread", "Activity", "Discussion"}:
            return None
        from .codecs import number_of

        if spec.key in _PLACES:
            return lambda key: (*key[:-1], number_of(key[-1])) if isinstance(key, tuple) else key
        return number_of

    codec = hook("codecs.codec_of")

    def encode_filter(
        self, spec: ObjectSpec | None, field: FieldSpec, codec: types.Codec, operator: str, value: Any
    ) -> Any:
        """An object is compared as what refers to it."""
        from workfront_orm.core.types import filter_value

        from .filters import key_to_compare

        return filter_value(codec, operator, key_to_compare(value))

    def is_null_id(self, value: Any) -> bool:
        """0 is nobody: an integration, or somebody from outside."""
        return value in (None, "", 0, "0")

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """Messages and threads come in pages of 100, other lists whole; operations as the metadata lists them."""
        from .reading import LIMIT

        if spec is None:
            return Capabilities(page_size=LIMIT)
        known = known_operations(spec) or frozenset()
        if spec.key == "User":
            # Leaving an organization is said of the organization.
            known -= {"delete"}
        is_listed = spec.key in {"Message", "PrivateMessage", "Thread"}
        paging = {"Message": "keyset", "PrivateMessage": "keyset", "Thread": "cursor"}.get(spec.key, "whole")
        return Capabilities(
            operations=known,
            paging=paging,
            page_size=LIMIT if is_listed else None,
            order=False,
            overlap=spec.key in {"Message", "PrivateMessage"},
            remedies=_REMEDIES.get(spec.key),
        )

    paging = hook("reading.paging")
    read_parameters = hook("filters.read_parameters")
    local_conditions = hook("filters.local_conditions")

    def with_fields(self, select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """Rows are always whole."""
        return select.fields

    def plan_read(self, obj: Object, fields: tuple[str, ...] | None) -> Request:
        """See `reading.read_object`."""
        from . import reading

        return reading.read_object(obj)

    def plan_load(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.load`."""
        from . import reading

        return reading.load(cls, ids)

    def plan_lookup(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """See `reading.lookup`."""
        from . import reading

        return reading.lookup(cls, ids)

    plan_page = hook("reading.page")
    read_back = hook("reading.read_back")

    def partition_field(self, cls: type[Object]) -> Field:
        """Messages are cut by their numbers."""
        number = cls._field("id")
        key: Field = cls.id
        return key if number is None else number

    resolve_reference = hook("reading.resolve")

    def reference_fields(self, reference: Reference) -> tuple[str, ...]:
        """The id field; a conversation and its user have the same id."""
        return (reference.spec.field or "id",)

    is_embedded = hook("reading.is_embedded")
    collection_select = hook("reading.collection_select")

    # --- writing --------------------------------------------------------------------

    check_change = hook("writing.check")

    def plan_changes(self, changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
        """One request a change; see `writing.plan`."""
        from . import writing

        return [(writing.plan(change), [change]) for change in changes]

    def plan_action(self, target: Object | type[Object], action: ActionSpec, arguments: Mapping[str, Any]) -> Request:
        """`message.comment()`; see `writing.comment`."""
        from . import writing

        return writing.comment(target, arguments)

    def decode_result(self, type_name: str | None, value: Any, session: BaseSession) -> Any:
        """A comment is a message."""
        return session.wrap(session.api.by_code[type_name], value) if type_name == "Message" else value

    def plan_named_query(
        self, cls: type[Object], query: QuerySpec, arguments: Mapping[str, Any], fields: tuple[str, ...] | None
    ) -> Request:
        """`User.me()`."""
        from . import reading

        return reading.caller()

    # --- answers --------------------------------------------------------------------

    read_answer = hook("wire.read_answer")
    error = hook("errors.own_kind")
