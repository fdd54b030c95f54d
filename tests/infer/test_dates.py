"""Partial dates are spans, and only what the span decides is decided (T48, H48)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pmcds.infer.dates import days, in_future, later, newest, span

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_partial_date_is_every_day_that_it_may_mean() -> None:
    assert days("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert days("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert days("2024-02-29T10:00:00+02:00") == (date(2024, 2, 29), date(2024, 2, 29))


@pytest.mark.parametrize(
    "text", ["", None, "24", "2024-13", "2023-02-29", "2024-01-01T25:00", "x", "2024-01-01 10:00", "0000"]
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert days(text) is None
    assert span(text) is None


def test_an_instant_keeps_its_zone() -> None:
    found = span("2026-06-01T14:00:00+02:00")
    assert found is not None
    assert found.low == datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-06-01T12:05:00Z", False), ("2026-06-01T12:11:00Z", True), ("2026-06-01", False), ("2026-06-02", False),
        ("2026-06-03", True), ("2026", False), ("2027", True), (None, False), ("nonsense", False),
    ],
)  # fmt: skip
def test_h48_the_future_is_what_lies_after_now_anywhere_on_earth(text: str | None, wanted: bool) -> None:
    assert in_future(text, NOW) is wanted


def test_later_needs_certainty() -> None:
    assert later("2026-01-02", "2026-01-01")
    assert not later("2026-01-01", "2026-01-01")
    assert not later("2026", "2026-01-01")
    assert not later(None, "2026-01-01")
    assert later("2026-01-01T10:00:00Z", "2026-01-01T09:00:00Z")
    assert not later("2026-01-01T10:00:00Z", "2026-01-01")


def test_the_newest_date_is_the_one_that_begins_last() -> None:
    assert newest(["2020", None, "2021-05", "2021-05-02"]) == "2021-05-02"
    assert newest([None]) is None
