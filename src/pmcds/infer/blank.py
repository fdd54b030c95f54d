"""Answers about what nothing at all was read of: they are the same for every patient."""

from __future__ import annotations

import re
from collections.abc import Hashable

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

Blank = dict[Hashable, Answer]


def blank_key(subject: Subject, origin: str | None, index: Index) -> Hashable | None:
    """What the answer depends on if nothing was read that could bear on it, else None."""
    if subject.kind in _DISEASES:
        read = index.by_kind.get(subject.kind, ())
        # None: something that nobody could read, which may be this disease.
        unread = None in read or None in index.by_kind.get("report", ())
        return None if unread or subject.name in read else (subject, origin, index.supply, index.withheld)
    if subject.kind not in _KINDS or not _ASIDE.issuperset(index.by_kind) or None in index.about:
        return None
    if any(word in index.about for word in (subject.name, *_WORD.findall(subject.name))):
        return None
    return (subject, origin, index.supply, index.withheld)


def remember(blank: Blank, key: Hashable, answer: Answer) -> None:
    """Keep an answer that rests on nothing; a full memory begins anew."""
    if not answer.sources:
        if len(blank) >= _MOST:
            blank.clear()
        blank[key] = answer
