"""A text that denies a change, or leaves it open, never makes it a finding: in the value, a component, by its flag."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.bundles import Json
from tests.evidence.whole import SOMATIC, add, component, concept, evaluated, line, patient

KRAS = "tumor/lung/kras-g12c"
NEGATIVE = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "NEG"}
TISSUE = {"display": "tumor tissue"}
CHANGES = ("p.Gly12Cys", "p.G12C", "G12C", "c.34G>T (p.Gly12Cys)")
DENIED = (
    "Negative for p.G12C", "No G12C", "no p.G12C found", "p.Gly12Cys not detected", "Not detected: p.G12C",
    "without p.Gly12Cys", "wild type, p.G12C excluded", "p.G12C?", "possible p.G12C", "p.G12C suspected",
    "p.Gly12Cys could not be ruled out", "absence of p.G12C", "p.G12C: test failed", "inconclusive for p.G12C",
)  # fmt: skip


def by_gene_code(text: str, **members: Any) -> Json:
    return {
        "resourceType": "Observation", "id": "k", "status": "final", "code": concept("53620-1"), "valueString": text,
        "specimen": TISSUE, **members,
    }  # fmt: skip


def by_component(code: str, text: str, answer: str = "LA9633-4") -> Json:
    parts = [
        {"code": concept("48018-6"), "valueCodeableConcept": {"text": "KRAS"}},
        component("48002-0", SOMATIC),
        {"code": concept(code), "valueCodeableConcept": {"text": text}},
    ]
    return {
        "resourceType": "Observation", "id": "k", "status": "final", "code": concept("69548-6"), "specimen": TISSUE,
        "valueCodeableConcept": concept(answer), "component": parts,
    }  # fmt: skip


def outcome(result: Json) -> tuple[str, str | None]:
    found = line(evaluated(add(patient(cancer=["non-small cell lung cancer"]), result)), KRAS)
    return found.outcome, found.reason


@pytest.mark.parametrize("text", CHANGES)
def test_v20_a_change_in_the_value_of_a_gene_code_is_present(text: str) -> None:
    assert outcome(by_gene_code(text)) == ("ALERT", None)
    assert outcome(by_gene_code(f"{text} detected"))[0] in ("ALERT", "CANNOT-TELL")


@pytest.mark.parametrize(
    "beside", ["non-synonymous", "probably damaging", "possibly pathogenic", "likely pathogenic", "(nonsense)"]
)
def test_what_is_said_of_a_change_that_was_found_denies_nothing(beside: str) -> None:
    assert outcome(by_gene_code(f"p.Gly12Cys {beside}")) == ("ALERT", None)
    assert outcome(by_component("48005-3", f"p.Gly12Cys {beside}")) == ("ALERT", None)


@pytest.mark.parametrize("text", DENIED)
def test_t54_a_denied_change_in_the_value_of_a_gene_code_is_no_finding(text: str) -> None:
    assert outcome(by_gene_code(text)) == ("CANNOT-TELL", "value-unreadable")


def test_a_change_beside_a_negative_interpretation_is_a_conflict() -> None:
    assert outcome(by_gene_code("p.G12C", interpretation=[{"coding": [NEGATIVE]}])) == ("CANNOT-TELL", "conflict")


def test_a_change_of_another_gene_under_a_gene_code_is_a_conflict() -> None:
    assert outcome(by_gene_code("NM_004333.6(BRAF):p.Gly12Cys"))[0] == "CANNOT-TELL"


@pytest.mark.parametrize("code", ["48005-3", "48004-6", "81252-9"])
def test_a_denied_change_beside_the_answer_present_is_a_conflict(code: str) -> None:
    assert outcome(by_component(code, "p.Gly12Cys")) == ("ALERT", None)
    for text in DENIED:
        if "p." in text:
            assert outcome(by_component(code, text))[0] == "CANNOT-TELL", text
    assert outcome(by_component(code, "p.Gly12Cys not detected", "LA9634-2"))[0] == "CLEAR"
