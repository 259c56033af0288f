"""HTTP on requests: one pool of connections, timeouts, a limit of requests in flight, logging without secrets.

The transport knows neither objects nor the system: it is handed a planned request with a full
URL and credentials, and hands back the answer or a `TransportError`. What an answer may be is limited
here, for all systems: how long it takes, how large it is, how deeply its JSON is nested.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
import traceback
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from itertools import accumulate
from threading import local
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from .errors import AnswerTooLargeError, ConnectionFailedError, InvalidResponseError, RequestTimeoutError
from .exchange import Request, Response
from .redaction import masked_url
from .throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Stream", "Transport"]

LARGEST_ANSWER = 256 * 2**20
LONGEST_ANSWER = 600.0
DEEPEST_JSON = 100

SHORTEST_TIMEOUT = 0.1
"""Seconds that any request gets, however little of its deadline is left."""

_PIECE = 2**16
# What requests finds wrong before it sends anything; to repeat it is no use.
_UNSENDABLE = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)
_NOT_CONNECTED = (
    NewConnectionError,
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    ssl.SSLCertVerificationError,
)
# Whatever the encoding: byte order marks and the zeros of wide characters stand between.
_JSON = re.compile(rb"[\s\x00\xef\xbb\xbf\xff\xfe]*[\[{]")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_NESTING = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]


class Transport:
    """Sends requests and returns answers.

    Args:
        timeout: Seconds to wait for a connection and for each read of an answer.
        throttle: What decides how many requests are in flight at a time, over all threads.
        ssl_context: A TLS context to use instead of the default one.
        verify: Whether certificates are checked, or the path of a CA bundle.
        cert: A client certificate: a path, or a pair of certificate and key.
        proxies: Proxies by scheme; without them the environment's are used.
        largest_answer: The greatest number of bytes of an answer, decompressed.
        longest_answer: Seconds that an answer takes at most from its first byte to its last, however
            steadily it drips; for requests that are granted no other time.

    Raises:
        ValueError: A timeout or limit that is not positive.
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
        largest_answer: int = LARGEST_ANSWER,
        longest_answer: float = LONGEST_ANSWER,
    ) -> None:
        limits = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)  # noqa: PLR2004 - a pair
        if not all(isinstance(limit, (int, float)) and limit > 0 for limit in limits):
            raise ValueError(
                f"timeout takes positive seconds, or a pair of them for connecting and reading, not {timeout!r}: "
                "a request without one can hang for ever"
            )
        for name, value in (("largest_answer", largest_answer), ("longest_answer", longest_answer)):
            if value <= 0:
                raise ValueError(f"{name} takes a positive number, not {value!r}")
        self.timeout = timeout
        self._largest = largest_answer
        self._longest = longest_answer
        # By thread: how many seconds a request has, when that is less than `timeout` and `longest_answer` allow.
        self._granted = local()
        self.throttle = Throttle() if throttle is None else throttle
        self._http = requests.Session()
        # Credentials are the session's alone: no cookie of an earlier login, no entry of a .netrc file.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._http.auth = _no_auth
        self._verify = verify
        self._http.cert = cert
        self._proxies = proxies
        size = self.throttle.most
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, _Adapter(ssl_context, pool_connections=4, pool_maxsize=size))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Grant each request that this thread sends in this block so many seconds, once the throttle lets it in.

        Uploads of files take as long as their bytes do, and `open` leaves time to the caller.
        """
        # A request may lead to others, such as a login, which have less.
        outer = getattr(self._granted, "seconds", None)
        self._granted.seconds = max(seconds, SHORTEST_TIMEOUT)
        try:
            yield
        finally:
            self._granted.seconds = outer

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
            InvalidResponseError: The answer is larger or nested deeper than allowed.
            ValueError: The address, or a header, is none that could be sent.
        """
        granted = None if request.files else getattr(self._granted, "seconds", None)
        response: Response = self._exchange(request, url, headers, self._whole, self.timeout, granted)
        _check_depth(response)
        return response

    def open(self, request: Request, url: str, headers: dict[str, str], *, silence: float | None = None) -> Stream:
        """Send one request and leave the body of the answer to the caller, who closes it.

        What is open counts as answered: it takes no place among the requests in flight.

        Args:
            request: What to send.
            url: The full URL, without the request's query.
            headers: The headers, credentials included.
            silence: Seconds without a byte after which the answer counts as broken; None for those of `timeout`.

        Raises:
            RequestTimeoutError: No answer within the time allowed.
            ConnectionFailedError: The connection could not be made or broke.
            ValueError: The address, or a header, is none that could be sent.
        """
        connect = self.timeout[0] if isinstance(self.timeout, tuple) else self.timeout
        timeout = self.timeout if silence is None else (connect, silence)
        stream: Stream = self._exchange(
            request, url, headers, lambda answer, of, _until: Stream(answer, of, url), timeout
        )
        return stream

    def _whole(self, answer: requests.Response, request: Request, until: float | None) -> Response:
        body = self._read(answer, request, until)
        return Response(status=answer.status_code, headers=answer.headers, body=body, request=request)

    def _exchange(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        take: Callable[[requests.Response, Request, float | None], Any],
        timeout: float | tuple[float, float],
        granted: float | None = None,
    ) -> Any:
        """Send one request and return what `take` makes of the answer, until the moment when the time granted is over."""
        body: Any = request.form
        if body is not None and request.files is None:
            from urllib.parse import urlencode

            body = urlencode(body).encode("ascii")
            headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8", **headers}
        taken: Any = None
        failure: Exception | None = None
        self.throttle.enter(request)
        until: float | None = None
        try:
            if granted is not None:
                until = time.monotonic() + granted
                connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
                timeout = min(connect, granted), min(read, granted)
            answer = self._http.request(
                request.method,
                url,
                params=request.query or None,
                data=body,
                json=request.json,
                files=request.files,
                headers=headers,
                timeout=timeout,
                # Given here, since what the environment says replaces what a session of requests says.
                verify=self._verify,
                proxies=self._proxies,
                allow_redirects=False,
                stream=True,
            )
            taken = take(answer, request, until)
        except _UNSENDABLE as error:
            failure = ValueError(
                f"{request.operation}: {masked_url(url)} cannot be asked: {type(error).__name__}; "
                "look at the address and the credentials that the session was given"
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            failure = _broken(request, url, error)
        finally:
            self.throttle.leave(request, taken if isinstance(taken, Response) else None)
        if failure is not None:
            # Not raised in the handler: the library's error, which holds the address, would come along.
            raise failure
        return taken

    def _read(self, answer: requests.Response, request: Request, until: float | None) -> bytes:
        """The body, decompressed, as long as it keeps to the limits."""
        pieces = []
        size = 0
        began = time.monotonic()
        until = began + self._longest if until is None else until
        try:
            while piece := answer.raw.read1(_PIECE, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > self._largest:
                    raise AnswerTooLargeError(
                        f"the answer has more than {self._largest:,} bytes",
                        answer.status_code,
                        operation=request.operation,
                        remedy="ask for fewer fields, or allow more with largest_answer=",
                    )
                if time.monotonic() > until:
                    raise RequestTimeoutError(
                        f"the answer took longer than the {until - began:.3g} seconds that it had, after {size:,} bytes",
                        None,
                        operation=request.operation,
                        remedy="the server sends too slowly; ask for less at a time, check the network, or allow more with "
                        "retrying=Retrying(deadline=...)",
                    )
        finally:
            # Gives the connection back; one with a rest on it is closed.
            answer.close()
        return b"".join(pieces)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class Stream:
    """An answer whose body is read in pieces, as they come. Iterate over it, in one thread; close it from any.

    Args:
        answer: The answer, of which the headers were read.
        request: What was asked.
        url: Where, for messages.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in any case.
    """

    def __init__(self, answer: requests.Response, request: Request, url: str) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self._answer = answer
        self._request = request
        self._url = url
        self._closed = self._reading = False

    def __iter__(self) -> Iterator[bytes]:
        """The pieces of the body, decompressed, until it ends or is closed.

        Raises:
            RequestTimeoutError: Nothing came for as long as is allowed.
            ConnectionFailedError: The connection broke.
        """
        failure: Exception | None = None
        try:
            while piece := self._piece():
                yield piece
        except (requests.RequestException, HTTPError, OSError, ValueError, AttributeError) as error:
            # What is closed while it is read breaks in ways of its own.
            if not self._closed:
                failure = _broken(self._request, self._url, error)
        finally:
            self._answer.close()
        if failure is not None:
            raise failure

    def close(self) -> None:
        """End the answer; who waits for its next piece waits no more."""
        self._closed = True
        with suppress(OSError, ValueError, RuntimeError):
            self._answer.raw.shutdown()
        if not self._reading:
            # Who reads closes it himself, once he is woken.
            self._answer.close()

    def _piece(self) -> bytes:
        self._reading = True
        try:
            return b"" if self._closed else self._answer.raw.read1(_PIECE, decode_content=True)
        finally:
            self._reading = False


class _Adapter(HTTPAdapter):
    """An adapter that uses a TLS context of the caller's, which alone decides what is checked, and that really closes."""

    def __init__(self, context: ssl.SSLContext | None, **options: Any) -> None:
        self._context = context
        super().__init__(**options)

    def close(self) -> None:
        """Close idle connections now, and others when they are given back.

        urllib3 only forgets its pools, and leaves the connections to the garbage collector.
        """
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated over, since others may change it
                with suppress(KeyError):
                    manager.pools[key].close()
        super().close()

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


def _broken(request: Request, url: str, error: Exception) -> Exception:
    """What to raise for an answer that did not come, or broke off."""
    # A body that stops coming is reported as a broken connection.
    late = isinstance(error, requests.Timeout) or isinstance(_cause(error), TimeoutError)
    return _without_secrets(RequestTimeoutError if late else ConnectionFailedError, request, url, error)


def _without_secrets(
    kind: type[ConnectionFailedError | RequestTimeoutError], request: Request, url: str, error: Exception
) -> Exception:
    # The library's own message repeats the URL with its query; only the cause is kept.
    failure = kind(
        f"no answer from {masked_url(url)}: {type(error).__name__} ({type(_cause(error)).__name__})",
        None,
        operation=request.operation,
        remedy="check the address, the network and the proxy settings; longer waits are set with timeout=, "
        "and with retrying=Retrying(deadline=...)",
    )
    if isinstance(failure, ConnectionFailedError):
        failure.sent = not _never_sent(error)
        cause = _cause(error)
        failure.no_such_host = isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME
    return failure


def _never_sent(error: BaseException) -> bool:
    """Whether no connection was made, so that the server cannot have got anything."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, _NOT_CONNECTED):
            return True
        if isinstance(found, ssl.SSLError):
            # TLS breaks before the request, in the handshake, or in the middle of it.
            return any(frame.f_code.co_name == "do_handshake" for frame, _ in traceback.walk_tb(found.__traceback__))
        found = found.__context__
    return False


def _check_depth(response: Response) -> None:
    """Refuse JSON that is nested so deeply that whoever walks through it runs out of stack."""
    body = response.body
    if not _JSON.match(body) or not _is_deep(body):
        return
    # Brackets within texts do not nest.
    if _is_deep(_STRING.sub(b"", body)):
        raise InvalidResponseError(
            f"the answer is JSON nested more than {DEEPEST_JSON} levels deep",
            response.status,
            operation=response.request.operation,
            remedy="that is no answer of an API: is the address right?",
        )


def _is_deep(body: bytes) -> bool:
    steps = body.translate(None, _NOT_NESTING)
    return len(steps) > DEEPEST_JSON and max(accumulate(map(_STEPS.__getitem__, steps))) > DEEPEST_JSON


def _cause(error: BaseException) -> BaseException:
    while error.__context__ is not None:
        error = error.__context__
    return error
