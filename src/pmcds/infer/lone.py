"""Answers about a gene of which one result was read and nothing else: the same statement means the same each time.

What is kept is the answer without its sources and its date, under what the result states: names of alleles and
phenotypes, never other words of a patient's record.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import NamedTuple

from pmcds.infer.blank import MOST, Known
from pmcds.infer.dates import span, starts_later
from pmcds.infer.evidence import GERMLINE_BY_KIND, Index, sources_of
from pmcds.infer.variant_findings import variants_of
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.findings import Source

_NAMES = re.compile(r"[A-Za-z0-9*/+.:≥>()\[\] _-]{1,60}")


class Lone(NamedTuple):
    """The only result of a gene: what of it an answer depends on, and where and when it was found."""

    stated: Hashable
    sources: tuple[Source, ...]
    date: str | None


def lone_result(index: Index, symbol: str, sex: str | None) -> Lone | None:
    """The result of a gene of which nothing else was read; None where answers have to be worked out."""
    about = index.about.get(symbol, ())
    if len(about) != 1 or variants_of(index, symbol):
        return None
    one = about[0]
    if one.kind not in GERMLINE_BY_KIND or not isinstance(one.value, str) or not _NAMES.fullmatch(one.value):
        return None
    stretch = span(one.date) if one.date else None
    stated = (
        one.kind, one.value, one.status, one.reason, one.source_class, one.specimen, one.matched, one.missing,
        one.notes, one.unit, stretch is not None and starts_later(stretch, index.now), sex,
    )  # fmt: skip
    # Of one result there is nothing to sort, and a date that cannot be read is none (`evidence.date_of`).
    sources = sources_of(about) if one.also else (one.source,)
    return Lone(stated, sources, one.date if stretch is not None else None)


def recalled(known: Known, question: Hashable, lone: Lone) -> Answer | None:
    """The answer to a question about a gene that was given before for such a result, with the sources of this one."""
    found = known.get((question, lone.stated))
    return None if found is None else _resting_on(found, lone.sources, lone.date)


def keep(known: Known, question: Hashable, lone: Lone, answer: Answer) -> None:
    """Keep an answer that rests on the result, without what tells whose it was; a full memory begins anew.

    Where the result is not usable or is about something else, other inputs that nobody could read may count too: such
    an answer is not kept.
    """
    if answer.sources != lone.sources or answer.word == words.UNKNOWN or answer.modifiers:
        return
    if len(known) >= MOST:
        known.clear()
    known[question, lone.stated] = _resting_on(answer, (), None)


def _resting_on(answer: Answer, sources: tuple[Source, ...], date: str | None) -> Answer:
    return Answer(
        answer.subject, answer.keys, answer.word, answer.reason, sources, date, answer.text, answer.table,
        answer.by_name, answer.notes, answer.alternatives,
    )  # fmt: skip
