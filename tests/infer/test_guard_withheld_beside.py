"""Beside data that may not be used, and beside codes, a result never says more than it can."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmcds.model.answers import Answer
from pmcds.model.findings import Finding
from tests.infer.support import allele, ask, finding, genotype, phenotype

SECRET = finding("genotype", "DPYD", None, status="withheld", at="secret")


@pytest.mark.parametrize("status", ["absent", "present"])
def test_lc09_a_typed_allele_never_clears_beside_genetic_data_that_may_not_be_used(status: str) -> None:
    asked = ("allele", "HLA-B*57:01", allele("HLA-B*57:01", status))
    assert "withheld" not in ask(*asked).notes
    assert "withheld" in ask(*asked, SECRET).notes


def test_lc09_an_allele_of_a_diplotype_never_clears_beside_genetic_data_that_may_not_be_used() -> None:
    asked = ("allele", "CYP2C9*3", genotype("CYP2C9", "*1/*1"))
    assert ask(*asked).keys == ("absent",)
    assert "withheld" not in ask(*asked).notes
    assert "withheld" in ask(*asked, SECRET).notes


@pytest.mark.parametrize("kind", ["phenotype", "activity_score", "diplotype"])
def test_lc09_a_gene_never_clears_beside_genetic_data_that_may_not_be_used(kind: str) -> None:
    asked = (kind, "CYP2D6", genotype("CYP2D6", "*1/*1"))
    assert "withheld" not in ask(*asked).notes
    assert "withheld" in ask(*asked, SECRET).notes


def test_lc24_of_what_is_withheld_not_even_the_gene_is_told() -> None:
    answer = ask("phenotype", "CYP2D6", genotype("CYP2D6", "*1/*1"), SECRET)
    assert "DPYD" not in repr(answer)
    assert "secret" not in repr(answer)
    of_the_same_gene = finding("genotype", "CYP2D6", None, status="withheld", at="secret")
    assert ask("phenotype", "CYP2D6", genotype("CYP2D6", "*1/*1"), of_the_same_gene) == answer


def _value(at: str, matched: str | None) -> Finding:
    value = {"quantity": Decimal("0.9")}
    return finding("laboratory", "creatinine", value, unit="mg/dL", date="2026-03-02", at=at, matched=matched)


def _by_name(*findings: Finding) -> bool:
    answer: Answer = ask("laboratory", "creatinine", *findings)
    assert answer.keys
    return answer.by_name


def test_mg10_a_value_under_a_code_never_counts_as_known_by_name_only() -> None:
    assert _by_name(_value("a", "name")) is True
    assert _by_name(_value("a", "name"), _value("b", None)) is False
    assert _by_name(_value("a", None), _value("b", "name")) is False


def test_mg10_a_gene_result_under_a_code_never_counts_as_known_by_name_only() -> None:
    coded, named = phenotype("CYP2C19", "poor metabolizer"), genotype("CYP2C19", "*2/*2", matched="name")
    assert ask("phenotype", "CYP2C19", named).by_name is True
    assert ask("phenotype", "CYP2C19", named, coded).by_name is False
