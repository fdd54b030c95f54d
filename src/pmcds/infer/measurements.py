"""Answers about laboratory values and tumor biomarkers: the newest counts, numbers keep their comparator (MG4, MG9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from pmcds.infer.dates import later
from pmcds.infer.evidence import Index, Seen, State, date_of, is_withheld, nothing_usable, see, sources_of
from pmcds.infer.marker_findings import marker_findings
from pmcds.infer.markers import combined
from pmcds.model import words
from pmcds.model.answers import Answer, Interval, Key, Subject
from pmcds.model.findings import Finding
from pmcds.terminology import Terms


class Valued(NamedTuple):
    """A finding with its key."""

    finding: Finding
    key: Key


def laboratory(subject: Subject, index: Index, terms: Terms) -> Answer:
    """The newest final value, in the unit of the analyte; same time and different value is a conflict."""
    seen = see(index.of("laboratory", subject.name), None, index.now)
    valued, unread = _valued(seen, subject, terms)
    answer = _newest(subject, valued, [*seen.others, *unread], index)
    if answer.word != words.UNKNOWN:
        return answer
    return replace(answer, notes=(*answer.notes, *_outdated(subject, index)))


def _outdated(subject: Subject, index: Index) -> tuple[str, ...]:
    """That a value is on file but too old to count, with the newest date (LAB-02)."""
    old = [one for one in index.of("laboratory", subject.name) if one.reason == "not-current"]
    date = date_of(old)
    return (f"{words.OUTDATED} {date[:10]} is on file and no longer counts",) if date else ()


def biomarker(subject: Subject, index: Index, terms: Terms) -> Answer:
    """The newest result or number of a marker within its specimen class, or what several results make together."""
    if subject.name in terms.markers.get("markers", {}):
        return combined(subject, terms.markers, index)
    found = list(_of_marker(subject.name, index, terms.markers))
    seen = see(found, "somatic", index.now)
    valued, unread = _valued(seen, subject, terms)
    valued, misfits = _on_scale(subject.name, valued, terms)
    others = [*seen.others, *unread, *misfits]
    return _newest(subject, valued, others if valued or others else _other_scales(subject.name, index), index)


def _on_scale(name: str, valued: list[Valued], terms: Terms) -> tuple[list[Valued], list[tuple[State, Finding]]]:
    """Values that rules can compare: numbers of a marker that is asked for by number, words of one that is not."""
    numeric, worded = (name in terms.markers.get(kind, ()) for kind in ("numeric", "worded"))
    fitting = [one for one in valued if not (isinstance(one.key, str) and numeric)]
    fitting = [one for one in fitting if not (isinstance(one.key, Interval) and worded)]
    state = State(words.INDETERMINATE, "scale-mismatch")
    return fitting, [] if fitting else [(state, one.finding) for one in valued]


def _other_scales(name: str, index: Index) -> list[tuple[State, Finding]]:
    """Results of the marker on another scale than "MARKER SCALE" asks for (CAT-20)."""
    marker, _, scale = name.rpartition(" ")
    found = see(index.of("biomarker", marker) if marker and scale else (), "somatic", index.now).usable
    return [(State(words.INDETERMINATE, "scale-mismatch"), finding) for finding in found]


def _of_marker(name: str, index: Index, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings of a marker; "MARKER SCALE" asks for one score or assay of it."""
    exact = marker_findings(name, index, document)
    yield from exact
    marker, _, scale = name.rpartition(" ")
    for finding in index.of("biomarker", marker) if marker and not exact else ():
        value: Any = finding.value if isinstance(finding.value, Mapping) else {}
        stated = {str(value.get("score", "")), *str(value.get("assay", "")).split()}
        if scale in stated or finding.status not in ("present", "absent"):
            yield finding


def _valued(seen: Seen, subject: Subject, terms: Terms) -> tuple[list[Valued], list[tuple[State, Finding]]]:
    unit = _canonical_unit(subject.name, seen, terms) if seen.usable else None
    valued: list[Valued] = []
    unread: list[tuple[State, Finding]] = []
    for finding in seen.usable:
        key = _key(finding, subject, terms, unit)
        if key is None:
            unread.append((State(words.UNREADABLE, "value-unreadable"), finding))
        elif isinstance(key, State):
            unread.append((key, finding))
        else:
            valued.append(Valued(finding, key))
    return valued, unread


