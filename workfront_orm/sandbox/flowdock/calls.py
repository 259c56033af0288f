"""One call: who makes it, with which parameters, and what it is answered with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.backend import Response
from workfront_orm.sandbox.flowdock.errors import FlowdockError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workfront_orm.sandbox.backend import Pairs, Request
    from workfront_orm.sandbox.flowdock.access import Caller

JSON_TYPE = "application/json; charset=utf-8"

_KEY = re.compile(r"\[([^\]]*)\]")


@dataclass(slots=True)
class Call:
    """One call on its way to a handler.

    Attributes:
        request: what came.
        caller: who calls.
        params: parameters of body and query, the query first; null means absent.
    """

    request: Request
    caller: Caller
    params: dict[str, Any]


@dataclass(slots=True)
class Answer:
    """What a handler answers.

    Attributes:
        data: content of the body; None for an empty one.
        status: HTTP status.
        headers: further headers.
    """

    data: Any = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Sequence[tuple[str, str]] = field(default_factory=list)

    def response(self) -> Response:
        """Return it as the frame sends it."""
        if self.data is None:
            return Response(b"", self.status, None, self.headers)
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return Response(text.encode("utf-8", "replace"), self.status, JSON_TYPE, self.headers)


def parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a request: of the body, also of a GET, and of the query, which goes first.

    Raises:
        FlowdockError: the body is not what its type says, or has no type.
    """
    params: dict[str, Any] = {}
    if request.form or request.files:
        params = nest(request.form)
    elif request.body.strip():
        body = request.json()
        if request.content_type != "application/json" or not isinstance(body, dict):
            raise FlowdockError(HTTPStatus.BAD_REQUEST, "The body is no JSON object of the type application/json")
        params = {name: value for name, value in body.items() if value is not None}
    return {**params, **nest(request.query)}


def nest(pairs: Pairs) -> dict[str, Any]:
    """Return parameters of a form: `author[name]` becomes a member of `author`, `tags[]` a list."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        name, bracket, _ = key.partition("[")
        path = [name, *(_KEY.findall(key) if bracket else [])]
        place: dict[str, Any] = result
        for step, following in pairwise(path):
            if following == "":
                place.setdefault(step, [])
                break
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            place = inner
        last = path[-1]
        if last == "":
            target = place.get(path[-2])
            if isinstance(target, list):
                target.append(value)
        else:
            place[last] = value
    return result
