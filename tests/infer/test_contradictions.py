"""Results that do not fit together: each contradiction is told, the cautious side stays, nothing is averaged."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.infer import conflicts, infer
from pmcds.infer import phenotype as meaning_of
from pmcds.infer.alleles import read_allele
from pmcds.infer.diplotype import read_diplotype
from pmcds.infer.phenotype import older_meanings
from pmcds.infer.sites import positions
from pmcds.infer.spelling import without_symbol
from pmcds.infer.tables import table_of
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.findings import Finding, Reading
from pmcds.model.genes import Gene
from tests.infer.support import NOW, allele, ask, finding, genes, genotype, phenotype, terms, variant


def shown(*findings: Finding) -> tuple[Finding, ...]:
    return conflicts(Reading(findings), genes())


def site(name: str, zygosity: str | None = None, **more: Any) -> Finding:
    value = {"ids": (name,), **({"zygosity": zygosity} if zygosity else {})}
    return variant("CYP2C19", value, source_class="germline", at=name, **more)


# Alleles


def test_mg3_two_diplotypes_with_different_scores_and_one_phenotype_are_usable_for_the_phenotype_only() -> None:
    both = genotype("CYP2C9", "*1/*2"), genotype("CYP2C9", "*1/*3")
    assert ask("phenotype", "CYP2C9", *both).keys == ("intermediate metabolizer",)
    score = ask("activity_score", "CYP2C9", *both)
    assert (score.word, score.reason, set(score.alternatives)) == (words.CONFLICTING, "conflict", {"1.0", "1.5"})


def test_a_gene_without_scores_has_none_to_tell() -> None:
    result = genotype("CYP2C19", "*1/*2")
    answer = ask("activity_score", "CYP2C19", result)
    assert (answer.keys, answer.word, answer.reason) == ((), words.INDETERMINATE, "scale-mismatch")
    torn = ask("activity_score", "CYP2C19", result, phenotype("CYP2C19", "poor metabolizer"))
    assert (torn.word, torn.alternatives) == (words.CONFLICTING, ())


def test_an_older_table_never_explains_an_allele_that_no_table_has() -> None:
    answer = ask(
        "phenotype",
        "CYP2C19",
        genotype("CYP2C19", "*1/*1"),
        genotype("CYP2C19", "*1/*999"),
        phenotype("CYP2C19", "poor metabolizer"),
    )
    assert answer.word == words.CONFLICTING
    assert not any(note.startswith("reclassified") for note in answer.notes)


def test_a_diplotype_that_contradicts_both_its_variants_and_the_phenotype_keeps_every_side() -> None:
    answer = ask(
        "phenotype",
        "CYP2C19",
        genotype("CYP2C19", "*1/*1"),
        site("rs4244285", "homozygous"),
        phenotype("CYP2C19", "poor metabolizer"),
    )
    assert (answer.word, answer.reason) == (words.CONFLICTING, "genotype-phenotype-mismatch")
    assert {"normal metabolizer", "poor metabolizer"} <= set(answer.alternatives)
    assert "diplotype-variant-conflict" in answer.notes


def test_two_contradicting_diplotypes_stay_so_beside_a_phenotype_that_fits_one() -> None:
    torn = (genotype("CYP2C19", "*1/*1"), genotype("CYP2C19", "*2/*2"), phenotype("CYP2C19", "normal metabolizer"))
    answer = ask("phenotype", "CYP2C19", *torn)
    assert (answer.word, answer.reason) == (words.CONFLICTING, "conflict")
    assert set(answer.alternatives) == {"normal metabolizer", "poor metabolizer"}


def test_an_allele_and_its_very_variant_that_agree_are_one_answer_with_both_sources() -> None:
    wanted = "F5 Factor V Leiden"
    carried = genotype("F5", "Factor V Leiden/Factor V Leiden", at="a")
    change = variant("F5", {"p": "p.Arg534Gln"}, source_class="germline", at="b")
    assert ask("allele", wanted, carried).keys == ask("allele", wanted, change).keys == ("present",)
    answer = ask("allele", wanted, carried, change)
    assert answer.keys == ("present",)
    assert {source.resource for source in answer.sources} == {"Observation/a", "Observation/b"}


def test_a_typed_allele_below_two_fields_may_be_the_one_that_is_asked_for() -> None:
    answer = ask("allele", "HLA-B*57:01", allele("HLA-B*57"))
    assert (answer.word, answer.reason) == (words.INDETERMINATE, "resolution-too-low")
    usable = Finding("allele", "HLA-B*57", {"allele": "HLA-B*57"}, allele("x").source)
    answer = ask("allele", "HLA-B*57:01", usable)
    assert (answer.keys, answer.word, answer.reason) == ((), words.INDETERMINATE, "resolution-too-low")


def test_what_is_no_name_of_a_typed_allele_is_no_allele() -> None:
    table = table_of(genes()["HLA-B"])
    assert read_allele(table, "something else") is None
    low = read_allele(table, "*57")
    assert low is not None and (low.options, low.unknown) == ((), "*57")
    full = read_allele(table, "HLA-B*57:01:01")
    assert full is not None and (full.options, full.notes) == (("*57:01",), ("read *57:01:01 as *57:01",))


# Gene files that nobody checked


def gap() -> dict[str, Gene]:
    known = genes()["CYP2D6"]
    return {**genes(), "CYP2D6": replace(known, scores=known.scores[:1])}


def test_a_gap_in_a_gene_file_never_stops_the_answers_about_other_genes() -> None:
    known = gap()
    questions = [(Subject("phenotype", name), "germline") for name in ("CYP2D6", "CYP2C19")]
    reading = Reading((genotype("CYP2D6", "*1/*1"), genotype("CYP2C19", "*2/*2")))
    found = infer(reading, questions, genes=known, terms=terms(), now=NOW)
    assert found[questions[1]].keys == ("poor metabolizer",)
    hole = found[questions[0]]
    assert (hole.keys, hole.word, hole.reason) == ((), words.INDETERMINATE, "indeterminate")


@pytest.mark.parametrize("diplotype", ["*1/*1", "*1x1/*1", "*1 / *2"])
def test_a_diplotype_without_a_phenotype_in_the_file_is_refused_and_never_guessed(diplotype: str) -> None:
    with pytest.raises(InputError) as refused:
        meaning_of(gap()["CYP2D6"], diplotype)
    assert refused.value.code == "no-phenotype-table"
    pairs = genes()["CYP2C19"]
    with pytest.raises(InputError) as refused:
        meaning_of(replace(pairs, phenotype_of={}), diplotype)
    assert refused.value.code == "no-phenotype-table"
    holes = {**genes(), "CYP2C19": replace(pairs, phenotype_of={})}
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", diplotype), known=holes).word == words.INDETERMINATE


def test_a_gene_without_a_table_contradicts_nothing() -> None:
    name = next(name for name, gene in genes().items() if gene.method == "none" and gene.functions)
    first = next(iter(table_of(genes()[name]).own))
    answer = ask("phenotype", name, genotype(name, f"{first}/{first}"))
    assert (answer.word, answer.reason) == (words.INDETERMINATE, "indeterminate")


def test_pg10_an_older_table_goes_back_to_where_it_has_all_alleles_and_a_phenotype() -> None:
    known = genes()["CYP2C19"]
    normal, none = "Normal function", "No function"
    changes = {
        "2020-01-01": {"*2": (none, none)},
        "2019-01-01": {"*2": ("no such function", none)},
        "2018-01-01": {"*2": (normal, "x")},
        "2017-01-01": {"*2": ("", normal)},
        "2016-01-01": {"*2": (normal, "")},
    }
    table = table_of(replace(known, changes=changes))
    told = [(date, before.phenotype) for date, before in older_meanings(table, ("*1", "*2"))]
    assert told == [("2020-01-01", "intermediate metabolizer"), ("2018-01-01", "normal metabolizer")]


# Shown contradictions


def test_a_diplotype_and_variants_that_mean_something_else_are_shown_as_a_contradiction_of_values() -> None:
    (one,) = shown(genotype("CYP2C19", "*1/*1"), site("rs4244285", "homozygous"))
    assert (one.status, one.reason) == ("present", None) or one.reason == "value-conflict"
    assert one.reason == "value-conflict"
    assert "phenotype_both" not in one.value


def test_typings_that_are_not_exact_or_not_there_contradict_nothing() -> None:
    first = allele("HLA-B*57:01", at="a", both=True)
    assert shown(first, allele("HLA-B*57", at="b", both=True)) == ()
    assert shown(first, allele("HLA-B*58:01", status="absent", at="b")) == ()
    assert len(shown(first, allele("HLA-B*58:01", at="b", both=True))) == 1


def marker(result: Any, at: str, **more: Any) -> Finding:
    return finding("biomarker", "MSI", {"result": result}, at=at, source_class="somatic", **more)


def test_t25_a_marker_that_changed_is_shown_with_its_newest_result_and_an_unchanged_one_is_not() -> None:
    (one,) = shown(marker("high", "a", date="2025-01-01"), marker("stable", "b", date="2026-01-01"))
    assert (one.value["current"], one.reason) == ("stable", None)
    assert shown(marker("high", "a", date="2025-01-01"), marker("high", "b", date="2026-01-01")) == ()
    (one,) = shown(marker("high", "a", date="2025-01-01"), marker("stable", "b", date="2025-01-01"))
    assert ("current" in one.value, one.reason) == (False, "value-conflict")
    assert shown(marker(Decimal(1), "a"), marker("high", "b")) == ()
    assert shown(replace(marker("high", "a"), subject=None), marker("stable", "b")) == ()


# Measurements


def lab(at: str, unit: str | None = "mmol/L", **value: Any) -> Finding:
    date = value.pop("date", None)
    return finding("laboratory", "potassium", value, at=at, unit=unit, date=date)


def test_a_number_with_a_sign_that_nobody_knows_is_not_read() -> None:
    answer = ask("laboratory", "potassium", lab("a", quantity=Decimal(5), comparator="~"))
    assert (answer.word, answer.reason) == (words.UNREADABLE, "value-unreadable")


def test_a_measurement_known_by_words_only_is_marked() -> None:
    known = replace(lab("a", quantity=Decimal(5)), matched="name")
    assert ask("laboratory", "potassium", known).by_name
    assert not ask("laboratory", "potassium", replace(known, matched="code")).by_name
    both = ask("laboratory", "potassium", known, replace(known, matched="code", source=lab("b").source))
    assert not both.by_name


def test_a_measurement_without_number_or_words_is_not_read() -> None:
    answer = ask("laboratory", "potassium", lab("a", loinc="x"))
    assert (answer.word, answer.reason) == (words.UNREADABLE, "value-unreadable")
    assert ask("laboratory", "potassium", lab("a", score="high")).keys == ("high",)


def test_a_measurement_that_no_code_gives_a_unit_is_compared_in_its_own() -> None:
    one = finding("laboratory", "an analyte", {"quantity": Decimal(5)}, unit="mmol/L", at="a")
    answer = ask("laboratory", "an analyte", one)
    assert [key.unit for key in answer.keys if not isinstance(key, str)] == ["mmol/L"]


def test_a_marker_of_plasma_never_replaces_one_of_tissue() -> None:
    old = finding("biomarker", "TMB", {"quantity": Decimal(20)}, at="a", unit="mut/Mb", date="2025-01-01",
                  specimen="tissue", source_class="somatic")  # fmt: skip
    new = replace(old, value={"quantity": Decimal(2)}, date="2026-01-01", source=marker("x", "b").source)
    assert len(ask("biomarker", "TMB", old, new, origin="somatic").keys) == 1
    answer = ask("biomarker", "TMB", old, replace(new, specimen="plasma"), origin="somatic")
    assert answer.word == words.CONFLICTING
    assert len(answer.alternatives) == 2


# Positions


def test_a_variant_result_that_is_no_record_names_no_position() -> None:
    text = finding("variant", "CYP2C19", "rs4244285", source_class="germline")
    assert ask("phenotype", "CYP2C19", text, genotype("CYP2C19", "*1/*1")).keys == ("normal metabolizer",)


def test_bases_alone_are_never_read_as_the_alleles_of_an_inferred_site() -> None:
    name = next(name for name, gene in genes().items() if gene.extra.get("site", {}).get("inferred"))
    place = genes()[name].extra["site"]
    base = next(iter(place["bases"]))
    assert ask("phenotype", name, genotype(name, f"{base}/{base}")).word == words.UNREADABLE
    named = ask("phenotype", name, genotype(name, f"{place['id']} {base}/{base}"))
    assert named.keys != ()
    assert f"inferred from {place['id']}" in named.notes


def test_a_variant_of_a_gene_that_stands_for_no_allele_adds_none() -> None:
    known = variant("DPYD", {"c": "c.1905+1G>A", "zygosity": "heterozygous"}, source_class="germline", at="a")
    other = variant("DPYD", {"c": "c.9999A>G", "zygosity": "heterozygous"}, source_class="germline", at="b")
    alone = ask("phenotype", "DPYD", other)
    assert alone.keys == ()
    assert ask("phenotype", "DPYD", known, other).keys == ask("phenotype", "DPYD", known).keys


def test_coverage_of_another_gene_proves_nothing() -> None:
    known = variant("DPYD", {"c": "c.1905+1G>A", "zygosity": "heterozygous"}, source_class="germline", at="a")
    here = finding("coverage", None, {"genes": ("DPYD",)}, at="c")
    for aside in (
        finding("coverage", None, {"genes": ("TPMT",)}, at="c"),
        replace(here, status="indeterminate"),
        finding("coverage", None, "DPYD", at="c"),
    ):
        assert ask("phenotype", "DPYD", known, aside).keys == ask("phenotype", "DPYD", known).keys
    assert ask("phenotype", "DPYD", known, aside, here).keys == ("intermediate metabolizer",)


def test_a_conclusion_about_a_variant_that_does_not_count_adds_nothing_to_it() -> None:
    result = variant("BRCA1", {"c": "NM_007294.4:c.68_69del"}, source_class="germline", at="a")
    row = {"row": "significance", "variant": ("Observation/a",), "significance": "pathogenic"}
    says = variant("BRCA1", row, source_class="germline", at="b")
    asked = "BRCA1 pathogenic variant"
    assert ask("variant", asked, result, says).keys == ("present",)
    assert ask("variant", asked, result, replace(says, status="ignored", reason="void-status")).keys == ()
    lost = replace(says, value={"row": "significance", "significance": "pathogenic"}, status="indeterminate")
    assert ask("variant", asked, replace(lost, reason="gene-unresolved")).word == words.UNREADABLE


def test_the_same_results_in_another_order_are_the_same_answer() -> None:
    one = variant("BRAF", {"p": "p.Val600Glu"}, at="a")
    other = replace(one, value={"row": "variant", "p": "p.Val600Lys"})
    for subject in ("BRAF p.Val600Glu", "BRAF p.Val600Lys"):
        assert ask("variant", subject, one, other, origin="somatic") == ask(
            "variant", subject, other, one, origin="somatic"
        )


@pytest.mark.parametrize(
    ("bases", "told", "carried"),
    [
        ("C/C", "rs2108622 T negative", "absent"),
        ("C/T", "rs2108622 T positive", "present"),
        ("T/T", "rs2108622 T positive", "present"),
        ("A/G", "rs2108622 T positive", "present"),
    ],
)
def test_bases_of_the_deciding_variant_are_alleles_of_their_gene(bases: str, told: str, carried: str) -> None:
    result = genotype("CYP4F2", f"rs2108622 {bases}")
    assert ask("phenotype", "CYP4F2", result).keys == (told,)
    assert ask("allele", "CYP4F2 rs2108622 T", result).keys == (carried,)


def test_a_test_that_is_ordered_again_is_told_beside_an_allele_that_is_on_file() -> None:
    on_file = {
        "HLA-B*57:01": allele("HLA-B*57:01"),
        "F5 Factor V Leiden": genotype("F5", "Factor V Leiden/Factor V Leiden"),
        "CYP2C9*3": genotype("CYP2C9", "*1/*3"),
    }
    for name, result in on_file.items():
        gene = name.partition("*")[0].partition(" ")[0]
        again = finding("test_order", gene, {}, at="order")
        assert "ordered-again" in ask("allele", name, result, again).notes
        assert "ordered-again" not in ask("allele", name, result, finding("test_order", "TPMT", {})).notes


def test_every_diplotype_that_a_text_leaves_open_is_told_in_normal_form() -> None:
    reading = read_diplotype(table_of(genes()["CYP2D6"]), "(*4/*1)x3")
    assert reading.text == "*1x2/*4 or *1/*4x2"
    assert read_diplotype(table_of(genes()["CYP2D6"]), "*4/*1").text == "*1/*4"


@pytest.mark.parametrize("text", ["*99:99 positive", "*57:01 maybe", "*57:01"])
def test_a_status_counts_only_for_an_allele_that_the_file_lists(text: str) -> None:
    gene = genes()["HLA-B"]
    known = f"{gene.listed_alleles[0]} positive"
    assert meaning_of(gene, known).phenotype == known
    with pytest.raises(InputError):
        meaning_of(gene, text)


def test_a_stated_diplotype_is_never_completed_from_its_variants() -> None:
    stated = genotype("DPYD", "c.2846A>T/Reference", at="a")
    seen = variant("DPYD", {"c": "c.2846A>T", "zygosity": "heterozygous"}, source_class="germline", at="b")
    answer = ask("phenotype", "DPYD", stated, seen)
    assert answer.keys == ("intermediate metabolizer",)
    assert not {"one allele stated", "presumed on different copies"} & set(answer.notes)
    assert answer.text == ask("phenotype", "DPYD", stated).text


def test_one_allele_alone_is_no_diplotype_that_contradicts_anything() -> None:
    one = finding("haplotype", "CYP2C19", {"allele": "*2"})
    assert shown(one, phenotype("CYP2C19", "normal metabolizer")) == ()
    assert len(shown(genotype("CYP2C19", "*2/*2"), phenotype("CYP2C19", "normal metabolizer"))) == 1


def test_a_range_leaves_a_measurement_open_and_says_why() -> None:
    answer = ask("laboratory", "potassium", lab("a", low=Decimal(4), high=Decimal(6)))
    assert (len(answer.keys), answer.reason) == (1, "value-straddles-threshold")
    assert ask("laboratory", "potassium", lab("a", quantity=Decimal(4))).reason is None


def test_of_two_variants_on_one_copy_the_more_severe_counts() -> None:
    read = read_allele(table_of(genes()["DPYD"]), "c.2846A>T; c.1905+1G>A (*2A)")
    assert read is not None and read.options == ("c.1905+1G>A (*2A)",)
    assert read.notes == ("c.2846A>T, c.1905+1G>A (*2A) on one copy: c.1905+1G>A (*2A) counts",)
    stars = read_allele(table_of(genes()["DPYD"]), "*2A; *13")
    assert stars is not None and stars.options == ()


def test_a_gene_without_a_table_is_refused_for_that() -> None:
    name = next(name for name, gene in genes().items() if gene.method == "none" and gene.functions)
    first = next(iter(genes()[name].functions))
    with pytest.raises(InputError, match="has no table from diplotype to phenotype"):
        meaning_of(genes()[name], f"{first} / {first}")


def test_an_allele_that_the_table_lacks_stays_in_the_text_of_its_diplotype() -> None:
    for text in ("*999/*1", "*1/*999"):
        reading = read_diplotype(table_of(genes()["CYP2D6"]), text)
        assert (reading.text, reading.unknown) == ("*1/*999", ("*999",))
    assert read_diplotype(table_of(genes()["CYP2D6"]), "*998/*999").unknown == ("*998", "*999")


def test_two_alleles_of_a_gene_with_one_copy_leave_open_which_one_it_is() -> None:
    gene = next(gene for gene in genes().values() if gene.method == "one-copy")
    assert gene.reference is not None
    risk = next(name for name, function in gene.functions.items() if function != gene.functions[gene.reference])
    both = [finding("haplotype", gene.symbol, {"allele": name}) for name in (gene.reference, risk)]
    answer = ask("phenotype", gene.symbol, *both)
    assert (len(answer.keys), answer.reason) == (2, "phase-ambiguous")


def test_a_phenotype_and_a_score_that_differ_are_a_mismatch_and_two_scores_a_conflict() -> None:
    word, number = phenotype("CYP2D6", "poor metabolizer"), finding("activity_score", "CYP2D6", "2.0")
    answer = ask("activity_score", "CYP2D6", word, number)
    assert (answer.word, answer.reason) == (words.CONFLICTING, "genotype-phenotype-mismatch")
    answer = ask("activity_score", "CYP2D6", number, finding("activity_score", "CYP2D6", "1.0"))
    assert (answer.word, answer.reason) == (words.CONFLICTING, "conflict")


def test_a_base_that_the_file_does_not_list_is_no_allele() -> None:
    gene = genes()["CYP4F2"]
    few = {**gene.extra["site"], "bases": {"C": "rs2108622 C", "T": "rs2108622 T"}}
    known = {**genes(), "CYP4F2": replace(gene, extra={**gene.extra, "site": few})}
    assert ask("phenotype", "CYP4F2", genotype("CYP4F2", "rs2108622 C/T"), known=known).keys == (
        "rs2108622 T positive",
    )
    assert ask("phenotype", "CYP4F2", genotype("CYP4F2", "rs2108622 C/G"), known=known).keys == ()


def test_an_allele_belongs_to_the_locus_that_its_result_states() -> None:
    value = {"allele": "HLA-B*57:01", "locus": "HLA-B", "as_stated": "B*57:01"}
    stated = Finding("allele", "B*57:01", value, allele("x").source)
    assert ask("allele", "HLA-B*57:01", stated).keys == ("present",)
    elsewhere = replace(stated, value={**value, "locus": "HLA-C"})
    assert ask("allele", "HLA-B*57:01", elsewhere).keys == ()


def test_two_assays_of_one_marker_that_differ_are_no_change_with_time() -> None:
    one = replace(marker("high", "a", date="2025-01-01"), value={"result": "high", "assay": "IHC"})
    other = replace(marker("stable", "b", date="2026-01-01"), value={"result": "stable", "assay": "PCR"})
    assert shown(one, other) == ()
    assert len(shown(one, replace(other, value={"result": "stable", "assay": "IHC"}))) == 1


def test_a_typing_under_the_name_of_its_locus_counts_by_the_allele_that_it_states() -> None:
    def under_locus(name: str, at: str, **more: Any) -> Finding:
        return replace(allele(name, at=at, **more), subject="HLA-B")

    assert ask("allele", "HLA-B*57:01", under_locus("HLA-B*57:01", "a")).keys == ("present",)
    first = under_locus("HLA-B*57:01", "a", both=True), under_locus("HLA-B*07:02", "a", both=True)
    same = under_locus("HLA-B*57:01", "b", both=True), under_locus("HLA-B*07:02", "b", both=True)
    other = under_locus("HLA-B*57:01", "b", both=True), under_locus("HLA-B*58:01", "b", both=True)
    assert shown(*first, *same) == ()
    (one,) = shown(*first, *other)
    assert one.value["between"] == ("HLA-B*07:02 + HLA-B*57:01", "HLA-B*57:01 + HLA-B*58:01")


def test_a_phenotype_that_stands_for_several_scores_leaves_the_score_open_and_says_why() -> None:
    several = ask("activity_score", "CYP2D6", phenotype("CYP2D6", "intermediate metabolizer"))
    assert (len(several.keys) > 1, several.reason) == (True, "indeterminate")
    one = ask("activity_score", "CYP2D6", phenotype("CYP2D6", "poor metabolizer"))
    assert (one.keys, one.reason) == (("0.0",), None)


def test_a_variant_told_by_its_number_or_place_alone_is_the_allele_that_it_defines() -> None:
    fresh = {**genes(), "DPYD": replace(genes()["DPYD"])}
    definitions = fresh["DPYD"].extra["definitions"]
    (number,) = definitions["c.1905+1G>A (*2A)"].split()
    place = fresh["DPYD"].extra["positions"][number][0]
    covered = finding("coverage", None, {"genes": ("DPYD",)}, at="coverage")
    for told in ({"ids": (number,)}, {"g": place}, {"c": "c.1905+1G>A"}):
        carried = variant("DPYD", {**told, "zygosity": "heterozygous"}, source_class="germline", at="a")
        assert ask("phenotype", "DPYD", carried, covered, known=fresh).keys == ("intermediate metabolizer",)


@pytest.mark.parametrize("kind", ["genotype", "haplotype"])
def test_one_allele_that_the_table_lacks_is_never_told_as_no_result(kind: str) -> None:
    stated = genotype("CYP2C19", "*999") if kind == "genotype" else finding("haplotype", "CYP2C19", {"allele": "*999"})
    answer = ask("phenotype", "CYP2C19", stated)
    assert (answer.keys, answer.word, answer.reason) == ((), words.UNREADABLE, "unknown-allele")


def test_of_two_phenotypes_beside_a_diplotype_the_one_that_contradicts_it_is_named() -> None:
    (one,) = shown(
        genotype("CYP2C19", "*1/*1"),
        phenotype("CYP2C19", "normal metabolizer", at="a"),
        phenotype("CYP2C19", "poor metabolizer", at="b"),
    )
    assert one.value["between"][1] == "reported phenotype poor metabolizer"
    assert shown(genotype("CYP2C19", "*1/*1"), phenotype("CYP2C19", "normal metabolizer", at="a")) == ()


def test_copies_that_are_not_assigned_hide_no_allele_that_the_table_lacks() -> None:
    table = table_of(genes()["CYP2D6"])
    for text in ("(*1/*998)x3", "*1/*998 DUP"):
        assert read_diplotype(table, text).unknown == ("*998",)
    assert read_diplotype(table, "(*1/nonsense)x3").problem == "not-a-diplotype"


@pytest.mark.parametrize(
    "spdi", ["NC_000010.11:94781858:GG:A", "NC_000010.11:94781858:G:AA", "NC_000010.11:94781858::A"]
)
def test_only_an_exchange_of_one_base_is_a_position_with_a_new_base(spdi: str) -> None:
    one = variant("CYP2C19", {"spdi": spdi}, source_class="germline")
    assert list(positions(one)) == []
    exchange = variant("CYP2C19", {"spdi": "NC_000010.11:94781858:G:A"}, source_class="germline")
    assert list(positions(exchange)) == ["NC_000010.11:g.94781859G>A"]


def test_the_transcript_of_a_coding_name_tells_the_gene_that_the_result_does_not() -> None:
    asked = "BRAF p.Val600Glu"
    of_transcript = variant(None, {"c": "NM_004333.4:c.1799T>A"})
    assert ask("variant", asked, of_transcript, origin="somatic").keys == ("present",)
    assert ask("variant", asked, variant(None, {"c": "c.1799T>A"}), origin="somatic").keys == ()


@pytest.mark.parametrize("word", ["poor function", "absent function"])
def test_a_function_is_shown_against_the_diplotype_whether_or_not_the_gene_has_it(word: str) -> None:
    (one,) = shown(genotype("SLCO1B1", "*1/*1"), phenotype("SLCO1B1", word))
    assert (one.status, one.reason) == ("conflicting", "phenotype-conflict")
    assert one.value["between"] == ("diplotype *1/*1 (normal function)", f"reported phenotype {word}")


def test_the_last_part_of_a_symbol_is_left_out_only_in_front_of_a_star() -> None:
    # A symbol that no file has: nothing is remembered of it.
    assert without_symbol("XYZ-Q", "Q*57:01") == "*57:01"
    assert without_symbol("XYZ-Q", "XYZ-Q*57:01") == "*57:01"
    for text in ("Q57:01", "RQ*57:01", "Z-Q*57:01"):
        assert without_symbol("XYZ-Q", text) == text


def test_a_sub_allele_that_the_table_lacks_is_told_by_the_name_of_its_core() -> None:
    table = table_of(genes()["CYP2D6"])
    for stated, told in (("*999.001", "*999"), ("*999", "*999")):
        found = read_allele(table, stated)
        assert found is not None and (found.options, found.unknown) == ((), told)


@pytest.mark.parametrize(("zygosity", "holds"), [(None, False), ("heterozygous", False), ("homozygous", True)])
def test_an_allele_is_sure_to_have_its_own_position_on_every_copy(zygosity: str | None, holds: bool) -> None:
    # A table of its own, so that its definitions are read anew.
    fresh = {**genes(), "CYP2C19": replace(genes()["CYP2C19"])}
    found = site("rs4244285", zygosity) if zygosity else site("rs4244285", status="absent")
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2"), found, known=fresh)
    assert ("diplotype-variant-conflict" in answer.notes) is not holds


def test_a_diplotype_that_cannot_be_compared_with_its_positions_contradicts_none() -> None:
    carried = site("rs4244285", "homozygous")
    unknown = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*999"), carried)
    assert (unknown.word, unknown.reason) == (words.UNREADABLE, "unknown-allele")
    one = ask("phenotype", "CYP2C19", finding("haplotype", "CYP2C19", {"allele": "*2"}), carried)
    for answer in (unknown, one):
        assert "diplotype-variant-conflict" not in answer.notes
