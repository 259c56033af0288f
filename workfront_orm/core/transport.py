"""HTTP on requests: one pool of connections, timeouts, a limit of requests in flight, logging without secrets.

The transport knows neither objects nor the system: it is handed a planned request with a full
URL and credentials, and hands back the answer or a `TransportError`.
"""

from __future__ import annotations

import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from .errors import ConnectionFailedError, RequestTimeoutError
from .exchange import Request, Response
from .redaction import masked_url
from .throttle import Throttle

__all__ = ["Transport"]


class Transport:
    """Sends requests and returns answers.

    Args:
        timeout: Seconds to wait for a connection and for each read of an answer.
        throttle: What decides how many requests are in flight at a time, over all threads.
        ssl_context: A TLS context to use instead of the default one.
        verify: Whether certificates are checked, or the path of a CA bundle.
        cert: A client certificate: a path, or a pair of certificate and key.
        proxies: Proxies by scheme; without them the environment's are used.

    Raises:
        ValueError: A timeout that is not positive.
    """

    def __init__(
        self,
        *,
        timeout: float | tuple[float, float] = (10.0, 120.0),
        throttle: Throttle | None = None,
        ssl_context: ssl.SSLContext | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> None:
        limits = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)  # noqa: PLR2004 - a pair
        if not all(isinstance(limit, (int, float)) and limit > 0 for limit in limits):
            raise ValueError(
                f"timeout takes positive seconds, or a pair of them for connecting and reading, not {timeout!r}: "
                "a request without one can hang for ever"
            )
        self.timeout = timeout
        self.throttle = Throttle() if throttle is None else throttle
        self._http = requests.Session()
        # Credentials are the session's alone: no cookie of an earlier login, no entry of a .netrc file.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._http.auth = _no_auth
        self._verify = verify
        self._http.cert = cert
        self._proxies = proxies
        size = self.throttle.most
        self._http.mount("https://", _Adapter(ssl_context, pool_connections=4, pool_maxsize=size))
        self._http.mount("http://", HTTPAdapter(pool_connections=4, pool_maxsize=size))

    def send(self, request: Request, url: str, headers: dict[str, str]) -> Response:
        """Send one request and read the whole answer.

        Redirects are not followed: the caller decides what another address may see.

        Args:
            request: What to send.
            url: The full URL, without the request's query.
            headers: The headers, credentials included.

        Raises:
            RequestTimeoutError: No answer within the time allowed.
            ConnectionFailedError: The connection could not be made or broke.
        """
        body: Any = request.form
        if body is not None and request.files is None:
            from urllib.parse import urlencode

            body = urlencode(body).encode("ascii")
            headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8", **headers}
        response: Response | None = None
        self.throttle.enter(request)
        try:
            answer = self._http.request(
                request.method,
                url,
                params=request.query or None,
                data=body,
                json=request.json,
                files=request.files,
                headers=headers,
                timeout=self.timeout,
                # Given here, since what the environment says replaces what a session of requests says.
                verify=self._verify,
                proxies=self._proxies,
                allow_redirects=False,
            )
            response = Response(status=answer.status_code, headers=answer.headers, body=answer.content, request=request)
        except requests.RequestException as error:
            # A body that stops coming is reported as a broken connection.
            late = isinstance(error, requests.Timeout) or isinstance(_cause(error), TimeoutError)
            kind = RequestTimeoutError if late else ConnectionFailedError
            raise _without_secrets(kind, request, url, error) from None
        finally:
            self.throttle.leave(request, response)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class _Adapter(HTTPAdapter):
    """An adapter that uses a TLS context of the caller's, which alone decides what is checked."""

    def __init__(self, context: ssl.SSLContext | None, **options: Any) -> None:
        self._context = context
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*args, **options)

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*args, **options)
        if self._context is not None:
            pool["cert_reqs"] = "CERT_NONE" if self._context.verify_mode is ssl.CERT_NONE else "CERT_REQUIRED"
        return host, pool

    def cert_verify(self, *args: Any, **options: Any) -> None:
        if self._context is None:
            super().cert_verify(*args, **options)  # type: ignore[no-untyped-call]  # requests has no types for it


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _without_secrets(
    kind: type[ConnectionFailedError | RequestTimeoutError], request: Request, url: str, error: Exception
) -> Exception:
    # The library's own message repeats the URL with its query; only the cause is kept.
    failure = kind(
        f"no answer from {masked_url(url)}: {type(error).__name__} ({type(_cause(error)).__name__})",
        None,
        operation=request.operation,
        remedy="check the address, the network and the proxy settings; longer waits are set with timeout=",
    )
    if isinstance(failure, ConnectionFailedError):
        failure.sent = not _never_sent(error)
    return failure


def _never_sent(error: BaseException) -> bool:
    """Whether no connection was made, so that the server cannot have got anything."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, (NewConnectionError, requests.ConnectTimeout, requests.exceptions.ProxyError)):
            return True
        if isinstance(found, requests.exceptions.SSLError) and not isinstance(found, requests.exceptions.ReadTimeout):
            return True
        found = found.__context__
    return False


def _cause(error: BaseException) -> BaseException:
    while error.__context__ is not None:
        error = error.__context__
    return error
