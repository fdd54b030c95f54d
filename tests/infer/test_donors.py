"""Whose genome a sample has after a transplant or a transfusion (H14-H16)."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from pmcds.fhir import bundle_of
from tests.conformance.pgx import NOW, engine
from tests.laws import check_laws

TPMT = pmcds.Patient(diplotype={"TPMT": "*1/*1", "NUDT15": "*1/*1"}, specimen="blood")
CYP2C19 = pmcds.Patient(diplotype={"CYP2C19": "*1/*1"}, specimen="blood")
HLA = pmcds.Patient(allele={"HLA-B*57:01": "absent"}, specimen="blood")
LIVER: dict[str, Any] = {
    "coding": [{"system": "http://snomed.info/sct", "code": "18027006", "display": "Transplantation of liver"}]
}
STEM_CELLS: dict[str, Any] = {"coding": [{"system": "http://snomed.info/sct", "code": "234336002"}]}


def _event(code: dict[str, Any], date: str | None, **members: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "resourceType": "Procedure",
        "id": "event",
        "status": "completed",
        "subject": {"reference": "Patient/patient-1"},
        "code": code,
    }
    return {**told, **({"performedDateTime": date} if date else {}), **members}


def _lines(someone: pmcds.Patient, drug: str, *events: dict[str, Any]) -> set[tuple[str, str | None]]:
    """Outcomes of the first source's line; the result is of 2026-05-02."""
    bundle = bundle_of(someone, now=NOW, terms=engine().terms)
    bundle["entry"] += [{"resource": event} for event in events]
    result = engine().evaluate(bundle, order=drug, now=NOW)
    check_laws(engine(), result, named=True)
    return {(line.outcome, line.reason) for line in result.ledger.orders if str(line.rule).endswith("cpic")}


def test_without_a_transplant_the_result_is_the_patients_own() -> None:
    assert _lines(CYP2C19, "clopidogrel") == {("CLEAR", "normal-or-increased")}


@pytest.mark.parametrize("date", ["2025-11-02", "2026-05", "2026", None])
def test_h14_blood_taken_after_a_transplant_of_blood_is_not_the_patients_liver(date: str | None) -> None:
    assert _lines(CYP2C19, "clopidogrel", _event(STEM_CELLS, date)) == {("CANNOT-TELL", "donor-blood")}


def test_h14_blood_taken_before_the_transplant_stays_the_patients_for_the_liver() -> None:
    assert _lines(CYP2C19, "clopidogrel", _event(STEM_CELLS, "2026-05-20")) == {("CLEAR", "normal-or-increased")}


def test_h14_blood_and_immune_cells_are_the_donors_after_it() -> None:
    after, before = _event(STEM_CELLS, "2025-11-02"), _event(STEM_CELLS, "2026-05-20")
    assert {outcome for outcome, _ in _lines(HLA, "abacavir", after)} == {"CLEAR"}
    assert _lines(HLA, "abacavir", before) == {("CANNOT-TELL", "donor-blood")}


@pytest.mark.parametrize("date", ["2025-11-02", "2026-05-20"])
def test_h14_a_gene_that_acts_in_blood_and_liver_is_never_told(date: str) -> None:
    assert _lines(TPMT, "azathioprine", _event(STEM_CELLS, date)) == {("CANNOT-TELL", "donor-blood")}


def test_h14_an_autologous_transplant_changes_nothing() -> None:
    own = _event({"text": "autologous stem cell transplant"}, "2025-11-02")
    assert _lines(CYP2C19, "clopidogrel", own) == {("CLEAR", "normal-or-increased")}


def test_h14_a_condition_tells_it_as_well() -> None:
    told = {
        "resourceType": "Condition",
        "id": "after",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "verificationStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]
        },
        "subject": {"reference": "Patient/patient-1"},
        "code": {"text": "bone marrow transplant"},
        "onsetDateTime": "2024-01-01",
    }
    assert _lines(CYP2C19, "clopidogrel", told) == {("CANNOT-TELL", "donor-blood")}


def test_h15_the_enzymes_of_a_transplanted_liver_are_the_donors() -> None:
    assert _lines(CYP2C19, "clopidogrel", _event(LIVER, "2025-11-02")) == {("CANNOT-TELL", "donor-liver")}
    assert _lines(CYP2C19, "clopidogrel", _event(LIVER, "2026-05-20")) == {("CANNOT-TELL", "donor-liver")}
    assert {outcome for outcome, _ in _lines(HLA, "abacavir", _event(LIVER, "2025-11-02"))} == {"CLEAR"}


@pytest.mark.parametrize("status", ["preparation", "not-done", "entered-in-error"])
def test_h15_a_transplant_that_did_not_happen_changes_nothing(status: str) -> None:
    event = _event(LIVER, "2025-11-02", status=status)
    assert _lines(CYP2C19, "clopidogrel", event) == {("CLEAR", "normal-or-increased")}


@pytest.mark.parametrize(("date", "told"), [("2026-05-01", True), ("2026-04-18", True), ("2025-12-01", False)])
def test_h16_a_recent_transfusion_is_told_and_hides_nothing(date: str, told: bool) -> None:
    bundle = bundle_of(pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}, specimen="blood"), now=NOW, terms=engine().terms)
    bundle["entry"].append({"resource": _event({"text": "blood transfusion"}, date)})
    result = engine().evaluate(bundle, order="clopidogrel", now=NOW)
    assert {line.outcome for line in result.ledger.orders} == {"ALERT"}
    text = "\n".join(line for card in result.cards for block in card.detail for line in block.lines)
    assert ("may hold cells of another person" in text) is told
