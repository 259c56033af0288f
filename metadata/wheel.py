"""What hatchling runs when it builds a wheel: puts the metadata files in, those of several versions woven into one."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MetadataHook(BuildHookInterface):  # type: ignore[type-arg] # no configuration of its own
    """Adds the metadata files of each system to the wheel. An editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is written."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from workfront_orm.core import metadata
            from workfront_orm.core.weave import weave
        finally:
            sys.path.remove(self.root)
        self.made = Path(tempfile.mkdtemp())
        folder = Path(self.root, "metadata")
        for system in sorted(path.name for path in folder.iterdir() if path.is_dir()):
            versions = metadata.versions(system, [folder])
            files = {found: folder / system / f"{found}.json" for found in versions}
            if len(versions) > 1:
                texts = {found: path.read_text(encoding="utf-8") for found, path in files.items()}
                woven = self.made / f"{system}-{metadata.WOVEN}"
                woven.write_bytes(weave(texts))
                build_data["force_include"][str(woven)] = f"workfront_orm/metadata/{system}/{metadata.WOVEN}"
            else:
                for path in files.values():
                    build_data["force_include"][str(path)] = f"workfront_orm/metadata/{system}/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the hook's form
        """When the wheel is written."""
        if hasattr(self, "made"):
            shutil.rmtree(self.made)
