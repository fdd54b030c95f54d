"""No small change of a resource of any type and release is read otherwise than on record, member by member.

Where a change of the product is meant to move a reading: `scripts/record --readings`, and read what git shows.
"""

from __future__ import annotations

import difflib

import pytest

from tests.fhir.readings.answers import FOLDER, file_of, record
from tests.fhir.readings.bases import Base, bases

MEND = "If every moved reading is meant, run scripts/record --readings and read its difference before you keep it."


@pytest.mark.parametrize("base", bases(), ids=lambda base: base.name)
def test_no_small_change_of_a_resource_is_read_otherwise_than_before(base: Base) -> None:
    kept = file_of(base).read_text(encoding="utf-8").splitlines()
    moved = list(difflib.unified_diff(kept, record(base).splitlines(), "on record", "now", n=0, lineterm=""))
    assert not moved, "\n".join([*moved[:40], MEND])


def test_every_record_of_a_reading_is_of_an_input() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {file_of(base).name for base in bases()}
