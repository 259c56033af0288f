"""What classes of cases have beside the fields: history and forms, attachments, and executing an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.errors import UnknownNameError, near_matches
from workfront_orm.core.exchange import Change, Outcome
from workfront_orm.core.saving import apply_outcome
from workfront_orm.core.tracking import SaveResult, changed_fields, original_of

from .documents import Attachment, Definition, HistoryEntry
from .errors import NotFoundError
from .families import FIELD
from .writing import execution

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HELPERS"]

_STALE = ("history", "users", "fieldValues")


def number(self: Any) -> int | None:
    """The number of the case; None before it is saved."""
    found: int | None = self._row.get("caseNumber")
    return found


def definition(self: Any) -> Definition:
    """The definition of the process, from the level of detail that has it."""
    found: Definition = self.process_definition
    return found


def initiator(self: Any) -> str | None:
    """The e-mail address of who began the case: of its first entry of history, else of who made it."""
    history: tuple[HistoryEntry, ...] = self.history or ()
    if history:
        return history[0].updated_by
    audit = self.create_audit
    return None if audit is None else str(audit.user)


def current(self: Any) -> HistoryEntry:
    """The last entry of the history.

    Raises:
        NotFoundError: The history is empty.
    """
    history = self.history
    if not history:
        raise NotFoundError(f"{self._label()} has no history")
    last: HistoryEntry = history[-1]
    return last


def next_form(self: Any) -> str | None:
    """The id of the form that the case waits for; None for a closed case."""
    return current(self).next_form


def is_closed(self: Any) -> bool:
    """Whether nothing is waited for any more."""
    return next_form(self) is None


def actions(self: Any) -> tuple[str, ...]:
    """The actions that `execute()` takes now: the ids of the forms that they lead to; none for a closed case."""
    waiting = next_form(self)
    form = definition(self).forms.get(waiting) if waiting is not None else None
    return () if form is None else form.actions


def entries(self: Any, form: str) -> tuple[HistoryEntry, ...]:  # noqa: D417 - self is no argument
    """The entries of the history of one form, oldest first.

    Args:
        form: The id of the form.
    """
    return tuple(entry for entry in self.history if entry.form == form)


def latest(self: Any, form: str) -> HistoryEntry:  # noqa: D417 - self is no argument
    """The last entry of the history of one form.

    Args:
        form: The id of the form.

    Raises:
        NotFoundError: It was never executed.
    """
    found = entries(self, form)
    if not found:
        known = list(dict.fromkeys(str(entry.form) for entry in self.history))
        raise NotFoundError(f"{self._label()}: form {form!r} was never executed{near_matches(form, known)}")
    return found[-1]


def files(self: Any) -> dict[str, Attachment]:
    """The attachments of the case by the slugs of their fields."""
    found = [one for one in self.field_values or () if isinstance(one, dict) and one.get("fileUrl")]
    return {one["slug"]: Attachment(str(one.get("value") or ""), one["fileUrl"]) for one in found}


def execute(  # noqa: D417 - self is no argument
    self: Any, action: str, *, skip_extensions: bool = False, exec_user_id: str | None = None
) -> SaveResult:
    """Execute the activity that the case waits for, with its unsaved changes as the data of the form.

    Sends one `POST /exec`, after a read of the case where its history or the definition of its process is not
    loaded. Afterwards what was sent is clean, and the history is read again when it is next asked for. It acts
    each time, so that it is never repeated by itself.

    Args:
        action: One of `case.actions`: the id of the form that it leads to.
        skip_extensions: Whether the web hooks of the process are not called.
        exec_user_id: The e-mail address of the user for whom it is executed, in place of the session's.

    Raises:
        UnknownNameError: There is no such action now; the message gives near ones. Nothing was sent.
        ValueError: The case is not saved, or closed. Nothing was sent.
        InvalidRequestError: The server refuses, for example since somebody else was faster.
        OutcomeUnknown: No answer came; refresh the case and look at its history.
    """
    session = self._session("execute")
    label = f"execute {action!r} of {self._label()}"
    if self.id is None or self._state.status != "persistent":
        raise ValueError(f"{label}: it is not begun, or not any more; save() begins it")
    if type(skip_extensions) is not bool:
        raise TypeError(f"{label}: skip_extensions takes True or False, not {skip_extensions!r}")
    forms = definition(self).forms
    waiting = next_form(self)
    if waiting is None:
        raise ValueError(f"{label}: the case is closed, nothing can be executed any more")
    allowed = actions(self)
    # Where the definition tells nothing of the form, the server decides.
    if not isinstance(action, str) or (waiting in forms and action not in allowed):
        hint = near_matches(str(action), allowed)
        raise UnknownNameError(f"{label}: form {waiting!r} has no such action{hint} (actions: {', '.join(allowed)})")
    changed = {name: value for name, value in changed_fields(self).items() if name.startswith(FIELD)}
    change = Change(
        kind="update",
        object=self,
        values=changed,
        originals={name: original_of(self, name) for name in changed},
    )
    session.execute(execution(self, waiting, action, changed, skip_extensions=skip_extensions, user=exec_user_id))
    apply_outcome(session, change, Outcome(stale=_STALE))
    return SaveResult(tuple(changed), updated=True)


HELPERS: Mapping[str, Any] = {
    "actions": property(actions),
    "current": property(current),
    "definition": property(definition),
    "entries": entries,
    "execute": execute,
    "files": property(files),
    "initiator": property(initiator),
    "is_closed": property(is_closed),
    "latest": latest,
    "next_form": property(next_form),
    "number": property(number),
}
"""Attributes of all classes of cases."""
