"""Several servers in one input: an equal id on another server is another person, another drug, another report."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pmcds.fhir import open_input, read
from pmcds.fhir.subjects import subjects
from pmcds.model.findings import Reading
from tests.fhir.material import PATIENT, SUBJECT, bundle, context, creatinine, note_of, order, reading

A, B = "https://a.example/fhir", "https://b.example/fhir"


def at(base: str, resource: dict[str, Any]) -> dict[str, Any]:
    """An entry of a server."""
    return {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}


def entries(*found: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": list(found)}


def medication(drug: str, ident: str = "m1") -> dict[str, Any]:
    return {"resourceType": "Medication", "id": ident, "code": {"text": drug}}


def by_reference(reference: str, ident: str = "order-1", **members: Any) -> dict[str, Any]:
    return order(ident, medicationCodeableConcept=None, medicationReference={"reference": reference}, **members)


def drugs(found: Reading) -> dict[str, tuple[str, ...]]:
    return {one.source.site: one.drug.ingredients for one in found.orders if one.source is not None}


@pytest.mark.parametrize("form", ["parsed", "bytes"])
def test_a_relative_subject_is_never_known_from_the_same_words_on_another_server(form: str) -> None:
    both = entries(at(A, PATIENT), at(A, creatinine("one")), at(B, creatinine("two", "2.9")))
    found = reading(json.dumps(both).encode() if form == "bytes" else both, "Patient/p1")
    assert note_of(found, "Observation/one").ignored is None
    assert note_of(found, "Observation/two").ignored == "other-patient"


@pytest.mark.parametrize("form", ["parsed", "bytes"])
def test_without_the_patient_results_of_two_servers_never_all_count(form: str) -> None:
    both = entries(at(A, creatinine("one")), at(B, creatinine("two", "2.9")))
    found = reading(json.dumps(both).encode() if form == "bytes" else both, "Patient/p1")
    assert [note.ignored for note in found.inputs] == ["other-patient", "other-patient"]


def test_a_patient_whose_id_only_ends_alike_never_tells_the_server() -> None:
    relative = {**PATIENT, "id": "sp1"}
    both = entries(at(B, relative), at(A, creatinine("one")), at(B, creatinine("two", "2.9")))
    relatives = reading(both, "Patient/p1")
    assert note_of(relatives, "Observation/two").ignored == "other-patient"


def test_equal_fragments_in_two_resources_never_mean_one_person() -> None:
    inside = {"resourceType": "Patient", "id": "p1"}
    group = {"resourceType": "Group", "id": "p1", "type": "person"}
    first = creatinine("one", subject={"reference": "#p1"}, contained=[inside])
    second = creatinine("two", "2.9", subject={"reference": "#p1"}, contained=[group])
    found = reading(bundle(PATIENT, first, second), "p1")
    assert note_of(found, "Observation/one").ignored is None
    assert note_of(found, "Observation/two").ignored == "other-patient"


def test_a_patient_inside_a_resource_of_another_server_is_never_ours() -> None:
    inside = {"resourceType": "Patient", "id": "p1"}
    theirs = creatinine("two", "2.9", subject={"reference": "#p1"}, contained=[inside])
    found = reading(entries(at(A, PATIENT), at(B, theirs)), f"{A}/Patient/p1")
    assert note_of(found, "Observation/two").ignored == "other-patient"


def test_a_result_that_reports_of_two_patients_list_is_never_inherited() -> None:
    def report(ident: str, patient: str) -> dict[str, Any]:
        listed = [{"reference": "Observation/one"}]
        stated = {"resourceType": "DiagnosticReport", "id": ident, "status": "final", "result": listed}
        return {**stated, "subject": {"reference": f"Patient/{patient}"}}

    single = reading(bundle(PATIENT, creatinine("one", subject=None), report("r1", "p1")), "p1")
    assert [one.status for one in single.findings if one.kind == "laboratory"] == ["present"]
    found = reading(bundle(PATIENT, creatinine("one", subject=None), report("r1", "p1"), report("r2", "p2")), "p1")
    values = [(one.status, one.reason) for one in found.findings if one.kind == "laboratory"]
    assert values == [("indeterminate", "no-subject")]


def test_the_answers_of_one_server_are_never_those_of_another() -> None:
    opened = open_input(entries(at(A, creatinine("one"))))
    mine = context("Patient/p1")
    assert subjects(opened, replace(mine, fhir_server=A)).whose(opened.sites[0]).reason is None
    assert subjects(opened, replace(mine, fhir_server=B)).whose(opened.sites[0]).reason == "other-patient"


@pytest.mark.parametrize(
    ("base", "ignored"),
    [
        ("https://a.example:443/fhir", None),
        ("HTTPS://A.EXAMPLE/fhir/", None),
        ("https://a.example:80/fhir", "other-patient"),
        ("https://a.example:8443/fhir", "other-patient"),
        ("http://a.example/fhir", "other-patient"),
        ("http://a.example:443/fhir", "other-patient"),
        ("https://a.example/FHIR", "other-patient"),
        ("https://a.example/fhir/r4", "other-patient"),
    ],
)
def test_only_default_ports_and_case_of_the_host_are_the_same_server(base: str, ignored: str | None) -> None:
    theirs = creatinine("one", subject={"reference": f"{base.rstrip('/')}/Patient/p1"})
    found = reading(entries(at(A, PATIENT), at(A, theirs)), f"{A}/Patient/p1")
    assert note_of(found, "Observation/one").ignored == ignored


@pytest.mark.parametrize(("port", "ignored"), [("80", None), ("443", "other-patient"), ("8080", "other-patient")])
def test_the_port_of_another_scheme_is_never_left_out(port: str, ignored: str | None) -> None:
    theirs = creatinine("one", subject={"reference": f"http://a.example:{port}/fhir/Patient/p1"})
    found = reading(entries(at("http://a.example/fhir", theirs)), "http://a.example/fhir/Patient/p1")
    assert note_of(found, "Observation/one").ignored == ignored


def test_of_two_patients_without_ids_only_the_one_in_question_counts() -> None:
    one, two = "urn:uuid:0b0e4d9e-0001-4000-8000-000000000001", "urn:uuid:0b0e4d9e-0001-4000-8000-000000000002"
    people = [
        {"fullUrl": url, "resource": {"resourceType": "Patient", "gender": gender}}
        for url, gender in ((one, "female"), (two, "male"))
    ]
    results = [
        {"resource": creatinine(ident, value, subject={"reference": url})}
        for ident, value, url in (("first", "0.9", one), ("second", "2.9", two))
    ]
    found = reading(entries(*people, *results), two)
    assert note_of(found, "Observation/first").ignored == "other-patient"
    assert note_of(found, "Observation/second").ignored is None
    assert [one.value for one in found.findings if one.subject == "sex"] == ["male"]


def test_a_relative_drug_reference_never_leads_to_another_server() -> None:
    found = reading(entries(at(A, PATIENT), at(A, by_reference("Medication/m1")), at(B, medication("clopidogrel"))))
    assert [(one.problem, one.drug.ingredients) for one in found.orders] == [("drug-unresolved", ())]


def test_an_absolute_drug_reference_never_leads_to_an_equal_id_of_no_server() -> None:
    found = reading(bundle(PATIENT, by_reference(f"{B}/Medication/m1"), medication("clopidogrel")), "p1")
    assert [(one.problem, one.drug.ingredients) for one in found.orders] == [("drug-unresolved", ())]


def test_equal_ids_in_two_prefetched_bundles_are_never_mixed() -> None:
    def prefetched(drug: str, ident: str) -> dict[str, Any]:
        one = by_reference("Medication/m1", ident, status="active")
        return bundle(one, medication(drug), kind="searchset")

    request = {
        "hook": "patient-view",
        "context": {"patientId": "p1", "userId": "Practitioner/1"},
        "prefetch": {"a": prefetched("clopidogrel", "o1"), "b": prefetched("codeine", "o2")},
    }
    assert sorted(drugs(reading(request)).values()) == [("clopidogrel",), ("codeine",)]


def test_contained_drugs_of_equal_orders_of_two_servers_are_never_mixed() -> None:
    def own(drug: str) -> dict[str, Any]:
        return by_reference("#m1", contained=[medication(drug)], status="active")

    opened = open_input(entries(at(A, PATIENT), at(A, own("clopidogrel")), at(B, own("codeine"))))
    found = [opened.resolve("#m1", site) for site in opened.by_type("MedicationRequest")]
    assert [one.data and one.data["code"]["text"] for one in found if one is not None] == ["clopidogrel", "codeine"]


def test_the_server_of_a_request_is_that_of_what_it_holds() -> None:
    def asked(reference: str) -> Any:
        request = {
            "hook": "order-sign",
            "fhirServer": A,
            "context": {
                "patientId": "p1",
                "userId": "Practitioner/1",
                "draftOrders": bundle(by_reference(reference)),
            },
            "prefetch": {"medication": bundle(medication("clopidogrel"), kind="searchset")},
        }
        found = read(open_input(request), context("Patient/p1"))
        return [(one.problem, one.drug.ingredients) for one in found.orders]

    assert asked(f"{A}/Medication/m1") == [(None, ("clopidogrel",))]
    assert asked(f"{A}/Medication/m1/_history/2") == [(None, ("clopidogrel",))]
    assert asked(f"{B}/Medication/m1") == [("drug-unresolved", ())]
    assert asked("Medication/M1") == [("drug-unresolved", ())]


def test_a_focus_on_a_relatives_result_never_counts_as_ours() -> None:
    theirs = creatinine("theirs", subject={"reference": "Patient/mother"})
    ours = creatinine("ours", "2.9", focus=[{"reference": "Observation/theirs"}])
    found = reading(bundle(PATIENT, ours, theirs), "p1")
    values = [(one.status, one.reason) for one in found.findings if one.kind == "laboratory"]
    assert values == [("indeterminate", "focus-not-patient")]
    assert SUBJECT["reference"] == "Patient/p1"
