"""What other sources make of the same drug: a dissent is told, a source without an answer is named, none is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.engine import Outcome, Situation, judge_order, rank
from pmcds.engine.beside import essence
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.cards import Card
from pmcds.model.findings import Supply
from pmcds.model.rules import Advice, Atom, CardSpec, Evidence, Rule

from .build import GENE, OTHER, answer, card, case, order, population, ranking, rule, text_of


def of_source(source: str, *, alerts: str, clears: str, subject: Subject = GENE, shows: CardSpec | None = None) -> Rule:
    cases = [
        case("alert", Atom(subject, frozenset({alerts})), [subject], shows or card()),
        case("fine", Atom(subject, frozenset({clears})), [subject], silent="ok"),
    ]
    made = rule([population(cases, [subject])], [subject], name=f"family/drugone/{source}")
    return replace(made, source=source)


def cards_of(rules: list[Rule], *answers: Answer) -> tuple[tuple[Outcome, ...], tuple[Card, ...]]:
    situation = Situation(answers={(a.subject, "germline"): a for a in answers}, orders=(), supply=Supply())
    outcomes = judge_order(order(), rules, situation)
    return outcomes, rank(outcomes, ranking(sources=("one", "two")))


def test_pg80_a_source_that_sees_no_need_for_a_change_is_told_on_the_alert_of_the_other() -> None:
    rules = [of_source("one", alerts="poor", clears="normal"), of_source("two", alerts="normal", clears="poor")]
    outcomes, cards = cards_of(rules, answer(GENE, "poor"))
    assert [outcome.outcome for outcome in outcomes] == [words.ALERT, words.CLEAR]
    assert len(cards) == 1
    assert "TWO 2024-01 sees no need for a change with this result (GENE1 poor)." in text_of(cards[0])


def test_a_source_that_sees_no_need_is_not_told_beside_a_card_that_could_not_decide() -> None:
    rules = [of_source("one", alerts="poor", clears="normal"), of_source("two", alerts="none", clears="both")]
    both = replace(rules[1].populations[0].cases[1], condition=None, test=lambda env: True, proven=lambda env: True)
    calm = replace(rules[1], populations=(replace(rules[1].populations[0], cases=(both,), used=(), needs=frozenset()),))
    _, cards = cards_of([rules[0], calm], answer(GENE, "poor", "normal", reason="phase-ambiguous"))
    assert len(cards) == 1
    assert "sees no need" not in text_of(cards[0])


def test_a_source_that_could_not_be_looked_up_is_named_on_the_card_and_has_no_notice_beside_it() -> None:
    rules = [
        of_source("one", alerts="poor", clears="normal"),
        of_source("two", alerts="poor", clears="normal", subject=OTHER),
    ]
    outcomes, cards = cards_of(rules, answer(GENE, "poor"), answer(OTHER, word="unreadable", reason="unknown-allele"))
    assert [outcome.outcome for outcome in outcomes] == [words.ALERT, words.CANNOT_TELL]
    assert [shown.notice for shown in cards] == [False]
    assert "TWO 2024-01 could not be looked up: " in text_of(cards[0])
    assert ("MedicationRequest/1", "family/drugone/two") in cards[0].lines


def test_what_was_there_and_could_not_be_used_is_told_beside_no_result() -> None:
    third = Subject("phenotype", "GENE3")
    both = [OTHER, third]
    cases = [
        case("alert", Atom(OTHER, frozenset({"poor"})), both, card()),
        case("also", Atom(third, frozenset({"poor"})), both, card()),
    ]
    two = replace(rule([population(cases, both)], both, name="family/drugone/two"), source="two")
    _, cards = cards_of(
        [of_source("one", alerts="poor", clears="normal"), two],
        answer(GENE, "poor"),
        answer(OTHER, word="unknown", reason="no-result"),
        answer(third, word="unreadable", reason="unknown-allele"),
    )
    told = next(line for line in text_of(cards[0]).splitlines() if "could not be looked up" in line)
    phrasing = ranking().phrasing
    assert told == (
        f"TWO 2024-01 could not be looked up: {phrasing.reason('no-result')} and {phrasing.reason('unknown-allele')}."
    )


@pytest.mark.parametrize(
    ("word", "reason"), [("withheld", "withheld"), ("unreadable", "step-limit"), ("unreadable", "internal-error")]
)
def test_withheld_results_and_failures_of_the_engine_are_never_told_as_a_source_without_an_answer(
    word: str, reason: str
) -> None:
    rules = [
        of_source("one", alerts="poor", clears="normal"),
        of_source("two", alerts="poor", clears="normal", subject=OTHER),
    ]
    _, cards = cards_of(rules, answer(GENE, "poor"), answer(OTHER, word=word, reason=reason))
    assert [shown.notice for shown in cards] == [False, True]
    assert "TWO" not in text_of(cards[0])


def test_a_rule_of_no_guideline_source_is_no_dissent() -> None:
    rules = [of_source("one", alerts="poor", clears="normal"), of_source("three", alerts="normal", clears="poor")]
    _, cards = cards_of(rules, answer(GENE, "poor"))
    assert "THREE" not in text_of(cards[0])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"by_percent": "50"}, {"by_percent": "50"}, True),
        ({"by_percent": "50"}, {"by_percent": "25"}, False),
        ({"by_percent": "50"}, {"to_percent": "50"}, False),
        ({"dose": "10 mg"}, {"dose": "20 mg"}, False),
        ({"at_most": "20 mg"}, {}, False),
        ({"interval": "2 d"}, {"interval": "3 d"}, False),
        ({"by_percent": "50", "note": "one"}, {"by_percent": "50", "note": "other"}, True),
    ],
)
def test_two_sources_agree_only_if_action_and_every_amount_are_the_same(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    first, second = (essence((Advice("reduce-dose", (), given),)) for given in (one, other))
    assert (first == second) is same


def test_what_to_watch_is_no_difference_in_substance_and_another_action_is() -> None:
    avoid, watch = Advice("avoid"), Advice("monitor", (), {"monitor": "blood"})
    assert essence((avoid, watch)) == essence((avoid, Advice("inform"))) == {("avoid",)}
    assert essence((avoid,)) != essence((Advice("caution"),))


def test_a_source_with_the_same_advice_agrees_and_one_with_another_dose_is_told_in_full() -> None:
    half, quarter = card("reduce-dose", "warning", by_percent="50"), card("reduce-dose", "warning", by_percent="25")
    one = of_source("one", alerts="poor", clears="normal", shows=half)
    _, cards = cards_of([one, of_source("two", alerts="poor", clears="normal", shows=half)], answer(GENE, "poor"))
    assert "TWO 2024-01 agrees." in text_of(cards[0])
    _, cards = cards_of([one, of_source("two", alerts="poor", clears="normal", shows=quarter)], answer(GENE, "poor"))
    assert "agrees" not in text_of(cards[0])
    assert "TWO 2024-01: TWO advises to reduce the dose of drugone by 25 %." in text_of(cards[0])


def test_the_sources_behind_a_dissent_are_cited_once() -> None:
    two = of_source("two", alerts="normal", clears="poor")
    two = replace(two, evidence={"e": Evidence("e", "TWO", "2020-05", "https://example.org/two", pmid="12")})
    _, cards = cards_of([of_source("one", alerts="poor", clears="normal"), two], answer(GENE, "poor"))
    assert text_of(cards[0]).count("TWO, 2020-05; PMID 12.") == 1


def test_of_two_equally_cautious_sources_the_one_that_the_site_puts_first_leads_and_others_come_last() -> None:
    rules = [of_source(name, alerts="poor", clears="normal") for name in ("three", "one", "two")]
    situation = Situation(answers={(GENE, "germline"): answer(GENE, "poor")}, orders=(), supply=Supply())
    outcomes = judge_order(order(), rules, situation)
    for sources, told in ((("one", "two"), ["one", "two", "three"]), (("two", "one"), ["two", "one", "three"])):
        (shown,) = rank(outcomes, ranking(sources=sources))
        assert [line.rpartition("/")[2] for _, line in shown.lines if line is not None] == told
        assert shown.source == told[0].upper()
