"""The hazard and threat logs: what they say, and whether the tests that they name exist."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tests.evidence.goldens import ROOT

HAZARDS, THREATS = ROOT / "docs" / "hazards.toml", ROOT / "docs" / "threats.toml"


def rows(path: Path) -> dict[str, dict[str, Any]]:
    """The rows by id."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _tests_of(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def exists(named: str) -> bool:
    """True if the node id names a test function of a file that is there (an empty name: any test of the file)."""
    file, _, name = named.partition("::")
    found = _tests_of(ROOT / file)
    return bool(found) if not name else name.partition("[")[0] in found


def problems(path: Path) -> list[str]:
    """What is wrong with a log: rows without a test and without a reason, and names that lead nowhere."""
    wrong = []
    for number, row in rows(path).items():
        if not row["tests"] and not row.get("open"):
            wrong.append(f"{number}: neither a test nor a reason")
        wrong += [f"{number}: {named} does not exist" for named in row["tests"] if not exists(named)]
    return wrong


def named_tests() -> dict[str, list[str]]:
    """For each row of both logs the tests that it names."""
    return {number: list(row["tests"]) for path in (HAZARDS, THREATS) for number, row in rows(path).items()}
