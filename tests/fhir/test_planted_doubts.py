"""Written after planted faults that no test noticed: a consent of several scopes, an end that lies ahead."""

from __future__ import annotations

import pytest

from tests.fhir.material import PATIENT, bundle, condition, findings_of, reading
from tests.fhir.test_consents import DENY_GENETIC, consent, genotype, read, withheld


@pytest.mark.parametrize("other", ["research", "adr", "treatment"])
def test_k3_a_consent_for_privacy_binds_whatever_else_it_is_for(other: str) -> None:
    scope = {"coding": [{"code": other}, {"code": "patient-privacy"}]}
    assert withheld(read(consent(DENY_GENETIC, scope=scope), genotype())) == {"Observation/geno"}


@pytest.mark.parametrize("ends", ["2026-06-20", "2027", "2026-06"])
def test_h47_a_disease_whose_end_lies_ahead_is_not_over(ends: str) -> None:
    stated = condition(clinicalStatus=None, abatementDateTime=ends)
    found = findings_of(reading(bundle(PATIENT, stated)), "Condition/c1", "condition")
    assert {one.status for one in found} == {"indeterminate"}
