"""The Workfront session: addresses, credentials, and the low-level requests of the predecessor."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, MutableMapping
from threading import Lock, local
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from attrs import evolve

from workfront_orm.core import metadata, tenants
from workfront_orm.core.errors import APIError, AuthenticationError
from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.redaction import (
    MASK,
    confidential,
    hide_credentials,
    is_secret,
    masked,
    masked_pairs,
    masked_url,
)
from workfront_orm.core.reflection import APIVersion, api_version
from workfront_orm.core.session import BaseSession, load_api

from . import service
from .errors import WorkfrontAPIError
from .wire import form_request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from workfront_orm.core.options import CommonOptions

    from .live import Reflection

__all__ = [
    "CURRENT_TEMPLATE",
    "ONDEMAND_TEMPLATE",
    "PREVIEW_TEMPLATE",
    "SANDBOX_TEMPLATE",
    "Session",
    "WorkfrontAPIError",
]

CURRENT_TEMPLATE = "{protocol}://{domain}.my.workfront.com/attask/{api}"
"""Production of today: `acme` is `https://acme.my.workfront.com`."""

PREVIEW_TEMPLATE = "{protocol}://{domain}.preview.workfront.com/attask/{api}"
"""The preview environment of today."""

ONDEMAND_TEMPLATE = "{protocol}://{domain}.attask-ondemand.com/attask/api/{api_version}"
"""The historic host, which is the predecessor's default."""

SANDBOX_TEMPLATE = "{protocol}://{domain}.attasksandbox.com/attask/api/{api_version}"
"""The historic test host."""

_TEMPLATES = (CURRENT_TEMPLATE, PREVIEW_TEMPLATE, ONDEMAND_TEMPLATE, SANDBOX_TEMPLATE)
_HOSTS = (".workfront.com", ".attask-ondemand.com", ".attasksandbox.com")


class VersionRegistry(MutableMapping[str, APIVersion]):
    """The versions by name: those that were registered, and those with metadata, made when asked for."""

    def __init__(self) -> None:
        self._registered: dict[str, APIVersion] = {}

    def __getitem__(self, version: str) -> APIVersion:
        """The classes of a version.

        Raises:
            KeyError: Nobody registered it, and there is no metadata for it.
        """
        if version in self._registered:
            return self._registered[version]
        try:
            return api_version(service.name, version)
        except metadata.MetadataNotFoundError as error:
            raise KeyError(str(error)) from None

    def __setitem__(self, version: str, api: APIVersion) -> None:
        """Register classes under a version."""
        self._registered[version] = api

    def __delitem__(self, version: str) -> None:
        """Forget what was registered."""
        del self._registered[version]

    def __iter__(self) -> Iterator[str]:
        """All versions, oldest first."""
        return iter(dict.fromkeys([*metadata.versions(service.name), *self._registered]))

    def __len__(self) -> int:
        """The number of versions."""
        return sum(1 for _ in self)


