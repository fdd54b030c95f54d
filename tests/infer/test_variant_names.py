"""Variants as reports write them (VE-01 to VE-12)."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmcds.infer import parse_variant
from pmcds.infer.variant_names import LONGEST
from pmcds.model.genes import Gene
from tests.infer.support import genes
from tests.shared import SHARED, needs_shared

# A small gene file as a tumor gene has it.
KINASE = Gene("BRAF", "HGNC:1097", "phenotype", "none", variants={
    "p.Val600Glu": {"same": ["NM_004333.4:c.1799T>A", "NC_000007.14:g.140753336A>T", "7:g.140753336A>T",
    "p.Val512Glu"]},
    "V600": {"codons": ["600"], "texts": ["codon 600"]},
    "V600E or V600K": {"any_of": ["p.Val600Glu", "p.Val600Lys"]},
})  # fmt: skip
RECEPTOR = Gene("EGFR", "HGNC:3236", "phenotype", "none", variants={
    "exon 19 deletion": {"loss_in": ["729", "761"], "texts": ["ex19del"]},
    "exon 20 insertion": {"gain_in": ["762", "823"]},
    "truncation": {"truncating": "yes"},
    "fusion": {"fusion": "yes"},
    "vIII": {"texts": ["EGFRvIII", "vIII"]},
})  # fmt: skip
FILES = {gene.symbol: gene for gene in (KINASE, RECEPTOR)}


def canonical(text: str, files: dict[str, Gene] | None = None) -> str | None:
    parsed = parse_variant(text, files)
    return parsed.canonical if parsed else None


@pytest.mark.parametrize(
    "text",
    [
        "BRAF V600E", "BRAF p.V600E", "BRAF p.Val600Glu", "BRAF p.(Val600Glu)", "BRAF VAL600GLU", "braf v600e",
        "BRAF (V600E)", "  BRAF   V600E ", "BRAF V600E mutation detected", "BRAF:p.Val600Glu", "BRAF V600E positive",
        "NM_004333.4(BRAF):c.1799T>A (p.Val600Glu)", "BRAF c.1799T>A p.(Val600Glu)",
    ],
)  # fmt: skip
def test_ve01_ve03_one_change_has_one_name(text: str) -> None:
    assert canonical(text) == "BRAF:p.Val600Glu"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("NTHL1 p.Trp243Ter", "NTHL1:p.Trp243Ter"), ("NTHL1 W243*", "NTHL1:p.Trp243Ter"), ("NTHL1 W243X",
        "NTHL1:p.Trp243Ter"),
        ("MET D1010_splice", "MET:p.Asp1010_splice"), ("MET X1010_splice", "MET:p.X1010_splice"),
        ("VHL I206fs", "VHL:p.Ile206fs"), ("PALB2 p.Asn1039Ilefs*2", "PALB2:p.Asn1039fs"),
    ],
)  # fmt: skip
def test_ve02_stops_splices_and_frameshifts(text: str, wanted: str) -> None:
    assert canonical(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("EGFR E746_A750delELREA", "EGFR:p.Glu746_Ala750del"), ("EGFR E746_A750del", "EGFR:p.Glu746_Ala750del"),
        ("BRAF c.1798_1799delGTinsAA", "BRAF:c.1798_1799delinsAA"), ("BRAF c.1798_1799GT>AA",
        "BRAF:c.1798_1799delinsAA"),
        ("EGFR L747_T751delinsP", "EGFR:p.Leu747_Thr751delinsPro"), ("EGFR L747_T751>P",
        "EGFR:p.Leu747_Thr751delinsPro"),
        ("EGFR A767_V769dupASV", "EGFR:p.Ala767_Val769dup"), ("EGFR D770_N771insSVD",
        "EGFR:p.Asp770_Asn771insSerValAsp"),
    ],
)  # fmt: skip
def test_ve04_deleted_and_repeated_sequence_is_dropped(text: str, wanted: str) -> None:
    assert canonical(text) == wanted


def test_ve03_a_bare_change_belongs_to_no_gene() -> None:
    assert parse_variant("V600E") is None
    assert parse_variant("p.Val600Glu") is None


def test_ve05_genomic_forms() -> None:
    assert canonical("chr7:140753336A>T (GRCh38)") == "7:g.140753336A>T"
    assert canonical("7-140453136-A-T") == "7:g.140453136A>T"
    assert canonical("NC_000007.14:g.140753336A>T") == "NC_000007.14:g.140753336A>T"


def test_ve06_an_identifier_names_a_place_only() -> None:
    parsed = parse_variant("rs113488022")
    assert parsed is not None
    assert (parsed.kind, parsed.canonical, parsed.protein) == ("identifier", "rs113488022", None)


@pytest.mark.parametrize(
    "text", ["BCR::ABL1", "BCR-ABL1", "BCR/ABL1", "BCR--ABL1", "BCR-ABL1 fusion", "BCR::ABL1 rearrangement"]
)
def test_ve07_fusions_in_every_notation(text: str) -> None:
    parsed = parse_variant(text)
    assert parsed is not None
    assert (parsed.kind, parsed.canonical) == ("fusion", "BCR::ABL1")


def test_ve07_a_hyphen_inside_a_symbol_does_not_split() -> None:
    assert canonical("NKX2-1 amplification") == "NKX2-1:amplification"
    assert canonical("H3-3A K28M") == "H3-3A:p.Lys28Met"
    assert canonical("FLT3-ITD") == "FLT3:internal tandem duplication"
    assert canonical("MT-RNR1", genes()) is None


@pytest.mark.parametrize(
    "text", ["EGFR Exon 19 deletion", "EGFR exon19del", "EGFR Ex19 del", "EGFR 19del", "EGFR ex 19 deletion"]
)
def test_ve10_phrases_are_a_closed_list(text: str) -> None:
    assert canonical(text) == "EGFR:exon 19 deletion"
    assert canonical(f"{text} and something else") is None


@pytest.mark.parametrize(
    "text",
    ["BRAF not detected", "BRAF V600E: Negative", "BRAF V600E not detected", "BRAF V600 Mutation: Absent",
    "BRAF wild type",
     "No BRAF V600E detected", "BRAF WT"],
)  # fmt: skip
def test_st02_a_negation_wins_over_the_name_in_the_same_text(text: str) -> None:
    parsed = parse_variant(text)
    assert parsed is not None
    assert parsed.negated
    assert parsed.gene == "BRAF"


@pytest.mark.parametrize(
    "text",
    [
        "braf", "BRAF", "braf v600000932092039e", "NP_000213.1:cp.Leu862=", "BRAF V600E 33", "NP_004324.2:t.Glu600Val",
        "this:c.54G>H", "NC_000007.13:g.4T<A", "test", "131", "braf Z600E", "braf E600Z", "Thr790Met", "p.Tyr365Ter",
        "ERBB2 G776delinsVCZ", "NP005219.2:p.Glu746_Thr751delinsValAla", "NP_005219.2:p.Glu746Thr751delinsValAla",
        "EGFR L747_L474delinsP", "NP_005219.2:p.Glu746_Thr751delinssValAla", "EGFR delins", "NC_000010.11-87925523-C-G",
        "EGFR L747_T751delLREA", "    ", "", "BRAFV600E", "TMB-High", "PD-L1 Positive", "MSI High",
    ],
)  # fmt: skip
def test_ve11_what_no_form_fits_is_no_variant(text: str) -> None:
    assert parse_variant(text) is None


@needs_shared
def test_ve11_the_must_fail_list_but_for_what_only_a_reference_sequence_can_tell() -> None:
    assert SHARED is not None
    path = SHARED / "data" / "biomarkers" / "variants" / "vicc_no_match.jsonl"
    rows = [json.loads(line)["string"] for line in path.read_text(encoding="utf-8").splitlines()]
    read = [text for text in rows if parse_variant(text) is not None]
    # Each is well formed; that its bases or residues are not those of the sequence cannot be seen without one.
    assert read == [
        "NP_004324.2:p.Glu600Val",
        "NM_004333.4:c.1799_1800delTGinsAT",
        "NM_004448.3:c.2264_2278delTGAGGGAAAACACTA",
        "NC_000003.12:g.10146527_10146528delCC",
    ]


@needs_shared
def test_the_development_corpus_leads_to_the_canonical_name_or_to_another_form_of_it() -> None:
    assert SHARED is not None
    path = SHARED / "data" / "biomarkers" / "variants" / "pmcds_variant_strings_dev.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = []
    for row in rows:
        wanted, found = row["canonical"], canonical(row["input"], genes())
        plain = (
            isinstance(wanted, str)
            and ":p." in wanted
            and wanted.split(":")[0] in FILES
            and row["kind"] == "protein_sub"
        )
        if plain and found not in (wanted, None) and not found.startswith(("NM_", "NP_", "ENS", "7:", "BRAF:c.")):
            wrong.append((row["input"], found))
    assert wrong == []


def test_layer_b_equivalent_forms_have_one_canonical_name() -> None:
    for text in ("BRAF V600E", "BRAF c.1799T>A", "NM_004333.4(BRAF):c.1799T>A", "BRAF V512E"):
        assert canonical(text, FILES) == "BRAF:p.Val600Glu"
    assert canonical("BRAF V600K", FILES) == "BRAF:p.Val600Lys"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("BRAF V600E", {"V600", "V600E or V600K"}), ("BRAF V600K", {"V600", "V600E or V600K"}), ("BRAF V600R",
        {"V600"}),
        ("BRAF K601E", set()), ("BRAF V600=", set()),
        ("EGFR E746_A750del", {"exon 19 deletion"}), ("EGFR L747_P753delinsS", {"exon 19 deletion"}),
        ("EGFR ex19del", {"exon 19 deletion"}), ("EGFR c.2235_2249del", {"exon 19 deletion"}),
        ("EGFR c.2240_2257del", {"exon 19 deletion"}), ("EGFR c.2235_2248del", set()),
        ("EGFR I740_K745dup", set()), ("EGFR L747P", set()), ("EGFR K745_E746insIPVAIK", set()),
        ("EGFR D770_N771insSVD", {"exon 20 insertion"}), ("EGFR A767_V769dup", {"exon 20 insertion"}),
        ("EGFR A761_Y764insFQEA", set()), ("EGFR D761_E762insEAFQ", {"exon 20 insertion"}), ("EGFR T790M", set()),
        ("EGFR E746fs", {"truncation"}), ("EGFR E746*", {"truncation"}), ("EGFR c.100+1G>A", {"truncation"}),
        ("EGFR-SEPT14", {"fusion"}), ("EGFRvIII", {"vIII"}), ("EGFR amplification", set()),
    ],
)  # fmt: skip
def test_layer_c_categories_are_data_and_near_misses_are_none(text: str, wanted: set[str]) -> None:
    parsed = parse_variant(text, FILES)
    assert set(parsed.categories if parsed else ()) == wanted


def test_significance_and_zygosity_narrow_a_category() -> None:
    from pmcds.infer.protein import protein
    from pmcds.infer.variant_classes import Described, fits

    spec = {"significance": ["pathogenic", "likely pathogenic"]}
    change = protein("p.Cys61Gly")
    assert (
        fits("pathogenic variant", spec, Described(("p.Cys61Gly",), change, significance="likely pathogenic")) is True
    )
    assert fits("pathogenic variant", spec, Described(("p.Cys61Gly",), change, significance="benign")) is False
    assert fits("pathogenic variant", spec, Described(("p.Cys61Gly",), change)) is None
    both = {"any_of": ["p.Cys282Tyr"], "zygosity": "homozygous"}
    known = Described(("p.Cys282Tyr",), protein("p.Cys282Tyr"), zygosity="heterozygous")
    assert fits("both copies", both, known) is False
    assert fits("both copies", both, replace_zygosity(known, "homozygous")) is True


def replace_zygosity(described: Any, zygosity: str) -> Any:
    return described._replace(zygosity=zygosity)


@given(st.text(max_size=250))
def test_any_text_gives_a_variant_or_none(text: str) -> None:
    parsed = parse_variant(text, {**genes(), **FILES})
    assert parsed is None or replace(parsed).canonical


@pytest.mark.parametrize(
    "text", ["A" * 199, "BRAF " + "V" * 190, "EGFR " + "1" * 190, "a-" * 99, "ins" * 60, "p.(" * 60, "no " * 60]
)
def test_ve12_hostile_text_takes_no_time(text: str) -> None:
    begin = time.perf_counter()
    parse_variant(text, FILES)
    assert time.perf_counter() - begin < 0.1


def test_a_text_that_is_too_long_names_no_variant_however_it_begins() -> None:
    assert parse_variant("BRAF V600E" + " " * LONGEST) is None
    assert canonical("BRAF V600E" + " " * (LONGEST - len("BRAF V600E"))) == "BRAF:p.Val600Glu"
    assert parse_variant("") is None
