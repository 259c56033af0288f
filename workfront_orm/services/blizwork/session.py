"""The BlizWork session: the token, the environment, a company's processes and tables, attachments, low-level calls."""

from __future__ import annotations

import logging
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workfront_orm.core.addresses import file_address, server_address
from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.live import live_api, renew_classes
from workfront_orm.core.redaction import confidential, hide, masked, masked_url
from workfront_orm.core.session import BaseSession

from . import service
from .blizwork_service import VERSION
from .documents import Attachment
from .errors import InvalidResponseError
from .live import Company
from .webhooks import WebhookCall, verify
from .wire import READS, Download, plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO, Unpack

    from workfront_orm.core.options import SessionOptions

__all__ = ["Session"]

API_URL = "https://api.blizwork.com"
ENVIRONMENTS = ("draft", "production")

_OF_COMPANY = frozenset({"/init", "/exec"})
_SHORTEST = 8


class Session(BaseSession):
    """A session with one environment of a BlizWork company.

    The token is the last part of the path of each request, since BlizWork takes it nowhere else. It is added when a
    request goes, and masked in all that is shown, raised or logged, the HTTP library's own log included.

    Args:
        token: The API token, as BlizWork gives it; good for a year at most.
        user_id: The e-mail address of the user who acts.
        environment: `production`, or `draft` for the versions of processes that are being worked on. There is no
            default and no variable of the environment: what is changed by mistake in production stays changed.
        company_id: The id of the company, which beginning and executing cases needs.
        exec_user_id: The e-mail address of another user for whom cases are begun and executed.
        url: The address of the API; plain http is taken for this machine only.
        metadata: A metadata file, or a folder to search before the usual ones.
        options: The options of all sessions: `values`, `lazy`, `timeout`, `retrying`, `max_concurrent`, `verify` and others;
            `BaseSession` tells of each. BlizWork answers whole lists, whatever `page_size` says.

    Attributes:
        url: The address of the API, without the token.
        environment: The environment.
        user_id: The user who acts.
        company_id: The company, or None.
        exec_user_id: For whom cases are begun and executed, or None.
        api: The classes.

    Raises:
        ValueError: No token, user or environment, or an address that is none or would show the token to the network.
    """

    def __init__(
        self,
        token: str,
        user_id: str,
        *,
        environment: str,
        company_id: str | None = None,
        exec_user_id: str | None = None,
        url: str = API_URL,
        metadata: Any = None,
        **options: Unpack[SessionOptions],
    ) -> None:
        if not isinstance(token, str) or len(token.strip()) < _SHORTEST:
            raise ValueError("token takes the API token that BlizWork gave (the one given is too short to be one)")
        if environment not in ENVIRONMENTS:
            raise ValueError(f"environment takes 'draft' or 'production', not {environment!r}")
        if not isinstance(user_id, str) or not user_id:
            raise ValueError("user_id takes the e-mail address of the user who acts")
        self._token = token.strip()
        hide(self._token)
        parts = server_address(url, API_URL)
        tenant = f"{parts.netloc} {environment} {user_id}"
        super().__init__(
            service, parts.geturl().rstrip("/"), live_api(service.name, VERSION, metadata, tenant), **options
        )
        self.environment = environment
        self.user_id = user_id
        self.company_id = company_id
        self.exec_user_id = exec_user_id
        self._company = Company(self)
        self.api.describe = self._company.entry

    # --- classes ----------------------------------------------------------------------

    def process(self, slug: str, case: int | None = None) -> Any:
        """The class of the cases of a process, with the fields that its definition names: `session.process("sales")`.

        When the class is first asked for, a list of the cases and one case are read, since BlizWork shows the
        definition of a process inside a case only. A process without cases has a class without fields of its own,
        whose `custom["fields.<slug>"]` takes any; `reflect()` looks again.

        Args:
            slug: The process, as its developers call it.
            case: The number of a case to read the definition from, so that no list is read.

        Raises:
            InvalidRequestError: There is no such process.
        """
        return self._company.process(slug, case)

    def table(self, name: str, key: str | Sequence[str] | None = None, columns: Sequence[str] = ()) -> Any:
        """The class of the records of a master-data table: `session.table("Clientes", key="RUT")`.

        When the class is first asked for, the records are read, since BlizWork names the columns nowhere else.
        Columns are attributes in small letters with their accents (`record.código`), and `record["Código"]`.

        Args:
            name: The table.
            key: The column that tells the records apart, or several; without, records can be read, not written.
            columns: Columns that no record shows yet.

        Raises:
            InvalidRequestError: There is no such table.
        """
        return self._company.table(name, key, columns)

    def reflect(self) -> None:
        """Read definitions and columns anew when classes are next asked for.

        Objects that the session has become objects of the new classes then.
        """
        self._company.forget()
        renew_classes(self)

    # --- attachments ------------------------------------------------------------------

    def upload(self, file: bytes | str | Path | BinaryIO, name: str | None = None) -> Attachment:
        """Upload a file, as the value of a field of a case: `case.quote = session.upload("quote.pdf")`.

        Sends one `POST /attachment/upload`. It is never repeated by itself.

        Args:
            file: The content, the path of a file, or an open binary file.
            name: The file's name; that of the path by default.

        Raises:
            TypeError, ValueError: Neither content nor a file, or a file without a name. Nothing was sent.
            InvalidResponseError: The answer holds no address.
        """
        content, found = _content(file)
        name = name or found
        if not name:
            raise ValueError("upload: name= is needed, since bytes have none")
        label = f"upload {name!r}"
        body = {"module": "form", "filename": name, "file": b64encode(content).decode("ascii")}
        answer = self.execute(plan(label, "/attachment/upload", body, effect=Effect.UNSAFE))
        address = answer.get("fileUrl") if isinstance(answer, dict) else None
        if not isinstance(address, str):
            raise InvalidResponseError(answer, 200, operation=label, remedy="the answer holds no fileUrl")
        return Attachment(str(answer.get("fileName") or name), address)

    def download(self, attachment: Attachment) -> bytes:
        """The content of an attachment. Sends one `GET` of its address, without the token.

        Args:
            attachment: From a field of a case, or `case.files`.

        Raises:
            ValueError: An address that is not asked; see `file_address`. Nothing was sent.
            NotFoundError: It is gone.
        """
        label = f"download {attachment.name!r}"
        try:
            address = file_address(attachment.url, self.url)
        except ValueError as error:
            raise ValueError(f"{label}: its address is not asked: {error}") from None
        content: bytes = self.execute(Download(operation=label, path=address))
        return content

    # --- web hooks --------------------------------------------------------------------

    @confidential
    def verify(
        self, call: Mapping[str, Any] | bytes, endpoint: str, *, accept_unverified_drafts: bool = False
    ) -> WebhookCall:
        """The call of a web hook, after BlizWork confirmed that it made it; see `webhooks.verify`."""
        return verify(self, call, endpoint, accept_unverified_drafts=accept_unverified_drafts)

    # --- low-level calls --------------------------------------------------------------

    @confidential
    def request(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call an operation and return its whole answer: `session.request("/master-data", {"table": "Clientes"})`.

        User, environment and, where it is needed, the company are added; so is the token.

        Args:
            path: The operation's path, without the token.
            body: Its parameters; they go before what is added.

        Raises:
            TypeError: An address in place of a path; nothing is sent.
            BlizWorkAPIError: The server refuses.
        """
        if not path.startswith("/") or "://" in path:
            raise TypeError(f"request takes a path such as /master-data, not {masked_url(path)!r}")
        path = path.rstrip("/")
        effect = Effect.READ if path in READS else Effect.UNSAFE
        answer: dict[str, Any] = self.execute(
            plan(f"POST {masked_url(path)}", path, body or {}, lambda data: data, effect=effect)
        )
        return answer

    # --- sending ----------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Add the token, the user and the environment, and send."""
        if isinstance(request, Download):
            self._log.info("%s", request.operation)
            return self._transport.send(request, request.path, {})
        from attrs import evolve

        body = request.json if request.path.startswith("/utils/") else {**self._common(request.path), **request.json}
        if self._log.isEnabledFor(logging.INFO):
            self._log.info("%s %s", request.method, masked_url(request.path))
        if self._log.isEnabledFor(logging.DEBUG):
            # Values are what people wrote, so they are for debugging only; of a file, its length does.
            shown = {name: f"<{len(value)} characters>" if name == "file" else value for name, value in body.items()}
            self._log.debug("body: %s", masked("", shown))
        headers = {"Accept": "application/json", **request.headers}
        # The token is quoted, so that whatever it holds stays one part of the path.
        url = f"{self.url}{quote(request.path)}/{quote(self._token, safe='')}"
        response = self._transport.send(evolve(request, json=body), url, headers)
        response.request = request
        return response

    def _common(self, path: str) -> dict[str, Any]:
        common: dict[str, Any] = {"userId": self.user_id, "environment": self.environment}
        if path in _OF_COMPANY:
            if not self.company_id:
                raise ValueError(
                    f"{path[1:]}: the session has no company_id, which beginning and executing cases needs; nothing was sent"
                )
            common["companyId"] = self.company_id
            if self.exec_user_id is not None:
                common["execUserId"] = self.exec_user_id
        return common


def _content(file: Any) -> tuple[bytes, str | None]:
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file), None
    if isinstance(file, (str, Path)):
        path = Path(file)
        return path.read_bytes(), path.name
    read = getattr(file, "read", None)
    content = read() if callable(read) else None
    if not isinstance(content, bytes):
        raise TypeError(f"upload takes bytes, a path or a file that is open in binary mode, not {type(file).__name__}")
    own = getattr(file, "name", None)
    return content, Path(own).name if isinstance(own, str) else None
