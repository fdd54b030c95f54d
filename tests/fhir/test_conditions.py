"""Diseases, allergies, relatives and demographics: how sure, how current, and whose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.fhir import open_input, read
from tests.fhir.material import (
    PATIENT,
    SUBJECT,
    bundle,
    condition,
    context,
    findings_of,
    note_of,
    reading,
    terms,
)

SNOMED = "http://snomed.info/sct"


def stroke(found_in: dict[str, Any]) -> tuple[str, str | None]:
    found = reading(bundle(PATIENT, found_in))
    finding = next(one for one in findings_of(found, "Condition/c1", "condition") if one.subject == "stroke")
    return finding.status, finding.reason


@pytest.mark.parametrize(
    ("clinical", "verification", "expected"),
    [
        ("active", "confirmed", ("present", None)),
        ("recurrence", "confirmed", ("present", None)),
        ("relapse", "confirmed", ("present", None)),
        ("active", None, ("present", None)),
        ("remission", "confirmed", ("absent", "resolved")),
        ("inactive", "confirmed", ("absent", "resolved")),
        ("resolved", None, ("absent", "resolved")),
        ("resolved", "differential", ("absent", "resolved")),
        (None, "confirmed", ("indeterminate", "unconfirmed")),
        (None, None, ("indeterminate", "unconfirmed")),
        ("unknown", "confirmed", ("indeterminate", "unconfirmed")),
        ("active", "unconfirmed", ("indeterminate", "unconfirmed")),
        ("active", "provisional", ("indeterminate", "unconfirmed")),
        ("active", "differential", ("indeterminate", "unconfirmed")),
        ("active", "refuted", ("ignored", "refuted")),
        ("active", "entered-in-error", ("ignored", "void-status")),
        (None, "entered-in-error", ("ignored", "void-status")),
        ("Active", "confirmed", ("indeterminate", "status-unreadable")),
        ("active", "Confirmed", ("indeterminate", "status-unreadable")),
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_h47_verification_is_read_before_clinical_status(
    clinical: str | None, verification: str | None, expected: tuple[str, str | None], plain: bool
) -> None:
    def coded(code: str | None) -> Any:
        return None if code is None else code if plain else {"coding": [{"code": code}]}

    assert stroke(condition(clinicalStatus=coded(clinical), verificationStatus=coded(verification))) == expected


def test_h47_an_abated_disease_without_status_is_over() -> None:
    assert stroke(condition(clinicalStatus=None, abatementDateTime="2020-01-01")) == ("absent", "resolved")


def test_h49_a_modifier_on_a_condition_is_read_no_further() -> None:
    assert stroke(condition(modifierExtension=[{"url": "x"}])) == ("indeterminate", "modifier")


def test_fhir_c5_remission_still_counts_for_a_cancer() -> None:
    cancer = condition(code="254637007", clinicalStatus={"coding": [{"code": "remission"}]})
    found = findings_of(reading(bundle(PATIENT, cancer)), "Condition/c1")
    by_kind = {(one.kind, one.subject): one.status for one in found}
    assert by_kind["cancer", "non-small cell lung cancer"] == "present"


def test_fhir_c10_a_listed_name_counts_as_a_name_match() -> None:
    named = condition(code="x")
    named["code"] = {"text": "Stroke"}
    finding = findings_of(reading(bundle(PATIENT, named)), "Condition/c1", "condition")
    assert {one.matched for one in finding} == {"name"}
    assert "stroke" in {one.subject for one in finding}
    switched_off = findings_of(reading(bundle(PATIENT, named), match_names=False), "Condition/c1", "condition")
    assert {one.status for one in switched_off} == {"indeterminate"}


def test_fhir_c11_codings_that_mean_different_things_conflict() -> None:
    both = condition()
    both["code"]["coding"].append({"system": "http://snomed.info/sct", "code": "49436004"})
    found = findings_of(reading(bundle(PATIENT, both)), "Condition/c1", "condition")
    assert {(one.status, one.reason) for one in found} == {("conflicting", "code-conflict")}


def test_fhir_h4_a_family_history_code_is_not_the_patients_disease() -> None:
    family = condition()
    family["code"] = {
        "coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "Family history of stroke"}]
    }
    found = findings_of(reading(bundle(PATIENT, family)), "Condition/c1")
    assert [(one.kind, one.subject) for one in found] == [("family_history", "stroke")]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("completed", ("present", None)),
        ("not-done", ("ignored", "not-done")),
        ("preparation", ("ignored", "not-current")),
        ("entered-in-error", ("ignored", "void-status")),
        (None, ("indeterminate", "status-unreadable")),
    ],
)
def test_h14_procedures_count_as_events_by_their_status(status: str | None, expected: tuple[str, str | None]) -> None:
    stent = {
        "resourceType": "Procedure",
        "id": "x",
        "status": status,
        "subject": SUBJECT,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "415070008"}]},
        "performedDateTime": "2025",
    }
    found = findings_of(reading(bundle(PATIENT, stent)), "Procedure/x", "condition")
    assert (found[0].status, found[0].reason) == expected
    assert found[0].date == "2025"


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        ({}, "present", None),
        ({"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}, "indeterminate", "unconfirmed"),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, "ignored", "refuted"),
        ({"verificationStatus": "entered-in-error"}, "ignored", "void-status"),
        ({"clinicalStatus": "resolved"}, "absent", "resolved"),
    ],
)
def test_fhir_i2_allergies_have_their_own_certainty(members: dict[str, Any], status: str, reason: str | None) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": SUBJECT,
        "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1191"}]},
        **members,
    }
    found = findings_of(reading(bundle(PATIENT, allergy)), "AllergyIntolerance/a")[0]
    assert (found.subject, found.status, found.reason) == ("aspirin", status, reason)


def test_fhir_i3_no_known_allergy_is_absent_and_no_allergy_to_no() -> None:
    none = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": SUBJECT,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003", "display": "No known allergy"}]},
    }
    found = findings_of(reading(bundle(PATIENT, none)), "AllergyIntolerance/a")[0]
    assert (found.subject, found.status) == (None, "absent")


def test_h25_a_relatives_disease_is_family_history_only() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "status": "completed",
        "patient": SUBJECT,
        "relationship": {"coding": [{"code": "MTH", "display": "mother"}]},
        "condition": [
            {"code": {"text": "stroke"}, "onsetAge": {"value": 56, "code": "a"}},
            {"code": {"text": "CYP2C19 poor metabolizer"}},
        ],
    }
    found = reading(bundle(PATIENT, history))
    assert {one.kind for one in found.findings} == {"demographic", "family_history"}
    assert note_of(found, "FamilyMemberHistory/f").ignored == "family-member"


@pytest.mark.parametrize(
    ("stated", "value", "reason"),
    [
        ("1961-05-17", "1961-05-17", None),
        ("1961", "1961", None),
        ("1961-05-17T10:00:00Z", "1961-05-17T10:00:00Z", None),
        ("1961-05-17T25:99", "1961-05-17", None),
        ("2099-01-01", None, "value-unreadable"),
        ("May 1961", None, "value-unreadable"),
    ],
)
def test_h45_birth_dates_stay_as_partial_as_they_are(stated: str, value: str | None, reason: str | None) -> None:
    found = reading(bundle({**PATIENT, "birthDate": stated}))
    birth = next(one for one in found.findings if one.subject == "birth_date")
    assert (birth.value, birth.reason) == (value, reason)


@pytest.mark.parametrize(
    ("stated", "value"), [("male", "male"), ("female", "female"), ("other", "unknown"), ("Male", "unknown")]
)
def test_sex_is_male_female_or_unknown(stated: str, value: str) -> None:
    found = reading(bundle({**PATIENT, "gender": stated}))
    assert next(one for one in found.findings if one.subject == "sex").value == value


STAGING = {
    "observations": {
        "observations": [
            {"codes": ["snomed:399537006"], "role": "staging", "subject": "TNM clinical stage group"},
            {"codes": ["loinc:31206-6"], "role": "morphology"},
            {"codes": ["snomed:1098951000119108"], "role": "history"},
        ]
    }
}


def test_fhir_c8_stages_are_read_where_the_terms_know_their_codes() -> None:
    told = replace(context("Patient/p1"), terms=terms().merged(STAGING))
    value = {"coding": [{"system": SNOMED, "code": "1", "display": "AJCC stage IIIC (qualifier value)"}]}
    stage = {
        "resourceType": "Observation",
        "id": "s",
        "status": "final",
        "subject": SUBJECT,
        "focus": [{"reference": "Condition/c1"}],
        "code": {"coding": [{"system": SNOMED, "code": "399537006"}]},
        "valueCodeableConcept": value,
    }
    morphology = {
        **stage,
        "id": "m",
        "code": {"coding": [{"system": "http://loinc.org", "code": "31206-6"}]},
        "valueCodeableConcept": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/icd-o-3", "code": "80463/3"}]
        },
    }
    found = read(open_input(bundle(PATIENT, stage, morphology)), told)
    staged, shaped = findings_of(found, "Observation/s")[0], findings_of(found, "Observation/m")[0]
    assert (staged.subject, staged.value["stage"], staged.status) == ("TNM clinical stage group", "IIIC", "present")
    assert (shaped.status, shaped.reason) == ("indeterminate", "unknown-code")


@pytest.mark.parametrize("member", ["clinicalStatus", "verificationStatus"])
@pytest.mark.parametrize("first", [True, False])
def test_h47_codes_of_other_lists_beside_a_status_do_not_count(member: str, first: bool) -> None:
    known = {"code": "active" if member == "clinicalStatus" else "confirmed"}
    local = {"system": "http://example.org/local", "code": "x-17"}
    stated = condition(**{member: {"coding": [known, local] if first else [local, known]}})
    assert [one.status for one in findings_of(reading(stated), "Condition/c1", "condition")] == ["present", "present"]


def test_h47_refuted_beside_a_local_code_is_refuted_and_contradictions_are_unreadable() -> None:
    local = {"system": "http://example.org/local", "code": "x-17"}
    for codes, reason in (
        ([local, {"code": "refuted"}], "refuted"),
        ([{"code": "refuted"}, {"code": "confirmed"}], "status-unreadable"),
        ([local, {"code": "y"}], "status-unreadable"),
    ):
        found = findings_of(reading(condition(verificationStatus={"coding": codes})), "Condition/c1", "condition")
        assert {one.reason for one in found} == {reason}


@pytest.mark.parametrize("code", [None, {}, [], "", 0, {"coding": []}, {"coding": [{}]}, {"text": " "}])
def test_a_condition_that_does_not_say_of_what_may_be_any_disease(code: Any) -> None:
    found = reading(bundle(PATIENT, condition() | {"code": code}))
    [finding] = findings_of(found, "Condition/c1")
    assert (finding.kind, finding.subject, finding.status) == ("condition", None, "indeterminate")
    assert note_of(found, "Condition/c1").ignored == "value-unreadable"


@pytest.mark.parametrize(
    ("member", "value"), [("verificationStatus", "refuted"), ("verificationStatus", "entered-in-error")]
)
def test_a_condition_that_does_not_count_may_lack_its_code(member: str, value: str) -> None:
    stated = condition() | {member: {"coding": [{"code": value}]}}
    stated.pop("code")
    assert findings_of(reading(bundle(PATIENT, stated)), "Condition/c1") == []
