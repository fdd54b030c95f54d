"""A drug that begins later is neither taken nor absent: it settles nothing, and its effect is counted with caution."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.bundles import Json
from tests.evidence.whole import CODEINE, add, evaluated, line, patient

DRIVER = "tumor/lung/checkpoint-inhibitors-with-driver"


def statement(code: str, **members: Any) -> Json:
    drug = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}]}
    return {"resourceType": "MedicationStatement", "id": "s", "status": "active", "medicationCodeableConcept": drug} | (
        members
    )


def lung(**stated: Any) -> Json:
    changes = {"EGFR": ["L858R"], "ALK rearrangement": "absent"}
    return patient(
        order="pembrolizumab", cancer=["non-small cell lung cancer"], variant=changes, specimen="tissue", **stated
    )


OSIMERTINIB, PAROXETINE = "1721560", "32937"


@pytest.mark.parametrize("status", ["active", "intended"])
def test_h46_a_targeted_drug_that_begins_later_hides_no_warning(status: str) -> None:
    taken = evaluated(add(lung(), statement(OSIMERTINIB, status=status, effectivePeriod={"start": "2026-01-10"})))
    assert line(taken, DRIVER).outcome == "CLEAR"
    later = evaluated(add(lung(), statement(OSIMERTINIB, status=status, effectivePeriod={"start": "2027-01-10"})))
    assert (line(later, DRIVER).outcome, line(later, DRIVER).reason) == ("CANNOT-TELL", "future-dated")
    assert any("no EGFR or ALK alteration" in card.summary for card in later.cards)


@pytest.mark.parametrize("start", ["2026-01-10", "2027-01-10"])
def test_h46_an_inhibitor_that_begins_later_still_alerts(start: str) -> None:
    ordered = patient(order="codeine", diplotype={"CYP2D6": "*1/*2"})
    result = evaluated(add(ordered, statement(PAROXETINE, effectivePeriod={"start": start})))
    assert line(result, CODEINE).outcome == "ALERT"


def test_h46_what_else_nobody_can_read_of_an_inhibitor_hides_it_not() -> None:
    ordered = patient(order="codeine", diplotype={"CYP2D6": "*1/*2"})
    add(ordered, statement(PAROXETINE, id="unread", status="unknown"))
    result = evaluated(add(ordered, statement(PAROXETINE, effectivePeriod={"start": "2027-01-10"})))
    assert line(result, CODEINE).outcome == "ALERT"
