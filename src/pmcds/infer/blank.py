"""Answers about what nothing at all was read of: they are the same for every patient."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache

from pmcds.infer.evidence import Index
from pmcds.model.answers import Answer, Subject

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_KINDS = frozenset({"variant", "biomarker"})
_DISEASES = frozenset({"condition", "cancer"})
# Findings that say nothing about variants and markers, unless they are about the gene itself.
_ASIDE = frozenset(
    [
        "activity_score", "allergy", "cancer", "condition", "consent", "demographic", "family_history", "genotype",
        "haplotype", "medication", "order", "phenotype",
    ]
)  # fmt: skip
_MOST = 4096
_SITUATIONS = 32

Question = tuple[Subject, str | None]
# By what was supplied and withheld, since that decides what the absence of everything means.
Blank = dict[Hashable, dict[Question, Answer]]


def is_blank(subject: Subject, index: Index, aside: bool) -> bool:
    """True if nothing was read that could bear on the subject; `aside` is what `all_aside` says of the index."""
    if subject.kind in _DISEASES:
        read = index.by_kind.get(subject.kind, ())
        # None: something that nobody could read, which may be this disease.
        return not (None in read or subject.name in read or None in index.by_kind.get("report", ()))
    return aside and subject.kind in _KINDS and index.about.keys().isdisjoint(_words(subject.name))


def all_aside(index: Index) -> bool:
    """True if nothing was read that could be about any variant or marker without naming its gene."""
    return _ASIDE.issuperset(index.by_kind) and None not in index.about


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """The name of a subject of a rule and the words in it."""
    return (name, *_WORD.findall(name))


def of_situation(blank: Blank, index: Index) -> dict[Question, Answer]:
    """The answers that rest on nothing, for what was supplied and what is withheld."""
    key = (index.supply, index.withheld)
    found = blank.get(key)
    if found is None:
        if len(blank) >= _SITUATIONS:
            blank.clear()
        found = blank[key] = {}
    return found


def remember(known: dict[Question, Answer], question: Question, answer: Answer) -> None:
    """Keep an answer that rests on nothing; a full memory begins anew."""
    if not answer.sources:
        if len(known) >= _MOST:
            known.clear()
        known[question] = answer
