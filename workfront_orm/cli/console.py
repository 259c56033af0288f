r"""Where commands print: a terminal, or a file or pipe that takes whole tables.

What is printed comes from servers, files and people, so it may hold characters that move the cursor, set the title, or
turn the direction of writing. They are shown as `\x1b`, never sent.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

__all__ = ["echo", "json_text", "make_console", "visible"]

WIDTH = 120
"""Characters a line where the output is no terminal and `COLUMNS` is not set."""

# Control characters but for line ends and tabs; what turns the direction of text; separators of lines.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""A text whose control characters can be seen: `\x1b` for an escape."""
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def json_text(value: Any, **options: Any) -> str:
    """A value as JSON to print, in its own letters; control characters are escaped, as JSON can."""
    text = json.dumps(value, ensure_ascii=False, **options)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo(text: str, *, err: bool = False) -> None:
    """Print a line.

    Args:
        text: The line.
        err: Whether it goes to standard error.
    """
    import click

    click.echo(visible(text), err=err)


def make_console() -> Console:
    """A console on standard output, as wide as the terminal, to which texts are texts: no markup, no control characters."""
    from rich.console import Console
    from rich.segment import Segment

    class Visible(Console):
        """Shows control characters of what it is given; its own colours are no text."""

        def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
            for text, style, control in super().render(renderable, options):
                yield Segment(text if control else visible(text), style, control)

    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Visible(width=None if known else WIDTH, highlight=False, emoji=False, markup=False)
