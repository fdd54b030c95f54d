"""A source with a table of its own is read by it; a report that contradicts itself does so by any table."""

from __future__ import annotations

from pmcds.infer.tables import table_of
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.findings import Finding
from tests.infer.support import ask, finding, genotype, phenotype, tables, variant

OWN = "DPYD@dpwg"
USUAL = "DPYD"


def told(name: str, *findings: Finding) -> Answer:
    return ask("phenotype", name, *findings, known=tables())


def test_the_same_alleles_are_read_by_each_table() -> None:
    result = genotype("DPYD", "Reference/c.2846A>T")
    assert told(OWN, result).keys == ("1.5 (intermediate metabolizer)",)
    assert told(USUAL, result).keys == ("intermediate metabolizer",)


def test_a_phenotype_beside_alleles_that_fits_the_usual_table_contradicts_nothing() -> None:
    result = genotype("DPYD", "Reference/c.2846A>T")
    for word in ("intermediate metabolizer", "Intermediate Metabolizer"):
        assert told(OWN, result, phenotype("DPYD", word)).keys == ("1.5 (intermediate metabolizer)",)


def test_a_report_that_contradicts_itself_by_both_tables_is_a_contradiction_with_both_sides() -> None:
    result = genotype("DPYD", "Reference/Reference")
    found = told(OWN, result, phenotype("DPYD", "poor metabolizer"))
    assert told(USUAL, result, phenotype("DPYD", "poor metabolizer")).word == words.CONFLICTING
    assert (found.word, found.reason) == (words.CONFLICTING, "genotype-phenotype-mismatch")
    assert "2.0 (normal metabolizer)" in found.alternatives
    assert {"0.0 (poor metabolizer)", "0.5 (phenotyping)"} & set(found.alternatives)
    assert len(found.sources) == 2


def test_a_laboratory_that_follows_the_own_table_contradicts_nothing() -> None:
    # By the usual table two reduced copies are intermediate; by the own one they ask for phenotyping.
    result = genotype("DPYD", "c.1679T>G (*13)/c.2846A>T")
    usual = told(USUAL, result, phenotype("DPYD", "poor metabolizer"))
    own = told(OWN, result, phenotype("DPYD", "poor metabolizer"))
    assert usual.keys == ("poor metabolizer",)
    assert own.keys == ("0.5 (phenotyping)",)


def test_a_phenotype_that_contradicts_the_usual_table_and_fits_the_own_one_is_no_contradiction_by_it() -> None:
    result, stated = genotype("CYP2C9", "*2/*2"), phenotype("CYP2C9", "poor metabolizer")
    assert told("CYP2C9", result, stated).word == words.CONFLICTING
    own = told("CYP2C9@dpwg", result, stated)
    assert (own.keys, own.word) == (("poor metabolizer",), None)


def test_what_an_own_table_says_of_a_stated_phenotype_without_alleles_stays() -> None:
    assert told(OWN, phenotype("DPYD", "normal metabolizer")).keys == ("2.0 (normal metabolizer)",)


def test_alleles_that_contradict_each_other_do_so_by_any_table() -> None:
    torn = (genotype("DPYD", "Reference/Reference"), genotype("DPYD", "Reference/c.2846A>T"))
    found = told(OWN, *torn, phenotype("DPYD", "normal metabolizer"))
    assert (found.word, found.reason) == (words.CONFLICTING, "conflict")


def test_beside_a_single_allele_a_phenotype_still_counts_and_contradicts() -> None:
    one = finding("haplotype", "DPYD", {"allele": "c.2846A>T"})
    found = told(OWN, one, phenotype("DPYD", "normal metabolizer"))
    assert (found.word, found.reason) == (words.CONFLICTING, "genotype-phenotype-mismatch")
    assert "2.0 (normal metabolizer)" in found.alternatives


def test_alleles_without_a_function_in_an_own_table_never_stand_for_what_its_variants_mean() -> None:
    table = table_of(tables()["CYP2C19@dpwg"])
    defined = table.gene.extra["definitions"]
    assert set(defined) - set(table.group)  # the positions of more alleles are known than functions
    found = told("CYP2C19@dpwg", genotype("CYP2C19", "*1/*1"), carried("heterozygous"))
    assert (found.word, found.reason) == (words.CONFLICTING, "conflict")
    assert {"normal metabolizer", "intermediate metabolizer"} <= set(found.alternatives) <= table.phenotypes
    unknown = next(name for name in sorted(defined) if name not in table.group)
    beside = told("CYP2C19@dpwg", genotype("CYP2C19", f"*1/{unknown}"), carried("homozygous"))
    assert (beside.word, beside.reason) == (words.UNREADABLE, "unknown-allele")


def carried(zygosity: str) -> Finding:
    return variant("CYP2C19", {"ids": ("rs4244285",), "zygosity": zygosity}, source_class="germline", at="variant")
