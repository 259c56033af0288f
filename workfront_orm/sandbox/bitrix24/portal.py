"""The portal as a whole: data, clock, rights, events and limits in one place, for the methods to use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.errors import access_denied, legacy, missing_argument, wrong_argument
from workfront_orm.sandbox.bitrix24.events import Events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.sandbox.bitrix24.access import Access, Caller
    from workfront_orm.sandbox.bitrix24.options import Options
    from workfront_orm.sandbox.bitrix24.store import Store
    from workfront_orm.sandbox.clock import Clock

ADMINISTRATOR = 1
"""Id of the user who owns the main web hook and administers the portal."""

LARGEST_ID = 2**63 - 1


class Portal:
    """One Bitrix24 portal.

    Args:
        store: its data.
        clock: its time.
        options: how it was started.
        access: its web hooks and tokens.
        domain: host and port.
    """

    def __init__(self, store: Store, clock: Clock, options: Options, access: Access, domain: str) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.access = access
        self.domain = domain
        self.events = Events(self)
        self.methods: Mapping[str, Method] = {}

    def stages(self, directory: str) -> list[dict[str, Any]]:
        """Return the entries of a directory in order: STATUS_ID, NAME, SORT, SEMANTICS."""
        return self.store.rows(
            "SELECT STATUS_ID, NAME, SORT, SEMANTICS FROM status WHERE ENTITY_ID = ? ORDER BY SORT, ID", directory
        )

    def default_category(self, type_id: int) -> int:
        """Return the id of a type's default pipeline, 0 when it has none."""
        found = self.store.value(
            "SELECT ID FROM category WHERE ENTITY_TYPE_ID = ? ORDER BY IS_DEFAULT DESC, SORT, ID", type_id
        )
        return int(found or 0)


@dataclass
class Call:
    """One call of a method.

    Attributes:
        portal: where it happens.
        caller: who calls.
        params: the parameters, PHP arrays already told apart.
    """

    portal: Portal
    caller: Caller
    params: dict[str, Any]

    @cached_property
    def upper(self) -> dict[str, Any]:
        """The parameters under upper-case names, as the old methods read them."""
        return {name.upper(): value for name, value in self.params.items()}

    @property
    def user(self) -> int:
        """Id of the caller."""
        return self.caller.user

    @property
    def start(self) -> Any:
        """The parameter `start`, which is read before the method runs, so in lower case only."""
        return self.params.get("start", 0)

    def need_administrator(self) -> None:
        """Refuse a caller who does not administer the CRM.

        Raises:
            RestError: `ACCESS_DENIED`.
        """
        if self.caller.user != ADMINISTRATOR:
            raise access_denied()

    # --- old methods -----------------------------------------------------------------------

    def legacy_id(self, name: str = "ID") -> int:
        """Return the id that an old method was given; 0 and below, or none, is 0."""
        return bounded(self.upper.get(name))

    def legacy_fields(self) -> dict[str, Any]:
        """Return the parameter `fields` of an old method, under upper-case names.

        Raises:
            RestError: it is missing or no array.
        """
        sent = self.upper.get("FIELDS")
        if not isinstance(sent, (dict, list)):
            raise legacy("Parameter 'fields' must be array.")
        return {str(name).upper(): value for name, value in php.as_map(sent).items()}

    # --- newer methods ---------------------------------------------------------------------

    def require(self, name: str) -> Any:
        """Return a parameter of a newer method.

        Raises:
            RestError: 100 when it is missing.
        """
        if name not in self.params or self.params[name] is None:
            raise missing_argument(name)
        return self.params[name]

    def require_integer(self, name: str) -> int:
        """Return an integer parameter of a newer method.

        Raises:
            RestError: 100 when it is missing or no number.
        """
        value = self.require(name)
        if isinstance(value, (list, dict, bool)) or not str(value).strip().lstrip("+-").isdigit():
            raise wrong_argument(name, "int")
        return bounded(value)

    def require_map(self, name: str) -> dict[str, Any]:
        """Return a structured parameter of a newer method.

        Raises:
            RestError: 100 when it is missing or no array.
        """
        value = self.require(name)
        if not isinstance(value, (dict, list)):
            raise wrong_argument(name, "array")
        return php.as_map(value)


@dataclass(frozen=True)
class Method:
    """One method of the API.

    Attributes:
        run: does it.
        scope: what the caller must be allowed; empty for what everybody may call.
        application_only: web hooks may not call it.
    """

    run: Callable[[Call], Any]
    scope: str = ""
    application_only: bool = False


def bounded(value: Any) -> int:
    """Return an id as PHP reads it, no larger than the database takes and not below 0."""
    return max(0, min(LARGEST_ID, php.integer(value)))
