"""Rule files as plain values, read without the library."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
CARDS = CHECKOUT / "cards"
FAMILIES = ("germline", "laboratory", "pharmacogenomics", "tumor")


def load(path: Path) -> dict[str, Any]:
    """The file with every scalar as text."""
    value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert isinstance(value, dict)
    return value


def rule_paths() -> list[Path]:
    """Every rule file, tests left out."""
    paths = (path for family in FAMILIES for path in (CARDS / family).rglob("*.yaml"))
    return sorted(path for path in paths if not path.name.endswith(".test.yaml"))


def beside(path: Path) -> Path:
    """The test file beside a rule."""
    return path.with_name(path.name.removesuffix(".yaml") + ".test.yaml")


def cases_of(rule: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Each case with the name of its population."""
    for case in rule.get("cases", []):
        yield None, case
    for population in rule.get("populations", []):
        for case in population["cases"]:
            yield population["population"], case


def texts(value: Any) -> Iterator[str]:
    """Every text below a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def check_facts() -> ModuleType:
    """The script that compares rows and rule files."""
    name = "check_facts"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, CHECKOUT / "scripts" / "check_facts.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
