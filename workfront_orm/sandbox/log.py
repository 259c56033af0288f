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

    from workfront_orm.sandbox.backend import Backend, Request, Response

BUDGET = 64 * 1024 * 1024
ANSWER_SHOWN = 4096
SHORTEST = 4  # shorter texts are no secrets, and masking them would eat the log


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
    """The server's side: keeps entries, oldest dropped first once they pass the budget.

    Secrets are what parameters, headers, cookies and JSON members of the names that the backend gives hold. They are
    masked wherever they stand in the entry, the answer included.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._entries: deque[tuple[int, LoggedRequest]] = deque()
        self._bytes = 0
        self._number = 0
        self._names = frozenset({*backend.secret_names, "authorization", "cookie"})
        names = "|".join(re.escape(name) for name in sorted(self._names))
        # As JSON (strict or lenient, also escaped within a JSON string), or as a parameter of a URI.
        self._in_text = re.compile(
            rf"""\b(?:{names})\\*['"]?\s*[:=]\s*(?:\\*"(?P<double>[^"\\]+)|\\*'(?P<single>[^'\\]+)|(?P<bare>[^&,;}}\s"'\\]+))""",
            re.IGNORECASE,
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
        answer: Response,
    ) -> None:
        """Add a request with its answer."""
        self._number += 1
        shown = MASK if answer.secret else answer.body[:ANSWER_SHOWN].decode("utf-8", "replace")
        body = request.json() if request.content_type == "application/json" else None
        mask = self._masker(request, body, shown)
        entry = LoggedRequest(
            number=self._number,
            method=method,
            verb=request.method,
            path=mask(self._backend.log_path(request)),
            params=_params(request, mask),
            json=_mask_json(body, mask),
            headers={name: mask(value) for name, value in request.headers.items()},
            status=status,
            fault=fault,
            seconds=seconds,
            at=at,
            answer="" if status is None else mask(shown),
            size=0 if status is None else len(answer.body),
        )
        size = 2000 + request.target_length + len(request.body) + len(shown)
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

    def _masker(self, request: Request, body: Any, answer: str) -> Callable[[str], str]:
        """What replaces every secret of a request in a text."""
        secrets = {value for name, value in (*request.query, *request.form) if name.lower() in self._names}
        secrets |= {value for name, value in request.headers.items() if name in self._names}
        secrets |= set(request.cookies.values())
        secrets |= {part for value in tuple(secrets) for part in value.split()}
        _collect(body, self._names, secrets)
        for text in (*(value for _, value in (*request.query, *request.form)), answer):
            secrets |= {match[match.lastgroup or 0] for match in self._in_text.finditer(text)}
        found = sorted((secret for secret in secrets if len(secret) >= SHORTEST), key=len, reverse=True)

        def mask(text: str) -> str:
            for secret in found:
                if secret in text:
                    text = text.replace(secret, MASK)
            return text

        return mask


def _params(request: Request, mask: Callable[[str], str]) -> dict[str, str | list[str]]:
    params: dict[str, str | list[str]] = {}
    for name, text in (*request.query, *request.form):
        value = mask(text)
        known = params.get(name)
        if known is None:
            params[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            params[name] = [known, value]
    return params


def _collect(value: Any, names: frozenset[str], secrets: set[str]) -> None:
    """Add the secrets that JSON members hold."""
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and name.lower() in names:
                secrets.add(item)
            else:
                _collect(item, names, secrets)
    elif isinstance(value, list):
        for item in value:
            _collect(item, names, secrets)


def _mask_json(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _mask_json(item, mask) for name, item in value.items()}
    return [_mask_json(item, mask) for item in value] if isinstance(value, list) else value


def read_entry(data: Mapping[str, Any]) -> LoggedRequest:
    """Make an entry of its JSON form."""
    return LoggedRequest(**data)


def entry_json(entry: LoggedRequest) -> bytes:
    """Write an entry as JSON."""
    return json.dumps({name: getattr(entry, name) for name in LoggedRequest.__slots__}).encode()
