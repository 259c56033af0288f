"""What a portal is asked when objects are written. Sources: `API.md` sections 6, 8 and 10 of the facts.

One change takes the plain form; several travel as commands of batches, each with an outcome of its
own, so that a bad one names itself and leaves the others alone. Phones and files get ids from the
portal, so where they change the objects are read again in the same request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.exchange import Effect, Outcome, Status
from workfront_orm.core.fields import Field
from workfront_orm.core.members import find_member
from workfront_orm.core.tracking import NOT_LOADED

from .batch import LIMIT, batch
from .codecs import is_custom_name
from .errors import InvalidResponseError, NotFoundError, ThrottledError
from .files import FILE
from .kinds import family_of
from .multifields import MultiFields, difference
from .reading import REFERENCE
from .wire import call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workfront_orm.core.exchange import Change, Request
    from workfront_orm.core.objects import Object
    from workfront_orm.core.types import Codec

    from .batch import Answer, Command
    from .families import Family

__all__ = ["check", "plan"]

_EFFECTS = {"create": Effect.UNSAFE, "update": Effect.IDEMPOTENT, "delete": Effect.IDEMPOTENT}


def check(change: Change) -> None:
    """A last look at a change before it is planned.

    Raises:
        UnknownNameError: A custom field that the portal does not have: it would drop the value and report success.
        ValueError: A list of phones or files is to be replaced that was never read.
    """
    obj = change.object
    spec = type(obj)._spec
    if spec is not None and spec.marks.get("src") == "live":
        for name in change.values:
            if is_custom_name(name) and name not in spec.fields:
                custom = [known for known in spec.fields if is_custom_name(known)]
                raise UnknownNameError(
                    f"save {obj._label()}: {type(obj).__name__} has no field {name!r} on this portal"
                    f"{near_matches(name, custom)}; Bitrix24 would drop the value without a word; one that was added "
                    "meanwhile is known after session.reflect()"
                )
    if change.kind != "update":
        return
    for name in change.values:
        codec = _codec(obj, name)
        if codec is not None and codec.by_difference and change.originals.get(name, NOT_LOADED) is NOT_LOADED:
            python_name = type(obj)._python_names.get(name, name)
            raise ValueError(
                f"save {obj._label()}: {type(obj).__name__}.{python_name} was assigned without having been read, so what "
                f"it replaces is not known; call load({python_name!r}) first"
            )


def plan(changes: Sequence[Change]) -> list[tuple[Request, list[Change]]]:
    """Requests that write changes of one class and kind."""
    family = family_of(changes[0].object._spec)
    prepared = [_Prepared(family, change) for change in changes]
    # What the server would take for a reference inside a batch travels alone.
    alone = [one for one in prepared if one.refers]
    together = [one for one in prepared if not one.refers]
    planned = [(_single(family, one), [one.change]) for one in alone]
    for chunk in _split(together):
        if len(chunk) == 1 and not chunk[0].reread:
            planned.append((_single(family, chunk[0]), [chunk[0].change]))
        else:
            planned.append((_batch(family, chunk), [one.change for one in chunk]))
    return planned


class _Prepared:
    """A change with the command that carries it out.

    Attributes:
        change: The change.
        command: The command.
        reread: Names of fields that only a read tells afterwards.
        refers: Whether a value looks like a reference to another command.
        repeatable: Whether doing it twice leaves the same state.
    """

    def __init__(self, family: Family, change: Change) -> None:
        self.change = change
        obj = change.object
        self.repeatable = change.kind != "create"
        values = {name: self._sent(name, value) for name, value in change.values.items()}
        self.reread = () if change.kind == "delete" else tuple(name for name in values if _is_read_again(obj, name))
        if change.kind == "create":
            self.command: Command = family.add(values)
        elif change.kind == "update":
            self.command = family.update(obj._row, values)
        else:
            self.command = family.delete(obj._row)
        self.refers = REFERENCE in str(self.command.params)

    def _sent(self, name: str, value: Any) -> Any:
        if isinstance(_codec(self.change.object, name), MultiFields):
            old = self.change.originals.get(name)
            sent = difference(old if isinstance(old, list) else [], value or [])
            self.repeatable = self.repeatable and all("ID" in entry for entry in sent)
            return sent
        # Inside a batch there is no null; an empty text clears a field in both forms.
        return "" if value is None else value


def _single(family: Family, prepared: _Prepared) -> Request:
    change = prepared.change
    label = f"{change.kind} {change.object._label()}"
    effect = _EFFECTS[change.kind] if prepared.repeatable else Effect.UNSAFE

    def decode(envelope: Mapping[str, Any] | None) -> list[Outcome]:
        outcome = _outcome(family, change, None if envelope is None else envelope["result"])
        outcome.stale = prepared.reread
        return [outcome]

    request = call(label, prepared.command.method, prepared.command.params, effect=effect, decode=decode)
    request.gone_is_done = change.kind == "delete"
    return request


def _batch(family: Family, chunk: list[_Prepared]) -> Request:
    changes = [one.change for one in chunk]
    kind = changes[0].kind
    name = type(changes[0].object).__name__
    label = f"{kind} {changes[0].object._label()}" if len(chunk) == 1 else f"{kind} {len(chunk)} {name}"
    commands = [one.command for one in chunk]
    reread = [index for index, one in enumerate(chunk) if one.reread]
    commands += _rereads(family, chunk, reread)
    effect = _EFFECTS[kind] if all(one.repeatable for one in chunk) else Effect.UNSAFE

    def decode(answers: list[Answer]) -> list[Outcome]:
        done = answers[: len(chunk)]
        outcomes = [_settled(family, change, answer) for change, answer in zip(changes, done, strict=True)]
        put_off = outcomes[0].error
        if put_off is not None and all(outcome.status is Status.SKIPPED for outcome in outcomes):
            # Nothing was done, so that the request as a whole is sent again when the portal takes it.
            raise put_off
        _take_rereads(family, chunk, outcomes, answers[len(chunk) :])
        return outcomes

    return batch(label, commands, decode=decode, effect=effect)


def _settled(family: Family, change: Change, answer: Answer) -> Outcome:
    error = answer.error
    if error is None:
        if not answer.ran:
            return Outcome(status=Status.UNKNOWN)
        try:
            return _outcome(family, change, answer.result)
        except InvalidResponseError as wrong:
            # One command's answer says nothing of the others.
            return Outcome(status=Status.UNKNOWN, error=wrong)
    error.operation = f"{change.kind} {change.object._label()}"
    if isinstance(error, NotFoundError) and change.kind == "delete":
        # It is gone, be it by an attempt before of which no answer came.
        return Outcome()
    if isinstance(error, ThrottledError):
        return Outcome(status=Status.SKIPPED, error=error)
    return Outcome(status=Status.FAILED, error=error)


def _outcome(family: Family, change: Change, result: Any) -> Outcome:
    if change.kind == "create":
        return family.created(result)
    if change.kind == "update":
        return family.updated(result)
    # Deletes answer true, an empty list or null, depending on the kind.
    return Outcome()


# --- reading again ----------------------------------------------------------------------


def _rereads(family: Family, chunk: list[_Prepared], reread: list[int]) -> list[Command]:
    """Commands that read what the portal made of phones and files, in the same request."""
    if not reread:
        return []
    if not family.filters_ids:
        return [family.get(chunk[index].change.object.id) for index in reread]
    names = list(dict.fromkeys(name for index in reread for name in chunk[index].reread))
    keys = [
        f"$result[c{index}]" if chunk[index].change.kind == "create" else chunk[index].change.object.id
        for index in reread
    ]
    select = [*family.key, *names]
    return [family.listing({f"@{family.key[-1]}": keys}, select=select, order={family.key[-1]: "ASC"}, start=-1)]


def _take_rereads(family: Family, chunk: list[_Prepared], outcomes: list[Outcome], answers: list[Answer]) -> None:
    """Complete outcomes by what was read again; what could not be read is stale."""
    rows: dict[Any, dict[str, Any]] = {}
    for answer in answers:
        if answer.error is None and answer.ran:
            rows.update((row.get(family.key[-1]), row) for row in family.rows(answer.result))
    for one, outcome in zip(chunk, outcomes, strict=True):
        if not one.reread or outcome.status is not Status.DONE:
            continue
        key = outcome.key if one.change.kind == "create" else one.change.object.id
        row = rows.get(key[-1] if isinstance(key, tuple) else key)
        if row is None:
            outcome.stale = one.reread
        else:
            # A list without entries is left out of the answer.
            outcome.row = {**(outcome.row or {}), **{name: row.get(name, []) for name in one.reread}}


def _codec(obj: Object, name: str) -> Codec | None:
    field = find_member(type(obj), name)
    return field.codec if isinstance(field, Field) else None


def _is_read_again(obj: Object, name: str) -> bool:
    """Whether the portal gives ids to what a field holds, which only a read tells: phones and files."""
    codec = _codec(obj, name)
    return isinstance(codec, MultiFields) or codec is FILE or getattr(codec, "item", None) is FILE


def _split(prepared: list[_Prepared]) -> Iterator[list[_Prepared]]:
    """Chunks that fit a batch: the command that reads again takes a place too."""
    chunk: list[_Prepared] = []
    for one in prepared:
        most = LIMIT - 1 if one.reread or any(other.reread for other in chunk) else LIMIT
        if len(chunk) >= most:
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk
