"""What comes inside a case: its history, the definition of its process, its attachments. Value objects, read only.

The facts name few of their keys; each keeps what came in `raw`. Source: `API.md` section 4 of the facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import field, frozen

from workfront_orm.core.types import parse_datetime

__all__ = ["Attachment", "Audit", "Definition", "Form", "HistoryEntry"]

_HIDDEN: Any = field(factory=dict, repr=False, eq=False)


@frozen
class Attachment:
    """A file that is the value of a field of a case; `session.upload()` makes one, `session.download()` reads it.

    Attributes:
        name: The file's name.
        url: Where it is read.
    """

    name: str
    url: str = field(repr=False)

    def wire(self) -> dict[str, str]:
        """The value of a field."""
        return {"fileName": self.name, "fileUrl": self.url}


@frozen
class Audit:
    """Who made a case, and when.

    Attributes:
        user: The e-mail address.
        date: The moment; None where it does not tell.
    """

    user: str
    date: Any = None


@frozen
class HistoryEntry:
    """One activity that was executed.

    Attributes:
        updated_by: The e-mail address of who executed it.
        updated_on: When; None where the entry does not tell.
        form: The id of the form that was executed.
        next_form: The id of the form that the case waits for since; None where it is closed.
        raw: The entry as it came.
    """

    updated_by: str | None
    updated_on: datetime | None
    form: str | None
    next_form: str | None
    raw: dict[str, Any] = _HIDDEN

    @classmethod
    def read(cls, raw: dict[str, Any]) -> HistoryEntry:
        """An entry as it came."""
        moment = raw.get("updatedOn")
        found = parse_datetime(moment) if isinstance(moment, str) and moment else None
        return cls(
            raw.get("updatedBy"),
            found if isinstance(found, datetime) else None,
            (raw.get("currentActivity") or {}).get("formId"),
            (raw.get("nextActivity") or {}).get("formId"),
            raw,
        )


@frozen
class Form:
    """A form of a process: an activity and what may follow it.

    Attributes:
        id: Its id.
        actions: The ids of the forms that its actions lead to; none where it ends the case.
        raw: The form as it came.
    """

    id: str
    actions: tuple[str, ...] = ()
    raw: dict[str, Any] = _HIDDEN


@frozen
class Definition:
    """The definition of a process.

    Attributes:
        company_id: The company's id.
        slug: The process.
        version: Its version.
        forms: Its forms by id; empty where the answer has none.
        fields: The type of each field by slug; empty where the answer has none.
        raw: The definition as it came.
    """

    company_id: str | None
    slug: str | None
    version: int | None
    forms: dict[str, Form]
    fields: dict[str, str]
    raw: dict[str, Any] = _HIDDEN

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Definition:
        """A definition as it came; what has another form than expected is left out, and stands in `raw`."""
        forms = {
            one["formId"]: Form(one["formId"], tuple(map(_form_of, one.get("actions") or ())), one)
            for one in _entries(raw.get("forms"), "formId")
        }
        fields = {one["slug"]: str(one.get("type") or "any") for one in _entries(raw.get("fields"), "slug")}
        return cls(raw.get("companyId"), raw.get("processId"), raw.get("processVersion"), forms, fields, raw)


def _entries(value: Any, key: str) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else ()
    return [one for one in found if isinstance(one, dict) and isinstance(one.get(key), str)]


def _form_of(action: Any) -> str:
    """An action is the id of a form, or holds it."""
    return str(action.get("nextFormId") or action.get("formId")) if isinstance(action, dict) else str(action)
