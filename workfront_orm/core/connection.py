"""The connection: what a service plans is sent with credentials, repeated where it may be, and its answer read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from .errors import APIError, AuthenticationError, InvalidResponseError, OutcomeUnknown, ThrottledError
from .redaction import confidential, masked_url
from .retrying import retry_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event
    from types import TracebackType

    from .exchange import Request, Response
    from .retrying import Retrying
    from .service import Service
    from .transport import Transport

__all__ = ["Connection"]

MOST_RENEWALS = 2
"""How often credentials are renewed for one request."""


class Connection:
    """A system at an address. Classes and objects are what a session adds to it.

    Args:
        service: The system.
        url: The address below which all requests go.
        transport: What sends them.
        retrying: What decides whether and when requests are repeated.
    """

    def __init__(self, service: Service, url: str, transport: Transport, retrying: Retrying) -> None:
        self.service = service
        self.url = url
        self._transport = transport
        self._retrying = retrying
        self._log = logging.getLogger(service.name)

    @property
    def max_concurrent(self) -> int:
        """The greatest number of requests in flight at a time."""
        return self._transport.throttle.most

    @property
    def settle(self) -> float:
        """Seconds after which a broken connection's creates are looked for again; see `Retrying`."""
        return self._retrying.settle

    @confidential
    def execute(self, request: Request, *, stop: Event | None = None) -> Any:
        """Send a planned request and return what its answer decodes to.

        Args:
            request: What to send.
            stop: Once set, a request that failed is not sent again.

        Raises:
            APIError: The server refuses, or no answer came; the operation is named.
        """
        try:
            unknown = self.service.error(OutcomeUnknown)
            return self._retrying.call(request, lambda seconds: self._once(request, seconds), unknown, stop)
        except APIError as error:
            error.operation = error.operation or request.operation
            # How it was sent and repeated is fifty lines that tell nobody what to do.
            raise error.with_traceback(None)  # noqa: B904 - the same error

    def execute_all(self, requests: Sequence[Request]) -> list[Any]:
        """Send planned reads, several at a time, and return what each decodes to, in order.

        Raises:
            APIError: The first that failed; what is not begun then is not sent.
        """
        if len(requests) < 2:  # noqa: PLR2004 - one needs no pool
            return [self.execute(request) for request in requests]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=min(len(requests), self.max_concurrent)) as pool:
            futures = [pool.submit(self.execute, request) for request in requests]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _once(self, request: Request, seconds: float) -> Any:
        with self._transport.within(seconds):
            return self._with_credentials(request)

    def _with_credentials(self, request: Request) -> Any:
        renewals = 0
        while True:
            response = self.send(request)
            try:
                return self._decoded(request, response)
            except ThrottledError as error:
                error.retry_after = error.retry_after or retry_after(response.headers)
                self._transport.throttle.refused(error.retry_after, request)
                raise
            except AuthenticationError as error:
                # An expired session: the server did not act, so with new credentials it may be sent again.
                # They may expire at once as well, where other threads or programs use them.
                if renewals == MOST_RENEWALS or not self.renew_credentials(request, error):
                    raise
                renewals += 1

    def _decoded(self, request: Request, response: Response) -> Any:
        data = self.service.read_answer(response)
        self._transport.throttle.answered(request, data)
        try:
            return request.decode(data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # What it should hold is not there, or of another kind.
            raise self.service.error(InvalidResponseError)(
                data,
                response.status,
                operation=request.operation,
                remedy=f"the answer is not of the form that was expected: {type(error).__name__}: {error}",
            ) from error

    def renew_credentials(self, request: Request, error: AuthenticationError) -> bool:  # noqa: ARG002 - systems look at it
        """Get new credentials after the server refused those that were sent.

        Args:
            request: What was sent.
            error: What the server answered.

        Returns:
            Whether there are new ones, so that the request is sent once more.
        """
        return False

    def send(self, request: Request) -> Response:
        """Add credentials to a planned request and send it."""
        raise NotImplementedError

    def close(self) -> None:
        """Close what is open to the server; objects keep their values, and the next request opens it again."""
        self._transport.close()

    def __enter__(self) -> Self:
        """Use the session in a with block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Class and address, never credentials."""
        return f"<{type(self).__name__} {masked_url(self.url)}>"

    def __reduce__(self) -> Any:
        """Refuse: a pickle would carry credentials."""
        raise TypeError(
            f"{type(self).__name__} does not pickle, since it holds credentials; make a new one where it is needed"
        )
