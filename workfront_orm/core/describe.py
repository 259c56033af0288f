"""Describing classes and members in words: what help(), editors and stubs show."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .specs import ActionSpec, MemberSpec, ObjectSpec, QuerySpec

__all__ = ["call_line", "class_doc", "doubts", "member_doc", "member_line", "since"]


def class_doc(spec: ObjectSpec, service: str, version: str) -> str:
    """The documentation of a class, from its metadata.

    It begins with the object's code (its name, where it has none), system and version, then tells label, operations,
    the number of members, since when it is known, and what is doubtful.
    """
    lines = [f"``{spec.key}`` of {service} {version}."]
    if spec.label and spec.label != spec.name:
        lines.append(f"Label: {_sentence(spec.label)}")
    # Where each object has calls of its own, none has a code.
    if spec.code is None and "ops" not in spec.raw:
        lines.append("Its code is not known, so it can be read within other objects only.")
    operations = spec.operations
    lines.append(
        "What it can do is not known." if operations is None else f"Operations: {', '.join(operations) or 'none'}."
    )
    counts = (
        (len(spec.raw.get(section) or ()), section)
        for section in ("fields", "references", "collections", "actions", "queries")
    )
    lines.append(f"It has {', '.join(f'{count} {section}' for count, section in counts if count) or 'no members'}.")
    lines += [since(spec), *doubts(spec)]
    return f"{lines[0]}\n\n" + "\n".join(filter(None, lines[1:]))


def member_doc(member: Any) -> str:
    """The documentation of a field, reference or collection, from its metadata.

    It begins with the kind and the wire name, then tells type, values, target, whether it can be written, since when it is
    known, and whether it is documented or inferred.
    """
    first = f":class:`~workfront_orm.meta.{_kind(member)}` for ``{member.spec.name}``"
    lines = _sentences(member.spec)
    return f"{first}\n\n" + "\n".join(lines) if lines else first


def _sentences(spec: MemberSpec) -> list[str]:
    """What the metadata says of a member, a sentence each; empty for one that was written by hand."""
    raw = spec.raw
    lines = []
    if spec.label:
        lines.append(f"Label: {_sentence(spec.label)}")
    if raw.get("type"):
        exact = " (decimal)" if str(raw.get("javaType") or "").endswith("BigDecimal") else ""
        lines.append(f"Type: ``{raw['type']}``{exact}.")
    if raw.get("values"):
        values = ", ".join(f"``{value}``" + (f" ({label})" if label else "") for value, label in raw["values"])
        lines.append(f"Values: {values}{'; tenants may add their own' if raw.get('open') else ''}.")
    if raw.get("reference"):
        lines.append(f"Holds the id of the reference ``{raw['reference']}``.")
    if "target" in raw:
        lines.append(f"Leads to ``{raw['target']}``." if raw["target"] else "Where it leads to is not known.")
    if raw.get("field"):
        lines.append(f"Its id is in ``{raw['field']}``.")
    if raw.get("readOnly"):
        lines.append("Read-only.")
    if raw.get("required"):
        lines.append("Required.")
    if raw:
        lines += [since(spec), "" if spec.inferred else "Documented.", *doubts(spec)]
    return list(filter(None, lines))


def member_line(spec: MemberSpec) -> str:
    """What stubs say of a member: the same in one short line, since there are thousands of them in each."""
    raw = spec.raw
    parts = [f"``{spec.name}``"]
    if raw.get("type"):
        exact = " (decimal)" if str(raw.get("javaType") or "").endswith("BigDecimal") else ""
        parts[0] += f", {raw['type']}{exact}"
    elif "target" in raw:
        parts[0] += f", {raw['target'] or 'target unknown'}"
    if raw.get("reference") and raw["reference"] + "ID" != spec.name:
        parts.append(f"Id of {raw['reference']}.")
    if raw.get("field") and raw["field"] != spec.name + "ID":
        parts.append(f"Id in {raw['field']}.")
    if raw.get("values"):
        values = ", ".join(f"{value} {label}" if label else str(value) for value, label in raw["values"])
        parts.append(f"Values: {values}{', or of the tenant' if raw.get('open') else ''}.")
    parts += [word for flag, word in (("readOnly", "Read-only."), ("required", "Required.")) if raw.get(flag)]
    return " ".join([f"{parts[0]}.", *parts[1:], *_provenance(spec)])


def call_line(spec: ActionSpec | QuerySpec) -> str:
    """What stubs say of an action or a named query."""
    parts = [f"``{spec.name}``."]
    if spec.arguments is None:
        parts.append("Arguments unknown: pass them by wire name.")
    else:
        odd = [
            argument for argument in spec.arguments if "." in argument.type or argument.name != argument.name.strip()
        ]
        parts += [f"{argument.name!r} is {argument.type}." for argument in odd]
    return " ".join([*parts, *_provenance(spec)])


def _provenance(spec: MemberSpec) -> list[str]:
    marks = spec.marks
    source = str(marks.get("src") or "")
    known = source[:1] == "v" and source[1:2].isdigit() and marks.get("since") != "unknown"
    parts = [f"Since {source}."] if known else [f"Since unknown ({source})."] if source else []
    parts.append("Inferred." if spec.inferred else "Documented.")
    return parts + [sentence for sentence in doubts(spec) if not sentence.startswith("Inferred")]


def since(spec: MemberSpec) -> str:
    """Since which version something is known, in a sentence; empty where the metadata does not say where it is from."""
    marks = spec.marks
    source = str(marks.get("src") or "")
    if not source:
        return ""
    if marks.get("since") == "unknown":
        return f"Since when is not known (source: {source})."
    if source[:1] == "v" and source[1:2].isdigit():
        return f"Known since {source}."
    return f"Source: {source}."


def doubts(spec: MemberSpec) -> list[str]:
    """What is not certain about a member or class, one sentence each."""
    marks = spec.marks
    if not marks:
        return []
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
    if marks.get("argumentsChangedIn"):
        found.append(f"Its arguments changed in {marks['argumentsChangedIn']} and are not known here.")
    if marks.get("valuesBasis"):
        found.append("The values are those of a later version.")
    return found


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _kind(member: Any) -> str:
    names = [cls.__name__ for cls in type(member).__mro__]
    return next(name for name in ("Field", "Reference", "Collection") if name in names)
