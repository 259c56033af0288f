"""BlizWork's wire form: each operation is a POST of a JSON object; the session adds the token as the last part of the path.

Source: `API.md` sections 1 and 3 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

from workfront_orm.core.exchange import Effect, Request, Response

from .errors import InvalidResponseError, error_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["READS", "Download", "Lookup", "plan", "read_answer"]

CASE = "/process/case"
READS = frozenset({CASE, "/process/case-list", "/master-data"})
"""The operations that change nothing."""


@define(kw_only=True, repr=False, eq=False)
class Lookup(Request):
    """A read of a case that may be gone: then its answer has no payload."""


@define(kw_only=True, repr=False, eq=False)
class Download(Request):
    """A read of an attachment; its answer is the file."""


def plan(
    operation: str,
    path: str,
    body: Mapping[str, Any],
    decode: Callable[[Any], Any] = lambda data: data.get("payload"),
    *,
    effect: Effect = Effect.READ,
    lookup: bool = False,
) -> Request:
    """A request of an operation.

    Args:
        operation: What is being done, for messages.
        path: The operation's path, without the token.
        body: The parameters beside those of the session.
        decode: Turns the whole answer into what the request is for.
        effect: What repeating it would do.
        lookup: Whether what is read may be gone.
    """
    kind = Lookup if lookup else Request
    return kind(operation=operation, method="POST", path=path, json=dict(body), decode=decode, effect=effect)


def read_answer(response: Response) -> Any:
    """The whole answer: some operations answer beside the payload.

    Raises:
        BlizWorkAPIError: The answer is an error at whatever status, or is not what BlizWork speaks.
    """
    status, request = response.status, response.request
    if isinstance(request, Download) and status == 200:  # noqa: PLR2004 - the file itself
        return response.body
    if 300 <= status < 400:  # noqa: PLR2004 - a redirect would turn the call into another one
        raise InvalidResponseError("the answer is a redirect", status, remedy="redirects are not followed")
    try:
        data = response.decoded()
    except ValueError as error:
        data = error
    if isinstance(data, ValueError):
        text = response.body.decode("utf-8", "replace")
        if status >= 400:  # noqa: PLR2004 - the status tells more than the text
            raise error_for(status, text)
        raise InvalidResponseError(text, status, remedy="no JSON came: is that the address of the API?")
    if status >= 400:  # noqa: PLR2004 - an error, whatever its body
        raise error_for(status, data)
    if not isinstance(data, dict):
        raise InvalidResponseError(data, status, remedy="the answer is no JSON object")
    code = data.get("resultCode", data.get("status", 0))
    if code == 0 and not isinstance(code, bool):
        return data
    refusal = error_for(200, data, reads_case=request.path == CASE)
    if isinstance(request, Lookup) and refusal.result_code == 1:
        return {}
    raise refusal
