"""Users and organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock.errors import BLANK, denied, invalid, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.world import World

USER_FIELDS = ("id", "nick", "name", "email", "avatar", "website")
ORGANIZATION_FIELDS = ("id", "name", "parameterized_name", "user_limit", "user_count", "active", "url")


class People:
    """The users and organizations of a Flowdock.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    # --- users -----------------------------------------------------------------------------

    def visible(self, caller: int) -> list[Document]:
        """Return the users of all organizations of a caller."""
        seen = {number for one in self.organizations_of(caller) for number in one["members"]}
        return [shown(user) for user in self._world.users if str(user["id"]) in seen]

    def user(self, caller: int, number: str) -> Document:
        """Return a user whom a caller can see.

        Raises:
            FlowdockError: there is none.
        """
        found = next((one for one in self.visible(caller) if str(one["id"]) == number), None)
        if found is None:
            raise missing()
        return found

    def change_user(self, caller: int, number: str, params: Mapping[str, Any]) -> None:
        """Give the caller another nick or e-mail address.

        Raises:
            FlowdockError: he is not the caller, or a value is blank or taken.
        """
        self.user(caller, number)
        if str(caller) != number:
            raise denied()
        values = {name: params[name] for name in ("nick", "email") if params.get(name) is not None}
        for name, value in values.items():
            if not isinstance(value, str) or not value.strip():
                raise invalid(**{name: BLANK})
            for other in self._world.users:
                if other["id"] != caller and other[name].lower() == value.lower():
                    raise invalid(**{name: "has already been taken"})
        self._world.users.update(number, values)

    # --- organizations -----------------------------------------------------------------------

    def organizations_of(self, caller: int) -> list[Document]:
        """Return the organizations that a caller belongs to, as they are kept."""
        return [one for one in self._world.organizations if str(caller) in one["members"]]

    def organization(self, caller: int, slug: str) -> Document:
        """Return an organization, as it is kept.

        Raises:
            FlowdockError: there is none, or the caller does not belong to it.
        """
        found = self._world.organizations.get(slug)
        if found is None:
            raise missing()
        if str(caller) not in found["members"]:
            raise denied()
        return found

    def change_organization(self, caller: int, slug: str, params: Mapping[str, Any]) -> Document:
        """Rename an organization; for its administrators.

        Raises:
            FlowdockError: the caller is none, or the name is blank.
        """
        found = self._administered(caller, slug)
        name = params.get("name")
        if name is not None:
            if not isinstance(name, str) or not name.strip():
                raise invalid(name=BLANK)
            self._world.organizations.update(slug, {"name": name})
        return found

    def remove_user(self, caller: int, slug: str, number: str) -> None:
        """Take a user out of an organization and its flows; for its administrators.

        Raises:
            FlowdockError: the caller is none, or the user does not belong to it.
        """
        found = self._administered(caller, slug)
        if number not in found["members"]:
            raise missing()
        self._world.organizations.update(slug, {"members": _without(found["members"], number)})
        for flow in self._world.flows:
            if flow["organization"] == slug and number in flow["members"]:
                self._world.flows.update(flow["id"], {"members": _without(flow["members"], number)})

    def members(self, organization: Document) -> list[Document]:
        """Return the users of an organization; `admin` tells who administers it."""
        return [
            {**shown(self._world.users[number]), "admin": membership["admin"]}
            for number, membership in organization["members"].items()
        ]

    def _administered(self, caller: int, slug: str) -> Document:
        found = self.organization(caller, slug)
        if not found["members"][str(caller)]["admin"]:
            raise denied()
        return found

    # --- as they are answered ------------------------------------------------------------------

    def shown_organization(self, organization: Document, *, full: bool = False) -> Document:
        """Return an organization as it is answered; a full one has its subscription and users."""
        values = {
            **organization,
            "user_count": len(organization["members"]),
            "url": f"{self._world.url}/organizations/{organization['parameterized_name']}",
        }
        result = {name: values[name] for name in ORGANIZATION_FIELDS}
        if full:
            result["subscription"] = organization["subscription"]
            result["users"] = [
                {name: user[name] for name in ("id", "name", "email", "admin")} for user in self.members(organization)
            ]
        return result


def shown(user: Document) -> Document:
    """Return a user as he is answered."""
    return {name: user[name] for name in USER_FIELDS}


def _without(members: Mapping[str, Any], number: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != number}
