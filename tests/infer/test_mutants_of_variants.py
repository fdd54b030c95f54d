"""Variants: written for mutants that no other test of this room noticed (TB-05, seed 9)."""

from __future__ import annotations

import pytest

from pmcds.infer import parse_variant
from pmcds.infer.donors import _is_own
from pmcds.infer.evidence import State, index
from pmcds.infer.protein import protein
from pmcds.infer.variant_answers import Wanted, _open, _ways
from pmcds.infer.variant_findings import _of_spdi, described, significance_of, variants_of
from pmcds.infer.variant_names import _listed, _texts
from pmcds.infer.variant_predicates import Described, duplication_in, fusion
from pmcds.model.findings import Reading
from tests.infer.support import NOW, finding, variant
from tests.infer.test_variant_answers import V600E, ask
from tests.infer.test_variant_names import FILES


def test_h28_a_variant_named_on_the_genome_only_is_a_question_of_the_transcript() -> None:
    answer = ask("BRAF p.Val600Glu", variant("BRAF", {"g": "NC_000007.13:g.140453100A>T"}))
    assert (answer.word, answer.reason) == ("indeterminate", "transcript-unknown")


def test_the_first_residue_can_change() -> None:
    lost = protein("p.Met1Val")
    assert lost is not None and (lost.first, lost.ref, lost.new) == (1, "M", "V")


def test_vp09_a_fusion_with_an_unnamed_partner_is_a_fusion_whatever_its_row() -> None:
    assert ask("EGFR fusion", finding("variant", "EGFR::?", {"row": "variant"}, source_class="somatic")).keys == (
        "present",
    )


def test_vp09_the_word_fusion_alone_is_one() -> None:
    assert fusion("yes", Described((), None, phrase="fusion")) is True


def test_vp10_an_insertion_may_begin_one_residue_before_the_range_and_no_further() -> None:
    spec = ["10", "20"]
    assert duplication_in(spec, Described((), protein("p.Ala9_Gly10insVal"))) is True
    assert duplication_in(spec, Described((), protein("p.Ala8_Gly9insVal"))) is False


def test_mg8_an_uncertain_conclusion_about_a_named_variant_is_no_second_variant() -> None:
    said = {"row": "consequence", "p": "p.Lys601Glu", "variant": ("Observation/v1",)}
    known = variant("BRAF", V600E, at="v1")
    open_one = variant("BRAF", said, status="indeterminate", reason="no-call", at="c1")
    found = variants_of(index(Reading((known, open_one)), NOW), "BRAF")
    assert [one.source for one in found] == [known.source]


def test_ve08_two_names_that_contradict_each_other_and_both_mean_something_else_leave_nothing_open() -> None:
    torn = variant("BRAF", {"p": "p.Lys601Glu", "c": "NM_004333.6:c.1405G>C"})
    clean = variant("BRAF", {"p": "p.Lys601Glu"})
    assert ask("BRAF p.Val600Glu", torn).reason == ask("BRAF p.Val600Glu", clean).reason


def test_a_position_of_twelve_digits_is_one_and_of_thirteen_none() -> None:
    assert _of_spdi(f"NC_000007.14:{'1' * 12}:A:T") is not None
    assert _of_spdi(f"NC_000007.14:{'1' * 13}:A:T") is None


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        (("uncertain significance",), "uncertain significance"),
        (("pathogenic", "uncertain significance"), "conflicting"),
        (("pathogenic", "benign"), "conflicting"),
    ],
)
def test_t39_only_terms_that_differ_in_side_conflict(stated: tuple[str, ...], told: str) -> None:
    assert significance_of({"significances": stated}) == told


@pytest.mark.parametrize(
    ("text", "kind"),
    [("EGFR c.2235_2249del", "deletion"), ("EGFR c.2235_2249delinsAAT", "delins")],
)
def test_the_kind_of_a_variant_is_that_of_its_name(text: str, kind: str) -> None:
    parsed = parse_variant(text, FILES)
    assert parsed is not None and parsed.kind == kind


def test_a_coding_name_with_its_transcript_has_the_gene_in_front_instead() -> None:
    parsed = parse_variant("NM_004333.4(BRAF):c.100A>G", FILES)
    assert parsed is not None and parsed.canonical == "BRAF:c.100A>G"


def test_an_absence_that_is_not_usable_leaves_the_asked_variant_open() -> None:
    kept = list(
        _open(
            Wanted("BRAF", "p.Val600Glu", {"any_of": ["p.Val600Glu"]}),
            (),
            (
                (State("indeterminate", "no-call"), variant("BRAF", {"p": "p.Lys601Glu"}, status=status))
                for status in ("indeterminate", "absent")
            ),
            FILES,
        )
    )
    assert [one.status for _, one in kept] == ["absent"]


def test_a_fusion_is_told_by_the_words_of_the_report_without_its_gene_twice() -> None:
    answer = ask(
        "EGFR fusion", finding("variant", "EGFR::SEPTIN14", {"text": "EGFR EGFR::SEPTIN14"}, source_class="somatic")
    )
    assert "found EGFR::SEPTIN14" in answer.notes


def test_ct02_a_negative_plasma_result_is_told_to_prove_nothing() -> None:
    plasma = variant("BRAF", {"scope": "gene"}, status="absent", specimen="plasma")
    answer = ask("BRAF p.Val600Glu", plasma)
    assert answer.keys == ()
    assert "not found in plasma, which proves no absence" in answer.notes


def test_st07_a_newer_negative_tissue_never_replaces_a_finding_in_plasma() -> None:
    plasma = variant("BRAF", V600E, date="2020-01-01", specimen="plasma", at="p")
    tissue = variant("BRAF", {"scope": "gene"}, status="absent", date="2025-01-01", specimen="tissue", at="t")
    assert ask("BRAF p.Val600Glu", plasma, tissue).keys == ("present",)


def test_a_listed_text_is_read_with_its_gene_in_front() -> None:
    listed = {(name, text) for name, gene in FILES.items() for text in _texts(gene)}
    assert listed
    for name, text in listed:
        found = _listed(f"{name} {text}", FILES, None)
        assert found is not None and (found.gene, found.phrase) == (name, text)


def test_what_leaves_a_category_open_is_no_second_way_into_it() -> None:
    assert _ways({"codons": [600], "perhaps_codons": [601], "perhaps_texts": ["exon 15"]}) == ["codons"]


def test_an_identifier_is_a_name_of_its_variant() -> None:
    assert "rs113488022" in described(variant("BRAF", {"ids": ("rs113488022",)}), "BRAF", FILES).names


def test_a_result_of_the_tumor_is_never_taken_for_the_inheritance_that_a_transplant_replaces() -> None:
    inherited = variant("BRAF", V600E, source_class="germline", specimen="blood")
    assert _is_own(inherited)
    for other in (
        variant("BRAF", V600E, source_class="somatic", specimen="blood"),
        variant("BRAF", V600E, source_class="germline", specimen="tissue"),
        variant("BRAF", V600E, source_class="germline", specimen="blood", status="withheld"),
        finding("biomarker", "PD-L1", {}, source_class="germline", specimen="blood"),
        finding("laboratory", "creatinine", {}, source_class="germline", specimen="blood"),
    ):
        assert not _is_own(other)
