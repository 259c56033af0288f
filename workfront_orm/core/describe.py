"""Describing members in words: what help(), editors and listings show."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .metadata import MemberSpec

__all__ = ["doubts", "member_doc"]


def member_doc(member: Any) -> str:
    """The documentation of a field, reference or collection, from its metadata.

    It begins with the kind and the wire name, then tells type, values, target and what is doubtful.
    """
    spec: MemberSpec = member.spec
    lines = [f":class:`~workfront_orm.meta.{_kind(member)}` for ``{spec.name}``"]
    raw = spec.raw
    if spec.label:
        lines.append(f"Label: {spec.label}.")
    if raw.get("type"):
        lines.append(f"Type: ``{raw['type']}``.")
    if raw.get("values"):
        values = ", ".join(f"``{value}``" + (f" ({label})" if label else "") for value, label in raw["values"])
        lines.append(f"Values: {values}{'; tenants may add their own' if raw.get('open') else ''}.")
    if raw.get("reference"):
        lines.append(f"Holds the id of the reference ``{raw['reference']}``.")
    if raw.get("target"):
        lines.append(f"Leads to ``{raw['target']}``.")
    if raw.get("field"):
        lines.append(f"Its id is in ``{raw['field']}``.")
    if raw.get("readOnly"):
        lines.append("Read-only.")
    lines += doubts(spec)
    return "\n\n".join(lines) if len(lines) == 1 else f"{lines[0]}\n\n" + "\n".join(lines[1:])


def doubts(spec: MemberSpec) -> list[str]:
    """What is not certain about a member, one sentence each."""
    marks = spec.marks
    found = []
    if marks.get("inferred"):
        basis = marks.get("basis")
        found.append(f"Inferred, not documented{f' ({basis})' if basis else ''}.")
    if marks.get("unconfirmed"):
        found.append("Unconfirmed: not in every source.")
    if marks.get("doubtful"):
        found.append("Doubtful.")
    if marks.get("openapi") == "absent":
        found.append("Absent from the vendor's OpenAPI file.")
    if marks.get("dangling"):
        found.append("Its target is no object of this version.")
    since = marks.get("since") or marks.get("src")
    if since:
        found.append(f"Since or source: {since}.")
    return found


def _kind(member: Any) -> str:
    names = [cls.__name__ for cls in type(member).__mro__]
    return next(name for name in ("Field", "Reference", "Collection") if name in names)
