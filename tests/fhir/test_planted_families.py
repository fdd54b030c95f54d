"""Written after a planted fault that no test noticed: a relative's disease in words alone became the patient's."""

from __future__ import annotations

import pytest

from tests.fhir.material import PATIENT, bundle, condition, findings_of, reading


@pytest.mark.parametrize(
    "code",
    [
        {"text": "Family history of stroke"},
        {"text": "Family history of stroke", "coding": [{"system": "http://snomed.info/sct", "code": "1"}]},
        {"coding": [{"display": "Family history of stroke"}]},
    ],
)
def test_h4_t55_a_relatives_disease_is_never_the_patients_however_it_is_written(code: dict[str, object]) -> None:
    found = findings_of(reading(bundle(PATIENT, {**condition(), "code": code}), "p1"), "Condition/c1")
    assert [(one.kind, one.subject) for one in found] == [("family_history", "stroke")]
