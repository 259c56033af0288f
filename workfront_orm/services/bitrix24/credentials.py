"""Credentials: the secret in a web hook's address, or the tokens of an application, which are renewed.

Source: `API.md` sections 1 and 4 of the facts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import evolve

from workfront_orm.core.addresses import is_local
from workfront_orm.core.redaction import hide, masked_url
from workfront_orm.core.tokens import Tokens

from .errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.core.exchange import Request
    from workfront_orm.core.transport import Transport

    Keep = Callable[[Mapping[str, Any]], None]

__all__ = ["OAUTH_URL", "Application", "WebHook"]

OAUTH_URL = "https://oauth.bitrix.info/oauth/"
"""Where the vendor renews tokens; `token/` is below it."""

_HOOK = re.compile(r"(https?)://([^/?#@\s]+)/rest/(\d+)/([^/?#\s]+)/?")
_REST = re.compile(r"(https?)://([^/?#@\s]+)(?:/rest)?/?")


class WebHook:
    """An incoming web hook: the secret is part of every address.

    Args:
        url: Its address, `https://portal.bitrix24.com/rest/1/secret/`.

    Attributes:
        url: The address of the portal's methods, without the secret.
        host: The portal's host.
        user: The user whom it acts as.
        account: What limits count by; it names no secret.

    Raises:
        ValueError: No such address, or one over plain http; the message does not repeat it.
    """

    def __init__(self, url: str) -> None:
        match = _HOOK.fullmatch(str(url).strip())
        if match is None:
            raise ValueError(
                "webhook_url takes the address of an incoming web hook, "
                "https://portal.bitrix24.com/rest/<user>/<secret>/ (the one given is of another form)"
            )
        scheme, self.host, user, secret = match.groups()
        if scheme == "http" and not is_local(urlsplit(f"//{self.host}").hostname or ""):
            raise ValueError(
                f"webhook_url: {masked_url(self.host)} over plain http would show the secret to the network; "
                "portals take https only"
            )
        hide(secret)
        self.url = f"{scheme}://{self.host}/rest"
        self.user: int | None = int(user)
        self.account = f"{self.host}/{user}"
        self._address = f"{self.url}/{user}/{secret}"

    def __repr__(self) -> str:
        """Host and user."""
        return f"<WebHook {self.account}>"

    def address(self, request: Request) -> str:
        """The full address of a request."""
        return f"{self._address}{request.path}"

    def sign(self, request: Request) -> Request:
        """The request as it is: the address says all."""
        return request

    def renew(self, transport: Transport, refused: str | None, *, expired: bool) -> bool:  # noqa: ARG002 - applications look at them
        """A web hook does not expire."""
        return False


class Application:
    """The tokens of an application; the access token lasts an hour and is renewed when it is over.

    Args:
        rest_url: The address of the portal's methods, `https://portal.bitrix24.com/rest/`.
        access_token: The access token.
        refresh_token: The refresh token, good once; None to do without renewal.
        client_id: The application's id.
        client_secret: The application's secret.
        oauth_url: Where tokens are renewed.
        keep: Told of new tokens as the server answered them, to store them: the old refresh token is void.

    Attributes:
        url: The address of the portal's methods.
        host: The portal's host.
        user: The user whose tokens these are, once the server told.
        account: What limits count by.

    Raises:
        ValueError: No address of a portal.
    """

    def __init__(
        self,
        rest_url: str,
        access_token: str,
        refresh_token: str | None,
        client_id: str | None,
        client_secret: str | None,
        oauth_url: str,
        keep: Keep | None,
    ) -> None:
        match = _REST.fullmatch(str(rest_url).strip())
        if match is None:
            raise ValueError(
                f"rest_url takes an address such as https://portal.bitrix24.com/rest/, not {masked_url(str(rest_url))!r}"
            )
        scheme, self.host = match.groups()
        self.url = f"{scheme}://{self.host}/rest"
        self.user: int | None = None
        self.account = f"{self.host}/{client_id or 'application'}"
        self._keep = keep
        self._tokens = Tokens(
            f"{oauth_url.rstrip('/')}/token/",
            access_token,
            refresh_token,
            client_id,
            client_secret,
            keep=self._told,
            error=AuthenticationError,
        )

    def __repr__(self) -> str:
        """Host and application."""
        return f"<Application {self.account}>"

    def address(self, request: Request) -> str:
        """The full address of a request."""
        return f"{self.url}{request.path}"

    def sign(self, request: Request) -> Request:
        """The request with the access token in its body."""
        return evolve(request, json={**(request.json or {}), "auth": self._tokens.access})

    def renew(self, transport: Transport, refused: str | None, *, expired: bool) -> bool:
        """Exchange the refresh token for new tokens, once for all threads.

        Args:
            transport: What sends.
            refused: The access token that the portal refused.
            expired: Whether it was refused because it is over; only such a one is renewed.

        Returns:
            Whether there is another access token now.

        Raises:
            AuthenticationError: The server does not renew; the refresh token is over or was used before.
        """
        if self._tokens.access == refused and not expired:
            return False
        return self._tokens.renew(transport, refused)

    def _told(self, answer: Mapping[str, Any]) -> None:
        number = str(answer.get("user_id", ""))
        self.user = int(number) if number.isdigit() else self.user
        if self._keep is not None:
            self._keep(answer)
