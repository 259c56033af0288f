"""What a Flowdock holds: tables, time, identifiers."""

from __future__ import annotations

import base64
import random
import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workfront_orm.sandbox import world
from workfront_orm.sandbox.flowdock.errors import denied, missing

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document, Table

ANONYMOUS = "0"
"""Author of messages that no user wrote."""


class World(world.World):
    """The data of one sandbox.

    Args:
        settings: what the sandbox was started with.
    """

    # --- tables ----------------------------------------------------------------------

    @property
    def users(self) -> Table:
        """Users by id."""
        return self.documents["users"]

    @property
    def organizations(self) -> Table:
        """Organizations by slug."""
        return self.documents["organizations"]

    @property
    def flows(self) -> Table:
        """Flows by id."""
        return self.documents["flows"]

    @property
    def sources(self) -> Table:
        """Sources by id; those that were deleted stay, since their tokens are answered differently from unknown ones."""
        return self.documents["sources"]

    @property
    def invitations(self) -> Table:
        """Invitations by id."""
        return self.documents["invitations"]

    @property
    def files(self) -> Table:
        """Contents of files by path."""
        return self.documents["files"]

    def messages(self, conversation: Conversation) -> Table:
        """Messages of a conversation by id."""
        return self.documents[f"messages/{conversation.key}"]

    def threads(self, conversation: Conversation) -> Table:
        """Threads of a conversation by id."""
        return self.documents[f"threads/{conversation.key}"]

    # --- time and identifiers -----------------------------------------------------------

    def new_id(self) -> str:
        """Return an opaque id as threads have, 27 characters."""
        return base64.urlsafe_b64encode(self._random.randbytes(20)).decode().rstrip("=")

    def new_uuid(self) -> str:
        """Return an id as flows have."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_secret(self) -> str:
        """Return a token, 32 hexadecimal digits."""
        return random.SystemRandom().randbytes(16).hex()

    # --- who and where ------------------------------------------------------------------

    def user(self, number: int | str) -> Document:
        """Return a user.

        Raises:
            FlowdockError: there is none.
        """
        found = self.users.get(str(number))
        if found is None:
            raise missing()
        return found

    def flow_at(self, organization: str, slug: str) -> Document:
        """Return the flow of a path.

        Raises:
            FlowdockError: there is none.
        """
        for flow in self.flows:
            if flow["organization"] == organization and flow["parameterized_name"] == slug:
                return flow
        raise missing()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A flow, or what two users say to each other.

    Attributes:
        key: names its tables.
        flow: id of the flow, None in private.
        to: in private, id of the other user as seen by the caller.
    """

    key: str
    flow: str | None = None
    to: int | None = None

    @classmethod
    def of_flow(cls, flow: Document) -> Conversation:
        """Return the conversation of a flow."""
        return cls(f"flow:{flow['id']}", flow=flow["id"])

    @classmethod
    def of_users(cls, one: int, other: int) -> Conversation:
        """Return the conversation of two users, as `one` sees it."""
        return cls(f"private:{min(one, other)}-{max(one, other)}", to=other)


def require_member(flow: Document, user: int) -> None:
    """Refuse a user who has not joined a flow or is blocked in it.

    Raises:
        FlowdockError: he may not.
    """
    membership = flow["members"].get(str(user))
    if membership is None or membership["disabled"]:
        raise denied()


def timestamp(moment: datetime) -> str:
    """Write a date as Flowdock does: ISO 8601 with milliseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def milliseconds(moment: datetime) -> int:
    """Write a date as milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


def read_moment(text: str) -> datetime | None:
    """Read a date in ISO 8601, None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def slug(name: str) -> str:
    """Return the part of a URL that a name becomes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "flow"
