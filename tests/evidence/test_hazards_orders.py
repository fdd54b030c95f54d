"""The hazard log through the whole line: orders, supply, versions and what is shown (H03, H38 to H47, H50 to H66)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pmcds
from pmcds.model import words
from tests.evidence.bundles import Json, cards, decisions, outcomes, resources, twin
from tests.evidence.goldens import NOW, ROOT, engine
from tests.evidence.relations_requests import answer, request_of
from tests.evidence.whole import (
    CLOPIDOGREL,
    CODEINE,
    add,
    changed,
    concept,
    evaluated,
    line,
    normal,
    patient,
    poor,
    verdict,
)

ALERT, CLEAR, CANNOT = "ALERT", "CLEAR", "CANNOT-TELL"
ORDER = "MedicationRequest/medicationrequest-1"


def _request(bundle: Json, hook: str = "order-sign") -> Json:
    return request_of(bundle, hook)


def _status_of(request: Json) -> int:
    try:
        engine().respond(f"pmcds-{request['hook']}", request, now=NOW)
    except pmcds.HookError as error:
        return error.status
    return 200


@pytest.mark.parametrize("whose", ["patient-11", "xpatient-1", "other"])
def test_h03_a_request_about_two_patients_is_refused(whose: str) -> None:
    of_draft, of_patient, of_context = (_request(poor()) for _ in range(3))
    draft = of_draft["context"]["draftOrders"]["entry"][0]["resource"]
    draft["subject"] = {"reference": f"Patient/{whose}"}
    of_patient["prefetch"]["patient"]["id"] = whose
    of_context["context"]["patientId"] = whose
    assert [_status_of(request) for request in (of_draft, of_patient, of_context)] == [400, 400, 400]
    nobody = _request(poor())
    del nobody["context"]["patientId"]
    assert _status_of(nobody) == 400


def test_h38_only_what_was_selected_is_judged() -> None:
    bundle = patient(order=["clopidogrel", "codeine"], diplotype={"CYP2C19": "*2/*2", "CYP2D6": "*4/*4"})
    keys = [f"MedicationRequest/{order['id']}" for order in resources(bundle, "MedicationRequest")]
    for chosen in (keys[:1], keys[1:], keys):
        result = answer(request_of(twin(bundle), "order-select", selected=chosen))
        assert {one.order for one in result.ledger.orders} - {"@patient"} == set(chosen)
    both = answer(request_of(twin(bundle), "order-sign"))
    assert {one.order for one in both.ledger.orders} - {"@patient"} == set(keys)


def test_h38_a_selection_that_is_not_there_is_never_silence() -> None:
    request = request_of(poor(), "order-select", selected=["MedicationRequest/nowhere"])
    status = _status_of(twin(request))
    assert status == 400 or answer(request).cards


@pytest.mark.parametrize(
    ("status", "gone"),
    [("active", None), ("draft", None), ("on-hold", None), ("stopped", "not-current"), ("cancelled", "not-current"),
     ("completed", "not-current"), ("entered-in-error", "void-status"), ("Active", ""), ("unknown", ""),
     (None, ""), (3, "")],
)  # fmt: skip
def test_h39_the_status_of_an_order_decides(status: Any, gone: str | None) -> None:
    result = evaluated(changed(poor(), lambda r: r.update(status=status), "MedicationRequest"))
    lines = [one for one in result.ledger.orders if one.order == ORDER]
    ignored = [one.ignored for one in result.ledger.inputs if one.resource == ORDER]
    if gone is None:
        assert {one.outcome for one in lines} >= {ALERT}
    elif gone:
        assert not lines
        assert ignored == [gone]
    else:
        assert lines
        assert {(one.outcome, one.reason) for one in lines} == {(CANNOT, "order-status-unreadable")}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("active", ALERT), ("intended", ALERT), ("unknown", CANNOT), ("Active", CANNOT), (None, CANNOT), (3, CANNOT),
     ("recorded", CANNOT), ("completed", None), ("stopped", None), ("not-taken", None), ("entered-in-error", None)],
)  # fmt: skip
def test_h39_a_drug_that_may_be_taken_is_never_passed_over(status: Any, outcome: str | None) -> None:
    def stated(order: Json) -> None:
        order.update(resourceType="MedicationStatement", status=status)
        del order["intent"]

    result = evaluated(changed(poor(), stated, "MedicationRequest"))
    lines = [one for one in result.ledger.orders if one.order.startswith("MedicationStatement/")]
    assert {one.outcome for one in lines if one.drug == "clopidogrel"} >= ({outcome} if outcome else set())
    assert bool(lines) == (outcome is not None)
    if outcome == CANNOT:
        assert {(one.outcome, one.reason, one.quiet) for one in lines} == {(CANNOT, "order-status-unreadable", False)}
        assert any(card.summary.startswith("Clopidogrel") for card in result.cards)


@pytest.mark.parametrize("flag", [True, "true", 1, []])
def test_h39_do_not_perform_is_no_order(flag: Any) -> None:
    result = evaluated(changed(poor(), lambda r: r.update(doNotPerform=flag), "MedicationRequest"))
    lines = [one for one in result.ledger.orders if one.order == ORDER]
    if flag is True:
        assert not lines
    elif flag == []:
        assert line(result, CLOPIDOGREL).outcome == ALERT
    else:
        assert {one.reason for one in lines} == {"order-modifier"}


@pytest.mark.parametrize("shape", ["entry", "contained", "versioned", "r5 reference", "nowhere", "nowhere with name"])
def test_h40_a_drug_by_reference_is_followed(shape: str) -> None:
    bundle = poor()
    order = resources(bundle, "MedicationRequest")[0]
    drug = {"resourceType": "Medication", "id": "med", "code": order.pop("medicationCodeableConcept")}
    reference: Json = {"reference": "Medication/med"}
    if shape == "contained":
        order["contained"] = [drug]
        reference = {"reference": "#med"}
    elif not shape.startswith("nowhere"):
        bundle["entry"].append({"resource": drug})
    if shape == "versioned":
        reference = {"reference": "Medication/med/_history/2"}
    if shape == "nowhere with name":
        reference["display"] = "clopidogrel"
    order["medication" if shape == "r5 reference" else "medicationReference"] = (
        {"reference": reference} if shape == "r5 reference" else reference
    )
    result = evaluated(bundle)
    lines = [one for one in result.ledger.orders if one.order == ORDER]
    if shape == "nowhere":
        assert [(one.rule, one.outcome, one.reason) for one in lines] == [(None, CANNOT, "drug-unresolved")]
    else:
        assert line(result, CLOPIDOGREL).outcome == ALERT


def test_h41_every_ingredient_of_a_combination_is_judged() -> None:
    bundle = patient(order="codeine", diplotype={"CYP2D6": "*1/*1x2", "CYP2C9": "*3/*3"})
    resources(bundle, "MedicationRequest")[0]["medicationCodeableConcept"] = {"text": "codeine / ibuprofen"}
    result = evaluated(bundle)
    assert line(result, CODEINE).outcome == ALERT
    assert line(result, "pharmacogenomics/ibuprofen/cpic").outcome == ALERT


@pytest.mark.parametrize(
    "drug", [{"text": "zzyzx"}, {"coding": [{"system": "urn:local", "code": "1"}]}, {"coding": [{"code": "32968"}]}, {}]
)
def test_h42_an_unknown_drug_is_said_on_a_card(drug: Json) -> None:
    result = evaluated(changed(poor(), lambda r: r.update(medicationCodeableConcept=drug), "MedicationRequest"))
    lines = [one for one in result.ledger.orders if one.order == ORDER]
    assert [one.outcome for one in lines] == [CANNOT]
    assert [card for card in result.cards if card.order == ORDER]


def test_h43_a_local_form_is_out_of_scope_and_an_unknown_route_is_conditional() -> None:
    rule = next(r for r in engine().active_rules() if r.route == "systemic" and r.drugs and r.source == "cpic")
    drug = rule.drugs[0]
    local = evaluated(patient(order={"drug": drug, "route": "topical"}))
    assert (line(local, rule.id).outcome, line(local, rule.id).reason) == ("NOT-COVERED", "route-out-of-scope")
    assert line(evaluated(patient(order=drug)), rule.id).outcome != "NOT-COVERED"


@pytest.mark.parametrize(
    "member", ["dosageInstruction", "reasonCode", "reasonReference", "dispenseRequest", "authoredOn"]
)
@pytest.mark.parametrize("value", [None, [], [{}], [{"asNeededBoolean": True}], "x"])
def test_h44_no_dose_and_no_reason_never_suppress(member: str, value: Any) -> None:
    assert verdict(changed(poor(), lambda r: r.update({member: value}), "MedicationRequest"), CLOPIDOGREL)[0] == ALERT


@pytest.mark.parametrize(
    ("born", "adult"),
    [
        ("2008-06-02", False),
        ("2008-06-01", True),
        ("2008-05-31", True),
        ("2008", None),
        ("2008-06", None),
        ("2030-01-01", None),
    ],
)
def test_h45_age_is_exact_or_open(born: str, adult: bool | None) -> None:
    rule = "pharmacogenomics/voriconazole/cpic"
    bundle = patient(order="voriconazole", diplotype={"CYP2C19": "*2/*2"}, age=30)
    resources(bundle, "Patient")[0]["birthDate"] = born
    cases = line(evaluated(bundle), rule).cases
    places = {case.split(":")[0] for case in cases}
    if adult is None:
        assert len(places) > 1
    else:
        assert len(places) == 1
        assert any(("adult" in place) == adult for place in places), places


def test_h47_a_refuted_condition_is_not_there() -> None:
    def refute(resource: Json) -> None:
        resource["verificationStatus"] = concept(
            "refuted", "http://terminology.hl7.org/CodeSystem/condition-ver-status"
        )

    one = line(evaluated(poor()), CLOPIDOGREL)
    other = line(evaluated(changed(poor(), refute, "Condition")), CLOPIDOGREL)
    assert len(other.cases) > len(one.cases), "no population is proven any more"


def test_h50_what_is_cut_short_is_never_no_result() -> None:
    bundle = patient(order="clopidogrel")
    bundle["link"] = [{"relation": "next", "url": "https://fhir.example.org?page=2"}]
    assert verdict(bundle, CLOPIDOGREL) == (CANNOT, "truncated")
    alert = poor()
    alert["link"] = bundle["link"]
    assert verdict(alert, CLOPIDOGREL)[0] == ALERT


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no-result"),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, "no-result"),
        ({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}, "not-supplied"),
        ("<html>", "not-supplied"),
        (7, "not-supplied"),
        ([], "not-supplied"),
        ({}, "not-supplied"),
    ],
)
def test_h51_seven_shapes_of_a_prefetch_value(value: Any, reason: str) -> None:
    request = _request(poor())
    request["prefetch"]["observations"] = value
    assert line(answer(request), CLOPIDOGREL).reason == reason


def test_h51_a_key_that_was_not_sent_is_not_supplied() -> None:
    request = _request(poor())
    request["prefetch"] = {"patient": request["prefetch"]["patient"]}
    assert line(answer(request), CLOPIDOGREL).reason in ("not-supplied", "no-result")
    del request["prefetch"]
    found = line(answer(request), CLOPIDOGREL)
    assert (found.outcome, found.reason) == (CANNOT, "not-supplied")


def test_h52_a_failed_entry_is_told() -> None:
    bundle = patient(order="clopidogrel")
    failed = {"fullUrl": "https://pmcds.invalid/Observation/1", "response": {"status": "404"}}
    bundle.update(type="batch-response")
    bundle["entry"].append(failed)
    found = line(evaluated(bundle), CLOPIDOGREL)
    assert (found.outcome, found.reason) in ((CANNOT, "entry-error"), (CANNOT, "not-supplied"))
    assert not found.quiet


def test_h53_the_same_id_on_another_server_is_somebody_else() -> None:
    bundle = changed(poor(), lambda r: r.update(subject={"reference": "https://other.example/Patient/patient-1"}))
    assert verdict(bundle, CLOPIDOGREL)[1] == "no-result"


def test_h54_shapes_of_r4_and_r5_mix() -> None:
    bundle = poor()
    order = resources(bundle, "MedicationRequest")[0]
    order["medication"] = {"concept": order.pop("medicationCodeableConcept")}
    assert outcomes(evaluated(bundle)) == outcomes(evaluated(poor()))


def test_h56_one_snapshot_stands_on_every_card_and_in_the_ledger() -> None:
    result = evaluated(poor())
    alert = next(card for card in result.cards if not card.notice)
    text = " ".join(text for block in alert.detail for text in block.lines)
    assert result.ledger.snapshot[:12] in text
    assert result.snapshot == engine().knowledge.snapshot


def test_h57_two_guidelines_make_one_card() -> None:
    result = evaluated(poor())
    ruled = [one for one in result.ledger.orders if one.order == ORDER and one.outcome == ALERT]
    holding = [card for card in result.cards if card.order == ORDER and not card.notice]
    assert len(holding) == 1
    assert {(one.order, one.rule) for one in ruled} <= set(holding[0].lines)


def test_h60_the_same_situation_has_the_same_card_ids() -> None:
    one, again, other = evaluated(poor()), evaluated(poor()), evaluated(normal())
    assert [card.uuid for card in one.cards] == [card.uuid for card in again.cards]
    ids = {card.uuid for card in one.cards if card.order == ORDER}
    assert not ids & {card.uuid for card in other.cards if card.order == ORDER}


@pytest.mark.parametrize("zone", ["C", "de_DE", "tr_TR", "ar"])
def test_h61_numbers_and_names_do_not_depend_on_a_locale(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cards(evaluated(poor()))
    monkeypatch.setenv("LC_ALL", zone)
    monkeypatch.setenv("LANG", zone)
    assert cards(evaluated(poor())) == before


def test_h63_suggestions_touch_only_the_order_that_caused_them() -> None:
    for hook in ("order-select", "order-sign"):
        response = answer(_request(poor(), hook)).to_dict()
        assert "systemActions" not in response
        for card in response["cards"]:
            for suggestion in card.get("suggestions", []):
                assert not suggestion.get("isRecommended") or len(card["suggestions"]) == 1
                for action in suggestion["actions"]:
                    if action["type"] == "delete":
                        assert action["resourceId"] in (ORDER, ORDER.split("/")[1])
                    else:
                        assert "dosageInstruction" not in action["resource"]


def test_h65_a_result_of_another_gene_is_on_no_card() -> None:
    bundle = poor()
    extra = resources(
        patient(diplotype={"CYP2B6": "*6/*6"}, phenotype={"RYR1": "uncertain susceptibility"}), "Observation"
    )
    for place, result in enumerate(extra):
        bundle["entry"].append({"resource": {**result, "id": f"canary-{place}"}})
    shown = cards(evaluated(bundle))
    assert "CYP2B6" not in shown
    assert "RYR1" not in shown
    assert "canary" not in shown


def test_h65_family_history_is_on_no_drug_card() -> None:
    relative = {
        "resourceType": "FamilyMemberHistory",
        "id": "mother",
        "status": "completed",
        "relationship": {"text": "mother"},
        "condition": [{"code": {"text": "stroke"}}],
    }
    bundle = add(poor(), relative)
    assert decisions(evaluated(bundle)) == decisions(evaluated(poor()))


def test_h66_a_lost_rule_is_noticed() -> None:
    rules = {path.relative_to(ROOT / "cards").with_suffix("").as_posix() for path in (ROOT / "cards").rglob("*.yaml")
             if not path.name.endswith(".test.yaml")}  # fmt: skip
    rules = {name for name in rules if "/" in name and name.split("/")[0] not in ("genes", "terms", "phrases")}
    loaded = {rule.id for rule in (*engine().knowledge.rules, *engine().knowledge.inactive)}
    assert loaded == rules
    assert json.dumps(engine().services()).count("pmcds-") >= 3


def test_the_words_of_the_ledger_are_those_of_the_log() -> None:
    assert words.OUTCOMES == ("ALERT", "CLEAR", "CANNOT-TELL", "NOT-COVERED")
