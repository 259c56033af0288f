"""BlizWork behind the sandbox's HTTP server: every operation is a POST with a JSON body, the token is the last part of the path."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from workfront_orm.sandbox.backend import MASK, Backend, Request, Response
from workfront_orm.sandbox.blizwork import seeds
from workfront_orm.sandbox.blizwork.cases import Cases
from workfront_orm.sandbox.blizwork.errors import FAILURE, BusinessError, HTTPError
from workfront_orm.sandbox.blizwork.extensions import Extensions
from workfront_orm.sandbox.blizwork.master import MasterData
from workfront_orm.sandbox.blizwork.world import ENVIRONMENTS, World, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workfront_orm.sandbox.backend import Settings

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
FILES = "/attachment/file/"
VALIDATE = "utils/validatecall"

_OPTIONS = {"webhook", "delete_all"}
_KINDS = {"users": "User", "processes": "Process", "tables": "Table"}


class BlizworkBackend(Backend):
    """One BlizWork.

    Args:
        settings: what the sandbox was started with.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """

    secret_names: ClassVar[frozenset[str]] = frozenset({"token", "handshaketoken"})  # type: ignore[misc] # the same for all

    def __init__(self, settings: Settings) -> None:
        unknown = set(settings.options) - _OPTIONS
        if unknown:
            known = ", ".join(sorted(_OPTIONS))
            raise ValueError(f"the sandbox of blizwork has no option {', '.join(sorted(unknown))}; it has {known}")
        self.world = World(settings)
        self.cases = Cases(self.world)
        self.master = MasterData(self.world, delete_all=settings.options.get("delete_all") == "true")
        try:
            self.extensions = Extensions(self.world, settings.options.get("webhook"))
            if self.world.documents.is_new:
                seeds.plant(self, settings.data, settings.seed)
        except BaseException:
            self.world.documents.close()
            raise
        self.world.documents.remember()
        self._operations: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
            "init": self._init,
            "exec": self._exec,
            "process/case-list": lambda params, place: {"payload": self.cases.summaries(params, place)},
            "process/case": lambda params, place: {"payload": self.cases.document(params, place)},
            "master-data": lambda params, place: {"payload": self.master.records(params, place)},
            "master-data/upsert": self._upsert,
            "master-data/delete": self._delete,
            "attachment/upload": lambda params, _: {"payload": self.upload(params)},
        }

    def info(self) -> dict[str, Any]:
        """Return addresses and credentials for the JSON line."""
        return dict(self.world.documents["settings"]["info"])

    # --- requests ------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            data = self._answer(request)
        except BusinessError as error:
            data = {"resultCode": error.code, "resultMessage": str(error)}
        except HTTPError as error:
            return Response(error.text.encode(), error.status, TEXT_TYPE)
        finally:
            self.world.documents.save()
        return data if isinstance(data, Response) else _json(data)

    def _answer(self, request: Request) -> dict[str, Any] | Response:
        if request.path.startswith(FILES):
            return self._file(request)
        operation, token = split(request.path)
        known = operation in self._operations or operation == VALIDATE or operation.startswith(f"{VALIDATE}/")
        if not known:
            raise HTTPError(HTTPStatus.NOT_FOUND, "Not Found")
        if request.method != "POST":
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")
        self._check_token(token)
        params = request.json()
        if not isinstance(params, dict):
            raise HTTPError(HTTPStatus.BAD_REQUEST, "The body must be a JSON object")
        if operation.startswith(VALIDATE):
            return self._validate(operation, params)
        self._check_user(params)
        environment = params.get("environment", "production")
        if environment not in ENVIRONMENTS:
            raise BusinessError(f"environment must be one of {', '.join(ENVIRONMENTS)}")
        return {"resultCode": 0, "resultMessage": "OK", **self._operations[operation](params, environment)}

    # --- operations ----------------------------------------------------------------------------

    def _init(self, params: dict[str, Any], environment: str) -> dict[str, Any]:
        # The number stands beside the code, not in a payload.
        return {"caseNumber": self.cases.init(params, environment)}

    def _exec(self, params: dict[str, Any], environment: str) -> dict[str, Any]:
        case = self.cases.execute(params, environment)
        if params.get("skipExtensions") is not True:
            self.extensions.run(case)
        return {}

    def _upsert(self, params: dict[str, Any], environment: str) -> dict[str, Any]:
        self.master.upsert(params, environment)
        return {}

    def _delete(self, params: dict[str, Any], environment: str) -> dict[str, Any]:
        self.master.delete(params, environment)
        return {}

    def upload(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a file and return its name and address.

        Raises:
            BusinessError: name, module or content are not what they must be.
        """
        name, content = params.get("filename"), params.get("file")
        if params.get("module") != "form":
            raise BusinessError("module must be 'form'")
        if not isinstance(name, str) or not name:
            raise BusinessError("filename is required")
        try:
            base64.b64decode(content if isinstance(content, str) else "?", validate=True)
        except ValueError:
            raise BusinessError("file must be a text in base64") from None
        key = self.world.new_id()
        self.world.documents["files"].add(key, {"name": name, "content": content})
        return {"fileName": name, "fileUrl": f"{self.world.url}{FILES}{key}/{quote(name)}"}

    def _validate(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Answer both forms: the handshake in the path, or beside the address that was called in the body."""
        _, _, handshake = operation.removeprefix(VALIDATE).partition("/")
        endpoint = None if handshake else str(params.get("endpoint"))
        if self.extensions.validate(handshake or params.get("token"), endpoint):
            return {"resultCode": 0, "resultMessage": "OK"}
        return {"resultCode": FAILURE, "resultMessage": "Invalid webhook call"}

    def _file(self, request: Request) -> Response:
        if request.method != "GET":
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")
        found = self.world.documents["files"].get(request.path.removeprefix(FILES).partition("/")[0])
        if found is None:
            raise HTTPError(HTTPStatus.NOT_FOUND, "Not Found")
        return Response(base64.b64decode(found["content"]), HTTPStatus.OK, "application/octet-stream")

    # --- credentials ---------------------------------------------------------------------------

    def _check_token(self, token: str) -> None:
        known = self.world.documents["tokens"].get(token)
        if known is None or timestamp(self.world.now()) >= known["expires"]:
            raise HTTPError(HTTPStatus.UNAUTHORIZED, "Invalid or expired token")

    def _check_user(self, params: Mapping[str, Any]) -> None:
        user = self.world.users.get(str(params.get("userId")))
        if user is None or not user["entitled"]:
            raise HTTPError(HTTPStatus.FORBIDDEN, "The user may not do this")

    # --- the frame -----------------------------------------------------------------------------

    def fault_response(self, kind: str, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Return the service's own answer for a fault."""
        if kind == "error_200":
            return _json({"resultCode": 2, "resultMessage": "Error while processing"})
        status, text = {
            "429": (HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests"),
            "expired": (HTTPStatus.UNAUTHORIZED, "Invalid or expired token"),
        }.get(kind, (HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error"))
        return Response(text.encode(), status, TEXT_TYPE)

    def log_path(self, request: Request) -> str:
        """Return the path with token, handshake and the key of a file masked."""
        if request.path.startswith(FILES):
            name = request.path.removeprefix(FILES).partition("/")[2]
            return f"{FILES}{MASK}/{name}"
        operation, token = split(request.path)
        if operation.startswith(f"{VALIDATE}/"):
            operation = f"{VALIDATE}/{MASK}"
        slash = "/" if request.path.endswith("/") else ""
        return f"/{operation}/{MASK}{slash}" if token else request.path

    def reset(self) -> None:
        """Bring the data back to the start."""
        self.world.documents.reset()

    def close(self) -> None:
        """End the calls of extensions; save and close the file."""
        self.extensions.close()
        self.world.documents.close()

    # --- the page ------------------------------------------------------------------------------

    def types(self) -> list[tuple[str, str, int]]:
        """Return the types for the page at `/`; cases by process, records by table."""
        documents = self.world.documents
        found = [(name, kind, len(documents[name])) for name, kind in _KINDS.items()]
        for prefix, kind in (("cases/", "Case"), ("records/", "Record")):
            for name in documents.names(prefix):
                environment, _, place = name.removeprefix(prefix).partition("/")
                found.append((name.replace("/", ":"), f"{kind} of {place}, {environment}", len(documents[name])))
        return found

    def rows(self, key: str, where: Mapping[str, str], first: int, limit: int) -> list[dict[str, Any]]:
        """Return rows for the page at `/`."""
        return self.world.documents.rows(key.replace(":", "/"), where, first, limit)

    def relations(self, key: str) -> dict[str, str]:
        """Return the fields that lead to rows of other types, for the page at `/`."""
        return {"processSlug": "processes"} if key.startswith("cases:") else {}


def split(path: str) -> tuple[str, str]:
    """Return operation and token of a path; doubled slashes and one at the end say nothing."""
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[:-1]), parts[-1] if parts else ""


def _json(data: dict[str, Any]) -> Response:
    return Response(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"), HTTPStatus.OK, JSON_TYPE)
