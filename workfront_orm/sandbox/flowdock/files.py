"""Files: kept with the message that brought them, read through a short-lived address of the storage."""

from __future__ import annotations

import base64
import struct
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workfront_orm.sandbox.flowdock.errors import BLANK, INVALID, FlowdockError, invalid, missing
from workfront_orm.sandbox.flowdock.world import milliseconds

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.world import Conversation, World

LIFETIME = timedelta(seconds=60)
"""How long an address of the storage can be read."""

_PNG = b"\x89PNG\r\n\x1a\n"


class Files:
    """The files of all conversations.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, conversation: Conversation, name: str, content_type: str, content: bytes) -> Document:
        """Keep a file and return it as an attachment."""
        name = name.rpartition("/")[2] or "file"
        folder = ""
        if conversation.to is not None:
            folder = "/private/" + conversation.key.removeprefix("private:").replace("-", "/")
        path = f"{folder}/files/{self._world.new_id()}/{name}"
        attachment: Document = {
            "path": path,
            "file_name": name,
            "file_size": len(content),
            "content_type": content_type,
        }
        size = _png_size(content)
        if size is not None:
            attachment["image"] = {"width": size[0], "height": size[1]}
        kept = {"content": base64.b64encode(content).decode(), "content_type": content_type, "key": conversation.key}
        self._world.files.add(path, kept)
        return attachment

    def from_json(self, conversation: Conversation, content: Any) -> Document:
        """Keep a file that came as base64 in JSON.

        Raises:
            FlowdockError: it did not.
        """
        if not isinstance(content, dict) or not content.get("data"):
            raise invalid(content=BLANK)
        name = content.get("file_name")
        if not isinstance(name, str) or not name:
            raise invalid(content__file_name=BLANK)
        try:
            data = base64.b64decode(str(content["data"]), validate=True)
        except ValueError:
            raise invalid(content__data=INVALID) from None
        return self.keep(conversation, name, str(content.get("content_type") or "application/octet-stream"), data)

    def find(self, path: str) -> Document:
        """Return a file by its path.

        Raises:
            FlowdockError: there is none.
        """
        found = self._world.files.get(path)
        if found is None:
            raise missing()
        return found

    def drop(self, attachments: list[Document]) -> None:
        """Forget the files of a message."""
        for attachment in attachments:
            self._world.files.remove(attachment["path"])

    def address(self, path: str) -> str:
        """Return an address of the storage at which a file can be read for a minute, without credentials."""
        key = self._world.new_id()
        expires = milliseconds(self._world.now() + LIFETIME)
        self._world.documents["storage"].add(key, {"path": path, "expires": expires})
        return f"{self._world.url}/storage/{key}/{quote(path.rpartition('/')[2])}"

    def stored(self, key: str) -> tuple[bytes, str]:
        """Return content and media type of a file at an address of the storage.

        Raises:
            FlowdockError: the address is not known or no longer valid.
        """
        entry = self._world.documents["storage"].get(key)
        if entry is None:
            raise missing()
        if milliseconds(self._world.now()) > entry["expires"]:
            raise FlowdockError(HTTPStatus.FORBIDDEN, "Request has expired")
        found = self.find(entry["path"])
        return base64.b64decode(found["content"]), found["content_type"]


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG picture, None for anything else."""
    header = 24
    if not content.startswith(_PNG) or len(content) < header:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return int(width), int(height)
