"""Written after a planted fault that no test noticed: ids of patients were compared without their case."""

from __future__ import annotations

import pytest

from pmcds.errors import HookError
from pmcds.hooks import parse_request


@pytest.mark.parametrize("other", ["AB12", "Ab12", "ab1"])
def test_r16_the_patient_of_the_prefetch_is_that_of_the_context_to_the_letter(other: str) -> None:
    envelope = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"patientId": "ab12", "userId": "Practitioner/1"},
        "prefetch": {"patient": {"resourceType": "Patient", "id": other}},
    }
    with pytest.raises(HookError, match="another"):
        parse_request(envelope, hook="patient-view")
