"""Contradictions between findings, shown whether or not they change an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.infer import conflicts
from pmcds.model.findings import Finding, Reading
from tests.infer.support import allele, finding, genes, genotype, phenotype, variant


def found(*findings: Finding) -> tuple[Finding, ...]:
    return conflicts(Reading(findings), genes())


def between(one: Finding) -> tuple[str, ...]:
    value: Any = one.value
    assert isinstance(value, Mapping)
    return tuple(value["between"])


def test_nothing_contradicts_nothing() -> None:
    assert found() == ()
    assert found(genotype("CYP2C19", "*2/*2"), phenotype("CYP2C19", "poor metabolizer")) == ()


def test_t02_a_diplotype_against_its_variants_is_shown_even_if_both_mean_the_same() -> None:
    site = {"ids": ("rs4986893",), "zygosity": "homozygous"}
    call = variant(
        "CYP2C19", {"ids": ("rs4244285",)}, status="absent", reason="reference-call", source_class="germline"
    )
    (one,) = found(genotype("CYP2C19", "*2/*2"), variant("CYP2C19", site, source_class="germline"), call)
    assert (one.kind, one.subject, one.status, one.reason) == ("conflict", "CYP2C19", "present", None)
    assert between(one) == ("reported diplotype *2/*2", "variants: *3/*3")
    assert one.value["phenotype_both"] == "poor metabolizer"


def test_t33_a_diplotype_against_a_phenotype() -> None:
    (one,) = found(genotype("CYP2C9", "*2/*5"), phenotype("CYP2C9", "rapid metabolizer"))
    assert (one.status, one.reason) == ("conflicting", "phenotype-conflict")
    assert between(one) == (
        "diplotype *2/*5 (activity score 1.0: intermediate metabolizer)",
        "reported phenotype rapid metabolizer",
    )


def test_t70_two_laboratories_are_named_with_their_dates() -> None:
    old = genotype("CYP2C19", "*1/*2", at="a", date="2019-05-01", laboratory="Laboratory A")
    new = genotype("CYP2C19", "*2/*2", at="b", date="2025-11-20", laboratory="Laboratory B")
    for order in ((old, new), (new, old)):
        (one,) = found(*order)
        assert (one.status, one.reason, one.source.resource) == ("conflicting", "value-conflict", "Observation/b")
        assert between(one) == ("*1/*2 (Laboratory A, 2019-05-01)", "*2/*2 (Laboratory B, 2025-11-20)")


def test_mg3_two_diplotypes_of_one_phenotype_are_shown_as_agreeing() -> None:
    (one,) = found(genotype("CYP2C19", "*2/*2"), genotype("CYP2C19", "*3/*3"))
    assert (one.status, one.reason) == ("present", None)


def test_t30_results_of_one_locus_that_are_not_the_same_two_copies() -> None:
    typing = [allele("HLA-C*01:02", both=True, at="g"), allele("HLA-C*03:04", both=True, at="g")]
    singles = [allele("HLA-C*01:02", at="h1"), allele("HLA-C*01:02", at="h2")]
    (one,) = found(*typing, *singles)
    assert (one.subject, one.status, one.reason) == ("HLA-C", "conflicting", "value-conflict")
    assert found(*typing, allele("HLA-C*01:02", at="h1"), allele("HLA-C*03:04", at="h2")) == ()


def test_t25_a_marker_that_changed_names_the_current_one() -> None:
    old = finding("biomarker", "ER", {"result": "positive"}, date="2018-03-10", at="a")
    new = finding("biomarker", "ER", {"result": "negative"}, date="2024-01-02", at="b")
    (one,) = found(new, old)
    assert (one.status, one.value["current"], one.source.resource) == ("present", "negative", "Observation/b")


def test_t39_significances_of_two_sides_are_a_conflict_and_of_one_side_are_not() -> None:
    def stated(word: str, at: str) -> Finding:
        value = {
            "row": "significance",
            "significance": word,
            "condition": ("Lynch syndrome",),
            "variant": ("Observation/v",),
        }
        return finding("variant", None, value, at=at)

    base = variant(None, {"spdi": "NC_000001.10:1:A:G"}, at="v", source_class="germline")
    (one,) = found(base, stated("benign", "a"), stated("pathogenic", "b"))
    assert (one.status, one.reason) == ("conflicting", "significance-conflict")
    (one,) = found(base, stated("likely pathogenic", "a"), stated("pathogenic", "b"))
    assert (one.status, one.reason) == ("present", None)
    assert found(base, stated("benign", "a"), stated("benign", "b")) == ()
