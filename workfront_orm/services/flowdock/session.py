"""The Flowdock session: credentials, flows by address, what integrations present, low-level calls."""

from __future__ import annotations

import logging
from contextlib import suppress
from threading import local
from typing import TYPE_CHECKING, Any

from attrs import evolve

from workfront_orm.core.addresses import server_address
from workfront_orm.core.errors import APIError, OutcomeUnknown
from workfront_orm.core.exchange import Effect, Outcome, Request, Response
from workfront_orm.core.objects import Object
from workfront_orm.core.redaction import confidential, hide, hide_credentials, is_secret, masked, masked_pairs
from workfront_orm.core.session import BaseSession, load_api

from . import files, service
from .credentials import Application, Basic, Nobody
from .directory import Directory
from .errors import InvalidResponseError
from .filters import MESSAGES
from .flowdock_service import VERSION
from .wire import Answer, Call, read_answer, rows_of, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from threading import Event
    from typing import Unpack

    from workfront_orm.core.errors import AuthenticationError
    from workfront_orm.core.options import SessionOptions
    from workfront_orm.core.transport import Stream

    from .stream import EventStream
    from .values import Attachment

__all__ = ["STREAM_URL", "URL", "Session"]

URL = "https://api.flowdock.com"
"""Where the API was, before the service was shut down."""

STREAM_URL = "https://stream.flowdock.com"
"""Where the stream was."""

_READ = 100


