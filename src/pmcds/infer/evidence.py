"""Which findings answer a question, and in what state: usable, or one of the answer words with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pmcds.infer.dates import in_future, newest
from pmcds.infer.donors import MIXED
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import (
    ERROR,
    GENOMIC_KINDS,
    MISSING,
    RESULT_KINDS,
    SUPPLIED,
    TRUNCATED,
    Finding,
    Reading,
    Source,
    Supply,
)

# Kinds of tests that look at what was inherited; their missing source class is germline, and that is noted (H13).
GERMLINE_BY_KIND = frozenset({"genotype", "haplotype", "phenotype", "activity_score", "allele"})
SOMATIC_BY_KIND = frozenset({"biomarker"})
_SOMATIC = frozenset({"somatic", "likely somatic"})
_FETAL = frozenset({"fetal", "likely fetal"})
_TUMOR_SPECIMENS = frozenset({"tissue", "plasma"})

BY_DEFAULT = "source-class-default"


class State(NamedTuple):
    """A finding's own value counts if `word` is ""; it is as if it were not there if `word` is None."""

    word: str | None
    reason: str = ""


USABLE = State("")
NOTHING = State(None)


@dataclass(frozen=True, slots=True)
class Seen:
    """The findings about one question, sorted by state: usable ones, and the others with word and reason."""

    usable: tuple[Finding, ...] = ()
    others: tuple[tuple[State, Finding], ...] = ()
    notes: tuple[str, ...] = ()


def state_of(finding: Finding, origin: str | None, now: datetime) -> State:
    """The state of a finding for a question about inherited (germline) or acquired (somatic) changes."""
    if finding.status == "withheld":
        return State(words.WITHHELD, words.WITHHELD)
    bridge = words.BRIDGE.get(finding.reason) if finding.reason else None
    if bridge is not None and bridge.word is None and finding.reason != "source-class-mismatch":
        return NOTHING
    kept = _by_source(finding, origin)
    if kept.word != "":
        return kept
    if bridge is not None and bridge.word != "":
        return NOTHING if bridge.word is None else State(bridge.word, bridge.line)
    if bridge is None and finding.status == "ignored":
        return NOTHING
    if bridge is None and finding.status == "indeterminate":
        return State(words.INDETERMINATE, "indeterminate")
    if finding.status == "conflicting":
        return State(words.CONFLICTING, "conflict")
    if in_future(finding.date, now):
        return State(words.INDETERMINATE, "future-dated")
    return USABLE


def _by_source(finding: Finding, origin: str | None) -> State:
    """Whether the source class and the specimen fit the question (H11-H13, H16, H26)."""
    if finding.kind not in GENOMIC_KINDS or origin is None:
        return USABLE
    if finding.source_class in _FETAL or finding.specimen == "fetal":
        return State(words.UNREADABLE, "specimen-not-patient")
    return _for_somatic(finding) if origin == "somatic" else _for_germline(finding)


def _for_germline(finding: Finding) -> State:
    if finding.source_class in _SOMATIC:
        return NOTHING
    if finding.specimen == "donor":
        return State(words.UNREADABLE, "donor-blood")
    if finding.specimen == "plasma":
        return State(words.UNREADABLE, "specimen-not-patient")
    if finding.source_class == "germline":
        return USABLE
    if finding.source_class is None:
        known = finding.kind in GERMLINE_BY_KIND
        return USABLE if known else State(words.UNREADABLE, "source-class-unknown")
    return State(words.UNREADABLE, "source-class-mismatch")


def _for_somatic(finding: Finding) -> State:
    if finding.source_class in _SOMATIC:
        return USABLE
    if finding.source_class is not None:
        return State(words.UNREADABLE, "source-class-mismatch")
    if finding.kind in SOMATIC_BY_KIND or finding.specimen in _TUMOR_SPECIMENS:
        return USABLE
    return State(words.UNREADABLE, "source-class-unknown")


