"""From metadata to classes: made on first use, once per source, version and object.

An `APIVersion` is the namespace of one version's classes. Asking it for a class reads that
object's metadata and makes the class; the others stay unread. Classes carry the module and the
name under which they can be imported, so that they and their objects pickle.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from threading import RLock

from . import metadata
from .collector import collector_paused, settle
from .errors import UnknownNameError, near_matches
from .fields import Field, Key
from .members import ObjectMeta
from .methods import LateMethod, make_action, make_query
from .naming import is_attribute, is_special, unique_names
from .objects import Object
from .relations import Collection, Reference
from .service import find_service
from .specs import ActionSpec, FieldSpec, QuerySpec
from .standins import STAND_INS, Absent
from .tracking import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .metadata import MetadataFile
    from .service import Service
    from .specs import ObjectSpec
    from .standins import WireName

__all__ = ["SECTIONS", "APIVersion", "api_version", "find_query", "generic_type", "make_class", "python_names"]

SECTIONS = ("fields", "references", "collections", "actions", "queries")
"""The kinds of members, as metadata calls them, by falling priority for a plain name."""

# One lock for all classes: making one may ask for others, from any thread.
_lock = RLock()


class APIVersion:
    """The classes of one version of a system's API, by name: `api.Task`, `api["Task"]`, `api.by_code["TASK"]`.

    Classes are made from metadata when first asked for. Classes written by hand are added with
    `register()`, and put in the place of others with `override()`.

    Args:
        version: The version as the system writes it.
        service: The system, or None for a namespace of hand-written classes only.
        source: The metadata that classes are made of, or None.
        module: The module that the classes are imported from.
        path: The path that the caller gave for the metadata, where that is not the one found without.

    Attributes:
        version: The version.
        service: The system.
        source: The metadata.
        path: The path that the caller gave for the metadata, or None.
        by_code: The classes by code.
    """

    def __init__(
        self,
        version: str,
        service: Service | None = None,
        source: MetadataFile | None = None,
        module: str | None = None,
        path: str | None = None,
    ) -> None:
        self.version = version
        self.service = service
        self.source = source
        self.by_code = ByCode(self)
        self.path = path
        self._module = module or (service.module(version) if service is not None else __name__)

    def register(self, type_: type[Object]) -> None:
        """Add a class under its name and code."""
        setattr(self, type_.__name__, type_)
        if type_._api is None:
            type_._api = self
        self.by_code.put(type_.code, type_)

    def override(self, type_: type[Object], replacement: type[Object]) -> None:
        """Put a class in the place of another, under that one's name and code."""
        setattr(self, type_.__name__, replacement)
        if replacement._api is None:
            replacement._api = self
        self.by_code.put(type_.code, replacement)

    def from_data(self, session: Any, row: dict[str, Any], code: str | None = None) -> Object:
        """An object over a decoded row.

        Args:
            session: The session that it will belong to.
            row: The decoded row; it is kept, not copied.
            code: The code to use when the row does not tell its own.

        Raises:
            UnknownNameError: Neither the row nor the caller tells the code.
        """
        cls = self.type_of(row, code)
        wrap = getattr(session, "wrap", None)
        obj: Object = wrap(cls, row) if wrap is not None else cls._wrap(row, State(session))
        return obj

    def type_of(self, row: Mapping[str, Any], code: str | None = None) -> type[Object]:
        """The class of a row: by the code it carries, else by the given one.

        A code that the metadata lacks makes a generic class, which reads and saves by wire names.

        Raises:
            UnknownNameError: Neither the row nor the caller tells the code.
        """
        told = self.service.row_type(row) if self.service is not None else row.get("objCode")
        key = told or code
        if key is None:
            raise UnknownNameError(f"a row without a code cannot become an object: it has the keys {sorted(row)[:8]}")
        cls = self.by_code.find(key)
        if cls is None:
            return generic_type(self.service.name if self.service else None, self.version, key, self.path, self)
        return cls

    def __getattr__(self, name: str) -> type[Object]:
        """The class of that name, made when first asked for."""
        if name.startswith("_") or name in {"service", "source"}:
            raise AttributeError(name)
        cls = self._make_by_name(name)
        if cls is None:
            raise UnknownNameError(f"{self.version} has no class {name!r}{self._meant(name)}")
        return cls

    def __getitem__(self, name: str) -> type[Object]:
        """The class of that name; for names that are no identifiers.

        Raises:
            KeyError: There is none.
        """
        try:
            cls: type[Object] = getattr(self, name)
        except AttributeError as error:
            raise KeyError(str(error)) from None
        return cls

    def __dir__(self) -> list[str]:
        """Own names and the names of all classes; makes none."""
        return sorted({*super().__dir__(), *self._names()})

    def __repr__(self) -> str:
        """Service and version."""
        return f"<APIVersion {self.service.name + ' ' if self.service else ''}{self.version}>"

    def __reduce__(self) -> Any:
        """Pickle by service, version and path."""
        if self.service is None:
            return super().__reduce__()
        return api_version, (self.service.name, self.version, self.path)

    # --- making classes -----------------------------------------------------------

    def _names(self) -> list[str]:
        if self.source is None or self.service is None:
            return [name for name, value in self.__dict__.items() if isinstance(value, ObjectMeta)]
        rename = self.service.class_name
        return [rename(key, name) for name, key in self.source.names().items()]

    def _meant(self, name: str) -> str:
        """The end of a message about an unknown class: the one that has it as its code, or is called nearly so."""
        named = {} if self.source is None else {key.lower(): key for key in self.source.names().values()}
        key = named.get(name.lower())
        if key is not None and self.service is not None:
            cls = self._make(key)
            return f"; did you mean {cls.__name__!r}?" if cls is not None else ""
        return near_matches(name, self._names(), "dir(api) lists them all")

    def _make_by_name(self, name: str) -> type[Object] | None:
        if self.source is None or self.service is None:
            return None
        key = self.service.key_of_class(name)
        if key is None:
            key = self.source.key_of(name)
            if key is None or self.service.class_name(key, name) != name:
                return None
        return self._make(key)

    def _make(self, key: str) -> type[Object] | None:
        """The class of an object of the metadata, or None where there is no such object."""
        if self.source is None or self.service is None:
            return None
        with _lock:
            cls = self.by_code.made(key)
            if cls is not None:
                return cls
            try:
                spec = self.source.read(key)
            except KeyError:
                return None
            with collector_paused:
                cls = make_class(self, spec)
                settle()
            self.by_code.put(key, cls)
            # What was registered or put in its place by hand stays.
            if not hasattr(type(self), cls.__name__):
                # A class called like a part of the namespace is found by `api["name"]` and by its code.
                self.__dict__.setdefault(cls.__name__, cls)
            return cls

    def _class_reduction(self, key: str) -> Any:
        """How a class pickles that no module has under its name; None for one that its module has."""
        return None if self.path is None else (_class_at, (self, key))

    def _keys(self) -> list[str]:
        return [] if self.source is None else self.source.codes()


