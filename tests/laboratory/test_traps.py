"""The traps of the laboratory and wearable families, one test each."""

from __future__ import annotations

import re
from typing import Any

import pytest

import pmcds
from tests.cards.files import load
from tests.germline.bundles import (
    CARDS,
    NOW,
    bundle,
    condition,
    evaluate,
    laboratory,
    line,
    observation,
    order,
    said,
    told,
)

EPLERENONE, METFORMIN = "laboratory/potassium/eplerenone", "laboratory/egfr/metformin"
PER_BODY = "mL/min/{1.73_m2}"
RULES = sorted(path for path in (CARDS / "laboratory").rglob("*.yaml") if not path.name.endswith(".test.yaml"))


def test_lab_01_a_number_without_a_unit_is_no_value() -> None:
    decision = line(EPLERENONE, order("eplerenone"), laboratory("2823-3", 6.2, None))
    assert told(decision) == ("CANNOT-TELL", "unit-unreadable")


def test_lab_01_a_unit_of_another_kind_is_no_value() -> None:
    decision = line(EPLERENONE, order("eplerenone"), laboratory("2823-3", 6.2, "mg/dL"))
    assert told(decision) == ("CANNOT-TELL", "unit-unreadable")


def test_lab_01_lipoprotein_a_in_mg_per_dl_is_not_compared_with_nmol_per_l() -> None:
    high = observation("l1", {"text": "lipoprotein(a)"}, valueQuantity={"value": 60, "unit": "mg/dL"})
    decision = line("laboratory/lipoprotein-a/risk-enhancer", high, drafts=True)
    assert told(decision) == ("CANNOT-TELL", "unit-unreadable")


def test_lab_02_an_old_value_neither_alerts_nor_clears() -> None:
    for value in (6.2, 4.4):
        old = laboratory("2823-3", value, "mmol/L", effectiveDateTime="2025-11-30")
        assert told(line(EPLERENONE, order("eplerenone"), old)) == ("CANNOT-TELL", "no-result")


def test_lab_02_an_old_value_is_an_input_that_is_not_current() -> None:
    old = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2025-11-30")
    inputs = {one.resource: one.ignored for one in evaluate(order("eplerenone"), old).ledger.inputs}
    assert inputs["Observation/l1"] == "not-current"


def test_lab_02_the_card_names_the_date_of_an_old_value_and_not_the_value() -> None:
    older = laboratory("2823-3", 6.7, "mmol/L", "l2", effectiveDateTime="2025-10-01")
    old = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2025-11-30T08:00:00Z")
    told_on_cards = said(evaluate(order("eplerenone"), older, old))
    assert "an older value of 2025-11-30 is on file and no longer counts" in told_on_cards
    assert "6.2" not in told_on_cards


def test_lab_02_a_site_sets_its_own_age_limit() -> None:
    old = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2025-11-30")
    terms = {"terms/observations.yaml": {"current_for": {"potassium": "12"}}}
    own = pmcds.Engine(pmcds.Knowledge.from_path(CARDS) + pmcds.Knowledge.from_docs(terms))
    found = own.evaluate(bundle(order("eplerenone"), old), now=NOW)
    assert [one.outcome for one in found.ledger.orders if one.rule == EPLERENONE] == ["ALERT"]


def test_lab_02_a_value_on_the_last_day_of_its_time_still_counts() -> None:
    last = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2026-03-01")
    assert line(EPLERENONE, order("eplerenone"), last).outcome == "ALERT"


def test_lab_02_a_partial_date_is_old_only_for_certain() -> None:
    this_year = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2026")
    last_year = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2025")
    assert line(EPLERENONE, order("eplerenone"), this_year).outcome == "ALERT"
    assert line(EPLERENONE, order("eplerenone"), last_year).outcome == "CANNOT-TELL"


def test_lab_02_a_newer_value_replaces_an_old_one() -> None:
    old = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2025-11-30")
    new = laboratory("2823-3", 4.4, "mmol/L", "l2")
    assert told(line(EPLERENONE, order("eplerenone"), old, new)) == ("CLEAR", "at-most-5-5")


