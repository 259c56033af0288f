"""Deleting an object together with others that it is linked with: asked by name, shown first.

A contact or company is often shared: other deals and cards refer to it. So what would go is shown
with what else refers to it, and nothing that is shared goes unless the caller says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.members import find_member
from workfront_orm.core.objects import Object
from workfront_orm.core.report import Report, ReportRow

from .batch import LIMIT, Command, batch
from .errors import AccessDeniedError, Bitrix24APIError, ConflictError
from .kinds import family_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .batch import Answer
    from .session import Session

__all__ = ["Deletion", "plan"]

# The kinds of objects that refer to contacts and companies, by the field that does.
_REFERRING = {
    "contact": (("deal", "CONTACT_ID"), ("lead", "CONTACT_ID"), ("quote", "CONTACT_ID")),
    "company": (("deal", "COMPANY_ID"), ("lead", "COMPANY_ID"), ("quote", "COMPANY_ID"), ("contact", "COMPANY_ID")),
}
_ITEM_FIELDS = {"contact": "contactId", "company": "companyId"}


class Deletion:
    """What is to be deleted; `print()` shows it, `apply()` does it.

    Attributes:
        object: The object.
        linked: The objects that are to go with it.
        uses: What else refers to the linked objects: kind and number, by object.
        complete: Whether all smart processes could be looked through for such uses.
    """

    def __init__(
        self,
        session: Session,
        obj: Object,
        linked: Sequence[Object],
        uses: dict[Object, dict[str, int]],
        *,
        complete: bool,
    ) -> None:
        self._session = session
        self.object = obj
        self.linked = tuple(linked)
        self.uses = uses
        self.complete = complete

    @property
    def shared(self) -> tuple[Object, ...]:
        """The linked objects that something else refers to."""
        return tuple(obj for obj in self.linked if self.uses.get(obj))

    def __str__(self) -> str:
        """One line for each object, with what else refers to it."""
        lines = [f"delete {self.object._label()}"]
        for obj in self.linked:
            others = ", ".join(f"{count} {kind}" for kind, count in self.uses.get(obj, {}).items())
            lines.append(f"delete {obj._label()}{f' (also used by {others})' if others else ''}")
        if self.linked and not self.complete:
            lines.append("smart processes were not looked through for further uses: that takes a CRM administrator")
        return "\n".join(lines)

    __repr__ = __str__

    def apply(self, *, shared: bool = False) -> Report:
        """Delete the object, and once it is gone the linked ones.

        Args:
            shared: Delete linked objects as well that something else refers to.

        Returns:
            A report with one row for each object, the object itself first.

        Raises:
            ConflictError: A linked object is shared; nothing was deleted.
        """
        if self.shared and not shared:
            names = ", ".join(obj._label() for obj in self.shared)
            raise ConflictError(
                f"{names}: something else refers to it; nothing was deleted",
                None,
                operation=f"delete {self.object._label()}",
                remedy="leave it out, or say apply(shared=True)",
            )
        report = self._session.delete_all([self.object])
        if report.deleted and self.linked:
            rest = self._session.delete_all(self.linked)
            rows = [ReportRow(row.index + 1, row.object, row.status, row.sent, row.error) for row in rest]
            report = Report([*report.rows, *rows], report.requests + rest.requests)
        elif self.linked:
            reason = Bitrix24APIError(f"{self.object._label()} was not deleted, so this was left alone", None)
            rows = [ReportRow(place, obj, "failed", (), reason) for place, obj in enumerate(self.linked, 1)]
            report = Report([*report.rows, *rows], report.requests)
        return report


def plan(session: Session, obj: Object, linked: Sequence[str]) -> Deletion:
    """See `Session.deletion`."""
    if isinstance(linked, str):
        raise TypeError(f"linked takes the names of references or collections, not the string {linked!r}")
    found: dict[int, Object] = {}
    for name in linked:
        member = find_member(type(obj), name)
        value = getattr(obj, name) if member is not None else _unknown(obj, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Object):
                found.setdefault(id(one), one)
    objects = list(found.values())
    kinds, complete = _smart_processes(session) if any(one.code in _ITEM_FIELDS for one in objects) else ([], True)
    return Deletion(session, obj, objects, _uses(session, obj, objects, kinds), complete=complete)


def _unknown(obj: Object, name: str) -> Any:
    from workfront_orm.core.errors import UnknownNameError, near_matches

    raise UnknownNameError(
        f"{type(obj).__name__} has no reference or collection {name!r}{near_matches(name, type(obj)._members)}"
    )


def _smart_processes(session: Session) -> tuple[list[int], bool]:
    try:
        return list(session._portal.types()), True
    except AccessDeniedError:
        return [], False


def _uses(
    session: Session, obj: Object, linked: Sequence[Object], kinds: Sequence[int]
) -> dict[Object, dict[str, int]]:
    """What refers to the linked objects beside the object that goes, counted by the portal."""
    asked = list(_questions(session, linked, kinds))
    uses: dict[Object, dict[str, int]] = {}
    for start in range(0, len(asked), LIMIT):
        chunk = asked[start : start + LIMIT]
        request = batch(
            f"look for uses of what {obj._label()} is linked with",
            [command for _one, _kind, command in chunk],
            decode=lambda answers: answers,
        )
        answers: list[Answer] = session.execute(request)
        for (one, kind, _command), answer in zip(chunk, answers, strict=True):
            if isinstance(answer.error, Bitrix24APIError) and not isinstance(answer.error, AccessDeniedError):
                raise answer.error
            count = (answer.total or 0) - (1 if kind == obj.code else 0)
            if count > 0:
                uses.setdefault(one, {})[kind] = count
    return uses


def _questions(
    session: Session, linked: Sequence[Object], kinds: Sequence[int]
) -> Iterator[tuple[Object, str, Command]]:
    for one in linked:
        for kind, field in _REFERRING.get(str(one.code), ()):
            family = family_of(session.api.base.by_code[kind]._spec)
            yield one, kind, family.listing({f"={field}": one.id}, select=["ID"])
        for number in kinds:
            if str(one.code) in _ITEM_FIELDS:
                params = {
                    "entityTypeId": number,
                    "filter": {f"={_ITEM_FIELDS[str(one.code)]}": one.id},
                    "select": ["id"],
                }
                yield one, f"item:{number}", Command("crm.item.list", params)
