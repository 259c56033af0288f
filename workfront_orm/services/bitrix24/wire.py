"""Bitrix24's wire form: calls of methods out, envelopes in. Sources: `API.md` sections 1, 2 and 8 of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.redaction import masked_url

from .errors import InvalidResponseError, error_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Call", "as_map", "call", "read_answer", "read_json", "result_of"]


@define(kw_only=True, repr=False, eq=False)
class Call(Request):
    """One HTTP request to a portal: a method, or a batch of methods.

    Attributes:
        methods: The methods that it runs, in lower case, for the limits that count by method.
    """

    methods: tuple[str, ...] = ()


def call(
    operation: str,
    method: str,
    params: Mapping[str, Any],
    *,
    effect: Effect = Effect.READ,
    decode: Callable[[Any], Any] | None = None,
    methods: Iterable[str] = (),
) -> Call:
    """A call of a method.

    Args:
        operation: What is being done, for messages.
        method: The method.
        params: Its parameters, sent as JSON.
        effect: What repeating it would do.
        decode: Turns the envelope into what the call is for; None for its `result`.
        methods: The methods that a batch runs; none for the method itself.
    """
    return Call(
        operation=operation,
        method="POST",
        path=f"/{method}",
        json=dict(params),
        effect=effect,
        decode=decode or result_of,
        methods=tuple(name.lower() for name in methods) or (method.lower(),),
    )


def result_of(envelope: Mapping[str, Any]) -> Any:
    """The `result` of an answer."""
    return envelope["result"]


def read_answer(response: Response) -> Any:
    """The envelope of an answer: `result`, `total`, `next`, `time`.

    Raises:
        Bitrix24APIError: The answer is an error at whatever status, or is not what Bitrix24 speaks.
    """
    if 300 <= response.status < 400:  # noqa: PLR2004 - redirects, which would take the secret elsewhere
        target = masked_url(response.headers.get("Location", "nowhere"))
        raise InvalidResponseError(
            f"redirected to {target}",
            response.status,
            remedy="redirects are not followed; has the portal another domain now?",
        )
    envelope = read_json(response)
    if isinstance(envelope, dict) and "error" in envelope:
        raise error_for(response.status, envelope)
    if response.status != 200:  # noqa: PLR2004 - every success is a 200
        raise error_for(response.status, envelope)
    if not isinstance(envelope, dict) or "result" not in envelope:
        raise InvalidResponseError(envelope, response.status, remedy="the answer has neither result nor error")
    return envelope


def read_json(response: Response) -> Any:
    """The decoded body of an answer.

    Raises:
        Bitrix24APIError: It is no JSON.
    """
    try:
        return response.decoded()
    except ValueError:
        text = response.body.decode("utf-8", "replace")
        if response.status >= 400:  # noqa: PLR2004 - an error page of a gateway: the status tells more
            raise error_for(response.status, text) from None
        raise InvalidResponseError(
            text, response.status, remedy="no JSON came: under overload portals answer a page instead"
        ) from None


def as_map(value: Any) -> dict[str, Any]:
    """A map of an answer: PHP prints an empty one as `[]`, and one with the keys 0 to n-1 as a list."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {}
