"""The HTTP server of a sandbox: Starlette on uvicorn, one process, one event loop.

The frame parses HTTP, keeps the log, simulates latency and faults, compresses, and guards the door: the `Host` must be the
one that the server was bound to, and no browser may call it from another site's page. Everything below `/_sandbox/` is the
control door and needs the token that only the JSON line carries. All else goes to the backend of the system.

The backend is called in the event loop's thread, so that its store needs no locks and sees one request after another, while
any number of requests wait out their latency.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import random
import socket
import struct
import time
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request as HTTPRequest
from starlette.responses import JSONResponse
from starlette.responses import Response as HTTPResponse
from starlette.routing import Mount, Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from workfront_orm.sandbox.backend import Backend, Request, Response
from workfront_orm.sandbox.clock import parse_moment
from workfront_orm.sandbox.faults import Fault, Faults, Specification
from workfront_orm.sandbox.incoming import parse, refusal
from workfront_orm.sandbox.log import Recorder, entry_json
from workfront_orm.sandbox.page import ROOT, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from workfront_orm.sandbox.backend import Stream
    from workfront_orm.sandbox.clock import Clock

TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 - the header's name
COMPRESS_FROM = 1400
# Between processes of one machine, sending more than this takes less time than packing and unpacking it.
COMPRESS_TO = 256 * 1024
COMPRESS_IN_THREAD_FROM = 65536
SLOW_PIECES = 6
STOP_CHECK = 0.25

logger = logging.getLogger(__name__)


class Server:
    """One running sandbox.

    Args:
        backend: the system behind it.
        clock: time of the server.
        service: name of the system, for people.
        token: what the control door asks for.
        hosts: values of the Host header (without port) that are answered; None for any.
        latency: seconds that every request takes before the backend sees it, half as much jitter included.
        seed: seed of faults and jitter.
        faults: see `faults`.
        compress: level of gzip, 0 for none; None compresses what is worth it on one machine.
    """

    def __init__(
        self,
        backend: Backend,
        clock: Clock,
        *,
        service: str,
        token: str,
        hosts: frozenset[str] | None,
        latency: float = 0.0,
        seed: int = 0,
        faults: Specification = None,
        compress: int | None = None,
    ) -> None:
        self.backend = backend
        self.clock = clock
        self.token = token
        self.hosts = hosts
        self.latency = latency
        self.seed = seed
        self.compress = compress
        self.faults = Faults(faults, seed=seed)
        self.log = Recorder(backend)
        self.page = Page(service, backend, self.log)
        self.under_way: list[str] = []
        # What is refused for the number under way takes no place itself.
        self._refused = 0
        self.stop: Callable[[], None] = lambda: None
        self.stopping: Callable[[], bool] = lambda: False
        self._jitter = random.Random(seed)  # noqa: S311 - reproducible waiting times
        self.app = Starlette(
            routes=[
                Mount(
                    "/_sandbox",
                    routes=[
                        Route("/requests", self._requests, methods=["GET", "DELETE"]),
                        Route("/clock", self._clock, methods=["GET", "PUT"]),
                        Route("/faults", self._faults, methods=["GET", "PUT"]),
                        Route("/latency", self._latency, methods=["GET", "PUT"]),
                        Route("/under_way", self._under_way, methods=["GET"]),
                        Route("/reset", self._reset, methods=["POST"]),
                        Route("/stop", self._stop, methods=["POST"]),
                    ],
                ),
                Route(f"{ROOT}/{{path:path}}", self._page, methods=["GET"]),
                Mount("/", self._service),
            ]
        )

    # --- the system's requests ---------------------------------------------------------

    async def _service(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/" and scope["method"] == "GET":
            await (await self._page(HTTPRequest(scope, receive)))(scope, receive, send)
            return
        arrived = time.time()
        started = time.perf_counter()
        # Before the body is read: of who may not ask nothing is kept.
        refused = refusal(Headers(scope=scope), self.hosts, scope["scheme"])
        request = refused or await parse(scope, receive)
        if isinstance(request, HTTPResponse):
            await request(scope, receive, send)
            return
        method = self.backend.method(request)
        line = f"{method} {request.path}"
        self.under_way.append(line)
        fault = None
        answer = Response()
        status: int | None = None
        try:
            fault = self.faults.draw(
                method,
                request.path,
                len(self.under_way) - self._refused,
                session=self.backend.has_session(request),
            )
            self._refused += fault is not None and fault.kind == "429"
            wait = self.latency * self._jitter.uniform(0.75, 1.25) if self.latency else 0.0
            if fault is not None and fault.kind == "latency":
                wait += fault.seconds
            if wait:
                await asyncio.sleep(wait)
            answer = self._answer(request, fault)
            status = await self._send(answer, fault, request, scope=scope, send=send)
        finally:
            self.under_way.remove(line)
            self._refused -= fault is not None and fault.kind == "429"
            self.log.record(
                request,
                method,
                status=status,
                fault=fault.kind if fault else None,
                seconds=time.perf_counter() - started,
                at=arrived,
                answer=answer,
            )
        if answer.stream is not None:
            # In the log from its start on, and no longer among the requests that are under way.
            await self._pour(answer.stream, fault, status, scope=scope, receive=receive, send=send)

    def _answer(self, request: Request, fault: Fault | None) -> Response:
        """Let the backend act unless the fault says otherwise, and say what goes back."""
        if fault is None:
            return self._handle(request)
        if not fault.acts:
            return self._without_acting(fault.kind, request)
        if fault.kind == "clock_skew":
            self.clock.skew = timedelta(seconds=fault.seconds)
            try:
                return self._handle(request)
            finally:
                self.clock.skew = timedelta()
        answer = self._handle(request)
        if fault.kind == "502_after" and answer.stream is None:
            return _gateway_answer("502")
        if fault.kind == "wrong_json" and answer.stream is None:
            return Response(answer.body[: len(answer.body) // 2] + b"<html>", answer.status, answer.content_type)
        return answer

    def _without_acting(self, kind: str, request: Request) -> Response:
        if kind == "expired":
            self.backend.expire_session(request)
        if kind in ("502", "503", "reset_before"):
            return _gateway_answer(kind)
        return self.backend.fault_response(kind, request)

    def _handle(self, request: Request) -> Response:
        try:
            return self.backend.handle(request)
        except Exception:
            logger.exception("the sandbox failed on %s %s: this is a bug of the sandbox", request.method, request.path)
            return self.backend.fault_response("500", request)

    async def _send(
        self, answer: Response, fault: Fault | None, request: Request, *, scope: Scope, send: Send
    ) -> int | None:
        """Send an answer, damaged as the fault says; returns the status that went out."""
        kind = fault.kind if fault else None
        if answer.stream is not None:
            await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer)})
            return answer.status
        if kind in ("reset_before", "reset_after"):
            _reset_connection(scope)
            return None
        body, headers = await self._encode(answer, request)
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        if kind == "truncated":
            await send(start)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            scope["sandbox.transport"].close()
            return answer.status
        if kind == "slow" and fault is not None:
            await send(start)
            step = max(1, -(-len(body) // SLOW_PIECES))
            for position in range(0, len(body), step):
                await asyncio.sleep(fault.seconds / SLOW_PIECES)
                await send({"type": "http.response.body", "body": body[position : position + step], "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return answer.status
        await send(start)
        await send({"type": "http.response.body", "body": body})
        return answer.status

    async def _pour(
        self, stream: Stream, fault: Fault | None, status: int | None, *, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Send the pieces of a stream until it ends, the client goes or the server stops; a fault breaks it after the first."""
        gone = asyncio.ensure_future(_disconnected(receive))
        piece: asyncio.Future[bytes] | None = None
        try:
            while status is not None and not gone.done() and not self.stopping():
                piece = piece or asyncio.ensure_future(stream.__anext__())
                waited: list[asyncio.Future[Any]] = [piece, gone]
                await asyncio.wait(waited, timeout=STOP_CHECK, return_when=asyncio.FIRST_COMPLETED)
                if not piece.done():
                    continue
                if isinstance(piece.exception(), StopAsyncIteration):
                    break
                data, piece = piece.result(), None
                await send({"type": "http.response.body", "body": data, "more_body": True})
                if fault is not None and fault.kind == "reset_after":
                    _reset_connection(scope)
                    return
                if fault is not None and fault.kind == "truncated":
                    scope["sandbox.transport"].close()
                    return
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            if piece is not None:
                piece.cancel()
                await asyncio.wait([piece])
            await stream.aclose()

    async def _encode(self, answer: Response, request: Request) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        headers = _headers(answer)
        body = answer.body
        level = self.compress if self.compress is not None else int(len(body) <= COMPRESS_TO)
        if (
            level
            and len(body) >= COMPRESS_FROM
            and "gzip" in request.headers.get("accept-encoding", "")
            and not any(name in (b"content-encoding", b"content-range", b"accept-ranges") for name, _ in headers)
        ):
            if len(body) >= COMPRESS_IN_THREAD_FROM:
                body = await asyncio.get_running_loop().run_in_executor(None, _gzip, body, level)
            else:
                body = _gzip(body, level)
            headers.append((b"content-encoding", b"gzip"))
            headers.append((b"vary", b"Accept-Encoding"))
        headers.append((b"content-length", str(len(body)).encode()))
        return (b"" if request.method == "HEAD" else body), headers

    # --- the guard -----------------------------------------------------------------------

    def _control_refusal(self, request: HTTPRequest) -> HTTPResponse | None:
        refused = refusal(request.headers, self.hosts, request.scope["scheme"])
        if refused is not None:
            return refused
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return HTTPResponse("The control door needs the token of the server's JSON line.\n", 403)
        return None

    async def _page(self, request: HTTPRequest) -> HTTPResponse:
        refused = refusal(request.headers, self.hosts, request.scope["scheme"])
        if refused is not None:
            return refused
        if self.hosts is None and not hmac.compare_digest(
            request.query_params.get("token", "").encode(), self.token.encode()
        ):
            return HTTPResponse("On this address the page needs ?token= of the server's JSON line.\n", 403)
        return self.page.answer(request)

    # --- the control door ----------------------------------------------------------------

    async def _requests(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        if request.method == "DELETE":
            self.log.clear()
            return JSONResponse(None)
        entries = self.log.since(int(request.query_params.get("since", "0")))
        return HTTPResponse(
            b"[" + b",".join(entry_json(entry) for entry in entries) + b"]", media_type="application/json"
        )

    async def _clock(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        if request.method == "PUT":
            moment = await request.json()
            try:
                self.clock.set(None if moment is None else parse_moment(moment))
            except ValueError as error:
                return JSONResponse(str(error), 422)
        return JSONResponse(self.clock.now().isoformat())

    async def _faults(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        if request.method == "PUT":
            try:
                self.faults = Faults(await request.json(), seed=self.seed)
            except (ValueError, TypeError) as error:
                return JSONResponse(str(error), 422)
        return JSONResponse(self.faults.specification)

    async def _latency(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        if request.method == "PUT":
            self.latency = float(await request.json())
        return JSONResponse(self.latency)

    async def _under_way(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        return JSONResponse(self.under_way) if refused is None else refused

    async def _reset(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        self.backend.reset()
        self.clock.reset()
        self.faults = Faults(None)
        self.log.clear()
        return JSONResponse(None)

    async def _stop(self, request: HTTPRequest) -> HTTPResponse:
        refused = self._control_refusal(request)
        if refused is not None:
            return refused
        self.stop()
        return JSONResponse(None)


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with the connection in reach of the faults that break it."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self.scope["sandbox.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


async def serve(
    server: Server, listener: socket.socket, ready: Callable[[], None], gone: Callable[[], bool] | None
) -> None:
    """Run until told to stop.

    Args:
        server: what to run.
        listener: bound socket.
        ready: called once requests are taken.
        gone: asked every second whether the process that started this one is gone; then the server stops.
    """
    config = uvicorn.Config(
        server.app,
        http=Protocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=2048,
    )
    runner = uvicorn.Server(config)

    def stop() -> None:
        runner.should_exit = True

    server.stop = stop
    server.stopping = lambda: runner.should_exit

    async def watch() -> None:
        while not runner.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.002)
        ready()
        while True:
            await asyncio.sleep(0.5)
            if gone is not None and gone():
                stop()
                return

    watcher = asyncio.create_task(watch())
    try:
        await runner.serve([listener])
    finally:
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher
        server.backend.close()


def _headers(answer: Response) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.content_type is not None:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
    return headers


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _gateway_answer(kind: str) -> Response:
    if kind == "502":
        page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
        return Response(page, 502, "text/html")
    return Response(b"", 503, None)


def _reset_connection(scope: Scope) -> None:
    """End the connection so that the peer sees a reset, not an orderly end."""
    transport = scope["sandbox.transport"]
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _gzip(body: bytes, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, 31)
    return compressor.compress(body) + compressor.flush()
