"""Drugs, ages and transplants of several sources: the wrong one of two never decides."""

from __future__ import annotations

from decimal import Decimal

import pytest

import pmcds
from pmcds.model.answers import Interval
from pmcds.model.findings import DrugMatch, Finding, Order, Source
from tests.infer.support import NOW, ask, finding
from tests.infer.test_donors import CYP2C19, HLA, LIVER, STEM_CELLS, _event, _lines

CURRENT = {"state": "current"}


def taken(name: str = "carbamazepine", state: str = "current", **more: object) -> Finding:
    at = str(more.pop("at", "m"))
    status = str(more.pop("status", "present"))
    return finding("medication", name, {"state": state, **more}, at=at, status=status)


def months(low: int, high: int | None) -> tuple[Interval, ...]:
    return (Interval(Decimal(low), None if high is None else Decimal(high), "mo"),)


def born(*dates: str, status: str = "present") -> tuple[Finding, ...]:
    return tuple(
        finding("demographic", "birth_date", date, at=f"patient-{place}", status=status)
        for place, date in enumerate(dates)
    )


@pytest.mark.parametrize(("kind", "value"), [("condition", {"codes": ()}), ("medication", CURRENT)])
def test_h47_what_is_stated_not_to_be_there_is_never_present(kind: str, value: dict[str, object]) -> None:
    assert ask(kind, "carbamazepine", finding(kind, "carbamazepine", value, status="absent")).keys == ("absent",)
    assert ask(kind, "carbamazepine", finding(kind, "carbamazepine", value)).keys == ("present",)


def test_pg61_a_course_of_the_past_never_lengthens_the_present_one() -> None:
    before = taken(state="past", since="2010-01-01", until="2012-01-01", at="before")
    now = taken(since="2026-03-01", at="now")
    for both in ((before, now), (now, before)):
        assert ask("taken_for", "carbamazepine", *both).keys == months(3, 3)


def test_pg61_of_two_statements_the_longer_counts_and_one_without_beginning_leaves_it_open() -> None:
    short, long = taken(since="2026-03-01", at="short"), taken(since="2025-06-01", at="long")
    for both in ((short, long), (long, short)):
        assert ask("taken_for", "carbamazepine", *both).keys == months(12, 12)
    assert ask("taken_for", "carbamazepine", long, taken(at="unknown")).keys == months(12, None)


def test_a_drug_denied_is_never_taken_for_any_time() -> None:
    assert ask("taken_for", "carbamazepine", taken(since="2020-01-01", status="absent")).keys == months(0, 0)


@pytest.mark.parametrize("first", ["medication", "order"])
def test_a_part_of_a_combination_is_found_wherever_the_combination_stands(first: str) -> None:
    other = "order" if first == "medication" else "medication"
    one = finding(first, "carbamazepine + valproate", {"state": "active"}, at="a")
    two = finding(other, "codeine + paracetamol", {"state": "active"}, at="b")
    for asked in ("carbamazepine", "valproate", "codeine", "paracetamol"):
        assert ask("medication", asked, one, two).keys == ("present",), asked


def _ordered(how: str) -> Order:
    place = Source("MedicationRequest/1", "/entry/1/resource", "/entry/1/resource")
    return Order("MedicationRequest/1", DrugMatch(("carbamazepine",), how=how), state="current", source=place)


def test_mg10_an_order_with_a_code_is_never_known_by_name_only() -> None:
    assert ask("medication", "carbamazepine", orders=(_ordered("code"),)).by_name is False
    assert ask("medication", "carbamazepine", orders=(_ordered("name"),)).by_name is True


def test_h45_of_two_birth_dates_neither_decides_alone() -> None:
    dates = ("2009-01-01", "2000-01-01")
    for both in (dates, dates[::-1]):
        answer = ask("age", "", *born(*both))
        [interval] = answer.keys
        assert isinstance(interval, Interval)
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low < 18 < interval.high
        assert answer.reason == "age-straddles-limit"


def test_lc24_a_birth_date_that_is_withheld_never_gives_an_age() -> None:
    answer = ask("age", "", *born("1990-01-01", status="withheld"))
    assert (answer.keys, answer.word, answer.sources) == ((), "withheld", ())


def test_lc24_a_sex_that_is_withheld_never_gives_a_sex() -> None:
    answer = ask("sex", "", finding("demographic", "sex", "male", status="withheld"))
    assert (answer.keys, answer.word, answer.sources) == ((), "withheld", ())


# Transplants


def test_h14_saliva_after_a_transplant_is_never_surely_the_patients() -> None:
    """Saliva holds white blood cells, which are the donor's."""
    saliva = pmcds.Patient(diplotype={"CYP2C19": "*1/*1"}, specimen="saliva")
    assert _lines(saliva, "clopidogrel") == {("CLEAR", "normal-or-increased")}
    assert _lines(saliva, "clopidogrel", _event(STEM_CELLS, "2025-11-02")) == {("CANNOT-TELL", "donor-blood")}


def test_h14_a_transplant_that_is_planned_never_changes_whose_blood_it_is() -> None:
    planned = {
        "resourceType": "Condition",
        "id": "event",
        "subject": {"reference": "Patient/patient-1"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": STEM_CELLS,
        "onsetDateTime": "2027-01-10",
    }
    assert NOW.year == 2026
    assert _lines(CYP2C19, "clopidogrel", planned) == {("CLEAR", "normal-or-increased")}
    assert _lines(CYP2C19, "clopidogrel", planned | {"code": LIVER}) == {("CLEAR", "normal-or-increased")}
    assert {outcome for outcome, _ in _lines(HLA, "abacavir", planned)} == {"CLEAR"}
    took_place = planned | {"onsetDateTime": "2025-01-10"}
    assert _lines(CYP2C19, "clopidogrel", took_place) == {("CANNOT-TELL", "donor-blood")}


def test_h14_a_transplant_that_is_not_confirmed_is_never_passed_over() -> None:
    unsure = {
        "resourceType": "Condition",
        "id": "event",
        "subject": {"reference": "Patient/patient-1"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "provisional"}]},
        "code": STEM_CELLS,
        "onsetDateTime": "2025-01-10",
    }
    assert _lines(CYP2C19, "clopidogrel", unsure) == {("CANNOT-TELL", "donor-blood")}


@pytest.mark.parametrize("turned", [False, True])
def test_h14_of_two_transplants_the_later_one_never_hides_the_earlier(turned: bool) -> None:
    events = [_event(STEM_CELLS, "2025-11-02"), _event(STEM_CELLS, "2026-05-20", id="second")]
    told = _lines(CYP2C19, "clopidogrel", *(events[::-1] if turned else events))
    assert told == {("CANNOT-TELL", "donor-blood")}
