"""The calls about messages, threads and files, of flows and in private."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from workfront_orm.sandbox.flowdock import listing, people, threads
from workfront_orm.sandbox.flowdock.calls import Answer
from workfront_orm.sandbox.flowdock.errors import BLANK, denied, invalid, missing
from workfront_orm.sandbox.flowdock.flows import truth
from workfront_orm.sandbox.flowdock.world import Conversation, require_member

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.calls import Call
    from workfront_orm.sandbox.flowdock.files import Files
    from workfront_orm.sandbox.flowdock.flows import Flows
    from workfront_orm.sandbox.flowdock.messages import Messages
    from workfront_orm.sandbox.flowdock.threads import Threads
    from workfront_orm.sandbox.flowdock.world import World


class Conversations:
    """Handlers of calls; each takes the call and the variable parts of its path.

    Args:
        world: the data.
        flows: its flows.
        messages: its messages.
        all_threads: its threads.
        files: its files.
    """

    def __init__(self, world: World, flows: Flows, messages: Messages, all_threads: Threads, files: Files) -> None:
        self._world = world
        self._flows = flows
        self._messages = messages
        self._threads = all_threads
        self._files = files

    # --- messages of a flow --------------------------------------------------------------

    def post(self, call: Call) -> Answer:
        """`POST /messages`: with the token of a source, or with the id of a flow."""
        if call.caller.source is not None:
            conversation = Conversation.of_flow(self._world.flows[call.caller.source["_flow"]])
            self._messages.present(conversation, call.caller.source, call.params, call.request.files)
            return Answer({}, HTTPStatus.ACCEPTED)
        call.caller.require("flow")
        identifier = call.params.get("flow")
        if not identifier:
            raise invalid(flow=BLANK)
        flow = self._flows.by_id(call.caller.id, str(identifier))
        return self.send(call, flow["organization"], flow["parameterized_name"])

    def send(self, call: Call, organization: str, name: str, thread: str | None = None) -> Answer:
        """`POST /flows/:org/:flow/messages`, also of a thread."""
        conversation = Conversation.of_flow(self._flows.open_for_writing(call.caller.id, organization, name))
        sent = self._messages.send(conversation, call.caller.id, call.params, call.request.files, thread=thread)
        if "id" not in sent:
            return Answer({}, HTTPStatus.ACCEPTED)
        return Answer(self._messages.shown(conversation, sent), HTTPStatus.CREATED)

    def comment(self, call: Call, organization: str, name: str, number: str | None = None) -> Answer:
        """`POST /flows/:org/:flow/messages/:message/comments`, `POST /comments`: the legacy comments."""
        conversation = Conversation.of_flow(self._flows.open_for_writing(call.caller.id, organization, name))
        sent = self._messages.comment(conversation, call.caller.id, number, call.params)
        return Answer(self._messages.shown(conversation, sent), HTTPStatus.CREATED)

    def comment_anywhere(self, call: Call) -> Answer:
        """`POST /comments` with the flow among the parameters."""
        identifier = call.params.get("flow")
        if not identifier:
            raise invalid(flow=BLANK)
        flow = self._flows.by_id(call.caller.id, str(identifier))
        return self.comment(call, flow["organization"], flow["parameterized_name"])

    def list_messages(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow/messages`."""
        return self._list(call, self._of_flow(call, organization, name))

    def show(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`GET /flows/:org/:flow/messages/:id`."""
        return self._show(self._of_flow(call, organization, name), number)

    def edit(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`PUT /flows/:org/:flow/messages/:id`."""
        return self._edit(call, self._of_flow(call, organization, name), number)

    def delete(self, call: Call, organization: str, name: str, number: str) -> Answer:
        """`DELETE /flows/:org/:flow/messages/:id`."""
        return self._delete(call, self._of_flow(call, organization, name), number)

    # --- threads -----------------------------------------------------------------------------

    def list_threads(self, call: Call, organization: str, name: str) -> Answer:
        """`GET /flows/:org/:flow/threads`; the header `Link` leads to the next page."""
        found, until = self._threads.listed(self._of_flow(call, organization, name), call.params)
        headers = []
        if until is not None:
            query = {
                name: value for name, value in call.params.items() if name in ("limit", "since", "application", "empty")
            }
            address = f"{self._world.url}/flows/{organization}/{name}/threads?{urlencode({**query, 'until': until})}"
            headers.append(("Link", f'<{address}>; rel="next"'))
        return Answer([threads.shown(thread) for thread in found], headers=headers)

    def show_thread(self, call: Call, organization: str, name: str, thread: str) -> Answer:
        """`GET /flows/:org/:flow/threads/:id`."""
        return Answer(threads.shown(self._threads.find(self._of_flow(call, organization, name), thread)))

    def list_thread(self, call: Call, organization: str, name: str, thread: str) -> Answer:
        """`GET /flows/:org/:flow/threads/:id/messages`."""
        conversation = self._of_flow(call, organization, name)
        self._threads.find(conversation, thread)
        return self._list(call, conversation, thread)

    # --- private ---------------------------------------------------------------------------

    def list_private(self, call: Call) -> Answer:
        """`GET /private`."""
        prefix = f"{call.caller.id}/"
        entries = self._world.documents["conversations"]
        found = [one for one in entries if one["key"].startswith(prefix)]
        return Answer([self._shown_private(call.caller.id, self._world.user(one["other"]), one) for one in found])

    def show_private(self, call: Call, number: str) -> Answer:
        """`GET /private/:uid`; makes the conversation, not open, when there is none."""
        other = self._other(number)
        return Answer(self._shown_private(call.caller.id, other, self._entry(call.caller.id, other["id"])))

    def change_private(self, call: Call, number: str) -> Answer:
        """`PUT /private/:uid`: opens or closes a conversation."""
        other = self._other(number)
        entry = self._entry(call.caller.id, other["id"])
        if call.params.get("open") is not None:
            self._world.documents["conversations"].update(entry["key"], {"open": truth(call.params, "open")})
        return Answer(self._shown_private(call.caller.id, other, entry))

    def send_private(self, call: Call, number: str) -> Answer:
        """`POST /private/:uid/messages`."""
        conversation = self._of_users(call, number)
        for one, other in ((call.caller.id, conversation.to), (conversation.to, call.caller.id)):
            assert one is not None
            assert other is not None
            self._world.documents["conversations"].update(self._entry(one, other)["key"], {"open": True})
        sent = self._messages.send(conversation, call.caller.id, call.params, call.request.files)
        if "id" not in sent:
            return Answer({}, HTTPStatus.ACCEPTED)
        return Answer(self._messages.shown(conversation, sent), HTTPStatus.CREATED)

    def list_private_messages(self, call: Call, number: str) -> Answer:
        """`GET /private/:uid/messages`."""
        return self._list(call, self._of_users(call, number))

    def show_private_message(self, call: Call, user: str, number: str) -> Answer:
        """`GET /private/:uid/messages/:id`."""
        return self._show(self._of_users(call, user), number)

    def edit_private_message(self, call: Call, user: str, number: str) -> Answer:
        """`PUT /private/:uid/messages/:id`."""
        return self._edit(call, self._of_users(call, user), number)

    def delete_private_message(self, call: Call, user: str, number: str) -> Answer:
        """`DELETE /private/:uid/messages/:id`."""
        return self._delete(call, self._of_users(call, user), number)

    # --- files ---------------------------------------------------------------------------------

    def download(self, call: Call, *_: str) -> Answer:
        """`GET` of the path of a file: leads to an address of the storage that is valid for a minute."""
        path = "/" + call.request.path.lstrip("/")
        found = self._files.find(path)
        kind, _colon, rest = found["key"].partition(":")
        if kind == "flow":
            require_member(self._world.flows[rest], call.caller.id)
        elif str(call.caller.id) not in rest.split("-"):
            raise denied()
        return Answer(None, HTTPStatus.FOUND, [("Location", self._files.address(path))])

    # --- both kinds of conversation ----------------------------------------------------------

    def _list(self, call: Call, conversation: Conversation, thread: str | None = None) -> Answer:
        found: list[Document] = list(self._world.messages(conversation))
        if thread is not None:
            found = [one for one in found if one.get("thread_id") == thread]
        kept = listing.listed(found, call.params, self._messages.nicks(conversation))
        return Answer([self._messages.shown(conversation, one) for one in kept])

    def _show(self, conversation: Conversation, number: str) -> Answer:
        return Answer(self._messages.shown(conversation, self._messages.find(conversation, number)))

    def _edit(self, call: Call, conversation: Conversation, number: str) -> Answer:
        self._messages.edit(conversation, call.caller.id, number, call.params)
        return Answer({})

    def _delete(self, call: Call, conversation: Conversation, number: str) -> Answer:
        status = self._messages.delete(conversation, call.caller.id, number)
        return Answer({} if status is HTTPStatus.OK else None, status)

    def _of_flow(self, call: Call, organization: str, name: str) -> Conversation:
        return Conversation.of_flow(self._flows.entered(call.caller.id, organization, name))

    def _of_users(self, call: Call, number: str) -> Conversation:
        return Conversation.of_users(call.caller.id, self._other(number)["id"])

    def _other(self, number: str) -> Document:
        other = self._world.users.get(number)
        if other is None:
            raise missing()
        return other

    def _entry(self, one: int, other: int) -> Document:
        entries = self._world.documents["conversations"]
        key = f"{one}/{other}"
        return entries.get(key) or entries.add(key, {"key": key, "other": other, "open": False})

    def _shown_private(self, caller: int, other: Document, entry: Document) -> Document:
        messages = self._world.messages(Conversation.of_users(caller, other["id"]))
        unread = sum(f":unread:{caller}" in message["tags"] for message in messages)
        return {
            "id": other["id"],
            "url": f"{self._world.url}/private/{other['id']}",
            "name": other["name"],
            "open": entry["open"],
            "activity": {"inbox": 0, "mentions": unread, "chat": len(messages)},
            "users": [people.shown(self._world.user(caller)), people.shown(other)],
        }
