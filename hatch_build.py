"""Build hook: compile the cards to one `pmcds/cards.json`, so that an installed library needs no YAML parser.

Needs hatchling and PyYAML only. The build stops with every problem of the card files at once.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CardsHook(BuildHookInterface[Any]):
    """Adds the compiled cards to a wheel; an editable install reads the card files of the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the cards before the wheel is written."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="pmcds-cards-")
        file = Path(self._folder.name) / "cards.json"
        file.write_bytes(compiled(Path(self.root)))
        build_data["force_include"][str(file)] = "pmcds/cards.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made for the build."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def compiled(root: Path) -> bytes:
    """The compiled cards of a checkout; SystemExit with all problems if a file cannot be used."""
    sys.path.insert(0, str(root / "src"))
    try:
        from pmcds._version import __version__
        from pmcds.knowledge.files import collect
        from pmcds.knowledge.pack import pack
    finally:
        sys.path.remove(str(root / "src"))
    files = collect(root / "cards", shown="cards")
    if files.problems:
        raise SystemExit("\n".join(str(problem) for problem in files.problems))
    return pack(files.documents(), __version__)
