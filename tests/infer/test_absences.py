"""How far an absence reaches, what plasma proves, answers of several genes: nothing is excluded that was not seen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmcds.infer.blank import remember
from pmcds.infer.donors import by_donor
from pmcds.infer.variant_table import listed_gene
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading
from pmcds.model.genes import Gene
from tests.infer import support
from tests.infer.support import NOW, finding, genes, genotype, terms, variant


def ask(name: str, *findings: Finding, origin: str | None = "somatic", **more: Any) -> Answer:
    return support.ask("variant", name, *findings, origin=origin, **more)


def nothing(gene: str, **value: Any) -> Finding:
    more = {key: value.pop(key) for key in ("specimen", "at") if key in value}
    return variant(gene, {"scope": "gene", **value}, status="absent", **more)


# Several genes


def test_one_of_several_genes_is_enough_and_all_are_needed_to_exclude() -> None:
    asked = "AKT1 oncogenic mutation, or one of PTEN"
    there = variant("PTEN", {"p": "p.Arg130Gly", "significances": ("pathogenic",)}, at="a")
    assert ask(asked, there).keys == ("present",)
    assert ask(asked, there, nothing("AKT1")).keys == ("present",)
    assert ask(asked, nothing("AKT1")).keys == ()
    both = ask(asked, nothing("AKT1", at="a"), nothing("PTEN", at="b"))
    assert (both.keys, len(both.sources)) == (("absent",), 2)


def test_of_several_genes_that_are_open_the_weightiest_reason_is_told() -> None:
    asked = "AKT1 oncogenic mutation, or one of PTEN"
    unread = variant("PTEN", {"p": "p.Arg130Gly"}, status="indeterminate", reason="value-unreadable")
    assert ask(asked, unread, nothing("AKT1")).reason == "value-unreadable"
    assert ask(asked, nothing("AKT1")).reason == "no-result"
    hidden = variant("PTEN", None, status="withheld", reason="withheld")
    assert ask(asked, hidden).word == words.WITHHELD
    torn = (variant("AKT1", {"p": "p.Glu17Lys", "significances": ("pathogenic",)}, at="a"), nothing("AKT1", at="b"))
    assert ask(asked, *torn, unread).word == words.CONFLICTING


def test_an_answer_of_several_genes_is_by_name_only_if_all_that_speaks_is() -> None:
    asked = "BRCA1 pathogenic variant of BRCA1 or BRCA2"
    by_code = variant("BRCA1", {"c": "c.68_69del", "significances": ("pathogenic",)}, at="a", matched="code")
    by_name = variant("BRCA2", {"c": "c.5946del", "significances": ("pathogenic",)}, at="b", matched="name")
    assert not ask(asked, by_code, by_name).by_name
    assert ask(asked, by_name).by_name


# One kind of result while nothing is known of the other

TUMOR = "BRCA2 pathogenic tumor variant without a germline result"


def tumor_variant(**more: Any) -> Finding:
    return variant("BRCA2", {"c": "c.5946del", "significances": ("pathogenic",)}, at="tumor", **more)


def inherited(status: str = "present", **more: Any) -> Finding:
    value = {"scope": "gene"} if status == "absent" else {"c": "c.5946del", "significances": ("pathogenic",)}
    return variant("BRCA2", value, source_class="germline", at="germline", status=status, **more)


def test_a_tumor_variant_asks_for_a_germline_test_only_while_there_is_no_germline_result() -> None:
    assert ask(TUMOR, tumor_variant(specimen="tissue")).keys == ("present",)
    for known in (inherited(), inherited("absent")):
        assert ask(TUMOR, tumor_variant(specimen="tissue"), known).keys == ("absent",)
    assert ask(TUMOR).keys == ()


def test_a_germline_result_that_decides_nothing_leaves_the_finding_open() -> None:
    early = inherited(reason="result-not-final")
    found = ask(TUMOR, tumor_variant(specimen="tissue"), replace(early, status="indeterminate"))
    assert (found.keys, found.word) == ((), words.INDETERMINATE)


@pytest.mark.parametrize(
    "waiting", [finding("test_order", "BRCA2", {}), inherited(status="indeterminate", reason="result-pending")]
)
def test_a_germline_result_on_its_way_is_waited_for_before_another_test_is_asked_for(waiting: Finding) -> None:
    found = ask(TUMOR, tumor_variant(specimen="tissue"), waiting)
    assert (found.keys, found.word, found.reason) == ((), words.UNKNOWN, "result-pending")


def test_what_is_only_known_to_be_of_the_germline_is_no_tumor_result() -> None:
    found = ask(TUMOR, inherited(status="indeterminate", reason="result-not-final"))
    assert (found.word, found.reason) == (words.UNKNOWN, "no-result")


# Plasma


def test_cfdna_negative_in_plasma_only_is_present_while_nothing_else_is_known() -> None:
    asked = "EGFR negative in plasma only"
    plasma, tissue = nothing("EGFR", specimen="plasma", at="a"), nothing("EGFR", specimen="tissue", at="b")
    assert ask(asked, plasma).keys == ("present",)
    assert ask(asked, plasma, tissue).keys == ("absent",)
    assert ask(asked, plasma, variant("EGFR", {"p": "p.Leu858Arg"}, specimen="plasma", at="c")).keys == ("absent",)
    assert ask(asked).reason == "no-result"
    assert ask("EGFR p.Leu858Arg", plasma).keys == ()
    assert ask("EGFR p.Leu858Arg", tissue).keys == ("absent",)


def test_a_variant_of_plasma_is_asked_for_in_plasma_only() -> None:
    asked = "ASXL1 mutation in plasma"
    there = {"p": "p.Gly646TrpfsTer12"}
    assert ask(asked, variant("ASXL1", there, specimen="plasma")).keys == ("present",)
    assert ask(asked, variant("ASXL1", there, specimen="tissue")).keys == ("absent",)
    assert ask(asked, nothing("ASXL1", specimen="plasma")).keys == ("absent",)


# Scope


def structural(scope: str, row: str, gene: str = "ALK", **value: Any) -> Finding:
    return variant(gene, {"row": row, "scope": scope, **value}, status="absent")


def test_vr7_a_test_for_small_variants_proves_no_absence_of_a_fusion_and_the_other_way_round() -> None:
    assert ask("ALK rearrangement", nothing("ALK")).keys == ()
    assert ask("ALK p.Leu1196Met", nothing("ALK")).keys == ("absent",)
    fusions = structural("gene", "fusion")
    assert ask("ALK rearrangement", fusions).keys == ("absent",)
    assert ask("ALK p.Leu1196Met", fusions).keys == ()
    copies = structural("gene", "copy-number", "ERBB2")
    assert ask("ERBB2 amplification", copies).keys == ("absent",)
    assert ask("ERBB2 mutation", copies).keys == ()


def test_the_absence_of_a_fusion_with_one_partner_says_nothing_about_another() -> None:
    bcr = structural("gene", "fusion", "ABL1", genes=("BCR", "ABL1"))
    assert ask("ABL1 BCR::ABL1", bcr).keys == ("absent",)
    other = structural("gene", "fusion", "ABL1", genes=("ETV6", "ABL1"))
    assert ask("ABL1 BCR::ABL1", other).keys == ()
    assert ask("ALK rearrangement", structural("gene", "fusion", "ALK", genes=("EML4", "ALK"))).keys == ()


def many_copies() -> dict[str, Gene]:
    met = genes()["MET"]
    return {**genes(), "MET": replace(met, variants={**met.variants, "ten copies": {"copies": "10"}})}


def test_a_number_of_copies_is_never_excluded_by_a_test_for_small_variants() -> None:
    known = many_copies()
    assert ask("MET ten copies", nothing("MET"), known=known).keys == ()
    assert ask("MET ten copies", finding("coverage", None, {"genes": ("MET",)}), known=known).keys == ()
    assert ask("MET ten copies", structural("gene", "copy-number", "MET"), known=known).keys == ("absent",)
    assert ask("MET ten copies", variant("MET", {"copies": Decimal(12)}), known=known).keys == ("present",)
    assert ask("MET ten copies", variant("MET", {"copies": Decimal(9)}), known=known).keys != ("present",)


def test_an_absence_in_a_region_reaches_the_categories_of_that_region_only() -> None:
    exon = variant("EGFR", {"scope": "region", "dna_region": ("Exon 19",)}, status="absent")
    assert ask("EGFR exon 19 deletion", exon).keys == ("absent",)
    assert ask("EGFR exon 20 insertion", exon).keys == ()
    assert ask("EGFR p.Leu858Arg", exon).keys == ()
    assert ask("EGFR exon 19 deletion", variant("EGFR", {"scope": "region"}, status="absent")).keys == ()


def test_the_absence_of_a_category_in_words_covers_the_category_and_its_single_members() -> None:
    words_only = variant("EGFR", {"text": "EGFR exon 19 deletion"}, status="absent")
    assert ask("EGFR exon 19 deletion", words_only).keys == ("absent",)
    assert ask("EGFR exon 20 insertion", words_only).keys == ()
    assert ask("EGFR p.Glu746_Ala750del", words_only).keys == ("absent",)
    assert ask("EGFR something unclear", words_only).keys == ()


@pytest.mark.parametrize(
    ("gene", "told", "asked"),
    [
        ("EGFR", "exon 19 deletion", "exon 19 deletion or L858R"),
        ("EGFR", "exon 19 deletion", "exon 19 deletion, L858R or exon 20 insertion"),
        ("EGFR", "exon 19 deletion", "exon 20 insertion"),
        ("EGFR", "exon 19 deletion", "driver mutation"),
        ("EGFR", "G719X", "G719X, S768I or L861Q"),
        ("BRAF", "V600", "V600 change, fusion or rearrangement"),
        ("FLT3", "internal tandem duplication", "internal tandem duplication or kinase domain mutation"),
        ("IDH2", "R140 mutation", "R140 or R172 mutation"),
        ("NPM1", "type A", "exon 12 mutation"),
        ("FLT3", "D835", "kinase domain mutation"),
    ],
)
def test_vr7_the_absence_of_one_way_to_belong_to_a_category_never_excludes_the_others(
    gene: str, told: str, asked: str
) -> None:
    absent = variant(gene, {"text": f"{gene} {told}"}, status="absent")
    assert ask(f"{gene} {asked}", absent).keys == ()


@pytest.mark.parametrize(
    ("gene", "told", "asked"),
    [
        ("EGFR", "ex19del", "exon 19 deletion"),
        ("EGFR", "exon 19 deletion or L858R", "exon 19 deletion or L858R"),
        ("BRAF", "V600", "V600 mutation"),
        ("FLT3", "ITD", "internal tandem duplication"),
        ("FLT3", "TKD", "kinase domain mutation"),
        ("FLT3", "D835/I836", "kinase domain mutation"),
        ("ALK", "rearrangement", "rearrangement"),
        ("KRAS", "codon 12/13", "codon 12 or 13 mutation"),
        ("BRAF", "V600E", "p.Val600Glu"),
    ],
)
def test_the_absence_of_a_category_under_any_of_its_own_names_is_an_absence_of_it(
    gene: str, told: str, asked: str
) -> None:
    assert ask(f"{gene} {asked}", variant(gene, {"text": f"{gene} {told}"}, status="absent")).keys == ("absent",)


def test_a_region_reaches_categories_that_name_it_whole() -> None:
    first = variant("EGFR", {"scope": "region", "dna_region": ("Exon 1",)}, status="absent")
    assert ask("EGFR exon 19 deletion", first).keys == ()
    exon = variant("EGFR", {"scope": "region", "dna_region": ("Exon 19",)}, status="absent")
    for wider in ("exon 19 deletion or L858R", "driver mutation"):
        assert ask(f"EGFR {wider}", exon).keys == ()


def test_the_absence_of_one_variant_excludes_that_variant_only() -> None:
    one = variant("EGFR", {"p": "p.Leu858Arg"}, status="absent")
    assert ask("EGFR p.Leu858Arg", one).keys == ("absent",)
    assert ask("EGFR driver mutation", one).keys == ()
    assert ask("EGFR p.Leu861Gln", one).keys == ()


def test_a_coverage_statement_proves_absence_of_small_variants_in_a_whole_gene_only() -> None:
    whole = finding("coverage", None, {"genes": ("EGFR",)})
    found = ask("EGFR p.Leu858Arg", whole)
    assert found.keys == ("absent",) and "absent within the coverage stated" in found.notes
    for part in ("regions", "ranges-examined", "mutations-tested", "uncallable"):
        assert ask("EGFR p.Leu858Arg", finding("coverage", None, {"genes": ("EGFR",), part: "x"})).keys == ()
    assert ask("ALK rearrangement", finding("coverage", None, {"genes": ("ALK",)})).keys == ()
    assert ask("MET exon 14 skipping", finding("coverage", None, {"genes": ("MET",)})).keys == ()
    plasma = nothing("EGFR", specimen="plasma")
    assert ask("EGFR p.Leu858Arg", whole, plasma).keys == ()


# Names that no file lists


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("EGFR fusion", {"row": "fusion", "text": "EGFR fusion"}),
        ("EGFR amplification", {"text": "EGFR amplification"}),
        ("EGFR exon 5 deletion", {"text": "EGFR exon 5 deletion"}),
        ("EGFR p.Gly12Cys", {"p": "p.Gly12Cys"}),
    ],
)
def test_a_variant_that_no_file_names_is_compared_by_its_own_name(asked: str, told: dict[str, Any]) -> None:
    assert ask(asked, variant("EGFR", told)).keys in (("present",), ())
    assert ask(asked, variant("EGFR", {"p": "p.Gly719Ala"})).keys != ("present",)


def test_ve08_a_variant_whose_names_contradict_each_other_counts_only_for_what_both_say() -> None:
    torn = variant("BRAF", {"p": "p.Val600Glu", "c": "c.1799T>G"})
    assert ask("BRAF p.Val600Glu", torn).keys == ()
    assert ask("BRAF p.Val600Glu", torn).word == words.INDETERMINATE
    fine = variant("BRAF", {"p": "p.Val600Glu", "c": "c.1799T>A"})
    assert ask("BRAF p.Val600Glu", fine).keys == ("present",)


def test_another_exchange_of_the_same_residue_in_the_tumor_excludes_the_one_that_is_asked_for() -> None:
    assert ask("BRAF p.Val600Glu", variant("BRAF", {"p": "p.Val600Lys"}, specimen="tissue")).keys == ("absent",)
    assert ask("BRAF p.Val600Glu", variant("BRAF", {"p": "p.Val600Lys"}, specimen="plasma")).keys == ()
    assert ask("BRAF p.Val600Glu", variant("BRAF", {"p": "p.Lys601Glu"}, specimen="tissue")).keys == ()


# Time


def test_mg2_of_acquired_variants_the_newest_of_each_specimen_class_counts() -> None:
    old = variant("EGFR", {"p": "p.Thr790Met"}, date="2025-01-01", specimen="tissue", at="a")
    gone = variant("EGFR", {"p": "p.Thr790Met"}, status="absent", date="2026-01-01", specimen="tissue", at="b")
    asked = "EGFR p.Thr790Met"
    found = ask(asked, old, gone)
    assert (found.keys, "an older result differs" in found.notes) == (("absent",), True)
    assert ask(asked, replace(old, date="2026-02-01"), gone).keys == ("present",)
    assert ask(asked, old, replace(gone, date="2025-01-01")).word == words.CONFLICTING
    assert ask(asked, old, replace(gone, specimen="plasma")).keys == ("present",)
    germline = [replace(one, source_class="germline") for one in (old, gone)]
    assert ask(asked, *germline, origin="germline").word == words.CONFLICTING


def test_a_variant_whose_place_alone_is_told_may_be_the_one_that_is_asked_for() -> None:
    coding = variant("BRAF", {"c": "NM_999999.1:c.1799T>A"})
    assert (ask("BRAF p.Val600Glu", coding).keys, ask("BRAF p.Val600Glu", coding).word) == ((), words.INDETERMINATE)
    bare = variant("BRAF", {})
    assert ask("BRAF p.Val600Glu", bare).reason == "indeterminate"


def test_wild_type_is_the_absence_of_the_whole_gene_and_any_change_the_opposite() -> None:
    changed, whole = variant("KRAS", {"p": "p.Gly12Cys"}, at="a"), nothing("KRAS", at="b")
    assert ask("KRAS wild type", whole).keys == ("present",)
    assert ask("KRAS wild type", changed).keys == ("absent",)
    assert ask("KRAS wild type", changed, whole).word == words.CONFLICTING
    one = variant("KRAS", {"p": "p.Gly12Cys", "scope": "variant"}, status="absent")
    assert ask("KRAS wild type", one).keys == ()


# Places and what is said of a variant


def test_a_variant_told_by_its_place_alone_is_the_gene_that_lists_the_place() -> None:
    place = next(
        form
        for spec in genes()["BRAF"].variants.values()
        for form in spec.get("same", ())
        if ":g." in form and form.count(">") == 1
    )
    accession, _, change = place.partition(":g.")
    number, old, new = change[:-3], change[-3], change[-1]
    spdi = f"{accession}:{int(number) - 1}:{old}:{new}"
    told = variant(None, {"spdi": spdi})
    assert ask("BRAF p.Val600Glu", told).keys == ask("BRAF p.Val600Glu", variant(None, {"g": place})).keys
    for bad in (
        f"{accession}:{number}:{old}",
        f"{accession}:x:{old}:{new}",
        f"{accession}:{number}:{old}{old}:{new}",
        5,
    ):
        assert ask("BRAF p.Val600Glu", variant(None, {"spdi": bad})).keys != ("present",)


def test_two_genes_of_one_transcript_are_a_fusion_although_the_report_names_both() -> None:
    row = {"genes": ("EML4", "ALK"), "row": "variant"}
    result = variant("ALK", row, status="indeterminate", reason="gene-ambiguous", at="a")
    says = variant(None, {"row": "consequence", "variant": ("Observation/a",), "fusion": True}, at="b")
    assert ask("ALK rearrangement", result, says).keys == ("present",)
    assert ask("ALK rearrangement", result).keys == ()
    clear = variant("ALK", {"genes": ("EML4", "ALK"), "row": "variant"}, at="a")
    assert ask("ALK rearrangement", clear, says).keys == ("present",)


def test_a_card_is_told_the_variant_its_specimen_and_its_share_only_where_it_is_there() -> None:
    found = ask(
        "EGFR exon 19 deletion",
        variant("EGFR", {"p": "p.Glu746_Ala750del", "vaf": Decimal("0.125")}, specimen="tissue"),
    )
    assert [note for note in found.notes if note.split(" ")[0] in ("found", "specimen", "share")] == [
        "found EGFR p.Glu746_Ala750del",
        "specimen tissue",
        "share of the reads 12.5 percent",
    ]
    of_transcript = ask("BRAF p.Val600Glu", variant("BRAF", {"c": "NM_004333.4:c.1799T>A"}))
    assert of_transcript.notes == ("found BRAF c.1799T>A",)
    absent = ask("EGFR exon 19 deletion", nothing("EGFR", specimen="tissue"))
    assert not any(note.startswith(("found", "specimen", "share")) for note in absent.notes)
    in_words = ask("ALK rearrangement", variant("ALK", {"row": "fusion", "text": "EML4::ALK fusion"}))
    assert (in_words.keys, in_words.notes) == (("present",), ("found EML4::ALK fusion",))


# Memory and other people's cells


def test_an_answer_that_rests_on_a_result_is_never_remembered() -> None:
    blank: dict[object, Answer] = {}
    source = genotype("X", "y").source
    remember(blank, "key", Answer(Subject("condition", "stroke"), ("present",), sources=(source,)))
    assert blank == {}


@pytest.mark.parametrize(
    ("event", "sample", "told"),
    [
        (None, "2026-01-01", True),
        ("2025-12-20", None, True),
        ("2020-01-01", "2026-01-01", False),
        ("2025-12-20", "2026-01-01", True),
    ],
)
def test_h16_a_transfusion_whose_date_is_not_known_may_be_before_the_sample(
    event: str | None, sample: str | None, told: bool
) -> None:
    name = next(
        name for name in ("transfusion", "blood transfusion", "red cell transfusion") if terms().brings(name) == "cells"
    )
    given = finding("condition", name, {}, date=event)
    result = genotype("CYP2C19", "*1/*1", date=sample, specimen="blood")
    (read,) = [
        one for one in by_donor(Reading((given, result)), genes(), terms(), NOW).findings if one.kind == "genotype"
    ]
    assert any("mixed" in note for note in read.notes) is told


@pytest.mark.parametrize(
    ("sample", "told"),
    [("2025-12-19", False), ("2025-12-20", True), ("2026-03-20", True), ("2026-03-21", False)],
)
def test_h16_cells_of_a_transfusion_are_in_samples_from_its_day_on_and_for_ninety_days(sample: str, told: bool) -> None:
    given = finding("condition", "blood transfusion", {}, date="2025-12-20")
    result = genotype("CYP2C19", "*1/*1", date=sample, specimen="blood")
    read = by_donor(Reading((given, result)), genes(), terms(), NOW).findings
    (own,) = [one for one in read if one.kind == "genotype"]
    assert any("mixed" in note for note in own.notes) is told


def test_another_exchange_excludes_a_category_that_lists_single_changes_under_any_names() -> None:
    braf = genes()["BRAF"]
    listed = {"any_of": ["p.Val600Glu", "p.Val600Asp"], "texts": ["one of two"], "names": ["BRAF of two"]}
    known = {**genes(), "BRAF": replace(braf, variants={**braf.variants, "two changes": listed})}
    other = variant("BRAF", {"p": "p.Val600Lys"}, specimen="tissue")
    assert ask("BRAF two changes", other, known=known).keys == ("absent",)
    wider = {**listed, "missense": ["599", "601"]}
    known = {
        **genes(),
        "BRAF": replace(braf, variants={**braf.variants, "two changes": {**wider, "missense": ["1", "2"]}}),
    }
    assert ask("BRAF two changes", other, known=known).keys == ()


def test_only_a_place_or_an_identifier_tells_the_gene_by_itself() -> None:
    assert listed_gene("rs6025", genes()) == "F5"
    bare = Gene("GENE", "HGNC:1", "variant", "none", variants={"x": {"same": ["g.100A>T", "c.5A>T", "p.Lys2Met"]}})
    assert [listed_gene(name, {"GENE": bare}) for name in ("g.100A>T", "c.5A>T", "p.Lys2Met")] == [None] * 3
    for name in ("p.Arg506Gln", "c.1691G>A", "p.Arg534Gln", "c.20210G>A", "C282Y"):
        assert listed_gene(name, genes()) is None
