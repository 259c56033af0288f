"""Files: upload to a handle, documents and their versions, download with ranges."""

from __future__ import annotations

import mimetypes
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workfront_orm.sandbox.backend import Response
from workfront_orm.sandbox.workfront.auth import refused, session_id_of
from workfront_orm.sandbox.workfront.call import parse
from workfront_orm.sandbox.workfront.wire import data_response, invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workfront_orm.sandbox.backend import Request
    from workfront_orm.sandbox.workfront.auth import Auth
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.store import Store
    from workfront_orm.sandbox.workfront.writes import Writer

_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def upload(context: Context, request: Request | None) -> Response:
    """Keep the file of a multipart request under a new handle.

    Raises:
        WireError: there is no file.
    """
    files = [] if request is None else [file for file in request.files if file.name == "uploadedFile"]
    if not files:
        raise invalid("An upload needs a multipart part uploadedFile with a file name")
    file = files[0]
    handle = secrets.token_hex(16)
    context.store.connection.execute(
        "INSERT INTO _handles VALUES (?, ?, ?, ?)", [handle, file.filename, file.content_type, file.content]
    )
    return data_response({"handle": handle})


def first_version(context: Context, writer: Writer, key: str, details: Mapping[str, Any]) -> None:
    """Give a new document its first version, of the uploaded file."""
    document = context.store.get("DOCU", key) or {}
    version = {"fileName": details["fileName"]} if details.get("fileName") else {}
    # Clients write v1.0; the field is a number.
    number = re.search(r"\d+", str(details.get("version") or ""))
    if number is not None:
        version["version"] = number[0]
    writer.create(context.store.entity("DOCV"), {**version, "documentID": key, "handle": document.get("handle")})


def download(store: Store, auth: Auth, request: Request, now: datetime) -> Response:
    """Send the newest version of a document, or the one that `versionID` names; ranges of bytes are served.

    Raises:
        WireError: no session (an API key alone is not enough), no such document, or one without content.
    """
    call = parse(request)
    if session_id_of(call) is None and not request.cookies.get("attask"):
        raise refused("You are not currently logged in. A download needs a session.")
    call.pairs = [(name, value) for name, value in call.pairs if name != "apiKey"]
    call.headers.pop("apikey", None)
    auth.identify(call, now)
    key = call.get("ID") or call.get("id") or ""
    document = store.get("DOCU", key)
    if document is None:
        raise not_found("Document", key)
    store.index("DOCV", "documentID")
    versions = store.select("DOCV", '"documentID" = ?', [key], '"entryDate" DESC, rowid DESC')
    wanted = call.get("versionID")
    chosen = next((row for row in versions if wanted in (None, row["ID"])), None)
    found = None
    if chosen is not None:
        found = store.connection.execute(
            "SELECT content FROM _handles WHERE handle = ?", [chosen.get("handle")]
        ).fetchone()
    if chosen is None or found is None:
        raise not_found("DocumentVersion", wanted or key)
    return _content(
        bytes(found[0] or b""),
        str(chosen.get("fileName") or document.get("name") or "file"),
        request.headers.get("range"),
    )


def _content(content: bytes, name: str, wanted: str | None) -> Response:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    # A name is no path, whatever was uploaded: what a client keeps it under must not lead elsewhere.
    plain = re.sub(r'[^\x20-\x7e]|["\\/]', "_", name)
    headers = [
        ("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"),
        ("Accept-Ranges", "bytes"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    match = _RANGE.match(wanted or "")
    if match is None or not (match[1] or match[2]):
        return Response(content, 200, kind, headers)
    size = len(content)
    start = int(match[1]) if match[1] else max(size - int(match[2]), 0)
    end = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if start >= size or start > end:
        return Response(b"", 416, kind, [*headers, ("Content-Range", f"bytes */{size}")])
    return Response(content[start : end + 1], 206, kind, [*headers, ("Content-Range", f"bytes {start}-{end}/{size}")])
