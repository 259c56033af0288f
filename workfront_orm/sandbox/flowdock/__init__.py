"""The sandbox of Flowdock: organizations, flows, conversations and the event stream, on loopback.

    with Sandbox(service="flowdock", data="demo") as sandbox:
        requests.get(f"{sandbox.url}/flows", auth=(sandbox.token, ""))

The JSON line has `stream_url`, `token` (of user 2, an administrator), `other_token` (of user 42), `oauth_token` (all scopes),
`flow_token` (of a source), `org`, `flow`. Where the documentation and the published client differ, the client's expectation is
served. The service itself was shut down.
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
    from workfront_orm.sandbox.flowdock.backend import FlowdockBackend

    return FlowdockBackend(settings)


def session(info: Mapping[str, Any], **options: Any) -> Any:
    """Return a session for a running server, with the personal token of its administrator unless the options say otherwise.

    Args:
        info: the server's JSON line.
        **options: arguments of `workfront_orm.services.flowdock.Session`.
    """
    from importlib import import_module

    service = import_module("workfront_orm.services.flowdock")
    if not {"api_token", "username", "flow_token", "access_token"} & set(options):
        options["api_token"] = info["token"]
    options.setdefault("url", info["url"])
    options.setdefault("stream_url", info["stream_url"])
    return service.Session(**options)
