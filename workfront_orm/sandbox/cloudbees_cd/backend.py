"""CloudBees CD behind the sandbox's HTTP server: addresses, credentials, envelopes. All stands below `/rest/v1.0/`."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from workfront_orm.sandbox.backend import MASK, Backend, Request, Response
from workfront_orm.sandbox.cloudbees_cd import model, seeds
from workfront_orm.sandbox.cloudbees_cd.access import Access, session_of
from workfront_orm.sandbox.cloudbees_cd.commands import Call, Commands
from workfront_orm.sandbox.cloudbees_cd.errors import RestError, capital, unknown
from workfront_orm.sandbox.cloudbees_cd.properties import Properties
from workfront_orm.sandbox.cloudbees_cd.runs import Runs
from workfront_orm.sandbox.cloudbees_cd.search import Search
from workfront_orm.sandbox.cloudbees_cd.values import text
from workfront_orm.sandbox.cloudbees_cd.views import Views
from workfront_orm.sandbox.cloudbees_cd.world import World
from workfront_orm.sandbox.documents import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Settings
    from workfront_orm.sandbox.documents import Document

JSON_TYPE = "application/json"
PREFIX = "/rest/v1.0/"
STEP_SECONDS = 0.2

_SESSION = re.compile(r"(/sessions/)[^/]+")


class CloudbeesBackend(Backend):
    """One CloudBees CD server.

    Args:
        settings: what the sandbox was started with.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """

    secret_names: ClassVar[frozenset[str]] = frozenset({"sessionid", "password", "token"})  # type: ignore[misc] # for all

    def __init__(self, settings: Settings) -> None:
        unknown_options = set(settings.options) - {"step_seconds"}
        if unknown_options:
            names = ", ".join(sorted(unknown_options))
            raise ValueError(f"the sandbox of cloudbees_cd has no option {names}; it has step_seconds")
        self._settings = settings
        self.world = World(settings)
        self.access = Access(self.world)
        self.properties = Properties(self.world)
        self.runs = Runs(self.world, float(settings.options.get("step_seconds", STEP_SECONDS)))
        self.views = Views(self.world, self.properties, self.runs)
        search = Search(self.world, self.views, self.properties)
        self.commands = Commands(self.world, self.properties, self.runs, self.views, search)
        try:
            if self.world.documents.is_new:
                seeds.plant(self, settings.data, settings.seed)
        except BaseException:
            self.world.documents.close()
            raise
        self.world.documents.remember()

    def info(self) -> dict[str, Any]:
        """Return addresses and credentials for the JSON line."""
        return {
            "rest_url": f"{self._settings.url}{PREFIX}".rstrip("/"),
            **self.world.documents["settings"]["info"],
        }

    # --- requests ------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            data = self._answer(request)
        except RestError as error:
            return _json(error.body(), error.status)
        finally:
            self.world.documents.save()
        return _json(data, HTTPStatus.OK)

    def _answer(self, request: Request) -> Document:
        segments = segments_of(request)
        if segments is None:
            raise unknown(request.path)
        params = parameters(request)
        call = Call(request.method, segments, params, text(params.pop("request", "")))
        if segments == ["sessions"] and request.method == "POST":
            return self.access.login(params)
        if segments == ["loginSso"] and request.method == "POST":
            return self.access.login({"token": params.get("token", "")})
        user = self.access.user(request)
        if segments[0] == "sessions" and len(segments) == 2 and request.method == "DELETE":  # noqa: PLR2004 - with the id
            if not self.access.end(segments[1]):
                raise RestError(HTTPStatus.NOT_FOUND, "NoSuchSession", "The session does not exist")
            return {}
        if not user["writes"] and not call.reads:
            message = f"Principal 'user:{user['userName']}' does not have modify privilege"
            raise RestError(HTTPStatus.FORBIDDEN, "AccessDenied", message)
        self.world.user = user["userName"]
        return self.commands.carry_out(call)

    # --- the frame -----------------------------------------------------------------------------

    def fault_response(self, kind: str, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Return the service's own answer for a fault."""
        status, code, message = {
            "429": (HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequests", "Too many requests"),
            "expired": (HTTPStatus.UNAUTHORIZED, "ExpiredSession", "The session has expired or is not known"),
            "error_200": (HTTPStatus.OK, "ServerBusy", "The server is busy"),
        }.get(kind, (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", "Internal error"))
        return _json(RestError(status, code, message).body(), status)

    def log_path(self, request: Request) -> str:
        """Return the path with the id of a session masked."""
        return _SESSION.sub(rf"\1{MASK}", request.path)

    def has_session(self, request: Request) -> bool:
        """Say whether the request carries a session."""
        return session_of(request) in self.access.sessions

    def expire_session(self, request: Request) -> bool:
        """End the session that the request carries."""
        return self.access.end(session_of(request))

    def reset(self) -> None:
        """Bring the data back to the start; sessions end."""
        self.world.documents.reset()
        self.world.reindex()

    def close(self) -> None:
        """Save and close the file."""
        self.world.documents.close()

    # --- the page ------------------------------------------------------------------------------

    def types(self) -> list[tuple[str, str, int]]:
        """Return the types for the page at `/`."""
        return [
            (kind.name, capital(kind.name), len(self.world.documents[kind.name])) for kind in model.kinds().values()
        ]

    def rows(self, key: str, where: Mapping[str, str], first: int, limit: int) -> list[dict[str, Any]]:
        """Return rows for the page at `/`."""
        kind = model.kinds().get(key)
        if kind is None:
            return []
        return narrowed(
            ({"ID": one["_id"], **self.views.shown(one)} for one in self.world.all(kind)), where, first, limit
        )

    def relations(self, key: str) -> dict[str, str]:
        """Return the fields that lead to rows of other types, for the page at `/`."""
        names = model.kinds()[key].fields
        return {
            f"{kind.name}Id": kind.name
            for kind in model.kinds().values()
            if kind.name != key and f"{kind.name}Id" in names
        }


def segments_of(request: Request) -> list[str] | None:
    """Return the parts of the path below the prefix, decoded; None when it is not below.

    A doubled slash leaves an empty part: the name of a property that begins with a slash is an absolute path.
    """
    # Where the frame tells the path as it was sent, a slash within a name (%2F) stays within its part.
    raw: str = getattr(request, "raw_path", "")
    path = raw or request.path
    if not path.startswith(PREFIX):
        return None
    parts = path.removeprefix(PREFIX).split("/")
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    return [unquote(part) if raw else part for part in parts]


def parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a request: of the body and of the query, which goes first; repeated ones are lists.

    Raises:
        RestError: the body is no JSON object.
    """
    params: dict[str, Any] = {}
    if request.form:
        params.update(request.form)
    elif request.body.strip():
        body = request.json()
        if not isinstance(body, dict):
            raise RestError(HTTPStatus.BAD_REQUEST, "InvalidRequest", "The body is no JSON object")
        params.update(body)
    query: dict[str, Any] = {}
    for name, value in request.query:
        known = query.get(name)
        query[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return {**params, **query}


def _json(data: Document, status: HTTPStatus) -> Response:
    return Response(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"), status, JSON_TYPE)
