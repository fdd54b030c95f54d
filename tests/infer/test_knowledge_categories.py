"""Categories of variants are those of the specification (CAT-01 to CAT-18) and of approved tests, to the residue."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
import yaml

from tests.infer.support import ROOT, ask, variant
from tests.shared import SHARED, needs_shared

LETTERS = {
    "A": "Ala", "C": "Cys", "D": "Asp", "E": "Glu", "F": "Phe", "G": "Gly", "H": "His", "I": "Ile", "K": "Lys",
    "L": "Leu", "M": "Met", "N": "Asn", "P": "Pro", "Q": "Gln", "R": "Arg", "S": "Ser", "T": "Thr", "V": "Val",
    "W": "Trp", "Y": "Tyr",
}  # fmt: skip
# What says which change is meant, beside the words that reports use for it.
DECIDES = (
    "any_of", "codons", "missense", "loss_in", "gain_in", "within", "duplication_in", "frameshift_in", "skips",
    "except", "fusion", "fused_with", "amplification", "perhaps_codons", "significance", "called", "zygosity", "either",
)  # fmt: skip
LIKELY = ["pathogenic", "likely pathogenic"]
ONCOGENIC = [*LIKELY, "oncogenic", "likely oncogenic"]
ACTIVATING = ["activating", *ONCOGENIC]


def p(*changes: str) -> list[str]:
    """ "V600E" as "p.Val600Glu"."""
    parts = (re.fullmatch(r"([A-Z])(\d+)([A-Z])", change) for change in changes)
    return [f"p.{LETTERS[one[1]]}{one[2]}{LETTERS[one[3]]}" for one in parts if one]


EXON_19, EXON_20 = {"loss_in": ["729", "761"]}, {"gain_in": ["762", "823"]}
RAS = ["12", "13", "59", "61", "117", "146"]
APPROVED_PIK3CA = p("C420R", "E542K", "E545A", "E545G", "E545K", "Q546E", "Q546R", "H1047L", "H1047R", "H1047Y")
R140 = p("R140G", "R140L", "R140Q", "R140W")
R172 = p("R172G", "R172K", "R172M", "R172S", "R172W")
ITD, TKD = {"duplication_in": ["568", "648"]}, {"codons": ["835", "836"]}
CATEGORIES: dict[tuple[str, str], dict[str, Any]] = {
    ("EGFR", "exon 19 deletion"): EXON_19,
    ("EGFR", "exon 19 insertion"): {"gain_in": ["729", "761"]},
    ("EGFR", "exon 20 insertion"): EXON_20,
    ("EGFR", "exon 20 insertion other than FQEA"): {
        **EXON_20, "except": ["p.Ala763_Tyr764insPheGlnGluAla", "p.Tyr764_Val765insPheGlnGluAla"],
    },
    ("EGFR", "G719X"): {"missense": ["719", "719"]},
    ("EGFR", "exon 19 deletion or L858R"): {**EXON_19, "any_of": p("L858R")},
    ("EGFR", "exon 19 deletion, L858R or exon 20 insertion"): {**EXON_19, **EXON_20, "any_of": p("L858R")},
    ("EGFR", "exon 19 deletion, L858R or T790M"): {**EXON_19, "any_of": p("L858R", "T790M")},
    ("EGFR", "G719X, S768I or L861Q"): {"missense": ["719", "719"], "any_of": p("S768I", "L861Q")},
    ("EGFR", "driver mutation"): {
        **EXON_19, **EXON_20, "missense": ["719", "719"], "any_of": p("L858R", "T790M", "S768I", "L861Q"),
        "called": ONCOGENIC,
    },
    ("BRAF", "V600E or V600K"): {"any_of": p("V600E", "V600K")},
    ("BRAF", "V600 mutation"): {"codons": ["600"]},
    ("BRAF", "V600 change, fusion or rearrangement"): {"codons": ["600"], "fusion": "yes"},
    ("KRAS", "RAS mutation"): {"codons": RAS}, ("NRAS", "RAS mutation"): {"codons": RAS},
    ("KRAS", "codon 12 or 13 mutation"): {"codons": ["12", "13"]},
    ("MET", "exon 14 skipping"): {
        "skips": {"residues": [["963", "1010"], ["981", "1028"]], "spans": [["2888", "3028"], ["2942", "3082"]]},
    },
    ("ERBB2", "activating mutation"): {"significance": ACTIVATING},
    ("ERBB2", "exon 20 insertion"): {"gain_in": ["770", "831"], "significance": ACTIVATING},
    ("ERBB2", "kinase domain activating mutation"): {"within": ["688", "883"], "significance": ACTIVATING},
    ("PIK3CA", "mutation of the approved test"): {"any_of": APPROVED_PIK3CA},
    ("PIK3CA", "oncogenic mutation"): {"any_of": APPROVED_PIK3CA, "called": ONCOGENIC},
    ("ESR1", "missense mutation at codons 310 to 547"): {"missense": ["310", "547"]},
    ("IDH1", "R132 mutation"): {
        "any_of": p("R132C", "R132G", "R132H", "R132L", "R132S"), "perhaps_codons": ["132"],
    },
    ("IDH2", "R140 or R172 mutation"): {"any_of": R140 + R172, "perhaps_codons": ["140", "172"]},
    ("IDH2", "R172 mutation"): {"any_of": R172, "perhaps_codons": ["172"]},
    ("FLT3", "internal tandem duplication"): ITD, ("FLT3", "kinase domain mutation"): TKD,
    ("FLT3", "internal tandem duplication or kinase domain mutation"): {**ITD, **TKD},
    ("FGFR3", "susceptible alteration"): {
        "any_of": p("R248C", "S249C", "G370C", "Y373C"), "fused_with": ["TACC3"],
    },
    ("PDGFRA", "exon 18 mutation"): {"within": ["814", "854"]},
    ("PDGFRA", "FIP1L1::PDGFRA"): {"fused_with": ["FIP1L1"]},
    ("PDGFRA", "FIP1L1::PDGFRA, or PDGFRB rearrangement"): {
        "either": ["PDGFRA FIP1L1::PDGFRA", "PDGFRB rearrangement"],
    },
    ("EZH2", "codon 646 or A682G or A692V mutation"): {
        "any_of": p("Y646N", "Y646F", "Y646H", "Y646S", "Y646C", "A682G", "A692V"),
    },
    ("NPM1", "exon 12 mutation"): {"frameshift_in": ["286", "294"]},
    ("RET", "fusion"): {"fusion": "yes"},
    ("RET", "mutation"): {"codons": ["609", "634"], "any_of": p("M918T"), "called": ONCOGENIC},
    ("ALK", "rearrangement"): {"fusion": "yes"},
    ("ABL1", "BCR::ABL1"): {"fused_with": ["BCR"]},
    ("MET", "amplification"): {"amplification": "yes"}, ("ERBB2", "amplification"): {"amplification": "yes"},
    ("HFE", "C282Y on both copies"): {"any_of": p("C282Y"), "zygosity": "homozygous"},
    ("H3-3A", "K27M of any H3 gene"): {"either": [f"{gene} p.Lys28Met" for gene in ("H3-3A", "H3-3B", "H3C2", "H3C3")]},
}  # fmt: skip


@cache
def variants(gene: str) -> dict[str, Any]:
    text = (ROOT / "cards" / "genes" / f"{gene}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader).get("variants", {})
    return found


@pytest.mark.parametrize(("gene", "category"), sorted(CATEGORIES), ids=lambda part: str(part)[:30])
def test_a_category_is_the_predicate_of_the_specification(gene: str, category: str) -> None:
    entry = variants(gene)[category]
    assert {key: entry[key] for key in DECIDES if key in entry} == CATEGORIES[gene, category]


def all_genes() -> list[str]:
    return sorted(path.stem for path in (ROOT / "cards" / "genes").glob("*.yaml"))


def test_what_is_pathogenic_is_so_for_every_gene_by_the_same_words() -> None:
    reads = {"at_least": "0.4", "at_most": "0.6"}  # CT-GERM: about 40 to 60 % of the reads
    seen = 0
    for gene in all_genes():
        for name, entry in variants(gene).items():
            if name.startswith("pathogenic") and "significance" in entry:
                seen += 1
                assert entry["significance"] == LIKELY, (gene, name)
            if "plasma reads" in name and "fraction" in entry:
                assert (entry["fraction"], entry["specimen"]) == (reads, "plasma"), gene
            if name.endswith("without a germline result") and "either" not in entry:
                assert entry["of"] == name.removesuffix(" without a germline result"), gene
                assert entry["unless_known"] == "pathogenic germline variant", gene
            if name == "pathogenic germline variant":
                assert entry["origin"] == "germline", gene
            if name == "pathogenic tumor variant":
                assert (entry["called"], entry["not_specimen"]) == (LIKELY, "plasma"), gene
    assert seen > 40


PREDICATES = ("any_of", "codons", "missense", "loss_in", "gain_in", "within", "duplication_in", "fusion", "fused_with")
# A phrase that would also exclude the wider category, which a test of one exon cannot.
NARROW = {("KRAS", "exon 2"), ("NRAS", "exon 2")}


def _holds_in(part: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether every change of one category is one of the other by the same predicates."""
    keys = [key for key in PREDICATES if key in part]
    lists = ("any_of", "codons", "fused_with")
    plain = not {"significance", "except", "zygosity", "perhaps_texts"} & {*part, *whole}
    return plain and bool(keys) and all(
        key in whole and (set(part[key]) <= set(whole[key]) if key in lists else part[key] == whole[key])
        for key in keys
    )  # fmt: skip


