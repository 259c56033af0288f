"""The Service protocol: everything in which one system differs from another.

A service names, encodes, plans and reads. It never sends and holds no connection: the
session sends what is planned here and hands back what came. A system is added by subclassing
`Service` and registering an instance, through the entry-point group `workfront_orm.services`
or `register_service()`; `docs/add-a-system.md` walks through it.
"""

from __future__ import annotations

from . import metadata, types
from .errors import APIError, NotSupportedError, UnknownNameError, near_matches
from .naming import snake_case

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeVar

    from .exchange import Change, Outcome, Position, Request, Response, Select, Split
    from .expressions import Aggregate, Expression
    from .fields import Field
    from .objects import Object
    from .operators import Operand
    from .relations import Collection, Reference
    from .session import BaseSession
    from .specs import ActionSpec, FieldSpec, ObjectSpec, QuerySpec, ReferenceSpec

    AnyService = TypeVar("AnyService", bound="Service")

__all__ = ["Capabilities", "Service", "find_service", "known_operations", "register_service", "services"]

_OPERATIONS = {
    "add": "create",
    "count": "count",
    "delete": "delete",
    "edit": "update",
    "get": "load",
    "report": "report",
    "search": "search",
}


class Capabilities:
    """What a system can do with the objects of one class.

    Args:
        operations: Of `search`, `load`, `count`, `create`, `update`, `delete`, `report`; None means
            unknown, and the server decides.
        paging: How the system pages: `keyset` (rows after a key), `offset`, `cursor` (a token of
            the last answer), or `whole` (one answer holds all rows).
        page_size: The greatest number of rows that one request can bring; None for no limit.
        key_filter: How many keys one search can name; None when it cannot.
        write_batch: How many changes one request can carry.
        order: Whether the system sorts by fields of the caller's choice.
        overlap: Whether a page may begin at any offset, so that each can begin with the last row of the
            one before, which shows at once when rows shifted.
        first_page: How many rows the first request of a read by id brings, where that is fewer.
        descending: Whether a read by id can also go from the end to the beginning.
        remedies: What to do instead of an operation that a class does not have, by operation.
    """

    __slots__ = (
        "descending",
        "first_page",
        "key_filter",
        "operations",
        "order",
        "overlap",
        "page_size",
        "paging",
        "remedies",
        "write_batch",
    )

    def __init__(
        self,
        *,
        operations: frozenset[str] | None = None,
        paging: str = "keyset",
        page_size: int | None = None,
        key_filter: int | None = None,
        write_batch: int = 1,
        order: bool = True,
        overlap: bool = False,
        first_page: int | None = None,
        descending: bool = False,
        remedies: Mapping[str, str] | None = None,
    ) -> None:
        self.operations = operations
        self.paging = paging
        self.page_size = page_size
        self.key_filter = key_filter
        self.write_batch = write_batch
        self.order = order
        self.overlap = overlap
        self.first_page = first_page
        self.descending = descending
        self.remedies = remedies or {}

    def require(self, operation: str, name: str) -> None:
        """Refuse an operation that the class surely does not have.

        Raises:
            NotSupportedError: The operations are known, and this is none of them.
        """
        if self.operations is not None and operation not in self.operations:
            known = ", ".join(sorted(self.operations)) or "none"
            raise NotSupportedError(
                f"{name} has no operation {operation!r}; its operations: {known}",
                remedy=self.remedies.get(operation, ""),
            )


def known_operations(spec: ObjectSpec | None) -> frozenset[str] | None:
    """What a class can do, in the words of `Capabilities`, where its metadata tells; None where it does not.

    Metadata says `add`, `count`, `delete`, `edit`, `get`, `report` and `search`; its other words are for people.
    """
    words = None if spec is None else spec.operations
    return None if words is None else frozenset(_OPERATIONS[word] for word in words if word in _OPERATIONS)


