"""What the sixth reader of planted faults planted and no near test noticed; each says what must never happen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import pmcds
from tests.evidence.bundles import Json
from tests.evidence.goldens import NOW
from tests.evidence.whole import ABACAVIR, CODEINE, concept, drug, engine, evaluated, line, typed
from tests.fhir.material import SUBJECT, bundle
from tests.fhir.observations.support import observation

A, B = "https://a.example/fhir", "https://b.example/fhir"
PERSON = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-05-17"}


POOR = typed("CYP2C19", "*2/*2")


def request(hook: str, drafts: list[Json], **context: Any) -> Json:
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(*drafts), **context},
        "prefetch": {"record": bundle(PERSON, POOR)},
    }


@pytest.mark.parametrize("status", ["active", "on-hold", "draft"])
def test_h39_an_order_on_hold_is_looked_at_when_the_record_is_opened(status: str) -> None:
    source = bundle(PERSON, POOR, drug("clopidogrel", status=status))
    for hook in (None, "patient-view"):
        lines = engine().evaluate(source, now=NOW, hook=hook).ledger.orders
        assert "MedicationRequest/o" in {one.order for one in lines}, hook


@pytest.mark.parametrize("subject", [f"{B}/Patient/p1", f"{B}/Patient/p2", "Patient/p2"])
def test_h03_a_draft_for_a_patient_of_another_server_is_refused(subject: str) -> None:
    draft = drug("clopidogrel", status="draft")
    sound = {**request("order-sign", [draft]), "fhirServer": A}
    assert engine().answer("pmcds-order-sign", sound, now=NOW).cards
    foreign = {**request("order-sign", [{**draft, "subject": {"reference": subject}}]), "fhirServer": A}
    with pytest.raises((pmcds.InputError, pmcds.HookError)):
        engine().answer("pmcds-order-sign", foreign, now=NOW)


def test_h53_two_patients_with_one_id_of_two_servers_are_two() -> None:
    entries = [
        {"fullUrl": f"{server}/{one['resourceType']}/{one['id']}", "resource": one}
        for server, one in ((A, PERSON), (B, PERSON), (A, POOR), (B, drug("clopidogrel")))
    ]
    for order in (entries, entries[::-1]):
        with pytest.raises(pmcds.InputError):
            engine().evaluate({"resourceType": "Bundle", "type": "collection", "entry": order}, now=NOW)


@pytest.mark.parametrize("version", ["", "/_history/1"])
def test_a_draft_that_is_selected_with_its_version_is_judged_whatever_else_is_selected(version: str) -> None:
    drafts = [{**drug(name, status="draft"), "id": ident} for ident, name in (("a", "clopidogrel"), ("b", "codeine"))]
    source = request("order-select", drafts, selections=[f"MedicationRequest/a{version}", "MedicationRequest/b"])
    lines = engine().answer("pmcds-order-select", source, now=NOW).ledger.orders
    assert ("clopidogrel", "ALERT") in line_of(lines, "MedicationRequest/a")


def line_of(lines: Any, order: str) -> set[tuple[str | None, str]]:
    return {(one.drug, one.outcome) for one in lines if one.order == order}


@pytest.mark.parametrize("addressed", [(), ("order",), ("drug",), ("order", "drug")])
def test_h40_a_medication_is_found_whether_or_not_it_has_an_address(addressed: tuple[str, ...]) -> None:
    order = drug("", medicationReference={"reference": "Medication/m"})
    del order["medicationCodeableConcept"]
    source = bundle(PERSON, POOR, order, {"resourceType": "Medication", "id": "m", "code": {"text": "clopidogrel"}})
    for name, place in (("order", 2), ("drug", 3)):
        if name in addressed:
            resource = source["entry"][place]["resource"]
            source["entry"][place]["fullUrl"] = f"{A}/{resource['resourceType']}/{resource['id']}"
    assert "clopidogrel" in {one.drug for one in evaluated(source).ledger.orders}


def test_h42_a_ten_digit_product_code_that_may_be_two_products_is_none() -> None:
    found = engine().terms.recognize([("http://hl7.org/fhir/sid/ndc", "0002411710", None)])
    assert found.ingredients == ()


@pytest.mark.parametrize(
    "system",
    ["http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://fhir.de/CodeSystem/dimdi/icd-10-gm",
     "urn:oid:1.2.276.0.76.5.409"],
)  # fmt: skip
def test_a_diagnosis_is_read_under_each_address_of_its_classification(system: str) -> None:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    deficiency = {
        "resourceType": "Condition", "id": "c", "subject": SUBJECT, "clinicalStatus": active,
        "code": {"coding": [{"system": system, "code": "D55.0"}]},
    }  # fmt: skip
    told = {}
    for stated in (True, False):
        source = bundle(PERSON, drug("rasburicase"), *([deficiency] if stated else []))
        told[stated] = {(one.rule, one.outcome) for one in evaluated(source).ledger.orders if one.drug}
    assert told[True] != told[False]


def test_pg22_a_duplication_without_a_number_may_be_three_copies() -> None:
    copies = evaluated(bundle(PERSON, typed("CYP2D6", "(*1/*4)xN"), drug("codeine")))
    assert (line(copies, CODEINE).outcome, line(copies, CODEINE).reason) == ("CANNOT-TELL", "copy-number-unknown")
    scores = {text: keys_of(text) for text in ("(*1/*4)xN", "(*1/*4)x3")}
    assert max(scores["(*1/*4)xN"]) >= Decimal("3.0")
    assert max(scores["(*1/*4)x3"]) == Decimal("2.0")


def keys_of(text: str) -> list[Decimal]:
    from pmcds.infer import infer
    from pmcds.model.answers import Subject
    from pmcds.model.findings import Reading
    from tests.infer import support

    question = (Subject("activity_score", "CYP2D6"), None)
    found = infer(
        Reading((support.genotype("CYP2D6", text),)), [question], genes=support.genes(), terms=support.terms(), now=NOW
    )
    return [Decimal(str(key).lstrip("≥")) for key in found[question].keys]


@pytest.mark.parametrize(("text", "outcome"), [("HLA-B*57:01 Negative", "CLEAR"), ("HLA-B*57:01 Positive", "ALERT")])
def test_a_genomic_indicator_that_says_negative_is_no_carrier(text: str, outcome: str) -> None:
    category = {"system": "https://open.epic.com/FHIR/StructureDefinition/condition-category", "code": "genomics"}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    indicator = {
        "resourceType": "Condition", "id": "c", "subject": SUBJECT, "clinicalStatus": active, "code": {"text": text},
        "category": [{"coding": [category]}],
    }  # fmt: skip
    found = line(evaluated(bundle(PERSON, drug("abacavir"), indicator)), ABACAVIR).outcome
    assert (found == "ALERT") == (outcome == "ALERT")


def test_l04_a_rate_that_stands_as_a_component_below_another_analyte_is_read() -> None:
    def quantity(value: str, unit: str) -> Json:
        return {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}

    rate = {"code": concept("98979-8"), **quantity("20", "mL/min/{1.73_m2}")}
    rate["valueQuantity"]["value"] = 20
    creatinine = observation("2160-0", rate, id="k", **quantity("3.1", "mg/dL"))
    creatinine["valueQuantity"]["value"] = 3.1
    lines = evaluated(bundle(PERSON, drug("metformin"), creatinine)).ledger.orders
    assert "ALERT" in {one.outcome for one in lines if one.drug == "metformin"}
