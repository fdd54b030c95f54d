"""What each resource type stands for: what is missing if it was cut, what is withheld with it, whose it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.fhir import open_input
from tests.fhir.material import PATIENT, SUBJECT, bundle, creatinine, findings_of, reading

RESULTS, CONDITIONS, MEDICATIONS = "results", "conditions", "medications"
DATA = {
    "Observation": RESULTS, "DiagnosticReport": RESULTS, "MolecularSequence": RESULTS, "GenomicStudy": RESULTS,
    "Condition": CONDITIONS, "Procedure": CONDITIONS,
    "MedicationRequest": MEDICATIONS, "MedicationOrder": MEDICATIONS, "MedicationStatement": MEDICATIONS,
    "MedicationUsage": MEDICATIONS, "MedicationAdministration": MEDICATIONS, "MedicationDispense": MEDICATIONS,
    "Medication": MEDICATIONS, "AllergyIntolerance": "allergies", "Patient": "demographics",
}  # fmt: skip
KINDS = (RESULTS, CONDITIONS, MEDICATIONS, "allergies", "demographics")


def page(url: str | None, *resources: Any) -> dict[str, Any]:
    links = [{"relation": "next", "url": "https://x.example/fhir?page=2"}]
    return bundle(*resources, kind="searchset", link=[*links, *([{"relation": "self", "url": url}] if url else [])])


@pytest.mark.parametrize("type_name", DATA)
def test_h50_a_cut_search_leaves_open_the_data_of_its_type_and_no_other(type_name: str) -> None:
    expected = {kind: "truncated" if kind == DATA[type_name] else "supplied" for kind in KINDS}
    for url in (f"https://x.example/fhir/{type_name}?patient=p1", f"{type_name}?patient=p1", f"/{type_name}"):
        supply = open_input(page(url, PATIENT)).supply
        assert {kind: getattr(supply, kind) for kind in KINDS} == expected, url
    found = open_input(page(None, {"resourceType": type_name, "id": "x"})).supply
    assert {kind: getattr(found, kind) for kind in KINDS} == expected


@pytest.mark.parametrize("url", ["https://x.example/fhir/Patient/p1/$everything", "https://x.example/", "Basic?x=1"])
def test_h50_a_cut_search_of_nobody_knows_what_leaves_everything_open(url: str) -> None:
    supply = open_input(page(url, PATIENT, creatinine())).supply
    assert {getattr(supply, kind) for kind in KINDS} == {"truncated"}


@pytest.mark.parametrize("type_name", DATA)
def test_h52_a_failed_entry_leaves_open_the_data_of_its_type_and_no_other(type_name: str) -> None:
    entry = {"request": {"method": "GET", "url": f"{type_name}?patient=p1"}, "response": {"status": "404"}}
    supply = open_input({"resourceType": "Bundle", "type": "batch-response", "entry": [entry]}).supply
    assert {kind for kind in KINDS if getattr(supply, kind) == "error"} == {DATA[type_name]}


# What is told of a withheld resource is that there is something of each kind that its type may hold (H64).
TOLD = {
    "Observation": {"genotype", "laboratory"}, "DiagnosticReport": {"genotype", "laboratory"},
    "Parameters": {"genotype", "laboratory"}, "Condition": {"condition", "cancer", "genotype"},
    "Procedure": {"condition"}, "MedicationRequest": {"medication"}, "MedicationOrder": {"medication"},
    "MedicationStatement": {"medication"}, "MedicationUsage": {"medication"},
    "MedicationAdministration": {"medication"}, "MedicationDispense": {"medication"},
    "AllergyIntolerance": {"allergy"}, "FamilyMemberHistory": {"family_history"}, "Patient": {"demographic"},
    "RiskAssessment": {"polygenic_score"}, "ServiceRequest": {"test_order"},
}  # fmt: skip


@pytest.mark.parametrize("type_name", TOLD)
def test_h64_something_withheld_never_looks_as_if_it_were_not_there(type_name: str) -> None:
    labeled = {"id": "w", "subject": SUBJECT, "patient": SUBJECT, "meta": {"security": [{"code": "V"}]}}
    whole = {**PATIENT, "meta": labeled["meta"]} if type_name == "Patient" else {"resourceType": type_name, **labeled}
    found = reading(bundle(*([] if type_name == "Patient" else [PATIENT]), whole), "Patient/p1")
    told = findings_of(found, f"{type_name}/{whole['id']}")
    assert {(one.kind, one.subject, one.value, one.status) for one in told} == {
        (kind, None, None, "withheld") for kind in TOLD[type_name]
    }
    assert [note.ignored for note in found.inputs][-1] == "withheld"


@pytest.mark.parametrize("member", [{"meta": {"security": [{"code": "V"}]}}, {"subject": {"reference": "Patient/p2"}}])
def test_lc24_not_even_the_repairs_of_a_resource_are_told_that_may_not_be_used(member: dict[str, Any]) -> None:
    found = reading(bundle(PATIENT, creatinine(note="", **member)), "Patient/p1")
    assert [note.repairs for note in found.inputs] == [(), ()]
    plain = reading(bundle(PATIENT, creatinine(note="")), "Patient/p1")
    assert [note.repairs for note in plain.inputs] == [(), ("R1", "R6")]


# Section 2: whose subject tells who the patient is where no Patient was sent.
OF_A_PATIENT = (
    "AllergyIntolerance", "Condition", "Consent", "DiagnosticReport", "FamilyMemberHistory",
    "MedicationAdministration", "MedicationDispense", "MedicationOrder", "MedicationRequest", "MedicationStatement",
    "MedicationUsage", "Observation", "Procedure", "RiskAssessment", "ServiceRequest",
)  # fmt: skip


@pytest.mark.parametrize("type_name", OF_A_PATIENT)
@pytest.mark.parametrize("member", ["subject", "patient"])
def test_o13_the_only_subject_of_the_record_is_the_patient_and_two_are_refused(type_name: str, member: str) -> None:
    one = {"resourceType": type_name, "id": "one", member: SUBJECT}
    assert reading(bundle(one)).patient == "Patient/p1"
    with pytest.raises(InputError):
        reading(bundle(one, {**one, "id": "two", member: {"reference": "Patient/p2"}}))


@pytest.mark.parametrize("type_name", ["Specimen", "Task", "Medication", "Organization", "DetectedIssue"])
def test_o13_what_is_no_record_of_a_patient_never_tells_who_the_patient_is(type_name: str) -> None:
    assert reading(bundle({"resourceType": type_name, "id": "one", "subject": SUBJECT})).patient is None


MEANT = (
    "BodyStructure", "Condition", "DiagnosticReport", "Encounter", "EpisodeOfCare", "MedicationAdministration",
    "MedicationRequest", "MedicationStatement", "MolecularSequence", "Observation", "Procedure", "ServiceRequest",
    "Specimen",
)  # fmt: skip
SOMEBODY = (
    "RelatedPerson", "Group", "Practitioner", "PractitionerRole", "FamilyMemberHistory", "Device", "Location",
    "Organization", "Person", "Substance", "Medication", "Consent",
)  # fmt: skip


@pytest.mark.parametrize("type_name", [*MEANT, *SOMEBODY, "Patient"])
def test_h25_a_result_with_a_focus_counts_only_if_that_belongs_to_the_patient(type_name: str) -> None:
    focused = creatinine(focus=[{"reference": f"{type_name}/other"}])
    reason = findings_of(reading(bundle(PATIENT, focused)), "Observation/creat")[0].reason
    assert reason == (None if type_name in MEANT else "focus-not-patient")


READ = (
    "AllergyIntolerance", "CarePlan", "ClinicalImpression", "Condition", "Consent", "DetectedIssue",
    "DiagnosticOrder", "DiagnosticReport", "FamilyMemberHistory", "GenomicStudy", "Medication",
    "MedicationAdministration", "MedicationDispense", "MedicationOrder", "MedicationRequest", "MedicationStatement",
    "MedicationUsage", "Observation", "Organization", "Parameters", "Patient", "Procedure", "ProcedureRequest",
    "RiskAssessment", "ServiceRequest", "Specimen", "Substance", "Task",
)  # fmt: skip
NOT_READ = ("MolecularSequence", "Immunization", "Encounter", "DocumentReference", "ResearchSubject")


@pytest.mark.parametrize("type_name", [*READ, *NOT_READ])
def test_r13_each_type_that_a_reader_knows_is_opened_in_every_shape_of_a_bundle(type_name: str) -> None:
    resource = {"resourceType": type_name, "id": "x", "status": "final"}
    expected = None if type_name in READ else "type-not-read"
    for source in (resource, bundle(resource), [resource], {"fullUrl": "https://x.example/a/x", "resource": resource}):
        assert [site.problem for site in open_input(source).sites] == [expected]
    body = f'{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{_json(resource)}}}]}}'
    assert [site.problem for site in open_input(body).sites] == [expected]


def _json(resource: dict[str, Any]) -> str:
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in resource.items()) + "}"


@pytest.mark.parametrize(
    ("member", "origin"),
    [
        ("draftOrders", "draft"),
        ("medications", "draft"),
        ("medication", "draft"),
        ("orders", "draft"),
        ("order", "draft"),
        ("performer", "context"),
        ("patient", "context"),
    ],
)
def test_h38_the_orders_of_a_hook_are_drafts_under_every_name_that_hooks_have_for_them(
    member: str, origin: str
) -> None:
    order = {"resourceType": "MedicationRequest", "id": "o"}
    for value in (order, bundle(order), [order]):
        found = open_input({"hook": "x", "context": {"patientId": "p1", member: value}})
        assert [site.origin for site in found.sites] == [origin]


@pytest.mark.parametrize("mark", ["hook", "hookInstance", "context", "prefetch", "fhirServer"])
def test_each_member_of_a_request_tells_that_it_is_one(mark: str) -> None:
    stated = {mark: {} if mark in ("context", "prefetch") else "x"}
    assert open_input(stated).envelope == stated
    assert open_input({"resourceType": "Observation", "id": "x", **stated}).envelope == {}


@pytest.mark.parametrize("place", ["contained", "text", "meta"])
def test_s9_a_modifier_of_what_is_not_the_value_is_none_of_the_result(place: str) -> None:
    inner = {"resourceType": "Organization", "id": "o", "modifierExtension": [{"url": "x"}]}
    stated = {**creatinine(), place: [inner] if place == "contained" else inner}
    assert findings_of(reading(bundle(PATIENT, stated)), "Observation/creat")[0].reason is None
    on_path = creatinine(referenceRange=[{"modifierExtension": [{"url": "x"}]}])
    assert findings_of(reading(bundle(PATIENT, on_path)), "Observation/creat")[0].reason == "modifier"


@pytest.mark.parametrize("type_name", ["Parameters", "Bundle"])
@pytest.mark.parametrize("written", [True, False])
def test_o3_o9_what_stands_in_a_container_inside_a_bundle_is_never_lost(type_name: str, written: bool) -> None:
    inner = creatinine("inner")
    part = {"parameter": [{"name": "x", "part": [{"name": "y", "resource": inner}]}]}
    container = {"resourceType": type_name, "id": "c", **(part if type_name == "Parameters" else {})}
    if type_name == "Bundle":
        container = {**bundle(inner), "id": "c"}
    source = bundle(PATIENT, container, creatinine("beside"))
    found = open_input(json.dumps(source) if written else source)
    assert {site.key for site in found.sites} >= {"Patient/p1", "Observation/inner", "Observation/beside"}
