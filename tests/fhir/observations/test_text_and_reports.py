"""Prose, local codes and reports (fhir-inputs A6, A10, E1-E10, T45, T46, T54)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.observations.support import concept, finding, findings, genotype, ignored, loinc, observation, read


def report(code: Any = None, **members: Any) -> dict[str, Any]:
    base = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "code": code or loinc("51969-4"),
        "subject": {"reference": "Patient/p1"},
    }
    return {**base, **members}


@pytest.mark.parametrize(
    ("text", "gene"),
    [
        ("Patient carries DPYD *2A and is an intermediate metabolizer.", "DPYD"),
        ("No HLA-B*57:01 detected.", "HLA-B"),
        ("CYP2C19*2/*2\\.br\\POOR METABOLIZER", "CYP2C19"),
    ],
)
def test_t54_prose_names_a_gene_and_gives_no_value(text: str, gene: str) -> None:
    found = finding(observation({"text": "Comment"}, valueString=text))
    assert (found.kind, found.subject, found.status, found.reason) == ("report", gene, "indeterminate", "text-only")


def test_e10_question_and_answer_in_one_coding_are_text() -> None:
    found = finding(observation({"coding": [{"code": "CYP2C19 genotype:", "display": "*2/*2"}]}))
    assert (found.kind, found.subject, found.reason) == ("report", "CYP2C19", "text-only")


def test_e07_local_code_is_uncoded_until_the_site_maps_it() -> None:
    code = concept("https://lab.example.org/codes", "PGX", "CYP2C19 result")
    found = finding(observation(code, valueString="*1/*17"))
    assert (found.kind, found.subject, found.value) == ("genotype", "CYP2C19", "*1/*17")
    assert (found.status, found.reason) == ("indeterminate", "uncoded-result")


def test_note_of_a_result_is_never_read_into_it() -> None:
    found = finding(genotype("*1/*1", note=[{"text": "CYP2D6 *4/*4"}]))
    assert (found.subject, found.value) == ("CYP2C19", "*1/*1")


def test_a10_e02_coded_conclusion_of_a_report_about_one_allele() -> None:
    found = finding(report(loinc("57979-7"), conclusionCode=[loinc("LA6576-8")]))
    assert (found.kind, found.subject, found.status) == ("allele", "HLA-B*15:02", "present")
    assert "from report summary" in found.notes


def test_a10_without_conclusion_and_results_it_is_not_supplied() -> None:
    found = findings(report(loinc("57979-7"), result=[{"reference": "Observation/gone"}]))
    assert ("allele", "not-supplied") in [(one.kind, one.reason) for one in found]


def test_t45_listed_results_that_are_not_there() -> None:
    found = finding(report(result=[{"reference": "Observation/gone", "display": "CYP2C19 poor metabolizer"}]))
    assert (found.kind, found.reason, found.value["listed"], found.value["supplied"]) == (
        "report",
        "not-supplied",
        1,
        0,
    )


def test_report_whose_results_are_all_there_adds_nothing() -> None:
    result = read(report(result=[{"reference": "Observation/o1"}]), genotype("*1/*1"))
    assert [one.kind for one in result.findings] == ["genotype"]
    assert {note.resource: (note.ignored, note.role) for note in result.notes}["DiagnosticReport/r1"] == (
        None,
        "context",
    )


def test_e05_overall_interpretation_is_about_no_gene() -> None:
    found = finding(report(conclusionCode=[loinc("LA6576-8")]))
    assert (found.kind, found.subject, found.value) == ("report", None, {"row": "interpretation", "result": "positive"})


def test_t46_conclusion_names_genes_and_gives_no_value() -> None:
    found = findings(report(conclusion="CYP2D6 *4/*4 (Poor Metabolizer). CYP2C19 *1/*1 (Normal Metabolizer)"))
    assert [(one.subject, one.reason) for one in found] == [("CYP2C19", "text-only"), ("CYP2D6", "text-only")]


def test_e06_attachment_only() -> None:
    found = finding(report(presentedForm=[{"contentType": "application/pdf", "data": "JVBERi0="}]))
    assert (found.status, found.reason) == ("indeterminate", "attachment-only")


def test_a06_typing_in_the_extension_of_a_report() -> None:
    text = {"url": "text", "valueString": "HLA-A*01:01:01G+HLA-A*01:02^HLA-B*15:01:01G+HLA-B*57:01:01G"}
    extension = {"url": "http://hl7.org/fhir/StructureDefinition/hla-genotyping-results-glstring", "extension": [text]}
    found = findings(report(extension=[extension]))
    assert [one.subject for one in found] == ["HLA-A*01:01", "HLA-A*01:02", "HLA-B*15:01", "HLA-B*57:01"]


def test_report_of_another_field_is_not_relevant() -> None:
    category = [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")]
    assert ignored(report(loinc("24627-2"), category=category)) == ["not-relevant"]


def test_report_of_another_patient_leaves_nothing() -> None:
    assert findings(report(subject={"reference": "Patient/other"}, conclusion="CYP2D6 *4/*4")) == ()
