"""Consent and labels: what is withheld leaves nothing but that word."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.model.findings import Reading
from tests.fhir.material import (
    LOINC,
    PATIENT,
    SUBJECT,
    bundle,
    condition,
    creatinine,
    findings_of,
    note_of,
    order,
    reading,
)

GDIS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}
GENE = {
    "code": {"coding": [{"system": LOINC, "code": "48018-6"}]},
    "valueCodeableConcept": {"coding": [{"system": "http://www.genenames.org", "code": "HGNC:2621"}]},
}


def genotype(ident: str = "geno", value: str = "*2/*2", **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": ident,
        "status": "final",
        "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02",
        "code": {"coding": [{"system": LOINC, "code": "84413-4"}]},
        "valueCodeableConcept": {"text": value},
        "component": [GENE],
        **members,
    }


def consent(provision: Any = None, base: str | None = "OPTIN", **members: Any) -> dict[str, Any]:
    stated = {
        "resourceType": "Consent",
        "id": "k",
        "status": "active",
        "patient": SUBJECT,
        "policyRule": {"coding": [{"code": base}]} if base else None,
        "provision": provision,
        **members,
    }
    return {name: value for name, value in stated.items() if value is not None}


DENY_GENETIC = {"type": "permit", "provision": [{"type": "deny", "securityLabel": [GDIS]}]}


def read(*resources: Any, **policy: Any) -> Reading:
    return reading(bundle(PATIENT, *resources), **policy)


def withheld(found: Reading) -> set[str]:
    return {note.resource for note in found.inputs if note.ignored == "withheld"}


def test_fhir_k1_a_deny_of_genetic_data_covers_labeled_and_genomic_resources() -> None:
    labeled = creatinine("labeled", meta={"security": [GDIS]})
    found = read(consent(DENY_GENETIC), genotype(), creatinine(), labeled, condition(), order())
    assert withheld(found) == {"Observation/geno", "Observation/labeled"}
    assert len(found.orders) == 1
    assert {one.status for one in findings_of(found, "Observation/geno")} == {"withheld"}
    assert {one.subject for one in findings_of(found, "Observation/geno")} == {None}
    assert findings_of(found, "Observation/creat")[0].status == "present"


def test_lc24_two_inputs_that_differ_inside_withheld_resources_read_the_same() -> None:
    results = [genotype(), genotype(value="*1/*1"), genotype(value="nonsense"), genotype(status="preliminary")]
    assert len({repr(read(consent(DENY_GENETIC), one)) for one in results}) == 1


def test_lc24_a_result_that_is_known_to_be_genetic_by_its_words_only_is_withheld_too() -> None:
    worded = genotype(code={"text": "CYP2C19 genotype"}, component=[])
    found = read(consent(DENY_GENETIC), worded)
    assert withheld(found) == {"Observation/geno"}
    assert "CYP2C19" not in repr(found.findings)


def test_h64_a_report_contained_results_and_links_tell_nothing_of_what_is_withheld() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": SUBJECT,
        "code": {"coding": [{"system": LOINC, "code": "51969-4"}]},
        "contained": [genotype("inner")],
        "result": [{"reference": "#inner"}],
        "conclusion": "CYP2C19 poor metabolizer",
    }
    found = read(consent(DENY_GENETIC), report)
    assert withheld(found) == {"DiagnosticReport/r", "Observation/inner"}
    assert "CYP2C19" not in repr(found)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"status": "draft"}, "not-current"),
        ({"status": "proposed"}, "not-current"),
        ({"status": "rejected"}, "not-current"),
        ({"status": "inactive"}, "not-current"),
        ({"status": "entered-in-error"}, "void-status"),
        ({"scope": {"coding": [{"code": "research"}]}}, "out-of-scope"),
        ({"scope": {"coding": [{"code": "adr"}]}}, "out-of-scope"),
        ({"period": {"end": "2021"}}, "expired"),
    ],
)
def test_fhir_k3_a_consent_that_does_not_bind_withholds_nothing(members: dict[str, Any], reason: str) -> None:
    found = read(consent(DENY_GENETIC, **members), genotype())
    assert withheld(found) == set()
    assert [one.reason for one in findings_of(found, "Consent/k")] == [reason]


def test_fhir_k3_a_deny_whose_period_is_over_withholds_nothing() -> None:
    over = {"type": "permit", "provision": [{"type": "deny", "securityLabel": [GDIS], "period": {"end": "2021-01-01"}}]}
    found = read(consent(over), genotype())
    assert withheld(found) == set()
    assert findings_of(found, "Consent/k")[0].reason == "expired"


def test_fhir_k3_another_patients_consent_is_not_ours() -> None:
    found = read(consent(DENY_GENETIC, patient={"reference": "Patient/p2"}), genotype())
    assert withheld(found) == set()
    assert note_of(found, "Consent/k").ignored == "other-patient"


@pytest.mark.parametrize(("code", "binds"), [("TREAT", True), ("HRESCH", False), ("HMARKT", False), ("ETREAT", False)])
def test_fhir_k1_only_the_purpose_of_treatment_binds(code: str, binds: bool) -> None:
    found = read(consent({"type": "deny", "securityLabel": [GDIS], "purpose": [{"code": code}]}), genotype())
    assert (withheld(found) == {"Observation/geno"}) is binds


def test_fhir_k2_an_opt_out_withholds_all_but_the_request_itself() -> None:
    exception = {"type": "permit", "actor": [{"reference": {"reference": "Organization/us"}}]}
    consented = consent(exception, "OPTOUT")
    found = read(consented, genotype(), creatinine(), condition(), order())
    assert withheld(found) == {"Observation/geno", "Observation/creat", "Condition/c1"}
    assert len(found.orders) == 1
    assert any(one.kind == "demographic" and one.status == "present" for one in found.findings)
    assert withheld(read(consented, genotype(), callers=frozenset({"Organization/us"}))) == set()


def test_fhir_k4_a_permit_by_level_withholds_what_is_above_it() -> None:
    normal = {"type": "permit", "securityLabel": [{"code": "N"}]}
    restricted = creatinine("r", meta={"security": [{"code": "R"}]})
    assert withheld(read(consent(normal, "OPTOUT"), creatinine(), restricted)) == {"Observation/r"}


def test_fhir_k5_class_and_code_withhold_without_any_label() -> None:
    by_code = {"type": "deny", "code": [{"coding": [{"system": LOINC, "code": "84413-4"}]}]}
    assert withheld(read(consent(by_code), genotype(), creatinine())) == {"Observation/geno"}
    by_class = {"type": "deny", "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]}
    assert withheld(read(consent(by_class), genotype(), condition())) == {"Condition/c1"}


@pytest.mark.parametrize(("label", "hidden"), [("GDIS", True), ("V", True), ("TBOO", True), ("R", False), ("N", False)])
def test_fhir_k6_labels_alone_are_decided_by_the_policy(label: str, hidden: bool) -> None:
    labeled = creatinine(meta={"security": [{"code": label}]})
    assert (withheld(read(labeled)) == {"Observation/creat"}) is hidden
    assert withheld(read(labeled, withheld_labels=frozenset())) == set()


@pytest.mark.parametrize("decision", ["permit", "deny"])
def test_fhir_k7_r5_provisions_negate_the_decision(decision: str) -> None:
    r5 = consent([{"securityLabel": [GDIS]}], None, decision=decision, subject=SUBJECT)
    del r5["patient"]
    assert withheld(read(r5, genotype(), creatinine())) == (
        {"Observation/geno"} if decision == "permit" else {"Observation/creat"}
    )


def test_fhir_k8_a_provision_without_type_is_the_exception_to_the_base() -> None:
    exactly = {"data": [{"meaning": "instance", "reference": {"reference": "Observation/creat"}}]}
    assert withheld(read(consent(exactly), creatinine(), creatinine("other", value="1"))) == {"Observation/creat"}


@pytest.mark.parametrize(
    "members",
    [
        {"except": [{"type": "deny"}]},
        {"modifierExtension": [{"url": "x"}]},
        {"provision": {"type": "maybe"}},
        {"provision": {"type": "deny", "expression": {"language": "x"}}},
        {"provision": {"type": "permit", "period": {"end": "someday"}}},
        {"policyRule": None, "provision": None, "sourceAttachment": {"title": "scan"}},
    ],
)
def test_fhir_k8_a_deny_that_cannot_be_read_withholds_all_genomic_kinds(members: dict[str, Any]) -> None:
    stated = {name: value for name, value in {**consent(), **members}.items() if value is not None}
    found = read(stated, genotype(), order())
    assert "Observation/geno" in withheld(found)
    assert len(found.orders) == 1


def test_the_most_specific_provision_wins_and_deny_on_a_tie() -> None:
    permit_one = {
        "type": "deny",
        "securityLabel": [GDIS],
        "provision": [{"type": "permit", "code": [{"coding": [{"system": LOINC, "code": "84413-4"}]}]}],
    }
    assert withheld(read(consent(permit_one), genotype())) == set()
    tie = {
        "type": "permit",
        "provision": [{"type": "permit", "securityLabel": [GDIS]}, {"type": "deny", "securityLabel": [GDIS]}],
    }
    assert withheld(read(consent(tie), genotype())) == {"Observation/geno"}


def test_a_draft_of_the_request_is_never_withheld() -> None:
    draft = order(meta={"security": [GDIS]})
    request = {"hook": "order-sign", "context": {"patientId": "p1", "draftOrders": bundle(draft)}}
    assert len(reading(request).orders) == 1


def test_another_patients_labeled_resource_stays_other_patient() -> None:
    found = read(creatinine(subject={"reference": "Patient/p2"}, meta={"security": [GDIS]}))
    assert note_of(found, "Observation/creat").ignored == "other-patient"


def test_k01_the_policy_may_narrow_a_consent_to_labeled_resources() -> None:
    labeled = genotype("labeled", meta={"security": [GDIS]})
    shipped = read(consent(DENY_GENETIC), genotype(), labeled)
    narrow = read(consent(DENY_GENETIC), genotype(), labeled, consent_covers_unlabeled=False)
    assert [note_of(shipped, f"Observation/{ident}").ignored for ident in ("geno", "labeled")] == ["withheld"] * 2
    assert [f.status for f in findings_of(narrow, "Observation/geno")] == ["present"]
    assert note_of(narrow, "Observation/labeled").ignored == "withheld"


@pytest.mark.parametrize("label", ["GDIS", "V", "TBOO", "R", "N"])
def test_k06_labels_alone_follow_the_policy(label: str) -> None:
    marked = genotype(meta={"security": [{"code": label}]})
    by_default = "withheld" if label in ("GDIS", "V", "TBOO") else None
    assert note_of(read(marked), "Observation/geno").ignored == by_default
    assert note_of(read(marked, withheld_labels=frozenset()), "Observation/geno").ignored is None
    assert note_of(read(marked, withheld_labels=frozenset({label})), "Observation/geno").ignored == "withheld"