class Session(BaseSession):
    """A session with Workfront.

    Args:
        domain: The part of the host that names the customer.
        api_key: An API key of a user.
        ssl_context: A TLS context in place of the default one.
        protocol: `https`, or `http` for a server on this machine.
        api_version: A version such as `v22.0`, or `unsupported` for the newest, which changes without notice.
        url_template: The address, with `{protocol}`, `{domain}`, `{api_version}` (`v22.0`) or `{api}`
            (`api/v22.0`, `api-unsupported`) in it; `CURRENT_TEMPLATE` is that of today's production.
        max_concurrent: The greatest number of requests in flight at a time; None to find one that the
            server takes without refusing.
        machine_wide: Whether `max_concurrent` holds over all processes of this user on this machine that
            ask the same host and say so; or the folder through which they, or several users, share it.
        metadata: A metadata file, or a folder to search before the usual ones.
        profile: A profile whose own metadata is used where some was reflected for the version; see `reflect()`.
        options: The options of all sessions: `values`, which is `wire` for scripts of the predecessor, `lazy`,
            `timeout`, `verify` and others; `BaseSession` tells of each. `page_size` is at most 2,000.

    Attributes:
        url: The address below which all requests go.
        session_id: The session's id after `login()`.
        user_id: The id of the user who logged in.
        api: The classes of the version, or None when there is no metadata for it.
        profile: The profile, or None.
    """

    #: `Session[v220.API]` in annotations; what it means to type checkers stands in `workfront_orm/session.pyi`.
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)

    #: The versions that sessions know; see `register()`.
    version_registry: ClassVar[Any] = VersionRegistry()

    session_id: str | None = None
    user_id: str | None = None
    _renewal: tuple[str, str] | None = None

    @classmethod
    def register(cls, api_version: APIVersion) -> None:
        """Make the classes of a version known to sessions."""
        cls.version_registry[api_version.version] = api_version

    def __init__(
        self,
        domain: str | None,
        api_key: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        protocol: str = "https",
        api_version: str = "unsupported",
        url_template: str = ONDEMAND_TEMPLATE,
        *,
        max_concurrent: int | None = None,
        machine_wide: bool | str = False,
        metadata: Any = None,
        profile: str | None = None,
        **options: Unpack[CommonOptions],
    ) -> None:
        if url_template in _TEMPLATES and (domain is None or "://" in domain or domain.endswith(_HOSTS)):
            # Not shown: an address may hold credentials.
            raise ValueError(
                "domain takes the part of the host that names the customer, such as 'acme' for "
                "https://acme.my.workfront.com, which is CURRENT_TEMPLATE; another address is an url_template of its own"
            )
        api = "api-unsupported" if api_version == "unsupported" else f"api/{api_version}"
        url = url_template.format(protocol=protocol, domain=domain, api_version=api_version, api=api)
        classes: APIVersion | None = None
        if metadata is None and profile is not None and api_version in tenants.versions_of(profile, service.name):
            classes = tenants.api_of(profile, api_version, service.name)
        elif metadata is None:
            classes = self.version_registry.get(api_version)
        if classes is None:
            classes = load_api(service, api_version, metadata)
        super().__init__(
            service,
            url,
            classes,
            max_concurrent=max_concurrent,
            machine_wide=machine_wide,
            ssl_context=ssl_context,
            **options,
        )
        self._renewing = Lock()
        # By thread: the id that went with the last request.
        self._sent = local()
        self.api_key = api_key
        self.profile = profile
        self.ssl_context = ssl_context
        self.api_version = api_version

    @classmethod
    @confidential
    def from_profile(cls, name: str, **options: Any) -> Self:
        """A session of a profile in the user's file, with the credentials from where it says they are.

        The profile has `url`, and may have `version`, `api_key` and `session_id` (an access token), the last two as
        references: `env:NAME`, `keyring:SERVICE/USER` or `file:PATH`. The file is `profiles.toml` in the user's
        configuration folder, or what `WORKFRONT_ORM_PROFILES` names.

        What classes the session has, is in the file: `Session[v220.API].from_profile(name)` tells a type checker.

        Args:
            name: The profile.
            options: Arguments of `Session` in place of what the profile says.

        Raises:
            ProfileError: There is no such profile, or it cannot be used.
        """
        from .profiles import profile_options

        session_id, given = profile_options(name)
        session = cls(None, **{**given, **options})
        session.session_id = session_id
        return session

    # --- low-level requests -------------------------------------------------------

    @confidential
    def request(self, method: str, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send one request and return the `data` of the answer.

        Args:
            method: The verb, which travels as `method=` in the body of a POST.
            path: A path such as `/user`, or a full URL of this session's address.
            params: Parameters; dicts and lists are sent as JSON.

        Raises:
            TypeError: A URL of another host; nothing is sent.
            WorkfrontAPIError: The server refuses.
        """
        shown = masked_url(path)
        if params is not None and not hasattr(params, "items"):
            raise TypeError(f"{method} {shown}: params takes a mapping, not {type(params).__name__}")
        # Scripts of the predecessor log in this way.
        hide_credentials(*(value for name, value in (params or {}).items() if is_secret(name)))
        effect = _effect(str(method).upper(), path, params or {})
        return self.execute(form_request(f"{method} {shown}", method, path, (params or {}).items(), effect=effect))

    @confidential
    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a request with `method=GET`; see `request()`."""
        return self.request("GET", path, params)

    @confidential
    def post(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a request with `method=POST`; see `request()`."""
        return self.request("POST", path, params)

    @confidential
    def put(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a request with `method=PUT`; see `request()`."""
        return self.request("PUT", path, params)

    @confidential
    def delete(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a request with `method=DELETE`; see `request()`."""
        return self.request("DELETE", path, params)

    # --- metadata -----------------------------------------------------------------

    def reflect(
        self,
        profile: str | None = None,
        *,
        custom_fields: bool = True,
        resume: bool = True,
        progress: Callable[[int, int, str], None] | bool = False,
    ) -> Reflection:
        """Read what this tenant's server says of its types, and keep it as the metadata of a profile.

        Sends `GET /metadata` and `GET /<code>/metadata` for each type, in parallel. From then on, sessions of the
        profile use the classes that are made of it, and `workfront_orm.tenants.<profile>` has them; this session
        keeps those that it has. What was read before an interruption is not read again.

        Args:
            profile: The profile; None for the session's.
            custom_fields: Whether the tenant's custom fields become members, as `de_` and their name.
            resume: Whether to go on with an interrupted read.
            progress: Whether to show a progress bar, or a function that is told how many types are read, of how many,
                and the code of the last.

        Returns:
            Where the metadata is, the classes, and what was irregular.

        Raises:
            ValueError: No profile, or one whose name cannot be a module's.
            APIError: The server refuses or fails; running it again goes on where it stopped.
            MetadataError: What the server says makes no usable metadata; that of an earlier read stays.
        """
        from .live import reflect

        return reflect(self, profile, custom_fields=custom_fields, resume=resume, progress=progress)

    # --- credentials --------------------------------------------------------------

    @confidential
    def login(self, username: str, password: str) -> None:
        """Start a session of a user; its id goes with all further requests.

        Organisations on the Adobe platform have no such login in production; there an API key, or
        the access token of an OAuth application as `session.session_id`, does.

        Raises:
            AuthenticationError: Wrong username or password.
        """
        self._log_in(username, password)
        self._renewal = (username, password)

    def _log_in(self, username: str, password: str) -> None:
        hide_credentials(password)
        data = self.get("/login", {"username": username, "password": password})
        hide_credentials(data["sessionID"])
        self.session_id = data["sessionID"]
        self.user_id = data["userID"]

    def renew_credentials(self, request: Request, error: AuthenticationError) -> bool:  # noqa: ARG002 - one kind only
        """Log in once more when the session of a login expired."""
        if self.api_key or request.path.endswith(("/login", "/logout")):
            return False
        refused = self._sent.session_id
        with self._renewing:
            renewal = self._renewal
            if renewal is None:
                return False
            if self.session_id != refused:
                # Another thread has logged in meanwhile.
                return True
            # The expired id must not go with the login.
            self.session_id = None
            try:
                self._log_in(*renewal)
            except APIError as failure:
                self.session_id = refused
                if isinstance(failure, AuthenticationError):
                    self._renewal = None
                return False
            return True

    def logout(self) -> None:
        """End the user's session on the server."""
        self._renewal = None
        self.get("/logout")
        self.session_id = None
        self.user_id = None

    @confidential
    def get_api_key(self, username: str, password: str) -> str:
        """The API key of a user; empty when there is none.

        With an `api_key` on the session, the server may answer that key whatever the credentials.

        Raises:
            AuthenticationError: Wrong username or password.
        """
        hide_credentials(password)
        params = {"action": "getApiKey", "username": username, "password": password}
        key = str(self.put("/user", params)["result"])
        hide_credentials(key)
        return key

    # --- sending ------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Add the credentials and send; addresses of other hosts are refused before that."""
        url = self._address(request.path)
        headers = dict(request.headers)
        credentials = self._credentials()
        # A copy is sent: what was planned stays free of credentials, and can be sent again with others.
        sent = request
        if request.form is not None:
            sent = evolve(request, form=[*request.form, *credentials])
        else:
            headers.update(credentials)
        if self._log.isEnabledFor(logging.INFO):
            pairs = sent.form if sent.form is not None else sent.query
            self._log.info("url: %s params: %s", masked_url(url), masked_pairs(pairs))
        response = self._transport.send(sent, url, headers)
        response.request = request
        if self._log.isEnabledFor(logging.DEBUG):
            self._log.debug("returned: %s", MASK if _answers_key(request) else _shown(response.body))
        return response

    def _credentials(self) -> list[tuple[str, str]]:
        # Both can be set at any time.
        hide_credentials(self.api_key, self.session_id)
        if self.api_key:
            return [("apiKey", self.api_key)]
        self._sent.session_id = self.session_id
        if self.session_id:
            return [("sessionID", self.session_id)]
        return []

    def _address(self, path: str) -> str:
        if not _ABSOLUTE.match(path):
            # Without the slash the path would go on with the host's name where the address has no path.
            return self.url + (path if path.startswith("/") else f"/{path}")
        own, other = urlsplit(self.url), urlsplit(path)
        same = (own.scheme, own.netloc) == (other.scheme, other.netloc)
        if not same or not (other.path == own.path or other.path.startswith(own.path.rstrip("/") + "/")):
            raise TypeError(
                f"url not for this session: {masked_url(path)}; its addresses begin with {masked_url(self.url)}"
            )
        return path


def _effect(method: str, path: str, params: Mapping[str, Any]) -> Effect:
    """What repeating a low-level request does, as far as verb, path and parameters tell."""
    if method == "GET":
        return Effect.READ
    # An edit of one object; every other path of a PUT may name an action, which acts each time.
    edits = method == "PUT" and _OBJECT.fullmatch(path) is not None and "action" not in params
    return Effect.IDEMPOTENT if edits or method == "DELETE" else Effect.UNSAFE


_OBJECT = re.compile(r"/\w+/[0-9a-f]{32}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")


def _answers_key(request: Request) -> bool:
    """Whether the answer to a request is an API key, which comes under a name that does not tell."""
    words = [request.path.rpartition("/")[2], *(value for name, value in request.form or () if name == "action")]
    return any(word.lower().endswith("apikey") for word in words)


def _shown(body: bytes) -> str:
    """An answer for the log: indented JSON, secrets masked."""
    try:
        return json.dumps(masked("", json.loads(body)), sort_keys=True, indent=4)
    except ValueError:
        return str(masked("", body[:2000].decode("utf-8", "replace")))
