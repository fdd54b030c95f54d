"""Of several versions of a result the newest counts only where it is the newest for certain (H07, M44)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import CLOPIDOGREL, CODEINE, Json, drug, evaluated, line, typed
from tests.fhir.material import PATIENT, bundle


def _codeine(first: Json, second: Json) -> tuple[str, str | None]:
    old, new = typed("CYP2D6", "*1/*1") | first, typed("CYP2D6", "*4/*4") | second
    told = {line(evaluated(bundle(PATIENT, *both, drug("codeine"))), CODEINE) for both in ((old, new), (new, old))}
    assert len({(one.outcome, one.reason) for one in told}) == 1, "the order of entries decides nothing"
    return next((one.outcome, one.reason) for one in told)


ISSUED: Json = {"issued": "2026-03-03T08:00:00Z"}


@pytest.mark.parametrize("first", [{}, ISSUED])
@pytest.mark.parametrize("second", [{}, ISSUED])
def test_h07_a_corrected_version_counts_whichever_of_the_two_says_when_it_was_issued(first: Json, second: Json) -> None:
    first, second = first | {"meta": {"versionId": "1"}}, second | {"meta": {"versionId": "2"}, "status": "corrected"}
    assert _codeine(first, second)[0] == "ALERT"
    assert _codeine({**first, "meta": {}}, second)[0] == "ALERT"


def test_h07_a_date_that_only_one_version_states_orders_nothing() -> None:
    assert _codeine({"meta": {"versionId": "3"}, "status": "entered-in-error"}, {})[0] == "CANNOT-TELL"
    assert _codeine({}, {"meta": {"versionId": "3"}, "status": "entered-in-error"})[0] == "CANNOT-TELL"
    assert _codeine(ISSUED, {})[0] == "CANNOT-TELL"
    assert _codeine({}, {**ISSUED, "status": "entered-in-error"})[0] == "CANNOT-TELL"


@pytest.mark.parametrize("day", ["2026-03-15", "2026-03-15T10:00:00Z"])
@pytest.mark.parametrize("name", ["effectiveDateTime", "issued"])
def test_h07_a_date_within_another_orders_nothing(name: str, day: str) -> None:
    same: Json = {"identifier": [{"system": "urn:lab", "value": "1"}]}
    part = day[:7] if day.endswith("15") else day[:10]
    assert _codeine({**same, name: day}, {**same, "id": "h", name: part})[0] == "CANNOT-TELL"
    assert _codeine({**same, name: day}, {**same, "id": "h", name: "2026-04"})[0] == "ALERT"
    assert _codeine({**same, name: "2026-02"}, {**same, "id": "h", name: part})[0] == "ALERT"


@pytest.mark.parametrize(
    ("selected", "judged"),
    [
        ("MedicationRequest/1", True), ("1", True), ("https://ehr.example.org/fhir/MedicationRequest/1", True),
        ("ServiceRequest/1", False), ("NutritionOrder/1", False),
    ],
)  # fmt: skip
def test_m44_a_selection_of_another_type_with_the_same_id_is_not_this_draft(selected: str, judged: bool) -> None:
    draft = drug("clopidogrel", id="1", status="draft")
    others = [{"resourceType": name, "id": "1"} for name in ("ServiceRequest", "NutritionOrder")]
    other = drug("codeine", id="2", status="draft")
    context: dict[str, Any] = {"userId": "Practitioner/1", "patientId": "p1", "selections": [selected, other["id"]]}
    context["draftOrders"] = bundle(draft, other, *others)
    request = {"hook": "order-select", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context,
               "prefetch": {"patient": PATIENT}}  # fmt: skip
    rules = {one.rule for one in engine().answer("pmcds-order-select", request, now=NOW).ledger.orders}
    assert (CLOPIDOGREL in rules) is judged
    assert CODEINE in rules