class ByCode(Mapping[str, "type[Object]"]):
    """The classes of a version by code; asking for one makes it, going through all makes all.

    An object without a code of its own is not listed, but found under the key that it has in the metadata.
    """

    def __init__(self, api: APIVersion) -> None:
        self._api = api
        self._made: dict[str, type[Object]] = {}

    def __getitem__(self, code: str) -> type[Object]:
        """The class of that code.

        Raises:
            KeyError: The version has none.
        """
        cls = self.find(code)
        if cls is None:
            raise KeyError(f"{self._api.version} has no object with code {code!r}{near_matches(code, self._codes())}")
        return cls

    def __iter__(self) -> Iterator[str]:
        """All codes."""
        return iter(self._codes())

    def __len__(self) -> int:
        """The number of codes."""
        return len(self._codes())

    def __repr__(self) -> str:
        """The codes."""
        return f"<classes by code: {', '.join(self)}>"

    def find(self, code: str) -> type[Object] | None:
        """The class of that code, or None where the version has none."""
        return self._made.get(code) or self._api._make(code)

    def made(self, code: str) -> type[Object] | None:
        """The class of that code if it is made already."""
        return self._made.get(code)

    def put(self, code: str | None, cls: type[Object]) -> None:
        """Enter a class."""
        if code is not None:
            self._made[code] = cls

    def _codes(self) -> dict[str, None]:
        made = (code for code, cls in list(self._made.items()) if cls.code is not None)
        return dict.fromkeys([*self._api._keys(), *made])


