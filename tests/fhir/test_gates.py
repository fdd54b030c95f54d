"""Gates: whose a resource is, its status, modifiers, focus, dates and labels, before any value counts."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.gates import Gate, gate, source_class
from tests.fhir.material import LOINC, PATIENT, SUBJECT, bundle, context, creatinine, note_of, reading


def verdict(resource: dict[str, Any], *others: Any, patient: str = "Patient/p1", **policy: Any) -> Gate:
    opened = open_input(bundle(resource, *others))
    return gate(opened.sites[0], opened, context(patient, **policy))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("final", None),
        ("amended", None),
        ("corrected", None),
        ("appended", "status-unreadable"),
        ("preliminary", "result-not-final"),
        ("partial", "result-not-final"),
        ("registered", "result-pending"),
        ("entered-in-error", "void-status"),
        ("cancelled", "void-status"),
        ("unknown", "status-unreadable"),
        ("Final", "status-unreadable"),
        ("FINAL", "status-unreadable"),
        (" final", "status-unreadable"),
        ("final ", "status-unreadable"),
        ("finalish", "status-unreadable"),
        ("\uff46\uff49\uff4e\uff41\uff4c", "status-unreadable"),
        ("final\u200b", "status-unreadable"),
        ("", "status-unreadable"),
        (None, "status-unreadable"),
        (5, "status-unreadable"),
        (["final"], "status-unreadable"),
        ({"coding": [{"code": "final"}]}, "status-unreadable"),
        (True, "status-unreadable"),
    ],
)
def test_h06_status_is_compared_byte_by_byte(status: Any, reason: str | None) -> None:
    resource = {**creatinine(), "status": status}
    assert verdict(resource).reason == reason


def test_h06_a_status_that_is_only_an_extension_is_unreadable() -> None:
    assert verdict({**creatinine(status=None), "_status": {"extension": []}}).reason == "status-unreadable"


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended", "modified"])
def test_h04_reports_have_more_final_states(status: str) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": status,
        "subject": SUBJECT,
        "effectiveDateTime": "2026-01-01",
    }
    assert verdict(report).reason is None


@pytest.mark.parametrize("ident", ["pp1", "xp1", "p11", "p", "P1", "p1/", "1", "p2"])
def test_h01_trap_ids_are_another_patient(ident: str) -> None:
    assert verdict(creatinine(subject={"reference": f"Patient/{ident}"})).reason == "other-patient"


@pytest.mark.parametrize(
    "subject",
    [None, {}, {"display": "Ann"}, {"identifier": {"value": "1"}}, [], 5, {"reference": ""}, {"reference": None}],
)
def test_h02_a_missing_subject_is_no_subject(subject: Any) -> None:
    resource = {**creatinine(), "subject": subject}
    assert verdict(resource).reason == "no-subject"
    stated = verdict(resource, single_patient=True)
    assert stated.reason is None
    assert "single-patient-policy" in stated.notes


def test_fhir_s2_a_missing_subject_is_inherited_where_all_agree() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "subject": SUBJECT,
        "result": [{"reference": "Observation/creat"}],
    }
    other = {**report, "id": "s", "subject": {"reference": "Patient/p2"}}
    resource = creatinine(subject=None)
    assert verdict(resource, report).reason is None
    assert verdict(resource, report).notes == ("subject-inherited",)
    assert verdict(resource, other).reason == "other-patient"
    assert verdict(resource, report, other).reason == "no-subject"


def test_fhir_s2_a_report_takes_the_subject_of_its_results_only_if_all_agree() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "effectiveDateTime": "2026-01-01",
        "result": [{"reference": "Observation/a"}, {"reference": "Observation/b"}],
    }
    assert verdict(report, creatinine("a"), creatinine("b")).reason is None
    assert verdict(report, creatinine("a"), creatinine("b", subject={"reference": "Patient/p2"})).reason == "no-subject"


def test_h53_the_same_id_on_another_base_is_another_patient() -> None:
    def at(base: str, reference: str) -> str | None:
        source = {
            "resourceType": "Bundle",
            "entry": [
                {"fullUrl": f"{base}/Observation/creat", "resource": creatinine(subject={"reference": reference})},
                {"fullUrl": "https://server.example/fhir/Patient/p1", "resource": PATIENT},
            ],
        }
        opened = open_input(source)
        return gate(opened.sites[0], opened, context("Patient/p1")).reason

    server = "https://server.example/fhir"
    assert at(server, "Patient/p1") is None
    assert at(server, f"{server}/Patient/p1/_history/2") is None
    assert at(server, "https://other.example/Patient/p1") == "other-patient"
    assert at(server, "https://server.example.evil/fhir/Patient/p1") == "other-patient"
    assert at("https://other.example", "Patient/p1") == "other-patient"


def test_h53_the_one_base_of_an_input_without_the_patient_is_the_server_and_of_two_none_is() -> None:
    base = "https://a.example/fhir"

    def at(*bases: str) -> str | None:
        about = {"reference": f"{base}/Patient/p1"}
        entry = [{"fullUrl": f"{one}/Observation/creat", "resource": creatinine(subject=about)} for one in bases]
        opened = open_input({"resourceType": "Bundle", "type": "collection", "entry": entry})
        return gate(opened.sites[0], opened, context("Patient/p1")).reason

    assert at(base) is None
    assert at(base, "https://b.example/fhir") == "other-patient"


def test_one_input_that_is_read_for_two_patients_is_never_the_same_to_both() -> None:
    opened = open_input(bundle(creatinine()))
    for patient, reason in (("Patient/p1", None), ("Patient/p2", "other-patient"), ("Patient/p1", None)):
        assert gate(opened.sites[0], opened, context(patient)).reason == reason


def test_h53_a_base_that_the_policy_lists_is_the_same_server() -> None:
    resource = creatinine(subject={"reference": "https://other.example/fhir/Patient/p1"})
    assert verdict(resource, PATIENT).reason == "other-patient"
    assert verdict(resource, PATIENT, bases=("https://OTHER.example/fhir/",)).reason is None


def test_h53_urn_subjects_resolve() -> None:
    source = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": PATIENT},
            {"resource": creatinine(subject={"reference": "urn:uuid:1"})},
            {"resource": creatinine("b", subject={"reference": "urn:uuid:2"})},
        ],
    }
    found = reading(source)
    assert note_of(found, "Observation/creat").ignored is None
    assert note_of(found, "Observation/b").ignored == "other-patient"


@pytest.mark.parametrize(
    "place",
    [
        {"modifierExtension": [{"url": "x"}]},
        {"implicitRules": "http://x"},
        {"valueQuantity": {"value": 1, "modifierExtension": [{"url": "x"}]}},
        {"component": [{"modifierExtension": [{"url": "x"}]}]},
        {"code": {"coding": [{"code": "x", "modifierExtension": [{"url": "x"}]}]}},
    ],
)
def test_h49_an_unknown_modifier_anywhere_on_the_path_stops_reading(place: dict[str, Any]) -> None:
    assert verdict(creatinine(**place)).reason == "modifier"


@pytest.mark.parametrize(
    "place",
    [
        {"modifierExtension": []},
        {"modifierExtension": None},
        {"implicitRules": ""},
        {"text": {"modifierExtension": [1]}},
    ],
)
def test_h49_an_empty_modifier_is_harmless(place: dict[str, Any]) -> None:
    assert verdict({**creatinine(), **place}).reason is None


def test_h25_a_focus_on_somebody_else_is_not_the_patient() -> None:
    assert verdict(creatinine(focus=[{"reference": "RelatedPerson/1"}])).reason == "focus-not-patient"
    assert verdict(creatinine(focus=[{"reference": "Patient/p2"}])).reason == "focus-not-patient"
    assert verdict(creatinine(focus=[{"display": "the mother"}])).reason == "focus-not-patient"
    assert verdict(creatinine(focus=[{"reference": "Patient/p1"}])).reason is None
    assert verdict(creatinine(focus=[{"reference": "Condition/1"}])).reason is None


def test_fhir_t49_a_data_absent_reason_wins_over_any_value() -> None:
    absent = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}
    assert verdict(creatinine(dataAbsentReason=absent)).reason == "value-absent"
    assert verdict(creatinine(valueQuantity=None, valueCodeableConcept=absent)).reason == "value-absent"


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("2016-06-01", None),
        ("2026-05-31", None),
        ("2026-06-01T00:01:00Z", None),
        ("2026-06-02", "future-dated"),
        ("2036", "future-dated"),
        ("2018", None),
    ],
)
def test_h48_a_result_from_the_future_does_not_count(stated: str, reason: str | None) -> None:
    assert verdict(creatinine(effectiveDateTime=stated)).reason == reason


def test_h48_a_missing_date_is_used_and_noted() -> None:
    found = verdict(creatinine(effectiveDateTime=None))
    assert found.reason is None
    assert "no-date" in found.notes


def test_fhir_k6_withheld_labels_stop_reading() -> None:
    for label, reason in (("GDIS", "security-label"), ("V", "security-label"), ("TBOO", "security-label"), ("R", None)):
        assert verdict(creatinine(meta={"security": [{"code": label}]})).reason == reason


def test_another_patients_resource_is_told_before_anything_else() -> None:
    resource = creatinine(subject={"reference": "Patient/p2"}, meta={"security": [{"code": "GDIS"}]}, status="x")
    assert verdict(resource).reason == "other-patient"


@pytest.mark.parametrize(("answer", "word"), [("LA18194-3", "likely germline"), ("LA26807-0", "de novo")])
def test_h11_what_counts_as_germline_is_the_policy_of_the_site(answer: str, word: str) -> None:
    stated = {
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": "48002-0"}]},
                "valueCodeableConcept": {"coding": [{"system": LOINC, "code": answer}]},
            }
        ]
    }
    assert source_class(stated, context()) == (word, ())
    counts = source_class(stated, context(germline_classes=frozenset({"germline", word})))
    assert counts == ("germline", (f"source class {word} counts as germline",))
