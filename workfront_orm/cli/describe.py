"""`workfront-orm describe`: what the metadata says of a version, a class, a member, and how sure it is."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import click

from .console import echo, json_text

if TYPE_CHECKING:
    from workfront_orm.core.objects import Object
    from workfront_orm.core.reflection import APIVersion

__all__ = ["describe"]

_SECTIONS = ("fields", "references", "collections", "actions", "queries")
_KINDS = dict(zip(_SECTIONS, ("field", "reference", "collection", "action", "query"), strict=True))


@click.command(short_help="Show what the metadata says of a version, class or member.")
@click.argument("name", required=False, metavar="[CLASS[.MEMBER]]")
@click.option("--version", "version", help="Version of the API.  [default: the newest numbered one]")
@click.option("--profile", help="Profile whose own classes are shown, as `reflect` read them.")
@click.option("--service", default="workfront", show_default=True, help="System.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything that the metadata file has.")
def describe(name: str | None, version: str | None, profile: str | None, service: str, as_json: bool) -> None:
    """Show the classes of a version, the members of a class, or one member.

    Names are Python names, wire names or codes: Task, TASK, Task.status, Task.project.owner. What is inferred or doubtful
    is marked. Nothing is sent.
    """
    from .names import find_api, find_class

    api = find_api(service, version, profile)
    if name is None:
        if as_json:
            _print_json(_version_data(api))
        else:
            from .tables import show_version

            show_version(api, _class_rows(api))
        return
    class_name, *steps = name.split(".")
    cls = find_class(api, class_name)
    if not steps:
        data = _class_data(api, cls)
    else:
        cls, section, wire_name = _find(api, cls, steps)
        data = _member_data(api, cls, section, wire_name)
    if as_json:
        _print_json(data)
        return
    from .tables import show_class, show_member

    (show_member if steps else show_class)(data)


def _print_json(data: Any) -> None:
    echo(json_text(data, indent=1))


def _head(api: APIVersion) -> dict[str, Any]:
    return {"service": getattr(api.service, "name", None), "version": api.version}


def _version_data(api: APIVersion) -> dict[str, Any]:
    source = api.source.header.get("source") if api.source else None
    return {**_head(api), "source": source, "classes": _class_rows(api)}


def _class_rows(api: APIVersion) -> list[dict[str, Any]]:
    """One row a class, without making the classes."""
    if api.source is None or api.service is None:
        return []
    rows = []
    for key, spec in api.source.read_all().items():
        counts = {section: len(spec.raw.get(section) or ()) for section in _SECTIONS}
        name = api.service.class_name(key, spec.name)
        row = {"name": name, "code": spec.code, "label": spec.label, "operations": spec.operations, **counts}
        rows.append({**row, "marks": dict(spec.marks)})
    return sorted(rows, key=lambda row: str(row["name"]))


def _class_data(api: APIVersion, cls: type[Object]) -> dict[str, Any]:
    from .names import spec_of

    spec = spec_of(api, cls)
    raw = {name: value for name, value in spec.raw.items() if name not in _SECTIONS}
    sections = {
        section: {
            wire_name: {"python": _python_name(api, cls, section, wire_name), **entry}
            for wire_name, entry in (spec.raw.get(section) or {}).items()
        }
        for section in _SECTIONS
    }
    return {**_head(api), **raw, "class": cls.__name__, "key": spec.key, **sections}


def _member_data(api: APIVersion, cls: type[Object], section: str, wire_name: str) -> dict[str, Any]:
    from .names import spec_of

    entry = (spec_of(api, cls).raw.get(section) or {}).get(wire_name) or {}
    python = _python_name(api, cls, section, wire_name)
    head = {**_head(api), "class": cls.__name__, "code": cls.code}
    if section in {"actions", "queries"} and python is not None:
        names = [name for name in inspect.signature(getattr(cls, python)).parameters if name != "self"]
        head["call"] = f"{cls.__name__}.{python}({', '.join(names)})"
    return {**head, "kind": _KINDS[section], "name": wire_name, "python": python, **entry}


def _find(api: APIVersion, cls: type[Object], steps: list[str]) -> tuple[type[Object], str, str]:
    """The class, section and wire name at the end of a path of Python or wire names.

    Raises:
        UnknownNameError: A step that the class before it does not have; the message gives near matches.
    """
    from workfront_orm.core.errors import UnknownNameError, near_matches
    from workfront_orm.core.fields import Field
    from workfront_orm.core.members import find_member, member_names
    from workfront_orm.core.relations import Collection, Reference, target_type

    from .names import spec_of

    for number, step in enumerate(steps, start=1):
        member = find_member(cls, step)
        last = number == len(steps)
        if last and isinstance(member, (Field, Reference, Collection)):
            section = next(name for name, kind in _kinds().items() if isinstance(member, kind))
            return cls, section, member.workfront_name
        if not last and isinstance(member, (Reference, Collection)):
            cls = target_type(member)
            continue
        if not last and member is not None:
            raise UnknownNameError(f"{cls.__name__}.{step} is a field; {'.'.join(steps)} cannot go on behind it")
        spec = spec_of(api, cls)
        calls = {
            known: (section, wire_name)
            for section in ("queries", "actions")
            for wire_name in spec.raw.get(section) or {}
            for known in (_python_name(api, cls, section, wire_name), wire_name)
            if known is not None
        }
        if last and step in calls:
            return cls, *calls[step]
        hint = near_matches(step, [*member_names(cls), *calls], f"`workfront-orm describe {cls.__name__}` lists them")
        raise UnknownNameError(f"{cls.__name__} has no member {step!r}{hint}")
    raise UnknownNameError(f"{cls.__name__}.: a member's name is missing behind the dot")


def _kinds() -> dict[str, type]:
    from workfront_orm.core.fields import Field
    from workfront_orm.core.relations import Collection, Reference

    return {"fields": Field, "references": Reference, "collections": Collection}


def _python_name(api: APIVersion, cls: type[Object], section: str, wire_name: str) -> str | None:
    """The attribute of a class that a member is reached by; None where only its wire name reaches it."""
    from workfront_orm.core.members import member_names

    kind = _kinds().get(section)
    if api.service is None:
        return None
    folded = api.service.python_name(wire_name)
    # The common case first; a name that is taken has a suffix, and a few have names of their own.
    near = (folded, f"{folded}_", "id")
    if kind is None:
        return next((name for name in near[:2] if callable(getattr(cls, name, None))), None)
    for name in (*near, *sorted(member_names(cls))):
        member = getattr(cls, name, None)
        if isinstance(member, kind) and getattr(member, "workfront_name", None) == wire_name:
            return name
    return None
