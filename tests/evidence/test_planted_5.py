"""What the fifth reader of planted faults planted and no test noticed; each says what must never happen."""

from __future__ import annotations

import pytest

import pmcds
from tests.evidence.bundles import Json, twin
from tests.evidence.goldens import NOW
from tests.evidence.whole import (
    ABACAVIR,
    CODEINE,
    SOMATIC,
    add,
    component,
    concept,
    drug,
    engine,
    evaluated,
    line,
    patient,
    typed,
)
from tests.fhir.material import LOINC, bundle
from tests.fhir.observations.support import observation

A, B = "https://a.example/fhir", "https://b.example/fhir"


def test_h53_one_number_at_two_hospitals_is_never_one_patient() -> None:
    somebody = {"subject": {"reference": "Patient/1"}}
    entries = [
        {"fullUrl": f"{A}/Observation/g", "resource": typed("CYP2D6", "*4/*4", **somebody)},
        {"fullUrl": f"{B}/MedicationRequest/o", "resource": drug("codeine", **somebody)},
    ]
    for order in (entries, entries[::-1]):
        with pytest.raises(pmcds.InputError):
            engine().evaluate({"resourceType": "Bundle", "type": "collection", "entry": order}, now=NOW)


def test_h53_a_subject_met_on_one_server_is_nobody_on_another() -> None:
    potassium = observation("2823-3", id="x", valueQuantity={"value": 4, "unit": "mmol/L"})
    parts = [(A, {"resourceType": "Patient", "id": "p1"}), (A, drug("codeine")), (A, potassium)]
    parts.append((B, typed("CYP2D6", "*4/*4")))
    entries = [{"fullUrl": f"{at}/{one['resourceType']}/{one['id']}", "resource": one} for at, one in parts]
    result = evaluated({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert (line(result, CODEINE).outcome, line(result, CODEINE).reason) == ("CANNOT-TELL", "no-result")
    assert ("Observation/g", "other-patient") in {(one.resource, one.ignored) for one in result.ledger.inputs}


def selected(drafts: dict[str, str], *selections: str) -> list[str]:
    """Keys of the orders that were judged."""
    orders = [{"resource": {**drug(text), "id": ident, "status": "draft"}} for ident, text in drafts.items()]
    request = {
        "hook": "order-select",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/1", "patientId": "p1", "selections": list(selections),
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": orders},
        },
        "prefetch": {"results": bundle({"resourceType": "Patient", "id": "p1"}, typed("CYP2D6", "*4/*4"))},
    }  # fmt: skip
    lines = engine().answer("pmcds-order-select", request, now=NOW).ledger.orders
    return sorted({one.order for one in lines if one.order.startswith("Medication")})


def test_a_draft_whose_id_differs_in_case_is_not_the_selected_one() -> None:
    assert selected({"aB": "codeine", "AB": "azathioprine"}, "MedicationRequest/aB") == ["MedicationRequest/aB"]


@pytest.mark.parametrize("version", ["", "/_history/2"])
def test_a_draft_that_is_selected_with_its_version_is_judged(version: str) -> None:
    drafts = {"a": "codeine", "b": "azathioprine", "c": "abacavir"}
    found = selected(drafts, "MedicationRequest/a", f"MedicationRequest/b{version}")
    assert found == ["MedicationRequest/a", "MedicationRequest/b"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_component_is_known_by_any_of_its_codes(place: int) -> None:
    stated = component("48005-3", "x") | {"valueCodeableConcept": {"text": "p.Leu858Arg"}}
    stated["code"]["coding"].insert(place, {"system": "urn:laboratory", "code": "PRO"})
    gene = {"code": concept("48018-6"), "valueCodeableConcept": {"text": "EGFR"}}
    result = observation(
        "69548-6", id="v", valueCodeableConcept=concept("LA9633-4"), specimen={"display": "tumor tissue"}
    )
    result |= {"component": [gene, component("48002-0", SOMATIC), stated]}
    del result["subject"]
    found = evaluated(add(patient(cancer=["non-small cell lung cancer"]), result))
    assert line(found, "tumor/lung/egfr-common").outcome == "ALERT"


def statement(route: Json | None) -> Json:
    dosage = [{"route": route}] if route else []
    return {
        "resourceType": "MedicationStatement", "id": "m", "status": "active", "dosage": dosage,
        "medicationCodeableConcept": {"text": "fluorouracil"},
    }  # fmt: skip


def test_h43_a_cream_on_the_list_of_drugs_never_fires_the_rules_of_the_infusion() -> None:
    stated = {"diplotype": {"DPYD": "c.1905+1G>A (*2A)/c.1905+1G>A (*2A)"}}
    topical = {"coding": [{"system": "http://snomed.info/sct", "code": "6064005", "display": "topical"}]}
    alerts = {}
    for name, route in (("by any route", None), ("topical", topical)):
        lines = evaluated(add(patient(**stated), statement(route))).ledger.orders
        alerts[name] = {one.outcome for one in lines if one.drug == "fluorouracil"}
    assert alerts == {"by any route": {"ALERT"}, "topical": {"NOT-COVERED"}}


def test_the_other_part_of_a_combination_code_is_told_as_unknown() -> None:
    atc = {"coding": [{"system": "http://www.whocc.no/atc", "code": "L01BC52"}]}
    result = evaluated(bundle({"resourceType": "Patient", "id": "p1"}, drug("", medicationCodeableConcept=atc)))
    assert "drug-partly-recognized" in {one.reason for one in result.ledger.orders if one.drug == "fluorouracil"}


@pytest.mark.parametrize(("flag", "reason"), [(True, "no-result"), (False, "result-pending"), (None, "result-pending")])
def test_a_test_that_must_not_be_done_is_not_under_way(flag: bool | None, reason: str) -> None:
    request = {"resourceType": "ServiceRequest", "id": "s", "status": "active", "intent": "order"}
    request |= {"code": {"coding": [{"system": LOINC, "code": "50956-2"}]}}
    request |= {} if flag is None else {"doNotPerform": flag}
    result = evaluated(add(patient(order="abacavir"), request))
    assert {line(result, ABACAVIR).reason, *line(result, ABACAVIR).also} == {reason}


def test_what_two_alleles_mean_for_a_woman_is_never_told_of_a_man() -> None:
    pair = typed("G6PD", "A- 202A_376G/B (reference)")

    def outcome(sex: str, judge: pmcds.Engine) -> tuple[str, str | None]:
        person = {"resourceType": "Patient", "id": "p1", "gender": sex}
        told = judge.evaluate(bundle(person, twin(pair), drug("rasburicase")), now=NOW)
        found = line(told, "pharmacogenomics/rasburicase/cpic")
        return found.outcome, found.reason

    alone = {sex: outcome(sex, pmcds.Engine(engine().knowledge)) for sex in ("female", "male")}
    assert alone["female"] != alone["male"]
    for first, then in (("female", "male"), ("male", "female")):
        judge = pmcds.Engine(engine().knowledge)
        outcome(first, judge)
        assert outcome(then, judge) == alone[then]
