"""`workfront-orm stubs`: what an editor needs to complete the classes of a tenant."""

from __future__ import annotations

import os

import click

from .console import echo

__all__ = ["stubs"]


@click.command(short_help="Write stubs of a tenant's classes for editors and type checkers.")
@click.option("--profile", required=True, help="Profile that was reflected.")
@click.option("--version", "version", help="Version.  [default: all that were reflected]")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    default="typings",
    show_default=True,
    help="Folder to write to; pyright looks into typings by itself, mypy with mypy_path = typings.",
)
def stubs(profile: str, version: str | None, output: str) -> None:
    """Write stubs of the classes that were reflected with a profile, custom fields included.

    The stubs of the versions that ship are part of the package. Nothing is sent.
    """
    from workfront_orm.core.stubs import tenant_stubs

    for name, text in tenant_stubs(profile, version).items():
        path = os.path.join(output, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        echo(path)
