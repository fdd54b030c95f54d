"""What every rule owes: dates, own words, examples of the guidance, and tests that are not asked for twice."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.fhir import bundle_of
from tests.cards.files import CARDS, beside, cases_of, load, rule_paths, texts
from tests.cards.test_labels import script as check_labels
from tests.germline.bundles import SUBJECT, concept, condition, evaluate, line, observation, said
from tests.shared import SHARED, needs_shared
from tests.tumor.support import NOW, engine, result, tissue
from tests.tumor.support import line as tumor_line

OWN = [path for path in rule_paths() if path.relative_to(CARDS).parts[0] in ("germline", "laboratory", "tumor")]
ACTIVE = [path for path in OWN if load(path)["status"] == "active"]
LUNG, BOWEL = "non-small cell lung cancer", "colorectal cancer"


def name(path: Path) -> str:
    return path.relative_to(CARDS).as_posix().removesuffix(".yaml")


RULES = pytest.mark.parametrize("path", ACTIVE, ids=name)


def guidance(path: Path) -> list[str]:
    found = load(path)["regulatory"].get("non_device_basis", [])
    return found if isinstance(found, list) else [found]


@RULES
def test_ev_03_a_source_has_a_date_and_the_rule_a_day_of_its_next_review_within_a_year(path: Path) -> None:
    rule = load(path)
    for stated in rule["evidence"].values():
        assert re.fullmatch(r"\d{4}(-\d\d){0,2}", stated["date"])
        assert int(stated["date"][:4]) <= 2026
    first, again = (date.fromisoformat(rule["reviewed"][word]) for word in ("on", "again"))
    assert (again - first).days <= 366


def test_ev_04_an_accelerated_approval_is_said_on_the_card() -> None:
    shown = " ".join(
        str(card) for card in result(tissue("pancreatic adenocarcinoma", variant={"BRAF": ["V600E"]})).cards
    )
    assert "accelerated approval" in shown


@RULES
def test_ev_07_no_text_of_a_card_is_as_long_as_a_quoted_passage(path: Path) -> None:
    """Facts only: a detail is a few own sentences, and none of them is set in quotation marks."""
    for _, case in cases_of(load(path)):
        for text in texts(case.get("card", {})):
            assert len(text) < 700, path
            assert not re.search(r"[\u201c\u201d\u00ab\u00bb]", text), path


# Regulatory examples

WORK_UP = "germline/hereditary-cancer/lynch-reflex"
GUARDS = {"liquid-biopsy", "polygenic", "tumor-finding"}


def test_reg_03_a_work_up_names_the_examples_of_suggested_tests() -> None:
    assert {"A.7b", "A.11e"} <= set(guidance(CARDS / f"{WORK_UP}.yaml"))
    for path in ACTIVE:
        actions = {word for _, case in cases_of(load(path)) for word in texts(case.get("card", {}).get("advice", {}))}
        if "tumor" in path.parts and "test-first" in actions and not GUARDS & set(path.parts):
            assert "A.11e" in guidance(path), path


def test_reg_04_a_germline_test_that_is_ordered_again_is_a_remark_and_no_warning() -> None:
    someone = pmcds.Patient(diplotype={"CYP2C19": "*1/*1"})
    bundle = bundle_of(someone, now=NOW, terms=engine().terms)
    before = engine().evaluate(bundle, order="clopidogrel", now=NOW)
    again = {**_ordered("x"), "code": {"text": "CYP2C19 genotype"}, "subject": {"reference": "Patient/patient-1"}}
    bundle["entry"].append({"resource": again})
    after = engine().evaluate(bundle, order="clopidogrel", now=NOW)
    assert {card.indicator for card in after.cards} <= {card.indicator for card in before.cards} | {"info"}
    assert {one.outcome for one in after.ledger.orders} == {one.outcome for one in before.ledger.orders}


GERMLINE = [path for path in ACTIVE if "germline" in path.parts and not GUARDS & set(path.parts)]


@pytest.mark.parametrize("path", [path for path in GERMLINE if "drug" not in load(path)["ask"]], ids=name)
def test_reg_05_a_germline_option_names_the_examples_of_risk_and_screening(path: Path) -> None:
    assert {"A.7a", "A.9d"} <= set(guidance(path))


@pytest.mark.parametrize("path", [path for path in GERMLINE if "drug" in load(path)["ask"]], ids=name)
def test_reg_06_germline_drug_safety_names_the_examples_of_contraindications(path: Path) -> None:
    assert {"A.4a", "A.4c"} <= set(guidance(path))


@pytest.mark.parametrize("path", [path for path in ACTIVE if "laboratory" in path.parts], ids=name)
def test_reg_07_a_laboratory_rule_names_its_examples_and_those_to_keep_away_from(path: Path) -> None:
    stated = load(path)["regulatory"]
    if stated["input_kind"] == "laboratory-value":
        assert {"A.6b", "A.9a", "A.11c"} <= set(guidance(path))
        assert set(stated["device_examples_checked"]) == {"C.22", "C.29", "C.30"}


def test_reg_08_guards_claim_no_example_and_offer_no_treatment() -> None:
    guards = [path for path in OWN if GUARDS & set(path.parts)]
    assert len(guards) >= 6
    for path in guards:
        assert guidance(path) == [], path
        for _, case in cases_of(load(path)):
            advice = case.get("card", {}).get("advice", [])
            for one in advice if isinstance(advice, list) else [advice]:
                assert "instead" not in one, path


def test_reg_09_a_summarized_metric_of_a_wearable_makes_no_card() -> None:
    steps = observation("w1", {"text": "steps in 24 hours, mean of 7 days"}, valueQuantity={"value": 2100})
    found = evaluate(steps, drafts=False)
    assert [one.rule for one in found.ledger.orders if one.outcome == "ALERT"] == []
    assert "2100" not in said(found)


@RULES
def test_reg_20_the_label_of_a_rule_is_looked_at_again_within_a_year(path: Path) -> None:
    again = date.fromisoformat(load(path)["reviewed"]["again"])
    assert again <= date(2027, 11, 26)


def test_reg_21_a_rule_for_every_tumor_says_that_the_approval_of_the_test_is_not_read() -> None:
    agnostic = [path for path in ACTIVE if path.relative_to(CARDS).parts[:2] == ("tumor", "any")]
    assert len(agnostic) == 8
    for path in agnostic:
        assert "Whether the test was approved for this tumor type is not read" in load(path)["limits"], path
    cards = result(tissue("pancreatic adenocarcinoma", variant={"BRAF": ["V600E"]})).to_dict()["cards"]
    shown = "\n".join(card.get("detail", "") for card in cards).replace("\\", "")
    assert "Whether the test was approved for this tumor type is not read" in shown


@RULES
def test_reg_22_one_option_alone_needs_its_reason(path: Path) -> None:
    """A card that says what to do names two options at least, unless the rule says why there is one."""
    rule = load(path)
    if "one_option_reason" in rule["regulatory"]:
        return
    for _, case in cases_of(rule):
        written = " ".join(texts(case.get("card", {}).get("detail", {})))
        if written and "option" in written.lower():
            told_options = re.search(r"Options: (.*)", written)
            assert told_options is not None, path
            assert re.search(r",| or ", told_options[1]), path


@needs_shared
def test_lint_07_a_single_variant_that_no_cited_section_names_is_noticed() -> None:
    """By the script that compares the rules with the reference data; a note, as sections may name categories only."""
    script = check_labels()
    assert SHARED is not None
    facts = script.Facts(SHARED / "data" / "biomarkers")
    rule = next(one for one in script.read_rules() if one.path == "lung/egfr-t790m.yaml")
    rule.document["ask"]["know"] = {"variant": ["EGFR p.Leu747Pro"]}
    report = script.Report()
    script.check_rule(rule, facts, report)
    assert any("L747P stands in no cited section" in one for one in report.warnings)


# Orders of tests


def _ordered(code: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order", "subject": SUBJECT,
        "code": concept(code),
    }  # fmt: skip


def test_pt_02_no_test_is_suggested_while_one_is_under_way_or_preliminary() -> None:
    bowel, rule = condition(BOWEL), WORK_UP
    suggested = evaluate(bowel, drafts=False)
    assert "microsatellite instability or mismatch repair proteins" in said(suggested)
    preliminary = observation("b1", {"text": "MSI status"}, status="preliminary",
                              valueCodeableConcept={"text": "MSI-H"})  # fmt: skip
    assert line(rule, bowel, preliminary, drafts=False).cases == ()
    for under_way in (preliminary, _ordered("81695-9")):
        waiting = evaluate(bowel, under_way, drafts=False)
        assert not [one for card in waiting.cards for one in card.suggestions], under_way["resourceType"]


def test_pt_06_a_work_up_asks_for_what_is_missing_and_not_for_the_whole_panel_again() -> None:
    bowel, rule = condition(BOWEL), WORK_UP
    assert line(rule, bowel, drafts=False).cases == ("not-tested",)
    proteins = observation("b1", {"text": "MMR status"}, valueCodeableConcept={"text": "pMMR"})
    one = line(rule, bowel, proteins, drafts=False)
    assert one.cases == ("one-tested",)
    assert one.quiet


def test_pt_06_an_order_names_the_genes_that_lack_a_result_and_not_the_others() -> None:
    patient = tissue(BOWEL, variant={"KRAS": ["absent"]})
    assert tumor_line("colorectal/ras-panitumumab", patient, "panitumumab") == "CANNOT-TELL(no-result)"
    shown = "\n".join(card.get("detail", "") for card in result(patient, "panitumumab").to_dict()["cards"])
    missing = shown.replace("\\", "").partition("**Not available**")[2]
    assert "NRAS" in missing
    assert "KRAS RAS mutation:" not in missing


def test_every_rule_file_has_its_tests_beside() -> None:
    assert [path for path in OWN if not beside(path).is_file()] == []
