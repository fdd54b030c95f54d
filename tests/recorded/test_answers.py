"""No small change of an input gets another answer than the one on record.

Where a change of the product is meant to move an answer: `scripts/record`, and read the difference that git shows.
"""

from __future__ import annotations

import difflib

import pytest

from tests.recorded.answers import FOLDER, file_of, record
from tests.recorded.bases import Base, bases

MEND = "If every moved answer is meant, run scripts/record and read its difference before you keep it."


@pytest.mark.parametrize("base", bases(), ids=lambda base: base.golden.name)
def test_no_small_change_of_an_input_gets_another_answer_than_before(base: Base) -> None:
    kept = file_of(base.golden).read_text(encoding="utf-8").splitlines()
    found = record(base).splitlines()
    moved = list(difflib.unified_diff(kept, found, "on record", "now", n=0, lineterm=""))
    assert not moved, "\n".join([*moved[:40], MEND])


def test_every_record_is_of_an_input() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {file_of(base.golden).name for base in bases()}
