"""How figures are told."""

from __future__ import annotations

import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_started = time.monotonic()


def say(text: str) -> None:
    """Print a line with the time that has passed."""
    print(f"{time.monotonic() - _started:6.1f} s  {text}", flush=True)
