"""`workfront-orm sandbox`: a local server for other programs and languages."""

from __future__ import annotations

import importlib.util

import click

__all__ = ["require_server", "sandbox"]


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    short_help="Run a local server for other programs.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> int:
    """Run a local server until it is interrupted; prints one JSON line when it is ready.

    Args:
        arguments: The options of `python -m workfront_orm.sandbox`, which this is.
    """
    from workfront_orm.sandbox.__main__ import main

    if not {"-h", "--help"}.intersection(arguments):
        require_server()
    try:
        return main(arguments)
    except KeyboardInterrupt:
        return 0


def require_server() -> None:
    """Raise ModuleNotFoundError where the server's libraries are missing, before a process of its own fails of it."""
    for name in ("starlette", "uvicorn", "httptools", "python_multipart"):
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
