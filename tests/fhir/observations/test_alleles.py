"""HLA alleles: typings, presence questions, answers of operations (fhir-inputs A1-A12, T29-T31)."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from pmcds.fhir.site import Policy
from tests.fhir.observations.support import (
    GLSTRING,
    HLA,
    PRESENT,
    SNOMED,
    concept,
    context,
    finding,
    findings,
    gene,
    loinc,
    observation,
    variant,
)


def typing(text: str, code: str = "84413-4", system: str = GLSTRING) -> dict[str, Any]:
    return observation(code, gene("HLA-B"), valueCodeableConcept=concept(system, text))


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("HLA-B*57:01:01:01", "HLA-B*57:01"),
        ("B*57:01", "HLA-B*57:01"),
        ("HLA-B*57:01:01G", "HLA-B*57:01"),
        ("HLA-B*5701", "HLA-B*57:01"),
        ("*57:01", "HLA-B*57:01"),
        ("HLA-B*57:01N", "HLA-B*57:01N"),
    ],
)
def test_a01_a09_allele_at_two_fields(stated: str, name: str) -> None:
    found = finding(typing(stated, "84414-2", HLA))
    assert (found.kind, found.subject, found.status) == ("allele", name, "present")
    assert found.value["locus"] == "HLA-B"


def test_a03_name_only_in_the_display() -> None:
    value = concept(HLA, "HGG00041", "HLA-B*15:01:01G")
    assert finding(observation("84414-2", gene("HLA-B"), valueCodeableConcept=value)).subject == "HLA-B*15:01"


@pytest.mark.parametrize("stated", ["HLA-B*57", "HLA-B*57:AKBAR"])
def test_a08_low_resolution_is_no_allele(stated: str) -> None:
    found = finding(typing(stated, "84414-2", HLA))
    assert (found.status, found.reason) == ("indeterminate", "resolution-too-low")


def test_a04_gl_string_gives_both_alleles() -> None:
    found = findings(typing("hla#3.31.0#HLA-B*57:01:01+HLA-B*08:01"))
    assert [(one.subject, one.status, one.value["typing"]) for one in found] == [
        ("HLA-B*57:01", "present", "both copies"),
        ("HLA-B*08:01", "present", "both copies"),
    ]


def test_t29_slash_means_one_of_and_pipe_one_genotype_or_the_other() -> None:
    slash = findings(typing("hla#3.56.0#HLA-B*57:01/HLA-B*57:03+HLA-B*08:01"))
    assert {one.subject: one.status for one in slash} == {
        "HLA-B*57:01": "indeterminate",
        "HLA-B*57:03": "indeterminate",
        "HLA-B*08:01": "present",
    }
    assert not any("typing" in one.value for one in slash)
    pipe = findings(typing("HLA-B*57:01+HLA-B*08:01|HLA-B*57:03+HLA-B*08:02"))
    assert {one.reason for one in pipe} == {"resolution-too-low"}


def test_ambiguity_below_two_fields_is_none() -> None:
    assert finding(typing("HLA-B*57:01:01/HLA-B*57:01:02")).status == "present"


def test_t29_malformed_name_is_not_read() -> None:
    found = findings(typing("hla#3.23.0#HLA-B:01:01G+HLA-B*08:01"))
    assert [(one.subject, one.reason) for one in found] == [(None, "value-unreadable"), ("HLA-B*08:01", None)]


def test_near_names_are_other_alleles() -> None:
    assert finding(typing("HLA-B*57:03")).subject == "HLA-B*57:03"
    assert finding(typing("HLA-B*15:01")).subject != "HLA-B*15:02"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"valueCodeableConcept": loinc("LA6576-8", "Positive")}, "present"),
        ({"valueCodeableConcept": loinc(PRESENT)}, "present"),
        ({"valueCodeableConcept": concept(SNOMED, "260385009", "Negative")}, "absent"),
        ({"valueString": "Not detected"}, "absent"),
        ({"valueBoolean": False}, "absent"),
        (
            {"interpretation": [concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")]},
            "present",
        ),
    ],
)
def test_a07_presence_question(value: dict[str, Any], status: str) -> None:
    found = finding(observation("50956-2", **value))
    assert (found.kind, found.subject, found.status) == ("allele", "HLA-B*57:01", status)


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        ({}, "ignored", "value-absent"),
        ({"valueString": "see report"}, "indeterminate", "unknown-code"),
        ({"valueString": "Indeterminate"}, "indeterminate", "indeterminate"),
        ({"valueCodeableConcept": loinc("LA6576-8", "Negative")}, "conflicting", "code-display"),
        (
            {
                "valueString": "Negative",
                "interpretation": [
                    concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")
                ],
            },
            "conflicting",
            "value-conflict",
        ),
    ],
)
def test_presence_question_without_a_clear_answer(value: dict[str, Any], status: str, reason: str) -> None:
    found = finding(observation("50956-2", **value))
    assert (found.status, found.reason) == (status, reason)


def test_a12_something_in_an_hla_gene_is_never_an_allele() -> None:
    found = finding(variant(gene("HLA-B")))
    assert (found.kind, found.subject) == ("variant", "HLA-B")
    assert "variant" in found.missing


def test_withheld_typing_does_not_name_its_alleles() -> None:
    label = {"security": [{"code": "GDIS"}]}
    resource = {**typing("HLA-B*57:01+HLA-B*08:01"), "meta": label}
    assert {(one.status, one.subject, one.value) for one in findings(resource)} == {("withheld", "HLA-B", None)}


def operation(name: str, asked: str, presence: bool) -> dict[str, Any]:
    part = [{"name": name, "valueString": asked}, {"name": "presence", "valueBoolean": presence}]
    return {"resourceType": "Parameters", "id": "q", "parameter": [{"name": "answers", "part": part}]}


def test_t09_negative_operation_answer_is_absent_in_the_scope_of_the_question() -> None:
    answer = operation("haplotypeItem", "HLA-B*27", presence=False)
    result = read_observations(open_input(answer), context(policy=Policy(single_patient=True)))
    (found,) = result.findings
    assert (found.subject, found.status, found.reason) == ("HLA-B*27", "absent", "query-negative")
    assert found.source.path == "/parameter/0"


def test_v23_negative_range_is_absent_in_that_range_only() -> None:
    answer = operation("rangeItem", "NC_000007.14:55019016-55211628", presence=False)
    (found,) = read_observations(open_input(answer), context(policy=Policy(single_patient=True))).findings
    assert (found.kind, found.status, found.value["scope"]) == ("variant", "absent", "region")


def test_operation_answer_without_patient_is_not_used() -> None:
    (found,) = read_observations(
        open_input(operation("haplotypeItem", "HLA-B*57:01", presence=False)), context()
    ).findings
    assert (found.status, found.reason) == ("indeterminate", "no-subject")


def test_positive_operation_answer_alone_proves_nothing() -> None:
    answer = operation("haplotypeItem", "HLA-B*57:01", presence=True)
    assert read_observations(open_input(answer), context(policy=Policy(single_patient=True))).findings == ()
