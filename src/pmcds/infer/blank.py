"""Answers about what nothing at all was read of: they are the same for every patient."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache

from pmcds.infer.evidence import Index
from pmcds.model.answers import Answer, Subject

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
OF_WORDS = frozenset({"variant", "biomarker"})
_DISEASES = frozenset({"condition", "cancer"})
# Findings that say nothing about variants and markers, unless they are about the gene itself.
_ASIDE = frozenset(
    [
        "activity_score", "allergy", "cancer", "condition", "consent", "demographic", "family_history", "genotype",
        "haplotype", "medication", "order", "phenotype",
    ]
)  # fmt: skip
MOST = 4096
_SITUATIONS = 32

Question = tuple[Subject, str | None]
# Answers by question, and by what a question and the only result that bears on it say (see `lone`).
Known = dict[Hashable, Answer]
# By what was supplied and withheld, since that decides what the absence of everything means.
Blank = dict[Hashable, Known]


def is_blank(kind: str, name: str, index: Index) -> bool:
    """True if nothing was read that could be a disease of this name; nothing else is blank by its kind."""
    if kind not in _DISEASES:
        return False
    read = index.by_kind.get(kind, ())
    # None: something that nobody could read, which may be this disease.
    return not (None in read or name in read or None in index.by_kind.get("report", ()))


def all_aside(index: Index) -> bool:
    """True if nothing was read that could be about any variant or marker without naming its gene.

    One of `OF_WORDS` is blank then if nothing was read about any of its words.
    """
    return _ASIDE.issuperset(index.by_kind) and None not in index.about


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The name of a subject of a rule and the words in it."""
    return (name, *_WORD.findall(name))


def of_situation(blank: Blank, index: Index) -> Known:
    """The answers that rest on nothing, for what was supplied and what is withheld."""
    key = (index.supply, index.withheld)
    found = blank.get(key)
    if found is None:
        if len(blank) >= _SITUATIONS:
            blank.clear()
        found = blank[key] = {}
    return found


def remember(known: Known, question: Question, answer: Answer) -> None:
    """Keep an answer that rests on nothing; a full memory begins anew."""
    if not answer.sources:
        if len(known) >= MOST:
            known.clear()
        known[question] = answer
