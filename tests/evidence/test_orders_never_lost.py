"""Two orders that share an id, or of which little is known, keep their lines; nobody else's order is judged."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import Json, concept
from tests.fhir.material import PATIENT, RXNORM, bundle

CLOPIDOGREL, CODEINE = "32968", "2670"


def _order(code: str | None, **members: Any) -> Json:
    drug = concept(code, RXNORM) if code else {"text": members.pop("text")}
    return {
        "resourceType": "MedicationRequest", "id": "1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": drug, **members,
    }  # fmt: skip


def _drugs(result: pmcds.Result) -> list[str | None]:
    return sorted({line.drug for line in result.ledger.orders if line.order != "@patient"}, key=str)


def _signed(*drafts: Json, prefetch: Json | None = None, **context: Any) -> pmcds.Result:
    stated = {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(*drafts), **context}
    sent = {"patient": PATIENT, **(prefetch or {})}
    request = {"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": stated,
               "prefetch": sent}  # fmt: skip
    return engine().answer("pmcds-order-sign", request, now=NOW)


def test_h07_two_drafts_under_one_id_are_two_orders() -> None:
    assert _drugs(_signed(_order(CLOPIDOGREL), _order(CODEINE))) == ["clopidogrel", "codeine"]


def test_h07_the_same_draft_twice_is_one_and_a_stored_order_is_replaced_by_its_draft() -> None:
    assert _drugs(_signed(_order(CLOPIDOGREL), _order(CLOPIDOGREL))) == ["clopidogrel"]
    stored = bundle(_order(CODEINE, status="active"))
    assert _drugs(_signed(_order(CLOPIDOGREL), prefetch={"medications": stored})) == ["clopidogrel"]


def test_two_orders_that_the_caller_gives_under_one_id_are_both_judged() -> None:
    given = [_order(CLOPIDOGREL), _order(CODEINE), _order(CODEINE)]
    result = engine().evaluate(bundle(PATIENT), order=given, now=NOW)
    assert _drugs(result) == ["clopidogrel", "codeine"]
    lines = [(line.order, line.rule) for line in result.ledger.orders]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("subject", ["Patient/p2", "https://ehr.example/fhir/Patient/p2", "Patient/p2/_history/1"])
def test_h53_an_order_of_another_patient_is_refused(subject: str) -> None:
    with pytest.raises(pmcds.InputError) as refused:
        engine().evaluate(bundle(PATIENT), order=_order(CODEINE, subject={"reference": subject}), now=NOW)
    assert refused.value.code == "order-of-another-patient"
    assert "p2" not in str(refused.value)


@pytest.mark.parametrize(
    "subject", ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/2", None]
)
def test_an_order_of_the_patient_or_of_nobody_is_judged(subject: str | None) -> None:
    order = _order(CODEINE, subject={"reference": subject} if subject else {"display": "the patient"})
    assert _drugs(engine().evaluate(bundle(PATIENT), order=order, now=NOW)) == ["codeine"]


def test_a_patient_in_words_has_no_id_that_an_order_could_contradict() -> None:
    order = _order(CODEINE, subject={"reference": "Patient/of-the-record"})
    result = engine().evaluate(pmcds.Patient(diplotype={"CYP2D6": "*4/*4"}), order=order, now=NOW)
    assert {line.outcome for line in result.ledger.orders} == {"ALERT"}


def test_two_orders_that_cannot_be_judged_under_one_id_are_both_told() -> None:
    unclear = [_order(code, status="active", doNotPerform="x") for code in (CLOPIDOGREL, CODEINE)]
    assert _drugs(engine().evaluate(bundle(PATIENT, *unclear), now=NOW)) == ["clopidogrel", "codeine"]
    unknown = [_order(None, text=text, status="active") for text in ("brandless mixture", "local remedy")]
    lines = engine().evaluate(bundle(PATIENT, *unknown), now=NOW).ledger.orders
    assert len({line.order for line in lines if line.order != "@patient"}) == 2


@pytest.mark.parametrize("stated", [{"reference": "MedicationRequest/1"}, 7, True])
def test_dispatched_orders_that_are_no_list_are_told(stated: Any) -> None:
    assert _dispatched(dispatchedOrders=stated) == [("CANNOT-TELL", "drug-unresolved")]


def test_the_older_name_counts_where_the_newer_one_is_null() -> None:
    assert _dispatched(dispatchedOrders=None, order="MedicationRequest/1") == [("CANNOT-TELL", "drug-unresolved")]


def _dispatched(**context: Any) -> list[tuple[str, str | None]]:
    stated = {"patientId": "p1", "performer": "Organization/1", **context}
    request = {"hook": "order-dispatch", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": stated,
               "prefetch": {"patient": PATIENT}}  # fmt: skip
    lines = engine().answer("pmcds-order-dispatch", request, now=NOW).ledger.orders
    return [(line.outcome, line.reason) for line in lines if line.order != "@patient"]