def see(findings: Iterable[Finding], origin: str | None, now: datetime) -> Seen:
    """The findings by state, equal ones once (MG1)."""
    usable: list[Finding] = []
    others: list[tuple[State, Finding]] = []
    for finding in findings:
        state = state_of(finding, origin, now)
        if state.word == "":
            usable.append(finding)
        elif state.word is not None:
            others.append((state, finding))
    by_default = any(f.source_class is None and f.kind in GERMLINE_BY_KIND for f in usable) and origin == "germline"
    notes = (BY_DEFAULT,) if by_default else ()
    if any(MIXED in finding.notes for finding in usable):
        notes = (*notes, MIXED)
    return Seen(tuple(usable), tuple(others), notes)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The findings of one reading by kind and subject.

    `about` has what could be a result of a subject, whatever its kind; `withheld` the data that may not be used;
    `cache` what was worked out from the findings.
    """

    by_kind: Mapping[str, Mapping[str | None, Sequence[Finding]]]
    about: Mapping[str | None, Sequence[Finding]]
    supply: Supply
    now: datetime
    withheld: frozenset[str] = frozenset()
    cache: dict[object, object] = field(default_factory=dict)

    def of(self, kind: str, subject: str | None) -> Sequence[Finding]:
        """Findings of one kind about one subject."""
        return self.by_kind.get(kind, {}).get(subject, ())

    def all_of(self, kind: str) -> Iterator[Finding]:
        """Every finding of one kind."""
        for findings in self.by_kind.get(kind, {}).values():
            yield from findings


# Kinds that are never a value of their own but may say that a result exists or is on its way.
_RESULTS = RESULT_KINDS | {"report", "test_order"}
# A resource that nobody could read at all; it may have been anything.
_NOBODY_KNOWS = frozenset({"unreadable", "no-resource", "entry-error"})
_UNREAD_ROW = "unread"


def index(reading: Reading, now: datetime) -> Index:
    """The index of the findings of a reading; the order of the input does not matter."""
    by_kind: dict[str, dict[str | None, list[Finding]]] = {}
    about: dict[str | None, list[Finding]] = {}
    withheld = set()
    for finding in [*_in_order(reading.findings), *_unread(reading)]:
        by_kind.setdefault(finding.kind, {}).setdefault(finding.subject, []).append(finding)
        if finding.kind in _RESULTS:
            about.setdefault(finding.subject, []).append(finding)
            if finding.kind == "laboratory" and finding.reason == "uncoded-result" and finding.subject is not None:
                # Its subject is only the name that the laboratory gives it: it may be any analyte (H35).
                about.setdefault(None, []).append(finding)
        if finding.status == "withheld":
            withheld.add("genomic" if finding.kind in GENOMIC_KINDS else finding.kind)
    return Index(by_kind, about, reading.supply, now, frozenset(withheld))


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in an order that depends on what they say only; values are compared where all else is equal."""
    ordered = sorted(findings, key=_place)
    for place in range(1, len(ordered)):
        if _place(ordered[place]) == _place(ordered[place - 1]):
            return sorted(ordered, key=lambda finding: (*_place(finding), repr(finding.value)))
    return ordered


def _place(finding: Finding) -> tuple[str, str, str, str]:
    return (finding.kind, finding.subject or "", finding.source.resource, finding.source.path)


def _unread(reading: Reading) -> Iterator[Finding]:
    """A stand-in for each resource that could not be read and left no finding."""
    unread = [note for note in reading.inputs if note.ignored in _NOBODY_KNOWS]
    if unread:
        told = {finding.source.site for finding in reading.findings}
        for note in unread:
            if note.site not in told:
                source = Source(note.resource, note.site, note.site)
                reason = "entry-error" if note.ignored == "entry-error" else "text-only"
                yield Finding("report", None, {"row": _UNREAD_ROW}, source, status="indeterminate", reason=reason)


def unread_resources(seen: Index) -> Iterator[Finding]:
    """Stand-ins for resources that could not be read at all."""
    for finding in seen.of("report", None):
        if isinstance(finding.value, Mapping) and finding.value.get("row") == _UNREAD_ROW:
            yield finding


# Which data a kind of question is answered from, where findings are called otherwise.
_DATA_OF = {
    **dict.fromkeys((*GENOMIC_KINDS, "diplotype"), "genomic"),
    "age": "demographic",
    "sex": "demographic",
    "taken_for": "medication",
}


def is_withheld(seen: Index, kind: str) -> bool:
    """True if some data of this kind may not be used; about what is not told (H64, LC-24)."""
    return _DATA_OF.get(kind, kind) in seen.withheld


def dirty(seen: Index, kind: str, subjects: Iterable[str]) -> Iterator[tuple[State, Finding]]:
    """Inputs that could be the missing result of one of these subjects: unread, and of it or of nobody knows what."""
    for subject in dict.fromkeys(subjects):
        for finding in seen.about.get(subject, ()):
            state = _of_subject(finding, seen.now)
            if state.word is not None:
                yield state, finding
    yield from _of_nobody(seen, kind)


