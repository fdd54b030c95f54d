"""Phenotype words of a report, read into the terms of the gene (4.3, 4.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pmcds.fhir.observations.answers import Answer, short
from pmcds.model.genes import Gene
from pmcds.terminology import Terms

_RANGE = re.compile(r"\s+(?:to|or)\s+|\s*/\s*|\s*-\s+", re.IGNORECASE)
_UNDECIDED = frozenset({"indeterminate", "unknown", "no-call"})


class Phenotype(NamedTuple):
    """A phenotype in lower case, and why it is no more than stated.

    `reason` is indeterminate, no-call, phenotype-range, term-not-of-gene, value-unreadable, code-display,
    value-conflict or None.
    """

    word: str | None
    reason: str | None = None

    @property
    def status(self) -> str:
        """Status of a finding with this phenotype."""
        if self.reason in ("code-display", "value-conflict"):
            return "conflicting"
        return "indeterminate" if self.reason else "present"


def phenotype_in(text: str, gene: Gene | None, terms: Terms, genes: Mapping[str, Gene]) -> Phenotype:
    """What a phenotype text means for a gene, its symbol removed; reason value-unreadable if it is no phenotype."""
    inner = _without_gene(text, gene.symbol if gene else None, terms)
    folded = inner.casefold()
    if gene is not None and folded in gene.words:
        return Phenotype(gene.words[folded])
    if gene is not None and folded in gene.vocabulary:
        return Phenotype(folded)
    known = terms.phenotype_word(inner)
    if known is not None:
        return Phenotype(known, None if _fits(known, gene) else "term-not-of-gene")
    word = terms.word(inner)
    if word is not None and short(word) in _UNDECIDED:
        return Phenotype("indeterminate", "no-call" if word == "no-call" else "indeterminate")
    if _is_range(inner, terms):
        return Phenotype(folded, "phenotype-range")
    if any(folded in other.words or folded in other.vocabulary for other in genes.values()):
        return Phenotype(folded, "term-not-of-gene")
    return Phenotype(None, "value-unreadable")


def phenotype_of(answer: Answer) -> Phenotype | None:
    """The phenotype of a coded answer, or None if the answer is none; the laboratory's code stands as it is."""
    if answer.reason in ("code-display", "value-conflict"):
        return Phenotype(None, answer.reason)
    return Phenotype(answer.word) if answer.by_code and answer.word and is_phenotype(answer.word) else None


def is_phenotype(word: str) -> bool:
    """True for a metabolizer or function term (G29): every other answer is a statement about a drug."""
    return word.rsplit(" ", 1)[-1] in ("metabolizer", "function")


def is_own_phenotype(word: str, gene: Gene | None) -> bool:
    """True for a phenotype of the gene's own table, which need not be a metabolizer or function term."""
    return gene is not None and word in gene.vocabulary


def _without_gene(text: str, symbol: str | None, terms: Terms) -> str:
    first, _, rest = text.strip().partition(" ")
    name = first.strip(":,")
    if rest and (name == symbol or terms.gene_named(name) == name):
        return rest.strip(" :,-")
    return text.strip()


def _fits(word: str, gene: Gene | None) -> bool:
    """Terms of one family may be said of a gene even where its own table lacks the grade (likely, possible)."""
    vocabulary = gene.vocabulary if gene else frozenset()
    if not vocabulary:
        return True
    return any(term.rsplit(" ", 1)[-1] == word.rsplit(" ", 1)[-1] for term in vocabulary)


def _is_range(text: str, terms: Terms) -> bool:
    parts = [part for part in _RANGE.split(text) if part]
    if len(parts) != 2:
        return False
    noun = parts[1].rsplit(" ", 1)[-1]
    return all(
        terms.phenotype_word(part) is not None or terms.phenotype_word(f"{part} {noun}") is not None for part in parts
    )
