"""Layout of a metadata file, format 1: valid JSON, one member a line.

The package writes what it reflects from a server in the same layout, so the code is there; every converter in
this folder writes through `text`.
"""

from workfront_orm.core.metadata_writer import SECTIONS, text

__all__ = ["SECTIONS", "text"]
