"""Files and functions stay small enough to read in one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import MODULES, Module, parsed

FILE_LINES = 400
FUNCTION_LINES = 60


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_file_is_longer_than_400_lines(module: Module) -> None:
    assert len(module.text.splitlines()) <= FILE_LINES


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_function_is_longer_than_60_lines(module: Module) -> None:
    assert {name: lines for name, lines in _functions(module) if lines > FUNCTION_LINES} == {}


def test_most_files_and_functions_are_far_from_the_limits() -> None:
    files = sorted(len(module.text.splitlines()) for module in MODULES)
    functions = sorted(lines for module in MODULES for _, lines in _functions(module))
    assert files[len(files) // 2] <= 150
    assert functions[len(functions) // 2] <= 9
    assert functions[len(functions) * 9 // 10] <= 30


def _functions(module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
