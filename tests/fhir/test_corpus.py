"""The reference corpus: every file opens with one site per resource, and reads as its expected rows say."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.fhir import Opened, decode, open_input, read
from pmcds.model.findings import Reading
from pmcds.model.words import IGNORED_REASONS
from tests.fhir.material import context, corpus, requests, rows, walk
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

# Files that hold several patients, or another patient in the place of the request's: they must say so.
SEVERAL = {"consent-shapes.json", "two-patients.json"}


def signature(opened: Opened) -> tuple[Any, ...]:
    sites = [(one.pointer, one.type, one.key, one.problem, one.origin, one.full_url) for one in opened.sites]
    return sites, opened.supply, opened.flags, opened.envelope


def test_lc04_every_file_has_one_site_for_each_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    for path in (*corpus(), *requests()):
        body = path.read_bytes()
        opened = open_input(body)
        assert [site.pointer for site in opened.sites] == list(walk(json.loads(body))), path
        count += len(opened.sites)
    assert count > 8900


def test_bytes_and_parsed_input_and_the_plain_path_open_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (*corpus(), *requests()):
        body = path.read_bytes()
        fast, parsed = open_input(body), open_input(json.loads(body))
        with monkeypatch.context() as without:
            without.setattr(decode, "FAST", False)
            plain = open_input(body)
        assert signature(fast) == signature(plain), path
        assert signature(fast)[:3] == signature(parsed)[:3], path
        assert [site.data for site in fast.sites] == [site.data for site in plain.sites], path


def test_every_file_reads_with_one_note_for_each_site_and_no_reader_fails() -> None:
    refused: Counter[str] = Counter()
    for path in (*corpus(), *requests()):
        opened = open_input(path.read_bytes())
        found = _read(opened)
        if isinstance(found, str):
            refused[found] += 1
            assert found == "context-mismatch" or path.name in SEVERAL, path
            continue
        assert [note.site for note in found.inputs] == [site.pointer for site in opened.sites], path
        assert {note.ignored for note in found.inputs} <= {None, *IGNORED_REASONS}, path
        assert "reader-failed" not in found.flags, path
    # The 16 requests whose prefetched Patient is not the one of the context.
    assert refused == {"patient-needed": 2, "context-mismatch": 16}


def _read(opened: Opened) -> Reading | str:
    """The reading, or the code of the refusal."""
    try:
        return read(opened, context(opened.patient))
    except InputError as error:
        return error.code


@cache
def _reading(file: str, patient: str | None) -> Reading | None:
    assert SHARED is not None
    opened = open_input((SHARED / "data" / "fhir" / file).read_bytes())
    try:
        return read(opened, context(patient))
    except InputError:
        return None


def _patient_of(row: dict[str, Any]) -> str | None:
    # The consents of two patients are seen from the side of the first.
    return "Patient/p1" if row["file"].endswith("consent-shapes.json") else row["patient"]


def test_withheld_rows_leave_only_that_word() -> None:
    for row in rows():
        if row["status"] == "withheld":
            found = _reading(row["file"], _patient_of(row))
            assert found is not None
            findings = [one for one in found.findings if one.source.site == row["pointer"]]
            assert {(one.status, one.reason, one.subject, one.value) for one in findings} == {
                ("withheld", row["reason"], None, None)
            }


def test_status_ladder_counts_only_final_results() -> None:
    assert SHARED is not None
    found = _reading("synthetic/status-ladder.json", "Patient/p1")
    assert found is not None
    data = json.loads((SHARED / "data/fhir/synthetic/status-ladder.json").read_text())
    final = {"final", "amended", "corrected"}
    for place, entry in enumerate(data["entry"]):
        resource = entry["resource"]
        if resource["resourceType"] != "Observation":
            continue
        usable = [one for one in found.findings if one.source.site == f"/entry/{place}/resource" and one.reason is None]
        assert bool(usable) is (resource.get("status") in final), resource.get("status")


def test_two_patients_are_never_merged() -> None:
    for patient, other in (("Patient/p1", "Patient/p2"), ("Patient/p2", "Patient/p1")):
        found = _reading("synthetic/two-patients.json", patient)
        assert found is not None
        assert found.flags == ("multi-patient-input",)
        assert found.patient == patient
        assert other not in repr(found.findings)


@pytest.mark.parametrize("path", corpus("synthetic"), ids=lambda path: path.stem)
def test_synthetic_files_read_the_same_parsed(path: Path) -> None:
    body = path.read_bytes()
    if path.name in SEVERAL:
        patient: str | None = "Patient/p1"
    else:
        patient = None
    one, other = open_input(body), open_input(json.loads(body))
    assert read(one, context(patient)) == read(other, context(patient))
