"""Flows, their users and the invitations to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock import people
from workfront_orm.sandbox.flowdock.errors import BLANK, INVALID, denied, invalid, missing
from workfront_orm.sandbox.flowdock.world import Conversation, require_member, slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.people import People
    from workfront_orm.sandbox.flowdock.world import World

NAME_LIMIT = 100
ACCESS_MODES = ("invitation", "link", "organization")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SEPARATORS = re.compile(r"[\s,;]+")


class Flows:
    """The flows of a Flowdock.

    Args:
        world: the data.
        everyone: its users and organizations.
    """

    def __init__(self, world: World, everyone: People) -> None:
        self._world = world
        self._people = everyone

    # --- finding ---------------------------------------------------------------------------

    def joined(self, caller: int) -> list[Document]:
        """Return the flows that a caller has joined, archived ones left out."""
        return [flow for flow in self._world.flows if self._is_member(flow, caller) and not flow["disabled"]]

    def joinable(self, caller: int) -> list[Document]:
        """Return the flows that a caller has joined or can join, archived ones left out."""
        return [flow for flow in self._world.flows if self._is_seen(flow, caller) and not flow["disabled"]]

    def at(self, caller: int, organization: str, name: str) -> Document:
        """Return the flow of a path that a caller may see.

        Raises:
            FlowdockError: there is none, or he may not.
        """
        return self._allowed(self._world.flow_at(organization, name), caller)

    def by_id(self, caller: int, identifier: str) -> Document:
        """Return a flow by its id, or by `org/flow` or `org:flow`.

        Raises:
            FlowdockError: there is none, or the caller may not see it.
        """
        found = self._world.flows.get(identifier)
        if found is None:
            organization, _, name = identifier.replace(":", "/").partition("/")
            found = self._world.flow_at(organization, name)
        return self._allowed(found, caller)

    def entered(self, caller: int, organization: str, name: str) -> Document:
        """Return the flow of a path that a caller has joined.

        Raises:
            FlowdockError: there is none, or he has not.
        """
        flow = self._world.flow_at(organization, name)
        require_member(flow, caller)
        return flow

    def open_for_writing(self, caller: int, organization: str, name: str) -> Document:
        """Return the flow of a path in which a caller may write.

        Raises:
            FlowdockError: there is none, he has not joined it, or it is archived.
        """
        flow = self.entered(caller, organization, name)
        if flow["disabled"]:
            raise denied("The flow is disabled")
        return flow

    # --- changing ---------------------------------------------------------------------------

    def create(self, caller: int, organization: str, params: Mapping[str, Any]) -> Document:
        """Make a flow that the caller has joined.

        Raises:
            FlowdockError: the name is blank or too long.
        """
        self._people.organization(caller, organization)
        name = _name(params.get("name"))
        return self.add(organization, name, {str(caller): {"disabled": False, "open": True}})

    def add(self, organization: str, name: str, members: Mapping[str, Any]) -> Document:
        """Put a flow into an organization."""
        taken = {flow["parameterized_name"] for flow in self._world.flows if flow["organization"] == organization}
        base = slug(name)
        found, number = base, 1
        while found in taken:
            number += 1
            found = f"{base}-{number}"
        identifier = self._world.new_uuid()
        return self._world.flows.add(
            identifier,
            {
                "id": identifier,
                "name": name,
                "parameterized_name": found,
                "organization": organization,
                "access_mode": "invitation",
                "disabled": False,
                "members": dict(members),
                "_join_key": self._world.new_id()[:16],
            },
        )

    def change(self, caller: int, organization: str, name: str, params: Mapping[str, Any]) -> Document:
        """Change name, access mode, whether it is archived, and whether the caller has it open; opening joins it.

        Raises:
            FlowdockError: the caller may not, or a value is refused.
        """
        flow = self.at(caller, organization, name)
        values: Document = {}
        if params.get("name") is not None:
            values["name"] = _name(params["name"])
        if params.get("access_mode") is not None:
            if params["access_mode"] not in ACCESS_MODES:
                raise invalid(access_mode="is not included in the list")
            values["access_mode"] = params["access_mode"]
        if params.get("disabled") is not None:
            values["disabled"] = truth(params, "disabled")
        if values:
            require_member(flow, caller)
        if params.get("open") is not None:
            known = flow["members"].get(str(caller), {"disabled": False})
            if known["disabled"]:
                raise denied()
            values["members"] = {**flow["members"], str(caller): {**known, "open": truth(params, "open")}}
        return self._world.flows.update(flow["id"], values)

    def add_user(self, flow: Document, params: Mapping[str, Any]) -> None:
        """Put a user of the organization into a flow.

        Raises:
            FlowdockError: there is no such user.
        """
        number = str(params.get("id") or "")
        if number not in self._world.organizations[flow["organization"]]["members"]:
            raise invalid(id=INVALID if number else BLANK)
        if number not in flow["members"]:
            members = {**flow["members"], number: {"disabled": False, "open": True}}
            self._world.flows.update(flow["id"], {"members": members})

    def block_user(self, flow: Document, number: str, params: Mapping[str, Any]) -> None:
        """Block a user of a flow, or let him in again.

        Raises:
            FlowdockError: he is no user of the flow.
        """
        if number not in flow["members"]:
            raise missing()
        if params.get("disabled") is not None:
            membership = {**flow["members"][number], "disabled": truth(params, "disabled")}
            self._world.flows.update(flow["id"], {"members": {**flow["members"], number: membership}})

    # --- as they are answered ------------------------------------------------------------------

    def users(self, flow: Document) -> list[Document]:
        """Return the users of a flow with their presence."""
        result = []
        for number, membership in flow["members"].items():
            user = self._world.users[number]
            result.append(
                {
                    **people.shown(user),
                    "status": user["status"],
                    "disabled": membership["disabled"],
                    "last_activity": user["last_activity"],
                    "last_ping": user["last_ping"],
                }
            )
        return result

    def shown(self, flow: Document, caller: int, *, users: bool) -> Document:
        """Return a flow as it is answered to a caller."""
        organization = self._world.organizations[flow["organization"]]
        path = f"{flow['organization']}/{flow['parameterized_name']}"
        member = flow["members"].get(str(caller))
        joined = member is not None and not member["disabled"]
        unread = f":unread:{caller}"
        messages = self._world.messages(Conversation.of_flow(flow)) if joined else ()
        result: Document = {
            "id": flow["id"],
            "name": flow["name"],
            "parameterized_name": flow["parameterized_name"],
            "organization": self._people.shown_organization(organization),
            "unread_mentions": sum(unread in message["tags"] for message in messages),
            "open": bool(joined and member is not None and member["open"]),
            "joined": joined,
            "url": f"{self._world.url}/flows/{path}",
            "web_url": f"https://www.flowdock.com/app/{path}",
            "access_mode": flow["access_mode"],
        }
        if flow["access_mode"] != "invitation":
            result["join_url"] = f"https://www.flowdock.com/join/{flow['_join_key']}"
        if users:
            result["users"] = self.users(flow)
        return result

    # --- invitations ---------------------------------------------------------------------------

    def invitations(self, flow: Document) -> list[Document]:
        """Return the invitations to a flow."""
        return [one for one in self._world.invitations if one["flow"] == flow["id"]]

    def invitation(self, flow: Document, number: str) -> Document:
        """Return an invitation.

        Raises:
            FlowdockError: there is none.
        """
        found = self._world.invitations.get(number)
        if found is None or found["flow"] != flow["id"]:
            raise missing()
        return found

    def invite(self, flow: Document, params: Mapping[str, Any]) -> Document:
        """Invite somebody; a second time it is the same invitation, sent again.

        Raises:
            FlowdockError: it is no e-mail address.
        """
        email = str(params.get("email") or "").strip()
        if not _EMAIL.fullmatch(email):
            raise invalid(email=INVALID if email else BLANK)
        return self._invite(flow, email)

    def import_list(self, flow: Document, params: Mapping[str, Any]) -> Document:
        """Invite all of a list; who is in the organization joins at once."""
        result: Document = {"invitations": [], "added_users": [], "erroneous_emails": []}
        known = {
            self._world.users[number]["email"].lower(): number
            for number in self._world.organizations[flow["organization"]]["members"]
        }
        for email in _SEPARATORS.split(str(params.get("list") or "").strip()):
            if not _EMAIL.fullmatch(email):
                if email:
                    result["erroneous_emails"].append(email)
            elif email.lower() in known:
                self.add_user(flow, {"id": known[email.lower()]})
                result["added_users"].append(people.shown(self._world.users[known[email.lower()]]))
            else:
                result["invitations"].append(self._invite(flow, email))
        return result

    def withdraw(self, flow: Document, number: str) -> None:
        """Take back an invitation that is pending.

        Raises:
            FlowdockError: there is none, or it was accepted.
        """
        if self.invitation(flow, number)["state"] != "pending":
            raise denied()
        self._world.invitations.remove(number)

    def _invite(self, flow: Document, email: str) -> Document:
        for one in self.invitations(flow):
            if one["email"].lower() == email.lower():
                return one
        number = self._world.documents.next_number("invitations")
        path = f"{flow['organization']}/{flow['parameterized_name']}"
        return self._world.invitations.add(
            str(number),
            {
                "id": number,
                "state": "pending",
                "email": email,
                "flow": flow["id"],
                "url": f"{self._world.url}/flows/{path}/invitations/{number}",
            },
        )

    # --- helpers -------------------------------------------------------------------------------

    def _allowed(self, flow: Document, caller: int) -> Document:
        if not self._is_seen(flow, caller):
            raise denied()
        return flow

    def _is_seen(self, flow: Document, caller: int) -> bool:
        if str(caller) in flow["members"]:
            return self._is_member(flow, caller)
        organization = self._world.organizations[flow["organization"]]
        return flow["access_mode"] == "organization" and str(caller) in organization["members"]

    def _is_member(self, flow: Document, caller: int) -> bool:
        membership = flow["members"].get(str(caller))
        return membership is not None and not membership["disabled"]


def truth(params: Mapping[str, Any], name: str) -> bool:
    """Return a parameter that is true or false.

    Raises:
        FlowdockError: it is neither.
    """
    value = params[name]
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise invalid(**{name: INVALID})
    return words[str(value).lower()]


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise invalid(name=BLANK)
    if len(value) > NAME_LIMIT:
        raise invalid(name=f"is too long (maximum is {NAME_LIMIT} characters)")
    return value
