"""Markers that several results make together: receptors, a score with its reflex test, repair proteins."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.findings import Finding
from tests.infer.support import ask, finding

HER2 = "HER2 status"


def marker(name: str, at: str, **value: Any) -> Finding:
    more = {key: value.pop(key) for key in ("date", "unit", "status", "reason", "matched") if key in value}
    return finding("biomarker", name, value or None, at=at, source_class="somatic", **more)


def percent(name: str, number: str, comparator: str | None = None, unit: str = "%", at: str = "a") -> Finding:
    return marker(name, at, quantity=Decimal(number), unit=unit, **({"comparator": comparator} if comparator else {}))


def state(name: str, *findings: Finding) -> Answer:
    return ask("biomarker", name, *findings, origin="somatic")


@pytest.mark.parametrize(
    ("number", "comparator", "told"),
    [
        ("1", None, "positive"),
        ("80", None, "positive"),
        ("0.99", None, "negative"),
        ("0", None, "negative"),
        ("1", "<", "negative"),
        ("1", ">", "positive"),
        ("10", ">=", "positive"),
        ("0.5", "<=", "negative"),
    ],
)
def test_a_percentage_is_called_at_the_limit_of_the_guideline(number: str, comparator: str | None, told: str) -> None:
    one, other = percent("ER", number, comparator), marker("PR", "b", result="negative")
    assert state("hormone receptors", one, other).keys == (told,)


@pytest.mark.parametrize(("number", "comparator"), [("5", "<"), ("1", "<="), ("0.5", ">"), ("0", ">=")])
def test_a_percentage_that_its_bounds_leave_on_both_sides_is_never_called(number: str, comparator: str) -> None:
    found = state("hormone receptors", percent("ER", number, comparator), marker("PR", "b", result="negative"))
    assert found.keys == ()


def test_a_percentage_in_another_unit_or_beside_a_call_is_left_as_it_is() -> None:
    negative = marker("PR", "b", result="negative")
    assert state("hormone receptors", percent("ER", "80", unit="{score}"), negative).keys == ()
    both = marker("ER", "a", quantity=Decimal(80), result="negative", unit="%")
    assert state("hormone receptors", both, negative).keys == ("negative",)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [("1", "10", ("positive",)), ("0", "0.5", ("negative",)), ("0", "10", ()), (None, None, ())],
)
def test_a_range_is_called_only_if_all_of_it_is_on_one_side(
    low: str | None, high: str | None, told: tuple[str, ...]
) -> None:
    bounds = {"low": Decimal(low) if low else None, "high": Decimal(high) if high else None}
    found = state(
        "hormone receptors", marker("ER", "a", quantity=bounds, unit="%"), marker("PR", "b", result="negative")
    )
    assert found.keys == told
    plain = state("hormone receptors", marker("ER", "a", **bounds, unit="%"), marker("PR", "b", result="negative"))
    assert plain.keys in (told, ())


def test_a_number_that_is_no_number_is_never_called() -> None:
    found = state("hormone receptors", marker("ER", "a", quantity="80", unit="%"), marker("PR", "b", result="negative"))
    assert found.keys == ()


def test_one_positive_receptor_is_enough_and_both_are_needed_for_negative() -> None:
    positive, negative = marker("ER", "a", result="positive"), marker("PR", "b", result="negative")
    found = state("hormone receptors", positive, negative)
    assert found.keys == ("positive",)
    assert [source.resource for source in found.sources] == ["Observation/a"]
    assert state("hormone receptors", negative).keys == ()
    both = state("hormone receptors", marker("ER", "a", result="negative"), negative)
    assert (both.keys, len(both.sources)) == (("negative",), 2)


@pytest.mark.parametrize(
    ("values", "keys", "word", "reason"),
    [
        ([{"score": "3+"}], ("positive",), None, None),
        ([{"score": "1+"}], ("low",), None, None),
        ([{"score": "0"}], ("zero",), None, None),
        ([{"score": "2+"}], (), words.INDETERMINATE, "indeterminate"),
        ([{"score": "2+"}, {"result": "positive", "assay": "FISH"}], ("positive",), None, None),
        ([{"score": "2+"}, {"result": "negative", "assay": "FISH"}], ("low",), None, None),
        ([{"score": "2+"}, {"result": "negative", "assay": "IHC"}], (), words.INDETERMINATE, "indeterminate"),
        ([{"score": "2+"}, {"result": "negative"}], (), words.INDETERMINATE, "indeterminate"),
        ([{"score": "1+"}, {"result": "positive", "assay": "FISH"}], (), words.CONFLICTING, "conflict"),
        ([{"result": "low"}], ("low",), None, None),
        ([{"result": "positive", "assay": "IHC report"}], ("positive",), None, None),
    ],
)
def test_a_score_in_the_middle_waits_for_its_reflex_test(
    values: list[dict[str, str]], keys: tuple[str, ...], word: str | None, reason: str | None
) -> None:
    found = state(HER2, *(marker("HER2", str(place), **value) for place, value in enumerate(values)))
    assert (found.keys, found.word, found.reason) == (keys, word, reason)


def test_of_a_marker_that_changed_the_newest_result_counts() -> None:
    old = marker("HER2", "a", score="3+", date="2025-01-01")
    new = marker("HER2", "b", score="0", date="2026-01-01")
    assert state(HER2, old, new).keys == ("zero",)
    assert state(HER2, new, old).keys == ("zero",)


def test_two_results_of_one_part_that_differ_contradict_each_other() -> None:
    found = state(HER2, marker("HER2", "a", score="3+"), marker("HER2", "b", score="0"))
    assert (found.word, found.reason, len(found.sources)) == (words.CONFLICTING, "conflict", 2)


def test_a_report_that_calls_repair_proficient_beside_a_lost_protein_contradicts_itself() -> None:
    found = state("MMR", marker("MMR", "a", result="proficient"), marker("MLH1 protein", "b", result="lost"))
    assert found.word == words.CONFLICTING
    four = [marker(f"{name} protein", name, result="retained") for name in ("MLH1", "PMS2", "MSH2", "MSH6")]
    assert state("MMR", *four).keys == ("proficient",)
    assert state("MMR", *four[:3]).keys == ()


def test_a_result_on_a_scale_that_no_part_is_read_from_is_told_as_such() -> None:
    found = state(HER2, marker("HER2", "a", grade="high"))
    assert (found.word, found.reason) == (words.INDETERMINATE, "scale-mismatch")
    bare = state(HER2, finding("biomarker", "HER2", "positive", at="a", source_class="somatic"))
    assert bare.keys == ("positive",)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (HER2, marker("HER2", "a", result="equivocal", assay="FISH")),
        ("hormone receptors", marker("ER", "a", result="weak")),
    ],
)
def test_a_result_that_no_row_knows_is_never_told_as_no_result(name: str, told: Finding) -> None:
    found = state(name, told)
    assert (found.word, found.reason) == (words.INDETERMINATE, "scale-mismatch")
    assert [source.resource for source in found.sources] == ["Observation/a"]


def test_while_only_a_part_is_missing_there_is_no_result_yet() -> None:
    found = state("hormone receptors", marker("ER", "a", result="negative"))
    assert (found.word, found.reason) == (words.UNKNOWN, "no-result")


def test_the_word_present_alone_is_no_state_of_a_marker() -> None:
    assert state(HER2, marker("HER2", "a", result="present")).keys == ()


def test_a_marker_known_by_words_only_is_marked() -> None:
    assert state(HER2, marker("HER2", "a", score="3+", matched="name")).by_name
    assert not state(HER2, marker("HER2", "a", score="3+", matched="code")).by_name


def test_a_marker_beside_withheld_results_is_marked_for_what_it_may_lack() -> None:
    hidden = finding("variant", "X", None, status="withheld", reason="withheld")
    assert words.WITHHELD in state(HER2, marker("HER2", "a", score="3+"), hidden).notes
