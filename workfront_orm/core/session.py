"""The session: what programs talk to. It ties a connection, the classes of a version and an identity map together."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from . import saving
from .connection import Connection
from .errors import APIError, IncompleteRead
from .identity import IdentityMap
from .loading import Loader
from .members import convert_name
from .metadata import MetadataNotFoundError, meant_version, versions
from .objects import Object
from .options import spelled_out
from .paging import Token, read_pages
from .redaction import confidential
from .reflection import APIVersion
from .reflection import api_version as find_api_version
from .retrying import Retrying
from .throttle import throttle_of
from .transport import LARGEST_ANSWER, Transport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .exchange import Select
    from .fields import Field
    from .query import Query
    from .relations import Collection, Reference
    from .report import Report
    from .service import Service
    from .specs import ActionSpec, QuerySpec
    from .throttle import Throttle
    from .tracking import SaveResult

    AnyObject = TypeVar("AnyObject", bound=Object)

__all__ = ["BaseSession", "load_api"]


class BaseSession(Connection):
    """What sessions of all systems have in common. A service subclasses it and adds its credentials.

    Args:
        service: The system.
        url: The address below which all requests go.
        api: The classes, or None when only low-level requests are possible.
        throttle: What decides how many requests are in flight at a time, where `max_concurrent` cannot say it.
        values: `typed` for datetimes, enumerations, numbers and other Python values, `wire` for values as the
            server sends them.
        lazy: What reading something that is not loaded does, such as a reference or a collection: `load` it, `warn`
            and load, or `raise`.
        page_size: The greatest number of rows to ask for in one request; None for the system's.
        retrying: What decides whether and when requests are repeated; None for the default.
        timeout: Seconds to wait for a connection and for each read of an answer.
        largest_answer: The greatest number of bytes of an answer, decompressed.
        verify: Whether certificates are checked, or the path of a CA bundle: with that, a certificate that a
            company signed itself needs no unchecked connection.
        cert: A client certificate: a path, or a pair of certificate and key.
        proxies: Proxies by scheme; without them the environment's are used.
        max_concurrent: The greatest number of requests in flight at a time; None to find one that the
            server takes without refusing.
        machine_wide: Whether `max_concurrent` holds over all processes of this user on this machine that
            ask the same host and say so; or the folder through which they, or several users, share it.
        ssl_context: A TLS context in place of the default one.

    Raises:
        TypeError: An option that there is not.
        ValueError: An option with a value that it does not take.
    """

    #: What names a session's user where the system tells.
    user_id: Any = None

    _options: ClassVar[dict[str, tuple[str, ...]]] = {"values": ("typed", "wire"), "lazy": ("load", "warn", "raise")}

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the credentials that a session is made with out of what its constructor raises; spell its options out."""
        super().__init_subclass__(**options)
        if "__init__" in cls.__dict__:
            cls.__init__ = confidential(cls.__init__)  # type: ignore[method-assign]  # of the same signature
            cls.__init__.__signature__ = spelled_out(cls.__init__, BaseSession.__init__)  # type: ignore[attr-defined]

    def __init__(
        self,
        service: Service,
        url: str,
        api: APIVersion | None,
        *,
        throttle: Throttle | None = None,
        values: str = "typed",
        lazy: str = "load",
        page_size: int | None = None,
        retrying: Retrying | None = None,
        timeout: float | tuple[float, float] = (10.0, 120.0),
        largest_answer: int = LARGEST_ANSWER,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
        max_concurrent: int | None = None,
        machine_wide: bool | str = False,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        for name, value in (("values", values), ("lazy", lazy)):
            if value not in self._options[name]:
                raise ValueError(f"{name} takes one of {', '.join(self._options[name])}, not {value!r}")
        if page_size is not None and (type(page_size) is not int or page_size < 1):
            raise ValueError(f"page_size takes a whole number of at least 1, not {page_size!r}")
        transport = Transport(
            timeout=timeout,
            throttle=throttle_of(url, max_concurrent, machine_wide) if throttle is None else throttle,
            ssl_context=ssl_context,
            verify=verify,
            cert=cert,
            proxies=proxies,
            largest_answer=largest_answer,
        )
        super().__init__(service, url, transport, Retrying() if retrying is None else retrying)
        self.values = values
        self.lazy = lazy
        self.page_size = page_size
        self.identity_map = IdentityMap(self)
        self._api = api
        self._loader = Loader(self)
        self._codes: dict[Any, frozenset[Any] | None] = {}

    @property
    def api(self) -> Any:
        """The classes of the session's version: `session.api.Task`."""
        return self._api

    # --- reading ------------------------------------------------------------------

    def search(self, object_type: type[AnyObject], fields: Any = None, **parameters: Any) -> list[AnyObject]:
        """All objects of a type that meet the conditions.

        The result is complete: it is read page by page to its end, unless the parameters limit it.

        Args:
            object_type: The class, from `session.api`.
            fields: The fields to read, as wire names, Python names, paths or descriptors; None for
                the system's default fields.
            parameters: The system's filter parameters, field names in wire or Python form.

        Raises:
            UnknownNameError: A field or parameter that the class does not have.
            ValueError: A code that neither the metadata nor the tenant has, unless values are those of the wire.
            IncompleteRead: The result could not be read to its end.
            APIError: The server refuses.
        """
        self._check_type(object_type, "search")
        select = self.service.read_parameters(object_type, self.field_names(object_type, fields), parameters)
        if self.values != "wire":
            for field, code in self.service.named_codes(select):
                self.check_code(field.root or object_type, field, code, {})
        return self._collected(read_pages(self, select, collected=True), object_type)

    def resume(self, token: Token) -> list[Any]:
        """The objects that an interrupted read did not reach; see `Query.resume`.

        Args:
            token: The token of the `IncompleteRead`, whether it came from `search()` or from a query.

        Raises:
            ValueError: The error came without a token.
            TypeError: No token, or one of another version.
        """
        if not isinstance(token, Token):
            raise TypeError(f"resume takes the token of an IncompleteRead, not {token!r}")
        self._check_type(token.select.type, "resume")
        return self._collected(read_pages(self, token.select, token, collected=True), token.select.type)

    def _collected(self, pages: Iterator[list[dict[str, Any]]], cls: type[Object]) -> list[Any]:
        found: list[Any] = []
        try:
            for rows in pages:
                found.extend(self.identity_map.wrap_page(cls, rows))
        except IncompleteRead as error:
            error.objects = found
            raise
        return found

    def rows(self, select: Select) -> Iterator[dict[str, Any]]:
        """The decoded rows of a selection, without making objects of them."""
        for rows in read_pages(self, select):
            yield from rows

    def query(self, object_type: type[AnyObject]) -> Query[AnyObject]:
        """A query of a type: `session.query(Task).where(Task.status != "CPL")`. Nothing is sent until it is read.

        Args:
            object_type: The class, from `session.api`.

        Raises:
            TypeError: No class, or one of another version.
        """
        from .query import Query

        self._check_type(object_type, "query")
        return Query(self, object_type)

    def read(self, select: Select) -> Iterator[Object]:
        """The objects of a selection, page by page; a page is asked for when its first row is."""
        self._check_type(select.type, "read")
        for rows in read_pages(self, select):
            yield from self.identity_map.wrap_page(select.type, rows)

    def load(self, object_type: type[AnyObject], id_or_ids: Any, fields: Any = None) -> Any:
        """One object by id, or a list of objects in the order of several ids.

        Many ids are split over several requests.

        Args:
            object_type: The class, from `session.api`.
            id_or_ids: One id, or a sequence of ids. Where objects have names as well, one of these: a
                tuple where the names of what it stands in are a part of it.
            fields: The fields to read; None for the system's default fields.

        Raises:
            NotFoundError: An id without an object that the user may see.
            TypeError: Neither an id nor a sequence of ids.
        """
        self._check_type(object_type, "load")
        parts = max(len(object_type._key), len(object_type._name_key))
        single = isinstance(id_or_ids, (str, int)) or (isinstance(id_or_ids, tuple) and parts > 1)
        try:
            ids = [id_or_ids] if single else list(id_or_ids)
        except TypeError:
            raise TypeError(
                f"load {object_type.__name__}: takes an id or a sequence of ids, not {id_or_ids!r}"
            ) from None
        empty = [key for key in ids if key is None or key == ""]
        if empty:
            raise ValueError(f"load {object_type.__name__}: {empty[0]!r} is no id")
        names = self.field_names(object_type, fields)
        objects = self._loader.load(object_type, ids, names) if ids else []
        return objects[0] if single else objects

    def named_query(self, object_type: type[AnyObject], name: str, *, fields: Any = None, **arguments: Any) -> Any:
        """The objects that a named query of the system answers.

        Args:
            object_type: The class that has the query.
            name: The query's wire name or Python name.
            fields: The fields to read; None for the system's default fields.
            arguments: The query's arguments, by wire or Python name.

        Raises:
            UnknownNameError: The class has no such query.
        """
        from .reflection import find_query

        spec = find_query(object_type, name)
        names = {self.service.python_name(argument.name.strip()): argument.name for argument in spec.arguments or ()}
        values = {names.get(key, key): value for key, value in arguments.items() if value is not None}
        return self.call_query(object_type, spec, values, fields)

    # --- writing ------------------------------------------------------------------

    def save(self, obj: Object) -> SaveResult:
        """Create an object, or send its changed fields; the same as `obj.save()`."""
        self._check_object(obj, "save")
        return saving.save(self, obj)

    def delete_object(self, obj: Object, *, force: bool = False) -> None:
        """Delete an object; the same as `obj.delete()`."""
        self._check_object(obj, "delete_object")
        if type(force) is not bool:
            raise TypeError(f"delete {obj._label()}: force takes True or False, not {force!r}")
        saving.delete(self, obj, force=force)

    def save_all(self, objects: Iterable[Object], key: Any = None) -> Report:
        """Create or update many objects in few requests.

        Objects are sent class by class, as many in one request as the system takes, in parallel; an
        `_id` field may hold another object of the list that is not saved yet, and is sent after it.

        Args:
            objects: The objects, of this session.
            key: A field, or several, whose values tell the rows of the server apart, such as
                `ext_ref_id`: what the server has already is updated instead of created, so that a rerun
                or an unknown outcome doubles nothing.

        Returns:
            A report with one row for every object: what was sent, or why not.

        Raises:
            ValueError: Unsaved objects refer to each other in a circle; nothing was sent.
            TypeError: Something that is no object of this session; nothing was sent.
        """
        from .bulk import save_all

        return save_all(self, objects, key)

    def delete_all(self, objects: Iterable[Object], *, force: bool = False) -> Report:
        """Delete many objects in few requests.

        Args:
            objects: The objects, of this session.
            force: Delete what depends on them as well.

        Returns:
            A report with one row for every object.
        """
        from .bulk import delete_all

        return delete_all(self, objects, force=force)

    def duplicates(self, objects: Iterable[AnyObject], key: Any) -> list[list[AnyObject]]:
        """What the server has more than once, by a key: the last check after a write that was killed and run again.

        Sends the searches of `save_all` with a key.

        Args:
            objects: Objects with values of the key, such as those that were saved.
            key: The field, or fields, that were given to `save_all`.

        Returns:
            A list for every value that several objects of the server have; those of `objects` come first in it.

        Raises:
            ValueError: An object without a value of the key.
        """
        from .adoption import duplicates

        found: list[list[AnyObject]] = duplicates(self, objects, key)
        return found

    def refresh(self, obj: Object) -> None:
        """Read an object's loaded fields again; its unsaved changes are lost."""
        self._check_object(obj, "refresh")
        self._loader.refresh(obj)

    @property
    def dirty(self) -> list[Object]:
        """The objects of this session with unsaved changes."""
        return self.identity_map.dirty()

    @property
    def new(self) -> list[Object]:
        """The objects that were made with this session and are not saved yet, as long as the program holds them.

        `session.save_all([*session.new, *session.dirty])` writes all that is unsaved.
        """
        return self.identity_map.new()

    def merge(self, obj: AnyObject) -> AnyObject:
        """The same object in this session, with its unsaved changes.

        An object that was unpickled, copied or belongs to another session is attached to this one.
        Where the session has the object already, that one takes the changes and is returned.

        Raises:
            UnknownNameError: This session's version lacks a field that has unsaved changes. One error names all changes
                that cannot be taken; nothing was.
            ValueError: A value, or setting the field, does not exist in this version.
            TypeError: A value cannot be converted exactly to the type that the field has here.
        """
        from .merging import merge

        merged: AnyObject = merge(self, obj)
        return merged

    # --- for objects and services -------------------------------------------------

    def wrap(self, cls: type[Object], row: dict[str, Any]) -> Object:
        """The object of a decoded row: the one that the session has, or a new one."""
        return self.identity_map.wrap(cls, row)

    def keep_while_dirty(self, obj: Object) -> None:
        """Hold an object while it has unsaved changes."""
        if self.identity_map.get(type(obj), obj.id) is obj:
            self.identity_map.keep_while_dirty(obj)

    def enter(self, obj: Object) -> None:
        """Know an object that a program made; one that is known already stays."""
        self.identity_map.add(obj)

    def load_fields(self, obj: Object, names: Sequence[Any]) -> None:
        """Load fields of one object; its unsaved changes are kept."""
        self._check_object(obj, "load_fields")
        self._loader.load_fields(obj, self.field_names(type(obj), names) if names else None)

    def load_lazily(self, obj: Object, name: str) -> None:
        """Load a field that lists leave out, for an object and the siblings after it that lack it too."""
        self._loader.load_lazily(obj, name)

    def load_relation(self, obj: Object, relation: Reference | Collection) -> Any:
        """Load what a reference or collection leads to."""
        return self._loader.load_relation(obj, relation)

    def related(self, obj: Object, relation: Reference | Collection, data: Any) -> Any:
        """What a reference or collection leads to, from the row it came with."""
        return self._loader.related(obj, relation, data)

    def field_names(self, cls: type[Object], fields: Any) -> tuple[str, ...] | None:
        """The wire names of fields as a caller names them; None for None.

        Raises:
            UnknownNameError: The class has no such field.
            TypeError: A single string where several names are expected.
        """
        if fields is None:
            return None
        if isinstance(fields, str):
            raise TypeError(f"fields takes a sequence of names, not the string {fields!r}: write fields=[{fields!r}]")
        if not hasattr(fields, "__iter__"):
            raise TypeError(f"fields takes a sequence of names, not {fields!r}")
        return tuple(dict.fromkeys(convert_name(cls, name) for name in fields))

    def call_action(self, obj: Object, spec: ActionSpec, values: Mapping[str, Any]) -> Any:
        """Carry out an action of an object and return its result."""
        target: Any = obj
        if obj.id is None:
            if spec.instance is not False:
                raise ValueError(
                    f"{type(obj).__name__}.{self.service.python_name(spec.name)}: the object is not saved; save() it first"
                )
            target = type(obj)
        wire = self._arguments(spec, values)
        result = self.execute(self.service.plan_action(target, spec, wire))
        return result if self.values == "wire" else self.service.decode_result(spec.result, result, self)

    def call_query(self, cls: type[Object], spec: QuerySpec, values: Mapping[str, Any], fields: Any = None) -> Any:
        """Run a named query and return its objects."""
        wire = self._arguments(spec, values)
        rows = self.execute(self.service.plan_named_query(cls, spec, wire, self.field_names(cls, fields)))
        return self._loader.wrap_rows(rows, self.service.query_target(cls, spec), asked=cls)

    def _arguments(self, spec: ActionSpec | QuerySpec, values: Mapping[str, Any]) -> dict[str, Any]:
        kinds = {argument.name: argument.type for argument in spec.arguments or ()}
        encode = self.service.encode_argument
        return {
            name: encode(kinds.get(name, ""), value.id if isinstance(value, Object) and value.id is not None else value)
            for name, value in values.items()
            if value is not None
        }

    def check_code(self, cls: type[Object], field: Field, code: Any, row: Mapping[str, Any]) -> None:
        """Refuse a code that neither the metadata nor the tenant knows.

        The tenant is asked once per session and field; where it cannot tell, the code passes and
        the server decides.

        Raises:
            ValueError: The code is not known; the message gives those that are, and near ones.
        """
        place = self.service.values_place(cls, field.spec, row)
        if place not in self._codes:
            request = self.service.plan_values(cls, field.spec, row)
            try:
                found = None if request is None else frozenset(value for value, _label in self.execute(request))
            except APIError as error:
                warnings.warn(
                    f"{cls.__name__}.{field.workfront_name}: its codes could not be read: {error}", stacklevel=6
                )
                found = None
            self._codes[place] = found
        known = self._codes[place]
        if known is not None and code not in known:
            from .errors import near_matches

            names = sorted(map(str, known | {value for value, _label in field.spec.values or ()}))
            raise ValueError(
                f"{cls.__name__}.{field.workfront_name} has no code {code!r} here"
                f"{near_matches(str(code), names)} (codes of this tenant: {', '.join(names)})"
            )

    def _check_type(self, cls: Any, operation: str) -> None:
        if not (isinstance(cls, type) and issubclass(cls, Object)):
            raise TypeError(f"{operation} takes a class such as session.api.Task, not {cls!r}")
        api = cls._api
        if api is not None and self._api is not None and api is not self._api and api.version != self._api.version:
            raise TypeError(
                f"{operation} {cls.__name__}: the class is of version {api.version}, the session of {self._api.version}; "
                f"use session.api.{cls.__name__}"
            )
        if cls._spec is not None:
            self.service.capabilities(cls._spec).require("load" if operation == "load" else "search", cls.__name__)

    def _check_object(self, obj: Any, operation: str) -> None:
        if not isinstance(obj, Object):
            raise TypeError(f"{operation} takes an object, not {obj!r}")
        if obj.session is not self:
            raise TypeError(f"{operation} {obj._label()}: it is not of this session; take session.merge(obj)")


def load_api(service: Service, version: str, metadata: Any = None) -> APIVersion | None:
    """The classes of a version; None, with a warning, when there is no metadata for it."""
    try:
        return find_api_version(service.name, version, metadata)
    except MetadataNotFoundError:
        if metadata is not None:
            raise
        meant = meant_version(version, versions(service.name))
        # Over load_api(), the constructor and what wraps it.
        warnings.warn(f"No APIVersion for {version}, only basic requests possible{meant}", stacklevel=4)
        return None
