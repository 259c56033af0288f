"""The tokens of an OAuth application: an access token, and a refresh token that gets another when it is over.

Source: RFC 6749, section 6.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from .exchange import Effect, Request
from .redaction import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .errors import AuthenticationError
    from .transport import Transport

__all__ = ["Tokens"]

_LABEL = "renew the access token"


class Tokens:
    """The tokens of an application, for all threads of a session.

    Args:
        url: Where tokens are renewed.
        access: The access token.
        refresh: The refresh token; None to do without renewal.
        client_id: The application's id.
        client_secret: The application's secret.
        keep: Told of new tokens as the server answered them, to store them: the old refresh token may be void.
        error: The system's own kind of an `AuthenticationError`.

    Attributes:
        access: The access token of now.
    """

    def __init__(
        self,
        url: str,
        access: str,
        refresh: str | None,
        client_id: str | None,
        client_secret: str | None,
        *,
        keep: Callable[[Mapping[str, Any]], Any] | None,
        error: type[AuthenticationError],
    ) -> None:
        _hide_all(access, refresh, client_secret)
        self.access = access
        self._url = url
        self._refresh = refresh
        self._client = (client_id, client_secret)
        self._keep = keep
        self._error = error
        self._lock = Lock()

    def renew(self, transport: Transport, refused: str | None) -> bool:
        """Exchange the refresh token for new tokens, once for all threads.

        Args:
            transport: What sends.
            refused: The access token that the server refused.

        Returns:
            Whether there is another access token now.

        Raises:
            AuthenticationError: The server does not renew; the refresh token is over or was used before.
        """
        with self._lock:
            if self.access != refused:
                # Another thread was faster.
                return True
            client_id, client_secret = self._client
            if self._refresh is None or client_id is None or client_secret is None:
                return False
            form = [
                ("grant_type", "refresh_token"),
                ("client_id", client_id),
                ("client_secret", client_secret),
                ("refresh_token", self._refresh),
            ]
            # A refresh token may be good once only, so an exchange without an answer is not repeated.
            request = Request(operation=_LABEL, method="POST", path="/oauth/token", form=form, effect=Effect.UNSAFE)
            answer = self._answer(transport, request)
            self.access, self._refresh = answer["access_token"], answer.get("refresh_token") or self._refresh
            _hide_all(self.access, self._refresh)
            if self._keep is not None:
                self._keep(answer)
        return True

    def _answer(self, transport: Transport, request: Request) -> dict[str, Any]:
        response = transport.send(request, self._url, {"Accept": "application/json"})
        try:
            answer = response.decoded()
        except ValueError:
            answer = None
        told = answer if isinstance(answer, dict) else {}
        if isinstance(told.get("access_token"), str):
            return told
        why = told.get("error_description") or told.get("error") or "no token came"
        raise self._error(
            f"the access token is over and was not renewed: {why}",
            response.status,
            operation=_LABEL,
            remedy="let the user authorize the application again, and make a session with the new tokens",
        )


def _hide_all(*secrets: str | None) -> None:
    for secret in secrets:
        if secret:
            hide(secret)
