"""Methods that no metadata has: the predecessor's helpers of four classes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workfront_orm.core.objects import Object

__all__ = ["HELPERS"]


def add_comment(self: Any, text: str) -> Object:  # noqa: D417 - self is no argument
    """Add a comment to this object.

    Sends one create of a note; the note that is returned needs no saving. Workfront notifies
    people about notes.

    Args:
        text: The comment.
    """
    session = self._session("add_comment")
    comment: Object = session.api.Note(session, note_text=text, note_obj_code=self.code, obj_id=self.id)
    comment.save()
    return comment


def reply(self: Any, text: str) -> Object:  # noqa: D417 - self is no argument
    """Add a comment to this comment.

    Sends one create of a note, after a read of where this one belongs if that is not loaded.

    Args:
        text: The comment.
    """
    session = self._session("add_comment")
    lacking = [name for name in ("noteObjCode", "objID") if name not in self.fields]
    if lacking:
        self.load(*lacking)
    comment: Object = session.api.Note(
        session, note_text=text, note_obj_code=self.note_obj_code, obj_id=self.obj_id, parent_note_id=self.id
    )
    comment.save()
    return comment


def convert_to_task(self: Any) -> Object:
    """Convert this issue to a task, keeping the issue, its primary contact and its updates.

    Sends one action, after a read of name and description if they are not loaded; the task that is
    returned needs no saving.
    """
    session = self._session("convert_to_task")
    names = ("name", "description", "enteredByID")
    lacking = [name for name in names if name not in self.fields]
    if lacking:
        self.load(*lacking)
    task = {name: self.fields[name] for name in names if self.fields[name] is not None}
    options = ["preserveIssue", "preservePrimaryContact", "preserveUpdates"]
    data = session.put(f"{self.api_url()}/convertToTask", {"updates": {"options": options, "task": task}})
    converted: Object = session.api.Task(session, ID=data["result"])
    return converted


def _update_obj(self: Any) -> Object | None:
    """The object that this update is about, or None; its fields load when asked for."""
    session = self._session("update_obj")
    if self.update_obj_id is None:
        return None
    row = {"ID": self.update_obj_id, "objCode": self.update_obj_code}
    obj: Object = session.api.from_data(session, row)
    return obj


HELPERS: Mapping[str, Mapping[str, Any]] = {
    "TASK": {"add_comment": add_comment},
    "OPTASK": {"add_comment": add_comment, "convert_to_task": convert_to_task},
    "NOTE": {"add_comment": reply},
    "UPDATE": {"update_obj": property(_update_obj)},
}
"""By object code: the attributes that its class gets."""
