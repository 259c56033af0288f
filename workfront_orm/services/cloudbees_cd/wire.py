"""CloudBees CD's wire form: JSON bodies out, envelopes of one or many objects in. Sources: `API.md` sections 1 and 3."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect, Request, Response
from workfront_orm.core.redaction import masked_url

from .errors import InvalidResponseError, error_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from workfront_orm.core.specs import ObjectSpec

__all__ = ["command", "is_custom_name", "objects_in", "property_name", "read_answer", "request", "row_of"]

Row = dict[str, Any]


def request(
    operation: str,
    method: str,
    path: str,
    *,
    query: Iterable[tuple[str, str]] = (),
    body: Mapping[str, Any] | None = None,
    effect: Effect = Effect.READ,
    decode: Callable[[Any], Any] = lambda data: data,
    gone_is_done: bool = False,
) -> Request:
    """A request; parameters travel in a JSON body, where no log of a server shows them."""
    return Request(
        operation=operation,
        method=method,
        path=path,
        query=list(query),
        json=None if body is None else dict(body),
        effect=effect,
        decode=decode,
        gone_is_done=gone_is_done,
        headers={"Accept": "application/json"},
    )


def command(operation: str, name: str, body: Mapping[str, Any], decode: Callable[[Any], Any]) -> Request:
    """A search: a command of `/objects`, which reads although it is a PUT."""
    return request(operation, "PUT", "/objects", query=[("request", name)], body=body, decode=decode)


def read_answer(response: Response) -> Any:
    """The envelope of an answer.

    Raises:
        CloudBeesCDAPIError: The answer is an error at whatever status, or is not what CloudBees CD speaks.
    """
    status = response.status
    if 300 <= status < 400:  # noqa: PLR2004 - redirects, which would take the credentials elsewhere
        target = masked_url(response.headers.get("Location", "nowhere"))
        raise InvalidResponseError(
            f"redirected to {target}",
            status,
            remedy="redirects are not followed; give Session that address if it is yours",
        )
    try:
        data = response.decoded() if response.body.strip() else {}
    except ValueError:
        text = response.body.decode("utf-8", "replace")
        if status >= 400:  # noqa: PLR2004 - an error page of a gateway: the status tells more
            raise error_for(status, text) from None
        raise InvalidResponseError(text, status, remedy="no JSON came: is that the address of the server?") from None
    if isinstance(data, dict) and isinstance(data.get("error"), dict):
        raise error_for(status, data["error"])
    if status >= 400:  # noqa: PLR2004 - an error without the envelope
        raise error_for(status, data)
    if not isinstance(data, dict):
        raise InvalidResponseError(data, status, remedy="the answer is no envelope")
    return data


def objects_in(spec: ObjectSpec, data: Mapping[str, Any]) -> list[Row]:
    """The objects of an answer: one or a list under the name of its type; the name is missing where none was found."""
    if "object" in data:
        return [_of_item(spec, item) for item in data["object"]]
    found = data.get(spec.key)
    if found is None:
        return []
    return list(found) if isinstance(found, list) else [found]


def _of_item(spec: ObjectSpec, item: Mapping[str, Any]) -> Row:
    """The object of an item of a search, which stands under the name of its type."""
    found = item.get(spec.key)
    if found is None:
        found = next((value for name, value in item.items() if name != "objectId" and isinstance(value, dict)), None)
    if not isinstance(found, dict):
        raise InvalidResponseError(dict(item), None, remedy="an item of the answer holds no object")
    return found


def row_of(spec: ObjectSpec, found: Row, custom: Iterable[str] = (), *, whole: bool = True) -> Row:
    """The row of an object of an answer.

    Args:
        spec: The class.
        found: The object as it came.
        custom: The wire names of the properties that were asked for.
        whole: Whether the answer holds the whole object, so that what is left out has no value.
    """
    sheet = found.pop("propertySheet", None)
    for name, collection in spec.collections.items():
        embedded = (collection.raw.get("extra") or {}).get("embedded")
        if embedded and (embedded in found or spec.key == "propertySheet"):
            found[name] = found.pop(embedded, [])
    if whole:
        found = {**_blank(spec), **found}
    if custom:
        values = {entry["propertyName"]: entry.get("value") for entry in (sheet or {}).get("property", ())}
        found.update((name, values.get(property_name(name))) for name in custom)
    return found


@lru_cache(maxsize=256)
def _blank(spec: ObjectSpec) -> Row:
    """The fields that an object has no value of unless its answer tells: empty ones are left out of answers."""
    # Lists come with some answers only; what is written only, with none.
    return {
        name: None
        for name, field in spec.fields.items()
        if not field.raw.get("writeOnly") and not field.type.startswith("list<")
    }


def is_custom_name(name: str) -> bool:
    """Whether a wire name is that of a property: `$[release/owner]`, as CloudBees CD itself writes references to one."""
    return name.startswith("$[") and name.endswith("]")


def property_name(name: str) -> str:
    """The name of the property that `$[name]` is."""
    return name[2:-1]
