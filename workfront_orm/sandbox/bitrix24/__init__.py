"""The sandbox of Bitrix24: a portal on loopback that speaks its REST protocol.

    with Sandbox(service="bitrix24", data="demo") as sandbox:
        requests.post(sandbox.webhook_url + "crm.contact.list", json={})

`docs/bitrix24.md` says what is served, what is simplified and what is not served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Backend, Settings


def create(settings: Settings) -> Backend:
    """Make the portal; runs in the server's process.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """
    from workfront_orm.sandbox.bitrix24.backend import BitrixBackend

    return BitrixBackend(settings)


def session(info: Mapping[str, Any], **options: Any) -> Any:
    """Return a session for a running portal, on its main web hook unless the options say otherwise.

    Args:
        info: the server's JSON line.
        **options: arguments of `workfront_orm.services.bitrix24.Session`.
    """
    from importlib import import_module

    service = import_module("workfront_orm.services.bitrix24")
    if not {"webhook_url", "access_token"} & set(options):
        options["webhook_url"] = info["webhook_url"]
    return service.Session(**options)
