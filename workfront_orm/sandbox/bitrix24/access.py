"""Who may call: web hooks with the secret in the path, and OAuth tokens with refresh."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24.errors import RestError
from workfront_orm.sandbox.bitrix24.options import SCOPES

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.options import Options
    from workfront_orm.sandbox.bitrix24.store import Store
    from workfront_orm.sandbox.clock import Clock

ACCESS_SECONDS = 3600
CODE_SECONDS = 30
RESTRICTED_USER = 2
RESTRICTED_SCOPE = frozenset({"crm"})


@dataclass(frozen=True)
class Caller:
    """Who calls, and with which rights.

    Attributes:
        user: id of the user.
        scopes: what the web hook or application may do.
        application: whether an application calls.
        key: what the load limit counts by.
    """

    user: int
    scopes: frozenset[str]
    application: bool
    key: str


class OAuthError(Exception):
    """A refusal of the token endpoint: `error` and a text."""


class Access:
    """The credentials of a portal; they are made once and stay with its data.

    Args:
        store: where they are kept.
        clock: what tokens expire by.
        options: rights of the main web hook.
    """

    def __init__(self, store: Store, clock: Clock, options: Options) -> None:
        self._store = store
        self._clock = clock
        self._options = options
        self._codes: dict[str, tuple[int, float]] = {}
        for name in (
            *("webhook", "restricted_webhook", "client_id", "client_secret", "application_token", "member_id"),
            *("first_access_token", "first_refresh_token"),
        ):
            if store.setting(name) is None:
                value = f"local.{secrets.token_hex(10)}" if name == "client_id" else secrets.token_hex(16)
                store.set_setting(name, value)

    def setting(self, name: str) -> str:
        """Return one of the credentials by name."""
        value = self._store.setting(name)
        if value is None:
            raise LookupError(f"the portal has no credential {name}")
        return value

    def first_tokens(self) -> tuple[str, str]:
        """Return an access and a refresh token of the administrator, valid for an hour from now."""
        pair = self.setting("first_access_token"), self.setting("first_refresh_token")
        self._keep(*pair, user=1)
        return pair

    # --- calls ---------------------------------------------------------------------------

    def by_webhook(self, user: str, code: str) -> Caller | None:
        """Return the caller behind the pair of a web hook's path, None when it is wrong."""
        for name, owner, scopes in (
            ("webhook", 1, self._options.scopes),
            ("restricted_webhook", RESTRICTED_USER, RESTRICTED_SCOPE),
        ):
            if user == str(owner) and hmac.compare_digest(code.encode(), self.setting(name).encode()):
                return Caller(owner, scopes, application=False, key=name)
        return None

    def by_token(self, token: str) -> Caller:
        """Return the caller behind an access token.

        Raises:
            RestError: 401 `expired_token` or `invalid_token`.
        """
        row = self._store.row("SELECT * FROM token WHERE ACCESS = ?", token)
        if row is None:
            raise RestError(HTTPStatus.UNAUTHORIZED, "invalid_token", "Unable to get application by token")
        if row["EXPIRES"] <= self._clock.now().timestamp():
            raise RestError(HTTPStatus.UNAUTHORIZED, "expired_token", "The access token provided has expired.")
        return Caller(row["USER_ID"], frozenset(SCOPES), application=True, key="application")

    def expire(self, token: str) -> bool:
        """End an access token; its refresh token stays good. False when there is no such token."""
        return self._store.execute("UPDATE token SET EXPIRES = 0 WHERE ACCESS = ?", token).rowcount > 0

    def is_token(self, token: str) -> bool:
        """Say whether an access token was given out, be it expired or not."""
        return self._store.value("SELECT 1 FROM token WHERE ACCESS = ?", token) is not None

    # --- the token endpoint -----------------------------------------------------------------

    def authorize(self, client_id: str) -> str:
        """Return a code for the administrator, good for 30 seconds.

        Raises:
            OAuthError: the application is unknown.
        """
        if client_id != self.setting("client_id"):
            raise OAuthError("invalid_client", "Client not found")
        code = secrets.token_hex(16)
        self._codes[code] = (1, self._clock.now().timestamp() + CODE_SECONDS)
        return code

    def exchange(self, params: dict[str, Any]) -> tuple[str, str, int]:
        """Give new tokens for a code or a refresh token; a refresh token is good once.

        Returns:
            Access token, refresh token and id of the user.

        Raises:
            OAuthError: the application, the grant or the token is not good.
        """
        identity = params.get("client_id"), params.get("client_secret")
        if identity != (self.setting("client_id"), self.setting("client_secret")):
            raise OAuthError("invalid_client", "Client authentication failed")
        grant = params.get("grant_type")
        if grant == "authorization_code":
            user, until = self._codes.pop(str(params.get("code", "")), (0, 0.0))
            if until <= self._clock.now().timestamp():
                raise OAuthError("invalid_grant", "Invalid authorization code")
        elif grant == "refresh_token":
            old = str(params.get("refresh_token", ""))
            found = self._store.value("SELECT USER_ID FROM token WHERE REFRESH = ?", old)
            if found is None:
                raise OAuthError("invalid_grant", "Invalid refresh token")
            user = int(found)
            self._store.execute("DELETE FROM token WHERE REFRESH = ?", old)
        else:
            raise OAuthError("unsupported_grant_type", f"Grant type {grant!r} is not supported")
        access, refresh = secrets.token_hex(32), secrets.token_hex(32)
        self._keep(access, refresh, user=user)
        return access, refresh, user

    def give(self, user: int) -> str:
        """Return a new access token for an event's handler."""
        access = secrets.token_hex(32)
        self._keep(access, secrets.token_hex(32), user=user)
        return access

    def _keep(self, access: str, refresh: str, *, user: int) -> None:
        expires = self._clock.now().timestamp() + ACCESS_SECONDS
        self._store.execute("INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?)", access, refresh, user, expires)
