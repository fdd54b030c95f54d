"""No word and no code of the terms means anything else than what is on record, and none is added without a reading.

The terms that are kept by hand (`cards/terms/*.yaml`) hold thousands of words; few stand in any test.
Where a change of them is meant: `scripts/record --vocabulary`, and read the difference that git shows.
"""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from tests.terminology.vocabulary import FILE, lines

MEND = "If every moved line is meant, run scripts/record --vocabulary and read its difference."
# The first word of a line says what it is about.
KINDS = (
    "system", "address", "question", "component", "answer", "word", "phenotype", "indicator", "plausible", "months",
    "scales", "unit", "kind", "analyte", "diagnosis", "tumor", "node", "specimen", "form", "filler", "biologic", "drug",
    "made", "gene", "markers", "unverified:",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(docs: dict[str, Any]) -> list[str]:
    return lines(docs)


def test_no_word_and_no_code_of_the_terms_means_anything_else_than_before(found: list[str]) -> None:
    kept = FILE.read_text(encoding="utf-8").splitlines()
    moved = list(difflib.unified_diff(kept, found, "on record", "now", n=0, lineterm=""))
    assert not moved, "\n".join([*moved[:40], MEND])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_word_is_on_record(found: list[str], kind: str) -> None:
    assert any(line.partition(" ")[0] == kind for line in found)
