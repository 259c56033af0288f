"""`workfront-orm check`: what scripts use that is gone or changed in another version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from .console import echo, json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workfront_orm.check import Finding

__all__ = ["check"]


@click.command(short_help="Find what scripts use that another version does not have.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--to", help="Version that they shall move to.  [default: the newest numbered one]")
@click.option(
    "--from", "from_", metavar="VERSION", help="Version of scripts that do not say theirs.  [default: unsupported]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(paths: tuple[str, ...], to: str | None, from_: str | None, as_json: bool) -> int:
    """Read scripts, without running them, and name each use of a class, member or value that is gone or changed.

    PATHS are files, or folders whose .py files are read. Scripts may be written for workfront_orm or for python-workfront.
    What an expression is, is followed where the script tells; nothing is said of the rest. The status is 1 when something
    was found.
    """
    from workfront_orm.check import check_file
    from workfront_orm.core.metadata import MetadataNotFoundError, find

    from .names import newest_version

    version = to or newest_version("workfront")
    if not os.path.isfile(version):
        find("workfront", version)
    files = list(_files(paths))
    found: list[Finding] = []
    unread = 0
    for path in files:
        try:
            found += check_file(path, version, from_=from_)
        except (SyntaxError, UnicodeDecodeError) as error:
            line = getattr(error, "lineno", None) or 1
            echo(f"workfront-orm: {path}:{line}: no Python that this interpreter reads: {error}", err=True)
            unread += 1
        except MetadataNotFoundError as error:
            # The script names a version that nobody knows; the others can be read all the same.
            echo(f"workfront-orm: {path}: {error}", err=True)
            unread += 1
    if as_json:
        echo(json_text([finding.to_dict() for finding in found], indent=1))
    else:
        _show(found, version, len(files) - unread)
    return 1 if found or unread else 0


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            # Environments and caches are no scripts of the user's.
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".")
                and name not in {"__pycache__", "site-packages"}
                and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
            )
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))


def _show(found: list[Finding], version: str, files: int) -> None:
    place = f"in {files} file{'' if files == 1 else 's'}"
    for finding in found:
        echo(str(finding))
    if not found:
        if files:
            echo(f"nothing that is gone or changed in {version} {place}")
        return
    gone = sum(finding.kind == "gone" for finding in found)
    echo(f"{len(found)} use{'' if len(found) == 1 else 's'} {place}: {gone} gone, {len(found) - gone} changed")
