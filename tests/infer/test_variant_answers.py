"""Present, absent within scope, or not known: variants of tumors and of the germline (6.1, ST-01 to ST-08, H11-H13)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmcds.infer import infer
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading
from pmcds.model.genes import Gene
from tests.infer.support import NOW, finding, genes, terms, variant
from tests.infer.test_variant_names import FILES

V600E = {"p": "p.Val600Glu", "c": "NM_004333.4:c.1799T>A"}


def ask(name: str, *findings: Finding, origin: str | None = "somatic") -> Answer:
    question = (Subject("variant", name), origin)
    return infer(Reading(findings), [question], genes=FILES, terms=terms(), now=NOW)[question]


def test_st01_a_named_variant_of_a_final_result_is_present() -> None:
    answer = ask("BRAF p.Val600Glu", variant("BRAF", V600E, date="2025-01-01"))
    assert (answer.keys, answer.text, answer.date) == (("present",), "p.Val600Glu", "2025-01-01")


def test_categories_hold_for_their_members() -> None:
    assert ask("BRAF V600", variant("BRAF", {"p": "p.Val600Arg"})).keys == ("present",)
    assert ask("EGFR exon 19 deletion", variant("EGFR", {"p": "p.Glu746_Ala750del"})).keys == ("present",)
    assert ask("EGFR exon 19 deletion", variant("EGFR", {"text": "EGFR exon 19 deletion"})).keys == ("present",)
    assert ask("EGFR exon 19 deletion", variant("EGFR", {"dna_region": ("Exon 19",), "type": "deletion"})).keys == (
        "present",
    )


@pytest.mark.parametrize(
    "change", [{"c": "NM_005228.5:c.2235_2248del"}, {"p": "p.Lys745_Glu746insIleProValAlaIleLys"}, {"p": "p.Leu747Pro"}]
)
def test_fx04_a_near_miss_neither_alerts_nor_proves_absence(change: dict[str, str]) -> None:
    answer = ask("EGFR exon 19 deletion", variant("EGFR", change))
    assert (answer.word, answer.reason) == ("indeterminate", "position-not-tested")


def test_st03_nothing_is_not_tested() -> None:
    assert ask("BRAF p.Val600Glu").reason == "no-result"
    assert ask("BRAF p.Val600Glu", variant("EGFR", {"p": "p.Leu858Arg"})).reason == "no-result"


def test_vr7_an_absence_reaches_as_far_as_its_scope() -> None:
    one = variant("BRAF", {**V600E, "scope": "variant"}, status="absent")
    assert ask("BRAF p.Val600Glu", one).keys == ("absent",)
    assert ask("BRAF V600", one).keys == ()
    assert ask("BRAF p.Val600Lys", one).keys == ()
    whole = variant("BRAF", {"scope": "gene"}, status="absent")
    for name in ("BRAF p.Val600Glu", "BRAF V600"):
        assert ask(name, whole).keys == ("absent",)
    assert ask("EGFR fusion", variant("EGFR", {"scope": "gene"}, status="absent")).keys == ()


def test_v12_the_absence_of_a_category_covers_its_members() -> None:
    none = variant("EGFR", {"text": "EGFR exon 19 deletion", "scope": "category"}, status="absent")
    assert ask("EGFR exon 19 deletion", none).keys == ("absent",)
    assert ask("EGFR p.Glu746_Ala750del", none).keys == ("absent",)
    assert ask("EGFR exon 20 insertion", none).keys == ()
    assert ask("EGFR p.Leu858Arg", none).keys == ()


def test_st04_coverage_of_the_whole_gene_proves_the_absence_of_small_variants_only() -> None:
    covered = finding("coverage", None, {"genes": ("BRAF", "EGFR")})
    assert ask("BRAF p.Val600Glu", covered).keys == ("absent",)
    assert ask("EGFR exon 19 deletion", covered, variant("EGFR", {"p": "p.Leu858Arg"})).keys == ("absent",)
    assert ask("EGFR fusion", covered).keys == ()
    part = finding("coverage", None, {"genes": ("BRAF",), "ranges-examined": ("NC_000007.14:1-2",)})
    assert ask("BRAF p.Val600Glu", part).keys == ()
    assert ask("BRAF p.Val600Glu", covered, variant("BRAF", V600E)).keys == ("present",)


def test_v15_something_in_the_gene_is_not_decisive() -> None:
    answer = ask("BRAF p.Val600Glu", variant("BRAF", {}))
    assert answer.word == "indeterminate"


def test_h28_a_coding_name_alone_is_not_told_unless_the_table_lists_it() -> None:
    assert ask("BRAF p.Val600Glu", variant("BRAF", {"c": "NM_004333.6:c.1799T>A"})).keys == ("present",)
    assert (
        ask("BRAF p.Val600Lys", variant("BRAF", {"c": "NM_004333.6:c.1798_1799delinsAA"})).reason
        == "transcript-unknown"
    )
    assert ask("BRAF p.Val600Glu", variant("BRAF", {"c": "NM_004333.6:c.1405G>C"})).reason == "position-not-tested"


@pytest.mark.parametrize(
    ("reason", "word", "line"),
    [
        ("no-call", "indeterminate", "no-call"), ("low-confidence", "indeterminate", "indeterminate"),
        ("vaf-zero", "conflicting", "conflict"), ("code-display", "conflicting", "conflict"),
        ("result-not-final", "indeterminate", "result-not-final"), ("status-unreadable", "unreadable",
        "status-unreadable"),
    ],
)  # fmt: skip
def test_findings_that_are_not_usable_decide_the_reason(reason: str, word: str, line: str) -> None:
    answer = ask("BRAF p.Val600Glu", variant("BRAF", V600E, status="indeterminate", reason=reason))
    assert (answer.word, answer.reason) == (word, line)


def test_an_unusable_finding_of_another_change_does_not_matter() -> None:
    other = variant("BRAF", {"p": "p.Lys601Glu"}, status="indeterminate", reason="no-call")
    assert ask("BRAF p.Val600Glu", other).reason == "no-call" or ask("BRAF p.Val600Glu", other).word == "unknown"
    assert ask("BRAF p.Val600Glu", other, variant("BRAF", V600E)).keys == ("present",)


@pytest.mark.parametrize(
    ("more", "origin", "wanted"),
    [
        ({"source_class": "somatic"}, "somatic", ("present", None)),
        ({"source_class": "germline"}, "somatic", ("unreadable", "source-class-mismatch")),
        ({"source_class": None}, "somatic", ("unreadable", "source-class-unknown")),
        ({"source_class": None, "specimen": "blood"}, "somatic", ("unreadable", "source-class-unknown")),
        ({"source_class": None, "specimen": "tissue"}, "somatic", ("present", None)),
        ({"source_class": None, "specimen": "plasma"}, "somatic", ("present", None)),
        ({"source_class": "germline", "specimen": "tissue"}, "somatic", ("unreadable", "source-class-mismatch")),
        ({"source_class": "somatic"}, "germline", ("unknown", "no-result")),
        ({"source_class": "likely somatic"}, "germline", ("unknown", "no-result")),
        ({"source_class": "germline"}, "germline", ("present", None)),
        ({"source_class": None}, "germline", ("unreadable", "source-class-unknown")),
        ({"source_class": "de novo"}, "germline", ("unreadable", "source-class-mismatch")),
        ({"source_class": "fetal"}, "germline", ("unreadable", "specimen-not-patient")),
        ({"source_class": "germline"}, None, ("present", None)),
    ],
)
def test_h11_h12_h13_the_source_class_must_fit_the_rule(
    more: dict[str, Any], origin: str | None, wanted: tuple[str, str | None]
) -> None:
    answer = ask("BRAF p.Val600Glu", variant("BRAF", V600E, **more), origin=origin)
    assert (answer.keys[0] if answer.keys else answer.word, answer.reason) == wanted


def test_st07_a_newer_result_of_the_same_specimen_replaces_an_older_one() -> None:
    old = variant("BRAF", V600E, date="2020-01-01", specimen="tissue", at="old")
    new = variant("BRAF", {"scope": "gene"}, status="absent", date="2025-01-01", specimen="tissue", at="new")
    answer = ask("BRAF p.Val600Glu", old, new)
    assert answer.keys == ("absent",)
    assert "an older result differs" in answer.notes


def test_st07_tissue_and_plasma_are_not_merged() -> None:
    tissue = variant("BRAF", V600E, date="2020-01-01", specimen="tissue", at="t")
    plasma = variant("BRAF", {"scope": "gene"}, status="absent", date="2025-01-01", specimen="plasma", at="p")
    assert ask("BRAF p.Val600Glu", tissue, plasma).keys == ("present",)


def test_st08_same_day_and_opposite_is_a_conflict() -> None:
    found = variant("BRAF", V600E, date="2025-01-01", specimen="tissue", at="a")
    none = variant("BRAF", {"scope": "gene"}, status="absent", date="2025-01-01", specimen="tissue", at="b")
    answer = ask("BRAF p.Val600Glu", found, none)
    assert (answer.word, answer.reason, answer.alternatives) == ("conflicting", "conflict", ("present", "absent"))


def test_mg2_inherited_variants_do_not_change_with_time() -> None:
    found = variant("BRAF", V600E, date="2020-01-01", at="a", source_class="germline")
    none = variant("BRAF", {"scope": "gene"}, status="absent", date="2025-01-01", at="b", source_class="germline")
    assert ask("BRAF p.Val600Glu", found, none, origin="germline").word == "conflicting"


def test_mg8_consequence_and_significance_are_part_of_the_variant_they_link_to() -> None:
    base = variant("BRAF", {"g": "NC_000007.13:g.1A>T"}, at="v1")
    consequence = variant("BRAF", {"row": "consequence", "p": "p.Val600Glu", "variant": ("Observation/v1",)}, at="c1")
    assert ask("BRAF p.Val600Glu", base, consequence).keys == ("present",)
    # A conclusion by itself is no variant.
    assert ask("BRAF p.Val600Glu", consequence).reason == "no-result"


def test_f7_a_point_mutation_is_no_fusion_and_a_fusion_no_point_mutation() -> None:
    fused = finding("variant", "EGFR::SEPTIN14", {"row": "fusion"}, source_class="somatic")
    assert ask("EGFR fusion", fused).keys == ("present",)
    assert ask("EGFR fusion", variant("EGFR", {"p": "p.Leu858Arg"})).keys == ()
    assert ask("EGFR p.Leu858Arg", fused).keys == ()


def test_wild_type_is_an_absence_of_the_whole_gene() -> None:
    assert ask("BRAF wild type", variant("BRAF", {"scope": "gene"}, status="absent")).keys == ("present",)
    assert ask("BRAF wild type", variant("BRAF", V600E)).keys == ("absent",)
    assert ask("BRAF wild type").reason == "no-result"


def test_a_variant_that_no_gene_file_names_is_compared_by_its_own_name() -> None:
    assert ask("KRAS p.Gly12Cys", variant("KRAS", {"p": "p.Gly12Cys"})).keys == ("present",)
    assert ask("KRAS p.Gly12Cys", variant("KRAS", {"p": "p.Gly13Asp"})).keys == ()
    assert ask("KRAS amplification", variant("KRAS", {"state": "gain"})).keys == ()
    assert ask("KRAS amplification", variant("KRAS", {"state": "amplification"})).keys == ("present",)


def test_h64_a_withheld_variant_tells_nothing() -> None:
    hidden = variant("BRAF", None, status="withheld", reason="security-label")
    assert ask("EGFR exon 19 deletion", hidden).word == "withheld"


def with_category(symbol: str, name: str, spec: dict[str, Any]) -> dict[str, Gene]:
    """The shipped gene files, one of them with a category of this test."""
    gene = genes()[symbol]
    return {**genes(), symbol: replace(gene, variants={**gene.variants, name: spec})}


def told(files: dict[str, Gene], name: str, *findings: Finding) -> Answer:
    question = (Subject("variant", name), "somatic")
    return infer(Reading(findings), [question], genes=files, terms=terms(), now=NOW)[question]


def test_vp_08_copies_count_by_the_threshold_that_the_category_states() -> None:
    spec = {"amplification": "yes", "copies": "6"}
    files = with_category("MET", "amplified", spec)
    row = {"row": "copy-number", "scope": "gene"}
    assert told(files, "MET amplified", variant("MET", {**row, "copies": Decimal(6)})).keys == ("present",)
    assert told(files, "MET amplified", variant("MET", {**row, "copies": Decimal("5.9"), "state": "gain"})).keys == ()
    assert told(files, "MET amplified", variant("MET", {**row, "state": "amplification"})).keys == ("present",)
    assert told(files, "MET amplification", variant("MET", {**row, "copies": Decimal(60)})).keys == (), (
        "no global default"
    )


def test_a_category_may_ask_for_the_other_origin() -> None:
    """One rule asks for a tumor finding, and for the germline result of the same gene (GL-SOMATIC2GERM)."""
    spec = {"significance": ["pathogenic"], "origin": "germline"}
    files = with_category("BRCA2", "inherited", spec)
    found = {"p": "p.Ser1982Arg", "significances": ("pathogenic",)}
    tumor = variant("BRCA2", found, source_class="somatic")
    germline = variant("BRCA2", found, source_class="germline", at="g")
    assert told(files, "BRCA2 pathogenic variant", tumor).keys == ("present",)
    assert told(files, "BRCA2 inherited", tumor).keys == ()
    assert told(files, "BRCA2 inherited", tumor, germline).keys == ("present",)


def test_ct_02_a_question_about_plasma_is_answered_by_results_of_plasma() -> None:
    change = {"p": "p.Arg882His"}
    assert told(genes(), "DNMT3A mutation in plasma", variant("DNMT3A", change, specimen="plasma")).keys == ("present",)
    assert told(genes(), "DNMT3A mutation in plasma", variant("DNMT3A", change, specimen="tissue")).keys == ("absent",)
    assert told(genes(), "DNMT3A mutation in plasma", variant("DNMT3A", change)).word == "indeterminate"


def test_ct_03_the_share_of_the_reads_narrows_a_category() -> None:
    name = "BRCA2 pathogenic variant in about half of the plasma reads"
    found = {"p": "p.Ser1982Arg", "significances": ("pathogenic",)}
    for share, keys in (("0.4", ("present",)), ("0.6", ("present",)), ("0.39", ("absent",)), ("0.61", ("absent",))):
        assert (
            told(genes(), name, variant("BRCA2", {**found, "vaf": Decimal(share)}, specimen="plasma")).keys == keys
        ), share
    assert told(genes(), name, variant("BRCA2", found, specimen="plasma")).word == "indeterminate"
