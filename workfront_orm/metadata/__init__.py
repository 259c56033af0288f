"""API metadata: which versions there are, what they say, and what changes from one to another.

    from workfront_orm import metadata

    metadata.versions("workfront")
    metadata.find("workfront", "v22.0").read("TASK").fields["status"].values
    metadata.diff("v14.0", "v22.0")

In an installed package the metadata files themselves lie in this folder, too.
"""

from __future__ import annotations

from workfront_orm.core.difference import Detail, Difference, Entry, diff
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
