# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Methods about the portal itself: rights, methods, scopes, events, time."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import events, php
from workfront_orm.sandbox.bitrix24.errors import bad, missing_argument
from workfront_orm.sandbox.bitrix24.portal import ADMINISTRATOR, Method, bounded
from workfront_orm.sandbox.bitrix24.values import moment

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Call

OFFLINE_LIMIT = 50


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "profile": Method(profile),
        "method.get": Method(method_get),
        "methods": Method(all_methods),
        "scope": Method(scope),
        "events": Method(all_events),
        "server.time": Method(server_time),
        "app.info": Method(app_info, application_only=True),
        "event.bind": Method(bind, application_only=True),
        "event.unbind": Method(unbind, application_only=True),
        "event.get": Method(get_handlers, application_only=True),
        "event.offline.list": Method(offline_list, application_only=True),
        "event.offline.get": Method(offline_get, application_only=True),
        "event.offline.clear": Method(offline_clear, application_only=True),
    }


def profile(call: Call) -> dict[str, Any]:
    """Serve profile: who the caller is."""
    row = call.portal.store.row("SELECT * FROM user WHERE ID = ?", call.user) or {}
    shown = {name: row.get(name) for name in ("NAME", "LAST_NAME", "PERSONAL_GENDER", "TIME_ZONE")}
    return {"ID": str(call.user), "ADMIN": call.user == ADMINISTRATOR, **shown}


def method_get(call: Call) -> dict[str, bool]:
    """Serve method.get: whether a method exists and the caller may use it."""
    name = call.params.get("name")
    if php.is_empty(name):
        raise missing_argument("name")
    method = call.portal.methods.get(php.text(name).lower())
    available = method is not None and (not method.scope or method.scope in call.caller.scopes)
    return {"isExisting": method is not None, "isAvailable": available}


def all_methods(call: Call) -> list[str]:
    """Serve methods: names of what the caller may use."""
    return sorted(
        name for name, method in call.portal.methods.items() if not method.scope or method.scope in call.caller.scopes
    )


def scope(call: Call) -> list[str]:
    """Serve scope: what the caller may do; `full` lists what there is."""
    if php.truth(call.params.get("full", False)):
        return sorted({method.scope for method in call.portal.methods.values() if method.scope})
    return sorted(call.caller.scopes)


def all_events(call: Call) -> list[str]:  # noqa: ARG001 - every method gets the call
    """Serve events: names that a handler may be bound to."""
    return sorted(events.NAMES)


def server_time(call: Call) -> str:
    """Serve server.time."""
    return moment(call.portal.clock.now())


def app_info(call: Call) -> dict[str, Any]:
    """Serve app.info."""
    return {
        "ID": 1,
        "CODE": call.portal.access.setting("client_id"),
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "user_id": call.user,
        "scope": sorted(call.caller.scopes),
    }


# --- events ------------------------------------------------------------------------------


def bind(call: Call) -> bool:
    """Serve event.bind: an address on this machine for online events, none for offline ones."""
    name = _event(call)
    offline = php.text(call.params.get("event_type")).lower() == "offline"
    handler = php.text(call.params.get("handler"))
    if not offline and not handler:
        raise missing_argument("handler")
    if not offline and not events.is_local(handler):
        raise bad(
            "ERROR_ARGUMENT", "The sandbox delivers events to this machine by http only, e.g. http://127.0.0.1:8000/"
        )
    known = call.portal.store.value(
        "SELECT 1 FROM handler WHERE EVENT = ? AND HANDLER = ? AND OFFLINE = ?", *(name, handler, int(offline))
    )
    if known:
        raise bad("ERROR_EVENT_BINDING_EXISTS", "Handler already binded")
    auth_type = bounded(call.params.get("auth_type"))
    call.portal.store.insert(
        "handler", {"EVENT": name, "HANDLER": handler, "AUTH_TYPE": auth_type, "OFFLINE": int(offline)}
    )
    return True


