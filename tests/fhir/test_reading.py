"""The whole reading: which patient, copies and versions, one note for each site."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.fhir import READERS, Limits, Opened, ReadContext, ReaderResult, open_input, read
from pmcds.fhir.asked import Asked
from pmcds.model.findings import Order, Reading
from pmcds.model.words import IGNORED_REASONS, ROLES
from tests.fhir.material import (
    PATIENT,
    bundle,
    condition,
    context,
    creatinine,
    findings_of,
    note_of,
    order,
    reading,
)

SECOND = {"resourceType": "Patient", "id": "p2", "birthDate": "1990-01-01"}


def ignored(found: Reading) -> dict[str, str | None]:
    return {note.site: note.ignored for note in found.inputs}


def test_h01_another_patients_resources_change_nothing_but_their_lines() -> None:
    alone = reading(bundle(PATIENT, creatinine(), order()))
    theirs = [
        creatinine("x", subject={"reference": "Patient/p2"}),
        order("y", subject={"reference": "Patient/p2"}),
        SECOND,
    ]
    both = reading(bundle(PATIENT, creatinine(), order(), *theirs), "p1")
    assert both.findings == alone.findings
    assert both.orders == alone.orders
    assert both.flags == ("multi-patient-input",)
    assert [note.ignored for note in both.inputs[3:]] == ["other-patient"] * 3


def test_fhir_o13_several_patients_need_to_be_told() -> None:
    source = bundle(PATIENT, SECOND, creatinine())
    with pytest.raises(InputError) as refused:
        reading(source)
    assert refused.value.code == "patient-needed"
    assert reading(source, "p1").patient == "Patient/p1"
    assert reading(source, "Patient/p1").patient == "Patient/p1"


def test_the_only_subject_named_is_the_patient_where_no_patient_was_sent() -> None:
    found = reading(bundle(creatinine(), creatinine("b", subject=None)))
    assert found.patient == "Patient/p1"
    assert findings_of(found, "Observation/creat")[0].status == "present"
    assert note_of(found, "Observation/b").ignored == "no-subject"
    with pytest.raises(InputError):
        reading(bundle(creatinine(), creatinine("b", subject={"reference": "Patient/p2"})))


def test_h02_without_any_patient_every_result_is_no_subject() -> None:
    found = reading(bundle(creatinine(subject=None)))
    assert found.patient is None
    assert note_of(found, "Observation/creat").ignored == "no-subject"
    stated = reading(bundle(creatinine(subject=None)), single_patient=True)
    assert findings_of(stated, "Observation/creat")[0].status == "present"


def test_a_patient_without_id_is_known_by_its_urn() -> None:
    nameless = {"resourceType": "Patient", "birthDate": "1961"}
    source = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": nameless},
            {"resource": creatinine(subject={"reference": "urn:uuid:1"})},
        ],
    }
    found = reading(source)
    assert findings_of(found, "Observation/creat")[0].status == "present"
    assert any(one.subject == "birth_date" for one in found.findings)


@pytest.mark.parametrize("ident", ["p1", "Patient/p1"])
def test_h03_drafts_and_patient_of_the_request_must_be_of_its_patient(ident: str) -> None:
    def request(subject: str, patient: dict[str, Any]) -> dict[str, Any]:
        drafts = bundle(order(subject={"reference": subject}))
        return {
            "hook": "order-sign",
            "context": {"patientId": ident, "draftOrders": drafts},
            "prefetch": {"p": patient},
        }

    assert len(reading(request("Patient/p1", PATIENT)).orders) == 1
    for wrong in (request("Patient/p11", PATIENT), request("Patient/p1", SECOND)):
        with pytest.raises(InputError) as refused:
            reading(wrong)
        assert refused.value.code == "context-mismatch"


def test_fhir_r16_other_patients_inside_a_prefetch_bundle_are_noted() -> None:
    request = {
        "hook": "patient-view",
        "context": {"patientId": "p1"},
        "prefetch": {"all": bundle(PATIENT, SECOND, creatinine(subject={"reference": "Patient/p2"}))},
    }
    assert list(ignored(reading(request)).values()) == [None, "other-patient", "other-patient"]


@pytest.mark.parametrize("copies", [1, 2, 5])
@pytest.mark.parametrize("same_id", [True, False])
def test_h08_copies_are_one_finding_with_several_sources(copies: int, same_id: bool) -> None:
    results = [creatinine("creat" if same_id else f"creat{place}") for place in range(copies)]
    found = reading(bundle(PATIENT, *results))
    values = [one for one in found.findings if one.kind == "laboratory"]
    assert len(values) == 1
    assert len(values[0].also) == copies - 1
    assert list(ignored(found).values()).count("duplicate-of") == copies - 1


@pytest.mark.parametrize(
    "change",
    [
        {"value": "1.0"},
        {"effectiveDateTime": "2026-03-03"},
        {"performer": [{"reference": "Organization/x"}]},
        {"specimen": {"reference": "Specimen/x"}},
    ],
)
def test_h08_two_results_are_no_copies(change: dict[str, Any]) -> None:
    found = reading(bundle(PATIENT, creatinine("a"), creatinine("b", **change)))
    assert "duplicate-of" not in ignored(found).values()


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"issued": "2026-03-02T10:00:00Z"}, {"issued": "2026-03-05T10:00:00Z", "status": "corrected"}),
        ({"meta": {"versionId": "1"}}, {"meta": {"versionId": "2"}, "status": "amended"}),
        ({"effectiveDateTime": "2026-03-01"}, {"effectiveDateTime": "2026-03-02"}),
        ({}, {"status": "corrected"}),
    ],
)
@pytest.mark.parametrize("by", ["id", "identifier", "replaces"])
@pytest.mark.parametrize("turned", [False, True])
def test_h07_a_newer_version_supersedes_the_older_one(
    older: dict[str, Any], newer: dict[str, Any], by: str, turned: bool
) -> None:
    first, second = creatinine("a", value="1", **older), creatinine("a" if by == "id" else "b", value="2", **newer)
    if by == "identifier":
        first["identifier"] = second["identifier"] = [{"system": "urn:x", "value": "17"}]
    if by == "replaces":
        url = "http://hl7.org/fhir/StructureDefinition/replaces"
        second["extension"] = [{"url": url, "valueReference": {"reference": "Observation/a"}}]
    results = [second, first] if turned else [first, second]
    found = reading(bundle(PATIENT, *results))
    assert [str(one.value["quantity"]) for one in found.findings if one.kind == "laboratory"] == ["2"]
    assert list(ignored(found).values()).count("superseded-by") == 1


def test_h07_a_voided_correction_does_not_bring_back_the_original() -> None:
    first = creatinine("a", value="1", meta={"versionId": "1"})
    second = creatinine("a", value="2", meta={"versionId": "2"}, status="entered-in-error")
    found = reading(bundle(PATIENT, first, second))
    assert {(one.status, one.reason) for one in found.findings if one.kind == "laboratory"} == {
        ("conflicting", "later-result"),
        ("ignored", "void-status"),
    }


def test_h09_two_tests_that_disagree_are_no_versions() -> None:
    found = reading(bundle(PATIENT, creatinine("a", value="1"), creatinine("b", value="2")))
    assert len([one for one in found.findings if one.kind == "laboratory"]) == 2


def test_h07_two_questions_of_one_accession_are_no_versions() -> None:
    shared = {"identifier": [{"system": "urn:x", "value": "17"}]}
    other = creatinine("b", code={"coding": [{"system": "http://loinc.org", "code": "718-7"}]}, **shared)
    other["valueQuantity"] = {"value": 12, "system": "http://unitsofmeasure.org", "code": "g/dL"}
    found = reading(bundle(PATIENT, creatinine("a", **shared), other))
    assert "superseded-by" not in ignored(found).values()


def test_h05_a_void_result_stays_void_however_it_is_reached() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "panel"},
        "result": [{"reference": "Observation/creat"}],
    }
    found = reading(bundle(PATIENT, creatinine(status="entered-in-error"), report))
    assert note_of(found, "Observation/creat").ignored == "void-status"
    assert [one.status for one in findings_of(found, "Observation/creat")] == ["ignored"]


def test_lc04_each_site_has_one_note_in_input_order() -> None:
    source = bundle(
        PATIENT, creatinine(), order(contained=[{"resourceType": "Medication", "id": "m"}]), {"resourceType": "Foo"}
    )
    source["entry"].append({})
    opened = open_input(source)
    found = read(opened, context())
    assert [note.site for note in found.inputs] == [site.pointer for site in opened.sites]
    assert found.inputs[-1].ignored == "no-resource"


def test_lc05_notes_use_the_closed_words() -> None:
    source = bundle(
        PATIENT,
        creatinine(),
        condition(),
        order(status="stopped"),
        creatinine("x", status="?"),
        {"resourceType": "Foo"},
    )
    for note in reading(source).inputs:
        assert note.ignored is None or note.ignored in IGNORED_REASONS
        assert note.role is None or note.role in ROLES


def test_lc13_the_order_of_entries_changes_no_fact() -> None:
    resources = [PATIENT, creatinine("a", value="1"), creatinine("b", value="2"), condition(), order()]
    seen = set()
    for turned in itertools.permutations(resources):
        found = reading(bundle(*turned))
        seen.add(repr(sorted((one.kind, one.subject or "", repr(one.value), one.status) for one in found.findings)))
    assert len(seen) == 1


def test_a_reader_that_fails_makes_nothing_look_like_nothing() -> None:
    def broken(opened: Opened, told: ReadContext) -> ReaderResult:
        raise KeyError("x")

    found = read(open_input(bundle(PATIENT, creatinine())), context(), (*READERS, broken))
    assert found.supply.results == "error"
    assert "reader-failed" in found.flags


def test_fhir_e11_an_order_for_a_genomic_test_is_pending() -> None:
    request = {
        "resourceType": "ServiceRequest",
        "id": "s",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "code": {"concept": {"coding": [{"display": "CYP2D6 gene targeted mutation analysis"}]}},
    }
    found = findings_of(reading(bundle(PATIENT, request)), "ServiceRequest/s")
    assert [(one.kind, one.subject, one.status) for one in found] == [("test_order", "CYP2D6", "present")]
    over = findings_of(reading(bundle(PATIENT, {**request, "status": "completed"})), "ServiceRequest/s")
    assert over[0].status == "ignored"


def about_creatinine(orders: Sequence[Order]) -> Asked:
    return Asked(frozenset({"creatinine"}), frozenset(), False, frozenset())


@pytest.mark.parametrize(
    ("what", "resources"),
    [
        ("results", [creatinine(f"c{place}") for place in range(4)]),
        ("medications", [order(f"m{place}", status="completed") for place in range(4)]),
        ("orders", [order(f"m{place}") for place in range(4)]),
    ],
)
@pytest.mark.parametrize("form", [bundle, lambda *all: json.dumps(bundle(*all)).encode()])
def test_lc19_more_than_may_be_read_is_refused_as_a_whole_and_never_cut(
    what: str, resources: list[Any], form: Callable[..., Any]
) -> None:
    limits = replace(Limits(), **{what: 3})
    allowed = replace(context(), limits=limits)
    found = read(open_input(form(PATIENT, *resources[:3])), allowed, asked=about_creatinine)
    assert len(found.inputs) == 4
    with pytest.raises(InputError) as refused:
        read(open_input(form(PATIENT, *resources)), allowed, asked=about_creatinine)
    assert refused.value.code == f"too-many-{what}"
    assert f"Limits.{what}" in refused.value.mend


def test_results_that_nobody_asks_for_do_not_count_against_the_limit_of_what_is_read() -> None:
    other = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
    resources = [creatinine(f"c{place}", code=other) for place in range(9)]
    few = replace(context(), limits=Limits(results=3))
    assert read(open_input(bundle(PATIENT, *resources)), few, asked=about_creatinine).inputs


def test_what_people_want_to_see_is_never_refused_for_its_number() -> None:
    resources = [creatinine(f"c{place}") for place in range(9)]
    seen = read(open_input(bundle(PATIENT, *resources)), replace(context(), limits=Limits(results=3)))
    assert len(seen.inputs) == 10
