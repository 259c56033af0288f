"""Sandbox of Adobe Workfront: the core REST API as `docs/sandbox.md` describes it, driven by the shipped metadata files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Backend, Settings


def create(settings: Settings) -> Backend:
    """Make the backend, in the server process."""
    from workfront_orm.sandbox.workfront.app import Workfront

    return Workfront(settings)


def session(info: Mapping[str, Any], **options: Any) -> Any:
    """Return a `workfront_orm.Session` for a server, as its administrator unless the options carry other credentials."""
    from workfront_orm.session import Session

    options.setdefault("api_key", info["api_key"])
    return Session("sandbox", protocol="http", url_template=info["url_template"], **options)
