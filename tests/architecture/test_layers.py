"""Imports go one way, and what decides touches nothing outside itself."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.source import MODULES, ROOT, Module, parsed

# Clock, chance, environment, network, processes: arguments or nothing.
IMPURE = frozenset(
    {"asyncio", "locale", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "urllib", "uuid1"}
)
PURE_ROOMS = ("model", "terminology", "infer", "engine", "fhir", "hooks")


def test_imports_go_one_way() -> None:
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", [m for m in MODULES if m.room in PURE_ROOMS], ids=str)
def test_what_decides_reads_no_clock_chance_or_network(module: Module) -> None:
    imported = set()
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names if alias.name != "urllib.parse"}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "urllib.parse":
            imported.add(node.module.split(".")[0])
    assert imported.isdisjoint(IMPURE)


@pytest.mark.parametrize("module", [m for m in MODULES if m.room in PURE_ROOMS], ids=str)
def test_what_decides_does_not_ask_for_the_time(module: Module) -> None:
    calls = {
        node.func.attr
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert calls.isdisjoint({"now", "utcnow", "today", "uuid1", "uuid4"})
