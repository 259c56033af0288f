"""Live classes: those that every tenant has, with what one tenant's server tells of its own.

Some systems let each tenant add fields to objects, and objects of its own. Their metadata is read
from the server when a class is first asked for; the class derives from the one that every tenant
has, so that `isinstance` holds, and lives in the session's `api`, never among the versions.
"""

from __future__ import annotations

from threading import RLock
from weakref import WeakValueDictionary

from .reflection import APIVersion, api_version, make_class
from .specs import ObjectSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .objects import Object
    from .session import BaseSession

    Describe = Callable[[str, ObjectSpec], Mapping[str, Any] | None]

__all__ = ["LiveAPI", "live_api", "renew_classes"]

_known: WeakValueDictionary[tuple[str, str, str | None, str], LiveAPI] = WeakValueDictionary()
_lock = RLock()


class LiveAPI(APIVersion):
    """The classes of a tenant, by name: `api.Contact` with the tenant's fields, and the tenant's own objects.

    Args:
        base: The classes that every tenant has.
        tenant: What tells the tenant from others, such as its host; no secret, since pickles name it.

    Attributes:
        base: The classes that every tenant has.
        tenant: What tells the tenant from others.
        describe: Reads the tenant's entry of an object, by key and the entry that every tenant has; None
            where the tenant adds nothing. Without it, what is known without asking is used.
    """

    def __init__(self, base: APIVersion, tenant: str) -> None:
        super().__init__(base.version, base.service, base.source, path=base.path)
        self.base = base
        self.tenant = tenant
        self.describe: Describe | None = None
        # Reading an entry may take a request; who asks for the same class meanwhile waits for that one.
        self._reading = RLock()

    def forget(self) -> list[type[Object]]:
        """Forget what was read, so that classes are made anew when they are asked for.

        Returns:
            The classes that were made until now.
        """
        with self._reading:
            made = {code: cls for code, cls in self.by_code._made.items() if cls._api is self}
            for code, cls in made.items():
                del self.by_code._made[code]
                self.__dict__.pop(cls.__name__, None)
            return list(made.values())

    def _make(self, key: str) -> type[Object] | None:
        with self._reading:
            made = self.by_code.made(key)
            if made is not None or self.service is None:
                return made
            general = self.base._make(self.service.general_key(key))
            if general is None or general._spec is None:
                return general
            raw = None if self.describe is None else self.describe(key, general._spec)
            if raw is None:
                raw = self.service.tenant_entry(key, general._spec)
            if raw is None:
                self.by_code.put(key, general)
                return general
            cls = make_class(self, ObjectSpec(key, raw), general)
            self.by_code.put(key, cls)
            self.__dict__[cls.__name__] = cls
            return cls

    def _class_reduction(self, key: str) -> Any:
        """By the tenant; where it is not at hand, the class is what is known without asking it."""
        if self.service is None:
            return None
        return _class_of, (self.service.name, self.version, self.path, self.tenant, key)

    def __reduce__(self) -> Any:
        """Pickle by service, version, path and tenant."""
        name = None if self.service is None else self.service.name
        return live_api, (name, self.version, self.path, self.tenant)

    def __repr__(self) -> str:
        """Service, version and tenant."""
        return f"<LiveAPI {self.service.name + ' ' if self.service else ''}{self.version} of {self.tenant}>"


def live_api(service_name: str, version: str, path: str | None, tenant: str) -> LiveAPI:
    """The classes of a tenant; the same object for all sessions of a process, as long as one has it.

    Args:
        service_name: The service's name.
        version: The version as the system writes it.
        path: A metadata file or folder of the caller's, or None.
        tenant: What tells the tenant from others.
    """
    base = api_version(service_name, version, path)
    with _lock:
        place = (service_name, version, base.path, tenant)
        found = _known.get(place)
        if found is None:
            found = _known[place] = LiveAPI(base, tenant)
        return found


def renew_classes(session: BaseSession) -> None:
    """Forget what was read of a tenant, so that it is read anew when classes are next asked for.

    Objects that the session has become objects of the new classes then.

    Args:
        session: A session whose classes are a tenant's.
    """
    old = {cls.code: cls for cls in session.api.forget()}
    for obj in session.identity_map:
        if old.get(obj.code) is type(obj):
            obj.__class__ = session.api.by_code[obj.code]


def _class_of(service_name: str, version: str, path: str | None, tenant: str, key: str) -> type[Object]:
    """A class of a tenant, for unpickling: asks nobody."""
    api = live_api(service_name, version, path, tenant)
    cls = api.by_code.made(key) or LiveAPI(api.base, tenant)._make(key)
    if cls is None:
        raise LookupError(
            f"{service_name} {version} has no object {key!r}, and {tenant!r} is not at hand to ask for it"
        )
    return cls
