"""No result of the collection, and no small change of one, is read otherwise than on record.

The collection has a result for each form that the readers know, in every release; what tests of one form do not look at
(notes, what is missing, the words of a reason, neighbours of a result) is on record too. Where a change of reading is
meant: `scripts/record --results`, and read the difference that git shows.
"""

from __future__ import annotations

import difflib
import json

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from tests.fhir.observations.readings import CASES, FILE, record, told
from tests.fhir.observations.support import context, patient

MEND = "If every moved line is meant, run scripts/record --results and read its difference."


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    parts = FILE.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return {part.partition("\n")[0].removeprefix("== "): part for part in parts}


@pytest.mark.parametrize("name", CASES)
def test_no_result_and_no_small_change_of_it_is_read_otherwise_than_on_record(kept: dict[str, str], name: str) -> None:
    before, now = kept[name].splitlines(), record(name).splitlines()
    moved = list(difflib.unified_diff(before, now, "on record", "now", n=0, lineterm=""))
    assert not moved, "\n".join([*moved[:40], MEND])


def test_every_record_is_of_a_result_of_the_collection(kept: dict[str, str]) -> None:
    assert list(kept) == list(CASES)


def test_lc16_what_was_read_before_never_changes_what_is_read() -> None:
    known = context()
    for _ in range(2):
        assert {name: told(resources, known, as_bytes=True) for name, resources in CASES.items()} == {
            name: told(resources) for name, resources in CASES.items()
        }


def test_every_result_of_the_collection_has_a_note_and_none_breaks_a_reader() -> None:
    for name, resources in CASES.items():
        entries = [{"resource": one} for one in (patient(), *resources)]
        bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
        found = read_observations(open_input(bundle), context())
        read = [one for one in resources if one["resourceType"] in ("Observation", "DiagnosticReport", "Parameters")]
        assert not found.failed, name
        assert len(read) <= len(found.notes), name
