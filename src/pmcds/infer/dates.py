"""Dates as FHIR states them, often partial, as the span of time that they leave open."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

# Clocks differ: a result may lie this far ahead of `now`.
TOLERANCE = timedelta(minutes=10)
# A date without a time zone may have begun this long before, or end this long after, the same date in UTC.
_EARLIEST = timedelta(hours=14)
_LATEST = timedelta(hours=12)

_DATE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})"
    r"(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.\d{1,12})?)?(Z|[+-]\d{2}:[0-5]\d)?)?)?)?\Z",
    re.ASCII,
)


class Days(NamedTuple):
    """The first and the last calendar day that a date may mean."""

    first: date
    last: date


class Span(NamedTuple):
    """The earliest and the latest instant that a date may mean."""

    low: datetime
    high: datetime


def days(text: str | None) -> Days | None:
    """The calendar days of a full or partial date; a time of day is dropped. None if it is no date."""
    match = _DATE.match(text) if text else None
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    try:
        first = date(year, int(month or 1), int(day or 1))
        last = first if day else _last_of_month(date(year, int(month or 12), 1))
    except ValueError:
        return None
    return Days(first, last)


def _last_of_month(first: date) -> date:
    if first.month == 12:
        return first.replace(day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


def span(text: str | None) -> Span | None:
    """The instants of a date; without a zone it may be that date anywhere on earth. None if it is no date."""
    found = days(text)
    match = _DATE.match(text) if text else None
    if found is None or match is None:
        return None
    try:
        if match[4]:
            return _instant(found.first, match)
        start = datetime(found.first.year, found.first.month, found.first.day, tzinfo=UTC)
        end = datetime(found.last.year, found.last.month, found.last.day, tzinfo=UTC)
        return Span(start - _EARLIEST, end + timedelta(days=1) + _LATEST)
    except (ValueError, OverflowError):
        return None


def _instant(day: date, match: re.Match[str]) -> Span:
    second = min(int(match[6] or 0), 59)
    at = datetime(day.year, day.month, day.day, int(match[4]), int(match[5]), second, tzinfo=UTC)
    length = timedelta(seconds=1) if match[6] else timedelta(minutes=1)
    zone = match[7]
    if zone is None:
        return Span(at - _EARLIEST, at + length + _LATEST)
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        at -= offset if zone[0] == "+" else -offset
    return Span(at, at + length)


def later(one: str | None, two: str | None) -> bool:
    """True if the first date is after the second for certain: by day, within a day by time if both state it."""
    first, second = days(one), days(two)
    if first is None or second is None:
        return False
    if first.first > second.last:
        return True
    if first.first != second.first or first != second or "T" not in (one or "") or "T" not in (two or ""):
        return False
    instants = span(one), span(two)
    return instants[0] is not None and instants[1] is not None and instants[0].low >= instants[1].high


def in_future(text: str | None, now: datetime) -> bool:
    """True if the whole of the date lies after `now` and the tolerance (H48)."""
    found = span(text)
    return found is not None and starts_later(found, now)


def starts_later(found: Span, now: datetime) -> bool:
    """True if a span of time begins after `now` and the tolerance."""
    return found.low > now + TOLERANCE


def newest(texts: list[str | None]) -> str | None:
    """The date that begins last, or None if none is stated."""
    stated = [(found.low, text) for text in texts if text and (found := span(text)) is not None]
    return max(stated)[1] if stated else None
