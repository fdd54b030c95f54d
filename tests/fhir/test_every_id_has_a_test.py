"""Every numbered shape, trap and reading hazard has a test that is named after it.

`test_g04_...` and `test_fhir_g04_...` are tests of shape G4, `test_t01_...` of trap T01; `test_h01_...` is a test of
hazard H01, `test_fhir_h01_...` of shape H1 (both letters are H). One name may carry several ids.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# Letters of the shapes and how many there are of each; T are the traps.
SHAPES = {
    "O": 14, "R": 13, "S": 12, "Y": 17, "G": 33, "A": 12, "V": 24, "F": 8, "N": 7, "P": 9, "B": 18, "L": 9, "C": 11,
    "M": 20, "I": 4, "H": 4, "K": 8, "E": 12, "W": 14, "T": 70,
}  # fmt: skip
# Hazards that concern reading: H01 to H56 without those of rules and of what comes after a response.
HAZARDS = range(1, 57)
_ID = re.compile(r"[a-z]\d{1,2}")


def names() -> Iterator[tuple[str, str]]:
    """(file, name) of every test function."""
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.relative_to(TESTS).as_posix(), node.name


def ids_of(name: str) -> Iterator[str]:
    """Ids that a test's name carries: "G4", "T1", "hazard 1"."""
    of_fhir = name.startswith("test_fhir_")
    for word in name.removeprefix("test_").removeprefix("fhir_").split("_"):
        if _ID.fullmatch(word) and word[0].upper() in SHAPES:
            letter, number = word[0].upper(), int(word[1:])
            yield f"hazard {number}" if letter == "H" and not of_fhir else f"{letter}{number}"


def by_id() -> dict[str, list[str]]:
    """The tests of each id."""
    found: dict[str, list[str]] = defaultdict(list)
    for file, name in names():
        for one in ids_of(name):
            found[one].append(f"{file}::{name}")
    return found


def wanted() -> list[str]:
    """Every id that must have a test."""
    shapes = [f"{letter}{number}" for letter, count in SHAPES.items() for number in range(1, count + 1)]
    return [*shapes, *(f"hazard {number}" for number in HAZARDS)]


def table() -> str:
    """One line for each id: how many tests, and the first of them."""
    found = by_id()
    lines = [f"  {one:10} {len(found[one]):3}  {found[one][0] if found[one] else 'MISSING'}" for one in wanted()]
    return "\n".join(lines)


def test_every_shape_trap_and_hazard_has_a_test() -> None:
    found = by_id()
    missing = [one for one in wanted() if not found[one]]
    sys.stdout.write("\n" + table() + "\n")
    assert missing == []