@pytest.mark.parametrize(
    ("comparator", "value", "outcome"), [(">", 60, "CLEAR"), ("<", 30, "ALERT"), ("<=", 29, "ALERT")]
)
def test_lab_03_a_comparator_on_one_side_of_the_limits_decides(comparator: str, value: float, outcome: str) -> None:
    found = laboratory("98979-8", value, PER_BODY)
    found["valueQuantity"]["comparator"] = comparator
    assert line(METFORMIN, order("metformin"), found).outcome == outcome


def test_lab_03_a_comparator_over_a_limit_straddles_it() -> None:
    found = laboratory("98979-8", 60, PER_BODY)
    found["valueQuantity"]["comparator"] = "<"
    assert told(line(METFORMIN, order("metformin"), found)) == ("CANNOT-TELL", "value-straddles-threshold")


def test_lab_04_two_equations_of_one_day_that_differ_are_a_conflict() -> None:
    resources = [laboratory("98979-8", 25, PER_BODY), laboratory("33914-3", 50, PER_BODY, "l2")]
    assert told(line(METFORMIN, order("metformin"), *resources)) == ("CANNOT-TELL", "conflict")


def test_lab_05_a_computed_index_is_not_built() -> None:
    assert not [path for path in RULES if "fib" in path.as_posix()]


def test_lab_06_a_limit_is_never_the_reference_range() -> None:
    ranged = laboratory("2823-3", 5.2, "mmol/L", referenceRange=[{"high": {"value": 5.0, "unit": "mmol/L"}}])
    assert told(line(EPLERENONE, order("eplerenone"), ranged)) == ("CLEAR", "at-most-5-5")


def test_lab_07_a_limit_that_differs_by_population_stays_a_draft() -> None:
    for name in ("neutrophils/clozapine", "ige/omalizumab"):
        assert load(CARDS / "laboratory" / f"{name}.yaml")["status"] == "draft"


def test_h34_a_number_in_a_text_is_no_number() -> None:
    words = observation("l1", {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]}, valueString="6.2 mmol/L")
    assert line(EPLERENONE, order("eplerenone"), words).outcome == "CANNOT-TELL"


def test_an_implausible_number_is_no_value() -> None:
    assert line(EPLERENONE, order("eplerenone"), laboratory("2823-3", 62, "mmol/L")).outcome == "CANNOT-TELL"


def test_a_future_value_does_not_count() -> None:
    found = laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2027-01-01")
    assert told(line(EPLERENONE, order("eplerenone"), found)) == ("CANNOT-TELL", "future-dated")


@pytest.mark.parametrize("path", RULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_active_rule_cites_a_section_and_a_date(path: Any) -> None:
    rule = load(path)
    if rule["status"] == "active":
        assert all(one.get("section") or one.get("pmid") or one["source"] == "FDA" for one in rule["evidence"].values())
        assert "to be" not in str(rule["evidence"])


# Refused by design

REFUSED = ("troponin", "electrocardiogram", "ecg", "rhythm", "glucose monitor", "heart rate", "steps", "waveform")


def test_c_22_no_rule_asks_for_troponin() -> None:
    for rule in pmcds.Knowledge.from_path(CARDS).with_drafts().rules:
        for subject in rule.subjects:
            assert not any(word in subject.name.lower() for word in REFUSED), rule.id


def test_c_22_serial_troponin_makes_no_card() -> None:
    series = [
        laboratory("10839-9", value, "ng/mL", f"t{place}", effectiveDateTime=f"2026-05-31T0{place}:00:00Z")
        for place, value in enumerate((0.01, 0.4, 2.1))
    ]
    assert said(evaluate(*series)) == ""


def test_wr_rhythm_a_waveform_is_not_read_as_a_value() -> None:
    sampled = {"origin": {"value": 0}, "period": 2, "dimensions": 1, "data": "1 2 3 4"}
    category = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "procedure"}]}
    ]
    code = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.24", "code": "131328"}]}
    result = evaluate(observation("w1", code, valueSampledData=sampled, category=category))
    assert said(result) == ""
    assert {one.resource: one.ignored for one in result.ledger.inputs}["Observation/w1"] == "not-relevant"


