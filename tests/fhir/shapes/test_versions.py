"""One content in the shapes of R4, R5, STU3 and DSTU2 gives the same facts: W1 to W14, hazard H54."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.material import bundle, condition, note_of, order, reading
from tests.fhir.observations.support import SNOMED, concept, gene, genotype, loinc, observation, variant
from tests.fhir.shapes.support import CLOPIDOGREL, P1, SUBJECT, only, resource, told, whole

R5_DRUG = {"medication": {"concept": CLOPIDOGREL}}
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-05-17"}


def statement(**members: Any) -> dict[str, Any]:
    return resource("MedicationStatement", effectiveDateTime="2026-01-01", **members)


@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": CLOPIDOGREL, "reasonCode": [{"text": "x"}], "reportedBoolean": True},
        {"medication": {"concept": CLOPIDOGREL}, "reason": [{"concept": {"text": "x"}}], "reported": True},
        {"medicationCodeableConcept": CLOPIDOGREL, "context": {"reference": "Encounter/e"}},
    ],
)
def test_w01_h54_orders_of_every_version_are_the_same_order(members: dict[str, Any]) -> None:
    stated = {**order(medicationCodeableConcept=None), **members}
    assert told(stated) == told(order(medicationCodeableConcept=CLOPIDOGREL))


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"status": "active", "medicationCodeableConcept": CLOPIDOGREL}, "current"),
        ({"status": "recorded", "adherence": {"code": concept(None, "taking")}, **R5_DRUG}, "current"),
        ({"status": "recorded", "adherence": {"code": concept(None, "not-taking")}, **R5_DRUG}, "not-taken"),
        ({"status": "recorded", **R5_DRUG}, "unknown"),
        ({"status": "active", "taken": "n", "medicationCodeableConcept": CLOPIDOGREL}, "not-taken"),
        ({"status": "active", "taken": "y", "medicationCodeableConcept": CLOPIDOGREL}, "current"),
        ({"status": "active", "wasNotTaken": True, "medicationCodeableConcept": CLOPIDOGREL}, "not-taken"),
    ],
)  # fmt: skip
def test_w02_statements_say_in_every_version_whether_the_drug_is_taken(members: dict[str, Any], state: str) -> None:
    assert {one.value["state"] for one in whole(statement(**members)).findings} == {state}


@pytest.mark.parametrize(
    "members",
    [{"effectiveDateTime": "2020-01-01"}, {"occurenceDateTime": "2020-01-01"}, {"occurrenceDateTime": "2020-01-01"}],
)
def test_w03_administrations_with_effective_and_occurrence(members: dict[str, str]) -> None:
    stated = resource("MedicationAdministration", status="completed", medicationCodeableConcept=CLOPIDOGREL, **members)
    assert only(stated, "medication").value["state"] == "past"


def test_w03_stu3_administration_that_was_not_given() -> None:
    stated = resource(
        "MedicationAdministration", status="completed", notGiven=True, medicationCodeableConcept=CLOPIDOGREL
    )
    assert only(stated, "medication").value["state"] == "not-done"


@pytest.mark.parametrize(
    "members",
    [
        {"ingredient": [{"itemCodeableConcept": CLOPIDOGREL}]},
        {"ingredient": [{"item": {"concept": CLOPIDOGREL}}]},
        {"product": {"ingredient": [{"item": CLOPIDOGREL}]}},
    ],
)
def test_w04_ingredients_of_every_version(members: dict[str, Any]) -> None:
    medication = {"resourceType": "Medication", "id": "m1", **members}
    request = order(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    assert whole(request, medication).orders[0].drug.ingredients == ("clopidogrel",)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"clinicalStatus": "active", "verificationStatus": "confirmed"},
        {"clinicalStatus": "active", "verificationStatus": "confirmed", "subject": None, "patient": SUBJECT},
        {"evidence": [{"reference": {"reference": "Observation/x"}}], "participant": [{"actor": SUBJECT}]},
    ],
)
def test_w05_conditions_of_every_version(members: dict[str, Any]) -> None:
    # told() names each finding: status and subject must be those of R4.
    stated = condition(**members)
    assert [(line[1], line[3]) for line in told(stated)] == [(line[1], line[3]) for line in told(condition())]


def test_w06_stu3_links_stand_in_related() -> None:
    change = variant(gene("CYP2C19"))
    implication = observation(loinc("53040-2"), id="i1", valueCodeableConcept=loinc("LA9657-3"), related=[
        {"type": "derived-from", "target": {"reference": "Observation/o1"}}])  # fmt: skip
    assert only(whole(change, implication), "phenotype").subject == "CYP2C19"


def test_w07_coded_diagnosis_of_stu3_is_the_conclusion_code() -> None:
    code = {"code": loinc("57979-7")}
    conclusion = concept(SNOMED, "10828004", "Positive")
    now = resource("DiagnosticReport", status="final", **code, conclusionCode=[conclusion])
    before = resource("DiagnosticReport", status="final", **code, codedDiagnosis=[conclusion])
    assert told(before) == told(now)
    assert ("allele", "HLA-B*15:02") in {line[:2] for line in told(now)}


GENE_TEST = loinc("47403-1", "CYP2D6 gene targeted mutation analysis")


@pytest.mark.parametrize(
    ("kind", "code"),
    [("ServiceRequest", GENE_TEST), ("ServiceRequest", {"concept": GENE_TEST}), ("ProcedureRequest", GENE_TEST)],
)
def test_w09_e11_orders_for_a_test(kind: str, code: dict[str, Any]) -> None:
    stated = resource(kind, status="active", intent="order", code=code)
    assert only(stated, "test-order").subject == "CYP2D6"


def test_w10_k07_consent_of_r5_and_of_stu3() -> None:
    label = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]
    r4 = resource("Consent", subject=None, patient=SUBJECT, status="active", dateTime="2026-01-10",
                  scope=concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
                  policyRule=concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN"),
                  provision={"type": "deny", "securityLabel": label})  # fmt: skip
    r5 = resource(
        "Consent", status="active", date="2026-01-10", decision="permit", provision=[{"securityLabel": label}]
    )
    stu3 = resource("Consent", subject=None, patient=SUBJECT, status="active", dateTime="2026-01-10", **{"except": [
        {"type": "deny", "securityLabel": label}]})  # fmt: skip
    for consent in (r4, r5, stu3):
        found = whole(PATIENT, consent, genotype("*2/*2"))
        assert note_of(found, "Observation/o1").ignored == "withheld", consent
        assert "*2" not in repr(found)


def test_w13_birth_date_and_sex_of_every_version() -> None:
    for more in ({}, {"animal": {}}, {"deceasedBoolean": False}):
        found = whole({**PATIENT, **more})
        assert {(one.subject, one.value) for one in found.findings} == {("birth_date", "1961-05-17"), ("sex", "female")}
    for kind in ({"code": "AMB"}, [{"coding": [{"code": "AMB"}]}], "ambulatory"):
        assert len(whole(resource("Encounter", status="finished", **{"class": kind})).inputs) == 1


@pytest.mark.parametrize(
    "base", ["http://terminology.hl7.org/CodeSystem/condition-clinical", "http://hl7.org/fhir/condition-clinical"]
)
def test_w14_status_codes_under_either_address(base: str) -> None:
    stated = condition(clinicalStatus=concept(base, "active"))
    assert [line[1:] for line in told(stated)] == [line[1:] for line in told(condition())]


@pytest.mark.parametrize(
    "kind", ["searchset", "collection", "transaction-response", "batch-response", "history", "document", None]
)
def test_h52_the_same_content_in_any_bundle_gives_the_same_facts(kind: str | None) -> None:
    inner = bundle(PATIENT, genotype("*2/*2"))
    stated = {**inner, "type": kind} if kind else {name: part for name, part in inner.items() if name != "type"}
    assert told(reading(stated, P1)) == told(reading(inner, P1))
    nested = bundle(stated)
    assert told(reading(nested, P1)) == told(reading(inner, P1))


@pytest.mark.parametrize("value", [None, {"resourceType": "Bundle", "type": "searchset", "total": 0}])
def test_h51_no_data_is_no_data(value: Any) -> None:
    request = {
        "hook": "patient-view",
        "context": {"patientId": "p1"},
        "prefetch": {"results": value, "patient": PATIENT},
    }
    found = reading(request)
    assert found.supply.results == "supplied"
    assert all(one.kind == "demographic" for one in found.findings)


@pytest.mark.parametrize(
    "value", ["<html>", 3, True, [], {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}]
)
def test_h51_what_is_no_data_never_raises(value: Any) -> None:
    request = {
        "hook": "patient-view",
        "context": {"patientId": "p1"},
        "prefetch": {"results": value, "patient": PATIENT},
    }
    assert all(one.kind == "demographic" for one in reading(request).findings)
