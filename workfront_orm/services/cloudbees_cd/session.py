"""The CloudBees CD session: logging in, low-level calls, and what belongs to no object."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from threading import Lock, local
from typing import TYPE_CHECKING, Any

from workfront_orm.core.addresses import server_address
from workfront_orm.core.errors import APIError, ConnectionFailedError, TransportError
from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.redaction import (
    confidential,
    hide_credentials,
    is_secret,
    masked,
    masked_pairs,
    masked_url,
)
from workfront_orm.core.session import BaseSession, load_api

from . import service
from .cloudbees_cd_service import VERSION
from .codecs import text_of
from .errors import AuthenticationError, ExpiredSessionError, InvalidResponseError, ServerError
from .places import context_of
from .properties import Properties
from .wire import request as plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from workfront_orm.core.errors import AuthenticationError as AnyAuthenticationError
    from workfront_orm.core.objects import Object
    from workfront_orm.core.options import SessionOptions

__all__ = ["Session"]

_PREFIX = "/rest/v1.0"
_PATH = re.compile(r"(/rest(/v1\.0)?)?/?")
_OWN_SESSION = "/sessions/{sessionId}"


class Session(BaseSession):
    """A session with a CloudBees CD server.

    Nothing is sent before the first request; that one logs in, unless there is a `session_id` or `basic` is set. When
    the server's session expires, the session logs in once more and repeats what was refused.

    Args:
        url: The address of the server, `https://cd.example.com`; `/rest/v1.0` may stand at its end. Plain http is
            taken for this machine only.
        username: The user, with a password.
        password: The password. It travels in the body of the login, never in an address.
        token: An access token to log in with, in place of a user and password.
        session_id: A session of the server that was begun elsewhere.
        basic: Whether user and password go with each request, without a session on the server.
        metadata: A metadata file, or a folder to search before the usual ones.
        options: The options of all sessions: `values`, `lazy`, `timeout`, `retrying`, `max_concurrent`, `verify` and others;
            `BaseSession` tells of each. `page_size` is 500 by default.

    Attributes:
        url: The address below which requests go.
        api: The classes.
        session_id: The id of the server's session; None before the login.
        user_id: The name of the user, as the login tells it.

    Raises:
        ValueError: No address, credentials in it, or an address over plain http; or credentials of two kinds.
    """

    def __init__(
        self,
        url: str,
        username: str | None = None,
        password: str | None = None,
        *,
        token: str | None = None,
        session_id: str | None = None,
        basic: bool = False,
        metadata: Any = None,
        **options: Unpack[SessionOptions],
    ) -> None:
        address = _address(url)
        if (username is None) is not (password is None):
            raise ValueError("a session takes username and password together")
        if token is not None and username is not None:
            raise ValueError("a session takes username and password, or a token, not both")
        if basic and username is None:
            raise ValueError("basic=True takes username and password")
        super().__init__(service, address, load_api(service, VERSION, metadata), **options)
        self._login: dict[str, str] | None = None
        if token is not None:
            self._login = {"token": token}
        elif username is not None:
            self._login = {"userName": username, "password": str(password)}
        self._basic = basic
        self.user_id = username
        self.session_id = session_id
        hide_credentials(password, token, session_id)
        self._renewing = Lock()
        self._sent = local()

    # --- credentials --------------------------------------------------------------------

    @confidential
    def login(self, username: str, password: str) -> None:
        """Begin a session of a user; it goes with all further requests. Sends `POST /sessions`.

        Raises:
            AuthenticationError: Wrong username or password.
        """
        hide_credentials(password)
        credentials = {"userName": username, "password": password}
        with self._renewing:
            self._begin(credentials)
            self._login, self._basic = credentials, False

    def logout(self) -> None:
        """End the session on the server; the next request needs a new login. Sends `DELETE /sessions/<id>`."""
        if self.session_id is not None:
            # Its id belongs into the path here; it is filled in when the request goes, and no message has it.
            self.execute(plan("logout", "DELETE", _OWN_SESSION, effect=Effect.IDEMPOTENT, gone_is_done=True))
        self.session_id = None
        self._login = None

    def _begin(self, credentials: Mapping[str, str]) -> None:
        request = plan("login", "POST", "/sessions", body=credentials)
        try:
            data = service.read_answer(self._transport.send(request, f"{self.url}/sessions", dict(request.headers)))
        except (ServerError, TransportError, InvalidResponseError) as error:
            # What the login was for has not been sent, so nobody need wonder whether that was done.
            failure = ConnectionFailedError(f"the login failed: {error}", error.code, operation="login")
            failure.sent = False
            raise failure from error
        if not data.get("sessionId"):
            raise AuthenticationError("the answer to the login holds no session", None, operation="login")
        hide_credentials(data["sessionId"])
        self.session_id = str(data["sessionId"])
        self.user_id = data.get("userName", self.user_id)

    def renew_credentials(self, request: Request, error: AnyAuthenticationError) -> bool:
        """Log in once more when the session of a login expired."""
        if self._basic or request.path == _OWN_SESSION or not isinstance(error, ExpiredSessionError):
            return False
        refused = getattr(self._sent, "session_id", None)
        with self._renewing:
            if self._login is None:
                return False
            if self.session_id != refused:
                # Another thread has logged in meanwhile.
                return True
            try:
                self._begin(self._login)
            except APIError as failure:
                if isinstance(failure, AuthenticationError):
                    self._login = None
                return False
            return True

    # --- low-level calls ----------------------------------------------------------------

    @confidential
    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Any:
        """Send one request and return the answer as it is.

        Args:
            method: The verb.
            path: Below `/rest/v1.0`, such as `/projects/Default`; doubled slashes stay.
            params: Parameters of the address.
            json: Parameters of the body, where secrets belong.

        Raises:
            TypeError: An address in place of a path; nothing is sent.
            CloudBeesCDAPIError: The server refuses.
        """
        if not path.startswith("/") or "://" in path:
            raise TypeError(f"request takes a path such as /projects, not {masked_url(path)!r}")
        hide_credentials(
            *(value for given in (params, json) for name, value in (given or {}).items() if is_secret(name))
        )
        verb = method.upper()
        effect = {"GET": Effect.READ, "DELETE": Effect.IDEMPOTENT}.get(verb, Effect.UNSAFE)
        query = [(name, text_of(value)) for name, value in (params or {}).items()]
        return self.execute(plan(f"{verb} {masked_url(path)}", verb, path, query=query, body=json, effect=effect))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a GET; see `request()`."""
        return self.request("GET", path, params)

    @confidential
    def post(self, path: str, params: Mapping[str, Any] | None = None, json: Mapping[str, Any] | None = None) -> Any:
        """Send a POST; see `request()`."""
        return self.request("POST", path, params, json)

    @confidential
    def put(self, path: str, params: Mapping[str, Any] | None = None, json: Mapping[str, Any] | None = None) -> Any:
        """Send a PUT; see `request()`."""
        return self.request("PUT", path, params, json)

    def delete(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a DELETE; see `request()`. Objects have a `delete()` of their own."""
        return self.request("DELETE", path, params)

    # --- what belongs to no object ------------------------------------------------------

    @property
    def properties(self) -> Properties:
        """Properties by absolute paths: `session.properties["/projects/Default/PythonProperty"]`, `"/server/x"`."""
        return Properties(self, dict, "the server")

    def expand(self, text: str, obj: Object | None = None) -> str:
        """A text with its `$[...]` replaced, as the server would. Sends `POST /expandString`.

        Args:
            text: The text.
            obj: Whose properties plain names mean; None for absolute paths only.

        Raises:
            NotFoundError: A reference leads nowhere.
        """
        context: dict[str, Any] = {}
        if obj is not None:
            label = f"expand for {obj._label()}"
            names = {name: value for name, value in zip(type(obj)._name_key, obj._names(), strict=True) if value}
            context = names if names and obj.code not in {"job", "jobStep"} else context_of(obj, label)
        query = [("request", "expandString")]
        found: dict[str, Any] = self.execute(
            plan("expand", "POST", "/expandString", query=query, body={**context, "value": text})
        )
        return str(found["value"])

    def dsl(self, script: str, parameters: str | None = None) -> Any:
        """Run a script of the server's DSL and return its answer. Sends `POST /server/dsl`.

        Args:
            script: The script.
            parameters: Its arguments, as JSON text.

        Raises:
            CloudBeesCDAPIError: The server refuses.
        """
        body = {"dsl": script} if parameters is None else {"dsl": script, "parameters": parameters}
        return self.execute(plan("run DSL", "POST", "/server/dsl", body=body, effect=Effect.UNSAFE))

    # --- sending ------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Add the credentials and send."""
        headers = {**request.headers, **self._credentials()}
        path = request.path.replace(_OWN_SESSION, f"/sessions/{self.session_id}")
        if self._log.isEnabledFor(logging.INFO):
            self._log.info("%s %s %s", request.method, request.path, masked_pairs(request.query))
        if self._log.isEnabledFor(logging.DEBUG):
            # Parameters hold what people wrote, so they are for debugging only.
            self._log.debug("body: %s", masked("", request.json))
        response = self._transport.send(request, self.url + path, headers)
        response.request = request
        return response

    def _credentials(self) -> dict[str, str]:
        if self._basic and self._login is not None:
            pair = b64encode(f"{self._login['userName']}:{self._login['password']}".encode()).decode("ascii")
            hide_credentials(pair)
            return {"Authorization": f"Basic {pair}"}
        if self.session_id is None and self._login is not None:
            with self._renewing:
                if self.session_id is None and self._login is not None:
                    self._begin(self._login)
        self._sent.session_id = self.session_id
        return {} if self.session_id is None else {"sessionId": self.session_id}


def _address(url: str) -> str:
    """The address below which requests go.

    Raises:
        ValueError: It is no address of a server, holds credentials, or would send them in the clear.
    """
    parts = server_address(url, "https://cd.example.com")
    if _PATH.fullmatch(parts.path) is None:
        raise ValueError(f"url takes the address of a server, such as https://{parts.netloc}, without a path behind it")
    return f"{parts.scheme}://{parts.netloc}{_PREFIX}"
