"""Events: what happened to records, told to handlers by a form POST or kept in a queue for those who ask.

Only ids are told. Delivery is tried once, in a thread of its own, and goes to handlers on this machine only: a sandbox reaches no
other host.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import queue
import secrets
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from workfront_orm.sandbox.bitrix24.access import ACCESS_SECONDS
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Portal

TIMEOUT = 5
KINDS = ("ADD", "UPDATE", "DELETE")

_SUBJECTS = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "ACTIVITY", "REQUISITE", "DYNAMICITEM")
NAMES = frozenset(
    {
        *(f"ONCRM{subject}{kind}" for subject in _SUBJECTS for kind in KINDS),
        *(f"ONTASK{kind}" for kind in KINDS),
        "ONCRMADDRESSREGISTER",
        "ONCRMADDRESSUNREGISTER",
        "ONOFFLINEEVENT",
        "ONAPPINSTALL",
    }
)
"""Events that a handler may be bound to, beside those of one smart process (`ONCRMDYNAMICITEMADD_128`)."""


class Events:
    """The events of a portal.

    Args:
        portal: the portal.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._pending: list[tuple[str, dict[str, Any]]] = []
        self._deliveries: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def record(self, entity: Entity, kind: str, number: int) -> None:
        """Note that a record was made, changed or deleted; it is told when the call has succeeded."""
        fields: dict[str, Any] = {"ID": number}
        if entity.is_dynamic:
            fields["ENTITY_TYPE_ID"] = entity.type_id
            names = [f"ONCRMDYNAMICITEM{kind}", f"ONCRMDYNAMICITEM{kind}_{entity.type_id}"]
        elif entity.key == "task":
            names = [f"ONTASK{kind}"]
        else:
            names = [f"ONCRM{entity.key.upper()}{kind}"]
        self._pending += [(name, fields) for name in names if is_known(name)]

    def record_named(self, name: str, fields: dict[str, Any]) -> None:
        """Note an event that has a name of its own."""
        self._pending.append((name, fields))

    def flush(self, user: int) -> None:
        """Tell what was noted: fill the queue, send to the handlers.

        Args:
            user: who caused it.
        """
        pending, self._pending = self._pending, []
        if not pending:
            return
        handlers = self._portal.store.rows("SELECT * FROM handler ORDER BY ID")
        for name, fields in pending:
            for handler in handlers:
                if handler["EVENT"] != name:
                    continue
                if handler["OFFLINE"]:
                    self._keep(name, fields)
                else:
                    self._deliver(handler, name, fields, user)

    def drop(self) -> None:
        """Forget what was noted: the call has failed."""
        self._pending.clear()

    def close(self) -> None:
        """End the thread that delivers."""
        if self._thread is not None:
            self._deliveries.put(None)
            self._thread.join(TIMEOUT + 1)
            self._thread = None

    def _keep(self, name: str, fields: dict[str, Any]) -> None:
        """Keep one record per object and event: a newer one replaces the older."""
        key = json.dumps(fields, sort_keys=True)
        store = self._portal.store
        store.execute("DELETE FROM offline WHERE EVENT_NAME = ? AND OBJECT = ? AND PROCESS_ID IS NULL", name, key)
        store.execute(
            "INSERT OR REPLACE INTO offline (TIMESTAMP_X, EVENT_NAME, OBJECT, EVENT_DATA, MESSAGE_ID) VALUES (?, ?, ?, ?, ?)",
            *(moment(self._portal.clock.now()), name, key, json.dumps({"FIELDS": fields}), secrets.token_hex(16)),
        )

    def _deliver(self, handler: dict[str, Any], name: str, fields: dict[str, Any], user: int) -> None:
        access = self._portal.access
        root = f"http://{self._portal.domain}"
        body = [
            ("event", name),
            ("event_handler_id", str(handler["ID"])),
            *((f"data[FIELDS][{key}]", str(value)) for key, value in fields.items()),
            ("ts", str(int(self._portal.clock.now().timestamp()))),
            ("auth[access_token]", access.give(user)),
            ("auth[expires_in]", str(ACCESS_SECONDS)),
            ("auth[scope]", "crm"),
            ("auth[status]", "L"),
            ("auth[user_id]", str(user)),
            ("auth[domain]", self._portal.domain),
            ("auth[client_endpoint]", f"{root}/rest/"),
            ("auth[server_endpoint]", f"{root}/oauth/rest/"),
            ("auth[member_id]", access.setting("member_id")),
            ("auth[application_token]", access.setting("application_token")),
        ]
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="bitrix24 events", daemon=True)
            self._thread.start()
        self._deliveries.put((handler["HANDLER"], urlencode(body)))

    def _work(self) -> None:
        while True:
            delivery = self._deliveries.get()
            if delivery is None:
                return
            post(*delivery)


def is_known(name: str) -> bool:
    """Say whether there is an event of that name."""
    plain, underscore, number = name.partition("_")
    if underscore:
        return number.isdigit() and plain.startswith("ONCRMDYNAMICITEM") and plain in NAMES
    return name in NAMES


def is_local(url: str) -> bool:
    """Say whether an address is on this machine, by http."""
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def post(url: str, body: str) -> bool:
    """Send one event; there is no second try. False when nobody took it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        target = parts.path or "/"
        connection.request(
            "POST",
            f"{target}?{parts.query}" if parts.query else target,
            body,
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
