"""Laboratory values and tumor markers: the newest counts, numbers keep comparator and unit (MG4, MG9, H33, H34)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.model.answers import Interval
from pmcds.model.findings import Finding
from tests.infer.support import ask, finding


def lab(value: str | None, unit: str = "mg/dL", name: str = "creatinine", **more: Any) -> Finding:
    told: dict[str, Any] = {"loinc": "2160-0"}
    if value is not None:
        told["quantity"] = Decimal(value)
    if "comparator" in more:
        told["comparator"] = more.pop("comparator")
    more.setdefault("at", f"{value}-{unit}-{more.get('date')}")
    return finding("laboratory", name, told, unit=unit, **more)


def exactly(value: str, unit: str) -> Interval:
    return Interval(Decimal(value), Decimal(value), unit)


def test_mg9_the_newest_final_value_counts() -> None:
    answer = ask("laboratory", "creatinine", lab("0.9", date="2026-01-01"), lab("1.4", date="2026-03-01"))
    assert answer.keys == (exactly("1.4", "mg/dL"),)
    assert answer.date == "2026-03-01"
    assert "an older result differs" in answer.notes


def test_mg9_same_time_and_different_value_is_a_conflict() -> None:
    for dates in (("2026-01-01", "2026-01-01"), ("2026", "2026-03-01"), (None, "2026-03-01")):
        answer = ask("laboratory", "creatinine", lab("0.9", date=dates[0], at="a"), lab("1.4", date=dates[1], at="b"))
        assert (answer.word, answer.reason) == ("conflicting", "conflict")
        assert set(answer.alternatives) == {exactly("0.9", "mg/dL"), exactly("1.4", "mg/dL")}


def test_the_same_value_twice_is_one() -> None:
    answer = ask("laboratory", "creatinine", lab("0.9", at="a"), lab("0.90", at="b"))
    assert len(answer.keys) == 1
    assert len(answer.sources) == 2


def test_h33_units_of_one_kind_are_converted_and_others_are_unreadable() -> None:
    answer = ask("laboratory", "hemoglobin", lab("134", "g/L", "hemoglobin"))
    assert answer.keys == (exactly("13.4", "g/dL"),)
    answer = ask("laboratory", "hemoglobin", lab("134", "U/L", "hemoglobin"))
    assert (answer.word, answer.reason) == ("unreadable", "unit-unreadable")


@pytest.mark.parametrize(
    ("comparator", "wanted"),
    [
        ("<", Interval(None, Decimal("0.5"), "mg/dL", high_open=True)),
        ("<=", Interval(None, Decimal("0.5"), "mg/dL")),
        (">", Interval(Decimal("0.5"), None, "mg/dL", low_open=True)),
        (">=", Interval(Decimal("0.5"), None, "mg/dL")),
    ],
)
def test_h34_a_comparator_is_an_interval(comparator: str, wanted: Interval) -> None:
    assert ask("laboratory", "creatinine", lab("0.5", comparator=comparator)).keys == (wanted,)


def test_h34_a_range_is_an_interval() -> None:
    value = {"low": Decimal(1), "high": Decimal(2)}
    answer = ask("laboratory", "creatinine", finding("laboratory", "creatinine", value, unit="mg/dL"))
    assert answer.keys == (Interval(Decimal(1), Decimal(2), "mg/dL"),)


def test_t50_an_implausible_value_is_conflicting_and_never_corrected() -> None:
    answer = ask("laboratory", "creatinine", lab("3000", status="conflicting", reason="implausible"))
    assert (answer.word, answer.reason) == ("conflicting", "conflict")


def test_lc10_a_newer_value_that_cannot_be_read_is_not_passed_over() -> None:
    old = lab("0.9", date="2026-01-01")
    new = lab(None, date="2026-03-01", status="indeterminate", reason="unit-unreadable")
    assert ask("laboratory", "creatinine", old, new).reason == "unit-unreadable"
    earlier = lab(None, date="2025-03-01", status="indeterminate", reason="unit-unreadable")
    assert ask("laboratory", "creatinine", old, earlier).keys == (exactly("0.9", "mg/dL"),)


def test_mg7_a_preliminary_value_is_named_beside_the_final_one() -> None:
    new = lab("3", date="2026-03-01", status="indeterminate", reason="result-not-final")
    answer = ask("laboratory", "creatinine", lab("0.9", date="2026-01-01"), new)
    assert answer.keys == (exactly("0.9", "mg/dL"),)
    assert "also result-not-final" in answer.notes


def test_a_missing_value_is_no_result() -> None:
    assert ask("laboratory", "creatinine").reason == "no-result"


def marker(name: str, **more: Any) -> Finding:
    value = {key: more.pop(key) for key in ("result", "quantity", "comparator", "score", "assay") if key in more}
    return finding("biomarker", name, value, **more)


def test_a_marker_is_a_word_or_a_number() -> None:
    assert ask("biomarker", "MSI", marker("MSI", result="high"), origin="somatic").keys == ("high",)
    tmb = marker("TMB", quantity=Decimal("12"), unit="mut/Mb")
    assert ask("biomarker", "TMB", tmb, origin="somatic").keys == (exactly("12", "mut/Mb"),)
    assert ask("biomarker", "HER2", marker("HER2", score="3+", assay="IHC"), origin="somatic").keys == ("3+",)


def test_t25_the_newest_marker_of_a_specimen_class_counts() -> None:
    old = marker("ER", result="positive", date="2018-03-10", at="a")
    new = marker("ER", result="negative", date="2024-01-02", at="b")
    for order in ((old, new), (new, old)):
        assert ask("biomarker", "ER", *order, origin="somatic").keys == ("negative",)


def test_st08_opposite_markers_of_one_day_are_a_conflict() -> None:
    two = [marker("ER", result=word, date="2024-01-02", at=word) for word in ("positive", "negative")]
    assert ask("biomarker", "ER", *two, origin="somatic").word == "conflicting"


def test_cat20_a_scale_is_asked_for_by_name() -> None:
    tps = marker("PD-L1", score="TPS", quantity=Decimal(55), unit="%", assay="IHC")
    assert ask("biomarker", "PD-L1 TPS", tps, origin="somatic").keys == (exactly("55", "%"),)
    assert ask("biomarker", "PD-L1 CPS", tps, origin="somatic").reason == "scale-mismatch"


def test_h12_a_marker_coded_germline_answers_no_tumor_rule() -> None:
    answer = ask("biomarker", "MSI", marker("MSI", result="high", source_class="germline"), origin="somatic")
    assert answer.reason == "source-class-mismatch"


def test_h33_a_marker_without_a_readable_unit_is_unreadable() -> None:
    count = marker("TMB", quantity=Decimal(380), status="indeterminate", reason="unit-unreadable")
    assert ask("biomarker", "TMB", count, origin="somatic").reason == "unit-unreadable"