class Service:
    """What a system is to the mapper; subclass it for each system.

    The hooks come in groups: names, keys and values (used when classes are made), reading,
    writing, answers. Each has a default where one makes sense.
    """

    name: str = ""
    """The name it is registered under; also the name of its logger."""

    metadata_folder: str | None = None
    """The folder that holds `<name>/<version>.json`, for a service of another package; None for those of this one."""

    wire_types: tuple[type, ...] = ()
    """Types that values may have on the wire beside those of JSON, for a system that writes them as text itself."""

    # --- names, keys, values: used while classes are made ---------------------------

    def class_name(self, key: str, name: str) -> str:
        """The Python name of a class; `key` is the object's key in the metadata."""
        return name

    def key_of_class(self, name: str) -> str | None:
        """The object's key of a class that `class_name` renames, or None for all others."""
        return None

    def python_name(self, wire_name: str) -> str:
        """The Python name of a member or argument."""
        return snake_case(wire_name)

    def general_key(self, key: str) -> str:
        """The object of the packaged metadata that a tenant's own object is a kind of; by default itself."""
        return key

    def tenant_entry(self, key: str, general: ObjectSpec) -> Mapping[str, Any] | None:
        """The metadata of a tenant's own object as far as it is known without asking; None where it is the general one."""
        return None

    def member_name(self, key: str, kind: str, wire_name: str) -> str | None:
        """A fixed Python name for one member, empty for none at all, or None for the rule. `kind` is a section of the file."""
        return None

    def helpers(self, key: str) -> Mapping[str, Any]:
        """Attributes of our own for a class, by name: methods and properties that no metadata has."""
        return {}

    def annotation(self, type_name: str | None, *, taken: bool) -> str:
        """The Python type, as stubs write it, of an argument (`taken`) or result of one of the system's types."""
        return "Any"

    def helper_annotation(self, name: str) -> str:
        """The Python type, as stubs write it, of what one of `helpers()` returns."""
        return "Any"

    def module(self, version: str) -> str:
        """The module that a version's classes are imported from, so that they pickle; by default `classes` beside this one."""
        return f"{type(self).__module__.rpartition('.')[0]}.classes"

    def key_fields(self, spec: ObjectSpec) -> tuple[str, ...]:
        """The wire names of the fields that make the key of an object; several for a composite key."""
        key = spec.raw.get("key") or "ID"
        return (key,) if isinstance(key, str) else tuple(key)

    def referred_by(self, spec: ObjectSpec) -> str | None:
        """The wire name of the field by whose value other objects refer to those of a class; None for the key."""
        return None

    def name_key(self, spec: ObjectSpec) -> tuple[str, ...]:
        """The wire names of the fields that name an object, where it has a name beside its key.

        The names of what it stands in come first, its own last: `("projectName", "procedureName")`. An object
        is then found by them as by its key, in `session.load()`, in references and among the owners of a
        collection, while the key stays its identity, since names change. Empty where objects have no such name.
        """
        return ()

    def place_fields(self, spec: ObjectSpec) -> frozenset[str]:
        """The read-only fields that say what an object stands in: a new object is given them, and keeps them."""
        return frozenset(self.name_key(spec)[:-1])

    def natural_key(self, spec: ObjectSpec) -> bool:
        """Whether programs give objects their keys, so that a complete key does not say that an object exists.

        A field of such a key that is `immutable` in the metadata keeps a name of its own beside `id`.
        """
        return False

    def normal_key(self, spec: ObjectSpec) -> Callable[[Any], Any] | None:
        """How ids are made comparable where the system spells them in two ways; None where it does not."""
        return None

    def row_type(self, row: Mapping[str, Any]) -> str | None:
        """The key of the object that a row says it is, or None when rows do not tell."""
        return None

    def codec(self, spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
        """How the values of a field travel."""
        raise NotImplementedError

    def encode_filter(
        self,
        spec: ObjectSpec | None,
        field: FieldSpec,
        codec: types.Codec,
        operator: str,
        value: Any,
    ) -> Any:
        """The wire value of a value in a condition.

        Raises:
            TypeError, ValueError: The field cannot be compared with it.
        """
        return types.filter_value(codec, operator, value)

    def is_custom(self, spec: ObjectSpec | None, name: str) -> bool:
        """Whether a wire name is that of a tenant's own field."""
        return False

    def convert_name(self, cls: type[Object], name: str) -> str:
        """The wire form of a name that is neither a member nor a custom field, such as a path.

        Raises:
            UnknownNameError: It is none.
        """
        known = [*cls._members, *cls._python_names]
        raise UnknownNameError(f"{cls.__name__} has no member {name!r}{near_matches(name, known)}")

    def is_assignable(self, reference: ReferenceSpec) -> bool:
        """Whether a reference takes what is assigned to it for its id field, as directories of codes do."""
        return False

    def is_alias(self, cls: type[Object], key: Any) -> bool:
        """Whether a key is a word that the system resolves to the id of an object, such as the current user's."""
        return False

    def is_null_id(self, value: Any) -> bool:
        """Whether an id field's wire value means: refers to nothing."""
        return value is None or value == ""

    # --- reading --------------------------------------------------------------------

    def capabilities(self, spec: ObjectSpec | None) -> Capabilities:
        """What the system can do with the objects of a class."""
        raise NotImplementedError

    def plan_read(self, obj: Object, fields: tuple[str, ...] | None) -> Request:
        """A request that reads one object that exists; it decodes to its row."""
        raise NotImplementedError

    def plan_lookup(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """Requests that read those of several objects that exist; each decodes to a list of rows.

        Unlike `plan_load`, an id without an object fails nothing: it is what lazy loading uses.
        """
        raise NotImplementedError

    def reads_levels(self, spec: ObjectSpec | None) -> bool:
        """Whether fields are read by levels of detail: then all that comes with the one that is loaded is kept."""
        return False

    def plan_completion(self, select: Select, rows: Sequence[dict[str, Any]]) -> list[Request]:
        """Requests that read what a list leaves out of its rows and the selection names; one for each row, in order.

        Each decodes to what is known of its row, in a list; it is empty where the object is gone.
        """
        return []

    def plan_load(self, cls: type[Object], ids: Sequence[Any], fields: tuple[str, ...] | None) -> list[Request]:
        """Requests that read objects by id; each decodes to a list of rows, in any order.

        `fields` are wire paths, None for the default.
        """
        raise NotImplementedError

    def plan_page(self, select: Select, position: Position, size: int | None) -> Request:
        """A request that reads the page at a position; it decodes to a `Page`."""
        raise NotImplementedError

    def read_parameters(
        self, cls: type[Object], fields: tuple[str, ...] | None, parameters: Mapping[str, Any]
    ) -> Select:
        """What the keyword arguments of `session.search()` mean on this system.

        Raises:
            UnknownNameError: A parameter that is no field of the class.
        """
        raise NotImplementedError

    def named_codes(self, select: Select) -> Iterable[tuple[Field, Any]]:
        """Codes in the parameters of a search that the metadata does not know, with their fields; the tenant may.

        Raises:
            ValueError: A code of a field that takes no others than the documented ones.
        """
        return ()

    def paging(self, select: Select) -> str:
        """How this selection is paged: a word of `Capabilities.paging`."""
        capabilities = self.capabilities(select.type._spec)
        return "offset" if select.order and capabilities.paging == "keyset" else capabilities.paging

    def page_size(self, select: Select) -> int | None:
        """The greatest number of rows to ask for in one request, where what is read limits it further."""
        return self.capabilities(select.type._spec).page_size

    def is_too_large(self, error: Exception) -> bool:
        """Whether the server refused a page for what comes along with its rows; smaller pages are tried then."""
        return False

    def split(self, select: Select) -> Split:
        """The selections that together read what a selection reads, where one request cannot say it all.

        Raises:
            NotSupportedError: Several could, but the caller's order forbids it.
        """
        from .exchange import Split

        return Split(selects=(select,))

    def local_conditions(self, select: Select) -> tuple[Expression, ...]:
        """The conditions that the system cannot filter, and that `filter_locally` allows to be applied here."""
        return ()

    def with_fields(self, select: Select, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """The fields to read so that these wire paths come along, for conditions that are applied here."""
        return None if select.fields is None else tuple(dict.fromkeys([*select.fields, *names]))

    def limits(self, select: Select, count: int | None) -> list[str]:
        """What the system limits and a selection touches, one sentence each, for `explain()`."""
        return []

    def partition_field(self, cls: type[Object]) -> Field:
        """A field whose value never changes, to cut a result into windows by: by default the id."""
        key: Field = cls.id
        return key

    def plan_count(self, select: Select) -> Request | None:
        """A request that decodes to the number of rows; None when the system cannot count."""
        return None

    def plan_report(
        self,
        select: Select,
        groups: Sequence[Operand],
        aggregates: Mapping[str, Aggregate],
    ) -> Request:
        """A request that decodes to aggregated rows: dicts of group values and aggregates by name.

        Raises:
            NotSupportedError: The system has no such thing.
        """
        raise NotSupportedError(f"{self.name} cannot aggregate {select.type.__name__}")

    def authorship(self, cls: type[Object], user_id: Any) -> tuple[Expression, Operand] | None:
        """How the objects that the session's user created are told from others, and old from new ones.

        It finds what a create without an answer left behind.

        Args:
            cls: The class.
            user_id: The id of the session's user, None where the session does not know it.

        Returns:
            A condition that selects what the session's user created, and the field that holds when; None
            where the system cannot tell.
        """
        return None

    def read_back(self, select: Select, changes: Sequence[Change]) -> Sequence[Select]:
        """The selections that find on the server what changes wrote, where one over all objects cannot be read.

        Args:
            select: What tells the objects, such as the values of a key.
            changes: The changes, whose objects say where they stand; none where only their author is known.
        """
        return (select,)

    def resolve_reference(self, reference: Reference, row: Mapping[str, Any]) -> tuple[str, Any] | None:
        """The object key and id that a reference means, from the rest of the row.

        Returns:
            None when the row does not tell; an id for which `is_null_id` holds when it refers to nothing.
        """
        spec = reference.spec
        if spec.field is None or spec.target is None or spec.field not in row:
            return None
        return spec.target, row[spec.field]

    def reference_fields(self, reference: Reference) -> tuple[str, ...]:
        """The fields that `resolve_reference` looks at; they are read where a row lacks them."""
        field = reference.spec.field
        return () if field is None else (field,)

    def is_embedded(self, relation: Reference | Collection) -> bool:
        """Whether what a relation leads to comes inside the row of its owner, when it is read as a field of it."""
        return True

    def collection_select(self, owners: Sequence[Object], collection: Collection) -> Select | None:
        """What reads the members of a collection, of one owner or of several at once.

        Returns:
            None where no search can do that; with several owners, also where the members do not tell whose they are.
        """
        return None

    def collection_owner(self, collection: Collection, row: Mapping[str, Any]) -> Any:
        """The key of the owner of a member that `collection_select` read."""
        raise NotImplementedError

    def member_keys(self, collection: Collection, row: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
        """The members of a collection whose keys a field of its owner holds: the object key and id of each."""
        raise NotImplementedError

    def plan_links(
        self, owners: Sequence[Object], collection: Collection
    ) -> list[tuple[Request, Sequence[Object]]] | None:
        """Requests that read which objects are linked with others, each with the owners that it is for.

        Each decodes to a list with an entry for each of its owners: pairs of an object key and an id, or
        the row of the member itself where it came along; None where its members have to be searched for.

        Returns:
            None where the collection is no matter of links.
        """
        return None

    def values_place(self, cls: type[Object], field: FieldSpec, row: Mapping[str, Any]) -> Any:
        """What a tenant's own values of a field are remembered by: the same for all rows, unless they decide."""
        return str(cls.code), field.name

    def plan_values(
        self,
        cls: type[Object],
        field: FieldSpec,
        row: Mapping[str, Any],
    ) -> Request | None:
        """A request that decodes to a tenant's own values of a field, as (value, label) pairs; None when there is none."""
        return None

    # --- writing --------------------------------------------------------------------

    def check_change(self, change: Change) -> None:
        """A last look at the change of one object before it is planned.

        Raises:
            ValueError, TypeError: It cannot be written as it is; the message says what to do.
        """

    def plan_changes(self, changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
        """Requests that write the changes, each with the changes it carries, in order.

        A request decodes to a list of `Outcome`, one for each of its changes. All changes are of
        one class and one kind; one change alone takes the system's plain form.
        """
        raise NotImplementedError

    def plan_action(self, target: Object | type[Object], action: ActionSpec, arguments: Mapping[str, Any]) -> Request:
        """A request that carries out an action; it decodes to the result.

        `arguments` are wire values by wire name, unset ones left out.
        """
        raise NotImplementedError

    def plan_named_query(
        self, cls: type[Object], query: QuerySpec, arguments: Mapping[str, Any], fields: tuple[str, ...] | None
    ) -> Request:
        """A request that runs a named query; it decodes to a list of rows."""
        raise NotImplementedError

    def query_target(self, cls: type[Object], query: QuerySpec) -> str | None:
        """The object key of the rows of a named query that do not tell their own; by default that of its class."""
        return cls._spec.key if cls._spec is not None else cls.code

    def encode_argument(self, type_name: str, value: Any) -> Any:
        """The wire value of an argument of an action or named query."""
        return value

    def decode_result(self, type_name: str | None, value: Any, session: BaseSession) -> Any:
        """The Python value of an action's result."""
        return value

    # --- answers --------------------------------------------------------------------

    def read_answer(self, response: Response) -> Any:
        """The data of an answer.

        Raises:
            APIError: The answer is an error, at whatever status, or is not what the system speaks.
        """
        raise NotImplementedError

    def error(self, kind: type[APIError]) -> type[APIError]:
        """The system's own kind of an error that the mapper raises, for callers who catch that."""
        return kind

    def failed_changes(self, error: Exception, changes: Sequence[Change]) -> list[Outcome] | None:
        """What an error of a whole request says of each change, or None when it does not tell."""
        return None


# --- the registry -------------------------------------------------------------------

_registered: dict[str, Service] = {}


def register_service(service: AnyService) -> AnyService:
    """Make a service known under its name; a later one replaces an earlier one.

    Raises:
        ValueError: The service has no name.
    """
    if not service.name:
        raise ValueError(f"{service!r} has no name to register it under")
    _registered[service.name] = service
    if service.metadata_folder is not None:
        metadata.add_folder(service.metadata_folder)
    return service


def find_service(name: str) -> Service:
    """The service of that name, registered or found by its entry point.

    Raises:
        UnknownNameError: There is none; the message gives near matches.
    """
    service = _registered.get(name)
    if service is None:
        point = _entry_points().get(name)
        if point is None:
            known = services()
            hint = near_matches(name, known, f"known services: {', '.join(known) or 'none'}")
            raise UnknownNameError(f"no service {name!r}{hint}")
        service = register_service(point())
    return service


def services() -> list[str]:
    """The names of all services that are registered or have an entry point."""
    return sorted({*_registered, *_entry_points()})


def _entry_points() -> dict[str, Callable[[], Service]]:
    from importlib.metadata import entry_points  # 20 ms, and only for systems by name

    return {point.name: point.load for point in entry_points(group="workfront_orm.services")}
