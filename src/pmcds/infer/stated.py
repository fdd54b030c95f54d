"""Phenotypes and scores as reports state them, read as words and scores of the gene."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from pmcds.infer.methods import AT_LEAST, Meaning, score_text
from pmcds.infer.spelling import LONGEST, cleaned
from pmcds.infer.tables import INDETERMINATE, GeneTable

WordsOf = Callable[[str], str | None]

_METABOLIZER = re.compile(r"metaboli[sz]ers?\b")
_ULTRARAPID = re.compile(r"\bultra[- ]rapid\b")
_SAID_BESIDE = re.compile(r"\b(?:predicted|phenotype|status|genotype|gene)\b:?")
_QUALIFIER = re.compile(r"(likely|possible|probable) +(.+)\Z")
_RANGE = re.compile(r" (?:to|or) | ?/ ?| - ")
_UNDECIDED = frozenset({"indeterminate", "uncertain", "unknown", "no call", "n/a", "not determined"})
_SCORE = re.compile(r"(≥|>)? ?(\d{1,3}(?:\.\d{1,6})?)\Z")


class Stated(NamedTuple):
    """The meanings that a stated value stands for, or the reason (a key of `words.BRIDGE`) why it has none."""

    meanings: tuple[Meaning, ...] = ()
    reason: str | None = None


def read_phenotype(table: GeneTable, text: str, words: WordsOf) -> Stated:
    """The gene's phenotype that the text states; for genes with scores every score of it (PG65-PG68)."""
    if len(text) > LONGEST:
        return Stated(reason="value-unreadable")
    short = _plain(table, text)
    if short in _UNDECIDED:
        return Stated((INDETERMINATE,))
    several = _several(table, short)
    if several:
        return Stated(several)
    term = _term(table, short, words)
    if term == "indeterminate":
        return Stated((INDETERMINATE,))
    if term in table.phenotypes:
        return Stated(_meanings(table, term))
    if term is not None:
        return Stated(reason="term-not-of-gene")
    parts = [_term(table, part, words) for part in _RANGE.split(short)]
    if len(parts) > 1 and any(part is not None for part in parts):
        return Stated(reason="phenotype-range")
    return Stated(reason="value-unreadable")


def _plain(table: GeneTable, text: str) -> str:
    short = cleaned(text).lower()
    short = re.sub(rf"(?<![\w-]){re.escape(table.gene.symbol.lower())}(?![\w-])", " ", short)
    short = _ULTRARAPID.sub("ultrarapid", _METABOLIZER.sub("metabolizer", short))
    return " ".join(_SAID_BESIDE.sub(" ", short).split()).strip(" .:")


def _term(table: GeneTable, short: str, words: WordsOf) -> str | None:
    by_lower = {phenotype.lower(): phenotype for phenotype in table.phenotypes}
    if short in by_lower:
        return by_lower[short]
    if short in table.gene.words:
        return table.gene.words[short]
    known = words(short)
    if known is not None:
        return known
    qualified = _QUALIFIER.match(short)
    if qualified is None:
        return None
    rest = _term(table, qualified[2], words)
    # "Probable" is read as "likely"; neither is ever folded into the plain phenotype (PG3, PG65).
    return None if rest is None else f"{'likely' if qualified[1] == 'probable' else qualified[1]} {rest}"


def _several(table: GeneTable, short: str) -> tuple[Meaning, ...]:
    """The meanings of a word or score that leaves several keys of the gene open."""
    keys = table.gene.extra.get("stands_for", {}).get(short, ())
    return tuple(meaning for meaning in table.all_meanings() if meaning.phenotype in keys)


def _meanings(table: GeneTable, phenotype: str) -> tuple[Meaning, ...]:
    return tuple(meaning for meaning in table.all_meanings() if meaning.phenotype == phenotype)


def read_score(table: GeneTable, text: str) -> Stated:
    """The score of the gene that the text states, or value-unreadable if the gene does not have it (PG1, PG69)."""
    short = cleaned(text).lower()
    if short in _UNDECIDED:
        return Stated((INDETERMINATE,))
    match = _SCORE.match(short)
    if match is None:
        return Stated(reason="value-unreadable")
    score = score_text((AT_LEAST if match[1] else "") + format(Decimal(match[2]), "f"))
    several = _several(table, score)
    if several:
        return Stated(several)
    if score not in table.phenotype_of_score:
        return Stated(reason="value-unreadable")
    return Stated((Meaning(table.phenotype_of_score[score], score),))
