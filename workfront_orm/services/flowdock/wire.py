"""Flowdock's wire form: calls below a flow or beside it, answers with their headers, rows with their place.

Rows leave out what the path of the request said, and call the ids of other objects by the names that the
objects themselves have here. Sources: `API.md` sections 1, 3 and 5 of the facts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from attrs import define, frozen

from workfront_orm.core.exchange import Request, Response
from workfront_orm.core.redaction import masked_url

from .errors import InvalidRequestError, InvalidResponseError, ServerError, error_for

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLOW", "Answer", "Call", "Place", "flow_path", "next_token", "read_answer", "shaped"]

Row = dict[str, Any]

FLOW = "/flows/{flow}"
"""The begin of the paths below a flow; `{flow}` becomes its address when the request is sent."""

_LINK = re.compile(r"<([^>]*)>([^,<]*)")
_NOT_FOUND = 404
_ERROR = frozenset({"message", "errors"})


@frozen
class Place:
    """Where a flow is.

    Attributes:
        id: Its id; None where nothing told it yet.
        path: Its address, `org/flow`.
    """

    id: str | None
    path: str


@define(kw_only=True, repr=False, eq=False)
class Call(Request):
    """One HTTP request to Flowdock.

    Attributes:
        flow: The id or the address of the flow that `{flow}` in the path stands for.
        needs_id: Whether rows of the answer need the flow's id and do not hold it.
        absent: What "not found" decodes to, where it is no error.
        token: Whether the flow token of the session goes along, in the place of the user's credentials.
        uuid: The client's own id of the message that is sent, by which it is found again.
        listing: The path at which the newest messages of the same place are read.
        place: Where the flow is, once the session knows.
    """

    flow: str | None = None
    needs_id: bool = False
    absent: Any = None
    token: bool = False
    uuid: str | None = None
    listing: str | None = None
    place: Place | None = None


@frozen
class Answer:
    """What came.

    Attributes:
        data: The decoded body; None where there is none.
        headers: The headers.
        call: What was asked.
    """

    data: Any
    headers: Mapping[str, str]
    call: Request

    @property
    def flow(self) -> str | None:
        """The id of the flow that was asked about, where it is known."""
        place = getattr(self.call, "place", None)
        return None if place is None else place.id


def read_answer(response: Response) -> Answer:
    """The data of an answer, with its headers.

    Raises:
        FlowdockAPIError: The answer is an error, or is not what Flowdock speaks.
    """
    status = response.status
    if 300 <= status < 400:  # noqa: PLR2004 - redirects, which only downloads expect
        target = masked_url(response.headers.get("Location", "nowhere"))
        raise InvalidResponseError(f"redirected to {target}", status, remedy="redirects are not followed")
    if status == _NOT_FOUND and getattr(response.request, "absent", None) is not None:
        return Answer(response.request.absent, response.headers, response.request)  # type: ignore[attr-defined]
    try:
        data = response.decoded() if response.body.strip() else None
    except ValueError:
        text = response.body.decode("utf-8", "replace")
        if status >= 400:  # noqa: PLR2004 - an error page of a gateway: the status tells more
            raise error_for(status, text) from None
        raise InvalidResponseError(text, status, remedy="no JSON came: is the address that of the API?") from None
    if status >= 400:  # noqa: PLR2004 - errors
        raise error_for(status, data)
    if isinstance(data, dict) and "message" in data and data.keys() <= _ERROR:
        # Under the status of a success, as gateways have it: data that is refused is named, all else says nothing sure.
        raise (InvalidRequestError if data.get("errors") else ServerError)(data, status)
    return Answer(data, response.headers, response.request)


def rows_of(answer: Answer) -> list[Row]:
    """The rows of an answer.

    Raises:
        FlowdockAPIError: It is no list of objects.
    """
    if not isinstance(answer.data, list) or not all(isinstance(row, dict) for row in answer.data):
        raise InvalidResponseError(answer.data, None, remedy="a list of objects was expected")
    return answer.data


def row_of(answer: Answer) -> Row:
    """The one row of an answer.

    Raises:
        FlowdockAPIError: It is no object.
    """
    if not isinstance(answer.data, dict):
        raise InvalidResponseError(answer.data, None, remedy="an object was expected")
    return answer.data


def next_token(answer: Answer) -> str | None:
    """Where the next page begins, from the header `Link: <...?until=...>; rel="next"`; None on the last one."""
    for address, details in _LINK.findall(answer.headers.get("Link", "")):
        if 'rel="next"' in details.replace("'", '"'):
            until = parse_qs(urlsplit(address).query).get("until")
            return until[0] if until else None
    return None


def flow_path(path: str) -> str:
    """An address `org/flow` as a part of a path.

    Raises:
        ValueError: It is none.
    """
    parts = path.split("/")
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004 - organization and flow
        raise ValueError(f"a flow is named by its id or by its address 'org/flow', not {path!r}")
    return "/".join(quote(part, safe="") for part in parts)


def shaped(key: str, row: Row, *, flow: str | None = None, conversation: int | None = None) -> Row:
    """A row as the classes have it: ids under names of their own, and the place that the path told.

    Args:
        key: The class.
        row: The row as it came; it is changed.
        flow: The id of the flow that was asked about.
        conversation: The id of the private conversation that was asked about.
    """
    if key in {"Message", "PrivateMessage"}:
        for name in ("user", "flow", "to"):
            if name in row:
                row[f"{name}_id"] = row.pop(name)
        if conversation is not None:
            row["conversation_id"] = conversation
        thread = row.get("thread")
        if isinstance(thread, dict):
            thread["flow_id"] = row.get("flow_id")
            row.setdefault("thread_id", thread.get("id"))
    elif key == "Flow":
        organization = row.get("organization")
        if isinstance(organization, dict):
            row["org"] = organization.get("parameterized_name")
    elif key == "Invitation":
        row["flow_id"] = row.pop("flow", flow)
    if flow is not None and key in {"Message", "Thread", "Source"}:
        row.setdefault("flow_id", flow)
    return row