def test_words_for_a_part_of_a_category_are_words_for_the_category() -> None:
    """A report that says "E19del" is one of every category that exon 19 deletions belong to."""
    missing = {
        (gene, name, text)
        for gene in all_genes()
        for name, whole in variants(gene).items()
        for other, part in variants(gene).items()
        if name != other and _holds_in(part, whole)
        for text in set(part.get("texts", ())) - set(whole.get("texts", ()))
        if (gene, text) not in NARROW
    }
    assert missing == set()


def test_a_fusion_is_never_a_point_mutation_or_an_amplification() -> None:
    for gene in all_genes():
        for name, entry in variants(gene).items():
            if name in ("fusion", "rearrangement"):
                assert entry.get("fusion") == "yes", (gene, name)
                assert not {"any_of", "codons", "missense", "amplification"} & set(entry), (gene, name)


def test_a_residue_stands_in_a_category_under_the_letters_of_its_own_entry() -> None:
    """A category lists only changes that the file names singly, where it names any of that residue."""
    for gene in all_genes():
        single = {name for name in variants(gene) if name.startswith("p.")}
        residues = {re.sub(r"[A-Za-z*]+$", "", name): name for name in single}
        for name, entry in variants(gene).items():
            for change in entry.get("any_of", ()):
                assert re.sub(r"[A-Za-z*]+$", "", change) not in residues or change in single, (gene, name, change)


