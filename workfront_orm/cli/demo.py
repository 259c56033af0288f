"""`workfront-orm demo`: the main job, start to end, against a sandbox."""

from __future__ import annotations

import click

__all__ = ["demo"]


@click.command(short_help="Work with a local server, step by step.")
def demo() -> None:
    """Start a sandbox and work with it: what is sent and what comes back.

    Runs in seconds, on this machine alone; needs no Workfront and leaves nothing behind.
    """
    from workfront_orm.demo import run

    from .console import make_console
    from .sandbox import require_server

    require_server()
    run(make_console())
