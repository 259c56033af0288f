"""Check scripts before they move to another version: what they use that is gone or changed there.

    from workfront_orm.check import check_file

    for finding in check_file("report.py", to="v22.0"):
        print(finding)

Static: a script is read, not run. It may be written for workfront_orm or for python-workfront. What an
expression is, is followed from the sessions that a script makes and the classes that it imports, through
assignments, loops, functions and annotations; where that is not known, nothing is said.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .findings import Finding
from .names import Catalogue
from .script import Script

if TYPE_CHECKING:
    import os

__all__ = ["Finding", "check_file", "check_source"]


def check_source(
    text: str, to: str, *, from_: str | None = None, path: str = "<script>", service: str = "workfront"
) -> list[Finding]:
    """What a script uses that is gone or changed in another version.

    Args:
        text: The script.
        to: The version that it shall move to.
        from_: The version that it is written for, where it does not say so itself.
        path: What findings call it.
        service: The system.

    Returns:
        Findings by line; none where everything that is understood is there and the same.

    Raises:
        SyntaxError: It is no Python that this interpreter reads.
        MetadataNotFoundError: There is no metadata for a version.
    """
    script = Script(ast.parse(text, path), Catalogue(service, to, from_), path)
    return sorted(script.findings(), key=lambda finding: (finding.line, finding.column, finding.name))


def check_file(
    path: str | os.PathLike[str], to: str, *, from_: str | None = None, service: str = "workfront"
) -> list[Finding]:
    """What a script in a file uses that is gone or changed in another version; see `check_source`.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: It is no Python that this interpreter reads.
        MetadataNotFoundError: There is no metadata for a version.
    """
    import os.path
    import tokenize  # knows how Python files say what they are encoded in

    with tokenize.open(path) as file:
        text = file.read()
    return check_source(text, to, from_=from_, path=os.fspath(path), service=service)
