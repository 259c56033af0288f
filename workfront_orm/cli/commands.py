"""The commands and what they have in common: how a failure is told, and how a warning is."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

import click

import workfront_orm

from .check import check
from .console import echo
from .demo import demo
from .describe import describe
from .diff import diff
from .reflect import reflect
from .sandbox import sandbox
from .search import search
from .stubs import stubs

__all__ = ["run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(workfront_orm.__version__, message="workfront-orm %(version)s")
def group() -> None:
    """Workfront objects from the shell: look at the metadata, search, run a local server."""


for command in (demo, sandbox, describe, diff, check, reflect, stubs, search):
    group.add_command(command)


def run(arguments: list[str]) -> int:
    """Run one command and return the exit status.

    Args:
        arguments: Those of the command line, without the program.
    """
    # catch_warnings() puts back how warnings are shown.
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            status = group.main(arguments, prog_name="workfront-orm", standalone_mode=False)
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            echo("workfront-orm: interrupted", err=True)
            return 130
        except BrokenPipeError:
            # The reader, such as head, has seen enough. Python would complain again when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except _expected() as error:
            echo(f"workfront-orm: {_one_line(error)}", err=True)
            return 1
    return status if isinstance(status, int) else 0


def _expected() -> tuple[type[Exception], ...]:
    """The errors that tell what is wrong with the input, the server or the way to it; others are bugs and show where."""
    from workfront_orm.core.errors import APIError
    from workfront_orm.core.metadata import MetadataError
    from workfront_orm.sandbox import SandboxError

    return APIError, MetadataError, SandboxError, ValueError, OSError


def _one_line(error: Exception) -> str:
    from workfront_orm.core.errors import APIError

    text = str(error)
    if isinstance(error, APIError):
        status = "" if error.code is None else f" (status {error.code})"
        operation = f"{error.operation}: " if error.operation else ""
        text = f"{operation}{error.message}{status}{f'; {error.remedy}' if error.remedy else ''}"
    return " ".join(text.split()) or type(error).__name__


def _show_warning(message: Warning | str, category: type[Warning], *_place: Any, **_line: Any) -> None:  # noqa: ARG001
    echo(f"workfront-orm: warning: {' '.join(str(message).split())}", err=True)
