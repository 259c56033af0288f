"""The sandbox of BlizWork: processes, cases, master data, attachments and extensions, on loopback.

    with Sandbox(service="blizwork", data="demo") as sandbox:
        body = {"userId": sandbox.user_id, "environment": "production", "table": sandbox.table, "filter": {}}
        requests.post(f"{sandbox.url}/master-data/{sandbox.token}/", json=body)

The JSON line has `token`, `user_id`, `company_id`, `process` (whose list of production cases begins with an open one), `table` (with
rows), `guest_user_id` (not entitled to anything). Options: `webhook=http://127.0.0.1:PORT/...` is called as an extension of every
process; `delete_all=true` lets an empty filter delete all rows of a table.

What is inferred where neither documentation nor client tells: users and company of a case stand under `users` and `company`; the
default environment of `init` and `exec` is production; unknown fields and columns are refused; an attachment is read without
credentials; `init` runs no extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Backend, Settings


def create(settings: Settings) -> Backend:
    """Make the backend; runs in the server's process.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """
    from workfront_orm.sandbox.blizwork.backend import BlizworkBackend

    return BlizworkBackend(settings)


def session(info: Mapping[str, Any], **options: Any) -> Any:
    """Return a session for a running server, in production unless the options say otherwise.

    Args:
        info: the server's JSON line.
        **options: arguments of `workfront_orm.services.blizwork.Session`.
    """
    from importlib import import_module

    service = import_module("workfront_orm.services.blizwork")
    defaults = {
        "token": info["token"],
        "user_id": info["user_id"],
        "company_id": info["company_id"],
        "url": info["url"],
    }
    return service.Session(**{**defaults, "environment": "production", **options})
