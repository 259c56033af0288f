"""Who calls: personal tokens, passwords, OAuth tokens and the tokens of sources."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock.errors import FlowdockError, denied
from workfront_orm.sandbox.flowdock.world import milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Request
    from workfront_orm.sandbox.documents import Document, Table
    from workfront_orm.sandbox.flowdock.world import World

SCOPES = frozenset({"flow", "private", "manage", "profile", "offline_access", "integration"})
DEFAULT_SCOPES = "flow private"
LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        user: the user, None for a source.
        source: the source whose token was given, None for a user.
        scopes: what an OAuth token may do; None for a personal token or a password, which may do all but integrate.
    """

    user: Document | None = None
    source: Document | None = None
    scopes: frozenset[str] | None = None

    @property
    def id(self) -> int:
        """Id of the user.

        Raises:
            FlowdockError: a source calls for what users only may do.
        """
        if self.user is None:
            raise denied()
        return int(self.user["id"])

    def require(self, scope: str) -> None:
        """Refuse a token without a scope.

        Raises:
            FlowdockError: the token lacks it; a personal token lacks `integration` only.
        """
        if self.scopes is None and scope != "integration":
            return
        if self.scopes is None or scope not in self.scopes:
            raise denied(f"The scope {scope} is required")


class Access:
    """The credentials of a Flowdock.

    Args:
        world: its data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def tokens(self) -> Table:
        """Personal tokens."""
        return self._world.documents["tokens"]

    @property
    def grants(self) -> Table:
        """OAuth tokens that were given out."""
        return self._world.documents["grants"]

    def caller(self, request: Request, params: Mapping[str, Any]) -> Caller:
        """Return who calls.

        Raises:
            FlowdockError: nobody that is known.
        """
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return Caller(user=self._by_basic(credential.strip()))
        access_token = credential.strip() if scheme.lower() == "bearer" else params.get("access_token")
        if isinstance(access_token, str):
            return self._by_grant(access_token)
        flow_token = params.get("flow_token")
        if isinstance(flow_token, str):
            return Caller(source=self._by_flow_token(flow_token))
        raise FlowdockError(HTTPStatus.UNAUTHORIZED)

    def _by_basic(self, credential: str) -> Document:
        try:
            name, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
        except ValueError:
            raise FlowdockError(HTTPStatus.UNAUTHORIZED) from None
        token = self.tokens.get(name)
        if token is not None:
            return self._world.user(token["user"])
        return self._by_password(name, password)

    def _by_password(self, email: str, password: str) -> Document:
        for user in self._world.users:
            if user["email"] == email and user["_password"] == password:
                return user
        raise FlowdockError(HTTPStatus.UNAUTHORIZED)

    def _by_grant(self, access_token: str) -> Caller:
        grant = self.grants.get(access_token)
        if grant is None or milliseconds(self._world.now()) >= grant["expires"]:
            raise FlowdockError(HTTPStatus.UNAUTHORIZED)
        return Caller(user=self._world.user(grant["user"]), scopes=frozenset(grant["scope"].split()))

    def _by_flow_token(self, flow_token: str) -> Document:
        for source in self._world.sources:
            if source["_flow_token"] == flow_token:
                if source["_deleted"]:
                    raise FlowdockError(HTTPStatus.GONE)
                return source
        raise FlowdockError(HTTPStatus.UNAUTHORIZED)

    # --- OAuth ---------------------------------------------------------------------------

    def exchange(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give an OAuth token for a password or a refresh token.

        A code is never valid: codes come from a page that only people use, and the sandbox has none.

        Raises:
            OAuthError: the client or what it gives is not known.
        """
        settings = self._world.documents["settings"]["oauth"]
        if (params.get("client_id"), params.get("client_secret")) != (settings["client_id"], settings["client_secret"]):
            raise OAuthError("invalid_client")
        kind = params.get("grant_type")
        if kind == "password":
            try:
                user = self._by_password(str(params.get("username")), str(params.get("password")))
            except FlowdockError:
                raise OAuthError("invalid_grant") from None
            scope = str(params.get("scope") or DEFAULT_SCOPES)
            if not set(scope.split()) <= SCOPES:
                raise OAuthError("invalid_scope")
            return self.grant(user["id"], scope)
        if kind == "refresh_token":
            for grant in self.grants:
                if grant["refresh"] is not None and grant["refresh"] == params.get("refresh_token"):
                    self.grants.remove(grant["token"])
                    return self.grant(grant["user"], grant["scope"])
            raise OAuthError("invalid_grant")
        raise OAuthError("invalid_grant" if kind == "authorization_code" else "unsupported_grant_type")

    def grant(self, user: int, scope: str) -> dict[str, Any]:
        """Make an OAuth token and return the answer of the token endpoint."""
        token = self._world.new_secret()
        refresh = self._world.new_secret() if "offline_access" in scope.split() else None
        expires = milliseconds(self._world.now() + LIFETIME)
        self.grants.add(token, {"token": token, "refresh": refresh, "user": user, "scope": scope, "expires": expires})
        answer = {
            "access_token": token,
            "token_type": "bearer",
            "scope": scope,
            "expires_in": int(LIFETIME.total_seconds()),
        }
        return answer if refresh is None else {**answer, "refresh_token": refresh}

    def revoke(self, request: Request) -> bool:
        """End the OAuth token that a request carries; False when it carries none."""
        return self.grants.remove(bearer(request)) is not None


class OAuthError(Exception):
    """An error of the token endpoint, which has an envelope of its own; the argument is its code."""


def bearer(request: Request) -> str:
    """Return the OAuth token that a request carries, empty when it carries none."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credential.strip()
    return dict(request.query).get("access_token", "")
