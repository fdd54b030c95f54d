"""Tolerant access: what does not fit is absent, and no number is ever a float."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmcds.fhir.values import (
    clean,
    code_of,
    codings,
    date_after,
    date_of,
    decimal_of,
    reference_of,
    span_of,
    spelling,
    texts,
)
from tests.fhir.material import NOW


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (5, "5"),
        (0.1, "0.1"),
        (Decimal("72.50"), "72.50"),
        ("25.0", "25.0"),
        ("1E5", "1E+5"),
        ("-0.5", "-0.5"),
        (True, None),
        (None, None),
        ("", None),
        ("1,5", None),
        ("<5", None),
        (" 5", None),
        ("05", None),
        ("5.", None),
        ("five", None),
        ("٣", None),
        (float("nan"), None),
        (float("inf"), None),
        ("1e1000000", None),
        (Decimal("1e1000000"), None),
        (Decimal("NaN"), None),
        (1e300, None),
        (10**60, None),
        ("1" * 41, None),
        ([5], None),
    ],
)
def test_fhir_r6_numbers_are_exact_or_none(stated: Any, expected: str | None) -> None:
    found = decimal_of(stated)
    assert (None if found is None else str(found)) == expected


def test_fhir_r2_codings_are_read_from_any_container() -> None:
    one = {"system": "s", "code": "c", "display": "d"}
    for form in ({"coding": [one]}, {"coding": one}, one, [{"coding": [one]}], {"concept": {"coding": [one]}}):
        assert codings(form) == (("s", "c", "d"),)
    assert codings("text") == ()
    assert codings({"coding": [None, "x", {}, {"system": "s"}]}) == ()


def test_fhir_r1_blank_members_are_absent() -> None:
    assert codings({"coding": [{"system": "", "code": "", "display": "Name"}]}) == ((None, None, "Name"),)


def test_fhir_r10_codes_are_trimmed() -> None:
    assert codings({"code": ' CYP2C9*2*5"'})[0][1] == "CYP2C9*2*5"
    assert codings({"code": "CYP2C19 genotype: "})[0][1] == "CYP2C19 genotype"


def test_fhir_r3_strings_stand_for_concepts() -> None:
    assert texts("active") == "active"
    assert code_of("active") == "active"
    assert code_of({"coding": [{"code": "active"}]}) == "active"
    assert code_of({"text": "active"}) == "active"
    assert code_of({"coding": [{"code": "active"}, {"code": "resolved"}]}) is None


def test_fhir_r8_invisible_characters_and_blanks_are_folded() -> None:
    assert clean("Enzymatic activity/\u200bvolume\u00a0 x") == "Enzymatic activity/volume x"
    assert clean(" \u200b ") is None


def test_fhir_r9_hl7_escapes_are_read() -> None:
    assert clean("a\\.br\\b \\T\\ c") == "a b & c"


def test_references_stand_as_object_string_or_codeable_reference() -> None:
    assert reference_of({"reference": "A/1"}) == "A/1"
    assert reference_of("A/1") == "A/1"
    assert reference_of({"reference": {"reference": "A/1"}}) == "A/1"
    assert reference_of([{"reference": "A/1"}]) == "A/1"
    for nothing in ({"display": "x"}, {"identifier": {"value": "x"}}, {}, None, "", 5, [], {"reference": ""}):
        assert reference_of(nothing) is None


@pytest.mark.parametrize(
    "bad", ["2018-13-40", "May 2018", "20180501", "2018-02-30", "2018-1-1", "", None, 2018, "2018-05-01T25:00:00Z"]
)
def test_fhir_r12_bad_dates_are_none(bad: Any) -> None:
    assert span_of(bad) is None


def test_fhir_t48_partial_dates_are_intervals() -> None:
    year, month = span_of("2018"), span_of("2019-12")
    assert year is not None
    assert month is not None
    assert (year.end - year.start) == timedelta(days=365, hours=26)
    assert (month.end - month.start) == timedelta(days=31, hours=26)
    for text, length in (("2026-06-01", timedelta(hours=50)), ("2026-06-01T10:00Z", timedelta(minutes=1))):
        found = span_of(text)
        assert found is not None and found.end - found.start == length
    assert date_of({"effectiveDateTime": "2018"}) == "2018"


@pytest.mark.parametrize(
    ("stated", "later"),
    [
        ("2016-06-01", False),
        ("2026-05-31", False),
        ("2026-06-01T00:01:00Z", False),
        ("2026-06-02T00:00:00Z", True),
        ("2026-06-02", True),
        ("2026", False),
        ("2027", True),
        ("2026-06-01T13:00:00+14:00", False),
        ("2026-05-31T23:00:00-12:00", True),
        ("9999-12-31", True),
        ("nonsense", False),
    ],
)
def test_h48_dates_after_now_are_told_whatever_the_zone(stated: str, later: bool) -> None:
    assert date_after(stated, NOW) is later


def test_fhir_s7_the_date_is_effective_else_issued() -> None:
    assert date_of({"effectivePeriod": {"start": "2020"}, "issued": "2021"}) == "2020"
    assert date_of({"effectiveDateTime": "bad", "issued": "2021-01-01T00:00:00Z"}) == "2021-01-01T00:00:00Z"
    assert date_of({}) is None


PARTS = st.sampled_from([None, "", "a", "b", " a", 5, {"x": 1}])
CODINGS = st.fixed_dictionaries({}, optional={"system": PARTS, "code": PARTS, "display": PARTS})
CONCEPTS = st.recursive(
    st.fixed_dictionaries({}, optional={"coding": st.lists(CODINGS, max_size=2) | CODINGS | PARTS, "text": PARTS}),
    lambda inner: st.lists(inner, max_size=2) | st.builds(lambda one: {"concept": one}, inner),
    max_leaves=3,
)


@given(CONCEPTS, CONCEPTS)
def test_what_is_remembered_under_one_spelling_means_the_same(one: Any, other: Any) -> None:
    if spelling(one) == spelling(other):
        assert (codings(one), texts(one)) == (codings(other), texts(other))


def test_a_concept_that_is_one_already_is_not_looked_for_inside_it() -> None:
    inner, outer = {"coding": [{"code": "b"}]}, {"coding": [{"code": "a"}]}
    assert codings({"concept": inner}) == ((None, "b", None),)
    assert codings({**outer, "concept": inner}) == ((None, "a", None),)
