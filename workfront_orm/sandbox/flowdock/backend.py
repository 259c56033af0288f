"""Flowdock behind the sandbox's HTTP server: addresses, credentials, envelopes.

Everything stands at the root, as at the real host; the host of the stream is the folder `/stream`, that of the storage `/storage`.
A doubled slash counts as one, `PATCH` as `PUT`.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from workfront_orm.sandbox.backend import MASK, Backend, Request, Response
from workfront_orm.sandbox.flowdock import seeds
from workfront_orm.sandbox.flowdock.access import Access, Caller, OAuthError, bearer
from workfront_orm.sandbox.flowdock.calls import JSON_TYPE, Answer, Call, nest, parameters
from workfront_orm.sandbox.flowdock.conversations import Conversations
from workfront_orm.sandbox.flowdock.errors import FlowdockError, missing
from workfront_orm.sandbox.flowdock.files import Files
from workfront_orm.sandbox.flowdock.flows import Flows
from workfront_orm.sandbox.flowdock.groups import Groups
from workfront_orm.sandbox.flowdock.messages import Messages
from workfront_orm.sandbox.flowdock.people import People
from workfront_orm.sandbox.flowdock.sources import Sources
from workfront_orm.sandbox.flowdock.stream import SSE, Listener, StreamResponse, Streams, is_private_of, wants_sse
from workfront_orm.sandbox.flowdock.threads import Threads
from workfront_orm.sandbox.flowdock.world import Conversation, World, milliseconds, require_member

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.sandbox.backend import Settings

KEEP_ALIVE = 15.0

_HIDDEN = frozenset({"_password", "_flow_token", "_join_key"})
_SLASHES = re.compile(r"/{2,}")
_PUSH = re.compile(r"(/v1/messages/\w+/)[^/]+")
_KINDS = {
    "users": "User",
    "organizations": "Organization",
    "flows": "Flow",
    "sources": "Source",
    "invitations": "Invitation",
}


class FlowdockBackend(Backend):
    """One Flowdock.

    Args:
        settings: what the sandbox was started with.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """

    secret_names: ClassVar[frozenset[str]] = frozenset(  # type: ignore[misc] # the same for every instance
        {"flow_token", "access_token", "refresh_token", "client_secret", "password"}
    )

    def __init__(self, settings: Settings) -> None:
        unknown = set(settings.options) - {"keep_alive"}
        if unknown:
            raise ValueError(f"the sandbox of flowdock has no option {', '.join(sorted(unknown))}; it has keep_alive")
        self._settings = settings
        self._streams = Streams(float(settings.options.get("keep_alive", KEEP_ALIVE)))
        self.world = World(settings)
        self.access = Access(self.world)
        self.people = People(self.world)
        self.flows = Flows(self.world, self.people)
        self.sources = Sources(self.world)
        self.files = Files(self.world)
        self.threads = Threads(self.world)
        self.messages = Messages(self.world, self.files, self.threads, self._streams)
        self._routes = self._table()
        try:
            if self.world.documents.is_new:
                seeds.plant(self, settings.data, settings.seed)
        except BaseException:
            self.world.documents.close()
            raise
        self.world.documents.remember()

    def info(self) -> dict[str, Any]:
        """Return addresses and credentials for the JSON line."""
        return {
            "stream_url": f"{self._settings.url}/stream",
            **self.world.documents["settings"]["info"],
            **self.world.documents["settings"]["oauth"],
        }

    # --- requests ------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = _SLASHES.sub("/", request.path).rstrip("/") or "/"
        try:
            return self._answer(request, path)
        except FlowdockError as error:
            return Answer(error.body(), error.status).response()
        finally:
            self.world.documents.save()

    def _answer(self, request: Request, path: str) -> Response:
        if path.startswith("/storage/"):
            return self._storage(request, path)
        if path == "/oauth/token":
            return self._token(request)
        if path.startswith("/v1/messages/"):
            return self._push(request, path)
        if path.startswith("/stream/"):
            return self._stream(request, path.removeprefix("/stream"))
        handler, scope, parts = self._route(request.method, path)
        params = parameters(request)
        caller = self.access.caller(request, params)
        if caller.source is not None and (request.method, path) not in _FOR_SOURCES:
            raise FlowdockError(HTTPStatus.UNAUTHORIZED)
        if scope is not None and caller.source is None:
            caller.require(scope)
        answer: Answer = handler(Call(request, caller, params), *parts)
        if caller.user is not None:
            answer.headers = [*answer.headers, ("Flowdock-User", str(caller.user["id"]))]
        return answer.response()

    def _route(self, method: str, path: str) -> tuple[Callable[..., Answer], str | None, tuple[str, ...]]:
        verb = "PUT" if method == "PATCH" else method
        known = False
        for pattern, handlers in self._routes:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            known = True
            if verb in handlers:
                handler, scope = handlers[verb]
                return handler, scope, match.groups()
        raise FlowdockError(HTTPStatus.METHOD_NOT_ALLOWED) if known else missing()

    def _table(self) -> list[tuple[re.Pattern[str], dict[str, tuple[Callable[..., Answer], str | None]]]]:
        groups = Groups(self.world, self.people, self.flows, self.sources)
        talks = Conversations(self.world, self.flows, self.messages, self.threads, self.files)
        flow = "/flows/:org/:flow"
        table: dict[str, dict[str, tuple[Callable[..., Answer], str | None]]] = {
            "/messages": {"POST": (talks.post, None)},
            "/comments": {"POST": (talks.comment_anywhere, "flow")},
            "/sources": {"GET": (groups.list_own_sources, "flow"), "PUT": (groups.change_own_source, None)},
            "/flows": {"GET": (groups.list_flows, "flow")},
            "/flows/all": {"GET": (groups.list_all_flows, "flow")},
            "/flows/find": {"GET": (groups.find_flow, "flow")},
            "/flows/:org": {"POST": (groups.create_flow, "manage")},
            flow: {"GET": (groups.show_flow, "flow"), "PUT": (groups.change_flow, "manage")},
            f"{flow}/users": {"GET": (groups.list_flow_users, "flow"), "POST": (groups.add_flow_user, "manage")},
            f"{flow}/users/:id": {"PUT": (groups.block_flow_user, "manage")},
            f"{flow}/messages": {"GET": (talks.list_messages, "flow"), "POST": (talks.send, "flow")},
            f"{flow}/comments": {"POST": (talks.comment, "flow")},
            f"{flow}/messages/:id": {
                "GET": (talks.show, "flow"),
                "PUT": (talks.edit, "flow"),
                "DELETE": (talks.delete, "flow"),
            },
            f"{flow}/messages/:id/comments": {"POST": (talks.comment, "flow")},
            f"{flow}/threads": {"GET": (talks.list_threads, "flow")},
            f"{flow}/threads/:id": {"GET": (talks.show_thread, "flow")},
            f"{flow}/threads/:id/messages": {"GET": (talks.list_thread, "flow"), "POST": (talks.send, "flow")},
            f"{flow}/sources": {"GET": (groups.list_sources, "flow"), "POST": (groups.create_source, "integration")},
            f"{flow}/sources/:id": {
                "GET": (groups.show_source, "flow"),
                "PUT": (groups.change_source, "flow"),
                "DELETE": (groups.delete_source, "flow"),
            },
            f"{flow}/invitations": {"GET": (groups.list_invitations, "manage"), "POST": (groups.invite, "manage")},
            f"{flow}/invitations/import": {"POST": (groups.import_invitations, "manage")},
            f"{flow}/invitations/:id": {
                "GET": (groups.show_invitation, "manage"),
                "DELETE": (groups.withdraw, "manage"),
            },
            "/users": {"GET": (groups.list_users, None)},
            "/users/:id": {"GET": (groups.show_user, None), "PUT": (groups.change_user, "profile")},
            "/user": {"GET": (groups.show_caller, None)},
            "/organizations": {"GET": (groups.list_organizations, None)},
            "/organizations/find": {"GET": (groups.find_organization, None)},
            "/organizations/:org": {
                "GET": (groups.show_organization, None),
                "PUT": (groups.change_organization, "manage"),
            },
            "/organizations/:org/users": {"GET": (groups.list_organization_users, None)},
            "/organizations/:org/users/:id": {"DELETE": (groups.remove_organization_user, "manage")},
            "/private": {"GET": (talks.list_private, "private")},
            "/private/:id": {"GET": (talks.show_private, "private"), "PUT": (talks.change_private, "private")},
            "/private/:id/messages": {
                "GET": (talks.list_private_messages, "private"),
                "POST": (talks.send_private, "private"),
            },
            "/private/:id/messages/:id": {
                "GET": (talks.show_private_message, "private"),
                "PUT": (talks.edit_private_message, "private"),
                "DELETE": (talks.delete_private_message, "private"),
            },
            "/files/:id/:name": {"GET": (talks.download, "flow")},
            "/private/:id/:id/files/:id/:name": {"GET": (talks.download, "private")},
        }
        return [(re.compile(re.sub(r":\w+", "([^/]+)", path)), handlers) for path, handlers in table.items()]

    # --- without a user ------------------------------------------------------------------------

    def _storage(self, request: Request, path: str) -> Response:
        if request.method != "GET":
            raise FlowdockError(HTTPStatus.METHOD_NOT_ALLOWED)
        content, content_type = self.files.stored(path.split("/")[2])
        return Response(content, HTTPStatus.OK, content_type)

    def _token(self, request: Request) -> Response:
        as_json = "application/json" in request.headers.get("accept", "")
        status = HTTPStatus.OK
        try:
            data = self.access.exchange(parameters(request))
        except OAuthError as error:
            data = {"error": str(error)}
            status = HTTPStatus.UNAUTHORIZED if str(error) == "invalid_client" else HTTPStatus.BAD_REQUEST
        if as_json:
            return Answer(data, status).response()
        return Response(urlencode(data).encode(), status, "application/x-www-form-urlencoded")

    def _push(self, request: Request, path: str) -> Response:
        """Answer the deprecated push interface; the token is the last part of the path."""
        kind, _, token = path.removeprefix("/v1/messages/").partition("/")
        if request.method != "POST":
            raise FlowdockError(HTTPStatus.METHOD_NOT_ALLOWED)
        params = parameters(request)
        source = self.access.caller(_anonymous(request), {"flow_token": token}).source
        assert source is not None
        conversation = Conversation.of_flow(self.world.flows[source["_flow"]])
        if kind == "chat":
            values = {**params, "event": "message"}
            if "message_id" in params:
                values.update(event="comment", message=params["message_id"])
            self.messages.present(conversation, source, values)
        elif kind == "team_inbox":
            self.messages.mail(conversation, params)
        else:
            raise missing()
        return Answer({}).response()

    # --- the stream ----------------------------------------------------------------------------

    def _stream(self, request: Request, path: str) -> Response:
        params = nest(request.query)
        caller = self.access.caller(request, params)
        if request.method != "GET":
            raise FlowdockError(HTTPStatus.METHOD_NOT_ALLOWED)
        parts = path.strip("/").split("/")
        if parts[0] != "flows" or len(parts) not in (1, 3):
            raise missing()
        keys = self._streamed(caller, params, parts[1:])
        user = caller.id if str(params.get("user", "0")) == "1" else None
        if user is not None:
            caller.require("private")
        if params.get("active") in ("true", "idle"):
            now = milliseconds(self.world.now())
            values = {"last_ping": now} if params["active"] == "idle" else {"last_ping": now, "last_activity": now}
            self.world.users.update(str(caller.id), values)
        sse = wants_sse(params.get("accept"), request.headers.get("accept", ""))
        listener = Listener(keys, user, sse=sse, missed=self._missed(keys, user, request))
        return StreamResponse(
            b"",
            HTTPStatus.OK,
            f"{SSE}; charset=utf-8" if sse else JSON_TYPE,
            [("Flowdock-User", str(caller.id)), ("Cache-Control", "no-cache")],
            stream=self._streams.open(listener),
        )

    def _streamed(self, caller: Caller, params: Mapping[str, Any], parts: list[str]) -> frozenset[str]:
        """Return the keys of the conversations that are asked for: all flows of the caller where none is named."""
        caller.require("flow")
        if parts:
            flows = [self.world.flow_at(*parts)]
        elif params.get("filter"):
            flows = [self.flows.by_id(caller.id, name.strip()) for name in str(params["filter"]).split(",")]
        elif str(params.get("user", "0")) == "1":
            flows = []
        else:
            flows = self.flows.joined(caller.id)
        for flow in flows:
            require_member(flow, caller.id)
        return frozenset(Conversation.of_flow(flow).key for flow in flows)

    def _missed(self, keys: frozenset[str], user: int | None, request: Request) -> list[tuple[dict[str, Any], int]]:
        """Return what was said since the event that the caller saw last."""
        last = request.headers.get("last-event-id", "")
        if not last.isdigit():
            return []
        found: list[tuple[dict[str, Any], int]] = []
        for name in self.world.documents.names("messages/"):
            key = name.removeprefix("messages/")
            if key in keys or (user is not None and is_private_of(key, user)):
                conversation = Conversation(key)
                found += [
                    (self.messages.shown(conversation, message), message["_place"])
                    for message in self.world.messages(conversation)
                    if message["_place"] > int(last)
                ]
        return sorted(found, key=lambda entry: entry[1])

    # --- the frame -----------------------------------------------------------------------------

    def fault_response(self, kind: str, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Return the service's own answer for a fault."""
        if kind == "error_200":
            return Response(json.dumps({"message": "Temporarily unavailable"}).encode(), HTTPStatus.OK, JSON_TYPE)
        status = {"429": HTTPStatus.TOO_MANY_REQUESTS, "expired": HTTPStatus.UNAUTHORIZED}.get(
            kind, HTTPStatus.INTERNAL_SERVER_ERROR
        )
        return Answer(FlowdockError(status).body(), status).response()

    def log_path(self, request: Request) -> str:
        """Return the path with the token of the push interface masked."""
        return _PUSH.sub(rf"\1{MASK}", request.path)

    def has_session(self, request: Request) -> bool:
        """Say whether the request carries an OAuth token; personal tokens do not expire."""
        return bearer(request) in self.access.grants

    def expire_session(self, request: Request) -> bool:
        """End the OAuth token that the request carries."""
        return self.access.revoke(request)

    def reset(self) -> None:
        """Bring the data back to the start; streams stay open."""
        self.world.documents.reset()

    def close(self) -> None:
        """Save and close the file."""
        self.world.documents.close()

    # --- the page ------------------------------------------------------------------------------

    def types(self) -> list[tuple[str, str, int]]:
        """Return the types for the page at `/`; messages and threads by their conversation."""
        documents = self.world.documents
        result = [(name, kind, len(documents[name])) for name, kind in _KINDS.items()]
        for prefix, kind in (("messages/", "Message"), ("threads/", "Thread")):
            for name in documents.names(prefix):
                conversation = name.removeprefix(prefix)
                flow = self.world.flows.get(conversation.removeprefix("flow:"))
                place = conversation if flow is None else flow["name"]
                result.append((name.replace("/", ":"), f"{kind} in {place}", len(documents[name])))
        return result

    def rows(self, key: str, where: Mapping[str, str], first: int, limit: int) -> list[dict[str, Any]]:
        """Return rows for the page at `/`, without secrets."""
        return self.world.documents.rows(_table_name(key), where, first, limit, hidden=_HIDDEN)

    def relations(self, key: str) -> dict[str, str]:
        """Return the fields that lead to rows of other types, for the page at `/`."""
        if not key.startswith("messages:"):
            return {"flow": "flows", "_flow": "flows", "organization": "organizations"}
        return {"user": "users", "to": "users", "flow": "flows", "thread_id": key.replace("messages:", "threads:", 1)}


_FOR_SOURCES = {("POST", "/messages"), ("GET", "/sources"), ("PUT", "/sources"), ("PATCH", "/sources")}


def _table_name(key: str) -> str:
    """Return the name of the table that the page knows without a slash."""
    kind, colon, rest = key.partition(":")
    return f"{kind}/{rest}" if colon else key


def _anonymous(request: Request) -> Request:
    """Return the request without the credentials of its header."""
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    return Request(request.method, request.path, [], [], headers, {})
