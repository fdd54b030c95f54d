"""Nothing is clear beside a strong inhibitor of which nobody can tell whether it is taken (H46)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.whole import CODEINE, Json, add, concept, evaluated, line, patient
from tests.fhir.material import RXNORM

BUPROPION, CETIRIZINE = "42347", "20610"
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


def test_a_modifier_that_nobody_knows_never_clears() -> None:
    unknown = [{"url": "urn:x", "valueBoolean": True}]
    told = _told("MedicationDispense", status="completed", modifierExtension=unknown)
    assert told == ("CANNOT-TELL", "modifier")


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
