"""API metadata: which versions there are, what they say, and what changes from one to another.

    from workfront_orm import metadata

    metadata.versions("workfront")
    metadata.find("workfront", "v22.0").read("TASK").fields["status"].values
    metadata.diff("v14.0", "v22.0")

In an installed package the metadata files themselves lie in this folder, too.
"""

from __future__ import annotations

from typing import Any

from workfront_orm.core import difference
from workfront_orm.core.difference import Detail, Difference, Entry
from workfront_orm.core.metadata import (
    MetadataError,
    MetadataFile,
    MetadataNotFoundError,
    config_folder,
    find,
    search_path,
    versions,
)

__all__ = [
    "Detail",
    "Difference",
    "Entry",
    "MetadataError",
    "MetadataFile",
    "MetadataNotFoundError",
    "config_folder",
    "diff",
    "find",
    "search_path",
    "versions",
]


def diff(old: Any, new: Any, class_name: str | None = None, *, service: str = "workfront") -> Difference:
    """Compare two versions of an API: `diff("v14.0", "v22.0")`, `diff("v14.0", session.api, "Task")`.

    Nothing is sent.

    Args:
        old: A version such as `v14.0`, the path of a metadata file, or an `APIVersion` such as `session.api`.
        new: Another one.
        class_name: A class to compare alone, by Python name or code.
        service: The system, where versions are named by a string.

    Returns:
        What is not the same: iterates over its entries, prints as text, is a table in notebooks, `to_dict()` for JSON.

    Raises:
        MetadataNotFoundError: There is no metadata for a version.
        UnknownNameError: Neither version has that class.
        ValueError: The two are versions of different systems.
    """
    return difference.diff(old, new, class_name, service=service)
