"""Tumor types hold the nodes that their rules were drafted for; ICD-10 codes lead to the nodes of their table."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from pmcds.terminology import Terms
from tests.cards.files import CARDS, load
from tests.cards.test_labels import script
from tests.shared import SHARED, needs_shared

Sets = tuple[set[str], set[str], set[str]]

# Rules of fewer or other tumors than their drafts, each with the reason.
NARROWER = {
    "tumor/biliary/fgfr2-futibatinib": "the label says intrahepatic cholangiocarcinoma",
    "tumor/leukemia/order-revumenib": "one order rule for two drafts: the tumor type that both labels name",
    "tumor/lung/order-entrectinib-repotrectinib": "the ROS1 use only; the use in any solid tumor has a rule of its own",
    "tumor/liquid-biopsy/clonal-hematopoiesis": "no draft of a tumor",
    "tumor/liquid-biopsy/germline-suspected": "no draft of a tumor",
    "tumor/liquid-biopsy/plasma-negative": "no draft of a tumor",
}
# A broader code that leaves the type open although the draft does not name it: never an answer, only a question.
MORE_OPEN = {
    "tumor/lung/erbb2-kinase-domain": {"NSCLC"}, "tumor/thyroid/braf-v600e-anaplastic": {"THYROID"},
    "tumor/thyroid/order-selpercatinib-medullary": {"THYROID"}, "tumor/thyroid/ret-mutation": {"THYROID"},
}  # fmt: skip


def many(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _of_cards(cancers: list[str], entries: dict[str, Any]) -> Sets:
    def joined(key: str) -> set[str]:
        return {node for cancer in cancers for node in many(entries[cancer].get(key))}

    return joined("oncotree"), joined("exclude"), joined("broader")


@needs_shared
def test_the_tumors_of_a_rule_are_those_of_its_drafts() -> None:
    assert SHARED is not None
    facts = script().Facts(SHARED / "data" / "biomarkers")
    compared, wrong = 0, []
    for rule in script().read_rules():
        name = f"tumor/{rule.path.removesuffix('.yaml')}"
        if not rule.active or name in NARROWER or not rule.drafts:
            continue
        keys = ("oncotree_include", "oncotree_exclude", "oncotree_imprecise")
        stated = [{node for draft in rule.drafts for node in facts.drafts[draft][key]} - {"TISSUE"} for key in keys]
        include, exclude, broader = stated
        found = _of_cards(rule.cancers, facts.cancers)
        compared += 1
        if found != (include, exclude, broader | MORE_OPEN.get(name, set())):
            wrong.append((name, found, (include, exclude, broader)))
    assert wrong == []
    assert compared > 125


@needs_shared
def test_each_icd_10_code_leads_to_the_node_of_the_table() -> None:
    assert SHARED is not None
    stated = load(CARDS / "terms" / "cancers.yaml")["codes"]
    table = SHARED / "data/biomarkers/oncology/icd10cm_to_oncotree_draft.tsv"
    wrong, codes = [], set()
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            code, nodes = f"icd10:{row['icd10cm_prefix']}", row["oncotree"].split(";")
            if row["match"] == "context":
                continue
            codes.add(code)
            # The node of a whole site is no type of a rule: it leaves every type below it open by itself.
            wanted: list[Any] = list(SITES.get(code, []))
            if row["match"] == "accept":
                wanted.append(nodes[0])
            elif row["match"] == "imprecise":
                wanted += [{"may_be": nodes}, {"one_of": nodes}]
            else:
                wanted.append("none")
            if stated.get(code) not in wanted:
                wrong.append((code, stated.get(code), wanted))
    assert wrong == []
    assert {code for code in stated if code.startswith("icd10:")} - codes == {"icd10:C83", "icd10:C84", "icd10:C85"}


SITES = {
    "icd10:C22": ["LIVER"], "icd10:C24": ["BILIARY_TRACT"], "icd10:C34": ["LUNG"], "icd10:C49": ["SOFT_TISSUE"],
    "icd10:C54": ["UTERUS"], "icd10:C55": ["UTERUS"], "icd10:C71": ["BRAIN"], "icd10:C73": ["THYROID"],
    "icd10:C81": ["HL"],
}  # fmt: skip


# SNOMED CT codes with the name that sample files and public value sets print beside them.
SNOMED = [
    ("254637007", "Non-small cell lung cancer", "non-small cell lung cancer"),
    ("254632001", "Small cell carcinoma of lung", "lung cancer"),
    ("363358000", "Malignant tumor of lung", "lung cancer"),
    ("254837009", "Malignant neoplasm of breast", "breast cancer"),
    ("372137005", "Primary malignant neoplasm of breast", "breast cancer"),
    ("363406005", "Malignant tumor of colon", "colorectal cancer"),
    ("372244006", "Malignant melanoma", "melanoma"),
    ("399068003", "Malignant tumor of prostate", "prostate cancer"),
    ("91861009", "Acute myeloid leukemia", "acute myeloid leukemia"),
    ("92818009", "Chronic myeloid leukemia", "chronic myeloid leukemia"),
    ("92814006", "Chronic lymphoid leukemia", "chronic lymphocytic leukemia"),
    ("277571004", "B-cell acute lymphoblastic leukemia", "acute lymphoblastic leukemia"),
]


@pytest.mark.parametrize(("code", "name", "cancer"), SNOMED, ids=[code for code, *_ in SNOMED])
def test_a_diagnosis_by_code_is_the_tumor_that_its_name_says(terms: Terms, code: str, name: str, cancer: str) -> None:
    match = terms.conditions((("http://snomed.info/sct", code, None),))
    assert cancer in match.cancers
    kinds = ("non-small cell", "breast", "colorectal", "melanoma", "prostate", "leukemia")
    others = {one for one in match.cancers for kind in kinds if kind in one and kind not in cancer}
    assert others <= {"solid tumor other than colorectal"}, name
