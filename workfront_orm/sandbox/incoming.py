"""Requests on their way in: who may send one, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import cookie_parser
from starlette.responses import Response as HTTPResponse

from workfront_orm.sandbox.backend import Request, UploadedFile, parse_pairs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:/?#@,\s]+)(?::[0-9]+)?")

BODY_LIMIT = 512 * 1024 * 1024
"""Bytes that a body may have."""


def refusal(headers: Headers, hosts: frozenset[str] | None, scheme: str) -> HTTPResponse | None:
    """Refuse what a page of another site, or a name rebound to this machine, would send."""
    # A header that comes twice is both: which of two counts, each reader takes differently.
    host, origin, site = (", ".join(headers.getlist(name)) for name in ("host", "origin", "sec-fetch-site"))
    named = _HOST.fullmatch(host)
    if named is None or (hosts is not None and named[1].strip("[]").lower() not in hosts):
        return HTTPResponse(f"This sandbox does not answer for the host {host!r}.\n", 421)
    if "origin" in headers and origin != f"{scheme}://{host}":
        return HTTPResponse("This sandbox takes no calls from pages of other origins.\n", 403)
    if "sec-fetch-site" in headers and site not in ("none", "same-origin"):
        return HTTPResponse("This sandbox takes no calls from pages of other sites.\n", 403)
    return None


async def parse(scope: Scope, receive: Receive) -> Request | HTTPResponse:
    """Read a request; an answer instead when it cannot be read."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1")
        value = raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    body = await _read(receive, headers.get("content-length", ""))
    if body is None:
        return HTTPResponse(f"A body may have {BODY_LIMIT} bytes.\n", 413, headers={"Connection": "close"})
    query_text = scope["query_string"].decode("latin-1").lstrip("?")
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_pairs(query_text) if query_text else [],
        form=[],
        headers=headers,
        cookies=cookie_parser(headers["cookie"]) if "cookie" in headers else {},
        body=body,
        raw_path=scope["raw_path"].decode("latin-1"),
        target_length=len(scope["raw_path"]) + len(scope["query_string"]) + 1,
    )
    if body:
        if request.content_type == "application/x-www-form-urlencoded":
            request.form = parse_pairs(body.decode("utf-8", "replace"))
        elif request.content_type == "multipart/form-data":
            try:
                await _parse_multipart(request)
            except (MultiPartException, KeyError) as error:
                return HTTPResponse(f"The multipart body cannot be read: {error}\n", 400)
    return request


async def _read(receive: Receive, declared: str) -> bytes | None:
    """The whole body; None where it is too large, or says that it will be."""
    if declared.isdecimal() and int(declared) > BODY_LIMIT:
        return None
    pieces = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        piece = message.get("body", b"")
        length += len(piece)
        if length > BODY_LIMIT:
            return None
        pieces.append(piece)
        if not message.get("more_body", False):
            break
    return b"".join(pieces)


async def _parse_multipart(request: Request) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield request.body

    parser = MultiPartParser(Headers(request.headers), stream(), max_part_size=BODY_LIMIT)  # type: ignore[arg-type]
    data = await parser.parse()
    files = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            files.append(
                UploadedFile(name, value.filename or "", value.content_type or "application/octet-stream", content)
            )
        else:
            request.form.append((name, value))
    await data.close()
    request.files = files
