"""Batches: up to fifty commands in one request, each with an outcome of its own.

A command is `method?query` with PHP's bracketed names, and may use what an earlier one answered
as `$result[key][path]`. Source: `API.md` section 8 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from attrs import frozen

from workfront_orm.core.exchange import Effect

from .errors import Bitrix24APIError, InvalidResponseError, error_for
from .wire import as_map, call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .wire import Call

__all__ = ["LIMIT", "Answer", "Command", "batch", "command_text"]

LIMIT = 50
"""The number of commands that one batch takes."""


@frozen
class Command:
    """One command of a batch.

    Attributes:
        method: The method.
        params: Its parameters.
    """

    method: str
    params: Mapping[str, Any]


@frozen
class Answer:
    """What one command answered.

    Attributes:
        result: Its `result`.
        error: Why it failed, or None.
        total: The number of all rows, of a list.
        next: Where the next page starts, of a list.
        ran: Whether the server says anything of it; after a failure a halted batch runs no more.
    """

    result: Any = None
    error: Bitrix24APIError | None = None
    total: int | None = None
    next: int | None = None
    ran: bool = True


def batch(
    operation: str,
    commands: Sequence[Command],
    *,
    decode: Callable[[list[Answer]], Any],
    effect: Effect = Effect.READ,
    halt: bool = False,
) -> Call:
    """A request that runs several commands in order.

    Args:
        operation: What is being done, for messages.
        commands: The commands, at most 50; the key of the first is `c0`.
        decode: Turns the answers, one for each command, into what the request is for.
        effect: What repeating it would do.
        halt: Whether the server stops at the first command that fails.
    """
    keys = [f"c{index}" for index in range(len(commands))]

    def read(envelope: Mapping[str, Any]) -> Any:
        return decode(_answers(envelope, keys))

    return call(
        operation,
        "batch",
        {
            "halt": int(halt),
            "cmd": {key: command_text(command) for key, command in zip(keys, commands, strict=True)},
        },
        effect=effect,
        decode=read,
        methods=[command.method for command in commands],
    )


def command_text(command: Command) -> str:
    """A command as it travels: `crm.deal.get?id=5`."""
    query = "&".join(f"{name}={value}" for name, value in _pairs(command.params))
    return f"{command.method}?{query}" if query else command.method


def _answers(envelope: Mapping[str, Any], keys: list[str]) -> list[Answer]:
    result = envelope["result"]
    if not isinstance(result, (dict, list)):
        raise InvalidResponseError(result, 200, remedy="a batch answers a map")
    told = as_map(result)
    results, errors = as_map(told.get("result")), as_map(told.get("result_error"))
    totals, nexts = as_map(told.get("result_total")), as_map(told.get("result_next"))
    return [
        Answer(
            result=results.get(key),
            error=error_for(None, errors[key]) if key in errors else None,
            total=totals.get(key),
            next=nexts.get(key),
            ran=key in results or key in errors,
        )
        for key in keys
    ]


def _pairs(params: Mapping[str, Any], lead: str = "") -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        place = f"{lead}[{quote_plus(str(name))}]" if lead else quote_plus(str(name))
        if isinstance(value, (list, tuple)):
            # An empty list does not travel in a query; a list of one empty text clears a field too.
            value = dict(enumerate(value or [""]))  # noqa: PLW2901 - lists are maps of their indexes
        if isinstance(value, dict):
            yield from _pairs(value, place)
        else:
            yield place, quote_plus(_text(value))


def _text(value: Any) -> str:
    if value is None or value is False:
        return "0" if value is False else ""
    return "1" if value is True else str(value)
