"""What a BlizWork holds: tables, time, identifiers."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workfront_orm.sandbox import world
from workfront_orm.sandbox.blizwork.errors import BusinessError

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document, Table

ENVIRONMENTS = ("production", "draft")
COMPANY = "5fe4a1f0f5d18203afbd6af2"

_TOKEN_LENGTH = 34


class World(world.World):
    """The data of one sandbox.

    Args:
        settings: what the sandbox was started with.
    """

    @property
    def users(self) -> Table:
        """Users by e-mail address."""
        return self.documents["users"]

    @property
    def processes(self) -> Table:
        """Definitions of processes by slug."""
        return self.documents["processes"]

    @property
    def tables(self) -> Table:
        """Columns of master-data tables by name."""
        return self.documents["tables"]

    def cases(self, environment: str, process: str) -> Table:
        """Cases of a process by number."""
        return self.documents[f"cases/{environment}/{process}"]

    def records(self, environment: str, table: str) -> Table:
        """Records of a master-data table by a number of their own."""
        return self.documents[f"records/{environment}/{table}"]

    def process(self, slug: object) -> Document:
        """Return the definition of a process.

        Raises:
            BusinessError: there is none.
        """
        found = self.processes.get(slug) if isinstance(slug, str) else None
        if found is None:
            raise BusinessError(f"Process '{slug}' does not exist")
        return found

    def new_id(self) -> str:
        """Return an identifier of 24 hexadecimal digits."""
        return self._random.randbytes(12).hex()

    def new_token(self) -> str:
        """Return an API token."""
        return "".join(random.SystemRandom().choices(string.ascii_letters + string.digits, k=_TOKEN_LENGTH))


def timestamp(moment: datetime) -> str:
    """Write a date as ISO 8601 with milliseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
