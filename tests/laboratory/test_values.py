"""Laboratory rules through the whole line: value, unit, date, comparator."""

from __future__ import annotations

import pytest

from tests.germline.bundles import concept, evaluate, laboratory, line, observation, order, said, told

METFORMIN, EPLERENONE = "laboratory/egfr/metformin", "laboratory/potassium/eplerenone"
FINERENONE, HBV = "laboratory/potassium/finerenone", "laboratory/hepatitis-b/anti-cd20"
PER_BODY = "mL/min/{1.73_m2}"


@pytest.mark.parametrize("code", ["98979-8", "62238-1", "33914-3"])
def test_a_low_rate_of_any_equation_alerts_for_metformin(code: str) -> None:
    assert line(METFORMIN, order("metformin"), laboratory(code, 24, PER_BODY)).outcome == "ALERT"


@pytest.mark.parametrize(("value", "case"), [(29.9, "below-30"), (30, "from-30-to-45"), (45, "at-least-45")])
def test_the_limits_belong_to_the_upper_range(value: float, case: str) -> None:
    decision = line(METFORMIN, order("metformin"), laboratory("98979-8", value, PER_BODY))
    assert decision.cases == (case,)


def test_a_spelling_of_the_unit_is_the_same_unit() -> None:
    assert line(METFORMIN, order("metformin"), laboratory("98979-8", 24, "mL/min/1.73m2")).outcome == "ALERT"


def test_the_newest_value_counts() -> None:
    resources = [
        laboratory("2823-3", 6.2, "mmol/L", effectiveDateTime="2026-04-01"),
        laboratory("2823-3", 4.4, "mmol/L", "l2", effectiveDateTime="2026-05-20"),
    ]
    assert told(line(EPLERENONE, order("eplerenone"), *resources)) == ("CLEAR", "at-most-5-5")


def test_two_values_of_one_day_that_differ_are_a_conflict() -> None:
    resources = [laboratory("2823-3", 6.2, "mmol/L"), laboratory("2823-3", 4.4, "mmol/L", "l2")]
    assert told(line(EPLERENONE, order("eplerenone"), *resources)) == ("CANNOT-TELL", "conflict")


def test_one_high_value_alerts_although_the_other_test_is_missing() -> None:
    assert line(FINERENONE, order("finerenone"), laboratory("2823-3", 5.2, "mmol/L")).outcome == "ALERT"


@pytest.mark.parametrize("drug", ["obinutuzumab", "rituximab"])
def test_a_positive_hepatitis_b_marker_alerts(drug: str) -> None:
    answer = concept("10828004", "http://snomed.info/sct", "Positive")
    marker = observation("l1", concept("16933-4"), valueCodeableConcept=answer)
    assert line(HBV, order(drug), marker).outcome == "ALERT"


def test_a_card_names_value_unit_and_date() -> None:
    text = said(evaluate(order("metformin"), laboratory("98979-8", 24, PER_BODY)))
    assert "24 mL/min" in text
    assert "2026-05-02" in text


def test_a_measured_g6pd_activity_is_shown_with_unit_and_date_and_not_judged() -> None:
    resources = [order("rasburicase"), laboratory("32546-4", 4.2, "U/g{Hb}")]
    assert told(line("laboratory/g6pd/rasburicase", *resources)) == ("CANNOT-TELL", "indeterminate")
    text = said(evaluate(*resources))
    assert "4.2 U/g hemoglobin" in text
    assert "2026-05-02" in text
