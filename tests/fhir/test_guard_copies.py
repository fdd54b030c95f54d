"""Copies and versions: two results are never one because they share a number, a sample number or a page."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.model.findings import Finding, Reading
from tests.fhir.material import LOINC, PATIENT, RXNORM, SUBJECT, bundle, creatinine, note_of, reading

ACCESSION = [{"system": "https://lab.example/accession", "value": "26-004711"}]


def values(found: Reading, kind: str = "laboratory") -> list[str]:
    return sorted(str(one.value.get("quantity")) for one in found.findings if one.kind == kind)


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code}]}


def genotype(ident: str, symbol: str, stars: str, **members: Any) -> dict[str, Any]:
    gene = {"code": coded("48018-6"), "valueCodeableConcept": {"text": symbol}}
    stated = creatinine(ident, code=coded("84413-4"), valueQuantity=None, component=[gene])
    return {**stated, "valueCodeableConcept": {"text": stars}, **members}


def test_two_tests_of_one_sample_number_are_never_versions() -> None:
    serum = creatinine("serum", "0.9", identifier=ACCESSION, issued="2026-03-02T08:00:00Z")
    blood = creatinine("blood", "1.4", identifier=ACCESSION, issued="2026-03-03T08:00:00Z", code=coded("38483-4"))
    found = reading(bundle(PATIENT, serum, blood), "p1")
    assert values(found) == ["0.9", "1.4"]
    assert not [note for note in found.inputs if note.ignored == "superseded-by"]


def test_the_genes_of_one_panel_with_one_sample_number_are_never_versions() -> None:
    one = genotype("one", "CYP2C19", "*2/*2", identifier=ACCESSION, issued="2026-03-02T08:00:00Z")
    two = genotype("two", "CYP2D6", "*4/*4", identifier=ACCESSION, issued="2026-03-03T08:00:00Z")
    found = reading(bundle(PATIENT, one, two), "p1")
    told = sorted((str(one.subject), str(one.value)) for one in found.findings if one.kind == "genotype")
    assert told == [("CYP2C19", "*2/*2"), ("CYP2D6", "*4/*4")]


def test_equal_numbers_of_two_laboratories_are_never_versions() -> None:
    theirs = [{"system": "https://other.example/accession", "value": "26-004711"}]
    one = creatinine("one", "0.9", identifier=ACCESSION, issued="2026-03-02T08:00:00Z")
    two = creatinine("two", "1.4", identifier=theirs, issued="2026-03-03T08:00:00Z")
    assert values(reading(bundle(PATIENT, one, two), "p1")) == ["0.9", "1.4"]


def test_the_same_result_with_a_corrected_number_replaces_the_older() -> None:
    one = creatinine("one", "0.9", identifier=ACCESSION, issued="2026-03-02T08:00:00Z")
    two = creatinine("two", "1.4", identifier=ACCESSION, issued="2026-03-03T08:00:00Z", status="corrected")
    for both in ((one, two), (two, one)):
        found = reading(bundle(PATIENT, *both), "p1")
        assert values(found) == ["1.4"]
        assert note_of(found, "Observation/one").ignored == "superseded-by"


@pytest.mark.parametrize("status", ["amended", "corrected"])
def test_of_two_versions_of_one_time_the_one_that_corrects_counts(status: str) -> None:
    first, second = creatinine("one", "0.9"), creatinine("one", "1.4", status=status)
    for both in ((first, second), (second, first)):
        assert values(reading(bundle(PATIENT, *both), "p1")) == ["1.4"]


def test_of_two_versions_the_one_issued_last_counts_whatever_the_day_of_the_sample_says() -> None:
    wrong = creatinine("one", "0.9", effectiveDateTime="2026-03-12", issued="2026-03-12T08:00:00Z")
    right = creatinine("one", "1.4", effectiveDateTime="2026-03-02", issued="2026-03-14T08:00:00Z")
    for both in ((wrong, right), (right, wrong)):
        assert values(reading(bundle(PATIENT, *both), "p1")) == ["1.4"]


def test_versions_are_never_compared_as_words() -> None:
    nine = creatinine("one", "0.9", meta={"versionId": "9"})
    ten = creatinine("one", "1.4", meta={"versionId": "10"})
    for both in ((nine, ten), (ten, nine)):
        assert values(reading(bundle(PATIENT, *both), "p1")) == ["1.4"]


def test_issued_instants_are_never_compared_as_words() -> None:
    earlier = creatinine("one", "0.9", issued="2026-03-03T01:00:00+09:00")
    later = creatinine("one", "1.4", issued="2026-03-02T18:00:00Z")
    for both in ((earlier, later), (later, earlier)):
        assert values(reading(bundle(PATIENT, *both), "p1")) == ["1.4"]


def test_two_versions_without_an_order_of_time_are_never_reduced_to_the_first() -> None:
    first, second = creatinine("one", "0.9"), creatinine("one", "1.4")
    for both in ((first, second), (second, first)):
        assert values(reading(bundle(PATIENT, *both), "p1")) == ["0.9", "1.4"]


@pytest.mark.parametrize("void", ["entered-in-error", "cancelled"])
@pytest.mark.parametrize("answer", ["LA9633-4", "LA9634-2"])
def test_an_answer_that_was_taken_back_later_never_counts(void: str, answer: str) -> None:
    def typed(status: str, version: str) -> dict[str, Any]:
        stated = creatinine("hla", code=coded("50956-2"), valueQuantity=None, status=status)
        stated["valueCodeableConcept"] = coded(answer)
        return {**stated, "meta": {"versionId": version}}

    for both in ((typed("final", "1"), typed(void, "2")), (typed(void, "2"), typed("final", "1"))):
        found = reading(bundle(PATIENT, *both), "p1")
        told = {(one.status, one.reason) for one in found.findings if one.kind == "allele"}
        assert ("conflicting", "later-result") in told
        assert not {status for status, _ in told} & {"present", "absent"}


@pytest.mark.parametrize(
    ("member", "one", "two"),
    [
        ("specimen", {"display": "tumor tissue"}, {"display": "blood"}),
        ("performer", [{"display": "Laboratory A"}], [{"display": "Laboratory B"}]),
        ("method", {"text": "enzymatic"}, {"text": "Jaffe"}),
        ("device", {"reference": "Device/1"}, {"reference": "Device/2"}),
        ("encounter", {"reference": "Encounter/1"}, {"reference": "Encounter/2"}),
        ("effectiveDateTime", "2026-03-02", "2026-03-03"),
        ("note", [{"text": "hemolytic"}], [{"text": "repeated"}]),
        ("status", "final", "amended"),
    ],
)
def test_results_that_differ_in_what_they_say_are_never_copies(member: str, one: Any, two: Any) -> None:
    both = (creatinine("one", **{member: one}), creatinine("two", **{member: two}))
    found = reading(bundle(PATIENT, *both), "p1")
    assert values(found) == ["0.9", "0.9"]
    copied = reading(bundle(PATIENT, both[0], {**both[0], "id": "two"}), "p1")
    assert values(copied) == ["0.9"]
    assert note_of(copied, "Observation/two").ignored == "duplicate-of"
    assert [also.resource for one in copied.findings for also in one.also] == ["Observation/two"]


def statement(ident: str, code: str) -> dict[str, Any]:
    drug = {"coding": [{"system": RXNORM, "code": code}]}
    return {
        "resourceType": "MedicationStatement",
        "id": ident,
        "status": "active",
        "subject": SUBJECT,
        "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": drug}],
    }


def test_statements_that_differ_only_in_the_strength_that_they_contain_are_never_copies() -> None:
    def drugs(*found: dict[str, Any]) -> list[Finding]:
        return [one for one in reading(bundle(PATIENT, *found), "p1").findings if one.kind == "medication"]

    assert len(drugs(statement("one", "309362"), statement("two", "749196"))) == 2
    assert len(drugs(statement("one", "309362"), statement("two", "309362"))) == 1


def test_two_equal_drafts_of_one_request_are_never_one_order() -> None:
    draft = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "309362"}]},
    }
    request = {
        "hook": "order-sign",
        "context": {
            "patientId": "p1",
            "userId": "Practitioner/1",
            "draftOrders": bundle({**draft, "id": "one"}, {**draft, "id": "two"}),
        },
    }
    assert [one.key for one in reading(request).orders] == ["MedicationRequest/one", "MedicationRequest/two"]
