"""Where a selection leads nowhere, a draft has no drug or a finding stands last, nothing is passed over in silence."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

import pmcds
from tests.evidence.bundles import Json
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import CODEINE, drug, patient, typed
from tests.fhir.material import PATIENT, bundle
from tests.hooks.examples import request

SLOW, POOR = typed("CYP2D6", "*4/*4", id="g6"), typed("CYP2C19", "*2/*2")
SEARCHED = dict.fromkeys(("reports", "medications", "statements", "conditions"))


def _answer(hook: str, context: Json, *resources: Json, **prefetch: Any) -> pmcds.Result:
    sent = {"x": bundle(PATIENT, SLOW, POOR, *resources), **SEARCHED, **prefetch}
    return engine().answer(f"pmcds-{hook}", request(hook, context, prefetch=sent), now=NOW)


def _drugs(result: pmcds.Result) -> set[tuple[str, str | None]]:
    return {(line.order, line.drug) for line in result.ledger.orders if line.order != "@patient"}


BOTH = {("MedicationRequest/1", "codeine"), ("MedicationRequest/10", "clopidogrel")}


@pytest.mark.parametrize(
    "selections",
    [[], None, "MedicationRequest/1", ["MedicationRequest/9"], ["9", "0"], [5], [""], [None], ["MedicationRequest/"],
     ["MedicationRequest/101"], [{"reference": "MedicationRequest/1"}], ["ServiceRequest/1"], ["urn:uuid:1"]],
)  # fmt: skip
def test_selections_that_name_no_draft_leave_every_draft_in_question(selections: Any) -> None:
    drafts = bundle(drug("codeine", id="1", status="draft"), drug("clopidogrel", id="10", status="draft"))
    result = _answer("order-select", {"draftOrders": drafts, "selections": selections})
    assert _drugs(result) == BOTH
    assert {line.outcome for line in result.ledger.orders if line.drug} == {"ALERT"}
    assert "selections name no draft; all drafts are in question" in result.notes[0]["repairs"]


def test_a_selection_beside_a_draft_without_id_leaves_every_draft_in_question() -> None:
    bare = {name: value for name, value in drug("clopidogrel", status="draft").items() if name != "id"}
    drafts = bundle(drug("codeine", id="1", status="draft"), bare)
    result = _answer("order-select", {"draftOrders": drafts, "selections": ["MedicationRequest/1", "other"]})
    assert {name for _, name in _drugs(result)} == {"codeine", "clopidogrel"}


@pytest.mark.parametrize("hook", ["order-select", "order-sign", "medication-prescribe", "order-review"])
def test_a_draft_without_a_drug_is_only_excused_while_it_is_chosen(hook: str) -> None:
    empty = {"resourceType": "MedicationRequest", "id": "2", "status": "draft", "subject": {"reference": "Patient/p1"}}
    member = {"order-select": "draftOrders", "order-sign": "draftOrders", "order-review": "orders"}.get(
        hook, "medications"
    )
    drafts = bundle(drug("codeine", id="1", status="draft"), empty)
    result = _answer(hook, {member: drafts, "selections": ["MedicationRequest/1", "MedicationRequest/2"]})
    [line] = [line for line in result.ledger.orders if line.order == "MedicationRequest/2"]
    expected = ("NOT-COVERED", "drug-not-chosen-yet") if hook == "order-select" else ("CANNOT-TELL", "drug-missing")
    assert (line.outcome, line.reason) == expected
    assert result.complete is (hook == "order-select")
    assert ("MedicationRequest/1", "codeine") in _drugs(result)


def test_a_tumor_is_known_wherever_its_diagnosis_stands() -> None:
    stated = patient(cancer=["non-small cell lung cancer"], variant={"BRAF p.Val600Glu": "absent"}, specimen="tissue")
    resources = [entry["resource"] for entry in stated["entry"]]
    assert len(resources) == 4
    told = set()
    for several in permutations(resources):
        lines = engine().evaluate(bundle(*several), order="dabrafenib", now=NOW).ledger.orders
        told.add(tuple((line.outcome, line.reason) for line in lines if line.rule == "tumor/melanoma/braf-v600e"))
    assert told == {(("NOT-COVERED", "indication-out-of-scope"),)}
    without = [one for one in resources if one["resourceType"] != "Condition"]
    lines = engine().evaluate(bundle(*without), order="dabrafenib", now=NOW).ledger.orders
    [line] = [line for line in lines if line.rule == "tumor/melanoma/braf-v600e"]
    assert (line.outcome, line.reason) == ("CANNOT-TELL", "tumor-type-imprecise")


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "unknown", "Final"])
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_ignored_is_never_named_as_evidence(status: str, turned: bool) -> None:
    ignored = typed("CYP2D6", "*1/*1", id="old", status=status)
    for results in ([ignored], [ignored, SLOW]):
        source = bundle(PATIENT, *(results[::-1] if turned else results), drug("codeine"))
        result = engine().evaluate(source, now=NOW)
        left = {entry.resource for entry in result.ledger.inputs if entry.ignored}
        assert "Observation/old" in left
        for line in result.ledger.orders:
            assert not left & set(line.evidence), line
        [line] = [line for line in result.ledger.orders if line.rule == CODEINE]
        assert line.outcome == ("ALERT" if len(results) == 2 else "CANNOT-TELL")
