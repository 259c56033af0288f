"""Extensions: web hooks that are called when an activity was executed, and the handshake that proves such a call.

A handshake is recorded before the call and good for one validation. Calls go out in a thread of their own, once, and to this machine
only: a sandbox reaches no other host, and the receiver asks us while it answers.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import queue
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from workfront_orm.sandbox.blizwork.world import World
    from workfront_orm.sandbox.documents import Document

TIMEOUT = 5


class Extensions:
    """The extensions of all processes.

    Args:
        world: the data.
        url: address that is called, None for no extension.

    Raises:
        ValueError: the address is not on this machine.
    """

    def __init__(self, world: World, url: str | None) -> None:
        if url is not None and not is_local(url):
            raise ValueError(f"webhook must be an http address on this machine, not {url!r}")
        self._world = world
        self._url = url
        self._calls: queue.SimpleQueue[tuple[str, bytes] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, case: Document) -> None:
        """Call the extension for a case."""
        if self._url is None:
            return
        handshake = self._world.new_id()
        self._world.documents["handshakes"].add(handshake, {"endpoint": self._url})
        call = {
            "environment": case["environment"],
            "processId": case["processSlug"],
            "processVersion": case["processVersion"],
            "caseNumber": case["caseNumber"],
            "handshakeToken": handshake,
            "fields": case["fields"],
        }
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="blizwork extensions", daemon=True)
            self._thread.start()
        self._calls.put((self._url, json.dumps(call).encode()))

    def validate(self, handshake: object, endpoint: str | None) -> bool:
        """Say whether a handshake belongs to a call that was made, to that address where one is given; once only."""
        found = self._world.documents["handshakes"].get(handshake) if isinstance(handshake, str) else None
        if found is None or (endpoint is not None and endpoint != found["endpoint"]):
            return False
        self._world.documents["handshakes"].remove(str(handshake))
        return True

    def close(self) -> None:
        """End the thread that calls."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread.join(TIMEOUT + 1)
            self._thread = None

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            if call is None:
                return
            post(*call)


def is_local(url: str) -> bool:
    """Say whether an address is on this machine, by http."""
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def post(url: str, body: bytes) -> bool:
    """Make one call; there is no second try. False when nobody took it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", target, body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
