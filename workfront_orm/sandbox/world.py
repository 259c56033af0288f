"""What the data of a small system has in common: documents, a clock, and identifiers that a seed decides."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from workfront_orm.sandbox.documents import Documents

if TYPE_CHECKING:
    from datetime import datetime

    from workfront_orm.sandbox.backend import Settings


class World:
    """The data of one sandbox.

    Args:
        settings: what the sandbox was started with.

    Attributes:
        documents: all tables.
        url: the base address of the server.
    """

    def __init__(self, settings: Settings) -> None:
        self.documents = Documents(settings.path)
        self.url = settings.url
        self._clock = settings.clock
        self._random: random.Random = random.SystemRandom()
        self._moment: datetime | None = None

    def plan(self, seed: int) -> None:
        """Draw identifiers from a seed from now on: for the data to start with."""
        self._random = random.Random(seed)  # noqa: S311 - reproducible demo data

    def at(self, moment: datetime) -> None:
        """Show this time until `live`: for the data to start with."""
        self._moment = moment

    def live(self) -> None:
        """Draw identifiers and time as a server does."""
        self._random = random.SystemRandom()
        self._moment = None

    def now(self) -> datetime:
        """Time of the server."""
        return self._moment or self._clock.now()
