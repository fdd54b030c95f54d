"""Each id of the biomarker document has a test that is named after it, or a reason on the page of evidence.

The list of ids is our own, so that the test needs nothing beside the checkout. A test is named after an id by its
function (`test_cat_03_...`, `test_card_02_and_03_...`, `test_fx_01_to_fx_04_...`) or by one of its parameters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOMS = ("cards", "conformance", "germline", "infer", "knowledge", "laboratory", "tumor")
PAGES = ("biomarkers.md", "biomarkers-other.md")
IDS = {
    "IN": (*range(1, 13), *range(20, 24)),
    "ST": range(1, 11),
    "VE": range(1, 13),
    "VT": range(1, 14),
    "VP": range(1, 14),
    "CAT": range(1, 25),
    "TT": range(1, 22),
    "EV": range(1, 9),
    "LINT": range(1, 15),
    "CARD": (*range(1, 11), *range(20, 26), *range(40, 52)),
    "REG": (*range(1, 11), *range(20, 24)),
    "FX": range(1, 11),
    "GL": range(1, 9),
    "LAB": range(1, 8),
    "CT": range(1, 6),
    "PT": range(1, 7),
    "PRS": range(1, 10),
}
ALL = [f"{family}-{number:02}" for family, numbers in IDS.items() for number in numbers]
WEARABLE = ("WR-STEPS", "WR-RHYTHM", "WR-CGM")
_NAMED = re.compile(r"([a-z]+)[_-]?(\d{1,2})((?:_(?:and|to)_(?:[a-z]+_)?\d{1,2})*)(?![\d-])")


def ids_in(name: str) -> Iterator[str]:
    """The ids that a name of a test or of a parameter begins with; "01_to_fx_04" means all four."""
    found = _NAMED.match(name.lower())
    if found is None or found[1].upper() not in IDS:
        return
    family, first = found[1].upper(), int(found[2])
    yield f"{family}-{first:02}"
    for word, number in re.findall(r"_(and|to)_(?:[a-z]+_)?(\d{1,2})", found[3]):
        for one in range(first, int(number) + 1) if word == "to" else (int(number),):
            yield f"{family}-{one:02}"


def parameters(node: ast.FunctionDef, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Every text in the decorators of a test, those of module constants included."""
    for decorator in node.decorator_list:
        for part in ast.walk(decorator):
            if isinstance(part, ast.Name) and part.id in constants:
                yield from (p.value for p in ast.walk(constants[part.id]) if _is_text(p))  # type: ignore[attr-defined]
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@lru_cache(maxsize=1)
def named() -> frozenset[str]:
    """Every id that a test is named after."""
    found: set[str] = set()
    for path in (path for room in ROOMS for path in sorted((TESTS / room).rglob("test_*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.update(ids_in(node.name.removeprefix("test_").removeprefix("bio_")))
                for text in parameters(node, constants):
                    found.update(ids_in(text))
    return frozenset(found)


@pytest.mark.parametrize("key", ALL)
def test_every_id_has_a_test_that_is_named_after_it(key: str) -> None:
    assert key in named()


@pytest.mark.parametrize("key", WEARABLE)
def test_every_wearable_row_has_a_test_that_is_named_after_it(key: str) -> None:
    text = (TESTS / "laboratory" / "test_traps.py").read_text(encoding="utf-8")
    assert f"def test_{key.lower().replace('-', '_')}_" in text


@pytest.mark.parametrize("key", [*ALL, *WEARABLE])
def test_every_id_stands_on_a_page_of_evidence(key: str) -> None:
    pages = "\n".join((TESTS.parent / "docs" / "evidence" / page).read_text(encoding="utf-8") for page in PAGES)
    assert re.search(rf"^\| {key} \|", pages, re.MULTILINE)


def test_a_name_of_several_ids_counts_for_each() -> None:
    assert list(ids_in("card_02_and_03_the_fact")) == ["CARD-02", "CARD-03"]
    assert set(ids_in("fx_01_to_fx_04_every")) == {"FX-01", "FX-02", "FX-03", "FX-04"}
    assert list(ids_in("st04_coverage")) == ["ST-04"]
    assert list(ids_in("h25_a_relative")) == []
    assert list(ids_in("a_share_in_5_percent")) == []
