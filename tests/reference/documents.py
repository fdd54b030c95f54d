"""The rule, gene and condition documents as plain dicts, read without the product's loader."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

CARDS = Path(__file__).resolve().parents[2] / "cards"
# The same loader in C where it is built in: this reads some hundred files at each start.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NOT_RULES = ("genes", "terms", "phrases")


def _load(path: Path) -> Any:
    # Every scalar stays text; the evaluator turns text into numbers where a limit asks for one.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Active rules by id."""
    found = {}
    for path in sorted(CARDS.rglob("*.yaml")):
        inside = path.relative_to(CARDS)
        if path.name.endswith(".test.yaml") or inside.parts[0] in _NOT_RULES or len(inside.parts) == 1:
            continue
        document = _load(path)
        # Secondary findings speak only where a site asks for them; the product under comparison does not.
        if document["status"] == "active" and document.get("audience") != "secondary":
            found[document["rule"]] = document
    return found


@cache
def genes() -> dict[str, dict[str, Any]]:
    """Gene documents by symbol."""
    return {path.stem: _load(path) for path in sorted((CARDS / "genes").glob("*.yaml"))}


@cache
def broader() -> dict[str, list[str]]:
    """For each condition the broader ones that hold too."""
    stated: dict[str, list[str]] = {}
    for name in ("conditions", "cancers"):
        document = _load(CARDS / "terms" / f"{name}.yaml")
        for table in document.values():
            if not isinstance(table, dict):
                continue
            for term, entry in table.items():
                over = entry.get("is", []) if isinstance(entry, dict) else []
                stated[term] = [over] if isinstance(over, str) else list(over)
    return stated


def listed(value: Any) -> list[Any]:
    """A single value or a list, as a list."""
    return list(value) if isinstance(value, list) else [value]
