"""The scenarios of `make soak`, in short."""

import sys
from pathlib import Path

# The package `soak` stands beside ours, for `python -m soak`; pytest looks only below tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