def _canonical_unit(name: str, seen: Seen, terms: Terms) -> str | None:
    """The unit that values of this subject are compared in: that of its first code, else of its first value."""
    known = terms.canonical_unit(name)
    if known is not None:
        return known
    return next((finding.unit for finding in seen.usable if finding.unit), None)


def _key(finding: Finding, subject: Subject, terms: Terms, unit: str | None) -> Key | State | None:
    """The number as an interval in the asked unit, else the word of the result."""
    value: Any = finding.value if isinstance(finding.value, Mapping) else {"result": finding.value}
    if isinstance(value.get("quantity"), Mapping) or any(name in value for name in ("low", "high")):
        bounds = value["quantity"] if isinstance(value.get("quantity"), Mapping) else value
        low, high = bounds.get("low"), bounds.get("high")
        return _converted(
            Interval(_number(low), _number(high), finding.unit or value.get("unit")), subject, terms, unit
        )
    number = _number(value.get("quantity"))
    if number is not None:
        interval = _interval(number, value.get("comparator"), finding.unit or value.get("unit"))
        return None if interval is None else _converted(interval, subject, terms, unit)
    for name in ("result", "score"):
        if isinstance(value.get(name), str):
            return str(value[name])
    return None


def _number(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _interval(number: Decimal, comparator: Any, unit: Any) -> Interval | None:
    unit = unit if isinstance(unit, str) else None
    if comparator in (None, ""):
        return Interval(number, number, unit)
    if comparator in ("<", "<="):
        return Interval(None, number, unit, high_open=comparator == "<")
    if comparator in (">", ">=", "≥"):
        return Interval(number, None, unit, low_open=comparator == ">")
    return None


def _converted(interval: Interval, subject: Subject, terms: Terms, unit: str | None) -> Interval | State:
    """The interval in the canonical unit; another dimension is no value (H33)."""
    if unit is None or interval.unit == unit or interval.unit is None:
        return interval if interval.unit is not None or unit is None else State(words.UNREADABLE, "unit-unreadable")
    ends = []
    for end in (interval.low, interval.high):
        changed = None if end is None else terms.convert(end, interval.unit, unit, subject.name)
        if end is not None and changed is None:
            return State(words.UNREADABLE, "unit-unreadable")
        ends.append(changed)
    return Interval(ends[0], ends[1], unit, interval.low_open, interval.high_open)


def _newest(
    subject: Subject, valued: Sequence[Valued], others: Sequence[tuple[State, Finding]], index: Index
) -> Answer:
    if not valued:
        return nothing_usable(subject, index, others, [subject.name])
    current = [one for one in valued if not any(_replaces(other.finding, one.finding) for other in valued)]
    blocking = [
        (state, finding)
        for state, finding in others
        if state.word in (words.UNREADABLE, words.CONFLICTING)
        and not any(_replaces(one.finding, finding) for one in current)
    ]
    if blocking:
        # A newer value that cannot be read may differ: the older one does not speak for it (LC-10).
        return nothing_usable(subject, index, blocking, [subject.name])
    keys = _distinct(one.key for one in current)
    findings = [one.finding for one in current]
    older = ("an older result differs",) if any(one.key not in keys for one in valued) else ()
    named = tuple(sorted({f"also {state.reason}" for state, _ in others}))
    withheld = (words.WITHHELD,) if is_withheld(index, subject.kind) else ()
    conflict = len(keys) > 1
    return Answer(
        subject,
        () if conflict else keys,
        words.CONFLICTING if conflict else None,
        "conflict" if conflict else _openness(keys),
        sources_of(findings),
        date_of(findings),
        None,
        None,
        all(finding.matched == "name" for finding in findings),
        (*older, *named, *withheld),
        keys if conflict else (),
    )


def _openness(keys: Iterable[Key]) -> str | None:
    """Why more than one number is possible: a comparator or a range leaves an interval open (LAB-03)."""
    several = any(isinstance(key, Interval) and key.low != key.high for key in keys)
    return "value-straddles-threshold" if several else None


def _replaces(newer: Finding, older: Finding) -> bool:
    """True if one result is later than the other for certain, of the same specimen class."""
    if (newer.specimen or "") != (older.specimen or "") and newer.kind == "biomarker":
        return False
    return later(newer.date, older.date)


def _distinct(keys: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(sorted(set(keys), key=repr))
