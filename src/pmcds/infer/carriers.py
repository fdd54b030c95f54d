"""Answers about single alleles: is this allele there, or is it proven not to be (PG39-PG41, PG43, A7-A9)?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pmcds.infer.claims import GeneEvidence
from pmcds.infer.donors import MIXED
from pmcds.infer.evidence import (
    Index,
    Seen,
    State,
    date_of,
    is_withheld,
    nothing_usable,
    ordered_again,
    see,
    sources_of,
)
from pmcds.infer.tables import GeneTable
from pmcds.infer.typed_alleles import Typed, typed
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding
from pmcds.model.genes import Gene

PRESENT = ("present",)
ABSENT = ("absent",)


def split_subject(name: str, genes: Mapping[str, Gene]) -> tuple[Gene | None, str]:
    """The gene and the allele of a subject: "GENE*57:01", "GENE rs123 T"; the gene is None if no file has it."""
    head, star, rest = name.partition("*")
    if star and head in genes:
        return genes[head], f"*{rest}"
    head, _, rest = name.partition(" ")
    return genes.get(head), rest.strip()


def typed_answer(subject: Subject, gene: Gene, wanted: str, index: Index) -> Answer:
    """Whether a typed allele is there: by its own status, or by both alleles of a full typing."""
    asked = typed(wanted)
    seen = see(_at_locus(gene.symbol, index), "germline", index.now)
    if asked is None:
        return nothing_usable(subject, index, seen.others, [gene.symbol, subject.name])
    alleles = [(finding, stated) for finding in seen.usable if (stated := _stated(finding)) is not None]
    found = [f for f, stated in alleles if f.status == "present" and stated.exact and stated.name == asked.name]
    denied = [f for f, stated in alleles if f.status == "absent" and stated.exact and stated.name == asked.name]
    typing = _excluded_by(asked, [pair for pair in alleles if pair[0].status == "present"], seen.others)
    if found and (denied or typing):
        return _answer(
            subject, [*found, *denied, *typing], index, (), words.CONFLICTING, "conflict", (*PRESENT, *ABSENT)
        )
    if found:
        return _answer(subject, found, index, PRESENT)
    unclear = list(_unclear(asked, seen, gene.symbol))
    if denied:
        return _answer(subject, denied, index, ABSENT)
    if typing and not unclear:
        return _answer(subject, typing, index, ABSENT)
    if unclear:
        return nothing_usable(subject, index, unclear, [gene.symbol, subject.name])
    others = [(state, finding) for state, finding in seen.others if _concerns(asked, finding)]
    return nothing_usable(subject, index, others, [gene.symbol, subject.name])


def _at_locus(symbol: str, index: Index) -> Iterator[Finding]:
    """Allele findings of one locus; their subject is the allele's full name, or the locus alone."""
    for finding in index.all_of("allele"):
        value: Any = finding.value
        locus = value.get("locus") if isinstance(value, Mapping) else None
        if (locus or (finding.subject or "").partition("*")[0]) == symbol:
            yield finding


def _stated(finding: Finding) -> Typed | None:
    value: Any = finding.value
    name = value.get("allele") if isinstance(value, Mapping) else None
    name = name if isinstance(name, str) else finding.subject or ""
    return typed(name.partition("*")[2]) if "*" in name else None


def _excluded_by(
    asked: Typed, present: Sequence[tuple[Finding, Typed]], others: Iterable[tuple[State, Finding]]
) -> list[Finding]:
    """The findings that together type both copies as other alleles, or none.

    One resource that gives both copies does, and so do two different alleles; one allele alone leaves the other
    copy open. A copy known to its first field only excludes the asked allele if that field differs.
    """
    low = [
        (finding, stated)
        for state, finding in others
        if state.reason == "resolution-too-low" and (stated := _stated(finding)) is not None and not stated.exact
    ]
    copies = [*present, *low]
    by_resource: dict[str, list[tuple[Finding, Typed]]] = {}
    for finding, stated in copies:
        if _both_copies(finding):
            by_resource.setdefault(finding.source.resource, []).append((finding, stated))
    complete = [pairs for pairs in by_resource.values() if not any(_same(asked, stated) for _, stated in pairs)]
    if complete:
        return [finding for pairs in complete for finding, _ in pairs]
    names = {stated.name for _, stated in copies}
    if len(names) == 2 and not any(_same(asked, stated) for _, stated in copies):
        return [finding for finding, _ in copies]
    return []


def _same(asked: Typed, stated: Typed) -> bool:
    return asked.name == stated.name if stated.exact else asked.first == stated.first


