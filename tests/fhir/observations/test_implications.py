"""Implications, significance and consequences (fhir-inputs G20-G29, P1-P9, V19, T10, T34, T37-T43)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.observations.support import (
    SO,
    TBD,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    loinc,
    observation,
    protein,
    variant,
)

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def implication(
    answer: Any, *components: dict[str, Any], name: str = "therapeutic-implication", **members: Any
) -> dict[str, Any]:
    return observation(
        concept(TBD, "therapeutic-implication"), component(name, answer, system=TBD), *components,
        **{"id": "imp", "derivedFrom": [{"reference": "Observation/o1"}], **members},
    )  # fmt: skip


def of_kind(kind: str, *resources: dict[str, Any]) -> list[Any]:
    return [one for one in findings(*resources) if one.kind == kind]


@pytest.mark.parametrize("name", ["therapeutic-implication", "predicted-therapeutic-implication"])
def test_g21_g22_t43_one_reader_for_all_releases(name: str) -> None:
    (found,) = of_kind("phenotype", genotype("*2/*2"), implication(loinc("LA9657-3"), name=name))
    assert (found.subject, found.value, found.status) == ("CYP2C19", "poor metabolizer", "present")


def test_g20_stu1_answer_on_the_value() -> None:
    stu1 = observation(
        "53040-2", id="imp", valueCodeableConcept=loinc("LA25390-8"), derivedFrom=[{"reference": "Observation/o1"}]
    )
    (found,) = of_kind("phenotype", genotype("*1/*17"), stu1)
    assert (found.subject, found.value) == ("CYP2C19", "rapid metabolizer")


def test_g23_gene_in_the_text_must_agree_with_the_link() -> None:
    agrees = of_kind("phenotype", genotype("*1/*17"), implication({"text": "CYP2C19 Rapid Metabolizer"}))
    differs = of_kind("phenotype", genotype("*1/*17"), implication({"text": "CYP2D6 Rapid Metabolizer"}))
    assert (agrees[0].subject, agrees[0].value) == ("CYP2C19", "rapid metabolizer")
    assert (differs[0].subject, differs[0].reason) == (None, "gene-conflict")


def test_t38_phenotype_whose_link_leads_nowhere_has_no_gene() -> None:
    found = finding(implication(loinc("LA9657-3")))
    assert (found.subject, found.status, found.reason) == (None, "indeterminate", "gene-unresolved")


def test_t64_ids_are_case_sensitive() -> None:
    (found,) = of_kind("phenotype", genotype("*2/*2", id="O1"), implication(loinc("LA9657-3")))
    assert found.reason == "gene-unresolved"


def test_t34_phenotype_derived_from_two_genes_is_ambiguous() -> None:
    links = [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}]
    other = genotype("*1/*3A", "TPMT", id="o2")
    (found,) = of_kind("phenotype", genotype("*2/*2"), other, implication(loinc("LA9657-3"), derivedFrom=links))
    assert (found.subject, found.reason) == (None, "gene-ambiguous")


def test_t10_link_to_another_patient_does_not_hold() -> None:
    others = genotype("*2/*2", subject={"reference": "Patient/other"})
    (found,) = of_kind("phenotype", others, implication(loinc("LA9657-3")))
    assert (found.subject, found.status, found.reason) == (None, "conflicting", "link-other-patient")


@pytest.mark.parametrize("answer", [loinc("LA6676-6"), loinc("LA19541-4"), {"text": "Reduced response"}])
def test_g29_answer_that_is_no_phenotype_is_only_shown(answer: Any) -> None:
    drug = component("51963-7", concept(RXNORM, "1", "some drug"))
    found = findings(genotype("*2/*2"), implication(answer, drug))
    assert [one.kind for one in found] == ["genotype", "implication"]
    assert found[1].subject == "some drug"
    assert found[1].value["genes"] == ("CYP2C19",)


def test_function_term_of_an_implication_is_a_phenotype() -> None:
    (found,) = of_kind("phenotype", genotype("*1/*5", "DPYD"), implication(loinc("LA25395-7")))
    assert found.value == "decreased function"


def significance(answer: Any, **members: Any) -> dict[str, Any]:
    return observation(
        concept(TBD, "diagnostic-implication"), component("53037-8", answer),
        **{"id": "sig", "derivedFrom": [{"reference": "Observation/o1"}], **members},
    )  # fmt: skip


def row(name: str, *resources: dict[str, Any]) -> Any:
    (found,) = [one for one in findings(*resources) if one.kind == "variant" and one.value["row"] == name]
    return found


def test_p02_significance_of_the_linked_variant() -> None:
    found = row("significance", variant(gene("BRCA1"), protein("p.Cys61Gly")), significance(loinc("LA6668-3")))
    assert (found.subject, found.value["significance"], found.value["variant"]) == (
        "BRCA1",
        "pathogenic",
        ("Observation/o1",),
    )


def test_p01_stu1_significance_on_the_value() -> None:
    stu1 = observation(
        "53037-8", id="s", valueCodeableConcept=loinc("LA6675-8"), derivedFrom=[{"reference": "Observation/o1"}]
    )
    assert row("significance", variant(gene("BRCA1"), protein("p.Cys61Gly")), stu1).value["significance"] == "benign"


def test_p03_text_that_is_no_significance_is_an_unknown_code() -> None:
    found = row("significance", variant(gene("BRCA1")), significance({"text": "not provided"}))
    assert (found.status, found.reason) == ("indeterminate", "unknown-code")


def test_p04_answer_without_system_is_not_believed() -> None:
    found = row("significance", variant(gene("BRCA1")), significance(concept(None, "LA6669-1", "Pathogenic")))
    assert (found.status, found.reason) == ("conflicting", "code-display")


def test_p05_significance_inside_a_consequence() -> None:
    both = observation(
        concept(TBD, "molecular-consequence"), component("53037-8", loinc("LA6668-3")),
        id="c", derivedFrom=[{"reference": "Observation/o1"}],
    )  # fmt: skip
    assert (
        row("significance", variant(gene("BRCA1"), protein("p.Cys61Gly")), both).value["significance"] == "pathogenic"
    )


def test_p06_significance_without_its_variant_is_unresolved() -> None:
    found = finding(significance(loinc("LA6668-3")))
    assert (found.subject, found.status, found.reason) == (None, "indeterminate", "variant-unresolved")


def test_p08_t37_polygenic_result_is_never_a_pathogenic_variant() -> None:
    extension = {
        "url": "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomic-risk-assessment",
        "valueReference": {"reference": "RiskAssessment/r1"},
    }
    found = finding(significance(loinc("LA6668-3"), extension=[extension]))
    assert (found.status, found.reason) == ("ignored", "polygenic")


def test_t41_a_variant_without_significance_has_none() -> None:
    found = finding(variant(gene("BRCA1"), protein("p.Cys61Gly")))
    assert "significance" not in found.value


def test_f04_consequence_of_the_linked_variant() -> None:
    consequence = observation(
        concept(TBD, "molecular-consequence"),
        component("functional-effect", concept(SO, "SO:0001886", "transcript_fusion"), system=TBD),
        id="c", derivedFrom=[{"reference": "Observation/o1"}],
    )  # fmt: skip
    found = row("consequence", variant(gene("ALK")), consequence)
    assert (found.subject, found.value["functional_effect"]) == ("ALK", "transcript_fusion")
