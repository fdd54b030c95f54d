"""Alleles, diplotypes and their variants: what of several statements counts, and what contradicts nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pmcds.infer import infer
from pmcds.infer.blank import Blank
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading
from tests.infer.support import NOW, ask, finding, genes, genotype, phenotype, tables, terms, variant

LEIDEN = "F5 Factor V Leiden"
CHANGE = {"p": "p.Arg534Gln", "zygosity": "heterozygous"}


def leiden(origin: str | None, status: str = "present", **more: str) -> Finding:
    return variant("F5", CHANGE, source_class=origin, status=status, at=f"v{status}", **more)


@pytest.mark.parametrize("origin", ["somatic", "likely somatic"])
@pytest.mark.parametrize("status", ["present", "absent"])
def test_h11_an_allele_is_never_told_by_the_same_change_of_a_tumor(origin: str, status: str) -> None:
    answer = ask("allele", LEIDEN, leiden(origin, status))
    assert (answer.keys, answer.word) == ((), "unknown")
    assert ask("allele", LEIDEN, leiden("germline", status)).keys == (status,)


@pytest.mark.parametrize("origin", [None, "fetal", "unknown-class"])
def test_h13_an_allele_is_never_told_by_a_change_of_unknown_or_foreign_origin(origin: str | None) -> None:
    assert ask("allele", LEIDEN, leiden(origin)).keys == ()


@pytest.mark.parametrize("status", ["present", "absent"])
def test_two_genotypes_that_contradict_each_other_are_never_settled_by_a_variant(status: str) -> None:
    stated = [genotype("F5", "CT", at="one"), genotype("F5", "CC", at="two")]
    answer = ask("allele", LEIDEN, *stated, leiden("germline", status))
    assert (answer.word, answer.reason, set(answer.alternatives)) == ("conflicting", "conflict", {"present", "absent"})


@pytest.mark.parametrize(("bases", "status"), [("CT", "absent"), ("CC", "present")])
def test_an_allele_and_its_very_variant_that_disagree_are_never_one_of_both(bases: str, status: str) -> None:
    one, two = genotype("F5", bases), leiden("germline", status)
    answer = ask("allele", LEIDEN, one, two)
    assert (answer.keys, answer.word, set(answer.alternatives)) == ((), "conflicting", {"present", "absent"})
    assert {source.resource for source in answer.sources} == {one.source.resource, two.source.resource}


@pytest.mark.parametrize(("bases", "status"), [("CT", "present"), ("CC", "absent")])
def test_an_allele_and_its_very_variant_that_agree_are_both_named_as_sources(bases: str, status: str) -> None:
    one, two = genotype("F5", bases), leiden("germline", status)
    answer = ask("allele", LEIDEN, one, two)
    assert answer.keys == (status,)
    assert {source.resource for source in answer.sources} == {one.source.resource, two.source.resource}


def by_own(name: str, *findings: Finding) -> Answer:
    return ask("phenotype", name, *findings, known=tables())


def test_pg77_one_allele_alone_never_sets_a_reported_phenotype_aside_in_a_table_of_a_source() -> None:
    one, said = finding("haplotype", "CYP2C19", "*2"), phenotype("CYP2C19", "poor metabolizer")
    own = next(name for name in tables() if name.startswith("CYP2C19@"))
    assert by_own(own, one, said).keys == ("poor metabolizer",)
    assert len(by_own(own, one).keys) > 1
    both = by_own(own, genotype("CYP2C19", "*1/*2"), phenotype("CYP2C19", "intermediate metabolizer"))
    assert both.keys == ("intermediate metabolizer",)


@pytest.mark.parametrize(
    ("text", "pair", "agrees"),
    [
        ("*1xN", "*1x2/*4", True), ("*1xN", "*1x≥3/*4", True), ("*2xN", "*2x2/*2", True), ("*1xN", "*2/*4", False),
        ("*1", "*1/*4", True), ("*4", "*1/*4", True), ("*10", "*1/*4", False),
    ],
)  # fmt: skip
def test_an_allele_beside_a_diplotype_contradicts_it_only_if_it_can_be_none_of_its_alleles(
    text: str, pair: str, agrees: bool
) -> None:
    answer = ask("activity_score", "CYP2D6", genotype("CYP2D6", pair), finding("haplotype", "CYP2D6", text))
    assert (answer.word is None) == agrees, answer
    assert answer.word in (None, "conflicting")


@pytest.mark.parametrize("by", ["code", "name"])
@pytest.mark.parametrize("covered_by", ["code", "name"])
def test_pg48_a_diplotype_that_rests_on_coverage_by_name_is_never_one_by_code(by: str, covered_by: str) -> None:
    found = variant("DPYD", {"c": "c.1905+1G>A", "zygosity": "heterozygous"}, source_class="germline", matched=by)
    covered = finding("coverage", "DPYD", {"genes": ("DPYD",)}, matched=covered_by)
    answer = ask("activity_score", "DPYD", found, covered)
    assert answer.keys == ("1.0",)
    assert answer.by_name == ("name" in (by, covered_by))


def _two(gene: str, pair: str, value: Mapping[str, object], status: str = "present") -> Answer:
    more = variant(gene, dict(value), source_class="germline", status=status)
    return ask("phenotype", gene, genotype(gene, pair), more)


@pytest.mark.parametrize(
    ("form", "status", "against"),
    [
        ("NC_000006.12:g.18138997C>T", "present", True), ("NC_000006.12:g.18138997C>A", "present", False),
        ("NC_000006.12:g.18138997C>G", "present", False), ("NC_000006.12:g.18138998C>T", "present", False),
        ("NC_000006.11:g.18138997C>T", "present", False),
    ],
)  # fmt: skip
def test_mg6_another_base_or_place_or_build_than_that_of_an_allele_never_contradicts_a_diplotype(
    form: str, status: str, against: bool
) -> None:
    answer = _two("TPMT", "*1/*1", {"g": form, "zygosity": "heterozygous"}, status)
    assert (answer.word == "conflicting") == against
    assert against or answer.keys == ("normal metabolizer",)


@pytest.mark.parametrize("base", ["T", "A", "G"])
def test_mg6_a_place_that_was_looked_at_without_finding_any_base_contradicts_the_allele_made_there(base: str) -> None:
    absent = {"g": f"NC_000006.12:g.18138997C>{base}"}
    assert _two("TPMT", "*1/*3B", absent, "absent").word == "conflicting"
    assert _two("TPMT", "*1/*2", absent, "absent").keys == ("intermediate metabolizer",)


@pytest.mark.parametrize(("pair", "fits"), [("*1/*7", True), ("*3/*7", True), ("*1/*1", False), ("*1/*3", False)])
def test_mg6_an_allele_of_one_of_several_bases_of_a_place_is_never_contradicted_by_the_place(
    pair: str, fits: bool
) -> None:
    answer = _two("CYP3A5", pair, {"ids": ("rs41303343",), "zygosity": "heterozygous"})
    assert (answer.word != "conflicting") == fits


@pytest.mark.parametrize(
    ("zygosity", "pairs"),
    [
        ("homozygous", {"*1/*1": False, "*1/*3": False, "*3/*3": True}),
        ("heterozygous", {"*1/*1": False, "*1/*3": True, "*3/*3": False}),
        ("hemizygous", {"*1/*1": False, "*1/*3": True, "*3/*3": False}),
        (None, {"*1/*1": False, "*1/*3": True, "*3/*3": True}),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        {"ids": ("rs776746",)}, {"g": "NC_000007.14:g.99672916T>C"}, {"spdi": "NC_000007.14:99672915:T:C"},
        {"ids": ("rs1",), "g": "NC_000007.14:g.99672916T>C"},
    ],
)  # fmt: skip
def test_mg6_t02_the_copies_of_a_position_in_every_form_decide_which_diplotypes_they_fit(
    zygosity: str | None, pairs: dict[str, bool], form: dict[str, object]
) -> None:
    for pair, fits in pairs.items():
        answer = _two("CYP3A5", pair, {**form, **({"zygosity": zygosity} if zygosity else {})})
        assert (answer.word is None) == fits, (pair, answer)


def test_what_is_remembered_of_a_lone_result_is_never_told_where_a_variant_names_the_gene_among_others() -> None:
    blank: Blank = {}
    question = (Subject("phenotype", "CYP3A5"), "germline")
    pair = genotype("CYP3A5", "*1/*1")
    change = {"ids": ("rs776746",), "zygosity": "homozygous", "genes": ("CYP3A5",)}
    more = variant(None, change, source_class="germline")

    def told(*findings: Finding) -> Answer:
        return infer(Reading(findings), [question], genes=genes(), terms=terms(), now=NOW, blank=blank)[question]

    assert told(pair).keys == ("normal metabolizer",)
    assert told(pair, more).word == "conflicting"
    assert told(pair).keys == ("normal metabolizer",)
