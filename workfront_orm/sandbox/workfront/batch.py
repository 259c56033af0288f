"""Batch: many calls in one, in order, all or nothing when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from workfront_orm.sandbox.backend import Response, parse_pairs
from workfront_orm.sandbox.workfront.call import Call
from workfront_orm.sandbox.workfront.wire import ILLEGAL_ARGUMENT, WireError, data_response, error_response, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.workfront.call import Context

LIMIT = 100


def run(context: Context, answer: Callable[[Call], Response]) -> Response:
    """Answer the calls that a batch's `uri` parameters hold.

    Args:
        context: the outer call; its members are in its version and under its credentials.
        answer: answers one call.

    Raises:
        WireError: no or too many members; with `atomic`, what the first failing member did wrong.
    """
    outer = context.call
    uris = outer.all("uri")
    if not uris:
        raise invalid("A batch needs at least one uri")
    if len(uris) > LIMIT:
        raise WireError(422, ILLEGAL_ARGUMENT, f"A batch may have {LIMIT} members, not {len(uris)}")
    members = [_member(outer, uri) for uri in uris]
    if outer.flag("atomic"):
        with context.store.transaction():
            for member in members:
                answer(member)
        return data_response({"success": True})
    parts = []
    for member in members:
        try:
            parts.append(answer(member).body)
        except WireError as error:
            parts.append(error_response(error).body)
    return Response(b'{"data":[' + b",".join(parts) + b"]}")


def _member(outer: Call, uri: str) -> Call:
    address = urlsplit(uri)
    pairs = parse_pairs(address.query)
    pairs += [(name, value) for name, value in outer.pairs if name in ("sessionID", "apiKey")]
    method = next((value.upper() for name, value in reversed(pairs) if name == "method"), "GET")
    if method not in ("GET", "POST", "PUT", "DELETE"):
        raise invalid(f'Invalid Parameter: method value "{method}"')
    segments = [unquote(segment) for segment in address.path.split("/") if segment]
    if segments[:1] in (["batch"], ["login"], ["logout"], ["upload"]):
        raise invalid(f"{segments[0]} cannot be a member of a batch")
    return Call(outer.version, segments, method, outer.verb, pairs, outer.headers, outer.cookies)
