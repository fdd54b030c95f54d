"""What is remembered of a card never gives the next one its lines or sources (a planted fault, seen from near)."""

from __future__ import annotations

from dataclasses import replace

from pmcds.engine import Situation, judge_order, rank
from pmcds.model.answers import Answer
from pmcds.model.cards import Card
from pmcds.model.findings import Supply

from .build import GENE, OTHER, answer, order, ranking, text_of
from .test_other_sources import of_source

RULES = [
    of_source("one", alerts="poor", clears="normal"),
    of_source("two", alerts="poor", clears="normal", subject=OTHER),
]
UNREAD = answer(OTHER, word="unreadable", reason="unknown-allele")
CLEARED = answer(OTHER, "normal")


def _cards(ranked: object, *answers: Answer) -> tuple[Card, ...]:
    situation = Situation(answers={(one.subject, "germline"): one for one in answers}, orders=(), supply=Supply())
    return rank(judge_order(order(), RULES, situation), ranked)  # type: ignore[arg-type]


def test_a_card_names_the_lines_and_sources_of_its_own_order_whatever_was_shown_before() -> None:
    poor = answer(GENE, "poor")
    for others in ((UNREAD, CLEARED), (CLEARED, UNREAD)):
        kept = ranking(sources=("one", "two"))
        for other in others:
            fresh = _cards(ranking(sources=("one", "two")), poor, other)
            again = _cards(kept, replace(poor), other)
            assert [card.lines for card in again] == [card.lines for card in fresh]
            assert [text_of(card) for card in again] == [text_of(card) for card in fresh]
