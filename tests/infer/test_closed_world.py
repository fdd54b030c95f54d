"""Conditions, drugs, age and sex: what is missing is a "no" only where that kind of data was supplied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from pmcds.model.answers import Answer, Interval
from pmcds.model.findings import DrugMatch, Finding, Order, Supply
from tests.infer.support import ask, finding


def condition(name: str | None, **more: object) -> Finding:
    return finding("condition", name, {"codes": ()}, **more)


def born(date: str, now: datetime) -> Answer:
    return ask("age", "", finding("demographic", "birth_date", date), now=now)


def years(answer: Answer) -> tuple[Decimal | None, Decimal | None]:
    interval = answer.keys[0]
    assert isinstance(interval, Interval)
    assert interval.unit == "a"
    return interval.low, interval.high


def test_a_condition_is_present_or_absent() -> None:
    assert ask("condition", "stroke", condition("stroke")).keys == ("present",)
    assert ask("condition", "stroke", condition("asthma")).keys == ("absent",)
    assert ask("condition", "stroke").keys == ("absent",)


@pytest.mark.parametrize(
    ("state", "reason"), [("missing", "not-supplied"), ("error", "not-supplied"), ("truncated", "truncated")]
)
def test_h50_an_absence_needs_a_complete_supply(state: str, reason: str) -> None:
    answer = ask("condition", "stroke", supply=Supply(conditions=state))
    assert (answer.keys, answer.reason) == (("present", "absent"), reason)
    assert ask("condition", "stroke", condition("stroke"), supply=Supply(conditions=state)).keys == ("present",)


def test_c5_an_unconfirmed_condition_leaves_both_open() -> None:
    answer = ask("condition", "stroke", condition("stroke", status="indeterminate", reason="unconfirmed"))
    assert (answer.keys, answer.reason) == (("present", "absent"), "indeterminate")


@pytest.mark.parametrize("reason", ["refuted", "resolved", "void-status", "other-patient"])
def test_h47_what_is_refuted_resolved_or_void_is_not_there(reason: str) -> None:
    assert ask("condition", "stroke", condition("stroke", status="ignored", reason=reason)).keys == ("absent",)


def test_a_condition_that_nobody_can_read_could_be_it() -> None:
    answer = ask("condition", "stroke", condition(None, status="indeterminate", reason="no-subject"))
    assert (answer.keys, answer.reason) == (("present", "absent"), "no-subject")


def test_tt_an_imprecise_tumor_type_leaves_both_open() -> None:
    maybe = finding("cancer", "COADREAD", {}, status="indeterminate", reason="tumor-type-imprecise")
    answer = ask("cancer", "COADREAD", maybe)
    assert (answer.keys, answer.reason) == (("present", "absent"), "tumor-type-imprecise")
    assert ask("cancer", "LUAD", maybe).keys == ("absent",)


def test_mg10_a_condition_by_name_is_marked() -> None:
    assert ask("condition", "stroke", condition("stroke", matched="name")).by_name


def test_a_drug_is_taken_while_its_statement_or_order_is_current() -> None:
    taken = finding("medication", "fluoxetine", {"state": "current"})
    past = finding("medication", "fluoxetine", {"state": "past"})
    both = finding("medication", "abacavir + lamivudine", {"state": "current"})
    assert ask("medication", "fluoxetine", taken).keys == ("present",)
    assert ask("medication", "fluoxetine", past).keys == ("absent",)
    assert ask("medication", "lamivudine", both).keys == ("present",)
    assert ask("medication", "fluoxetine", supply=Supply(medications="missing")).reason == "not-supplied"
    order = Order("MedicationRequest/1", DrugMatch(("fluoxetine",), how="code"), state="current")
    assert ask("medication", "fluoxetine", orders=(order,)).keys == ("present",)


def test_pg61_how_long_a_drug_was_taken_needs_a_beginning() -> None:
    def taken(since: str | None, name: str = "carbamazepine") -> Answer:
        return ask("taken_for", "carbamazepine", finding("medication", name, {"state": "current", "since": since}))

    def months(low: int, high: int | None) -> tuple[Interval, ...]:
        return (Interval(Decimal(low), None if high is None else Decimal(high), "mo"),)

    assert taken("2026-02-28").keys == months(3, 3)
    assert taken("2026-03-02").keys == months(2, 2)
    assert taken("2026").keys == months(0, 5)
    assert taken("2026").reason == "value-straddles-threshold"
    assert taken(None).keys == months(0, None)
    assert taken("2020-01-01", "valproate").keys == months(0, 0)
    assert ask("taken_for", "carbamazepine", supply=Supply(medications="missing")).keys == months(0, None)


NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_h45_age_is_exact_for_a_full_birth_date() -> None:
    assert years(born("2008-06-15", NOON)) == (Decimal(18), Decimal(18))
    assert years(born("2008-06-16", NOON))[1] < Decimal(18)  # type: ignore[operator]
    assert born("2008-06-14", NOON).reason is None


def test_h45_a_partial_birth_date_is_an_interval() -> None:
    answer = born("2008", NOON)
    low, high = years(answer)
    assert low is not None
    assert high is not None
    assert low < 18 < high
    assert answer.reason == "age-straddles-limit"
    assert years(born("2008-06", NOON)) == (Decimal("17.9166"), Decimal("18.0000"))


def test_h45_the_day_is_that_of_now_as_it_was_passed() -> None:
    night = datetime(2026, 6, 15, 0, 30, tzinfo=timezone(timedelta(hours=14)))
    assert years(born("2008-06-15", night)) == (Decimal(18), Decimal(18))
    late = datetime(2026, 6, 14, 23, 30, tzinfo=timezone(timedelta(hours=-12)))
    assert years(born("2008-06-15", late))[1] < Decimal(18)  # type: ignore[operator]


def test_h45_born_on_the_29th_of_february() -> None:
    assert years(born("2008-02-29", datetime(2026, 2, 28, tzinfo=UTC)))[1] < Decimal(18)  # type: ignore[operator]
    assert years(born("2008-02-29", datetime(2026, 3, 1, tzinfo=UTC))) == (Decimal(18), Decimal(18))


@pytest.mark.parametrize("date", ["2026-06-16", "2030", "not a date", "2008-13-01", "2008-02-30"])
def test_h45_a_birth_date_that_cannot_be_is_unreadable(date: str) -> None:
    answer = born(date, NOON)
    assert (answer.word, answer.reason) == ("unreadable", "value-unreadable")


def test_an_unknown_age_is_unbounded() -> None:
    answer = ask("age", "")
    assert (answer.keys, answer.reason) == ((Interval(None, None, "a"),), "not-supplied")


def test_sex_is_one_or_both() -> None:
    assert ask("sex", "", finding("demographic", "sex", "female")).keys == ("female",)
    for stated in ("other", "unknown"):
        answer = ask("sex", "", finding("demographic", "sex", stated))
        assert (answer.keys, answer.reason) == (("male", "female"), "sex-unknown")
    assert ask("sex", "").reason == "sex-unknown"
    assert ask("sex", "", supply=Supply(demographics="missing")).reason == "not-supplied"
    two = (finding("demographic", "sex", "female", at="a"), finding("demographic", "sex", "male", at="b"))
    assert ask("sex", "", *two).reason == "sex-unknown"
