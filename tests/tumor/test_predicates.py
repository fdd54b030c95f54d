"""The predicates of categories, each on its own: what holds, what does not, and what is not told (VP-01 to VP-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import pmcds
from pmcds.infer.variant_classes import Described, Fits, fits
from pmcds.infer.variant_names import described_of, parse
from tests.tumor.support import engine, line, tissue

LUNG = "non-small cell lung cancer"


def told(text: str, **more: Any) -> Described:
    """A variant as a report names it."""
    parsed = parse(text, engine().knowledge.genes)
    assert parsed is not None, text
    return described_of(parsed)._replace(**more)


def holds(spec: Mapping[str, Any], text: str, **more: Any) -> Fits:
    return fits("the category", spec, told(text, **more))


def test_vp_01_one_of_the_listed_residues_and_no_other() -> None:
    spec = {"any_of": ["p.Arg132His", "p.Arg132Cys"]}
    assert holds(spec, "IDH1 R132H") is True
    assert holds(spec, "IDH1 R132G") is False
    assert holds(spec, "IDH1 c.395G>A") is None, "a coding name without the table is not told"


def test_vp_02_any_change_of_a_residue_but_no_silent_one() -> None:
    spec = {"codons": ["600"]}
    assert holds(spec, "BRAF V600R") is True
    assert holds(spec, "BRAF K601E") is False
    assert holds(spec, "BRAF p.Val600=") is False
    assert holds({**spec, "except": ["p.Val600Glu"]}, "BRAF V600E") is False


def test_vp_03_a_net_loss_lies_wholly_inside_its_range_and_keeps_the_frame() -> None:
    spec = {"loss_in": ["729", "761"]}
    assert holds(spec, "EGFR p.Glu746_Ala750del") is True
    assert holds(spec, "EGFR p.Leu747_Pro753delinsSer") is True
    for text in ("EGFR p.Lys745_Glu746insIleProValAlaIleLys", "EGFR p.Glu746fs", "EGFR p.Leu858Arg", "EGFR L747P"):
        assert holds(spec, text) is False, text


def test_vp_04_a_net_gain_may_begin_one_residue_before_its_range() -> None:
    spec = {"gain_in": ["762", "823"]}
    assert holds(spec, "EGFR p.Asp770_Asn771insGly") is True
    assert holds(spec, "EGFR p.Asp761_Glu762insGluAla") is True
    assert holds(spec, "EGFR p.Thr790Met") is False
    assert holds(spec, "EGFR p.Glu746_Ala750del") is False


def test_vp_05_a_splice_position_beside_the_exon_or_its_legacy_name_skips_it() -> None:
    spec = {"skips": {"residues": ["963", "1010"], "spans": ["2888", "3028"]}}
    assert holds(spec, "MET c.3028+1G>A") is True
    assert holds(spec, "MET X1010_splice") is True
    assert holds(spec, "MET c.3028+7G>A") is False
    assert holds(spec, "MET Y1003F") is False


def test_vp_06_nonsense_frameshift_and_canonical_splice_positions_are_truncating() -> None:
    spec = {"truncating": "yes"}
    for text in ("PTEN R130*", "PTEN p.Lys267fs", "PTEN c.209+1G>A"):
        assert holds(spec, text) is True, text
    for text in ("PTEN R130G", "PTEN p.Lys267del", "PTEN amplification"):
        assert holds(spec, text) is False, text
    assert holds(spec, "PTEN c.209+5G>A") is None, "what a change beside a splice position does is not told"


def test_vp_07_loss_of_function_is_truncation_or_a_loss_that_the_laboratory_calls() -> None:
    spec = {"truncating": "yes", "loss": "yes", "called": ["pathogenic", "likely pathogenic"]}
    assert holds(spec, "PTEN R130*") is True
    assert holds(spec, "PTEN loss") is True
    assert holds(spec, "PTEN R130G", significance="likely pathogenic") is True
    assert holds(spec, "PTEN R130G", significance="uncertain significance") is False
    assert holds(spec, "PTEN R130G") is None, "no product of ours classifies a missense change"


@pytest.mark.parametrize("text", ["EML4::ALK", "ALK::EML4", "EML4-ALK", "ALK fusion", "ALK rearrangement"])
def test_vp_09_a_fusion_counts_with_any_partner_in_either_order(text: str) -> None:
    assert holds({"fusion": "yes"}, text) is True


def test_vp_09_a_point_mutation_and_an_amplification_are_no_fusion() -> None:
    for text in ("ALK F1174L", "ALK amplification"):
        assert holds({"fusion": "yes"}, text) is False, text


def test_vp_10_a_tandem_duplication_keeps_the_frame_inside_its_range() -> None:
    spec = {"duplication_in": ["568", "648"], "texts": ["internal tandem duplication", "ITD"]}
    assert holds(spec, "FLT3 p.Tyr597_Glu598insAspValAsp") is True
    assert holds(spec, "FLT3 D835Y") is False
    assert holds(spec, "FLT3 p.Tyr591_Asp593del") is False


def test_vp_11_only_the_word_of_the_laboratory_makes_a_change_pathogenic() -> None:
    spec = {"called": ["pathogenic", "likely pathogenic"]}
    assert holds(spec, "BRCA1 C61G", significance="pathogenic") is True
    assert holds(spec, "BRCA1 C61G", significance="benign") is False
    assert holds(spec, "BRCA1 C61G", significance="conflicting") is None
    assert holds(spec, "BRCA1 C61G") is None


@pytest.mark.parametrize(("value", "wanted"), [("9.99", "CLEAR"), ("10", "ALERT"), ("10.01", "ALERT")])
def test_vp_12_a_score_is_compared_with_the_cut_off_in_its_unit(value: str, wanted: str) -> None:
    score = {"TMB": {"quantity": value, "unit": "mut/Mb"}}
    assert line("any/tmb-high", tissue(LUNG, biomarker=score)) == wanted


def test_vp_13_all_of_is_absent_only_where_every_part_is() -> None:
    both = tissue("colorectal cancer", variant={"KRAS": ["absent"], "NRAS": ["absent"]})
    one = tissue("colorectal cancer", variant={"KRAS": ["absent"]})
    assert line("colorectal/ras-panitumumab", both, "panitumumab") == "CLEAR"
    assert line("colorectal/ras-panitumumab", one, "panitumumab") == "CANNOT-TELL(no-result)"


# Numbering traps without a rule


def test_vt_03_runx1_a107p_is_a134p_and_no_other_number_is_shifted() -> None:
    assert name("RUNX1 A107P") == name("RUNX1 A134P") == name("NM_001754.4:c.400G>C") == "RUNX1:p.Ala134Pro"
    assert name("RUNX1 K83E") == "RUNX1:p.Lys83Glu"
    assert name("RUNX1 K110E") == "RUNX1:p.Lys110Glu"


def test_vt_04_fcgr3a_f212v_is_f176v_and_the_legacy_name_is_not_turned_round() -> None:
    assert name("FCGR3A F212V") == name("NM_001127593.1:c.526T>G") == "FCGR3A:p.Phe176Val"
    assert name("FCGR3A V158F") == "FCGR3A:p.Val158Phe"


def name(text: str) -> str | None:
    parsed = pmcds.parse_variant(text)
    return parsed.canonical if parsed else None
