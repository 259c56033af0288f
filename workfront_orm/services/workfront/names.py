"""Workfront's names and values: what its metadata does not say in our terms.

The names are those of python-workfront 0.8, so that its scripts run.
"""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache

from workfront_orm.core import types
from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.members import find_member, resolve_member
from workfront_orm.core.naming import snake_case
from workfront_orm.core.relations import Collection, Reference, target_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from workfront_orm.core.objects import Object
    from workfront_orm.core.specs import FieldSpec, ObjectSpec

__all__ = [
    "CLASS_NAMES",
    "CUSTOM_PREFIX",
    "MEMBER_NAMES",
    "codec_of",
    "custom_name",
    "target_of",
    "wire_path",
    "write_datetime",
]

CUSTOM_PREFIX = "DE:"
"""What the wire names of a tenant's custom fields begin with."""

TYPE_FIELD = "objCode"
"""What every row tells its type by, whether or not the metadata lists it as a field."""

CLASS_NAMES = {"OPTASK": "Issue"}
"""Classes that are not called as the server calls them."""

MEMBER_NAMES = {
    ("APPROVAL", "fields", "url"): "url_",
    ("WORK", "fields", "url"): "url_",
    ("DOCU", "fields", "createProof"): "create_proof_flag",
}
"""Members whose folded name is taken by another: the predecessor's choices."""


@lru_cache(maxsize=8192)  # a version has ten thousand names, of which two thousand are different ones
def python_name(wire_name: str) -> str:
    """The predecessor's folding; see `custom_name` for custom fields."""
    return custom_name(wire_name) if wire_name.startswith(CUSTOM_PREFIX) else snake_case(wire_name)


def custom_name(wire_name: str) -> str:
    """The Python name of a declared custom field: `DE:Launch date` is `de_launch_date`.

    The prefix keeps it apart from the fields that Workfront has or will have. A name without a letter or digit is
    no Python name and stays as it is.
    """
    import re  # for the custom fields of tenants only
    from unicodedata import normalize

    # As Python itself reads names in source code.
    folded = normalize("NFKC", snake_case(wire_name.removeprefix(CUSTOM_PREFIX)))
    words = re.sub(r"\W+", "_", folded).strip("_")
    return f"de_{words}" if words else wire_name


def write_datetime(moment: datetime) -> str:
    """A moment as Workfront writes it: a colon before the milliseconds, a zone without one.

    What is shorter than a millisecond is cut off.
    """
    offset = moment.utcoffset()
    if offset is None or offset.seconds % 60 or offset.microseconds:
        # Local mean times of the past have seconds in their zone, which the wire has no room for.
        moment = moment.astimezone(UTC)
    text = moment.isoformat(timespec="milliseconds")
    return f"{text[:19]}:{text[20:23]}{text[23:].replace(':', '')}"


DATETIME = types.DateTime(write_datetime)

_CODECS: dict[str, types.Codec] = {
    "string": types.TEXT,
    "int": types.INTEGER,
    "double": types.FLOAT,
    "boolean": types.BOOLEAN,
    "dateTime": DATETIME,
    "date": types.DATE,
    "string[]": types.ListOf(types.TEXT),
    "map": types.MAP,
    # What programs may declare on any system, where Workfront writes it in its own way.
    "datetime": DATETIME,
}


def codec_of(spec: ObjectSpec | None, field: FieldSpec) -> types.Codec:
    """How the values of a field travel."""
    raw = field.raw
    kind = raw.get("type") or "string"
    codec = types.DECIMAL if raw.get("javaType") == "java.math.BigDecimal" else _CODECS.get(kind)
    if codec is None:
        return types.NAMED.get(kind, types.ANY)
    values = raw.get("values")
    if not values:
        return codec
    base = codec.item if isinstance(codec, types.ListOf) else codec
    owner = CLASS_NAMES.get(spec.key, spec.name) if spec is not None else ""
    codes = types.Enumeration(
        f"{owner}{field.name[0].upper()}{field.name[1:]}",
        tuple((_code(value) if base is types.INTEGER else value, label) for value, label in values),
        is_open=bool(raw.get("open")) or _may_lack_values(raw.get("marks") or {}),
        base=base,
    )
    return codes if base is codec else types.ListOf(codes)


def _code(value: Any) -> Any:
    """The code of a number, which some pages list as text."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _may_lack_values(marks: Mapping[str, Any]) -> bool:
    """Whether there may be more values than the metadata knows, so that the server has to decide."""
    if marks.get("inferred") or marks.get("valuesBasis"):
        return True
    pages = [page for page, what in (marks.get("changedIn") or {}).items() if "possibleValues" in what]
    told = [page for mark in ("valuesAdded", "valuesRemoved") for _value, _label, page in marks.get(mark) or ()]
    return not set(pages) <= set(told)


def wire_path(cls: type[Object], path: str) -> str:
    """The wire form of a path: each step by wire or Python name, `*` and custom fields at the end.

    Raises:
        UnknownNameError: A step that the class before it does not have.
    """
    steps: list[str] = []
    rest = path
    current: type[Object] | None = cls
    while rest:
        if rest.startswith(CUSTOM_PREFIX) or rest in {"*", TYPE_FIELD}:
            return ":".join([*steps, rest])
        name, _colon, rest = rest.partition(":")
        name = name.strip()
        if current is None:
            steps.append(name)
            continue
        if name == "parameterValues" and find_member(current, name) is None:
            # Custom data as a map; metadata lists it as a collection on some objects only.
            return ":".join(filter(None, [*steps, name, rest]))
        member = resolve_member(current, name)
        steps.append(member.workfront_name)
        if isinstance(member, (Reference, Collection)):
            if rest and member.workfront_name == "parameterValues":
                return ":".join([*steps, rest])
            current = target_of(member)
        elif rest:
            raise UnknownNameError(f"{current.__name__}.{name} is a field; {path!r} cannot go on behind it")
    if not steps:
        raise UnknownNameError(f"{cls.__name__}: an empty name names no field")
    return ":".join(steps)


def target_of(member: Any) -> type[Object] | None:
    """The class that a reference or collection leads to, or None where that is not known."""
    try:
        return target_type(member)
    except (UnknownNameError, KeyError):
        # Where a reference leads is not known everywhere; the server checks what follows.
        return None
