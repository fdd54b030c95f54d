"""What is signed together will be taken together: no drug is clear beside the draft of its strong inhibitor (MI-11).

The draft is no fact: it takes no alert away and makes none (H46).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import CODEINE, Json, add, concept, evaluated, line, patient
from tests.fhir.material import RXNORM

PAROXETINE, BUPROPION, CETIRIZINE = "32937", "42347", "20610"


def _order(code: str, **members: Any) -> Json:
    stated = {"resourceType": "MedicationRequest", "id": f"m{code}", "status": "draft", "intent": "order",
              "subject": {"reference": "Patient/patient-1"}}  # fmt: skip
    return {**stated, "medicationCodeableConcept": concept(code, RXNORM), **members}


def _record(alleles: str = "*1/*1", *orders: Json) -> Json:
    bundle = patient(order="codeine", diplotype={"CYP2D6": alleles})
    for order in orders:
        add(bundle, order)
    return bundle


def _told(alleles: str, *orders: Json) -> tuple[str, str | None]:
    found = line(evaluated(_record(alleles, *orders)), CODEINE)
    return found.outcome, found.reason


@pytest.mark.parametrize("code", [PAROXETINE, BUPROPION])
def test_two_drafts_that_are_signed_together_are_not_clear(code: str) -> None:
    assert _told("*1/*1") == ("CLEAR", "normal")
    assert _told("*1/*1", _order(code)) == ("CANNOT-TELL", "interaction-undefined")
    assert _told("*1/*1", _order(CETIRIZINE)) == ("CLEAR", "normal")


@pytest.mark.parametrize("status", ["completed", "stopped", "cancelled", "on-hold", "entered-in-error"])
def test_an_order_that_is_not_being_signed_raises_no_doubt(status: str) -> None:
    assert _told("*1/*1", _order(BUPROPION, status=status)) == ("CLEAR", "normal")


def test_a_draft_is_no_fact() -> None:
    """A drug in force counts, one being ordered only raises a doubt, and both together are as the one in force."""
    assert _told("*1/*1", _order(BUPROPION, status="active"))[0] == "ALERT"
    assert _told("*1/*1", _order(BUPROPION, status="active"), _order(PAROXETINE))[0] == "ALERT"
    assert _told("*4/*4", _order(BUPROPION)) == _told("*4/*4")
    assert _told("*4/*4")[0] == "ALERT"


def test_the_clinician_reads_which_drug_and_that_it_is_not_taken_yet() -> None:
    cards = evaluated(_record("*1/*1", _order(PAROXETINE))).to_dict()["cards"]
    text = " ".join(card["detail"] for card in cards).replace("\\", "")
    assert "paroxetine, being ordered too, is a strong inhibitor of CYP2D6" in text
    assert "taken now" not in text


def test_an_inhibitor_is_none_of_its_own_order() -> None:
    """Paroxetine alone is judged by the genotype (PG90)."""
    record = patient(order="paroxetine", diplotype={"CYP2D6": "*1/*1"})
    lines = [one for one in evaluated(record).ledger.orders if one.rule.endswith("paroxetine/cpic")]
    assert [(one.outcome, one.reason) for one in lines] == [("CLEAR", "normal")]


def test_drugs_that_the_caller_names_are_drafts_of_one_another() -> None:
    record = _record()
    record["entry"] = [one for one in record["entry"] if one["resource"]["resourceType"] != "MedicationRequest"]
    for orders, expected in (
        (["codeine"], ("CLEAR", "normal")),
        (["codeine", "cetirizine"], ("CLEAR", "normal")),
        (["codeine", "paroxetine"], ("CANNOT-TELL", "interaction-undefined")),
        (["codeine", _order(PAROXETINE)], ("CANNOT-TELL", "interaction-undefined")),
    ):
        found = line(engine().evaluate(record, order=orders, now=NOW), CODEINE)
        assert (found.outcome, found.reason) == expected, orders


def test_a_draft_that_is_not_selected_counts_for_the_one_that_is() -> None:
    """MI-11: context drugs count for phenoconversion."""
    record = _record()
    order = _order("2670")
    request: Json = {
        "hook": "order-select",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/1",
            "patientId": "patient-1",
            "selections": ["MedicationRequest/m2670"],
            "draftOrders": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": order}, {"resource": _order(PAROXETINE)}],
            },
        },
        "prefetch": {"all": record},
    }
    record["entry"] = [one for one in record["entry"] if one["resource"]["resourceType"] != "MedicationRequest"]
    result = engine().answer("pmcds-order-select", request, now=NOW)
    found = line(result, CODEINE)
    assert (found.order, found.outcome, found.reason) == (
        "MedicationRequest/m2670",
        "CANNOT-TELL",
        "interaction-undefined",
    )
    request["context"]["draftOrders"]["entry"].pop()
    assert line(engine().answer("pmcds-order-select", request, now=NOW), CODEINE).outcome == "CLEAR"
