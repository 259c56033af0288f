# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""The portal behind the sandbox's HTTP server: addresses, credentials, envelopes.

Addresses: `/rest/{user}/{code}/{method}` (web hook), `/rest/{method}` (application, `auth` among the parameters),
`/rest/api/...` (REST 3.0), `/oauth/authorize/` and `/oauth/token/`. A method may end in `.json`, `.xml` or `/`.
"""

from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from workfront_orm.sandbox.backend import MASK, Backend, Request, Response
from workfront_orm.sandbox.bitrix24 import batch, options, php, rest3, xml
from workfront_orm.sandbox.bitrix24.access import ACCESS_SECONDS, Access, Caller, OAuthError
from workfront_orm.sandbox.bitrix24.errors import RestError
from workfront_orm.sandbox.bitrix24.events import is_local
from workfront_orm.sandbox.bitrix24.limits import RateLimit
from workfront_orm.sandbox.bitrix24.listing import Page
from workfront_orm.sandbox.bitrix24.methods import build
from workfront_orm.sandbox.bitrix24.portal import Portal
from workfront_orm.sandbox.bitrix24.runner import BATCH, Runner
from workfront_orm.sandbox.bitrix24.seeds import plant
from workfront_orm.sandbox.bitrix24.store import Store

if TYPE_CHECKING:
    from workfront_orm.sandbox.backend import Settings

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"
PREFIX = "/rest/"

_HOOK = re.compile(r"(\d+)/([^/]+)/(.*)", re.DOTALL)
_LOGGED = re.compile(r"(/rest/(?:api/)?\d+/)[^/]+")


class BitrixBackend(Backend):
    """One Bitrix24 portal.

    Args:
        settings: what the sandbox was started with.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """

    secret_names: ClassVar[frozenset[str]] = frozenset(  # type: ignore[misc] # the same for every instance
        {"auth", "access_token", "refresh_token", "client_secret", "application_token"}
    )

    def __init__(self, settings: Settings) -> None:
        chosen = options.read(settings.options)
        self._settings = settings
        store = Store(settings.path)
        access = Access(store, settings.clock, chosen)
        domain = urlsplit(settings.url).netloc
        self.portal = Portal(store, settings.clock, chosen, access, domain)
        self.portal.methods = build()
        self._runner = Runner(self.portal)
        self._rate = RateLimit(chosen)
        try:
            if store.is_new:
                store.begin()
                plant(self.portal, chosen.fixture or settings.data, settings.seed)
                store.commit()
                self.portal.events.drop()
            self._tokens = access.first_tokens()
        except BaseException:
            store.close()
            raise
        store.remember()

    def info(self) -> dict[str, Any]:
        """Return addresses and credentials for the JSON line; `webhook_url` is a secret and ends in `/`."""
        access = self.portal.access
        root = self._settings.url
        return {
            "webhook_url": f"{root}{PREFIX}1/{access.setting('webhook')}/",
            "restricted_webhook_url": f"{root}{PREFIX}2/{access.setting('restricted_webhook')}/",
            "rest_url": f"{root}{PREFIX}",
            "oauth_url": f"{root}/oauth/",
            "domain": self.portal.domain,
            "user_id": 1,
            "member_id": access.setting("member_id"),
            "client_id": access.setting("client_id"),
            "client_secret": access.setting("client_secret"),
            "access_token": self._tokens[0],
            "refresh_token": self._tokens[1],
            "application_token": access.setting("application_token"),
        }

    # --- requests ------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith("/oauth/"):
            return self._oauth(request)
        if not request.path.startswith(PREFIX):
            return Response(b"<html><body>404</body></html>", HTTPStatus.NOT_FOUND, "text/html; charset=utf-8")
        started = self.portal.clock.now().timestamp()
        clock = time.perf_counter()
        rest = request.path.removeprefix(PREFIX)
        if rest == "api" or rest.startswith("api/"):
            return self._rest3(request, rest.removeprefix("api").lstrip("/"), started)
        hook = _HOOK.fullmatch(rest)
        name, form = _method_name(hook[3] if hook else rest)
        try:
            text = self._call(request, hook, name, started, clock)
        except RestError as error:
            return _error(error, form)
        return _answer(text, HTTPStatus.OK, form)

    def _call(self, request: Request, hook: re.Match[str] | None, name: str, started: float, clock: float) -> str:
        """Run the checks in the server's order, then the method; returns the envelope as JSON text."""
        self._check_transport(hook is not None, started)
        if not self._runner.exists(name):
            raise RestError(HTTPStatus.NOT_FOUND, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        params = parameters(request)
        caller = self._caller(hook, params)
        if name == BATCH:
            value: Any = batch.run(params, lambda inner, given: self._runner.run(inner, given, caller))
            shown = self._runner.time(started, time.perf_counter() - clock, None)
            return f'{{"result":{php.dumps(value)},"time":{json.dumps(shown)}}}'
        outcome = self._runner.run(name, params, caller)
        value, more = outcome.value, ""
        if isinstance(value, Page):
            if value.next is not None:
                more = f',"next":{value.next}'
            if value.total is not None:
                more += f',"total":{value.total}'
            value = value.result()
        return f'{{"result":{php.dumps(value)}{more},"time":{json.dumps(outcome.time)}}}'

    def _check_transport(self, is_hook: bool, now: float) -> None:
        secure = self._settings.url.startswith("https:")
        if self.portal.options.https and is_hook and not secure:
            raise RestError(HTTPStatus.BAD_REQUEST, "INVALID_REQUEST", "Https required.")
        if not self._rate.take(now):
            raise RestError(HTTPStatus.SERVICE_UNAVAILABLE, "QUERY_LIMIT_EXCEEDED", "Too many requests")

    def _caller(self, hook: re.Match[str] | None, params: dict[str, Any]) -> Caller:
        token = params.pop("auth", None)
        if hook is not None:
            caller = self.portal.access.by_webhook(hook[1], hook[2])
            if caller is None:
                raise RestError(HTTPStatus.UNAUTHORIZED, "NO_AUTH_FOUND", "Wrong authorization data")
            return caller
        if not isinstance(token, str) or not token:
            raise RestError(HTTPStatus.UNAUTHORIZED, "NO_AUTH_FOUND", "Wrong authorization data")
        return self.portal.access.by_token(token)

    def _rest3(self, request: Request, rest: str, started: float) -> Response:
        hook = _HOOK.fullmatch(rest)
        name, _ = _method_name(hook[3] if hook else rest)
        body = request.json() if name == BATCH else None
        try:
            self._check_transport(hook is not None, started)
            params = {} if name == BATCH else parameters(request)
            given = dict(php.nest(request.query)) if name == BATCH else params
            if name != BATCH and name not in rest3.METHODS:
                raise rest3.unknown_method(name)
            caller = self._caller(hook, given)
            text = rest3.run(self.portal, caller, name, params, body)
        except rest3.Rest3Error as error:
            return Response(error.body().encode(), error.status, JSON_TYPE)
        except RestError as error:
            refused = rest3.Rest3Error(error.status, error.code.upper(), error.description)
            return Response(refused.body().encode(), refused.status, JSON_TYPE)
        shown = self._runner.time(started, 0.0, None)
        return Response(f'{{"result":{text},"time":{json.dumps(shown)}}}'.encode(), HTTPStatus.OK, JSON_TYPE)

    # --- OAuth ----------------------------------------------------------------------------

    def _oauth(self, request: Request) -> Response:
        params = dict([*request.query, *request.form])
        access = self.portal.access
        try:
            if request.path.rstrip("/") == "/oauth/authorize":
                answer = {"code": access.authorize(params.get("client_id", "")), "state": params.get("state", "")}
                target = params.get("redirect_uri", "")
                if not is_local(target):
                    return Response(json.dumps(answer).encode(), HTTPStatus.OK, JSON_TYPE)
                location = f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}"
                return Response(b"", HTTPStatus.FOUND, None, [("Location", location)])
            if request.path.rstrip("/") == "/oauth/token":
                token, refresh, user = access.exchange(params)
                return Response(json.dumps(self._grant(token, refresh, user)).encode(), HTTPStatus.OK, JSON_TYPE)
        except OAuthError as error:
            code, description = error.args
            status = HTTPStatus.UNAUTHORIZED if code == "invalid_client" else HTTPStatus.BAD_REQUEST
            return Response(json.dumps({"error": code, "error_description": description}).encode(), status, JSON_TYPE)
        return Response(b"<html><body>404</body></html>", HTTPStatus.NOT_FOUND, "text/html; charset=utf-8")

    def _grant(self, token: str, refresh: str, user: int) -> dict[str, Any]:
        root = self._settings.url
        return {
            "access_token": token,
            "refresh_token": refresh,
            "expires_in": ACCESS_SECONDS,
            "expires": int(self.portal.clock.now().timestamp()) + ACCESS_SECONDS,
            "scope": ",".join(sorted(options.SCOPES)),
            "domain": self.portal.domain,
            "client_endpoint": f"{root}{PREFIX}",
            "server_endpoint": f"{root}/oauth/rest/",
            "member_id": self.portal.access.setting("member_id"),
            "status": "L",
            "user_id": user,
        }

    # --- the frame's other questions -----------------------------------------------------------

    def fault_response(self, kind: str, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Return the portal's own answer for a fault."""
        answers = {
            "429": RestError(HTTPStatus.SERVICE_UNAVAILABLE, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
            "expired": RestError(HTTPStatus.UNAUTHORIZED, "expired_token", "The access token provided has expired."),
            "error_200": RestError(HTTPStatus.OK, "INTERNAL_SERVER_ERROR", "Internal server error"),
        }
        fallback = RestError(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "Internal server error")
        return _error(answers.get(kind, fallback), "json")

    def log_path(self, request: Request) -> str:
        """Return the path with the web hook's secret masked."""
        return _LOGGED.sub(rf"\1{MASK}", request.path)

    def has_session(self, request: Request) -> bool:
        """Say whether the request carries an access token."""
        token = self._token(request)
        return token is not None and self.portal.access.is_token(token)

    def expire_session(self, request: Request) -> bool:
        """End the access token that the request carries."""
        token = self._token(request)
        return token is not None and self.portal.access.expire(token)

    def reset(self) -> None:
        """Bring the data back to what it was when the server was ready; the limits start anew."""
        self.portal.store.reset()
        self._runner.load.clear()
        self._rate = RateLimit(self.portal.options)

    def close(self) -> None:
        """End deliveries and close the data."""
        self.portal.events.close()
        self.portal.store.close()

    def types(self) -> list[tuple[str, str, int]]:
        """Return the kinds of records for the page at `/`."""
        store = self.portal.store
        return [
            (entity.key, entity.title, store.value(f"SELECT COUNT(*) FROM {entity.table}"))
            for entity in store.entities.values()
        ]

    def rows(self, key: str, where: Any, first: int, limit: int) -> list[dict[str, Any]]:
        """Return rows of a kind for the page at `/`."""
        entity = self.portal.store.entities.get(key)
        if entity is None:
            return []
        known = {name: value for name, value in where.items() if name in entity.fields}
        condition = " AND ".join(f"CAST({name} AS TEXT) = ?" for name in known) or "1"
        return self.portal.store.rows(
            f"SELECT * FROM {entity.table} WHERE {condition} LIMIT ? OFFSET ?", *known.values(), limit, first
        )

    def relations(self, key: str) -> dict[str, str]:
        """Return the fields of a kind that hold ids, for the page at `/`."""
        entity = self.portal.store.entities.get(key)
        targets = {"user": "user", "crm_category": "category", "crm_currency": "currency"}
        return {
            item.column: targets.get(item.type, item.type.removeprefix("crm_"))
            for item in (entity.fields.values() if entity else ())
            if not item.virtual and targets.get(item.type, item.type.removeprefix("crm_")) in self.portal.store.entities
        }

    def _token(self, request: Request) -> str | None:
        if not request.path.startswith(PREFIX):
            return None
        token = parameters(request).get("auth")
        return token if isinstance(token, str) else None


def parameters(request: Request) -> dict[str, Any]:
    """Return what was sent, query and body merged, PHP arrays told apart.

    Raises:
        RestError: nested too deeply.
    """
    params: dict[str, Any] = php.nest(request.query) if request.query else {}
    if request.form:
        params |= php.nest(request.form)
    elif request.body:
        body = request.json()
        params |= php.as_map(body)
    return {name: php.arrays(value) for name, value in params.items()}


def _method_name(rest: str) -> tuple[str, str]:
    """Return the method in lower case, and the format of the answer."""
    name = rest.rstrip("/").lower()
    for form in ("json", "xml"):
        if name.endswith(f".{form}"):
            return name.removesuffix(f".{form}"), form
    return name, "json"


def _answer(text: str, status: int, form: str) -> Response:
    if form == "xml":
        return Response(xml.document(json.loads(text)).encode(), status, XML_TYPE)
    return Response(text.encode("utf-8", "replace"), status, JSON_TYPE)


def _error(error: RestError, form: str) -> Response:
    return _answer(php.dumps({"error": error.code, "error_description": error.description}), error.status, form)
