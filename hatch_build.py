"""The build hook: compiles the catalogues (.po to .mo) whenever a wheel or an editable install is made."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["CompileCatalogues"]


class CompileCatalogues(BuildHookInterface[Any]):
    """Runs where only hatchling and Babel are installed, so it takes nothing of ours but `locales.make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        try:
            from locales.make import compile_catalogues
        finally:
            sys.path.remove(self.root)
        for compiled in compile_catalogues():
            # .mo files are not tracked, and hatchling leaves untracked files out unless they are named.
            build_data["artifacts"].append(compiled.relative_to(Path(self.root).resolve()).as_posix())