def _class_at(api: APIVersion, key: str) -> type[Object]:
    """A class of metadata at a path of the caller's, for unpickling."""
    return api.by_code[key]


# --- APIs and generic classes, one each per process -----------------------------------

_apis: dict[tuple[str, str, str | None], APIVersion] = {}
_generics: dict[tuple[str | None, str, str, str | None], type[Object]] = {}


def api_version(service_name: str, version: str, path: str | os.PathLike[str] | None = None) -> APIVersion:
    """The classes of a version of a system; the same object each time.

    Args:
        service_name: The service's name.
        version: The version as the system writes it.
        path: A metadata file, or a folder to search before the usual ones.

    Raises:
        UnknownNameError: There is no such service.
        MetadataNotFoundError: There is no metadata for the version.
    """
    place = (service_name, version, None if path is None else os.path.abspath(path))
    with _lock:
        api = _apis.get(place)
        if api is None:
            service = find_service(service_name)
            source = metadata.find(service_name, version, place[2])
            api = _apis[place] = APIVersion(version, service, source, path=place[2])
        return api


def generic_type(
    service_name: str | None, version: str, code: str, path: str | None = None, api: APIVersion | None = None
) -> type[Object]:
    """A class for a code that the metadata lacks: it has no members, everything goes by wire name."""
    place = (service_name, version, code, path)
    with _lock:
        cls = _generics.get(place)
        if cls is None:
            if api is None and service_name is not None:
                api = api_version(service_name, version, path)
            cls = _generics[place] = _make_type(
                code,
                {
                    "__module__": __name__,
                    "__doc__": f"An object of code {code}, which the metadata of {version} does not have.",
                    "code": code,
                    "_api": api,
                    "_generic": place,
                },
            )
        return cls


def find_query(cls: type[Object], name: str) -> QuerySpec:
    """The named query of a class by wire or Python name.

    Raises:
        UnknownNameError: The class has no such query.
    """
    queries: dict[str, QuerySpec] = cls._spec.queries if cls._spec is not None else {}
    for wire_name, spec in queries.items():
        if name in {wire_name, cls._api.service.python_name(wire_name)}:
            return spec
    known = ", ".join(queries) or "none"
    hint = near_matches(name, queries, f"its named queries: {known}")
    raise UnknownNameError(f"{cls.__name__} has no named query {name!r}{hint}")


# --- one class ----------------------------------------------------------------------


def make_class(api: APIVersion, spec: ObjectSpec, general: type[Object] | None = None) -> type[Object]:
    """Make the class that an object's metadata describes.

    Args:
        api: The namespace that it belongs to.
        spec: The metadata.
        general: The class that it derives from, such as one that all tenants have; members of that one
            which the metadata lacks are refused on the new one.

    Raises:
        MetadataError: Two members collide even with the suffix that tells them apart.
    """
    service = api.service
    if service is None:
        raise TypeError(f"{api!r} has no service to make classes with")
    key = spec.key
    raw = spec.raw
    helpers = service.helpers(key)
    key_fields = service.key_fields(spec)
    namespace: dict[str, Any] = {
        "__module__": api._module,
        "__qualname__": service.class_name(key, spec.name),
        "__doc__": _ClassDoc(),
        "code": spec.code,
        "_api": api,
        "_spec": spec,
        "_key": key_fields,
        "_normal_key": service.normal_key(spec),
        "_name_key": service.name_key(spec),
        "_place_fields": service.place_fields(spec),
        "_natural_key": service.natural_key(spec),
        "_referred_by": service.referred_by(spec),
        **helpers,
    }
    if len(key_fields) == 1:
        entry = (raw.get("fields") or {}).get(key_fields[0], {})
        namespace["id"] = Key.reflected(key_fields[0], entry, service.codec(spec, FieldSpec(key_fields[0], entry)))
    try:
        names = python_names(service, spec)
    except ValueError as error:
        place = "its metadata" if api.source is None else api.source.path
        raise metadata.MetadataError(f"{place}, object {key}: {error}") from None
    for kind in SECTIONS:
        for wire_name, entry in (raw.get(kind) or {}).items():
            name = names.get((kind, wire_name)) or _unnamed(service, key, kind, wire_name)
            if name is not None:
                namespace[name] = _member(service, spec, kind, wire_name, entry, name)
    inherited = _OWN_NAMES if general is None else {*_OWN_NAMES, *dir(general)}
    namespace = {**_absent(general), **_wire_names(names, key_fields, inherited), **namespace}
    return _make_type(namespace["__qualname__"], namespace, general)