@needs_shared
def test_what_an_approved_test_names_is_in_the_category_of_its_drug() -> None:
    assert SHARED is not None
    of_drug = {
        "ivosidenib": ("IDH1", "R132 mutation"), "enasidenib": ("IDH2", "R140 or R172 mutation"),
        "tazemetostat": ("EZH2", "codon 646 or A682G or A692V mutation"),
        "alpelisib": ("PIK3CA", "mutation of the approved test"), "erdafitinib": ("FGFR3", "susceptible alteration"),
    }  # fmt: skip
    lines = (SHARED / "data/biomarkers/labels/fda_cdx_facts.jsonl").read_text(encoding="utf-8").splitlines()
    tried = set()
    for row in map(json.loads, lines):
        for drug in row["drugs_named"]:
            if drug in of_drug and len(row["genes_named"]) == 1 and row["variants_named"]:
                gene, category = of_drug[drug]
                named = set(p(*(one for one in row["variants_named"] if not one.endswith("X"))))
                entry = variants(gene)[category]
                tried.add(drug)
                assert named == {*entry["any_of"], *entry.get("by_base", {})}, (drug, row["pma"])
    assert tried == set(of_drug)


ENDS = [
    ("EGFR", "exon 19 deletion", "p.Glu746_Ala750del", "present"),
    ("EGFR", "exon 19 deletion", "p.Ile740_Lys745dup", "absent"),
    ("EGFR", "exon 20 insertion", "p.Asp770_Asn771insGly", "present"),
    ("EGFR", "exon 20 insertion", "p.Thr790Met", "absent"),
    ("EGFR", "G719X", "p.Gly719Ala", "present"),
    ("BRAF", "V600E or V600K", "p.Val600Arg", "absent"),
    ("BRAF", "V600 mutation", "p.Val600Asp", "present"),
    ("ESR1", "missense mutation at codons 310 to 547", "p.Asp538Gly", "present"),
    ("ESR1", "missense mutation at codons 310 to 547", "p.Lys303Arg", "absent"),
    ("PDGFRA", "exon 18 mutation", "p.Asp842Ile", "present"),
    ("PDGFRA", "p.Asp842Val", "p.Asp842Ile", "absent"),
    ("RET", "fusion", "p.Met918Thr", "absent"),
    ("ALK", "rearrangement", "p.Phe1174Leu", "absent"),
]


@pytest.mark.parametrize(("gene", "category", "change", "answer"), ENDS, ids=[f"{g} {c}" for g, _, c, _ in ENDS])
def test_a_neighbor_of_the_category_is_told_from_a_member(gene: str, category: str, change: str, answer: str) -> None:
    found = ask("variant", f"{gene} {category}", variant(gene, {"p": change}), origin="somatic")
    assert (found.keys == ("present",)) is (answer == "present"), found