class Session(BaseSession):
    """A session with Flowdock, or with what speaks its protocol.

    Args:
        api_token: A personal API token.
        username: An e-mail address, with `password`, in place of a token.
        password: The password.
        access_token: The access token of an OAuth application, in place of a personal one.
        refresh_token: Its refresh token, with which the session gets a new access token when that is over.
        client_id: The application's id, to renew tokens.
        client_secret: The application's secret, to renew tokens.
        on_tokens: Called with new tokens as the server answered them, to store them.
        flow_token: The token of a source, which presents items in the inbox of its flow; alone, or beside
            the credentials of a user, who reads and writes everything else.
        url: The address of the API.
        stream_url: The address of the event stream; that of the API where only `url` is given.
        metadata: A metadata file, or a folder to search before the usual ones.
        options: The options of all sessions: `values`, `lazy`, `timeout`, `retrying`, `max_concurrent`, `verify` and others;
            `BaseSession` tells of each. `page_size` is at most, and by default, 100.

    Attributes:
        url: The address of the API.
        stream_url: The address of the event stream.
        api: The classes.

    Raises:
        ValueError: No credentials, two of them, or an address over plain http.
    """

    def __init__(
        self,
        api_token: str | None = None,
        *,
        username: str | None = None,
        password: str | None = None,
        access_token: str | None = None,
        refresh_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        on_tokens: Callable[[Mapping[str, Any]], None] | None = None,
        flow_token: str | None = None,
        url: str = URL,
        stream_url: str | None = None,
        metadata: Any = None,
        **options: Unpack[SessionOptions],
    ) -> None:
        given = [
            name
            for name, value in (("api_token", api_token), ("username", username), ("access_token", access_token))
            if value
        ]
        if len(given) > 1:
            raise ValueError(f"a session acts as one user: give one of {' and '.join(given)}")
        if not given and not flow_token:
            raise ValueError("a session takes api_token, access_token, username and password, or flow_token")
        if (username is None) is not (password is None):
            raise ValueError("username and password come together")
        address = server_address(url, URL).geturl().rstrip("/")
        if stream_url is None:
            stream_url = STREAM_URL if url == URL else url
        self.stream_url = server_address(stream_url, STREAM_URL, "stream_url").geturl().rstrip("/")
        self._credentials = Nobody()
        if api_token:
            self._credentials = Basic(api_token)
        elif username:
            self._credentials = Basic(username, password or "")
        elif access_token:
            self._credentials = Application(
                access_token, refresh_token, client_id, client_secret, f"{address}/oauth/token", on_tokens
            )
        self._flow_token = flow_token
        if flow_token:
            hide(flow_token)
        super().__init__(service, address, load_api(service, VERSION, metadata), **options)
        self.directory = Directory(self)
        self._sent = local()
        self._user: int | None = None

    @property
    def user_id(self) -> int | None:
        """The user whom the session acts as, from the header `Flowdock-User`; asked for where no answer told it yet."""
        if self._user is None and type(self._credentials) is not Nobody:
            self.execute(Call(operation="load User", path="/user"))
        return self._user

    # --- reading ----------------------------------------------------------------------

    def search(self, object_type: type[Any], fields: Any = None, **parameters: Any) -> list[Any]:
        """All objects of a type, or those that the parameters of the API select; messages ascend by their numbers.

        Messages are read to the end: the API's own limit of 30 holds only where `limit` is given. `search`,
        `tags` and `skip` follow another pattern than `event`, `since_id` and `until_id`; see `filters`.

        Args:
            object_type: The class, from `session.api`.
            fields: Fields; rows come whole, so they are checked only.
            parameters: For messages `flow`, `thread` or `conversation`, `event`, `since_id`, `until_id`, `limit`,
                `sort`, `tags`, `tag_mode`, `search`, `skip`; for threads `flow`, `since`, `until`, `limit`,
                `application`, `empty`; for users `flow` or `organization`; for flows `all`, also those not joined.

        Raises:
            UnknownNameError: A parameter that the list does not have.
            NotSupportedError: A field that Flowdock does not filter by, or no flow.
            ValueError: A value that a parameter does not take, or two that the server does not combine.
        """
        found: list[Any] = super().search(object_type, fields, **parameters)
        if object_type._spec is not None and object_type._spec.key in MESSAGES:
            found.sort(key=lambda message: message.number)
        return found

    def load(self, object_type: type[Any], id_or_ids: Any, fields: Any = None) -> Any:
        """Objects by id; flows also by their address, organizations by theirs, users by their nick.

        Messages, threads, sources and invitations have their ids within a flow, private messages within a
        conversation, so their keys are pairs: `session.load(Message, (flow, 12))`, where the first is a flow,
        its id or its address. Flowdock begins a private conversation when it is first asked for.

        Args:
            object_type: The class, from `session.api`.
            id_or_ids: A key, or a sequence of keys.
            fields: Fields; rows come whole, so they are checked only.

        Raises:
            NotFoundError: A key without an object that the user may see.
            ValueError: A number without its flow or conversation.
        """
        self._check_type(object_type, "load")
        if isinstance(id_or_ids, Object):
            raise TypeError(
                f"load {object_type.__name__}: takes ids, not {id_or_ids._label()}: obj.refresh() reads it again"
            )
        pairs = len(object_type._key) > 1 or object_type._name_key[1:]
        single = isinstance(id_or_ids, (str, int)) or (
            isinstance(id_or_ids, tuple) and pairs and not any(isinstance(part, tuple) for part in id_or_ids)
        )
        keys = [id_or_ids] if single else id_or_ids
        if isinstance(keys, (list, tuple, set, frozenset, range)) or hasattr(keys, "__iter__"):
            keys = [self._key_of(object_type, key) for key in keys]
        return super().load(object_type, keys[0] if single else keys, fields)

    def _key_of(self, cls: type[Any], key: Any) -> Any:
        """A key as objects have it: with the id of a flow in place of the flow or its address."""
        if cls._spec is None:
            return key
        if cls._spec.key == "Flow" and isinstance(key, str) and "/" in key:
            return tuple(key.split("/"))
        if len(cls._key) == 1 or not isinstance(key, tuple) or len(key) != 2:  # noqa: PLR2004 - place and number
            return key
        place, number = key
        place = getattr(place, "id", place)
        if isinstance(place, tuple):
            place = "/".join(map(str, place))
        if cls._key[0] == "flow_id" and isinstance(place, str) and "/" in place:
            place = self.directory.place(place, needs_id=True).id
        return place, number

    # --- inbox ------------------------------------------------------------------------

    def present(
        self,
        item_id: str,
        author: Any,
        title: str,
        body: str | None = None,
        thread: Any = None,
        **fields: Any,
    ) -> Object:
        """Present what happened to an item of another system in the inbox of the flow token's flow.

        Sends one POST, whose answer (202) holds no id: what was presented is read as a message, for example
        by `session.search(Message, flow=flow, event="activity", limit=1)`. Without a body it is an activity, a
        line of the item's history; with one it is a discussion. Only what has an activity or a discussion
        is shown.

        Args:
            item_id: The item's id in the other system, by which Flowdock finds its thread again.
            author: An `Author`, or a dict of its members.
            title: What was done; HTML with links.
            body: What was said.
            thread: A `ThreadState`, or a dict of its members: what the item shows. Needed the first time.
            fields: Other fields, such as `tags`.

        Returns:
            The activity or discussion, saved.

        Raises:
            TypeError, ValueError: A value that the inbox does not take.
            AuthenticationError: The session has no flow token, or its source was removed.
        """
        kind = self.api.Activity if body is None else self.api.Discussion
        given = {"body": body, "thread": thread}
        values = {name: value for name, value in given.items() if value is not None}
        item: Object = kind(self, external_thread_id=item_id, author=author, title=title, **values, **fields)
        item.save()
        return item

    def own_source(self) -> Object:
        """The source of the flow token. Sends one GET, with the token in its body."""
        call = Call(operation="load Source", path="/sources", token=True, decode=rows_of)
        rows = self.execute(call)
        if len(rows) != 1:
            raise InvalidResponseError(rows, None, operation="load Source", remedy="one source was expected")
        found: Object = self.wrap(self.api.Source, shaped("Source", rows[0]))
        return found

    def report_error(self, message: str = "", configuration_url: str | None = None) -> None:
        """Show in the flow that the integration is broken, or that it works again. Sends one PUT with the flow token.

        Args:
            message: What is wrong; empty for nothing.
            configuration_url: Where a user can set it right.
        """
        body = {
            "error_message": message,
            **({} if configuration_url is None else {"configuration_url": configuration_url}),
        }
        call = Call(
            operation="report the state of the source",
            method="PUT",
            path="/sources",
            json=body,
            effect=Effect.IDEMPOTENT,
            token=True,
        )
        self.execute(call)

    # --- files ------------------------------------------------------------------------

    @confidential
    def download(self, file: Attachment | str, to: str | Path | None = None) -> bytes | int:
        """Read a file.

        Sends two GETs: the API answers an address of the storage that is good for a short time, which is then
        read without credentials.

        Args:
            file: An attachment, or its path.
            to: The path of a file to write, piece by piece; None for the content itself.

        Returns:
            The content, or the number of bytes written.

        Raises:
            NotFoundError: There is no such file.
            InvalidResponseError: The API answers no address.
        """
        return files.download(self, file, to)

    # --- stream -----------------------------------------------------------------------

    def stream(self, *flows: Any, private: bool = False, active: str | None = None, **options: Any) -> EventStream:
        """What happens in flows and conversations from now on, as objects, each once, across broken connections.

        Args:
            flows: Flows, their ids or addresses; none for all that the user has joined.
            private: Whether private messages come too; then no flows means none.
            active: `true` or `idle` to be seen as present.
            options: Options of `EventStream`: `silence`, `attempts`, `longest_wait`.

        Returns:
            An iterator; close it, or use it in a with block.
        """
        from .stream import EventStream

        return EventStream(self, flows, private=private, active=active, **options)

    @confidential
    def open_stream(self, query: list[tuple[str, str]], last: str | None, silence: float) -> Stream:
        """One connection to the event stream, for `EventStream`.

        Raises:
            APIError: The server refuses, or cannot be reached.
        """
        request = Call(operation="stream events", path="/flows", query=query)

        def once() -> Stream:
            headers = {"Accept": "text/event-stream", **({} if last is None else {"Last-Event-ID": last})}
            while True:
                credentials = self._credentials.headers()
                url = f"{self.stream_url}/flows"
                stream = self._transport.open(request, url, {**credentials, **headers}, silence=silence)
                if stream.status == 200:  # noqa: PLR2004 - every success is a 200
                    return stream
                body = b"".join(stream)
                if stream.status == 401 and self._credentials.renew(self._transport, credentials):  # noqa: PLR2004 - expired
                    continue
                read_answer(Response(status=stream.status, headers=stream.headers, body=body, request=request))
                raise InvalidResponseError(
                    body.decode("utf-8", "replace")[:200], stream.status, operation="stream events"
                )

        return once()

    # --- low-level calls ----------------------------------------------------------------

    @confidential
    def request(self, method: str, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Call the API, and return the data of the answer as the server sends it.

        Args:
            method: The verb.
            path: Such as `/flows/acme/main/messages`.
            params: Parameters: of the URL with GET and DELETE, else a JSON body. Lists of a GET are joined by commas.

        Raises:
            FlowdockAPIError: The server refuses.
        """
        verb = method.upper()
        given = dict(params or {})
        hide_credentials(*(value for name, value in given.items() if is_secret(name)))
        in_url = verb in {"GET", "DELETE"}
        query = [
            (name, ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
            for name, value in (given.items() if in_url else ())
            if value is not None
        ]
        effect = {"GET": Effect.READ, "POST": Effect.UNSAFE}.get(verb, Effect.IDEMPOTENT)
        call = Call(
            operation=f"{verb} {path}",
            method=verb,
            path=f"/{path.lstrip('/')}",
            query=query,
            json=None if in_url else given,
            effect=effect,
            decode=lambda answer: answer.data,
        )
        return self.execute(call)

    @confidential
    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """See `request`."""
        return self.request("GET", path, params)

    @confidential
    def post(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """See `request`."""
        return self.request("POST", path, params)

    @confidential
    def put(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """See `request`."""
        return self.request("PUT", path, params)

    @confidential
    def delete(self, path: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Delete an object, or call the API with this verb; see `request`."""
        if isinstance(path, str):
            return self.request("DELETE", path, params)
        return self.delete_object(path)

    # --- sending ------------------------------------------------------------------------

    def execute(self, request: Request, *, stop: Event | None = None) -> Any:
        """Send a planned request and return what its answer decodes to.

        A message that was sent without an answer is looked for by its `uuid`, among the newest of its place:
        one that is there is the one that was sent, and none that is not there is sent twice.
        """
        uuid = getattr(request, "uuid", None)
        try:
            found = super().execute(request, stop=stop)
        except OutcomeUnknown:
            left = None
            if uuid:
                # What keeps the look from finding anything says nothing of the message.
                with suppress(APIError):
                    left = self._left_behind(request, stop)  # type: ignore[arg-type] # only calls have a uuid
            if left is None:
                raise
            return [left]
        if uuid and found[0].row is None:
            # 202: the server takes the message, and shows it elsewhere.
            return [self._left_behind(request, stop) or found[0]]  # type: ignore[arg-type] # only calls have a uuid
        return found

    def _left_behind(self, call: Call, stop: Event | None) -> Outcome | None:
        """The message that a request sent, found by the client's own id of it."""
        listing = Call(
            operation=call.operation,
            path=str(call.listing),
            flow=call.flow,
            query=[("limit", str(_READ))],
            decode=rows_of,
        )
        for row in super().execute(listing, stop=stop):
            if row.get("uuid") == call.uuid:
                outcomes: list[Outcome] = call.decode(Answer(row, {}, call))
                return outcomes[0]
        return None

    def send(self, request: Request) -> Response:
        """Say where the flow is, add the credentials and send."""
        path = request.path
        flow = getattr(request, "flow", None)
        if isinstance(request, Call) and flow is not None and "{flow}" in path:
            request.place = self.directory.place(flow, needs_id=request.needs_id)
            path = path.replace("{flow}", request.place.path)
        if self._log.isEnabledFor(logging.INFO):
            self._log.info("%s %s", request.method, path)
        if self._log.isEnabledFor(logging.DEBUG):
            # What people wrote is for debugging only.
            self._log.debug("query: %s, body: %s", masked_pairs(request.query), masked("", request.json))
        headers = self._credentials.headers()
        sent = request
        if getattr(request, "token", False):
            if self._flow_token is None:
                from .errors import AuthenticationError

                raise AuthenticationError(
                    "the session has no flow token",
                    None,
                    operation=request.operation,
                    remedy="only integrations present items: Session(flow_token=...), the token of a source",
                )
            headers = {}
            sent = evolve(request, json={**(request.json or {}), "flow_token": self._flow_token})
        # By thread, so that a token is renewed once, however many requests it was refused for.
        self._sent.headers = headers
        response = self._transport.send(sent, f"{self.url}{path}", {**request.headers, **headers})
        number = response.headers.get("Flowdock-User", "")
        if number.isdecimal():
            self._user = int(number)
        response.request = request
        return response

    def renew_credentials(self, request: Request, error: AuthenticationError) -> bool:
        """Renew the tokens of an application whose access token is over."""
        if getattr(request, "token", False) or error.code != 401:  # noqa: PLR2004 - a removed source stays removed
            return False
        return self._credentials.renew(self._transport, getattr(self._sent, "headers", {}))
