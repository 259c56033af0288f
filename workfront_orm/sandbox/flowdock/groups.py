"""The calls about flows, sources, invitations, users and organizations."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from workfront_orm.sandbox.flowdock import people, sources
from workfront_orm.sandbox.flowdock.calls import Answer
from workfront_orm.sandbox.flowdock.errors import BLANK, invalid, missing

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.calls import Call
    from workfront_orm.sandbox.flowdock.flows import Flows
    from workfront_orm.sandbox.flowdock.people import People
    from workfront_orm.sandbox.flowdock.sources import Sources
    from workfront_orm.sandbox.flowdock.world import World


class Groups:
    """Handlers of calls; each takes the call and the variable parts of its path.

    Args:
        world: the data.
        everyone: its users and organizations.
        flows: its flows.
        all_sources: its sources.
    """

    def __init__(self, world: World, everyone: People, flows: Flows, all_sources: Sources) -> None:
        self._world = world
        self._people = everyone
        self._flows = flows
        self._sources = all_sources

    # --- flows -----------------------------------------------------------------------------

    def list_flows(self, call: Call) -> Answer:
        """`GET /flows`: those that the caller has joined."""
        return self._list_flows(call, self._flows.joined(call.caller.id))

    def list_all_flows(self, call: Call) -> Answer:
        """`GET /flows/all`: also those that he can join."""
        return self._list_flows(call, self._flows.joinable(call.caller.id))

    def find_flow(self, call: Call) -> Answer:
        """`GET /flows/find?id=`."""
        flow = self._flows.by_id(call.caller.id, str(_required(call, "id")))
        return Answer(self._flows.shown(flow, call.caller.id, users=True))

    def show_flow(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow`."""
        flow = self._flows.at(call.caller.id, organization, name)
        return Answer(self._flows.shown(flow, call.caller.id, users=True))

    def create_flow(self, call: Call, organization: str) -> Answer:
        """`POST /flows/:org`."""
        flow = self._flows.create(call.caller.id, organization, call.params)
        return Answer(self._flows.shown(flow, call.caller.id, users=True), HTTPStatus.CREATED)

    def change_flow(self, call: Call, organization: str, name: str) -> Answer:
        """`PUT /flows/:org/:flow`."""
        flow = self._flows.change(call.caller.id, organization, name, call.params)
        return Answer(self._flows.shown(flow, call.caller.id, users=False))

    def list_flow_users(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow/users`."""
        return Answer(self._flows.users(self._flows.at(call.caller.id, organization, name)))

    def add_flow_user(self, call: Call, organization: str, name: str) -> Answer:
        """`POST /flows/:org/:flow/users`."""
        self._flows.add_user(self._flows.entered(call.caller.id, organization, name), call.params)
        return Answer({})

    def block_flow_user(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`PUT /flows/:org/:flow/users/:id`."""
        self._flows.block_user(self._flows.entered(call.caller.id, organization, name), number, call.params)
        return Answer({})

    def _list_flows(self, call: Call, found: list[Document]) -> Answer:
        users = str(call.params.get("users", "0")) == "1"
        return Answer([self._flows.shown(flow, call.caller.id, users=users) for flow in found])

    # --- invitations -----------------------------------------------------------------------

    def list_invitations(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow/invitations`."""
        return Answer(self._flows.invitations(self._flows.entered(call.caller.id, organization, name)))

    def show_invitation(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`GET /flows/:org/:flow/invitations/:id`."""
        return Answer(self._flows.invitation(self._flows.entered(call.caller.id, organization, name), number))

    def invite(self, call: Call, organization: str, name: str) -> Answer:
        """`POST /flows/:org/:flow/invitations`."""
        flow = self._flows.entered(call.caller.id, organization, name)
        return Answer(self._flows.invite(flow, call.params), HTTPStatus.CREATED)

    def import_invitations(self, call: Call, organization: str, name: str) -> Answer:
        """`POST /flows/:org/:flow/invitations/import`."""
        return Answer(self._flows.import_list(self._flows.entered(call.caller.id, organization, name), call.params))

    def withdraw(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`DELETE /flows/:org/:flow/invitations/:id`."""
        self._flows.withdraw(self._flows.entered(call.caller.id, organization, name), number)
        return Answer(None, HTTPStatus.NO_CONTENT)

    # --- sources -----------------------------------------------------------------------------

    def list_own_sources(self, call: Call) -> Answer:
        """`GET /sources`: the one of the token, or those of the flows that the caller has joined."""
        if call.caller.source is not None:
            return Answer([sources.shown(call.caller.source)])
        found = [one for flow in self._flows.joined(call.caller.id) for one in self._sources.of(flow)]
        return Answer([sources.shown(one) for one in found])

    def change_own_source(self, call: Call) -> Answer:
        """`PUT /sources` with the token of the source."""
        if call.caller.source is None:
            raise invalid(flow_token=BLANK)
        return Answer(sources.shown(self._sources.change(call.caller.source, call.params)))

    def list_sources(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow/sources`."""
        flow = self._flows.entered(call.caller.id, organization, name)
        return Answer([sources.shown(one) for one in self._sources.of(flow)])

    def show_source(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`GET /flows/:org/:flow/sources/:id`."""
        return Answer(sources.shown(self._source(call, organization, name, number)))

    def create_source(self, call: Call, organization: str, name: str) -> Answer:
        """`POST /flows/:org/:flow/sources`; the answer alone carries the token."""
        call.caller.require("integration")
        flow = self._flows.open_for_writing(call.caller.id, organization, name)
        made = self._sources.create(flow, self._world.user(call.caller.id), call.params)
        return Answer({**sources.shown(made), "flow_token": made["_flow_token"]}, HTTPStatus.CREATED)

    def change_source(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`PUT /flows/:org/:flow/sources/:id`."""
        source = self._source(call, organization, name, number)
        return Answer(sources.shown(self._sources.change(source, call.params)))

    def delete_source(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`DELETE /flows/:org/:flow/sources/:id`."""
        self._sources.delete(self._source(call, organization, name, number))
        return Answer(None, HTTPStatus.NO_CONTENT)

    def _source(self, call: Call, organization: str, name: str, number: str) -> Document:
        return self._sources.find(self._flows.entered(call.caller.id, organization, name), number)

    # --- users and organizations ---------------------------------------------------------------

    def list_users(self, call: Call) -> Answer:
        """`GET /users`."""
        return Answer(self._people.visible(call.caller.id))

    def show_user(self, call: Call, number: str) -> Answer:
        """`GET /users/:id`."""
        return Answer(self._people.user(call.caller.id, number))

    def show_caller(self, call: Call) -> Answer:
        """`GET /user`."""
        return Answer(people.shown(self._world.user(call.caller.id)))

    def change_user(self, call: Call, number: str) -> Answer:
        """`PUT /users/:id`."""
        self._people.change_user(call.caller.id, number, call.params)
        return Answer({})

    def list_organizations(self, call: Call) -> Answer:
        """`GET /organizations`."""
        found = self._people.organizations_of(call.caller.id)
        return Answer([self._people.shown_organization(one) for one in found])

    def find_organization(self, call: Call) -> Answer:
        """`GET /organizations/find?id=`."""
        number = str(_required(call, "id"))
        for one in self._people.organizations_of(call.caller.id):
            if str(one["id"]) == number:
                return Answer(self._people.shown_organization(one, full=True))
        raise missing()

    def show_organization(self, call: Call, slug: str) -> Answer:
        """`GET /organizations/:slug`."""
        return Answer(self._people.shown_organization(self._people.organization(call.caller.id, slug), full=True))

    def change_organization(self, call: Call, slug: str) -> Answer:
        """`PUT /organizations/:slug`."""
        changed = self._people.change_organization(call.caller.id, slug, call.params)
        return Answer(self._people.shown_organization(changed, full=True))

    def list_organization_users(self, call: Call, slug: str) -> Answer:
        """`GET /organizations/:slug/users`."""
        return Answer(self._people.members(self._people.organization(call.caller.id, slug)))

    def remove_organization_user(self, call: Call, slug: str, number: str) -> Answer:
        """`DELETE /organizations/:slug/users/:id`."""
        self._people.remove_user(call.caller.id, slug, number)
        return Answer(None, HTTPStatus.NO_CONTENT)


def _required(call: Call, name: str) -> str:
    value = call.params.get(name)
    if value in (None, ""):
        raise invalid(**{name: BLANK})
    return str(value)
