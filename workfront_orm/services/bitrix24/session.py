"""The Bitrix24 session: the web hook or the tokens of an application, the portal's limits, low-level calls."""

from __future__ import annotations

import logging
from threading import local
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.live import live_api, renew_classes
from workfront_orm.core.redaction import masked
from workfront_orm.core.session import BaseSession

from . import service
from .bitrix24_service import VERSION
from .codecs import is_custom_name
from .credentials import OAUTH_URL, Application, WebHook
from .errors import TokenExpiredError
from .live import ITEM, Portal
from .relations import kind_of
from .throttle import OPERATING_LIMIT, PortalThrottle, bucket_of
from .wire import call

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from workfront_orm.core.errors import AuthenticationError
    from workfront_orm.core.objects import Object
    from workfront_orm.core.options import CommonOptions
    from workfront_orm.core.specs import FieldSpec, ObjectSpec

    from .deleting import Deletion

__all__ = ["Session"]

_READS = (".list", ".get", ".fields", ".getfields", ".current", ".types", ".items", ".search")


class Session(BaseSession):
    """A session with a Bitrix24 portal.

    Args:
        webhook_url: The address of an incoming web hook, `https://portal.bitrix24.com/rest/1/secret/`.
            It is the key to the portal, and shown nowhere. An application gives tokens instead.
        rest_url: The address of the portal's methods, `https://portal.bitrix24.com/rest/`, for an application.
        access_token: The application's access token.
        refresh_token: Its refresh token, with which the session gets a new access token when that is over.
        client_id: The application's id, to renew tokens.
        client_secret: The application's secret, to renew tokens.
        oauth_url: Where tokens are renewed.
        on_tokens: Called with new tokens as the server answered them, to store them: a refresh token is
            good once.
        max_concurrent: The greatest number of requests in flight at a time; None to find one that the
            portal takes.
        requests_per_second: How fast requests may follow each other in the long run: 2, or 5 on the
            Enterprise plan; None for a portal of one's own without that limit.
        burst: How many requests may go at once before that: 50, or 250 on the Enterprise plan.
        operating_limit: Seconds of run time that one method may use within ten minutes.
        reflect: Whether the portal is asked for its fields, custom ones included, when a class is first
            used; without, classes are those of the documentation, and custom fields go by wire name.
        metadata: A metadata file, or a folder to search before the usual ones.
        ssl_context: A TLS context in place of the default one.
        options: The options of all sessions: `values`, `lazy`, `timeout`, `retrying`, `verify` and others; `BaseSession`
            tells of each. `page_size` is 50 for single pages, and 2,500, the default, for batches of fifty pages.

    Attributes:
        url: The address of the portal's methods, without the secret.
        api: The classes of the portal.

    Raises:
        ValueError: No address of a web hook, or one over plain http; or neither a web hook nor tokens.
    """

    def __init__(
        self,
        webhook_url: str | None = None,
        *,
        rest_url: str | None = None,
        access_token: str | None = None,
        refresh_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        oauth_url: str = OAUTH_URL,
        on_tokens: Callable[[Mapping[str, Any]], None] | None = None,
        max_concurrent: int | None = None,
        requests_per_second: float | None = 2.0,
        burst: float = 50,
        operating_limit: float = OPERATING_LIMIT,
        reflect: bool = True,
        metadata: Any = None,
        ssl_context: ssl.SSLContext | None = None,
        **options: Unpack[CommonOptions],
    ) -> None:
        if (webhook_url is None) is (access_token is None or rest_url is None):
            raise ValueError("a session takes either webhook_url, or rest_url and access_token of an application")
        self._credentials: WebHook | Application
        if webhook_url is not None:
            self._credentials = WebHook(webhook_url)
        else:
            self._credentials = Application(
                str(rest_url), str(access_token), refresh_token, client_id, client_secret, oauth_url, on_tokens
            )
        host, account = self._credentials.host, self._credentials.account
        bucket = None if requests_per_second is None else bucket_of(host, requests_per_second, burst)
        super().__init__(
            service,
            self._credentials.url,
            live_api(service.name, VERSION, metadata, account if reflect else f"{account}, not asked"),
            throttle=PortalThrottle(max_concurrent, bucket, account, operating_limit=operating_limit),
            ssl_context=ssl_context,
            **options,
        )
        self._sent = local()
        self._portal = Portal(self, host)
        if reflect:
            self.api.describe = self._portal.entry

    @property
    def user_id(self) -> int | None:
        """The user whom the web hook acts as; of an application, None until its tokens were renewed."""
        return self._credentials.user

    # --- classes ----------------------------------------------------------------------

    def item_type(self, type_: Any) -> Any:
        """The class of a smart process: `session.item_type(128)`, with the fields that the portal gave it.

        Sends one batch when the class is first asked for, and a list of the types where a title is given.

        Args:
            type_: Its entityTypeId, its title, or an object of the class `Type`.

        Raises:
            UnknownNameError: The portal has no such smart process.
        """
        number = self._portal.type_number(getattr(type_, "entity_type_id", type_))
        key = kind_of(number) or f"{ITEM}{number}"
        return self.api.by_code[key]

    def field_specs(self, object_type: type[Object], *, custom: bool = False) -> dict[str, FieldSpec]:
        """What is known of the fields of a class, by wire name: type, label, values, flags.

        Args:
            object_type: The class, from `session.api` or `session.item_type()`.
            custom: Only the portal's own fields.
        """
        spec: ObjectSpec = object_type._spec
        return {name: field for name, field in spec.fields.items() if not custom or is_custom_name(name)}

    def reflect(self) -> None:
        """Read fields, lists and types of the portal anew when classes are next asked for.

        Objects that the session has become objects of the new classes then.
        """
        self._portal.forget()
        renew_classes(self)

    # --- low-level calls ------------------------------------------------------------

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Call a method and return the `result` of the answer, as the portal sends it.

        Args:
            method: Such as `crm.deal.get`.
            params: Its parameters, sent as JSON.

        Raises:
            Bitrix24APIError: The portal refuses.
        """
        name = method.strip("/").removesuffix(".json")
        effect = Effect.READ if name.lower().endswith(_READS) else Effect.UNSAFE
        return self.execute(call(f"call {name}", name, params or {}, effect=effect))

    # --- deleting ---------------------------------------------------------------------

    def delete(self, obj: Object) -> None:
        """Delete an object; what it is linked with stays. The same as `obj.delete()`."""
        self.delete_object(obj)

    def deletion(self, obj: Object, linked: Sequence[str] = ()) -> Deletion:
        """What deleting an object together with others would delete; nothing is deleted before its `apply()`.

        Reads what the names lead to, and counts what else refers to it.

        Args:
            obj: The object.
            linked: The names of references and collections whose objects are to go with it, such as `contact`.

        Raises:
            UnknownNameError: The class has no such reference or collection.
        """
        from .deleting import plan

        return plan(self, obj, linked)

    # --- sending ------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Add the credentials and send."""
        if self._log.isEnabledFor(logging.INFO):
            self._log.info("call: %s", request.path.lstrip("/"))
        if self._log.isEnabledFor(logging.DEBUG):
            # Parameters hold what people wrote about people, so they are for debugging only.
            self._log.debug("params: %s", masked("", request.json))
        credentials = self._credentials
        sent = credentials.sign(request)
        # By thread, so that a token is renewed once, however many requests it was refused for.
        self._sent.token = (sent.json or {}).get("auth")
        response = self._transport.send(sent, credentials.address(request), request.headers)
        response.request = request
        return response

    def renew_credentials(self, request: Request, error: AuthenticationError) -> bool:  # noqa: ARG002 - any request may need it
        """Renew the tokens of an application whose access token is over."""
        refused = getattr(self._sent, "token", None)
        return self._credentials.renew(self._transport, refused, expired=isinstance(error, TokenExpiredError))
