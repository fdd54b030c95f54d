"""What the source of the product may not do (S06, S07, LC-14)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.evidence.goldens import ROOT

FORBIDDEN = frozenset({"eval", "exec", "compile", "__import__"})


def _calls() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, f"{path.name}:{node.lineno}"


def test_nothing_is_executed() -> None:
    assert [place for name, place in _calls() if name in FORBIDDEN] == []
