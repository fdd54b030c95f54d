"""Lists of genes behind one question are those of the labels and drafts, gene by gene."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.cards.test_labels import script
from tests.infer.test_knowledge_categories import all_genes, variants
from tests.shared import SHARED, needs_shared


def members(gene: str, category: str) -> set[str]:
    return {one.partition(" ")[0] for one in variants(gene)[category]["either"]}


def drafts() -> dict[str, Any]:
    assert SHARED is not None
    found: dict[str, Any] = script().Facts(SHARED / "data" / "biomarkers").drafts
    return found


def listed(text: str) -> set[str]:
    return set(re.findall(r"[A-Z][A-Z0-9]{2,}", text)) - {"HRR"}


@needs_shared
def test_cat_18_each_drug_has_the_repair_genes_of_its_own_label() -> None:
    olaparib = listed(re.findall(r"\((.*?)\)", drafts()["PRAD-HRR-OLA"]["biomarker"])[0])
    talazoparib = listed(re.findall(r"\((.*?)\)", drafts()["PRAD-HRR-TALA"]["biomarker"])[0])
    assert (len(olaparib), len(talazoparib)) == (14, 12)
    assert members("BRCA1", "pathogenic variant of 14 repair genes") == olaparib
    assert members("BRCA1", "pathogenic variant of 12 repair genes") == talazoparib
    assert "PPP2R2A" not in olaparib | talazoparib


@needs_shared
def test_what_of_a_tumor_asks_for_a_germline_test_is_the_list_of_the_row() -> None:
    assert SHARED is not None
    lines = (SHARED / "data/biomarkers/rules/other_rules_draft.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {row["rule_id"]: row["biomarker"] for row in map(json.loads, lines)}
    seven = listed(rows["GL-SOMATIC2GERM"].replace("(any tumor)", "").replace("P/LP", ""))
    assert len(seven) == 7
    name = "pathogenic tumor variant of a hereditary cancer gene without a germline result"
    assert members("BRCA1", name) == seven
    assert members("BRCA1", "pathogenic variant of a hereditary cancer gene in about half of the plasma reads") == seven
    blood = listed(rows["CT-CHIP"].partition("at low VAF")[0]) - {"DNA"}
    assert members("DNMT3A", "mutation of a clonal hematopoiesis gene in plasma") == blood


def test_a_list_never_names_one_thing_twice_and_names_what_is_there() -> None:
    known = {f"{gene} {name}" for gene in all_genes() for name in variants(gene)}
    for gene in all_genes():
        for name, entry in variants(gene).items():
            parts = entry.get("either", [])
            assert len(set(parts)) == len(parts), (gene, name)
            assert set(parts) <= known, (gene, name)


def test_the_genes_of_a_list_are_asked_for_by_one_and_the_same_finding() -> None:
    for gene in all_genes():
        for name, entry in variants(gene).items():
            kinds = {re.sub(r" not of plasma alone$", "", one.partition(" ")[2]) for one in entry.get("either", [])}
            if re.match(r"pathogenic|mutation of a clonal", name):
                assert len(kinds) <= 1, (gene, name, kinds)
