"""Files: the API answers an address of the storage, good for a short time, which is read without credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from workfront_orm.core.addresses import file_address
from workfront_orm.core.exchange import Request

from .errors import InvalidResponseError, error_for
from .values import Attachment
from .wire import Call, read_answer

if TYPE_CHECKING:
    from .session import Session

__all__ = ["download"]

_FOUND = 302


def download(session: Session, file: Attachment | str, to: str | Path | None) -> bytes | int:
    """See `Session.download`."""
    path = file.path if isinstance(file, Attachment) else str(file)
    if "://" in path or not path.strip("/"):
        raise ValueError(f"download: takes an attachment or its path below the API, not {path!r}")
    path = f"/{path.lstrip('/')}"
    label = f"download {path.rpartition('/')[2]}"
    call = Call(operation=label, path=path, decode=lambda address: address)
    address = session._retrying.call(call, lambda _seconds: _storage(session, call))
    bare = Request(operation=label, path=urlsplit(address).path)
    if to is None:
        return session._retrying.call(bare, lambda _seconds: _stored(session, bare, address))
    return session._retrying.call(bare, lambda _seconds: _written(session, bare, address, Path(to)))


def _storage(session: Session, call: Call) -> str:
    response = session.send(call)
    if response.status != _FOUND:
        read_answer(response)
        raise InvalidResponseError(
            f"{response.status} where a redirect to the storage was expected",
            response.status,
            operation=call.operation,
        )
    try:
        return file_address(urljoin(f"{session.url}/", response.headers.get("Location", "")), session.url)
    except ValueError as error:
        raise InvalidResponseError(
            f"the address of the storage is not asked: {error}", response.status, operation=call.operation
        ) from None


def _stored(session: Session, request: Request, address: str) -> bytes:
    response = session._transport.send(request, address, {})
    if response.status != 200:  # noqa: PLR2004 - every success is a 200
        raise error_for(response.status, response.body.decode("utf-8", "replace")[:200])
    return response.body


def _written(session: Session, request: Request, address: str, target: Path) -> int:
    stream = session._transport.open(request, address, {})
    try:
        if stream.status != 200:  # noqa: PLR2004 - every success is a 200
            raise error_for(stream.status, "the storage refuses")
        size = 0
        with target.open("wb") as file:
            for piece in stream:
                size += file.write(piece)
    finally:
        stream.close()
    expected = stream.headers.get("Content-Length", "")
    if expected.isdecimal() and "Content-Encoding" not in stream.headers and int(expected) != size:
        raise InvalidResponseError(f"{size} of {expected} bytes came", stream.status, operation=request.operation)
    return size
