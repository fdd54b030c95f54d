"""Orders, statements, administrations and dispenses of every release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.bundles import Json
from tests.evidence.whole import concept
from tests.fhir.material import RXNORM, SUBJECT

SNOMED = "http://snomed.info/sct"
CLOPIDOGREL, CODEINE, BUPROPION = (concept(code, RXNORM) for code in ("309362", "2670", "42347"))
PARACETAMOL, ASPIRIN = concept("161", RXNORM), concept("1191", RXNORM)
ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"
ORAL, SKIN = concept("26643006", SNOMED), concept("6064005", SNOMED)
# No word of a drug, of a route or of a time stands in it.
EMPTY = {"text": "as told", "sequence": 1}


def drugs() -> Iterator[tuple[str, list[Json]]]:
    """Each input by name."""
    yield "order", [_order()]
    yield "order-of-a-product", _product()
    yield "order-r5", [_order_r5(), _medication_r5()]
    yield "order-stu3", [_order_stu3(), _medication_stu3()]
    yield "order-dstu2", [_order_dstu2(), _medication_dstu2()]
    yield "orders-in-words", _in_words()
    yield "statement", [_taken("MedicationStatement", status="active", effectivePeriod=PERIOD, dosage=DOSAGE)]
    yield "statement-stopped", [_taken("MedicationStatement", status="stopped", effectivePeriod=OVER)]
    yield "statement-stu3", [_statement_stu3()]
    yield "statement-r5", [_statement_r5()]
    yield "usage-r5", [{**_statement_r5(), "resourceType": "MedicationUsage", "effectiveDateTime": "2026-02-03"}]
    yield "administration", [_taken("MedicationAdministration", status="in-progress", dosage=DOSAGE[1],
                                    effectiveDateTime="2026-05-30T08:00:00Z")]  # fmt: skip
    yield "administration-r5", [_administration_r5()]
    yield "administration-stu3", [_taken("MedicationAdministration", status="completed", notGiven=False,
                                         effectivePeriod=PERIOD)]  # fmt: skip
    yield "administration-dstu2", [_administration_dstu2()]
    yield "dispense", [_taken("MedicationDispense", status="completed", whenPrepared="2026-05-24",
                              whenHandedOver="2026-05-25", daysSupply={"value": 30, "code": "d"})]  # fmt: skip
    yield "dispense-prepared", [_taken("MedicationDispense", status="in-progress", whenPrepared="2026-05-24")]
    yield "order-without-drug", [{"resourceType": "MedicationRequest", "id": "o", "status": "active",
                                  "intent": "order", "authoredOn": "2026-05-02", "subject": SUBJECT}]  # fmt: skip


PERIOD = {"start": "2026-01-05", "end": "2026-09-05"}
OVER = {"start": "2026-01-05", "end": "2026-05-05"}
DOSAGE: list[Any] = [EMPTY, {"route": ORAL}]


def _order() -> Json:
    timing = {"repeat": {"boundsPeriod": {"start": "2026-05-09", "end": "2026-07-01"}}}
    return {
        "resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order",
        "doNotPerform": False, "subject": SUBJECT, "authoredOn": "2026-05-02",
        "medicationCodeableConcept": {"coding": [{"system": "urn:local", "code": "7"}, *CLOPIDOGREL["coding"]],
                                      "text": "clopidogrel 75 mg"},
        "dosageInstruction": [EMPTY, {"route": SKIN, "timing": timing}],
    }  # fmt: skip


def _product() -> list[Json]:
    """A combination: what is not active first, one part by its substance, one of another table."""
    substance = {"resourceType": "Substance", "id": "s", "code": CODEINE}
    inner = {"resourceType": "Medication", "id": "in", "ingredient": [
        {"itemReference": {"reference": "Substance/s", "display": "codeine"}, "isActive": True}]}  # fmt: skip
    medication = {
        "resourceType": "Medication", "id": "m", "code": {"text": "Pain tablet"}, "form": {"text": "tablet"},
        "ingredient": [
            {"itemCodeableConcept": BUPROPION, "isActive": False},
            {"itemCodeableConcept": PARACETAMOL},
            {"itemReference": {"reference": "Medication/in"}},
            {"itemCodeableConcept": {"text": "caffeine"}},
        ],
    }  # fmt: skip
    order = {**_order(), "medicationReference": {"reference": "Medication/m", "display": "Pain tablet"}}
    del order["medicationCodeableConcept"], order["dosageInstruction"]
    again = {**order, "id": "again", "medicationReference": {"reference": "Medication/none", "display": "codeine"}}
    return [order, again, medication, inner, substance]


def _order_r5() -> Json:
    order = {**_order(), "medication": {"reference": {"reference": "Medication/m", "display": "codeine tablet"}}}
    del order["medicationCodeableConcept"]
    return {**order, "renderedDosageInstruction": "one tablet", "dosageInstruction": [EMPTY, {"route": ORAL}]}


def _medication_r5() -> Json:
    item = {"concept": CODEINE, "reference": {"reference": "Substance/none"}}
    return {"resourceType": "Medication", "id": "m", "doseForm": {"text": "cream"},
            "ingredient": [{"item": {"concept": BUPROPION}, "isActive": False}, {"item": item}]}  # fmt: skip


def _order_stu3() -> Json:
    order = {**_order(), "medicationReference": {"reference": "Medication/m"}, "context": {"reference": "Encounter/e"}}
    del order["medicationCodeableConcept"], order["doNotPerform"]
    return {**order, "dosageInstruction": [EMPTY, {"route": {"text": "oral"}}]}


def _medication_stu3() -> Json:
    return {"resourceType": "Medication", "id": "m", "code": CODEINE, "isBrand": False,
            "ingredient": [{"itemCodeableConcept": CODEINE}]}  # fmt: skip


def _order_dstu2() -> Json:
    return {
        "resourceType": "MedicationOrder", "id": "o", "status": "active", "patient": SUBJECT,
        "dateWritten": "2026-05-02", "medicationReference": {"reference": "Medication/m"},
        "dosageInstruction": {"route": ORAL},
    }  # fmt: skip


def _medication_dstu2() -> Json:
    item = {"reference": "#x", "display": "codeine"}
    return {"resourceType": "Medication", "id": "m", "product": {"form": {"text": "capsule"}, "ingredient": [
        {"item": item}, {"item": {"reference": "Substance/none", "display": "paracetamol"}}]},
        "contained": [{"resourceType": "Substance", "id": "x", "code": CODEINE}]}  # fmt: skip


def _in_words() -> list[Json]:
    """By text and by display, with the route in words."""
    route = [{"route": {"text": "topical route"}}]
    return [
        {**_order(), "medicationCodeableConcept": {"text": "Codeine phosphate 30 mg tablet"}, "id": "text"},
        {**_order(), "medicationCodeableConcept": "clopidogrel", "dosageInstruction": route, "id": "string"},
        {**_order(), "medicationCodeableConcept": {"coding": [{"display": "Fluorouracil 5 % cream"}]}, "id": "shown"},
        {**_order(), "medicationCodeableConcept": {"coding": [CLOPIDOGREL["coding"][0], CODEINE["coding"][0]]},
         "id": "two"},
    ]  # fmt: skip


def _taken(type_name: str, **members: Any) -> Json:
    return {"resourceType": type_name, "id": "m", "subject": SUBJECT, "medicationCodeableConcept": BUPROPION, **members}


def _statement_stu3() -> Json:
    return _taken("MedicationStatement", status="active", taken="y", effectiveDateTime="2026-02-03",
                  dateAsserted="2026-03-03", dosage=[EMPTY, {"route": SKIN}], wasNotTaken=False)  # fmt: skip


def _statement_r5() -> Json:
    return {
        "resourceType": "MedicationStatement", "id": "m", "status": "recorded", "subject": SUBJECT,
        "medication": {"concept": {"coding": [{"system": "urn:local", "code": "7"}, *BUPROPION["coding"]]}},
        "adherence": {"code": concept("taking", ADHERENCE)}, "effectivePeriod": PERIOD,
    }  # fmt: skip


def _administration_r5() -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": "m", "status": "completed", "subject": SUBJECT,
        "medication": {"concept": BUPROPION}, "occurencePeriod": PERIOD, "isSubPotent": False,
        "dosage": {"route": ORAL},
    }  # fmt: skip


def _administration_dstu2() -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": "m", "status": "in-progress", "patient": SUBJECT,
        "medicationCodeableConcept": BUPROPION, "wasNotGiven": False, "effectiveTimePeriod": PERIOD,
    }  # fmt: skip
