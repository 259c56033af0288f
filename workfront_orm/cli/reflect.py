"""`workfront-orm reflect`: a tenant's own metadata, read from its server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .console import echo

if TYPE_CHECKING:
    from workfront_orm.services.workfront.live import Reflection

__all__ = ["reflect"]


@click.command(short_help="Read a tenant's own classes from its server.")
@click.option("--profile", required=True, help="Profile to keep them under: letters, digits and underscores.")
@click.option(
    "--version", "version", help="Version of the API.  [default: that of the profile or URL, else the newest]"
)
@click.option("--no-custom-fields", is_flag=True, help="Leave out the tenant's custom fields.")
@click.option("--again", is_flag=True, help="Do not go on with an interrupted read, begin anew.")
def reflect(profile: str, version: str | None, no_custom_fields: bool, again: bool) -> None:
    """Read what a server says of its types, and the tenant's custom fields, and keep it as a metadata file of the profile.

    From then on, sessions of the profile use it, and programs import its classes from workfront_orm.tenants.PROFILE. When
    it is interrupted, run it again: it goes on where it stopped.

    Address and key come from the profile in the user's profiles.toml, or, where that has no such profile, from
    WORKFRONT_ORM_URL and WORKFRONT_ORM_API_KEY.
    """
    from workfront_orm.core.tenants import check_profile

    from .profile import open_session

    check_profile(profile)
    with open_session(version, profile, known=False) as session:
        found = session.reflect(
            profile, custom_fields=not no_custom_fields, resume=not again, progress=sys.stderr.isatty()
        )
    _report(found)


def _report(found: Reflection) -> None:
    for note in found.notes:
        echo(f"workfront-orm: note: {' '.join(note.split())}", err=True)
    echo(f"{found.types} types and {found.custom_fields} custom fields: {found.path}")
    echo(f"from workfront_orm.tenants.{found.profile} import Task")
