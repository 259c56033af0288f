"""Actions: who serves which, and what they get. Those that are not served answer so."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.call import NO_BODY, Call
from workfront_orm.sandbox.workfront.wire import UNSUPPORTED, WireError, data_response, invalid, parse_lenient

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.core.specs import ActionSpec, ObjectSpec
    from workfront_orm.sandbox.backend import Response
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity
    from workfront_orm.sandbox.workfront.writes import Writer

_CONTROL = frozenset({"method", "action", "updates", "sessionID", "apiKey", "fields", "ID", "id"})
# The facts' older files lack this result: a helper of python-workfront displaced the action there.
_WITH_RESULT = frozenset({("OPTASK", "convertToTask")})
_MODULES = ("work_actions", "other_actions")


@dataclass(slots=True)
class Action:
    """One call of an action.

    Attributes:
        keys: ids of the objects it is called on; none for one of the class.
        arguments: by name.
    """

    context: Context
    writer: Writer
    entity: Entity
    keys: list[str]
    arguments: dict[str, Any]

    @property
    def key(self) -> str:
        """The one object it is called on.

        Raises:
            WireError: there is none, or it is not there.
        """
        if not self.keys:
            raise invalid(f"This action needs the ID of a {self.entity.name}")
        self.writer.existing(self.entity, self.keys[0])
        return self.keys[0]

    def text(self, name: str) -> str | None:
        """An argument as text, None when it is missing or empty."""
        value = self.arguments.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return None if value is None or value == "" else str(value)

    def needed(self, name: str) -> str:
        """An argument as text.

        Raises:
            WireError: it is missing.
        """
        value = self.text(name)
        if value is None:
            raise invalid(f"The action needs the argument {name}")
        return value

    def many(self, name: str) -> list[str]:
        """An argument that is a list: repeated, JSON, or with commas."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return []
        if isinstance(value, list):
            return [str(item) for item in value]
        return [part.strip() for part in str(value).split(",") if part.strip()]

    def object(self, name: str) -> dict[str, Any]:
        """An argument that is an object of fields; empty when it is missing.

        Raises:
            WireError: it is something else.
        """
        value = self.arguments.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise invalid(f"The argument {name} is an object of fields")
        return value


def run(context: Context, writer: Writer, entity: Entity, spec: ObjectSpec, name: str, keys: list[str]) -> Response:
    """Do an action.

    Raises:
        WireError: the version does not have it, the sandbox does not serve it, or whatever it was told wrong.
    """
    known = spec.actions.get(name)
    if known is None:
        raise invalid(f"APIModel {context.version.label} does not support action {name} ({entity.name})")
    served = find(entity.code, name)
    if served is None:
        raise WireError(
            400,
            UNSUPPORTED,
            f"The sandbox does not serve the action {name} ({entity.name}); docs/sandbox.md lists what it serves",
        )
    action = Action(context, writer, entity, keys, arguments_of(context.call, known))
    with context.store.transaction():
        result = served(action)
    if known.result is None and (entity.code, name) not in _WITH_RESULT:
        return data_response({"success": True})
    return data_response({"result": result})


def find(code: str, name: str) -> Callable[[Action], Any] | None:
    """What serves an action, None when nothing does."""
    for module in _MODULES:
        table = importlib.import_module(f"workfront_orm.sandbox.workfront.{module}").SERVED
        found = table.get((code, name)) or table.get(("*", name))
        if found is not None:
            served: Callable[[Action], Any] = found
            return served
    return None


def arguments_of(call: Call, spec: ActionSpec) -> dict[str, Any]:
    """Arguments of an action: parameters, inside `updates`, or a JSON body.

    Raises:
        WireError: `updates` is no JSON object.
    """
    declared = {argument.name.strip(): argument.type for argument in spec.arguments or ()}
    found: dict[str, Any] = {}
    for name, value in call.pairs:
        if name in _CONTROL and name not in declared:
            continue
        item = _argument(name, value, declared.get(name, ""))
        if name in found:
            known = found[name]
            found[name] = [
                *(known if isinstance(known, list) else [known]),
                *(item if isinstance(item, list) else [item]),
            ]
        else:
            found[name] = item
    updates = call.body if call.body is not NO_BODY else call.get("updates")
    if isinstance(updates, str):
        try:
            updates = parse_lenient(updates)
        except ValueError as error:
            raise invalid(f"updates is no JSON: {error}") from None
    if updates is None:
        return found
    if not isinstance(updates, dict):
        raise invalid("The arguments of an action are a JSON object")
    return {**found, **updates}


def _argument(name: str, value: str, kind: str) -> Any:
    """Objects and lists travel as JSON text; text that is declared as such stays text."""
    if value[:1] in ("{", "[") and kind != "string":
        try:
            return parse_lenient(value)
        except ValueError:
            raise invalid(f'Invalid Parameter: {name} value "{value}"') from None
    return value
