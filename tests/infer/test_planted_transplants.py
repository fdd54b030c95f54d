"""Written after a planted fault that no test noticed: a transplant called resolved was forgotten."""

from __future__ import annotations

import pytest

import pmcds
from pmcds.fhir import bundle_of
from tests.conformance.pgx import NOW, engine


@pytest.mark.parametrize("clinical", ["active", "inactive", "resolved", "remission"])
@pytest.mark.parametrize(("words", "reason"), [("bone marrow transplant", "blood"), ("liver transplant", "liver")])
def test_h14_a_transplant_of_the_past_stays_a_transplant(clinical: str, words: str, reason: str) -> None:
    bundle = bundle_of(pmcds.Patient(diplotype={"CYP2C19": "*1/*1"}, specimen="blood"), now=NOW, terms=engine().terms)
    told = {"resourceType": "Condition", "id": "past", "subject": {"reference": "Patient/patient-1"}}
    told |= {"code": {"text": words}, "onsetDateTime": "2024-01-01"}
    for name, code in (("clinicalStatus", clinical), ("verificationStatus", "confirmed")):
        told[name] = {"coding": [{"code": code}]}
    bundle["entry"].append({"resource": told})
    lines = engine().evaluate(bundle, order="clopidogrel", now=NOW).ledger.orders
    found = {(line.outcome, line.reason) for line in lines if str(line.rule).endswith("cpic")}
    assert found == {("CANNOT-TELL", f"donor-{reason}")}
