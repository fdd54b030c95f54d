"""Nothing is clear beside a strong inhibitor of which nobody can tell whether it is taken (H46)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.infer.closed_world import named_answer
from pmcds.infer.evidence import Index
from pmcds.model.answers import Subject
from pmcds.model.findings import DrugMatch, Order, Supply
from tests.evidence.goldens import NOW
from tests.evidence.whole import CODEINE, Json, add, concept, evaluated, line, patient
from tests.fhir.material import RXNORM

BUPROPION, CETIRIZINE, MELOXICAM = "42347", "20610", "41493"
KINDS: dict[str, Json] = {
    "MedicationStatement": {},
    "MedicationDispense": {"whenHandedOver": "2026-05-25", "daysSupply": {"value": 30, "code": "d"}},
    "MedicationAdministration": {"effectiveDateTime": "2026-05-31"},
    "MedicationRequest": {"intent": "order"},
}


def _told(kind: str, alleles: str = "*1/*1", code: str = BUPROPION, **members: Any) -> tuple[str, str | None]:
    bundle = patient(order="codeine", diplotype={"CYP2D6": alleles})
    stated = {"resourceType": kind, "id": "m", "medicationCodeableConcept": concept(code, RXNORM), **KINDS[kind]}
    add(bundle, {name: value for name, value in {**stated, **members}.items() if value is not None})
    found = line(evaluated(bundle), CODEINE)
    return found.outcome, found.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", ["unknown", "Active", None])
def test_a_status_that_cannot_be_read_never_clears(kind: str, status: str | None) -> None:
    assert _told(kind, status=status) == ("CANNOT-TELL", "order-status-unreadable")


IN_FORCE = {"MedicationStatement": "active", "MedicationRequest": "active", "MedicationAdministration": "in-progress",
            "MedicationDispense": "completed"}  # fmt: skip
UNREAD = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
TWO = {"coding": [{"system": RXNORM, "code": BUPROPION}, {"system": RXNORM, "code": MELOXICAM}]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_modifier_that_nobody_knows_neither_clears_nor_counts_as_taken(kind: str) -> None:
    """It may say that the drug is not taken: no warning names it as a fact (H49)."""
    assert _told(kind, status=IN_FORCE[kind])[0] == "ALERT"
    assert _told(kind, status=IN_FORCE[kind], **UNREAD) == ("CANNOT-TELL", "modifier")


def test_an_order_with_a_flag_that_cannot_be_read_neither_clears_nor_counts() -> None:
    assert _told("MedicationRequest", status="active", doNotPerform="true") == ("CANNOT-TELL", "modifier")


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_two_drugs_neither_clears_nor_counts(kind: str) -> None:
    told = _told(kind, status=IN_FORCE[kind], medicationCodeableConcept=TWO)
    assert told == ("CANNOT-TELL", "conflict")


@pytest.mark.parametrize("kind", ["MedicationStatement", "MedicationDispense", "MedicationAdministration"])
def test_a_statement_without_a_person_neither_clears_nor_counts(kind: str) -> None:
    assert _told(kind, status=IN_FORCE[kind], subject={}) == ("CANNOT-TELL", "no-subject")


def test_what_cannot_be_recognized_in_a_combination_takes_no_ingredient_away() -> None:
    both = {"text": "bupropion / foobarine"}
    assert _told("MedicationRequest", status="active", medicationCodeableConcept=both)[0] == "ALERT"


def test_an_order_that_contradicts_itself_is_open_without_any_finding_about_it() -> None:
    """The caller may hand an order over whose resource is not in the record."""
    index = Index({}, {}, Supply(), NOW)
    sure = Order("order:bupropion", DrugMatch(ingredients=("bupropion",)), state="current")
    subject = Subject("medication", "bupropion")
    assert named_answer(subject, index, [sure]).keys == ("present",)
    for problem in ("order-modifier", "order-unreadable"):
        answer = named_answer(subject, index, [replace(sure, problem=problem)])
        assert (answer.keys, answer.reason) == (("present", "absent"), problem)
    assert named_answer(subject, index, [replace(sure, state="draft", problem="order-modifier")]).keys == ("absent",)


@pytest.mark.parametrize("kind", ["MedicationStatement", "MedicationDispense"])
def test_a_doubt_about_a_drug_that_changes_nothing_is_none(kind: str) -> None:
    assert _told(kind, code=CETIRIZINE, status="unknown") == ("CLEAR", "normal")


def test_a_doubt_takes_no_alert_away() -> None:
    assert _told("MedicationStatement", "*4/*4", status="unknown")[0] == "ALERT"


@pytest.mark.parametrize("status", ["stopped", "not-taken", "on-hold", "entered-in-error"])
def test_a_drug_that_is_not_taken_raises_no_doubt(status: str) -> None:
    assert _told("MedicationStatement", status=status) == ("CLEAR", "normal")


def test_a_drug_that_was_stopped_lately_hides_no_doubt_about_it() -> None:
    bundle = patient(order="codeine", diplotype={"CYP2D6": "*1/*1"})
    drug = {"resourceType": "MedicationStatement", "medicationCodeableConcept": concept(BUPROPION, RXNORM)}
    ended = {"start": "2026-01-01", "end": "2026-05-29"}
    add(bundle, {**drug, "id": "old", "status": "stopped", "effectivePeriod": ended})
    add(bundle, {**drug, "id": "new", "status": "unknown"})
    found = line(evaluated(bundle), CODEINE)
    assert (found.outcome, found.reason) == ("CANNOT-TELL", "order-status-unreadable")


def _given(*orders: Json | str) -> tuple[str, str | None]:
    """Codeine and what else the caller hands over, for a normal metabolizer."""
    record = patient(order="codeine", diplotype={"CYP2D6": "*1/*1"})
    record["entry"] = [one for one in record["entry"] if one["resource"]["resourceType"] != "MedicationRequest"]
    found = line(evaluated(record, order=["codeine", *orders]), CODEINE)
    return found.outcome, found.reason


def _order(**members: Any) -> Json:
    stated = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order"}
    return {**stated, "medicationCodeableConcept": concept(BUPROPION, RXNORM), **members}


def test_an_order_in_force_that_the_caller_hands_over_counts_like_one_of_the_record() -> None:
    assert _given()[0] == "CLEAR"
    assert _given(_order())[0] == "ALERT"
    assert _given(_order(medicationCodeableConcept=concept(MELOXICAM, RXNORM)))[0] == "CLEAR"


@pytest.mark.parametrize(
    ("unclear", "reason"),
    [
        (UNREAD, "order-modifier"), ({"doNotPerform": "true"}, "order-modifier"),
        ({"status": "odd"}, "order-status-unreadable"),
        ({"medicationCodeableConcept": TWO}, "conflict"),
    ],
)  # fmt: skip
def test_an_unclear_order_that_the_caller_hands_over_neither_clears_nor_counts(unclear: Json, reason: str) -> None:
    assert _given(_order(**unclear)) == ("CANNOT-TELL", reason)