def test_wr_steps_a_step_count_makes_no_card() -> None:
    steps = [laboratory("55423-8", 900 + place, "/d", f"s{place}") for place in range(3)]
    assert said(evaluate(*steps)) == ""


def test_wr_cgm_a_glucose_stream_makes_no_card() -> None:
    stream = [
        laboratory("2345-7", 40 + place, "mg/dL", f"g{place}", effectiveDateTime=f"2026-05-31T00:{place:02}:00Z")
        for place in range(0, 60, 5)
    ]
    assert said(evaluate(*stream)) == ""


def test_fr_02_the_grammar_has_no_series() -> None:
    schema = (CARDS.parent / "schemas" / "rule.schema.json").read_text(encoding="utf-8")
    for word in ("series", "trend", "slope", "sampled"):
        assert word not in schema


# Tests that the specification names


WARFARIN, SPIRONOLACTONE = "laboratory/inr/warfarin", "laboratory/potassium/spironolactone"


def test_an_inr_is_read_by_its_code_and_with_every_spelling_of_no_unit() -> None:
    for unit in ("{INR}", "1"):
        assert line(WARFARIN, order("warfarin"), laboratory("6301-6", 4.4, unit)).outcome == "ALERT"
        assert line(WARFARIN, order("warfarin"), laboratory("6301-6", 4.0, unit)).outcome == "CLEAR"


def test_lab_02_an_inr_older_than_a_month_neither_alerts_nor_clears() -> None:
    for value in (6.0, 2.5):
        old = laboratory("6301-6", value, "{INR}", effectiveDateTime="2026-04-20")
        assert told(line(WARFARIN, order("warfarin"), old)) == ("CANNOT-TELL", "no-result")


def test_a_ratio_is_shown_without_a_unit() -> None:
    shown = said(evaluate(order("warfarin"), laboratory("6301-6", 4.6, "{INR}"), drafts=False))
    assert "INR 4.6:" in shown


def test_a_target_range_of_inr_is_never_judged() -> None:
    low = said(evaluate(order("warfarin"), laboratory("6301-6", 1.1, "{INR}"), drafts=False))
    assert "target" not in low


def test_the_limit_for_spironolactone_holds_where_heart_failure_is_on_the_problem_list() -> None:
    high = laboratory("2823-3", 5.2, "mmol/L")
    assert line(SPIRONOLACTONE, order("spironolactone"), high, condition("heart failure")).cases == (
        "heart-failure-above-5",
    )
    assert line(SPIRONOLACTONE, order("spironolactone"), high).cases == ("above-5",)


@pytest.mark.parametrize("antigen", ["HLA-B57 antigen", "HLA-B17", "HLA B57 (serology)"])
def test_a_serologic_antigen_is_no_allele_and_neither_alerts_nor_clears(antigen: str) -> None:
    """One antigen covers several alleles: it can neither show nor exclude the one that a guideline names."""
    for word in ("positive", "negative"):
        found = observation("h1", {"text": antigen}, valueCodeableConcept={"text": word})
        lines = [
            one for one in evaluate(order("abacavir"), found, drafts=False).ledger.orders if one.drug == "abacavir"
        ]
        assert lines
        assert {one.outcome for one in lines} <= {"CANNOT-TELL", "NOT-COVERED"}


def test_every_test_that_the_specification_names_has_a_rule_or_a_refusal() -> None:
    page = (CARDS.parent / "docs" / "evidence" / "biomarkers-other.md").read_text(encoding="utf-8")
    section = page.partition("## Tests that the specification names")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE))
    for name in (
        "G6PD activity", "TPMT activity", "NUDT15 activity", "renal function", "hepatic function", "potassium", "HbA1c",
        "ferritin and transferrin saturation", "INR", "hs-CRP", "lipids", "HLA serology", "trends", "old values",
    ):  # fmt: skip
        assert len(rows[name]) > 10, name
