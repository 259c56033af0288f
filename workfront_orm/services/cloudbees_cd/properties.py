"""Properties as a mapping: named texts of an object, in sheets that may hold sheets. Source: `API.md` section 7 of the facts.

A name with slashes leads into nested sheets. The server replaces `$[name]` in a text by that property when it is
read; `raw` reads the text itself.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect

from .codecs import text_of
from .errors import NoSuchPropertyError, NotSupportedError, UnresolvedReferenceError
from .places import quoted
from .wire import request, row_of

if TYPE_CHECKING:
    from workfront_orm.core.exchange import Request
    from workfront_orm.core.objects import Object

__all__ = ["Properties"]

Context = Callable[[], Mapping[str, str]]


class Properties(MutableMapping[str, Any]):
    """The properties of an object, or of a sheet in them: names to texts, and to further sheets.

    Nothing is kept: each access asks the server, so that it shows what is there now. `keys()`, `items()` and
    `values()` read all at once.

    Args:
        session: The session.
        context: Tells the parameters that say whose properties they are, when they are needed.
        label: Whose properties they are, for messages.
        path: The path of the sheet, empty for the uppermost one.
        expand: Whether the server replaces `$[...]` in texts that are read.
    """

    def __init__(self, session: Any, context: Context, label: str, path: str = "", *, expand: bool = True) -> None:
        self._session = session
        self._context = context
        self._label = label
        self._path = path
        self._expand = expand

    @property
    def raw(self) -> Properties:
        """The same properties with their texts as they are, `$[...]` included."""
        return Properties(self._session, self._context, self._label, self._path, expand=False)

    def sheet(self, name: str) -> Properties:
        """A nested sheet, which is made when something is written into it. Sends nothing.

        Args:
            name: Its name, or a path.
        """
        return Properties(self._session, self._context, self._label, self._full(name), expand=self._expand)

    # --- one property -----------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        """The text of a property, or the sheet of that name. Sends `GET /properties/<path>`.

        Raises:
            NoSuchPropertyError: There is none; a KeyError.
            UnresolvedReferenceError: Its text refers to a property that is not there.
        """
        return self._value(self._read(name), name)

    def __setitem__(self, name: str, value: Any) -> None:
        """Write a property; it is made where it is missing, with the sheets on the way. Sends `PUT /properties/<path>`.

        Raises:
            TypeError: A value that is no text, number, bool or date.
        """
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        """Delete a property, or a sheet with all that is in it. Sends `DELETE /properties/<path>`.

        Raises:
            NoSuchPropertyError: There is none; a KeyError.
        """
        self._execute(self._request("delete", "DELETE", name, effect=Effect.IDEMPOTENT))

    def __contains__(self, name: object) -> bool:
        """Whether there is a property of that name, whatever its text refers to. Sends one request."""
        if not isinstance(name, str) or not name.strip("/"):
            return False
        try:
            self.raw._read(name)
        except NoSuchPropertyError:
            return False
        return True

    def set(
        self, name: str, value: Any = None, *, description: str | None = None, expandable: bool | None = None
    ) -> None:
        """Write a property and what is said of it. Sends `PUT /properties/<path>`.

        Args:
            name: Its name, or a path.
            value: Its text; numbers, bools and dates are written as the server writes them. None leaves it.
            description: What it is for.
            expandable: Whether `$[...]` in it is replaced when it is read.
        """
        body = self._body(name, value, description, expandable)
        self._execute(self._request("set", "PUT", name, body, effect=Effect.IDEMPOTENT))

    def create(
        self, name: str, value: Any = "", *, description: str | None = None, expandable: bool | None = None
    ) -> Object:
        """Make a property that must not be there yet. Sends `POST /properties`.

        Args:
            name: Its name, or a path.
            value: Its text.
            description: What it is for.
            expandable: Whether `$[...]` in it is replaced when it is read.

        Returns:
            The property as an object: its id, counter, times.

        Raises:
            ConflictError: There is one of that name.
        """
        body = {**self._body(name, value, description, expandable), "propertyName": self._full(name)}
        operation = self._operation("create", name)
        made = request(
            operation, "POST", "/properties", body={**self._context(), **body}, effect=Effect.UNSAFE, decode=_property
        )
        return self._wrapped(self._execute(made))

    def rename(self, name: str, new_name: str) -> None:
        """Give a property another name within its sheet. Sends `PUT /properties/<path>`.

        Raises:
            NoSuchPropertyError: There is none of the old name.
            ConflictError: There is one of the new name.
        """
        # A property that is not there would be made by the request that follows.
        self.raw._read(name)
        self._execute(self._request("rename", "PUT", name, {"newName": new_name}, effect=Effect.UNSAFE))

    def describe(self, name: str) -> Object:
        """A property as an object, with its id, counter, description and times. Sends `GET /properties/<path>`.

        Raises:
            NoSuchPropertyError: There is none.
        """
        return self._wrapped(self._read(name))

    # --- all of them --------------------------------------------------------------------

    def __iter__(self) -> Iterator[str]:
        """The names, without those in nested sheets. Sends one request."""
        return iter(self.raw._all())

    def __len__(self) -> int:
        """How many there are. Sends one request."""
        return len(self.raw._all())

    def keys(self) -> KeysView[str]:
        """The names, without those in nested sheets. Sends one request."""
        return self.raw._all().keys()

    def items(self) -> ItemsView[str, Any]:
        """Names with texts or nested sheets. Sends one request.

        Raises:
            UnresolvedReferenceError: One of the texts refers to a property that is not there.
        """
        return self._all().items()

    def values(self) -> ValuesView[Any]:
        """Texts and nested sheets. Sends one request."""
        return self._all().values()

    def to_dict(self) -> dict[str, Any]:
        """All properties, those of nested sheets as dicts of their own. Sends one request."""
        return _nested(self._list(recurse=True))

    def __eq__(self, other: object) -> bool:
        """Whether these are the same properties; what they hold is compared with `to_dict()`."""
        return self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """Whose properties they are; their texts may be secret."""
        place = f", sheet {self._path!r}" if self._path else ""
        return f"<Properties of {self._label}{place}>"

    def __reduce__(self) -> Any:
        """Refuse: they belong to a session."""
        raise TypeError(f"{self!r} do not pickle, since they belong to a session; use to_dict()")

    # --- helpers --------------------------------------------------------------------------

    def _full(self, name: str) -> str:
        if not isinstance(name, str) or not name.strip("/"):
            raise TypeError(f"{self!r}: takes the name of a property, not {name!r}")
        return f"{self._path}/{name}" if self._path else name

    def _operation(self, verb: str, name: str) -> str:
        return f"{verb} property {self._full(name)!r} of {self._label}"

    def _body(self, name: str, value: Any, description: str | None, expandable: bool | None) -> dict[str, str]:
        body: dict[str, str] = {}
        if isinstance(value, (Mapping, list, tuple, set)):
            raise TypeError(
                f"{self._operation('set', name)}: takes text; a sheet is written with "
                f"sheet({name!r}).update(...), property by property"
            )
        if value is not None:
            try:
                body["value"] = text_of(value)
            except TypeError as error:
                raise TypeError(f"{self._operation('set', name)}: {error}") from None
        if description is not None:
            body["description"] = description
        if expandable is not None:
            body["expandable"] = "1" if expandable else "0"
        if not body:
            raise TypeError(f"{self._operation('set', name)}: None is no text; del properties[{name!r}] deletes it")
        return body

    def _request(
        self, verb: str, method: str, name: str, body: Mapping[str, str] | None = None, *, effect: Effect
    ) -> Request:
        operation = self._operation(verb, name)
        context = self._context()
        # A path that begins with a slash is absolute; its slashes stay, even doubled.
        path = "/".join(quoted(part) for part in self._full(name).split("/"))
        query = [] if body is not None else list(context.items())
        if method == "GET" and not self._expand:
            query.append(("expand", "0"))
        sent = None if body is None else {**context, **body}
        return request(
            operation, method, f"/properties/{path}", query=query, body=sent, effect=effect, decode=_property
        )

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._execute(self._request("get", "GET", name, effect=Effect.READ))
        except NoSuchPropertyError as error:
            if self._expand and name in self:
                raise _unresolved(error) from error
            raise
        return found

    def _value(self, found: Mapping[str, Any], name: str) -> Any:
        return self.sheet(name) if "propertySheetId" in found else found.get("value", "")

    def _all(self) -> dict[str, Any]:
        rows = self._list(recurse=False)
        return {row["propertyName"]: self._value(row, row["propertyName"]) for row in rows}

    def _list(self, *, recurse: bool) -> list[dict[str, Any]]:
        context = self._context()
        if not context:
            raise NotSupportedError(f"{self!r}: the server lists the properties of an object only, not those of all")
        query = [*context.items()]
        if self._path:
            query.append(("path", self._path))
        if recurse:
            query.append(("recurse", "1"))
        if not self._expand:
            query.append(("expand", "0"))
        operation = f"list properties of {self._label}"
        listed = request(operation, "GET", "/properties", query=query, decode=_listed)
        try:
            return self._execute(listed)  # type: ignore[no-any-return] # what the request decodes to
        except NoSuchPropertyError as error:
            if self._path and self._path not in Properties(self._session, self._context, self._label):
                raise
            if self._expand:
                raise _unresolved(error) from error
            raise

    def _execute(self, planned: Request) -> Any:
        return self._session.execute(planned)

    def _wrapped(self, found: dict[str, Any]) -> Object:
        cls = self._session.api.by_code["property"]
        wrapped: Object = self._session.wrap(cls, row_of(cls._spec, found))
        return wrapped


def _property(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data.get("property") or {})


def _listed(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((data.get("propertySheet") or {}).get("property") or ())


def _nested(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        sheet = row.get("propertySheet")
        nested = _nested(list(sheet.get("property") or ())) if isinstance(sheet, dict) else None
        found[row["propertyName"]] = row.get("value", "") if nested is None else nested
    return found


def _unresolved(error: NoSuchPropertyError) -> UnresolvedReferenceError:
    return UnresolvedReferenceError(
        error.data,
        error.code,
        operation=error.operation,
        remedy="it refers to what is not there; .raw reads the text itself",
    )
