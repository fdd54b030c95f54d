"""Orders of two servers that happen to have one id are two orders, unless an order under way stands for them (H07)."""

from __future__ import annotations

from typing import Any

import pmcds

A, B = "https://a.example/fhir", "https://b.example/fhir"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def _order(base: str, code: str, version: str, **more: Any) -> dict[str, Any]:
    resource = {
        "resourceType": "MedicationRequest",
        "id": "1",
        "meta": {"versionId": version},
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"{A}/Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
    }
    return {"fullUrl": f"{base}/MedicationRequest/1", "resource": resource | more}


def _drugs(*orders: dict[str, Any]) -> set[str | None]:
    patient = {"fullUrl": f"{A}/Patient/p1", "resource": {"resourceType": "Patient", "id": "p1"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [patient, *orders]}
    result = pmcds.Engine().evaluate(bundle, patient=f"{A}/Patient/p1")
    return {line.drug for line in result.ledger.orders if line.order.startswith("MedicationRequest")}


def test_h07_an_order_of_one_server_never_replaces_one_of_another_with_its_id() -> None:
    assert _drugs(_order(A, "32968", "1"), _order(B, "2670", "2")) == {"clopidogrel", "codeine"}


def test_h07_the_newer_version_of_one_server_still_replaces_the_older_one() -> None:
    assert _drugs(_order(A, "32968", "1"), _order(A, "2670", "2")) == {"codeine"}
