"""Who calls: basic credentials, sessions by header or cookie, logins by password or token."""

from __future__ import annotations

import base64
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd.errors import RestError
from workfront_orm.sandbox.cloudbees_cd.values import read_moment, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Request
    from workfront_orm.sandbox.cloudbees_cd.world import World
    from workfront_orm.sandbox.documents import Document, Table

LIFETIME = timedelta(hours=24)


class Access:
    """The users and sessions of a server.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def users(self) -> Table:
        """Users by name, with their passwords."""
        return self._world.documents["users"]

    @property
    def sessions(self) -> Table:
        """Sessions by id."""
        return self._world.documents["sessions"]

    def user(self, request: Request) -> Document:
        """Return the user who calls.

        Raises:
            RestError: no credentials, wrong ones, or a session that has ended.
        """
        session = session_of(request)
        if session:
            found = self.sessions.get(session)
            if found is None or timestamp(self._world.now()) >= found["expires"]:
                raise RestError(HTTPStatus.UNAUTHORIZED, "ExpiredSession", "The session has expired or is not known")
            return self.users[found["user"]]
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise RestError(HTTPStatus.UNAUTHORIZED, "NoCredentials", "No credentials/session found in this request")
        try:
            name, _, password = base64.b64decode(credential.strip(), validate=True).decode().partition(":")
        except ValueError:
            raise _invalid() from None
        return self._by_password(name, password)

    def login(self, params: Mapping[str, Any]) -> Document:
        """Begin a session for a password or a token.

        Raises:
            RestError: they are wrong.
        """
        if params.get("token") is not None:
            token = self._world.documents["tokens"].get(text(params["token"]))
            if token is None:
                raise _invalid()
            return self.begin(token["user"])
        user = self._by_password(text(params.get("userName")), text(params.get("password")))
        return self.begin(user["userName"])

    def begin(self, user: str) -> Document:
        """Begin a session of a user and return its answer."""
        session = self._world.new_session()
        expires = read_moment(timestamp(self._world.now())) + LIFETIME
        self.sessions.add(session, {"user": user, "expires": timestamp(expires)})
        return {"sessionId": session, "userName": user}

    def end(self, session: str) -> bool:
        """End a session; False when there is none of that id."""
        return self.sessions.remove(session) is not None

    def _by_password(self, name: str, password: str) -> Document:
        user = self.users.get(name)
        if user is None or user["password"] != password:
            raise _invalid()
        return user


def session_of(request: Request) -> str:
    """Return the session that a request carries, empty when it carries none."""
    return request.headers.get("sessionid") or request.cookies.get("sessionId") or ""


def _invalid() -> RestError:
    return RestError(HTTPStatus.UNAUTHORIZED, "InvalidCredentials", "The user name or password is incorrect")