def _of_subject(finding: Finding, now: datetime) -> State:
    state = state_of(finding, None, now)
    if finding.kind == "test_order":
        return State(words.UNKNOWN, "result-pending") if state.word == "" else NOTHING
    return state if state.word != "" else NOTHING


def _of_nobody(seen: Index, kind: str) -> Sequence[tuple[State, Finding]]:
    """Unread inputs about an unknown subject that could be a result of this kind."""
    kinds = _could_be(kind)
    known = seen.cache.get(kinds)
    if not isinstance(known, tuple):
        found = [
            (_as_missing(finding, seen.now), finding) for finding in seen.about.get(None, ()) if finding.kind in kinds
        ]
        known = seen.cache[kinds] = tuple(pair for pair in found if pair[0].word is not None)
    return known


def _as_missing(finding: Finding, now: datetime) -> State:
    state = state_of(finding, None, now)
    if isinstance(finding.value, Mapping) and finding.value.get("row") in ("significance", "consequence"):
        return NOTHING
    # Something without a value about an unknown subject excludes nothing.
    state = State(words.UNREADABLE, "unread-result") if state.word == words.INDETERMINATE else state
    return state if state.word in (words.UNREADABLE, words.CONFLICTING) else NOTHING


def _could_be(kind: str) -> frozenset[str]:
    """Kinds of findings that a result of this kind may have been read as."""
    return _ONE_KIND.get(kind, _ANY_GERMLINE)


_ONE_KIND = {kind: frozenset({kind, "report"}) for kind in ("laboratory", "biomarker", "variant")}
_ANY_GERMLINE = GERMLINE_BY_KIND | {"report"}


def worst(states: Iterable[tuple[State, Finding]]) -> tuple[State, tuple[Finding, ...]] | None:
    """The state that decides when no value is usable, and the findings behind it.

    A contradiction comes first, then what could not be read, what is not decisive, and what is pending; within one
    word the first reason of the ledger's order.
    """
    found = list(states)
    if not found:
        return None
    for word in (words.CONFLICTING, words.UNREADABLE, words.INDETERMINATE, words.UNKNOWN):
        of_word = [state for state, _ in found if state.word == word]
        if of_word:
            state = min(of_word, key=lambda state: words.REASON_ORDER.get(state.reason, len(words.REASON_ORDER)))
            return state, tuple(finding for other, finding in found if other == state)
    return None


def nothing_usable(
    subject: Subject, seen: Index, states: Iterable[tuple[State, Finding]], about: Iterable[str]
) -> Answer:
    """The answer where no finding has a value: withheld, the worst state, not supplied, unread, or no result."""
    if is_withheld(seen, subject.kind):
        return Answer(subject, (), words.WITHHELD, words.WITHHELD)
    own = list(states)
    decided = worst(own)
    if decided is None or decided[0].word == words.UNKNOWN:
        missing = not_supplied(seen.supply, subject.kind)
        decided = worst([*own, *dirty(seen, subject.kind, about)]) if missing is None else decided
        if missing is not None:
            return Answer(subject, (), words.UNREADABLE, missing)
    if decided is None:
        return Answer(subject, (), words.UNKNOWN, "no-result")
    state, findings = decided
    return Answer(
        subject, (), state.word, state.reason or "unread-result", sources_of(findings), date_of(findings),
        notes=tuple(dict.fromkeys(f"also {other.reason}" for other, _ in own if other != state)),
    )  # fmt: skip


ORDERED_AGAIN = "ordered-again"


def ordered_again(seen: Index, gene: str) -> tuple[str, ...]:
    """A remark where a test of a gene is under way although a result of it is on file: what is inherited stays."""
    orders = (finding for finding in seen.of("test_order", gene) if state_of(finding, None, seen.now).word == "")
    return (ORDERED_AGAIN,) if any(True for _ in orders) else ()


def not_supplied(supply: Supply, kind: str) -> str | None:
    """The reason of data that were not supplied or are not complete, or None."""
    state = supply.of(kind)
    if state == SUPPLIED:
        return None
    return {MISSING: "not-supplied", ERROR: "not-supplied", TRUNCATED: "truncated"}.get(state, "not-supplied")


def sources_of(findings: Iterable[Finding]) -> tuple[Source, ...]:
    """The places of these findings, each once, in an order that does not depend on the order of the input."""
    places = {source: None for finding in findings for source in (finding.source, *finding.also)}
    return tuple(sorted(places, key=lambda source: (source.resource, source.site, source.path)))


def date_of(findings: Iterable[Finding]) -> str | None:
    """The newest stated date."""
    return newest([finding.date for finding in findings])