def _both_copies(finding: Finding) -> bool:
    value: Any = finding.value
    return isinstance(value, Mapping) and value.get("typing") == "both copies" and finding.status == "present"


def _unclear(asked: Typed, seen: Seen, symbol: str) -> Iterator[tuple[State, Finding]]:
    """Findings that may be the asked allele: low resolution, ambiguity, or not readable at this locus."""
    for state, finding in seen.others:
        if _concerns(asked, finding):
            yield state, finding
    for finding in seen.usable:
        stated = _stated(finding)
        if stated is not None and not stated.exact and finding.status == "present" and stated.first == asked.first:
            yield State(words.INDETERMINATE, "resolution-too-low"), finding


def _concerns(asked: Typed, finding: Finding) -> bool:
    """True if the finding may be about the asked allele: the same name or first field, or no name at all."""
    stated = _stated(finding)
    if stated is None:
        return True
    ambiguous = finding.reason == "resolution-too-low"
    return _same(asked, stated) or (not stated.exact and stated.first == asked.first) or (ambiguous and stated.exact)


def star_answer(subject: Subject, evidence: GeneEvidence, wanted: str, index: Index) -> Answer:
    """Whether an allele is carried: one stated allele proves it, both are needed to exclude it."""
    table = evidence.table
    names = _names(table, wanted)
    carriers, excluded, unknown = [], [], False
    for claim in evidence.of("diplotype"):
        with_it = [alleles for alleles in claim.alleles if names.intersection(alleles)]
        if claim.alleles and len(with_it) == len(claim.alleles):
            carriers.append(claim)
        elif not with_it and not claim.partial and claim.alleles:
            excluded.append(claim)
            unknown = unknown or bool(claim.unknown)
        else:
            unknown = True
    findings = [finding for claim in (*carriers, *excluded) for finding in claim.findings]
    text = "; ".join(sorted({claim.text for claim in (*carriers, *excluded)})) or None
    if carriers and excluded:
        return _answer(subject, findings, index, (), words.CONFLICTING, "conflict", (*PRESENT, *ABSENT), text)
    if carriers:
        return _answer(subject, findings, index, PRESENT, text=text)
    if excluded and not unknown:
        return _answer(subject, findings, index, ABSENT, text=text)
    states = [*evidence.others]
    if evidence.of("diplotype"):
        stated = [finding for claim in evidence.of("diplotype") for finding in claim.findings]
        states += [(State(words.INDETERMINATE, "indeterminate"), finding) for finding in stated]
    return nothing_usable(subject, index, states, [table.gene.symbol])


def variant_named(gene: Gene, allele: str) -> str | None:
    """The one variant of the gene file that reports may name instead of the allele, or None."""
    return next((name for name, forms in gene.variants.items() if allele in forms.get("texts", ())), None)


def either(carried: Answer, change: Answer) -> Answer:
    """The allele as its gene's alleles and as its very variant tell it; both that disagree are a conflict."""
    if not change.keys or carried.word == words.CONFLICTING:
        return carried
    if not carried.keys:
        return change
    if carried.keys == change.keys:
        sources = tuple(dict.fromkeys((*carried.sources, *change.sources)))
        return replace(carried, sources=sources)
    sources = (*carried.sources, *change.sources)
    return Answer(
        carried.subject, (), words.CONFLICTING, "conflict", sources, carried.date, carried.text,
        alternatives=(*PRESENT, *ABSENT),
    )  # fmt: skip


def _names(table: GeneTable, wanted: str) -> frozenset[str]:
    """The alleles of the table that carry what is asked for."""
    carried: Mapping[str, Sequence[str]] = table.gene.extra.get("carried_by", {})
    if wanted in carried:
        return frozenset(carried[wanted])
    return frozenset({table.allele(wanted) or wanted})


class _Value(NamedTuple):
    keys: tuple[str, ...]
    word: str | None
    reason: str | None


def _answer(
    subject: Subject,
    findings: Sequence[Finding],
    index: Index,
    keys: tuple[str, ...],
    word: str | None = None,
    reason: str | None = None,
    alternatives: tuple[str, ...] = (),
    text: str | None = None,
) -> Answer:
    notes = tuple(
        dict.fromkeys(note for finding in findings for note in finding.notes if note.startswith(("stated as", MIXED)))
    )
    withheld = (words.WITHHELD,) if is_withheld(index, subject.kind) else ()
    again = ordered_again(index, subject.name.partition("*")[0].partition(" ")[0])
    by_name = bool(findings) and all(finding.matched == "name" for finding in findings)
    return Answer(
        subject, keys, word, reason, sources_of(findings), date_of(findings), text, None, by_name,
        (*notes, *withheld, *again), alternatives,
    )  # fmt: skip
