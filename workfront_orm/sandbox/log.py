"""The request log: what a sandbox was asked and what came back.

The server keeps the newest entries within a budget of bytes; a client reads them over the control door as JSON. Secrets
are masked before an entry is made, so that neither the log nor the page that shows it can leak one.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from workfront_orm.sandbox.backend import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.sandbox.backend import Backend, Request

BUDGET = 64 * 1024 * 1024
ANSWER_SHOWN = 4096


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as the sandbox saw it.

    Attributes:
        number: position since the start of the server, from 1.
        method: what was meant: the verb, or the `method` parameter that overrides it.
        verb: the HTTP verb on the wire.
        path: path without the query.
        params: parameters of query and body by name; a list where a name was repeated. Secrets are masked.
        json: the JSON body, None when there was none.
        headers: request headers, names in lower case, secrets masked.
        status: status of the answer, None when none was sent.
        fault: kind of the fault that hit the request, see `faults.KINDS`; None for none.
        seconds: time between the request's arrival and the end of the answer.
        at: time of arrival, seconds since the epoch.
        answer: the first 4 kB of the answer, before compression, as text, secrets masked.
        size: length of the whole answer in bytes, before compression.
    """

    number: int
    method: str
    verb: str
    path: str
    params: dict[str, str | list[str]]
    json: Any
    headers: dict[str, str]
    status: int | None
    fault: str | None
    seconds: float
    at: float
    answer: str
    size: int


class RequestLog(Sequence[LoggedRequest]):
    """Snapshot of a log; `clear()` empties the server's."""

    def __init__(self, entries: Sequence[LoggedRequest], clear: Callable[[], None]) -> None:
        self._entries = list(entries)
        self._clear = clear

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LoggedRequest]: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | Sequence[LoggedRequest]:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self._entries)

    def __repr__(self) -> str:
        return f"<RequestLog of {len(self)} requests>"

    def clear(self) -> None:
        """Forget the requests so far, here and in the server."""
        self._clear()
        self._entries.clear()


class Recorder:
    """The server's side: keeps entries, oldest dropped first once they pass the budget."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._entries: deque[tuple[int, LoggedRequest]] = deque()
        self._bytes = 0
        self._number = 0
        names = "|".join(re.escape(name) for name in sorted(backend.secret_names))
        self._in_text = re.compile(
            rf"(['\"]?\b(?:{names})['\"]?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^&,;}}\s]+)", re.IGNORECASE
        )

    def record(
        self,
        request: Request,
        method: str,
        *,
        status: int | None,
        fault: str | None,
        seconds: float,
        at: float,
        answer: bytes,
    ) -> None:
        """Add a request with its answer."""
        self._number += 1
        params = self._params(request)
        body = request.json() if request.content_type == "application/json" else None
        entry = LoggedRequest(
            number=self._number,
            method=method,
            verb=request.method,
            path=self._backend.log_path(request),
            params=params,
            json=self._mask_json(body),
            headers={
                name: MASK if name in self._backend.secret_names or name in ("cookie", "authorization") else value
                for name, value in request.headers.items()
            },
            status=status,
            fault=fault,
            seconds=seconds,
            at=at,
            answer=self._mask_text(answer[:ANSWER_SHOWN].decode("utf-8", "replace")),
            size=len(answer),
        )
        size = 1000 + request.target_length + len(request.body)
        self._entries.append((size, entry))
        self._bytes += size
        while self._bytes > BUDGET:
            self._bytes -= self._entries.popleft()[0]

    def since(self, number: int = 0) -> list[LoggedRequest]:
        """Entries whose number is above `number`, in order."""
        return [entry for _, entry in self._entries if entry.number > number]

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()
        self._bytes = 0

    def _params(self, request: Request) -> dict[str, str | list[str]]:
        params: dict[str, str | list[str]] = {}
        for name, text in (*request.query, *request.form):
            value = MASK if name.lower() in self._backend.secret_names else self._mask_text(text)
            known = params.get(name)
            if known is None:
                params[name] = value
            elif isinstance(known, list):
                known.append(value)
            else:
                params[name] = [known, value]
        return params

    def _mask_text(self, text: str) -> str:
        """Mask secrets inside JSON text or a URI that a parameter carries."""
        if not any(name in text.lower() for name in self._backend.secret_names):
            return text
        return self._in_text.sub(_masked, text)

    def _mask_json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: MASK
                if name.lower() in self._backend.secret_names and isinstance(item, str)
                else self._mask_json(item)
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self._mask_json(item) for item in value]
        return value


def _masked(match: re.Match[str]) -> str:
    quote = match[2][0] if match[2][0] in "\"'" else ""
    return f"{match[1]}{quote}{MASK}{quote}"


def read_entry(data: Mapping[str, Any]) -> LoggedRequest:
    """Make an entry of its JSON form."""
    return LoggedRequest(**data)


def entry_json(entry: LoggedRequest) -> bytes:
    """Write an entry as JSON."""
    return json.dumps({name: getattr(entry, name) for name in LoggedRequest.__slots__}).encode()
