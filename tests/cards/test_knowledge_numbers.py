"""Every number of a rule stands in its source: the row it comes from, or the record of what was read of the label."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.cards.files import CARDS, check_facts, load, texts
from tests.cards.knowledge import ActiveRule, active
from tests.cards.test_labels import script
from tests.shared import SHARED, needs_shared

LIMITS = ("at_least", "above", "at_most", "below")
_ROW = re.compile(r"\b[Rr]ow ((?:GL|LAB|PRS|WR)-[A-Z0-9-]*[A-Z0-9])")
_PLACE = re.compile(r"sections? \d[\d.]*(?: (?:and|to) \d[\d.]*)?|\(\d\.\d+\)")
MINOR = Decimal(18)


def numbers(text: str) -> set[Decimal]:
    """Numbers of a text; digits inside a name of a gene, variant or study are none."""
    plain = re.sub(r"(\d),(\d{3})\b", r"\1\2", text)
    return {Decimal(found) for found in re.findall(r"(?<![A-Za-z\d.-])\d+(?:\.\d+)?", plain)}


def limits(part: Any) -> Iterator[Decimal]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from [Decimal(value)] if key in LIMITS and isinstance(value, str) else limits(value)
    elif isinstance(part, list):
        for one in part:
            yield from limits(one)


def record(rule: ActiveRule) -> str:
    """The comments above a rule: its rows, and what was read where."""
    lines = rule.path.read_text(encoding="utf-8").splitlines()
    return " ".join(line[1:].strip() for line in lines if line.startswith("#"))


def said(rule: ActiveRule) -> str:
    """What the cards say and why cases are silent, without places in a label."""
    cards = [{key: value for key, value in case.items() if key in ("card", "silent")} for _, case in rule.cases()]
    return _PLACE.sub("", " ".join(texts(cards)))


@cache
def other_rows() -> dict[str, dict[str, Any]]:
    assert SHARED is not None
    lines = (SHARED / "data/biomarkers/rules/other_rules_draft.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["rule_id"]: row for row in map(json.loads, lines)}


# Limits that the row of the draft leaves to the label; what was read there stands above the rule.
LABEL_ONLY = {
    "laboratory/inr/warfarin": {Decimal(4)},
    "laboratory/potassium/finerenone": {Decimal(25)}, "laboratory/g6pd/rasburicase": {Decimal(0)},
}  # fmt: skip


@needs_shared
def test_a_limit_of_a_laboratory_rule_is_that_of_its_row_and_of_what_was_read() -> None:
    checked = 0
    for rule in active():
        if rule.family in ("laboratory", "germline"):
            head = record(rule)
            rows = " ".join(json.dumps(other_rows()[name]) for name in set(_ROW.findall(head)) if name in other_rows())
            own = set(limits([case.get("if", {}) for _, case in rule.cases()])) - {MINOR}
            checked += len(own)
            of_rows = {Decimal(found) for found in re.findall(r"\d+(?:\.\d+)?", rows)}
            assert own - LABEL_ONLY.get(rule.id, set()) <= of_rows, rule.id
            assert own - {Decimal(0)} <= numbers(head), rule.id
    assert checked >= 8


def test_a_number_that_a_laboratory_or_germline_card_says_stands_in_what_was_read() -> None:
    for rule in active():
        if rule.family in ("laboratory", "germline"):
            own = set(limits([case.get("if", {}) for _, case in rule.cases()]))
            known = own | numbers(record(rule)) | numbers(json.dumps(rule.document["evidence"]))
            assert numbers(said(rule)) <= known, rule.id


# How many of something there are, which no source states.
COUNTED = {
    "tumor/breast/her2-positive": {Decimal(7)}, "tumor/colorectal/dabrafenib-trametinib": {Decimal(1)},
    "tumor/gist/pdgfra-d842v-imatinib": {Decimal(3)}, "tumor/lung/egfr-c797s-resistance": {Decimal(3)},
    "tumor/melanoma/braf-v600e-or-v600k-pairs": {Decimal(1)},
}  # fmt: skip


@needs_shared
def test_a_number_of_a_tumor_rule_stands_in_its_draft() -> None:
    assert SHARED is not None
    drafts = script().Facts(SHARED / "data" / "biomarkers").drafts
    left_out = ("fda_citations", "cdx_citations", "pmids", "drug_codes", "traps")
    checked = 0
    by_path = {rule.path: rule for rule in script().read_rules()}
    for rule in active():
        found = by_path.get(rule.id.removeprefix("tumor/") + ".yaml")
        if rule.family != "tumor" or found is None or not found.drafts:
            continue
        rows = [{key: value for key, value in drafts[name].items() if key not in left_out} for name in found.drafts]
        text = json.dumps(rows, ensure_ascii=False)
        known = numbers(text) | {Decimal(digits) for digits in re.findall(r"\d+", text)}
        dates = {Decimal(one["date"][:4]) for one in rule.document["evidence"].values()}
        stated = limits([case.get("if", {}) for _, case in rule.cases()])
        rest = " ".join(texts([rule.document[key] for key in ("title", "why", "limits") if key in rule.document]))
        every = numbers(said(rule)) | set(stated) | numbers(rest)
        checked += len(every)
        assert every - COUNTED.get(rule.id, set()) <= known | dates, rule.id
    assert checked > 80


@needs_shared
def test_a_rule_asks_for_germline_or_somatic_results_as_its_draft_says() -> None:
    assert SHARED is not None
    drafts = script().Facts(SHARED / "data" / "biomarkers").drafts
    # The complex is a disease of the germline; of the two labels of the other draft only one asks for the germline.
    other = {"kidney/tsc-everolimus.yaml": "germline", "ovarian/germline-brca-niraparib.yaml": "germline"}
    counted = 0
    for rule in script().read_rules():
        if not rule.active or not rule.drafts:
            continue
        stated = " ".join(drafts[name]["biomarker"] for name in rule.drafts)
        either = "germline or somatic" in stated
        wanted = other.get(rule.path, "any" if either else "germline" if "germline" in stated else "somatic")
        origin = rule.document["ask"].get("origin")
        counted += 1
        # What is inherited is never asked of the tumor alone.
        assert origin == wanted or (wanted == "somatic" and rule.path in EITHER and origin == "any"), rule.path
    assert counted > 130


# Labels that name the gene and do not say where it was tested.
EITHER = (
    "ovarian/hrd-olaparib-bevacizumab.yaml", "prostate/brca.yaml", "prostate/brca2-castration-sensitive.yaml",
    "prostate/hrr-talazoparib.yaml",
)  # fmt: skip


@pytest.mark.parametrize("subject", sorted(load(CARDS / "terms" / "observations.yaml")["current_for"]))
def test_the_months_for_which_a_value_counts_are_those_that_the_rules_tell(subject: str) -> None:
    months = load(CARDS / "terms" / "observations.yaml")["current_for"][subject]
    told = 0
    called = {"estimated glomerular filtration rate": "rate", "creatinine clearance": "clearance"}
    for rule in active():
        know = check_facts().many(rule.document["ask"].get("know", {}).get("laboratory", []))
        if subject not in know:
            continue
        text = rule.document.get("limits", "")
        word = called.get(subject, subject)
        found = re.search(rf"{word} older than (?:(\d+)\b|(?:a|one) month)", text)
        if found is None:
            continue
        told += 1
        assert (found[1] or "1") == months, rule.id
    assert told


def test_rules_of_dpwg_say_the_month_of_the_rows_that_they_cite() -> None:
    for rule in active():
        if rule.source == "dpwg":
            months = set(re.findall(r"\d{4}-\d\d", rule.document["limits"]))
            dates = {one["date"][:7] for one in rule.document["evidence"].values() if one["source"] == "DPWG"}
            assert months == dates, rule.id
