"""What the readers of the eighth and ninth rounds planted and no test noticed at the first run."""

from __future__ import annotations

import pytest

import pmcds
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import CODEINE, Json, concept, line, typed
from tests.fhir.material import PATIENT, RXNORM, SUBJECT, bundle

RECORD = bundle(PATIENT, typed("CYP2D6", "*4/*4"))
CODEINE_CODE = concept("2670", RXNORM)


def _order(kind: str, **members: object) -> Json:
    return {"resourceType": kind, "id": "o", "status": "draft", "intent": "order",
            "medicationCodeableConcept": CODEINE_CODE, **members}  # fmt: skip


@pytest.mark.parametrize("person", ["Patient/p2", "Patient/xp1", "Patient/p1x", "Patient/P1", "Patient/p"])
@pytest.mark.parametrize(
    ("kind", "member"),
    [("MedicationRequest", "subject"), ("MedicationOrder", "patient"), ("MedicationRequest", "patient")],
)
def test_h25_an_order_that_is_handed_over_for_another_patient_is_refused(kind: str, member: str, person: str) -> None:
    with pytest.raises(pmcds.InputError) as refused:
        engine().evaluate(RECORD, order=_order(kind, **{member: {"reference": person}}), now=NOW)
    assert refused.value.code == "order-of-another-patient"
    own = engine().evaluate(RECORD, order=_order(kind, **{member: SUBJECT}), now=NOW)
    assert line(own, CODEINE).outcome == "ALERT"


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_h42_the_medication_that_a_draft_contains_is_its_drug(hook: str) -> None:
    inside = {"resourceType": "Medication", "id": "m", "code": CODEINE_CODE}
    draft = _order("MedicationRequest", subject=SUBJECT, contained=[inside], medicationReference={"reference": "#m"})
    del draft["medicationCodeableConcept"]
    context: Json = {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(draft)}
    context |= {"selections": ["MedicationRequest/o"]} if hook == "order-select" else {}
    request = {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context,
               "prefetch": {"record": RECORD}}  # fmt: skip
    assert line(engine().answer(f"pmcds-{hook}", request, now=NOW), CODEINE).outcome == "ALERT"
