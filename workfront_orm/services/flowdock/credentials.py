"""Credentials: a personal token, a name with a password, or the tokens of an application, which are renewed.

All travel in the header `Authorization`. A flow token stands beside them, and travels in bodies. Source:
`API.md` section 2 of the facts.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from workfront_orm.core.redaction import hide
from workfront_orm.core.tokens import Tokens

from .errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.core.transport import Transport

    Keep = Callable[[Mapping[str, Any]], None]

__all__ = ["Application", "Basic", "Nobody"]


class Nobody:
    """No user: a session with a flow token alone."""

    def headers(self) -> dict[str, str]:
        """The headers of a request; none."""
        return {}

    def renew(self, transport: Transport, refused: Mapping[str, str]) -> bool:  # noqa: ARG002 - applications look at them
        """There is nothing to renew."""
        return False


class Basic(Nobody):
    """A personal API token, or a name with a password, as HTTP Basic.

    Args:
        name: The token, or the e-mail address.
        password: The password; empty beside a token.
    """

    def __init__(self, name: str, password: str = "") -> None:
        pair = base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
        for secret in (pair, password or name):
            hide(secret)
        self._headers = {"Authorization": f"Basic {pair}"}

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return dict(self._headers)


class Application(Nobody):
    """The tokens of an OAuth application; the access token is renewed when it is over.

    Args:
        access_token: The access token.
        refresh_token: The refresh token, which the scope `offline_access` gives; None to do without renewal.
        client_id: The application's id.
        client_secret: The application's secret.
        url: Where tokens are renewed.
        keep: Told of new tokens as the server answered them, to store them.
    """

    def __init__(
        self,
        access_token: str,
        refresh_token: str | None,
        client_id: str | None,
        client_secret: str | None,
        url: str,
        keep: Keep | None,
    ) -> None:
        self._tokens = Tokens(
            url, access_token, refresh_token, client_id, client_secret, keep=keep, error=AuthenticationError
        )

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {"Authorization": f"Bearer {self._tokens.access}"}

    def renew(self, transport: Transport, refused: Mapping[str, str]) -> bool:
        """Exchange the refresh token for new tokens, once for all threads.

        Args:
            transport: What sends.
            refused: The headers that the server refused.

        Returns:
            Whether there is another access token now.

        Raises:
            AuthenticationError: The server does not renew.
        """
        return self._tokens.renew(transport, refused.get("Authorization", "").removeprefix("Bearer "))
