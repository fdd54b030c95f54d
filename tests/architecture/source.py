"""The files of the library, for tests about their text."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pmcds"


@dataclass(frozen=True)
class Module:
    """One Python file of the library."""

    path: Path

    @property
    def text(self) -> str:
        """Its text."""
        return self.path.read_text(encoding="utf-8")

    @property
    def room(self) -> str:
        """The room below `pmcds` that it stands in, or its own name."""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    def __str__(self) -> str:
        return str(self.path.relative_to(PACKAGE))


MODULES = tuple(Module(path) for path in sorted(PACKAGE.rglob("*.py")))


@cache
def parsed(module: Module) -> ast.Module:
    """Its syntax tree."""
    return ast.parse(module.text)
