"""Answers about conditions, tumor types, drugs, age and sex: absent only where that kind of data was supplied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from pmcds.infer.dates import days
from pmcds.infer.evidence import (
    Index,
    date_of,
    is_withheld,
    not_supplied,
    sources_of,
    state_of,
    unread_resources,
)
from pmcds.model import words
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.findings import Finding, Order

PRESENT = ("present",)
ABSENT = ("absent",)
OPEN = ("present", "absent")
_SEXES = ("male", "female")
_PARTS = " + "
_DRUG_KINDS = ("medication", "order")
FUTURE = "future-dated"
# A draft is not taken yet; what is ordered beside an order is `ordered_with`.
IN_FORCE = frozenset({"current", "active"})
DOUBTED = frozenset({words.INDETERMINATE, words.CONFLICTING, words.UNREADABLE})
_PARTLY = "drug-partly-recognized"
_MONTHS = Decimal(12)
_SMALLEST = Decimal("0.0001")


def named_answer(subject: Subject, index: Index, orders: Iterable[Order] = ()) -> Answer:
    """Whether a condition, tumor type or drug is there; open where a finding about it is not certain."""
    own = [finding for kind in _kinds(subject.kind) for finding in _about(index, kind, subject.name)]
    present, uncertain = [], []
    for finding in own:
        state = state_of(finding, None, index.now)
        if state.word == "" and finding.status == "present" and _is_active(finding):
            present.append(finding)
        elif state.word not in ("", None):
            uncertain.append((state.reason, finding))
    # What begins later is neither taken nor absent; an order is in force as soon as it is signed.
    later = {finding.source.site for reason, finding in uncertain if reason == FUTURE}
    about = [order for order in in_force(orders) if subject.name in order.drug.ingredients]
    ordered = [
        order for order in about if is_certain(order) and (order.source is None or order.source.site not in later)
    ]
    if present or ordered:
        sources = (*sources_of(present), *(order.source for order in ordered if order.source is not None))
        by_name = all(finding.matched == "name" for finding in present) and all(o.drug.how == "name" for o in ordered)
        return Answer(subject, PRESENT, None, None, tuple(dict.fromkeys(sources)), date_of(present), by_name=by_name)
    answer = _without(subject, index, uncertain)
    if answer.keys != ABSENT or not about:
        return answer
    sources = tuple(order.source for order in about if order.source is not None)
    return Answer(subject, OPEN, None, about[0].problem or "conflict", sources)


def in_force(orders: Iterable[Order]) -> list[Order]:
    """The orders and statements of what is taken already."""
    return [order for order in orders if order.state in IN_FORCE]


def is_certain(order: Order) -> bool:
    """False if something in an order that nobody can read, or that contradicts itself, may deny that its drug is taken.

    What stands unread beside a known ingredient of a combination does not.
    """
    return order.problem in (None, _PARTLY) and not order.drug.conflicting


def doubts_about(subject: Subject, index: Index) -> list[tuple[str, Finding]]:
    """Statements that name a drug and may mean that it is taken: why they are not certain, and which they are."""
    states = [
        (state_of(finding, None, index.now), finding)
        for kind in _kinds(subject.kind)
        for finding in _about(index, kind, subject.name)
    ]
    return [(state.reason, finding) for state, finding in states if state.word in DOUBTED]


def stopped_on(subject: Subject, index: Index, within: int) -> str | None:
    """The latest stated end of a drug that is not taken any more, if that is no more than so many days ago."""
    ends = []
    for kind in _kinds(subject.kind):
        for finding in _about(index, kind, subject.name):
            value: Any = finding.value
            ended = value.get("until") if isinstance(value, Mapping) and value.get("state") == "past" else None
            span = days(ended) if isinstance(ended, str) else None
            if span is not None and 0 <= (index.now.date() - span.last).days <= within:
                ends.append(str(ended))
    return max(ends, default=None)


def _without(subject: Subject, index: Index, uncertain: list[tuple[str, Finding]]) -> Answer:
    """Absent, unless something could still be it."""
    if is_withheld(index, subject.kind):
        return Answer(subject, (), words.WITHHELD, words.WITHHELD)
    unread = uncertain or list(_unread(subject, index))
    if unread:
        reason = min((reason for reason, _ in unread), key=lambda r: words.REASON_ORDER.get(r, len(words.REASON_ORDER)))
        return Answer(subject, OPEN, None, reason, sources_of(finding for _, finding in unread))
    missing = not_supplied(index.supply, subject.kind)
    if missing is not None:
        return Answer(subject, OPEN, None, missing)
    return Answer(subject, ABSENT)


def _kinds(kind: str) -> tuple[str, ...]:
    return _DRUG_KINDS if kind in ("medication", "taken_for") else (kind,)


def _about(index: Index, kind: str, name: str) -> Iterator[Finding]:
    """Findings of a subject; a drug may be one of several ingredients."""
    yield from index.of(kind, name)
    if kind in _DRUG_KINDS:
        yield from _by_ingredient(index, kind).get(name, ())


def _by_ingredient(index: Index, kind: str) -> Mapping[str, Sequence[Finding]]:
    """Findings about several ingredients by each of them; sorted out once for an index."""
    kept = index.cache.get((kind, _PARTS))
    if isinstance(kept, dict):
        return kept
    found: dict[str, list[Finding]] = {}
    for finding in index.all_of(kind):
        if finding.subject and _PARTS in finding.subject:
            for name in dict.fromkeys(finding.subject.split(_PARTS)):
                found.setdefault(name, []).append(finding)
    index.cache[(kind, _PARTS)] = found
    return found


def may_be_taken(index: Index, name: str) -> bool:
    """False if no finding is about a drug, alone or with others."""
    return any(name in index.by_kind.get(kind, ()) or name in _by_ingredient(index, kind) for kind in _DRUG_KINDS)


def _is_active(finding: Finding) -> bool:
    """A medication counts while it is taken; anything else by its status alone."""
    if finding.kind not in _DRUG_KINDS:
        return True
    value: Any = finding.value
    return not isinstance(value, Mapping) or value.get("state", "current") in IN_FORCE


def _unread(subject: Subject, index: Index) -> Iterator[tuple[str, Finding]]:
    """Inputs of this kind that nobody could read: each could be what is asked for."""
    for kind in _kinds(subject.kind):
        for finding in index.of(kind, None):
            state = state_of(finding, None, index.now)
            if state.word in (words.UNREADABLE, words.CONFLICTING):
                yield state.reason, finding
    for finding in unread_resources(index):
        yield state_of(finding, None, index.now).reason, finding


def taken_for(subject: Subject, index: Index, orders: Iterable[Order] = ()) -> Answer:
    """For how many months a drug has been taken: zero if it is not, open if its beginning is not told (PG61)."""
    taken = named_answer(Subject("medication", subject.name), index, orders)
    if taken.word is not None:
        return Answer(subject, (), taken.word, taken.reason)
    if taken.keys == ABSENT:
        zero = Interval(Decimal(0), Decimal(0), "mo")
        return Answer(subject, (zero,))
    today = index.now.date()
    lengths = [_months(_began(finding), today) for kind in _DRUG_KINDS for finding in _active(index, kind, subject)]
    known = [length for length in lengths if length is not None]
    low = max((length[0] for length in known), default=Decimal(0))
    high = None if len(known) < len(lengths) or not known or taken.keys != PRESENT else max(high for _, high in known)
    if taken.keys != PRESENT:
        low = Decimal(0)
    reason = None if low == high else taken.reason or ("value-straddles-threshold" if known else "value-absent")
    interval = Interval(low, high, "mo")
    return Answer(subject, (interval,), None, reason, taken.sources, taken.date, by_name=taken.by_name)


def _active(index: Index, kind: str, subject: Subject) -> Iterator[Finding]:
    for finding in _about(index, kind, subject.name):
        if state_of(finding, None, index.now).word == "" and finding.status == "present" and _is_active(finding):
            yield finding


def _began(finding: Finding) -> str | None:
    value: Any = finding.value
    since = value.get("since") if isinstance(value, Mapping) else None
    return since if isinstance(since, str) else finding.date


def _months(began: str | None, today: date) -> tuple[Decimal, Decimal] | None:
    found = days(began)
    if found is None:
        return None
    return Decimal(_completed(found.last, today)), Decimal(_completed(found.first, today))


def _completed(start: date, today: date) -> int:
    """Whole months from start to today, never below zero."""
    months = (today.year - start.year) * 12 + today.month - start.month - (today.day < start.day)
    return max(months, 0)


def age(subject: Subject, index: Index) -> Answer:
    """Years from the birth date to `now`, an interval where the date is partial (H45)."""
    found = list(_demographic(index, "birth_date"))
    sources = sources_of(finding for finding, _ in found)
    spans = {stated: days(stated) for _, stated in found}
    today = index.now.date()
    if not found:
        if is_withheld(index, subject.kind):
            return Answer(subject, (), words.WITHHELD, words.WITHHELD)
        reason = not_supplied(index.supply, "age") or "not-supplied"
        return Answer(subject, (Interval(None, None, "a"),), None, reason)
    readable = [span for span in spans.values() if span is not None and span.first <= today]
    if len(readable) < len(spans):
        return Answer(subject, (), words.UNREADABLE, "value-unreadable", sources)
    low = min(_years(span.last, today) for span in readable)
    high = max(_years(span.first, today) for span in readable)
    # A year alone, or two birth dates, leave the age open.
    return Answer(subject, (Interval(low, high, "a"),), None, "age-straddles-limit" if low != high else None, sources)


def _years(born: date, today: date) -> Decimal:
    months = Decimal(_completed(born, today))
    return (months / _MONTHS).quantize(_SMALLEST, rounding=ROUND_DOWN)


def sex(subject: Subject, index: Index) -> Answer:
    """The recorded sex; both are possible where it is unknown or recorded twice differently."""
    found = [(finding, stated.lower()) for finding, stated in _demographic(index, "sex")]
    known = sorted({stated for _, stated in found} & set(_SEXES))
    sources = sources_of(finding for finding, _ in found)
    if len(known) == 1 and all(stated == known[0] for _, stated in found):
        return Answer(subject, tuple(known), None, None, sources)
    if not found and is_withheld(index, subject.kind):
        return Answer(subject, (), words.WITHHELD, words.WITHHELD)
    reason = (None if found else not_supplied(index.supply, "sex")) or "sex-unknown"
    return Answer(subject, _SEXES, None, reason, sources)


def _demographic(index: Index, name: str) -> Iterator[tuple[Finding, str]]:
    """(finding, value) of one demographic fact; it stands as the subject or as a member of the value."""
    for finding in index.all_of("demographic"):
        if finding.status != "present":
            continue
        value: Any = finding.value
        plain = value.get(name) if isinstance(value, Mapping) else value if _named(finding.subject) == name else None
        if isinstance(plain, str) and plain:
            yield finding, plain


def _named(subject: str | None) -> str:
    name = (subject or "").lower().replace(" ", "_").replace("-", "_")
    return {"birthdate": "birth_date", "gender": "sex"}.get(name, name)