def unbind(call: Call) -> dict[str, int]:
    """Serve event.unbind: answers how many bindings went."""
    name = _event(call)
    offline = int(php.text(call.params.get("event_type")).lower() == "offline")
    condition, parameters = "EVENT = ? AND OFFLINE = ?", [name, offline]
    if call.params.get("handler"):
        condition += " AND HANDLER = ?"
        parameters.append(php.text(call.params["handler"]))
    return {"count": call.portal.store.execute(f"DELETE FROM handler WHERE {condition}", *parameters).rowcount}


def get_handlers(call: Call) -> list[dict[str, Any]]:
    """Serve event.get: the bindings of the application."""
    return [
        {
            "event": row["EVENT"],
            "handler": row["HANDLER"],
            "auth_type": str(row["AUTH_TYPE"]),
            "offline": row["OFFLINE"],
        }
        for row in call.portal.store.rows("SELECT * FROM handler ORDER BY ID")
    ]


def offline_list(call: Call) -> list[dict[str, Any]]:
    """Serve event.offline.list: the queue as it is."""
    return [_queued(row) for row in _queue(call)]


def offline_get(call: Call) -> dict[str, Any]:
    """Serve event.offline.get: hands the oldest records out, once; with `clear: 0` they wait to be confirmed."""
    clear = php.truth(call.params.get("clear", 1))
    process = php.text(call.params.get("process_id")) or None
    limit = bounded(call.params.get("limit")) or OFFLINE_LIMIT
    store = call.portal.store
    if process is None:
        process = secrets.token_hex(16)
        found = [row for row in _queue(call) if row["PROCESS_ID"] is None][:limit]
    else:
        found = [row for row in _queue(call) if row["PROCESS_ID"] == process][:limit]
    for row in found:
        if clear:
            store.execute("DELETE FROM offline WHERE ID = ?", row["ID"])
        else:
            store.update("offline", "ID", row["ID"], {"PROCESS_ID": process, "OBJECT": f"{row['OBJECT']} {process}"})
    return {"process_id": None if clear else process, "events": [_queued(row) for row in found]}


def offline_clear(call: Call) -> bool:
    """Serve event.offline.clear: confirms what a process was handed, all of it or by ids."""
    process = php.text(call.params.get("process_id"))
    if not process:
        raise missing_argument("process_id")
    ids = [php.integer(entry) for entry in php.as_list(call.params.get("id"))]
    messages = [php.text(entry) for entry in php.as_list(call.params.get("message_id"))]
    for row in call.portal.store.rows("SELECT * FROM offline WHERE PROCESS_ID = ?", process):
        if (not ids and not messages) or row["ID"] in ids or row["MESSAGE_ID"] in messages:
            call.portal.store.execute("DELETE FROM offline WHERE ID = ?", row["ID"])
    return True


def _queue(call: Call) -> list[dict[str, Any]]:
    """Return the queue in order, narrowed by the call's filter: plain equality on the columns."""
    wanted = {str(name).upper().lstrip("="): value for name, value in php.as_map(call.params.get("filter")).items()}
    return [
        row
        for row in call.portal.store.rows("SELECT * FROM offline ORDER BY ID")
        if all(
            str(row.get(name)) in {php.text(entry) for entry in php.as_list(value)} for name, value in wanted.items()
        )
    ]


def _queued(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "ID": str(row["ID"]),
        "TIMESTAMP_X": row["TIMESTAMP_X"],
        "EVENT_NAME": row["EVENT_NAME"],
        "EVENT_DATA": json.loads(row["EVENT_DATA"]),
        "EVENT_ADDITIONAL": {"user_id": str(ADMINISTRATOR)},
        "MESSAGE_ID": row["MESSAGE_ID"],
    }


def _event(call: Call) -> str:
    name = php.text(call.params.get("event")).upper()
    if not name:
        raise missing_argument("event")
    if not events.is_known(name):
        raise bad("ERROR_EVENT_NOT_FOUND", "Event not found")
    return name
