"""`workfront-orm search`: the objects of a tenant that meet conditions, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .console import echo, json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workfront_orm.core.objects import Object

__all__ = ["search"]

COLUMN_WIDTH = 16
"""Characters that a column needs at least to be readable."""


@click.command(short_help="Search a tenant and print what is found.")
@click.argument("class_name", metavar="CLASS")
@click.option(
    "--where",
    "-w",
    "conditions",
    multiple=True,
    metavar="NAME=VALUE",
    help="A condition; may be repeated. status=CPL, status_Mod=ne, name_Mod=cicontains, project:name=...",
)
@click.option("--fields", "-f", help="Fields to show, with commas: name,status,project:name.  [default: the server's]")
@click.option("--limit", "-n", type=click.IntRange(min=1), help="Greatest number of objects.  [default: all]")
@click.option("--version", "version", help="Version of the API.  [default: that of the URL, else the newest]")
@click.option("--profile", help="Profile of the user's profiles.toml, in place of the environment.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, with values as on the wire.")
def search(
    class_name: str,
    conditions: tuple[str, ...],
    fields: str | None,
    limit: int | None,
    version: str | None,
    profile: str | None,
    as_json: bool,
) -> None:
    """Search a tenant and print what is found, to the end of the result.

    Address and API key come from a profile, or from the environment variables WORKFRONT_ORM_URL
    (https://acme.my.workfront.com) and WORKFRONT_ORM_API_KEY. Names are Python names or wire names.
    """
    from .names import find_class
    from .profile import open_session

    parameters = _parameters(conditions)
    if limit is not None:
        parameters["$$LIMIT"] = limit
    names = [name.strip() for name in fields.split(",") if name.strip()] if fields else None
    with open_session(version, profile) as session:
        cls = find_class(session.api, class_name)
        # Checked before anything is sent; paths such as project:name come back in their wire form.
        paths = [cls.convert_name(name) for name in names] if names else None
        found = session.search(cls, paths, **parameters)
    if as_json:
        _print_json(found)
    else:
        _print_table(cls.__name__, found, paths)


def _parameters(conditions: Iterable[str]) -> dict[str, Any]:
    """Keyword arguments of a search; a name that is repeated gets a list, of which any value will do."""
    parameters: dict[str, Any] = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{condition!r} is no NAME=VALUE", param_hint="--where")
        name = name.strip()
        if name in parameters:
            earlier = parameters[name]
            parameters[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            parameters[name] = value
    return parameters


def _print_json(found: Iterable[Object]) -> None:
    for obj in found:
        echo(json_text(dict(obj.fields)))


def _print_table(name: str, found: Sequence[Object], paths: Sequence[str] | None) -> None:
    from rich.text import Text

    from .console import make_console
    from .tables import make_table

    count = f"{len(found)} {name}{'' if len(found) == 1 else 's'}"
    columns = list(paths or dict.fromkeys(key for obj in found for key in obj.fields if key != "objCode"))
    if "*" in columns:
        columns = list(dict.fromkeys(key for obj in found for key in obj.fields if key != "objCode"))
    rows = [[_cell(_value(obj, column.split(":"))) for column in columns] for obj in found]
    console = make_console()
    console.print(count, style="bold")
    if len(columns) * COLUMN_WIDTH > console.width:
        # Too many columns to be read side by side: an object is a block of lines.
        table = make_table()
        for row in rows:
            table.add_row("", "")
            for column, cell in zip(columns, row, strict=True):
                table.add_row(Text(column, style="dim"), Text(cell))
    else:
        table = make_table(*columns)
        for row in rows:
            table.add_row(*map(Text, row))
    console.print(table)


def _value(obj: Any, steps: Sequence[str]) -> Any:
    """What a path leads to, over references and collections."""
    if steps[0] == "DE":
        # The colon of a custom field's name is no step.
        return obj[":".join(steps)]
    value = obj[steps[0]]
    rest = steps[1:]
    if not rest or value is None:
        return value
    if isinstance(value, tuple):
        return [_value(member, rest) for member in value]
    return _value(value, rest)


def _cell(value: Any) -> str:
    """A value as people read it."""
    from datetime import datetime

    from workfront_orm.core.objects import Object

    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, Object):
        return str(value.fields.get("name") or value.id)
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(member) for member in value)
    return str(value)
