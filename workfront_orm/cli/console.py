"""Where commands print: a terminal, or a file or pipe that takes whole tables."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["make_console"]

WIDTH = 120
"""Characters a line where the output is no terminal and `COLUMNS` is not set."""


def make_console() -> Console:
    """A console on standard output, as wide as the terminal."""
    from rich.console import Console

    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDTH, highlight=False, emoji=False)
