"""The command line, `workfront-orm`: one module a command, and what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

# Which extra of the package brings a library that only some commands need.
_EXTRAS = {
    "click": "cli",
    "rich": "cli",
    "httptools": "sandbox",
    "python_multipart": "sandbox",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Those of the command line, without the program; None for the process's own.

    Returns:
        The exit status: 0 when it worked, 1 when it failed, 2 when the command line is wrong or a library is missing.
        A failure is one line on stderr, never a traceback.
    """
    try:
        from .commands import run

        return run(sys.argv[1:] if arguments is None else list(arguments))
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        sys.stderr.write(
            f"workfront-orm needs the library {error.name!r} for this: pip install 'workfront_orm[{extra}]'\n"
        )
        return 2