def _member(service: Service, spec: ObjectSpec, kind: str, wire_name: str, entry: dict[str, Any], name: str) -> Any:
    """The descriptor of a member."""
    if kind == "fields":
        return Field.reflected(wire_name, entry, service.codec(spec, FieldSpec(wire_name, entry)))
    if kind == "references":
        return _relation(Reference, wire_name, entry)
    if kind == "collections":
        return _relation(Collection, wire_name, entry)
    if kind == "actions":
        return LateMethod(make_action, ActionSpec(wire_name, entry), name, service)
    return LateMethod(make_query, QuerySpec(wire_name, entry), name, service)


class _ClassDoc:
    """Documentation of a reflected class that is written when it is read."""

    def __get__(self, obj: Any, owner: Any = None) -> str:
        from .describe import class_doc  # for help() and editors only

        return class_doc(owner._spec, str(owner._api.service.name), owner._api.version)


def _absent(general: type[Object] | None) -> dict[str, Absent]:
    """Stand-ins for all members of a more general class."""
    members = {} if general is None else general._members
    return {name: Absent(member.workfront_name) for name, member in members.items()}


def _wire_names(
    names: dict[tuple[str, str], str], key: tuple[str, ...], inherited: Container[str]
) -> dict[str, WireName]:
    """Stand-ins for the wire names of members that have other Python names, where no base class has the name."""
    found = {
        name: STAND_INS[name, python_name]
        for (_kind, name), python_name in names.items()
        if name != python_name and name not in inherited and name.isidentifier()
    }
    if len(key) == 1 and key[0] != "id" and key[0] not in inherited:
        found.setdefault(key[0], STAND_INS[key[0], "id"])
    return found


def python_names(service: Service, spec: ObjectSpec) -> dict[tuple[str, str], str]:
    """The Python names of an object's members, by section of the metadata and wire name.

    Left out are the field that is the key (its name is `id`), names that are no identifiers, members to
    which the service gives an empty name, and queries whose name an action has: both are one method.

    Raises:
        ValueError: Two members collide even with the suffix that tells them apart.
    """
    raw = spec.raw
    key_fields = service.key_fields(spec)
    key = ("fields", key_fields[0]) if len(key_fields) == 1 and not _is_named(service, spec, key_fields[0]) else None
    members = [(kind, name) for kind in SECTIONS for name in raw.get(kind) or () if (kind, name) != key]
    fixed = {member: name for member in members if (name := service.member_name(spec.key, *member)) is not None}
    actions = raw.get("actions") or {}
    members = [
        member for member in members if member not in fixed and not (member[0] == "queries" and member[1] in actions)
    ]
    names = unique_names({*_OWN_NAMES, *service.helpers(spec.key), *fixed.values()}, members, service.python_name)
    names.update({member: name for member, name in fixed.items() if name})
    return names


def _is_named(service: Service, spec: ObjectSpec, key: str) -> bool:
    """Whether the field that is the key has a name of its own beside `id`: that of a natural key, which programs give."""
    return service.natural_key(spec) and bool((spec.raw.get("fields") or {}).get(key, {}).get("immutable"))


def _unnamed(service: Service, key: str, kind: str, name: str) -> str | None:
    """The wire name of a member that cannot have it as a Python name: `obj["wire name"]` reaches it. None for others.

    Others without a Python name are the key, which is called `id`, what the service leaves out, and methods.
    """
    if kind in {"actions", "queries"} or is_attribute(service.python_name(name)):
        return None
    if service.member_name(key, kind, name) is not None:
        return None
    # A name that no attribute has, also where Python looks for some itself.
    return f"[{name}]" if is_special(name) else name


def _make_type(name: str, namespace: dict[str, Any], general: type[Object] | None = None) -> type[Object]:
    cls: Any = ObjectMeta(name, (general or Object,), namespace)
    return cls  # type: ignore[no-any-return]


_OWN_NAMES = frozenset(dir(Object))


def _relation(kind: Any, wire_name: str, entry: Mapping[str, Any]) -> Any:
    relation = kind(wire_name)
    relation._raw = entry
    return relation
